// ouro: Python's memory manager as a header-only, policy-based C++20 library.
// All headers in one, made by packaging/amalgamate.py. What follows is theirs, each with its name in front.
//
// MIT License
//
// Copyright (c) 2026 The ouro authors
//
// Permission is hereby granted, free of charge, to any person obtaining a copy
// of this software and associated documentation files (the "Software"), to deal
// in the Software without restriction, including without limitation the rights
// to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
// copies of the Software, and to permit persons to whom the Software is
// furnished to do so, subject to the following conditions:
//
// The above copyright notice and this permission notice shall be included in all
// copies or substantial portions of the Software.
//
// THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
// IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
// FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
// AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
// LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
// OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
// SOFTWARE.

#pragma once

// Where the headers themselves can be included, this file includes them: a program may have both. With OURO_ONE_HEADER
// it is what follows all the same.
#if !defined(OURO_ONE_HEADER) && __has_include(<ouro/config.hpp>)
#include <ouro/allocator/address_map.hpp>
#include <ouro/allocator/allocation_scope.hpp>
#include <ouro/allocator/allocation_snapshot.hpp>
#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/allocator/arena.hpp>
#include <ouro/allocator/call_frames.hpp>
#include <ouro/allocator/checked_allocator.hpp>
#include <ouro/allocator/emergency.hpp>
#include <ouro/allocator/ended_heaps.hpp>
#include <ouro/allocator/foreign_blocks.hpp>
#include <ouro/allocator/heap_part.hpp>
#include <ouro/allocator/integer_cast.hpp>
#include <ouro/allocator/kept_blocks.hpp>
#include <ouro/allocator/known_arenas.hpp>
#include <ouro/allocator/large_blocks.hpp>
#include <ouro/allocator/limited_allocator.hpp>
#include <ouro/allocator/loaded_objects.hpp>
#include <ouro/allocator/outgoing_blocks.hpp>
#include <ouro/allocator/plain_mutex.hpp>
#include <ouro/allocator/pool.hpp>
#include <ouro/allocator/pool_allocator.hpp>
#include <ouro/allocator/pool_heap.hpp>
#include <ouro/allocator/pool_lease.hpp>
#include <ouro/allocator/pool_resource.hpp>
#include <ouro/allocator/pool_statistics.hpp>
#include <ouro/allocator/pool_walk.hpp>
#include <ouro/allocator/private_heap.hpp>
#include <ouro/allocator/raw_array.hpp>
#include <ouro/allocator/resource_allocator.hpp>
#include <ouro/allocator/size_class.hpp>
#include <ouro/allocator/standard_allocator.hpp>
#include <ouro/allocator/static_mutex.hpp>
#include <ouro/allocator/system_allocator.hpp>
#include <ouro/allocator/system_memory.hpp>
#include <ouro/allocator/throw.hpp>
#include <ouro/allocator/traced_allocator.hpp>
#include <ouro/allocator/track.hpp>
#include <ouro/allocator/try_allocate.hpp>
#include <ouro/allocator/when_used.hpp>
#include <ouro/collector/candidate_buffer.hpp>
#include <ouro/collector/collection_turn.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/collector_verbs.hpp>
#include <ouro/collector/compatible_policies.hpp>
#include <ouro/collector/cycle_collector.hpp>
#include <ouro/collector/death.hpp>
#include <ouro/collector/gc_callbacks.hpp>
#include <ouro/collector/gc_report.hpp>
#include <ouro/collector/gc_stats.hpp>
#include <ouro/collector/gc_trigger.hpp>
#include <ouro/collector/generational.hpp>
#include <ouro/collector/generations.hpp>
#include <ouro/collector/heap_view.hpp>
#include <ouro/collector/liveness.hpp>
#include <ouro/collector/no_collector.hpp>
#include <ouro/collector/only_thread.hpp>
#include <ouro/collector/pause_clock.hpp>
#include <ouro/collector/teardown.hpp>
#include <ouro/collector/trace_audit.hpp>
#include <ouro/collector/trace_guard.hpp>
#include <ouro/collector/trace_visits.hpp>
#include <ouro/collector/trial.hpp>
#include <ouro/collector/trial_deletion.hpp>
#include <ouro/collector/trial_memory.hpp>
#include <ouro/collector/trigger.hpp>
#include <ouro/collector/walked_objects.hpp>
#include <ouro/config.hpp>
#include <ouro/containers/attributes.hpp>
#include <ouro/containers/dict.hpp>
#include <ouro/containers/dict_index.hpp>
#include <ouro/containers/equal_values.hpp>
#include <ouro/containers/frozen_list.hpp>
#include <ouro/containers/lifetime_watch.hpp>
#include <ouro/containers/list.hpp>
#include <ouro/containers/loan.hpp>
#include <ouro/containers/node_table.hpp>
#include <ouro/containers/own_names.hpp>
#include <ouro/containers/quiet.hpp>
#include <ouro/containers/set_aside.hpp>
#include <ouro/containers/shape.hpp>
#include <ouro/containers/shape_tree.hpp>
#include <ouro/containers/slots.hpp>
#include <ouro/containers/tuple.hpp>
#include <ouro/containers/untrack.hpp>
#include <ouro/containers/value_block.hpp>
#include <ouro/containers/weak_entries.hpp>
#include <ouro/containers/weak_key_map.hpp>
#include <ouro/containers/weak_set.hpp>
#include <ouro/containers/weak_value_map.hpp>
#include <ouro/copy/clone.hpp>
#include <ouro/copy/copied_edges.hpp>
#include <ouro/copy/copied_objects.hpp>
#include <ouro/copy/copy.hpp>
#include <ouro/copy/deepcopy.hpp>
#include <ouro/copy/deepcopy_memo.hpp>
#include <ouro/copy/promised_copies.hpp>
#include <ouro/fwd.hpp>
#include <ouro/inspect/deep_size.hpp>
#include <ouro/inspect/heaps_in_process.hpp>
#include <ouro/inspect/identity.hpp>
#include <ouro/inspect/malloc_stats.hpp>
#include <ouro/intern/intern_hash.hpp>
#include <ouro/intern/intern_table.hpp>
#include <ouro/intern/interned.hpp>
#include <ouro/intern/interned_string.hpp>
#include <ouro/intern/interner.hpp>
#include <ouro/intern/interner_policy.hpp>
#include <ouro/intern/small_int.hpp>
#include <ouro/intern/string_body.hpp>
#include <ouro/object/aggregate.hpp>
#include <ouro/object/clone_record.hpp>
#include <ouro/object/destroy.hpp>
#include <ouro/object/destruction_queue.hpp>
#include <ouro/object/edge_sink.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/heap_note.hpp>
#include <ouro/object/hooks.hpp>
#include <ouro/object/inherited_trace.hpp>
#include <ouro/object/leaf.hpp>
#include <ouro/object/nesting.hpp>
#include <ouro/object/opaque.hpp>
#include <ouro/object/owner_tag.hpp>
#include <ouro/object/policy_axis.hpp>
#include <ouro/object/reach.hpp>
#include <ouro/object/released_ledger.hpp>
#include <ouro/object/trace.hpp>
#include <ouro/object/type_list.hpp>
#include <ouro/object/type_name.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/object/visited.hpp>
#include <ouro/object/weak_record.hpp>
#include <ouro/object/weak_target.hpp>
#include <ouro/pointer/block.hpp>
#include <ouro/pointer/can_be_made.hpp>
#include <ouro/pointer/conversion.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/finalize.hpp>
#include <ouro/pointer/gc.hpp>
#include <ouro/pointer/heap.hpp>
#include <ouro/pointer/immortal.hpp>
#include <ouro/pointer/make_managed.hpp>
#include <ouro/pointer/managed_alias.hpp>
#include <ouro/pointer/managed_from_this.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/managed_weak.hpp>
#include <ouro/pointer/memory.hpp>
#include <ouro/pointer/owner_order.hpp>
#include <ouro/pointer/pointer_cast.hpp>
#include <ouro/pointer/static_object.hpp>
#include <ouro/refcount/atomic_refcount.hpp>
#include <ouro/refcount/bias_owner.hpp>
#include <ouro/refcount/bias_thread.hpp>
#include <ouro/refcount/biased_count.hpp>
#include <ouro/refcount/biased_refcount.hpp>
#include <ouro/refcount/count_word.hpp>
#include <ouro/refcount/local_refcount.hpp>
#include <ouro/refcount/refcount_policy.hpp>
#include <ouro/refcount/self_refcount.hpp>
#if OURO_VERSION_MAJOR != 0 || OURO_VERSION_MINOR != 1 || OURO_VERSION_PATCH != 0
#error "ouro: the headers that can be included are of another version than the one header: take one of them away, or define OURO_ONE_HEADER"
#endif
#else

#include <array>
#include <atomic>
#include <bit>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <iterator>
#include <limits>
#include <memory>
#include <memory_resource>
#include <new>
#include <source_location>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

// ===== ouro/config.hpp

#define OURO_VERSION_MAJOR 0
#define OURO_VERSION_MINOR 1
#define OURO_VERSION_PATCH 0

/// How much misuse is caught: 0 nothing; 1 what costs a few instructions (underflow, foreign thread, double adopt,
/// doubled edge); 2 also walks that prove the library's own invariants. It changes no layout, yet builds of different
/// levels must not be mixed, and do not link.
#ifndef OURO_CHECK_LEVEL
#ifdef NDEBUG
#define OURO_CHECK_LEVEL 0
#else
#define OURO_CHECK_LEVEL 1
#endif
#endif

#if defined(__cpp_exceptions)
#define OURO_HAS_EXCEPTIONS 1
#define OURO_TRY try
#define OURO_CATCH_ALL catch (...)
#define OURO_RETHROW throw
#else
#define OURO_HAS_EXCEPTIONS 0
#define OURO_TRY if constexpr (true)
#define OURO_CATCH_ALL else
#define OURO_RETHROW static_cast<void>(0)
#endif

#if defined(__cpp_rtti) || defined(__GXX_RTTI)
#define OURO_HAS_RTTI 1
#else
#define OURO_HAS_RTTI 0
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OURO_HAS_ASAN 1
#endif
#endif
#if !defined(OURO_HAS_ASAN) && defined(__SANITIZE_ADDRESS__)
#define OURO_HAS_ASAN 1
#endif
#if !defined(OURO_HAS_ASAN)
#define OURO_HAS_ASAN 0
#endif

/// The debugging tool that is told of the pools' memory (track.hpp): 0 none, 1 AddressSanitizer, and, where the program
/// asks for it by OURO_TRACK_ASAN, OURO_TRACK_VALGRIND or OURO_TRACK_HEAPTRACK, 2 AddressSanitizer with gaps and
/// quarantine, 3 Memcheck, 4 heaptrack. Objects of different ones do not link.
#if OURO_HAS_ASAN && defined(OURO_TRACK_ASAN)
#define OURO_TRACK 2
#elif OURO_HAS_ASAN
#define OURO_TRACK 1
#elif defined(OURO_TRACK_VALGRIND)
#define OURO_TRACK 3
#elif defined(OURO_TRACK_HEAPTRACK)
#define OURO_TRACK 4
#else
#define OURO_TRACK 0
#endif
#define OURO_HAS_VALGRIND (OURO_TRACK == 3)
#define OURO_HAS_HEAPTRACK (OURO_TRACK == 4)
#if OURO_HAS_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#elif OURO_HAS_VALGRIND
#include <valgrind/memcheck.h>
#elif OURO_HAS_HEAPTRACK
#include <heaptrack_api.h>
#endif

#if __has_include(<sys/mman.h>)
#define OURO_HAS_MMAP 1
#include <sys/mman.h>
#else
#define OURO_HAS_MMAP 0
#endif

#if defined(MADV_HUGEPAGE)
#define OURO_HAS_HUGE_PAGES 1
#else
#define OURO_HAS_HUGE_PAGES 0
#endif

#if __has_include(<execinfo.h>) && __has_include(<cxxabi.h>)
#define OURO_HAS_BACKTRACE 1
#else
#define OURO_HAS_BACKTRACE 0
#endif

#if __has_include(<unistd.h>)
#define OURO_HAS_CLOCK_GETTIME 1
#else
#define OURO_HAS_CLOCK_GETTIME 0
#endif

/// Whether processes fork, and tell of it.
#if !defined(_WIN32) && __has_include(<pthread.h>) && __has_include(<sched.h>)
#define OURO_HAS_FORK 1
#include <pthread.h>
#include <sched.h>
#else
#define OURO_HAS_FORK 0
#endif

/// Inside a function, OURO_LEAVE_NOTE leaves a note in the program or shared object that the function becomes part of,
/// with the distance from there to a variable, whose symbol must be given, too. The linker keeps notes, and the system
/// finds them.
#if defined(__ELF__) && __has_include(<link.h>) && __has_include(<dlfcn.h>)
#define OURO_HAS_LOADER 1
#define OURO_LEAVE_NOTE(symbol, variable)                                                                         \
  __asm__ volatile(                                                                                               \
      ".pushsection .note.ouro,\"a\",%%note\n.balign 4\n.long 5, 4, 1\n.asciz \"ouro\"\n.balign 4\n.long " symbol \
      " - .\n.popsection"                                                                                         \
      :                                                                                                           \
      : "m"(variable))
#else
#define OURO_HAS_LOADER 0
#define OURO_LEAVE_NOTE(symbol, variable) static_cast<void>(variable)
#endif

/// Whether this code may become part of a shared object, and so be unloaded. A program's own code does not mention
/// `dlopen`: linkers warn of it in static programs.
#if OURO_HAS_LOADER && defined(__PIC__) && !defined(__PIE__)
#define OURO_HAS_UNLOADING 1
#include <dlfcn.h>
#pragma weak dlopen
#else
#define OURO_HAS_UNLOADING 0
#endif

#if defined(__SIZEOF_INT128__)
#define OURO_HAS_INT128 1
#else
#define OURO_HAS_INT128 0
#endif

/// The stack pointer. `__builtin_frame_address` would have each function that drops a pointer keep a frame pointer.
#if defined(__x86_64__) && !defined(__ILP32__)
#define OURO_STACK_REGISTER "rsp"
#else
#define OURO_STACK_REGISTER "esp"
#endif

#define OURO_ALWAYS_INLINE [[gnu::always_inline]] inline
#define OURO_NOINLINE [[gnu::noinline]]
#if defined(_WIN32)
#define OURO_SHARED_STATE
#define OURO_SHARED_TYPE
#define OURO_OWN_CODE
#else
/// State that several shared objects of one process share, even when they are built with hidden visibility; also for a
/// function whose local static is such state. Libraries of Windows share none that templates make.
#define OURO_SHARED_STATE [[gnu::visibility("default")]]
/// A type that shared state is named after, as `destruction_queue<local_refcount>`, or that classes of the program have
/// as a member: what is made of hidden names is hidden, whatever it says of itself.
#define OURO_SHARED_TYPE [[gnu::visibility("default")]]
/// A function of which each shared object calls the copy of its own, or a variable of which each has its own.
#define OURO_OWN_CODE [[gnu::visibility("hidden")]]
#endif

/// `make<T>(args...)` constructs as the language does: fewer initialisers than an aggregate has members, and arguments
/// that convert, are the caller's affair, who would not be told where the standard library constructs either.
#define OURO_QUIET_CONSTRUCTION_BEGIN                                                               \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"") \
      _Pragma("GCC diagnostic ignored \"-Wconversion\"") _Pragma("GCC diagnostic ignored \"-Wsign-conversion\"")
#define OURO_QUIET_CONSTRUCTION_END _Pragma("GCC diagnostic pop")

/// In a function template: unless the condition behind them holds, ends the compilation by one line that names the type
/// and says the remedy. Where a `static_assert` fails, clang writes out the condition with its types, but g++ only the
/// text; g++ writes out the arguments of a template that it needs the definition of.
#if defined(__clang__)
#define OURO_REQUIRE(type, remedy, ...) static_assert(::ouro::detail::accepted<type, (__VA_ARGS__)>, remedy)
#else
#define OURO_REQUIRE(type, remedy, ...) \
  if constexpr (!(__VA_ARGS__)) static_assert(sizeof(::ouro::detail::refused<type, remedy>) != 0)
#endif

/// In the place of a function's body: who chooses the function ends the compilation by one line with the remedy. For
/// g++ a template parameter of the function must say it, as `sentence`; clang calls it unavailable. Concepts and traits
/// take the function for one that is not there, as they do deleted ones.
#if defined(__clang__)
#define OURO_REFUSE(remedy) __attribute__((unavailable(remedy)))
#else
#define OURO_REFUSE(remedy) = delete
#endif

// ===== ouro/allocator/call_frames.hpp

#if OURO_HAS_BACKTRACE
#include <cxxabi.h>
#include <execinfo.h>
#endif

// ===== ouro/collector/pause_clock.hpp

#if OURO_HAS_CLOCK_GETTIME
#include <time.h>
#else
#include <chrono>
#endif

// ===== ouro/macros/hide.hpp

/// \file
/// What begins in each header behind its includes: until restore.hpp, macros of the program do not have the names that
/// the headers use and that programs and other libraries often define (`min`, `slots`, `check`, `T`).

// Included once for each header, and so without a guard. A list of three: the names that are asked for, those that are
// hidden, and those that restore.hpp gives back. tests/users_macros.py compares them.
#if defined(OURO_MACROS_ARE_HIDDEN)
#error "ouro: a header includes another one behind macros/hide.hpp, or ends without macros/restore.hpp"
#endif
#if defined(A) || defined(B) || defined(C) || defined(D) || defined(E) || defined(F) || defined(G) || defined(H) ||   \
    defined(I) || defined(J) || defined(K) || defined(L) || defined(M) || defined(N) || defined(O) || defined(P) ||   \
    defined(Q) || defined(R) || defined(S) || defined(T) || defined(U) || defined(V) || defined(W) || defined(X) ||   \
    defined(Y) || defined(Z) || defined(all) || defined(always_inline) || defined(bit) || defined(byte) ||            \
    defined(check) || defined(debug) || defined(delete) || defined(each) || defined(free) || defined(header) ||       \
    defined(huge) || defined(in) || defined(index) || defined(info) || defined(length) || defined(likely) ||          \
    defined(max) || defined(min) || defined(minor) || defined(new) || defined(nodiscard) || defined(noinline) ||      \
    defined(noreturn) || defined(out) || defined(realloc) || defined(round) || defined(self) || defined(slots) ||     \
    defined(swap) || defined(table) || defined(trace) || defined(unlikely) || defined(used) || defined(visibility) || \
    defined(word)
#define OURO_MACROS_ARE_HIDDEN
#pragma push_macro("A")
#pragma push_macro("B")
#pragma push_macro("C")
#pragma push_macro("D")
#pragma push_macro("E")
#pragma push_macro("F")
#pragma push_macro("G")
#pragma push_macro("H")
#pragma push_macro("I")
#pragma push_macro("J")
#pragma push_macro("K")
#pragma push_macro("L")
#pragma push_macro("M")
#pragma push_macro("N")
#pragma push_macro("O")
#pragma push_macro("P")
#pragma push_macro("Q")
#pragma push_macro("R")
#pragma push_macro("S")
#pragma push_macro("T")
#pragma push_macro("U")
#pragma push_macro("V")
#pragma push_macro("W")
#pragma push_macro("X")
#pragma push_macro("Y")
#pragma push_macro("Z")
#pragma push_macro("all")
#pragma push_macro("always_inline")
#pragma push_macro("bit")
#pragma push_macro("byte")
#pragma push_macro("check")
#pragma push_macro("debug")
#pragma push_macro("delete")
#pragma push_macro("each")
#pragma push_macro("free")
#pragma push_macro("header")
#pragma push_macro("huge")
#pragma push_macro("in")
#pragma push_macro("index")
#pragma push_macro("info")
#pragma push_macro("length")
#pragma push_macro("likely")
#pragma push_macro("max")
#pragma push_macro("min")
#pragma push_macro("minor")
#pragma push_macro("new")
#pragma push_macro("nodiscard")
#pragma push_macro("noinline")
#pragma push_macro("noreturn")
#pragma push_macro("out")
#pragma push_macro("realloc")
#pragma push_macro("round")
#pragma push_macro("self")
#pragma push_macro("slots")
#pragma push_macro("swap")
#pragma push_macro("table")
#pragma push_macro("trace")
#pragma push_macro("unlikely")
#pragma push_macro("used")
#pragma push_macro("visibility")
#pragma push_macro("word")
#undef A
#undef B
#undef C
#undef D
#undef E
#undef F
#undef G
#undef H
#undef I
#undef J
#undef K
#undef L
#undef M
#undef N
#undef O
#undef P
#undef Q
#undef R
#undef S
#undef T
#undef U
#undef V
#undef W
#undef X
#undef Y
#undef Z
#undef all
#undef always_inline
#undef bit
#undef byte
#undef check
#undef debug
#undef delete
#undef each
#undef free
#undef header
#undef huge
#undef in
#undef index
#undef info
#undef length
#undef likely
#undef max
#undef min
#undef minor
#undef new
#undef nodiscard
#undef noinline
#undef noreturn
#undef out
#undef realloc
#undef round
#undef self
#undef slots
#undef swap
#undef table
#undef trace
#undef unlikely
#undef used
#undef visibility
#undef word
#endif

// ===== ouro/config.hpp

/// \file
/// What the compiler and the platform offer, the version, and the level of checking.
/// The only file that defines macros for the rest of the library; everything else asks constants by `if constexpr`.

/// Absolute symbols whose values are the check level and the tool, and one, since lld takes zeros for different.
/// Linkers accept any number of equal definitions and refuse unequal ones ("multiple definition"), which is what a mix
/// of checked and unchecked objects deserves. Inside a function, since link-time optimisation refuses all others;
/// there, a mix is not seen.
#if defined(__ELF__)
#define OURO_STRINGIFY_(x) #x
#define OURO_STRINGIFY(x) OURO_STRINGIFY_(x)
namespace ouro::detail {
[[gnu::used, gnu::visibility("hidden")]] inline void name_build() noexcept {
  __asm__ volatile(
      ".globl ouro_check_level_differs_between_objects\n"
      ".hidden ouro_check_level_differs_between_objects\n"
      ".set ouro_check_level_differs_between_objects, " OURO_STRINGIFY(OURO_CHECK_LEVEL) " + 1\n"
      ".globl ouro_tracking_tool_differs_between_objects\n"
      ".hidden ouro_tracking_tool_differs_between_objects\n"
      ".set ouro_tracking_tool_differs_between_objects, " OURO_STRINGIFY(OURO_TRACK) " + 1\n");
}
}  // namespace ouro::detail
#endif

namespace ouro {

/// Where the functions are that programs call by their whole names: `ouro::id(p)`, and so `ouro` takes its names in.
/// In `ouro` itself, a program that has an `id` of its own would get this one for each `ouro::ptr`: functions of the
/// argument's namespace are found without being named, but not by way of a using-directive.
namespace functions {}
using namespace functions;

inline constexpr int version_major = OURO_VERSION_MAJOR;  ///< 0 until names and layouts stay
inline constexpr int version_minor = OURO_VERSION_MINOR;  ///< until then, grows with changes that break programs
inline constexpr int version_patch = OURO_VERSION_PATCH;  ///< grows with changes that do not

/// How much misuse is caught, 0 to 2. \see OURO_CHECK_LEVEL
inline constexpr int check_level = OURO_CHECK_LEVEL;
/// How the translation unit is compiled.
inline constexpr bool has_exceptions = OURO_HAS_EXCEPTIONS != 0;
inline constexpr bool has_rtti = OURO_HAS_RTTI != 0;
inline constexpr bool has_asan = OURO_HAS_ASAN != 0;

namespace detail {

/// A text as a template argument.
template <std::size_t Length>
struct sentence {
  consteval sentence(const char (&from)[Length]) noexcept {
    for (std::size_t i = 0; i != Length; ++i) text[i] = from[i];
  }

  char text[Length]{};
};

/// What OURO_REQUIRE names in its errors. `refused` is never defined.
template <class Type, sentence Remedy>
struct refused;
template <class Type, bool Holds>
inline constexpr bool accepted = Holds;

/// The memory at `at` ceases to be the object that it was. Optimisers take stores of different types for stores to
/// different places, and would move the last ones of the old object behind the first ones of the new: not across this.
OURO_ALWAYS_INLINE void end_storage_use(void*& at) noexcept { __asm__ volatile("" : "+r"(at) : : "memory"); }

/// An address in the stack frame of the calling function, near its end. Stacks grow towards lower addresses.
[[nodiscard]] OURO_ALWAYS_INLINE std::uintptr_t stack_position() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  std::uintptr_t position;
  __asm__("mov %%" OURO_STACK_REGISTER ", %0" : "=r"(position));
  return position;
#else
  return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
#endif
}

/// Tells the processor that the thread waits for another one in a loop.
inline void spin_pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__ARM_ARCH)
  __asm__ volatile("yield");
#endif
}

/// The same, and lets other threads run on this processor.
inline void yield_to_others() noexcept {
#if OURO_HAS_FORK
  static_cast<void>(::sched_yield());
#else
  spin_pause();
#endif
}

}  // namespace detail
}  // namespace ouro

// ===== ouro/allocator/allocation_scope.hpp

/// \file
/// Names the part of a program that allocates, for the allocators that report where blocks come from.

namespace ouro {

/// A place in a program that makes objects.
struct allocation_site {
  std::string_view name;  ///< the scope's, or empty
  const char* file = "";
  std::uint32_t line = 0;  ///< 0: no place
};

/// While it lives, what the thread allocates is said to come from here. Scopes nest, as calls do:
/// `const ouro::allocation_scope here{"parse"};`. The name must outlive all reports: a literal. A few instructions,
/// whether anybody traces or not.
class allocation_scope {
 public:
  explicit allocation_scope(std::string_view name = {},
                            std::source_location here = std::source_location::current()) noexcept;
  allocation_scope(const allocation_scope&) = delete;
  allocation_scope& operator=(const allocation_scope&) = delete;
  ~allocation_scope();

  /// The innermost scope of the calling thread, or null.
  [[nodiscard]] static const allocation_scope* innermost() noexcept;

  [[nodiscard]] const allocation_scope* outer() const noexcept { return outer_; }
  [[nodiscard]] const allocation_site& site() const noexcept { return site_; }

 private:
  allocation_site site_;
  const allocation_scope* outer_;  ///< restored at the end
};

namespace detail {

OURO_SHARED_STATE inline constinit thread_local const allocation_scope* innermost_scope = nullptr;

}  // namespace detail

inline allocation_scope::allocation_scope(std::string_view name, std::source_location here) noexcept
    : site_{name, here.file_name(), here.line()}, outer_{detail::innermost_scope} {
  detail::innermost_scope = this;
}

inline allocation_scope::~allocation_scope() { detail::innermost_scope = outer_; }

inline const allocation_scope* allocation_scope::innermost() noexcept { return detail::innermost_scope; }

}  // namespace ouro

// ===== ouro/allocator/call_frames.hpp

/// \file
/// The calls that are under way, where the platform tells.

namespace ouro::detail {

/// Return addresses, innermost first, from that of the function that calls this on: at most `wanted`, and 64. None
/// where the platform does not tell. \throws std::bad_alloc
/// A template, so that programs that do not trace do not compile it, as what follows.
template <class Frames = std::vector<const void*>>
[[nodiscard]] OURO_NOINLINE Frames call_frames([[maybe_unused]] std::size_t wanted) {
#if OURO_HAS_BACKTRACE
  constexpr std::size_t most = 64;
  constexpr std::size_t own = 2;  // the addresses in this function, and in the one that calls it
  if (wanted == 0) return {};
  void* frames[most + own];
  const int found = ::backtrace(frames, static_cast<int>(own + (wanted < most ? wanted : most)));
  if (found <= static_cast<int>(own)) return {};
  return Frames(frames + own, frames + found);
#else
  return {};
#endif
}

/// What is given back to `std::free`.
template <class T>
struct malloced {
  explicit malloced(T* given) noexcept : at{given} {}
  malloced(const malloced&) = delete;
  malloced& operator=(const malloced&) = delete;
  ~malloced() { std::free(static_cast<void*>(at)); }

  T* at;
};

/// The function that a return address lies in, where its program exports it; else the address. \throws std::bad_alloc
template <class Text = std::string>
[[nodiscard]] Text name_of_frame(const void* frame) {
#if OURO_HAS_BACKTRACE
  void* const one[] = {const_cast<void*>(frame)};
  const malloced<char*> lines{::backtrace_symbols(one, 1)};
  if (lines.at != nullptr) {
    // "program(mangled+0x1f) [0x55…]"
    const std::string_view line{*lines.at};
    const std::size_t begin = line.find('(');
    const std::size_t end = line.find_first_of("+)", begin);
    if (begin != std::string_view::npos && end > begin + 1) {
      const Text mangled{line.substr(begin + 1, end - begin - 1)};
      const malloced<char> clear{abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, nullptr)};
      return clear.at != nullptr ? Text{clear.at} : mangled;
    }
  }
#endif
  char text[2 * sizeof frame + 3];
  std::snprintf(text, sizeof text, "%p", frame);
  return text;
}

}  // namespace ouro::detail

// ===== ouro/allocator/when_used.hpp

/// \file
/// Keeps what a template names from being compiled before the template is used.

namespace ouro::detail {

/// `T`, as a type that depends on `Parameter`, one of the template that says this. A compiler goes through a template
/// when it reads it, and instantiates all that depends on no parameter: a `std::vector` of a class of ours takes it
/// longer than the template itself, in every file that includes the library.
template <class T, class Parameter>
using when_used = typename std::conditional<true, T, Parameter>::type;

}  // namespace ouro::detail

// ===== ouro/allocator/allocation_snapshot.hpp

/// \file
/// What a program has allocated at one moment, by where it did: Python's `tracemalloc.Snapshot`.

namespace ouro {

// Templates, so that programs that do not trace do not compile them.

/// Where a block comes from, and what it holds: called `allocation_trace`.
template <class Site>
struct basic_allocation_trace {
  std::string_view type;
  std::vector<Site> scopes;  ///< that were open, innermost first
  /// The calls that were under way, innermost first: return addresses.
  std::vector<detail::when_used<const void*, Site>> frames = {};

  [[nodiscard]] friend bool operator==(const basic_allocation_trace& left, const basic_allocation_trace& right) {
    if (left.type != right.type || left.scopes.size() != right.scopes.size()) return false;
    for (std::size_t i = 0; i != left.scopes.size(); ++i) {
      if (!is_same_place(left.scopes[i], right.scopes[i])) return false;
    }
    return left.frames == right.frames;
  }

  [[nodiscard]] static bool is_same_place(const Site& left, const Site& right) {
    return left.line == right.line && left.name == right.name && std::string_view{left.file} == right.file;
  }
};

/// The blocks of one origin that are in use: called `allocation_statistic`.
template <class Site>
struct basic_allocation_statistic {
  basic_allocation_trace<Site> trace;
  std::size_t bytes = 0;
  std::size_t blocks = 0;
};

/// What has changed between two snapshots, for one origin: called `allocation_difference`.
template <class Site>
struct basic_allocation_difference {
  basic_allocation_statistic<Site> now;
  std::ptrdiff_t more_bytes = 0;
  std::ptrdiff_t more_blocks = 0;
};

/// By what statistics are put together.
enum class group_by {
  type,   ///< what the blocks hold
  scope,  ///< the innermost scope
  trace   ///< both, all scopes, and all frames
};

/// A value: it holds no block, and stays as it is. Its functions allocate, and are O(n^2) in its entries at most.
/// Called `allocation_snapshot`.
template <class Site>
class basic_allocation_snapshot {
  using trace = basic_allocation_trace<Site>;
  using statistic = basic_allocation_statistic<Site>;
  using difference = basic_allocation_difference<Site>;

 public:
  basic_allocation_snapshot() = default;
  explicit basic_allocation_snapshot(std::vector<statistic> entries) : entries_{std::move(entries)} {}

  [[nodiscard]] const std::vector<statistic>& entries() const noexcept { return entries_; }

  [[nodiscard]] std::size_t bytes() const noexcept { return sum(&statistic::bytes); }
  [[nodiscard]] std::size_t blocks() const noexcept { return sum(&statistic::blocks); }

  /// The entries that `wanted(const allocation_trace&)` says yes to.
  template <class Wanted>
  [[nodiscard]] basic_allocation_snapshot filter(Wanted wanted) const {
    basic_allocation_snapshot kept;
    for (const statistic& each : entries_) {
      if (wanted(each.trace)) kept.entries_.push_back(each);
    }
    return kept;
  }

  /// Sums by `how`, the largest first: of `n` groups, or all.
  [[nodiscard]] std::vector<statistic> top(std::size_t n = static_cast<std::size_t>(-1),
                                           group_by how = group_by::trace) const {
    return first_of(n, grouped(how), &statistic::bytes, &statistic::blocks);
  }

  /// The same by number of blocks.
  [[nodiscard]] std::vector<statistic> top_by_blocks(std::size_t n = static_cast<std::size_t>(-1),
                                                     group_by how = group_by::trace) const {
    return first_of(n, grouped(how), &statistic::blocks, &statistic::bytes);
  }

  /// What has changed since `before`, the largest change of bytes first; origins without a change are left out.
  [[nodiscard]] std::vector<difference> compare_to(const basic_allocation_snapshot& before,
                                                   group_by how = group_by::trace) const {
    std::vector<difference> changes;
    for (statistic& each : grouped(how)) {
      changes.push_back({each, static_cast<std::ptrdiff_t>(each.bytes), static_cast<std::ptrdiff_t>(each.blocks)});
    }
    for (const statistic& each : before.grouped(how)) {
      auto found = changes.begin();
      while (found != changes.end() && found->now.trace != each.trace) ++found;
      if (found == changes.end()) found = changes.insert(changes.end(), {{each.trace, 0, 0}, 0, 0});
      found->more_bytes -= static_cast<std::ptrdiff_t>(each.bytes);
      found->more_blocks -= static_cast<std::ptrdiff_t>(each.blocks);
    }
    std::erase_if(changes, [](const auto& change) { return change.more_bytes == 0 && change.more_blocks == 0; });
    return sorted(std::move(changes), [](const difference& change) {
      return std::pair{magnitude(change.more_bytes), magnitude(change.more_blocks)};
    });
  }

  /// One line an origin, outermost call first, then the scopes and the type, with its bytes: what flame graphs are
  /// drawn from (`flamegraph.pl --countname bytes`).
  [[nodiscard]] std::string folded() const {
    text lines;
    for (const statistic& each : top()) {
      for (auto frame = each.trace.frames.rbegin(); frame != each.trace.frames.rend(); ++frame) {
        lines += detail::name_of_frame(*frame) + ';';
      }
      for (auto scope = each.trace.scopes.rbegin(); scope != each.trace.scopes.rend(); ++scope) {
        lines += name_of(*scope) + ';';
      }
      lines += text{each.trace.type} + ' ' + std::to_string(each.bytes) + '\n';
    }
    return lines;
  }

  /// A scope's name, or where it is.
  [[nodiscard]] static std::string name_of(const Site& scope) {
    if (!scope.name.empty()) return text{scope.name};
    return text{scope.file} + ':' + std::to_string(scope.line);
  }

 private:
  using figure = std::size_t statistic::*;
  using text = detail::when_used<std::string, Site>;

  [[nodiscard]] static std::vector<statistic> first_of(std::size_t n, std::vector<statistic> groups, figure by,
                                                       figure then_by) {
    groups = sorted(std::move(groups), [&](const statistic& each) { return std::pair{each.*by, each.*then_by}; });
    if (groups.size() > n) groups.resize(n);
    return groups;
  }

  /// By descending keys; equal ones stay as they were. By insertion: as these are grouped, it is no slower than that,
  /// and `<algorithm>` takes long to compile.
  template <class Element, class Key>
  [[nodiscard]] static std::vector<Element> sorted(std::vector<Element> elements, Key key_of_element) {
    for (std::size_t end = 1; end < elements.size(); ++end) {
      Element moved = std::move(elements[end]);
      std::size_t place = end;
      for (; place != 0 && key_of_element(elements[place - 1]) < key_of_element(moved); --place) {
        elements[place] = std::move(elements[place - 1]);
      }
      elements[place] = std::move(moved);
    }
    return elements;
  }

  [[nodiscard]] static std::size_t magnitude(std::ptrdiff_t change) noexcept {
    return change < 0 ? std::size_t{0} - static_cast<std::size_t>(change) : static_cast<std::size_t>(change);
  }

  [[nodiscard]] std::size_t sum(figure of) const noexcept {
    std::size_t all = 0;
    for (const statistic& each : entries_) all += each.*of;
    return all;
  }

  [[nodiscard]] std::vector<statistic> grouped(group_by how) const {
    std::vector<statistic> groups;
    for (const statistic& each : entries_) {
      trace key = key_of(each.trace, how);
      auto found = groups.begin();
      while (found != groups.end() && found->trace != key) ++found;
      if (found == groups.end()) found = groups.insert(groups.end(), {std::move(key), 0, 0});
      found->bytes += each.bytes;
      found->blocks += each.blocks;
    }
    return groups;
  }

  [[nodiscard]] static trace key_of(const trace& of, group_by how) {
    if (how == group_by::type) return {of.type, {}};
    if (how == group_by::trace) return of;
    if (of.scopes.empty()) return {};
    return {{}, {of.scopes.front()}};
  }

  std::vector<statistic> entries_;  ///< each origin once
};

/// What `traced_allocator<A>::take_snapshot()` returns.
using allocation_snapshot = basic_allocation_snapshot<allocation_site>;

/// Where a block comes from.
using allocation_trace = basic_allocation_trace<allocation_site>;
/// The blocks of one origin.
using allocation_statistic = basic_allocation_statistic<allocation_site>;
/// What has changed for one origin.
using allocation_difference = basic_allocation_difference<allocation_site>;

}  // namespace ouro

// ===== ouro/object/policy_axis.hpp

/// \file
/// Which of the three axes each of our policies is of, so that policies in the wrong order are answered by the right
/// one.

namespace ouro::detail {

enum class policy_axis { unknown, refcount, collector, allocator };

/// Specialised for ours where they are declared.
template <class Policy>
inline constexpr policy_axis axis_of = policy_axis::unknown;

template <class Policy, policy_axis Axis>
inline constexpr bool may_be_of = axis_of<Policy> == policy_axis::unknown || axis_of<Policy> == Axis;

/// True, or the end of the compilation by one line that names a policy in the wrong place.
template <class Policy, policy_axis Axis>
[[nodiscard]] consteval bool check_place() noexcept {
  OURO_REQUIRE(Policy, "ouro: the order of policies is <RefcountPolicy, CollectorPolicy, AllocatorPolicy>",
               may_be_of<Policy, Axis>);
  return true;
}

template <class First, class Second, class Third>
[[nodiscard]] consteval bool are_in_order() noexcept {
  return check_place<First, policy_axis::refcount>() && check_place<Second, policy_axis::collector>() &&
         check_place<Third, policy_axis::allocator>();
}

}  // namespace ouro::detail

// ===== ouro/allocator/allocator_policy.hpp

/// \file
/// The contract of the allocator axis: where blocks come from.
///
/// | expression | returns | meaning |
/// | --- | --- | --- |
/// | `A::allocate(bytes, alignment)` | `void*` | a block; null, or `std::bad_alloc` thrown, when memory is exhausted |
/// | `A::deallocate(block, bytes, alignment)` | `void` | gives it back; noexcept; both numbers as at the allocation |
/// | `A::trim()` (optional) | `void` | gives what is cached back to the system; noexcept |
/// | `A::allocate_for(bytes, alignment, type)` (optional) | `void*` | `allocate`, told the name of the type that the
/// block is for; noexcept if `allocate` is |
/// | `A::walks(bytes, alignment)`, `A::allocate_walked(bytes, alignment)` (optional) | `bool`, `void*` | whether there
/// are walked pools for such blocks; one of these (pool_walk.hpp) |
/// | `A::begins_block(at, bytes, alignment)` (optional) | `bool` | false if no block of `A` begins at this address,
/// whatever lies there: asked by checked builds; noexcept |
///
/// `bytes` is at least 1, `alignment` a power of two. Both are constants wherever the type is known, so that a
/// policy whose verbs are inline decides its size class at compile time. A policy is a name for static functions: it
/// has no state of its own, and a pointer pays nothing for it. It is called from every thread that uses its objects.

namespace ouro {

struct OURO_SHARED_TYPE pool_allocator;
struct OURO_SHARED_TYPE resource_allocator;
struct OURO_SHARED_TYPE system_allocator;

namespace detail {

template <>
inline constexpr policy_axis axis_of<pool_allocator> = policy_axis::allocator;
template <>
inline constexpr policy_axis axis_of<resource_allocator> = policy_axis::allocator;
template <>
inline constexpr policy_axis axis_of<system_allocator> = policy_axis::allocator;

/// Ours fulfil the contract before they are defined, so that pointers can be declared (fwd.hpp).
template <class AllocatorPolicy>
concept allocator_policy_of_ours =
    std::same_as<AllocatorPolicy, pool_allocator> || std::same_as<AllocatorPolicy, resource_allocator> ||
    std::same_as<AllocatorPolicy, system_allocator>;

}  // namespace detail

template <class AllocatorPolicy>
concept has_allocate =
    detail::allocator_policy_of_ours<AllocatorPolicy> || requires(std::size_t bytes, std::size_t alignment) {
      { AllocatorPolicy::allocate(bytes, alignment) } -> std::same_as<void*>;
    };

template <class AllocatorPolicy>
concept has_deallocate = detail::allocator_policy_of_ours<AllocatorPolicy> ||
                         requires(void* block, std::size_t bytes, std::size_t alignment) {
                           { AllocatorPolicy::deallocate(block, bytes, alignment) } noexcept -> std::same_as<void>;
                         };

template <class AllocatorPolicy>
concept has_no_state = detail::allocator_policy_of_ours<AllocatorPolicy> || std::is_empty_v<AllocatorPolicy>;

template <class AllocatorPolicy>
concept has_trim = requires {
  { AllocatorPolicy::trim() } noexcept -> std::same_as<void>;
};

template <class AllocatorPolicy>
concept has_allocate_walked = requires(std::size_t bytes, std::size_t alignment) {
  { AllocatorPolicy::walks(bytes, alignment) } -> std::same_as<bool>;
  { AllocatorPolicy::allocate_walked(bytes, alignment) } noexcept -> std::same_as<void*>;
};

template <class AllocatorPolicy>
concept has_begins_block = requires(const void* at, std::size_t bytes, std::size_t alignment) {
  { AllocatorPolicy::begins_block(at, bytes, alignment) } noexcept -> std::same_as<bool>;
};

/// False for a policy that we know to be of another axis. A variable and no concept, so that g++ names it where it is
/// false.
template <class AllocatorPolicy>
inline constexpr bool is_third_of_refcount_collector_allocator =
    detail::may_be_of<AllocatorPolicy, detail::policy_axis::allocator>;

/// Gives and takes blocks. \see the table above
template <class AllocatorPolicy>
concept allocator_policy = is_third_of_refcount_collector_allocator<AllocatorPolicy> && has_no_state<AllocatorPolicy> &&
                           has_allocate<AllocatorPolicy> && has_deallocate<AllocatorPolicy>;

}  // namespace ouro

// ===== ouro/allocator/loaded_objects.hpp

/// \file
/// The program and the shared objects that are loaded, as the system lists them.

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
struct loaded_object {
  using segment = std::conditional_t<sizeof(void*) == 8, wide_segment, narrow_segment>;
  static constexpr std::uint32_t load = 1;  ///< types of segments
  static constexpr std::uint32_t note = 4;

  std::uintptr_t base;  ///< what addresses in segments are relative to
  const char* name;     ///< of the file; empty for the program
  const segment* segments;
  std::uint16_t segment_count;
};

/// Calls `see` with each until it returns true: the program first. O(loaded objects); none where the system has no
/// list.
template <class See>
void each_loaded_object([[maybe_unused]] See see) noexcept {
#if OURO_HAS_LOADER
  static_cast<void>(::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* with) {
        return (*static_cast<See*>(with))(*reinterpret_cast<const loaded_object*>(info)) ? 1 : 0;
      },
      &see));
#endif
}

/// The shared object that has `place` in it stays loaded until the process ends, whatever becomes of the handle that it
/// was loaded by: its code is needed for objects. Nothing for the program itself.
OURO_OWN_CODE OURO_NOINLINE inline void keep_loaded([[maybe_unused]] const void* place) noexcept {
#if OURO_HAS_UNLOADING
  if (&::dlopen == nullptr) return;
  const char* name = "";
  const auto address = reinterpret_cast<std::uintptr_t>(place);
  each_loaded_object([&](const loaded_object& at) {
    for (std::size_t i = 0; i != at.segment_count; ++i) {
      const loaded_object::segment& each = at.segments[i];
      if (each.type != loaded_object::load || address - at.base - each.address >= each.bytes) continue;
      name = at.name;
      return true;
    }
    return false;
  });
  if (*name != '\0') static_cast<void>(::dlopen(name, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE));
#endif
}

}  // namespace ouro::detail

// ===== ouro/allocator/plain_mutex.hpp

/// \file
/// A mutex for variables that are there before any code has run, and after all has; and what goes with mutexes.
///
/// `std::mutex` would do with glibc, but has a constructor and a destructor elsewhere (winpthreads), and its header
/// takes longer to compile than most of the library.

namespace ouro::detail {

/// Constant-initialised, and without a destructor. (Drepper, "Futexes are tricky", 2011, mutex 2.)
class plain_mutex {
 public:
  constexpr plain_mutex() noexcept = default;
  plain_mutex(const plain_mutex&) = delete;
  plain_mutex& operator=(const plain_mutex&) = delete;

  void lock() noexcept {
    std::uint32_t seen = free;
    if (!try_lock(seen)) wait();
  }

  void unlock() noexcept {
    if (state_.exchange(free, std::memory_order_release) == waited_for) state_.notify_one();
  }

 protected:
  constexpr explicit plain_mutex(std::uint32_t state) noexcept : state_{state} {}

  /// Null, so that a variable with such a mutex takes no room in a program's file.
  static constexpr std::uint32_t never_used = 0;
  static constexpr std::uint32_t free = 1;
  static constexpr std::uint32_t held = 2;
  static constexpr std::uint32_t waited_for = 3;  ///< held, and perhaps somebody waits

  /// False, and nothing has changed, when the state is not free; `seen` is the state then. \pre `seen` is `free`
  [[nodiscard]] bool try_lock(std::uint32_t& seen) noexcept {
    return state_.compare_exchange_strong(seen, held, std::memory_order_acquire, std::memory_order_relaxed);
  }

  /// Takes it when it is free. \pre it has been used before
  void wait() noexcept {
    while (state_.exchange(waited_for, std::memory_order_acquire) != free) {
      state_.wait(waited_for, std::memory_order_relaxed);
    }
  }

  std::atomic<std::uint32_t> state_{free};
};

/// Its address tells threads apart.
OURO_SHARED_STATE inline constinit thread_local char this_thread = 0;

/// Stands in for a mutex where one thread uses the objects.
struct no_mutex {
  void lock() noexcept {}
  void unlock() noexcept {}
};

/// `std::lock_guard`, without its header.
template <class Mutex>
class [[nodiscard]] lock_guard {
 public:
  explicit lock_guard(Mutex& mutex) : mutex_{mutex} { mutex_.lock(); }
  lock_guard(const lock_guard&) = delete;
  lock_guard& operator=(const lock_guard&) = delete;
  ~lock_guard() { mutex_.unlock(); }

 private:
  Mutex& mutex_;
};

}  // namespace ouro::detail

// ===== ouro/allocator/static_mutex.hpp

/// \file
/// Mutexes that a `fork` takes before it copies the process.
///
/// So no other thread is at work on what they guard, and the child finds it whole and can use it. The thread that forks
/// waits for one mutex only while it holds no other: no order of mutexes is needed. Before the child gives them back,
/// it repairs what threads without a mutex may have left unfinished (`fork_repair`).
///
/// What other threads had is lost to the child: the objects that only their stacks point to, and their pools, which
/// they may have left in any state. Blocks in these can be freed in the child, but are not used again, so that the loss
/// does not grow. A private heap that another thread was in can not be entered.

namespace ouro::detail {

/// Constant-initialised, and without a destructor. Becomes known to `fork` when it is first used, and stays so: it must
/// never end.
class static_mutex : plain_mutex {
 public:
  constexpr static_mutex() noexcept : plain_mutex{never_used} {}

  void lock() noexcept {
    std::uint32_t seen = free;
    if (!plain_mutex::try_lock(seen)) lock_rarely(seen);
  }

  /// False, and nothing has changed, when it is held.
  [[nodiscard]] bool try_lock() noexcept {
    std::uint32_t seen = free;
    if (plain_mutex::try_lock(seen)) return true;
    if (seen != never_used) return false;
    become_known();
    return plain_mutex::try_lock(seen = free);
  }

  using plain_mutex::unlock;

  /// For a thread that may fork, or ask for the mutex again, while it holds it. \pre the calling thread holds it
  void note_holder() noexcept { holder_.store(&this_thread, std::memory_order_relaxed); }
  void forget_holder() noexcept { holder_.store(nullptr, std::memory_order_relaxed); }

  /// Whether the calling thread holds it, and was noted.
  [[nodiscard]] bool is_held_here() const noexcept {
    // relaxed: a thread that reads its own name has written it, and all others read another name, or none.
    return holder_.load(std::memory_order_relaxed) == &this_thread;
  }

  /// Whether another thread holds it, and was noted.
  [[nodiscard]] bool is_held_elsewhere() const noexcept {
    const char* const holder = holder_.load(std::memory_order_relaxed);
    return holder != nullptr && holder != &this_thread;
  }

 private:
  friend class fork_list;

  OURO_NOINLINE void lock_rarely(std::uint32_t seen) noexcept {
    if (seen == never_used) become_known();
    wait();
  }

  OURO_OWN_CODE void become_known() noexcept;

  static_mutex* next_ = nullptr;  ///< known before this one
  std::atomic<const char*> holder_{nullptr};
};

/// What a child does where threads that it has not got may have left something unfinished, or owned something. One a
/// variable, constant-initialised.
struct fork_repair {
  void (*run)() noexcept;  ///< called while the process has one thread, which holds all mutexes; runs no user code
  fork_repair* next = nullptr;
  std::atomic<bool> is_known{false};

  /// Before there is anything to repair.
  void become_known() noexcept;
};

/// All mutexes that were ever used, and all repairs.
class fork_list {
 public:
  OURO_OWN_CODE void add(static_mutex& mutex) noexcept {
    prepare_for(&mutex);
    const lock_guard lock{mutex_};
    if (mutex.state_.load(std::memory_order_relaxed) != static_mutex::never_used) return;
    install();
    mutex.next_ = first_;
    first_ = &mutex;
    mutex.state_.store(static_mutex::free, std::memory_order_release);
  }

  /// For a thread that has held a mutex for long, and may take it again at once. Never waits for long.
  void let_forks_pass() const noexcept {
    for (int i = 0; i != 100 && is_waiting_.load(std::memory_order_relaxed); ++i) yield_to_others();
  }

  OURO_OWN_CODE void add(fork_repair& repair) noexcept {
    prepare_for(&repair);
    const lock_guard lock{mutex_};
    if (repair.is_known.load(std::memory_order_relaxed)) return;
    install();
    repair.next = first_repair_;
    first_repair_ = &repair;
    repair.is_known.store(true, std::memory_order_release);
  }

 private:
  /// What the system calls must stay, and be called with variables that stay. Not with the list's mutex held: the
  /// system's own may be held by a thread that waits for it.
  OURO_OWN_CODE void prepare_for(const void* variable) noexcept {
    keep_loaded(variable);
    if (!is_installed_.load(std::memory_order_relaxed)) keep_loaded(reinterpret_cast<const void*>(&before_fork));
  }

  OURO_OWN_CODE void install() noexcept {
    if (is_installed_.exchange(true, std::memory_order_relaxed)) return;
#if OURO_HAS_FORK
    // Without the memory for it, forks are as they would be without this.
    static_cast<void>(::pthread_atfork(&before_fork, &after_fork, &after_fork_in_child));
#endif
  }

  OURO_OWN_CODE static void before_fork() noexcept;
  OURO_OWN_CODE static void after_fork() noexcept;
  OURO_OWN_CODE static void after_fork_in_child() noexcept;

  /// Takes all mutexes, or none, and returns which.
  [[nodiscard]] bool try_lock() noexcept {
    mutex_.lock();
    for (static_mutex* at = first_; at != nullptr; at = at->next_) {
      if (at->is_held_here() || at->try_lock()) continue;
      unlock_before(at);
      return false;
    }
    return true;
  }

  void unlock_before(const static_mutex* end) noexcept {
    for (static_mutex* at = first_; at != end; at = at->next_) {
      if (!at->is_held_here()) at->unlock();
    }
    mutex_.unlock();
  }

  void repair() noexcept {
    for (fork_repair* at = first_repair_; at != nullptr; at = at->next) at->run();
  }

  plain_mutex mutex_;
  static_mutex* first_ = nullptr;        ///< guarded by `mutex_`
  fork_repair* first_repair_ = nullptr;  ///< guarded by `mutex_`
  std::atomic<bool> is_installed_{false};
  std::atomic<bool> is_waiting_{false};  ///< a thread forks, and waits for others
};

OURO_SHARED_STATE inline constinit fork_list known_at_fork{};

inline void fork_list::before_fork() noexcept {
  known_at_fork.is_waiting_.store(true, std::memory_order_relaxed);
  for (int tries = 0; !known_at_fork.try_lock(); ++tries) {
    // Most mutexes are held for less than a microsecond.
    if (tries % 64 != 63) {
      spin_pause();
    } else {
      yield_to_others();
    }
  }
  known_at_fork.is_waiting_.store(false, std::memory_order_relaxed);
}
inline void fork_list::after_fork() noexcept { known_at_fork.unlock_before(nullptr); }
inline void fork_list::after_fork_in_child() noexcept {
  known_at_fork.repair();
  known_at_fork.unlock_before(nullptr);
}

inline void static_mutex::become_known() noexcept { known_at_fork.add(*this); }
inline void fork_repair::become_known() noexcept {
  if (!is_known.load(std::memory_order_acquire)) known_at_fork.add(*this);
}

/// The same for one thread any number of times.
class recursive_mutex {
 public:
  constexpr recursive_mutex() noexcept = default;
  recursive_mutex(const recursive_mutex&) = delete;
  recursive_mutex& operator=(const recursive_mutex&) = delete;

  void lock() noexcept {
    if (!mutex_.is_held_here()) {
      mutex_.lock();
      mutex_.note_holder();
    }
    ++depth_;
  }

  void unlock() noexcept {
    if (--depth_ != 0) return;
    mutex_.forget_holder();
    mutex_.unlock();
  }

 private:
  static_mutex mutex_;
  std::uint32_t depth_ = 0;  ///< guarded by `mutex_`
};

/// For what may end: one of a few mutexes that never do. A thread holds one of them at a time.
class pooled_mutex {
 public:
  constexpr pooled_mutex() noexcept = default;
  pooled_mutex(const pooled_mutex&) = delete;
  pooled_mutex& operator=(const pooled_mutex&) = delete;

  void lock() noexcept { mine().lock(); }
  void unlock() noexcept { mine().unlock(); }

 private:
  static constexpr std::size_t count = 16;

  [[nodiscard]] static_mutex& mine() const noexcept {
    return pool_[reinterpret_cast<std::uintptr_t>(this) / 64 % count];
  }

  OURO_SHARED_STATE static static_mutex pool_[count];
};

constinit inline static_mutex pooled_mutex::pool_[pooled_mutex::count]{};

}  // namespace ouro::detail

// ===== ouro/allocator/heap_part.hpp

/// \file
/// What of the library's thread-local state belongs to a heap, and goes with it from thread to thread.
///
/// The fast paths read thread-local variables, and know of no heaps: entering a private heap changes the values of
/// these variables, and leaving it changes them back (private_heap.hpp). A variable says that it is such a part on its
/// slow path, before it gets its first value of any consequence.

namespace ouro::detail {

/// A thread-local variable of trivial type. One a variable, constant-initialised.
struct heap_part {
  void* (*here)() noexcept;    ///< the calling thread's
  const void* initial;         ///< its value in a heap where nothing has happened
  std::size_t bytes;           ///< its size
  bool (*finish)() noexcept;   ///< ends the objects that it knows in the current heap; whether there were any; or null
  bool (*relieve)() noexcept;  ///< the same, of what may go now, because the current heap has no memory left; or null
  void (*release)() noexcept;  ///< after `finish`, frees its memory, and calls no user code; or null
  std::size_t offset = 0;      ///< in the saved bytes of a heap
  heap_part* next = nullptr;   ///< known before this one
  std::atomic<bool> is_known{false};
};

/// The parts that any thread has ever used.
class heap_parts {
 public:
  void add(heap_part& part) noexcept {
    const lock_guard lock{mutex_};
    if (part.is_known.load(std::memory_order_relaxed)) return;
    constexpr std::size_t unit = alignof(std::max_align_t);
    const std::size_t offset = bytes();
    part.offset = offset;
    part.next = first_.load(std::memory_order_relaxed);
    // release: who sees the part, or the sum, sees what it consists of.
    first_.store(&part, std::memory_order_release);
    bytes_.store(offset + (part.bytes + unit - 1) / unit * unit, std::memory_order_release);
    part.is_known.store(true, std::memory_order_release);
  }

  /// Of all parts, one after the other.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_.load(std::memory_order_acquire); }

  /// Calls `see` with each part.
  template <class See>
  void each(See see) const {
    for (heap_part* at = first_.load(std::memory_order_acquire); at != nullptr; at = at->next) see(*at);
  }

 private:
  static_mutex mutex_;
  std::atomic<heap_part*> first_{nullptr};
  std::atomic<std::size_t> bytes_{0};
};

OURO_SHARED_STATE inline constinit heap_parts known_heap_parts{};

/// The values of the parts while their heap is not the thread's.
class saved_parts {
 public:
  /// Room for all parts that are known. False, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool reserve() noexcept {
    const std::size_t wanted = known_heap_parts.bytes();
    if (wanted <= capacity_) return true;
    void* const grown = std::realloc(bytes_, wanted);
    if (grown == nullptr) return false;
    bytes_ = static_cast<std::byte*>(grown);
    capacity_ = wanted;
    return true;
  }

  /// The thread's values. A part for which there is no room has none of any consequence.
  void save() noexcept {
    saved_ = capacity_;
    known_heap_parts.each([this](const heap_part& each) {
      if (each.offset + each.bytes <= saved_) std::memcpy(bytes_ + each.offset, each.here(), each.bytes);
    });
  }

  void load() const noexcept {
    known_heap_parts.each([this](const heap_part& each) {
      const bool has = each.offset + each.bytes <= saved_;
      std::memcpy(each.here(), has ? bytes_ + each.offset : each.initial, each.bytes);
    });
  }

  void release() noexcept {
    std::free(bytes_);
    *this = {};
  }

 private:
  std::byte* bytes_ = nullptr;  ///< each part at its offset
  std::size_t capacity_ = 0;
  std::size_t saved_ = 0;  ///< bytes that `save` has seen
};

/// Where the thread will leave the parts of the private heap that it is in; null in its own.
OURO_SHARED_STATE inline constinit thread_local saved_parts* parts_of_current_heap = nullptr;

/// Before a part of the current heap gets its first value of any consequence. False when memory is exhausted: it must
/// not get one then.
[[nodiscard]] OURO_OWN_CODE OURO_NOINLINE inline bool attach(heap_part& part) noexcept {
  // acquire: `add` has said where the part lies.
  if (!part.is_known.load(std::memory_order_acquire)) {
    keep_loaded(&part);
    known_heap_parts.add(part);
  }
  return parts_of_current_heap == nullptr || parts_of_current_heap->reserve();
}

/// Describes the variable that `State::of_thread()` is. `State::finish()`, `State::relieve()` and `State::release()`
/// are optional; without the second, `finish` does for both.
template <class State>
class heap_part_of {
  static_assert(std::is_trivially_copyable_v<State>, "the value of a part is copied as bytes");

  [[nodiscard]] static void* here() noexcept { return &State::of_thread(); }

  [[nodiscard]] static consteval auto finish_of() -> bool (*)() noexcept {
    if constexpr (requires { State::finish(); }) {
      return &State::finish;
    } else {
      return nullptr;
    }
  }
  [[nodiscard]] static consteval auto relieve_of() -> bool (*)() noexcept {
    if constexpr (requires { State::relieve(); }) {
      return &State::relieve;
    } else {
      return finish_of();
    }
  }
  [[nodiscard]] static consteval auto release_of() -> void (*)() noexcept {
    if constexpr (requires { State::release(); }) {
      return &State::release;
    } else {
      return nullptr;
    }
  }

  static constexpr State initial{};

 public:
  OURO_SHARED_STATE static inline constinit heap_part part{
      &here, &initial, sizeof(State), finish_of(), relieve_of(), release_of(), 0, nullptr, {}};
};

}  // namespace ouro::detail

// ===== ouro/allocator/system_memory.hpp

/// \file
/// Whole pages from the operating system, and back to it. `operator delete` would not do: a malloc keeps what it was
/// given for itself.

namespace ouro::detail {

/// `bytes` of zeroed memory at a multiple of `alignment`; null when the system has no more. Both are multiples of the
/// system's page size. Thread-safe; a system call.
[[nodiscard]] inline void* map_pages(std::size_t bytes, std::size_t alignment) noexcept {
#if OURO_HAS_MMAP
  // Maps too much and cuts both ends off, since mmap promises no more than the alignment of a page.
  const std::size_t span = bytes + alignment;
  void* const raw = ::mmap(nullptr, span, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw == MAP_FAILED) return nullptr;
  const auto begin = reinterpret_cast<std::uintptr_t>(raw);
  const std::uintptr_t aligned = (begin + alignment - 1) & ~(alignment - 1);
  if (aligned != begin) ::munmap(raw, aligned - begin);
  ::munmap(reinterpret_cast<void*>(aligned + bytes), begin + span - (aligned + bytes));
  return reinterpret_cast<void*>(aligned);
#else
  return ::operator new(bytes, std::align_val_t{alignment}, std::nothrow);
#endif
}

/// Gives back what `map_pages(bytes, alignment)` returned.
inline void unmap_pages(void* pages, std::size_t bytes, [[maybe_unused]] std::size_t alignment) noexcept {
#if OURO_HAS_MMAP
  ::munmap(pages, bytes);
#else
  ::operator delete(pages, std::align_val_t{alignment});
#endif
}

/// Asks for huge pages behind the memory, at multiples of 2 MiB: the system then clears it in one go, which costs an
/// eighth of 512 page faults, and fewer addresses miss the TLB.
inline void advise_huge([[maybe_unused]] void* pages, [[maybe_unused]] std::size_t bytes) noexcept {
#if OURO_HAS_HUGE_PAGES
  static_cast<void>(::madvise(pages, bytes, MADV_HUGEPAGE));
#endif
}

}  // namespace ouro::detail

// ===== ouro/allocator/raw_array.hpp

/// \file
/// Growing arrays, for what the library keeps about objects.

namespace ouro::detail {

/// A growing array of trivial elements whose growth can fail without harm. It has no destructor: its owner says when
/// its memory goes, so that it may be part of a thread's state that must outlive everything else.
///
/// From 2 MiB on it lies on huge pages: an array that is filled once and let go costs more in page faults than in
/// writes otherwise.
template <class T>
struct raw_array {
  static_assert(std::is_trivially_copyable_v<T>);

  T* items = nullptr;
  std::size_t size = 0;
  std::size_t capacity = 0;  ///< size <= capacity

  /// Room for `wanted` elements; false, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool reserve(std::size_t wanted) noexcept {
    if (wanted <= capacity) return true;
    std::size_t wider = capacity == 0 ? 256 : capacity * 2;
    if (wider < wanted) wider = wanted;
    return grow(wider);
  }

  [[nodiscard]] OURO_ALWAYS_INLINE bool push(const T& item) noexcept {
    if (size == capacity && !reserve(size + 1)) [[unlikely]]
      return false;
    items[size++] = item;
    return true;
  }

  void release() noexcept {
    free_items();
    *this = {};
  }

 private:
  static constexpr std::size_t huge_page = std::size_t{2} << 20;  ///< bytes

  [[nodiscard]] static constexpr std::size_t mapped_bytes(std::size_t elements) noexcept {
    return (elements * sizeof(T) + huge_page - 1) / huge_page * huge_page;
  }

  [[nodiscard]] static constexpr bool is_mapped(std::size_t elements) noexcept {
    return elements * sizeof(T) >= huge_page;
  }

  [[nodiscard]] OURO_NOINLINE bool grow(std::size_t wider) noexcept {
    void* grown = nullptr;
    if (is_mapped(wider)) {
      grown = map_pages(mapped_bytes(wider), huge_page);
      if (grown == nullptr) return false;
      advise_huge(grown, mapped_bytes(wider));
      if (size != 0) std::memcpy(grown, items, size * sizeof(T));
      free_items();
      wider = mapped_bytes(wider) / sizeof(T);
    } else {
      grown = std::realloc(static_cast<void*>(items), wider * sizeof(T));
      if (grown == nullptr) return false;
    }
    items = static_cast<T*>(grown);
    capacity = wider;
    return true;
  }

  void free_items() noexcept {
    if (is_mapped(capacity)) {
      unmap_pages(items, mapped_bytes(capacity), huge_page);
    } else {
      std::free(static_cast<void*>(items));
    }
  }
};

}  // namespace ouro::detail

// ===== ouro/allocator/kept_blocks.hpp

/// \file
/// Freed blocks that an allocator does not use again for some time.

namespace ouro::detail {

/// A ring of up to `Most` blocks, the oldest first, which together have up to `MostBytes` bytes: but the block that was
/// freed last is kept whatever its size. `Block` has a member `bytes`. O(1) but for what `give_back` does. Has no
/// destructor, so that it may be part of a heap. Not thread-safe.
template <class Block, std::size_t Most, std::size_t MostBytes>
class kept_blocks {
 public:
  /// Whether `keep` has asked for memory yet.
  [[nodiscard]] bool has_room() const noexcept { return ring_.capacity != 0; }

  /// Keeps one more, and calls `give_back` with each block that must go for it. False, and nothing has changed, when
  /// memory is exhausted.
  template <class GiveBack>
  [[nodiscard]] bool keep(const Block& freed, GiveBack give_back) noexcept {
    if (!ring_.reserve(Most)) return false;
    while (count_ == Most || (count_ != 0 && bytes_ + freed.bytes > MostBytes)) give_oldest_back(give_back);
    ring_.items[(first_ + count_) % Most] = freed;
    ++count_;
    bytes_ += freed.bytes;
    return true;
  }

  /// Returns whether there were any.
  template <class GiveBack>
  bool give_all_back(GiveBack give_back) noexcept {
    const bool found = count_ != 0;
    while (count_ != 0) give_oldest_back(give_back);
    return found;
  }

  /// Frees the memory of the ring itself. \pre no block is kept
  void release() noexcept {
    ring_.release();
    *this = {};
  }

 private:
  template <class GiveBack>
  void give_oldest_back(GiveBack give_back) noexcept {
    const Block oldest = ring_.items[first_];
    first_ = (first_ + 1) % Most;
    --count_;
    bytes_ -= oldest.bytes;
    give_back(oldest);
  }

  raw_array<Block> ring_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;  ///< of all that are kept
};

}  // namespace ouro::detail

// ===== ouro/allocator/integer_cast.hpp

/// \file
/// A cast between integer types that some platforms take for one.

namespace ouro::detail {

/// Keeps the low bits of a number. It is no cast where the types are the same, as `std::size_t` and `std::uint64_t` may
/// be: g++ warns of a cast that does nothing (`-Wuseless-cast`).
template <class To, class From>
[[nodiscard]] OURO_ALWAYS_INLINE constexpr To integer_cast(From from) noexcept {
  if constexpr (std::is_same_v<To, From>) {
    return from;
  } else {
    return static_cast<To>(from);
  }
}

}  // namespace ouro::detail

// ===== ouro/allocator/foreign_blocks.hpp

/// \file
/// The way home for the blocks of one pool that other threads have freed.
///
/// A chain of blocks and its length in one atomic word, as `xthread_free` in mimalloc (Leijen, Zorn, de Moura 2019): a
/// thread adds a chain of its own by one compare-and-swap, and the owner takes all in by one exchange, without a look
/// at the blocks, once the pool has no other block left. Whoever finds the word not announced first pushes the pool on
/// its heap's stack of pools with such blocks. Lock-free; O(1) but for what other threads do meanwhile.

namespace ouro::detail {

struct pool;

/// A free block holds the link to the next one.
struct [[gnu::may_alias]] free_block {
  free_block* next;
};

class foreign_blocks {
 public:
  struct chain {
    free_block* first;
    std::uint32_t blocks;
  };

  pool* next = nullptr;  ///< on the heap's stack: of who has announced the pool, then of the owner

  /// Adds a chain to the front. `announce()` pushes the pool on its heap's stack. `relink(block, next)` links the last
  /// block of the chain. The pool may be gone when this returns: the owner frees it as soon as it has all blocks.
  template <class Announce, class Relink>
  void put(free_block* first, free_block* last, std::uint32_t blocks, Announce announce, Relink relink) noexcept {
    // relaxed: the exchange that succeeds orders memory.
    std::uint64_t seen = word_.load(std::memory_order_relaxed);
    for (;;) {
      if ((seen & announced) == 0) {
        // acquire: the owner has read `next` before it took the announcement back.
        if (word_.compare_exchange_weak(seen, seen | announced, std::memory_order_acquire, std::memory_order_relaxed))
          announce();
        seen = word_.load(std::memory_order_relaxed);
        continue;
      }
      relink(last, first_of(seen));
      const std::uint64_t wanted = pack(first, blocks_of(seen) + blocks) | announced;
      // release: who takes the chain sees the links, and all that the program did with the blocks before.
      if (word_.compare_exchange_weak(seen, wanted, std::memory_order_release, std::memory_order_relaxed)) return;
    }
  }

  /// The owner's. Leaves the pool announced if it is.
  [[nodiscard]] chain take() noexcept {
    // acquire: pairs with the release of `put`.
    const std::uint64_t seen = word_.fetch_and(announced, std::memory_order_acquire);
    return {first_of(seen), blocks_of(seen)};
  }

  /// The owner's, who has taken the pool off the stack.
  void take_announcement_back() noexcept {
    // release: the next to announce the pool writes `next`, which was read before.
    word_.fetch_and(~announced, std::memory_order_release);
  }

 private:
  // An address is below 2^48. A pool has fewer than 2^15 blocks.
  static constexpr std::uint64_t announced = 1;
  static constexpr unsigned count_shift = 1;
  static constexpr unsigned address_shift = 16;

  [[nodiscard]] static std::uint64_t pack(free_block* first, std::uint32_t blocks) noexcept {
    return std::uint64_t{reinterpret_cast<std::uintptr_t>(first)} << address_shift | std::uint64_t{blocks}
                                                                                         << count_shift;
  }
  [[nodiscard]] static free_block* first_of(std::uint64_t word) noexcept {
    return reinterpret_cast<free_block*>(integer_cast<std::uintptr_t>(word >> address_shift));
  }
  [[nodiscard]] static std::uint32_t blocks_of(std::uint64_t word) noexcept {
    return static_cast<std::uint32_t>(word & ((std::uint64_t{1} << address_shift) - 1)) >> count_shift;
  }

  std::atomic<std::uint64_t> word_{0};
};

}  // namespace ouro::detail

// ===== ouro/allocator/size_class.hpp

/// \file
/// The table of block sizes: 8, 16, 24 … 512 bytes, one class for each 8. CPython spaces its classes by 16 because
/// every block must suit every type; here the alignment is known, so 8 is enough where the type allows it.

namespace ouro::detail {

struct size_class {
  static constexpr std::size_t spacing = 8;     ///< bytes
  static constexpr std::size_t largest = 1024;  ///< bytes; larger requests go to the system
  static constexpr std::size_t count = largest / spacing;
  /// The strictest alignment that pools give, in bytes: blocks begin at a multiple of it behind the pool's header.
  static constexpr std::size_t strictest_alignment = 64;

  /// The bytes of a request rounded up to its alignment, and to the spacing of the classes: a block of a class is
  /// aligned as its size is, so that this is all that over-aligned types need.
  [[nodiscard]] static constexpr std::size_t rounded(std::size_t bytes, std::size_t alignment) noexcept {
    const std::size_t unit = alignment < spacing ? spacing : alignment;
    return (bytes + unit - 1) / unit * unit;
  }

  /// Whether pools serve the request.
  [[nodiscard]] static constexpr bool serves(std::size_t bytes, std::size_t alignment) noexcept {
    static_assert(largest % strictest_alignment == 0);  // what is rounded up is still served
    return bytes <= largest && alignment <= strictest_alignment;
  }

  /// The class of a request. \pre `serves(bytes, alignment)` and `bytes > 0`
  [[nodiscard]] static constexpr std::uint32_t of(std::size_t bytes, std::size_t alignment) noexcept {
    return integer_cast<std::uint32_t>(rounded(bytes, alignment) / spacing - 1);
  }

  /// Bytes of a block of the class.
  [[nodiscard]] static constexpr std::size_t bytes(std::uint32_t index) noexcept { return (index + 1) * spacing; }
};

static_assert(size_class::of(1, 1) == 0 && size_class::bytes(0) == 8);
static_assert(size_class::of(40, 8) == 4 && size_class::bytes(4) == 40);
static_assert(size_class::of(40, 16) == 5 && size_class::bytes(5) == 48);
static_assert(size_class::of(512, 8) == 63 && size_class::bytes(63) == 512);
static_assert(size_class::serves(1024, 8) && size_class::serves(961, 64) && !size_class::serves(1025, 1));
static_assert(!size_class::serves(static_cast<std::size_t>(-1), 8) && !size_class::serves(8, 128));

}  // namespace ouro::detail

// ===== ouro/allocator/track.hpp

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
///   It tells who made and who freed a block, and reports what is lost. An object that lives at the end counts as
///   "possibly lost", since its pointers point behind its header.
/// - `OURO_TRACK_HEAPTRACK`: heaptrack, through its `heaptrack_api.h`.
///
/// Gaps lie behind each block, so that who writes beyond its end does not meet the next one. In quarantine freed blocks
/// wait until their pool has no others to hand out, so that who uses one does not meet its heir. Both change what the
/// statistics count, and where objects lie: so they are there for who asks.

namespace ouro::detail {

/// The tools. Each says the same things, about memory of which the rest of the allocator decides.
enum class tool { none, asan, asan_asked_for, valgrind, heaptrack };

inline constexpr auto tracking_tool = static_cast<tool>(OURO_TRACK);

template <tool>
struct track_by {
  static constexpr bool is_on = false;
  static constexpr bool holds_freed_back = false;  ///< pools hand out freed blocks as late as they can
  static constexpr std::size_t gap = 0;            ///< bytes behind a block, where the largest size class has room

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
  static constexpr bool holds_freed_back = false;
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
  static constexpr bool holds_freed_back = true;
  static constexpr std::size_t gap = 16;
};
#endif

#if OURO_HAS_VALGRIND
template <>
struct track_by<tool::valgrind> {
  static constexpr bool is_on = true;
  static constexpr bool holds_freed_back = true;
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

// ===== ouro/allocator/pool.hpp

/// \file
/// A pool: 32 KiB of blocks of one size class. This is its header.
///
/// The headers of an arena's pools lie side by side at its beginning. Each in its own pool, at a multiple of 32 KiB,
/// all would fall into the same few sets of the cache, and a free of a random block would miss it.
///
/// A block is *used* (the program has it), *freed* (on the pool's free list) or *untouched* (beyond `untouched`, never
/// handed out: its page is not even in memory). A pool is
/// - *linked*: it has a block to give and is on its class's list in the heap;
/// - *full*: no block is left, it is on no list, its neighbours are meaningless;
/// - *spare*: no block is used, it belongs to its arena, its class is meaningless.
/// The states and their names are those of CPython's obmalloc.c.

namespace ouro::detail {

struct alignas(size_class::strictest_alignment) pool {
  static constexpr std::size_t bytes = std::size_t{32} << 10;
  static constexpr std::size_t per_arena = 64;
  static constexpr std::size_t arena_bytes = per_arena * bytes;  ///< and the alignment of an arena
  /// Blocks made ready at a time: enough to amortise the call, few enough not to touch pages that nobody asked for.
  static constexpr std::size_t carve_bytes = 1024;

  free_block* freed;         ///< the last block freed comes out first, its cache line is the warmest
  std::uint32_t until_due;   ///< the free that takes this to 0 has the heap look at the pool
  std::uint32_t put_aside;   ///< used blocks that `until_due` does not count: those of a full pool, but for one
  std::uint16_t index;       ///< the size class
  std::uint16_t block_size;  ///< bytes
  bool linked;               ///< on the list of its class
  bool kept;                 ///< `until_due` counts one more, so that the pool stays when it is empty
  bool walked;               ///< each used block begins with the header of an object (pool_walk.hpp)
  std::byte* untouched;      ///< first block never handed out
  pool* next;                ///< the next linked pool of the class, or the next spare pool of the arena
  pool* previous;            ///< null at the head of the list
  free_block* held;          ///< freed, and handed out when nothing else is left: for debugging tools (track.hpp)
  free_block* last_held;     ///< the last of them, if there is one

  [[nodiscard]] OURO_ALWAYS_INLINE static pool* of(const void* block) noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(block);
    return reinterpret_cast<pool*>(address & ~(std::uintptr_t{arena_bytes} - 1)) + address / bytes % per_arena;
  }

  /// In its arena.
  [[nodiscard]] std::size_t number() const noexcept {
    return reinterpret_cast<std::uintptr_t>(this) / sizeof(pool) % per_arena;
  }

  /// The pool's memory. In the arena's first pool the headers come first.
  [[nodiscard]] std::byte* begin() const noexcept {
    const std::uintptr_t arena = reinterpret_cast<std::uintptr_t>(this) & ~(std::uintptr_t{arena_bytes} - 1);
    return reinterpret_cast<std::byte*>(arena + number() * bytes);
  }

  /// Makes a spare pool one of class `size`, with every block from `first` on untouched.
  void open(std::uint32_t size, bool for_walks, std::byte* first) noexcept {
    freed = nullptr;
    until_due = 0;
    put_aside = 0;
    index = static_cast<std::uint16_t>(size);
    block_size = static_cast<std::uint16_t>(size_class::bytes(size));
    linked = false;
    kept = false;
    walked = for_walks;
    untouched = first;
    held = nullptr;
  }

  /// Blocks that the program has. used() + |freed| + |untouched| == capacity
  [[nodiscard]] std::uint32_t used() const noexcept { return until_due + put_aside - (kept ? 1 : 0); }

  /// The pool has no block left and leaves its list: the next free, which puts it back there, is due.
  void put_used_aside() noexcept {
    put_aside = until_due - 1;
    until_due = 1;
  }

  /// \pre the free that was due has come
  void take_used_back() noexcept {
    until_due = put_aside;
    put_aside = 0;
  }

  [[nodiscard]] std::size_t untouched_bytes() const noexcept {
    return static_cast<std::size_t>(begin() + bytes - untouched) / block_size * block_size;
  }

  /// Moves some untouched blocks to the free list, if there are any.
  void carve() noexcept {
    const std::size_t block = block_size;
    const std::size_t left = untouched_bytes();
    std::size_t take = carve_bytes / block * block;
    if (take > left) take = left;
    // Links them from the back, so that they are handed out in the order of their addresses.
    for (std::byte* at = untouched + take; at != untouched;) {
      at -= block;
      push(at);
    }
    untouched += take;
  }

  OURO_ALWAYS_INLINE void push(void* block) noexcept { freed = link(block, freed); }

  /// A block that was used.
  OURO_ALWAYS_INLINE void put_back(void* block) noexcept {
    if constexpr (track::holds_freed_back) {
      free_block* const back = link(block, nullptr);
      if (held == nullptr) {
        held = back;
      } else {
        static_cast<void>(link(last_held, back));
      }
      last_held = back;
    } else {
      push(block);
    }
  }

  /// \pre `freed == nullptr`
  void release_held() noexcept {
    freed = held;
    held = nullptr;
  }

  /// Makes a free block of it. Any thread's: only a debugging tool looks at the header.
  OURO_ALWAYS_INLINE free_block* link(void* block, free_block* next_free) noexcept {
    end_storage_use(block);
    track::show(block, sizeof(free_block));
    auto* const freed_block = static_cast<free_block*>(block);
    freed_block->next = next_free;
    track::hide(block, sizeof(free_block));
    return freed_block;
  }

  /// The next one in the chain of a free block.
  [[nodiscard]] OURO_ALWAYS_INLINE static free_block* after(const free_block* block) noexcept {
    track::show(block, sizeof(free_block));
    free_block* const next = block->next;
    track::hide(block, sizeof(free_block));
    return next;
  }

  /// \pre `freed != nullptr`
  OURO_ALWAYS_INLINE void* pop() noexcept {
    free_block* const block = freed;
    freed = after(block);
    return block;
  }
};

static_assert(sizeof(pool) == size_class::strictest_alignment, "a header is one line of the cache");

}  // namespace ouro::detail

// ===== ouro/allocator/known_arenas.hpp

/// \file
/// Which addresses lie in arenas, so that checked builds can ask where a pointer leads before they believe what stands
/// there.

namespace ouro::detail {

/// A bit for each 2 MiB of the address space, in leaves that are made when they are needed, and never freed.
/// Thread-safe; `has` takes no lock and is O(1).
class arena_set {
 public:
  /// False, and nothing has changed, when memory is exhausted. \pre `base` is the beginning of an arena
  [[nodiscard]] bool add(const void* base) noexcept {
    const std::uintptr_t number = number_of(base);
    const lock_guard lock{mutex_};
    leaf*& place = leaves_[number >> leaf_bits];
    if (place == nullptr) {
      auto* const made = new (std::nothrow) leaf{};
      if (made == nullptr) return false;
      // release: who sees the leaf sees that it is empty.
      __atomic_store_n(&place, made, __ATOMIC_RELEASE);
    }
    __atomic_fetch_or(&place->word(number), leaf::bit(number), __ATOMIC_RELAXED);
    return true;
  }

  /// \pre it was added
  void remove(const void* base) noexcept {
    const std::uintptr_t number = number_of(base);
    __atomic_fetch_and(&leaf_of(number)->word(number), ~leaf::bit(number), __ATOMIC_RELAXED);
  }

  /// Whether the address lies in an arena. Any address may be asked for.
  [[nodiscard]] bool has(const void* at) const noexcept {
    const std::uintptr_t number = number_of(at);
    if (number >> number_bits != 0) return false;
    leaf* const found = leaf_of(number);
    return found != nullptr && (__atomic_load_n(&found->word(number), __ATOMIC_RELAXED) & leaf::bit(number)) != 0;
  }

 private:
  // An address is below 2^48: foreign_blocks.hpp relies on it, too.
  static constexpr unsigned number_bits = (sizeof(void*) == 8 ? 48 : 32) - 21;
  static constexpr unsigned leaf_bits = number_bits < 14 ? number_bits : 14;
  static_assert(pool::arena_bytes == std::size_t{1} << 21);

  /// Read and written atomically.
  struct leaf {
    std::uint32_t words[(std::size_t{1} << leaf_bits) / 32];

    [[nodiscard]] std::uint32_t& word(std::uintptr_t number) noexcept {
      return words[(number >> 5) & ((std::uintptr_t{1} << (leaf_bits - 5)) - 1)];
    }
    [[nodiscard]] static std::uint32_t bit(std::uintptr_t number) noexcept { return std::uint32_t{1} << (number & 31); }
  };

  [[nodiscard]] static std::uintptr_t number_of(const void* at) noexcept {
    return reinterpret_cast<std::uintptr_t>(at) / pool::arena_bytes;
  }

  [[nodiscard]] leaf* leaf_of(std::uintptr_t number) const noexcept {
    return __atomic_load_n(&leaves_[number >> leaf_bits], __ATOMIC_ACQUIRE);
  }

  static_mutex mutex_;
  leaf* leaves_[std::size_t{1} << (number_bits - leaf_bits)] = {};
};

/// Empty at check level 0.
OURO_SHARED_STATE inline constinit arena_set known_arenas{};

}  // namespace ouro::detail

// ===== ouro/allocator/arena.hpp

/// \file
/// An arena: 2 MiB from the system, at a multiple of that, cut into pools. It goes back to the system when every pool
/// in it is spare.
///
/// ```
///   ┌──────────────────┬───────┬─────────────┬────────┬─────┬─────────┐
///   │ headers of pools │ arena │ rest of     │ pool 1 │ ... │ pool 63 │
///   │ 64 of 64 bytes   │ 1.2 K │ pool 0      │        │     │         │
///   └──────────────────┴───────┴─────────────┴────────┴─────┴─────────┘
/// ```

namespace ouro::detail {

struct pool_heap;

struct alignas(size_class::strictest_alignment) arena {
  static constexpr std::uint32_t pools = pool::per_arena;
  static constexpr std::size_t bytes = pool::arena_bytes;

  /// Whose thread may use this arena; all others leave blocks in `foreign`. On a line of its own, which all threads
  /// read.
  pool_heap* owner;
  alignas(size_class::strictest_alignment) foreign_blocks foreign[pools];  ///< of each pool

  alignas(size_class::strictest_alignment) pool* returned;  ///< spare pools that have been open before
  std::uint32_t unopened;  ///< pools [pools - unopened, pools) were never open: their pages are not in memory
  std::uint32_t spare;     ///< |returned| + unopened
  arena* next;             ///< in the heap's list of arenas with as many spare pools
  arena* previous;

  /// A new arena with every pool spare; null when the system has no memory. `huge`: on one huge page if there is one.
  [[nodiscard]] static arena* map(pool_heap* owner, bool huge) noexcept {
    void* const pages = map_pages(bytes, bytes);
    if (pages == nullptr) return nullptr;
    if constexpr (check_level >= 1) {
      if (!known_arenas.add(pages)) {
        unmap_pages(pages, bytes, bytes);
        return nullptr;
      }
    }
    if (huge) advise_huge(pages, bytes);
    track::mapped(pages, bytes);
    void* const memory = static_cast<std::byte*>(pages) + pools * sizeof(pool);
    return ::new (memory) arena{owner, {}, nullptr, pools, pools, nullptr, nullptr};
  }

  /// Back to the system. \pre `is_empty()`, and the arena is on no list
  static void unmap(arena* gone) noexcept {
    end_tracking(gone);
    unmap_untracked(gone);
  }

  /// From now on debugging tools know no block in it.
  static void end_tracking(arena* ended) noexcept { track::unmapped(ended->base(), bytes); }

  /// \pre `end_tracking` has been called, and the arena is on no list
  static void unmap_untracked(arena* gone) noexcept {
    std::byte* const pages = gone->base();
    if constexpr (check_level >= 1) known_arenas.remove(pages);
    unmap_pages(pages, bytes, bytes);
  }

  /// That of a pool, or of a block.
  [[nodiscard]] OURO_ALWAYS_INLINE static arena* of(const void* at) noexcept {
    return reinterpret_cast<arena*>(base_of(at) + pools * sizeof(pool));
  }

  /// Where the arena of a pool, or of a block, begins.
  [[nodiscard]] OURO_ALWAYS_INLINE static std::byte* base_of(const void* at) noexcept {
    return reinterpret_cast<std::byte*>(reinterpret_cast<std::uintptr_t>(at) & ~(std::uintptr_t{bytes} - 1));
  }

  [[nodiscard]] bool is_empty() const noexcept { return spare == pools; }

  [[nodiscard]] pool* at(std::uint32_t index) const noexcept { return reinterpret_cast<pool*>(base()) + index; }

  /// The same if it is not spare, or null.
  [[nodiscard]] pool* used_pool(std::uint32_t index) const noexcept {
    if (index >= pools - unopened) return nullptr;
    pool* const here = at(index);
    return here->used() != 0 || here->linked ? here : nullptr;
  }

  /// Blocks that a pool that is not spare has room for.
  [[nodiscard]] static std::size_t capacity_of(const pool& of) noexcept {
    return static_cast<std::size_t>(of.begin() + pool::bytes - blocks_of(&of)) / of.block_size;
  }

  /// Where the blocks of a pool begin.
  [[nodiscard]] static std::byte* blocks_of(const pool* at) noexcept {
    std::byte* const begin = at->begin();
    // The arena's first pool has the headers in front of its blocks.
    return reinterpret_cast<const std::byte*>(at) == begin ? begin + front : begin;
  }

  /// Whether a block begins there. \pre the address lies in an arena. Thread-safe where a block is in use there
  [[nodiscard]] static bool begins_block(const void* at) noexcept {
    const pool* const home = pool::of(at);
    const std::byte* const first = blocks_of(home);
    const auto* const block = static_cast<const std::byte*>(at);
    return home->block_size != 0 && block >= first && static_cast<std::size_t>(block - first) % home->block_size == 0;
  }

  /// \pre `spare > 0`
  [[nodiscard]] pool* take() noexcept {
    --spare;
    if (pool* const again = returned; again != nullptr) {
      returned = again->next;
      return again;
    }
    auto* const first = ::new (static_cast<void*>(at(pools - unopened))) pool{};
    --unopened;
    std::byte* const blocks = blocks_of(first);
    track::hide(blocks, static_cast<std::size_t>(first->begin() + pool::bytes - blocks));
    return first;
  }

  /// \pre the pool came from `take`, none of its blocks is used, and it is not linked
  void put(pool* back) noexcept {
    back->next = returned;
    returned = back;
    ++spare;
  }

 private:
  [[nodiscard]] std::byte* base() const noexcept { return base_of(this); }

  static const std::size_t front;  ///< bytes of headers
};

inline constexpr std::size_t arena::front = pools * sizeof(pool) + sizeof(arena);

}  // namespace ouro::detail

// ===== ouro/allocator/system_allocator.hpp

/// \file
/// The C++ heap: `operator new` without exceptions, so that a replaced `operator new` sees every object.

namespace ouro {

/// Thread-safe; cost and overhead are those of the program's `operator new`.
struct OURO_SHARED_TYPE system_allocator {
  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return ::operator new(bytes, std::nothrow);
    return ::operator new(bytes, std::align_val_t{alignment}, std::nothrow);
  }

  static void deallocate(void* block, std::size_t, std::size_t alignment) noexcept {
    if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
      ::operator delete(block);
    } else {
      ::operator delete(block, std::align_val_t{alignment});
    }
  }
};

}  // namespace ouro

// ===== ouro/object/hooks.hpp

/// \file
/// Where the library reports what it cannot throw: misuse, and exceptions out of destructors, finalizers and callbacks.

namespace ouro {

/// Is told of a misuse and the name of the type that it concerns. Must not return normally; if it does, the program
/// aborts.
using misuse_handler = void (*)(std::string_view what, std::string_view type);

/// Is told of an exception that cannot go on (Python's `sys.unraisablehook`): the exception, or null when the program
/// is built without them, and the type whose code threw. Runs inside a `catch`; must not throw.
using unraisable_handler = void (*)(std::exception_ptr thrown, std::string_view type);

namespace detail {

inline void report_misuse(std::string_view what, std::string_view type) {
  std::fprintf(stderr, "ouro: %.*s [type: %.*s]\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(type.size()), type.data());
}

inline void report_unraisable(std::exception_ptr thrown, std::string_view type) {
  const char* what = "exception of unknown type";
#if OURO_HAS_EXCEPTIONS
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const std::exception& known) {
    what = known.what();
  } catch (...) {
  }
#else
  static_cast<void>(thrown);
#endif
  std::fprintf(stderr, "ouro: exception ignored: %s [type: %.*s]\n", what, static_cast<int>(type.size()), type.data());
}

OURO_SHARED_STATE inline constinit std::atomic<misuse_handler> current_misuse_handler{&report_misuse};
OURO_SHARED_STATE inline constinit std::atomic<unraisable_handler> current_unraisable_handler{&report_unraisable};

[[noreturn]] OURO_NOINLINE inline void misuse(std::string_view what, std::string_view type) {
  current_misuse_handler.load(std::memory_order_acquire)(what, type);
  std::abort();
}

/// Asserts that a structure is whole, where checking may cost as much as the structure is large.
template <class Structure>
void check_whole([[maybe_unused]] const Structure& structure, [[maybe_unused]] std::string_view name) {
  if constexpr (check_level >= 2) {
    if (!structure.is_valid()) misuse("the library's own structure is damaged", name);
  }
}

/// To be called inside a handler of `OURO_CATCH_ALL`.
OURO_NOINLINE inline void unraisable(std::string_view type) noexcept {
#if OURO_HAS_EXCEPTIONS
  std::exception_ptr thrown = std::current_exception();
#else
  std::exception_ptr thrown;
#endif
  current_unraisable_handler.load(std::memory_order_acquire)(thrown, type);
}

}  // namespace detail

/// Sets the handler and returns the one before; null restores the default, which prints to `stderr` and aborts.
/// Thread-safe.
inline misuse_handler set_misuse_handler(misuse_handler handler) noexcept {
  return detail::current_misuse_handler.exchange(handler != nullptr ? handler : &detail::report_misuse);
}

/// Sets the handler and returns the one before; null restores the default, which prints to `stderr`. Thread-safe.
inline unraisable_handler set_unraisable_handler(unraisable_handler handler) noexcept {
  return detail::current_unraisable_handler.exchange(handler != nullptr ? handler : &detail::report_unraisable);
}

}  // namespace ouro

// ===== ouro/allocator/large_blocks.hpp

/// \file
/// Blocks that no pool serves: from the system, and on the list of their private heap, if they have one.
///
/// ```
///                 ┌──────────┬──────────┬───────────┬─────────┬────────────┬───────┐
///                 │ previous │   next   │   bytes   │ padding │ owner list │ block │
///                 └──────────┴──────────┴───────────┴─────────┴────────────┴───────┘
///    without one:                                   │ padding │   null     │ block │
/// ```

namespace ouro::detail {

/// Those of one private heap. O(1) but for `free_all`; thread-safe, since who has no business in the heap may free a
/// block of it.
class large_blocks {
 public:
  /// Null when memory is exhausted, and when the heap's `most` bytes are.
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment, std::size_t most) noexcept {
    const lock_guard lock{mutex_};
    if (bytes > most || bytes_ > most - bytes) return nullptr;
    void* const raw = allocate_raw(bytes, alignment, sizeof(link));
    if (raw == nullptr) return nullptr;
    auto* const first = ::new (raw) link{nullptr, first_, bytes, alignment};
    if (first_ != nullptr) first_->previous = first;
    first_ = first;
    bytes_ += bytes;
    ++blocks_;
    return named(raw, alignment, sizeof(link), this);
  }

  [[nodiscard]] static void* allocate_unowned(std::size_t bytes, std::size_t alignment) noexcept {
    void* const raw = allocate_raw(bytes, alignment, 0);
    return raw == nullptr ? nullptr : named(raw, alignment, 0, nullptr);
  }

  /// Of whichever heap the block is.
  static void deallocate(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    if constexpr (check_level >= 1) {
      if (has_ended(block)) misuse("a block was given back after the end of its private heap", "unknown");
    }
    large_blocks* const owner = *owner_of(block);
    if (owner != nullptr) return owner->deallocate_own(block, bytes, alignment);
    free_raw(static_cast<std::byte*>(block) - front(alignment, 0), bytes, alignment, 0);
  }

  /// Whether the block's private heap has ended. \pre a checked build
  [[nodiscard]] static bool has_ended(void* block) noexcept;

  /// Moves all blocks to `keeper`, which keeps up to `most` bytes, those that came last.
  /// \pre nobody has any business in this heap any more
  void give_all_to(large_blocks& keeper, std::size_t most) noexcept {
    link* const first = first_;
    if (first == nullptr) return;
    const lock_guard lock{keeper.mutex_};
    if (keeper.bytes_ + bytes_ > most) keeper.free_all();
    if (bytes_ > most) return;
    link* last = first;
    for (link* at = first; at != nullptr; at = at->next) {
      *owner_of(block_of(at)) = &keeper;
      last = at;
    }
    last->next = keeper.first_;
    keeper.first_ = first;
    first_ = nullptr;
    keeper.bytes_ += bytes_;
  }

  /// \pre nobody uses them any more
  void free_all() noexcept {
    while (first_ != nullptr) {
      const link gone = *first_;
      free_raw(first_, gone.bytes, gone.alignment, sizeof(link));
      first_ = gone.next;
    }
    bytes_ = blocks_ = 0;
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    const lock_guard lock{mutex_};
    return bytes_;
  }
  [[nodiscard]] std::size_t blocks() const noexcept {
    const lock_guard lock{mutex_};
    return blocks_;
  }

 private:
  struct link {
    link* previous;
    link* next;
    std::size_t bytes;
    std::size_t alignment;
  };

  /// Bytes in front of a block: `known` of them at the very beginning, and the owner's address just before the block.
  [[nodiscard]] static constexpr std::size_t front(std::size_t alignment, std::size_t known) noexcept {
    const std::size_t unit = strictest(alignment);
    return (known + sizeof(large_blocks*) + unit - 1) / unit * unit;
  }

  [[nodiscard]] static constexpr std::size_t strictest(std::size_t alignment) noexcept {
    return alignment < alignof(std::max_align_t) ? alignof(std::max_align_t) : alignment;
  }

  [[nodiscard]] static void* block_of(link* at) noexcept {
    return reinterpret_cast<std::byte*>(at) + front(at->alignment, sizeof(link));
  }

  [[nodiscard]] static large_blocks** owner_of(void* block) noexcept { return static_cast<large_blocks**>(block) - 1; }

  [[nodiscard]] static void* allocate_raw(std::size_t bytes, std::size_t alignment, std::size_t known) noexcept {
    const std::size_t before = front(alignment, known);
    if (bytes > std::numeric_limits<std::size_t>::max() - before) return nullptr;
    return system_allocator::allocate(before + bytes, strictest(alignment));
  }

  static void free_raw(void* raw, std::size_t bytes, std::size_t alignment, std::size_t known) noexcept {
    system_allocator::deallocate(raw, front(alignment, known) + bytes, strictest(alignment));
  }

  [[nodiscard]] static void* named(void* raw, std::size_t alignment, std::size_t known, large_blocks* owner) noexcept {
    void* const block = static_cast<std::byte*>(raw) + front(alignment, known);
    *owner_of(block) = owner;
    return block;
  }

  void deallocate_own(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    auto* const at = reinterpret_cast<link*>(static_cast<std::byte*>(block) - front(alignment, sizeof(link)));
    {
      const lock_guard lock{mutex_};
      (at->previous != nullptr ? at->previous->next : first_) = at->next;
      if (at->next != nullptr) at->next->previous = at->previous;
      bytes_ -= bytes;
      --blocks_;
    }
    free_raw(at, bytes, alignment, sizeof(link));
  }

  mutable pooled_mutex mutex_;  ///< heaps end, and their blocks may be freed by any thread
  link* first_ = nullptr;
  std::size_t bytes_ = 0;  ///< asked for
  std::size_t blocks_ = 0;
};

/// What checked builds keep of private heaps that have ended.
OURO_SHARED_STATE inline constinit large_blocks ended_large_blocks{};

inline bool large_blocks::has_ended(void* block) noexcept { return *owner_of(block) == &ended_large_blocks; }

}  // namespace ouro::detail

// ===== ouro/allocator/pool_heap.hpp

/// \file
/// One thread's pools and arenas.
///
/// `pool_allocator` pops from the pool at the head of its class's list, and finds the pool of a freed block by masking
/// its address. Neither takes a lock: a pool is used by the thread that owns its heap alone. Blocks freed on other
/// threads come home in chains (foreign_blocks.hpp), and are taken in when the pool, or its class, runs out of blocks.
/// When a thread ends, its heap waits among the orphans until a new thread adopts it. A private heap's goes whole.

namespace ouro::detail {

/// What every list of pools ends in: it never has a block, so that the fast path needs no test for "no pool".
OURO_SHARED_STATE inline constinit pool no_pool{};

struct pool_heap {
  struct class_list {
    pool* head = &no_pool;  ///< serves
    pool* tail = nullptr;
    pool* kept =
        nullptr;  ///< stays when it is empty, lest a program that makes and drops one object opens a pool each time
  };

  class_list linked[size_class::count];
  class_list linked_walked[size_class::count];  ///< pools of objects alone, which a collector walks
  arena* with_spare[arena::pools + 1] = {};     ///< [n]: the arenas with n spare pools; all arenas are on one of them
  std::uint64_t spare_counts = 0;               ///< bit n - 1 is set when with_spare[n], n > 0, is not empty
  std::size_t arenas = 0;
  std::size_t empty_arenas = 0;     ///< of these, those whose pools are all spare
  std::size_t arenas_mapped = 0;    ///< ever
  std::size_t arenas_unmapped = 0;  ///< ever
  std::size_t pools = 0;            ///< not spare
  std::uint64_t taken = 0;          ///< bytes of pools, and of a private heap's large blocks, ever
  bool is_taking_foreign = false;
  std::atomic<pool*> announced{nullptr};  ///< pools with blocks that other threads freed
  pool_heap* next_orphan = nullptr;
  large_blocks* large = nullptr;  ///< a private heap's; blocks for which there is no pool are no thread's
  std::size_t limit = std::numeric_limits<std::size_t>::max();  ///< bytes of pools and large blocks

  /// A block of the class when the pool at the head of its list has no freed one; null when memory is exhausted.
  OURO_NOINLINE void* allocate_slowly(std::uint32_t index, bool walked) noexcept {
    class_list& list = (walked ? linked_walked : linked)[index];
    for (;;) {
      pool* const from = list.head;
      if (from != &no_pool) {
        if (from->freed == nullptr) from->carve();
        if (from->freed == nullptr) take_in(from);
        if (from->freed == nullptr) from->release_held();
        if (from->freed != nullptr) return take_from(from);
        from->put_used_aside();
        unlink(from);
      } else if (!take_foreign()) {
        pool* const opened = open(index, walked);
        if (opened == nullptr) return nullptr;
        link(opened);
        if (list.kept == nullptr) keep(opened);
      }
    }
  }

  /// \pre `from->freed != nullptr`
  OURO_ALWAYS_INLINE static void* take_from(pool* from) noexcept {
    ++from->until_due;
    return from->pop();
  }

  OURO_ALWAYS_INLINE void deallocate(pool* to, void* block) noexcept {
    to->put_back(block);
    if (--to->until_due == 0) [[unlikely]]
      settle(to);
  }

  /// Another thread's: pushes a pool on the stack of those with foreign blocks.
  void announce(pool* at) noexcept {
    pool*& next = arena::of(at)->foreign[at->number()].next;
    next = announced.load(std::memory_order_relaxed);
    // release: the owner, who takes the stack, sees `next`.
    while (!announced.compare_exchange_weak(next, at, std::memory_order_release, std::memory_order_relaxed)) {
    }
  }

  /// Takes in the foreign blocks of all announced pools that have no other. Returns whether there were any.
  bool take_foreign() noexcept {
    bool found = false;
    is_taking_foreign = true;
    // acquire: pairs with the release of `announce`.
    for (pool* at = announced.exchange(nullptr, std::memory_order_acquire); at != nullptr;) {
      foreign_blocks& blocks = arena::of(at)->foreign[at->number()];
      pool* const next = blocks.next;
      blocks.take_announcement_back();
      // A pool with blocks of its own is linked: it takes the others in when these have run out.
      if (at->freed == nullptr && take_in(at)) {
        found = true;
        if (at->until_due == 0) retire(at);
      }
      at = next;
    }
    is_taking_foreign = false;
    return found;
  }

  /// A block that is too large for pools, or too strictly aligned; null when memory or the limit is exhausted.
  [[nodiscard]] OURO_NOINLINE void* allocate_large(std::size_t bytes, std::size_t alignment) noexcept {
    if (large == nullptr) return large_blocks::allocate_unowned(bytes, alignment);
    void* block = large->allocate(bytes, alignment, left_of_limit());
    if (block == nullptr) {
      drop_kept();
      block = large->allocate(bytes, alignment, left_of_limit());
    }
    if (block != nullptr) taken += bytes;
    return block;
  }

  /// The same of those that have others, too.
  void take_all_foreign() noexcept {
    take_foreign();
    each_list([this](class_list& list) {
      for (pool* at = list.head; at != &no_pool;) {
        pool* const next = at->next;
        free_foreign(at);
        at = next;
      }
    });
  }

  template <class See>
  void each_arena(See&& see) const {
    for (const arena* head : with_spare) {
      for (const arena* at = head; at != nullptr; at = at->next) see(*at);
    }
  }

  /// Calls `see` with every pool that is not spare. O(arenas)
  template <class See>
  void each_pool(See&& see) const {
    each_arena([&](const arena& at) {
      for (std::uint32_t i = 0; i != arena::pools; ++i) {
        if (pool* const here = at.used_pool(i); here != nullptr) see(*here);
      }
    });
  }

  /// Gives every arena without a used block back to the system.
  void trim() noexcept {
    take_all_foreign();
    drop_kept();
    while (with_spare[arena::pools] != nullptr) {
      // A pool that is announced must not vanish.
      take_foreign();
      if (with_spare[arena::pools] != nullptr) unmap(with_spare[arena::pools]);
    }
  }

  /// The pools of objects become pools like all others: whoever uses this heap from now on does not own these objects.
  void end_walks() noexcept {
    // What is left then is in use: no pool becomes spare, and no arena goes, while they are gone over.
    drop_kept();
    each_pool([this](pool& each) {
      if (each.walked) end_walks(&each);
    });
  }

  /// Calls `take` with each arena that holds used blocks, which is the caller's from then on.
  /// \pre a private heap's, which no thread uses any more
  template <class Take>
  void give_arenas_in_use(Take take) noexcept {
    take_all_foreign();
    drop_kept();
    for (std::size_t spare = 0; spare != arena::pools; ++spare) {
      while (arena* const given = with_spare[spare]) {
        leave(given);
        take(given);
      }
    }
  }

  /// Gives everything back to the system, whatever is in use. \pre a private heap's, which no thread uses any more
  void free_all() noexcept {
    for (arena*& head : with_spare) {
      while (head != nullptr) {
        arena* const gone = head;
        head = gone->next;
        arena::unmap(gone);
      }
    }
    large->free_all();
  }

 private:
  /// \pre the pool has used blocks
  void end_walks(pool* at) noexcept {
    if (at->kept) static_cast<void>(take_kept(list_of(*at)));
    const bool was_linked = at->linked;
    if (was_linked) unlink(at);
    at->walked = false;
    if (was_linked) link(at);
  }

  /// Makes the pool's foreign blocks its own. \pre `at->freed == nullptr`. Returns whether there were any.
  bool take_in(pool* at) noexcept {
    const foreign_blocks::chain home = arena::of(at)->foreign[at->number()].take();
    if (home.blocks == 0) return false;
    if (!at->linked) link(at);
    at->freed = home.first;
    at->until_due = at->until_due + at->put_aside - home.blocks;
    at->put_aside = 0;
    return true;
  }

  /// The same beside blocks of its own, one after the other. The pool may be spare then.
  void free_foreign(pool* at) noexcept {
    const foreign_blocks::chain home = arena::of(at)->foreign[at->number()].take();
    free_block* block = home.first;
    for (std::uint32_t i = 0; i != home.blocks; ++i) {
      free_block* const next = pool::after(block);
      deallocate(at, block);
      block = next;
    }
  }

  /// After a free into a pool that had no block left, or of its last used block.
  OURO_NOINLINE void settle(pool* at) noexcept {
    if (!at->linked) {
      link(at);
      at->take_used_back();
    }
    if (at->until_due == 0) retire(at);
  }

  [[nodiscard]] class_list& list_of(const pool& of) noexcept { return (of.walked ? linked_walked : linked)[of.index]; }

  template <class Do>
  void each_list(Do what) noexcept {
    for (class_list& list : linked) what(list);
    for (class_list& list : linked_walked) what(list);
  }

  /// Bytes that pools and large blocks may still take, where large blocks are counted, the large blocks that are there
  /// included.
  [[nodiscard]] std::size_t left_of_limit() const noexcept {
    const std::size_t pooled = pools * pool::bytes;
    return limit > pooled ? limit - pooled : 0;
  }

  [[nodiscard]] bool may_open() const noexcept {
    if (large == nullptr) [[likely]]
      return true;
    const std::size_t left = left_of_limit();
    return left >= pool::bytes && large->bytes() <= left - pool::bytes;
  }

  /// The pools that were kept although they are empty become spare.
  void drop_kept() noexcept {
    each_list([this](class_list& list) {
      if (list.kept != nullptr && list.kept->used() == 0) retire(take_kept(list));
    });
  }

  /// \pre there is one
  static pool* take_kept(class_list& list) noexcept {
    pool* const kept = std::exchange(list.kept, nullptr);
    kept->kept = false;
    // Of a full pool the next free is due, whatever it is.
    --(kept->linked ? kept->until_due : kept->put_aside);
    return kept;
  }

  void keep(pool* at) noexcept {
    list_of(*at).kept = at;
    at->kept = true;
    ++at->until_due;
  }

  /// At the end: a pool that was full and has one block again would be full again at once in front, and each allocation
  /// a slow one. So it gathers some until its turn comes.
  void link(pool* at) noexcept {
    class_list& list = list_of(*at);
    at->previous = list.tail;
    at->next = &no_pool;
    (list.tail != nullptr ? list.tail->next : list.head) = at;
    list.tail = at;
    at->linked = true;
  }

  void unlink(pool* at) noexcept {
    class_list& list = list_of(*at);
    (at->next != &no_pool ? at->next->previous : list.tail) = at->previous;
    (at->previous != nullptr ? at->previous->next : list.head) = at->next;
    at->linked = false;
  }

  /// A pool of the class from the fullest arena that has a spare one, so that the emptier arenas get the chance to
  /// become empty (as CPython does since 3.8).
  pool* open(std::uint32_t index, bool walked) noexcept {
    if (!may_open()) {
      drop_kept();
      if (!may_open()) return nullptr;
    }
    arena* home = nullptr;
    if (spare_counts != 0) {
      home = with_spare[std::countr_zero(spare_counts) + 1];
      leave(home);
      if (home->is_empty()) --empty_arenas;
    } else {
      home = arena::map(this, arenas >= 2);
      if (home == nullptr) return nullptr;
      ++arenas;
      ++arenas_mapped;
    }
    pool* const opened = home->take();
    enter(home);
    opened->open(index, walked, arena::blocks_of(opened));
    ++pools;
    taken += pool::bytes;
    return opened;
  }

  /// A linked pool without used blocks becomes spare, and its arena perhaps the system's.
  void retire(pool* empty) noexcept {
    arena* const home = arena::of(empty);
    unlink(empty);
    leave(home);
    home->put(empty);
    --pools;
    enter(home);
    if (!home->is_empty()) return;
    // Some stay, so that a heap that breathes does not map and unmap in turns: one, and a quarter of the others.
    ++empty_arenas;
    const bool is_enough = empty_arenas <= 1 + (arenas - empty_arenas) / 4;
    // Not while pools are announced: some of these may be empty, and in the arena.
    if (!is_enough && !is_taking_foreign && announced.load(std::memory_order_relaxed) == nullptr) unmap(home);
  }

  void unmap(arena* empty) noexcept {
    leave(empty);
    arena::unmap(empty);
    --empty_arenas;
    --arenas;
    ++arenas_unmapped;
  }

  void enter(arena* at) noexcept {
    const std::uint32_t spare = at->spare;
    at->previous = nullptr;
    at->next = with_spare[spare];
    if (at->next != nullptr) at->next->previous = at;
    with_spare[spare] = at;
    if (spare != 0) spare_counts |= std::uint64_t{1} << (spare - 1);
  }

  void leave(arena* at) noexcept {
    const std::uint32_t spare = at->spare;
    if (at->next != nullptr) at->next->previous = at->previous;
    (at->previous != nullptr ? at->previous->next : with_spare[spare]) = at->next;
    if (spare != 0 && with_spare[spare] == nullptr) spare_counts &= ~(std::uint64_t{1} << (spare - 1));
  }
};

static_assert(arena::pools == 64, "spare_counts has one bit for each count");

/// The heap of a thread that has none yet: every list is empty, so that its first allocation takes the slow path.
OURO_SHARED_STATE inline constinit pool_heap no_pool_heap{};
OURO_SHARED_STATE inline constinit thread_local pool_heap* current_pool_heap = &no_pool_heap;

/// Owns the arenas that checked builds keep of private heaps that have ended.
OURO_SHARED_STATE inline constinit pool_heap ended_pool_heap{};

/// The heap that the address lies in, or null if it lies in no pool. \pre a checked build. Any address may be asked for
[[nodiscard]] inline const pool_heap* pool_heap_of(const void* at) noexcept {
  return known_arenas.has(at) ? arena::of(at)->owner : nullptr;
}

}  // namespace ouro::detail

// ===== ouro/allocator/try_allocate.hpp

/// \file
/// Asks an allocator policy for a block, in whichever way it answers.

namespace ouro {

/// Asks what its blocks are for.
template <class AllocatorPolicy>
concept has_allocate_for = requires(std::size_t bytes, std::size_t alignment, std::string_view type) {
  { AllocatorPolicy::allocate_for(bytes, alignment, type) } -> std::same_as<void*>;
};

namespace detail {

/// A block from the policy, which is told the name of what will lie in it, if it asks for that.
template <class AllocatorPolicy>
[[nodiscard]] OURO_ALWAYS_INLINE void* allocate_for(
    std::size_t bytes, std::size_t alignment,
    [[maybe_unused]] std::string_view type) noexcept(noexcept(AllocatorPolicy::allocate(bytes, alignment))) {
  if constexpr (has_allocate_for<AllocatorPolicy>) {
    return AllocatorPolicy::allocate_for(bytes, alignment, type);
  } else {
    return AllocatorPolicy::allocate(bytes, alignment);
  }
}

/// The same, or null when it has none, in whichever way the policy says so.
template <class AllocatorPolicy>
[[nodiscard]] OURO_ALWAYS_INLINE void* try_allocate(std::size_t bytes, std::size_t alignment,
                                                    std::string_view type) noexcept {
  if constexpr (noexcept(AllocatorPolicy::allocate(bytes, alignment))) {
    return allocate_for<AllocatorPolicy>(bytes, alignment, type);
  } else {
    OURO_TRY { return allocate_for<AllocatorPolicy>(bytes, alignment, type); }
    OURO_CATCH_ALL {
      return nullptr;
    }
  }
}

}  // namespace detail
}  // namespace ouro

// ===== ouro/allocator/checked_allocator.hpp

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

    /// \see heap_part_of
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
    if (!kept.has_room() && !detail::attach(detail::heap_part_of<ring_of_heap>::part)) return false;
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

// ===== ouro/allocator/limited_allocator.hpp

/// \file
/// A budget in bytes for another allocator.

namespace ouro {

/// Gives blocks of `AllocatorPolicy` until they come to `limit()` bytes; then it has none, and `make_managed` collects
/// and tries again before it throws. `Budget` tells several budgets over one allocator apart: any type will do.
///
/// One budget for all threads: thread-safe. Counts the bytes asked for, without what the allocator rounds them up to.
/// Two atomic additions more a block.
template <allocator_policy AllocatorPolicy, class Budget = void>
struct OURO_SHARED_TYPE limited_allocator {
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();  ///< bytes

  [[nodiscard]] static std::size_t limit() noexcept { return limit_.load(std::memory_order_relaxed); }

  /// Blocks that are in use stay, even when they are more than that.
  static void set_limit(std::size_t bytes) noexcept { limit_.store(bytes, std::memory_order_relaxed); }

  /// Bytes in use.
  [[nodiscard]] static std::size_t used() noexcept { return used_.load(std::memory_order_relaxed); }

  /// The most bytes that were ever in use, or since `reset_peak`.
  [[nodiscard]] static std::size_t peak() noexcept { return peak_.load(std::memory_order_relaxed); }
  static void reset_peak() noexcept { peak_.store(used(), std::memory_order_relaxed); }

  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    return allocate_for(bytes, alignment, {});
  }

  [[nodiscard]] static void* allocate_for(std::size_t bytes, std::size_t alignment, std::string_view type) noexcept {
    if (!reserve(bytes)) return nullptr;
    void* const block = detail::try_allocate<AllocatorPolicy>(bytes, alignment, type);
    if (block == nullptr) used_.fetch_sub(bytes, std::memory_order_relaxed);
    return block;
  }

  static void deallocate(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    AllocatorPolicy::deallocate(block, bytes, alignment);
    used_.fetch_sub(bytes, std::memory_order_relaxed);
  }

  [[nodiscard]] static bool begins_block(const void* at, std::size_t bytes, std::size_t alignment) noexcept
    requires has_begins_block<AllocatorPolicy>
  {
    return AllocatorPolicy::begins_block(at, bytes, alignment);
  }

  static void trim() noexcept
    requires has_trim<AllocatorPolicy>
  {
    AllocatorPolicy::trim();
  }

 private:
  // relaxed, here and above: the numbers order no other memory.
  [[nodiscard]] static bool reserve(std::size_t bytes) noexcept {
    const std::size_t most = limit();
    std::size_t before = used();
    do {
      if (bytes > most || before > most - bytes) return false;
    } while (!used_.compare_exchange_weak(before, before + bytes, std::memory_order_relaxed));
    std::size_t highest = peak();
    while (highest < before + bytes &&
           !peak_.compare_exchange_weak(highest, before + bytes, std::memory_order_relaxed)) {
    }
    return true;
  }

  OURO_SHARED_STATE static inline constinit std::atomic<std::size_t> limit_{unlimited};
  OURO_SHARED_STATE static inline constinit std::atomic<std::size_t> used_{0};
  OURO_SHARED_STATE static inline constinit std::atomic<std::size_t> peak_{0};
};

}  // namespace ouro

// ===== ouro/allocator/outgoing_blocks.hpp

/// \file
/// The blocks of other heaps that a thread has freed and not yet sent home.
///
/// Blocks that one thread makes and another frees come in runs of the same pool. They are chained here, and sent when
/// 4 KiB of a pool have gathered, when another pool needs the place, and when the thread asks the system for memory or
/// ends: at most 64 times 4 KiB wait per thread. O(1).

namespace ouro::detail {

class outgoing_blocks {
 public:
  /// \pre the block is of another heap's pool
  void put(pool* home, void* block, std::size_t bytes) noexcept {
    place& at = places_[home->number()];
    if (at.home != home) {
      send(at);
      at.home = home;
    }
    at.first = home->link(block, at.first);
    if (at.last == nullptr) at.last = at.first;
    ++at.blocks;
    ++waiting_;
    at.bytes += bytes;
    // A private heap may end while this thread lives: nothing may wait for it here.
    const bool is_private = arena::of(block)->owner->large != nullptr;
    if (at.bytes >= most_bytes || ended_ || is_private) send(at);
  }

  OURO_ALWAYS_INLINE void send_all() noexcept {
    if (waiting_ != 0) [[unlikely]]
      send_each();
  }

  /// The thread ends: from now on each block goes home at once.
  void end() noexcept {
    ended_ = true;
    send_all();
  }

  [[nodiscard]] bool has_lease() const noexcept { return leased_; }
  void note_lease() noexcept { leased_ = true; }

 private:
  static constexpr std::size_t most_bytes = 4096;  ///< of a pool

  struct place {
    pool* home;
    free_block* first;
    free_block* last;
    std::uint32_t blocks;
    std::size_t bytes;
  };

  OURO_NOINLINE void send_each() noexcept {
    for (place& at : places_) send(at);
  }

  void send(place& at) noexcept {
    if (at.blocks != 0) {
      waiting_ -= at.blocks;
      pool* const home = at.home;
      arena* const land = arena::of(home);
      land->foreign[home->number()].put(
          at.first, at.last, at.blocks, [&] { land->owner->announce(home); },
          [&](free_block* last, free_block* next) { static_cast<void>(home->link(last, next)); });
    }
    at = {};
  }

  /// By the pool's number in its arena: pools that are busy at the same time are often of the same arena.
  place places_[pool::per_arena] = {};
  std::size_t waiting_ = 0;  ///< blocks
  bool leased_ = false;
  bool ended_ = false;
};

OURO_SHARED_STATE inline constinit thread_local outgoing_blocks outgoing{};

/// Sends home what still waits when the thread ends.
struct outgoing_lease {
  outgoing_lease() noexcept = default;
  outgoing_lease(const outgoing_lease&) = delete;
  outgoing_lease& operator=(const outgoing_lease&) = delete;
  ~outgoing_lease() { outgoing.end(); }
};

/// Another thread's `deallocate`.
OURO_SHARED_STATE OURO_NOINLINE inline void deallocate_foreign(void* block, std::size_t bytes) noexcept {
  if (!outgoing.has_lease()) [[unlikely]] {
    static thread_local const outgoing_lease lease;
    static_cast<void>(lease);
    outgoing.note_lease();
  }
  outgoing.put(pool::of(block), block, bytes);
}

}  // namespace ouro::detail

// ===== ouro/allocator/pool_lease.hpp

/// \file
/// How threads come by their pool heap and part with it.

namespace ouro::detail {

/// The heaps of threads that ended. They are never destroyed: handles of static objects may be dropped after everything
/// else.
struct pool_orphans {
  static_mutex mutex;
  pool_heap* first = nullptr;  ///< guarded by `mutex`

  void put(pool_heap* orphan) noexcept {
    const lock_guard lock{mutex};
    orphan->next_orphan = first;
    first = orphan;
  }

  [[nodiscard]] pool_heap* take() noexcept {
    const lock_guard lock{mutex};
    pool_heap* const orphan = first;
    if (orphan != nullptr) first = orphan->next_orphan;
    return orphan;
  }
};

OURO_SHARED_STATE inline constinit pool_orphans orphaned_pool_heaps{};

/// Set once the thread's lease has ended: what it still allocates then comes from a heap that nobody inherits.
OURO_SHARED_STATE inline constinit thread_local bool pool_lease_ended = false;

/// Gives a thread its heap at its first allocation, and the orphans the heap at the thread's end.
struct pool_lease {
  pool_lease() noexcept = default;
  pool_lease(const pool_lease&) = delete;
  pool_lease& operator=(const pool_lease&) = delete;

  ~pool_lease() {
    pool_lease_ended = true;
    pool_heap* const heap = current_pool_heap;
    current_pool_heap = &no_pool_heap;
    heap->trim();
    heap->end_walks();
    orphaned_pool_heaps.put(heap);
  }
};

/// This thread's heap, which it gets if it has none; null when memory is exhausted.
OURO_SHARED_STATE OURO_NOINLINE inline pool_heap* lease_pool_heap() noexcept {
  if (current_pool_heap != &no_pool_heap) return current_pool_heap;
  pool_heap* heap = orphaned_pool_heaps.take();
  if (heap == nullptr) {
    void* const memory = ::operator new(sizeof(pool_heap), std::nothrow);
    if (memory == nullptr) return nullptr;
    heap = ::new (memory) pool_heap{};
  }
  current_pool_heap = heap;
  if (!pool_lease_ended) {
    static thread_local const pool_lease lease;
    static_cast<void>(lease);
  }
  return heap;
}

}  // namespace ouro::detail

// ===== ouro/allocator/pool_statistics.hpp

/// \file
/// The pools of one heap, in numbers.

namespace ouro {

/// What the pools of a heap hold. Bytes, unless the name says otherwise. Blocks that another thread has freed count as
/// used until their pool takes them in.
struct pool_statistics {
  std::size_t arenas = 0;           ///< regions held from the system
  std::size_t arena_bytes = 0;      ///< their size
  std::size_t arenas_mapped = 0;    ///< regions taken from the system so far
  std::size_t arenas_unmapped = 0;  ///< regions given back so far
  std::size_t pools = 0;            ///< pools that serve a size class
  std::size_t pool_bytes = 0;       ///< their size, headers included
  std::size_t used_blocks = 0;      ///< blocks that the program has
  std::size_t used_bytes = 0;       ///< their size, rounded up to their class
  std::size_t large_blocks = 0;     ///< blocks beside the pools, which private heaps alone count
  std::size_t large_bytes = 0;      ///< their size
};

namespace detail {

/// O(pools).
[[nodiscard]] inline pool_statistics statistics_of(const pool_heap& heap) noexcept {
  pool_statistics sums;
  sums.arenas = heap.arenas;
  sums.arena_bytes = heap.arenas * arena::bytes;
  sums.arenas_mapped = heap.arenas_mapped;
  sums.arenas_unmapped = heap.arenas_unmapped;
  sums.pools = heap.pools;
  sums.pool_bytes = heap.pools * pool::bytes;
  heap.each_pool([&](const pool& each) {
    sums.used_blocks += each.used();
    sums.used_bytes += each.used() * size_class::bytes(each.index);
  });
  if (heap.large != nullptr) {
    sums.large_blocks = heap.large->blocks();
    sums.large_bytes = heap.large->bytes();
  }
  return sums;
}

}  // namespace detail
}  // namespace ouro

// ===== ouro/allocator/pool_allocator.hpp

/// \file
/// CPython's obmalloc with the type known at compile time: blocks, pools, arenas.
///
/// ```
///   object  ── asks for a block of its size class ──►  pool (32 KiB, one class)  ──►  arena (2 MiB)  ──►  system
/// ```
/// Requests of up to 1024 bytes are served from pools; larger ones, and alignments above 64, go to `operator new`
/// (large_blocks.hpp).
/// A freed block is the next one that its pool hands out; a pool without used blocks goes back to its arena, to serve
/// any class; an arena without used pools goes back to the system, but for some that are kept. After S. Vladimir
/// Marangozov's obmalloc.c in CPython, and, for frees from other threads, mimalloc (Leijen, Zorn, de Moura 2019).

namespace ouro {

/// Thread-safe: every thread allocates from pools of its own, or of the private heap that it is in, and may free any
/// block. `allocate` and `deallocate` are
/// O(1) and take no lock; one in some hundred takes a pool or an arena.
struct OURO_SHARED_TYPE pool_allocator {
  static constexpr std::size_t block_spacing = detail::size_class::spacing;  ///< bytes between size classes
  static constexpr std::size_t largest_block = detail::size_class::largest;  ///< bytes
  static constexpr std::size_t pool_bytes = detail::pool::bytes;
  static constexpr std::size_t arena_bytes = detail::arena::bytes;

  [[nodiscard]] OURO_ALWAYS_INLINE static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (!detail::size_class::serves(bytes, alignment)) {
      return detail::current_pool_heap->allocate_large(bytes, alignment);
    }
    const std::uint32_t index = class_of(bytes, alignment);
    detail::pool* const from = detail::current_pool_heap->linked[index].head;
    if (from->freed == nullptr) [[unlikely]]
      return told_of(allocate_slowly(index, false), bytes);
    return told_of(detail::pool_heap::take_from(from), bytes);
  }

  /// Whether `allocate_walked` serves the request.
  [[nodiscard]] static constexpr bool walks(std::size_t bytes, std::size_t alignment) noexcept {
    return detail::size_class::serves(bytes, alignment);
  }

  /// A block from a pool in which each used block begins with the header of an object, so that a collector can find the
  /// objects by walking the pools. \pre `walks(bytes, alignment)`
  [[nodiscard]] OURO_ALWAYS_INLINE static void* allocate_walked(std::size_t bytes, std::size_t alignment) noexcept {
    const std::uint32_t index = class_of(bytes, alignment);
    detail::pool* const from = detail::current_pool_heap->linked_walked[index].head;
    if (from->freed == nullptr) [[unlikely]]
      return told_of(allocate_slowly(index, true), bytes);
    return told_of(detail::pool_heap::take_from(from), bytes);
  }

  OURO_ALWAYS_INLINE static void deallocate(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    if (!detail::size_class::serves(bytes, alignment)) {
      return detail::large_blocks::deallocate(block, bytes, alignment);
    }
    if constexpr (check_level >= 1) check_given_back(block);
    if constexpr (track::is_on) {
      track::freed(detail::arena::base_of(block), block, detail::pool::of(block)->block_size);
    }
    detail::pool_heap* const owner = detail::arena::of(block)->owner;
    if (owner != detail::current_pool_heap) [[unlikely]]
      return detail::deallocate_foreign(block, bytes);
    owner->deallocate(detail::pool::of(block), block);
  }

  /// Gives the arenas without a used block back to the system, those that are kept for reuse included. O(arenas)
  static void trim() noexcept {
    detail::outgoing.send_all();
    if (detail::current_pool_heap != &detail::no_pool_heap) detail::current_pool_heap->trim();
  }

  /// O(pools).
  [[nodiscard]] static pool_statistics statistics() noexcept {
    return detail::statistics_of(*detail::current_pool_heap);
  }

  /// Whether a block of this size and alignment may begin there: certain where pools serve it. \pre a checked build.
  /// Any address may be asked for
  [[nodiscard]] static bool begins_block(const void* at, std::size_t bytes, std::size_t alignment) noexcept {
    const bool is_pooled = detail::known_arenas.has(at);
    if (is_pooled != detail::size_class::serves(bytes, alignment)) return false;
    return !is_pooled || detail::arena::begins_block(at);
  }

  /// Whether the block belongs to a private heap that has ended. \pre a checked build
  [[nodiscard]] static bool has_ended(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    if (!detail::size_class::serves(bytes, alignment)) return detail::large_blocks::has_ended(block);
    return detail::pool_heap_of(block) == &detail::ended_pool_heap;
  }

 private:
  using track = detail::track;

  /// Of a block with a gap behind it for debugging tools. \pre `serves(bytes, alignment)`
  [[nodiscard]] OURO_ALWAYS_INLINE static std::uint32_t class_of(std::size_t bytes, std::size_t alignment) noexcept {
    const std::size_t wide = bytes + track::gap;
    return detail::size_class::of(detail::size_class::serves(wide, alignment) ? wide : bytes, alignment);
  }

  [[nodiscard]] OURO_ALWAYS_INLINE static void* told_of(void* block, std::size_t bytes) noexcept {
    if constexpr (track::is_on) {
      if (block != nullptr) track::allocated(detail::arena::base_of(block), block, bytes);
    }
    return block;
  }

  OURO_NOINLINE static void check_given_back(const void* block) noexcept {
    const detail::pool_heap* const owner = detail::pool_heap_of(block);
    if (owner == nullptr) detail::misuse("a block was given back that lies in no pool", "unknown");
    if (owner == &detail::ended_pool_heap) {
      detail::misuse("a block was given back after the end of its private heap", "unknown");
    }
  }

  OURO_NOINLINE static void* allocate_slowly(std::uint32_t index, bool walked) noexcept {
    detail::outgoing.send_all();
    detail::pool_heap* const leased = detail::lease_pool_heap();
    return leased == nullptr ? nullptr : leased->allocate_slowly(index, walked);
  }
};

}  // namespace ouro

// ===== ouro/allocator/emergency.hpp

/// \file
/// When a request that finds no memory is worth a collection.

namespace ouro::detail {

/// Objects that collections of this thread have looked at.
OURO_SHARED_STATE inline constinit thread_local std::uint64_t objects_looked_at = 0;

/// Keeps a heap that is full of living objects from being walked for each request that it refuses. Once `patience`
/// collections in a row have not helped, the next one waits: the first for two units of work, each further one for
/// twice as many, but for no more than the last one has looked at objects. A unit of work is a request that was
/// refused, or 64 bytes that pools and large blocks have taken. So n refused requests have at most `patience` + log2(n)
/// walks, or less than one visit each besides.
class emergency_back_off {
 public:
  static constexpr std::uint64_t patience = 4;

  /// A request was refused. Returns whether a collection is due. `taken`: \see pool_heap
  [[nodiscard]] bool is_due(std::uint64_t taken) noexcept {
    ++refused_;
    return refused_ + (taken - taken_before_) / bytes_of_work >= wait_;
  }

  /// A collection that was due has looked at `looked_at` objects.
  void after(bool has_helped, std::uint64_t taken, std::uint64_t looked_at) noexcept {
    refused_ = 0;
    taken_before_ = taken;
    if (has_helped) {
      wait_ = 0;
      fruitless_ = 0;
    } else if (++fruitless_ >= patience) {
      wait_ = wait_ == 0 ? 2 : 2 * wait_;
      if (wait_ > looked_at) wait_ = looked_at;
    }
  }

 private:
  static constexpr std::uint64_t bytes_of_work = 64;

  std::uint64_t wait_ = 0;          ///< units of work from one collection to the next
  std::uint64_t refused_ = 0;       ///< requests since the last collection
  std::uint64_t taken_before_ = 0;  ///< bytes, until the last collection
  std::uint64_t fruitless_ = 0;     ///< collections in a row
};

/// What `try_once` gives after `collect`, which says whether there was garbage; null if there was none, if that does
/// not help, or if no collection is due. Calls user code: the destructors and finalizers of garbage.
template <class Collect, class Try>
[[nodiscard]] void* try_in_emergency(emergency_back_off& back_off, const pool_heap& heap, Collect collect,
                                     Try try_once) noexcept {
  if (!back_off.is_due(heap.taken)) return nullptr;
  const std::uint64_t before = objects_looked_at;
  void* const block = collect() ? try_once() : nullptr;
  back_off.after(block != nullptr, heap.taken, objects_looked_at - before);
  return block;
}

}  // namespace ouro::detail

// ===== ouro/allocator/ended_heaps.hpp

/// \file
/// What is left of private heaps that have ended while something in them was in use. Checked builds keep it for some
/// time: a pointer or a container that outlives its heap finds the memory as it was, and is reported.

namespace ouro::detail {

/// Keeps up to `most_arenas` arenas and `most_large_bytes` bytes of large blocks, those of the heaps that ended last.
/// Thread-safe.
class ended_heaps {
 public:
  static constexpr std::size_t most_arenas = 16;
  static constexpr std::size_t most_large_bytes = std::size_t{32} << 20;

  /// Takes what is in use of the heap. O(blocks). \pre a private heap's, which no thread uses any more
  void take(pool_heap& ended) noexcept {
    const lock_guard lock{mutex_};
    ended.give_arenas_in_use([this](arena* each) { take(each); });
    ended.large->give_all_to(ended_large_blocks, most_large_bytes);
  }

 private:
  void take(arena* ended) noexcept {
    ended->owner = &ended_pool_heap;
    ended->next = nullptr;
    arena::end_tracking(ended);
    (first_ == nullptr ? first_ : last_->next) = ended;
    last_ = ended;
    if (++arenas_ <= most_arenas) return;
    arena* const oldest = first_;
    first_ = oldest->next;
    --arenas_;
    arena::unmap_untracked(oldest);
  }

  static_mutex mutex_;
  arena* first_ = nullptr;  ///< the oldest; linked by `next`
  arena* last_ = nullptr;   ///< the newest, if there is one
  std::size_t arenas_ = 0;
};

/// Empty at check level 0.
OURO_SHARED_STATE inline constinit ended_heaps kept_of_ended_heaps{};

}  // namespace ouro::detail

// ===== ouro/allocator/private_heap.hpp

/// \file
/// A heap apart from those of the threads: pools of its own, and a value of its own of each part.
///
/// Each thread has a heap by itself, whose parts are what its thread-local variables are born with. A private heap is
/// entered on top of it, or of another private one, and left in reverse order. Entering saves the values of the heap
/// that was current, and loads those of the other: about 1 KiB each way.

namespace ouro::detail {

class private_heap;

/// The private heap that the thread is in, or null.
OURO_SHARED_STATE inline constinit thread_local private_heap* current_private_heap = nullptr;

/// That of all that lies in no private heap.
OURO_SHARED_STATE inline constinit thread_local emergency_back_off back_off_of_thread{};

class private_heap {
 public:
  explicit private_heap(std::size_t limit) noexcept {
    pools_.large = &large_;
    pools_.limit = limit;
  }
  private_heap(const private_heap&) = delete;
  private_heap& operator=(const private_heap&) = delete;

  /// \pre `close` has been called, and the heap was left
  ~private_heap() {
    if constexpr (check_level >= 1) kept_of_ended_heaps.take(pools_);
    pools_.free_all();
    saved_.release();
    saved_of_thread_.release();
  }

  [[nodiscard]] pool_heap& pools() noexcept { return pools_; }

  [[nodiscard]] bool is_current() const noexcept { return current_private_heap == this; }

  /// Whether some thread is in it, perhaps in yet another heap on top of it.
  [[nodiscard]] bool is_entered() const noexcept { return user_.load(std::memory_order_acquire) != nullptr; }

  /// What `leave` must be given back.
  struct visit {
    private_heap* from;  ///< the private heap that was current before, or null
    bool is_first;       ///< whether the thread was not in this heap before
  };

  /// Makes it the calling thread's. False, and nothing has changed, when memory is exhausted. O(parts)
  [[nodiscard]] bool enter(visit& begun) noexcept {
    begun = {current_private_heap, false};
    if (is_current()) return true;
    if (!saved_.reserve() || !saved_of_thread_.reserve()) return false;
    const void* nobody = nullptr;
    const void* const myself = &current_private_heap;
    // acquire: pairs with the release of the thread that has left.
    begun.is_first = user_.compare_exchange_strong(nobody, myself, std::memory_order_acquire);
    if (!begun.is_first && nobody != myself) {
      misuse("a private heap was entered while another thread was in it", "ouro::heap");
    }
    if (begun.from == nullptr) {
      outermost_ = this;
      pools_of_thread_ = current_pool_heap;
      saved_of_thread_.save();
    } else {
      outermost_ = begun.from->outermost_;
      begun.from->saved_.save();
    }
    load();
    return true;
  }

  /// \pre the last that was entered and not left is this heap
  void leave(const visit& begun) noexcept {
    if (begun.from == this) return;
    saved_.save();
    if (begun.from == nullptr) {
      current_private_heap = nullptr;
      current_pool_heap = pools_of_thread_;
      parts_of_current_heap = nullptr;
      saved_of_thread_.load();
    } else {
      begun.from->load();
    }
    // release: the next thread to enter sees all that was done here.
    if (begun.is_first) user_.store(nullptr, std::memory_order_release);
  }

  /// Ends the garbage in the private heap that the thread is in, as far as its collectors may begin now. False when
  /// there was none, or it is in none.
  static bool collect_current() noexcept {
    return current_private_heap != nullptr && each_part_ends_some(&heap_part::relieve);
  }

  /// That of the current heap: of the private one, or of the thread.
  [[nodiscard]] static emergency_back_off& back_off_here() noexcept {
    return current_private_heap != nullptr ? current_private_heap->back_off_ : back_off_of_thread;
  }

  /// What `try_once` gives after the garbage in the private heap that the thread is in has ended; null where that does
  /// not help. \see try_in_emergency
  template <class Try>
  [[nodiscard]] static void* try_after_collection(Try try_once) noexcept {
    if (current_private_heap == nullptr) return nullptr;
    return try_in_emergency(current_private_heap->back_off_, current_private_heap->pools_, &collect_current, try_once);
  }

  /// Ends all objects that the parts know of, then the parts' own memory. Calls user code. \pre `is_current()`
  void close() noexcept {
    // What ends may leave something behind, in another part.
    for (int passes = 0; passes != most_passes && each_part_ends_some(&heap_part::finish); ++passes) {
    }
    known_heap_parts.each([](const heap_part& each) {
      if (each.release != nullptr) each.release();
    });
  }

 private:
  friend class outside_private_heap;

  static constexpr int most_passes = 8;

  /// Returns whether there were any objects to end.
  static bool each_part_ends_some(bool (*heap_part::*verb)() noexcept) noexcept {
    bool found = false;
    known_heap_parts.each([&](const heap_part& each) {
      if (each.*verb != nullptr && (each.*verb)()) found = true;
    });
    return found;
  }

  void load() noexcept {
    current_private_heap = this;
    current_pool_heap = &pools_;
    parts_of_current_heap = &saved_;
    saved_.load();
  }

  pool_heap pools_{};
  large_blocks large_{};
  saved_parts saved_{};
  emergency_back_off back_off_{};
  std::atomic<const void*> user_{nullptr};  ///< names the thread that is in this heap

  // While a thread is in this heap:
  private_heap* outermost_ = nullptr;     ///< the one that it has entered first
  pool_heap* pools_of_thread_ = nullptr;  ///< if that is this one, the heap of the thread itself
  saved_parts saved_of_thread_{};         ///< likewise
};

/// While it lives, blocks come from the thread's own pools: for objects that threads share, which must not end with a
/// private heap.
class outside_private_heap {
 public:
  OURO_ALWAYS_INLINE outside_private_heap() noexcept {
    if (current_private_heap != nullptr) [[unlikely]]
      go_out();
  }
  outside_private_heap(const outside_private_heap&) = delete;
  outside_private_heap& operator=(const outside_private_heap&) = delete;
  OURO_ALWAYS_INLINE ~outside_private_heap() {
    if (inside_ != nullptr) [[unlikely]]
      come_back();
  }

 private:
  OURO_NOINLINE void go_out() noexcept {
    inside_ = std::exchange(current_pool_heap, current_private_heap->outermost_->pools_of_thread_);
  }
  OURO_NOINLINE void come_back() noexcept {
    current_private_heap->outermost_->pools_of_thread_ = std::exchange(current_pool_heap, inside_);
  }

  pool_heap* inside_ = nullptr;
};

/// Where objects live that one thread uses.
struct current_heap {
  current_heap() noexcept {}
};

/// While it lives, the thread's blocks are for objects that are counted by this policy.
template <class RefcountPolicy>
using home_of = std::conditional_t<RefcountPolicy::is_thread_safe, outside_private_heap, current_heap>;

}  // namespace ouro::detail

// ===== ouro/allocator/throw.hpp

/// \file
/// The exceptions that the library throws, and what it does in programs without them.

namespace ouro::detail {

/// Throws `std::bad_alloc`. Without exceptions it calls the program's new-handler, which may end the program in its own
/// way, and then `std::terminate`.
[[noreturn]] OURO_NOINLINE inline void throw_bad_alloc() {
#if OURO_HAS_EXCEPTIONS
  throw std::bad_alloc{};
#else
  if (const std::new_handler handler = std::get_new_handler(); handler != nullptr) handler();
  std::terminate();
#endif
}

/// The same for a number of elements whose bytes no `std::size_t` can hold.
[[noreturn]] OURO_NOINLINE inline void throw_bad_array_length() {
#if OURO_HAS_EXCEPTIONS
  throw std::bad_array_new_length{};
#else
  throw_bad_alloc();
#endif
}

/// `std::bad_weak_ptr` for a weak pointer that has expired.
[[noreturn]] OURO_NOINLINE inline void throw_bad_weak_ptr() {
#if OURO_HAS_EXCEPTIONS
  throw std::bad_weak_ptr{};
#else
  std::terminate();
#endif
}

/// `std::out_of_range`. Without exceptions it is a misuse of `type`.
[[noreturn]] OURO_NOINLINE inline void throw_out_of_range(const char* what, [[maybe_unused]] std::string_view type) {
#if OURO_HAS_EXCEPTIONS
  throw std::out_of_range{what};
#else
  misuse(what, type);
#endif
}

}  // namespace ouro::detail

// ===== ouro/object/type_name.hpp

/// \file
/// The name of a type as its programmer would write it, from the compiler, without RTTI.

namespace ouro {

namespace detail {

template <class T>
[[nodiscard]] constexpr std::string_view function_signature() noexcept {
  return __PRETTY_FUNCTION__;
}

/// What stands around the type in the signature, measured once on a type whose name is known.
inline constexpr std::string_view signature_of_int = function_signature<int>();
inline constexpr std::size_t type_name_begin = signature_of_int.find("T = int") + 4;

/// g++ goes on with "; std::string_view = …]" behind the type, clang with "]".
[[nodiscard]] constexpr std::string_view cut_type_name(std::string_view signature) noexcept {
  signature.remove_prefix(type_name_begin);
  std::size_t depth = 0;
  for (std::size_t i = 0; i != signature.size(); ++i) {
    const char c = signature[i];
    if (depth == 0 && (c == ';' || c == ']')) return signature.substr(0, i);
    if (c == '<' || c == '(' || c == '[' || c == '{') ++depth;
    if ((c == '>' || c == ')' || c == ']' || c == '}') && depth != 0) --depth;
  }
  return signature;
}

template <class T>
inline constexpr std::string_view type_name_of = cut_type_name(function_signature<T>());

}  // namespace detail

namespace functions {

/// The name of `T`, scopes included: `"app::node"`. Made at compile time; its spelling is the compiler's.
template <class T>
[[nodiscard]] constexpr std::string_view type_name() noexcept {
  return detail::type_name_of<T>;
}

}  // namespace functions
}  // namespace ouro

// ===== ouro/allocator/standard_allocator.hpp

/// \file
/// An allocator policy as an allocator of the standard library, so that the containers inside managed objects live in
/// the private heap too: `std::vector<int, ouro::standard_allocator<int, ouro::pool_allocator>>`.

namespace ouro {

namespace detail {

/// A block in a private heap that had none, after an emergency collection there.
/// \throws std::bad_alloc
template <class AllocatorPolicy>
[[nodiscard]] OURO_NOINLINE void* allocate_after_collection(std::size_t bytes, std::size_t alignment,
                                                            std::string_view type) {
  void* const block =
      private_heap::try_after_collection([&] { return try_allocate<AllocatorPolicy>(bytes, alignment, type); });
  if (block == nullptr) throw_bad_alloc();
  return block;
}

/// For containers. \throws std::bad_alloc
template <class AllocatorPolicy>
[[nodiscard]] OURO_ALWAYS_INLINE void* allocate_or_throw(std::size_t bytes, std::size_t alignment,
                                                         std::string_view type) {
  void* const block = try_allocate<AllocatorPolicy>(bytes, alignment, type);
  if (block != nullptr) [[likely]]
    return block;
  return allocate_after_collection<AllocatorPolicy>(bytes, alignment, type);
}

}  // namespace detail

/// In a private heap that has no room left, `allocate` runs a collection there before it throws: so an insertion into a
/// container may run the destructors, finalizers and weak callbacks of garbage, which must not use that very container.
/// The containers of the standard library ask for memory before they change what a trace would see, so that a container
/// of a managed object may be traced meanwhile. With `gc::pause`, or collections at safe points alone, it does not.
///
/// Has no state: all allocators of one policy are equal. Thread-safe as the policy is.
template <class T, allocator_policy AllocatorPolicy = pool_allocator>
struct OURO_SHARED_TYPE standard_allocator {
  using value_type = T;

  constexpr standard_allocator() noexcept = default;
  template <class U>
  constexpr standard_allocator(const standard_allocator<U, AllocatorPolicy>&) noexcept {}

  /// \throws std::bad_alloc
  [[nodiscard]] T* allocate(std::size_t objects) {
    if (objects > std::numeric_limits<std::size_t>::max() / sizeof(T)) detail::throw_bad_array_length();
    // A block of no bytes would have no address of its own.
    const std::size_t bytes = objects == 0 ? 1 : objects * sizeof(T);
    return static_cast<T*>(detail::allocate_or_throw<AllocatorPolicy>(bytes, alignof(T), detail::type_name_of<T>));
  }

  void deallocate(T* block, std::size_t objects) noexcept {
    const std::size_t bytes = objects == 0 ? 1 : objects * sizeof(T);
    if constexpr (check_level >= 1 && requires { AllocatorPolicy::has_ended(block, bytes, alignof(T)); }) {
      if (AllocatorPolicy::has_ended(block, bytes, alignof(T))) {
        detail::misuse("a container has outlived its private heap", detail::type_name_of<T>);
      }
    }
    AllocatorPolicy::deallocate(block, bytes, alignof(T));
  }

  template <class U>
  [[nodiscard]] friend constexpr bool operator==(const standard_allocator&,
                                                 const standard_allocator<U, AllocatorPolicy>&) noexcept {
    return true;
  }
};

}  // namespace ouro

// ===== ouro/allocator/pool_resource.hpp

/// \file
/// An allocator policy as a `std::pmr::memory_resource`, for code that takes its memory through that interface.

namespace ouro {

/// Collects in a private heap that has no room left, as `standard_allocator` does.
///
/// Has no state: all resources of one policy are equal. Thread-safe as the policy is.
template <allocator_policy AllocatorPolicy>
class OURO_SHARED_TYPE basic_pool_resource final : public std::pmr::memory_resource {
 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    return detail::allocate_or_throw<AllocatorPolicy>(bytes == 0 ? 1 : bytes, alignment, "unknown");
  }

  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    AllocatorPolicy::deallocate(block, bytes == 0 ? 1 : bytes, alignment);
  }

  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    // Without RTTI two resources are told apart although they could free each other's blocks: slower, never wrong.
    if constexpr (has_rtti) return dynamic_cast<const basic_pool_resource*>(&other) != nullptr;
    return this == &other;
  }
};

/// The pools.
using pool_resource = basic_pool_resource<pool_allocator>;

}  // namespace ouro

// ===== ouro/allocator/resource_allocator.hpp

/// \file
/// Blocks from a `std::pmr::memory_resource`: a monotonic buffer, a resource that logs, a framework's own.

namespace ouro {

namespace detail {

/// The resource of the innermost `resource_allocator::scope` of this thread; null means the program's default.
OURO_SHARED_STATE inline constinit thread_local std::pmr::memory_resource* current_resource = nullptr;

}  // namespace detail

/// Takes blocks from the resource that the thread has chosen by `resource_allocator::scope`, or else from
/// `std::pmr::get_default_resource()`. Each block remembers its resource, at the cost of one pointer (at least its
/// alignment) in front of it, so that it goes home whatever is chosen then. The resource must outlive its blocks, and
/// be thread-safe if they are dropped on other threads.
struct OURO_SHARED_TYPE resource_allocator {
  /// While it lives, the thread's objects come from `resource`. Scopes nest.
  class scope {
   public:
    explicit scope(std::pmr::memory_resource* resource) noexcept : outer_{detail::current_resource} {
      detail::current_resource = resource;
    }
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;
    ~scope() { detail::current_resource = outer_; }

   private:
    std::pmr::memory_resource* outer_;  ///< restored at the end
  };

  /// \throws what the resource throws
  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t alignment) {
    std::pmr::memory_resource* const from =
        detail::current_resource != nullptr ? detail::current_resource : std::pmr::get_default_resource();
    const std::size_t front = front_bytes(alignment);
    void* const raw = from->allocate(front + bytes, strictest(alignment));
    if (raw == nullptr) return nullptr;
    auto* const block = static_cast<std::byte*>(raw) + front;
    *home_of(block) = from;
    return block;
  }

  static void deallocate(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    const std::size_t front = front_bytes(alignment);
    (*home_of(block))->deallocate(static_cast<std::byte*>(block) - front, front + bytes, strictest(alignment));
  }

 private:
  using home = std::pmr::memory_resource*;

  [[nodiscard]] static constexpr std::size_t strictest(std::size_t alignment) noexcept {
    return alignment < alignof(home) ? alignof(home) : alignment;
  }

  /// Bytes in front of a block, a multiple of its alignment.
  [[nodiscard]] static constexpr std::size_t front_bytes(std::size_t alignment) noexcept {
    return alignment < sizeof(home) ? sizeof(home) : alignment;
  }

  [[nodiscard]] static home* home_of(void* block) noexcept { return static_cast<home*>(block) - 1; }
};

}  // namespace ouro

// ===== ouro/allocator/address_map.hpp

/// \file
/// A hash map from addresses to values, for what few objects have: nothing in their headers is spent on it.

namespace ouro::detail {

/// Open addressing with linear probing; backward shift on erasure (Knuth, TAOCP 3, 6.4, algorithm R), so that there are
/// no tombstones. Insertion is amortised O(1) and throws `std::bad_alloc`, leaving the map as it was; the rest is O(1)
/// and neither allocates nor throws. Constant-initialised, and without a destructor, so that it can be used until the
/// process ends: it frees its memory when it becomes empty. Not thread-safe.
template <class Value>
class address_map {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// The value at `key`, or null.
  [[nodiscard]] Value* find(const void* key) noexcept {
    if (capacity_ == 0) return nullptr;
    for (std::size_t i = home(key);; i = next(i)) {
      if (slots_[i].key == key) return &slots_[i].value;
      if (slots_[i].key == nullptr) return nullptr;
    }
  }

  /// The value at `key`. \pre there is one
  [[nodiscard]] Value& at(const void* key) noexcept {
    std::size_t i = home(key);
    while (slots_[i].key != key) i = next(i);
    return slots_[i].value;
  }

  /// The value at `key`, made by default if there was none. \pre `key != nullptr`
  Value& operator[](const void* key) {
    if (Value* const found = find(key); found != nullptr) return *found;
    if ((size_ + 1) * 4 > capacity_ * 3) grow();
    std::size_t i = home(key);
    while (slots_[i].key != nullptr) i = next(i);
    slots_[i].key = key;
    ++size_;
    return slots_[i].value;
  }

  /// Calls `see` with each value.
  template <class See>
  void each(See see) noexcept {
    for (std::size_t i = 0; i != capacity_; ++i) {
      if (slots_[i].key != nullptr) see(slots_[i].value);
    }
  }

  /// The same, and forgets them all.
  template <class See>
  void drain(See see) noexcept {
    each(see);
    delete[] slots_;
    *this = {};
  }

  void clear() noexcept {
    drain([](Value&) {});
  }

  void erase(const void* key) noexcept {
    if (capacity_ == 0) return;
    std::size_t hole = home(key);
    while (slots_[hole].key != key) {
      if (slots_[hole].key == nullptr) return;
      hole = next(hole);
    }
    for (std::size_t i = next(hole); slots_[i].key != nullptr; i = next(i)) {
      // An entry may move into the hole unless its home lies behind the hole, up to itself.
      const std::size_t distance = (i - home(slots_[i].key)) & (capacity_ - 1);
      if (distance < ((i - hole) & (capacity_ - 1))) continue;
      slots_[hole] = slots_[i];
      hole = i;
    }
    slots_[hole] = {};
    --size_;
    if (size_ == 0) {
      delete[] slots_;
      *this = {};
    }
  }

 private:
  struct slot {
    const void* key = nullptr;
    Value value{};
  };

  [[nodiscard]] std::size_t home(const void* key) const noexcept {
    // Fibonacci hashing (TAOCP 3, 6.4): the low bits of addresses are alike, the high bits of the product are not.
    const std::uint64_t mixed = reinterpret_cast<std::uintptr_t>(key) * 0x9E3779B97F4A7C15u;
    return integer_cast<std::size_t>(mixed >> 32) & (capacity_ - 1);
  }

  [[nodiscard]] std::size_t next(std::size_t i) const noexcept { return (i + 1) & (capacity_ - 1); }

  void grow() {
    address_map wider;
    wider.capacity_ = capacity_ == 0 ? 16 : capacity_ * 2;
    wider.slots_ = new slot[wider.capacity_];
    for (std::size_t i = 0; i != capacity_; ++i) {
      if (slots_[i].key != nullptr) wider[slots_[i].key] = slots_[i].value;
    }
    delete[] slots_;
    *this = wider;
  }

  slot* slots_ = nullptr;
  std::size_t capacity_ = 0;  ///< a power of two, or 0
  std::size_t size_ = 0;      ///< < capacity_, at most three quarters of it
};

/// The same for as long as a scope, or an object.
template <class Value>
class local_address_map : public address_map<Value> {
 public:
  local_address_map() = default;
  local_address_map(const local_address_map&) = delete;
  local_address_map& operator=(const local_address_map&) = delete;
  ~local_address_map() { this->clear(); }
};

}  // namespace ouro::detail

// ===== ouro/allocator/traced_allocator.hpp

/// \file
/// Another allocator, of whose blocks it is known where they come from: Python's `tracemalloc`.

namespace ouro {

namespace detail {

/// The origins that were met, each once, and the blocks in use. Its memory is not the traced allocator's.
/// A template, so that programs that do not trace do not compile it.
template <class AllocatorPolicy>
class allocation_ledger {
  using site = when_used<allocation_site, AllocatorPolicy>;
  using trace = basic_allocation_trace<site>;
  using statistic = basic_allocation_statistic<site>;

 public:
  void start(std::size_t scopes) {
    const lock_guard lock{mutex_};
    most_scopes_ = scopes;
  }

  void clear() {
    const lock_guard lock{mutex_};
    blocks_.clear();
    origins_.clear();
    found_.clear();
    bytes_ = peak_ = 0;
  }

  /// \throws std::bad_alloc, and nothing has changed then, but that the origin may be known
  void note(const void* block, std::size_t bytes, std::string_view type, decltype(trace::frames) frames) {
    const lock_guard lock{mutex_};
    const std::size_t from = origin_here({type, {}, std::move(frames)});
    blocks_[block] = {bytes, from};
    origins_[from].sums.bytes += bytes;
    ++origins_[from].sums.blocks;
    bytes_ += bytes;
    if (bytes_ > peak_) peak_ = bytes_;
  }

  /// Blocks that were made before tracing began are not known.
  void strike(const void* block) noexcept {
    const lock_guard lock{mutex_};
    const entry* const found = blocks_.find(block);
    if (found == nullptr) return;
    origins_[found->from].sums.bytes -= found->bytes;
    --origins_[found->from].sums.blocks;
    bytes_ -= found->bytes;
    blocks_.erase(block);
  }

  [[nodiscard]] basic_allocation_snapshot<site> snapshot() {
    const lock_guard lock{mutex_};
    std::vector<statistic> used;
    for (const origin& each : origins_) {
      if (each.sums.blocks != 0) used.push_back(each.sums);
    }
    return basic_allocation_snapshot<site>{std::move(used)};
  }

  [[nodiscard]] std::size_t bytes() {
    const lock_guard lock{mutex_};
    return bytes_;
  }
  [[nodiscard]] std::size_t peak() {
    const lock_guard lock{mutex_};
    return peak_;
  }
  void reset_peak() {
    const lock_guard lock{mutex_};
    peak_ = bytes_;
  }

 private:
  struct entry {
    std::size_t bytes;
    std::size_t from;  ///< where in `origins_`
  };

  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  struct origin {
    statistic sums;    ///< of what is in use
    std::size_t next;  ///< with the same hash, or none
  };

  /// The origins of one hash, linked.
  struct bucket {
    std::size_t first = none;
  };

  /// In the scopes of the calling thread.
  [[nodiscard]] std::size_t origin_here(trace here) {
    std::size_t left = most_scopes_;
    for (const allocation_scope* at = allocation_scope::innermost(); at != nullptr && left != 0; at = at->outer()) {
      here.scopes.push_back(at->site());
      --left;
    }
    bucket& found = found_[reinterpret_cast<const void*>(hash_of(here) | 1)];
    for (std::size_t at = found.first; at != none; at = origins_[at].next) {
      if (origins_[at].sums.trace == here) return at;
    }
    origins_.push_back({{std::move(here), 0, 0}, found.first});
    found.first = origins_.size() - 1;
    return found.first;
  }

  /// Of the addresses of what are literals, nearly always: equal texts at two places cost a second entry, which
  /// snapshots put together again.
  [[nodiscard]] static std::uintptr_t hash_of(const trace& of) noexcept {
    std::uint64_t hash = reinterpret_cast<std::uintptr_t>(of.type.data());
    const auto mix = [&hash](std::uint64_t with) { hash = (hash ^ with) * 0x9E3779B97F4A7C15u; };
    for (const site& each : of.scopes) mix(reinterpret_cast<std::uintptr_t>(each.file) + each.line);
    for (const void* const each : of.frames) mix(reinterpret_cast<std::uintptr_t>(each));
    return integer_cast<std::uintptr_t>(hash >> 8);
  }

  static_mutex mutex_;
  address_map<entry> blocks_;
  std::vector<origin> origins_;
  address_map<bucket> found_;  ///< by hash
  std::size_t bytes_ = 0;      ///< of `blocks_`
  std::size_t peak_ = 0;       ///< the most that `bytes_` was
  std::size_t most_scopes_ = 1;
};

}  // namespace detail

/// Gives blocks of `AllocatorPolicy`, and keeps account of those that are made while it traces: their type, and the
/// scopes (`allocation_scope`) that were open. Does not trace until `start`; then each block costs a lock and a hash
/// table's entry. Thread-safe.
template <allocator_policy AllocatorPolicy>
struct OURO_SHARED_TYPE traced_allocator {
  /// Traces from now on, with up to `scopes` scopes and `frames` calls of each block. What was traced before stays.
  /// Calls are told where the platform has `backtrace`, and cost some microseconds a block; they have names in programs
  /// that are linked with `-rdynamic`.
  static void start(std::size_t scopes = 1, std::size_t frames = 0) {
    ledger().start(scopes);
    most_frames_.store(frames, std::memory_order_relaxed);
    is_tracing_.store(true, std::memory_order_relaxed);
  }

  /// Traces no more, and forgets what it has traced.
  static void stop() {
    is_tracing_.store(false, std::memory_order_relaxed);
    ledger().clear();
  }

  [[nodiscard]] static bool is_tracing() noexcept { return is_tracing_.load(std::memory_order_relaxed); }

  /// Forgets what was traced so far.
  static void clear_traces() { ledger().clear(); }

  /// Bytes of the traced blocks in use.
  [[nodiscard]] static std::size_t traced_bytes() { return ledger().bytes(); }

  /// The most that they came to since `start` or `reset_peak`.
  [[nodiscard]] static std::size_t traced_peak() { return ledger().peak(); }
  static void reset_peak() { ledger().reset_peak(); }

  /// \throws std::bad_alloc
  [[nodiscard]] static allocation_snapshot take_snapshot() { return ledger().snapshot(); }

  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    return allocate_for(bytes, alignment, "unknown");
  }

  /// Where there is no memory left for the account, the block goes without.
  [[nodiscard]] static void* allocate_for(std::size_t bytes, std::size_t alignment, std::string_view type) noexcept {
    void* const block = detail::try_allocate<AllocatorPolicy>(bytes, alignment, type);
    if (block != nullptr && is_tracing()) note(block, bytes, type);
    return block;
  }

  static void deallocate(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    // First: once it is given back, another thread may have it and note it.
    if (is_tracing()) ledger().strike(block);
    AllocatorPolicy::deallocate(block, bytes, alignment);
  }

  [[nodiscard]] static bool begins_block(const void* at, std::size_t bytes, std::size_t alignment) noexcept
    requires has_begins_block<AllocatorPolicy>
  {
    return AllocatorPolicy::begins_block(at, bytes, alignment);
  }

  static void trim() noexcept
    requires has_trim<AllocatorPolicy>
  {
    AllocatorPolicy::trim();
  }

 private:
  OURO_NOINLINE static void note(const void* block, std::size_t bytes, std::string_view type) noexcept {
    OURO_TRY { ledger().note(block, bytes, type, detail::call_frames(most_frames_.load(std::memory_order_relaxed))); }
    OURO_CATCH_ALL {
    }
  }

  /// Never destroyed: blocks may be freed after everything else.
  [[nodiscard]] static detail::allocation_ledger<AllocatorPolicy>& ledger() {
    static auto* const made = new detail::allocation_ledger<AllocatorPolicy>;
    return *made;
  }

  OURO_SHARED_STATE static inline constinit std::atomic<bool> is_tracing_{false};
  OURO_SHARED_STATE static inline constinit std::atomic<std::size_t> most_frames_{0};
};

}  // namespace ouro

// ===== ouro/refcount/count_word.hpp

/// \file
/// What the bits of a count mean, whichever policy counts.

namespace ouro {

/// What lowering a count found.
enum class released : std::uint8_t {
  kept,     ///< lowered; other pointers remain, and there is nothing to do
  suspect,  ///< not lowered yet: pointers would remain, and the collector must first buffer the object as a candidate
  last,     ///< lowered to nothing: the object dies
  left      ///< lowered, and what that means is to be left for the thread that owns the object: `R::leave` is due
};

/// What a header holds in place of a plain number: how many pointers there are, and what a drop has to do.
/// ```
///   0 nnn … n   quiet      n + 1 pointers
///   1 0nn … n   loud       n pointers
///   1 1nn … n   immortal   whatever n is
///   1 111 … 1   none       no pointer: a dying object; a drop leaves it so
/// ```
/// A *loud* object must become a candidate when a drop leaves it alive. The others are *quiet*: their types cannot
/// reach themselves, or they are in the candidate buffer already. Quiet with one pointer is 0, so that the sign of what
/// a subtraction leaves decides "lowered, nothing to do", and that of an addition "raised, nothing to do" for all but
/// the loud, whose word is looked at once more.
///
/// An immortal object is never freed, and its count is put back to the middle of the range whenever it is touched, so
/// that unbalanced releases cannot bring it down (PEP 683). A count that cannot be raised any more becomes immortal.
/// The library takes quiet objects of 2^30 pointers and more for immortal already, and makes them so when it meets
/// them.
struct count_word {
  static constexpr std::uint32_t one = 0;  ///< quiet, and one pointer
  static constexpr std::uint32_t loud = std::uint32_t{1} << 31;
  static constexpr std::uint32_t immortal = std::uint32_t{1} << 30;
  static constexpr std::uint32_t pinned = loud | immortal | immortal >> 1;  ///< what an immortal object's is set to
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  [[nodiscard]] static constexpr bool is_immortal(std::uint32_t word) noexcept {
    return (word & immortal) != 0 && word != none;
  }
  [[nodiscard]] static constexpr bool is_quiet(std::uint32_t word) noexcept { return (word & loud) == 0; }

  /// Whether `sum` is a loud count and 1, and nothing has spilled into the flags.
  [[nodiscard]] static constexpr bool is_loud_sum(std::uint32_t sum) noexcept { return sum - loud - 2 < immortal - 2; }

  /// How many pointers. \pre mortal, and not none
  [[nodiscard]] static constexpr std::uint32_t pointers(std::uint32_t word) noexcept {
    return (word & ~loud) + 1 - (word >> 31);
  }

  /// How many pointers; large if immortal.
  [[nodiscard]] static constexpr std::uint32_t strong(std::uint32_t word) noexcept {
    return word == none ? 0 : pointers(word);
  }

  /// Whether there is one pointer.
  [[nodiscard]] static constexpr bool is_last(std::uint32_t word) noexcept { return word == one || word == (loud | 1); }

  /// One pointer more.
  [[nodiscard]] static constexpr std::uint32_t raised(std::uint32_t word) noexcept {
    return is_immortal(word) || is_immortal(word + 1) ? pinned : word + 1;
  }

  /// One pointer fewer. \pre mortal, and not none
  [[nodiscard]] static constexpr std::uint32_t lowered(std::uint32_t word) noexcept {
    return word == (loud | 1) ? none : word - 1;
  }

  /// As many pointers, loud or quiet. Immortal stays immortal.
  [[nodiscard]] static constexpr std::uint32_t made_loud(std::uint32_t word) noexcept {
    if (word < immortal) return (word + 1) | loud;
    return is_immortal(word) ? pinned : word;
  }
  [[nodiscard]] static constexpr std::uint32_t made_quiet(std::uint32_t word) noexcept {
    return word - loud < immortal ? (word & ~loud) - 1 : word;
  }
};

}  // namespace ouro

// ===== ouro/refcount/refcount_policy.hpp

/// \file
/// The contract of the refcount axis: what a count is, and how it is changed.
///
/// A policy that counts in the header (`count_word.hpp` says what the bits mean):
///
/// | expression | returns | meaning |
/// | --- | --- | --- |
/// | `R::count_type` | type | holds 32 bits; the header has two of them, unless there is an `R::info_type` |
/// | `R::is_thread_safe` | `bool` | whether objects may be shared between threads |
/// | `R::load(c)` | `std::uint32_t` | the word |
/// | `R::store(c, word)` | `void` | sets it; nobody else uses the object |
/// | `R::compare_exchange(c, expected, word)` | `bool` | sets it if it is `expected`, else loads `expected` |
/// | `R::increment(c)` | `void` | one pointer more; pins the count when it reaches the immortal range |
/// | `R::decrement(c)` | `released` | one pointer fewer, or says why not |
///
/// Optional, for counts that are more than an integer:
///
/// | expression | returns | meaning |
/// | --- | --- | --- |
/// | `R::info_type` | type | holds 32 bits: the other word of the header, for which there are the verbs above as well |
/// | `R::decrement_plainly(c)` | `released` | one pointer fewer, whether the object is loud or not |
/// | `R::leave(c, die)` | `void` | what `released::left` asks for; calls `die(c)` when no pointer is left |
/// | `R::leave_collected(c, die)` | `void` | the same, for an object that a collector looks at |
/// | `R::settle_now(c)` | `released` | in place of leaving it, where nobody else uses the object |
/// | `R::settle()` | `void` | what other threads have left for this one; objects may die |
/// | `R::settle_all()` | `void` | what `leave_collected` has left for any thread; nobody else uses such objects |
///
/// A policy for types that count themselves:
///
/// | expression | returns | meaning |
/// | --- | --- | --- |
/// | `R::counts_itself` | `true` | the object has no header |
/// | `R::increment(p)`, `R::decrement(p)` | `void` | one pointer to `*p` more or fewer; the latter may destroy `*p` |
///
/// All verbs are static and noexcept. A policy has no state of its own. To write one, inherit from one of ours and hide
/// the verbs that differ, or write all of them.

namespace ouro {

struct OURO_SHARED_TYPE local_refcount;
struct OURO_SHARED_TYPE atomic_refcount;
struct OURO_SHARED_TYPE biased_refcount;
struct OURO_SHARED_TYPE self_refcount;

namespace detail {

template <>
inline constexpr policy_axis axis_of<local_refcount> = policy_axis::refcount;
template <>
inline constexpr policy_axis axis_of<atomic_refcount> = policy_axis::refcount;
template <>
inline constexpr policy_axis axis_of<biased_refcount> = policy_axis::refcount;
template <>
inline constexpr policy_axis axis_of<self_refcount> = policy_axis::refcount;

/// Ours fulfil the contract before they are defined, so that pointers can be declared (fwd.hpp).
template <class RefcountPolicy>
concept refcount_policy_of_ours =
    std::same_as<RefcountPolicy, local_refcount> || std::same_as<RefcountPolicy, atomic_refcount> ||
    std::same_as<RefcountPolicy, biased_refcount>;

}  // namespace detail

/// Leaves counting to the object.
template <class RefcountPolicy>
concept counts_itself =
    std::same_as<RefcountPolicy, self_refcount> ||
    (!detail::refcount_policy_of_ours<RefcountPolicy> && requires { requires RefcountPolicy::counts_itself; });

namespace detail {

template <class RefcountPolicy>
concept needs_no_verbs = refcount_policy_of_ours<RefcountPolicy> || counts_itself<RefcountPolicy>;

}  // namespace detail

// Each verb is asked for by itself, so that a compiler names the one that is missing. A policy that leaves counting to
// the object needs none of them.

template <class RefcountPolicy>
concept has_info_type = requires { typename RefcountPolicy::info_type; } &&
                        sizeof(typename RefcountPolicy::info_type) == sizeof(std::uint32_t);

template <class RefcountPolicy>
concept has_count_type =
    detail::needs_no_verbs<RefcountPolicy> || (requires {
      typename RefcountPolicy::count_type;
    } && (sizeof(typename RefcountPolicy::count_type) == sizeof(std::uint32_t) || has_info_type<RefcountPolicy>));

template <class RefcountPolicy>
concept has_is_thread_safe = detail::needs_no_verbs<RefcountPolicy> || requires {
  { RefcountPolicy::is_thread_safe } -> std::convertible_to<bool>;
};

template <class RefcountPolicy>
concept has_load =
    detail::needs_no_verbs<RefcountPolicy> || requires(const typename RefcountPolicy::count_type& count) {
      { RefcountPolicy::load(count) } noexcept -> std::same_as<std::uint32_t>;
    };

template <class RefcountPolicy>
concept has_store =
    detail::needs_no_verbs<RefcountPolicy> || requires(typename RefcountPolicy::count_type& count, std::uint32_t word) {
      { RefcountPolicy::store(count, word) } noexcept;
    };

template <class RefcountPolicy>
concept has_compare_exchange =
    detail::needs_no_verbs<RefcountPolicy> ||
    requires(typename RefcountPolicy::count_type& count, std::uint32_t& expected, std::uint32_t word) {
      { RefcountPolicy::compare_exchange(count, expected, word) } noexcept -> std::same_as<bool>;
    };

template <class RefcountPolicy>
concept has_increment = detail::needs_no_verbs<RefcountPolicy> || requires(typename RefcountPolicy::count_type& count) {
  { RefcountPolicy::increment(count) } noexcept;
};

template <class RefcountPolicy>
concept has_decrement = detail::needs_no_verbs<RefcountPolicy> || requires(typename RefcountPolicy::count_type& count) {
  { RefcountPolicy::decrement(count) } noexcept -> std::same_as<released>;
};

/// Optional: `decrement` in two parts, of which the first, inlined into every drop, does the common case and says
/// whether it was that. A policy that inherits from one of ours names itself in `decrements_in_parts`, or its
/// `decrement` is used.
template <class RefcountPolicy>
concept decrements_in_parts = requires(typename RefcountPolicy::count_type& count) {
  requires std::same_as<typename RefcountPolicy::decrements_in_parts, RefcountPolicy>;
  { RefcountPolicy::try_keep(count) } noexcept -> std::same_as<bool>;
  { RefcountPolicy::decrement_rarely(count) } noexcept -> std::same_as<released>;
};

/// Optional: objects belong to threads, and other threads leave something about them for those to settle.
template <class RefcountPolicy>
concept leaves_to_owners =
    requires(typename RefcountPolicy::count_type& count, void (*die)(typename RefcountPolicy::count_type&) noexcept) {
      { RefcountPolicy::leave(count, die) } noexcept;
      { RefcountPolicy::leave_collected(count, die) } noexcept;
      { RefcountPolicy::settle_now(count) } noexcept -> std::same_as<released>;
      { RefcountPolicy::settle() } noexcept;
      { RefcountPolicy::settle_all() } noexcept;
    };

/// False for a policy that we know to be of another axis. A variable and no concept, so that g++ names it where it is
/// false.
template <class RefcountPolicy>
inline constexpr bool is_first_of_refcount_collector_allocator =
    detail::may_be_of<RefcountPolicy, detail::policy_axis::refcount>;

/// All of them.
template <class RefcountPolicy>
concept refcount_policy =
    is_first_of_refcount_collector_allocator<RefcountPolicy> &&
    (detail::needs_no_verbs<RefcountPolicy> || std::is_empty_v<RefcountPolicy>) && has_count_type<RefcountPolicy> &&
    has_is_thread_safe<RefcountPolicy> && has_load<RefcountPolicy> && has_store<RefcountPolicy> &&
    has_compare_exchange<RefcountPolicy> && has_increment<RefcountPolicy> && has_decrement<RefcountPolicy>;

namespace detail {

template <class RefcountPolicy>
struct info_type_of {
  using type = typename RefcountPolicy::count_type;
};
template <has_info_type RefcountPolicy>
struct info_type_of<RefcountPolicy> {
  using type = typename RefcountPolicy::info_type;
};

}  // namespace detail

/// Counts in the header that `make_managed` puts in front of the object.
template <class RefcountPolicy>
concept counts_in_header = refcount_policy<RefcountPolicy> && !counts_itself<RefcountPolicy>;

}  // namespace ouro

// ===== ouro/object/header.hpp

/// \file
/// The 8 bytes in front of every managed object; 16 where a count is more than an integer.
///
/// ```
///   count   flags and number of strong pointers                                       refcount/count_word.hpp
///   info    unlisted:  type index (16) | owner tag (5) | flags (10)         | 0
///           listed:    which buffer (2) | slot in the candidate buffer (29) | 1
/// ```
/// An object in the candidate buffer has a slot number in place of its info, which its buffer entry keeps meanwhile
/// (collector/candidate_buffer.hpp): so it can leave the buffer in O(1), and costs 8 bytes all the same.
/// An object that waits for its destruction has the count `count_word::none`, and its info word as it was
/// (object/destruction_queue.hpp).

namespace ouro::detail {

/// The bits of an unlisted info word.
struct info_word {
  static constexpr std::uint32_t listed = 1u << 0;     ///< the rest is a slot number
  static constexpr std::uint32_t tracked = 1u << 1;    ///< may be part of a cycle
  static constexpr std::uint32_t watched = 1u << 2;    ///< has weak records
  static constexpr std::uint32_t unborn = 1u << 3;     ///< its constructor has not returned
  static constexpr std::uint32_t finalized = 1u << 4;  ///< `finalize` has been called
  static constexpr std::uint32_t dead = 1u << 5;       ///< its destructor has been called, or never will be
  static constexpr std::uint32_t reached = 1u << 6;    ///< the running collection has it in its worklist
  static constexpr std::uint32_t alive = 1u << 7;      ///< the running collection has proven it alive

  static constexpr std::uint32_t old = 1u << 8;     ///< some collection has found it alive
  static constexpr std::uint32_t frozen = 1u << 9;  ///< collections leave it alone

  static constexpr std::uint32_t walked = 1u << 10;  ///< lies in a pool that its collector walks

  static constexpr std::uint32_t owner_shift = 11;
  static constexpr std::uint32_t owner_mask = 0x1Fu << owner_shift;
  static constexpr std::uint32_t type_shift = 16;

  static constexpr std::uint32_t slot_shift = 1;
  static constexpr std::uint32_t buffer_shift = 30;  ///< the flags old and frozen of a listed object say which buffer
  static constexpr std::uint32_t listed_as_old = 1u << buffer_shift;

  [[nodiscard]] static constexpr bool is_listed(std::uint32_t word) noexcept { return (word & listed) != 0; }
  [[nodiscard]] static constexpr std::uint32_t slot(std::uint32_t word) noexcept {
    return (word & ((1u << buffer_shift) - 1)) >> slot_shift;
  }
  /// Whether a walk over the pools finds the object, so that it need not be listed. \pre unlisted
  [[nodiscard]] static constexpr bool is_found_by_walk(std::uint32_t word) noexcept {
    return (word & (walked | old)) == (walked | old);
  }
  [[nodiscard]] static constexpr std::uint32_t type(std::uint32_t word) noexcept { return word >> type_shift; }
};

template <counts_in_header RefcountPolicy>
struct alignas(std::size_t) header {
  using count_type = typename RefcountPolicy::count_type;
  using info_type = typename info_type_of<RefcountPolicy>::type;

  count_type count;
  info_type info;

  [[nodiscard]] static header* of_count(count_type& count) noexcept { return reinterpret_cast<header*>(&count); }

  [[nodiscard]] static header* of(const volatile void* object) noexcept {
    return reinterpret_cast<header*>(const_cast<void*>(object)) - 1;
  }

  [[nodiscard]] void* object() noexcept { return this + 1; }

  [[nodiscard]] std::uint32_t load_count() const noexcept { return RefcountPolicy::load(count); }
  [[nodiscard]] std::uint32_t load_info() const noexcept { return RefcountPolicy::load(info); }

  /// Changes the count or info word by a function of its value, against other threads too if the policy is for them.
  template <class Word, class Change>
  static std::uint32_t update(Word& at, Change change) noexcept {
    std::uint32_t seen = RefcountPolicy::load(at);
    while (!RefcountPolicy::compare_exchange(at, seen, change(seen))) {
    }
    return seen;
  }

  void set_info(std::uint32_t bits) noexcept {
    update(info, [bits](std::uint32_t seen) { return seen | bits; });
  }
  void clear_info(std::uint32_t bits) noexcept {
    update(info, [bits](std::uint32_t seen) { return seen & ~bits; });
  }
  void set_quiet() noexcept { update(count, count_word::made_quiet); }
  void clear_quiet() noexcept { update(count, count_word::made_loud); }

  /// One pointer more, unless there is none: what a weak pointer does. Never brings an object back from zero.
  [[nodiscard]] bool try_increment() noexcept {
    std::uint32_t seen = load_count();
    if constexpr (!RefcountPolicy::is_thread_safe) {
      if (seen == count_word::none) return false;
      RefcountPolicy::increment(count);
      return true;
    }
    for (;;) {
      if (seen == count_word::pinned) return true;
      if (seen == count_word::none) return false;
      if (RefcountPolicy::compare_exchange(count, seen, count_word::raised(seen))) return true;
    }
  }

  /// One pointer fewer, without regard to candidacy.
  [[nodiscard]] released decrement_plainly() noexcept {
    if constexpr (requires { RefcountPolicy::decrement_plainly(count); }) {
      return RefcountPolicy::decrement_plainly(count);
    } else {
      std::uint32_t seen = load_count();
      for (;;) {
        if (count_word::is_immortal(seen)) return released::kept;
        if (RefcountPolicy::compare_exchange(count, seen, count_word::lowered(seen)))
          return count_word::is_last(seen) ? released::last : released::kept;
      }
    }
  }
};

}  // namespace ouro::detail

// ===== ouro/collector/collector_policy.hpp

/// \file
/// The contract of the collector axis: who finds cycles.
///
/// | expression | returns | meaning |
/// | --- | --- | --- |
/// | `C::finds_cycles` | `bool` | when false, nothing below is asked for |
/// | `C::suspect(h)` | `bool` | the count of `h` is about to fall to a non-zero value, see below |
/// | `C::forget(h)` | info word | `h` is listed and dies: takes it out of the buffer and gives it its info word back |
/// | `C::info(h)` | info word | that of a listed object |
/// | `C::add_flags(h, bits)` | `void` | sets flags in the info word of a listed object |
/// | `C::before_make<R>()` | `void` | an object that may be cyclic is about to be made, see below |
/// | `C::collect<R>()` | `std::size_t` | a full collection: the number of objects destroyed |
/// | `C::emergency<R>()` | `std::size_t` | the same, when memory is exhausted, or 0: it must not collect now |
///
/// `suspect` buffers the object as a candidate and makes it quiet; it returns false if there was no memory for that.
/// `before_make` and `emergency` are the only moments for an automatic collection, besides `gc::safepoint()`.
///
/// Optional, for a collector of objects that threads share:
///
/// | expression | returns | meaning |
/// | --- | --- | --- |
/// | `C::is_collecting_here<R>()` | `bool` | whether the calling thread is collecting |
/// | `C::is_collecting_elsewhere<R>()` | `bool` | whether another thread is |
///
/// Optional, for a collector that knows all objects that may be cyclic:
///
/// | expression | returns | meaning |
/// | --- | --- | --- |
/// | `C::enrolls_all` | `bool` | when true, objects that may be cyclic are no candidates, but enrolled |
/// | `C::enroll(h)` | `void` | if so: the object is whole, and its collector is to know it from now on |
/// | `C::walks_pools_of` | type | the refcount policy whose old objects are found by walking pools |
/// | `C::knows(h)` | `bool` | `h` is unlisted, or listed by the current heap: asked by checked builds |
/// | `C::walker` | type | the policy that this is said of: a heap's walked pools hold the objects of one pair |
///
/// `h` is a `detail::header<R>&`. All verbs are static and noexcept; a policy has no state of its own. To write one,
/// inherit from one of ours and hide the verbs that differ.

namespace ouro {

struct OURO_SHARED_TYPE no_collector;
struct OURO_SHARED_TYPE trial_deletion;
struct OURO_SHARED_TYPE generational;

namespace detail {

template <>
inline constexpr policy_axis axis_of<no_collector> = policy_axis::collector;
template <>
inline constexpr policy_axis axis_of<trial_deletion> = policy_axis::collector;
template <>
inline constexpr policy_axis axis_of<generational> = policy_axis::collector;

/// Ours fulfil the contract before they are defined, so that pointers can be declared (fwd.hpp).
template <class CollectorPolicy>
concept cycle_finder_of_ours =
    std::same_as<CollectorPolicy, trial_deletion> || std::same_as<CollectorPolicy, generational>;
template <class CollectorPolicy>
concept collector_policy_of_ours = cycle_finder_of_ours<CollectorPolicy> || std::same_as<CollectorPolicy, no_collector>;

/// The least that `counts_in_header` asks for. Only named, never called.
struct refcount_archetype {
  using count_type = std::uint32_t;
  static constexpr bool is_thread_safe = false;
  static std::uint32_t load(const count_type& count) noexcept;
  static void store(count_type& count, std::uint32_t word) noexcept;
  static bool compare_exchange(count_type& count, std::uint32_t& expected, std::uint32_t word) noexcept;
  static void increment(count_type& count) noexcept;
  static released decrement(count_type& count) noexcept;
};

using header_archetype = header<refcount_archetype>;

}  // namespace detail

template <class CollectorPolicy>
concept has_finds_cycles = detail::collector_policy_of_ours<CollectorPolicy> || requires {
  { CollectorPolicy::finds_cycles } -> std::convertible_to<bool>;
};

template <class CollectorPolicy>
concept has_suspect = requires(detail::header_archetype& object) {
  { CollectorPolicy::suspect(object) } noexcept -> std::same_as<bool>;
};

template <class CollectorPolicy>
concept has_forget = requires(detail::header_archetype& object) {
  { CollectorPolicy::forget(object) } noexcept -> std::same_as<std::uint32_t>;
};

template <class CollectorPolicy>
concept has_info = requires(detail::header_archetype& object, std::uint32_t bits) {
  { CollectorPolicy::info(object) } noexcept -> std::same_as<std::uint32_t>;
  { CollectorPolicy::add_flags(object, bits) } noexcept -> std::same_as<void>;
};

template <class CollectorPolicy>
concept has_before_make = requires {
  { CollectorPolicy::template before_make<detail::refcount_archetype>() } noexcept -> std::same_as<void>;
};

template <class CollectorPolicy>
concept has_collect = requires {
  { CollectorPolicy::template collect<detail::refcount_archetype>() } noexcept -> std::same_as<std::size_t>;
  { CollectorPolicy::template emergency<detail::refcount_archetype>() } noexcept -> std::same_as<std::size_t>;
};

/// Is a collector, and not the lack of one.
template <class CollectorPolicy>
concept finds_cycles = detail::cycle_finder_of_ours<CollectorPolicy> ||
                       (!detail::collector_policy_of_ours<CollectorPolicy> && has_finds_cycles<CollectorPolicy> &&
                        static_cast<bool>(CollectorPolicy::finds_cycles));

/// Knows all objects that may be cyclic, not only those whose count fell.
template <class CollectorPolicy>
concept enrolls_all = finds_cycles<CollectorPolicy> && requires { requires CollectorPolicy::enrolls_all; };

/// Finds its old objects by walking the pools that hold them.
template <class CollectorPolicy, class RefcountPolicy>
concept walks_pools =
    enrolls_all<CollectorPolicy> && std::same_as<typename CollectorPolicy::walks_pools_of, RefcountPolicy> &&
    std::same_as<typename CollectorPolicy::walker, CollectorPolicy>;

/// Says whether the calling thread, or another one, is collecting.
template <class CollectorPolicy, class RefcountPolicy>
concept says_where_it_collects = finds_cycles<CollectorPolicy> && requires {
  { CollectorPolicy::template is_collecting_here<RefcountPolicy>() } noexcept -> std::same_as<bool>;
  { CollectorPolicy::template is_collecting_elsewhere<RefcountPolicy>() } noexcept -> std::same_as<bool>;
};

/// What a collector that finds cycles must offer besides.
template <class CollectorPolicy>
concept cycle_finder = has_suspect<CollectorPolicy> && has_forget<CollectorPolicy> && has_info<CollectorPolicy> &&
                       has_before_make<CollectorPolicy> && has_collect<CollectorPolicy>;

/// False for a policy that we know to be of another axis. A variable and no concept, so that g++ names it where it is
/// false.
template <class CollectorPolicy>
inline constexpr bool is_second_of_refcount_collector_allocator =
    detail::may_be_of<CollectorPolicy, detail::policy_axis::collector>;

/// Finds cycles, or says that it does not. \see the table above
template <class CollectorPolicy>
concept collector_policy = is_second_of_refcount_collector_allocator<CollectorPolicy> &&
                           (detail::collector_policy_of_ours<CollectorPolicy> || std::is_empty_v<CollectorPolicy>) &&
                           has_finds_cycles<CollectorPolicy> &&
                           (detail::collector_policy_of_ours<CollectorPolicy> || !finds_cycles<CollectorPolicy> ||
                            cycle_finder<CollectorPolicy>);

namespace detail {

/// The info word of an object, listed or not.
template <class CollectorPolicy, class RefcountPolicy>
[[nodiscard]] std::uint32_t info_of(header<RefcountPolicy>& object) noexcept {
  const std::uint32_t word = object.load_info();
  if constexpr (finds_cycles<CollectorPolicy>) {
    if (info_word::is_listed(word)) return CollectorPolicy::info(object);
  }
  return word;
}

template <class CollectorPolicy, class RefcountPolicy>
void add_flags(header<RefcountPolicy>& object, std::uint32_t bits) noexcept {
  std::uint32_t seen = object.load_info();
  for (;;) {
    if constexpr (finds_cycles<CollectorPolicy>) {
      if (info_word::is_listed(seen)) return CollectorPolicy::add_flags(object, bits);
    }
    if (RefcountPolicy::compare_exchange(object.info, seen, seen | bits)) return;
  }
}

/// The info word of an object that nobody else uses any more, which leaves the candidate buffer if it is there.
template <class CollectorPolicy, class RefcountPolicy>
[[nodiscard]] std::uint32_t unlisted_info_of(header<RefcountPolicy>& object) noexcept {
  const std::uint32_t word = object.load_info();
  if constexpr (finds_cycles<CollectorPolicy>) {
    if (info_word::is_listed(word)) return CollectorPolicy::forget(object);
  }
  return word;
}

}  // namespace detail
}  // namespace ouro

// ===== ouro/collector/pause_clock.hpp

/// \file
/// How long collections take.

namespace ouro::detail {

/// Nanoseconds since some moment, and never fewer than before.
[[nodiscard]] inline std::uint64_t steady_nanoseconds() noexcept {
#if OURO_HAS_CLOCK_GETTIME
  // <chrono> says the same, and takes longer to compile than all else of a collector.
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(now.tv_nsec);
#else
  using std::chrono::steady_clock;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(steady_clock::now().time_since_epoch()).count());
#endif
}

}  // namespace ouro::detail

// ===== ouro/collector/collection_turn.hpp

/// \file
/// Whether a collector is collecting, and which thread does it.

namespace ouro::detail {

/// Of a collector that one thread uses.
class local_turn {
 public:
  /// False when a collection is running.
  [[nodiscard]] bool try_begin() noexcept { return is_taken_ ? false : (is_taken_ = true); }
  void end() noexcept { is_taken_ = false; }

 private:
  bool is_taken_ = false;
};

/// Of a collector that all threads share. One of them collects at a time.
class shared_turn {
 public:
  /// False when a collection is running, on this thread or another one.
  [[nodiscard]] bool try_begin() noexcept {
    if (!mutex_.try_lock()) return false;
    mutex_.note_holder();
    if constexpr (check_level >= 1) wait_for_uses();
    return true;
  }

  /// \pre `try_begin` has returned true on this thread
  void end() noexcept {
    mutex_.forget_holder();
    mutex_.unlock();
    known_at_fork.let_forks_pass();
  }

  /// Whether the calling thread is collecting.
  [[nodiscard]] bool is_here() const noexcept { return mutex_.is_held_here(); }

  /// Whether another thread is collecting.
  [[nodiscard]] bool is_elsewhere() const noexcept { return mutex_.is_held_elsewhere(); }

 private:
  static constexpr std::uint64_t use = 20'000;  ///< nanoseconds: longer than a copy or a drop takes

  /// A thread that wrongly uses the objects now gets beyond that use, and reports its next one, before anything of them
  /// is changed here.
  static void wait_for_uses() noexcept {
    const std::uint64_t began = steady_nanoseconds();
    while (steady_nanoseconds() - began < use) yield_to_others();
  }

  static_mutex mutex_;  ///< held by the thread that collects: a fork waits for its end
};

}  // namespace ouro::detail

// ===== ouro/object/nesting.hpp

/// \file
/// Bounds the stack that a walk over the edges of one object uses, however deep the parts of the object are nested.

namespace ouro::detail {

/// How deep a walk has gone into the parts of an object: a chain of `std::unique_ptr` may have a million links. What
/// lies too deep is put off until the walk has come back to the outermost part.
class nesting {
 public:
  static constexpr std::size_t most_levels = 32;

  /// A part that was put off. It lies still until the walk is over.
  struct part {
    void* at;
    void (*see)(const void* visitor, void* at);
  };

  nesting() = default;
  nesting(const nesting&) = delete;
  nesting& operator=(const nesting&) = delete;
  ~nesting() { put_off_.release(); }

  /// Whether the next part must be put off.
  [[nodiscard]] OURO_ALWAYS_INLINE bool is_full() const noexcept { return level_ >= most_; }

  /// False when memory is exhausted.
  [[nodiscard]] bool put_off(const part& later) noexcept { return put_off_.push(later); }

  [[nodiscard]] OURO_ALWAYS_INLINE bool has_parts() const noexcept { return put_off_.size != 0; }

  /// The part that was put off last. \pre `has_parts()`
  [[nodiscard]] part take() noexcept { return put_off_.items[--put_off_.size]; }

  /// The walk is inside a part for as long as this lives. Where an exception ends the walk, the outermost level forgets
  /// what was put off.
  class level {
   public:
    OURO_ALWAYS_INLINE explicit level(nesting& in) noexcept : in_{in} { ++in_.level_; }
    level(const level&) = delete;
    level& operator=(const level&) = delete;
    OURO_ALWAYS_INLINE ~level() {
      if (--in_.level_ == 0) in_.put_off_.size = 0;
    }

    [[nodiscard]] OURO_ALWAYS_INLINE bool is_outermost() const noexcept { return in_.level_ == 1; }

   private:
    nesting& in_;
  };

  /// Nothing is put off for as long as this lives: the parts will be moved.
  class unlimited {
   public:
    explicit unlimited(nesting& in) noexcept : in_{in}, most_before_{in.most_} {
      in_.most_ = std::numeric_limits<std::size_t>::max();
    }
    unlimited(const unlimited&) = delete;
    unlimited& operator=(const unlimited&) = delete;
    ~unlimited() { in_.most_ = most_before_; }

   private:
    nesting& in_;
    std::size_t most_before_;
  };

 private:
  std::size_t level_ = 0;
  std::size_t most_ = most_levels;
  raw_array<part> put_off_;
};

}  // namespace ouro::detail

// ===== ouro/object/edge_sink.hpp

/// \file
/// Where a trace leaves the edges it finds. One trace function per type serves every phase of a collection: it writes
/// the edges into a buffer, and the phase, which knows no types, works through the buffer while it is in the cache.

namespace ouro::detail {

/// A non-null edge: the header of its target, and the pointer itself.
struct edge {
  void* target;  ///< a `header<R>`, of the R whose collector traces
  void* slot;    ///< the raw pointer inside the `managed_ptr`

  /// Makes the pointer null and counts nothing.
  void sever() const noexcept { std::memset(slot, 0, sizeof(void*)); }
};

/// Fixed in size, so that a trace needs no memory for edges: when it is full, the phase empties it and the trace goes
/// on.
class edge_sink {
 public:
  static constexpr std::size_t capacity = 64;

  /// Works through `[first, last)`, and may change it.
  using phase = void (*)(void* context, edge* first, edge* last);

  edge_sink(phase work, void* context) noexcept : work_{work}, context_{context} {}
  edge_sink(const edge_sink&) = delete;
  edge_sink& operator=(const edge_sink&) = delete;

  OURO_ALWAYS_INLINE void push(void* target, void* slot) {
    __builtin_prefetch(target, 1);
    *next_++ = {target, slot};
    if (next_ == last_) [[unlikely]]
      flush();
  }

  /// Hands what is buffered to the phase.
  OURO_NOINLINE void flush() {
    edge* const first = first_;
    edge* const next = next_;
    flushed_ += static_cast<std::size_t>(next - first);
    write_to(own_);
    if (next != first) work_(context_, first, next);
  }

  /// Has the edges from now on written to `buffer`, which has room for `capacity`, until they are flushed.
  /// \pre nothing is buffered
  void write_to(edge* buffer) noexcept {
    first_ = buffer;
    next_ = buffer;
    last_ = buffer + capacity;
  }

  /// Edges reported so far.
  [[nodiscard]] std::size_t pushed() const noexcept { return flushed_ + static_cast<std::size_t>(next_ - first_); }

  /// How deep the trace is.
  [[nodiscard]] OURO_ALWAYS_INLINE nesting& within() noexcept { return within_; }

 private:
  edge* next_ = own_;  ///< in [first_, last_) between pushes
  edge* last_ = own_ + capacity;
  edge* first_ = own_;
  std::size_t flushed_ = 0;
  nesting within_;
  phase work_;
  void* context_;
  edge own_[capacity];
};

}  // namespace ouro::detail

// ===== ouro/object/heap_note.hpp

/// \file
/// Which heap a program and its shared objects use: each of them says so in a note, so that two heaps where one was
/// meant are noticed. A plugin has one of its own when it does not see the program's symbols.

namespace ouro::detail {

/// The heaps that the loaded objects name in their notes, and for each the first that does.
class heaps_in_use {
 public:
  /// O(loaded objects). Finds none where the system does not list them.
  heaps_in_use() noexcept {
    each_loaded_object([this](const loaded_object& at) {
      for (std::size_t i = 0; i != at.segment_count; ++i) {
        const loaded_object::segment& each = at.segments[i];
        if (each.type != loaded_object::note) continue;
        read(reinterpret_cast<const std::byte*>(at.base + each.address), each.bytes, each.alignment == 8 ? 8 : 4,
             at.name);
      }
      return false;
    });
  }

  [[nodiscard]] std::size_t count() const noexcept { return count_; }

  /// The file's name; empty for the program itself. \pre `i < count()`
  [[nodiscard]] const char* user(std::size_t i) const noexcept { return users_[i]; }

 private:
  static constexpr std::size_t most = 16;

  /// Notes: the lengths of name and content, a type, name, content; each padded.
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

/// Says on `stderr` who has a heap of his own, if there are several.
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

// ===== ouro/object/visited.hpp

/// \file
/// The entries of a collection's worklist.

namespace ouro::detail {

/// An object that a collection has reached.
struct visited {
  void* header;         ///< a `header<R>`, of the R whose collector visits
  std::uint32_t count;  ///< its count word before the trial
  std::uint32_t edges;  ///< that its trace has reported
};

/// Objects to fetch ahead of a walk over a worklist: a miss takes as long as a few dozen objects.
inline constexpr std::size_t visit_ahead = 32;

/// Brings the object near that a walk which is at `i` comes to soon. \pre i < last
inline void fetch_ahead(const visited* visits, std::size_t i, std::size_t last) noexcept {
  const std::size_t next = i + visit_ahead < last ? i + visit_ahead : last - 1;
  __builtin_prefetch(visits[next].header, 1);
}

}  // namespace ouro::detail

// ===== ouro/object/type_record.hpp

/// \file
/// What the library knows of a managed type once the type itself is out of sight, and the table that turns the 16-bit
/// index in a header into it.

namespace ouro::detail {

/// Reports the edges of the object `visits[i]`, and of those that follow it before `last` as long as they are of the
/// same type; counts them in each entry. Returns how far it came. The worklist may grow, and move, whenever the sink is
/// full.
using trace_function = std::size_t (*)(visited* const& visits, std::size_t i, std::size_t last, edge_sink& sink);

/// Does something to the objects of `[first, last)`, which are of one type.
using run_function = void (*)(const visited* first, const visited* last) noexcept;

struct clone_record;

/// One for each type and set of policies. What takes the address of the object gets what lies behind its header.
struct type_record {
  run_function destroy;                               ///< runs the destructors; what they throw is reported
  run_function deallocate;                            ///< gives the blocks back; needs nothing but their lengths
  trace_function trace;                               ///< null when there are no edges to report
  void (*finalize)(void* object);                     ///< null when the type has no `finalize()`
  bool (*end)(void* header) noexcept;                 ///< of an object without pointers, see collector/death.hpp
  std::size_t (*bytes)(const void* object) noexcept;  ///< the block: header, object, padding
  const clone_record* clone;                          ///< copies the object; null unless the type is `clonable`
  std::string_view name;
  std::uint32_t level = check_level;  ///< of the code behind these functions
  std::uint32_t front = 0;            ///< bytes from the beginning of the block to the object; 0 where nobody asks

  void destroy_one(void* header) const noexcept {
    const visited one{header, 0, 0};
    destroy(&one, &one + 1);
  }
  void deallocate_one(void* header) const noexcept {
    const visited one{header, 0, 0};
    deallocate(&one, &one + 1);
  }
};

/// Index 0 is no type: it is what the headers of tables made at compile time say. All zero at first, so that the table
/// takes no room in a program's file, and none in memory but for the pages that are used.
struct type_table {
  static constexpr std::size_t capacity = std::size_t{1} << 16;

  /// Read and written atomically. 65536 `std::atomic`s would be constructed at compile time, one by one.
  const type_record* records[capacity];
  std::atomic<std::uint32_t> size{0};
  std::atomic<std::uint32_t> level{0};  ///< check level of all who use the table, plus one; of objects the linker asks

  /// Null for an index that was never given.
  [[nodiscard]] const type_record* find(std::uint32_t index) const noexcept {
    // relaxed: who has an object has synchronised with the thread that made it, and so with the registration.
    return __atomic_load_n(&records[index], __ATOMIC_RELAXED);
  }

  [[nodiscard]] const type_record& operator[](std::uint32_t index) const noexcept { return *find(index); }

  std::uint32_t add(const type_record& record) {
    const std::uint32_t index = size.fetch_add(1, std::memory_order_relaxed) + 1;
    if (index >= capacity) misuse("more than 65535 managed types", record.name);
    std::uint32_t levels = 0;
    if (!level.compare_exchange_strong(levels, record.level + 1) && levels != record.level + 1) {
      misuse("shared objects of different check levels", record.name);
    }
    if constexpr (check_level >= 1) {
      if (index == 1) report_several_heaps();
    }
    __atomic_store_n(&records[index], &record, __ATOMIC_RELEASE);
    return index;
  }
};

OURO_SHARED_STATE inline constinit type_table registered_types{};

/// Where this very program or shared object finds the table. A template, so that who makes no object has none.
template <class Table>
struct table_of_this_object {
  OURO_OWN_CODE [[gnu::used]] static inline constinit const Table* at = &registered_types;

  OURO_ALWAYS_INLINE static void note() noexcept {
    OURO_LEAVE_NOTE("_ZN4ouro6detail20table_of_this_objectINS0_10type_tableEE2atE", at);
  }
};

/// The first info word of the objects of a type; null until the first of them is made. At the first use instead of
/// before `main`, because objects may be made there too.
class type_info_word {
 public:
  [[nodiscard]] OURO_ALWAYS_INLINE std::uint32_t load() const noexcept { return word_.load(std::memory_order_relaxed); }

  [[nodiscard]] OURO_ALWAYS_INLINE std::uint32_t get(const type_record& record, std::uint32_t flags) {
    const std::uint32_t known = load();
    return known != 0 ? known : add(record, flags);
  }

 private:
  OURO_OWN_CODE OURO_NOINLINE std::uint32_t add(const type_record& record, std::uint32_t flags) {
    table_of_this_object<type_table>::note();
    keep_loaded(&record);
    std::uint32_t mine = registered_types.add(record) << info_word::type_shift | flags;
    std::uint32_t expected = 0;
    // When two threads make the first object at once, one index stays unused.
    if (!word_.compare_exchange_strong(expected, mine, std::memory_order_relaxed)) mine = expected;
    return mine;
  }

  std::atomic<std::uint32_t> word_{0};
};

/// The record of an object whose info word is `info`.
[[nodiscard]] inline const type_record& record_of(std::uint32_t info) noexcept {
  return registered_types[info_word::type(info)];
}

/// For reports about an object that may be damaged: its type's name if the info word leads to one.
[[nodiscard]] inline std::string_view name_in_report(std::uint32_t info) noexcept {
  const type_record* const record = registered_types.find(info_word::type(info));
  return record == nullptr ? "unknown" : record->name;
}

}  // namespace ouro::detail

// ===== ouro/object/destruction_queue.hpp

/// \file
/// Destruction in bounded stack, and in the order that recursion gives.
///
/// A destructor that drops the last pointer to another object destroys that object at once, as with `std::shared_ptr`,
/// while the nested destructors use less than a fixed amount of stack. Beyond that amount the object waits: its header
/// stays as it is, with the count `count_word::none`, so that every look-up takes it for dead. The innermost destructor
/// that still ran at once destroys what waits when it returns, before its own block is freed. Objects that wait are
/// destroyed in the depth-first order of recursion, and the block of each is freed after its descendants have been
/// destroyed, so that their destructors may still write to it through raw pointers.
///
/// CPython bounds its nested deallocators in the same way, by a number of levels (the "trashcan", Objects/object.c).
/// O(1) an object. Memory: 8 bytes for each object that waits, and for each whose descendants wait. Where there is no
/// memory for that, an object is destroyed at once.
///
/// A program that cannot wait for the end of a large structure has every object wait, and destroys so many at a time.

namespace ouro::detail {

/// One a heap and refcount policy. It has no state of consequence while it is empty and not deferring.
template <class RefcountPolicy>
class OURO_SHARED_TYPE destruction_queue {
 public:
  using header_type = header<RefcountPolicy>;

  static constexpr std::size_t default_nesting = std::size_t{256} << 10;  ///< bytes of stack

  /// \see heap_part_of
  [[nodiscard]] static destruction_queue& of_thread() noexcept;

  /// Whether the library is running a destructor or a `finalize` on this thread.
  [[nodiscard]] bool is_destroying() const noexcept { return is_destroying(lowest_); }

  /// Whether an object whose count has fallen to zero has to wait.
  [[nodiscard]] OURO_ALWAYS_INLINE bool must_wait() const noexcept { return stack_position() < lowest_; }

  /// Whether every object waits for `drain`.
  [[nodiscard]] bool is_deferring() const noexcept { return is_deferring(lowest_); }
  void defer(bool wanted) noexcept {
    if (wanted && is_destroying() && lowest_ < some_wait) base_ = waiting_.size;
    lowest_ = resting(is_destroying(), wanted);
  }

  /// Bytes of stack that nested destructors use before objects wait.
  [[nodiscard]] std::size_t nesting() const noexcept { return nesting_; }
  void set_nesting(std::size_t bytes) noexcept {
    const std::size_t most = stack_position() / 2;
    nesting_ = bytes < most ? bytes : most;
  }

  /// Has the object wait. False, and nothing has changed, when memory is exhausted. \pre its count is
  /// `count_word::none`; it is in no root buffer; `must_wait()`
  [[nodiscard]] OURO_NOINLINE bool push(header_type& object) noexcept {
    if (!waiting_.push(reinterpret_cast<std::uintptr_t>(&object))) return false;
    if (lowest_ < some_wait) {
      base_ = waiting_.size - 1;
      lowest_ = some_wait;
    }
    return true;
  }

  /// Before a destructor that runs at once. Returns what `leave` must be given: 0 for the outermost destructor.
  /// \pre `!must_wait()`
  [[nodiscard]] OURO_ALWAYS_INLINE std::uintptr_t enter() noexcept {
    const std::uintptr_t before = lowest_;
    if (before == 0) lowest_ = stack_position() - nesting_;
    return before;
  }

  /// After it: ends what it has dropped that had to wait.
  OURO_ALWAYS_INLINE void leave(std::uintptr_t before) noexcept {
    const std::uintptr_t now = lowest_;
    lowest_ = before;
    if (now >= some_wait) [[unlikely]]
      leave_rarely(before, now);
  }

  /// How much is in the queue: what comes later is above it.
  [[nodiscard]] std::size_t mark() const noexcept { return waiting_.size; }

  /// Runs `destroy`, which calls user code, in any state. What that left above `mark()` is the caller's to end.
  template <class Destroy>
  void run_nested(Destroy&& destroy) noexcept {
    const std::uintptr_t before = lowest_;
    if (before == 0) {
      lowest_ = stack_position() - nesting_;
    } else if (before == idle_deferring) {
      lowest_ = deferring;
    }
    destroy();
    restore(before, lowest_);
  }

  /// Ends what waits above `mark`, which was dropped since then. \post nothing is above `mark`
  void end_above(std::size_t mark) noexcept {
    if (waiting_.size != mark) [[unlikely]]
      static_cast<void>(end_some(mark, mark, all));
  }

  /// Ends up to `most` objects of all that wait, and returns how many that were; 0 from within a destructor. O(1) an
  /// object, and what its destructor does.
  std::size_t drain(std::size_t most) noexcept {
    if (is_destroying()) return 0;
    const std::size_t ended = end_some(0, ordered_, most);
    ordered_ = waiting_.size;
    return ended;
  }

 private:
  // Values of `lowest_` above all addresses.
  static constexpr std::uintptr_t idle_deferring = ~std::uintptr_t{0};  ///< every object waits; no destructor runs
  static constexpr std::uintptr_t deferring = idle_deferring - 1;       ///< every object waits; a destructor runs
  static constexpr std::uintptr_t some_wait = deferring - 1;  ///< what the running destructor drops waits behind others

  static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
  static constexpr std::uintptr_t is_destroyed = 1;        ///< in an entry: what remains is to free the block
  static constexpr std::uintptr_t nothing = is_destroyed;  ///< an entry whose object came back to life

  [[nodiscard]] static bool is_deferring(std::uintptr_t lowest) noexcept { return lowest >= deferring; }

  [[nodiscard]] static bool is_destroying(std::uintptr_t lowest) noexcept {
    return lowest != 0 && lowest != idle_deferring;
  }

  /// What `lowest_` is where a program has just begun to defer, or ended that.
  [[nodiscard]] static std::uintptr_t resting(bool destroying, bool defers) noexcept {
    if (defers) return destroying ? deferring : idle_deferring;
    return destroying ? some_wait : 0;
  }

  /// After a destructor that began in the state `before`, and ended in the state `now`: a program may begin to defer in
  /// one destructor, and end it in another.
  void restore(std::uintptr_t before, std::uintptr_t now) noexcept {
    lowest_ = is_deferring(now) == is_deferring(before) ? before : resting(is_destroying(before), is_deferring(now));
  }

  OURO_NOINLINE void leave_rarely(std::uintptr_t before, std::uintptr_t now) noexcept {
    restore(before, now);
    end_above(base_);
  }

  [[nodiscard]] static header_type& object_of(std::uintptr_t entry) noexcept {
    return *reinterpret_cast<header_type*>(entry & ~is_destroyed);
  }

  [[nodiscard]] static const type_record& record_of(const header_type& object) noexcept {
    return detail::record_of(object.load_info());
  }

  /// Turns the entries from `first` on round, which stand in the order in which they were dropped: the first of them is
  /// to be the next.
  void turn(std::size_t first) noexcept {
    for (std::size_t last = waiting_.size; first + 1 < last; ++first) {
      std::swap(waiting_.items[first], waiting_.items[--last]);
    }
  }

  /// Ends up to `most` objects above `mark`. `dropped`: the entries from there on stand in the order of their drops.
  OURO_NOINLINE std::size_t end_some(std::size_t mark, std::size_t dropped, std::size_t most) noexcept {
    turn(dropped);
    std::size_t ended = 0;
    while (waiting_.size != mark) {
      const std::size_t place = waiting_.size - 1;
      const std::uintptr_t entry = waiting_.items[place];
      if ((entry & is_destroyed) != 0) {
        waiting_.size = place;
        if (entry != nothing) record_of(object_of(entry)).deallocate_one(&object_of(entry));
      } else if (ended == most && is_deferring()) {
        return ended;
      } else {
        // The entry stays below those of the objects that this one leaves behind.
        ++ended;
        waiting_.items[place] = entry | is_destroyed;
        if (!record_of(object_of(entry)).end(&object_of(entry))) waiting_.items[place] = nothing;
        turn(place + 1);
      }
    }
    if (mark == 0) waiting_.release();
    return ended;
  }

  std::uintptr_t lowest_ = 0;  ///< objects wait where the stack has grown below this address; 0: no destructor runs
  std::size_t nesting_ = default_nesting;
  raw_array<std::uintptr_t> waiting_;  ///< addresses of headers; the last is the next to end
  std::size_t ordered_ = 0;            ///< after a `drain`: entries from there on were dropped since
  std::size_t base_ = 0;  ///< entries from there on were dropped by the destructor that runs, where some of those wait
};

template <class RefcountPolicy>
OURO_SHARED_STATE inline constinit thread_local destruction_queue<RefcountPolicy> destructions{};

template <class RefcountPolicy>
destruction_queue<RefcountPolicy>& destruction_queue<RefcountPolicy>::of_thread() noexcept {
  return destructions<RefcountPolicy>;
}

}  // namespace ouro::detail

// ===== ouro/object/owner_tag.hpp

/// \file
/// Tells heaps apart: by a number, and by a tag of 5 bits that fits into a header, so that a checked build notices
/// objects used by a thread that does not own them, or outside their private heap.

namespace ouro::detail {

OURO_SHARED_STATE inline constinit std::atomic<std::uint64_t> heap_numbers_given{0};
/// That of the current heap; 0: not yet given.
struct OURO_SHARED_TYPE heap_number {
  std::uint64_t value = 0;

  [[nodiscard]] static heap_number& of_thread() noexcept { return local_; }

 private:
  OURO_SHARED_STATE static constinit thread_local heap_number local_;
};

constinit inline thread_local heap_number heap_number::local_{};

/// 1 and above. No two heaps have the same.
[[nodiscard]] inline std::uint64_t current_heap_number() noexcept {
  heap_number& number = heap_number::of_thread();
  if (number.value == 0) {
    // A private heap has room for it from the beginning.
    static_cast<void>(attach(heap_part_of<heap_number>::part));
    number.value = heap_numbers_given.fetch_add(1, std::memory_order_relaxed) + 1;
  }
  return number.value;
}

/// 1 to 31. Two heaps share one when 31 others began between them: the tag may fail to tell them apart, it never
/// accuses wrongly.
[[nodiscard]] inline std::uint32_t owner_tag() noexcept {
  return static_cast<std::uint32_t>((current_heap_number() - 1) % 31 + 1);
}

}  // namespace ouro::detail

// ===== ouro/object/weak_target.hpp

/// \file
/// What a weak record points to, against threads that lock weak pointers while the target dies.

namespace ouro::detail {

/// The address of an object, until it begins to die. Where threads share objects, one at a time looks at the object
/// through it: the lowest bit of the address says so, as in libstdc++'s `std::atomic<std::shared_ptr>`, and the others
/// wait in a loop, since a look takes a few instructions. An object whose address has been cleared is no longer looked
/// at, and its memory may go. O(1) but for that wait.
template <class RefcountPolicy>
class weak_target {
 public:
  using header_type = header<RefcountPolicy>;

  explicit weak_target(header_type& to) noexcept : address_{reinterpret_cast<std::uintptr_t>(&to)} {}

  /// What `look` says of the object, or of null. \pre `look` neither throws nor blocks
  template <class Look>
  [[nodiscard]] OURO_ALWAYS_INLINE auto look(Look look) noexcept {
    const std::uintptr_t address = acquire();
    const auto seen = look(reinterpret_cast<header_type*>(address));
    if constexpr (is_shared) release(address);
    return seen;
  }

  void clear() noexcept {
    static_cast<void>(acquire());
    release(0);
  }

  /// In a child after a fork: threads that it has not got look no more. \pre the process has one thread
  void end_looks() noexcept {
    // What nobody looked at is not written to: its page stays shared with the parent.
    const std::uintptr_t seen = address_.load(std::memory_order_relaxed);
    if ((seen & busy) != 0) address_.store(seen & ~busy, std::memory_order_relaxed);
  }

  /// For who keeps others from clearing.
  [[nodiscard]] bool is_cleared() const noexcept {
    if constexpr (is_shared) {
      return (address_.load(std::memory_order_relaxed) & ~busy) == 0;
    } else {
      return address_ == 0;
    }
  }

 private:
  static constexpr bool is_shared = RefcountPolicy::is_thread_safe;
  static constexpr std::uintptr_t busy = 1;

  [[nodiscard]] OURO_ALWAYS_INLINE std::uintptr_t acquire() noexcept {
    if constexpr (is_shared) {
      std::uintptr_t seen = address_.load(std::memory_order_relaxed) & ~busy;
      // acquire: pairs with `release`; who finds the address cleared touches the object no more.
      while (!address_.compare_exchange_weak(seen, seen | busy, std::memory_order_acquire, std::memory_order_relaxed)) {
        seen &= ~busy;
        spin_pause();
      }
      return seen;
    } else {
      return address_;
    }
  }

  OURO_ALWAYS_INLINE void release(std::uintptr_t address) noexcept {
    if constexpr (is_shared) {
      // release: what was done with the object happens before it is cleared, and so before its memory goes.
      address_.store(address, std::memory_order_release);
    } else {
      address_ = address;
    }
  }

  std::conditional_t<is_shared, std::atomic<std::uintptr_t>, std::uintptr_t> address_;
};

}  // namespace ouro::detail

// ===== ouro/refcount/atomic_refcount.hpp

/// \file
/// An atomic integer, for objects that threads share.

namespace ouro {

/// Thread-safe as `std::shared_ptr` is: threads may copy and drop different pointers to one object at the same time;
/// one pointer object is written by one thread at a time. No verb allocates or blocks; all are O(1).
struct OURO_SHARED_TYPE atomic_refcount {
  using count_type = std::atomic<std::uint32_t>;
  static constexpr bool is_thread_safe = true;

  // relaxed: a count says nothing about other memory, except when it falls to zero.
  [[nodiscard]] static std::uint32_t load(const count_type& count) noexcept {
    return count.load(std::memory_order_relaxed);
  }

  // relaxed: nobody else uses the object yet, or any more; what hands it over to others orders this store too.
  static void store(count_type& count, std::uint32_t word) noexcept { count.store(word, std::memory_order_relaxed); }

  // acq_rel: it may be the step from or to the last pointer, see `decrement`. relaxed on failure: nothing was learnt.
  static bool compare_exchange(count_type& count, std::uint32_t& expected, std::uint32_t word) noexcept {
    return count.compare_exchange_weak(expected, word, std::memory_order_acq_rel, std::memory_order_relaxed);
  }

  OURO_ALWAYS_INLINE static void increment(count_type& count) noexcept {
    // An immortal object is not written to, so that its cache line stays shared between the cores.
    const std::uint32_t seen = load(count);
    if (count_word::is_immortal(seen)) [[unlikely]]
      return pin(count, seen);
    // relaxed: who copies a pointer has one, so that the object cannot die meanwhile; handing the copy to another
    // thread is what orders memory.
    // That immortality begins at half of what a quiet count can hold leaves room for the threads that raise it at the
    // same time.
    count.fetch_add(1, std::memory_order_relaxed);
  }

  OURO_ALWAYS_INLINE static released decrement(count_type& count) noexcept {
    const std::uint32_t seen = load(count);
    if (seen >= count_word::immortal) [[unlikely]]  // loud, immortal, or none
      return decrement_rarely(count, seen);
    // release: what this thread did with the object happens before its destruction. acquire: the thread that destroys
    // it sees what all others did. One read-modify-write instead of a release and a fence, which TSan cannot follow.
    const std::uint32_t before = count.fetch_sub(1, std::memory_order_acq_rel);
    return before == count_word::one ? released::last : released::kept;
  }

 private:
  static void pin(count_type& count, std::uint32_t seen) noexcept {
    if (seen != count_word::pinned) store(count, count_word::pinned);
  }

  static released decrement_rarely(count_type& count, std::uint32_t seen) noexcept {
    for (;;) {
      if ((seen & count_word::immortal) != 0) {
        if (seen != count_word::none) pin(count, seen);
        return released::kept;
      }
      const bool is_last = count_word::is_last(seen);
      // Not lowered before it is buffered: once lowered, another thread could free it under the hands of this one.
      if (!is_last && !count_word::is_quiet(seen)) return released::suspect;
      // The comparison notices a weak pointer that was locked since `seen` was read.
      if (compare_exchange(count, seen, count_word::lowered(seen))) return is_last ? released::last : released::kept;
    }
  }
};

}  // namespace ouro

// ===== ouro/refcount/local_refcount.hpp

/// \file
/// A plain integer, for objects that one thread uses at a time.

namespace ouro {

/// Not thread-safe: an object and all pointers to it belong to one thread at a time. No verb allocates; all are O(1).
struct OURO_SHARED_TYPE local_refcount {
  using count_type = std::uint32_t;
  static constexpr bool is_thread_safe = false;

  [[nodiscard]] static std::uint32_t load(const count_type& count) noexcept { return count; }
  static void store(count_type& count, std::uint32_t word) noexcept { count = word; }

  static bool compare_exchange(count_type& count, std::uint32_t& expected, std::uint32_t word) noexcept {
    if (count != expected) {
      expected = count;
      return false;
    }
    count = word;
    return true;
  }

  OURO_ALWAYS_INLINE static void increment(count_type& count) noexcept {
    const std::uint32_t raised = count + 1;
    if (!count_word::is_quiet(raised)) [[unlikely]] {
      if (!count_word::is_loud_sum(raised)) return pin(count);
    }
    count = raised;
  }

  using decrements_in_parts = local_refcount;

  OURO_ALWAYS_INLINE static bool try_keep(count_type& count) noexcept {
    const std::uint32_t lowered = count - 1;
    if (!count_word::is_quiet(lowered)) return false;
    count = lowered;
    return true;
  }

  static released decrement(count_type& count) noexcept {
    return try_keep(count) ? released::kept : decrement_rarely(count);
  }

  static released decrement_rarely(count_type& count) noexcept {
    if (count_word::is_last(count)) {
      count = count_word::none;
      return released::last;
    }
    if ((count & count_word::immortal) == 0) return released::suspect;
    if (count != count_word::none) pin(count);
    return released::kept;
  }

 private:
  /// Does not write what stands there already: immortal objects that are made at compile time are shared by all
  /// threads.
  OURO_NOINLINE static void pin(count_type& count) noexcept {
    if (count != count_word::pinned) count = count_word::pinned;
  }
};

}  // namespace ouro

// ===== ouro/object/weak_record.hpp

/// \file
/// What weak pointers hold on to instead of the object.
///
/// A record names its target until the target begins to die. Records lie outside the block of the object, so that weak
/// pointers do not keep its memory; an object that has some has the flag `watched`, and the table finds its records by
/// its address, so that all other objects pay nothing. All weak pointers to an object share one record, but those with
/// a callback have one of their own.

namespace ouro::detail {

/// A callback of a weak pointer, whatever its type.
struct weak_callback {
  virtual void run() = 0;
  virtual ~weak_callback() = default;
};

/// Counts the weak pointers, which are shared between threads where the objects are.
template <class RefcountPolicy>
using pin_refcount = std::conditional_t<RefcountPolicy::is_thread_safe, atomic_refcount, local_refcount>;

template <class RefcountPolicy>
struct weak_record {
  using header_type = header<RefcountPolicy>;

  weak_target<RefcountPolicy> target;  ///< cleared once it is dying, under the shard's lock
  const void* owner;                   ///< the target's address, kept as the identity to order by
  std::uint64_t heap;                  ///< the number of the heap whose table lists it; 0 where threads share the table
  typename pin_refcount<RefcountPolicy>::count_type
      pins;                 ///< weak pointers that use this record, and the queue of callbacks
  weak_record* previous;    ///< of the same target, null for the first; without meaning once that is cleared
  weak_record* next;        ///< of the same target; or the next in the queue of callbacks
  weak_callback* callback;  ///< owned; null in the record that is shared
};

/// Makes, finds and ends the records of one refcount policy. With a thread-safe policy it is shared by all threads: the
/// lock of a shard guards the lists, and `lock` takes turns with the clearing of a dying target alone.
template <class RefcountPolicy>
class OURO_SHARED_TYPE weak_table {
  using pins = pin_refcount<RefcountPolicy>;

 public:
  using header_type = header<RefcountPolicy>;
  using record = weak_record<RefcountPolicy>;
  static constexpr bool is_shared = RefcountPolicy::is_thread_safe;

  /// The record that plain weak pointers to `target` share, with a pin for the caller. The caller holds a strong
  /// pointer.
  /// \throws std::bad_alloc, and nothing has changed then
  [[nodiscard]] static record* watch(header_type& target) {
    shard& home = shard_for(&target);
    const lock_guard lock{home.mutex};
    record*& first = home.records[&target];
    // The shared record is the first in the list, if there is one; its last weak pointer may be going at this moment.
    if (first != nullptr && first->callback == nullptr && pin_again(*first)) return first;
    return enlist(home, first, nullptr, target, nullptr);
  }

  /// A record of its own for a weak pointer with a callback, which the table takes over.
  /// \throws std::bad_alloc, and nothing has changed then: the callback remains the caller's
  [[nodiscard]] static record* watch(header_type& target, weak_callback* callback) {
    shard& home = shard_for(&target);
    const lock_guard lock{home.mutex};
    record*& first = home.records[&target];
    // Behind the shared record, if there is one.
    record* const shared = first != nullptr && first->callback == nullptr ? first : nullptr;
    return enlist(home, first, shared, target, callback);
  }

  static void pin(record& at) noexcept { pins::increment(at.pins); }

  /// Ends the record with its last pin. Where it is listed in the table of another heap, it loses its callback and is
  /// left there: that heap frees it when its target dies, or when the heap ends.
  static void unpin(record* at) noexcept {
    if (pins::decrement(at->pins) != released::last) return;
    bool is_left = false;
    weak_callback* callback = nullptr;
    {
      shard& home = shard_of(at->owner);
      const lock_guard lock{home.mutex};
      callback = std::exchange(at->callback, nullptr);
      if (!at->target.is_cleared()) {
        is_left = !is_listed_here(*at);
        if (!is_left) delist(home, at);
      }
    }
    if (!is_left) delete at;
    // calls user code: the callback's captures may drop the last pointer to the target; the record is gone.
    delete callback;
  }

  /// Whether the record may be copied and dropped here. A record whose target has died may be anywhere.
  [[nodiscard]] static bool may_be_used_here(const record& at) noexcept {
    return at.target.is_cleared() || is_listed_here(at);
  }

  /// One strong pointer more to the record's target, unless that is dying. Returns the target or null.
  [[nodiscard]] static header_type* lock(record& at) noexcept {
    return at.target.look([](header_type* target) {
      // The memory is there: it is freed only after the clearing.
      return target != nullptr && target->try_increment() ? target : nullptr;
    });
  }

  /// The target's count of strong pointers, or 0.
  [[nodiscard]] static std::uint32_t use_count(record& at) noexcept {
    return at.target.look(
        [](header_type* target) { return target == nullptr ? 0 : count_word::strong(target->load_count()); });
  }

  /// Makes all weak pointers to `target` expire, and queues their callbacks on this thread. \pre it has the flag
  /// `watched`
  static void clear(header_type& target) noexcept {
    shard& home = shard_of(&target);
    const lock_guard lock{home.mutex};
    record** const found = home.records.find(&target);
    if (found == nullptr) return;
    for (record* at = *found; at != nullptr;) {
      record* const next = at->next;
      at->target.clear();
      at->next = nullptr;
      if (is_left_here(*at)) {
        delete at;
      } else if (at->callback != nullptr && try_pin(*at))
        due().push(at);
      at = next;
    }
    home.records.erase(&target);
  }

  /// Whether callbacks are due on this thread.
  [[nodiscard]] OURO_ALWAYS_INLINE static bool has_callbacks() noexcept { return due().first != nullptr; }

  [[nodiscard]] static bool is_running_callbacks() noexcept { return due().running; }

  /// Runs the callbacks that are due on this thread, those that are queued meanwhile included. A record whose weak
  /// pointers have all gone since it was queued is silent: they were garbage themselves.
  OURO_ALWAYS_INLINE static void run_callbacks() noexcept {
    if (due().first != nullptr && !due().running) [[unlikely]]
      run_due_callbacks();
  }

 private:
  OURO_NOINLINE static void run_due_callbacks() noexcept {
    due().running = true;
    while (due().first != nullptr) {
      record* const at = due().pop();
      if (count_word::strong(pins::load(at->pins)) > 1) {
        OURO_TRY {
          at->callback->run();  // calls user code: no lock is held, no object is half-way
        }
        OURO_CATCH_ALL {
          unraisable("callback of a weak pointer");
        }
      }
      unpin(at);
    }
    due().running = false;
  }

  struct shard {
    [[no_unique_address]] std::conditional_t<is_shared, static_mutex, no_mutex> mutex{};
    address_map<record*> records{};  ///< the list of each target
  };

  static constexpr std::size_t shards = 16;  ///< of those that all threads share

  struct shard_array {
    shard at[shards];
  };

  /// Callbacks whose targets have died on this thread.
  struct due_queue {
    record* first = nullptr;
    record* last = nullptr;
    bool running = false;

    void push(record* at) noexcept {
      (first == nullptr ? first : last->next) = at;
      last = at;
    }

    [[nodiscard]] record* pop() noexcept {
      record* const at = first;
      first = at->next;
      at->next = nullptr;
      return at;
    }
  };

  /// What a thread has of the table: of a shared one the queue alone.
  struct thread_state {
    struct none {};
    due_queue due{};
    [[no_unique_address]] std::conditional_t<is_shared, none, shard> records_here{};

    /// \see heap_part_of
    [[nodiscard]] static thread_state& of_thread() noexcept { return local_; }

    static bool finish() noexcept {
      const bool found = has_callbacks();
      run_callbacks();
      return found;
    }

    /// Inside a destructor, callbacks wait for its end: its object may be their target.
    static bool relieve() noexcept { return !destructions<RefcountPolicy>.is_destroying() && finish(); }

    /// The weak pointers to what is left expire, without a callback.
    static void release() noexcept {
      if constexpr (!is_shared) {
        local_.records_here.records.drain([](record* first) {
          for (record* at = first; at != nullptr;) {
            record* const next = at->next;
            at->target.clear();
            if (is_left_here(*at)) delete at;
            at = next;
          }
        });
      }
    }
  };

  OURO_SHARED_STATE static inline constinit shard_array shared_shards{};
  /// In a child after a fork. O(records that threads share)
  static void end_looks() noexcept {
    for (shard& each : shared_shards.at) {
      each.records.each([](record* first) {
        for (record* at = first; at != nullptr; at = at->next) at->target.end_looks();
      });
    }
  }

  OURO_SHARED_STATE static inline constinit fork_repair after_fork{&end_looks, nullptr, {}};
  OURO_SHARED_STATE static inline constinit thread_local thread_state local_{};

  [[nodiscard]] static due_queue& due() noexcept { return local_.due; }

  [[nodiscard]] static shard& shard_of(const void* target) noexcept {
    if constexpr (is_shared) {
      return shared_shards.at[reinterpret_cast<std::uintptr_t>(target) / 64 % shards];
    } else {
      static_cast<void>(target);
      return local_.records_here;
    }
  }

  /// The shard to put the first record of a target into. \throws std::bad_alloc
  [[nodiscard]] static shard& shard_for(const void* target) {
    shard& home = shard_of(target);
    if constexpr (is_shared) {
      after_fork.become_known();
    } else {
      if (home.records.size() == 0 && !attach(heap_part_of<thread_state>::part)) throw_bad_alloc();
    }
    return home;
  }

  /// \pre not cleared, or threads share the table
  [[nodiscard]] static bool is_listed_here(const record& at) noexcept {
    return is_shared || at.heap == current_heap_number();
  }

  /// Whether the last weak pointer that used the record was dropped outside its heap. \pre listed in this heap
  [[nodiscard]] static bool is_left_here(const record& at) noexcept {
    // Where threads share the table, the last one is about to take the record off its list.
    return !is_shared && pins::load(at.pins) == count_word::none;
  }

  /// Pins a listed record, also one that was left here.
  [[nodiscard]] static bool pin_again(record& at) noexcept {
    if (!is_left_here(at)) return try_pin(at);
    pins::store(at.pins, count_word::one);
    return true;
  }

  [[nodiscard]] static bool try_pin(record& at) noexcept {
    std::uint32_t seen = pins::load(at.pins);
    while (seen != count_word::none) {
      if (pins::compare_exchange(at.pins, seen, count_word::raised(seen))) return true;
    }
    return false;
  }

  /// Makes a record behind `previous`, or the first record of a target if that is null. `first` is the target's entry
  /// in the table. O(1)
  static record* enlist(shard& home, record*& first, record* previous, header_type& target, weak_callback* callback) {
    record*& place = previous == nullptr ? first : previous->next;
    const std::uint64_t heap = is_shared ? 0 : current_heap_number();
    OURO_TRY {
      place =
          new record{weak_target<RefcountPolicy>{target}, &target, heap, count_word::one, previous, place, callback};
    }
    OURO_CATCH_ALL {
      if (first == nullptr) home.records.erase(&target);
      OURO_RETHROW;
    }
    if (place->next != nullptr) place->next->previous = place;
    return place;
  }

  /// Takes a record off its target's list. O(1), however many weak pointers the target has.
  static void delist(shard& home, record* at) noexcept {
    if (at->next != nullptr) at->next->previous = at->previous;
    if (at->previous != nullptr) {
      at->previous->next = at->next;
    } else if (at->next != nullptr) {
      home.records.at(at->owner) = at->next;
    } else {
      home.records.erase(at->owner);
    }
  }
};

}  // namespace ouro::detail

// ===== ouro/collector/death.hpp

/// \file
/// What happens to an object when its last pointer goes: finalize, expire weak pointers, destroy, free.

namespace ouro::detail {

/// The stages of a death under one refcount and collector policy. Nothing here throws: an exception out of a destructor
/// or a finalizer goes to the unraisable handler, and the death goes on.
template <class RefcountPolicy, class CollectorPolicy>
struct death {
  using header_type = header<RefcountPolicy>;

  /// The count of `object` has fallen to zero. O(1) and what the destructor does.
  OURO_NOINLINE static void come(header_type& object) noexcept {
    const std::uint32_t info = unlisted_info_of<CollectorPolicy>(object);
    if ((info & info_word::dead) != 0) [[unlikely]] {
      // Either its constructor threw and a handle had escaped, whose end is the end of the block; or its destructor is
      // running, made a pointer of a raw one and dropped it again.
      if ((info & info_word::unborn) != 0) record_of(info).deallocate_one(&object);
      return;
    }
    destruction_queue<RefcountPolicy>& queue = destructions<RefcountPolicy>;
    if (queue.must_wait() && queue.push(object)) return;
    const std::size_t mark = queue.mark();
    const bool died = finalize_and_destroy(object, info);
    queue.end_above(mark);
    if (died) record_of(info).deallocate_one(&object);
    settle();
  }

  /// What follows a decrement that did not just leave other pointers. \pre `found` is what it said
  OURO_NOINLINE static void follow(header_type& object, released found) noexcept {
    if constexpr (finds_cycles<CollectorPolicy>) {
      if (found == released::suspect) {
        // Buffered it is quiet, and the second attempt lowers the count.
        if (CollectorPolicy::suspect(object)) {
          found = RefcountPolicy::decrement(object.count);
        } else {
          found = object.decrement_plainly();
        }
      }
    }
    if constexpr (leaves_to_owners<RefcountPolicy>) {
      if (found == released::left) {
        if constexpr (!finds_cycles<CollectorPolicy>) {
          return RefcountPolicy::leave(object.count, &come_by_count);
        } else {
          if (!is_collecting_here()) return RefcountPolicy::leave_collected(object.count, &come_by_count);
          found = RefcountPolicy::settle_now(object.count);
        }
      }
    }
    if (found == released::last) come(object);
  }

  /// `come`, where no more than the count is at hand.
  static void come_by_count(typename RefcountPolicy::count_type& count) noexcept {
    come(*header_type::of_count(count));
  }

  /// Runs `finalize` if the object has one that has not been called. Returns whether the object stays dead.
  /// \pre no pointers
  [[nodiscard]] static bool finalize(header_type& object, const type_record& record) noexcept {
    add_flags<CollectorPolicy>(object, info_word::finalized);
    // A pointer of the library's own keeps the object from dying a second time while it is finalized.
    RefcountPolicy::store(object.count, count_word::one);
    destructions<RefcountPolicy>.run_nested([&] { run_finalize(object, record); });
    if (object.decrement_plainly() == released::last) return true;
    if constexpr (finds_cycles<CollectorPolicy>) {
      // Resurrected, and its count has fallen to a non-zero value: a candidate.
      if ((object.load_info() & info_word::tracked) != 0) {
        object.clear_quiet();
        static_cast<void>(CollectorPolicy::suspect(object));
      }
    }
    return false;
  }

  static void run_finalize(header_type& object, const type_record& record) noexcept {
    OURO_TRY {
      record.finalize(object.object());  // calls user code: the object and its peers are intact
    }
    OURO_CATCH_ALL {
      unraisable(record.name);
    }
  }

  /// Makes the weak pointers to the object expire; their callbacks wait for `settle`.
  static void expire(header_type& object, std::uint32_t info) noexcept {
    if ((info & info_word::watched) != 0) weak_table<RefcountPolicy>::clear(object);
  }

  /// Runs the callbacks of expired weak pointers when the outermost death is over.
  static void settle() noexcept {
    if (weak_table<RefcountPolicy>::has_callbacks() && !destructions<RefcountPolicy>.is_destroying()) [[unlikely]]
      weak_table<RefcountPolicy>::run_callbacks();
  }

  /// Whether this thread collects at this moment, and so has all objects of the collector to itself.
  [[nodiscard]] static bool is_collecting_here() noexcept {
    if constexpr (says_where_it_collects<CollectorPolicy, RefcountPolicy>) {
      return CollectorPolicy::template is_collecting_here<RefcountPolicy>();
    } else {
      return false;
    }
  }

  /// All stages but the last. Returns whether the object stays dead, and its block is to be freed. \pre it has no
  /// pointers, and is in no root buffer: its info word is `info`
  [[nodiscard]] static bool finalize_and_destroy(header_type& object, std::uint32_t info) noexcept {
    const type_record& record = record_of(info);
    if (record.finalize != nullptr && (info & info_word::finalized) == 0) {
      if (!finalize(object, record)) return false;
      info = object.load_info();
    }
    expire(object, info);
    RefcountPolicy::store(object.info, info | info_word::dead);
    destructions<RefcountPolicy>.run_nested([&] { record.destroy_one(&object); });
    return true;
  }

  /// For the type records. \see finalize_and_destroy
  [[nodiscard]] static bool end(void* header) noexcept {
    auto& object = *static_cast<header_type*>(header);
    return finalize_and_destroy(object, object.load_info());
  }
};

}  // namespace ouro::detail

// ===== ouro/collector/gc_stats.hpp

/// \file
/// What collections have done, and how a program may listen to them.

namespace ouro {

/// Sums over the collections of a heap. Objects, unless the name says otherwise.
struct gc_stats {
  std::size_t collections = 0;            ///< collections run
  std::size_t automatic_collections = 0;  ///< of these, begun by themselves: in `make_managed` or `gc::safepoint()`
  std::size_t full_collections = 0;       ///< of all, those that looked at old objects too
  std::size_t candidates = 0;             ///< candidates that collections began from
  std::size_t examined = 0;               ///< objects that collections looked at
  std::size_t collected = 0;              ///< garbage destroyed
  std::size_t finalized = 0;              ///< `finalize()` calls
  std::size_t resurrected = 0;            ///< garbage that a finalizer brought back
  std::size_t over_reported = 0;          ///< objects kept because some trace reported an edge that is not there
  std::size_t abandoned = 0;              ///< batches given up: a trace threw or changed its mind, or memory ran out
};

/// The same for the collections of one generation.
struct generation_stats {
  std::size_t collections = 0;      ///< collections run
  std::size_t collected = 0;        ///< garbage destroyed, objects
  std::size_t uncollectable = 0;    ///< objects kept because some trace reported an edge that is not there
  std::uint64_t longest_pause = 0;  ///< nanoseconds
};

/// Python's debugging flags: what collections print to `stderr`, and whether they keep what they find.
enum class gc_debug : unsigned {
  none = 0,
  stats = 1,          ///< prints what each collection has done
  collectable = 2,    ///< prints each garbage object
  uncollectable = 4,  ///< prints how many objects were kept because some trace reported an edge that is not there
  saveall = 32,       ///< keeps garbage in `gc::garbage()` instead of destroying it
  leak = collectable | uncollectable | saveall
};

[[nodiscard]] constexpr gc_debug operator|(gc_debug left, gc_debug right) noexcept {
  return static_cast<gc_debug>(static_cast<unsigned>(left) | static_cast<unsigned>(right));
}

/// Whether `flags` has one of `asked`.
[[nodiscard]] constexpr bool has_flag(gc_debug flags, gc_debug asked) noexcept {
  return (static_cast<unsigned>(flags) & static_cast<unsigned>(asked)) != 0;
}

/// When a callback is called.
enum class gc_phase { start, stop };

/// What a callback is told; the sums are of this collection, and zero at its start.
struct gc_info {
  gc_phase phase = gc_phase::start;
  bool automatic = false;      ///< begun by itself: in `make_managed` or `gc::safepoint()`
  std::size_t generation = 0;  ///< the oldest that is looked at
  std::size_t collected = 0;   ///< garbage destroyed, objects
  std::size_t examined = 0;    ///< objects looked at
};

}  // namespace ouro

// ===== ouro/collector/gc_callbacks.hpp

/// \file
/// The functions that are called before and after each collection (Python's `gc.callbacks`).

namespace ouro {

/// A list of functions in the order of their addition. Belongs to one heap, and is as thread-safe as that.
/// A template, so that programs that have none do not compile it: called `gc_callbacks`.
template <class Info>
class basic_gc_callbacks {
 public:
  /// Names a function in the list.
  using handle = std::size_t;

  /// Anything that is called with a `const gc_info&`. \throws std::bad_alloc, and what moving throws
  template <class Function>
  handle add(Function callback) {
    static_assert(std::is_invocable_v<Function&, const Info&>, "ouro: a callback is called with a const gc_info&");
    entries_.push_back({last_ + 1, std::make_shared<held<Function>>(std::move(callback))});
    return ++last_;
  }

  /// Nothing happens when the function has been removed before.
  void remove(handle gone) noexcept {
    std::erase_if(entries_, [gone](const entry& each) { return each.name == gone; });
  }

  void clear() noexcept { entries_.clear(); }

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  /// Calls all of them. An exception goes to the unraisable handler. A callback may add and remove callbacks.
  void call(const Info& info) noexcept {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      OURO_TRY {
        const std::shared_ptr<callable> callback = entries_[i].call;  // it may remove itself
        callback->call(info);  // calls user code: the heap is between two collections
      }
      OURO_CATCH_ALL {
        detail::unraisable("gc callback");
      }
    }
  }

 private:
  /// `std::function` would do, but its header takes longer to compile than the collector.
  struct callable {
    callable() = default;
    callable(const callable&) = delete;
    callable& operator=(const callable&) = delete;
    virtual ~callable() = default;
    virtual void call(const Info& info) = 0;
  };

  template <class Function>
  struct held final : callable {
    explicit held(Function called) : function{std::move(called)} {}
    void call(const Info& info) override { static_cast<void>(function(info)); }

    Function function;
  };

  struct entry {
    handle name;
    std::shared_ptr<callable> call;
  };

  std::vector<entry> entries_;
  handle last_ = 0;
};

/// Those of a heap: `gc::callbacks()`.
using gc_callbacks = basic_gc_callbacks<gc_info>;

}  // namespace ouro

// ===== ouro/collector/gc_report.hpp

/// \file
/// What collections print to `stderr` when `gc::set_debug` asks for it: CPython's lines.

namespace ouro::detail {

OURO_NOINLINE inline void print_start(std::size_t generation, std::size_t young, std::size_t old) noexcept {
  std::fprintf(stderr, "gc: collecting generation %zu...\ngc: objects in each generation: %zu %zu\n", generation, young,
               old);
}

/// `pause` in nanoseconds.
OURO_NOINLINE inline void print_stop(std::size_t collected, std::size_t uncollectable, std::uint64_t pause) noexcept {
  std::fprintf(stderr, "gc: done, %zu unreachable, %zu uncollectable, %.4fs elapsed\n", collected, uncollectable,
               static_cast<double>(pause) / 1e9);
}

OURO_NOINLINE inline void print_uncollectable(std::size_t objects) noexcept {
  if (objects != 0) std::fprintf(stderr, "gc: uncollectable: %zu objects\n", objects);
}

template <class RefcountPolicy>
OURO_NOINLINE void print_garbage(const visited* garbage, std::size_t objects) noexcept {
  for (std::size_t i = 0; i != objects; ++i) {
    auto* const object = static_cast<header<RefcountPolicy>*>(garbage[i].header);
    const std::string_view name = record_of(object->load_info()).name;
    std::fprintf(stderr, "gc: collectable <%.*s %p>\n", static_cast<int>(name.size()), name.data(), object->object());
  }
}

}  // namespace ouro::detail

// ===== ouro/collector/candidate_buffer.hpp

/// \file
/// The objects whose count fell to a non-zero value since they were last looked at: each may head a garbage cycle.

namespace ouro::detail {

/// Each candidate once. Its slot number stands in its header, so that entering and leaving are O(1); a slot that was
/// left is used again. Slots keep the order of entry as far as that allows: what is collected, and so the order of
/// destruction, is a function of the program's history, not of addresses.
///
/// As large as a cache line, so that one shift makes the number of a buffer its place among others.
template <class RefcountPolicy>
class alignas(64) candidate_buffer {
 public:
  using header_type = header<RefcountPolicy>;

  /// `mark` is part of the info word of each listed object: `info_word::listed`, and perhaps that the buffer is the one
  /// of old or of frozen objects.
  constexpr explicit candidate_buffer(std::uint32_t mark) noexcept : mark_{mark} {}

  /// How many candidates there are.
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size - holes_; }

  /// How many slots there are, holes included.
  [[nodiscard]] std::size_t slots() const noexcept { return entries_.size; }

  /// The candidate in a slot; null for a hole.
  [[nodiscard]] header_type* at(std::size_t slot) const noexcept { return entries_.items[slot].object; }

  /// Whether one more can enter without asking for memory.
  [[nodiscard]] bool has_room() const noexcept { return first_hole_ != none || entries_.size != entries_.capacity; }

  /// False, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool make_room() noexcept {
    return has_room() || (entries_.size < most && entries_.reserve(entries_.size + 1)) || link_holes();
  }

  /// Room for `wanted` in all. False, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool reserve(std::size_t wanted) noexcept { return wanted <= most && entries_.reserve(wanted); }

  /// \pre unlisted, and `has_room()`
  OURO_ALWAYS_INLINE void enter(header_type& object) noexcept {
    std::size_t slot = first_hole_;
    if (slot != none) {
      first_hole_ = entries_.items[slot].info;
      --holes_;
    } else {
      slot = entries_.size++;
    }
    const std::uint32_t listed = word_of(slot);
    entries_.items[slot] = {&object, header_type::update(object.info, [&](std::uint32_t) { return listed; })};
  }

  /// Whether the object with this info word is in the buffer. \pre a listed word
  [[nodiscard]] bool holds(const header_type& object, std::uint32_t word) const noexcept {
    const std::uint32_t slot = info_word::slot(word);
    return slot < entries_.size && entries_.items[slot].object == &object;
  }

  /// Gives the object its info word back, and returns it. \pre listed
  std::uint32_t leave(header_type& object) noexcept {
    const std::uint32_t slot = info_word::slot(object.load_info());
    const std::uint32_t info = entries_.items[slot].info;
    RefcountPolicy::store(object.info, info);
    if (slot + 1 == entries_.size) {
      --entries_.size;
    } else {
      entries_.items[slot] = {nullptr, first_hole_};
      first_hole_ = slot;
      ++holes_;
    }
    if (holes_ == entries_.size) close_up();
    return info;
  }

  struct entry {
    header_type* object;  ///< null in a hole
    std::uint32_t info;   ///< the object's info word; in a hole, the next hole
  };

  /// `leave` for a sweep over all slots: the info word is the caller's to put back, and holes are found by `close_up`,
  /// which must come in the end, not by `enter`, unless there is no other room. Null if the slot is a hole, or if the
  /// constructor of its object has not returned.
  [[nodiscard]] entry take(std::size_t slot) noexcept {
    if (slot + ahead < entries_.size) __builtin_prefetch(entries_.items[slot + ahead].object, 1);
    const entry taken = entries_.items[slot];
    if (taken.object == nullptr || (taken.info & info_word::unborn) != 0) return {};
    entries_.items[slot].object = nullptr;
    ++holes_;
    return taken;
  }

  /// Brings the entry of a listed object near.
  void fetch(std::uint32_t word) const noexcept { __builtin_prefetch(&entries_.items[info_word::slot(word)], 1); }

  /// The info word that a listed object's entry keeps.
  [[nodiscard]] std::uint32_t& info(const header_type& object) noexcept {
    return entries_.items[info_word::slot(object.load_info())].info;
  }

  /// Moves the candidates to the front, in their order, so that there are no holes.
  void close_up() noexcept {
    std::size_t size = 0;
    for (std::size_t slot = 0; slot != entries_.size && holes_ != entries_.size; ++slot) {
      const entry moved = entries_.items[slot];
      if (moved.object == nullptr) continue;
      if (size != slot) {
        entries_.items[size] = moved;
        RefcountPolicy::store(moved.object->info, word_of(size));
      }
      ++size;
    }
    entries_.size = size;
    first_hole_ = none;
    holes_ = 0;
  }

  /// Whether each candidate knows its slot, and the list of holes has all holes and nothing else. O(slots)
  [[nodiscard]] bool is_valid() const noexcept {
    std::size_t empty = 0;
    for (std::size_t slot = 0; slot != entries_.size; ++slot) {
      const header_type* const object = entries_.items[slot].object;
      if (object == nullptr) {
        ++empty;
      } else if (const std::uint32_t info = object->load_info(); info != word_of(slot)) {
        return false;
      }
    }
    std::size_t linked = 0;
    for (std::uint32_t hole = first_hole_; hole != none && linked <= empty; hole = entries_.items[hole].info) {
      if (hole >= entries_.size || entries_.items[hole].object != nullptr) return false;
      ++linked;
    }
    return empty == holes_ && linked == holes_;
  }

  /// Gives the memory of many more candidates than there are back.
  void shrink() noexcept {
    if (entries_.size == 0 && entries_.capacity > kept_slots) release();
  }

  void release() noexcept {
    entries_.release();
    first_hole_ = none;
    holes_ = 0;
  }

 private:
  static constexpr std::uint32_t none = std::uint32_t{1} << 30;
  static constexpr std::size_t most = none / 4;  ///< candidates, before the last doubling
  static_assert(2 * most - 1 == info_word::slot(~std::uint32_t{0}));
  static constexpr std::size_t kept_slots = std::size_t{1} << 16;
  static constexpr std::size_t ahead = 16;  ///< candidates to fetch ahead of a sweep

  /// Has `enter` find the holes that `take` has left, so that what a sweep took can return where memory is exhausted:
  /// behind the sweep. False when there are none. \pre no hole is linked
  [[nodiscard]] OURO_NOINLINE bool link_holes() noexcept {
    if (holes_ == 0) return false;
    for (std::size_t slot = 0; slot != entries_.size; ++slot) {
      if (entries_.items[slot].object != nullptr) continue;
      entries_.items[slot].info = first_hole_;
      first_hole_ = integer_cast<std::uint32_t>(slot);
    }
    return true;
  }

  [[nodiscard]] std::uint32_t word_of(std::size_t slot) const noexcept {
    return integer_cast<std::uint32_t>(slot) << info_word::slot_shift | mark_;
  }

  raw_array<entry> entries_;
  std::uint32_t first_hole_ = none;  ///< the hole left last
  std::size_t holes_ = 0;
  std::uint32_t mark_;
};

}  // namespace ouro::detail

// ===== ouro/collector/generations.hpp

/// \file
/// The candidates by age, and the sweep of a collection over them.
///
/// An object is young until a collection has found it alive. A minor collection begins from young candidates and does
/// not walk into old objects, whose edges count as references from outside: its cost follows the young, however much
/// lives beside them. What it finds alive becomes old; the candidates among that stay candidates, for the full
/// collection, which alone can tell whether an old object's edge keeps them alive or is garbage like them.
///
/// Frozen candidates, of whatever age, are listed apart, so that no sweep and no step passes over them. A frozen
/// candidate keeps its slot until it dies or is unfrozen: nothing writes to the pages of frozen objects, which a fork
/// shares.

namespace ouro::detail {

template <class RefcountPolicy>
class generations {
 public:
  using header_type = header<RefcountPolicy>;
  using buffer = candidate_buffer<RefcountPolicy>;

  /// Where an object with this info word is a candidate. \pre unlisted
  [[nodiscard]] OURO_ALWAYS_INLINE buffer& buffer_for(std::uint32_t info) noexcept {
    // Most are young: the compiler need not compute where the buffer is.
    if ((info & (info_word::old | info_word::frozen)) == 0) [[likely]]
      return buffers_[young_ones];
    return buffers_[info >> age_shift & (buffers - 1)];
  }

  /// \pre unlisted. False, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool enter(header_type& object) noexcept {
    buffer& wanted = buffer_for(object.load_info());
    if (!wanted.make_room()) return false;
    wanted.enter(object);
    return true;
  }

  /// Whether the object with this info word is a candidate here. \pre a listed word
  [[nodiscard]] bool hold(const header_type& object, std::uint32_t word) noexcept {
    return buffer_of(word).holds(object, word);
  }

  /// Gives the object its info word back, and returns it. \pre listed
  std::uint32_t leave(header_type& object) noexcept { return buffer_of(object.load_info()).leave(object); }

  /// The info word that a listed object's entry keeps.
  [[nodiscard]] std::uint32_t& info(const header_type& object) noexcept {
    return buffer_of(object.load_info()).info(object);
  }

  /// Room for all candidates among the frozen. False, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool reserve_for_freeze() noexcept {
    return has_room_for(frozen_young, young_ones) && has_room_for(frozen_old, old_ones);
  }

  /// Room for the frozen candidates among the others. False, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool reserve_for_unfreeze() noexcept {
    return has_room_for(young_ones, frozen_young) && has_room_for(old_ones, frozen_old);
  }

  /// Flags the object as frozen; if it is a candidate, it is listed among the frozen. \pre there is room
  void freeze(header_type& object) noexcept {
    relist(object, [](std::uint32_t info) { return info | info_word::frozen; });
  }

  /// The contrary: a candidate is listed by its age again. \pre there is room
  void unfreeze(header_type& object) noexcept {
    relist(object, [](std::uint32_t info) { return info & ~info_word::frozen; });
  }

  /// Brings the entry of an object near, if it is listed.
  void fetch(const header_type& object) noexcept {
    const std::uint32_t word = object.load_info();
    if (info_word::is_listed(word)) buffer_of(word).fetch(word);
  }

  /// Candidates that are not frozen.
  [[nodiscard]] std::size_t size() const noexcept { return young().size() + old().size(); }
  [[nodiscard]] const buffer& young() const noexcept { return buffers_[young_ones]; }
  [[nodiscard]] const buffer& old() const noexcept { return buffers_[old_ones]; }

  /// Calls `see` with the buffers of frozen candidates: of the young, then of the old.
  template <class See>
  void each_frozen(See see) const {
    see(buffers_[frozen_young]);
    see(buffers_[frozen_old]);
  }

  /// Begins a sweep over the candidates of this moment; `minor`: over the young ones alone.
  void begin_sweep(bool minor) noexcept {
    swept_ = minor ? &buffers_[young_ones] : &buffers_[old_ones];
    slot_ = 0;
    end_ = swept_->slots();
    young_end_ = buffers_[young_ones].slots();
  }

  /// The same, but that `next` goes on from candidate to candidate of one generation where it stopped, and leaves the
  /// buffer in order, so that a program may run between two of them. Returns whether that is the young one.
  bool begin_step() noexcept {
    swept_ = nullptr;
    return !steps_through_old_;
  }

  /// Has the next steps begin again, with the other generation.
  void turn_steps() noexcept {
    steps_through_old_ = !steps_through_old_;
    step_slot_ = 0;
  }

  using entry = typename candidate_buffer<RefcountPolicy>::entry;

  /// The next candidate, which is one no more, and the info word that the caller must give it back; null at the end of
  /// the sweep.
  [[nodiscard]] OURO_ALWAYS_INLINE entry next() noexcept {
    if (swept_ == nullptr) [[unlikely]]
      return next_step();
    for (;;) {
      // A destructor between two batches may have taken the last candidates away.
      while (slot_ < end_ && slot_ < swept_->slots()) {
        if (const entry taken = swept_->take(slot_++); taken.object != nullptr) return taken;
      }
      if (swept_ == &buffers_[young_ones]) return {};
      swept_ = &buffers_[young_ones];
      slot_ = 0;
      end_ = young_end_;
    }
  }

  /// Makes sure that what the sweep takes out can enter again, aged. False when memory is exhausted.
  [[nodiscard]] bool reserve_for_return() noexcept {
    return buffers_[old_ones].reserve(buffers_[old_ones].slots() + buffers_[young_ones].slots());
  }

  void end_sweep(bool minor) noexcept {
    buffers_[young_ones].close_up();
    if (!minor) buffers_[old_ones].close_up();
    // Steps begin anew where all has just been looked at, and has moved.
    if (!minor) steps_through_old_ = false;
    if (!steps_through_old_) step_slot_ = 0;
  }

  /// After a collection: what has grown old may be listed no more.
  void shrink() noexcept {
    for (buffer& each : buffers_) each.shrink();
  }

  void check() const {
    for (const buffer& each : buffers_) check_whole(each, "candidate_buffer");
  }

  /// Forgets all candidates, and frees the memory.
  void clear() noexcept {
    for (buffer& each : buffers_) {
      for (std::size_t slot = 0; slot < each.slots(); ++slot) {
        if (header_type* const left = each.at(slot); left != nullptr) each.leave(*left);
      }
      each.release();
    }
  }

 private:
  // The number of a buffer: whether its objects are old, and whether they are frozen, as two bits.
  static constexpr std::uint32_t young_ones = 0;
  static constexpr std::uint32_t old_ones = 1;
  static constexpr std::uint32_t frozen_young = 2;
  static constexpr std::uint32_t frozen_old = 3;
  static constexpr std::uint32_t buffers = 4;
  static constexpr std::uint32_t age_shift = 8;  ///< of the two flags in the info word
  static_assert(info_word::old == old_ones << age_shift && info_word::frozen == frozen_young << age_shift);
  static_assert(info_word::listed_as_old == old_ones << info_word::buffer_shift);

  [[nodiscard]] OURO_NOINLINE entry next_step() noexcept {
    buffer& stepped = steps_through_old_ ? buffers_[old_ones] : buffers_[young_ones];
    for (; step_slot_ < stepped.slots(); ++step_slot_) {
      header_type* const object = stepped.at(step_slot_);
      if (object == nullptr || (stepped.info(*object) & info_word::unborn) != 0) continue;
      ++step_slot_;
      return {object, stepped.leave(*object)};
    }
    return {};
  }

  [[nodiscard]] buffer& buffer_of(std::uint32_t word) noexcept { return buffers_[word >> info_word::buffer_shift]; }

  /// Changes the info word of the object, and lists it where the changed word belongs if it was listed.
  template <class Change>
  void relist(header_type& object, Change change) noexcept {
    const bool is_listed = info_word::is_listed(object.load_info());
    if (is_listed) leave(object);
    const std::uint32_t before = header_type::update(object.info, change);
    if (is_listed) buffer_for(change(before)).enter(object);
  }

  /// Room for what `from` lists, in `to` besides what that lists.
  [[nodiscard]] bool has_room_for(std::size_t to, std::size_t from) noexcept {
    return buffers_[to].reserve(buffers_[to].slots() + buffers_[from].size());
  }

  [[nodiscard]] static constexpr std::uint32_t mark_of(std::uint32_t number) noexcept {
    return info_word::listed | number << info_word::buffer_shift;
  }

  buffer buffers_[buffers]{buffer{mark_of(young_ones)}, buffer{mark_of(old_ones)}, buffer{mark_of(frozen_young)},
                           buffer{mark_of(frozen_old)}};
  buffer* swept_ = nullptr;
  std::size_t slot_ = 0;       ///< of `swept_`: those before it are swept
  std::size_t end_ = 0;        ///< slots of `swept_` when the sweep began
  std::size_t young_end_ = 0;  ///< slots of the buffer of the young when the sweep began
  std::size_t step_slot_ = 0;  ///< where the next step begins
  bool steps_through_old_ = false;
};

}  // namespace ouro::detail

// ===== ouro/collector/trace_guard.hpp

/// \file
/// Says that a trace is running, so that checked builds catch one that copies pointers or makes objects.

namespace ouro::detail {

OURO_SHARED_STATE inline constinit thread_local bool trace_is_running = false;

class trace_guard {
 public:
  trace_guard() noexcept { trace_is_running = true; }
  trace_guard(const trace_guard&) = delete;
  trace_guard& operator=(const trace_guard&) = delete;
  ~trace_guard() { trace_is_running = false; }
};

/// A trace may only report: the counts are the collection's while it runs.
inline void check_not_tracing(std::string_view type) {
  if constexpr (check_level >= 1) {
    if (trace_is_running) misuse("a trace function copied or dropped a pointer, or made an object", type);
  }
}

}  // namespace ouro::detail

// ===== ouro/collector/trace_visits.hpp

/// \file
/// Asks objects for their edges, by the traces of their types.

namespace ouro::detail {

/// Reports the edges of `visits[i]`, and of those of its type that follow it before `last`, to the sink, and moves `i`
/// on. False when the trace throws. \pre `record` is the object's; a `trace_guard` is alive
[[nodiscard]] OURO_ALWAYS_INLINE bool trace_some(visited* const& visits, std::size_t& i, std::size_t last,
                                                 const type_record& record, edge_sink& sink) noexcept {
  OURO_TRY {
    i = record.trace(visits, i, last, sink);  // calls user code: it may only report
  }
  OURO_CATCH_ALL {
    unraisable(record.name);
    return false;
  }
  return true;
}

/// Hands all edges of the object behind `header` to the sink's phase, outside a collection. O(edges). \throws what the
/// trace throws \pre `record` is the object's, and has a trace
inline void trace_one(void* header, const type_record& record, edge_sink& sink) {
  const trace_guard guard;
  visited one{header, 0, 0};
  visited* const at = &one;
  static_cast<void>(record.trace(at, 0, 1, sink));  // calls user code: it may only report
  sink.flush();
}

}  // namespace ouro::detail

// ===== ouro/collector/liveness.hpp

/// \file
/// Which of the objects that a trial has reached are alive, where garbage and living mix.

namespace ouro::detail {

/// Marks what has references from outside, and all that it reaches, as alive (Bacon and Rajan's ScanRoots). A second
/// walk over the edges, which ends early when nothing without a rest is left to be reached. O(living objects + edges)
template <class RefcountPolicy>
class liveness {
 public:
  using header_type = header<RefcountPolicy>;

  /// `without_rest` of the visits have no references from outside; their counts, lowered, say which.
  liveness(const raw_array<visited>& visits, raw_array<visited>& queue, std::size_t without_rest) noexcept
      : visits_{visits}, queue_{queue}, without_rest_{without_rest} {}

  /// False when a trace throws or memory runs out.
  [[nodiscard]] bool mark() noexcept {
    if (!queue_.reserve(visits_.size)) return false;
    const trace_guard guard;
    edge_sink sink{&revive, this};
    for (std::size_t i = 0; i != visits_.size && without_rest_ != 0; ++i) {
      fetch_ahead(visits_.items, i, visits_.size);
      header_type& outer = *static_cast<header_type*>(visits_.items[i].header);
      const std::uint32_t info = outer.load_info();
      if (outer.load_count() == 0 || (info & info_word::alive) != 0) continue;
      RefcountPolicy::store(outer.info, info | info_word::alive);
      queue_.items[0] = {&outer, 0, 0};
      queue_.size = 1;
      for (std::size_t traced = 0;;) {
        if (traced == queue_.size) sink.flush();
        if (traced == queue_.size || without_rest_ == 0) break;
        const auto& object = *static_cast<header_type*>(queue_.items[traced].header);
        if (!trace_some(queue_.items, traced, queue_.size, record_of(object.load_info()), sink)) return false;
      }
    }
    alive_edges_ = sink.pushed();
    return true;
  }

  /// What is left of them: only garbage leads to these.
  [[nodiscard]] std::size_t without_rest() const noexcept { return without_rest_; }

  /// Reported by what is alive, this time.
  [[nodiscard]] std::size_t alive_edges() const noexcept { return alive_edges_; }

 private:
  static void revive(void* context, edge* first, edge* last) {
    auto& self = *static_cast<liveness*>(context);
    for (; first != last; ++first) {
      auto& target = *static_cast<header_type*>(first->target);
      const std::uint32_t info = target.load_info();
      if (info_word::is_listed(info) || (info & (info_word::reached | info_word::alive)) != info_word::reached)
        continue;
      RefcountPolicy::store(target.info, info | info_word::alive);
      if (target.load_count() == 0) --self.without_rest_;
      self.queue_.items[self.queue_.size++] = {&target, 0, 0};  // each object once: there is room for all
    }
  }

  const raw_array<visited>& visits_;
  raw_array<visited>& queue_;  ///< what is known to be alive, and yet to be traced
  std::size_t without_rest_;
  std::size_t alive_edges_ = 0;
};

}  // namespace ouro::detail

// ===== ouro/collector/trace_audit.hpp

/// \file
/// Finds traces that report an edge twice.
///
/// Such a trace has a collection subtract one reference too many from the target, and free it although a pointer from
/// outside leads to it. A wrong trace is wrong for its whole type. So the addresses of the edges that an object reports
/// are compared for the first objects of each type, for one in so many objects later on, and for all in checked builds.
/// Objects of a type that was found out count as held from outside from then on, with all that they reach.
///
/// Costs an entry in a hash table for each edge of the objects that are audited.

namespace ouro {

/// What the unraisable handler is told where a trace has reported an edge twice. `what()` says at which byte of the
/// object the edge lies.
class wrong_trace : public std::exception {
 public:
  /// `offset`: of the edge in the object, in bytes; past `size` if it lies in a container
  wrong_trace(std::size_t offset, std::size_t size) noexcept {
    if (offset < size) {
      std::snprintf(what_, sizeof what_, "a trace reported the edge at byte %zu of its object twice", offset);
    } else {
      std::snprintf(what_, sizeof what_, "a trace reported an edge twice, in memory that its object owns");
    }
  }
  [[nodiscard]] const char* what() const noexcept override { return what_; }

 private:
  char what_[96];
};

namespace detail {

/// How many objects of each type have been audited, by all threads. All zero at first, as the table of types.
struct audited_types {
  static constexpr std::uint8_t first_objects = 16;  ///< of each type
  static constexpr std::uint8_t wrong = 255;

  std::uint8_t audits[type_table::capacity];

  [[nodiscard]] std::uint8_t of(std::uint32_t type) const noexcept {
    return __atomic_load_n(&audits[type], __ATOMIC_RELAXED);
  }
  void set(std::uint32_t type, std::uint8_t state) noexcept {
    __atomic_store_n(&audits[type], state, __ATOMIC_RELAXED);
  }
};

OURO_SHARED_STATE inline constinit audited_types audits_of_types{};

/// What a collector keeps for audits.
class trace_audit {
 public:
  /// Whether an object of the type is to be looked at before it is traced.
  [[nodiscard]] OURO_ALWAYS_INLINE bool is_due(std::uint32_t type) const noexcept {
    return check_level >= 1 || audits_of_types.of(type) != audited_types::first_objects || until_next_ == 0;
  }

  /// How many of so many objects may be traced until the next is to be looked at. \pre none is due
  [[nodiscard]] OURO_ALWAYS_INLINE std::size_t at_most(std::size_t objects) const noexcept {
    return objects < until_next_ ? objects : until_next_;
  }

  void count_traced(std::size_t objects) noexcept { until_next_ -= objects; }

  /// Whether the trace of the type was found to be wrong.
  [[nodiscard]] static bool is_wrong(std::uint32_t type) noexcept {
    return audits_of_types.of(type) == audited_types::wrong;
  }

  /// Has the object `visits[i]` traced, its edges compared and then pushed to `to`, and moves `i` on. False if the
  /// trace throws, or is found to be wrong, which is reported: then not all edges have been pushed. Where memory is
  /// exhausted, edges are not compared. \pre `object` is its address, and `record` that of its type; a `trace_guard` is
  /// alive
  [[nodiscard]] bool trace(visited* const& visits, std::size_t& i, const void* object, std::uint32_t type,
                           const type_record& record, edge_sink& to) noexcept {
    until_next_ = interval;
    slots_.size = 0;
    places_ = 0;
    twice_ = nullptr;
    to_ = &to;
    edge_sink sink{&compare, this};
    if (!trace_some(visits, i, i + 1, record, sink)) return false;
    sink.flush();
    if (twice_ != nullptr) {
      audits_of_types.set(type, audited_types::wrong);
      report(object, twice_, record);
      return false;
    }
    if (const std::uint8_t audits = audits_of_types.of(type); audits != audited_types::first_objects)
      audits_of_types.set(type, static_cast<std::uint8_t>(audits + 1));
    return true;
  }

  void release() noexcept {
    slots_.release();
    table_.release();
  }

 private:
  static constexpr std::size_t interval = 1024;  ///< objects
  static constexpr std::size_t least_places = 16;

  static void compare(void* context, edge* first, edge* last) {
    auto& self = *static_cast<trace_audit*>(context);
    for (const edge* at = first; at != last && self.has_room(); ++at) {
      if (!self.enter(at->slot)) self.twice_ = at->slot;
    }
    for (; first != last && self.twice_ == nullptr; ++first) self.to_->push(first->target, first->slot);
  }

  /// Makes room for one slot more: half of the places stay empty. False when memory is exhausted.
  [[nodiscard]] bool has_room() noexcept {
    if (2 * slots_.size < places_) return true;
    const std::size_t wider = places_ == 0 ? least_places : 2 * places_;
    if (!slots_.reserve(wider / 2) || !table_.reserve(wider)) return false;
    places_ = wider;
    for (std::size_t i = 0; i != places_; ++i) table_.items[i] = nullptr;
    const std::size_t entered = std::exchange(slots_.size, 0);
    for (std::size_t i = 0; i != entered; ++i) static_cast<void>(enter(slots_.items[i]));
    return true;
  }

  /// False if the slot is in the table already. \pre `has_room()`
  bool enter(const void* slot) noexcept {
    std::size_t at = (reinterpret_cast<std::uintptr_t>(slot) / sizeof(void*)) & (places_ - 1);
    for (; table_.items[at] != nullptr; at = (at + 1) & (places_ - 1)) {
      if (table_.items[at] == slot) return false;
    }
    table_.items[at] = slot;
    slots_.items[slots_.size++] = slot;
    return true;
  }

  static void report(const void* object, const void* slot, const type_record& record) noexcept {
    const auto offset = reinterpret_cast<std::uintptr_t>(slot) - reinterpret_cast<std::uintptr_t>(object);
    const wrong_trace found{offset, record.bytes(object) - sizeof(std::size_t)};
    if constexpr (check_level >= 1) {
      misuse(found.what(), record.name);
    } else {
#if OURO_HAS_EXCEPTIONS
      current_unraisable_handler.load(std::memory_order_acquire)(std::make_exception_ptr(found), record.name);
#else
      report_misuse(found.what(), record.name);
#endif
    }
  }

  raw_array<const void*> slots_;       ///< of the edges that the object has reported so far
  raw_array<const void*> table_;       ///< a hash set of them in `places_` places, by linear probing; null is empty
  std::size_t places_ = 0;             ///< a power of two, or 0
  const void* twice_ = nullptr;        ///< an edge that was reported twice
  edge_sink* to_ = nullptr;            ///< where the edges go, while an object is traced
  std::size_t until_next_ = interval;  ///< objects
};

}  // namespace detail
}  // namespace ouro

// ===== ouro/collector/trial_memory.hpp

/// \file
/// The worklists of collections.

namespace ouro::detail {

/// The memory of collections, kept from one to the next.
struct trial_memory {
  raw_array<visited> visits;
  raw_array<edge> edges;     ///< what `visits` report, in their order; without a slot if it leads outside
  raw_array<visited> queue;  ///< what is known to be alive, where garbage and living mix
  trace_audit audit;

  void release() noexcept {
    visits.release();
    edges.release();
    queue.release();
    audit.release();
  }
};

}  // namespace ouro::detail

// ===== ouro/allocator/pool_walk.hpp

/// \file
/// Finds the objects of a heap without a list of them: by walking the pools that hold nothing else.
///
/// Which blocks of a pool are free stands in the pool's chains of free blocks alone. A walk over them, as in mimalloc's
/// `mi_heap_visit_blocks`, marks them on a map of bits; the others, up to the first untouched one, are used.

namespace ouro::detail {

/// The free blocks of one walked pool.
class free_map {
 public:
  explicit free_map(const pool& of) noexcept
      : first_{arena::blocks_of(&of)}, per_block_{((std::uint32_t{1} << shift) + of.block_size - 1) / of.block_size} {}

  /// \pre a block of the pool
  [[nodiscard]] bool is_free(const std::byte* block) const noexcept {
    const std::size_t at = index_of(block);
    return (bits_[at / 64] >> at % 64 & 1) != 0;
  }

  void add_chain(free_block* block) noexcept {
    while (block != nullptr) {
      const std::size_t at = index_of(reinterpret_cast<const std::byte*>(block));
      bits_[at / 64] |= std::uint64_t{1} << at % 64;
      block = pool::after(block);
    }
  }

 private:
  static constexpr unsigned shift = 26;
  static constexpr std::size_t most_blocks = pool::bytes / 8;

  /// Division by multiplication with the reciprocal, rounded up: exact, since offsets are below 2^15 and multiples of
  /// the block size.
  [[nodiscard]] std::size_t index_of(const std::byte* block) const noexcept {
    return integer_cast<std::size_t>(integer_cast<std::uint64_t>(block - first_) * per_block_ >> shift);
  }

  const std::byte* first_;
  std::uint32_t per_block_;
  std::uint64_t bits_[most_blocks / 64] = {};
};

/// Blocks that `walk_pools` would see. O(pools)
[[nodiscard]] inline std::size_t walked_blocks(const pool_heap& heap) noexcept {
  std::size_t blocks = 0;
  heap.each_pool([&](const pool& each) { blocks += each.walked ? each.used() : 0; });
  return blocks;
}

/// Calls `see` with each used block of each walked pool, in the order of their addresses within an arena. `see` must
/// neither allocate nor free. O(blocks, free ones included)
template <class See>
void walk_pools(pool_heap& heap, See see) {
  if (&heap == &no_pool_heap) return;
  // What other threads have freed counts as used until it is home.
  heap.take_all_foreign();
  heap.each_pool([&](const pool& each) {
    if (!each.walked || each.used() == 0) return;
    free_map map{each};
    map.add_chain(each.freed);
    map.add_chain(each.held);
    for (std::byte* at = arena::blocks_of(&each); at != each.untouched; at += each.block_size) {
      if (!map.is_free(at)) see(static_cast<void*>(at));
    }
  });
}

}  // namespace ouro::detail

// ===== ouro/collector/walked_objects.hpp

/// \file
/// The old objects that no table lists, because they lie in pools that can be walked.

namespace ouro::detail {

/// Of the calling thread's heap. O(objects in walked pools)
template <class RefcountPolicy>
struct walked_objects {
  using header_type = header<RefcountPolicy>;

  /// No fewer than there are. O(pools)
  [[nodiscard]] static std::size_t most() noexcept { return walked_blocks(*current_pool_heap); }

  /// Calls `see` with each tracked one that is whole. `see` must neither make nor drop objects.
  template <class See>
  static void each(See see) {
    constexpr std::uint32_t asked = info_word::listed | info_word::tracked | info_word::unborn | info_word::dead |
                                    info_word::reached | info_word::walked | info_word::old;
    constexpr std::uint32_t wanted = info_word::tracked | info_word::walked | info_word::old;
    walk_pools(*current_pool_heap, [&](void* block) {
      auto& object = *static_cast<header_type*>(block);
      // An object that waits for its destruction has no pointers (destruction_queue.hpp).
      if ((object.load_info() & asked) == wanted && object.load_count() != count_word::none) see(object);
    });
  }

  /// Those that are not frozen.
  [[nodiscard]] static std::size_t count() noexcept {
    std::size_t found = 0;
    each([&found](const header_type& object) {
      if ((object.load_info() & info_word::frozen) == 0) ++found;
    });
    return found;
  }
};

}  // namespace ouro::detail

// ===== ouro/collector/trial.hpp

/// \file
/// Trial deletion: which of the objects that some candidates reach are garbage.
///
/// Bacon and Rajan, "Concurrent Cycle Collection in Reference Counted Systems", ECOOP 2001, section 3: the counts of
/// all that is reached are lowered by the edges inside it. What is left of a count then stems from outside; objects
/// with such a rest, and all that they reach, are alive; the others are garbage.
///
/// Where a collector enrolls all objects, nothing is reached: all objects of a generation are looked at, as in CPython
/// (Neil Schemenauer's gcmodule.c), and what leads in from others counts as a reference from outside.
///
/// Here the worklist of the breadth-first walk keeps the original counts, so that one pass over it puts them back, and,
/// while it is short, the edges, so that they can be severed without a second walk. Objects without a rest are counted
/// as they come: where that is all of them or none, the answer is there after one walk. A walk that turns out long
/// takes all other candidates along in the order of their entry, so that nothing alive is walked once for each of them.
/// O(objects + edges reached), no recursion; 16 bytes of worklist per object, 24 where garbage and living mix.

namespace ouro::detail {

template <class RefcountPolicy, class CollectorPolicy>
class trial {
 public:
  using header_type = header<RefcountPolicy>;

  /// `minor`: does not walk into old objects.
  trial(trial_memory& kept, generations<RefcountPolicy>& candidates, bool minor) noexcept
      : visits_{kept.visits},
        edges_{kept.edges},
        queue_{kept.queue},
        audit_{kept.audit},
        candidates_{candidates},
        is_minor_{minor} {
    visits_.size = 0;
  }

  /// Takes candidates out of their buffer until `batch` objects are reached from them or no candidate is left, and
  /// finds the garbage among the objects. Where the last of these candidates leads far, it takes all that are left.
  /// \post `visits[0, garbage())` are the garbage: still marked as reached, with the rests in place of the counts. The
  /// others are alive, and old from now on; if the trial is not minor, they are no candidates any more.
  void run(std::size_t batch) noexcept {
    batch_ = batch;
    without_rest_ = 0;
    decide(mark<true>());
  }

  /// The same for one candidate, if no more than `most` objects are reached from it. If there are more, those that were
  /// reached are taken for alive, and so left to a full collection.
  void run_slice(std::size_t most) noexcept {
    most_visits_ = most;
    without_rest_ = 0;
    add_roots(1);
    decide(mark<true>());
  }

  /// The same for all that is enrolled in the generations that are swept: no more than `most`, in tables and in pools.
  /// \post as `run`, but that the others are enrolled again, as old
  void run_on_all(std::size_t most) noexcept {
    without_rest_ = 0;
    has_memory_ = visits_.reserve(most) && candidates_.reserve_for_return();
    if (has_memory_) {
      add_roots(std::numeric_limits<std::size_t>::max());
      if constexpr (walks_pools<CollectorPolicy, RefcountPolicy>) {
        if (!is_minor_) add_walked();
      }
    }
    candidates_.end_sweep(is_minor_);
    decide(has_memory_ && mark<false>());
  }

  /// What a visit has in place of the count of an object that finalizers have left without pointers: one loud pointer,
  /// where all others of `run_again` are quiet. Nobody is left to drop it.
  static constexpr std::uint32_t without_pointers = count_word::loud | 1;

  /// Decides again over the objects in `visits` alone, without looking further. \pre they are marked as reached, and
  /// quiet
  void run_again() noexcept {
    without_rest_ = 0;
    each([this](visited& seen) {
      header_type& object = object_of(seen);
      seen.count = object.load_count();
      RefcountPolicy::store(object.count, count_word::strong(seen.count));
      if (seen.count != count_word::none) return;
      ++without_rest_;
      seen.count = without_pointers;
    });
    decide(mark<false>());
  }

  /// False when a trace threw or changed its mind, or when memory ran out: then nothing is garbage.
  [[nodiscard]] bool is_decided() const noexcept { return is_decided_; }

  [[nodiscard]] std::size_t candidates_taken() const noexcept { return candidates_taken_; }
  [[nodiscard]] std::size_t promoted() const noexcept { return promoted_; }
  [[nodiscard]] std::size_t garbage() const noexcept { return garbage_; }
  [[nodiscard]] std::size_t over_reported() const noexcept { return over_reported_; }

  /// Whether the trial's memory has the edges of all garbage.
  [[nodiscard]] bool has_edges() const noexcept { return has_edges_; }

  /// Whether nothing alive was reached.
  [[nodiscard]] bool is_all_garbage() const noexcept { return is_all_garbage_; }

  /// Whether no edge leads out of what was reached, to what a trial does not look at.
  [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }

  /// Whether any object reached has a `finalize`.
  [[nodiscard]] bool has_finalizers() const noexcept { return has_finalizers_; }

 private:
  static constexpr std::uint32_t not_traceable = info_word::unborn | info_word::dead;
  static constexpr std::size_t long_walk = 4;                      ///< batches
  static constexpr std::size_t most_edges = std::size_t{1} << 16;  ///< kept: as many as stay in the cache
  static constexpr std::uint32_t is_alive = count_word::immortal;  ///< in the count of a visit: none is immortal

  [[nodiscard]] static header_type& object_of(const visited& seen) noexcept {
    return *static_cast<header_type*>(seen.header);
  }

  [[nodiscard]] bool reach(header_type& object, std::uint32_t count, std::uint32_t info) noexcept {
    if (!visits_.push({&object, count, 0})) return false;
    RefcountPolicy::store(object.count, count_word::pointers(count));
    RefcountPolicy::store(object.info, info | info_word::reached);
    return true;
  }

  void add_roots(std::size_t wanted) noexcept {
    for (; wanted != 0; --wanted) {
      const auto [root, info] = candidates_.next();
      if (root == nullptr) return;
      ++candidates_taken_;
      const std::uint32_t count = root->load_count();
      if (count_word::is_immortal(count) || (info & not_traceable) != 0) {
        RefcountPolicy::store(root->info, info);
      } else if (!reach(*root, count, info)) {
        RefcountPolicy::store(root->info, info);
        has_memory_ = false;
        return return_to_buffer(*root);
      }
    }
  }

  void add_walked() noexcept {
    walked_objects<RefcountPolicy>::each([this](header_type& object) {
      const std::uint32_t count = object.load_count();
      const std::uint32_t info = object.load_info();
      if (count_word::is_immortal(count) || (info & info_word::frozen) != 0) return;
      static_cast<void>(reach(object, count, info));  // there is room
    });
  }

  /// Lowers the counts of all that is reached by the edges inside it. `Widen`: reaches what the edges lead to.
  /// \post counts hold references from outside alone
  template <bool Widen>
  [[nodiscard]] bool mark() noexcept {
    const trace_guard guard;
    edges_.size = 0;
    is_closed_ = true;
    edge_sink sink{&subtract<Widen>, this};
    sink_ = &sink;
    keep_edges();
    for (std::size_t i = 0;;) {
      if (Widen && i + visit_ahead > visits_.size && visits_.size < batch_) add_roots(2 * visit_ahead);
      if (i == visits_.size) sink.flush();
      if (visits_.size > most_visits_) [[unlikely]]
        return false;  // and nothing is decided
      if (i == visits_.size || !has_memory_) return has_memory_;
      if (Widen && batch_ != 0 && visits_.size > batch_ * long_walk)
        add_roots(batch_ = std::numeric_limits<std::size_t>::max());
      const std::uint32_t type = info_word::type(object_of(visits_.items[i]).load_info());
      const type_record& record = registered_types[type];
      if (record.finalize != nullptr) has_finalizers_ = true;
      if (audit_.is_due(type)) [[unlikely]] {
        if (!trace_audited(i, type, record, sink)) return false;
      } else {
        const std::size_t first = i;
        if (!trace_some(visits_.items, i, i + audit_.at_most(visits_.size - i), record, sink)) return false;
        audit_.count_traced(i - first);
      }
    }
  }

  /// Traces one object, and looks at its edges. False if the trace is found to be wrong, or throws: what other objects
  /// of the type have reported so far is not to be trusted.
  [[nodiscard]] OURO_NOINLINE bool trace_audited(std::size_t& i, std::uint32_t type, const type_record& record,
                                                 edge_sink& sink) noexcept {
    header_type& object = object_of(visits_.items[i]);
    if (trace_audit::is_wrong(type)) {
      hold(object);
      return trace_some(visits_.items, i, i + 1, record, sink);
    }
    if (audit_.trace(visits_.items, i, object.object(), type, record, sink)) return true;
    if (trace_audit::is_wrong(type)) ++over_reported_;
    return false;
  }

  /// Has the object count as held from outside, although no count of edges shows that.
  void hold(header_type& object) noexcept {
    ++over_reported_;
    if (object.load_count() == 0) --without_rest_;
    RefcountPolicy::store(object.count, count_word::immortal);
  }

  template <bool Widen>
  static void subtract(void* context, edge* first, edge* last) {
    auto& self = *static_cast<trial*>(context);
    if (!self.has_memory_) return;
    if (self.candidates_.size() != 0) {
      for (const edge* at = first; at != last; ++at) self.candidates_.fetch(*static_cast<header_type*>(at->target));
    }
    const auto flushed = static_cast<std::size_t>(last - first);
    for (; first != last; ++first) {
      if (self.template subtract_one<Widen>(*static_cast<header_type*>(first->target))) continue;
      first->slot = nullptr;
      self.is_closed_ = false;
    }
    if (!self.has_edges_) return;
    self.edges_.size += flushed;
    self.keep_edges();
  }

  /// Has the sink write the next edges behind those that are kept, until they are too many.
  void keep_edges() noexcept {
    has_edges_ = edges_.size < most_edges && edges_.reserve(edges_.size + edge_sink::capacity);
    if (has_edges_) sink_->write_to(edges_.items + edges_.size);
  }

  /// Returns whether the target is one of the objects reached.
  template <bool Widen>
  OURO_ALWAYS_INLINE bool subtract_one(header_type& target) noexcept {
    const std::uint32_t word = target.load_info();
    if ((word & (info_word::listed | info_word::reached)) != info_word::reached) {
      if (!Widen || !widen(target, target.load_count(), word)) return false;
    }
    const std::uint32_t rest = target.load_count();
    if (rest == 0) [[unlikely]] {
      keep_over_reported(target);
      return true;
    }
    RefcountPolicy::store(target.count, rest - 1);
    if (rest == 1) ++without_rest_;
    return true;
  }

  /// Reaches an object over its first edge. Returns whether it is one for the collection to look at.
  [[nodiscard]] bool widen(header_type& target, std::uint32_t count, std::uint32_t word) noexcept {
    if (count_word::is_immortal(count)) return false;
    const bool is_listed = info_word::is_listed(word);
    if (is_minor_ && (word & (is_listed ? info_word::listed_as_old : info_word::old)) != 0) return false;
    const std::uint32_t info = is_listed ? candidates_.info(target) : word;
    if ((info & info_word::tracked) == 0 || (info & (not_traceable | info_word::frozen)) != 0) return false;
    if (is_listed) candidates_.leave(target);
    if (reach(target, count, info)) return true;
    has_memory_ = false;
    if (is_listed) return_to_buffer(target);
    return false;
  }

  /// More edges lead to the object than it has pointers: no count of edges proves it garbage.
  OURO_NOINLINE void keep_over_reported(header_type& target) {
    if constexpr (check_level >= 1)
      misuse("a trace reported an edge twice, or one it does not own, to an object",
             record_of(target.load_info()).name);
    hold(target);
  }

  void decide(bool is_marked) noexcept {
    garbage_ = 0;
    is_decided_ = is_marked;
    is_all_garbage_ = is_marked && without_rest_ == visits_.size;
    if (is_all_garbage_) {
      garbage_ = visits_.size;
      return;
    }
    std::size_t alive_edges = 0;
    if (is_marked && without_rest_ != 0) {
      liveness<RefcountPolicy> living{visits_, queue_, without_rest_};
      is_decided_ = living.mark();
      without_rest_ = living.without_rest();
      alive_edges = living.alive_edges();
    }
    if (!is_decided_ && visits_.size > most_visits_) {
      // Those that are candidates must stay so, whatever their age: nothing is known of them.
      const bool was_minor = std::exchange(is_minor_, true);
      each([this](const visited& seen) { spare(seen); });
      is_minor_ = was_minor;
    } else if (!is_decided_) {
      each([this](const visited& seen) { abandon(seen); });
    } else if (without_rest_ == 0) {
      each([this](const visited& seen) { spare(seen); });
    } else {
      spare_alive(alive_edges);
    }
  }

  /// Spares what is alive, and moves the garbage and its edges to the front. `alive_edges`: of the living, counted
  /// again
  void spare_alive(std::size_t alive_edges) noexcept {
    std::size_t edges = 0;
    each([&](visited& seen) {
      if ((object_of(seen).load_info() & info_word::alive) == 0) return;
      spare(seen);
      seen.count |= is_alive;
      edges += seen.edges;
    });
    // A trace that did not report as many edges as before leaves no subtraction to be trusted.
    is_decided_ = edges == alive_edges;
    if (is_decided_) {
      gather_garbage();
    } else {
      each([this](const visited& seen) {
        if ((seen.count & is_alive) == 0) {
          abandon(seen);
        } else if (!enrolls_all<CollectorPolicy> && !is_minor_ && count_word::is_quiet(seen.count)) {
          return_to_buffer(object_of(seen));
        }
      });
    }
  }

  void gather_garbage() noexcept {
    edge* kept = edges_.items;
    const edge* row = edges_.items;
    for (std::size_t i = 0; i != visits_.size; ++i) {
      const visited each = visits_.items[i];
      if ((each.count & is_alive) == 0) {
        visits_.items[garbage_++] = each;
        if (has_edges_) {
          for (std::uint32_t at = 0; at != each.edges; ++at) *kept++ = row[at];
        }
      }
      if (has_edges_) row += each.edges;
    }
    edges_.size = static_cast<std::size_t>(kept - edges_.items);
  }

  /// Puts the count of an object back that is alive, and lets it age.
  void spare(const visited& seen) noexcept {
    header_type& object = object_of(seen);
    const std::uint32_t info = object.load_info();
    if ((info & info_word::old) == 0) ++promoted_;
    const std::uint32_t aged = (info & ~(info_word::reached | info_word::alive)) | info_word::old;
    RefcountPolicy::store(object.info, aged);
    RefcountPolicy::store(object.count, restored(seen));
    if (enrolls_all<CollectorPolicy> ? !info_word::is_found_by_walk(aged)
                                     : is_minor_ && count_word::is_quiet(seen.count)) {
      return_to_buffer(object);
    }
  }

  /// Puts an object back as it was.
  void abandon(const visited& seen) noexcept {
    header_type& object = object_of(seen);
    const std::uint32_t info = object.load_info() & ~(info_word::reached | info_word::alive);
    RefcountPolicy::store(object.info, info);
    RefcountPolicy::store(object.count, restored(seen));
    if (enrolls_all<CollectorPolicy> ? !info_word::is_found_by_walk(info) : count_word::is_quiet(seen.count))
      return_to_buffer(object);
  }

  /// The count that the object has in the end: of what is no candidate any more, loud.
  [[nodiscard]] static std::uint32_t restored(const visited& seen) noexcept {
    return enrolls_all<CollectorPolicy> ? seen.count : count_word::made_loud(seen.count);
  }

  /// Where memory is exhausted the object stays unlisted and not quiet: its next drop tries again.
  void return_to_buffer(header_type& candidate) noexcept {
    if constexpr (enrolls_all<CollectorPolicy>) {
      static_cast<void>(candidates_.enter(candidate));  // there is room
    } else {
      candidate.clear_quiet();
      if (candidates_.enter(candidate)) candidate.set_quiet();
    }
  }

  template <class Do>
  void each(Do what) noexcept {
    for (std::size_t i = 0; i != visits_.size; ++i) {
      fetch_ahead(visits_.items, i, visits_.size);
      what(visits_.items[i]);
    }
  }

  raw_array<visited>& visits_;
  raw_array<edge>& edges_;
  raw_array<visited>& queue_;
  trace_audit& audit_;
  generations<RefcountPolicy>& candidates_;
  edge_sink* sink_ = nullptr;  ///< of the walk that subtracts
  std::size_t batch_ = 0;      ///< objects; 0: there is one candidate
  std::size_t most_visits_ = std::numeric_limits<std::size_t>::max();
  std::size_t candidates_taken_ = 0;
  std::size_t promoted_ = 0;
  std::size_t garbage_ = 0;
  std::size_t without_rest_ = 0;  ///< objects that only the others lead to, as far as is known
  std::size_t over_reported_ = 0;
  bool is_minor_;
  bool has_edges_ = false;
  bool has_finalizers_ = false;
  bool has_memory_ = true;
  bool is_decided_ = false;
  bool is_all_garbage_ = false;
  bool is_closed_ = false;
};

}  // namespace ouro::detail

// ===== ouro/collector/teardown.hpp

/// \file
/// The end of garbage: finalize, look again, expire, sever, destroy, free.

namespace ouro::detail {

/// Tears down the garbage that a trial has found. Each stage goes over all of it before the next one begins, so that
/// user code meets whole objects in `finalize`, and null instead of dead peers in destructors. O(objects + edges), no
/// recursion, no memory.
template <class RefcountPolicy, class CollectorPolicy>
class teardown {
 public:
  using header_type = header<RefcountPolicy>;
  using end = death<RefcountPolicy, CollectorPolicy>;
  using trial_type = trial<RefcountPolicy, CollectorPolicy>;

  /// \pre `found` has run, and `kept` is its
  teardown(trial_type& found, trial_memory& kept) noexcept : trial_{found}, visits_{kept.visits}, edges_{kept.edges} {}

  /// Returns how many objects were garbage in the end. They are destroyed, or else added to `keeping`, with a pointer
  /// each that is the list's.
  std::size_t run(raw_array<header_type*>* keeping) noexcept {
    visits_.size = trial_.garbage();
    if (trial_.has_finalizers()) {
      hold_all();
      if (finalize()) look_again();
    }
    if (keeping != nullptr && keeping->reserve(keeping->size + visits_.size)) {
      each_visit([keeping](const visited& seen) { keep(seen, *keeping); });
      return visits_.size;
    }
    if (trial_.has_edges()) {
      sever();
    } else {
      sever_by_trace();
    }
    each_run([](const type_record& record, const visited* first, const visited* last) {
      run_nested([&] { record.destroy(first, last); });
    });
    if constexpr (check_level >= 1) check_escapes();
    each_run(
        [](const type_record& record, const visited* first, const visited* last) { record.deallocate(first, last); });
    return visits_.size;
  }

  [[nodiscard]] std::size_t finalized() const noexcept { return finalized_; }
  [[nodiscard]] std::size_t resurrected() const noexcept { return resurrected_; }

 private:
  static constexpr std::size_t longest_run = 64;  ///< objects: as many as stay in the innermost cache

  [[nodiscard]] static header_type& object_of(const visited& seen) noexcept {
    return *static_cast<header_type*>(seen.header);
  }

  [[nodiscard]] static std::size_t end_of_run(std::size_t first, std::size_t end) noexcept {
    return end - first < longest_run ? end : first + longest_run;
  }

  /// Goes over runs of objects of one type.
  template <class Stage>
  void each_run(Stage stage) noexcept {
    const visited* const end_of_visits = visits_.items + visits_.size;
    for (const visited* first = visits_.items; first != end_of_visits;) {
      const std::uint32_t type = info_word::type(object_of(*first).load_info());
      const visited* last = first + 1;
      const std::size_t left = static_cast<std::size_t>(end_of_visits - first);
      const visited* const most = first + end_of_run(0, left);
      for (; last != most; ++last) {
        fetch_ahead(last, 0, static_cast<std::size_t>(end_of_visits - last));
        if (info_word::type(object_of(*last).load_info()) != type) break;
      }
      stage(registered_types[type], first, last);
      first = last;
    }
  }

  /// Calls user code, and ends what that drops and has to wait: before any block of the garbage is freed, to which
  /// raw pointers may lead from there.
  template <class Call>
  static void run_nested(Call call) noexcept {
    destruction_queue<RefcountPolicy>& queue = destructions<RefcountPolicy>;
    const std::size_t mark = queue.mark();
    queue.run_nested(call);
    queue.end_above(mark);
  }

  void check_escapes() noexcept {
    each([](header_type& object) {
      if (count_word::strong(object.load_count()) > 1) {
        misuse("a destructor has let a pointer to its object escape", record_of(object.load_info()).name);
      }
    });
  }

  /// Garbage whose edges were kept is few enough to be in the cache still.
  template <class Stage>
  void each(Stage stage) noexcept {
    if (trial_.has_edges()) {
      const visited* const last = visits_.items + visits_.size;
      for (const visited* at = visits_.items; at != last; ++at) stage(object_of(*at));
    } else {
      for (std::size_t i = 0; i != visits_.size; ++i) {
        fetch_ahead(visits_.items, i, visits_.size);
        stage(object_of(visits_.items[i]));
      }
    }
  }

  template <class Stage>
  void each_visit(Stage stage) noexcept {
    for (std::size_t i = 0; i != visits_.size; ++i) {
      fetch_ahead(visits_.items, i, visits_.size);
      stage(visits_.items[i]);
    }
  }

  /// Its pointers, and one of the collection's own: garbage does not die by count while it is torn down, and quiet, it
  /// is no candidate.
  void hold_all() noexcept {
    each_visit([](const visited& each) {
      RefcountPolicy::store(object_of(each).count, count_word::made_quiet(each.count) + 1);
    });
  }

  static void keep(const visited& seen, raw_array<header_type*>& list) noexcept {
    header_type& object = object_of(seen);
    const std::uint32_t info = object.load_info();
    end::expire(object, info);
    const std::uint32_t count =
        seen.count == trial_type::without_pointers ? count_word::one : count_word::made_quiet(seen.count) + 1;
    RefcountPolicy::store(object.info, (info & ~(info_word::reached | info_word::watched)) | info_word::old);
    if constexpr (enrolls_all<CollectorPolicy>) {
      RefcountPolicy::store(object.count, count);
      if (!info_word::is_found_by_walk(object.load_info())) CollectorPolicy::enroll(object);
    } else {
      RefcountPolicy::store(object.count, count_word::made_loud(count));
    }
    static_cast<void>(list.push(&object));  // there is room
  }

  static void let_go(header_type& object) noexcept { RefcountPolicy::store(object.count, object.load_count() - 1); }

  /// Returns whether any finalizer has run.
  [[nodiscard]] bool finalize() noexcept {
    each([this](header_type& object) {
      const std::uint32_t info = object.load_info();
      const type_record& record = record_of(info);
      if (record.finalize == nullptr || (info & info_word::finalized) != 0) return;
      RefcountPolicy::store(object.info, info | info_word::finalized);
      run_nested([&] { end::run_finalize(object, record); });
      ++finalized_;
    });
    return finalized_ != 0;
  }

  /// A finalizer may have made garbage reachable again, or cut it up. \post `visits` holds what is garbage still
  void look_again() noexcept {
    const std::size_t before = visits_.size;
    each([](header_type& object) { let_go(object); });
    trial_.run_again();
    if (!trial_.is_decided()) end_those_without_pointers();
    visits_.size = trial_.garbage();
    resurrected_ = before - visits_.size;
  }

  /// Where a trace has failed, and so nothing is known of the others, those that finalizers have left without pointers
  /// die by their count.
  void end_those_without_pointers() noexcept {
    std::size_t found = 0;
    each_visit([&](const visited& seen) {
      if (seen.count != trial_type::without_pointers) return;
      RefcountPolicy::store(object_of(seen).count, count_word::none);
      visits_.items[found++] = seen;
    });
    // Nobody else can end them: they have no pointers.
    run_nested([&] {
      for (std::size_t i = 0; i != found; ++i) end::come(object_of(visits_.items[i]));
    });
  }

  /// Makes the edges among the garbage null, by the trial's record of them: all pointers that its objects have. What
  /// each has instead is one of the collection's own. Weak pointers expire. \post all is dead
  void sever() noexcept {
    const bool all_garbage = trial_.is_all_garbage();
    const edge* inner = edges_.items;
    const visited* const last = visits_.items + visits_.size;
    for (const visited* at = visits_.items; at != last; ++at) {
      bury(object_of(*at));
      for (const edge* const end_of_row = inner + at->edges; inner != end_of_row; ++inner) {
        if (inner->slot != nullptr && (all_garbage || is_garbage(*inner))) inner->sever();
      }
    }
  }

  /// The same where there are more edges than a trial keeps: asks the traces again. An edge that one conceals this time
  /// is dropped by its destructor, on an object that is dead and whose memory is there still.
  void sever_by_trace() noexcept {
    const trace_guard guard;
    edge_sink sink{trial_.is_all_garbage() && trial_.is_closed() ? &cut_all : &cut, nullptr};
    for (std::size_t i = 0; i != visits_.size;) {
      const std::size_t last = end_of_run(i, visits_.size);
      const type_record& record = record_of(object_of(visits_.items[i]).load_info());
      std::size_t traced = i + 1;
      OURO_TRY {
        traced = record.trace(visits_.items, i, last, sink);  // calls user code: it may only report
      }
      OURO_CATCH_ALL {
        // One of them: the others are asked once more, and have nothing to report if they were asked before.
        unraisable(record.name);
      }
      sink.flush();
      for (; i != traced; ++i) {
        __builtin_prefetch(visits_.items[end_of_run(i, visits_.size - 1)].header, 1);
        bury(object_of(visits_.items[i]));
      }
    }
  }

  static void bury(header_type& object) noexcept {
    const std::uint32_t info = object.load_info();
    end::expire(object, info);
    RefcountPolicy::store(object.info, (info & ~info_word::reached) | info_word::dead);
    RefcountPolicy::store(object.count, count_word::one);
  }

  static void cut_all(void*, edge* first, edge* last) {
    for (; first != last; ++first) first->sever();
  }

  static void cut(void*, edge* first, edge* last) {
    for (; first != last; ++first) {
      if (is_garbage(*first)) first->sever();
    }
  }

  /// An edge to something alive is the destructor's to drop.
  [[nodiscard]] static bool is_garbage(const edge& inner) noexcept {
    const std::uint32_t info = static_cast<header_type*>(inner.target)->load_info();
    return !info_word::is_listed(info) && (info & (info_word::reached | info_word::dead)) != 0;
  }

  trial_type& trial_;
  raw_array<visited>& visits_;
  raw_array<edge>& edges_;
  std::size_t finalized_ = 0;
  std::size_t resurrected_ = 0;
};

}  // namespace ouro::detail

// ===== ouro/collector/gc_trigger.hpp

/// \file
/// Where automatic collections begin.

namespace ouro {

/// The places at which a collection that is due begins.
enum class gc_trigger {
  allocation,  ///< inside `make_managed`, before the new object is constructed, and in `gc::safepoint()`
  safepoint    ///< in `gc::safepoint()` alone, as CPython has done since 3.12
};

}  // namespace ouro

// ===== ouro/collector/trigger.hpp

/// \file
/// When the next automatic collection is due.

namespace ouro::detail {

/// A minor collection is due after so many candidates, or twice as many allocations, since a single candidate may
/// hold a whole tree. While minor collections find nothing to destroy they come more rarely, down to an eighth: what
/// they meet is under construction, and not yet worth a look.
///
/// A full collection takes the place of a minor one when the objects that have become old since the last are a quarter
/// of what that one found alive, as in CPython, and at least ten times the threshold. Allocations count too, with a
/// small weight, so that old garbage goes at last in a program that no longer grows. So full collections look at
/// O(1) objects per object that grew old, however large the heap is.
///
/// While allocations must not collect, a collection that becomes due is postponed: the budget is set to a number that
/// no count-down exhausts, and so an allocation costs no more than ever.
class trigger {
 public:
  static constexpr std::size_t default_threshold = 10'000;   ///< candidates
  static constexpr std::size_t default_full_threshold = 10;  ///< thresholds

  /// One allocation. Returns whether a collection is due.
  [[nodiscard]] OURO_ALWAYS_INLINE bool count_allocation() noexcept { return --budget_ < 0; }

  void count_candidate() noexcept { budget_ -= candidate_weight; }

  /// Whether a collection is due, or was postponed.
  [[nodiscard]] OURO_ALWAYS_INLINE bool is_due() const noexcept {
    return static_cast<std::uint64_t>(budget_) >= least_postponed;
  }

  /// Whether no allocation may begin a collection now.
  [[nodiscard]] bool is_held() const noexcept { return pauses_ != 0 || place_ == gc_trigger::safepoint; }
  [[nodiscard]] bool is_paused() const noexcept { return pauses_ != 0; }
  [[nodiscard]] gc_trigger place() const noexcept { return place_; }

  void pause() noexcept { ++pauses_; }

  /// Ends a pause. \pre `is_paused()`
  void resume() noexcept {
    --pauses_;
    catch_up();
  }

  void set_place(gc_trigger place) noexcept {
    place_ = place;
    catch_up();
  }

  /// The collection that is due begins later: after the pause, or at the next safe point. \pre `is_held()`
  void postpone() noexcept { budget_ = first_postponed; }

  /// A full collection, which exhausted memory has asked for, begins then in place of a minor one. \pre `is_held()`
  void postpone_full() noexcept {
    old_budget_ = 0;
    postpone();
  }

  /// Whether the collection that is due should be a full one.
  [[nodiscard]] bool is_full_due() const noexcept { return old_budget_ <= 0; }

  [[nodiscard]] std::size_t threshold() const noexcept { return threshold_; }

  /// Of a full collection: so many thresholds of objects that have become old.
  [[nodiscard]] std::size_t full_threshold() const noexcept { return full_threshold_; }

  /// 0 switches automatic collections off.
  void set_threshold(std::size_t candidates, std::size_t full) noexcept {
    threshold_ = candidates;
    full_threshold_ = full;
    rarity_ = 1;
    begin_minor();
    begin_full(0);
  }

  [[nodiscard]] bool is_enabled() const noexcept { return enabled_ && threshold_ != 0; }
  [[nodiscard]] bool was_enabled() const noexcept { return enabled_; }
  void enable(bool wanted) noexcept { enabled_ = wanted; }

  /// Nothing was there to be looked at.
  void after_none() noexcept { begin_minor(); }

  /// After a minor collection that has looked at `examined` objects, of which `promoted` have become old.
  void after_minor(std::size_t examined, std::size_t promoted) noexcept {
    const bool was_fruitful = promoted <= examined / 2;
    if (was_fruitful) {
      rarity_ = 1;
    } else if (rarity_ < most_rarity) {
      rarity_ *= 2;
    }
    old_budget_ -= static_cast<std::int64_t>(promoted) * promotion_weight;
    begin_minor();
  }

  /// After a full collection that has found `alive` objects alive.
  void after_full(std::size_t alive) noexcept {
    begin_minor();
    begin_full(alive);
  }

 private:
  static constexpr std::int64_t candidate_weight = 2;    ///< allocations
  static constexpr std::int64_t promotion_weight = 128;  ///< allocations
  static constexpr std::size_t most_rarity = 8;

  /// Budgets from here on are postponed ones, and budgets that are due are below zero: one comparison tells both.
  static constexpr std::uint64_t least_postponed = std::uint64_t{1} << 62;
  static constexpr std::int64_t first_postponed = (std::int64_t{1} << 62) + (std::int64_t{1} << 61);

  /// Where allocations may collect again, what was postponed is due at the next one.
  void catch_up() noexcept {
    if (!is_held() && is_due()) budget_ = -1;
  }

  /// So many thresholds. Beyond 2^31 candidates or 2^16 thresholds more make no difference: a collection is never due.
  [[nodiscard]] std::int64_t thresholds(std::size_t times) const noexcept {
    constexpr std::uint64_t most = std::uint64_t{1} << 31;
    constexpr std::uint64_t most_times = std::uint64_t{1} << 16;
    const std::uint64_t each = threshold_ < most ? threshold_ : most;
    return static_cast<std::int64_t>(each * (times < most_times ? times : most_times));
  }

  void begin_minor() noexcept {
    const std::int64_t due = thresholds(rarity_) * candidate_weight;
    old_budget_ -= due;
    budget_ = due;
  }

  void begin_full(std::size_t alive) noexcept {
    const std::int64_t least = thresholds(full_threshold_);
    const auto quarter = static_cast<std::int64_t>(alive / 4);
    old_budget_ = (quarter < least ? least : quarter) * promotion_weight;
  }

  std::int64_t budget_ = default_threshold * candidate_weight;  ///< allocations; due below 0
  std::int64_t old_budget_ = default_threshold * default_full_threshold * promotion_weight;  ///< the same
  std::size_t threshold_ = default_threshold;
  std::size_t full_threshold_ = default_full_threshold;
  std::size_t rarity_ = 1;  ///< thresholds between two minor collections
  std::size_t pauses_ = 0;  ///< that have begun and not ended
  gc_trigger place_ = gc_trigger::allocation;
  bool enabled_ = true;
};

}  // namespace ouro::detail

// ===== ouro/collector/cycle_collector.hpp

/// \file
/// The state of trial deletion for one refcount policy: candidates, trigger, statistics, and the passes of a
/// collection.

namespace ouro::detail {

/// With `local_refcount` every thread has one, and every private heap, which collects by itself. With a thread-safe
/// policy all threads share one: its candidate buffer has a lock, and a collection, which must have all objects to
/// itself, runs only when it is called for, at a moment when the program knows that no other thread uses them.
template <class RefcountPolicy, class CollectorPolicy>
class OURO_SHARED_TYPE cycle_collector {
 public:
  using header_type = header<RefcountPolicy>;
  static constexpr bool is_shared = RefcountPolicy::is_thread_safe;

  /// That of the calling thread's heap, or the one that all threads share.
  [[nodiscard]] static cycle_collector& current() noexcept {
    if constexpr (is_shared) {
      return shared_;
    } else {
      return local_;
    }
  }

  /// \see heap_part_of
  [[nodiscard]] static cycle_collector& of_thread() noexcept { return local_; }

  static bool finish() noexcept {
    return end_garbage([] { return local_.collect(); });
  }

  static bool relieve() noexcept {
    return end_garbage([] { return local_.emergency(); });
  }

  static void release() noexcept { local_.release_all(); }

  /// \pre unlisted. Where memory is exhausted, the collector will not know the object: if it becomes part of a garbage
  /// cycle, that leaks.
  OURO_ALWAYS_INLINE void enroll(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    auto& buffer = candidates_.buffer_for(object.load_info());
    if (!buffer.has_room()) [[unlikely]] {
      if (!make_room(buffer)) return;
    }
    buffer.enter(object);
  }

  [[nodiscard]] bool suspect(header_type& object) noexcept {
    if constexpr (enrolls_all<CollectorPolicy>) {
      object.set_quiet();
      enroll(object);
      return true;
    }
    const lock_guard lock{mutex_};
    if constexpr (is_shared) {
      // Another thread may have been faster.
      if (count_word::is_quiet(object.load_count())) return true;
    }
    const std::uint32_t info = object.load_info();
    auto& buffer = candidates_.buffer_for(info);
    if (!buffer.has_room()) [[unlikely]] {
      if (!make_room(buffer)) return false;
    }
    buffer.enter(object);
    object.set_quiet();
    if ((info & (info_word::old | info_word::frozen)) == 0) trigger_.count_candidate();
    return true;
  }

  std::uint32_t forget(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    return candidates_.leave(object);
  }

  /// Whether the object is unlisted, or a candidate of this very collector.
  [[nodiscard]] bool knows(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    const std::uint32_t word = object.load_info();
    return !info_word::is_listed(word) || candidates_.hold(object, word);
  }

  [[nodiscard]] std::uint32_t info(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    const std::uint32_t word = object.load_info();
    return info_word::is_listed(word) ? candidates_.info(object) : word;
  }

  void add_flags(header_type& object, std::uint32_t bits) noexcept {
    const lock_guard lock{mutex_};
    if (info_word::is_listed(object.load_info())) {
      candidates_.info(object) |= bits;
    } else {
      object.set_info(bits);
    }
  }

  /// Before `freeze` is called for objects that the collector has in view. False when memory is exhausted.
  [[nodiscard]] bool reserve_for_freeze() noexcept {
    const lock_guard lock{mutex_};
    return candidates_.reserve_for_freeze();
  }
  void freeze(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    candidates_.freeze(object);
  }

  /// Before `unfreeze` is called for objects that the collector has in view. False when memory is exhausted.
  [[nodiscard]] bool reserve_for_unfreeze() noexcept {
    const lock_guard lock{mutex_};
    return candidates_.reserve_for_unfreeze();
  }
  void unfreeze(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    candidates_.unfreeze(object);
  }

  OURO_ALWAYS_INLINE void before_make() noexcept {
    if constexpr (!is_shared) {
      if (trigger_.count_allocation()) [[unlikely]]
        collect_in_make();
    }
  }

  /// A collection if one is due or was postponed. Returns the number of objects destroyed. One comparison if none is.
  OURO_ALWAYS_INLINE std::size_t safepoint() noexcept {
    if constexpr (!is_shared) {
      if (trigger_.is_due()) [[unlikely]]
        return collect_at_safepoint();
    }
    return 0;
  }

  void pause() noexcept {
    const lock_guard lock{mutex_};
    trigger_.pause();
  }
  void resume() noexcept {
    const lock_guard lock{mutex_};
    if constexpr (check_level >= 1) {
      if (!trigger_.is_paused()) misuse("a pause has not ended in the heap in which it began", "ouro::gc::pause");
    }
    trigger_.resume();
  }

  void set_place(gc_trigger place) noexcept {
    const lock_guard lock{mutex_};
    trigger_.set_place(place);
  }

  /// A full collection because memory is exhausted, unless collections are held back: then it follows as soon as they
  /// are not. Returns the number of objects destroyed.
  std::size_t emergency() noexcept { return must_postpone() ? 0 : collect(); }

  /// Destroys all garbage, or that among the young. Returns the number of objects; 0, and nothing happens, when called
  /// from a destructor, a finalizer, a callback or a trace.
  std::size_t collect(bool minor = false) noexcept { return begin() ? collect(false, minor) : 0; }

  /// A slice of a collection, over `budget` objects or a little more. Returns how many were destroyed.
  std::size_t step(std::size_t budget) noexcept {
    if (!begin()) return 0;
    const gc_stats before = stats_;
    for (int turns = 0; stats_.examined - before.examined < budget;) {
      const bool minor = candidates_.begin_step();
      trial_type found{memory_, candidates_, minor};
      found.run_slice(budget);
      finish(found);
      if (found.candidates_taken() != 0) continue;
      candidates_.turn_steps();
      if (++turns == 2) {
        trigger_.after_none();  // all have been looked at
        break;
      }
    }
    candidates_.check();
    end();
    return stats_.collected - before.collected;
  }

  /// Which thread collects.
  [[nodiscard]] const shared_turn& turn() const noexcept
    requires is_shared
  {
    return turn_;
  }

  /// Candidates of a generation that wait for the next collection, or all that is enrolled. O(1), but for old objects
  /// in walked pools: O(these).
  [[nodiscard]] std::size_t count(bool minor) const noexcept {
    if (minor) return candidates_.young().size();
    if constexpr (walks) return candidates_.old().size() + walked_objects<RefcountPolicy>::count();
    return candidates_.old().size();
  }

  [[nodiscard]] trigger& schedule() noexcept { return trigger_; }
  [[nodiscard]] const gc_stats& stats() const noexcept { return stats_; }
  [[nodiscard]] const generation_stats& stats(bool minor) const noexcept { return by_generation_[minor ? 0 : 1]; }

  [[nodiscard]] generations<RefcountPolicy>& candidates() noexcept { return candidates_; }

  [[nodiscard]] gc_debug debug() const noexcept { return debug_; }
  void set_debug(gc_debug flags) noexcept { debug_ = flags; }

  /// Garbage that was not destroyed; the list owns a pointer to each.
  [[nodiscard]] raw_array<header_type*>& garbage() noexcept { return garbage_; }

  /// Drops the list's pointers.
  void clear_garbage() noexcept {
    raw_array<header_type*> dropped = std::exchange(garbage_, {});
    for (std::size_t i = 0; i != dropped.size; ++i) {
      const released found = RefcountPolicy::decrement(dropped.items[i]->count);
      if (found != released::kept) end_of_life::follow(*dropped.items[i], found);
    }
    dropped.release();
  }

  /// \throws std::bad_alloc
  [[nodiscard]] gc_callbacks& callbacks() {
    if (callbacks_ == nullptr) {
      if constexpr (!is_shared) {
        if (!prepare()) throw_bad_alloc();
      }
      callbacks_ = new callbacks_type;
    }
    return *callbacks_;
  }

 private:
  using end_of_life = death<RefcountPolicy, CollectorPolicy>;
  using trial_type = trial<RefcountPolicy, CollectorPolicy>;
  using callbacks_type = basic_gc_callbacks<when_used<gc_info, RefcountPolicy>>;

  /// A destructor may leave new garbage behind, and its destructors again: after so many passes, the rest is for next
  /// time.
  static constexpr std::size_t most_passes = 8;
  static constexpr std::size_t first_batch = std::size_t{1} << 13;  ///< objects
  static constexpr std::size_t growth = 8;                          ///< of batches that find little garbage
  static constexpr std::size_t tolerated = 2;  ///< living objects looked at for each that is destroyed
  static constexpr std::size_t kept_memory = std::size_t{1} << 17;  ///< visits; more is freed after a collection

  /// Whether old objects may lie in pools that are walked instead of a table.
  static constexpr bool walks = walks_pools<CollectorPolicy, RefcountPolicy>;

  /// No fewer than a collection would begin from. O(pools)
  [[nodiscard]] std::size_t most_of(bool minor) const noexcept {
    if (minor) return candidates_.young().size();
    if constexpr (walks) return candidates_.size() + walked_objects<RefcountPolicy>::most();
    return candidates_.size();
  }

  /// Ends a thread's collector with the thread.
  struct thread_end {
    thread_end() noexcept = default;
    thread_end(const thread_end&) = delete;
    thread_end& operator=(const thread_end&) = delete;
    ~thread_end() { local_.close(); }
  };

  /// For the first candidate of the thread, too: there is no room before. False when memory is exhausted, and late in
  /// the thread's end.
  [[nodiscard]] OURO_NOINLINE bool make_room(candidate_buffer<RefcountPolicy>& buffer) noexcept {
    if (is_closed_) return false;
    if constexpr (!is_shared) {
      if (!prepare()) return false;
    }
    return buffer.make_room();
  }

  /// Before the collector gets something that must not outlive the thread, or belongs to the heap: a candidate, a
  /// callback, the memory of a collection. False when memory is exhausted.
  [[nodiscard]] static bool prepare() noexcept {
    // The pools must outlive the collector that walks them.
    if constexpr (walks) static_cast<void>(lease_pool_heap());
    static thread_local const thread_end end;
    static_cast<void>(end);
    return attach(heap_part_of<cycle_collector>::part);
  }

  /// Collects for the last time. Pointers that are dropped later than this are counted, and no more.
  void close() noexcept {
    collect();
    clear_garbage();
    is_closed_ = true;
    release_all();
  }

  void release_all() noexcept {
    candidates_.clear();
    memory_.release();
    delete callbacks_;
    callbacks_ = nullptr;
  }

  /// Ends what waits for its destruction, what `collect` finds, and what debugging has kept. Returns whether any object
  /// has waited, was found, or was finalized: that may have left more.
  template <class Collect>
  static bool end_garbage(Collect collect) noexcept {
    const std::size_t finalized = local_.stats_.finalized;
    const std::size_t drained = destructions<RefcountPolicy>.drain(static_cast<std::size_t>(-1));
    death<RefcountPolicy, CollectorPolicy>::settle();  // a collection may not begin, and run the callbacks
    const std::size_t collected = collect();
    local_.clear_garbage();
    return drained + collected != 0 || local_.stats_.finalized != finalized;
  }

  /// Whether the library has called a trace, a destructor, a finalizer or a callback on this thread.
  [[nodiscard]] static bool is_in_user_code() noexcept {
    return trace_is_running || destructions<RefcountPolicy>.is_destroying() ||
           weak_table<RefcountPolicy>::is_running_callbacks();
  }

  /// Begins a collection, which has the objects to itself until `end`: nothing of them is left for any thread to
  /// settle. False, and nothing has changed, when the collector or the thread is busy, and when there is no memory that
  /// a candidate would need, and so no candidate.
  [[nodiscard]] bool begin() noexcept {
    if (is_closed_ || is_in_user_code()) return false;
    if constexpr (!is_shared) {
      if (!prepare()) return false;
    }
    if (!turn_.try_begin()) return false;
    // A thread that wrongly makes a candidate now is done with that; the next one reports it.
    if constexpr (is_shared && check_level >= 1) static_cast<void>(lock_guard{mutex_});
    if constexpr (leaves_to_owners<RefcountPolicy>) {
      RefcountPolicy::settle();
      RefcountPolicy::settle_all();
    }
    return true;
  }

  void end() noexcept {
    turn_.end();
    weak_table<RefcountPolicy>::run_callbacks();
  }

  OURO_NOINLINE void collect_in_make() noexcept {
    if (trigger_.is_held()) {
      trigger_.postpone();
    } else {
      collect_automatically();
    }
  }

  OURO_NOINLINE std::size_t collect_at_safepoint() noexcept {
    return trigger_.is_paused() ? 0 : collect_automatically();
  }

  /// Whether an emergency collection must not happen now. It is due later then, in place of a minor one.
  [[nodiscard]] bool must_postpone() noexcept {
    const lock_guard lock{mutex_};
    if (!trigger_.is_held()) return false;
    trigger_.postpone_full();
    return true;
  }

  std::size_t collect_automatically() noexcept {
    const bool minor = !trigger_.is_full_due();
    if (!trigger_.is_enabled() || most_of(minor) == 0 || !begin()) {
      trigger_.after_none();
      return 0;
    }
    return collect(true, minor);
  }

  /// \pre `begin` has returned true
  std::size_t collect(bool automatic, bool minor) noexcept {
    const gc_stats before = stats_;
    const std::size_t generation = minor ? 0 : 1;
    const std::uint64_t began = steady_nanoseconds();
    if (has_flag(debug_, gc_debug::stats)) print_start(generation, count(true), count(false));
    call({gc_phase::start, automatic, generation, 0, 0});
    const std::size_t promoted = run_pass(minor);
    for (std::size_t pass = 1; !automatic && pass != most_passes && stats_.collected != before.collected; ++pass) {
      const std::size_t collected = stats_.collected;
      run_pass(minor);
      if (stats_.collected == collected) break;
    }
    const std::size_t collected = stats_.collected - before.collected;
    const std::size_t examined = stats_.examined - before.examined;
    ++stats_.collections;
    stats_.automatic_collections += automatic ? 1 : 0;
    stats_.full_collections += minor ? 0 : 1;
    if (minor) {
      trigger_.after_minor(examined, promoted);
    } else {
      trigger_.after_full(examined - collected);
    }
    if (memory_.visits.capacity > kept_memory) memory_.release();
    candidates_.shrink();
    const std::uint64_t pause = steady_nanoseconds() - began;
    generation_stats& sums = by_generation_[generation];
    ++sums.collections;
    sums.collected += collected;
    sums.uncollectable += stats_.over_reported - before.over_reported;
    if (pause > sums.longest_pause) sums.longest_pause = pause;
    if (has_flag(debug_, gc_debug::stats)) print_stop(collected, stats_.over_reported - before.over_reported, pause);
    call({gc_phase::stop, automatic, generation, collected, examined});
    end();
    return collected;
  }

  /// Looks at every candidate of this moment, in batches: those that find garbage are small enough for the cache.
  /// Returns how many objects have become old.
  ///
  /// Each batch may reach what another one has found alive, and looks at it again: it may be held by garbage of this
  /// batch alone. So that this does not add up, the next batch is `growth` times as large whenever the batch has looked
  /// at more than `tolerated` living objects for each object destroyed. Let D be the garbage, and A the living objects
  /// that the candidates reach. The batches after which the size stays look at `tolerated` * D living objects at the
  /// most. In a batch after which the size grows, more than two thirds were alive: its size was less than A * 3/2. It
  /// has looked at A living objects at the most, and at `long_walk` times its size, or else it has taken all candidates
  /// and is the last. The sizes are a geometric series: these batches look at less than 3 A living objects together. So
  /// a pass looks at less than 3 (D + A) objects, whatever the mix.
  std::size_t run_pass(bool minor) noexcept {
    candidates_.check();
    candidates_.begin_sweep(minor);
    std::size_t promoted = 0;
    if constexpr (enrolls_all<CollectorPolicy>) {
      trial_type found{memory_, candidates_, minor};
      found.run_on_all(most_of(minor));
      finish(found);
      candidates_.check();
      return found.promoted();
    }
    for (std::size_t batch = first_batch;;) {
      trial_type found{memory_, candidates_, minor};
      found.run(batch);
      const std::size_t examined_before = stats_.examined;
      const std::size_t destroyed = finish(found);
      if (found.candidates_taken() == 0) break;
      if (stats_.examined - examined_before > destroyed * (1 + tolerated)) batch *= growth;
      promoted += found.promoted();
    }
    candidates_.end_sweep(minor);
    candidates_.check();
    return promoted;
  }

  /// Destroys what a trial has found. Returns how many objects that were.
  std::size_t finish(trial_type& found) noexcept {
    stats_.candidates += found.candidates_taken();
    stats_.examined += memory_.visits.size;
    objects_looked_at += memory_.visits.size;
    stats_.over_reported += found.over_reported();
    if (!found.is_decided()) ++stats_.abandoned;
    if (has_flag(debug_, gc_debug::uncollectable)) print_uncollectable(found.over_reported());
    if (found.garbage() == 0) return 0;
    if (has_flag(debug_, gc_debug::collectable)) print_garbage<RefcountPolicy>(memory_.visits.items, found.garbage());
    teardown<RefcountPolicy, CollectorPolicy> end{found, memory_};
    const std::size_t destroyed = end.run(has_flag(debug_, gc_debug::saveall) ? &garbage_ : nullptr);
    stats_.collected += destroyed;
    stats_.finalized += end.finalized();
    stats_.resurrected += end.resurrected();
    return destroyed;
  }

  void call(const gc_info& info) noexcept {
    if (callbacks_ != nullptr) callbacks_->call(info);
  }

  OURO_SHARED_STATE static constinit thread_local cycle_collector local_;
  OURO_SHARED_STATE static constinit cycle_collector shared_;

  [[no_unique_address]] std::conditional_t<is_shared, static_mutex, no_mutex> mutex_{};  ///< guards `candidates_`
  std::conditional_t<is_shared, shared_turn, local_turn> turn_{};
  trigger trigger_{};
  generations<RefcountPolicy> candidates_{};
  trial_memory memory_{};
  gc_stats stats_{};
  generation_stats by_generation_[2]{};
  raw_array<header_type*> garbage_{};
  gc_debug debug_ = gc_debug::none;
  callbacks_type* callbacks_ = nullptr;  ///< owned; made when first asked for
  bool is_closed_ = false;
};

template <class RefcountPolicy, class CollectorPolicy>
constinit thread_local cycle_collector<RefcountPolicy, CollectorPolicy>
    cycle_collector<RefcountPolicy, CollectorPolicy>::local_{};

template <class RefcountPolicy, class CollectorPolicy>
constinit cycle_collector<RefcountPolicy, CollectorPolicy> cycle_collector<RefcountPolicy, CollectorPolicy>::shared_{};

}  // namespace ouro::detail

// ===== ouro/collector/only_thread.hpp

/// \file
/// Whether a process has one thread, so that nobody else can use what threads share.

namespace ouro::detail {

/// Whether the system says that the calling thread is the only one of the process. Threads that have ended do not count
/// against it; one that has just been joined may, for some microseconds. Linux says so in /proc; false where no system
/// does. Takes tens of microseconds, allocates, and never throws.
///
/// A counter of the threads that have used the library would not do: a thread that was handed a pointer can follow and
/// change the pointers behind it, and no such function counts threads.
[[nodiscard]] OURO_NOINLINE inline bool is_only_thread() noexcept {
  std::FILE* const status = std::fopen("/proc/self/status", "r");
  if (status == nullptr) return false;
  int threads = 0;
  char line[128];
  while (std::fgets(line, sizeof line, status) != nullptr) {
    static_cast<void>(std::sscanf(line, "Threads: %d", &threads));  // writes nothing for other lines
  }
  static_cast<void>(std::fclose(status));
  return threads == 1;
}

}  // namespace ouro::detail

// ===== ouro/collector/collector_verbs.hpp

/// \file
/// The verbs of our collectors, as calls of the state that the calling thread's objects belong to.

namespace ouro::detail {

template <class Policy>
struct collector_verbs {
  static constexpr bool finds_cycles = true;

  template <class RefcountPolicy>
  using state = cycle_collector<RefcountPolicy, Policy>;

  /// The collector that objects of this policy on this thread belong to.
  template <class RefcountPolicy>
  [[nodiscard]] static state<RefcountPolicy>& current() noexcept {
    return state<RefcountPolicy>::current();
  }

  template <class RefcountPolicy>
  [[nodiscard]] OURO_NOINLINE static bool suspect(header<RefcountPolicy>& object) noexcept {
    return current<RefcountPolicy>().suspect(object);
  }

  template <class RefcountPolicy>
  OURO_ALWAYS_INLINE static void enroll(header<RefcountPolicy>& object) noexcept {
    current<RefcountPolicy>().enroll(object);
  }

  template <class RefcountPolicy>
  static std::uint32_t forget(header<RefcountPolicy>& object) noexcept {
    return current<RefcountPolicy>().forget(object);
  }

  template <class RefcountPolicy>
  [[nodiscard]] static bool knows(header<RefcountPolicy>& object) noexcept {
    return current<RefcountPolicy>().knows(object);
  }

  template <class RefcountPolicy>
  [[nodiscard]] static std::uint32_t info(header<RefcountPolicy>& object) noexcept {
    return current<RefcountPolicy>().info(object);
  }

  template <class RefcountPolicy>
  static void add_flags(header<RefcountPolicy>& object, std::uint32_t bits) noexcept {
    current<RefcountPolicy>().add_flags(object, bits);
  }

  template <class RefcountPolicy>
  OURO_ALWAYS_INLINE static void before_make() noexcept {
    current<RefcountPolicy>().before_make();
  }

  template <class RefcountPolicy>
  [[nodiscard]] static bool is_collecting_here() noexcept
    requires RefcountPolicy::is_thread_safe
  {
    return current<RefcountPolicy>().turn().is_here();
  }

  template <class RefcountPolicy>
  [[nodiscard]] static bool is_collecting_elsewhere() noexcept
    requires RefcountPolicy::is_thread_safe
  {
    return current<RefcountPolicy>().turn().is_elsewhere();
  }

  template <class RefcountPolicy>
  static std::size_t collect() noexcept {
    return current<RefcountPolicy>().collect();
  }

  /// With a thread-safe refcount policy nothing where the process may have another thread, which may be using the
  /// objects.
  template <class RefcountPolicy>
  static std::size_t emergency() noexcept {
    if constexpr (RefcountPolicy::is_thread_safe) {
      if (!is_only_thread()) return 0;
    }
    return current<RefcountPolicy>().emergency();
  }
};

}  // namespace ouro::detail

// ===== ouro/collector/generational.hpp

/// \file
/// CPython's collector: all objects of a generation, less the references among them.

namespace ouro {

/// Knows all objects that may be part of a cycle, and looks at a whole generation at a time: what the counts hold
/// beyond the edges inside the generation stems from outside; objects with such a rest, and all that they reach, are
/// alive; the others are garbage (CPython's gcmodule.c). A copy or drop of a pointer costs what it does without a
/// collector, and no walk follows pointers at random; in exchange each object is entered in a table when it is made,
/// and leaves it when it dies young or grows old. Old objects are found by walking the pools that they lie in; those
/// that do not come from pools, arrays and what threads share stay in a table: 16 bytes an object.
///
/// Objects are young until a collection has found them alive. Most automatic collections look at the young alone; full
/// ones come when a quarter as many objects have grown old as the last one found alive (trigger.hpp). Shared refcount
/// policies and threads: as with `trial_deletion`.
struct OURO_SHARED_TYPE generational : detail::collector_verbs<generational> {
  static constexpr bool enrolls_all = true;
  using walks_pools_of = local_refcount;
  using walker = generational;
};

}  // namespace ouro

// ===== ouro/collector/no_collector.hpp

/// \file
/// Counting alone: cycles leak, as they do with `std::shared_ptr`, and nothing is paid.

namespace ouro {

/// No object is a candidate, no type needs a trace, no state exists.
struct OURO_SHARED_TYPE no_collector {
  static constexpr bool finds_cycles = false;
};

}  // namespace ouro

// ===== ouro/collector/trial_deletion.hpp

/// \file
/// Synchronous cycle collection by trial deletion.

namespace ouro {

/// Finds garbage cycles among what the objects reach whose count has fallen to a non-zero value (Bacon and Rajan 2001).
/// A collection costs O(objects and edges reached from its candidates), not O(heap); types that cannot reach themselves
/// are never candidates, and never looked at. Most automatic collections are minor ones, which do not walk into what an
/// earlier one has found alive: their pauses do not grow with the heap (generations.hpp, trigger.hpp).
///
/// With `local_refcount`, collections start by themselves inside `make_managed`, on the thread that makes.
///
/// With `atomic_refcount` and `biased_refcount`, objects are shared between threads, and a collection must have them to
/// itself. It runs only when called for, and the program must see to it that no other thread uses such objects
/// meanwhile. Checked builds report a thread that does; for that, a collection begins with a wait of 20 microseconds.
/// Destructors of garbage run on the thread that collects. One thread collects at a time: on another one,
/// `gc::collect()` does nothing meanwhile, and returns 0. Where memory is exhausted, `make_managed` collects too, if
/// the system says that the process has no other thread; a destructor that starts one then must not hand it such
/// objects.
struct OURO_SHARED_TYPE trial_deletion : detail::collector_verbs<trial_deletion> {};

}  // namespace ouro

// ===== ouro/containers/lifetime_watch.hpp

/// \file
/// Says whether a container has ended in the middle of its own operation.

namespace ouro::detail {

/// Watches a container while its operation runs user code that may end the container: the destructor of an element may
/// drop the last pointer to the object that the container is a member of. Lies on the stack; those of one thread form a
/// chain, the innermost first. O(1), without memory of its own.
class lifetime_watch {
 public:
  explicit lifetime_watch(const void* container) noexcept : container_{container}, outer_{innermost_} {
    innermost_ = this;
  }
  lifetime_watch(const lifetime_watch&) = delete;
  lifetime_watch& operator=(const lifetime_watch&) = delete;
  ~lifetime_watch() { innermost_ = outer_; }

  [[nodiscard]] bool has_ended() const noexcept { return has_ended_; }

  /// For the destructor of each container that is watched. O(operations that are running).
  static void end(const void* container) noexcept {
    for (lifetime_watch* each = innermost_; each != nullptr; each = each->outer_) {
      if (each->container_ == container) each->has_ended_ = true;
    }
  }

 private:
  OURO_SHARED_STATE static inline constinit thread_local lifetime_watch* innermost_ = nullptr;

  const void* container_;
  lifetime_watch* outer_;
  bool has_ended_ = false;
};

}  // namespace ouro::detail

// ===== ouro/collector/compatible_policies.hpp

/// \file
/// Which policies go together.

namespace ouro {

/// A collector keeps its marks in the header, which a type that counts itself has not got.
template <class RefcountPolicy, class CollectorPolicy>
concept collector_finds_a_header = counts_in_header<RefcountPolicy> || !finds_cycles<CollectorPolicy>;

/// What `memory<R, C, A>` asks of its policies: each is one of its axis, and they fit each other. Where the order is
/// wrong, this is not false but the end of the compilation, by a line that says the order.
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
concept compatible_policies =
    detail::are_in_order<RefcountPolicy, CollectorPolicy, AllocatorPolicy>() && refcount_policy<RefcountPolicy> &&
    collector_policy<CollectorPolicy> && allocator_policy<AllocatorPolicy> &&
    collector_finds_a_header<RefcountPolicy, CollectorPolicy>;

}  // namespace ouro

// ===== ouro/fwd.hpp

/// \file
/// Declares what people type, and is the only place where default policies are written: for headers that name pointers
/// and do not use them. Our policies are declared by the contracts of their axes.

namespace ouro {

template <class T, class RefcountPolicy = local_refcount, class CollectorPolicy = trial_deletion,
          class AllocatorPolicy = pool_allocator>
  requires compatible_policies<RefcountPolicy, CollectorPolicy, AllocatorPolicy>
class OURO_SHARED_TYPE managed_ptr;

template <class T, class RefcountPolicy = local_refcount, class CollectorPolicy = trial_deletion,
          class AllocatorPolicy = pool_allocator>
  requires compatible_policies<RefcountPolicy, CollectorPolicy, AllocatorPolicy> && counts_in_header<RefcountPolicy>
class OURO_SHARED_TYPE managed_weak;

template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
  requires compatible_policies<RefcountPolicy, CollectorPolicy, AllocatorPolicy>
struct OURO_SHARED_TYPE memory;

template <refcount_policy RefcountPolicy = local_refcount, collector_policy CollectorPolicy = trial_deletion,
          allocator_policy AllocatorPolicy = pool_allocator>
class OURO_SHARED_TYPE basic_gc;

template <refcount_policy RefcountPolicy = local_refcount, collector_policy CollectorPolicy = trial_deletion,
          allocator_policy AllocatorPolicy = pool_allocator>
class OURO_SHARED_TYPE basic_heap;

/// What the names without a bundle in front of them mean.
using default_memory = memory<local_refcount, trial_deletion, pool_allocator>;
/// The collector of default memory: Python's `gc` module.
using gc = basic_gc<>;
/// A private heap of default memory.
using heap = basic_heap<>;

/// The counted pointer of default memory.
template <class T>
using ptr = managed_ptr<T>;
/// The pointer of default memory that does not own.
template <class T>
using weak = managed_weak<T>;

namespace functions {

template <class T, refcount_policy RefcountPolicy = local_refcount, collector_policy CollectorPolicy = trial_deletion,
          allocator_policy AllocatorPolicy = pool_allocator, class... Args>
managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> make_managed(Args&&... args);

template <refcount_policy RefcountPolicy = local_refcount, collector_policy CollectorPolicy = trial_deletion,
          allocator_policy AllocatorPolicy = pool_allocator, class T>
[[nodiscard]] managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> managed_from_this(T* self) noexcept;

}  // namespace functions
}  // namespace ouro

// ===== ouro/object/aggregate.hpp

/// \file
/// The members of an aggregate, without a word from its author: how many there are, and each of them.
///
/// A type that converts to anything stands for an initialiser, and the largest number of them that the aggregate takes
/// tells how many members it has; structured bindings then name them. The method is that of Boost.PFR (A. Polukhin).

namespace ouro::detail {

/// Initialises a member of any type. Never called, only named; has a body because some members' constructors, once
/// named, are compiled, too.
struct any_member {
  template <class T>
  operator T() const noexcept {
    __builtin_unreachable();
  }
};

/// Initialises a base class of `Derived` only.
template <class Derived>
struct any_base {
  template <class Base>
    requires(std::is_base_of_v<Base, Derived> && !std::is_same_v<Base, Derived>)
  operator Base() const noexcept {
    __builtin_unreachable();
  }
};

template <std::size_t>
using one_member = any_member;

template <class T, class Before, class Inside, class After>
struct takes;

template <class T, std::size_t... Before, std::size_t... Inside, std::size_t... After>
struct takes<T, std::index_sequence<Before...>, std::index_sequence<Inside...>, std::index_sequence<After...>> {
  static constexpr bool plain = requires { T{one_member<Before>{}..., one_member<After>{}...}; };
  static constexpr bool braced = requires { T{one_member<Before>{}..., {}, one_member<After>{}...}; } || requires {
    T{one_member<Before>{}..., {one_member<Inside>{}...}, one_member<After>{}...};
  };
};

template <class T, std::size_t N>
inline constexpr bool takes_initialisers =
    takes<T, std::make_index_sequence<N>, std::index_sequence<>, std::index_sequence<>>::plain;

/// Whether the member whose first initialiser is the one at `At` can be written as `Width` initialisers in braces when
/// `After` more follow.
template <class T, std::size_t At, std::size_t Width, std::size_t After>
inline constexpr bool takes_braced =
    takes<T, std::make_index_sequence<At>, std::make_index_sequence<Width>, std::make_index_sequence<After>>::braced;

template <class T>
inline constexpr bool has_base = requires { T{any_base<T>{}}; };

inline constexpr std::size_t most_members = 64;
inline constexpr std::size_t most_initialisers = 4 * most_members;

/// How many initialisers `T` takes, array elements counted one by one; `most_initialisers` when there is no telling.
template <class T, std::size_t N = 0, bool Seen = false>
[[nodiscard]] consteval std::size_t count_initialisers() {
  if constexpr (N == most_initialisers) {
    return N;
  } else if constexpr (takes_initialisers<T, N>) {
    return count_initialisers<T, N + 1, true>();
  } else if constexpr (Seen || N > most_members) {
    return Seen ? N - 1 : most_initialisers;
  } else {
    return count_initialisers<T, N + 1, false>();
  }
}

/// How many initialisers the member that begins at `At` takes: the elements of an array, else 1.
template <class T, std::size_t All, std::size_t At, std::size_t Width = 1>
[[nodiscard]] consteval std::size_t width_of_member() {
  if constexpr (At + Width > All) {
    return 1;  // a class that no braces suit
  } else if constexpr (constexpr std::size_t after = All - At - Width;
                       takes_braced<T, At, Width, after> &&
                       // An array that took fewer in its braces would leave room for one more behind them.
                       (Width == 1 || !takes_braced<T, At, Width, after + 1>)) {
    return Width;
  } else {
    return width_of_member<T, All, At, Width + 1>();
  }
}

template <class T, std::size_t All, std::size_t At = 0>
[[nodiscard]] consteval std::size_t count_members_from() {
  if constexpr (At >= All) {
    return 0;
  } else {
    return 1 + count_members_from<T, All, At + width_of_member<T, All, At>()>();
  }
}

/// How many members the aggregate `T` has.
template <class T>
[[nodiscard]] consteval std::size_t count_members() {
  constexpr std::size_t initialisers = count_initialisers<T>();
  if constexpr (initialisers == most_initialisers) {
    return most_members + 1;
  } else {
    return count_members_from<T, initialisers>();
  }
}

/// Whether `with_members` can name the members of `T`.
template <class T>
[[nodiscard]] consteval bool sees_members() {
  if constexpr (std::is_aggregate_v<T> && std::is_class_v<T>) {
    return !has_base<T> && count_members<T>() <= most_members;
  } else {
    return false;
  }
}

// clang-format off
#define OURO_MEMBERS_1 m1
#define OURO_MEMBERS_2 OURO_MEMBERS_1, m2
#define OURO_MEMBERS_3 OURO_MEMBERS_2, m3
#define OURO_MEMBERS_4 OURO_MEMBERS_3, m4
#define OURO_MEMBERS_5 OURO_MEMBERS_4, m5
#define OURO_MEMBERS_6 OURO_MEMBERS_5, m6
#define OURO_MEMBERS_7 OURO_MEMBERS_6, m7
#define OURO_MEMBERS_8 OURO_MEMBERS_7, m8
#define OURO_MEMBERS_9 OURO_MEMBERS_8, m9
#define OURO_MEMBERS_10 OURO_MEMBERS_9, m10
#define OURO_MEMBERS_11 OURO_MEMBERS_10, m11
#define OURO_MEMBERS_12 OURO_MEMBERS_11, m12
#define OURO_MEMBERS_13 OURO_MEMBERS_12, m13
#define OURO_MEMBERS_14 OURO_MEMBERS_13, m14
#define OURO_MEMBERS_15 OURO_MEMBERS_14, m15
#define OURO_MEMBERS_16 OURO_MEMBERS_15, m16
#define OURO_MEMBERS_17 OURO_MEMBERS_16, m17
#define OURO_MEMBERS_18 OURO_MEMBERS_17, m18
#define OURO_MEMBERS_19 OURO_MEMBERS_18, m19
#define OURO_MEMBERS_20 OURO_MEMBERS_19, m20
#define OURO_MEMBERS_21 OURO_MEMBERS_20, m21
#define OURO_MEMBERS_22 OURO_MEMBERS_21, m22
#define OURO_MEMBERS_23 OURO_MEMBERS_22, m23
#define OURO_MEMBERS_24 OURO_MEMBERS_23, m24
#define OURO_MEMBERS_25 OURO_MEMBERS_24, m25
#define OURO_MEMBERS_26 OURO_MEMBERS_25, m26
#define OURO_MEMBERS_27 OURO_MEMBERS_26, m27
#define OURO_MEMBERS_28 OURO_MEMBERS_27, m28
#define OURO_MEMBERS_29 OURO_MEMBERS_28, m29
#define OURO_MEMBERS_30 OURO_MEMBERS_29, m30
#define OURO_MEMBERS_31 OURO_MEMBERS_30, m31
#define OURO_MEMBERS_32 OURO_MEMBERS_31, m32
#define OURO_MEMBERS_33 OURO_MEMBERS_32, m33
#define OURO_MEMBERS_34 OURO_MEMBERS_33, m34
#define OURO_MEMBERS_35 OURO_MEMBERS_34, m35
#define OURO_MEMBERS_36 OURO_MEMBERS_35, m36
#define OURO_MEMBERS_37 OURO_MEMBERS_36, m37
#define OURO_MEMBERS_38 OURO_MEMBERS_37, m38
#define OURO_MEMBERS_39 OURO_MEMBERS_38, m39
#define OURO_MEMBERS_40 OURO_MEMBERS_39, m40
#define OURO_MEMBERS_41 OURO_MEMBERS_40, m41
#define OURO_MEMBERS_42 OURO_MEMBERS_41, m42
#define OURO_MEMBERS_43 OURO_MEMBERS_42, m43
#define OURO_MEMBERS_44 OURO_MEMBERS_43, m44
#define OURO_MEMBERS_45 OURO_MEMBERS_44, m45
#define OURO_MEMBERS_46 OURO_MEMBERS_45, m46
#define OURO_MEMBERS_47 OURO_MEMBERS_46, m47
#define OURO_MEMBERS_48 OURO_MEMBERS_47, m48
#define OURO_MEMBERS_49 OURO_MEMBERS_48, m49
#define OURO_MEMBERS_50 OURO_MEMBERS_49, m50
#define OURO_MEMBERS_51 OURO_MEMBERS_50, m51
#define OURO_MEMBERS_52 OURO_MEMBERS_51, m52
#define OURO_MEMBERS_53 OURO_MEMBERS_52, m53
#define OURO_MEMBERS_54 OURO_MEMBERS_53, m54
#define OURO_MEMBERS_55 OURO_MEMBERS_54, m55
#define OURO_MEMBERS_56 OURO_MEMBERS_55, m56
#define OURO_MEMBERS_57 OURO_MEMBERS_56, m57
#define OURO_MEMBERS_58 OURO_MEMBERS_57, m58
#define OURO_MEMBERS_59 OURO_MEMBERS_58, m59
#define OURO_MEMBERS_60 OURO_MEMBERS_59, m60
#define OURO_MEMBERS_61 OURO_MEMBERS_60, m61
#define OURO_MEMBERS_62 OURO_MEMBERS_61, m62
#define OURO_MEMBERS_63 OURO_MEMBERS_62, m63
#define OURO_MEMBERS_64 OURO_MEMBERS_63, m64
#define OURO_BIND(n) if constexpr (count == n) { auto& [OURO_MEMBERS_##n] = object; return use(OURO_MEMBERS_##n); }
#define OURO_BIND_UP_TO(a, b, c, d, e, f, g, last)                             \
  if constexpr (count <= last) {                                               \
    OURO_BIND(a) else OURO_BIND(b) else OURO_BIND(c) else OURO_BIND(d)         \
    else OURO_BIND(e) else OURO_BIND(f) else OURO_BIND(g) else OURO_BIND(last) \
  }

/// Returns `use(members...)`, the members in the order of their declaration, as lvalues. Structured bindings take a
/// literal number of names before C++26, and so does this function. By groups: g++ takes time for each branch of a chain
/// that grows with the number of those before. \pre `sees_members<T>()`
template <class T, class Use>
constexpr decltype(auto) with_members(T& object, Use&& use) {
  constexpr std::size_t count = count_members<std::remove_cv_t<T>>();
  if constexpr (count == 0) { return use(); }
  else OURO_BIND_UP_TO(1, 2, 3, 4, 5, 6, 7, 8)
  else OURO_BIND_UP_TO(9, 10, 11, 12, 13, 14, 15, 16)
  else OURO_BIND_UP_TO(17, 18, 19, 20, 21, 22, 23, 24)
  else OURO_BIND_UP_TO(25, 26, 27, 28, 29, 30, 31, 32)
  else OURO_BIND_UP_TO(33, 34, 35, 36, 37, 38, 39, 40)
  else OURO_BIND_UP_TO(41, 42, 43, 44, 45, 46, 47, 48)
  else OURO_BIND_UP_TO(49, 50, 51, 52, 53, 54, 55, 56)
  else OURO_BIND_UP_TO(57, 58, 59, 60, 61, 62, 63, 64)
}

#undef OURO_BIND_UP_TO
#undef OURO_BIND
#undef OURO_MEMBERS_1
#undef OURO_MEMBERS_2
#undef OURO_MEMBERS_3
#undef OURO_MEMBERS_4
#undef OURO_MEMBERS_5
#undef OURO_MEMBERS_6
#undef OURO_MEMBERS_7
#undef OURO_MEMBERS_8
#undef OURO_MEMBERS_9
#undef OURO_MEMBERS_10
#undef OURO_MEMBERS_11
#undef OURO_MEMBERS_12
#undef OURO_MEMBERS_13
#undef OURO_MEMBERS_14
#undef OURO_MEMBERS_15
#undef OURO_MEMBERS_16
#undef OURO_MEMBERS_17
#undef OURO_MEMBERS_18
#undef OURO_MEMBERS_19
#undef OURO_MEMBERS_20
#undef OURO_MEMBERS_21
#undef OURO_MEMBERS_22
#undef OURO_MEMBERS_23
#undef OURO_MEMBERS_24
#undef OURO_MEMBERS_25
#undef OURO_MEMBERS_26
#undef OURO_MEMBERS_27
#undef OURO_MEMBERS_28
#undef OURO_MEMBERS_29
#undef OURO_MEMBERS_30
#undef OURO_MEMBERS_31
#undef OURO_MEMBERS_32
#undef OURO_MEMBERS_33
#undef OURO_MEMBERS_34
#undef OURO_MEMBERS_35
#undef OURO_MEMBERS_36
#undef OURO_MEMBERS_37
#undef OURO_MEMBERS_38
#undef OURO_MEMBERS_39
#undef OURO_MEMBERS_40
#undef OURO_MEMBERS_41
#undef OURO_MEMBERS_42
#undef OURO_MEMBERS_43
#undef OURO_MEMBERS_44
#undef OURO_MEMBERS_45
#undef OURO_MEMBERS_46
#undef OURO_MEMBERS_47
#undef OURO_MEMBERS_48
#undef OURO_MEMBERS_49
#undef OURO_MEMBERS_50
#undef OURO_MEMBERS_51
#undef OURO_MEMBERS_52
#undef OURO_MEMBERS_53
#undef OURO_MEMBERS_54
#undef OURO_MEMBERS_55
#undef OURO_MEMBERS_56
#undef OURO_MEMBERS_57
#undef OURO_MEMBERS_58
#undef OURO_MEMBERS_59
#undef OURO_MEMBERS_60
#undef OURO_MEMBERS_61
#undef OURO_MEMBERS_62
#undef OURO_MEMBERS_63
#undef OURO_MEMBERS_64
// clang-format on

}  // namespace ouro::detail

// ===== ouro/object/inherited_trace.hpp

/// \file
/// Whether a class that uses the trace of a base class has members of which that trace cannot know.

namespace ouro::detail {

/// Stands in for a visitor where only the presence of a trace function is asked for.
struct any_visitor {
  void operator()(auto&&...) const {}
};

template <class Member, class Class>
[[nodiscard]] consteval std::type_identity<Class> class_of_member(Member Class::*) noexcept {
  return {};
}

/// The class that declares the `trace` of `T`: the type of a pointer to an inherited member names the base class. `T`
/// itself for a `trace` that is overloaded or no member of objects.
template <class T>
[[nodiscard]] consteval auto find_class_of_trace() noexcept {
  if constexpr (requires { class_of_member(&T::template trace<any_visitor&>); }) {
    return decltype(class_of_member(&T::template trace<any_visitor&>)){};
  } else if constexpr (requires { class_of_member(&T::trace); }) {
    return decltype(class_of_member(&T::trace)){};
  } else {
    return std::type_identity<T>{};
  }
}

template <class T>
using class_of_trace = typename decltype(find_class_of_trace<T>())::type;

/// `T` with some bytes more, which lie in the padding at its end if there is room. Never made.
template <class T, std::size_t Bytes>
struct enlarged : T {
  char more[Bytes];
};
template <class T, std::size_t Bytes>
  requires std::is_final_v<T>
struct enlarged<T, Bytes> {
  [[no_unique_address]] T first;
  char more[Bytes];
};

/// How many bytes another member can have without making an object that begins with a `T` larger than `T`.
template <class T, std::size_t Bytes = 0>
[[nodiscard]] consteval std::size_t room_behind() noexcept {
  if constexpr (sizeof(enlarged<T, Bytes + 1>) == sizeof(T)) {
    return room_behind<T, Bytes + 1>();
  } else {
    return Bytes;
  }
}

/// Whether the trace of `T` can know all members of `T`: its own class declares it, or adds nothing to the base class
/// that does. What a member holds does not matter, since nobody sees it.
template <class T>
[[nodiscard]] consteval bool trace_knows_members() noexcept {
  using declaring = class_of_trace<T>;
  if constexpr (std::is_same_v<T, declaring>) {
    return true;
  } else {
    return sizeof(T) == sizeof(declaring) && room_behind<T>() == room_behind<declaring>();
  }
}

}  // namespace ouro::detail

// ===== ouro/object/type_list.hpp

/// \file
/// A list of types, and the few things that the library asks of one.

namespace ouro::detail {

template <class... Ts>
struct types {
  template <class T>
  static constexpr bool contains = (std::is_same_v<T, Ts> || ...);
};

template <class... First, class... Second>
[[nodiscard]] consteval auto operator+(types<First...>, types<Second...>) {
  return types<First..., Second...>{};
}

/// Whether `T` is a complete type here. The first answer for a type stands for the whole translation unit.
template <class T, class = void>
inline constexpr bool is_complete = false;
template <class T>
inline constexpr bool is_complete<T, std::void_t<decltype(sizeof(T))>> = true;

}  // namespace ouro::detail

// ===== ouro/object/leaf.hpp

/// \file
/// How the library sees into a type: what it is made of, and whether it can hold edges at all.

namespace ouro {

/// To be specialised for a type of another library that holds edges:
/// ```
/// template <class T>
/// struct ouro::tracer<foreign::box<T>> {
///   static void trace(foreign::box<T>& box, auto&& visit) { visit(box.content()); }
/// };
/// ```
template <class T>
struct tracer;

namespace detail {

/// Specialised for `managed_ptr` where that is defined.
template <class T>
struct edge_traits;

template <class T>
struct automatic_leaf;

}  // namespace detail

/// Says that `T` holds no edges. Most types need not say it: trivially destructible and empty types, the standard
/// library's value types, and what is made of such alone are leaves by themselves. For a class that the
/// library cannot see through, `template <> inline constexpr bool ouro::leaf<my_class> = true;`.
/// A wrong `true` is a leak, never a dangling pointer. It also speaks for the edges of base classes.
template <class T>
inline constexpr detail::automatic_leaf<T> leaf{};

namespace detail {

/// How a type shows its edges.
enum class sight {
  none,      ///< holds no edges
  edge,      ///< is one
  foreign,   ///< `tracer<T>`
  member,    ///< `T::trace`
  array,     ///< elements
  optional,  ///< a value or none
  variant,   ///< one of several values
  tuple,     ///< several values
  owner,     ///< `std::unique_ptr`: the object it points to
  range,     ///< elements between `begin` and `end`
  adapter,   ///< `std::stack` and its like: the container inside
  members,   ///< an aggregate's
  opaque     ///< not at all
};

template <class T>
concept has_tracer = requires(T& object, any_visitor& visit) { tracer<T>::trace(object, visit); };
template <class T>
concept has_member_trace = requires(T& object, any_visitor& visit) { object.trace(visit); };
template <class T>
concept is_edge = is_complete<edge_traits<T>>;

/// Whether `leaf<T>` was specialised.
template <class T>
concept says_leaf = std::is_same_v<decltype(leaf<T>), const bool>;

/// Whether the standard library defines `T`. Asked by name, so that none of its headers need be included here.
template <class T>
inline constexpr bool is_standard = type_name_of<T>.starts_with("std::");

/// Whether `T` is taken apart as the standard library's types are: true for this library's containers.
template <class T>
inline constexpr bool shows_parts = is_standard<T>;

/// By members, or by the functions that `std::valarray` has instead.
template <class T>
concept is_range = requires {
  typename T::value_type;
} && (requires(T& range) { range.begin() != range.end(); } || requires(T& range) { begin(range) != end(range); });

/// What `T` is made of, for the ways of seeing that take it apart.
template <class T>
struct parts_of;

template <class T>
[[nodiscard]] consteval sight sight_of() {
  if constexpr (is_edge<T>) {
    return sight::edge;
  } else if constexpr (std::is_array_v<T>) {
    return sight::array;
  } else if constexpr (!is_complete<T>) {
    return sight::opaque;
  } else if constexpr (has_tracer<T>) {
    return sight::foreign;
  } else if constexpr (says_leaf<T>) {
    return leaf<T> ? sight::none : has_member_trace<T> ? sight::member : sight::opaque;
  } else if constexpr (std::is_trivially_destructible_v<T>) {
    return sight::none;  // what owns a counted pointer must release it
  } else if constexpr (has_member_trace<T>) {
    return sight::member;
  } else if constexpr (shows_parts<T>) {
    if constexpr (requires(T& t) { t.valueless_by_exception(); }) {
      return sight::variant;
    } else if constexpr (requires(T& t) { t.has_value(), *t; }) {
      return sight::optional;
    } else if constexpr (requires(T& t) { t.get_deleter(), *t; }) {
      return sight::owner;
    } else if constexpr (requires(T& t) { t.get_deleter(), t[0]; }) {
      return sight::opaque;  // an array of unknown length
    } else if constexpr (is_range<T>) {
      return std::is_same_v<typename T::value_type, T> ? sight::none : sight::range;
    } else if constexpr (requires { typename T::container_type; }) {
      return sight::adapter;
    } else if constexpr (requires { std::tuple_size<T>::value; }) {
      return sight::tuple;
    } else {
      return sight::none;  // a value, or an owner whose content is shared and so counts as held from outside
    }
  } else if constexpr (std::is_empty_v<T>) {
    return sight::none;
  } else if constexpr (sees_members<T>()) {
    return sight::members;
  } else {
    return sight::opaque;
  }
}

template <class T>
  requires(sight_of<T>() == sight::array)
struct parts_of<T> {
  using type = types<std::remove_cv_t<std::remove_extent_t<T>>>;
};

template <class T>
  requires(sight_of<T>() == sight::optional || sight_of<T>() == sight::range)
struct parts_of<T> {
  using type = types<std::remove_cv_t<typename T::value_type>>;
};

template <class T>
  requires(sight_of<T>() == sight::owner)
struct parts_of<T> {
  using type = types<std::remove_cv_t<typename T::element_type>>;
};

template <class T>
  requires(sight_of<T>() == sight::adapter)
struct parts_of<T> {
  using type = types<typename T::container_type>;
};

template <template <class...> class Template, class... Ts>
  requires(sight_of<Template<Ts...>>() == sight::variant || sight_of<Template<Ts...>>() == sight::tuple)
struct parts_of<Template<Ts...>> {
  using type = types<std::remove_cvref_t<Ts>...>;
};

template <class T>
  requires(sight_of<T>() == sight::members)
struct parts_of<T> {
  template <class... Members>
  static auto list(Members&...) -> types<std::remove_cvref_t<Members>...> {
    return {};
  }
  using type = decltype(with_members(std::declval<T&>(), [](const auto&... members) { return list(members...); }));
};

/// Whether `T` holds no edges. Of a type that contains itself, by way of a container, what else it contains decides.
template <class T, class... Outer>
[[nodiscard]] consteval bool is_leaf() {
  constexpr sight seen = sight_of<T>();
  if constexpr ((std::is_same_v<T, Outer> || ...) || seen == sight::none) {
    return true;
  } else if constexpr (seen == sight::edge || seen == sight::foreign || seen == sight::member ||
                       seen == sight::opaque) {
    return false;
  } else {
    return []<class... Parts>(types<Parts...>) {
      return (is_leaf<Parts, T, Outer...>() && ...);
    }(typename parts_of<T>::type{});
  }
}

/// The value of `leaf<T>` where nobody has given one.
template <class T>
struct automatic_leaf {
  [[nodiscard]] constexpr operator bool() const noexcept { return is_leaf<std::remove_cv_t<T>>(); }
};

}  // namespace detail
}  // namespace ouro

// ===== ouro/containers/quiet.hpp

/// \file
/// Whose copies, moves and comparisons run no code of the program.

namespace ouro::detail {

/// Copies, moves and comparisons of `T`, and the destruction of one that was moved from, run no code of the program. So
/// a container may do them while it is not whole. False for what nobody knows.
template <class T>
inline constexpr bool is_quiet = std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_pointer_v<T> ||
                                 (is_standard<T> && requires { typename T::traits_type; });  // a string

template <class T, class R, class C, class A>
inline constexpr bool is_quiet<managed_ptr<T, R, C, A>> = true;

template <class T, class R, class C, class A>
inline constexpr bool is_quiet<managed_weak<T, R, C, A>> = true;

template <class T>
inline constexpr bool is_quiet<std::shared_ptr<T>> = true;
template <class T>
inline constexpr bool is_quiet<std::weak_ptr<T>> = true;
template <class T>
inline constexpr bool is_quiet<std::unique_ptr<T>> = true;

/// `is_quiet`, of moves alone.
template <class T>
inline constexpr bool moves_quietly = is_quiet<T> || std::is_trivially_copyable_v<T>;

}  // namespace ouro::detail

// ===== ouro/containers/loan.hpp

/// \file
/// Keeps the elements of a container alive while user code has references to them.

namespace ouro::detail {

/// Lends the elements of `Storage`, a `std::vector`, to user code: to a comparison, or a copy constructor. While it
/// lives, whoever changes the container in a way that moves or destroys elements calls `of`; if that finds a loan, the
/// elements go on in new storage, and the old one is left to the loan. Elements may be appended where they are if there
/// is room. Known by the address of the storage, so that it may be swapped and moved meanwhile. Lies on the stack;
/// those of one thread and one type form a chain, the innermost first.
template <class Storage>
class OURO_SHARED_TYPE loan {
 public:
  using element = typename Storage::value_type;

  explicit loan(const Storage& of) noexcept : first_{of.data()}, size_{of.size()}, outer_{innermost_} {
    innermost_ = this;
  }
  loan(const loan&) = delete;
  loan& operator=(const loan&) = delete;
  ~loan() {
    innermost_ = outer_;
    // calls user code when what is kept goes: nobody else knows of it
  }

  /// The elements that there were when it was made.
  [[nodiscard]] const element* begin() const noexcept { return first_; }
  [[nodiscard]] const element* end() const noexcept { return first_ + size_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Whether `storage` still has the elements that are lent.
  [[nodiscard]] bool is_of(const Storage& storage) const noexcept { return storage.data() == first_; }

  /// The loan that must keep the elements of `storage`: the outermost, which ends last. Null if they are not lent.
  [[nodiscard]] static loan* of(const Storage& storage) noexcept {
    loan* found = nullptr;
    for (loan* each = innermost_; each != nullptr; each = each->outer_) {
      if (each->is_of(storage)) found = each;
    }
    return storage.data() == nullptr ? nullptr : found;
  }

  /// What the loan keeps until it ends: the storage that it lends, if the container has left it.
  [[nodiscard]] Storage& kept() noexcept { return kept_; }

 private:
  OURO_SHARED_STATE static inline constinit thread_local loan* innermost_ = nullptr;

  const element* first_;
  std::size_t size_;
  loan* outer_;
  Storage kept_{};
};

/// A copy, where that runs no user code, so that the element which is lent stays as it is; or else the element itself.
template <class T>
[[nodiscard]] T copied_or_moved(T& from) noexcept(std::is_nothrow_move_constructible_v<T>) {
  if constexpr (moves_quietly<T> && std::is_copy_constructible_v<T>) {
    return static_cast<const T&>(from);
  } else {
    return std::move(from);
  }
}

}  // namespace ouro::detail

// ===== ouro/containers/dict_index.hpp

/// \file
/// The hash index of a `dict`: numbers of entries, as narrow as their number allows.

namespace ouro::detail {

/// Open addressing with linear probing over 2^n slots of 1, 2, 4 or 8 bytes, of which two thirds are used at most, as
/// in CPython's dictobject.c. It knows hashes and numbers; the entries are its owner's.
template <class Allocator>
class dict_index {
 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// Entries that it has room for.
  [[nodiscard]] std::size_t room() const noexcept { return slots_ * 2 / 3; }
  [[nodiscard]] std::size_t bytes() const noexcept { return table_.size(); }

  /// The slots of an index that has room for so many entries.
  [[nodiscard]] static constexpr std::size_t slots_for(std::size_t entries) noexcept {
    const std::size_t least = entries + entries / 2 + 1;
    return least < 8 ? 8 : std::bit_ceil(least);
  }

  /// The slots of an index that takes the place of a full one: there is room for some twice the entries.
  [[nodiscard]] static constexpr std::size_t grown_slots_for(std::size_t entries) noexcept {
    return std::bit_ceil(entries < 3 ? std::size_t{8} : entries * 3);
  }

  /// An empty index of so many slots. \throws std::bad_alloc
  explicit dict_index(std::size_t slots = 0)
      : slots_{slots},
        width_{slots <= 0x80           ? 1u
               : slots <= 0x8000       ? 2u
               : slots <= 0x8000'0000u ? 4u
                                       : 8u},
        shift_{slots == 0 ? 0u : 64u - static_cast<std::uint32_t>(std::countr_zero(slots))} {
    table_.resize(slots_ * width_, static_cast<unsigned char>(0xFF));
  }

  /// The number of the entry with this hash that `is_it(number)` says yes to, or `none`. O(1) on average.
  template <class IsIt>
  [[nodiscard]] std::size_t find(std::size_t hash, IsIt is_it) const {
    if (slots_ == 0) return none;
    for (std::size_t slot = home(hash);; slot = next(slot)) {
      const std::size_t number = at(slot);
      if (number == empty()) return none;
      if (is_it(number)) return number;
    }
  }

  /// \pre there is a free slot, and the entry is not in the index
  void insert(std::size_t hash, std::size_t number) noexcept {
    std::size_t slot = home(hash);
    while (at(slot) != empty()) slot = next(slot);
    put(slot, number);
  }

  void clear() noexcept { std::memset(table_.data(), 0xFF, table_.size()); }

  /// By shifting what follows (Knuth, TAOCP 3, 6.4, algorithm R), so that no removal slows a search down.
  /// `hash_of(number)` is the hash of any entry. \pre the entry is in the index
  template <class HashOf>
  void remove(std::size_t number, HashOf hash_of) noexcept {
    std::size_t hole = home(hash_of(number));
    while (at(hole) != number) hole = next(hole);
    for (std::size_t slot = next(hole); at(slot) != empty(); slot = next(slot)) {
      // An entry may move into the hole unless its home lies behind the hole, up to itself.
      const std::size_t distance = (slot - home(hash_of(at(slot)))) & (slots_ - 1);
      if (distance < ((slot - hole) & (slots_ - 1))) continue;
      put(hole, at(slot));
      hole = slot;
    }
    put(hole, empty());
  }

 private:
  [[nodiscard]] std::size_t home(std::size_t hash) const noexcept {
    // Hashes may differ in their lowest bits alone, as those of integers do, or in their highest, or by multiples of
    // any number. One multiplication moves bits up, and spreads most such multiples; after the second one, with the
    // bits that were moved up brought down in between, each bit of the result depends on all bits of the hash.
    std::uint64_t mixed = hash;
    mixed = (mixed ^ mixed >> 32) * 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ mixed >> 29) * 0xA0761D6478BD642Fu;
    return integer_cast<std::size_t>(mixed >> shift_);
  }
  [[nodiscard]] std::size_t next(std::size_t slot) const noexcept { return (slot + 1) & (slots_ - 1); }

  /// All bits of a slot.
  [[nodiscard]] std::size_t empty() const noexcept {
    return width_ >= sizeof(std::size_t) ? none : (std::size_t{1} << (8 * width_)) - 1;
  }

  [[nodiscard]] std::size_t at(std::size_t slot) const noexcept {
    const unsigned char* const from = table_.data() + slot * width_;
    if (width_ == 1) return *from;
    if (width_ == 2) return load<std::uint16_t>(from);
    return width_ == 4 ? load<std::uint32_t>(from) : load<std::uint64_t>(from);
  }

  void put(std::size_t slot, std::size_t number) noexcept {
    unsigned char* const to = table_.data() + slot * width_;
    if (width_ == 1) return store<std::uint8_t>(to, number);
    if (width_ == 2) return store<std::uint16_t>(to, number);
    return width_ == 4 ? store<std::uint32_t>(to, number) : store<std::uint64_t>(to, number);
  }

  template <class Number>
  [[nodiscard]] static std::size_t load(const unsigned char* from) noexcept {
    Number number;
    std::memcpy(&number, from, sizeof number);
    return static_cast<std::size_t>(number);
  }

  template <class Number>
  static void store(unsigned char* to, std::size_t number) noexcept {
    const auto narrow = static_cast<Number>(number);
    std::memcpy(to, &narrow, sizeof narrow);
  }

  std::size_t slots_;    ///< a power of two from 8 on, or 0
  std::uint32_t width_;  ///< bytes of a slot
  std::uint32_t shift_;  ///< leaves as many bits of 64 as number the slots
  std::vector<unsigned char, Allocator> table_;
};

}  // namespace ouro::detail

// ===== ouro/containers/shape.hpp

/// \file
/// Which names the attributes of an object have, and in which order: shared by all objects that got the same names in
/// the same order.

namespace ouro::detail {

template <class Name>
class shape_tree;

/// What the names of an object begin with, shared or its own. Serial numbers never come again within one heap, so that
/// what one says can be remembered for longer than the names live.
struct names_head {
  static constexpr std::uint64_t step = 128;                         ///< leaves room for the size of an object
  static constexpr std::uint64_t unshared = std::uint64_t{1} << 63;  ///< of all that belong to one object

  std::uint64_t serial;  ///< a multiple of `step`
};

/// A list of names. The objects that have been given all of its names in this order share it, and so do those that have
/// only been given the first of them so far: an object knows how many. Where objects with the same first names go
/// different ways, one stays, and the others go on in a shape that has another for its parent, and a copy of the names
/// up to there. So the same names in the same order are always the first of the same shape. (Shapes are the maps of
/// Chambers, Ungar and Lee, "An Efficient Implementation of SELF", OOPSLA 1989, section 3.1; CPython shares keys by
/// class.) `Name` is `interned_string`; a template, so that who has no attributes does not compile it.
template <class Name>
class OURO_SHARED_TYPE shape : public names_head {
  friend shape_tree<Name>;

 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  shape(shape_tree<Name>& tree, shape* parent, std::size_t common, std::size_t hashed, std::uint64_t numbered)
      : names_head{numbered}, hash{hashed}, parent_{parent}, common_{common}, tree_{&tree} {}
  shape(const shape&) = delete;
  shape& operator=(const shape&) = delete;

  [[nodiscard]] const Name& name(std::size_t index) const noexcept { return names_[index]; }

  /// Where an attribute is among the first `size`, or `none`. O(size), comparing pointers.
  [[nodiscard]] std::size_t find(const Name& name, std::size_t size) const noexcept {
    for (std::size_t i = 0; i != size; ++i) {
      if (names_[i] == name) return i;
    }
    return none;
  }

  /// Whether `name` comes behind the first `size`.
  [[nodiscard]] bool goes_on_with(std::size_t size, const Name& name) const noexcept {
    return size < names_.size() && names_[size] == name;
  }

  /// Where it belongs.
  [[nodiscard]] shape_tree<Name>& tree() const noexcept { return *tree_; }

  /// One object more, and one fewer, has this shape. A shape that nobody has may go, and with it the tree if its thread
  /// has ended.
  void enter() noexcept { tree_->enter(*this); }
  void leave() noexcept { tree_->leave(*this); }

  /// Bytes of this shape, which all its objects share.
  [[nodiscard]] std::size_t bytes() const noexcept { return sizeof *this + names_.capacity() * sizeof names_.front(); }

 private:
  std::vector<Name> names_;  ///< follows the head at once, as in `own_names`: debuggers look there

 public:
  const std::size_t hash;  ///< by which the tree finds it

 private:
  shape* parent_;
  std::size_t common_;     ///< names that are those of the parent
  std::size_t users_ = 0;  ///< objects, and shapes that have it for their parent
  shape_tree<Name>* tree_;
  shape* older_ = nullptr;  ///< without users: neighbours in the tree's list of such
  shape* newer_ = nullptr;
};

}  // namespace ouro::detail

// ===== ouro/containers/own_names.hpp

/// \file
/// The names of an object's attributes where they are too many to be shared with other objects.

namespace ouro::detail {

/// A `shape` of one object alone, which is searched by hash. CPython, too, unshares the keys of an object that has more
/// than 30.
template <class Name, class Memory>
class OURO_SHARED_TYPE own_names : public names_head {
  template <class T>
  using allocator = typename Memory::template std_allocator<T>;
  using index = dict_index<allocator<unsigned char>>;

 public:
  static constexpr std::size_t none = shape<Name>::none;

  /// None, and room for so many. \throws std::bad_alloc
  explicit own_names(std::size_t names) : names_head{unshared}, index_{index::slots_for(names)} {
    names_.reserve(index_.room());
  }

  /// How many names there is room for.
  [[nodiscard]] std::size_t room() const noexcept { return index_.room(); }
  [[nodiscard]] bool has_room() const noexcept { return names_.size() < room(); }

  [[nodiscard]] const Name& name(std::size_t number) const noexcept { return names_[number]; }

  /// Where an attribute is, or `none`. O(1) on average.
  [[nodiscard]] std::size_t find(const Name& name) const noexcept {
    return index_.find(hash(name), [&](std::size_t number) { return names_[number] == name; });
  }

  /// \pre there is room, and no such name
  void add(const Name& name) noexcept {
    index_.insert(hash(name), names_.size());
    names_.push_back(name);
  }

  /// O(names).
  void erase(std::size_t number) noexcept {
    names_.erase(names_.begin() + static_cast<std::ptrdiff_t>(number));
    index_.clear();
    for (std::size_t i = 0; i != names_.size(); ++i) index_.insert(hash(names_[i]), i);
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    return sizeof *this + names_.capacity() * sizeof names_.front() + index_.bytes();
  }

 private:
  [[nodiscard]] static std::size_t hash(const Name& name) noexcept { return std::hash<Name>{}(name); }

  std::vector<Name, allocator<Name>> names_;  ///< follows the head at once, as in `shape`
  index index_;
};

}  // namespace ouro::detail

// ===== ouro/containers/set_aside.hpp

/// \file
/// Takes the content of a container out of reach while user code moves its elements.

namespace ouro::detail {

/// While it lives, `content()` is what the container was, and the container is empty: whatever user code does to it,
/// and whatever a collection sees of it, it is whole. Afterwards the container has the content again; what user code
/// has put into it meanwhile is dropped, as CPython's `list.sort` does. If the container has ended, so does the
/// content.
template <class Container>
class set_aside {
 public:
  explicit set_aside(Container& from) noexcept : watch_{&from}, from_{from}, content_{std::move(from)} {}
  set_aside(const set_aside&) = delete;
  set_aside& operator=(const set_aside&) = delete;
  ~set_aside() {
    if (!watch_.has_ended()) content_.swap(from_);
    // calls user code when what was put in meanwhile goes: the container is whole
  }

  [[nodiscard]] Container& content() noexcept { return content_; }

 private:
  lifetime_watch watch_;
  Container& from_;
  Container content_;
};

/// Runs `change(container)` where no user code meets the elements while they move: on the container itself if their
/// moves run none.
template <bool MovesQuietly, class Container, class Change>
decltype(auto) move_aside(Container& container, Change& change) {
  if constexpr (MovesQuietly) {
    return change(container);
  } else {
    set_aside<Container> aside{container};
    return change(aside.content());
  }
}

}  // namespace ouro::detail

// ===== ouro/containers/node_table.hpp

/// \file
/// A hash table whose elements keep their addresses and their order.

namespace ouro::detail {

/// Owns nodes, each at a numbered place, in the order of insertion; the index of a `dict` leads to them. A node says
/// its `hash`. It stays at its address while it is in the table, and at its place while none is extracted. All verbs
/// but `make_room` are noexcept; all are amortised O(1) on average.
template <class Node, class Memory>
class node_table {
  template <class T>
  using allocator = typename Memory::template std_allocator<T>;
  using nodes = std::vector<std::unique_ptr<Node>, allocator<std::unique_ptr<Node>>>;
  using index = dict_index<allocator<unsigned char>>;

 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// The first place with a node, or `places()`. O(1)
  [[nodiscard]] std::size_t first() const noexcept { return first_; }
  /// Numbers of places end there.
  [[nodiscard]] std::size_t places() const noexcept { return nodes_.size(); }
  /// Null where one was extracted.
  [[nodiscard]] Node* at(std::size_t place) const noexcept { return nodes_[place].get(); }

  /// The node with this hash that `is_it(node)` says yes to, or null.
  template <class IsIt>
  [[nodiscard]] Node* find(std::size_t hash, IsIt is_it) const {
    const std::size_t place = index_.find(hash, [&](std::size_t number) { return is_it(*nodes_[number]); });
    return place == index::none ? nullptr : at(place);
  }

  /// Calls `see(node)` for all, in their order. \pre `see` inserts none, and extracts none
  template <class See>
  void each(See see) const {
    for (const std::unique_ptr<Node>& each : nodes_) {
      if (each != nullptr) see(*each);
    }
  }

  /// Nodes that there is room for, with the places of those that were extracted.
  [[nodiscard]] std::size_t room() const noexcept { return index_.room(); }
  [[nodiscard]] bool has_room() const noexcept { return places() < room(); }

  /// For one more node. Allocations may begin a collection, whose destructors may change the table; it is whole then.
  /// \throws std::bad_alloc, and then nothing has changed
  void make_room() {
    while (!has_room()) {
      index wider{index::grown_slots_for(places())};
      nodes moved;
      moved.reserve(wider.room());
      if (places() >= wider.room()) continue;
      for (std::unique_ptr<Node>& each : nodes_) moved.push_back(std::move(each));
      nodes_.swap(moved);
      index_ = std::move(wider);
      fill_index();
    }
  }

  /// \pre there is room
  void insert(std::unique_ptr<Node> node) noexcept {
    index_.insert(node->hash, places());
    nodes_.push_back(std::move(node));
    ++size_;
  }

  /// \pre the node is in the table
  [[nodiscard]] std::unique_ptr<Node> extract(Node& node) noexcept {
    const std::size_t place = index_.find(node.hash, [&](std::size_t number) { return at(number) == &node; });
    index_.remove(place, [this](std::size_t number) { return at(number)->hash; });
    --size_;
    std::unique_ptr<Node> taken = std::move(nodes_[place]);
    while (first_ != places() && at(first_) == nullptr) ++first_;
    if (size_ < places() / 2) close_up();
    return taken;
  }

 private:
  void close_up() noexcept {
    std::size_t filled = 0;
    for (std::unique_ptr<Node>& each : nodes_) {
      if (each != nullptr) nodes_[filled++].swap(each);
    }
    nodes_.resize(filled);
    first_ = 0;
    index_.clear();
    fill_index();
  }

  /// \pre the index is empty
  void fill_index() noexcept {
    for (std::size_t place = 0; place != places(); ++place) {
      if (at(place) != nullptr) index_.insert(at(place)->hash, place);
    }
  }

  nodes nodes_;
  index index_{};
  std::size_t size_ = 0;   ///< places with a node
  std::size_t first_ = 0;  ///< all places before it are empty
};

}  // namespace ouro::detail

// ===== ouro/containers/shape_tree.hpp

/// \file
/// All shapes of the attributes in a heap.

namespace ouro::detail {

/// Finds and makes shapes, and frees those that no object has: but for the last `most_idle` of them, since programs
/// make and drop objects of one shape by turns. Not thread-safe.
template <class Name>
class OURO_SHARED_TYPE shape_tree {
  using shape_type = shape<Name>;

 public:
  static constexpr std::size_t most_idle = 64;

  shape_tree() noexcept = default;
  shape_tree(const shape_tree&) = delete;
  shape_tree& operator=(const shape_tree&) = delete;

  /// That of the current heap. \throws std::bad_alloc at the first call
  [[nodiscard]] static shape_tree& current() {
    if (part_.tree == nullptr) {
      static thread_local const thread_end end;
      static_cast<void>(end);
      if (!attach(heap_part_of<part>::part)) throw_bad_alloc();
      part_.tree = new shape_tree;
    }
    return *part_.tree;
  }

  /// The shape from which all others branch off, and that of objects that have got no name yet.
  [[nodiscard]] shape_type& root() noexcept { return root_; }

  /// Besides the root.
  [[nodiscard]] std::size_t size() const noexcept { return branches_.size(); }

  /// How many shapes it has freed so far: as long as that stays the same, all are there.
  [[nodiscard]] std::size_t freed() const noexcept { return freed_; }

  /// The shape of an object that has the first `size` names of `at`, and gets `name`; perhaps `at` itself. Nobody has
  /// entered it for the caller. O(1) expected, and O(size) for the first object that goes this way. \throws
  /// std::bad_alloc, and nothing has changed then
  [[nodiscard]] shape_type& follow(shape_type& at, std::size_t size, const Name& name) {
    if (size == at.names_.size()) {
      at.names_.push_back(name);
      return at;
    }
    return at.goes_on_with(size, name) ? at : branch(at, size, name);
  }

  void enter(shape_type& at) noexcept {
    if (at.users_++ == 0 && &at != &root_) take_from_idle(at);
  }

  void leave(shape_type& at) noexcept {
    if (--at.users_ == 0) leave_last(at);
  }

 private:
  struct standard_memory {
    template <class T>
    using std_allocator = std::allocator<T>;
  };

  /// The current heap's.
  struct part {
    shape_tree* tree = nullptr;  ///< owned; made when first asked for

    /// \see heap_part_of
    [[nodiscard]] static part& of_thread() noexcept { return part_; }
    static void release() noexcept { delete std::exchange(part_.tree, nullptr); }
  };

  /// Objects may outlive their thread's end, those in static variables for instance.
  struct thread_end {
    thread_end() noexcept = default;
    thread_end(const thread_end&) = delete;
    thread_end& operator=(const thread_end&) = delete;
    ~thread_end() {
      if (shape_tree* const left = std::exchange(part_.tree, nullptr); left != nullptr) left->become_left();
    }
  };

  [[nodiscard]] OURO_NOINLINE shape_type& branch(shape_type& from, std::size_t size, const Name& name) {
    // Shapes are few, and each has its own numbers: the table mixes what is added here.
    const std::size_t hash =
        std::hash<Name>{}(name) + static_cast<std::size_t>((from.serial + size) * 0x9E3779B97F4A7C15u);
    shape_type* const known = branches_.find(hash, [&](const shape_type& each) {
      return each.parent_ == &from && each.common_ == size && each.names_[size] == name;
    });
    if (known != nullptr) return *known;
    auto made = std::make_unique<shape_type>(*this, &from, size, hash, last_serial_ + names_head::step);
    made->names_.reserve(size + 1);
    for (std::size_t i = 0; i != size; ++i) made->names_.push_back(from.names_[i]);
    made->names_.push_back(name);
    branches_.make_room();
    last_serial_ = made->serial;
    enter(from);
    shape_type& branched = *made;
    branches_.insert(std::move(made));
    add_to_idle(branched);
    return branched;
  }

  OURO_NOINLINE void leave_last(shape_type& at) noexcept {
    if (&at != &root_) add_to_idle(at);
    while (idle_ > most_idle_) free_oldest();
    if (is_left_) end_if_unused();
  }

  void add_to_idle(shape_type& at) noexcept {
    at.older_ = newest_idle_;
    at.newer_ = nullptr;
    (newest_idle_ == nullptr ? oldest_idle_ : newest_idle_->newer_) = &at;
    newest_idle_ = &at;
    ++idle_;
  }

  void take_from_idle(shape_type& at) noexcept {
    (at.older_ == nullptr ? oldest_idle_ : at.older_->newer_) = at.newer_;
    (at.newer_ == nullptr ? newest_idle_ : at.newer_->older_) = at.older_;
    --idle_;
  }

  void free_oldest() noexcept {
    shape_type& gone = *oldest_idle_;
    shape_type& parent = *gone.parent_;
    take_from_idle(gone);
    ++freed_;
    static_cast<void>(branches_.extract(gone));
    if (--parent.users_ == 0 && &parent != &root_) add_to_idle(parent);
  }

  /// From now on the last of the objects ends the tree.
  void become_left() noexcept {
    is_left_ = true;
    most_idle_ = 0;
    while (idle_ != 0) free_oldest();
    end_if_unused();
  }

  void end_if_unused() noexcept {
    if (branches_.size() == 0 && root_.users_ == 0) delete this;
  }

  OURO_SHARED_STATE static inline constinit thread_local part part_{};

  shape_type root_{*this, nullptr, 0, 0, 0};
  node_table<shape_type, standard_memory> branches_;  ///< a parent stands before its children
  std::uint64_t last_serial_ = 0;
  std::size_t freed_ = 0;
  shape_type* oldest_idle_ = nullptr;  ///< the shapes without users, but for the root
  shape_type* newest_idle_ = nullptr;
  std::size_t idle_ = 0;
  std::size_t most_idle_ = most_idle;
  bool is_left_ = false;  ///< by its thread
};

}  // namespace ouro::detail

// ===== ouro/containers/value_block.hpp

/// \file
/// The values of an object's attributes, side by side.

namespace ouro::detail {

/// Room for a number of values, the first of which are there. A `std::vector` that never grows, in two thirds of its
/// size. Whoever calls it sees to it that user code does not reach the block meanwhile: it is whole again afterwards.
template <class T, class Allocator>
class OURO_SHARED_TYPE value_block {
 public:
  using value_type = T;

  value_block() noexcept = default;
  /// Room for so many, rounded up to an even number: objects do not get many attributes, and there are many objects.
  /// \throws std::bad_alloc
  explicit value_block(std::size_t room) : room_{even(room)} {
    if (room_ != 0) first_ = Allocator{}.allocate(room_);
  }
  value_block(value_block&& from) noexcept { swap(from); }
  value_block& operator=(value_block from) noexcept {
    swap(from);
    return *this;
  }
  /// The first value goes first.
  ~value_block() {
    std::destroy_n(first_, size_);
    if (first_ != nullptr) Allocator{}.deallocate(first_, room_);
  }

  void swap(value_block& with) noexcept {
    std::swap(first_, with.first_);
    std::swap(size_, with.size_);
    std::swap(room_, with.room_);
  }

  [[nodiscard]] T* data() noexcept { return first_; }
  [[nodiscard]] const T* data() const noexcept { return first_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t room() const noexcept { return room_; }

  /// \pre there is room
  template <class... From>
  T& append(From&&... from) {
    T& made = *std::construct_at(first_ + size_, std::forward<From>(from)...);
    ++size_;
    return made;
  }

  /// Moves all values of `from` to the end. \pre there is room
  void append_all(value_block& from) noexcept {
    std::uninitialized_move_n(from.first_, from.size_, first_ + size_);
    size_ += from.size_;
  }

  /// Takes one out, and closes the gap. O(values).
  [[nodiscard]] T take(std::size_t index) noexcept {
    T taken(std::move(first_[index]));
    std::destroy_at(first_ + index);
    for (std::size_t i = index + 1; i != size_; ++i) {
      std::construct_at(first_ + i - 1, std::move(first_[i]));
      std::destroy_at(first_ + i);
    }
    --size_;
    return taken;
  }

 private:
  [[nodiscard]] static std::uint32_t even(std::size_t room) {
    if (room >= std::numeric_limits<std::uint32_t>::max()) throw_bad_alloc();
    return static_cast<std::uint32_t>(room + room % 2);
  }

  T* first_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t room_ = 0;
};

}  // namespace ouro::detail

// ===== ouro/intern/intern_hash.hpp

/// \file
/// The hash and the equality that interners use unless told otherwise.

namespace ouro {

namespace detail {

/// The upper and the lower half of the product, xor-ed: every bit of the result depends on all bits of both factors.
[[nodiscard]] inline std::uint64_t multiply_fold(std::uint64_t a, std::uint64_t b) noexcept {
#if OURO_HAS_INT128
  __extension__ using wide = unsigned __int128;
  const wide product = static_cast<wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
#else
  const std::uint64_t a_low = a & 0xFFFFFFFFu;
  const std::uint64_t b_low = b & 0xFFFFFFFFu;
  const std::uint64_t cross = (a >> 32) * b_low + (a_low * b_low >> 32);
  const std::uint64_t middle = a_low * (b >> 32) + (cross & 0xFFFFFFFFu);
  return (a * b) ^ ((a >> 32) * (b >> 32) + (cross >> 32) + (middle >> 32));
#endif
}

OURO_SHARED_STATE inline constinit std::byte seed_place{};

/// Differs from process to process where addresses do, so that keys cannot be chosen to collide in advance.
[[nodiscard]] inline std::uint64_t hash_seed() noexcept {
  return 0x9E3779B97F4A7C15u ^ reinterpret_cast<std::uintptr_t>(&seed_place);
}

[[nodiscard]] inline std::uint64_t load_8(const char* at) noexcept {
  std::uint64_t loaded;
  std::memcpy(&loaded, at, sizeof loaded);
  return loaded;
}

[[nodiscard]] inline std::uint64_t load_4(const char* at) noexcept {
  std::uint32_t loaded;
  std::memcpy(&loaded, at, sizeof loaded);
  return loaded;
}

/// Where four loads of 8 bytes cover 8 to 32 bytes, without a branch: lengths of names are hard to foretell.
struct four_loads {
  std::size_t second;
  std::size_t third;
  std::size_t last;

  /// \pre 8 <= length <= 32
  [[nodiscard]] static four_loads over(std::size_t length) noexcept {
    return {length < 16 ? length - 8 : 8, length < 16 ? 0 : length - 16, length - 8};
  }
};

/// A multiply-and-fold hash in the manner of wyhash (Wang Yi). The seed is in every factor: a key that makes a known
/// constant of one to zero would make the other's bytes count for nothing. O(length)
[[nodiscard]] inline std::uint64_t hash_bytes(const char* bytes, std::size_t length) noexcept {
  constexpr std::uint64_t k0 = 0xA0761D6478BD642Fu;
  constexpr std::uint64_t k1 = 0xE7037ED1A0B428DBu;
  const std::uint64_t seed = hash_seed();
  const std::uint64_t other = seed * k0;
  std::uint64_t folded = 0;
  if (length >= 8 && length <= 32) {
    const four_loads at = four_loads::over(length);
    folded = multiply_fold(load_8(bytes) ^ seed, load_8(bytes + at.second) ^ other) ^
             multiply_fold(load_8(bytes + at.third) ^ ~seed, load_8(bytes + at.last) ^ (other + k1));
  } else if (length > 32) {
    const char* const end = bytes + length;
    std::uint64_t state = seed;
    for (; end - bytes > 16; bytes += 16) {
      state = multiply_fold(load_8(bytes) ^ other, load_8(bytes + 8) ^ state) + seed;
    }
    folded = multiply_fold(load_8(end - 16) ^ other, load_8(end - 8) ^ state);
  } else if (length >= 4) {
    folded = multiply_fold(load_4(bytes) ^ seed, load_4(bytes + length - 4) ^ other);
  } else if (length != 0) {
    const auto at = [bytes](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])); };
    folded = multiply_fold((at(0) << 16 | at(length / 2) << 8 | at(length - 1)) ^ seed, other);
  }
  return multiply_fold(other ^ length, folded ^ k1);
}

/// Whether the bytes are the same: as `==`, but for the lengths of names without a call. \pre of the same length.
/// O(length)
[[nodiscard]] inline bool equal_bytes(std::string_view left, std::string_view right) noexcept {
  const char* const a = left.data();
  const char* const b = right.data();
  const std::size_t length = left.size();
  const auto differ = [a, b](std::size_t at) { return load_8(a + at) ^ load_8(b + at); };
  if (length >= 8 && length <= 32) {
    const four_loads at = four_loads::over(length);
    return (differ(0) | differ(at.second) | differ(at.third) | differ(at.last)) == 0;
  }
  if (length > 32) return std::memcmp(a, b, length) == 0;
  for (std::size_t i = 0; i != length; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

/// The bits of a floating-point number, in which 0.0 and -0.0 differ, and a NaN is itself.
template <std::floating_point T>
[[nodiscard]] std::string_view bytes_of(const T& number) noexcept {
  // An 80-bit long double has padding behind its 10 bytes.
  constexpr std::size_t bytes = sizeof(T) > 8 && std::numeric_limits<T>::digits == 64 ? 10 : sizeof(T);
  return {reinterpret_cast<const char*>(std::addressof(number)), bytes};
}

}  // namespace detail

/// `std::hash`, mixed; of floating-point numbers, the hash of their bits.
template <class T>
struct OURO_SHARED_TYPE intern_hash {
  [[nodiscard]] std::size_t operator()(const T& value) const noexcept(noexcept(std::hash<T>{}(value))) {
    if constexpr (std::floating_point<T>) {
      const std::string_view bits = detail::bytes_of(value);
      return detail::integer_cast<std::size_t>(detail::hash_bytes(bits.data(), bits.size()));
    } else {
      // std::hash of an integer is the integer: its upper bits would all be alike.
      return static_cast<std::size_t>(
          detail::multiply_fold(std::hash<T>{}(value) ^ detail::hash_seed(), 0xA0761D6478BD642Fu));
    }
  }
};

/// `==`; of floating-point numbers, sameness of bits: what is interned as -0.0 must not come back as 0.0.
template <class T>
struct OURO_SHARED_TYPE intern_equal {
  [[nodiscard]] bool operator()(const T& left, const T& right) const noexcept(noexcept(left == right)) {
    if constexpr (std::floating_point<T>) {
      return detail::bytes_of(left) == detail::bytes_of(right);
    } else {
      return left == right;
    }
  }
};

}  // namespace ouro

// ===== ouro/intern/intern_table.hpp

/// \file
/// The table of an interner: which entry has which value.
///
/// The race that it has to win. Thread A drops the last handle to an entry: the count is zero, the entry is about to
/// take itself out of the table. Before it gets the lock, thread B looks the same value up and finds the entry. If B
/// took it, A would free it under B's hands. If B waited for it to go, it would wait for a thread that waits for the
/// lock. So B raises the count only from a number that is not zero; failing that, it takes the entry for gone and
/// inserts a new one with the same value. A then erases, by address, the very entry that died, and the new one stays.
/// An entry whose destruction waits in the destruction queue of its thread is in the same state for longer.
/// The table itself holds no count: it would keep every entry alive.

namespace ouro::detail {

/// Open addressing with linear probing. A slot is one word: the address of the entry and 16 bits of its hash, so that a
/// probe looks at other entries' memory once in 65536 times. `Entry` has a member `hash`. Amortised O(1); only
/// `reserve` allocates. Constant-initialised, and without a destructor: it frees its memory when it becomes empty. Not
/// thread-safe.
template <class Entry>
class intern_table {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Bytes of the table itself.
  [[nodiscard]] std::size_t bytes() const noexcept { return capacity_ * sizeof(std::uint64_t); }

  /// Another number after every change.
  [[nodiscard]] std::size_t version() const noexcept { return version_; }

  /// The first entry of this hash that `matches` accepts; null if there is none. `matches` may change the table: the
  /// search ends then, and `version` tells.
  template <class Matches>
  [[nodiscard]] OURO_ALWAYS_INLINE Entry* find(std::size_t hash, Matches&& matches) {
    if (capacity_ == 0) return nullptr;
    const std::uint64_t tag = tag_of(hash);
    const std::size_t version = version_;
    for (std::size_t i = home(hash);; i = next(i)) {
      const std::uint64_t slot = slots_[i];
      if (slot == empty) return nullptr;
      if ((slot & tag_mask) != tag || slot == erased) continue;
      Entry* const entry = entry_in(slot);
      if (entry->hash != hash) continue;
      const bool found = matches(*entry);  // calls user code: it may come back to this table
      if (found) return entry;
      if (version != version_) return nullptr;
    }
  }

  /// Brings near the first slot that `find` will look at, and with `fetch_entry`, some time later, the entry it names.
  void fetch_slot(std::size_t hash) const noexcept {
    if (capacity_ != 0) __builtin_prefetch(slots_ + home(hash));
  }
  void fetch_entry(std::size_t hash) const noexcept {
    if (capacity_ != 0) __builtin_prefetch(entry_in(slots_[home(hash)]));
  }

  /// Room for one entry more. \throws std::bad_alloc, and nothing has changed then
  void reserve() {
    if ((size_ + erased_ + 1) * 4 <= capacity_ * 3) return;
    std::size_t wider = 16;
    while (wider * 3 < (size_ + 1) * 4 + size_) wider *= 2;
    auto* const slots = new std::uint64_t[wider]{};
    const std::uint64_t* const old = slots_;
    const std::size_t old_capacity = capacity_;
    slots_ = slots;
    capacity_ = wider;
    erased_ = 0;
    ++version_;
    for (std::size_t i = 0; i != old_capacity; ++i) {
      if (old[i] != empty && old[i] != erased) place(old[i], entry_in(old[i])->hash);
    }
    delete[] old;
  }

  /// \pre `reserve` has been called since the last insertion
  void insert(Entry& entry) noexcept {
    place(tag_of(entry.hash) | reinterpret_cast<std::uintptr_t>(&entry), entry.hash);
    ++size_;
    ++version_;
  }

  /// Takes out this entry, not one like it; nothing happens if it is not in the table.
  void erase(const Entry& entry) noexcept {
    if (capacity_ == 0) return;
    const std::uint64_t wanted = tag_of(entry.hash) | reinterpret_cast<std::uintptr_t>(&entry);
    for (std::size_t i = home(entry.hash); slots_[i] != empty; i = next(i)) {
      if (slots_[i] != wanted) continue;
      slots_[i] = slots_[next(i)] == empty ? empty : erased;
      erased_ += slots_[i] == erased ? 1 : 0;
      --size_;
      ++version_;
      break;
    }
    if (size_ == 0) clear();
  }

  /// Forgets all entries, and frees the memory.
  void clear() noexcept {
    delete[] slots_;
    slots_ = nullptr;
    capacity_ = 0;
    size_ = 0;
    erased_ = 0;
    ++version_;
  }

 private:
  static constexpr std::uint64_t empty = 0;
  static constexpr std::uint64_t erased = 1;
  static constexpr std::uint64_t tag_mask = 0xFFFF000000000000u;

  [[nodiscard]] static std::uint64_t tag_of(std::size_t hash) noexcept {
    const std::uint64_t wide = hash;
    if constexpr (sizeof(hash) == 8) {
      return wide & tag_mask;
    } else {
      return wide << 48;
    }
  }

  [[nodiscard]] static Entry* entry_in(std::uint64_t slot) noexcept {
    return reinterpret_cast<Entry*>(integer_cast<std::uintptr_t>(slot & ~tag_mask));
  }

  [[nodiscard]] std::size_t home(std::size_t hash) const noexcept { return hash & (capacity_ - 1); }
  [[nodiscard]] std::size_t next(std::size_t i) const noexcept { return (i + 1) & (capacity_ - 1); }

  void place(std::uint64_t slot, std::size_t hash) noexcept {
    std::size_t i = home(hash);
    while (slots_[i] != empty && slots_[i] != erased) i = next(i);
    if (slots_[i] == erased) --erased_;
    slots_[i] = slot;
  }

  std::uint64_t* slots_ = nullptr;
  std::size_t capacity_ = 0;  ///< a power of two, or 0
  std::size_t size_ = 0;      ///< size_ + erased_ <= capacity_ * 3 / 4
  std::size_t erased_ = 0;
  std::size_t version_ = 0;
};

/// A table with its lock, and the switch that turns it off. One that threads do not share belongs to a heap, if its
/// lock can go from one to another.
template <class Entry, class Locking>
struct OURO_SHARED_TYPE intern_cache {
  typename Locking::mutex mutex;
  intern_table<Entry> table;
  bool is_enabled = true;

  /// That of the calling thread's heap, or the one that all threads share.
  [[nodiscard]] static intern_cache& current() noexcept {
    if constexpr (Locking::is_shared) {
      // Never destroyed: handles of static objects take their entries out of it at the very end. Not every recursive
      // mutex can be made at compile time.
      static intern_cache* const shared = new intern_cache;
      return *shared;
    } else {
      return local_;
    }
  }

  /// Room for one entry more. \throws std::bad_alloc, and nothing has changed then
  void reserve() {
    if (table.bytes() == 0 && !become_part()) throw_bad_alloc();
    table.reserve();
  }

  /// For the current heap, or for all threads. Where memory is exhausted, the heap may forget it when it is left.
  void enable(bool wanted) noexcept {
    static_cast<void>(become_part());
    is_enabled = wanted;
  }

  /// \see heap_part_of
  [[nodiscard]] static intern_cache& of_thread() noexcept { return local_; }
  static void release() noexcept { local_.table.clear(); }

 private:
  /// Before it gets a value that the heap must keep. False when memory is exhausted.
  [[nodiscard]] static bool become_part() noexcept {
    if constexpr (!Locking::is_shared && std::is_trivially_copyable_v<intern_cache>) {
      return attach(heap_part_of<intern_cache>::part);
    } else {
      return true;
    }
  }

  OURO_SHARED_STATE static constinit thread_local intern_cache local_;
};

template <class Entry, class Locking>
constinit thread_local intern_cache<Entry, Locking> intern_cache<Entry, Locking>::local_{};

}  // namespace ouro::detail

// ===== ouro/pointer/counting.hpp

/// \file
/// How a pointer counts: in the header of the object, or by the object's own functions.

namespace ouro {

/// Says that pointers to `T` may point into the middle of an object, at a base class that does not lie at its beginning
/// (a second base, a virtual one). The header is then found through `dynamic_cast<void*>`, so `T` must be polymorphic.
/// `template <> inline constexpr bool ouro::interior_base<widget> = true;`
template <class T>
inline constexpr bool interior_base = false;

namespace detail {

/// The header of the object that `pointee` belongs to. O(1); a load from the vtable where `interior_base<T>`.
template <class RefcountPolicy, class T>
[[nodiscard]] OURO_ALWAYS_INLINE header<RefcountPolicy>* header_of(T* pointee) noexcept {
  using plain = std::remove_cv_t<T>;
  if constexpr (std::is_class_v<plain>) {
    if constexpr (interior_base<plain>) {
      static_assert(std::is_polymorphic_v<plain>, "ouro: an interior_base must be polymorphic");
      return header<RefcountPolicy>::of(dynamic_cast<const volatile void*>(pointee));
    }
  }
  return header<RefcountPolicy>::of(pointee);
}

template <class RefcountPolicy, class CollectorPolicy>
struct counting;

/// In the header.
template <counts_in_header RefcountPolicy, class CollectorPolicy>
struct counting<RefcountPolicy, CollectorPolicy> {
  using header_type = header<RefcountPolicy>;

  template <class T>
  OURO_ALWAYS_INLINE static void increment(T* pointee) noexcept {
    header_type& object = *header_of<RefcountPolicy>(pointee);
    check_use<T>(object, {});
    RefcountPolicy::increment(object.count);
  }

  /// One pointer fewer. `Block` is the layout of objects made as the pointer's type, or void where that is not known.
  template <class Block, class T>
  OURO_ALWAYS_INLINE static void decrement(T* pointee) noexcept {
    header_type& object = *header_of<RefcountPolicy>(pointee);
    check_use<T>(object, array_name<Block>());
    if constexpr (decrements_in_parts<RefcountPolicy>) {
      if (!RefcountPolicy::try_keep(object.count)) [[unlikely]]
        decrement_rarely<Block>(object);
    } else {
      const released found = RefcountPolicy::decrement(object.count);
      if (found != released::kept) [[unlikely]]
        follow<Block>(object, found);
    }
  }

  template <class T>
  [[nodiscard]] static std::uint32_t strong(T* pointee) noexcept {
    return count_word::strong(header_of<RefcountPolicy>(pointee)->load_count());
  }

  /// Misuse that a few instructions can notice. `array`: the name of the type that the object must have, or empty.
  template <class T>
  OURO_ALWAYS_INLINE static void check_use([[maybe_unused]] header_type& object,
                                           [[maybe_unused]] std::string_view array) noexcept {
    if constexpr (check_level >= 1) check_use_slowly(object, type_name_of<T>, array);
  }

  /// The same where the object is read and no count is changed: a trace may do that.
  template <class T>
  OURO_ALWAYS_INLINE static void check_read([[maybe_unused]] header_type& object) noexcept {
    if constexpr (check_level >= 1) check_read_slowly(object, type_name_of<T>, {});
  }

  /// Reports a use of objects that another thread is collecting, and so has to itself.
  static void check_not_collected([[maybe_unused]] std::string_view name) {
    if constexpr (check_level >= 1 && says_where_it_collects<CollectorPolicy, RefcountPolicy>) {
      if (CollectorPolicy::template is_collecting_elsewhere<RefcountPolicy>())
        misuse("a thread used a shared object while another thread was collecting", name);
    }
  }

  /// The record of an object that may be used here. What its header does not tell of an object of this heap is
  /// reported: by `not_listed` if it says that it is listed, and is not, and by `no_type` if it leads to no record.
  [[nodiscard]] static const type_record& check_header(header_type& object, std::string_view pointee,
                                                       std::string_view not_listed, std::string_view no_type) noexcept {
    // The place first: what stands in the header can be believed in the right heap only.
    if constexpr (!RefcountPolicy::is_thread_safe) check_place(object, pointee);
    if constexpr (requires { CollectorPolicy::knows(object); }) {
      if (!CollectorPolicy::knows(object)) misuse(not_listed, pointee);
    }
    const type_record* const record = registered_types.find(info_word::type(info_of<CollectorPolicy>(object)));
    if (record == nullptr) misuse(no_type, pointee);
    return *record;
  }

  template <class Block>
  OURO_NOINLINE static void decrement_rarely(header_type& object) noexcept {
    follow<Block>(object, RefcountPolicy::decrement_rarely(object.count));
  }

  /// What follows a decrement. Here, where few callers are, a plain object's death is written out.
  template <class Block>
  OURO_ALWAYS_INLINE static void follow(header_type& object, released found) noexcept {
    if constexpr (!std::is_void_v<Block>) {
      if (found == released::last && Block::is_plain(object)) [[likely]]
        return Block::die_plainly(object);
    }
    if (found != released::kept) death<RefcountPolicy, CollectorPolicy>::follow(object, found);
  }

 private:
  /// An array is of the type that its pointer says; other objects may be of a derived one.
  template <class Block>
  [[nodiscard]] static consteval std::string_view array_name() noexcept {
    if constexpr (check_level >= 1 && !std::is_void_v<Block>) {
      if constexpr (Block::is_array) return Block::record.name;
    }
    return {};
  }

  OURO_NOINLINE static void check_use_slowly(header_type& object, std::string_view pointee,
                                             std::string_view array) noexcept {
    if (count_word::is_immortal(object.load_count())) return;
    check_not_tracing(pointee);
    check_read_slowly(object, pointee, array);
  }

  OURO_NOINLINE static void check_read_slowly(header_type& object, std::string_view pointee,
                                              std::string_view array) noexcept {
    const std::uint32_t count = object.load_count();
    if (count_word::is_immortal(count)) return;
    // What the other thread's collector keeps of a candidate in place of its info word must not be looked at.
    check_not_collected(pointee);
    const type_record& record = check_header(object, pointee, not_here_or_overwritten, overwritten);
    if (!array.empty() && record.name != array) misuse(overwritten, pointee);
    const std::uint32_t info = info_of<CollectorPolicy>(object);
    if (count == count_word::none && (info & info_word::dead) == 0) {
      misuse("a pointer to an object without pointers was used: the count would fall below zero", record.name);
    }
    if constexpr (!RefcountPolicy::is_thread_safe) {
      const std::uint32_t owner = (info & info_word::owner_mask) >> info_word::owner_shift;
      if (owner != 0 && owner != owner_tag()) misuse(not_here, record.name);
    }
  }

  /// What the pools know: that an object lies in one of another heap. Objects elsewhere have the tag in their header.
  static void check_place(header_type& object, std::string_view pointee) noexcept {
    const pool_heap* const home = pool_heap_of(&object);
    // Late in a thread's end the heap of the thread has gone to the orphans.
    if (home == nullptr || home == current_pool_heap || pool_lease_ended) return;
    const std::uint32_t word = object.load_info();
    const std::string_view name = info_word::is_listed(word) ? pointee : name_in_report(word);
    misuse(home == &ended_pool_heap ? "a pointer has outlived the private heap of its object" : not_here, name);
  }

  static constexpr const char* not_here =
      "a thread that does not own the object has used it, or it was used outside its private heap";
  static constexpr const char* not_here_or_overwritten =
      "a thread that does not own the object has used it, or it was used outside its private heap, or its header was "
      "overwritten";
  static constexpr const char* overwritten =
      "a pointer was used that leads to no object, or to one whose header was overwritten";
};

/// By the object's own functions.
template <counts_itself RefcountPolicy, class CollectorPolicy>
struct counting<RefcountPolicy, CollectorPolicy> {
  template <class T>
  OURO_ALWAYS_INLINE static void increment(T* pointee) noexcept {
    RefcountPolicy::increment(pointee);
  }
  template <class Block, class T>
  OURO_ALWAYS_INLINE static void decrement(T* pointee) noexcept {
    RefcountPolicy::decrement(pointee);
  }
};

}  // namespace detail
}  // namespace ouro

// ===== ouro/object/reach.hpp

/// \file
/// Decides at compile time which types can be part of a cycle: those that can reach themselves over edges.

namespace ouro {

/// Says that pointers to `T` may point to objects of derived classes that hold edges which `T` does not show. True by
/// itself for polymorphic classes that are not final. For a base class without virtual functions, `template <> inline
/// constexpr bool ouro::extensible<node_base> = true;`.
template <class T>
inline constexpr bool extensible = std::is_polymorphic_v<T> && !std::is_final_v<T>;

namespace detail {

/// Whether the edges of every object behind a pointer to `T` can be listed here.
template <class T>
[[nodiscard]] consteval bool is_closed() {
  using element = std::remove_cv_t<std::remove_all_extents_t<T>>;
  if constexpr (!is_complete<element>) {
    return false;
  } else {
    return !std::is_class_v<element> || !extensible<element>;
  }
}

template <class T>
struct pointee_node_of {
  using type = std::remove_cv_t<T>;
};
template <class T, std::size_t N>
struct pointee_node_of<T[N]> {
  using type = std::remove_cv_t<T>[];
};
template <class T>
struct pointee_node_of<T[]> {
  using type = std::remove_cv_t<T>[];
};

/// `T[]` and `T[N]` are one node of the graph of types, as pointers to the one convert to pointers to the other.
template <class T>
using pointee_node = typename pointee_node_of<T>::type;

/// Stands for the edges of a type whose trace function is the only one to know them.
struct unlisted_edges;

/// The types that the edges in `T` itself, and in what it holds by value, point to.
template <class T, class... Outer>
[[nodiscard]] consteval auto list_edges() {
  constexpr sight seen = sight_of<T>();
  if constexpr ((std::is_same_v<T, Outer> || ...) || seen == sight::none) {
    return types<>{};
  } else if constexpr (seen == sight::edge) {
    return types<pointee_node<typename edge_traits<T>::pointee>>{};
  } else if constexpr (seen == sight::foreign || seen == sight::member || seen == sight::opaque) {
    return types<unlisted_edges>{};
  } else {
    return []<class... Parts>(types<Parts...>) {
      return (types<>{} + ... + list_edges<Parts, T, Outer...>());
    }(typename parts_of<T>::type{});
  }
}

template <class T>
using edges_of = decltype(list_edges<std::remove_cv_t<T>>());

/// A depth-first search over types: whether `Target` is found from `Work` on, or something that might lead anywhere.
template <class Target, class... Seen, class Next, class... Rest>
[[nodiscard]] consteval bool search(types<Seen...>, types<Next, Rest...>) {
  if constexpr (std::is_same_v<Next, Target> || !is_closed<Next>()) {
    return true;
  } else if constexpr (types<Seen...>::template contains<Next>) {
    return search<Target>(types<Seen...>{}, types<Rest...>{});
  } else {
    return search<Target>(types<Seen..., Next>{}, edges_of<Next>{} + types<Rest...>{});
  }
}

template <class Target, class... Seen>
[[nodiscard]] consteval bool search(types<Seen...>, types<>) {
  return false;
}

/// Whether an object of type `T` may be part of a cycle. An incomplete type on the way counts as leading back: such an
/// answer costs a candidacy now and then, a wrong "no" would be a leak.
template <class T>
[[nodiscard]] consteval bool can_reach_itself() {
  return search<pointee_node<T>>(types<>{}, edges_of<T>{});
}

/// Whether a pointer to `Base` shows all that a `Derived` can reach, so that `can_reach_itself` was right about the
/// types that point to `Base`.
template <class Derived, class Base>
[[nodiscard]] consteval bool shows_edges_of() {
  if constexpr (std::is_same_v<std::remove_cv_t<Derived>, std::remove_cv_t<Base>> ||
                !is_closed<std::remove_cv_t<Base>>()) {
    return true;
  } else {
    return []<class... Edges>(types<Edges...>) {
      return ((!std::is_same_v<Edges, unlisted_edges> && edges_of<Base>::template contains<Edges>) && ...);
    }(edges_of<Derived>{});
  }
}

}  // namespace detail
}  // namespace ouro

// ===== ouro/object/released_ledger.hpp

/// \file
/// Which counted raw pointers are under way between `release` and `adopt`, in checked builds: so an address that nobody
/// released, one on the stack say, and one that is adopted a second time are caught.

namespace ouro::detail {

/// Thread-safe.
class released_ledger {
 public:
  void note(const void* object) {
    const lock_guard lock{mutex_};
    ++under_way_[object];
  }

  /// Strikes one out; false if there is none.
  [[nodiscard]] bool strike(const void* object) noexcept {
    const lock_guard lock{mutex_};
    std::size_t* const found = under_way_.find(object);
    if (found == nullptr) return false;
    if (--*found == 0) under_way_.erase(object);
    return true;
  }

 private:
  static_mutex mutex_;
  address_map<std::size_t> under_way_;  ///< counted raw pointers of each object
};

OURO_SHARED_STATE inline constinit released_ledger released_pointers{};

}  // namespace ouro::detail

// ===== ouro/object/clone_record.hpp

/// \file
/// How an object is copied whose type is known to its header alone.

namespace ouro {

/// Says that objects of this class can be copied through pointers to a base class, where `copy` and `deepcopy` do not
/// know their type: `template <> inline constexpr bool ouro::clonable<circle> = true;`. Other objects are copied
/// through pointers to their own class only.
template <class T>
inline constexpr bool clonable = false;

namespace detail {

/// What a `deepcopy_memo` of the object's policies does with a copy. `see` and `rewire` show it each edge, and may
/// throw. They are null if there are no edges, or the library cannot see them.
struct edge_record {
  void (*see)(void* object, void* memo);
  void (*rewire)(void* object, void* memo);           ///< the memo may change the edges, keys of containers included
  std::size_t (*bytes)(const void* object) noexcept;  ///< of the object, or of all elements of an array
};

/// Objects are given by their addresses, and new ones come with a count that is the caller's. `memo` is a
/// `deepcopy_memo` of the object's policies. `copy` and `deepcopy` may throw.
struct clone_record {
  void* (*copy)(void* object);
  void* (*deepcopy)(void* object, void* memo);
  const edge_record* edges;
  bool copies_itself;  ///< `deepcopy` has given the copy its edges
  bool shows_edges;    ///< the library can see them, if there are any
};

/// Of a type under a set of policies; defined in copy/clone.hpp.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
struct clone_functions;

}  // namespace detail
}  // namespace ouro

// ===== ouro/object/destroy.hpp

/// \file
/// Ends an object, with the parts of a tuple in an order that is the same everywhere.

namespace ouro::detail {

/// `std::destroy_at`. \throws what the destructor throws
template <class T>
struct destroyer {
  OURO_ALWAYS_INLINE static void destroy(T* object) { std::destroy_at(object); }
};

/// The elements of a tuple go from the last to the first, as members do, those of an array and those of CPython's
/// tuples; the standard leaves the order to its libraries, which differ in it.
template <class... Ts>
  requires(sizeof...(Ts) > 1 && !(std::is_trivially_destructible_v<Ts> && ...))
struct destroyer<std::tuple<Ts...>> {
  static void destroy(std::tuple<Ts...>* object) {
    [object]<std::size_t... I>(std::index_sequence<I...>) {
      (destroy_element<sizeof...(Ts) - 1 - I>(*object), ...);
    }(std::index_sequence_for<Ts...>{});
  }

 private:
  template <std::size_t I>
  static void destroy_element(std::tuple<Ts...>& of) {
    using element = std::tuple_element_t<I, std::tuple<Ts...>>;
    if constexpr (!std::is_reference_v<element>) std::destroy_at(std::addressof(std::get<I>(of)));
  }
};

}  // namespace ouro::detail

// ===== ouro/object/opaque.hpp

/// \file
/// Why the library cannot see the edges of a type, in words.

namespace ouro::detail {

struct trace_as_name {
  int trace;
};
template <class T>
struct adds_name : T, trace_as_name {};

/// Whether `T` has a member called `trace`, be it private: the name means two things where another class has it, too.
/// False for a final class, from which none can be derived that inherits both.
template <class T>
[[nodiscard]] consteval bool names_trace() noexcept {
  if constexpr (std::is_class_v<T> && !std::is_final_v<T>) {
    return !requires { &adds_name<T>::trace; };
  } else {
    return false;
  }
}

enum class why_opaque { is_incomplete, has_wrong_trace, is_unknown_array, is_union, has_base, has_many_members, hides };

/// \pre `sight_of<T>()` is `opaque`
template <class T>
[[nodiscard]] consteval why_opaque find_why_opaque() noexcept {
  if constexpr (!is_complete<T>) {
    return why_opaque::is_incomplete;
  } else if constexpr (names_trace<T>()) {
    return why_opaque::has_wrong_trace;
  } else if constexpr (shows_parts<T>) {
    return why_opaque::is_unknown_array;
  } else if constexpr (std::is_union_v<T>) {
    return why_opaque::is_union;
  } else if constexpr (!std::is_aggregate_v<T>) {
    return why_opaque::hides;
  } else if constexpr (has_base<T>) {
    return why_opaque::has_base;
  } else if constexpr (!sees_members<T>()) {
    return why_opaque::has_many_members;
  } else {
    return why_opaque::hides;  // `leaf<T>` says that there are edges which the members do not show
  }
}

/// Ends the compilation with the reason. \pre `sight_of<T>()` is `opaque`
template <class T>
void refuse_opaque() noexcept {
  constexpr why_opaque why = find_why_opaque<T>();
  OURO_REQUIRE(T,
               "ouro: it is incomplete here, so that its edges cannot be seen: include its definition, or specialise "
               "`ouro::tracer` for it",
               why != why_opaque::is_incomplete);
  OURO_REQUIRE(T,
               "ouro: its `trace` cannot be called: make it public, and one function that takes a visitor: "
               "`void trace(auto&& visit) { visit(members...); }`",
               why != why_opaque::has_wrong_trace);
  OURO_REQUIRE(T,
               "ouro: nobody knows the length of this array, and so not its edges: use a `std::vector` or an "
               "`ouro::ptr<T[]>`",
               why != why_opaque::is_unknown_array);
  OURO_REQUIRE(T,
               "ouro: it is a union, and which member is there cannot be seen: use a `std::variant`, or give it "
               "`void trace(auto&& visit) { visit(active_member); }`",
               why != why_opaque::is_union);
  OURO_REQUIRE(T,
               "ouro: it is an aggregate with a base class, whose members cannot be seen through: give it "
               "`void trace(auto&& visit) { visit(static_cast<base&>(*this), members...); }`",
               why != why_opaque::has_base);
  OURO_REQUIRE(T,
               "ouro: it is an aggregate of more than 64 members, which cannot be seen through: give it "
               "`void trace(auto&& visit) { visit(members...); }`",
               why != why_opaque::has_many_members);
  OURO_REQUIRE(T,
               "ouro: cannot see its edges: give it `void trace(auto&& visit) { visit(members...); }`, specialise "
               "`ouro::tracer` for it, or say that it has none: `template <> inline constexpr bool ouro::leaf<...> = "
               "true;`",
               why != why_opaque::hides);
}

}  // namespace ouro::detail

// ===== ouro/object/trace.hpp

/// \file
/// Reports every edge of an object, each exactly once.

namespace ouro::detail {

/// Reaches the container inside `std::stack`, `std::queue` and `std::priority_queue`, which is their protected member.
template <class Adapter>
struct adapted : Adapter {
  [[nodiscard]] static typename Adapter::container_type& container(Adapter& adapter) noexcept {
    return adapter.*&adapted::c;
  }

  /// Puts the elements of a `std::priority_queue` in order again.
  static void restore(Adapter& adapter) { adapter = Adapter{adapter.*&adapted::comp, std::move(adapter.*&adapted::c)}; }
};

/// Whether a container finds its elements by keys that may hold edges, so that it must be told of each new key.
template <class Container>
[[nodiscard]] consteval bool has_keys_with_edges() {
  if constexpr (requires { typename Container::key_type; }) {
    return !is_leaf<std::remove_cv_t<typename Container::key_type>>();
  } else {
    return false;
  }
}

/// Whether the elements lie in the container itself, and move with it.
template <class Container>
concept is_array_like = requires { std::tuple_size<Container>::value; };

/// Goes over a container that finds its elements by their values, for who changes these: each element is taken out and
/// put back. `see` is given whatever of an element may hold edges.
template <class Container, class See>
void reinsert_each(Container& container, See see) {
  Container changed{std::move(container)};
  container.clear();
  while (!changed.empty()) {
    auto node = changed.extract(changed.begin());
    if constexpr (requires { node.key(); }) {
      see(node.key());
      see(node.mapped());
    } else {
      see(node.value());
    }
    container.insert(std::move(node));
  }
}

/// What user code knows as `visit`: `visit(left, right, children)`. Takes edges, and anything that may hold edges, and
/// gives each edge to `see_edge`. `SeeEdge::changes_edges` says whether that writes to them, `within()` how deep the
/// walk is.
template <class SeeEdge>
class edge_visitor {
 public:
  explicit edge_visitor(const SeeEdge& see_edge) noexcept : see_edge_{see_edge} {}

  template <class... Members>
  OURO_ALWAYS_INLINE void operator()(const Members&... members) const {
    // A const member is traced, and nulled when it is garbage, like any other: the object itself is never const. As
    // const, bit-fields can be passed too.
    (see(const_cast<std::remove_cv_t<Members>&>(members)), ...);
  }

  /// Visits the edges of a whole object, however deep its parts are nested, in constant stack.
  /// \throws std::bad_alloc where the parts are nested deep, and what a user's trace throws
  template <class T>
  OURO_ALWAYS_INLINE void visit_object(T& object) const {
    constexpr sight seen = sight_of<T>();
    if constexpr (seen == sight::foreign || seen == sight::member) {
      look_into(object);
    } else {
      see(object);
    }
  }

 private:
  template <class T>
  OURO_ALWAYS_INLINE void see(T& object) const {
    constexpr sight seen = sight_of<T>();
    if constexpr (seen == sight::opaque) {
      refuse_opaque<T>();
    } else if constexpr (seen == sight::edge) {
      see_edge_(object);
    } else if constexpr (seen == sight::foreign || seen == sight::member) {
      see_nested(object);
    } else if constexpr (seen != sight::none && !is_leaf<T>()) {
      see_parts<seen>(object);
    }
  }

  /// A part with memory of its own, in which there may be another one, and so on.
  template <class T>
  OURO_ALWAYS_INLINE void see_owned(T& part) const {
    constexpr sight seen = sight_of<T>();
    if constexpr (seen == sight::edge || seen == sight::none || seen == sight::foreign || seen == sight::member ||
                  seen == sight::opaque) {
      see(part);
    } else if constexpr (!is_leaf<T>()) {
      see_nested(part);
    }
  }

  /// Looks into a part now or, where that could take too much stack, later.
  template <class T>
  void see_nested(T& part) const {
    nesting& within = see_edge_.within();
    if (within.is_full()) [[unlikely]] {
      if (within.put_off({std::addressof(part), &see_later<T>})) return;
      // Without exceptions there is nothing better to do than to go on, as far as the stack reaches.
      if constexpr (has_exceptions) throw_bad_alloc();
    }
    const nesting::level level{within};
    look_into(part);
    while (level.is_outermost() && within.has_parts()) [[unlikely]] {
      const nesting::part next = within.take();
      next.see(this, next.at);
    }
  }

  template <class T>
  static void see_later(const void* visitor, void* part) {
    static_cast<const edge_visitor*>(visitor)->look_into(*static_cast<T*>(part));
  }

  template <class T>
  OURO_ALWAYS_INLINE void look_into(T& object) const {
    constexpr sight seen = sight_of<T>();
    if constexpr (seen == sight::foreign) {
      tracer<T>::trace(object, *this);  // calls user code: it may throw; nothing of the heap may be changed
    } else if constexpr (seen == sight::member) {
      OURO_REQUIRE(T,
                   "ouro: its `trace` is inherited, and does not show the members that the class adds: give it "
                   "`void trace(auto&& visit) { base::trace(visit); visit(members...); }`",
                   trace_knows_members<T>());
      object.trace(*this);  // calls user code: as above
    } else {
      see_parts<seen>(object);
    }
  }

  template <sight Seen, class T>
  void see_parts(T& object) const {
    if constexpr (Seen == sight::range && SeeEdge::changes_edges && has_keys_with_edges<T>()) {
      const nesting::unlimited lies_elsewhere_later{see_edge_.within()};
      const auto see_part = [this](const auto& part) { (*this)(part); };
      if constexpr (requires { object.rekey(see_part); }) {
        object.rekey(see_part);
      } else {
        reinsert_each(object, see_part);
      }
    } else if constexpr (Seen == sight::array) {
      for (auto&& element : object) (*this)(element);
    } else if constexpr (Seen == sight::range) {
      for (auto&& element : object) {
        if constexpr (std::is_lvalue_reference_v<decltype(element)> && !is_array_like<T>) {
          see_owned(const_cast<std::remove_cvref_t<decltype(element)>&>(element));
        } else {
          (*this)(element);
        }
      }
    } else if constexpr (Seen == sight::optional) {
      if (object.has_value()) (*this)(*object);
    } else if constexpr (Seen == sight::owner) {
      if (object) see_owned(const_cast<std::remove_cvref_t<decltype(*object)>&>(*object));
    } else if constexpr (Seen == sight::variant) {
      // `visit` is found by its argument, in std, whose header who has a variant has included.
      if (!object.valueless_by_exception()) visit([this](auto& active) { (*this)(active); }, object);
    } else if constexpr (Seen == sight::tuple) {
      std::apply(*this, object);
    } else if constexpr (Seen == sight::adapter) {
      if constexpr (SeeEdge::changes_edges && requires { typename T::value_compare; }) {
        const nesting::unlimited is_compared{see_edge_.within()};
        (*this)(adapted<T>::container(object));
        adapted<T>::restore(object);
      } else {
        (*this)(adapted<T>::container(object));
      }
    } else {
      with_members(object, *this);
    }
  }

  const SeeEdge& see_edge_;
};

/// Writes edges to the sink: those of the collector's own heap; edges of others are external to it.
template <class RefcountPolicy, class CollectorPolicy>
struct edge_reporter {
  static constexpr bool changes_edges = false;

  template <class Edge>
  OURO_ALWAYS_INLINE void operator()(Edge& edge) const {
    edge_traits<Edge>::template report<RefcountPolicy, CollectorPolicy>(edge, sink);
  }

  [[nodiscard]] OURO_ALWAYS_INLINE nesting& within() const noexcept { return sink.within(); }

  edge_sink& sink;
};

/// Reports the edges of one `T`. \throws what a user's trace throws
template <class RefcountPolicy, class CollectorPolicy, class T>
void trace_object(T& object, edge_sink& sink) {
  const edge_reporter<RefcountPolicy, CollectorPolicy> report{sink};
  const edge_visitor visit{report};
  visit.visit_object(object);
}

}  // namespace ouro::detail

// ===== ouro/pointer/block.hpp

/// \file
/// The block that holds a managed object: padding, the length of an array, the header, the object.
///
/// ```
///   ┌─────────┬──────────────────┬────────────┬──────────────┐
///   │ padding │ length, if array │   header   │ T, or T[n]   │
///   └─────────┴──────────────────┴────────────┴──────────────┘
///   ▲ multiple of the alignment               ▲ likewise: what a managed_ptr points to
/// ```

namespace ouro::detail {

template <class T>
concept has_finalize = requires(T& object) { object.finalize(); };

/// What is done with a block of which only the length counts: the same code for all types that agree in that.
template <class AllocatorPolicy, std::size_t Padding, std::size_t Bytes, std::size_t Alignment>
struct sized_block {
  static void deallocate(const visited* at, const visited* last) noexcept {
    for (; at != last; ++at) {
      AllocatorPolicy::deallocate(static_cast<std::byte*>(at->header) - Padding, Bytes, Alignment);
    }
  }

  [[nodiscard]] static std::size_t bytes_of(const void*) noexcept { return Bytes; }
};

/// Whether objects of `T` may be part of a cycle, as far as this file knows the types that they lead to.
template <class T, class CollectorPolicy>
[[nodiscard]] consteval bool may_be_tracked() {
  using element = std::remove_cv_t<std::remove_extent_t<T>>;
  if constexpr (finds_cycles<CollectorPolicy>) {
    return !is_leaf<element>() && can_reach_itself<std::conditional_t<std::is_array_v<T>, element[], element>>();
  } else {
    return false;
  }
}

/// The layout of blocks of `T`, and what is done with the object inside through its address. \pre `T` is no array of
/// known bounds: that is held as one of unknown bounds
///
/// `Tracked` is a parameter, so that a file in which a type is incomplete has a type record of its own: of functions
/// and variables of one name the linker keeps those of one file. A type is tracked where less is known of it. Records
/// and objects of both kinds get on with each other: a trace may report an edge to an object that is not tracked, which
/// collections do not look at.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy,
          bool Tracked = may_be_tracked<T, CollectorPolicy>()>
struct block {
  using element = std::remove_cv_t<std::remove_extent_t<T>>;
  using header_type = header<RefcountPolicy>;

  static constexpr bool is_array = std::is_array_v<T>;
  static constexpr std::size_t length_bytes = is_array ? sizeof(std::size_t) : 0;
  static constexpr std::size_t alignment = alignof(element) > alignof(std::size_t) ? alignof(element)
                                                                                   : alignof(std::size_t);
  /// Bytes in front of the object, a multiple of its alignment.
  static constexpr std::size_t front = (sizeof(header_type) + length_bytes + alignment - 1) / alignment * alignment;

  static constexpr bool is_tracked = Tracked;

  /// Whether objects lie in pools that the collector walks: single ones whose header is the first of the block.
  static constexpr bool is_walked = [] {
    if constexpr (is_tracked && walks_pools<CollectorPolicy, RefcountPolicy> && has_allocate_walked<AllocatorPolicy>) {
      return !is_array && front == sizeof(header_type) && AllocatorPolicy::walks(front + sizeof(element), alignment);
    } else {
      return false;
    }
  }();

  [[nodiscard]] static constexpr std::size_t bytes(std::size_t elements) noexcept {
    // An array without elements has an address of its own all the same.
    return front + (elements == 0 ? 1 : elements * sizeof(element));
  }

  [[nodiscard]] static constexpr bool fits(std::size_t elements) noexcept {
    return elements <= (static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max()) - front) / sizeof(element);
  }

  [[nodiscard]] static void* object_of(const visited& at) noexcept {
    return static_cast<header_type*>(at.header)->object();
  }

  [[nodiscard]] static std::size_t length(const void* object) noexcept {
    if constexpr (is_array) {
      return *(reinterpret_cast<const std::size_t*>(header_type::of(object)) - 1);
    } else {
      return 1;
    }
  }

  OURO_ALWAYS_INLINE static void destroy(void* object) noexcept {
    OURO_TRY {
      // Backwards, as the language destroys arrays. Calls user code: the object has no pointers, weak or strong.
      for (std::size_t i = length(object); i != 0; --i)
        destroyer<element>::destroy(static_cast<element*>(object) + (i - 1));
    }
    OURO_CATCH_ALL {
      unraisable(type_name_of<T>);
    }
  }

  static void destroy_run(const visited* at, const visited* last) noexcept {
    for (; at != last; ++at) destroy(object_of(*at));
  }

  OURO_ALWAYS_INLINE static void deallocate(void* object) noexcept {
    AllocatorPolicy::deallocate(static_cast<std::byte*>(object) - front, bytes(length(object)), alignment);
  }

  /// \see trace_function
  static std::size_t trace(visited* const& visits, std::size_t i, std::size_t last, edge_sink& sink) {
    const std::uint32_t type = info_word::type(info_.load());
    std::size_t before = sink.pushed();
    do {
      fetch_ahead(visits, i, last);
      void* const object = object_of(visits[i]);
      for (std::size_t at = 0, end = length(object); at != end; ++at) {
        trace_object<RefcountPolicy, CollectorPolicy>(static_cast<element*>(object)[at], sink);
      }
      const std::size_t pushed = sink.pushed();
      visits[i++].edges = integer_cast<std::uint32_t>(pushed - before);
      before = pushed;
    } while (i != last && info_word::type(static_cast<header_type*>(visits[i].header)->load_info()) == type);
    return i;
  }

  static void finalize(void* object) {
    if constexpr (has_finalize<element>) {
      for (std::size_t i = 0, end = length(object); i != end; ++i) static_cast<element*>(object)[i].finalize();
    }
  }

  static void deallocate_arrays(const visited* at, const visited* last) noexcept {
    for (; at != last; ++at) deallocate(object_of(*at));
  }

  [[nodiscard]] static std::size_t bytes_of_array(const void* object) noexcept { return bytes(length(object)); }

  /// Instantiates the trace only where it will be called: no other type need be traceable.
  [[nodiscard]] static consteval trace_function trace_if_tracked() {
    if constexpr (is_tracked) {
      return &trace;
    } else {
      return nullptr;
    }
  }

  [[nodiscard]] static consteval const clone_record* clone_if_clonable() {
    if constexpr (clonable<element>) {
      return &clone_functions<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>::record;
    } else {
      return nullptr;
    }
  }

  using sized = sized_block<AllocatorPolicy, front - sizeof(header_type), bytes(1), alignment>;

  OURO_SHARED_STATE static constexpr type_record record{
      &destroy_run,
      is_array ? &deallocate_arrays : &sized::deallocate,
      trace_if_tracked(),
      has_finalize<element> ? &finalize : nullptr,
      &death<RefcountPolicy, CollectorPolicy>::end,
      is_array ? &bytes_of_array : &sized::bytes_of,
      clone_if_clonable(),
      type_name_of<T>,
      check_level,
      std::uint32_t{front},
  };

  /// The info word of an object that nothing has happened to, but for its owner.
  [[nodiscard]] OURO_ALWAYS_INLINE static std::uint32_t plain_info() {
    return info_.get(record, (is_tracked ? info_word::tracked : 0) | (is_walked ? info_word::walked : 0));
  }

  /// Whether the object at `at` was made as this very type and nothing but time has happened to it since: it is no
  /// candidate, no weak pointer watches it. Then its death needs neither its record nor any look at these.
  [[nodiscard]] OURO_ALWAYS_INLINE static bool is_plain(const header_type& at) noexcept {
    constexpr std::uint32_t owner = check_level >= 1 ? info_word::owner_mask : 0;
    constexpr std::uint32_t age = is_tracked ? info_word::old : 0;
    return (at.load_info() & ~(owner | age)) == info_.load();
  }

  /// The death of a plain object, with destructor and size class known here. \pre `is_plain(at)`, no pointers
  OURO_ALWAYS_INLINE static void die_plainly(header_type& at) noexcept {
    if constexpr (std::is_trivially_destructible_v<element>) {
      deallocate(at.object());
    } else if (!destructions<RefcountPolicy>.must_wait()) [[likely]] {
      end_plainly(at);
    } else {
      death<RefcountPolicy, CollectorPolicy>::come(at);
    }
  }

  /// Not inlined: a drop that only makes a candidate would save the registers that this needs.
  /// \pre as `die_plainly`, and need not wait
  OURO_NOINLINE static void end_plainly(header_type& at) noexcept {
    destruction_queue<RefcountPolicy>& queue = destructions<RefcountPolicy>;
    RefcountPolicy::store(at.info, at.load_info() | info_word::dead);
    const std::uintptr_t outer = queue.enter();
    destroy(at.object());
    queue.leave(outer);
    deallocate(at.object());
    if (weak_table<RefcountPolicy>::has_callbacks() && outer == 0) [[unlikely]]
      death<RefcountPolicy, CollectorPolicy>::settle();
  }

  static constexpr bool can_die_plainly = !has_finalize<element>;

  static constexpr std::uint32_t first_count =
      is_tracked && !enrolls_all<CollectorPolicy> ? count_word::made_loud(count_word::one) : count_word::one;

 private:
  OURO_SHARED_STATE static inline constinit type_info_word info_{};
};

}  // namespace ouro::detail

// ===== ouro/pointer/conversion.hpp

/// \file
/// Which pointers convert to which, and the check that a base class lies where the header is looked for.

namespace ouro::detail {

template <class From, class To>
[[nodiscard]] consteval bool converts_pointer() {
  if constexpr (std::is_array_v<From> && std::is_array_v<To>) {
    using elements = std::remove_extent_t<To>;
    return std::is_convertible_v<std::remove_extent_t<From>(*)[], elements(*)[]> &&
           (std::is_unbounded_array_v<To> || std::extent_v<From> == std::extent_v<To>);
  } else {
    return !std::is_array_v<To> && (!std::is_array_v<From> || std::is_void_v<To>) &&
           std::is_convertible_v<std::remove_extent_t<From>*, To*>;
  }
}

/// As for `std::shared_ptr`: `From*` converts to `To*`, but arrays convert to arrays of the same elements only.
template <class From, class To>
concept pointer_converts_to = converts_pointer<From, To>();

/// Room for a `T` that is never made: constant expressions may ask where its bases would lie.
template <class T>
union room_for {
  constexpr room_for() noexcept : none{} {}
  constexpr ~room_for() {}

  char none;
  T object;
};

/// Whether `Base` is a base class of `Derived` at its very beginning. A virtual base is not: its place is known at run
/// time only.
template <class Derived, class Base>
[[nodiscard]] consteval bool base_is_first() {
  if constexpr (!requires(Base* base) { static_cast<Derived*>(base); }) {
    return false;
  } else if constexpr (std::is_abstract_v<Derived>) {
    return true;  // cannot be asked of a type without objects; `convert` looks when it runs
  } else {
    room_for<Derived> room;
    Derived* const derived = std::addressof(room.object);
    return static_cast<const volatile void*>(static_cast<Base*>(derived)) == static_cast<const volatile void*>(derived);
  }
}

template <class Derived, class Base>
concept is_upcast = std::is_class_v<Derived> && std::is_class_v<Base> && !std::is_same_v<Derived, Base>;

/// Whether only the object itself, alive, tells where its `To` lies: at a virtual base, or behind an `interior_base`.
template <class To, class From>
[[nodiscard]] consteval bool converts_by_object() {
  using from = std::remove_cv_t<From>;
  using to = std::remove_cv_t<To>;
  if constexpr (is_upcast<from, to>) {
    return !requires(to* base) { static_cast<from*>(base); };
  } else if constexpr (std::is_void_v<to>) {
    return interior_base<from>;
  } else {
    return false;
  }
}

/// Converts the raw pointer inside a `managed_ptr<From>` to the one inside a `managed_ptr<To>`, where the types'
/// headers are found at the same place, or does not compile.
template <class CollectorPolicy, class To, class From>
[[nodiscard]] OURO_ALWAYS_INLINE constexpr std::remove_extent_t<To>* convert(
    std::remove_extent_t<From>* pointee) noexcept {
  using from = std::remove_cv_t<From>;
  using to = std::remove_cv_t<To>;
  if constexpr (is_upcast<from, to>) {
    static_assert(
        interior_base<to> || base_is_first<from, to>(),
        "ouro: the base class does not lie at the beginning of the object, where the header is looked for: make it "
        "the first base, or say `template <> inline constexpr bool ouro::interior_base<Base> = true;`");
    if constexpr (finds_cycles<CollectorPolicy>) {
      static_assert(
          shows_edges_of<from, to>(),
          "ouro: the derived class holds edges that its base does not show, so that cycles through pointers to the "
          "base would not be found: give the base a virtual destructor, or say "
          "`template <> inline constexpr bool ouro::extensible<Base> = true;`");
    }
    To* const base = pointee;
    if constexpr (!interior_base<to> && std::is_abstract_v<from>) {
      if (static_cast<const volatile void*>(base) != static_cast<const volatile void*>(pointee)) {
        misuse("converted to a base class that does not lie at the beginning of the object", type_name_of<to>);
      }
    }
    return base;
  } else if constexpr (interior_base<from> && std::is_void_v<to>) {
    // The beginning of the whole object: without its class nothing else leads to the header.
    return dynamic_cast<To*>(pointee);
  } else {
    return pointee;
  }
}

}  // namespace ouro::detail

// ===== ouro/pointer/owner_order.hpp

/// \file
/// The order of owners: equal for all that own or watch one object, whatever they point to.

namespace ouro::detail {

/// `managed_ptr`, `managed_weak` and `managed_alias`.
template <class Handle>
concept has_owner = requires(const Handle& handle) {
  handle.owner();
  { handle.owner_hash() } -> std::same_as<std::size_t>;
};

/// The identity of the object that the handle owns or watches.
template <has_owner Handle>
[[nodiscard]] const void* owner_of(const Handle& handle) noexcept {
  if constexpr (std::is_pointer_v<std::remove_cvref_t<decltype(handle.owner())>>) {
    return handle.owner();
  } else {
    return handle.owner().owner();
  }
}

template <has_owner Left, has_owner Right>
[[nodiscard]] bool owner_before(const Left& left, const Right& right) noexcept {
  return std::less<const void*>{}(owner_of(left), owner_of(right));
}

template <has_owner Handle>
[[nodiscard]] std::size_t hash_of_owner(const Handle& handle) noexcept {
  return std::hash<const void*>{}(owner_of(handle));
}

}  // namespace ouro::detail

// ===== ouro/pointer/managed_ptr.hpp

/// \file
/// The pointer.

namespace ouro {

/// Says that a raw pointer brings its count along.
struct adopt_ref_t {
  explicit adopt_ref_t() = default;
};
/// The one of its type: `managed_ptr{adopt_ref, raw}`.
inline constexpr adopt_ref_t adopt_ref{};

namespace detail {

/// Makes pointers of counts that the library itself holds, which no `release` has noted.
struct pointer_access {
  template <class Pointer>
  [[nodiscard]] OURO_ALWAYS_INLINE static Pointer take(typename Pointer::pointer counted) noexcept {
    Pointer taken;
    taken.pointee_ = counted;
    return taken;
  }

  /// Makes `from` null without counting: its count has gone elsewhere.
  template <class Pointer>
  OURO_ALWAYS_INLINE static void forget(Pointer& from) noexcept {
    from.pointee_ = nullptr;
  }
};

/// Whether a collection may have to look at what a `managed_ptr<T>` points to, as far as this file knows `T`.
template <class CollectorPolicy, class T>
[[nodiscard]] consteval bool is_looked_at() {
  if constexpr (!finds_cycles<CollectorPolicy>) {
    return false;
  } else if constexpr (is_closed<pointee_node<T>>()) {
    return can_reach_itself<std::remove_cv_t<T>>();
  } else {
    return true;
  }
}

}  // namespace detail

/// A counted pointer to an object made by `make_managed`: 8 bytes, the size of a raw one. `T` may be const, incomplete,
/// an array (`T[]`, `T[N]`) or void.
///
/// Copying and dropping are O(1) and allocate nothing, but that the drop of the last pointer destroys the object, and a
/// drop that leaves others may make it a candidate of the collector. Nothing throws unless it says so. Thread-safety is
/// that of a raw pointer for the `managed_ptr` itself, and that of the refcount policy for the object. With
/// `self_refcount` the object counts itself, and raw pointers convert as they do to `boost::intrusive_ptr`.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
  requires compatible_policies<RefcountPolicy, CollectorPolicy, AllocatorPolicy>
class managed_ptr {
  using counting = detail::counting<RefcountPolicy, CollectorPolicy>;
  static constexpr bool has_header = counts_in_header<RefcountPolicy>;

  template <class U>
  using other = managed_ptr<U, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

 public:
  using element_type = std::remove_extent_t<T>;
  using pointer = element_type*;
  using reference = typename std::conditional_t<std::is_void_v<T>, std::type_identity<void>,
                                                std::add_lvalue_reference<element_type>>::type;

  constexpr managed_ptr() noexcept = default;
  constexpr managed_ptr(std::nullptr_t) noexcept
    requires has_header
  {}

  managed_ptr(const managed_ptr& from) noexcept : pointee_{from.pointee_} { retain(); }
  managed_ptr(managed_ptr&& from) noexcept : pointee_{std::exchange(from.pointee_, nullptr)} {}

  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_ptr(const other<U>& from) noexcept : pointee_{converted<U>(from.get())} {
    retain();
  }

  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_ptr(other<U>&& from) noexcept : pointee_{converted<U>(from.get())} {
    detail::pointer_access::forget(from);
  }

  /// Takes over a count: that of a raw pointer from `release`, of this or another `managed_ptr`. \see adopt
  managed_ptr(adopt_ref_t, pointer counted) noexcept : pointee_{counted} {
    if constexpr (has_header && check_level >= 1) check_adopted();
  }

  /// Locks a weak pointer. \throws std::bad_weak_ptr if it has expired
  template <class U>
    requires detail::pointer_converts_to<U, T> && has_header
  explicit managed_ptr(const managed_weak<U, RefcountPolicy, CollectorPolicy, AllocatorPolicy>& from)
      : managed_ptr{from.lock()} {
    if (pointee_ == nullptr) detail::throw_bad_weak_ptr();
  }

  /// Where raw pointers convert, a template: 0 and `NULL` are raw pointers then, and `nullptr` alone is a constant.
  template <std::same_as<std::nullptr_t> Null>
  constexpr managed_ptr(Null) noexcept
    requires(!has_header)
  {}

  /// Shares an object that counts itself; without `add_ref` the pointer takes over a count.
  managed_ptr(pointer object, bool add_ref = true) noexcept
    requires(!has_header)
      : pointee_{object} {
    if (add_ref) retain();
  }

  /// An object that lies elsewhere has no header. `make` makes one that has.
  template <class U, detail::sentence Remedy = "ouro: make the object by `ouro::make<T>(args...)` instead of `new`">
    requires has_header && std::is_convertible_v<U*, pointer>
  managed_ptr(U*) OURO_REFUSE("ouro: make the object by `ouro::make<T>(args...)` instead of `new`");
  template <class U, class Deleter,
            detail::sentence Remedy = "ouro: make the object by `ouro::make<T>(args...)` instead of `std::make_unique`">
    requires has_header && std::is_convertible_v<U*, pointer>
  managed_ptr(const std::unique_ptr<U, Deleter>&)
      OURO_REFUSE("ouro: make the object by `ouro::make<T>(args...)` instead of `std::make_unique`");

  constexpr ~managed_ptr() {
    if (pointee_ != nullptr) drop();
  }

  managed_ptr& operator=(const managed_ptr& from) noexcept {
    managed_ptr{from}.swap(*this);
    return *this;
  }
  managed_ptr& operator=(managed_ptr&& from) noexcept {
    managed_ptr{std::move(from)}.swap(*this);
    return *this;
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_ptr& operator=(const other<U>& from) noexcept {
    managed_ptr{from}.swap(*this);
    return *this;
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_ptr& operator=(other<U>&& from) noexcept {
    managed_ptr{std::move(from)}.swap(*this);
    return *this;
  }
  managed_ptr& operator=(std::nullptr_t) noexcept
    requires has_header
  {
    reset();
    return *this;
  }
  managed_ptr& operator=(pointer object) noexcept
    requires(!has_header)
  {
    managed_ptr{object}.swap(*this);
    return *this;
  }

  /// Null first, then drops what it pointed to: whoever reads this pointer from a destructor sees null.
  void reset() noexcept { managed_ptr{}.swap(*this); }
  void reset(std::nullptr_t) noexcept
    requires has_header
  {
    reset();
  }
  void reset(pointer object, bool add_ref = true) noexcept
    requires(!has_header)
  {
    managed_ptr{object, add_ref}.swap(*this);
  }

  void swap(managed_ptr& with) noexcept { std::swap(pointee_, with.pointee_); }
  friend void swap(managed_ptr& first, managed_ptr& second) noexcept { first.swap(second); }

  /// Takes over the count of a raw pointer that `release` of a pointer with the same policies returned, or a conversion
  /// of it to the first base: each count once. In checked builds any other one is reported here. Whether the object
  /// belongs to this thread and heap is not asked here, but where the pointer is copied or dropped.
  [[nodiscard]] static managed_ptr adopt(pointer counted) noexcept {
    if constexpr (has_header) {
      return managed_ptr{adopt_ref, counted};
    } else {
      return managed_ptr{counted, false};
    }
  }

  /// Gives up the object with its count, which somebody must `adopt` again. Null afterwards.
  /// In checked builds it notes the address, and ends the program if there is no memory for that.
  [[nodiscard]] pointer release() noexcept {
    pointer const counted = std::exchange(pointee_, nullptr);
    if constexpr (has_header && check_level >= 1) {
      if (counted != nullptr) detail::released_pointers.note(detail::header_of<RefcountPolicy>(counted));
    }
    return counted;
  }

  /// What `boost::intrusive_ptr` calls `release`.
  [[nodiscard]] pointer detach() noexcept { return release(); }

  [[nodiscard]] constexpr pointer get() const noexcept { return pointee_; }

  /// For `boost::mem_fn` and its like, found by its argument.
  [[nodiscard]] friend constexpr pointer get_pointer(const managed_ptr& from) noexcept { return from.pointee_; }

  [[nodiscard]] constexpr explicit operator bool() const noexcept { return pointee_ != nullptr; }

  /// \pre not null
  [[nodiscard]] constexpr reference operator*() const noexcept
    requires(!std::is_void_v<T> && !std::is_array_v<T>)
  {
    return *pointee_;
  }

  /// \pre not null
  constexpr pointer operator->() const noexcept
    requires(!std::is_array_v<T>)
  {
    return pointee_;
  }

  /// \pre not null, and the array has more than `index` elements
  [[nodiscard]] constexpr reference operator[](std::ptrdiff_t index) const noexcept
    requires std::is_array_v<T>
  {
    return pointee_[index];
  }

  /// How many strong pointers there are; 0 for null. Of an immortal object, at least 2^29. Under a thread-safe policy a
  /// number that was true a moment ago.
  [[nodiscard]] long use_count() const noexcept
    requires has_header
  {
    return pointee_ == nullptr ? 0 : static_cast<long>(counting::strong(pointee_));
  }

  /// Orders by object instead of address: equal for pointers to one object through different bases, and for a weak
  /// pointer or an alias of it.
  template <detail::has_owner Handle>
  [[nodiscard]] bool owner_before(const Handle& with) const noexcept {
    return detail::owner_before(*this, with);
  }
  template <detail::has_owner Handle>
  [[nodiscard]] bool owner_equal(const Handle& with) const noexcept {
    return owner() == detail::owner_of(with);
  }
  [[nodiscard]] std::size_t owner_hash() const noexcept { return detail::hash_of_owner(*this); }

  /// The identity of the object whatever the pointer's type; null for null.
  [[nodiscard]] const void* owner() const noexcept {
    if constexpr (has_header) {
      return pointee_ == nullptr ? nullptr : static_cast<const void*>(detail::header_of<RefcountPolicy>(pointee_));
    } else {
      return pointee_;
    }
  }

  template <class U>
  [[nodiscard]] friend constexpr bool operator==(const managed_ptr& left, const other<U>& right) noexcept {
    return left.get() == right.get();
  }
  template <class U>
  [[nodiscard]] friend std::strong_ordering operator<=>(const managed_ptr& left, const other<U>& right) noexcept {
    return std::compare_three_way{}(static_cast<const volatile void*>(left.get()),
                                    static_cast<const volatile void*>(right.get()));
  }
  [[nodiscard]] friend constexpr bool operator==(const managed_ptr& left, std::nullptr_t) noexcept {
    return left.pointee_ == nullptr;
  }
  [[nodiscard]] friend std::strong_ordering operator<=>(const managed_ptr& left, std::nullptr_t) noexcept {
    return std::compare_three_way{}(left.pointee_, static_cast<pointer>(nullptr));
  }
  /// A template, so that 0 and `NULL` are null pointers alone.
  template <class U>
    requires std::is_convertible_v<U*, const volatile element_type*>
  [[nodiscard]] friend constexpr bool operator==(const managed_ptr& left, U* right) noexcept {
    return left.pointee_ == right;
  }

  /// Writes the address. Includes no stream header; who has a stream has included it.
  template <class Char, class Traits>
  friend std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                                      const managed_ptr& printed) {
    return out << const_cast<const void*>(static_cast<const volatile void*>(printed.pointee_));
  }

  /// For `boost::hash`, found by its argument.
  [[nodiscard]] friend std::size_t hash_value(const managed_ptr& hashed) noexcept {
    return std::hash<pointer>{}(hashed.pointee_);
  }

 private:
  template <class, class R, class C, class A>
    requires compatible_policies<R, C, A>
  friend class managed_ptr;
  template <class>
  friend struct detail::edge_traits;
  friend struct detail::pointer_access;

  /// The block of an object made as `T`, where `T` is known well enough here: what most pointers point to.
  [[nodiscard]] static auto find_known_block() noexcept {
    using object = std::remove_cv_t<std::remove_extent_t<T>>;
    if constexpr (!has_header || std::is_array_v<object> || !detail::is_complete<object>) {
      return std::type_identity<void>{};
    } else if constexpr (std::is_abstract_v<object> || !std::is_destructible_v<object>) {
      return std::type_identity<void>{};
    } else {
      using held = std::conditional_t<std::is_array_v<T>, object[], object>;
      using known = detail::block<held, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
      return std::type_identity<std::conditional_t<known::can_die_plainly, known, void>>{};
    }
  }

  template <class U>
  [[nodiscard]] static pointer converted(std::remove_extent_t<U>* from) noexcept {
    if constexpr (has_header) {
      return detail::convert<CollectorPolicy, T, U>(from);
    } else {
      return from;
    }
  }

  OURO_ALWAYS_INLINE void retain() const noexcept {
    if (pointee_ != nullptr) counting::increment(pointee_);
  }

  OURO_ALWAYS_INLINE void drop() noexcept {
    using known_block = typename decltype(find_known_block())::type;
    pointer const dropped = pointee_;
    // A trace may meet this pointer after its end, in a container that is being emptied, and must read null: so the
    // store has to happen although the pointer's lifetime is over. Whatever this file knows of `T`: another one may
    // know less, and have a trace that reports the pointer.
    if constexpr (finds_cycles<CollectorPolicy>) {
      *const_cast<element_type* volatile*>(std::addressof(pointee_)) = nullptr;
    }
    counting::template decrement<known_block>(dropped);
  }

  void check_adopted() noexcept {
    if (pointee_ != nullptr && !detail::released_pointers.strike(detail::header_of<RefcountPolicy>(pointee_))) {
      detail::misuse(
          "adopted a raw pointer that was not released by a pointer with these policies, or was adopted before",
          type_name<T>());
    }
  }

  element_type* pointee_ = nullptr;  ///< owns one count of the object
};

template <class T, class R, class C, class A>
managed_ptr(managed_weak<T, R, C, A>) -> managed_ptr<T, R, C, A>;

namespace detail {

/// How a trace reports a `managed_ptr`: to collectors of its own heap only, and not when nothing behind it can be
/// garbage.
template <class T, class R, class C, class A>
struct edge_traits<managed_ptr<T, R, C, A>> {
  using pointee = T;

  template <class TracingRefcount, class TracingCollector>
  OURO_ALWAYS_INLINE static void report(managed_ptr<T, R, C, A>& edge, edge_sink& sink) {
    if constexpr (std::is_same_v<R, TracingRefcount> && std::is_same_v<C, TracingCollector>) {
      if constexpr (is_looked_at<C, T>()) {
        if (edge.pointee_ != nullptr) sink.push(header_of<R>(edge.pointee_), std::addressof(edge.pointee_));
      }
    }
  }
};

}  // namespace detail
}  // namespace ouro

template <class T, class R, class C, class A>
struct std::hash<ouro::managed_ptr<T, R, C, A>> {
  [[nodiscard]] std::size_t operator()(const ouro::managed_ptr<T, R, C, A>& hashed) const noexcept {
    return hash_value(hashed);
  }
};

// ===== ouro/inspect/identity.hpp

/// \file
/// Python's `id`, `is`, `type`, `sys.getsizeof` and `sys.getrefcount`.

namespace ouro {
namespace functions {

/// A number that no other object has while this one lives; the next object at its address has it again. 0 for null.
template <class T, class R, class C, class A>
[[nodiscard]] std::uintptr_t id(const managed_ptr<T, R, C, A>& object) noexcept {
  return reinterpret_cast<std::uintptr_t>(object.owner());
}

/// The same for an object that is not managed.
template <class T>
[[nodiscard]] std::uintptr_t id(const T& object) noexcept {
  return reinterpret_cast<std::uintptr_t>(std::addressof(object));
}

/// Whether both are the same object. Says something of living objects only.
template <class T, class U, class R, class C, class A>
[[nodiscard]] bool is(const managed_ptr<T, R, C, A>& left, const managed_ptr<U, R, C, A>& right) noexcept {
  return left.owner() == right.owner();
}

/// The name of the type that the object was made as, whatever the pointer's; `T`'s for null.
template <class T, counts_in_header R, class C, class A>
[[nodiscard]] std::string_view type_name(const managed_ptr<T, R, C, A>& object) noexcept {
  if (object == nullptr) return type_name<T>();
  detail::header<R>& made = *detail::header_of<R>(object.get());
  detail::counting<R, C>::template check_read<T>(made);
  const std::uint32_t info = detail::info_of<C>(made);
  return detail::info_word::type(info) == 0 ? type_name<T>() : detail::record_of(info).name;
}

/// Bytes of the object's block: header, object, padding; what its members own is not included. 0 for null.
template <class T, counts_in_header R, class C, class A>
[[nodiscard]] std::size_t size_of(const managed_ptr<T, R, C, A>& object) noexcept {
  if (object == nullptr) return 0;
  detail::header<R>& made = *detail::header_of<R>(object.get());
  detail::counting<R, C>::template check_read<T>(made);
  const std::uint32_t info = detail::info_of<C>(made);
  return detail::record_of(info).bytes(object.get());
}

/// Bytes of an object that is not managed.
template <class T>
[[nodiscard]] constexpr std::size_t size_of(const T&) noexcept {
  return sizeof(T);
}

/// How many strong pointers the object has, `object` included: the true number, where CPython's `sys.getrefcount`
/// counts its own argument too. 0 for null.
template <class T, counts_in_header R, class C, class A>
[[nodiscard]] std::size_t ref_count(const managed_ptr<T, R, C, A>& object) noexcept {
  return static_cast<std::size_t>(object.use_count());
}

}  // namespace functions
}  // namespace ouro

// ===== ouro/intern/interned.hpp

/// \file
/// The handle to an interned value.

namespace ouro {

namespace detail {

/// What handles to interned objects have in common: the identity of the object is theirs.
/// `Handle` is the class that derives from this one; `pointer()` of a handle is never null but after a move.
template <class Handle, class Pointer>
class interned_handle {
 public:
  /// The counted pointer to the object.
  [[nodiscard]] const Pointer& pointer() const noexcept { return pointer_; }

  [[nodiscard]] friend std::size_t hash_value(const Handle& handle) noexcept { return hash_value(handle.pointer()); }

 protected:
  interned_handle() noexcept = default;
  explicit interned_handle(Pointer pointer) noexcept : pointer_{std::move(pointer)} {}

  void swap(interned_handle& with) noexcept { pointer_.swap(with.pointer_); }

  /// Becomes null without counting.
  void forget() noexcept { pointer_access::forget(pointer_); }

 private:
  Pointer pointer_;
};

}  // namespace detail

/// A handle to an interned object, whatever is interned.
template <class Handle>
concept interned_object =
    requires(const Handle& handle) { []<class Pointer>(const detail::interned_handle<Handle, Pointer>&) {}(handle); };

namespace functions {

/// Whether both are the same object, which is what equality of interned values comes to.
template <interned_object Handle>
[[nodiscard]] bool is(const Handle& left, const Handle& right) noexcept {
  return left.pointer() == right.pointer();
}

/// That of the object.
template <interned_object Handle>
[[nodiscard]] std::uintptr_t id(const Handle& handle) noexcept {
  return id(handle.pointer());
}

/// Bytes of the object's block.
template <interned_object Handle>
[[nodiscard]] std::size_t size_of(const Handle& handle) noexcept {
  return size_of(handle.pointer());
}

/// How many handles there are.
template <interned_object Handle>
[[nodiscard]] std::size_t ref_count(const Handle& handle) noexcept {
  return ref_count(handle.pointer());
}

}  // namespace functions
}  // namespace ouro

// ===== ouro/intern/interner_policy.hpp

/// \file
/// The contracts of the two axes of an interner besides hash and equality: how long entries live, and who may look them
/// up.
///
/// | expression | meaning |
/// | --- | --- |
/// | `Lifetime::is_immortal` | whether an entry stays for good, or goes with the last handle to it |
/// | `Locking::mutex` | what guards the table; default-constructible at compile time |
/// | `Locking::is_shared` | whether all threads share one table, or each has its own |
/// | `Locking::refcount` | how handles to the entries are counted |

namespace ouro {

/// An entry dies with its last handle. The table does not count as one.
struct OURO_SHARED_TYPE weak_entries {
  static constexpr bool is_immortal = false;
};

/// An entry stays until the process ends: for what is looked up again and again with pauses in between.
struct OURO_SHARED_TYPE immortal_entries {
  static constexpr bool is_immortal = true;
};

/// Every thread has a table of its own; equal values of two threads are two objects.
struct OURO_SHARED_TYPE no_locking {
  using mutex = detail::no_mutex;
  using refcount = local_refcount;
  static constexpr bool is_shared = false;
};

/// All threads share one table. The mutex is recursive, because comparing two values may run any code. A `fork` waits
/// for it; a mutex of a program's own must be looked after by the program.
struct OURO_SHARED_TYPE mutex_locking {
  using mutex = detail::recursive_mutex;
  using refcount = atomic_refcount;
  static constexpr bool is_shared = true;
};

template <class Lifetime>
concept has_is_immortal = requires {
  { Lifetime::is_immortal } -> std::convertible_to<bool>;
};

template <class Locking>
concept has_mutex = requires(typename Locking::mutex& mutex) {
  mutex.lock();
  mutex.unlock();
};

template <class Locking>
concept has_is_shared = requires {
  { Locking::is_shared } -> std::convertible_to<bool>;
};

template <class Locking>
concept has_refcount = counts_in_header<typename Locking::refcount>;

/// A table that threads share needs a count that they can share, too.
template <class Locking>
concept count_suits_table = !Locking::is_shared || Locking::refcount::is_thread_safe;

/// How long entries live.
template <class Lifetime>
concept lifetime_policy = has_is_immortal<Lifetime>;

/// Who may look entries up.
template <class Locking>
concept locking_policy =
    has_mutex<Locking> && has_is_shared<Locking> && has_refcount<Locking> && count_suits_table<Locking>;

}  // namespace ouro

// ===== ouro/intern/string_body.hpp

/// \file
/// The object behind an interned string.

namespace ouro::detail {

/// ```
///   header (8) │ hash │ length │ characters … │ NUL
/// ```
template <class Locking>
struct OURO_SHARED_TYPE string_body {
  using refcount = typename Locking::refcount;
  using header_type = header<refcount>;
  using counted = managed_ptr<string_body, refcount, no_collector, pool_allocator>;

  std::size_t hash;
  std::size_t length;

  [[nodiscard]] char* characters() noexcept { return reinterpret_cast<char*>(this + 1); }
  [[nodiscard]] std::string_view view() const noexcept { return {reinterpret_cast<const char*>(this + 1), length}; }

  [[nodiscard]] bool holds(std::string_view wanted) const noexcept {
    return length == wanted.size() && equal_bytes(view(), wanted);
  }

  [[nodiscard]] static std::size_t hash_of(std::string_view characters) noexcept {
    return integer_cast<std::size_t>(hash_bytes(characters.data(), characters.size()));
  }

  /// A new body, which no table knows yet. \throws std::bad_alloc
  [[nodiscard]] static counted make(std::string_view characters, std::size_t hash) {
    if (characters.size() >
        static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max()) - front - sizeof(string_body) - 1) {
      throw_bad_array_length();
    }
    const std::uint32_t info = info_.get(record, 0);
    void* const block = allocate(block_bytes(characters.size()));
    void* const object = static_cast<std::byte*>(block) + front;
    std::uint32_t owner = 0;
    if constexpr (check_level >= 1 && !refcount::is_thread_safe) owner = owner_tag() << info_word::owner_shift;
    ::new (static_cast<void*>(header_type::of(object))) header_type{count_word::one, info | owner};
    auto* const body = ::new (object) string_body{hash, characters.size()};
    if (!characters.empty()) std::memcpy(body->characters(), characters.data(), characters.size());
    body->characters()[characters.size()] = '\0';
    return pointer_access::take<counted>(body);
  }

 private:
  static constexpr std::size_t front = sizeof(header_type);
  static_assert(front % alignof(std::size_t) == 0);

  [[nodiscard]] static constexpr std::size_t block_bytes(std::size_t length) noexcept {
    return front + sizeof(string_body) + length + 1;
  }

  /// \throws std::bad_alloc
  [[nodiscard]] static void* allocate(std::size_t bytes) {
    const auto try_once = [bytes] {
      const home_of<refcount> home;
      return pool_allocator::allocate(bytes, alignof(std::size_t));
    };
    void* block = try_once();
    if (block == nullptr) block = private_heap::try_after_collection(try_once);
    if (block == nullptr) throw_bad_alloc();
    return block;
  }

  [[nodiscard]] static string_body& body_of(const visited& at) noexcept {
    return *static_cast<string_body*>(static_cast<header_type*>(at.header)->object());
  }

  static void destroy(const visited* at, const visited* last) noexcept {
    using cache = intern_cache<string_body, Locking>;
    cache& here = cache::current();
    const lock_guard lock{here.mutex};
    for (; at != last; ++at) here.table.erase(body_of(*at));
  }

  static void deallocate(const visited* at, const visited* last) noexcept {
    for (; at != last; ++at) {
      pool_allocator::deallocate(at->header, bytes(&body_of(*at)), alignof(std::size_t));
    }
  }

  [[nodiscard]] static std::size_t bytes(const void* object) noexcept {
    return block_bytes(static_cast<const string_body*>(object)->length);
  }

  OURO_SHARED_STATE static constexpr type_record record{&destroy,
                                                        &deallocate,
                                                        nullptr,
                                                        nullptr,
                                                        &death<typename Locking::refcount, no_collector>::end,
                                                        &bytes,
                                                        nullptr,
                                                        "ouro::interned_string"};

  OURO_SHARED_STATE static inline constinit type_info_word info_{};
};

/// The empty string and those of one character, immortal and constant-initialised, so that they serve at any time.
template <class Locking>
class short_strings {
  using body = string_body<Locking>;
  using counted = typename body::counted;

 public:
  /// \pre at most one character
  [[nodiscard]] static counted get(std::string_view characters) noexcept {
    const std::size_t index = characters.empty() ? 256 : static_cast<unsigned char>(characters[0]);
    return pointer_access::take<counted>(&table_.at[index].object);
  }

 private:
  struct cell {
    header<typename Locking::refcount> head;
    body object;
    char text[8];
  };
  static_assert(offsetof(cell, object) == sizeof(header<typename Locking::refcount>));

  struct cells {
    cell at[257];
  };

  [[nodiscard]] static consteval auto fill() {
    return []<std::size_t... Is>(std::index_sequence<Is...>) {
      return cells{
          {cell{{count_word::pinned, 0}, {0, Is == 256 ? 0 : 1}, {Is == 256 ? '\0' : static_cast<char>(Is)}}...}};
    }(std::make_index_sequence<257>{});
  }

  OURO_SHARED_STATE static inline constinit cells table_ = fill();
};

}  // namespace ouro::detail

// ===== ouro/intern/interned_string.hpp

/// \file
/// Interned strings: one block with header, hash, length and characters.

namespace ouro {

namespace detail {

/// An iterator over characters that outlive the step to the next ones.
template <class It>
concept string_iterator =
    std::forward_iterator<It> && std::convertible_to<std::iter_reference_t<It>, std::string_view> &&
    (std::is_lvalue_reference_v<std::iter_reference_t<It>> || std::same_as<std::iter_value_t<It>, std::string_view>);

/// The characters of a literal, as an argument of templates: programs without such literals do not compile what makes
/// strings of them.
template <std::size_t Size>
struct literal {
  char characters[Size] = {};

  consteval literal(const char (&text)[Size]) noexcept {  // NOLINT(google-explicit-constructor): by the language
    for (std::size_t i = 0; i != Size; ++i) characters[i] = text[i];
  }

  [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters, Size - 1}; }
};

}  // namespace detail

/// An immutable string of which there is one object per value: 8 bytes, compared by pointer, ordered by content. Found
/// by `std::string_view` without allocating; a new string is one block of its characters and 25 bytes. The empty string
/// and the strings of one character are made at compile time, never die, and cost nothing to look up. Strings die with
/// their last handle. May hold any characters, NUL included; one more NUL stands behind them.
/// Thread-safety: with `no_locking` each thread has strings of its own; with `mutex_locking` all threads share them.
template <locking_policy Locking = no_locking>
class OURO_SHARED_TYPE basic_interned_string
    : public detail::interned_handle<
          basic_interned_string<Locking>,
          managed_ptr<detail::string_body<Locking>, typename Locking::refcount, no_collector, pool_allocator>> {
  using body = detail::string_body<Locking>;
  using counted = managed_ptr<body, typename Locking::refcount, no_collector, pool_allocator>;
  using base = detail::interned_handle<basic_interned_string, counted>;
  using cache = detail::intern_cache<body, Locking>;

 public:
  /// The empty string.
  basic_interned_string() noexcept : base{detail::short_strings<Locking>::get({})} {}

  /// Expected O(length). \throws std::bad_alloc
  explicit basic_interned_string(std::string_view characters) : base{intern(characters)} {}
  explicit basic_interned_string(char character) noexcept
      : base{detail::short_strings<Locking>::get({&character, 1})} {}

  /// Writes the handles of all strings of `[first, last)` to `out`, and returns its end. In a table that is larger than
  /// the processor's caches this takes a fraction of the time of one by one, since memory is asked for 16 strings
  /// ahead.
  /// \throws std::bad_alloc, and what the iterators throw
  template <detail::string_iterator It, std::sentinel_for<It> End, std::output_iterator<basic_interned_string> Out>
  static Out intern_all(It first, End last, Out out) {
    constexpr std::size_t most = 16;
    std::string_view characters[most];
    std::size_t hashes[most];
    while (first != last) {
      std::size_t strings = 0;
      for (; strings != most && first != last; ++strings, ++first) characters[strings] = *first;
      fetch(characters, hashes, strings);
      for (std::size_t i = 0; i != strings; ++i) *out++ = basic_interned_string{intern(characters[i], hashes[i])};
    }
    return out;
  }

  /// What a string is to who keeps it in a word of its own, as a tagged value does.
  using raw_pointer = typename counted::pointer;

  /// Gives up the string with its count, which somebody must `adopt` again. Must be destroyed or assigned to next.
  [[nodiscard]] raw_pointer release() && noexcept {
    const raw_pointer given = this->pointer().get();
    this->forget();
    return given;
  }

  /// Takes over a count from `release`.
  [[nodiscard]] static basic_interned_string adopt(raw_pointer counted_string) noexcept {
    return basic_interned_string{detail::pointer_access::take<counted>(counted_string)};
  }

  /// One handle more to a string whose count somebody holds.
  [[nodiscard]] static basic_interned_string share(raw_pointer held) noexcept {
    basic_interned_string known = adopt(held);
    basic_interned_string shared{known};
    known.forget();
    return shared;
  }

  [[nodiscard]] std::string_view view() const noexcept { return this->pointer()->view(); }
  [[nodiscard]] explicit operator std::string_view() const noexcept { return view(); }
  [[nodiscard]] const char* data() const noexcept { return view().data(); }
  [[nodiscard]] const char* c_str() const noexcept { return data(); }
  [[nodiscard]] std::size_t size() const noexcept { return view().size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  [[nodiscard]] friend bool operator==(const basic_interned_string& left, const basic_interned_string& right) noexcept {
    return is(left, right);
  }
  [[nodiscard]] friend bool operator==(const basic_interned_string& left, std::string_view right) noexcept {
    return left.view() == right;
  }
  [[nodiscard]] friend std::strong_ordering operator<=>(const basic_interned_string& left,
                                                        const basic_interned_string& right) noexcept {
    return is(left, right) ? std::strong_ordering::equal : left.view() <=> right.view();
  }

  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out,
                                                      const basic_interned_string& printed) {
    return out << printed.view();
  }

  /// Switched off, each string made is a new object: for tests, and to measure what interning saves.
  static void disable() noexcept { switch_to(false); }
  static void enable() noexcept { switch_to(true); }

  /// How many strings are interned, those of one character and the empty one aside.
  [[nodiscard]] static std::size_t interned_count() noexcept {
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    return here.table.size();
  }

 private:
  explicit basic_interned_string(counted pointer) noexcept : base{std::move(pointer)} {}

  [[nodiscard]] static counted intern(std::string_view characters) {
    return intern(characters, body::hash_of(characters));
  }

  [[nodiscard]] OURO_ALWAYS_INLINE static counted intern(std::string_view characters, std::size_t hash) {
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    if (!here.is_enabled) return body::make(characters, hash);
    if (characters.size() <= 1) return detail::short_strings<Locking>::get(characters);
    if (body* const known = find(here, characters, hash)) return detail::pointer_access::take<counted>(known);
    return make_entry(here, characters, hash);
  }

  /// \pre the table has no such string
  [[nodiscard]] OURO_NOINLINE static counted make_entry(cache& here, std::string_view characters, std::size_t hash) {
    const std::size_t version = here.table.version();
    counted made = body::make(characters, hash);
    // In a heap at its limit, that has collected: destructors may have taken strings out of the table, and put some in.
    if (here.table.version() != version) [[unlikely]] {
      if (body* const known = find(here, characters, hash)) return detail::pointer_access::take<counted>(known);
    }
    here.reserve();
    here.table.insert(*made);
    return made;
  }

  /// With a count for the caller; null if there is no such string, or if it waits for its destruction.
  [[nodiscard]] OURO_ALWAYS_INLINE static body* find(cache& here, std::string_view characters, std::size_t hash) {
    return here.table.find(hash, [&](body& each) {
      return each.holds(characters) && detail::header_of<typename Locking::refcount>(&each)->try_increment();
    });
  }

  /// Hashes so many strings, and has the memory that finding them takes on its way.
  static void fetch(const std::string_view* characters, std::size_t* hashes, std::size_t strings) noexcept {
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    for (std::size_t i = 0; i != strings; ++i) {
      hashes[i] = body::hash_of(characters[i]);
      here.table.fetch_slot(hashes[i]);
    }
    for (std::size_t i = 0; i != strings; ++i) here.table.fetch_entry(hashes[i]);
  }

  static void switch_to(bool enabled) noexcept {
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    here.enable(enabled);
  }
};

/// Of the calling thread.
using interned_string = basic_interned_string<>;

template <class Locking>
inline constexpr bool leaf<basic_interned_string<Locking>> = true;

inline namespace literals {

/// `"x"_is` is the interned string "x". \throws std::bad_alloc
template <detail::literal Text>
[[nodiscard]] interned_string operator""_is() {
  return interned_string{Text.view()};
}

}  // namespace literals
}  // namespace ouro

template <class Locking>
struct std::hash<ouro::basic_interned_string<Locking>> {
  [[nodiscard]] std::size_t operator()(const ouro::basic_interned_string<Locking>& hashed) const noexcept {
    return hash_value(hashed);
  }
};

// ===== ouro/collector/heap_view.hpp

/// \file
/// The objects that a collector has in view, and what points to what among them.

namespace ouro::detail {

/// Of the calling thread's heap, or of that which all threads share. Whole objects only: neither unborn nor dead. All
/// functions throw `std::bad_alloc`, and what traces throw, and change nothing.
template <class RefcountPolicy, class CollectorPolicy>
class heap_view {
 public:
  using header_type = header<RefcountPolicy>;
  using list = std::vector<header_type*>;

  /// The targets of the object's edges, in the order of its trace.
  [[nodiscard]] static list edges_of(header_type& object) {
    check_not_tracing("ouro::gc");
    list targets;
    const type_record& record = record_of(info_of<CollectorPolicy>(object));
    if (record.trace == nullptr) return targets;
    edge_sink sink{&append, &targets};
    trace_one(&object, record, sink);
    return targets;
  }

  /// What the generation has: the enrolled objects, or the candidates.
  [[nodiscard]] static list generation(bool minor) {
    check_not_tracing("ouro::gc");
    list found;
    auto& candidates = CollectorPolicy::template current<RefcountPolicy>().candidates();
    append_all(minor ? candidates.young() : candidates.old(), found);
    if constexpr (walks_pools<CollectorPolicy, RefcountPolicy>) {
      found.reserve(found.size() + (minor ? 0 : walked_objects<RefcountPolicy>::most()));  // the walk must not throw
      if (!minor) walked_objects<RefcountPolicy>::each([&found](header_type& object) { found.push_back(&object); });
    }
    return found;
  }

  /// All that is in view: the enrolled objects; or else the candidates, and what they reach.
  [[nodiscard]] static list all() {
    list found = generation(false);
    const list young = generation(true);
    found.insert(found.end(), young.begin(), young.end());
    CollectorPolicy::template current<RefcountPolicy>().candidates().each_frozen(
        [&found](const candidate_buffer<RefcountPolicy>& frozen) { append_all(frozen, found); });
    if constexpr (!enrolls_all<CollectorPolicy>) {
      local_address_map<bool> met;
      for (header_type* const each : found) met[each] = true;
      for (std::size_t i = 0; i != found.size(); ++i) {
        for (header_type* const target : edges_of(*found[i])) {
          if (is_whole(*target) && !std::exchange(met[target], true)) found.push_back(target);
        }
      }
    }
    return found;
  }

 private:
  static void append(void* to, edge* first, edge* last) {
    auto& targets = *static_cast<list*>(to);
    for (; first != last; ++first) targets.push_back(static_cast<header_type*>(first->target));
  }

  static void append_all(const candidate_buffer<RefcountPolicy>& of, list& to) {
    for (std::size_t slot = 0; slot != of.slots(); ++slot) {
      if (header_type* const object = of.at(slot); object != nullptr && is_whole(*object)) to.push_back(object);
    }
  }

  [[nodiscard]] static bool is_whole(header_type& object) noexcept {
    constexpr std::uint32_t not_whole = info_word::unborn | info_word::dead;
    const std::uint32_t info = info_of<CollectorPolicy>(object);
    return (info & info_word::tracked) != 0 && (info & not_whole) == 0;
  }
};

}  // namespace ouro::detail

// ===== ouro/pointer/gc.hpp

/// \file
/// Python's `gc` module, name by name, for one set of policies.

namespace ouro {

/// The collector of the calling thread's heap (with a thread-safe refcount policy: of the heap that all threads share;
/// then no other thread may use its objects during `collect`). Without a collector there is nothing to find, and
/// nothing to set.
/// \see ouro/fwd.hpp for the defaults
template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
class basic_gc {
  static constexpr bool has_collector = finds_cycles<CollectorPolicy>;
  using header_type = detail::header<RefcountPolicy>;
  using view = detail::heap_view<RefcountPolicy, CollectorPolicy>;

 public:
  basic_gc() = delete;

  /// A pointer to an object of any type.
  using object = managed_ptr<void, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

  static constexpr std::size_t generations = 2;  ///< young objects, and old ones
  static constexpr std::size_t default_full_threshold = detail::trigger::default_full_threshold;

  /// Destroys all garbage. Returns the number of garbage objects destroyed. With `biased_refcount`, begins by settling
  /// what other threads have left for this one, and what is left for any thread of the objects with a collector.
  /// Called from a destructor, a `finalize`, a callback or a trace, or while another thread collects the same objects,
  /// it does nothing and returns 0. O(objects and edges that the candidates reach). Never throws.
  static std::size_t collect() noexcept {
    if constexpr (has_collector) {
      return CollectorPolicy::template collect<RefcountPolicy>();  // settles first
    } else {
      if constexpr (leaves_to_owners<RefcountPolicy>) RefcountPolicy::settle();
      return 0;
    }
  }

  /// The same for the generations up to `generation`: 0 is the young objects, which no collection has found alive yet,
  /// 1 and above is all.
  static std::size_t collect(std::size_t generation) noexcept {
    if constexpr (has_collector) {
      if (generation < generations - 1) return current().collect(true);
    }
    return collect();
  }

  /// A slice of a collection: looks at candidates, one after the other, the young and then the old, until it has looked
  /// at `budget` objects, or at all candidates; goes on from there the next time. Returns the number of garbage objects
  /// destroyed. For programs with deadlines, which call it in each frame: it looks at less than twice `budget` objects.
  ///
  /// What of the garbage is left afterwards is bounded: of structures that reach up to `budget` objects, what became
  /// garbage since the candidates were last gone through. Larger ones wait for `collect`, or for an automatic
  /// collection. Not with a collector that enrolls all objects, which looks at a generation or not at all.
  static std::size_t step(std::size_t budget) noexcept
    requires(has_collector && !enrolls_all<CollectorPolicy>)
  {
    return current().step(budget);
  }

  /// The same for so many nanoseconds, and no longer than a slice of 512 objects takes beyond them; ends before when
  /// all candidates have been looked at.
  static std::size_t step_for(std::uint64_t nanoseconds) noexcept
    requires(has_collector && !enrolls_all<CollectorPolicy>)
  {
    std::size_t destroyed = 0;
    repeat_for(nanoseconds, [&destroyed] {
      const std::size_t before = stats().examined;
      destroyed += step(slice);
      return stats().examined - before >= slice;
    });
    return destroyed;
  }

  /// How many bytes of stack nested destructors may use on this thread, or in the private heap that it is in: 256 KiB
  /// at first. A destructor that drops the last pointer to another object destroys it at once, as with
  /// `std::shared_ptr`, while they use less; beyond that, objects wait until the innermost of these destructors
  /// returns, and their ancestors' blocks are freed after them. For threads with small stacks. With 0, nothing is
  /// destroyed inside another destructor.
  static void set_destruction_stack(std::size_t bytes) noexcept
    requires counts_in_header<RefcountPolicy>
  {
    destructions().set_nesting(bytes);
  }
  [[nodiscard]] static std::size_t destruction_stack() noexcept
    requires counts_in_header<RefcountPolicy>
  {
    return destructions().nesting();
  }

  /// While it lives, an object of this refcount policy whose last pointer is dropped on this thread is not destroyed at
  /// once, but waits for `drain`: so a large structure is not destroyed in one go, by whoever drops it. Its weak
  /// pointers give null meanwhile; their callbacks run after its destruction. Objects that need no destructor do not
  /// wait. At the end of the last of them all that waits goes.
  class deferred_drops {
   public:
    deferred_drops() noexcept : was_deferring_{destructions().is_deferring()} { destructions().defer(true); }
    deferred_drops(const deferred_drops&) = delete;
    deferred_drops& operator=(const deferred_drops&) = delete;
    ~deferred_drops() {
      destructions().defer(was_deferring_);
      if (!was_deferring_) drain();
    }

   private:
    bool was_deferring_;
  };

  /// Destroys up to `most` of the objects that wait, and returns how many that were; what they leave behind waits in
  /// turn. Called from a destructor or a trace it does nothing and returns 0.
  static std::size_t drain(std::size_t most = static_cast<std::size_t>(-1)) noexcept
    requires counts_in_header<RefcountPolicy>
  {
    if (detail::trace_is_running) return 0;
    const std::size_t ended = destructions().drain(most);
    detail::death<RefcountPolicy, CollectorPolicy>::settle();
    return ended;
  }

  /// The same for so many nanoseconds, and no longer than 512 objects take beyond them.
  static std::size_t drain_for(std::uint64_t nanoseconds) noexcept
    requires counts_in_header<RefcountPolicy>
  {
    std::size_t ended = 0;
    repeat_for(nanoseconds, [&ended] {
      const std::size_t more = drain(slice);
      ended += more;
      return more == slice;
    });
    return ended;
  }

  /// While one lives, no collection of this memory begins by itself in the heap that the thread was in when the pause
  /// began: neither in `make_managed` nor in `safepoint()`, nor as the emergency collection of a heap at its limit,
  /// which throws `std::bad_alloc` instead. What became due meanwhile follows at the next `make_managed` or
  /// `safepoint()`.
  ///
  /// For code that makes objects while a standard container of a managed object is half-way through an operation of its
  /// own: the destructor, hash or comparison of an element, which `clear`, `erase` or `insert` calls. A collection
  /// would trace the container, and nothing in C++ can tell that it is half-way. (ouro's own containers need no pause.)
  ///
  /// Pauses nest. `collect`, `step` and `drain` do what they are called for all the same; `is_enabled` and
  /// `deferred_drops` have nothing to do with pauses. A private heap that is entered meanwhile is not paused, and the
  /// end of a heap or thread collects. With a thread-safe refcount policy a pause holds for all threads. O(1), no
  /// memory.
  /// \pre ends in the heap in which it began
  class pause {
   public:
    pause() noexcept {
      if constexpr (has_collector) current().pause();
    }
    pause(const pause&) = delete;
    pause& operator=(const pause&) = delete;
    ~pause() {
      if constexpr (has_collector) current().resume();
    }
  };

  /// Where the automatic collections of the heap begin. With `gc_trigger::safepoint` a heap at its limit throws
  /// `std::bad_alloc` without an emergency collection, and collects all at the next safe point.
  static void set_trigger(gc_trigger place) noexcept
    requires has_collector
  {
    current().set_place(place);
  }
  [[nodiscard]] static gc_trigger trigger() noexcept
    requires has_collector
  {
    return current().schedule().place();
  }

  /// A place where no container is half-way: an automatic collection that is due begins here. Returns the number of
  /// garbage objects destroyed. One comparison when none is due. Does nothing while collections are disabled or a pause
  /// lives, when called from a destructor, a `finalize`, a callback or a trace, and with a thread-safe refcount policy,
  /// whose collections never begin by themselves.
  OURO_ALWAYS_INLINE static std::size_t safepoint() noexcept {
    if constexpr (has_collector) {
      return current().safepoint();
    } else {
      return 0;
    }
  }

  /// Automatic collections: `make_managed` collects when enough candidates have come together. On by default.
  static void enable() noexcept
    requires has_collector
  {
    current().schedule().enable(true);
  }
  static void disable() noexcept
    requires has_collector
  {
    current().schedule().enable(false);
  }
  [[nodiscard]] static bool is_enabled() noexcept {
    if constexpr (has_collector) {
      return current().schedule().was_enabled();
    } else {
      return false;
    }
  }

  /// How many candidates make an automatic collection due, at the least; 0 switches them off. `full` times as many
  /// objects that such collections have found alive make a full one due, at the least.
  static void set_threshold(std::size_t candidates, std::size_t full = default_full_threshold) noexcept
    requires has_collector
  {
    current().schedule().set_threshold(candidates, full);
  }

  /// Of generation 0 the candidates, of 1 the factor.
  [[nodiscard]] static std::size_t threshold(std::size_t generation = 0) noexcept
    requires has_collector
  {
    return generation == 0 ? current().schedule().threshold() : current().schedule().full_threshold();
  }

  /// Candidates that wait for the next collection, without frozen ones; with a collector that enrolls all objects,
  /// these, and then O(objects in the pools that it walks).
  [[nodiscard]] static std::size_t count() noexcept {
    if constexpr (has_collector) {
      return current().count(true) + current().count(false);
    } else {
      return 0;
    }
  }

  /// The same of one generation.
  [[nodiscard]] static std::size_t count(std::size_t generation) noexcept {
    if constexpr (has_collector) {
      return current().count(generation == 0);
    } else {
      return 0;
    }
  }

  [[nodiscard]] static gc_stats stats() noexcept {
    if constexpr (has_collector) {
      return current().stats();
    } else {
      return {};
    }
  }

  /// The same of the collections of one generation. \pre `generation < generations`
  [[nodiscard]] static generation_stats stats(std::size_t generation) noexcept {
    if constexpr (has_collector) {
      return current().stats(generation == 0);
    } else {
      return {};
    }
  }

  /// What collections print, and whether they keep what they find.
  static void set_debug(gc_debug flags) noexcept
    requires has_collector
  {
    current().set_debug(flags);
  }
  [[nodiscard]] static gc_debug debug() noexcept
    requires has_collector
  {
    return current().debug();
  }

  /// The garbage that collections have kept since `set_debug(gc_debug::saveall)`: finalized, and without weak pointers,
  /// but whole. \throws std::bad_alloc
  [[nodiscard]] static std::vector<object> garbage()
    requires has_collector
  {
    auto& kept = current().garbage();
    return pointers_to({kept.items, kept.items + kept.size});
  }

  /// Lets the kept garbage go: the next collection finds it again.
  static void clear_garbage() noexcept
    requires has_collector
  {
    current().clear_garbage();
  }

  /// The objects that the collector has in view: with `generational` all that may be cyclic; with `trial_deletion` the
  /// candidates, and what they reach. O(objects). \throws std::bad_alloc
  [[nodiscard]] static std::vector<object> objects()
    requires has_collector
  {
    return pointers_to(view::all());
  }

  /// Those of one generation; with `trial_deletion` its candidates. \pre `generation < generations`
  [[nodiscard]] static std::vector<object> objects(std::size_t generation)
    requires has_collector
  {
    return pointers_to(view::generation(generation == 0));
  }

  /// What the object's edges point to, as its trace reports them: each edge once, and those only that a collector must
  /// follow. None for null. O(edges). \throws std::bad_alloc, and what the trace throws
  template <class Pointer>
  [[nodiscard]] static std::vector<object> referents(const Pointer& of)
    requires has_collector
  {
    if (of == nullptr) return {};
    return pointers_to(view::edges_of(header_of(of)));
  }

  /// The objects in view, as of `objects()`, that have an edge to one of these. O(objects and edges in view).
  /// \throws std::bad_alloc, and what traces throw
  template <class... Pointers>
  [[nodiscard]] static std::vector<object> referrers(const Pointers&... to)
    requires has_collector
  {
    std::vector<header_type*> found;
    for (header_type* const each : view::all()) {
      for (const header_type* const target : view::edges_of(*each)) {
        if (((target == to.owner()) || ...)) {
          found.push_back(each);
          break;
        }
      }
    }
    return pointers_to(found);
  }

  /// Takes all objects in view out of the collector's care: no collection looks at them, and what they point to counts
  /// as held from outside. They die by their counts as ever. Before a `fork`: their pages stay shared. Collections and
  /// steps cost nothing for them; with `generational`, full collections pass over them in the pools.
  /// O(objects). \throws std::bad_alloc, and nothing has changed then
  static void freeze()
    requires has_collector
  {
    const auto all = view::all();
    if (!current().reserve_for_freeze()) detail::throw_bad_alloc();
    for (header_type* const each : all) current().freeze(*each);
  }

  /// Gives those back that are in view. O(objects). \throws std::bad_alloc, and nothing has changed then
  static void unfreeze()
    requires has_collector
  {
    const auto all = view::all();
    if (!current().reserve_for_unfreeze()) detail::throw_bad_alloc();
    for (header_type* const each : all) current().unfreeze(*each);
  }

  /// How many objects in view are frozen. O(objects). \throws std::bad_alloc
  [[nodiscard]] static std::size_t frozen_count()
    requires has_collector
  {
    std::size_t frozen = 0;
    for (header_type* const each : view::all()) {
      if ((detail::info_of<CollectorPolicy>(*each) & detail::info_word::frozen) != 0) ++frozen;
    }
    return frozen;
  }

  /// The functions called before and after each collection. \throws std::bad_alloc at the first call
  [[nodiscard]] static gc_callbacks& callbacks()
    requires has_collector
  {
    return current().callbacks();
  }

  /// Whether the object may be part of a cycle, so that the collector looks at it. False for null.
  template <class Pointer>
  [[nodiscard]] static bool is_tracked(const Pointer& of) noexcept {
    return (info(of) & detail::info_word::tracked) != 0;
  }

  /// Whether `finalize` has been called for the object. False for null.
  template <class Pointer>
  [[nodiscard]] static bool is_finalized(const Pointer& of) noexcept {
    return (info(of) & detail::info_word::finalized) != 0;
  }

 private:
  static constexpr std::size_t slice = 512;  ///< objects between two looks at the clock

  /// Calls `work`, which says whether there is more to do, at least once, and until the time is over.
  template <class Work>
  static void repeat_for(std::uint64_t nanoseconds, Work work) noexcept {
    const std::uint64_t began = detail::steady_nanoseconds();
    while (work() && detail::steady_nanoseconds() - began < nanoseconds) {
    }
  }

  [[nodiscard]] static auto& current() noexcept { return CollectorPolicy::template current<RefcountPolicy>(); }

  [[nodiscard]] static auto& destructions() noexcept { return detail::destructions<RefcountPolicy>; }

  template <class Pointer>
  [[nodiscard]] static header_type& header_of(const Pointer& of) noexcept {
    auto& object = *static_cast<header_type*>(const_cast<void*>(of.owner()));
    detail::counting<RefcountPolicy, CollectorPolicy>::template check_read<typename Pointer::element_type>(object);
    return object;
  }

  template <class Pointer>
  [[nodiscard]] static std::uint32_t info(const Pointer& of) noexcept {
    return of == nullptr ? 0 : detail::info_of<CollectorPolicy>(header_of(of));
  }

  [[nodiscard]] static std::vector<object> pointers_to(const std::vector<header_type*>& headers) {
    std::vector<object> pointers;
    pointers.reserve(headers.size());
    for (header_type* const each : headers) {
      if (each->try_increment()) pointers.push_back(detail::pointer_access::take<object>(each->object()));
    }
    return pointers;
  }
};

}  // namespace ouro

// ===== ouro/pointer/heap.hpp

/// \file
/// Private heaps as values, and the one that the calling thread is in.

namespace ouro {

/// A heap apart: `ouro::heap h; { ouro::heap::scope in{h}; … }`. What is made inside lies in pools of its own, is
/// counted in its own statistics, interned in its own tables, and found by its own collector, with thresholds,
/// callbacks and weak pointers of its own. As an isolate of V8 it is entered by one thread at a time, now by this one,
/// now by that: what belongs to one heap needs no lock, and no thread of its own.
///
/// Objects are used, and their pointers copied and dropped, inside the heap that they were made in; checked builds say
/// so when they are not. Objects whose counts are thread-safe belong to no private heap: those made inside lie with
/// those of the thread.
///
/// At its end a heap collects; what pointers still hold goes with its pools: the memory is given back, O(arenas), and
/// no destructor runs. So a program may drop a heap with all that lives in it, if nothing in there owns anything
/// outside; pointers into it must not be used, copied or dropped any more, weak ones have expired. Memory that does not
/// come from pools stays with its allocator. Checked builds keep what was in use of the heaps that ended last, up to 16
/// arenas and 32 MiB of large blocks, and report pointers and containers that have outlived these heaps.
template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
class basic_heap {
 public:
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();  ///< bytes

  /// Whether there are private heaps: objects that threads share have none.
  static constexpr bool is_isolated = !RefcountPolicy::is_thread_safe;

  /// One heap, private or the thread's own, to be asked about its pools. Good as long as the heap.
  class reference {
   public:
    /// O(pools).
    [[nodiscard]] pool_statistics statistics() const noexcept { return detail::statistics_of(*pools_); }

    /// Bytes that pools and large blocks may take together, in pools of 32 KiB.
    [[nodiscard]] std::size_t limit() const noexcept { return pools_->limit; }

    /// Gives memory that is not used back to the system. O(arenas)
    void trim() const noexcept {
      if (pools_ != &detail::no_pool_heap) pools_->trim();
    }

   private:
    friend basic_heap;
    explicit reference(detail::pool_heap& pools) noexcept : pools_{&pools} {}

    detail::pool_heap* pools_;
  };

  /// The heap that the calling thread is in.
  [[nodiscard]] static reference current() noexcept { return reference{*detail::current_pool_heap}; }

  class scope;

  /// `limit`: as by `set_limit`. \throws std::bad_alloc
  explicit basic_heap(std::size_t limit = unlimited)
    requires is_isolated
      : state_{std::make_unique<private_heap>(limit)} {
    attach_parts();
  }

  basic_heap(basic_heap&& from) noexcept = default;
  /// Ends this heap, unless it is `from`.
  basic_heap& operator=(basic_heap&& from) noexcept {
    basic_heap moved{std::move(from)};
    state_.swap(moved.state_);
    return *this;
  }

  /// Calls user code: the destructors and finalizers of garbage. \pre no thread is in it
  ~basic_heap() {
    if (state_ != nullptr) close();
  }

  /// Of this heap, whichever the thread is in. \pre not moved from, here and below; no other thread is in it
  [[nodiscard]] pool_statistics statistics() const noexcept { return here().statistics(); }
  [[nodiscard]] std::size_t limit() const noexcept { return here().limit(); }
  void trim() const noexcept { here().trim(); }

  /// From now on the pools and large blocks of the heap take no more than so many bytes; those that are in use stay.
  /// What `make_managed`, an interned string or a container over `standard_allocator` then finds no room for it makes
  /// after a collection, or throws `std::bad_alloc`. In a heap full of living objects not every refused request comes
  /// with a collection: n refused requests have about log2(n).
  void set_limit(std::size_t bytes) noexcept { state().pools().limit = bytes; }

  /// Whether some thread is in it.
  [[nodiscard]] bool is_entered() const noexcept { return state().is_entered(); }

 private:
  using private_heap = detail::when_used<detail::private_heap, RefcountPolicy>;

  [[nodiscard]] private_heap& state() const noexcept {
    if constexpr (check_level >= 1) {
      if (state_ == nullptr) detail::misuse("a heap was used that had been moved from", "ouro::heap");
    }
    return *state_;
  }

  [[nodiscard]] reference here() const noexcept { return reference{state().pools()}; }

  /// So that nothing can fail later on of what these write.
  void attach_parts();

  void close() noexcept;

  std::unique_ptr<private_heap> state_;
};

/// While it lives, the calling thread is in the heap. Scopes nest, also of one and the same heap, and end in reverse
/// order. O(1): two copies of about 1 KiB.
template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
class basic_heap<RefcountPolicy, CollectorPolicy, AllocatorPolicy>::scope {
 public:
  /// \pre the heap was not moved from, and no other thread is in it. \throws std::bad_alloc
  explicit scope(basic_heap& entered) : state_{&entered.state()} {
    detail::check_not_tracing("ouro::heap");
    if (!state_->enter(visit_)) detail::throw_bad_alloc();
  }
  scope(const scope&) = delete;
  scope& operator=(const scope&) = delete;
  ~scope() {
    if constexpr (check_level >= 1) {
      if (!state_->is_current()) detail::misuse("scopes of heaps do not end in reverse order", "ouro::heap::scope");
    }
    state_->leave(visit_);
  }

 private:
  detail::private_heap* state_;
  detail::private_heap::visit visit_{};
};

template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
void basic_heap<RefcountPolicy, CollectorPolicy, AllocatorPolicy>::attach_parts() {
  bool all = detail::attach(detail::heap_part_of<detail::heap_number>::part) &&
             detail::attach(detail::heap_part_of<detail::destruction_queue<RefcountPolicy>>::part);
  if constexpr (requires { typename CollectorPolicy::template state<RefcountPolicy>; }) {
    using state = typename CollectorPolicy::template state<RefcountPolicy>;
    all = all && detail::attach(detail::heap_part_of<state>::part);
  }
  if (!all) detail::throw_bad_alloc();
}

template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
void basic_heap<RefcountPolicy, CollectorPolicy, AllocatorPolicy>::close() noexcept {
  if (state_->is_entered()) detail::misuse("a private heap ended while a thread was in it", "ouro::heap");
  detail::private_heap::visit last{};
  if (!state_->enter(last)) {
    // Without the memory to enter it, its objects cannot be ended. It stays: a leak, and nothing worse.
    [[maybe_unused]] const auto* const stays = state_.release();
    return;
  }
  detail::destructions<RefcountPolicy>.drain(unlimited);
  state_->close();
  if constexpr (has_trim<AllocatorPolicy>) AllocatorPolicy::trim();  // an allocator may keep freed blocks back
  state_->leave(last);
  state_.reset();
}

}  // namespace ouro

// ===== ouro/pointer/can_be_made.hpp

/// \file
/// What `make` asks of a type and its arguments, each by a message of its own.

namespace ouro::detail {

/// Whether `new T(args...)` compiles, but for what it may warn of.
template <class T, class... Args>
concept constructs = requires(void* at, Args&&... args) { ::new (at) T(std::forward<Args>(args)...); };

/// What a message calls the making of a `T`: `T(Args...)`. Of an array of arrays, by the name of what is in these.
template <class T, class... Args>
using making = std::remove_all_extents_t<T>(Args...);

/// That of `takes_arguments` for `make<Element[]>(length, args...)`.
template <class Element>
[[nodiscard]] consteval bool takes_length() {
  OURO_REQUIRE(Element[], "ouro: `make` needs the length of the array as its first argument", false);
  return false;
}
template <class Element, class Length, class... Args>
[[nodiscard]] consteval bool takes_length() {
  constexpr bool is_length = requires(const Length& length) { static_cast<std::size_t>(length); };
  OURO_REQUIRE(Element[], "ouro: `make` needs the length of the array as its first argument", is_length);
  using made = making<Element, const std::remove_reference_t<Args>&...>;
  constexpr bool fits = constructs<Element, const std::remove_reference_t<Args>&...>;
  OURO_REQUIRE(made, "ouro: `make`: no constructor of the elements takes these arguments, as const", fits);
  return is_length && fits;
}

/// The part of `can_be_made` that depends on the arguments. \pre `T` is complete, and not abstract
template <class T, class... Args>
[[nodiscard]] consteval bool takes_arguments() {
  using element = std::remove_cv_t<std::remove_extent_t<T>>;
  if constexpr (!std::is_array_v<T>) {
    using made = making<element, Args...>;
    constexpr bool fits = constructs<element, Args...>;
    OURO_REQUIRE(made, "ouro: `make`: no constructor that it can call takes these arguments", fits);
    return fits;
  } else if constexpr (std::is_bounded_array_v<T>) {
    using made = making<element, const std::remove_reference_t<Args>&...>;
    constexpr bool fits = constructs<element, const std::remove_reference_t<Args>&...>;
    OURO_REQUIRE(made, "ouro: `make`: no constructor of the elements takes these arguments, as const", fits);
    return fits;
  } else {
    return takes_length<element, Args...>();
  }
}

/// Whether a `T` can be made of these arguments; ends the compilation with the reason if not. Asks the compiler itself
/// whether `T` is complete, each time: a variable would keep the answer that it gave first.
template <class T, class... Args>
[[nodiscard]] consteval bool can_be_made() {
  using element = std::remove_cv_t<std::remove_all_extents_t<T>>;
  constexpr bool is_object = !std::is_void_v<T> && !std::is_reference_v<T> && !std::is_function_v<T>;
  OURO_REQUIRE(T, "ouro: `make` makes objects, and this is no type of objects", is_object);
  if constexpr (is_object) {
    constexpr bool is_defined = requires { sizeof(element); };
    OURO_REQUIRE(element, "ouro: `make` needs the definition of the class, which is incomplete here", is_defined);
    if constexpr (is_defined) {
      constexpr bool is_concrete = !std::is_abstract_v<element>;
      OURO_REQUIRE(element, "ouro: `make` cannot make an abstract class: make an object of a class derived from it",
                   is_concrete);
      if constexpr (is_concrete) return takes_arguments<T, Args...>();
    }
  }
  return false;
}

}  // namespace ouro::detail

// ===== ouro/pointer/make_managed.hpp

/// \file
/// Makes managed objects: header and object in one block.

namespace ouro {

namespace detail {

/// A block for an object, in a pool that its collector walks if `Walked`; null when memory is exhausted.
template <class AllocatorPolicy, bool Walked>
[[nodiscard]] OURO_ALWAYS_INLINE void* allocate_once(std::size_t bytes, std::size_t alignment,
                                                     std::string_view type) noexcept {
  if constexpr (Walked) {
    return AllocatorPolicy::allocate_walked(bytes, alignment);
  } else {
    return try_allocate<AllocatorPolicy>(bytes, alignment, type);
  }
}

/// When the heap has no block, or is not where the object may lie. Of the same code for all types.
/// \throws std::bad_alloc after an emergency collection
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy, bool Walked>
[[nodiscard]] OURO_NOINLINE void* allocate_elsewhere(std::size_t bytes, std::size_t alignment, std::string_view type) {
  const auto allocate = [&] {
    const home_of<RefcountPolicy> home;
    return allocate_once<AllocatorPolicy, Walked>(bytes, alignment, type);
  };
  if (RefcountPolicy::is_thread_safe && current_private_heap != nullptr) {
    if (void* const raw = allocate(); raw != nullptr) return raw;
  }
  const auto collect = [] {
    bool found = private_heap::collect_current();
    if constexpr (finds_cycles<CollectorPolicy>) {
      // In a private heap our collectors have collected with the rest of it.
      constexpr bool is_part = cycle_finder_of_ours<CollectorPolicy> && !RefcountPolicy::is_thread_safe;
      if (!is_part || current_private_heap == nullptr) {
        if (CollectorPolicy::template emergency<RefcountPolicy>() != 0) found = true;
      }
    }
    return found;
  };
  void* const raw = try_in_emergency(private_heap::back_off_here(), *current_pool_heap, collect, allocate);
  if (raw != nullptr) return raw;
  throw_bad_alloc();
}

/// An object on its way into the world. Until it is born its header says so, and one pointer of the maker's own holds
/// it. `Throws`: its constructor may fail. One that cannot, of a type that no collector looks into, is born as soon as
/// it has a header.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy, bool Throws,
          class Layout = block<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>>
class maker {
 public:
  static constexpr bool throws = Throws && has_exceptions;
  using layout = Layout;
  using element = typename layout::element;
  using header_type = header<RefcountPolicy>;

  /// A block with its header and nothing in it. \throws std::bad_alloc after an emergency collection
  OURO_ALWAYS_INLINE explicit maker(std::size_t elements = 1) {
    check_not_tracing(type_name<T>());
    if constexpr (leaves_to_owners<RefcountPolicy>) RefcountPolicy::settle();
    if constexpr (layout::is_tracked) CollectorPolicy::template before_make<RefcountPolicy>();
    if constexpr (layout::is_array) {
      if (!layout::fits(elements)) throw_bad_array_length();
    }
    plain_info_ = layout::plain_info() | owner();
    const std::size_t bytes = layout::bytes(elements);
    void* raw = nullptr;
    if (!RefcountPolicy::is_thread_safe || current_private_heap == nullptr) [[likely]]
      raw = allocate_once<AllocatorPolicy, layout::is_walked>(bytes, layout::alignment, type_name<T>());
    if (raw == nullptr) [[unlikely]]
      raw = allocate_elsewhere<RefcountPolicy, CollectorPolicy, AllocatorPolicy, layout::is_walked>(
          bytes, layout::alignment, type_name<T>());
    void* const object = static_cast<std::byte*>(raw) + layout::front;
    header_ = ::new (static_cast<void*>(header_type::of(object))) header_type{layout::first_count, first_info()};
    if constexpr (layout::is_array)
      ::new (static_cast<void*>(reinterpret_cast<std::size_t*>(header_) - 1)) std::size_t{elements};
  }

  [[nodiscard]] element* object() const noexcept { return static_cast<element*>(header_->object()); }

  /// The object is whole. \post the caller owns the pointer that held it
  OURO_ALWAYS_INLINE void born() const noexcept {
    if constexpr (must_wait) {
      std::uint32_t expected = first_info();
      if (!RefcountPolicy::compare_exchange(header_->info, expected, plain_info_)) [[unlikely]]
        born_late();
    }
    if constexpr (layout::is_tracked && enrolls_all<CollectorPolicy>) CollectorPolicy::enroll(*header_);
  }

  /// The constructor threw: there never was an object. Handles of it that have escaped are counted until they go, and
  /// the block with them; weak ones expire.
  OURO_NOINLINE void abandon() const noexcept {
    const std::uint32_t info = unlisted_info_of<CollectorPolicy>(*header_);
    death<RefcountPolicy, CollectorPolicy>::expire(*header_, info);
    RefcountPolicy::store(header_->info, info | info_word::dead);
    header_->set_quiet();
    if (header_->decrement_plainly() == released::last) layout::deallocate(header_->object());
    death<RefcountPolicy, CollectorPolicy>::settle();
  }

 private:
  static constexpr bool must_wait = throws || layout::is_tracked;

  [[nodiscard]] OURO_ALWAYS_INLINE std::uint32_t first_info() const noexcept {
    return plain_info_ | (must_wait ? info_word::unborn : 0);
  }

  [[nodiscard]] static std::uint32_t owner() noexcept {
    if constexpr (check_level >= 1 && !RefcountPolicy::is_thread_safe) {
      return owner_tag() << info_word::owner_shift;
    } else {
      return 0;
    }
  }

  /// The constructor has given handles or weak pointers away.
  OURO_NOINLINE void born_late() const noexcept {
    std::uint32_t seen = header_->load_info();
    do {
      if constexpr (finds_cycles<CollectorPolicy>) {
        if (info_word::is_listed(seen)) return born_as_candidate();
      }
    } while (!RefcountPolicy::compare_exchange(header_->info, seen, seen & ~info_word::unborn));
  }

  /// A handle has been dropped already.
  void born_as_candidate() const noexcept {
    if constexpr (finds_cycles<CollectorPolicy>) {
      RefcountPolicy::store(header_->info, CollectorPolicy::forget(*header_) & ~info_word::unborn);
      header_->clear_quiet();
      static_cast<void>(CollectorPolicy::suspect(*header_));
    }
  }

  header_type* header_;
  std::uint32_t plain_info_;
};

/// Destroys what has been constructed of an array when a constructor throws, last element first.
template <class Element>
class array_under_construction {
 public:
  explicit array_under_construction(Element* first) noexcept : first_{first} {}
  array_under_construction(const array_under_construction&) = delete;
  array_under_construction& operator=(const array_under_construction&) = delete;
  ~array_under_construction() {
    while (made_ != 0) std::destroy_at(first_ + --made_);
  }

  template <class... Args>
  void add(const Args&... args) {
    ::new (static_cast<void*>(first_ + made_)) Element(args...);
    ++made_;
  }

  void keep() noexcept { made_ = 0; }

 private:
  Element* first_;
  std::size_t made_ = 0;  ///< elements [0, made_) are alive
};

/// Runs `construct` on the maker's object, and takes everything back if it throws.
template <class Maker, class Construct>
OURO_ALWAYS_INLINE void give_birth(const Maker& maker, Construct construct) {
  if constexpr (Maker::throws) {
    OURO_TRY {
      construct(maker.object());  // calls user code: the header is in place, and says unborn
    }
    OURO_CATCH_ALL {
      maker.abandon();
      OURO_RETHROW;
    }
  } else {
    construct(maker.object());  // calls user code: as above
  }
  maker.born();
}

OURO_QUIET_CONSTRUCTION_BEGIN

template <class T, class R, class C, class A, class... Args>
[[nodiscard]] OURO_ALWAYS_INLINE managed_ptr<T, R, C, A> make_object(Args&&... args) {
  using element = std::remove_cv_t<T>;
  const maker<element, R, C, A, !std::is_nothrow_constructible_v<element, Args...>> maker;
  give_birth(maker, [&](element* at) { ::new (static_cast<void*>(at)) element(std::forward<Args>(args)...); });
  return pointer_access::take<managed_ptr<T, R, C, A>>(maker.object());
}

OURO_QUIET_CONSTRUCTION_END

template <class T, class R, class C, class A, class Length, class... Args>
[[nodiscard]] managed_ptr<T, R, C, A> make_array(Length length, const Args&... args) {
  // A negative length becomes one that no memory can hold.
  const auto elements = static_cast<std::size_t>(length);
  using element = std::remove_cv_t<std::remove_extent_t<T>>;
  const maker<element[], R, C, A, !std::is_nothrow_constructible_v<element, const Args&...>> maker{elements};
  give_birth(maker, [&](element* at) {
    array_under_construction<element> array{at};
    for (std::size_t i = 0; i != elements; ++i) array.add(args...);
    array.keep();
  });
  return pointer_access::take<managed_ptr<T, R, C, A>>(maker.object());
}

/// The same of copies of what lies from `from` on.
template <class T, class R, class C, class A, class It>
[[nodiscard]] managed_ptr<T[], R, C, A> make_array_from(std::size_t elements, It from) {
  const maker<T[], R, C, A, !std::is_nothrow_copy_constructible_v<T>> maker{elements};
  give_birth(maker, [&](T* at) {
    array_under_construction<T> array{at};
    for (std::size_t i = 0; i != elements; ++i, ++from) array.add(*from);
    array.keep();
  });
  return pointer_access::take<managed_ptr<T[], R, C, A>>(maker.object());
}

}  // namespace detail

namespace functions {

/// Makes a `T(args...)`. For arrays: `make_managed<T[]>(n)` and `make_managed<T[N]>()` make value-initialised elements,
/// and a further argument is what each is copied from.
///
/// O(1) and what the constructor does; with a collector, an automatic collection may come first. The object's own
/// pointer can be had inside the constructor by `managed_from_this(this)`.
/// \throws std::bad_alloc when memory is exhausted even after a collection, std::bad_array_new_length, and what the
/// constructor throws; then nothing has been made, and a handle that has escaped from the constructor must not be used.
template <class T, refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy,
          class... Args>
OURO_ALWAYS_INLINE managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> make_managed(Args&&... args) {
  if constexpr (!detail::can_be_made<T, Args...>()) {
    return nullptr;  // does not compile
  } else if constexpr (counts_itself<RefcountPolicy>) {
    return managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>{new T(std::forward<Args>(args)...)};
  } else if constexpr (std::is_unbounded_array_v<T>) {
    return detail::make_array<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(args...);
  } else if constexpr (std::is_bounded_array_v<T>) {
    return detail::make_array<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(std::extent_v<T>, args...);
  } else {
    return detail::make_object<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(std::forward<Args>(args)...);
  }
}

}  // namespace functions
}  // namespace ouro

// ===== ouro/pointer/managed_from_this.hpp

/// \file
/// From `this` to the pointer that owns it, without a base class.

namespace ouro {

namespace detail {

/// Reports what is no object, as far as its header and the allocator tell.
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
OURO_NOINLINE void check_made(header<RefcountPolicy>& object, std::string_view pointee) noexcept {
  if (object.load_count() == count_word::pinned) return;  // a static object lies in no block
  constexpr std::string_view not_made =
      "`managed_from_this` was called for what `make` did not make, or for a part of an object";
  const type_record& record =
      counting<RefcountPolicy, CollectorPolicy>::check_header(object, pointee, not_made, not_made);
  if constexpr (has_begins_block<AllocatorPolicy>) {
    // The alignment of the object divides what lies in front of it.
    const std::size_t alignment = record.front & (~record.front + 1);
    const std::byte* const block = static_cast<const std::byte*>(object.object()) - record.front;
    if (!AllocatorPolicy::begins_block(block, record.bytes(object.object()), alignment)) misuse(not_made, pointee);
  }
}

}  // namespace detail

namespace functions {

/// A pointer to the object that `self` is. Works in the constructor too; in the destructor it is null, since nothing
/// can keep the object any more. O(1).
/// \pre `*self` was made by `make_managed` with these policies, and is the whole object, its first base, or an
/// `interior_base`: in a checked build on pain of a report, as far as the allocator can tell. Pools and
/// `checked_allocator` can.
template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy, class T>
managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> managed_from_this(T* self) noexcept {
  using pointer = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  if constexpr (counts_itself<RefcountPolicy>) {
    return pointer{self};
  } else {
    auto& object = *detail::header_of<RefcountPolicy>(self);
    if constexpr (check_level >= 1) {
      detail::check_made<RefcountPolicy, CollectorPolicy, AllocatorPolicy>(object, type_name<T>());
    }
    if ((detail::info_of<CollectorPolicy>(object) & detail::info_word::dead) != 0) return nullptr;
    if (!object.try_increment()) return nullptr;
    return detail::pointer_access::take<pointer>(self);
  }
}

}  // namespace functions
}  // namespace ouro

// ===== ouro/pointer/managed_weak.hpp

/// \file
/// The pointer that does not own.

namespace ouro {

/// Points to an object without keeping it alive, and without keeping its memory: the object's block is freed with its
/// last strong pointer. Objects that have no weak pointers pay nothing for them.
///
/// Expires before the destructor of the object runs. May be given a callback, which runs when that is over; not
/// when the weak pointer and its copies are gone by then. The first weak pointer to an object allocates a record of its
/// own, outside the private heap; copies and `lock` do not allocate. Everything is O(1), however many weak pointers the
/// object has; its death is O(these). Callbacks run newest first. Thread-safety is that of a raw pointer for the
/// `managed_weak` itself, and that of the refcount policy for the object.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
  requires compatible_policies<RefcountPolicy, CollectorPolicy, AllocatorPolicy> && counts_in_header<RefcountPolicy>
class managed_weak {
  using table = detail::weak_table<RefcountPolicy>;
  using record = detail::weak_record<RefcountPolicy>;
  using counting = detail::counting<RefcountPolicy, CollectorPolicy>;

  template <class U>
  using other = managed_weak<U, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  template <class U>
  using strong = managed_ptr<U, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

 public:
  using element_type = std::remove_extent_t<T>;

  constexpr managed_weak() noexcept = default;

  /// \throws std::bad_alloc
  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_weak(const strong<U>& to)
      : pointee_{detail::convert<CollectorPolicy, T, U>(to.get())}, record_{to ? watch(to) : nullptr} {}

  /// Calls `callback()` when the object has been destroyed. It may do anything; what it throws goes to the unraisable
  /// handler. \throws std::bad_alloc, and what moving `callback` throws
  template <class U, std::invocable Callback>
    requires detail::pointer_converts_to<U, T>
  managed_weak(const strong<U>& to, Callback callback) : pointee_{detail::convert<CollectorPolicy, T, U>(to.get())} {
    if (!to) return;
    auto& target = *detail::header_of<RefcountPolicy>(to.get());
    counting::template check_use<U>(target, {});
    auto owned = std::make_unique<callback_of<Callback>>(std::move(callback));
    record_ = table::watch(target, owned.get());
    static_cast<void>(owned.release());
    detail::add_flags<CollectorPolicy>(target, detail::info_word::watched);
  }

  managed_weak(const managed_weak& from) noexcept : pointee_{from.pointee_}, record_{from.record_} { pin(); }
  managed_weak(managed_weak&& from) noexcept
      : pointee_{std::exchange(from.pointee_, nullptr)}, record_{std::exchange(from.record_, nullptr)} {}

  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_weak(const other<U>& from) noexcept : pointee_{converted(from)}, record_{from.record_} {
    pin();
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_weak(other<U>&& from) noexcept : pointee_{converted(from)}, record_{std::exchange(from.record_, nullptr)} {
    from.pointee_ = nullptr;
  }

  ~managed_weak() { unpin(); }

  managed_weak& operator=(const managed_weak& from) noexcept {
    managed_weak{from}.swap(*this);
    return *this;
  }
  managed_weak& operator=(managed_weak&& from) noexcept {
    managed_weak{std::move(from)}.swap(*this);
    return *this;
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_weak& operator=(const other<U>& from) noexcept {
    managed_weak{from}.swap(*this);
    return *this;
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_weak& operator=(other<U>&& from) noexcept {
    managed_weak{std::move(from)}.swap(*this);
    return *this;
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_weak& operator=(const strong<U>& to) {
    managed_weak{to}.swap(*this);
    return *this;
  }

  void reset() noexcept { managed_weak{}.swap(*this); }

  void swap(managed_weak& with) noexcept {
    std::swap(pointee_, with.pointee_);
    std::swap(record_, with.record_);
  }
  friend void swap(managed_weak& first, managed_weak& second) noexcept { first.swap(second); }

  /// A strong pointer to the object, or null if it has died or is dying. Never brings an object back from its last
  /// drop.
  [[nodiscard]] strong<T> lock() const noexcept {
    counting::check_not_collected(type_name<T>());
    if (pointee_ == nullptr || table::lock(*record_) == nullptr) return nullptr;
    return detail::pointer_access::take<strong<T>>(pointee_);
  }

  [[nodiscard]] long use_count() const noexcept {
    return pointee_ == nullptr ? 0 : static_cast<long>(table::use_count(*record_));
  }

  [[nodiscard]] bool expired() const noexcept { return use_count() == 0; }

  /// Orders by object, also after its death; an address that has been used again counts as the same object.
  template <detail::has_owner Handle>
  [[nodiscard]] bool owner_before(const Handle& with) const noexcept {
    return detail::owner_before(*this, with);
  }
  template <detail::has_owner Handle>
  [[nodiscard]] bool owner_equal(const Handle& with) const noexcept {
    return owner() == detail::owner_of(with);
  }
  [[nodiscard]] std::size_t owner_hash() const noexcept { return detail::hash_of_owner(*this); }

  /// The identity of the object, as `managed_ptr::owner` gives it; null for a weak pointer to nothing.
  [[nodiscard]] const void* owner() const noexcept { return record_ == nullptr ? nullptr : record_->owner; }

 private:
  template <class, class R, class C, class A>
    requires compatible_policies<R, C, A> && counts_in_header<R>
  friend class managed_weak;

  template <class Callback>
  struct callback_of final : detail::weak_callback {
    explicit callback_of(Callback&& from) : call{std::move(from)} {}
    void run() override { call(); }
    Callback call;
  };

  template <class U>
  [[nodiscard]] static record* watch(const strong<U>& to) {
    auto& target = *detail::header_of<RefcountPolicy>(to.get());
    counting::template check_use<U>(target, {});
    record* const made = table::watch(target);
    detail::add_flags<CollectorPolicy>(target, detail::info_word::watched);
    return made;
  }

  /// Null if the object must be asked where the base lies, and cannot be any more.
  template <class U>
  [[nodiscard]] static element_type* converted(const other<U>& from) noexcept {
    if constexpr (detail::converts_by_object<T, U>()) {
      return detail::convert<CollectorPolicy, T, U>(from.lock().get());
    } else {
      return detail::convert<CollectorPolicy, T, U>(from.pointee_);
    }
  }

  void pin() const noexcept {
    if (record_ == nullptr) return;
    check_use();
    table::pin(*record_);
  }

  void unpin() noexcept {
    if (record_ == nullptr) return;
    check_use();
    table::unpin(record_);
  }

  void check_use() const noexcept {
    if constexpr (check_level >= 1) {
      if (!table::may_be_used_here(*record_)) {
        detail::misuse(
            "a weak pointer was copied or dropped by a thread that does not own the object, or outside its private "
            "heap",
            type_name<T>());
      }
    }
  }

  element_type* pointee_ = nullptr;  ///< null if `record_` is, and where a conversion came too late to find it
  record* record_ = nullptr;         ///< owns one pin
};

template <class T, class R, class C, class A>
managed_weak(managed_ptr<T, R, C, A>) -> managed_weak<T, R, C, A>;
template <class T, class R, class C, class A, class Callback>
managed_weak(managed_ptr<T, R, C, A>, Callback) -> managed_weak<T, R, C, A>;

/// Does not own, and so is no edge. A callback's captures count as held from outside.
template <class T, class R, class C, class A>
inline constexpr bool leaf<managed_weak<T, R, C, A>> = true;

}  // namespace ouro

// ===== ouro/pointer/memory.hpp

/// \file
/// The bundle of the three policies, and all that a program says in its terms.

namespace ouro {

/// `using m = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>;`, and then
/// `m::ptr<node>`, `m::make<node>(…)`, `m::gc::collect()`.
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
  requires compatible_policies<RefcountPolicy, CollectorPolicy, AllocatorPolicy>
struct memory {
  using refcount = RefcountPolicy;
  using collector = CollectorPolicy;
  using allocator = AllocatorPolicy;

  using gc = basic_gc<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using heap = basic_heap<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

  template <class T>
  using ptr = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  template <class T>
  using weak = managed_weak<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  /// For the containers inside the objects.
  template <class T>
  using std_allocator = standard_allocator<T, AllocatorPolicy>;

  /// \see make_managed
  template <class T, class... Args>
  OURO_ALWAYS_INLINE static ptr<T> make(Args&&... args) {
    return make_managed<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(std::forward<Args>(args)...);
  }

  /// \see managed_from_this
  template <class T>
  [[nodiscard]] static ptr<T> from_this(T* self) noexcept {
    return managed_from_this<RefcountPolicy, CollectorPolicy, AllocatorPolicy>(self);
  }
};

namespace functions {

/// Makes a `T` in default memory. \see make_managed
template <class T, class... Args>
OURO_ALWAYS_INLINE ptr<T> make(Args&&... args) {
  return default_memory::make<T>(std::forward<Args>(args)...);
}

}  // namespace functions
}  // namespace ouro

// ===== ouro/containers/attributes.hpp

/// \file
/// Python's `__dict__`: attributes that an object gets while the program runs.

namespace ouro {

/// Names with values, for one object of many that have the same names: the names are kept once for all objects that got
/// them in the same order (`shape`), and each object has its values alone, 24 bytes on 64 bits and one value a name. As
/// CPython's split dictionaries. An object with more than `most_shared` names has them for itself. Names that no object
/// has are forgotten, but for those of some shapes that objects had last.
///
/// Values may change the object while it works on them. Destructors of those that leave it find it without them, and
/// whole; they may also end it. What a value does while it is made by default, and what destructors do while the object
/// asks for memory, stays done. What is done while values are moved finds the object empty, and is undone. While an
/// object is copied, values that leave it stay alive; if it gets others or loses some, they may be moved from.
///
/// Belongs to the thread that made it, as its shapes do. References are good until the next new name or removal.
template <class T, class Memory = default_memory>
class OURO_SHARED_TYPE attributes {
  using value_block = detail::value_block<T, typename Memory::template std_allocator<T>>;
  using loan = detail::loan<value_block>;
  using shape = detail::shape<detail::when_used<interned_string, T>>;
  using shape_tree = detail::shape_tree<detail::when_used<interned_string, T>>;
  using own_names = detail::own_names<detail::when_used<interned_string, T>, Memory>;
  static_assert(std::is_nothrow_move_constructible_v<T>, "ouro: attributes are moved, and must not throw then");

 public:
  using mapped_type = T;
  using size_type = std::size_t;

  /// Names that objects have in common.
  static constexpr size_type most_shared = 64;

  attributes() noexcept = default;
  attributes(const attributes& from) : attributes{} {
    own_pointer own;
    // Each request for memory may begin a collection, whose destructors may change `from`.
    do {
      values_ = value_block{from.size()};
      if (from.has_own_names()) own = make_own(from.size());
    } while (values_.room() < from.size() || (from.has_own_names() && own->room() < from.size()));
    if (from.has_own_names()) {
      for (std::size_t i = 0; i != from.size(); ++i) own->add(from.name(i));
      names_ = own.release();
    } else {
      take_shape(from.shared());
    }
    const loan lent{from.values_};
    for (const T& each : lent) values_.append(each);  // calls user code, which may change `from`
  }
  attributes(attributes&& from) noexcept : attributes{} { swap(from); }
  attributes& operator=(attributes from) noexcept {
    swap(from);
    return *this;
  }
  ~attributes() {
    detail::lifetime_watch::end(this);
    do clear();
    while (!empty());  // a destructor may have given it something
  }

  void swap(attributes& with) noexcept {
    std::swap(names_, with.names_);
    values_.swap(with.values_);
  }
  friend void swap(attributes& left, attributes& right) noexcept { left.swap(right); }

  [[nodiscard]] size_type size() const noexcept { return values_.size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  /// Makes room for as many, for those who know how many there will be. \throws std::bad_alloc
  void reserve(size_type wanted) {
    if (wanted > values_.room()) move_to(wanted);
  }

  /// The value of `name`, or null. O(names), with more than `most_shared` names O(1) on average.
  [[nodiscard]] T* find(const interned_string& name) noexcept { return at_index(index_of(name)); }
  [[nodiscard]] const T* find(const interned_string& name) const noexcept {
    return const_cast<attributes*>(this)->find(name);
  }
  [[nodiscard]] bool contains(const interned_string& name) const noexcept { return find(name) != nullptr; }

  /// Remembers where one name was found: for a place in a program that asks objects of one shape for it again and again
  /// (the inline caches of Deutsch and Schiffman 1984). Belongs to the heap whose objects it has met.
  class cache {
    friend attributes;
    std::uint64_t seen_ = 0;           ///< which names: \see attributes::key
    std::size_t index_ = shape::none;  ///< in objects with these names
    shape* next_ = nullptr;            ///< that of an object which gets the name; null: not asked for yet
    std::size_t freed_ = 0;            ///< shapes, when `next_` was found: it may be gone if there are more
  };

  /// `find`, for one name. O(1) where the object has the shape of the one before.
  [[nodiscard]] OURO_ALWAYS_INLINE T* find(const interned_string& name, cache& last) noexcept {
    if (last.seen_ != key()) [[unlikely]]
      return look_up(name, last);
    return at_index(last.index_);
  }

  /// `operator[]`, for one name. O(1) where the object has the shape of the one before.
  OURO_ALWAYS_INLINE T& get_or_add(const interned_string& name, cache& last) {
    T* const found = find(name, last);
    return found != nullptr ? *found : add_as(name, last);
  }

  /// The value of `name`, made by default if there is none: then the object changes its shape. What makes or moves the
  /// value must not end the object.
  /// \throws std::bad_alloc, and what making a value throws; then nothing has changed
  T& operator[](const interned_string& name) {
    cache fresh;
    return get_or_add(name, fresh);
  }

  /// \throws std::out_of_range
  [[nodiscard]] T& at(const interned_string& name) {
    T* const found = find(name);
    if (found == nullptr) detail::throw_out_of_range("ouro::attributes::at: no such attribute", type_name<T>());
    return *found;
  }
  [[nodiscard]] const T& at(const interned_string& name) const { return const_cast<attributes*>(this)->at(name); }

  /// Whether the name is new. The old value goes when the new one is in its place.
  /// \throws std::bad_alloc, and nothing has changed then
  bool insert_or_assign(const interned_string& name, T value) {
    const held_name held = name;
    cache fresh;
    for (;;) {
      if (const std::size_t index = index_of(held); index != shape::none) {
        move_aside([&](attributes& here) { std::swap(here.values_.data()[index], value); });
        return false;
      }
      if (add(held, fresh, std::move(value)) != nullptr) return true;
    }
  }

  /// Gives the others the shape that they would have without it. O(names). \throws std::bad_alloc
  bool erase(const interned_string& name) {
    const held_name held = name;
    leave_lent_values();
    const std::size_t index = index_of(held);
    if (index == shape::none) return false;
    const bool stays_own = size() > most_shared + 1;
    shape* const without = stays_own ? nullptr : shape_without(index);
    [[maybe_unused]] const T taken = move_aside([&](attributes& here) {
      if (stays_own) {
        here.own()->erase(index);
      } else {
        const own_pointer given = here.give_own();
        here.take_shape(without);
      }
      return here.values_.take(index);
    });
    return true;  // calls user code when `taken` goes: the attribute is gone
  }

  /// Without any first, and then the values are destroyed, the first of them first.
  void clear() noexcept {
    value_block taken;  // calls user code when it goes: nobody else knows of it
    taken.swap(values_);
    if (const own_pointer given = give_own(); given == nullptr) take_shape(nullptr);
    if (loan* const holder = loan_of(taken); holder != nullptr) holder->kept() = std::move(taken);
  }

  /// Calls `see(name, value)` for all, in the order in which they came. `see` may give names to other objects, and
  /// change or end this one.
  void each(auto see) const {
    const detail::lifetime_watch watch{this};
    for (std::size_t i = 0; !watch.has_ended() && i < size(); ++i) {
      const interned_string held = name(i);  // where it lies may move when another object gets a name
      see(held, values_.data()[i]);          // calls user code
    }
  }

  [[nodiscard]] std::span<T> values() noexcept { return {values_.data(), size()}; }
  [[nodiscard]] std::span<const T> values() const noexcept { return {values_.data(), size()}; }

  /// Whether both objects have the same names, in the same order, and so share them.
  [[nodiscard]] bool has_shape_of(const attributes& other) const noexcept {
    return size() == other.size() && names_ == other.names_;
  }

  /// Bytes that this object alone takes: itself and its values.
  [[nodiscard]] std::size_t own_bytes() const noexcept {
    return sizeof *this + values_.room() * sizeof(T) + (has_own_names() ? own()->bytes() : 0);
  }

  /// Bytes that the objects which got the same names, and those with the first of them, share.
  [[nodiscard]] std::size_t shared_bytes() const noexcept {
    return names_ == nullptr || has_own_names() ? 0 : shared()->bytes();
  }

  void trace(auto&& visit) {
    for (T& each : values()) visit(each);
  }

 private:
  template <class Own>
  using own_allocator = typename Memory::template std_allocator<Own>;

  struct end_own {
    void operator()(own_names* own) const noexcept {
      std::destroy_at(own);
      own_allocator<own_names>{}.deallocate(own, 1);
    }
  };
  using own_pointer = std::unique_ptr<own_names, end_own>;

  /// None, and room for so many.
  [[nodiscard]] static own_pointer make_own(std::size_t names) {
    own_names* const block = own_allocator<own_names>{}.allocate(1);
    OURO_TRY { return own_pointer{std::construct_at(block, names)}; }
    OURO_CATCH_ALL {
      own_allocator<own_names>{}.deallocate(block, 1);
      OURO_RETHROW;
    }
  }

  /// Says which names in which order, for as long as their heap lives.
  [[nodiscard]] std::uint64_t key() const noexcept { return names_ == nullptr ? 0 : names_->serial | size(); }

  [[nodiscard]] bool has_own_names() const noexcept {
    return names_ != nullptr && names_->serial == detail::names_head::unshared;
  }
  [[nodiscard]] own_names* own() const noexcept { return static_cast<own_names*>(names_); }
  /// Null if there are none.
  [[nodiscard]] own_pointer give_own() noexcept {
    if (!has_own_names()) return nullptr;
    own_pointer given{own()};
    names_ = nullptr;
    return given;
  }

  /// Null without names.
  [[nodiscard]] shape* shared() const noexcept { return static_cast<shape*>(names_); }

  /// In place of the shape that it has. \pre no names of its own
  void take_shape(shape* taken) noexcept {
    if (taken != nullptr) taken->enter();
    shape* const left = shared();
    names_ = taken;
    if (left != nullptr) left->leave();
  }

  /// Null if no name is left. Nobody has entered it yet. \throws std::bad_alloc
  [[nodiscard]] shape* shape_without(std::size_t index) const {
    if (size() == 1) return nullptr;
    shape_tree& tree = shape_tree::current();
    shape* without = &tree.root();
    std::size_t names = 0;
    for (std::size_t i = 0; i != size(); ++i) {
      if (i != index) without = &tree.follow(*without, names++, name(i));
    }
    return without;
  }

  /// A name that is asked for may lie in a value, which moves.
  using held_name = std::conditional_t<detail::is_quiet<T>, const interned_string&, interned_string>;

  [[nodiscard]] const interned_string& name(std::size_t index) const noexcept {
    return has_own_names() ? own()->name(index) : shared()->name(index);
  }

  [[nodiscard]] std::size_t index_of(const interned_string& name) const noexcept {
    if (names_ == nullptr) return shape::none;
    return has_own_names() ? own()->find(name) : shared()->find(name, size());
  }

  [[nodiscard]] T* at_index(std::size_t index) noexcept {
    return index == shape::none ? nullptr : values_.data() + index;
  }

  OURO_NOINLINE T* look_up(const interned_string& name, cache& last) noexcept {
    const std::size_t index = index_of(name);
    if (has_own_names()) return at_index(index);  // they change where they are
    last.seen_ = key();
    last.next_ = nullptr;
    last.index_ = index;
    return at_index(index);
  }

  /// Gets the name that a look-up has not found.
  OURO_NOINLINE T& add_as(const interned_string& name, cache& last) {
    const held_name held = name;
    for (;;) {
      T* at = nullptr;
      if constexpr (detail::is_quiet<T>) {
        at = add(held, last);
      } else {
        T made{};  // calls user code, and so it does when it goes
        at = add(held, last, std::move(made));
      }
      if (at == nullptr || !detail::moves_quietly<T>) at = find(held);
      if (at != nullptr) return *at;
    }
  }

  /// The value of the name that the object gets, made from `from`; null, and `from` is as it was, if user code that
  /// runs meanwhile gives it that name. \throws std::bad_alloc, and nothing has changed then
  template <class... From>
  [[nodiscard]] T* add(const interned_string& name, cache& last, From&&... from) {
    if (!detail::is_quiet<T> && contains(name)) return nullptr;  // whoever made the value may have given it
    while (!has_room()) {
      make_room();  // may begin a collection, whose destructors change the object
      if (contains(name)) return nullptr;
    }
    shape* const next = size() < most_shared ? &next_shape(name, last) : nullptr;
    return move_aside([&](attributes& here) {
      if (next == nullptr) {
        here.own()->add(name);
      } else if (next != here.names_) {
        here.take_shape(next);
      }
      return &here.values_.append(std::forward<From>(from)...);
    });
  }

  /// That of the object when it gets the name.
  [[nodiscard]] shape& next_shape(const interned_string& name, cache& last) const {
    if (!empty() && shared()->goes_on_with(size(), name)) return *shared();
    shape_tree& tree = empty() ? shape_tree::current() : shared()->tree();
    // User code that has run since the look-up may have used the cache for other objects.
    if (last.seen_ != key()) return tree.follow(empty() ? tree.root() : *shared(), size(), name);
    if (last.next_ == nullptr || last.freed_ != tree.freed()) {
      last.next_ = &tree.follow(empty() ? tree.root() : *shared(), size(), name);
      last.freed_ = tree.freed();
    }
    return *last.next_;
  }

  /// For one more value, and for its name.
  [[nodiscard]] bool has_room() const noexcept {
    return size() < values_.room() && (size() < most_shared || (has_own_names() && own()->has_room()));
  }

  /// Some of what `has_room` asks for, unless what the request for memory began has changed the object.
  void make_room() {
    if (size() == values_.room()) return move_to(size() < most_shared ? size() + 1 : size() + size() / 4);
    own_pointer wider = make_own(size() * 2);
    if (size() < most_shared || wider->room() <= size()) return;
    for (std::size_t i = 0; i != size(); ++i) wider->add(name(i));
    if (const own_pointer left = give_own(); left == nullptr) take_shape(nullptr);
    names_ = wider.release();
  }

  /// \post there is that room, unless what the request for memory began has given the object more values
  void move_to(std::size_t room) {
    value_block wider{room};
    if (wider.room() < size()) return;
    value_block left;  // calls user code when it goes: the object is whole
    loan* const holder = loan_of(values_);
    move_aside([&](attributes& here) {
      left.swap(here.values_);
      if (holder == nullptr) {
        wider.append_all(left);
      } else {
        for (std::size_t i = 0; i != left.size(); ++i) wider.append(detail::copied_or_moved(left.data()[i]));
      }
      here.values_.swap(wider);
    });
    if (holder != nullptr) holder->kept() = std::move(left);
  }

  [[nodiscard]] static loan* loan_of(const value_block& values) noexcept {
    if constexpr (detail::is_quiet<T>) {
      return nullptr;
    } else {
      return loan::of(values);
    }
  }

  /// Goes on with values of its own where user code has references to these. \throws std::bad_alloc
  void leave_lent_values() {
    while (loan_of(values_) != nullptr) move_to(values_.room());
  }

  /// Runs `change(object)`, which asks for no memory, where no user code meets the values while they move.
  template <class Change>
  decltype(auto) move_aside(Change change) {
    return detail::move_aside<detail::moves_quietly<T>>(*this, change);
  }

  detail::names_head* names_ = nullptr;  ///< a `shape` of the heap's tree, or beyond `most_shared` `own_names`; null if
                                         ///< there are no names
  value_block values_{};                 ///< in the order of the names
};

template <class T, class Memory>
  requires(detail::is_leaf<T>())
inline constexpr bool leaf<attributes<T, Memory>> = true;

}  // namespace ouro

// ===== ouro/containers/equal_values.hpp

/// \file
/// `std::equal_to<>`, without its header, which takes longer to compile than all containers.

namespace ouro::detail {

/// Lets tables look for a key of another type than their own.
struct OURO_SHARED_TYPE equal_values {
  using is_transparent = void;

  template <class Left, class Right>
  [[nodiscard]] constexpr bool operator()(const Left& left, const Right& right) const {
    return static_cast<bool>(left == right);
  }
};

}  // namespace ouro::detail

// ===== ouro/containers/dict.hpp

/// \file
/// Python's `dict`: compact, and in the order of insertion.

namespace ouro {

/// A map with the interface of `std::unordered_map`, whose elements lie side by side in the order in which they were
/// inserted, in the private heap of `Memory`; a hash index of narrow numbers leads to them. That takes half the memory
/// of a table of nodes, and goes over the elements in a straight line. Built as CPython's (Raymond Hettinger's compact
/// dictionary): 8 slots at least, two thirds used at most, room for three times the elements when it must grow.
///
/// Assignment to a key keeps its place; a key that was erased and comes again is last. Insertion and removal are
/// amortised O(1) on average, and make references and iterators invalid, but for those before an erased element. A step
/// of an iterator is O(1), and so is `begin`, wherever elements were erased: a dict is a queue, too. One that is
/// cleared or ends drops its first element first, and of each element the value, which may refer to the key, before
/// the key.
///
/// Elements, hashes and comparisons may change the dict while it works on them. Destructors of what leaves it find it
/// without that, and whole; they may also end it. What is done to it while elements are moved finds it empty, and is
/// undone. While keys are compared and elements copied, those that leave the dict stay alive; a look-up during which
/// elements moved begins again, as in CPython.
template <class Key, class T, class Memory = default_memory, class Hash = std::hash<Key>,
          class Equal = detail::equal_values>
class OURO_SHARED_TYPE dict {
 public:
  using key_type = Key;
  using mapped_type = T;
  using value_type = std::pair<const Key, T>;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using hasher = Hash;
  using key_equal = Equal;
  using reference = value_type&;
  using const_reference = const value_type&;

 private:
  /// An element, or the place of one that was erased. Places of erased elements that lie side by side are a run, over
  /// which iterators go in one step: the first place of a run knows how many there are, and the last one too.
  struct entry {
    struct gap {
      std::size_t to_end;
      std::size_t to_here;
    };
    static constexpr std::size_t occupied = ~(static_cast<std::size_t>(-1) >> 1);

    template <class... Args>
    explicit entry(std::size_t hashed, Args&&... args) : hash{hashed | occupied}, value(std::forward<Args>(args)...) {}
    /// \pre there is an element: a place moves nowhere
    entry(entry&& from) noexcept(std::is_nothrow_move_constructible_v<Key> && std::is_nothrow_move_constructible_v<T>)
        : hash{from.hash},
          // A key is const to all but its owner.
          value(std::move(const_cast<Key&>(from.value.first)), std::move(from.value.second)) {}
    entry& operator=(entry&&) = delete;
    /// The place of an erased element.
    explicit entry(gap from) noexcept : hash{from.to_end}, run_to_here{from.to_here} {}
    ~entry() {
      if (has_value()) std::destroy_at(&value);
    }

    [[nodiscard]] bool has_value() const noexcept { return (hash & occupied) != 0; }

    std::size_t hash;  ///< its highest bit says that there is an element; if there is none: the places from here to the
                       ///< end of the run, or of what was the run when this place came to it
    union {
      value_type value;
      std::size_t run_to_here;  ///< in the last place of a run: the places of the run
    };
  };
  using entries = std::vector<entry, typename Memory::template std_allocator<entry>>;
  using index = detail::dict_index<typename Memory::template std_allocator<unsigned char>>;
  using loan = detail::loan<entries>;

  /// Making, moving and comparing elements runs no code of the program.
  static constexpr bool is_quiet = detail::is_quiet<Key> && detail::is_quiet<T>;
  static constexpr bool compares_quietly = detail::is_quiet<Key> && std::is_same_v<Equal, detail::equal_values>;

  template <class Entry, class Value>
  class basic_iterator {
   public:
    using value_type = dict::value_type;
    using reference = Value&;
    using pointer = Value*;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::bidirectional_iterator_tag;

    basic_iterator() noexcept = default;
    operator basic_iterator<const Entry, const dict::value_type>() const noexcept { return {at_, end_}; }

    [[nodiscard]] reference operator*() const noexcept { return at_->value; }
    [[nodiscard]] pointer operator->() const noexcept { return &at_->value; }
    basic_iterator& operator++() noexcept {
      ++at_;
      skip();
      return *this;
    }
    basic_iterator operator++(int) noexcept {
      basic_iterator before = *this;
      ++*this;
      return before;
    }
    /// \pre not at the first
    basic_iterator& operator--() noexcept {
      --at_;
      if (!at_->has_value()) at_ -= at_->run_to_here;
      return *this;
    }
    basic_iterator operator--(int) noexcept {
      basic_iterator before = *this;
      --*this;
      return before;
    }
    [[nodiscard]] friend bool operator==(const basic_iterator& left, const basic_iterator& right) noexcept {
      return left.at_ == right.at_;
    }

   private:
    friend class dict;
    template <class, class>
    friend class basic_iterator;

    basic_iterator(Entry* at, Entry* end) noexcept : at_{at}, end_{end} {}
    /// From a place of an erased element to the next element, or to the end. From the first place of a run, in one
    /// step.
    void skip() noexcept {
      while (at_ != end_ && !at_->has_value()) at_ += at_->hash;
    }

    Entry* at_ = nullptr;
    Entry* end_ = nullptr;
  };

 public:
  using iterator = basic_iterator<entry, value_type>;
  using const_iterator = basic_iterator<const entry, const value_type>;

  dict() = default;
  dict(std::initializer_list<value_type> elements) : dict(elements.begin(), elements.end()) {}
  template <std::input_iterator It>
  dict(It first, It last) {
    for (; first != last; ++first) insert_or_assign(first->first, first->second);
  }
  dict(const dict& from) {
    // The allocations may begin a collection, whose destructors may change `from`.
    while (index_.room() < from.size_) rebuild(index::slots_for(from.size_));
    const loan lent{from.entries_};
    for (const entry& each : lent) {
      if (each.has_value()) append(entry{each.hash, each.value.first, each.value.second});  // calls user code
    }
  }
  dict(dict&& from) noexcept
      : entries_{std::move(from.entries_)},
        index_{std::exchange(from.index_, index{})},
        size_{std::exchange(from.size_, 0)} {}
  dict& operator=(const dict& from) {
    dict{from}.swap(*this);
    return *this;
  }
  dict& operator=(dict&& from) noexcept {
    dict{std::move(from)}.swap(*this);
    return *this;
  }
  ~dict() {
    if constexpr (!std::is_trivially_destructible_v<value_type>) detail::lifetime_watch::end(this);
    while (!empty()) clear();  // a destructor may have put something in
  }

  void swap(dict& with) noexcept {
    entries_.swap(with.entries_);
    std::swap(index_, with.index_);
    std::swap(size_, with.size_);
  }
  friend void swap(dict& left, dict& right) noexcept { left.swap(right); }

  [[nodiscard]] iterator begin() noexcept { return first(entries_); }
  [[nodiscard]] iterator end() noexcept { return {past(entries_), past(entries_)}; }
  [[nodiscard]] const_iterator begin() const noexcept { return const_cast<dict*>(this)->begin(); }
  [[nodiscard]] const_iterator end() const noexcept { return const_cast<dict*>(this)->end(); }
  [[nodiscard]] const_iterator cbegin() const noexcept { return begin(); }
  [[nodiscard]] const_iterator cend() const noexcept { return end(); }

  [[nodiscard]] size_type size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// Bytes of the private heap that elements and index take, used or not.
  [[nodiscard]] size_type allocated_bytes() const noexcept {
    return entries_.capacity() * sizeof(entry) + index_.bytes();
  }

  [[nodiscard]] iterator find(const Key& key) { return at_number(number_of(key)); }
  [[nodiscard]] const_iterator find(const Key& key) const { return const_cast<dict*>(this)->find(key); }
  [[nodiscard]] bool contains(const Key& key) const { return number_of(key) != index::none; }
  [[nodiscard]] size_type count(const Key& key) const { return contains(key) ? 1 : 0; }

  /// \throws std::out_of_range
  [[nodiscard]] T& at(const Key& key) {
    const std::size_t number = number_of(key);
    if (number == index::none) detail::throw_out_of_range("ouro::dict::at: no such key", type_name<Key>());
    return entries_[number].value.second;
  }
  [[nodiscard]] const T& at(const Key& key) const { return const_cast<dict*>(this)->at(key); }

  /// The value of `key`, or `otherwise`: Python's `get`.
  [[nodiscard]] T get(const Key& key, T otherwise = T()) const {
    const std::size_t number = number_of(key);
    const loan lent{entries_};
    return number == index::none ? std::move(otherwise) : lent.begin()[number].value.second;
  }

  T& operator[](const Key& key) { return try_emplace(key).first->second; }
  T& operator[](Key&& key) { return try_emplace(std::move(key)).first->second; }

  /// What throws, here and below, leaves the dict as it was, unless it is the move of an element.
  template <class K, class... Args>
  std::pair<iterator, bool> try_emplace(K&& key, Args&&... args) {
    const std::size_t hash = hash_of(key);
    if (const std::size_t found = number_of(key, hash); found != index::none) return {at_number(found), false};
    const auto insert = [&] {
      // First: the arguments may lie in this dict. Calls user code, which may insert the key.
      entry made{hash, std::piecewise_construct, std::forward_as_tuple(std::forward<K>(key)),
                 std::forward_as_tuple(std::forward<Args>(args)...)};
      return insert_new(made);
    };
    if constexpr (is_quiet) {
      const placed at = insert();
      return {at_number(at.number), at.is_new};
    } else {
      return iterator_after(insert);
    }
  }
  template <class K, class V>
  std::pair<iterator, bool> emplace(K&& key, V&& value) {
    return try_emplace(std::forward<K>(key), std::forward<V>(value));
  }
  std::pair<iterator, bool> insert(const value_type& element) { return try_emplace(element.first, element.second); }
  std::pair<iterator, bool> insert(value_type&& element) {
    return try_emplace(element.first, std::move(element.second));
  }
  /// The old value goes when the new one is in its place. If its destructor has changed the dict, the iterator is at
  /// what lies at that place, or at the end; if it has ended the dict, at none.
  template <class K, class V>
  std::pair<iterator, bool> insert_or_assign(K&& key, V&& value) {
    const std::size_t hash = hash_of(key);
    return iterator_after([&] {
      T fresh(std::forward<V>(value));  // calls user code; the value may lie in this dict
      if (const std::size_t found = number_of(key, hash); found != index::none) return replace(found, fresh);
      entry made{hash, std::piecewise_construct, std::forward_as_tuple(std::forward<K>(key)),
                 std::forward_as_tuple(std::move(fresh))};
      const placed at = insert_new(made);
      return at.is_new ? at : replace(at.number, made.value.second);
      // calls user code when the old value goes: the dict has the new one
    });
  }

  size_type erase(const Key& key) {
    const std::size_t number = number_of(key);
    if (number == index::none) return 0;
    [[maybe_unused]] const entry taken = take(number);
    return 1;  // calls user code when `taken` goes: the dict is whole without it
  }
  /// The element behind. If the destructor has changed the dict, one that lies behind that place, or the end; if it has
  /// ended the dict, none.
  iterator erase(const_iterator at) {
    const std::size_t number = number_at(at);
    const detail::lifetime_watch watch{this};
    {
      [[maybe_unused]] const entry taken = take(number);
      // calls user code when `taken` goes: the dict is whole without it
    }
    if (watch.has_ended()) return {};
    // The places of erased elements at the end are gone.
    iterator next{number < entries_.size() ? entries_.data() + number : past(entries_), past(entries_)};
    next.skip();
    return next;
  }

  /// Takes the element out that was inserted last: Python's `popitem`. \pre not empty
  std::pair<Key, T> popitem() {
    entry taken = take(entries_.size() - 1);
    return {std::move(const_cast<Key&>(taken.value.first)), std::move(taken.value.second)};
  }

  /// Empty first, and then the elements are destroyed, the first of them first.
  void clear() noexcept {
    entries taken;
    taken.swap(entries_);
    index_ = index{};
    size_ = 0;
    if (loan* const holder = loan_of(taken); holder != nullptr) {
      holder->kept() = std::move(taken);
    } else if constexpr (!std::is_trivially_destructible_v<value_type>) {
      for (entry& each : taken) {
        if (!each.has_value()) continue;
        std::destroy_at(&each.value);  // calls user code: nobody else knows of `taken`
        each.hash = 0;
      }
    }
  }

  void reserve(size_type elements) {
    if (elements > index_.room()) change([&](dict& here) { here.rebuild(index::slots_for(elements)); });
  }

  /// Calls `see` with each key and each value, either of which it may change: for `deepcopy`.
  void rekey(auto see) {
    detail::set_aside<dict> aside{*this};
    dict changed;
    changed.reserve(aside.content().size());
    for (value_type& each : aside.content()) {
      Key key = each.first;
      see(key);  // calls user code, and so the next one does
      see(each.second);
      changed.insert_or_assign(std::move(key), std::move(each.second));
    }
    aside.content().swap(changed);
  }

  /// The same keys with the same values, in whatever order.
  [[nodiscard]] friend bool operator==(const dict& left, const dict& right) {
    if (left.size() != right.size()) return false;
    const loan lent{left.entries_};
    for (const entry& each : lent) {
      if (!each.has_value()) continue;
      const std::size_t found = right.number_of(each.value.first, each.hash);
      const loan other{right.entries_};
      // calls user code: which may change both
      if (found == index::none || !(other.begin()[found].value.second == each.value.second)) return false;
    }
    return true;
  }

 private:
  [[nodiscard]] static entry* past(entries& of) noexcept { return of.data() + of.size(); }
  [[nodiscard]] static iterator first(entries& of) noexcept {
    iterator at{of.data(), past(of)};
    at.skip();
    return at;
  }

  [[nodiscard]] static std::size_t hash_of(const Key& key) {
    return static_cast<std::size_t>(Hash{}(key)) | entry::occupied;
  }

  [[nodiscard]] std::size_t number_of(const Key& key) const { return number_of(key, hash_of(key)); }
  [[nodiscard]] std::size_t number_of(const Key& key, std::size_t hash) const {
    if constexpr (compares_quietly) {
      return index_.find(hash, [&](std::size_t number) {
        return entries_[number].hash == hash && Equal{}(entries_[number].value.first, key);
      });
    } else {
      for (;;) {
        const loan lent{entries_};
        const std::size_t found = index_.find(hash, [&](std::size_t number) {
          const entry& seen = lent.begin()[number];
          // calls user code: if it has moved the elements, the search ends, and begins again
          return seen.hash == hash && (Equal{}(seen.value.first, key) || !lent.is_of(entries_));
        });
        if (lent.is_of(entries_)) return found;
      }
    }
  }

  [[nodiscard]] iterator at_number(std::size_t number) noexcept {
    return number == index::none ? end() : iterator{entries_.data() + number, past(entries_)};
  }
  [[nodiscard]] std::size_t number_at(const_iterator at) const noexcept {
    return static_cast<std::size_t>(at.at_ - entries_.data());
  }

  /// The number of an element, and whether it was inserted.
  struct placed {
    std::size_t number;
    bool is_new;
  };

  /// What `work` has placed. The user code that it runs may have changed the dict, or ended it.
  template <class Work>
  std::pair<iterator, bool> iterator_after(Work work) {
    const detail::lifetime_watch watch{this};
    const placed at = work();
    if (watch.has_ended()) return {iterator{}, at.is_new};
    const bool is_there = at.number < entries_.size() && entries_[at.number].has_value();
    return {is_there ? at_number(at.number) : end(), at.is_new};
  }

  /// \post `with` is what was there
  placed replace(std::size_t number, T& with) {
    change([&](dict& here) { std::swap(here.entries_[number].value.second, with); });
    return {number, false};
  }

  /// \pre the key was not there before the element was made
  placed insert_new(entry& made) {
    if (!is_quiet || !has_room()) {
      do {
        // The allocation may begin a collection, whose destructors may change the dict.
        while (!has_room()) change([](dict& here) { here.rebuild(index::grown_slots_for(here.size_)); });
        const std::size_t found = number_of(made.value.first, made.hash);
        if (found != index::none) return {found, false};
      } while (!has_room());  // a comparison has filled it
    }
    move_aside([&](dict& here) { here.append(std::move(made)); });
    return {entries_.size() - 1, true};
  }

  [[nodiscard]] bool has_room() const noexcept { return entries_.size() < index_.room(); }

  /// \pre has room, and the key is new
  void append(entry&& made) {
    entries_.push_back(std::move(made));
    index_.insert(entries_.back().hash, entries_.size() - 1);
    ++size_;
  }

  [[nodiscard]] static loan* loan_of(const entries& elements) noexcept {
    if constexpr (is_quiet && compares_quietly) {
      return nullptr;
    } else {
      return loan::of(elements);
    }
  }

  /// Runs `change(dict)` where no user code meets the elements while they move.
  template <class Change>
  decltype(auto) move_aside(Change change) {
    return detail::move_aside < detail::moves_quietly<Key> && detail::moves_quietly < T >> (*this, change);
  }

  /// `move_aside`, after which user code keeps the elements that it has references to: for changes that move or destroy
  /// elements of the dict. The numbers of elements stay.
  template <class Change>
  decltype(auto) change(Change change) {
    leave_lent_elements();
    return move_aside(change);
  }

  /// Goes on with elements of its own where user code has references to these. \throws std::bad_alloc, and what moving
  /// throws
  void leave_lent_elements() {
    loan* const holder = loan_of(entries_);
    if (holder == nullptr) return;
    detail::set_aside<dict> aside{*this};
    entries& lent = holder->kept();
    lent = std::exchange(aside.content().entries_, entries{});
    OURO_TRY {
      entries& own = aside.content().entries_;
      own.reserve(lent.capacity());
      for (entry& each : lent) {
        if (each.has_value()) {
          own.emplace_back(each.hash, detail::copied_or_moved(const_cast<Key&>(each.value.first)),
                           detail::copied_or_moved(each.value.second));
        } else {
          own.emplace_back(typename entry::gap{each.hash, each.run_to_here});
        }
      }
    }
    OURO_CATCH_ALL {
      lent.swap(aside.content().entries_);
      OURO_RETHROW;
    }
  }

  /// An element, which is no longer in the dict.
  [[nodiscard]] entry take(std::size_t number) {
    return change([&](dict& here) {
      entry taken{std::move(here.entries_[number])};
      here.index_.remove(number, [&](std::size_t of) { return here.entries_[of].hash; });
      --here.size_;
      std::destroy_at(&here.entries_[number].value);
      here.join_runs(number);
      return taken;
    });
  }

  /// Makes the place one run with those at its sides. Behind the last element there is none: then their places go.
  /// Amortised O(1). \pre its element has been destroyed
  void join_runs(std::size_t number) noexcept {
    entries_[number].hash = 1;
    entries_[number].run_to_here = 1;
    std::size_t first = number;
    if (number != 0 && !entries_[number - 1].has_value()) first -= entries_[number - 1].run_to_here;
    std::size_t past = number + 1;
    if (past == entries_.size()) {
      while (entries_.size() != first) entries_.pop_back();
      return;
    }
    if (!entries_[past].has_value()) past += entries_[past].hash;
    entries_[number].hash = past - number;
    entries_[first].hash = past - first;
    entries_[past - 1].run_to_here = past - first;
  }

  /// Without the places of erased elements, and with an index of `slots`. The room for entries is that of the index, so
  /// that they do not move before it is rebuilt. \pre is changing
  void rebuild(std::size_t slots) {
    index wider{slots};
    entries closed_up;
    closed_up.reserve(wider.room());
    if (wider.room() < size_) return;  // the allocation has filled the dict
    for (entry& each : entries_) {
      if (!each.has_value()) continue;
      wider.insert(each.hash, closed_up.size());
      closed_up.push_back(std::move(each));
    }
    entries_.swap(closed_up);
    std::swap(index_, wider);
  }

  entries entries_;
  index index_{};
  std::size_t size_ = 0;  ///< entries with a value
};

namespace detail {

template <class Key, class T, class Memory, class Hash, class Equal>
inline constexpr bool shows_parts<dict<Key, T, Memory, Hash, Equal>> = true;

}  // namespace detail
}  // namespace ouro

// ===== ouro/containers/untrack.hpp

/// \file
/// Takes immutable objects out of the collector's sight, if nothing that they point to is in it.

namespace ouro::detail {

/// The object will not point to anything that it does not point to now. What is not tracked will not be, later, so that
/// no cycle leads through it. (CPython does the same to tuples, when a collection meets them.) O(edges).
/// \pre `made` is the only pointer
template <class T, class R, class C, class A>
void untrack_if_acyclic(const managed_ptr<T, R, C, A>& made) {
  if constexpr (block<T, R, C, A>::is_tracked) {
    header<R>& object = *header_of<R>(made.get());
    bool finds_tracked = false;
    const auto look = [](void* context, edge* first, edge* last) {
      for (; first != last; ++first) {
        if ((info_of<C>(*static_cast<header<R>*>(first->target)) & info_word::tracked) != 0)
          *static_cast<bool*>(context) = true;
      }
    };
    edge_sink sink{look, &finds_tracked};
    trace_one(&object, block<T, R, C, A>::record, sink);
    if (finds_tracked) return;
    const std::uint32_t info = unlisted_info_of<C>(object);
    R::store(object.info, info & ~info_word::tracked);
    object.set_quiet();
  }
}

}  // namespace ouro::detail

// ===== ouro/containers/frozen_list.hpp

/// \file
/// Python's `tuple` of elements of one type.

namespace ouro {

/// An immutable sequence: one block of exactly the size of its elements, shared by all copies, which are pointers of 8
/// bytes. An empty one has no block. If all that its elements point to is out of the collector's sight, then so is the
/// sequence, as in CPython. Freed blocks serve the next sequence of that size: the pool keeps a free list for each.
template <class T, class Memory = default_memory>
class OURO_SHARED_TYPE frozen_list {
  using pointer_type = typename Memory::template ptr<T[]>;

 public:
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using reference = const T&;
  using const_reference = const T&;
  using iterator = const T*;
  using const_iterator = const T*;
  using reverse_iterator = std::reverse_iterator<iterator>;
  using const_reverse_iterator = reverse_iterator;

  frozen_list() noexcept = default;

  /// \throws std::bad_alloc, and what copying an element throws
  frozen_list(std::initializer_list<T> elements) : frozen_list(elements.begin(), elements.end()) {}
  template <std::forward_iterator It>
  frozen_list(It first, It last) {
    if (first == last) return;
    items_ =
        detail::make_array_from<T, typename Memory::refcount, typename Memory::collector, typename Memory::allocator>(
            static_cast<size_type>(std::distance(first, last)), first);
    detail::untrack_if_acyclic(items_);
  }

  [[nodiscard]] size_type size() const noexcept {
    // Named here and not in the class, where `T` may be incomplete still: then the answer would be what is known there.
    using layout =
        detail::block<T[], typename Memory::refcount, typename Memory::collector, typename Memory::allocator>;
    return items_ == nullptr ? 0 : layout::length(items_.get());
  }
  [[nodiscard]] bool empty() const noexcept { return items_ == nullptr; }

  [[nodiscard]] const T* data() const noexcept { return items_.get(); }
  [[nodiscard]] iterator begin() const noexcept { return data(); }
  [[nodiscard]] iterator end() const noexcept { return data() + size(); }
  [[nodiscard]] iterator cbegin() const noexcept { return begin(); }
  [[nodiscard]] iterator cend() const noexcept { return end(); }
  [[nodiscard]] reverse_iterator rbegin() const noexcept { return reverse_iterator{end()}; }
  [[nodiscard]] reverse_iterator rend() const noexcept { return reverse_iterator{begin()}; }

  /// \pre `index < size()`, and for `front` and `back`: not empty
  [[nodiscard]] reference operator[](size_type index) const noexcept { return data()[index]; }
  [[nodiscard]] reference front() const noexcept { return data()[0]; }
  [[nodiscard]] reference back() const noexcept { return data()[size() - 1]; }

  /// Whether both are the same block: a comparison of pointers.
  [[nodiscard]] bool is(const frozen_list& with) const noexcept { return items_ == with.items_; }

  /// The block, which other pointers may share.
  [[nodiscard]] const pointer_type& block() const noexcept { return items_; }

  void swap(frozen_list& with) noexcept { items_.swap(with.items_); }
  friend void swap(frozen_list& left, frozen_list& right) noexcept { left.swap(right); }

  [[nodiscard]] friend bool operator==(const frozen_list& left, const frozen_list& right) {
    if (left.is(right)) return true;
    if (left.size() != right.size()) return false;
    size_type alike = 0;
    while (alike != left.size() && left[alike] == right[alike]) ++alike;
    return alike == left.size();
  }
  [[nodiscard]] friend auto operator<=>(const frozen_list& left, const frozen_list& right)
    requires std::three_way_comparable<T>
  {
    using ordering = std::compare_three_way_result_t<T>;
    for (size_type i = 0; i != left.size() && i != right.size(); ++i) {
      if (const ordering order = left[i] <=> right[i]; order != 0) return order;
    }
    return ordering{left.size() <=> right.size()};
  }

 private:
  friend struct detail::edge_traits<frozen_list>;

  pointer_type items_;
};

namespace detail {

/// An edge to its block.
template <class T, class Memory>
struct edge_traits<frozen_list<T, Memory>> {
  using pointee = T[];
  using pointer = typename Memory::template ptr<T[]>;

  /// \see has_immutable_block
  static constexpr bool is_immutable = true;
  [[nodiscard]] static const pointer& block(const frozen_list<T, Memory>& edge) noexcept { return edge.items_; }
  static void set_block(frozen_list<T, Memory>& edge, pointer to) noexcept { edge.items_ = std::move(to); }

  template <class TracingRefcount, class TracingCollector>
  OURO_ALWAYS_INLINE static void report(frozen_list<T, Memory>& edge, edge_sink& sink) {
    edge_traits<pointer>::template report<TracingRefcount, TracingCollector>(edge.items_, sink);
  }
};

}  // namespace detail
}  // namespace ouro

// ===== ouro/containers/list.hpp

/// \file
/// Python's `list`: a vector that grows and shrinks as CPython's does.

namespace ouro {

/// A sequence container with the interface of `std::vector`, whose elements lie in the private heap of `Memory`. Where
/// it must grow, it takes an eighth more than it needs, and a few: room for 0, 4, 8, 16, 24, 32, 40, 52, 64, …
/// elements; once fewer than half of its room is used it shrinks by the same rule (CPython 3.11, `list_resize`). So
/// appending is amortised O(1), and a list that was large once does not stay so. One that is made from n elements has
/// room for n, rounded up to an even number. A list that is cleared or ends drops its last element first.
///
/// Elements may change the list while it works on them. Their destructors find it without them, and whole; they may
/// also end it. What is done to it while elements are moved finds it empty, and is undone. While elements are compared
/// or copied, those that leave the list stay alive.
///
/// References, pointers and iterators to elements are good until the next insertion or removal. Thread-safety is that
/// of a `std::vector`.
template <class T, class Memory = default_memory>
class OURO_SHARED_TYPE list {
  using vector = std::vector<T, typename Memory::template std_allocator<T>>;
  using loan = detail::loan<vector>;

 public:
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using reference = T&;
  using const_reference = const T&;
  using iterator = typename vector::iterator;
  using const_iterator = typename vector::const_iterator;
  using reverse_iterator = typename vector::reverse_iterator;
  using const_reverse_iterator = typename vector::const_reverse_iterator;

  list() noexcept = default;
  explicit list(size_type elements, const T& value = T()) : items_(elements, value) {}
  list(std::initializer_list<T> elements) : list(elements.begin(), elements.end()) {}
  template <std::input_iterator It, std::sentinel_for<It> End>
  list(It first, End last) {
    if constexpr (std::forward_iterator<It>)
      items_.reserve((static_cast<size_type>(std::ranges::distance(first, last)) + 1) & ~size_type{1});
    for (; first != last; ++first) emplace_back(*first);
  }
  list(const list& from) {
    // The allocation may begin a collection, whose destructors may change `from`.
    while (items_.capacity() < from.size()) items_.reserve(from.size());
    const loan lent{from.items_};
    for (const T& each : lent) items_.push_back(each);  // calls user code
  }
  list(list&& from) noexcept = default;
  list& operator=(const list& from) {
    list{from}.swap(*this);
    return *this;
  }
  list& operator=(list&& from) noexcept {
    list{std::move(from)}.swap(*this);
    return *this;
  }
  list& operator=(std::initializer_list<T> elements) {
    list{elements}.swap(*this);
    return *this;
  }
  ~list() {
    if constexpr (!std::is_trivially_destructible_v<T>) {
      detail::lifetime_watch::end(this);
      while (!empty()) clear();  // a destructor may have put something in
    }
  }

  void swap(list& with) noexcept { items_.swap(with.items_); }
  friend void swap(list& left, list& right) noexcept { left.swap(right); }

  [[nodiscard]] iterator begin() noexcept { return items_.begin(); }
  [[nodiscard]] const_iterator begin() const noexcept { return items_.begin(); }
  [[nodiscard]] const_iterator cbegin() const noexcept { return items_.begin(); }
  [[nodiscard]] iterator end() noexcept { return items_.end(); }
  [[nodiscard]] const_iterator end() const noexcept { return items_.end(); }
  [[nodiscard]] const_iterator cend() const noexcept { return items_.end(); }
  [[nodiscard]] reverse_iterator rbegin() noexcept { return items_.rbegin(); }
  [[nodiscard]] const_reverse_iterator rbegin() const noexcept { return items_.rbegin(); }
  [[nodiscard]] reverse_iterator rend() noexcept { return items_.rend(); }
  [[nodiscard]] const_reverse_iterator rend() const noexcept { return items_.rend(); }

  [[nodiscard]] size_type size() const noexcept { return items_.size(); }
  [[nodiscard]] size_type max_size() const noexcept { return items_.max_size(); }
  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }

  /// Elements that there is room for.
  [[nodiscard]] size_type capacity() const noexcept { return items_.capacity(); }

  /// Bytes of the private heap that the elements take, used or not.
  [[nodiscard]] size_type allocated_bytes() const noexcept { return capacity() * sizeof(T); }

  /// \pre `index < size()`, and for `front` and `back`: not empty
  [[nodiscard]] reference operator[](size_type index) { return items_[index]; }
  [[nodiscard]] const_reference operator[](size_type index) const { return items_[index]; }
  /// \throws std::out_of_range
  [[nodiscard]] reference at(size_type index) { return items_.at(index); }
  [[nodiscard]] const_reference at(size_type index) const { return items_.at(index); }
  [[nodiscard]] reference front() { return items_.front(); }
  [[nodiscard]] const_reference front() const { return items_.front(); }
  [[nodiscard]] reference back() { return items_.back(); }
  [[nodiscard]] const_reference back() const { return items_.back(); }
  [[nodiscard]] T* data() noexcept { return items_.data(); }
  [[nodiscard]] const T* data() const noexcept { return items_.data(); }

  /// Amortised O(1). What throws, here and below, leaves the list as it was, but for `insert` of several.
  void push_back(const T& value) { emplace_back(value); }
  void push_back(T&& value) { emplace_back(std::move(value)); }
  template <class... Args>
  reference emplace_back(Args&&... args) {
    T made(std::forward<Args>(args)...);  // calls user code; the arguments may lie in this list
    return change([&](list& here) -> reference {
      here.make_room(1);
      return here.items_.emplace_back(std::move(made));
    });
  }

  /// \pre not empty
  void pop_back() {
    [[maybe_unused]] const T taken = take(size() - 1);
    // calls user code when `taken` goes: the list is whole without it
  }

  iterator insert(const_iterator at, const T& value) { return emplace(at, value); }
  iterator insert(const_iterator at, T&& value) { return emplace(at, std::move(value)); }
  template <class... Args>
  iterator emplace(const_iterator at, Args&&... args) {
    const difference_type index = at - cbegin();
    const detail::lifetime_watch watch{this};
    {
      T made(std::forward<Args>(args)...);
      change([&](list& here) {
        here.make_room(1);
        here.items_.emplace(here.place(index), std::move(made));
      });
    }
    return place_after(watch, index);
  }
  iterator insert(const_iterator at, size_type elements, const T& value) {
    const difference_type index = at - cbegin();
    return insert_all(index, vector(elements, value));  // calls user code, which may change the list
  }
  /// Python's `extend`, anywhere.
  template <std::input_iterator It, std::sentinel_for<It> End>
  iterator insert(const_iterator at, It first, End last) {
    const difference_type index = at - cbegin();
    vector made;
    if constexpr (std::forward_iterator<It>) made.reserve(static_cast<size_type>(std::ranges::distance(first, last)));
    for (; first != last; ++first) made.emplace_back(*first);
    return insert_all(index, std::move(made));
  }
  iterator insert(const_iterator at, std::initializer_list<T> elements) {
    return insert(at, elements.begin(), elements.end());
  }

  /// The element behind. O(elements behind). If a destructor has changed the list, where that element would be, or the
  /// end; if one has ended the list, no iterator of any.
  iterator erase(const_iterator at) {
    const difference_type index = at - cbegin();
    const detail::lifetime_watch watch{this};
    {
      [[maybe_unused]] const T taken = take(static_cast<size_type>(index));
      // calls user code when `taken` goes: the list is whole without it
    }
    return place_after(watch, index);
  }
  /// The last is dropped first.
  iterator erase(const_iterator first, const_iterator last) {
    const difference_type index = first - cbegin();
    const detail::lifetime_watch watch{this};
    take_and_drop(static_cast<size_type>(index), static_cast<size_type>(last - first), watch);
    return place_after(watch, index);
  }

  template <std::input_iterator It, std::sentinel_for<It> End>
  void assign(It first, End last) {
    list other;
    if constexpr (std::forward_iterator<It>)
      other.items_.reserve(static_cast<size_type>(std::ranges::distance(first, last)));
    for (; first != last; ++first) other.emplace_back(*first);
    swap(other);
  }
  void assign(size_type elements, const T& value) { list(elements, value).swap(*this); }
  void assign(std::initializer_list<T> elements) { list{elements}.swap(*this); }

  void resize(size_type elements, const T& value = T()) {
    if (elements > size()) {
      insert(cend(), elements - size(), value);
    } else {
      erase(cbegin() + static_cast<difference_type>(elements), cend());
    }
  }
  void reserve(size_type elements) {
    change([&](list& here) {
      if (elements > here.capacity()) here.move_to(elements);
    });
  }
  void shrink_to_fit() {
    change([](list& here) { here.move_to(here.size()); });
  }

  /// Empty first, and then the elements are destroyed, the last of them first.
  void clear() noexcept {
    vector taken;
    taken.swap(items_);
    if (loan* const holder = loan_of(taken); holder != nullptr) {
      holder->kept() = std::move(taken);
    } else {
      drop(taken);
    }
  }

  [[nodiscard]] friend bool operator==(const list& left, const list& right) {
    if (left.size() != right.size()) return false;
    const loan first{left.items_};
    const loan second{right.items_};
    const T* with = second.begin();
    for (const T& each : first) {
      if (!(each == *with++)) return false;  // calls user code, which may change both lists
    }
    return true;
  }
  [[nodiscard]] friend auto operator<=>(const list& left, const list& right)
    requires std::three_way_comparable<T>
  {
    using ordering = std::compare_three_way_result_t<T>;
    const loan first{left.items_};
    const loan second{right.items_};
    const T* at = first.begin();
    const T* with = second.begin();
    for (; at != first.end() && with != second.end(); ++at, ++with) {
      if (const ordering order = *at <=> *with; order != 0) return order;  // calls user code, as above
    }
    return ordering{first.size() <=> second.size()};
  }

 private:
  /// The room that CPython gives a list that is to have so many elements.
  [[nodiscard]] static constexpr size_type room_for(size_type elements) noexcept {
    return elements == 0 ? 0 : (elements + (elements >> 3) + 6) & ~size_type{3};
  }
  static_assert(room_for(1) == 4 && room_for(5) == 8 && room_for(9) == 16 && room_for(17) == 24 && room_for(25) == 32 &&
                room_for(33) == 40 && room_for(41) == 52 && room_for(53) == 64);

  /// A place that was there before user code ran, or the end.
  [[nodiscard]] iterator place(difference_type index) noexcept {
    return begin() + (index < end() - begin() ? index : end() - begin());
  }

  [[nodiscard]] iterator place_after(const detail::lifetime_watch& watch, difference_type index) noexcept {
    return watch.has_ended() ? iterator{} : place(index);
  }

  [[nodiscard]] static loan* loan_of(const vector& items) noexcept {
    if constexpr (detail::is_quiet<T>) {
      return nullptr;
    } else {
      return loan::of(items);
    }
  }

  /// Runs `change(list)` where no user code meets the elements while they move. All changes but for swaps go through
  /// it.
  template <class Change>
  decltype(auto) change(Change change) {
    leave_lent_elements();
    return detail::move_aside<detail::moves_quietly<T>>(*this, change);
  }

  /// Goes on with elements of its own where user code has references to these. \throws std::bad_alloc, and what moving
  /// throws
  void leave_lent_elements() {
    loan* const holder = loan_of(items_);
    if (holder == nullptr) return;
    vector& lent = holder->kept();
    lent = std::exchange(items_, vector{});
    detail::set_aside<list> aside{*this};
    OURO_TRY {
      vector& own = aside.content().items_;
      own.reserve(lent.size());
      for (T& each : lent) own.push_back(detail::copied_or_moved(each));
    }
    OURO_CATCH_ALL {
      lent.swap(aside.content().items_);
      OURO_RETHROW;
    }
  }

  /// Room for so many more. An allocation may begin a collection, whose destructors may change a list that is not set
  /// aside.
  void make_room(size_type more) {
    while (capacity() - size() < more) {
      const size_type wanted = size() + more;
      const size_type room = room_for(wanted);
      // Where several more are many, no more than they need.
      move_to(more > room - wanted ? (wanted + 3) & ~size_type{3} : room);
    }
  }

  /// Where there is no memory to move to, it stays large.
  void give_room_back() noexcept {
    if (size() >= capacity() / 2) return;
    OURO_TRY { move_to(room_for(size())); }
    OURO_CATCH_ALL {
    }
  }

  /// \pre is changing. \post has that room, unless what the allocation began has filled the list
  void move_to(size_type room) {
    if (room == capacity()) return;
    vector moved;
    moved.reserve(room);
    if (moved.capacity() < size()) return;
    if constexpr (std::is_nothrow_move_constructible_v<T> || !std::is_copy_constructible_v<T>) {
      moved.insert(moved.end(), std::make_move_iterator(items_.begin()), std::make_move_iterator(items_.end()));
    } else {
      moved.insert(moved.end(), items_.begin(), items_.end());
    }
    items_.swap(moved);
  }

  iterator insert_all(difference_type index, vector made) {
    const detail::lifetime_watch watch{this};
    change([&](list& here) {
      here.make_room(made.size());
      here.items_.insert(here.place(index), std::make_move_iterator(made.begin()), std::make_move_iterator(made.end()));
    });
    return place_after(watch, index);
  }

  /// One element, which is no longer in the list.
  [[nodiscard]] T take(size_type index) {
    return change([&](list& here) {
      const iterator at = here.begin() + static_cast<difference_type>(index);
      T taken(std::move(*at));
      here.items_.erase(at);
      here.give_room_back();
      return taken;
    });
  }

  /// Takes the elements out, and then drops them. Without memory to take them out to, one by one.
  void take_and_drop(size_type index, size_type elements, const detail::lifetime_watch& watch) {
    vector taken;
    OURO_TRY { taken.reserve(elements); }
    OURO_CATCH_ALL {
      for (size_type left = elements; left-- != 0 && !watch.has_ended();) {
        if (index + left < size()) erase(cbegin() + static_cast<difference_type>(index + left));
      }
      return;
    }
    change([&](list& here) {
      // The allocation may have changed the list.
      const iterator first = here.place(static_cast<difference_type>(index));
      const iterator last = here.place(static_cast<difference_type>(index + elements));
      taken.insert(taken.end(), std::make_move_iterator(first), std::make_move_iterator(last));
      here.items_.erase(first, last);
      here.give_room_back();
    });
    drop(taken);
  }

  /// The last first, which is out of the list that they were in. Calls user code: nobody else knows of `taken`.
  static void drop(vector& taken) noexcept {
    if constexpr (!std::is_trivially_destructible_v<T>) {
      while (!taken.empty()) taken.pop_back();
    }
  }

  vector items_;
};

namespace detail {

template <class T, class Memory>
inline constexpr bool shows_parts<list<T, Memory>> = true;

}  // namespace detail
}  // namespace ouro

// ===== ouro/containers/slots.hpp

/// \file
/// Python's `__slots__`: access by name to what are plain members.

namespace ouro {

/// To be specialised, as a tuple of `slot("name", &T::member)`, for a class whose members are to be found by their
/// names:
/// ```
/// template <>
/// inline constexpr auto ouro::slots_of<point> = std::tuple{ouro::slot("x", &point::x), ouro::slot("y", &point::y)};
/// ```
/// The object stays what it is: no byte more, and no slower where the member is known.
template <class T>
inline constexpr std::tuple<> slots_of{};

/// A name for a member.
template <class T, class Member>
struct slot {
  constexpr slot(std::string_view called, Member T::* where) noexcept : name{called}, member{where} {}

  std::string_view name;
  Member T::* member;
};

/// What can be done with the members of a `T` by their names. All are O(names), and allocate nothing.
template <class T>
struct slots {
  static constexpr std::size_t size = std::tuple_size_v<std::remove_const_t<decltype(slots_of<T>)>>;
  static_assert(size != 0, "ouro: specialise `ouro::slots_of<T>` with the names of the members");

  static constexpr std::array<std::string_view, size> names =
      std::apply([](const auto&... each) { return std::array<std::string_view, size>{each.name...}; }, slots_of<T>);

  [[nodiscard]] static constexpr bool contains(std::string_view name) noexcept {
    for (const std::string_view each : names) {
      if (each == name) return true;
    }
    return false;
  }

  /// Calls `see(member)` for the member of that name. Returns whether there is one.
  template <class Object, class See>
  static constexpr bool visit(Object& object, std::string_view name, See&& see) {
    return std::apply(
        [&](const auto&... each) { return ((each.name == name && (see(object.*each.member), true)) || ...); },
        slots_of<T>);
  }

  /// Calls `see(name, member)` for all of them.
  template <class Object, class See>
  static constexpr void each(Object& object, See&& see) {
    std::apply([&](const auto&... each) { (see(each.name, object.*each.member), ...); }, slots_of<T>);
  }

  /// The member of that name and type, or null.
  template <class Member, class Object>
  [[nodiscard]] static constexpr auto* find(Object& object, std::string_view name) {
    using wanted = std::conditional_t<std::is_const_v<Object>, const Member, Member>;
    wanted* found = nullptr;
    visit(object, name, [&](auto& member) {
      if constexpr (std::is_same_v<std::remove_const_t<std::remove_reference_t<decltype(member)>>, Member>)
        found = &member;
    });
    return found;
  }

  /// \throws std::out_of_range if there is no member of that name and type: Python's `AttributeError`
  template <class Member, class Object>
  [[nodiscard]] static constexpr auto& get(Object& object, std::string_view name) {
    auto* const found = find<Member>(object, name);
    if (found == nullptr) detail::throw_out_of_range("ouro::slots::get: no such slot of this type", type_name<T>());
    return *found;
  }
};

}  // namespace ouro

// ===== ouro/containers/tuple.hpp

/// \file
/// Python's `tuple` of elements of several types.

namespace ouro {

/// An immutable tuple under a choice of policies: one block, shared by all copies, which are pointers of 8 bytes. If
/// all that its elements point to is out of the collector's sight, then so is the tuple. `get<I>(t)`, `std::tuple_size`
/// and structured bindings work as for `std::tuple`. The last element is destroyed first. `tuple<Ts...>` is that of
/// default memory.
template <class Memory, class... Ts>
class OURO_SHARED_TYPE basic_tuple {
  using values = std::tuple<Ts...>;

 public:
  /// The empty tuple, and a tuple that was moved from, are those without a block: only `tuple<>` may be read then.
  basic_tuple() noexcept = default;

  /// \throws std::bad_alloc, and what making an element throws
  template <class... Args>
    requires(sizeof...(Args) == sizeof...(Ts) && sizeof...(Ts) != 0 && (std::is_constructible_v<Ts, Args> && ...))
  explicit(sizeof...(Ts) == 1) basic_tuple(Args&&... elements)
      : values_{Memory::template make<values>(std::forward<Args>(elements)...)} {
    detail::untrack_if_acyclic(values_);
  }

  /// \pre has elements
  template <std::size_t I>
  [[nodiscard]] const std::tuple_element_t<I, values>& get() const noexcept {
    return std::get<I>(*values_);
  }

  /// Whether both are the same block: a comparison of pointers.
  [[nodiscard]] bool is(const basic_tuple& with) const noexcept { return values_ == with.values_; }

  /// The block, which other pointers may share.
  [[nodiscard]] const typename Memory::template ptr<values>& block() const noexcept { return values_; }

  [[nodiscard]] friend bool operator==(const basic_tuple& left, const basic_tuple& right) {
    return left.is(right) || (left.values_ != nullptr && right.values_ != nullptr && *left.values_ == *right.values_);
  }
  [[nodiscard]] friend auto operator<=>(const basic_tuple& left, const basic_tuple& right)
    requires(std::three_way_comparable<Ts> && ...)
  {
    return *left.values_ <=> *right.values_;
  }

 private:
  friend struct detail::edge_traits<basic_tuple>;

  typename Memory::template ptr<values> values_;
};

/// Python's `tuple`, in default memory.
template <class... Ts>
using tuple = basic_tuple<default_memory, Ts...>;

/// An element by its number, as of `std::tuple`.
template <std::size_t I, class Memory, class... Ts>
[[nodiscard]] const auto& get(const basic_tuple<Memory, Ts...>& of) noexcept {
  return of.template get<I>();
}

namespace functions {

/// A tuple of copies of its arguments. \throws std::bad_alloc, and what copying throws
template <class... Args>
[[nodiscard]] tuple<std::decay_t<Args>...> make_tuple(Args&&... elements) {
  return tuple<std::decay_t<Args>...>(std::forward<Args>(elements)...);
}

}  // namespace functions

namespace detail {

/// An edge to its block.
template <class Memory, class... Ts>
struct edge_traits<basic_tuple<Memory, Ts...>> {
  using pointee = std::tuple<Ts...>;
  using pointer = typename Memory::template ptr<std::tuple<Ts...>>;

  /// \see has_immutable_block
  static constexpr bool is_immutable = true;
  [[nodiscard]] static const pointer& block(const basic_tuple<Memory, Ts...>& edge) noexcept { return edge.values_; }
  static void set_block(basic_tuple<Memory, Ts...>& edge, pointer to) noexcept { edge.values_ = std::move(to); }

  template <class TracingRefcount, class TracingCollector>
  OURO_ALWAYS_INLINE static void report(basic_tuple<Memory, Ts...>& edge, edge_sink& sink) {
    edge_traits<pointer>::template report<TracingRefcount, TracingCollector>(edge.values_, sink);
  }
};

}  // namespace detail
}  // namespace ouro

template <class Memory, class... Ts>
struct std::tuple_size<ouro::basic_tuple<Memory, Ts...>> : std::integral_constant<std::size_t, sizeof...(Ts)> {};

template <std::size_t I, class Memory, class... Ts>
struct std::tuple_element<I, ouro::basic_tuple<Memory, Ts...>> {
  using type = const std::tuple_element_t<I, std::tuple<Ts...>>;
};

// ===== ouro/containers/weak_entries.hpp

/// \file
/// What the weak containers have in common: entries that go when their objects die.

namespace ouro::detail {

/// A hash table of weak pointers to objects of `Memory`, each under a `Key` and with a `Content`, in the order of
/// insertion. An entry goes when its object has died, by the callback of its weak pointer. While somebody goes over the
/// entries, none is moved or taken away: what goes stays as an empty place until that is over. Keys and contents are
/// destroyed when the table is in order again, so that their destructors may come back to it.
///
/// For policies whose objects belong to one thread. Lookup, insertion and removal are O(1) on average.
template <class Key, class T, class Content, class Memory, class Hash, class Equal>
class weak_entries {
  static_assert(!Memory::refcount::is_thread_safe,
                "ouro: the entry of a weak container goes on the thread where its object dies: use policies whose "
                "objects belong to one thread");

 public:
  using strong = typename Memory::template ptr<T>;
  using weak = typename Memory::template weak<T>;

  struct entry {
    std::size_t hash;
    Key key;
    Content content;
    weak object{};         ///< ends before the content, which may hold the last pointer to the object
    bool is_gone = false;  ///< an empty place

    entry(std::size_t hashed, Key&& named, Content&& held)
        : hash{hashed}, key(std::move(named)), content(std::move(held)) {}

    static void* operator new(std::size_t) { return allocator{}.allocate(1); }
    static void operator delete(void* block) noexcept { allocator{}.deallocate(static_cast<entry*>(block), 1); }

   private:
    using allocator = typename Memory::template std_allocator<entry>;
  };

  weak_entries() = default;
  // The callbacks know where the table is.
  weak_entries(const weak_entries&) = delete;
  weak_entries& operator=(const weak_entries&) = delete;
  ~weak_entries() {
    lifetime_watch::end(this);
    readers_ = 0;  // who reads on has lost the table
    do clear();
    while (entries_.size() != 0);  // a destructor may have put something in
  }

  /// Entries whose objects live. O(1), but O(entries) while objects wait for their destruction or callbacks are due.
  [[nodiscard]] std::size_t size() const noexcept {
    using refcount = typename Memory::refcount;
    std::size_t living = entries_.size() - gone_;
    if (weak_table<refcount>::has_callbacks() || destructions<refcount>.mark() != 0) [[unlikely]] {
      entries_.each([&](const entry& held) {
        if (!held.is_gone && held.object.expired()) --living;
      });
    }
    return living;
  }

  /// What `use(entry)` says of the entry of `key` if its object lives, or of null.
  template <class Use>
  [[nodiscard]] auto find(const Key& key, Use use) {
    const std::size_t hash = Hash{}(key);
    const reading whole{*this};
    entry* const found = entry_of(key, hash);
    return use(found == nullptr || found->object.expired() ? nullptr : found);
  }

  /// In the place of an entry that there was. \pre nobody else changes `object` meanwhile. \throws std::bad_alloc, and
  /// what moving throws; then nothing has changed
  void put(Key key, const strong& object, Content content) {
    const std::size_t hash = Hash{}(key);
    std::unique_ptr<entry> made;  // calls user code when it goes, which may end the table
    const reading whole{*this};
    if (entry* const at = entry_of(key, hash); at != nullptr) return replace(*at, object, content);
    // Calls user code, or begins a collection that does: the key may come in.
    made.reset(new entry{hash, std::move(key), std::move(content)});
    do {
      entries_.make_room();
      if (entry* const at = entry_of(made->key, hash); at != nullptr) return replace(*at, object, made->content);
    } while (!entries_.has_room());  // a comparison has filled it
    made->object = weak{object, [this, place = made.get()] { remove(*place); }};
    entries_.insert(std::move(made));
  }

  /// Whether there was one whose object lives.
  bool erase(const Key& key) {
    const std::size_t hash = Hash{}(key);
    std::unique_ptr<entry> taken;  // calls user code when it goes: the table has it no longer
    const reading whole{*this};
    entry* const found = entry_of(key, hash);
    if (found == nullptr || found->is_gone) return false;
    const bool was_alive = !found->object.expired();
    if (readers_ == 1) {  // nobody but this
      taken = entries_.extract(*found);
    } else {
      empty(*found);
    }
    return was_alive;
  }

  void clear() noexcept {
    if (readers_ == 0) {
      const table taken = std::exchange(entries_, table{});
      gone_ = 0;
      // Contents may hold the last pointers to objects of other entries, whose callbacks must not look for these.
      taken.each([](entry& held) { held.object.reset(); });
    } else {
      entries_.each([this](entry& held) {
        if (!held.is_gone) empty(held);
      });
    }
  }

  /// While it lives, all entries keep their places.
  class reading {
   public:
    explicit reading(weak_entries& of) noexcept : of_{&of} { ++of_->readers_; }
    reading(const reading& from) noexcept : reading{*from.of_} {}
    reading& operator=(const reading& from) noexcept {
      reading copy{from};
      std::swap(of_, copy.of_);
      return *this;
    }
    ~reading() {
      if (--of_->readers_ == 0 && of_->gone_ != 0) of_->take_out_gone();
    }

    [[nodiscard]] const weak_entries& operator*() const noexcept { return *of_; }

   private:
    weak_entries* of_;
  };

  /// Goes over the entries of living objects that there were when it was made. Keeps the object that it is at alive.
  class reader {
   public:
    explicit reader(weak_entries& of) noexcept : reading_{of}, at_{of.entries_.first()}, end_{of.entries_.places()} {
      skip_dead();
    }

    [[nodiscard]] bool is_at_end() const noexcept { return at_ == end_; }
    [[nodiscard]] const Key& key() const noexcept { return place()->key; }
    [[nodiscard]] Content& content() const noexcept { return place()->content; }
    [[nodiscard]] const strong& object() const noexcept { return object_; }

    void next() noexcept {
      ++at_;
      skip_dead();
    }

   private:
    [[nodiscard]] entry* place() const noexcept { return (*reading_).entries_.at(at_); }

    void skip_dead() noexcept {
      for (; !is_at_end(); ++at_) {
        if (place() == nullptr) continue;
        if (strong alive = place()->object.lock(); alive != nullptr) {
          object_ = std::move(alive);  // calls user code: the one before may die, whose entry stays
          return;
        }
      }
      object_.reset();
    }

    reading reading_;
    std::size_t at_;
    std::size_t end_;
    strong object_{};
  };

  /// Calls `see(key, content)` for all, the dead included: for traces.
  template <class See>
  void each(See see) {
    entries_.each([&](entry& held) { see(std::as_const(held.key), held.content); });
  }

 private:
  using table = node_table<entry, Memory>;

  static constexpr bool compares_quietly = is_quiet<Key> && std::is_same_v<Equal, equal_values>;

  /// \pre is being read, so that entries stay where they are
  [[nodiscard]] entry* entry_of(const Key& key, std::size_t hash) const {
    if constexpr (compares_quietly) {
      return entries_.find(hash, [&](const entry& seen) { return seen.hash == hash && Equal{}(seen.key, key); });
    } else {
      for (;;) {
        const std::size_t room = entries_.room();
        entry* const found = entries_.find(hash, [&](const entry& seen) {
          // calls user code: if it has made the table grow, the search ends, and begins again
          return seen.hash == hash && (Equal{}(seen.key, key) || entries_.room() != room);
        });
        if (entries_.room() == room) return found;
      }
    }
  }

  /// \pre is being read
  void replace(entry& at, const strong& object, Content& content) {
    weak watched{object, [this, place = &at] { remove(*place); }};
    std::swap(at.content, content);  // calls user code, and so the old content does when it goes
    std::swap(at.object, watched);
    if (std::exchange(at.is_gone, false)) --gone_;
  }

  /// By the callback of the entry's weak pointer. \pre the entry is not an empty place
  void remove(entry& at) noexcept {
    if (readers_ != 0) return empty(at);
    const auto taken = entries_.extract(at);
    static_cast<void>(taken);  // calls user code when it goes: the table has it no longer
  }

  /// Leaves an empty place. \pre is being read
  void empty(entry& at) noexcept {
    at.is_gone = true;
    ++gone_;
    at.object.reset();
  }

  void take_out_gone() noexcept {
    const lifetime_watch watch{this};
    for (std::size_t place = entries_.first(); !watch.has_ended() && gone_ != 0 && readers_ == 0;) {
      if (place >= entries_.places())
        place = entries_.first();  // whoever was passed may have gone since, or have moved
      entry* const each = entries_.at(place++);
      if (each == nullptr || !each->is_gone) continue;
      --gone_;
      const auto taken = entries_.extract(*each);
      static_cast<void>(taken);  // calls user code when it goes, which may come back, or end the table
    }
  }

  table entries_;
  std::size_t gone_ = 0;     ///< empty places
  std::size_t readers_ = 0;  ///< that are going over the entries
};

/// A reader as an input iterator whose elements are `As::of(reader)`.
template <class Entries, class As>
class weak_iterator {
 public:
  using reader = typename Entries::reader;
  using value_type = decltype(As::of(std::declval<const reader&>()));
  using reference = value_type;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;

  explicit weak_iterator(Entries& of) : at_{of} {}

  [[nodiscard]] reference operator*() const { return As::of(at_); }
  weak_iterator& operator++() noexcept {
    at_.next();
    return *this;
  }
  void operator++(int) noexcept { at_.next(); }

  [[nodiscard]] friend bool operator==(const weak_iterator& at, std::default_sentinel_t) noexcept {
    return at.at_.is_at_end();
  }

 private:
  reader at_;
};

}  // namespace ouro::detail

// ===== ouro/containers/weak_key_map.hpp

/// \file
/// Python's `weakref.WeakKeyDictionary`.

namespace ouro {

/// A map from objects that it does not keep alive, by their identity: what a program knows of objects that are not its
/// own. An entry goes when its object dies, with its value. Iteration gives strong pointers, in the order of insertion,
/// and stays valid whatever is inserted, erased or dies meanwhile. A value that leads back to its key keeps both alive,
/// as in Python. For policies whose objects belong to one thread; not copied and not moved.
template <class T, class Value, class Memory = default_memory>
class OURO_SHARED_TYPE weak_key_map {
  using entries = detail::weak_entries<const void*, T, Value, Memory, std::hash<const void*>, detail::equal_values>;

  struct as_pair {
    [[nodiscard]] static std::pair<typename entries::strong, Value&> of(const typename entries::reader& at) {
      return {at.object(), at.content()};
    }
  };

 public:
  using key_type = typename entries::strong;
  using mapped_type = Value;
  using size_type = std::size_t;
  using iterator = detail::weak_iterator<entries, as_pair>;

  /// The value of `key`, or null. It moves when the entry goes only. O(1) on average.
  [[nodiscard]] Value* find(const key_type& key) const {
    return entries_.find(key.owner(), [](auto* found) { return found == nullptr ? nullptr : &found->content; });
  }

  [[nodiscard]] bool contains(const key_type& key) const { return find(key) != nullptr; }

  /// \pre `key` is not null. \throws std::bad_alloc, and what moving the value throws
  void insert_or_assign(key_type key, Value value) {
    const void* const identity = key.owner();
    entries_.put(identity, key, std::move(value));
  }

  /// The value of `key`, made by default if there is none. \pre, \throws as `insert_or_assign`
  Value& operator[](const key_type& key) {
    for (;;) {
      if (Value* const found = find(key); found != nullptr) return *found;
      insert_or_assign(key, Value{});  // calls user code, which may take the entry away
    }
  }

  size_type erase(const key_type& key) { return entries_.erase(key.owner()) ? 1 : 0; }
  void clear() noexcept { entries_.clear(); }

  [[nodiscard]] size_type size() const noexcept { return entries_.size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  [[nodiscard]] iterator begin() const { return iterator{entries_}; }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  void trace(auto&& visit) {
    entries_.each([&](const void*, const Value& value) { visit(value); });
  }

 private:
  mutable entries entries_;  ///< readers leave their mark in it
};

}  // namespace ouro

// ===== ouro/containers/weak_set.hpp

/// \file
/// Python's `weakref.WeakSet`.

namespace ouro {

/// A set of objects that it does not keep alive, by their identity. An object that dies leaves it. Iteration gives
/// strong pointers, in the order of insertion, and stays valid whatever is inserted, erased or dies meanwhile; what is
/// inserted then may be met or not. For policies whose objects belong to one thread; not copied and not moved.
template <class T, class Memory = default_memory>
class OURO_SHARED_TYPE weak_set {
  struct nothing {};
  using entries = detail::weak_entries<const void*, T, nothing, Memory, std::hash<const void*>, detail::equal_values>;

  struct as_pointer {
    [[nodiscard]] static typename entries::strong of(const typename entries::reader& at) { return at.object(); }
  };

 public:
  using value_type = typename entries::strong;
  using size_type = std::size_t;
  using iterator = detail::weak_iterator<entries, as_pointer>;

  /// Whether it is new. \pre not null. \throws std::bad_alloc
  bool insert(const value_type& object) {
    if (contains(object)) return false;
    entries_.put(object.owner(), object, {});
    return true;
  }

  [[nodiscard]] bool contains(const value_type& object) const {
    return entries_.find(object.owner(), [](const auto* found) { return found != nullptr; });
  }

  size_type erase(const value_type& object) { return entries_.erase(object.owner()) ? 1 : 0; }
  void clear() noexcept { entries_.clear(); }

  [[nodiscard]] size_type size() const noexcept { return entries_.size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  [[nodiscard]] iterator begin() const { return iterator{entries_}; }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  void trace(auto&&) noexcept {}

 private:
  mutable entries entries_;  ///< readers leave their mark in it
};

}  // namespace ouro

// ===== ouro/containers/weak_value_map.hpp

/// \file
/// Python's `weakref.WeakValueDictionary`.

namespace ouro {

/// A map to objects that it does not keep alive: a cache. An entry goes when its object dies, with its key. Iteration
/// gives strong pointers, in the order of insertion, and stays valid whatever is inserted, erased or dies meanwhile.
/// For policies whose objects belong to one thread; not copied and not moved.
template <class Key, class T, class Memory = default_memory, class Hash = std::hash<Key>,
          class Equal = detail::equal_values>
class OURO_SHARED_TYPE weak_value_map {
  struct nothing {};
  using entries = detail::weak_entries<Key, T, nothing, Memory, Hash, Equal>;

  struct as_pair {
    [[nodiscard]] static std::pair<const Key&, typename entries::strong> of(const typename entries::reader& at) {
      return {at.key(), at.object()};
    }
  };

 public:
  using key_type = Key;
  using mapped_type = typename entries::strong;
  using size_type = std::size_t;
  using iterator = detail::weak_iterator<entries, as_pair>;

  /// The object under `key`, or null. O(1) on average.
  [[nodiscard]] mapped_type get(const Key& key) const {
    return entries_.find(key,
                         [](const auto* found) { return found == nullptr ? mapped_type{} : found->object.lock(); });
  }

  [[nodiscard]] bool contains(const Key& key) const {
    return entries_.find(key, [](const auto* found) { return found != nullptr; });
  }

  /// \pre `object` is not null. \throws std::bad_alloc, and what moving the key throws
  void insert_or_assign(Key key, mapped_type object) { entries_.put(std::move(key), object, {}); }

  /// The object under `key`, or `object`, which is under it from now on. \pre, \throws as `insert_or_assign`
  mapped_type setdefault(Key key, mapped_type object) {
    if (mapped_type found = get(key); found != nullptr) return found;
    insert_or_assign(std::move(key), object);
    return object;
  }

  /// The object under `key`, or null, and is without it afterwards.
  mapped_type pop(const Key& key) {
    mapped_type found = get(key);
    entries_.erase(key);
    return found;
  }

  size_type erase(const Key& key) { return entries_.erase(key) ? 1 : 0; }
  void clear() noexcept { entries_.clear(); }

  [[nodiscard]] size_type size() const noexcept { return entries_.size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  [[nodiscard]] iterator begin() const { return iterator{entries_}; }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  void trace(auto&& visit) {
    entries_.each([&](const Key& key, nothing) { visit(key); });
  }

 private:
  mutable entries entries_;  ///< readers leave their mark in it
};

}  // namespace ouro

// ===== ouro/copy/clone.hpp

/// \file
/// Copies of single objects: what `copy` and `deepcopy` are made of.

namespace ouro {

/// Says that copies share objects of this type instead of copying them: what cannot change need not be there twice.
/// True by itself for `const` types without edges: `ptr<const std::string>` is shared.
template <class T>
inline constexpr bool shared_by_copies = [] {
  if constexpr (std::is_const_v<T> && detail::is_complete<T>) {
    return detail::is_leaf<std::remove_const_t<T>>();
  } else {
    return false;
  }
}();

/// Thrown by `copy` and `deepcopy`: the object was made as a class that is not `clonable`, and is met through a pointer
/// to another one.
class not_copyable : public std::exception {
 public:
  explicit not_copyable(std::string_view type)
      : what_{"ouro: an object is to be copied through a base, but is not clonable [type: " + std::string{type} + "]"} {
  }
  [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }

 private:
  std::string what_;
};

/// Thrown by `deepcopy`: members `deep_copy` nest deeper than the stack allows, in a cycle, and one of them has put
/// what stood for an unfinished copy where the library cannot replace it, or has written to it.
class copy_unfinished : public std::exception {
 public:
  explicit copy_unfinished(std::string_view type)
      : what_{"ouro: what stood for an unfinished copy was hidden or written to by a deep_copy [type: " +
              std::string{type} + "]"} {}
  [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }

 private:
  std::string what_;
};

template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class deepcopy_memo;

namespace detail {

[[noreturn]] OURO_NOINLINE inline void throw_not_copyable(std::string_view type) {
#if OURO_HAS_EXCEPTIONS
  throw not_copyable{type};
#else
  misuse("an object is to be copied through a base, but is not clonable", type);
#endif
}

[[noreturn]] OURO_NOINLINE inline void throw_copy_unfinished(std::string_view type) {
#if OURO_HAS_EXCEPTIONS
  throw copy_unfinished{type};
#else
  misuse("what stood for an unfinished copy was hidden or written to by a deep_copy", type);
#endif
}

template <class T>
concept has_shallow_copy = requires(const T& object) { object.shallow_copy(); };
template <class T, class Memo>
concept has_deep_copy = requires(const T& object, Memo& memo) { object.deep_copy(memo); };

/// Whether the library can see all edges of a `T`, which it need not of what copies itself.
template <class T, class... Outer>
[[nodiscard]] consteval bool shows_edges() {
  constexpr sight seen = sight_of<T>();
  if constexpr ((std::is_same_v<T, Outer> || ...) || seen == sight::none || seen == sight::edge ||
                seen == sight::foreign || seen == sight::member) {
    return true;
  } else if constexpr (seen == sight::opaque) {
    return false;
  } else {
    return []<class... Parts>(types<Parts...>) {
      return (shows_edges<Parts, T, Outer...>() && ...);
    }(typename parts_of<T>::type{});
  }
}

/// Shows each edge of an object to the memo.
template <class Memo>
struct edge_viewer {
  static constexpr bool changes_edges = false;

  template <class Edge>
  void operator()(Edge& edge) const {
    memo.see(edge);
  }

  [[nodiscard]] nesting& within() const noexcept { return memo.within_; }

  Memo& memo;
};

/// Gives each edge of an object to the memo, for what it should point to.
template <class Memo>
struct edge_changer {
  static constexpr bool changes_edges = true;

  template <class Edge>
  void operator()(Edge& edge) const {
    memo.change(edge);
  }

  [[nodiscard]] nesting& within() const noexcept { return memo.within_; }

  Memo& memo;
};

template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
struct edge_functions {
  using layout = block<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using element = typename layout::element;
  using memo_type = deepcopy_memo<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

  static void see(void* object, void* memo) { visit_all<edge_viewer<memo_type>>(object, memo); }
  static void rewire(void* object, void* memo) { visit_all<edge_changer<memo_type>>(object, memo); }

  [[nodiscard]] static std::size_t bytes(const void* object) noexcept {
    return layout::length(object) * sizeof(element);
  }

  static constexpr edge_record record = [] {
    if constexpr (is_leaf<element>() || !shows_edges<element>()) {
      return edge_record{nullptr, nullptr, &bytes};
    } else {
      return edge_record{&see, &rewire, &bytes};
    }
  }();

 private:
  template <class SeeEdge>
  static void visit_all(void* object, void* memo) {
    const SeeEdge see_edge{*static_cast<memo_type*>(memo)};
    const edge_visitor visit{see_edge};
    for (std::size_t i = 0, end = layout::length(object); i != end; ++i) {
      visit.visit_object(static_cast<element*>(object)[i]);
    }
  }
};

template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
struct clone_functions {
  using layout = block<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using element = typename layout::element;
  using memo_type = deepcopy_memo<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using pointer = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

  static constexpr bool copies_itself = has_deep_copy<element, memo_type>;
  static_assert(copies_itself || shows_edges<element>(),
                "ouro: deepcopy cannot see the edges of T: give it `void trace(auto&& visit) { visit(members...); }`, "
                "or the member deep_copy(memo)");

  [[nodiscard]] static void* copy(void* object) {
    if constexpr (has_shallow_copy<element>) {
      return give_up(static_cast<const element*>(object)->shallow_copy());  // calls user code: the object is whole
    } else {
      return copy_construct(object);
    }
  }

  [[nodiscard]] static void* deepcopy(void* object, void* memo) {
    if constexpr (copies_itself) {
      // calls user code: the memo knows what was copied so far
      return give_up(static_cast<const element*>(object)->deep_copy(*static_cast<memo_type*>(memo)));
    } else {
      return copy_construct(object);
    }
  }

  static constexpr clone_record record{&copy, &deepcopy,
                                       &edge_functions<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>::record,
                                       copies_itself, shows_edges<element>()};

 private:
  [[nodiscard]] static void* copy_construct(void* object) {
    static_assert(std::is_copy_constructible_v<element>,
                  "ouro: copies need a copy constructor, or the members shallow_copy() and deep_copy(memo)");
    const auto* const from = static_cast<const element*>(object);
    if constexpr (std::is_array_v<T>) {
      return give_up(
          make_array_from<element, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(layout::length(object), from));
    } else {
      return give_up(make_managed<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(*from));
    }
  }

  /// The count that a pointer holds becomes the caller's.
  [[nodiscard]] static void* give_up(pointer made) noexcept {
    void* const object = made == nullptr ? nullptr : header_of<RefcountPolicy>(made.get())->object();
    pointer_access::forget(made);
    return object;
  }
};

/// Whether objects made as `T` can be copied, as far as the type shows. What is only a base class need not be.
template <class T>
[[nodiscard]] consteval bool may_be_copied() {
  if constexpr (std::is_void_v<T> || std::is_abstract_v<std::remove_extent_t<T>>) {
    return false;
  } else {
    return is_closed<T>() ||
           (sight_of<T>() != sight::opaque && (std::is_copy_constructible_v<T> || has_shallow_copy<T>));
  }
}

/// How to copy the object behind a `managed_ptr<T>`; null if nobody knows.
template <class T, class R, class C, class A>
[[nodiscard]] const clone_record* find_clone_record(header<R>& object) noexcept {
  using held = pointee_node<T>;
  const type_record& record = record_of(info_of<C>(object));
  if constexpr (may_be_copied<held>()) {
    if (is_closed<held>() || &record == &block<held, R, C, A>::record) return &clone_functions<held, R, C, A>::record;
  }
  return record.clone;
}

/// \throws not_copyable
template <class T, class R, class C, class A>
[[nodiscard]] const clone_record& clone_record_of(header<R>& object) {
  const clone_record* const found = find_clone_record<T, R, C, A>(object);
  if (found == nullptr) throw_not_copyable(record_of(info_of<C>(object)).name);
  return *found;
}

/// The pointer to a copy that `original` would be, if it pointed there. Takes over the count of `copy`.
template <class T, class R, class C, class A>
[[nodiscard]] managed_ptr<T, R, C, A> at_same_place(const managed_ptr<T, R, C, A>& original, void* from,
                                                    void* copy) noexcept {
  if (copy == nullptr) return nullptr;
  if constexpr (std::is_void_v<T>) {
    return pointer_access::take<managed_ptr<T, R, C, A>>(copy);
  } else {
    // A base class lies where it lies in every object of the class.
    const auto offset = reinterpret_cast<const volatile std::byte*>(original.get()) - static_cast<std::byte*>(from);
    using pointer = typename managed_ptr<T, R, C, A>::pointer;
    return pointer_access::take<managed_ptr<T, R, C, A>>(
        reinterpret_cast<pointer>(static_cast<std::byte*>(copy) + offset));
  }
}

}  // namespace detail
}  // namespace ouro

// ===== ouro/copy/copied_edges.hpp

/// \file
/// Which edges a deep copy looks at.

namespace ouro::detail {

/// An edge that is more than a pointer: it has one, to a block of its own, say.
template <class Edge>
concept has_block = requires(Edge& edge) { edge_traits<Edge>::block(edge); };

/// An edge to a block that never changes, which copies share if all that the block leads to is shared.
template <class Edge>
concept has_immutable_block = has_block<Edge> && edge_traits<Edge>::is_immutable;

/// The pointer that the edge is, or has.
template <class T, class R, class C, class A>
[[nodiscard]] const managed_ptr<T, R, C, A>& block_of(const managed_ptr<T, R, C, A>& edge) noexcept {
  return edge;  // NOLINT(bugprone-return-const-ref-from-parameter): temporaries are refused below
}
template <class T, class R, class C, class A>
void block_of(const managed_ptr<T, R, C, A>&& edge) = delete;  // the reference would dangle
template <has_block Edge>
[[nodiscard]] const auto& block_of(const Edge& edge) noexcept {
  return edge_traits<Edge>::block(edge);
}

template <class Pointer, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
inline constexpr bool is_pointer_of = false;
template <class T, class R, class C, class A>
inline constexpr bool is_pointer_of<managed_ptr<T, R, C, A>, R, C, A> = true;

/// The memo for copies of what a pointer points to.
template <class Pointer>
struct memo_of;
template <class T, class R, class C, class A>
struct memo_of<managed_ptr<T, R, C, A>> {
  using type = deepcopy_memo<R, C, A>;
};

/// For edges under a set of policies.
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
struct copied_edges {
  /// Whether copies have the edge as it is. Edges of other policies lead to what is not copied.
  template <class Edge>
  [[nodiscard]] static consteval bool is_shared() {
    if constexpr (requires(Edge& edge) { block_of(edge); }) {
      using block = std::remove_cvref_t<decltype(block_of(std::declval<Edge&>()))>;
      if constexpr (!is_pointer_of<block, RefcountPolicy, CollectorPolicy, AllocatorPolicy>) {
        return true;
      } else if constexpr (has_immutable_block<Edge>) {
        return is_leaf<std::remove_cv_t<typename block::element_type>>();
      } else {
        return shared_by_copies<typename edge_traits<Edge>::pointee>;
      }
    } else {
      return true;
    }
  }
};

}  // namespace ouro::detail

// ===== ouro/copy/copy.hpp

/// \file
/// Python's `copy.copy`.

namespace ouro {
namespace functions {

/// A new object whose edges point to what those of `original` point to: made by the member `shallow_copy() const`,
/// which returns a pointer to it, or else by the copy constructor. Null for null; the same object where its type is
/// `shared_by_copies`. O(what the constructor does).
/// \throws not_copyable, std::bad_alloc, and what the constructor throws
template <class T, counts_in_header R, class C, class A>
[[nodiscard]] managed_ptr<T, R, C, A> copy(const managed_ptr<T, R, C, A>& original) {
  if constexpr (shared_by_copies<T>) {
    return original;
  } else {
    if (original == nullptr) return nullptr;
    // The copy's block may begin a collection, whose destructors may drop what the caller holds.
    const managed_ptr<T, R, C, A> held = original;
    detail::header<R>& from = *detail::header_of<R>(held.get());
    void* const made = detail::clone_record_of<T, R, C, A>(from).copy(from.object());  // calls user code
    return detail::at_same_place(held, from.object(), made);
  }
}

/// A tuple or a frozen list cannot change, and is its own copy.
template <detail::has_immutable_block Edge>
[[nodiscard]] Edge copy(const Edge& original) noexcept {
  return original;
}

}  // namespace functions
}  // namespace ouro

// ===== ouro/copy/copied_objects.hpp

/// \file
/// The objects that a deep copy has copied, each with its copy.

namespace ouro::detail {

template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class copied_objects {
 public:
  using pointer = managed_ptr<void, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using header_type = header<RefcountPolicy>;

  struct entry {
    pointer original;          ///< kept, so that no other object can come to lie at its address
    pointer copy;              ///< may be null, or the original itself
    const edge_record* edges;  ///< of the copy
    bool is_new;               ///< was made for this copy of the original: not what some `deep_copy` has found
    bool is_immutable = false;

    [[nodiscard]] bool has_edges() const noexcept {
      return edges->see != nullptr && copy != nullptr && copy != original;
    }
  };

  [[nodiscard]] static pointer pointer_to(header_type& object) noexcept {
    RefcountPolicy::increment(object.count);
    return pointer_access::take<pointer>(object.object());
  }

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] entry& operator[](std::size_t at) noexcept { return entries_[at]; }

  /// The entry of the original, or null.
  [[nodiscard]] entry* find(header_type& original) noexcept {
    const std::size_t* const found = numbers_.find(&original);
    return found == nullptr ? nullptr : &entries_[*found];
  }

  /// \pre the original has been copied
  [[nodiscard]] entry& at(header_type& original) noexcept { return entries_[numbers_.at(&original)]; }

  /// Returns the number of the entry, which may have been there: the copy is another one from now on then, if it is not
  /// the one that was remembered. \throws std::bad_alloc
  std::size_t add(header_type& original, pointer copy, const edge_record* edges, bool is_new) {
    if (const std::size_t* const found = numbers_.find(&original); found != nullptr) {
      entry& known = entries_[*found];
      known.edges = edges;
      if (known.copy != copy) {
        known.copy = std::move(copy);
        known.is_new = is_new;
      }
      return *found;
    }
    entries_.push_back({pointer_to(original), std::move(copy), edges, is_new});
    numbers_[&original] = entries_.size() - 1;
    return entries_.size() - 1;
  }

  /// Forgets all entries from number `left` on. Before, `cut(entry)` is called for each copy that is new and has edges,
  /// which shall make these null: they may be cycles. What some `deep_copy` has found stays as it is; a cycle through
  /// it leads through copies that are new, too.
  template <class Cut>
  void shrink(std::size_t left, Cut cut) noexcept {
    for (std::size_t i = left; i != entries_.size(); ++i) {
      const entry& each = entries_[i];
      numbers_.erase(each.original.owner());
      OURO_TRY {
        if (each.is_new && each.has_edges()) cut(each);
      }
      OURO_CATCH_ALL {
        unraisable("deepcopy");
      }
    }
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(left), entries_.end());
  }

 private:
  local_address_map<std::size_t> numbers_;  ///< by the original's header
  std::vector<entry> entries_;              ///< in the order in which they were met
};

}  // namespace ouro::detail

// ===== ouro/copy/promised_copies.hpp

/// \file
/// What stands for copies that are made later.

namespace ouro::detail {

/// A stand-in is an object of its own, as large as what it stands for, and full of zeros. It is counted like any other,
/// so that the number of its pointers tells whether all of them have been replaced.
struct alignas(std::max_align_t) copy_to_come {
  unsigned char zeros[alignof(std::max_align_t)];
};

template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class promised_copies {
 public:
  using pointer = managed_ptr<void, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using header_type = header<RefcountPolicy>;

  struct promise {
    pointer original;
    pointer stand_in;
    std::size_t units;  ///< of the stand-in
  };

  [[nodiscard]] std::size_t size() const noexcept { return promises_.size(); }

  /// The promise that has been given for the original, or null.
  [[nodiscard]] const promise* find(const pointer& original) noexcept {
    const std::size_t* const found = numbers_.find(original.owner());
    return found == nullptr ? nullptr : &promises_[*found];
  }

  /// The promise that the object stands for; null if it is no stand-in.
  [[nodiscard]] const promise* find_kept_by(header_type& object) noexcept {
    const std::size_t* const found = numbers_.find(&object);
    return found != nullptr && promises_[*found].stand_in == object.object() ? &promises_[*found] : nullptr;
  }

  /// Returns the stand-in. \throws std::bad_alloc
  const pointer& give(const pointer& original, std::size_t bytes) {
    const std::size_t units = (bytes + sizeof(copy_to_come) - 1) / sizeof(copy_to_come);
    const pointer stand_in = make_managed<copy_to_come[], RefcountPolicy, CollectorPolicy, AllocatorPolicy>(units);
    promises_.push_back({original, stand_in, units});
    numbers_[original.owner()] = promises_.size() - 1;
    numbers_[stand_in.owner()] = promises_.size() - 1;
    return promises_.back().stand_in;
  }

  /// Checks that nobody has the stand-ins of the promises from number `first` on, and that nobody has written to one.
  /// \throws copy_unfinished
  void check_kept(std::size_t first) const {
    for (std::size_t i = first; i != promises_.size(); ++i) {
      const promise& each = promises_[i];
      if (each.stand_in.use_count() != 1) break_promise(each);
      const auto* const bytes = static_cast<const unsigned char*>(each.stand_in.get());
      for (std::size_t at = 0; at != each.units * sizeof(copy_to_come); ++at) {
        if (bytes[at] != 0) break_promise(each);
      }
    }
  }

  [[noreturn]] static void break_promise(const promise& given) {
    throw_copy_unfinished(record_of(info_of<CollectorPolicy>(*header_of<RefcountPolicy>(given.original.get()))).name);
  }

  void shrink(std::size_t left) noexcept {
    for (; promises_.size() != left; promises_.pop_back()) {
      numbers_.erase(promises_.back().original.owner());
      numbers_.erase(promises_.back().stand_in.owner());
    }
  }

 private:
  std::vector<promise> promises_;           ///< in the order in which they were given
  local_address_map<std::size_t> numbers_;  ///< by the headers of original and stand-in
};

}  // namespace ouro::detail

// ===== ouro/copy/deepcopy_memo.hpp

/// \file
/// What a deep copy has copied so far, and what it has yet to copy.
///
/// Copies are made depth first, as CPython makes them: an object is copied, then all that its first edge leads to, then
/// all that its second edge leads to, and at last the edges of the copy are changed. An explicit stack of tasks stands
/// for the recursion.
///
/// Only members `deep_copy` nest, as one asks the memo for a copy and another one makes it. While they use less than
/// `most_stack` bytes, each of them gets what CPython's `__deepcopy__` would get. Beyond that, an object that is asked
/// for and copies itself is prepared first: a walk over the edges finds the objects that copy themselves behind it, and
/// they are copied from the last to the first, so that each finds the copies that it will ask for. In a cycle there is
/// no last one. There the memo promises a copy: it gives out a stand-in, and puts the copy in its place in the end.

namespace ouro {

/// What a deep copy has copied so far, so that what was shared is shared again, and cycles close. It keeps the
/// originals and their copies alive. For one thread.
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class OURO_SHARED_TYPE deepcopy_memo {
  template <class T>
  using pointer = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using header_type = detail::header<RefcountPolicy>;
  using edges = detail::copied_edges<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

 public:
  /// Bytes of stack that nested members `deep_copy` may use before copies are made in another order than they are asked
  /// for; twice as many before stand-ins are given out. A constant for all.
  static constexpr std::size_t most_stack = std::size_t{128} << 10;

  deepcopy_memo() = default;
  deepcopy_memo(const deepcopy_memo&) = delete;
  deepcopy_memo& operator=(const deepcopy_memo&) = delete;

  /// The copy of the object, and of all that it leads to, which is made if there is none: for the member
  /// `deep_copy(memo) const` of a class that copies itself. Such a member can rely on this:
  /// - The copy is finished, unless its making is what has led here: in a cycle it is what was given to `remember`.
  /// - Where such members nest deeper than `most_stack`, the edges of a copy that a copy constructor has made may still
  ///   lead to the originals. They are changed later.
  /// - There, objects that copy themselves are copied before those that lead to them, even if nobody asks for them.
  /// - There, a stand-in may represent an object of a cycle until its copy is made. It is a pointer that may be stored
  ///   in the copies and compared with null, and must not be dereferenced.
  ///
  /// Amortised O(1) and what constructors and members `deep_copy` do.
  /// \throws not_copyable, copy_unfinished, std::bad_alloc, and what constructors and traces throw
  template <class T>
  [[nodiscard]] pointer<T> copy_of(const pointer<T>& original) {
    if constexpr (shared_by_copies<T>) {
      return original;
    } else {
      return copy_block(original, false);
    }
  }

  /// The copy of a tuple or a frozen list: itself, if all that it leads to is shared.
  template <detail::has_immutable_block Edge>
  [[nodiscard]] Edge copy_of(const Edge& original) {
    Edge copy = original;
    if constexpr (!edges::template is_shared<Edge>()) {
      detail::edge_traits<Edge>::set_block(copy, copy_block(detail::block_of(original), true));
    }
    return copy;
  }

  /// Says that `copy` is the copy of `original`, before a `deep_copy(memo)` asks for what may lead back to it.
  /// \throws std::bad_alloc
  template <class T>
  void remember(const T& original, const pointer<T>& copy) {
    using functions = detail::edge_functions<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
    copies_.add(*detail::header_of<RefcountPolicy>(&original), copy, &functions::record, true);
  }

 private:
  friend detail::edge_viewer<deepcopy_memo>;
  friend detail::edge_changer<deepcopy_memo>;

  using copied_objects = detail::copied_objects<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using promised_copies = detail::promised_copies<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

  /// An object to copy or, without one, a copy whose edges are to be changed.
  struct task {
    pointer<void> original;
    const detail::clone_record* how = nullptr;
    bool is_immutable = false;
    std::size_t number = 0;  ///< of the copy in `copies_`
  };

  /// An object to prepare: it copies itself when that is done with what it leads to.
  struct step {
    task object;
    bool is_open = false;  ///< what it leads to lies above it
  };

  /// The `deep_copy` of the object runs for as long as this lives.
  class open_object {
   public:
    open_object(deepcopy_memo& in, header_type* object) : in_{in}, object_{object} {
      if (object != nullptr) in.open_[object] = true;
    }
    open_object(const open_object&) = delete;
    open_object& operator=(const open_object&) = delete;
    ~open_object() {
      if (object_ != nullptr) in_.open_.erase(object_);
    }

   private:
    deepcopy_memo& in_;
    header_type* object_;
  };

  /// How long the lists are.
  struct mark {
    std::size_t copies;
    std::size_t tasks;
    std::size_t steps;
    std::size_t promises;
  };

  enum class looking_for { objects, objects_that_copy_themselves, nothing };

  [[nodiscard]] static header_type& header_of(const pointer<void>& of) noexcept {
    return *detail::header_of<RefcountPolicy>(of.get());
  }

  [[nodiscard]] mark here() const noexcept { return {copies_.size(), tasks_.size(), steps_.size(), promises_.size()}; }

  template <class T>
  [[nodiscard]] static pointer<T> located(const pointer<T>& original, header_type& from, pointer<void> copy) noexcept {
    void* const object = copy.get();
    detail::pointer_access::forget(copy);
    return detail::at_same_place(original, from.object(), object);
  }

  template <class T>
  [[nodiscard]] pointer<T> copy_block(const pointer<T>& given, bool is_immutable) {
    if (given == nullptr) return nullptr;
    const pointer<T> original = given;  // which user code may change
    header_type& from = *detail::header_of<RefcountPolicy>(original.get());
    if (const auto* const known = copies_.find(from); known != nullptr) return located(original, from, known->copy);
    const auto& how = detail::clone_record_of<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(from);
    return located(original, from,
                   obtain({copied_objects::pointer_to(from), &how, is_immutable}, bytes_of_stand_in<T>()));
  }

  /// 0 where nothing can stand for a copy: the header of an `interior_base` is found through the object.
  template <class T>
  [[nodiscard]] static consteval std::size_t bytes_of_stand_in() {
    if constexpr (interior_base<std::remove_cv_t<T>>) {
      return 0;
    } else if constexpr (std::is_void_v<T> || std::is_unbounded_array_v<T> || !detail::is_complete<T>) {
      return 1;
    } else {
      return sizeof(T);
    }
  }

  /// Makes the copy now, or the next best. Takes everything back that it has done if it throws.
  [[nodiscard]] OURO_NOINLINE pointer<void> obtain(task wanted, std::size_t bytes_of_stand_in) {
    const std::uintptr_t frame = detail::stack_position();
    const bool is_outermost = outermost_frame_ == 0;
    if (is_outermost) outermost_frame_ = frame;
    const std::size_t stack = outermost_frame_ - frame;  // stacks grow downwards
    const mark before = here();
    header_type& from = header_of(wanted.original);
    OURO_TRY {
      const bool is_deep = stack >= most_stack && wanted.how->shows_edges;
      if (is_deep && wanted.how->copies_itself) {
        if (stack < 2 * most_stack && open_.find(&from) == nullptr) {
          prepare(wanted);
        } else if (bytes_of_stand_in != 0) {
          return stand_in_for(std::move(wanted), bytes_of_stand_in);
        }
      }
      copy_one(std::move(wanted));
      if (!is_deep) run_tasks(before.tasks);
      if (is_outermost) {
        keep_promises(before);
        outermost_frame_ = 0;
      }
    }
    OURO_CATCH_ALL {
      undo(before);
      if (is_outermost) outermost_frame_ = 0;
      OURO_RETHROW;
    }
    return copies_.at(from).copy;
  }

  /// The first edge that was seen is to be the next one.
  template <class List>
  static void reverse_from(std::size_t first, List& list) noexcept {
    for (std::size_t last = list.size(); first + 1 < last;) std::swap(list[first++], list[--last]);
  }

  /// Makes copies until there are no more tasks than `left`.
  void run_tasks(std::size_t left) {
    while (tasks_.size() != left) {
      task next = std::move(tasks_.back());
      tasks_.pop_back();
      if (next.original == nullptr) {
        change_edges(next.number);
      } else {
        copy_one(std::move(next));
      }
    }
  }

  /// \post what the copy's edges lead to, and then the changing of these edges, are the next tasks
  void copy_one(task wanted) {
    header_type& from = header_of(wanted.original);
    if (copies_.find(from) != nullptr) return;
    const detail::clone_record& how = *wanted.how;
    pointer<void> copy;
    {
      const open_object copies_itself{*this, how.copies_itself ? &from : nullptr};
      copy = detail::pointer_access::take<pointer<void>>(how.deepcopy(from.object(), this));
    }
    const std::size_t number = copies_.add(from, std::move(copy), how.edges, !how.copies_itself);
    if (how.copies_itself || how.edges->see == nullptr) return;
    copies_[number].is_immutable = wanted.is_immutable;
    tasks_.push_back({nullptr, nullptr, false, number});
    const std::size_t first = tasks_.size();
    looking_for_ = looking_for::objects;
    how.edges->see(copies_[number].copy.get(), this);
    reverse_from(first, tasks_);
  }

  void change_edges(std::size_t number) {
    auto& done = copies_[number];
    has_changed_ = false;
    done.edges->rewire(done.copy.get(), this);
    if (!done.is_immutable || has_changed_ || done.copy.use_count() != 1) return;
    done.copy = done.original;
  }

  /// Copies an object that copies itself after those behind it that do.
  void prepare(const task& wanted) {
    const std::size_t base = steps_.size();
    steps_.push_back({wanted});
    while (steps_.size() != base) {
      const std::size_t top = steps_.size() - 1;
      mark before = here();
      before.steps = top;
      OURO_TRY { take_step(top); }
      OURO_CATCH_ALL {
        if (top == base) OURO_RETHROW;
        undo(before);  // nobody has asked for it: who does will hear of it
      }
    }
  }

  void take_step(std::size_t top) {
    header_type& object = header_of(steps_[top].object.original);
    if (steps_[top].is_open) {
      task wanted = std::move(steps_[top].object);
      open_.erase(&object);
      steps_.pop_back();
      copy_one(std::move(wanted));
    } else if (copies_.find(object) != nullptr || open_.find(&object) != nullptr) {
      steps_.pop_back();
    } else {
      open_[&object] = true;
      steps_[top].is_open = true;
      const detail::edge_record& edges_of_object = *steps_[top].object.how->edges;
      if (edges_of_object.see == nullptr) return;
      looking_for_ = looking_for::objects_that_copy_themselves;
      edges_of_object.see(object.object(), this);
      reverse_from(top + 1, steps_);
    }
  }

  [[nodiscard]] pointer<void> stand_in_for(task wanted, std::size_t bytes) {
    if (const auto* const given = promises_.find(wanted.original); given != nullptr) return given->stand_in;
    const pointer<void> stand_in = promises_.give(wanted.original, bytes);
    tasks_.push_back(std::move(wanted));
    return stand_in;
  }

  /// What to put in the place of a stand-in. \throws copy_unfinished if members `deep_copy` return nothing but each
  /// other's copies
  [[nodiscard]] const pointer<void>& settled(const pointer<void>& copy) {
    const pointer<void>* now = &copy;
    for (std::size_t left = promises_.size(); *now != nullptr; --left) {
      const auto* const given = promises_.find_kept_by(header_of(*now));
      if (given == nullptr) break;
      if (left == 0) promised_copies::break_promise(*given);
      now = &copies_.at(header_of(given->original)).copy;
    }
    return *now;
  }

  /// Puts the copies in the place of what stands for them. \throws copy_unfinished
  void keep_promises(const mark& since) {
    if (promises_.size() == since.promises) return;
    for (std::size_t i = since.copies; i != copies_.size(); ++i) {
      copies_[i].copy = pointer<void>{settled(copies_[i].copy)};
    }
    is_settling_ = true;
    for (std::size_t i = since.copies; i != copies_.size(); ++i) {
      if (copies_[i].has_edges()) copies_[i].edges->rewire(copies_[i].copy.get(), this);
    }
    is_settling_ = false;
    promises_.check_kept(since.promises);
    promises_.shrink(since.promises);
  }

  /// Makes the memo what it was.
  void undo(const mark& to) noexcept {
    is_settling_ = false;
    tasks_.erase(tasks_.begin() + static_cast<std::ptrdiff_t>(to.tasks), tasks_.end());
    for (; steps_.size() != to.steps; steps_.pop_back()) {
      if (steps_.back().is_open) open_.erase(&header_of(steps_.back().object.original));
    }
    looking_for_ = looking_for::nothing;
    copies_.shrink(to.copies, [this](const auto& each) { each.edges->see(each.copy.get(), this); });
    promises_.shrink(to.promises);
  }

  /// Of an object, or of a copy that goes: then it becomes null.
  template <class Edge>
  void see(Edge& edge) {
    if constexpr (!edges::template is_shared<Edge>()) {
      if (detail::block_of(edge) != nullptr) see_block(edge, detail::block_of(edge));
    }
  }

  template <class Edge, class T>
  void see_block(Edge& edge, const pointer<T>& block) {
    header_type& target = *detail::header_of<RefcountPolicy>(block.get());
    if (looking_for_ == looking_for::nothing) {
      edge = Edge{};
    } else if (copies_.find(target) == nullptr) {
      if (looking_for_ == looking_for::objects) {
        const auto& how = detail::clone_record_of<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(target);
        tasks_.push_back({copied_objects::pointer_to(target), &how, detail::has_immutable_block<Edge>});
      } else {
        const auto* const how = detail::find_clone_record<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(target);
        if (how != nullptr && how->copies_itself) steps_.push_back({{copied_objects::pointer_to(target), how}});
      }
    }
  }

  /// Of a copy.
  template <class Edge>
  void change(Edge& edge) {
    if constexpr (!edges::template is_shared<Edge>()) {
      if (detail::block_of(edge) != nullptr) change_block(edge, detail::block_of(edge));
    }
  }

  template <class Edge, class T>
  void change_block(Edge& edge, const pointer<T>& block) {
    header_type& target = *detail::header_of<RefcountPolicy>(block.get());
    const pointer<void>* const copy = replacement_of(target);
    if (copy == nullptr || *copy == target.object()) return;
    has_changed_ = true;
    pointer<T> changed = located(block, target, *copy);
    if constexpr (std::is_same_v<Edge, pointer<T>>) {
      edge = std::move(changed);
    } else if constexpr (detail::has_immutable_block<Edge>) {
      detail::edge_traits<Edge>::set_block(edge, std::move(changed));
    } else {
      const auto* const known = copies_.find(target);
      // Nobody knows what part of a stand-in this is: it stays, and is found to have stayed.
      if (known != nullptr)
        detail::edge_traits<Edge>::set_block(edge, std::move(changed), known->edges->bytes(target.object()));
    }
  }

  [[nodiscard]] const pointer<void>* replacement_of(header_type& target) {
    if (is_settling_) {
      const auto* const given = promises_.find_kept_by(target);
      return given == nullptr ? nullptr : &settled(given->stand_in);
    }
    const auto* const known = copies_.find(target);
    return known == nullptr ? nullptr : &known->copy;
  }

  copied_objects copies_;
  std::vector<task> tasks_;               ///< the next one is the last
  std::vector<step> steps_;               ///< of `prepare`, the next one is the last
  detail::local_address_map<bool> open_;  ///< objects whose `deep_copy` runs, and those of open steps
  promised_copies promises_;
  std::uintptr_t outermost_frame_ = 0;  ///< where the stack of the first of nested calls begins
  looking_for looking_for_ = looking_for::objects;
  bool has_changed_ = false;  ///< whether any edge is another one than before
  bool is_settling_ = false;  ///< stand-ins are replaced, not originals
  detail::nesting within_;    ///< of the walk over an object's edges
};

}  // namespace ouro

// ===== ouro/copy/deepcopy.hpp

/// \file
/// Python's `copy.deepcopy`: an object and all that it reaches, once more.

namespace ouro {
namespace functions {

/// New objects in the place of `original` and of all that it reaches over edges of its own policies: what is shared
/// among them is shared among the copies, and cycles are cycles again. An object is copied by its member
/// `deep_copy(memo) const`, which returns a pointer to the copy, or else by its copy constructor, and its edges changed
/// afterwards. Copies are made depth first, in the order of the edges. Types that are `shared_by_copies` are shared,
/// and so is what weak pointers, interned values and pointers of other policies lead to, and a tuple or frozen list
/// that leads to nothing but what is shared. A `managed_alias` of something outside of the object that it owns stays as
/// it is. Null for null.
///
/// O(objects and edges) time and memory, constant stack: see `deepcopy_memo::copy_of` for members `deep_copy`. When it
/// throws, all that was copied is gone, but for cycles among objects that copy themselves and are not remembered.
/// \throws not_copyable, copy_unfinished, std::bad_alloc, and what constructors and traces throw
template <class T, counts_in_header R, class C, class A>
[[nodiscard]] managed_ptr<T, R, C, A> deepcopy(const managed_ptr<T, R, C, A>& original) {
  deepcopy_memo<R, C, A> memo;
  return memo.copy_of(original);
}

/// The copy of a tuple or a frozen list: itself, if all that it leads to is shared.
template <detail::has_immutable_block Edge>
[[nodiscard]] Edge deepcopy(const Edge& original) {
  using block = std::remove_cvref_t<decltype(detail::block_of(original))>;
  typename detail::memo_of<block>::type memo;
  return memo.copy_of(original);
}

}  // namespace functions
}  // namespace ouro

// ===== ouro/inspect/deep_size.hpp

/// \file
/// How many bytes an object and all that it reaches take.

namespace ouro {

namespace detail {

/// A walk over all that is reached, each object once. Edges are seen through the types of the pointers, so that those
/// count too that no collector follows; where a pointer's type does not show all, through the object's trace.
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class size_walk {
  template <class T>
  using pointer = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using header_type = header<RefcountPolicy>;

 public:
  static constexpr bool changes_edges = false;

  template <class T>
  void operator()(const pointer<T>& edge) const {
    if (edge == nullptr) return;
    header_type& target = *header_of<RefcountPolicy>(edge.get());
    if (is_new(&target)) open_.push_back({&target, &see<T>});
  }

  [[nodiscard]] nesting& within() const noexcept { return within_; }

  /// Edges of other policies lead out of the heap.
  template <class Edge>
  void operator()(const Edge& edge) const {
    if constexpr (requires { edge_traits<Edge>::block(edge); }) (*this)(edge_traits<Edge>::block(edge));
  }

  [[nodiscard]] std::size_t run() {
    std::size_t bytes = 0;
    while (!open_.empty()) {
      const place next = open_.back();
      open_.pop_back();
      bytes += record_of(info_of<CollectorPolicy>(*next.object)).bytes(next.object->object());
      next.see(*this, *next.object);
    }
    return bytes;
  }

 private:
  struct place {
    header_type* object;
    void (*see)(const size_walk& walk, header_type& object);
  };

  template <class T>
  static void see(const size_walk& walk, header_type& object) {
    using held = pointee_node<T>;
    if constexpr (!is_closed<held>()) {
      see_by_trace(walk, object);
    } else if constexpr (!std::is_void_v<T>) {
      using layout = block<held, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
      const edge_visitor visit{walk};
      auto* const elements = static_cast<typename layout::element*>(object.object());
      for (std::size_t i = 0, end = layout::length(elements); i != end; ++i) visit.visit_object(elements[i]);
    }
  }

  static void see_by_trace(const size_walk& walk, header_type& object) {
    for (header_type* const target : heap_view<RefcountPolicy, CollectorPolicy>::edges_of(object)) {
      if (walk.is_new(target)) walk.open_.push_back({target, &see_by_trace});
    }
  }

  [[nodiscard]] bool is_new(const header_type* object) const { return !std::exchange(met_[object], true); }

  mutable local_address_map<bool> met_;
  mutable std::vector<place> open_;
  mutable nesting within_;
};

}  // namespace detail

namespace functions {

/// Bytes of the blocks of the object and of all objects that it reaches over edges of its own policies, each once; what
/// members own besides is not included. What a derived class points to is seen as far as its trace tells a collector.
/// 0 for null. O(objects and edges) time and memory, no recursion. \throws std::bad_alloc, and what traces throw
template <class T, counts_in_header R, class C, class A>
[[nodiscard]] std::size_t deep_size_of(const managed_ptr<T, R, C, A>& object) {
  detail::size_walk<R, C, A> walk;
  walk(object);
  return walk.run();
}

}  // namespace functions
}  // namespace ouro

// ===== ouro/inspect/heaps_in_process.hpp

/// \file
/// Whether the program and its shared objects have one heap between them.

namespace ouro {

/// How many copies of the library's state there are: 1 when the program and all loaded shared objects that make objects
/// share theirs, as they must before an object goes from one to another. Private heaps do not count. 0 where the system
/// does not list what is loaded, as on Windows. O(loaded shared objects)
[[nodiscard]] inline std::size_t heaps_in_process() noexcept { return detail::heaps_in_use{}.count(); }

}  // namespace ouro

// ===== ouro/inspect/malloc_stats.hpp

/// \file
/// What the pools of the calling thread look like, in text: CPython's `sys._debugmallocstats`.

namespace ouro {

/// A table of the size classes, the fragmentation, and a map of the arenas, where each pool is one character: a point
/// has no used block, a digit is so many tenths full, a hash sign has no block left. O(arenas). \throws std::bad_alloc
/// A template, so that programs that do not ask do not compile it.
template <class Text = std::string>
[[nodiscard]] Text debug_malloc_stats() {
  using detail::arena;
  using detail::pool;
  using detail::size_class;
  const detail::pool_heap& pools = *detail::current_pool_heap;
  Text text;
  const auto print = [&text](const char* format, auto... values) {
    char line[160];
    std::snprintf(line, sizeof line, format, values...);
    text += line;
  };

  struct class_sums {
    std::size_t pools = 0;
    std::size_t used = 0;
    std::size_t blocks = 0;
  };
  std::vector<class_sums> sums(size_class::count);
  Text map;
  pools.each_arena([&](const arena& at) {
    for (std::uint32_t i = 0; i != arena::pools; ++i) {
      const pool* const here = at.used_pool(i);
      if (here == nullptr) {
        map += '.';
        continue;
      }
      const std::size_t blocks = arena::capacity_of(*here);
      map += here->used() == blocks ? '#' : "0123456789"[std::size_t{10} * here->used() / blocks];
      class_sums& of = sums[here->index];
      ++of.pools;
      of.used += here->used();
      of.blocks += blocks;
    }
    map += '\n';
  });

  print("%6s %8s %10s %10s %14s\n", "bytes", "pools", "used", "free", "used bytes");
  std::size_t used_bytes = 0;
  std::size_t free_bytes = 0;
  for (std::uint32_t index = 0; index != size_class::count; ++index) {
    const class_sums& of = sums[index];
    if (of.pools == 0) continue;
    const std::size_t bytes = size_class::bytes(index);
    used_bytes += of.used * bytes;
    free_bytes += (of.blocks - of.used) * bytes;
    print("%6zu %8zu %10zu %10zu %14zu\n", bytes, of.pools, of.used, of.blocks - of.used, of.used * bytes);
  }
  print("%zu bytes in used blocks, %zu in free blocks of used pools", used_bytes, free_bytes);
  if (used_bytes + free_bytes != 0) {
    print(": %.1f %% fragmented",
          100.0 * static_cast<double>(free_bytes) / static_cast<double>(used_bytes + free_bytes));
  }
  print("\n%zu arenas of %zu bytes, %zu mapped and %zu unmapped so far\n", pools.arenas, arena::bytes,
        pools.arenas_mapped, pools.arenas_unmapped);
  return text + map;
}

}  // namespace ouro

// ===== ouro/pointer/immortal.hpp

/// \file
/// Objects that never die.

namespace ouro {
namespace functions {

/// Makes the object immortal: it is never destroyed, and copies of pointers to it do not count any more (PEP 683). What
/// it points to counts as held from outside. Cannot be undone. O(1). \pre not null
template <class T, counts_in_header R, class C, class A>
void immortalize(const managed_ptr<T, R, C, A>& object) noexcept {
  auto& target = *detail::header_of<R>(object.get());
  detail::counting<R, C>::template check_use<T>(target, {});
  detail::header<R>::update(target.count, [](std::uint32_t) { return count_word::pinned; });
  if constexpr (finds_cycles<C>) {
    // A candidate for garbage it is no more.
    if (detail::info_word::is_listed(target.load_info())) static_cast<void>(C::forget(target));
  }
}

/// Whether pointers to the object are not counted any more. O(1). \pre not null
template <class T, counts_in_header R, class C, class A>
[[nodiscard]] bool is_immortal(const managed_ptr<T, R, C, A>& object) noexcept {
  return count_word::is_immortal(detail::header_of<R>(object.get())->load_count());
}

}  // namespace functions
}  // namespace ouro

// ===== ouro/intern/interner.hpp

/// \file
/// The cache in which equal immutable values become one object.

namespace ouro {

template <class T, class Hash = intern_hash<T>, class Equal = intern_equal<T>, lifetime_policy Lifetime = weak_entries,
          locking_policy Locking = no_locking>
class OURO_SHARED_TYPE interner;

template <class T, class Interner = interner<T>>
class OURO_SHARED_TYPE interned;

/// What a cache holds at this moment.
struct intern_statistics {
  std::size_t entries = 0;      ///< values that are alive
  std::size_t table_bytes = 0;  ///< of the table; the entries' blocks are the allocator's
};

namespace detail {

/// An interned value as an object of the private heap. Takes itself out of the cache when it dies.
template <class T, class Interner>
struct OURO_SHARED_TYPE interned_entry {
  template <class Value>
  interned_entry(std::size_t hashed, Value&& from) : hash{hashed}, value(std::forward<Value>(from)) {}
  interned_entry(const interned_entry&) = delete;
  interned_entry& operator=(const interned_entry&) = delete;
  ~interned_entry() { Interner::forget(*this); }

  const std::size_t hash;
  const T value;
};

}  // namespace detail

/// Interns values of type `T`: `interner<T>::intern(x)` is the one object that is equal to `x`.
///
/// `Hash` and `Equal` must agree. With `weak_entries` the cache keeps nothing alive. With `no_locking` each thread has
/// a cache of its own; with `mutex_locking` all threads share one. Expected O(1) and one allocation for a new value,
/// none for a known one. Whatever `Hash`, `Equal` or the copy of the value throw leaves the cache as it was; they may
/// use it, too: a look-up ends even if each comparison inserts another value. A value that waits for its destruction
/// is not found any more: the next of its kind is a new object.
template <class T, class Hash, class Equal, lifetime_policy Lifetime, locking_policy Locking>
class interner {
  using entry = detail::interned_entry<T, interner>;
  using cache = detail::intern_cache<entry, Locking>;
  using refcount = typename Locking::refcount;
  friend entry;

 public:
  using handle = interned<T, interner>;
  using pointer = managed_ptr<entry, refcount, no_collector, pool_allocator>;

  interner() = delete;

  /// \throws std::bad_alloc, and what `Hash`, `Equal` and the construction of a `T` throw
  template <class Value>
  [[nodiscard]] static handle intern(Value&& value) {
    const std::size_t hash = Hash{}(value);  // calls user code: nothing has been touched yet
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    if (!here.is_enabled) return handle{make(hash, std::forward<Value>(value))};
    const std::size_t version = here.table.version();
    if (pointer known = find(here, hash, value)) return handle{std::move(known)};
    std::vector<pointer> compared;  // these go when the table needs nothing more: their destructors may change it
    pointer made = make(hash, std::forward<Value>(value));
    // Comparing may run any code, and so may making the entry: compare again when the table has changed under it.
    if (here.table.version() != version) [[unlikely]] {
      if (pointer known = find_thoroughly(here, *made, compared)) return handle{std::move(known)};
    }
    here.reserve();
    here.table.insert(*made);
    if constexpr (Lifetime::is_immortal) immortalize(made);
    return handle{std::move(made)};
  }

  /// Switched off, the cache knows no value, and `intern` makes a new object each time: for tests, and to measure what
  /// it saves. Handles made before and after do not compare equal then.
  static void disable() noexcept { switch_to(false); }
  static void enable() noexcept { switch_to(true); }
  [[nodiscard]] static bool is_enabled() noexcept {
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    return here.is_enabled;
  }

  [[nodiscard]] static std::size_t size() noexcept { return statistics().entries; }

  [[nodiscard]] static intern_statistics statistics() noexcept {
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    return {here.table.size(), here.table.bytes()};
  }

 private:
  template <class Value>
  [[nodiscard]] static pointer make(std::size_t hash, Value&& value) {
    return make_managed<entry, refcount, no_collector, pool_allocator>(hash, std::forward<Value>(value));
  }

  /// A counted pointer to an entry of the table; null if that waits for its destruction, or another thread is about to
  /// destroy it.
  [[nodiscard]] static pointer hold(entry& at) noexcept {
    if (!detail::header_of<refcount>(&at)->try_increment()) return nullptr;
    return detail::pointer_access::take<pointer>(&at);
  }

  /// The entry of this value, or null. Tells nothing when comparing has changed the table.
  template <class Value>
  [[nodiscard]] static pointer find(cache& here, std::size_t hash, const Value& value) {
    pointer found;
    static_cast<void>(here.table.find(hash, [&](entry& each) {
      // A pointer of our own, since comparing may run code that drops all others.
      pointer held = hold(each);
      if (held == nullptr || !Equal{}(each.value, value)) return false;  // calls user code
      found = std::move(held);
      return true;
    }));
    return found;
  }

  /// Rounds of comparisons. The first is with all entries of the hash, and each of the others with those that comparing
  /// has inserted in the round before.
  static constexpr int most_rounds = 16;

  /// The entry with the value of `made`, however comparing changes the table; null if there is none. Keeps all that it
  /// has compared in `compared`. An `Equal` that inserts one more value of the same hash whenever it is called would
  /// keep it busy for ever, so that what is inserted in the last round is not compared. Expected O(1); O(n^2) where
  /// n values have the same hash.
  [[nodiscard]] static pointer find_thoroughly(cache& here, const entry& made, std::vector<pointer>& compared) {
    for (int round = 0; round != most_rounds; ++round) {
      const std::size_t known = compared.size();
      static_cast<void>(here.table.find(made.hash, [&](entry& each) {
        pointer held = hold(each);
        if (held != nullptr && !contains(compared, known, held)) compared.push_back(std::move(held));
        return false;
      }));
      if (compared.size() == known) break;
      for (std::size_t i = known; i != compared.size(); ++i) {
        if (Equal{}(compared[i]->value, made.value)) return compared[i];  // calls user code
      }
    }
    return nullptr;
  }

  /// Whether `wanted` is one of the first `size`.
  [[nodiscard]] static bool contains(const std::vector<pointer>& in, std::size_t size, const pointer& wanted) noexcept {
    for (std::size_t i = 0; i != size; ++i) {
      if (in[i] == wanted) return true;
    }
    return false;
  }

  static void forget(const entry& gone) noexcept {
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    here.table.erase(gone);
  }

  static void switch_to(bool enabled) noexcept {
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    here.enable(enabled);
  }
};

/// A handle of 8 bytes to the one object that is equal to the value it was made of. Copies share it; comparing two
/// handles compares two pointers. Null only after it was moved from.
template <class T, class Interner>
class interned : public detail::interned_handle<interned<T, Interner>, typename Interner::pointer> {
  using base = detail::interned_handle<interned<T, Interner>, typename Interner::pointer>;

 public:
  using value_type = T;

  /// \throws what `Interner::intern` throws
  template <class Value>
    requires(std::is_constructible_v<T, Value> && !std::is_base_of_v<interned, std::remove_cvref_t<Value>> &&
             !std::is_same_v<std::remove_cvref_t<Value>, typename Interner::pointer>)
  explicit interned(Value&& value) : interned(Interner::intern(T(std::forward<Value>(value)))) {}

  explicit interned(typename Interner::pointer pointer) noexcept : base{std::move(pointer)} {}

  /// \pre not moved from
  [[nodiscard]] const T& get() const noexcept { return this->pointer()->value; }
  [[nodiscard]] const T& operator*() const noexcept { return get(); }
  [[nodiscard]] const T* operator->() const noexcept { return std::addressof(get()); }

  [[nodiscard]] friend bool operator==(const interned& left, const interned& right) noexcept { return is(left, right); }
};

namespace functions {

/// The one object equal to `value`, in the calling thread's cache. \see interner::intern
template <class T>
[[nodiscard]] interned<std::remove_cvref_t<T>> intern(T&& value) {
  return interner<std::remove_cvref_t<T>>::intern(std::forward<T>(value));
}

}  // namespace functions

/// What is interned is immutable, and older than what refers to it: no cycle leads through it.
template <class T, class Interner>
inline constexpr bool leaf<interned<T, Interner>> = true;

}  // namespace ouro

template <class T, class Interner>
struct std::hash<ouro::interned<T, Interner>> {
  [[nodiscard]] std::size_t operator()(const ouro::interned<T, Interner>& hashed) const noexcept {
    return hash_value(hashed);
  }
};

// ===== ouro/intern/small_int.hpp

/// \file
/// Integers as objects: the small ones are made once, at compile time.

namespace ouro {

namespace detail {

/// Immortal objects for the integers from `Min` to `Max`, constant-initialised: never made, never freed, never written
/// to.
template <std::integral Int, Int Min, Int Max>
class small_int_table {
 public:
  [[nodiscard]] static constexpr bool holds(Int value) noexcept { return value >= Min && value <= Max; }

  /// \pre `holds(value)`
  [[nodiscard]] static Int* object(Int value) noexcept {
    return &cells_[static_cast<std::size_t>(value) - static_cast<std::size_t>(Min)].value;
  }

  /// Whether the object is one of these. Decided by its address, without a look at it.
  [[nodiscard]] static bool owns(const Int* object) noexcept {
    return reinterpret_cast<std::uintptr_t>(object) - reinterpret_cast<std::uintptr_t>(cells_.data()) < sizeof cells_;
  }

 private:
  struct alignas(8) cell {
    header<local_refcount> head;
    Int value;
  };
  static_assert(offsetof(cell, value) == sizeof(header<local_refcount>));

  static constexpr std::size_t size = static_cast<std::size_t>(Max) - static_cast<std::size_t>(Min) + 1;

  [[nodiscard]] static consteval std::array<cell, size> fill() {
    std::array<cell, size> cells{};
    Int value = Min;
    for (cell& each : cells) {
      each.head.count = count_word::pinned;
      each.value = value;
      if (value != Max) ++value;
    }
    return cells;
  }

  OURO_SHARED_STATE static inline constinit std::array<cell, size> cells_ = fill();
};

}  // namespace detail

/// An immutable integer object in a handle of 8 bytes. From `Min` to `Max` equal values are one object, which is there
/// before the program starts; others are made, counted and freed like any object. Compares by value. O(1)
template <std::integral Int, Int Min, Int Max>
class OURO_SHARED_TYPE basic_small_int
    : public detail::interned_handle<basic_small_int<Int, Min, Max>,
                                     managed_ptr<Int, local_refcount, no_collector, pool_allocator>> {
  using counted = managed_ptr<Int, local_refcount, no_collector, pool_allocator>;
  using base = detail::interned_handle<basic_small_int, counted>;
  using table = detail::small_int_table<Int, Min, Max>;

 public:
  using value_type = Int;
  static constexpr Int min = Min;  ///< the smallest that is never made anew
  static constexpr Int max = Max;  ///< the largest

  /// \throws std::bad_alloc outside the range
  basic_small_int(Int value = 0) : base{object(value)} {}

  // Handles to the objects of the table are not counted.
  basic_small_int(const basic_small_int& from) noexcept : base{shared(from.pointer())} {}
  basic_small_int(basic_small_int&&) noexcept = default;
  basic_small_int& operator=(const basic_small_int& from) noexcept {
    basic_small_int copy{from};
    this->swap(copy);
    return *this;
  }
  basic_small_int& operator=(basic_small_int&& from) noexcept {
    basic_small_int taken{std::move(from)};
    this->swap(taken);
    return *this;
  }
  ~basic_small_int() {
    if (table::owns(this->pointer().get())) this->forget();
  }

  [[nodiscard]] Int value() const noexcept { return *this->pointer(); }
  [[nodiscard]] Int operator*() const noexcept { return value(); }
  [[nodiscard]] explicit operator Int() const noexcept { return value(); }

  [[nodiscard]] friend bool operator==(const basic_small_int& left, const basic_small_int& right) noexcept {
    return left.value() == right.value();
  }
  [[nodiscard]] friend std::strong_ordering operator<=>(const basic_small_int& left,
                                                        const basic_small_int& right) noexcept {
    return left.value() <=> right.value();
  }

  /// Writes the value. Includes no stream header; who has a stream has included it.
  template <class Char, class Traits>
  friend std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                                      const basic_small_int& printed) {
    return out << printed.value();
  }

 private:
  [[nodiscard]] static counted shared(const counted& with) noexcept {
    return table::owns(with.get()) ? detail::pointer_access::take<counted>(with.get()) : with;
  }

  [[nodiscard]] OURO_ALWAYS_INLINE static counted object(Int value) {
    if (table::holds(value)) return detail::pointer_access::take<counted>(table::object(value));
    return make_managed<Int, local_refcount, no_collector, pool_allocator>(value);
  }
};

/// The range is CPython's up to version 3.14.
using small_int = basic_small_int<long long, -5, 256>;

template <class Int, Int Min, Int Max>
inline constexpr bool leaf<basic_small_int<Int, Min, Max>> = true;

}  // namespace ouro

template <class Int, Int Min, Int Max>
struct std::hash<ouro::basic_small_int<Int, Min, Max>> {
  [[nodiscard]] std::size_t operator()(const ouro::basic_small_int<Int, Min, Max>& hashed) const noexcept {
    return std::hash<Int>{}(hashed.value());
  }
};

// ===== ouro/pointer/finalize.hpp

/// \file
/// Python's `weakref.finalize`: a function that is called once, when an object has died or before.

namespace ouro {

namespace detail {

/// A finalizer, whatever its function. It keeps itself, by the callback that it gives its weak pointer, until it is
/// over.
class finalizer_state {
 public:
  finalizer_state() = default;
  finalizer_state(const finalizer_state&) = delete;
  finalizer_state& operator=(const finalizer_state&) = delete;
  virtual ~finalizer_state() = default;

  [[nodiscard]] bool is_alive() const noexcept { return !is_over_.load(std::memory_order_acquire); }

  /// Whether this was the one that ended it.
  [[nodiscard]] bool end() noexcept { return !is_over_.exchange(true, std::memory_order_acq_rel); }

  virtual void call() = 0;
  virtual void let_go() noexcept = 0;

 private:
  std::atomic<bool> is_over_{false};
};

struct finalizing;

template <class Weak, class Function>
class finalizer_of final : public finalizer_state {
 public:
  explicit finalizer_of(Function function) : function_{std::move(function)} {}

  void call() override {
    function_();  // calls user code: the object is gone, or the program has asked
  }

  void let_go() noexcept override { watched.reset(); }

  Weak watched;

 private:
  Function function_;
};

}  // namespace detail

/// Speaks of a function that waits for the death of an object. Copies speak of the same one, which waits whether any of
/// them is there or not. Thread-safe as the object's refcount policy is.
class OURO_SHARED_TYPE finalizer {
 public:
  finalizer() noexcept = default;

  /// Whether the function has neither been called nor detached.
  [[nodiscard]] bool alive() const noexcept { return state_ != nullptr && state_->is_alive(); }

  /// Calls the function now, if it is alive, and not again. Returns whether it did. \throws what the function throws
  bool operator()() {
    if (state_ == nullptr || !state_->end()) return false;
    state_->let_go();
    state_->call();
    return true;
  }

  /// The function will not be called. Returns whether it was alive. O(1)
  bool detach() noexcept {
    if (state_ == nullptr || !state_->end()) return false;
    state_->let_go();
    return true;
  }

 private:
  friend detail::finalizing;

  explicit finalizer(std::shared_ptr<detail::finalizer_state> state) noexcept : state_{std::move(state)} {}

  std::shared_ptr<detail::finalizer_state> state_;
};

namespace detail {

/// `finalize`, with access to what it makes: clang 16 takes a constrained function template for another one than its
/// friend.
struct finalizing {
  [[nodiscard]] static finalizer by(std::shared_ptr<finalizer_state> state) noexcept {
    return finalizer{std::move(state)};
  }
};

}  // namespace detail

namespace functions {

/// Has `function()` called once `object` has been destroyed. Unlike a member `finalize` it belongs to whoever says so,
/// and cannot bring the object back; what it captures counts as held from outside, so it must not capture a strong
/// pointer to the object. What it throws goes to the unraisable handler. Objects that live when the program ends are
/// not finalized by that: call the finalizer where it must be.
/// \pre not null. \throws std::bad_alloc, and what moving `function` throws
template <class T, counts_in_header R, class C, class A, std::invocable Function>
finalizer finalize(const managed_ptr<T, R, C, A>& object, Function function) {
  using weak = managed_weak<T, R, C, A>;
  auto state = std::make_shared<detail::finalizer_of<weak, Function>>(std::move(function));
  state->watched = weak{object, [kept = std::shared_ptr<detail::finalizer_state>{state}] {
                          if (!kept->end()) return;
                          // Outlives the callback that is running, which goes with the weak pointer.
                          const std::shared_ptr<detail::finalizer_state> last = kept;
                          last->let_go();
                          last->call();
                        }};
  return detail::finalizing::by(std::move(state));
}

}  // namespace functions

/// Owns nothing of a heap; what its function captures counts as held from outside.
template <>
inline constexpr bool leaf<finalizer> = true;

}  // namespace ouro

// ===== ouro/pointer/managed_alias.hpp

/// \file
/// A pointer to a part of an object, which keeps the whole.

namespace ouro {

/// What the aliasing constructor of `std::shared_ptr` makes: points to a `T` anywhere, a member say, and owns the
/// object that the `T` lives in. A `managed_ptr` cannot, since it finds the header in front of what it points to; this
/// one is 16 bytes for that. Compares and hashes by what it points to, `owner_before` by what it owns. An edge like any
/// other.
template <class T, counts_in_header RefcountPolicy = local_refcount, collector_policy CollectorPolicy = trial_deletion,
          allocator_policy AllocatorPolicy = pool_allocator>
class OURO_SHARED_TYPE managed_alias {
  template <class U>
  using other = managed_alias<U, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  template <class U>
  using strong = managed_ptr<U, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

 public:
  using element_type = T;
  using owner_type = strong<void>;

  constexpr managed_alias() noexcept = default;
  constexpr managed_alias(std::nullptr_t) noexcept {}

  managed_alias(const managed_alias& from) noexcept = default;
  managed_alias(managed_alias&& from) noexcept
      : owner_{std::move(from.owner_)}, part_{std::exchange(from.part_, nullptr)} {}
  template <class U>
    requires std::is_convertible_v<U*, T*>
  managed_alias(const other<U>& from) noexcept : owner_{from.owner_}, part_{from.part_} {}
  template <class U>
    requires std::is_convertible_v<U*, T*>
  managed_alias(other<U>&& from) noexcept : owner_{std::move(from.owner_)}, part_{std::exchange(from.part_, nullptr)} {}

  /// \pre `part` lives as long as `whole` does
  template <class U>
  managed_alias(strong<U> whole, T* part) noexcept : owner_{std::move(whole)}, part_{part} {}

  /// Points to the whole.
  template <class U>
    requires std::is_convertible_v<U*, T*>
  managed_alias(strong<U> whole) noexcept : part_{whole.get()} {
    owner_ = std::move(whole);
  }

  /// Points to a part of the part.
  template <class U>
  managed_alias(other<U> from, T* part) noexcept : owner_{std::move(from).owner()}, part_{part} {}

  ~managed_alias() = default;

  managed_alias& operator=(const managed_alias& from) noexcept {
    managed_alias{from}.swap(*this);
    return *this;
  }
  managed_alias& operator=(managed_alias&& from) noexcept {
    managed_alias{std::move(from)}.swap(*this);
    return *this;
  }
  template <class U>
    requires std::is_convertible_v<U*, T*>
  managed_alias& operator=(const other<U>& from) noexcept {
    managed_alias{from}.swap(*this);
    return *this;
  }
  template <class U>
    requires std::is_convertible_v<U*, T*>
  managed_alias& operator=(other<U>&& from) noexcept {
    managed_alias{std::move(from)}.swap(*this);
    return *this;
  }
  managed_alias& operator=(std::nullptr_t) noexcept {
    reset();
    return *this;
  }

  void reset() noexcept { managed_alias{}.swap(*this); }
  void reset(std::nullptr_t) noexcept { reset(); }

  void swap(managed_alias& with) noexcept {
    owner_.swap(with.owner_);
    std::swap(part_, with.part_);
  }
  friend void swap(managed_alias& first, managed_alias& second) noexcept { first.swap(second); }

  [[nodiscard]] T* get() const noexcept { return part_; }
  [[nodiscard]] std::add_lvalue_reference_t<T> operator*() const noexcept { return *part_; }
  T* operator->() const noexcept { return part_; }
  [[nodiscard]] explicit operator bool() const noexcept { return part_ != nullptr; }

  /// The whole. A weak pointer made of it expires with the object, not with the alias.
  [[nodiscard]] const owner_type& owner() const& noexcept { return owner_; }
  [[nodiscard]] owner_type owner() && noexcept {
    part_ = nullptr;
    return std::move(owner_);
  }

  [[nodiscard]] long use_count() const noexcept { return owner_.use_count(); }

  /// Orders by what is owned, beside other aliases, `managed_ptr` and `managed_weak`.
  template <detail::has_owner Handle>
  [[nodiscard]] bool owner_before(const Handle& with) const noexcept {
    return detail::owner_before(*this, with);
  }
  template <detail::has_owner Handle>
  [[nodiscard]] bool owner_equal(const Handle& with) const noexcept {
    return owner_.owner() == detail::owner_of(with);
  }
  [[nodiscard]] std::size_t owner_hash() const noexcept { return owner_.owner_hash(); }

  template <class U>
  [[nodiscard]] friend bool operator==(const managed_alias& left, const other<U>& right) noexcept {
    return left.get() == right.get();
  }
  template <class U>
  [[nodiscard]] friend std::strong_ordering operator<=>(const managed_alias& left, const other<U>& right) noexcept {
    return std::compare_three_way{}(static_cast<const volatile void*>(left.get()),
                                    static_cast<const volatile void*>(right.get()));
  }
  [[nodiscard]] friend bool operator==(const managed_alias& left, std::nullptr_t) noexcept {
    return left.part_ == nullptr;
  }
  [[nodiscard]] friend std::strong_ordering operator<=>(const managed_alias& left, std::nullptr_t) noexcept {
    return std::compare_three_way{}(left.part_, static_cast<T*>(nullptr));
  }

  /// Writes the address of the part. Includes no stream header; who has a stream has included it.
  template <class Char, class Traits>
  friend std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                                      const managed_alias& printed) {
    return out << const_cast<const void*>(static_cast<const volatile void*>(printed.part_));
  }

  /// For `boost::hash`, found by its argument.
  [[nodiscard]] friend std::size_t hash_value(const managed_alias& hashed) noexcept {
    return std::hash<T*>{}(hashed.part_);
  }

 private:
  template <class, counts_in_header, collector_policy, allocator_policy>
  friend class managed_alias;
  friend struct detail::edge_traits<managed_alias>;

  owner_type owner_;
  T* part_ = nullptr;
};

template <class T, class R, class C, class A>
managed_alias(managed_ptr<T, R, C, A>) -> managed_alias<T, R, C, A>;
template <class U, class T, class R, class C, class A>
managed_alias(managed_ptr<U, R, C, A>, T*) -> managed_alias<T, R, C, A>;
template <class U, class T, class R, class C, class A>
managed_alias(managed_alias<U, R, C, A>, T*) -> managed_alias<T, R, C, A>;

namespace detail {

/// An edge to the object that it owns.
template <class T, class R, class C, class A>
struct edge_traits<managed_alias<T, R, C, A>> {
  using pointee = void;
  using alias = managed_alias<T, R, C, A>;
  using pointer = typename alias::owner_type;

  static constexpr bool is_immutable = false;
  [[nodiscard]] static const pointer& block(const alias& edge) noexcept { return edge.owner_; }

  /// Points to the same part of another object, which is a copy of the one that it owns, and as long: `bytes`. An alias
  /// of something outside of that stays as it is.
  static void set_block(alias& edge, pointer to, std::size_t bytes) noexcept {
    const auto offset =
        reinterpret_cast<std::uintptr_t>(edge.part_) - reinterpret_cast<std::uintptr_t>(edge.owner_.get());
    if (edge.part_ != nullptr && offset >= bytes) return;
    if (edge.part_ != nullptr) edge.part_ = reinterpret_cast<T*>(static_cast<std::byte*>(to.get()) + offset);
    edge.owner_ = std::move(to);
  }

  template <class TracingRefcount, class TracingCollector>
  OURO_ALWAYS_INLINE static void report(alias& edge, edge_sink& sink) {
    edge_traits<pointer>::template report<TracingRefcount, TracingCollector>(edge.owner_, sink);
  }
};

}  // namespace detail
}  // namespace ouro

template <class T, class R, class C, class A>
struct std::hash<ouro::managed_alias<T, R, C, A>> {
  [[nodiscard]] std::size_t operator()(const ouro::managed_alias<T, R, C, A>& hashed) const noexcept {
    return hash_value(hashed);
  }
};

// ===== ouro/pointer/pointer_cast.hpp

/// \file
/// The casts of the standard library's pointers.

namespace ouro {

namespace detail {

/// A pointer to the same object as `from`, which gives its count up; null if `pointee` is, and `from` keeps its count
/// then.
template <class To, class T, class R, class C, class A>
[[nodiscard]] managed_ptr<To, R, C, A> recast(managed_ptr<T, R, C, A>&& from,
                                              std::remove_extent_t<To>* pointee) noexcept {
  if (pointee == nullptr) return nullptr;
  pointer_access::forget(from);
  return pointer_access::take<managed_ptr<To, R, C, A>>(pointee);
}

/// `dynamic_cast` for programs without RTTI: knows the class that the object was made as, and no other.
template <class To, class T, class R, class C, class A>
[[nodiscard]] std::remove_extent_t<To>* cast_by_record(const managed_ptr<T, R, C, A>& from) noexcept {
  using made = block<std::remove_cv_t<To>, R, C, A>;
  if (!from) return nullptr;
  const type_record& record = record_of(info_of<C>(*header_of<R>(from.get())));
  bool is_made_as_to = &record == &made::record;
  // A file that knows less of the class, or more, makes objects with the other record.
  if constexpr (finds_cycles<C> && !is_leaf<std::remove_cv_t<To>>())
    is_made_as_to = is_made_as_to || &record == &block<std::remove_cv_t<To>, R, C, A, !made::is_tracked>::record;
  return is_made_as_to ? static_cast<std::remove_extent_t<To>*>(from.get()) : nullptr;
}

}  // namespace detail

/// Each takes its pointer by value, so that a cast of an expiring pointer touches no count. O(1), noexcept. To a base
/// class, a cast is the conversion, with all its checks.
template <class To, class T, class R, class C, class A>
[[nodiscard]] managed_ptr<To, R, C, A> static_pointer_cast(managed_ptr<T, R, C, A> from) noexcept {
  if constexpr (detail::pointer_converts_to<T, To>) {
    return from;
  } else {
    static_assert(
        !(interior_base<std::remove_cv_t<To>> && std::is_void_v<T>),
        "ouro: a pointer to void points to the beginning of its object, which an interior_base does not: cast "
        "to the class of the whole object first");
    auto* const pointee = static_cast<std::remove_extent_t<To>*>(from.get());
    return detail::recast<To>(std::move(from), pointee);
  }
}

/// Null if the object is no `To`, and `from` stays as it is then. Without RTTI, null too if it was made as a class
/// derived from `To`.
template <class To, class T, class R, class C, class A>
[[nodiscard]] managed_ptr<To, R, C, A> dynamic_pointer_cast(managed_ptr<T, R, C, A>&& from) noexcept {
  if constexpr (detail::pointer_converts_to<T, To>) {
    return std::move(from);
  } else {
#if OURO_HAS_RTTI
    auto* const pointee = dynamic_cast<std::remove_extent_t<To>*>(from.get());
    // From one base class to another, which may lie anywhere in the object.
    if constexpr (counts_in_header<R>) {
      if (pointee != nullptr && detail::header_of<R>(pointee) != detail::header_of<R>(from.get())) {
        detail::misuse("cast to a base class that does not lie at the beginning of the object", type_name<To>());
      }
    }
#else
    auto* const pointee = detail::cast_by_record<To>(from);
#endif
    return detail::recast<To>(std::move(from), pointee);
  }
}

template <class To, class T, class R, class C, class A>
[[nodiscard]] managed_ptr<To, R, C, A> dynamic_pointer_cast(const managed_ptr<T, R, C, A>& from) noexcept {
  return dynamic_pointer_cast<To>(managed_ptr<T, R, C, A>{from});
}

/// As in `std`.
template <class To, class T, class R, class C, class A>
[[nodiscard]] managed_ptr<To, R, C, A> const_pointer_cast(managed_ptr<T, R, C, A> from) noexcept {
  auto* const pointee = const_cast<std::remove_extent_t<To>*>(from.get());
  return detail::recast<To>(std::move(from), pointee);
}

/// As in `std`. Refused for an `interior_base`, from which no header can be found by another type.
template <class To, class T, class R, class C, class A>
[[nodiscard]] managed_ptr<To, R, C, A> reinterpret_pointer_cast(managed_ptr<T, R, C, A> from) noexcept {
  static_assert(std::is_same_v<std::remove_cv_t<To>, std::remove_cv_t<T>> ||
                    (!interior_base<std::remove_cv_t<To>> && !interior_base<std::remove_cv_t<T>>),
                "ouro: the header of an object is not found through a reinterpreted interior_base");
  auto* const pointee = reinterpret_cast<std::remove_extent_t<To>*>(from.get());
  return detail::recast<To>(std::move(from), pointee);
}

}  // namespace ouro

// ===== ouro/pointer/static_object.hpp

/// \file
/// Objects that are part of the program, not of a heap.

namespace ouro {

/// An object that managed pointers may point to although no heap holds it: `constinit ouro::static_object<token>
/// nothing{…};`, and `nothing.pointer()` wherever a pointer is asked for, as the static types and singletons of
/// CPython. It is immortal: its pointers are not counted, and what it points to counts as held from outside.
///
/// Thread-safe as `T` is. Pointers to it must not be used once it is destroyed.
template <class T, class Memory = default_memory>
class OURO_SHARED_TYPE static_object {
  using header_type = detail::header<typename Memory::refcount>;
  static_assert(counts_in_header<typename Memory::refcount>, "ouro: an object that counts itself needs no header");
  static_assert(alignof(T) <= sizeof(header_type), "ouro: no header fits in front of an object of this alignment");

 public:
  template <class... Args>
  constexpr explicit static_object(Args&&... args)
      : in_place_{{count_word::pinned, 0}, T(std::forward<Args>(args)...)} {}
  static_object(const static_object&) = delete;
  static_object& operator=(const static_object&) = delete;
  ~static_object() = default;

  /// O(1).
  [[nodiscard]] typename Memory::template ptr<T> pointer() noexcept {
    // Only now, since the numbers of types are given while the program runs.
    using refcount = typename Memory::refcount;
    using layout = detail::block<T, refcount, typename Memory::collector, typename Memory::allocator>;
    if (in_place_.head.load_info() == 0) refcount::store(in_place_.head.info, layout::plain_info());
    return detail::pointer_access::take<typename Memory::template ptr<T>>(&in_place_.object);
  }

  [[nodiscard]] T& operator*() noexcept { return in_place_.object; }
  [[nodiscard]] T* operator->() noexcept { return &in_place_.object; }

 private:
  /// As in a block: the header right in front of the object.
  struct cell {
    header_type head;
    T object;
  };

  cell in_place_;
};

}  // namespace ouro

// ===== ouro/refcount/bias_owner.hpp

/// \file
/// The threads that biased counts belong to, and what other threads have left for each of them to settle.

namespace ouro::detail {

class biased_count;

/// An object of whose pointers other threads than its owner have dropped more than they have made: how many are left,
/// the owner alone can tell.
struct left_object {
  biased_count* count;
  void (*die)(biased_count&) noexcept;  ///< ends the object, whose last pointer has gone
};

/// One for each thread that owns objects. When the thread has ended, the next that asks for one takes it over, with the
/// objects; until then, who drops one of these settles it in the owner's place.
struct bias_owner {
  using queue = raw_array<left_object>;

  static_mutex mutex;
  bool is_alive = false;              ///< guarded by `mutex`, as are the queues
  queue left;                         ///< objects without a collector, in the order of arrival
  queue left_collected;               ///< objects that a collector looks at, in the order of arrival
  std::atomic<bool> has_left{false};  ///< a glance at the queues without the lock
  std::uint32_t next_free = 0;        ///< tag; guarded by the table

  /// \pre the caller holds `mutex`
  [[nodiscard]] bool is_anything_left() const noexcept { return left.size + left_collected.size != 0; }
};

/// All owners, by their tags. Zero at first, so that the table takes no room in a program's file, and none in memory
/// but for the pages that are used.
class bias_owners {
 public:
  static constexpr std::uint32_t capacity = 1u << 12;  ///< threads at the same time; what others make has no owner

  /// \pre the tag was given
  [[nodiscard]] bias_owner& operator[](std::uint32_t tag) noexcept {
    return *std::launder(reinterpret_cast<bias_owner*>(place_of(tag)));
  }

  /// A tag for the calling thread, or 0 if there is none left. O(1)
  [[nodiscard]] std::uint32_t enter() noexcept {
    const lock_guard lock{mutex_};
    std::uint32_t tag = first_free_;
    if (tag != 0) {
      first_free_ = (*this)[tag].next_free;
    } else {
      if (given_ + 1 == capacity) return 0;
      tag = ++given_;
      ::new (place_of(tag)) bias_owner{};
    }
    bias_owner& owner = (*this)[tag];
    const lock_guard lock_of_owner{owner.mutex};
    owner.is_alive = true;
    return tag;
  }

  /// In a child after a fork: the owners end that are not `own`, the calling thread's, or 0. What is left for them
  /// waits for `take_vanished`. \pre the process has one thread
  void end_all_but(std::uint32_t own) noexcept {
    std::uint32_t vanished = vanished_.load(std::memory_order_relaxed);
    for (std::uint32_t tag = 1; tag <= given_; ++tag) {
      bias_owner& owner = (*this)[tag];
      if (tag == own || !owner.is_alive) continue;
      owner.is_alive = false;
      owner.next_free = std::exchange(vanished, tag);
    }
    vanished_.store(vanished, std::memory_order_relaxed);
    if (own != 0) (*this)[own].has_left.store(true, std::memory_order_relaxed);
  }

  /// An owner whose thread the process has not got, and which the caller must settle and then have `leave`; or 0.
  [[nodiscard]] std::uint32_t take_vanished() noexcept {
    if (vanished_.load(std::memory_order_relaxed) == 0) return 0;
    const lock_guard lock{mutex_};
    const std::uint32_t tag = vanished_.load(std::memory_order_relaxed);
    if (tag != 0) vanished_.store((*this)[tag].next_free, std::memory_order_relaxed);
    return tag;
  }

  /// The thread ends. False, and nothing has changed, when there is something left for it to settle.
  [[nodiscard]] bool leave(std::uint32_t tag) noexcept {
    const lock_guard lock{mutex_};
    bias_owner& owner = (*this)[tag];
    const lock_guard lock_of_owner{owner.mutex};
    if (owner.is_anything_left()) return false;
    owner.left.release();
    owner.left_collected.release();
    owner.is_alive = false;
    owner.next_free = first_free_;
    first_free_ = tag;
    return true;
  }

  /// The highest tag that was ever given.
  [[nodiscard]] std::uint32_t given() noexcept {
    const lock_guard lock{mutex_};
    return given_;
  }

 private:
  [[nodiscard]] void* place_of(std::uint32_t tag) noexcept { return owners_ + tag * sizeof(bias_owner); }

  static_mutex mutex_;
  std::uint32_t first_free_ = 0;
  std::atomic<std::uint32_t> vanished_{0};  ///< the first of the owners that ended by a fork; changed under `mutex_`
  std::uint32_t given_ = 0;
  /// Each is made when its tag is first given; that at 0 never.
  alignas(bias_owner) std::byte owners_[capacity * sizeof(bias_owner)] = {};
};

OURO_SHARED_STATE inline constinit bias_owners all_bias_owners{};

/// Where the tag lies in the owner's part of a count.
inline constexpr std::uint32_t bias_tag_shift = 19;

/// The tag of the calling thread, in its place; 0 before the thread makes its first object, and after its end.
OURO_SHARED_STATE inline constinit thread_local std::uint32_t bias_of_thread = 0;

/// In a child after a fork: the owners end whose threads the child has not got.
inline void end_vanished_owners() noexcept { all_bias_owners.end_all_but(bias_of_thread >> bias_tag_shift); }

OURO_SHARED_STATE inline constinit fork_repair bias_after_fork{&end_vanished_owners, nullptr, {}};

}  // namespace ouro::detail

// ===== ouro/refcount/biased_count.hpp

/// \file
/// A count in two parts: one that its owner, a thread, changes without atomic instructions, and one for all others.
///
/// Choi, Shull, Torrellas, "Biased Reference Counting", PACT 2018. The number of pointers is the sum of the parts, and
/// that of the others may fall below zero: pointers that the owner counted are dropped there. Then the object is left
/// for the owner, who merges the parts (`settle`). The owner merges them too when its own part falls to zero. A merged
/// count is one atomic word for everybody, for good.
///
/// ```
///   local    loud (1) | tag of the owner (12) | pointers - 1 (19)   all ones: none, look at `shared`
///   shared   110 | left (1) | quiet (1) | pointers + 2^26 (27)      owned
///            otherwise: a count word                                merged; refcount/count_word.hpp
/// ```
/// Both parts know whether the object is loud. What the shared part says holds; the owner's is set quiet when it comes
/// to look there.

namespace ouro::detail {

/// All verbs are O(1), but for the loops in which threads that change one count at the same time try again.
class biased_count {
 public:
  /// The calling thread owns it, if it is mortal.
  constexpr biased_count(std::uint32_t word) noexcept : shared_{word} {
    if (!std::is_constant_evaluated()) own(word);
  }

  /// As a count word. While the owner counts, a number that was true a moment ago.
  [[nodiscard]] std::uint32_t load() const noexcept {
    return compose(local_.load(std::memory_order_relaxed), shared_.load(std::memory_order_relaxed));
  }

  /// Merges. \pre nobody else uses the object, and it is not left for its owner
  void store(std::uint32_t word) noexcept {
    local_.store(no_pointers, std::memory_order_relaxed);
    shared_.store(word, std::memory_order_relaxed);
  }

  /// Adds what `word` is more than `expected`, and takes over its flags.
  bool compare_exchange(std::uint32_t& expected, std::uint32_t word) noexcept {
    std::uint32_t seen = shared_.load(std::memory_order_relaxed);
    const std::uint32_t local = local_.load(std::memory_order_relaxed);
    const std::uint32_t now = compose(local, seen);
    if (now == expected) {
      std::uint32_t next = word;
      if (is_owned(local, seen) && !count_word::is_immortal(word)) {
        next = seen + count_word::pointers(word) - count_word::pointers(expected);
        next = count_word::is_quiet(word) ? next | quiet : next & ~quiet;
      }
      // acq_rel: as in atomic_refcount.
      if (shared_.compare_exchange_strong(seen, next, std::memory_order_acq_rel, std::memory_order_relaxed))
        return true;
    }
    expected = load();
    return false;
  }

  OURO_ALWAYS_INLINE void increment() noexcept {
    const std::uint32_t local = local_.load(std::memory_order_relaxed);
    if (local - bias_of_thread >= most_local) [[unlikely]]
      return increment_rarely();
    local_.store(local + 1, std::memory_order_relaxed);
  }

  /// The owner's drop that leaves others of its own, of a quiet object.
  OURO_ALWAYS_INLINE bool try_keep() noexcept {
    const std::uint32_t lowered = local_.load(std::memory_order_relaxed) - 1;
    if (lowered - bias_of_thread >= most_local) return false;
    local_.store(lowered, std::memory_order_relaxed);
    return true;
  }

  /// `Plainly`: without regard to candidacy.
  template <bool Plainly>
  released decrement_rarely() noexcept {
    const std::uint32_t local = local_.load(std::memory_order_relaxed);
    return is_mine(local) ? decrement_owned<Plainly>(local) : decrement_shared<Plainly>(local);
  }

  /// Leaves the object for its owner, in one of the owner's queues. \pre `decrement` has said that this is due
  void leave(bias_owner::queue bias_owner::* queue, void (*die)(biased_count&) noexcept) noexcept {
    bias_owner& owner = all_bias_owners[(local_.load(std::memory_order_relaxed) & tag_mask) >> bias_tag_shift];
    released found = released::kept;
    {
      const lock_guard lock{owner.mutex};
      if (!owner.is_alive) {
        found = settle();
      } else if ((owner.*queue).push({this, die})) {
        owner.has_left.store(true, std::memory_order_relaxed);
      } else {
        forget_left();
      }
    }
    if (found == released::last) die(*this);
  }

  /// Merges, where there are still parts. \pre the caller is the owner, or holds the lock of one that has ended, or
  /// nobody else uses the object; it is left for the owner
  [[nodiscard]] released settle() noexcept {
    const std::uint32_t local = local_.load(std::memory_order_relaxed);
    // First, since the object may be gone once the shared part says so.
    local_.store(local | no_pointers, std::memory_order_relaxed);
    std::uint32_t seen = shared_.load(std::memory_order_relaxed);
    std::uint32_t merged;
    do {
      if (!is_owned(local, seen)) return released::kept;  // immortal by now
      merged = merge(pointers_in(local) + pointers_of_others(seen), seen);
    } while (!shared_.compare_exchange_weak(seen, merged, std::memory_order_acq_rel, std::memory_order_relaxed));
    return merged == count_word::none ? released::last : released::kept;
  }

 private:
  static constexpr std::uint32_t loud = 1u << 31;  ///< in the local part
  static constexpr std::uint32_t no_pointers = (1u << bias_tag_shift) - 1;
  static constexpr std::uint32_t tag_mask = ~(loud | no_pointers);
  static constexpr std::uint32_t most_local = no_pointers - 1;

  static constexpr std::uint32_t owned = 6u << 29;
  static constexpr std::uint32_t owned_mask = 7u << 29;
  static constexpr std::uint32_t left = 1u << 28;   ///< for the owner, or about to be
  static constexpr std::uint32_t quiet = 1u << 27;  ///< in the shared part
  static constexpr std::uint32_t no_others = 1u << 26;
  static constexpr std::uint32_t others_mask = (1u << 27) - 1;
  static constexpr std::uint32_t most_others = others_mask - (1u << 16);  ///< with room for the threads that get there

  OURO_ALWAYS_INLINE void own(std::uint32_t word) noexcept {
    const std::uint32_t more = count_word::pointers(word) - 1;
    if (bias_of_thread == 0 || more >= most_local) return;
    const bool is_quiet = count_word::is_quiet(word);
    local_.store(bias_of_thread | more | (is_quiet ? 0 : loud), std::memory_order_relaxed);
    shared_.store(owned | no_others | (is_quiet ? quiet : 0), std::memory_order_relaxed);
  }

  /// Whether the calling thread is the owner, and has pointers in its part.
  [[nodiscard]] static bool is_mine(std::uint32_t local) noexcept {
    return (local & ~loud) - bias_of_thread < no_pointers;
  }

  [[nodiscard]] static bool is_owned(std::uint32_t local, std::uint32_t shared) noexcept {
    return (shared & owned_mask) == owned && (local & tag_mask) != 0;
  }

  [[nodiscard]] static std::int32_t pointers_in(std::uint32_t local) noexcept {
    const std::uint32_t more = local & no_pointers;
    return more == no_pointers ? 0 : static_cast<std::int32_t>(more + 1);
  }

  [[nodiscard]] static std::int32_t pointers_of_others(std::uint32_t shared) noexcept {
    return static_cast<std::int32_t>(shared & others_mask) - static_cast<std::int32_t>(no_others);
  }

  /// The count word of so many pointers, with the flag of a shared part.
  [[nodiscard]] static std::uint32_t merge(std::int32_t pointers, std::uint32_t shared) noexcept {
    if (pointers <= 0) return count_word::none;
    const std::uint32_t word = static_cast<std::uint32_t>(pointers) - 1;
    return (shared & quiet) != 0 ? word : count_word::made_loud(word);
  }

  [[nodiscard]] static std::uint32_t compose(std::uint32_t local, std::uint32_t shared) noexcept {
    if (!is_owned(local, shared)) return shared;
    // The parts were not read at the same moment. There is a pointer: who asks came by it.
    const std::int32_t sum = pointers_in(local) + pointers_of_others(shared);
    return merge(sum < 1 ? 1 : sum, shared);
  }

  OURO_NOINLINE void increment_rarely() noexcept {
    const std::uint32_t local = local_.load(std::memory_order_relaxed);
    if (is_mine(local) && (local & no_pointers) < most_local)  // loud
      return local_.store(local + 1, std::memory_order_relaxed);
    std::uint32_t seen = shared_.load(std::memory_order_relaxed);
    while (is_owned(local, seen)) {
      const std::uint32_t next = (seen & others_mask) >= most_others ? count_word::pinned : seen + 1;
      // relaxed: as in atomic_refcount.
      if (shared_.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return;
    }
    atomic_refcount::increment(shared_);
  }

  /// \pre the caller is the owner, and has a pointer in `local`
  template <bool Plainly>
  OURO_NOINLINE released decrement_owned(std::uint32_t local) noexcept {
    std::uint32_t seen = shared_.load(std::memory_order_relaxed);
    const bool is_last_here = pointers_in(local) == 1;
    if (!is_last_here) {
      if (!Plainly && (local & loud) != 0) {
        if (is_owned(local, seen) && (seen & quiet) == 0) return released::suspect;
        local &= ~loud;
      }
      local_.store(local - 1, std::memory_order_relaxed);
      return released::kept;
    }
    // First, since the object may be gone once the shared part says that it is merged.
    local_.store(local | no_pointers, std::memory_order_relaxed);
    for (;;) {
      if (!is_owned(local, seen)) return released::kept;  // immortal
      const bool is_last = (seen & (left | others_mask)) == no_others;
      if (!Plainly && !is_last && (seen & quiet) == 0) {
        local_.store(local, std::memory_order_relaxed);
        return released::suspect;
      }
      if ((seen & left) != 0) return released::kept;  // it will be settled
      if (shared_.compare_exchange_weak(seen, merge(pointers_of_others(seen), seen), std::memory_order_acq_rel,
                                        std::memory_order_relaxed)) {
        return is_last ? released::last : released::kept;
      }
    }
  }

  template <bool Plainly>
  OURO_NOINLINE released decrement_shared(std::uint32_t local) noexcept {
    std::uint32_t seen = shared_.load(std::memory_order_relaxed);
    while (is_owned(local, seen)) {
      if (!Plainly && (seen & quiet) == 0) return released::suspect;
      const bool is_left = (seen & left) == 0 && (seen & others_mask) <= no_others;
      // acq_rel: what this thread did with the object happens before it is merged, and so before its destruction.
      if (shared_.compare_exchange_weak(seen, (seen - 1) | (is_left ? left : 0), std::memory_order_acq_rel,
                                        std::memory_order_relaxed)) {
        return is_left ? released::left : released::kept;
      }
    }
    if constexpr (Plainly) {
      while (!count_word::is_immortal(seen) && seen != count_word::none) {
        if (atomic_refcount::compare_exchange(shared_, seen, count_word::lowered(seen)))
          return count_word::is_last(seen) ? released::last : released::kept;
      }
      return released::kept;
    } else {
      return atomic_refcount::decrement(shared_);
    }
  }

  /// There was no memory to leave it in. The next drop of another thread tries again; without one, the object leaks.
  void forget_left() noexcept { shared_.fetch_and(~left, std::memory_order_relaxed); }

  std::atomic<std::uint32_t> shared_;
  std::atomic<std::uint32_t> local_{no_pointers};
};

}  // namespace ouro::detail

// ===== ouro/refcount/bias_thread.hpp

/// \file
/// A thread as the owner of biased counts: its beginning, its duties, its end.

namespace ouro::detail {

/// Settles what is in one of the owner's queues at this moment: merges all of it, and then ends the objects that have
/// no pointer. Their destructors may do anything. O(objects in the queue)
/// \pre the calling thread is the owner, or nobody else uses objects of the kind that the queue has
OURO_NOINLINE inline void settle_left_for(bias_owner& owner, bias_owner::queue bias_owner::* queue) noexcept {
  bias_owner::queue left;
  std::size_t dead = 0;
  {
    const lock_guard lock{owner.mutex};
    left = std::exchange(owner.*queue, {});
    owner.has_left.store(owner.is_anything_left(), std::memory_order_relaxed);
    for (std::size_t i = 0; i != left.size; ++i) {
      if (left.items[i].count->settle() == released::last) left.items[dead++] = left.items[i];
    }
  }
  for (std::size_t i = 0; i != dead; ++i) left.items[i].die(*left.items[i].count);
  left.release();
}

/// The same for both queues. \pre the calling thread is the owner, or the owner's thread has ended
inline void settle_left_for(bias_owner& owner) noexcept {
  settle_left_for(owner, &bias_owner::left);
  settle_left_for(owner, &bias_owner::left_collected);
}

/// Ends an owner, when nothing is left for it any more. \pre it is the calling thread's, or its thread has ended
inline void end_owner(std::uint32_t tag) noexcept {
  do settle_left_for(all_bias_owners[tag]);
  while (!all_bias_owners.leave(tag));
}

/// Settles what was left for threads that a forked process has not got.
inline void settle_left_for_vanished() noexcept {
  while (const std::uint32_t tag = all_bias_owners.take_vanished()) end_owner(tag);
}

/// One a thread.
class bias_thread {
 public:
  /// Begins, if the thread has not, and does what is left for it, if it is not at it already.
  OURO_ALWAYS_INLINE void settle() noexcept {
    if (bias_of_thread == 0) [[unlikely]]
      return begin();
    // relaxed: a glance; the lock is what orders.
    bias_owner& owner = all_bias_owners[bias_of_thread >> bias_tag_shift];
    if (owner.has_left.load(std::memory_order_relaxed) && !is_settling_) [[unlikely]]
      settle_now(owner);
  }

 private:
  /// Ends the owner with the thread.
  struct end {
    end() noexcept = default;
    end(const end&) = delete;
    end& operator=(const end&) = delete;
    ~end() {
      end_owner(bias_of_thread >> bias_tag_shift);
      bias_of_thread = 0;
    }
  };

  /// Nothing once the thread ends, or when there are too many threads: what it makes then has no owner.
  OURO_SHARED_STATE OURO_NOINLINE void begin() noexcept {
    if (has_begun_) return;
    has_begun_ = true;
    bias_after_fork.become_known();
    bias_of_thread = all_bias_owners.enter() << bias_tag_shift;
    if (bias_of_thread == 0) return;
    static thread_local const end at_end;
    static_cast<void>(at_end);
    settle_left_for_vanished();
  }

  OURO_NOINLINE void settle_now(bias_owner& owner) noexcept {
    is_settling_ = true;
    settle_left_for(owner);
    settle_left_for_vanished();
    is_settling_ = false;
  }

  bool has_begun_ = false;
  bool is_settling_ = false;
};

OURO_SHARED_STATE inline constinit thread_local bias_thread this_bias_thread{};

}  // namespace ouro::detail

// ===== ouro/refcount/biased_refcount.hpp

/// \file
/// A count that belongs to the thread that made the object, and that other threads may change all the same.

namespace ouro {

/// Thread-safe as `atomic_refcount` is, and nearly as fast as `local_refcount` on the thread that made the object, for
/// objects of which only some are ever shared. Costs 8 bytes more an object.
///
/// When other threads drop more pointers to an object than they have made, its owner is left to find out whether it
/// dies: the next time that it makes an object of such a policy, at its `gc::collect()`, or when it ends. An owner that
/// does none of this keeps such objects alive. What a thread that has ended made goes to whoever drops it, or to the
/// next thread that begins.
///
/// So a destructor runs on the thread that drops the last pointer, or on the owner, or on the thread that collects: a
/// collection has all objects with a collector to itself. It begins by settling those that are left for any thread,
/// and settles at once what its destructors leave. No other thread may use objects that are counted by this policy and
/// have a collector meanwhile, whichever collector that is. Objects without a collector are settled by their owners
/// alone.
///
/// In the child after a `fork`, the threads that it has not got have ended. What was left for them is settled by the
/// next thread that settles or begins.
///
/// All verbs are O(1). To leave an object for its owner may allocate; where memory is exhausted, the object stays until
/// another thread drops it again.
struct OURO_SHARED_TYPE biased_refcount : atomic_refcount {
  using count_type = detail::biased_count;
  using info_type = atomic_refcount::count_type;

  using atomic_refcount::compare_exchange;
  using atomic_refcount::load;
  using atomic_refcount::store;

  [[nodiscard]] static std::uint32_t load(const count_type& count) noexcept { return count.load(); }

  /// \pre nobody else uses the object. It has no owner from now on: what a collection has looked at is shared.
  static void store(count_type& count, std::uint32_t word) noexcept { count.store(word); }

  static bool compare_exchange(count_type& count, std::uint32_t& expected, std::uint32_t word) noexcept {
    return count.compare_exchange(expected, word);
  }

  OURO_ALWAYS_INLINE static void increment(count_type& count) noexcept { count.increment(); }

  using decrements_in_parts = biased_refcount;

  OURO_ALWAYS_INLINE static bool try_keep(count_type& count) noexcept { return count.try_keep(); }

  static released decrement_rarely(count_type& count) noexcept { return count.decrement_rarely<false>(); }

  static released decrement(count_type& count) noexcept {
    return try_keep(count) ? released::kept : decrement_rarely(count);
  }

  static released decrement_plainly(count_type& count) noexcept { return count.decrement_rarely<true>(); }

  static void leave(count_type& count, void (*die)(count_type&) noexcept) noexcept {
    count.leave(&detail::bias_owner::left, die);
  }
  static void leave_collected(count_type& count, void (*die)(count_type&) noexcept) noexcept {
    count.leave(&detail::bias_owner::left_collected, die);
  }
  [[nodiscard]] static released settle_now(count_type& count) noexcept { return count.settle(); }

  /// The calling thread begins to own what it makes, and settles what other threads have left for it.
  OURO_ALWAYS_INLINE static void settle() noexcept { detail::this_bias_thread.settle(); }

  /// Settles what `leave_collected` has left for any thread. O(threads that there were at the same time, and objects)
  /// \pre no other thread uses such objects
  static void settle_all() noexcept {
    for (std::uint32_t tag = detail::all_bias_owners.given(); tag != 0; --tag) {
      detail::settle_left_for(detail::all_bias_owners[tag], &detail::bias_owner::left_collected);
    }
  }
};

}  // namespace ouro

// ===== ouro/refcount/self_refcount.hpp

/// \file
/// No count of ours: the object brings its own.

namespace ouro {

/// For a `T` with the functions `intrusive_ptr_add_ref(T*)` and `intrusive_ptr_release(T*)` in its namespace, as
/// Boost.SmartPtr's `intrusive_ptr` wants them (wrappers of COM or CPython objects have them too). The object is held
/// as it is, without a header, and destroys itself; `managed_ptr` takes raw pointers then. Goes with `no_collector`
/// alone. Thread-safe as the two functions are.
struct OURO_SHARED_TYPE self_refcount {
  static constexpr bool counts_itself = true;

  template <class T>
  static void increment(T* object) noexcept {
    intrusive_ptr_add_ref(object);  // calls user code: takes a count only
  }

  template <class T>
  static void decrement(T* object) noexcept {
    intrusive_ptr_release(object);  // calls user code: may destroy the object, which the caller has already let go of
  }
};

}  // namespace ouro

// ===== ouro/ouro.hpp

/// \file
/// The whole library.

// ===== ouro/macros/restore.hpp

/// \file
/// What each header ends with: the macros of the program that hide.hpp has taken away are as they were.

#if defined(OURO_MACROS_ARE_HIDDEN)
#undef OURO_MACROS_ARE_HIDDEN
#pragma pop_macro("A")
#pragma pop_macro("B")
#pragma pop_macro("C")
#pragma pop_macro("D")
#pragma pop_macro("E")
#pragma pop_macro("F")
#pragma pop_macro("G")
#pragma pop_macro("H")
#pragma pop_macro("I")
#pragma pop_macro("J")
#pragma pop_macro("K")
#pragma pop_macro("L")
#pragma pop_macro("M")
#pragma pop_macro("N")
#pragma pop_macro("O")
#pragma pop_macro("P")
#pragma pop_macro("Q")
#pragma pop_macro("R")
#pragma pop_macro("S")
#pragma pop_macro("T")
#pragma pop_macro("U")
#pragma pop_macro("V")
#pragma pop_macro("W")
#pragma pop_macro("X")
#pragma pop_macro("Y")
#pragma pop_macro("Z")
#pragma pop_macro("all")
#pragma pop_macro("always_inline")
#pragma pop_macro("bit")
#pragma pop_macro("byte")
#pragma pop_macro("check")
#pragma pop_macro("debug")
#pragma pop_macro("delete")
#pragma pop_macro("each")
#pragma pop_macro("free")
#pragma pop_macro("header")
#pragma pop_macro("huge")
#pragma pop_macro("in")
#pragma pop_macro("index")
#pragma pop_macro("info")
#pragma pop_macro("length")
#pragma pop_macro("likely")
#pragma pop_macro("max")
#pragma pop_macro("min")
#pragma pop_macro("minor")
#pragma pop_macro("new")
#pragma pop_macro("nodiscard")
#pragma pop_macro("noinline")
#pragma pop_macro("noreturn")
#pragma pop_macro("out")
#pragma pop_macro("realloc")
#pragma pop_macro("round")
#pragma pop_macro("self")
#pragma pop_macro("slots")
#pragma pop_macro("swap")
#pragma pop_macro("table")
#pragma pop_macro("trace")
#pragma pop_macro("unlikely")
#pragma pop_macro("used")
#pragma pop_macro("visibility")
#pragma pop_macro("word")
#endif
#endif
