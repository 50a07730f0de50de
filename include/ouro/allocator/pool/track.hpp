#pragma once
/// \file
/// What debugging tools are told of the pools' memory.
///
/// A tool that watches `malloc` sees an arena as one block, in which everything is allowed. So the pools say where a
/// block begins and ends, as mimalloc does through its track.h. One tool a build:
///
/// - AddressSanitizer, where the compiler has it switched on. Neither a freed block may be touched, nor what lies
///   between the end of a request and that of its block. LeakSanitizer searches arenas for pointers; what pools hold it
///   does not report as leaked: `system_allocator` has it do so.
/// - `OURO_TRACK_ASAN`: the same, with gaps and quarantine.
/// - `OURO_TRACK_VALGRIND`: Memcheck, through the memory pools of its `valgrind/memcheck.h`, with gaps and quarantine.
///   It reports where a block was made and freed, and blocks that are lost. An object that lives at the end counts as
///   "possibly lost", since its pointers point behind its header.
/// - `OURO_TRACK_HEAPTRACK`: heaptrack, through its `heaptrack_api.h`.
///
/// A gap lies behind each block, so that a write beyond the end of a block does not hit the next one. Freed blocks wait
/// in quarantine until their pool has no others to hand out, so that a use of a freed block does not hit a new object.
/// Both change statistics and where objects lie, and so they are there only in the builds that ask for them.

#include <ouro/config.hpp>

#include <cstddef>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The tools. Each says the same things, about memory of which the rest of the allocator decides.
enum class tool { none, asan, asan_asked_for, valgrind, heaptrack };

inline constexpr auto tracking_tool = static_cast<tool>(OURO_TRACK);

template <tool>
struct track_by {
  static constexpr bool is_on = false;
  static constexpr bool quarantines_freed = false;  ///< pools hand out freed blocks as late as they can
  static constexpr std::size_t gap = 0;             ///< bytes behind a block, where the largest size class has room

  /// An arena came from the system, or goes back to it.
  static void mapped(const void* /*arena*/, std::size_t /*bytes*/) noexcept {}
  static void unmapped(const void* /*arena*/, std::size_t /*bytes*/) noexcept {}

  /// The program has the block, or has it no longer. `bytes` are those it asked for, `whole` those of the size class.
  static void allocated(const void* /*arena*/, void* /*block*/, std::size_t /*bytes*/) noexcept {}
  static void freed(const void* /*arena*/, void* /*block*/, std::size_t /*whole*/) noexcept {}

  /// The pools themselves use memory that no program has, or cease to.
  static void show(const void* /*at*/, std::size_t /*bytes*/) noexcept {}
  static void hide(const void* /*at*/, std::size_t /*bytes*/) noexcept {}
};

#if OURO_HAS_ASAN
template <>
struct track_by<tool::asan> {
  static constexpr bool is_on = true;
  static constexpr bool quarantines_freed = false;
  static constexpr std::size_t gap = 0;

  static void mapped(const void* arena, std::size_t bytes) noexcept { __lsan_register_root_region(arena, bytes); }
  static void unmapped(const void* arena, std::size_t bytes) noexcept {
    ASAN_UNPOISON_MEMORY_REGION(arena, bytes);
    __lsan_unregister_root_region(arena, bytes);
  }

  static void allocated(const void* /*arena*/, void* block, std::size_t bytes) noexcept {
    ASAN_UNPOISON_MEMORY_REGION(block, bytes);
  }
  static void freed(const void* /*arena*/, void* block, std::size_t whole) noexcept {
    ASAN_POISON_MEMORY_REGION(block, whole);
  }

  static void show(const void* at, std::size_t bytes) noexcept { ASAN_UNPOISON_MEMORY_REGION(at, bytes); }
  static void hide(const void* at, std::size_t bytes) noexcept { ASAN_POISON_MEMORY_REGION(at, bytes); }
};
#endif

#if OURO_HAS_ASAN
template <>
struct track_by<tool::asan_asked_for> : track_by<tool::asan> {
  static constexpr bool quarantines_freed = true;
  static constexpr std::size_t gap = 16;
};
#endif

#if OURO_HAS_VALGRIND
template <>
struct track_by<tool::valgrind> {
  static constexpr bool is_on = true;
  static constexpr bool quarantines_freed = true;
  static constexpr std::size_t gap = 16;

  static void mapped(const void* arena, std::size_t /*bytes*/) noexcept { VALGRIND_CREATE_MEMPOOL(arena, gap, 0); }
  static void unmapped(const void* arena, std::size_t /*bytes*/) noexcept { VALGRIND_DESTROY_MEMPOOL(arena); }

  static void allocated(const void* arena, void* block, std::size_t bytes) noexcept {
    VALGRIND_MEMPOOL_ALLOC(arena, block, bytes);
  }
  static void freed(const void* arena, void* block, std::size_t /*whole*/) noexcept {
    VALGRIND_MEMPOOL_FREE(arena, block);
  }

  static void show(const void* at, std::size_t bytes) noexcept {
    static_cast<void>(VALGRIND_MAKE_MEM_DEFINED(at, bytes));
  }
  static void hide(const void* at, std::size_t bytes) noexcept {
    static_cast<void>(VALGRIND_MAKE_MEM_NOACCESS(at, bytes));
  }
};
#endif

#if OURO_HAS_HEAPTRACK
template <>
struct track_by<tool::heaptrack> : track_by<tool::none> {
  static constexpr bool is_on = true;

  static void allocated(const void* /*arena*/, void* block, std::size_t bytes) noexcept {
    heaptrack_report_alloc(block, bytes);
  }
  static void freed(const void* /*arena*/, void* block, std::size_t /*whole*/) noexcept {
    heaptrack_report_free(block);
  }
};
#endif

using track = track_by<tracking_tool>;

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
