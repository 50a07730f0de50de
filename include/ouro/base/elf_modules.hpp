#pragma once
/// \file
/// The ELF modules of the process: the program and the loaded shared objects, as the system lists them.

#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <ouro/macros/hide.hpp>

#if OURO_HAS_LOADER
extern "C" int dl_iterate_phdr(int (*see)(struct dl_phdr_info*, std::size_t, void*), void* context);
#endif

namespace ouro::detail {

/// What <link.h> calls a program header. Not by including that: it brings <elf.h>, whose macros a compiler's own ELF
/// headers do not survive.
struct wide_segment {
  std::uint32_t type, flags;
  std::uint64_t offset, address, physical_address, file_bytes, bytes, alignment;
};
struct narrow_segment {
  std::uint32_t type, offset, address, physical_address, file_bytes, bytes, flags, alignment;
};

/// The beginning of a `dl_phdr_info`.
struct elf_module {
  using segment = std::conditional_t<sizeof(void*) == 8, wide_segment, narrow_segment>;
  static constexpr std::uint32_t load = 1;  ///< types of segments
  static constexpr std::uint32_t note = 4;

  std::uintptr_t base;  ///< what addresses in segments are relative to
  const char* name;     ///< of the file; empty for the program
  const segment* segments;
  std::uint16_t segment_count;
};

/// Calls `see` with each module until it returns true, the program first. O(modules). Calls nothing where the system
/// has no list.
template <class See>
void each_elf_module([[maybe_unused]] See see) noexcept {
#if OURO_HAS_LOADER
  static_cast<void>(::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* with) {
        return (*static_cast<See*>(with))(*reinterpret_cast<const elf_module*>(info)) ? 1 : 0;
      },
      &see));
#endif
}

/// Keeps the shared object that contains `place` loaded until the process ends, even if the program closes it: objects
/// need its code. Does nothing for the program itself.
OURO_OWN_CODE OURO_NOINLINE inline void keep_loaded([[maybe_unused]] const void* place) noexcept {
#if OURO_HAS_UNLOADING
  if (&::dlopen == nullptr) return;
  const char* name = "";
  const auto address = reinterpret_cast<std::uintptr_t>(place);
  each_elf_module([&](const elf_module& at) {
    for (std::size_t i = 0; i != at.segment_count; ++i) {
      const elf_module::segment& each = at.segments[i];
      if (each.type != elf_module::load || address - at.base - each.address >= each.bytes) continue;
      name = at.name;
      return true;
    }
    return false;
  });
  if (*name != '\0') static_cast<void>(::dlopen(name, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE));
#endif
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
