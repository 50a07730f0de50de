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

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/allocator/decorators/allocation_scope.hpp>
#include <ouro/allocator/decorators/kept_blocks.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/allocator/try_allocate.hpp>
#include <ouro/base/diagnostics.hpp>
#include <ouro/base/heap_local.hpp>
#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <new>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Notices, when a block is freed, that it was written beyond its ends, that it belongs to another allocator, that its
/// size or alignment is said to be another, and that it was freed before; and, some frees later, that it, or its
/// guards, were written after it was freed: a freed block is not used again meanwhile, and so keeps its address to
/// itself. Reports to the misuse handler (`set_misuse_handler`), by the type, the number of the allocation, and the
/// `allocation_scope` that it was made in.
///
/// The last `kept_blocks` freed blocks are kept, or as many as have `most_kept_bytes`, and the last one whatever its
/// size. They are looked at when they are given back: by later frees, by `trim`, when memory is exhausted, and at the
/// end of their private heap, which has blocks of its own to keep. A block that is freed outside its private heap is
/// given back at once.
///
/// The header of an object lies between the front guard and the object. What is written there the guards do not show:
/// from check level 1 on, pointers do.
///
/// Thread-safe. O(bytes), with a lock in `deallocate`; 96 bytes and more a block beside its own.
template <allocator_policy AllocatorPolicy>
struct OURO_SHARED_TYPE checked_allocator {
  static constexpr std::size_t kept_blocks = 256;
  static constexpr std::size_t most_kept_bytes = std::size_t{16} << 20;

