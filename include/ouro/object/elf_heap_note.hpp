#pragma once
/// \file
/// Finds out whether the modules of a process share one heap. Each module names its heap in an ELF note. A plugin that
/// does not see the program's symbols has a heap of its own, which is reported.

#include <ouro/base/elf_modules.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The heaps that the loaded modules name in their notes, with the first module that names each.
class heaps_in_use {
 public:
  /// O(loaded objects). Finds none where the system does not list them.
  heaps_in_use() noexcept {
    each_elf_module([this](const elf_module& at) {
      for (std::size_t i = 0; i != at.segment_count; ++i) {
        const elf_module::segment& each = at.segments[i];
        if (each.type != elf_module::note) continue;
        read(reinterpret_cast<const std::byte*>(at.base + each.address), each.bytes, each.alignment == 8 ? 8 : 4,
             at.name);
      }
      return false;
    });
  }

  [[nodiscard]] std::size_t count() const noexcept { return count_; }

  /// The file's name; empty for the program itself. \pre `i < count()`
  [[nodiscard]] const char* user(std::size_t i) const noexcept { return users_[i]; }

  /// Reads the notes of a module. A note has the lengths of its name and content, a type, the name, and the content;
  /// each part is padded to a multiple of `alignment`.
  void read(const std::byte* from, std::size_t bytes, std::size_t alignment, const char* user) noexcept {
    const auto padded = [alignment](std::size_t length) { return (length + alignment - 1) / alignment * alignment; };
    std::uint32_t head[3];
    while (bytes >= sizeof head) {
      std::memcpy(head, from, sizeof head);
      const std::size_t content = padded(sizeof head + head[0]);
      const std::size_t whole = content + padded(head[1]);
      if (whole > bytes) return;
      if (head[0] == 5 && head[1] == 4 && std::memcmp(from + sizeof head, "ouro", 5) == 0) {
        std::int32_t distance;
        std::memcpy(&distance, from + content, sizeof distance);
        const void* heap;
        std::memcpy(&heap, from + content + distance, sizeof heap);
        add(heap, user);
      }
      from += whole;
      bytes -= whole;
    }
  }

 private:
  static constexpr std::size_t most = 16;

  void add(const void* heap, const char* user) noexcept {
    for (std::size_t i = 0; i != count_; ++i) {
      if (heaps_[i] == heap) return;
    }
    if (count_ == most) return;
    heaps_[count_] = heap;
    users_[count_++] = user;
  }

  std::size_t count_ = 0;
  const void* heaps_[most] = {};  ///< [0, count_): where each begins
  const char* users_[most] = {};
};

/// If there are several heaps, prints on `stderr` which modules have one of their own.
OURO_NOINLINE inline void report_several_heaps() noexcept {
  const heaps_in_use found;
  if (found.count() < 2) return;
  std::fputs("ouro: each of these has a heap of its own, and no object of one must come to another:", stderr);
  for (std::size_t i = 0; i != found.count(); ++i) {
    std::fprintf(stderr, " %s", *found.user(i) == '\0' ? "the program" : found.user(i));
  }
  std::fputs("\n", stderr);
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
