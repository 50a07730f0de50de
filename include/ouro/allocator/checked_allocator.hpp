#pragma once
/// \file
/// Another allocator under guard: what CPython does under `PYTHONMALLOC=debug`.
///
/// ```
///   ┌─────────────────────────────────┬────────────┬──────────────┬────────────┐
///   │ what is known of the block      │ guard (8)  │ bytes        │ guard (8)  │
///   └─────────────────────────────────┴────────────┴──────────────┴────────────┘
///                                                  ▲ multiple of the alignment
/// ```
/// Fresh bytes are filled with 0xCD, those of a freed block with 0xDD, and the guards with 0xFD: what a program reads
/// too early or too late is neither zero nor anything that it wrote.

#include <ouro/allocator/allocation_scope.hpp>
#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/allocator/static_mutex.hpp>
#include <ouro/allocator/try_allocate.hpp>
#include <ouro/config.hpp>
#include <ouro/object/hooks.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace ouro {

/// Notices, when a block is freed, that it was written beyond its ends, that it belongs to another allocator, that its
/// size or alignment is said to be another, and that it was freed before; and, some frees later, that it was written
/// after it was freed: the last `kept_blocks` freed blocks are not used again meanwhile, and so keep their addresses to
/// themselves. Reports to the misuse handler (`set_misuse_handler`), by the type, the number of the allocation, and the
/// `allocation_scope` that it was made in.
///
/// Thread-safe. O(bytes), with a lock in `deallocate`; 96 bytes and more a block beside its own.
template <allocator_policy AllocatorPolicy>
struct OURO_SHARED_TYPE checked_allocator {
  static constexpr std::size_t kept_blocks = 256;
  static constexpr std::size_t most_kept_bytes = std::size_t{1} << 20;  ///< larger blocks are not kept

  /// Allocations so far: the serial number of the last one.
  [[nodiscard]] static std::uint64_t serial() noexcept { return serial_.load(std::memory_order_relaxed); }

  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    return allocate_for(bytes, alignment, "unknown");
  }

  [[nodiscard]] static void* allocate_for(std::size_t bytes, std::size_t alignment, std::string_view type) noexcept {
    const std::size_t whole = whole_bytes(bytes, alignment);
    if (whole < bytes) return nullptr;
    void* const raw = detail::try_allocate<AllocatorPolicy>(whole, strictest(alignment), type);
    if (raw == nullptr) return nullptr;
    auto* const block = static_cast<std::byte*>(raw) + front_bytes(alignment);
    const allocation_scope* const scope = allocation_scope::innermost();
    ::new (static_cast<void*>(front_of(block))) front{
        &serial_,  bytes,
        alignment, serial_.fetch_add(1, std::memory_order_relaxed) + 1,
        type,      scope == nullptr ? allocation_site{} : scope->site(),
        {},
    };
    std::memset(front_of(block)->guard, guard_byte, guard_bytes);
    std::memset(block, fresh_byte, bytes);
    std::memset(block + bytes, guard_byte, guard_bytes);
    return block;
  }

  static void deallocate(void* freed, std::size_t bytes, std::size_t alignment) noexcept {
    auto* const block = static_cast<std::byte*>(freed);
    front& about = *front_of(block);
    if (is_filled(about.guard, guard_bytes, freed_byte)) report("a block was freed twice", about);
    if (about.owner != &serial_) {
      // Nothing that stands there can be believed.
      detail::misuse("a block was freed that this allocator did not give, or that was overwritten from below",
                     "unknown");
    }
    if (!is_filled(about.guard, guard_bytes, guard_byte)) report("a block was written below its beginning", about);
    if (about.bytes != bytes || about.alignment != alignment) {
      report("a block was freed with another size or alignment than it was allocated with", about);
    }
    if (!is_filled(block + bytes, guard_bytes, guard_byte)) report("a block was written beyond its end", about);
    std::memset(about.guard, freed_byte, guard_bytes);
    std::memset(block, freed_byte, bytes);
    keep(block, bytes);
  }

  /// Gives the freed blocks back that are kept, with a look at each.
  static void trim() noexcept {
    const detail::lock_guard lock{kept_.mutex};
    for (std::size_t i = 0; i != kept_blocks; ++i) give_back(std::exchange(kept_.blocks[i], nullptr));
    if constexpr (has_trim<AllocatorPolicy>) AllocatorPolicy::trim();
  }

 private:
  static constexpr unsigned char fresh_byte = 0xCD;
  static constexpr unsigned char freed_byte = 0xDD;
  static constexpr unsigned char guard_byte = 0xFD;
  static constexpr std::size_t guard_bytes = 8;

  struct front {
    const void* owner;  ///< the address of something that each allocator has one of
    std::size_t bytes;
    std::size_t alignment;
    std::uint64_t serial;
    std::string_view type;
    allocation_site site;
    unsigned char guard[guard_bytes];  ///< next to the block
  };

  /// The freed blocks that are kept, as a ring.
  struct kept_list {
    detail::static_mutex mutex;
    std::byte* blocks[kept_blocks] = {};
    std::size_t next = 0;
  };

  [[nodiscard]] static constexpr std::size_t strictest(std::size_t alignment) noexcept {
    return alignment < alignof(front) ? alignof(front) : alignment;
  }

  /// Bytes in front of a block, a multiple of its alignment.
  [[nodiscard]] static constexpr std::size_t front_bytes(std::size_t alignment) noexcept {
    const std::size_t unit = strictest(alignment);
    return (sizeof(front) + unit - 1) / unit * unit;
  }

  [[nodiscard]] static constexpr std::size_t whole_bytes(std::size_t bytes, std::size_t alignment) noexcept {
    return front_bytes(alignment) + bytes + guard_bytes;
  }

  [[nodiscard]] static front* front_of(std::byte* block) noexcept { return reinterpret_cast<front*>(block) - 1; }

  [[nodiscard]] static bool is_filled(const void* at, std::size_t bytes, unsigned char with) noexcept {
    const auto* const first = static_cast<const unsigned char*>(at);
    std::size_t alike = 0;
    while (alike != bytes && first[alike] == with) ++alike;
    return alike == bytes;
  }

  [[noreturn]] static void report(const char* what, const front& about) {
    char text[512];
    std::snprintf(text, sizeof text, "%s (allocation %llu of %zu bytes, made in %s%.*s%s%s:%u)", what,
                  static_cast<unsigned long long>(about.serial), about.bytes, about.site.name.empty() ? "" : "'",
                  static_cast<int>(about.site.name.size()), about.site.name.data(), about.site.name.empty() ? "" : "' ",
                  about.site.line == 0 ? "no scope" : about.site.file, about.site.line);
    detail::misuse(text, about.type);
  }

  static void keep(std::byte* block, std::size_t bytes) noexcept {
    if (bytes > most_kept_bytes) return give_back(block);
    const detail::lock_guard lock{kept_.mutex};
    give_back(std::exchange(kept_.blocks[kept_.next], block));
    kept_.next = (kept_.next + 1) % kept_blocks;
  }

  static void give_back(std::byte* block) noexcept {
    if (block == nullptr) return;
    const front about = *front_of(block);
    if (!is_filled(block, about.bytes, freed_byte)) report("a block was written after it was freed", about);
    AllocatorPolicy::deallocate(block - front_bytes(about.alignment), whole_bytes(about.bytes, about.alignment),
                                strictest(about.alignment));
  }

  OURO_SHARED_STATE static inline constinit std::atomic<std::uint64_t> serial_{0};
  OURO_SHARED_STATE static inline constinit kept_list kept_{};
};

}  // namespace ouro