  /// Allocations so far: the serial number of the last one.
  [[nodiscard]] static std::uint64_t serial() noexcept { return serial_.load(std::memory_order_relaxed); }

  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    return allocate_for(bytes, alignment, "unknown");
  }

  [[nodiscard]] static void* allocate_for(std::size_t bytes, std::size_t alignment, std::string_view type) noexcept {
    const std::size_t whole = whole_bytes(bytes, alignment);
    if (whole < bytes) return nullptr;
    void* raw = detail::try_allocate<AllocatorPolicy>(whole, strictest(alignment), type);
    if (raw == nullptr && give_kept_back()) {
      raw = detail::try_allocate<AllocatorPolicy>(whole, strictest(alignment), type);
    }
    if (raw == nullptr) return nullptr;
    auto* const block = static_cast<std::byte*>(raw) + front_bytes(alignment);
    const allocation_scope* const scope = allocation_scope::innermost();
    front& about = *::new (static_cast<void*>(front_of(block))) front{
        0,
        private_pools(),
        bytes,
        alignment,
        serial_.fetch_add(1, std::memory_order_relaxed) + 1,
        type,
        scope == nullptr ? allocation_site{} : scope->site(),
        {},
    };
    about.seal = seal_of(about, block);
    std::memset(about.guard, guard_byte, guard_bytes);
    std::memset(block, fresh_byte, bytes);
    std::memset(block + bytes, guard_byte, guard_bytes);
    return block;
  }

  static void deallocate(void* freed, std::size_t bytes, std::size_t alignment) noexcept {
    auto* const block = static_cast<std::byte*>(freed);
    front& about = *front_of(block);
    if (about.seal != seal_of(about, block)) {
      // Nothing that stands there can be believed.
      detail::misuse("a block was freed that this allocator did not give, or that was overwritten from below",
                     "unknown");
    }
    if (is_filled(about.guard, guard_bytes, freed_byte)) report("a block was freed twice", about);
    if (!is_filled(about.guard, guard_bytes, guard_byte)) report("a block was written below its beginning", about);
    if (about.bytes != bytes || about.alignment != alignment) {
      report("a block was freed with another size or alignment than it was allocated with", about);
    }
    if (!is_filled(block + bytes, guard_bytes, guard_byte)) report("a block was written beyond its end", about);
    std::memset(about.guard, freed_byte, guard_bytes);
    std::memset(block, freed_byte, bytes);
    kept_block kept{block, bytes, {}};
    std::memcpy(&kept.about, &about, sizeof(front));
    keep(kept);
  }

  /// Whether a block begins there that was allocated for so many bytes. \pre what lies in front can be read
  [[nodiscard]] static bool begins_block(const void* at, std::size_t bytes, std::size_t) noexcept {
    const front& about = *(static_cast<const front*>(at) - 1);
    return about.seal == seal_of(about, at) && about.bytes == bytes;
  }

  /// Gives the freed blocks back that are kept, with a look at each.
  static void trim() noexcept {
    give_kept_back();
    if constexpr (has_trim<AllocatorPolicy>) AllocatorPolicy::trim();
  }

 private:
  static constexpr unsigned char fresh_byte = 0xCD;
  static constexpr unsigned char freed_byte = 0xDD;
  static constexpr unsigned char guard_byte = 0xFD;
  static constexpr std::size_t guard_bytes = 8;

  struct front {
    std::uint64_t seal;             ///< of what follows, and where it stands: only this allocator makes it
    const detail::pool_heap* heap;  ///< the private heap that was current, or null
    std::size_t bytes;
    std::size_t alignment;
    std::uint64_t serial;
    std::string_view type;
    allocation_site site;
    unsigned char guard[guard_bytes];  ///< next to the block
  };

  struct kept_block {
    std::byte* block;
    std::size_t bytes;
    front about;  ///< what stood in front of the block when it was freed
  };

  using ring = detail::kept_blocks<kept_block, kept_blocks, most_kept_bytes>;

  /// Those of blocks that belong to no private heap.
  struct shared_ring {
    detail::static_mutex mutex;
    ring kept;
  };

  /// Those of the private heap that the thread is in.
  struct ring_of_heap {
    ring kept;

    /// \see heap_local_of
    [[nodiscard]] static ring_of_heap& of_thread() noexcept { return local_; }
    static bool finish() noexcept { return local_.kept.give_all_back(&give_back); }
    static void release() noexcept {
      finish();
      local_.kept.release();
    }
  };

  /// The current heap if it is private, or null.
  [[nodiscard]] static const detail::pool_heap* private_pools() noexcept {
    return detail::current_pool_heap->large == nullptr ? nullptr : detail::current_pool_heap;
  }

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

  /// Of all but the guard, of the place, and of the allocator.
  [[nodiscard]] static std::uint64_t seal_of(const front& about, const void* block) noexcept {
    std::uint64_t seal = reinterpret_cast<std::uintptr_t>(&serial_);
    const auto mix = [&seal](std::uint64_t with) { seal = (seal ^ with) * 0x9E3779B97F4A7C15u; };
    const auto mix_address = [&mix](const void* with) { mix(reinterpret_cast<std::uintptr_t>(with)); };
    mix_address(block);
    mix_address(about.heap);
    mix(about.bytes);
    mix(about.alignment);
    mix(about.serial);
    mix_address(about.type.data());
    mix(about.type.size());
    mix_address(about.site.name.data());
    mix(about.site.name.size());
    mix_address(about.site.file);
    mix(about.site.line);
    return seal;
  }

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

  static void keep(const kept_block& freed) noexcept {
    if (freed.about.heap == nullptr) {
      const detail::lock_guard lock{shared_.mutex};
      if (!shared_.kept.keep(freed, &give_back)) give_back(freed);
    } else if (freed.about.heap != private_pools() || !keep_in_heap(freed)) {
      give_back(freed);
    }
  }

  /// False when memory is exhausted.
  [[nodiscard]] static bool keep_in_heap(const kept_block& freed) noexcept {
    ring& kept = local_.kept;
    if (!kept.has_room() && !detail::register_heap_local(detail::heap_local_of<ring_of_heap>::variable)) return false;
    return kept.keep(freed, &give_back);
  }

  /// Those of the current heap, and those that belong to no private one. Returns whether there were any.
  static bool give_kept_back() noexcept {
    const bool found = ring_of_heap::finish();
    const detail::lock_guard lock{shared_.mutex};
    return shared_.kept.give_all_back(&give_back) || found;
  }

  static void give_back(const kept_block& kept) noexcept {
    const front& about = kept.about;
    if (std::memcmp(front_of(kept.block), &about, sizeof(front)) != 0) {
      report("a block was written below its beginning after it was freed", about);
    }
    if (!is_filled(kept.block, kept.bytes, freed_byte)) report("a block was written after it was freed", about);
    if (!is_filled(kept.block + kept.bytes, guard_bytes, guard_byte)) {
      report("a block was written beyond its end after it was freed", about);
    }
    AllocatorPolicy::deallocate(kept.block - front_bytes(about.alignment), whole_bytes(kept.bytes, about.alignment),
                                strictest(about.alignment));
  }

  OURO_SHARED_STATE static inline constinit std::atomic<std::uint64_t> serial_{0};
  OURO_SHARED_STATE static inline constinit shared_ring shared_{};
  OURO_SHARED_STATE static inline constinit thread_local ring_of_heap local_{};
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
