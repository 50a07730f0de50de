#pragma once
/// \file
/// What the compiler and the platform offer, the version, and the level of checking.
/// The only file that defines macros for the rest of the library; everything else asks constants by `if constexpr`.

#include <cstddef>
#include <cstdint>

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
/// A function or variable of which each module has its own copy.
#define OURO_OWN_CODE [[gnu::visibility("hidden")]]
#endif

/// `make<T>(args...)` constructs as the language does: fewer initialisers than an aggregate has members, and arguments
/// that convert, are allowed: the standard library does not warn of them either.
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

/// Stands for the body of a function that must not be called: a call ends the compilation with one line that names the
/// remedy. For g++ the text is a template argument of the function, `sentence`; clang calls the function unavailable.
/// To concepts and traits the function does not exist, as if it were deleted.
#if defined(__clang__)
#define OURO_REFUSE(remedy) __attribute__((unavailable(remedy)))
#else
#define OURO_REFUSE(remedy) = delete
#endif

#include <ouro/macros/hide.hpp>

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

#include <ouro/macros/restore.hpp>
