#pragma once
/// \file
/// The version, the level of checking, and the features of compiler and platform.
/// The only file that defines macros for the rest of the library; other files use its constants in `if constexpr`.

#include <cstddef>
#include <cstdint>

#define OURO_VERSION_MAJOR 0
#define OURO_VERSION_MINOR 1
#define OURO_VERSION_PATCH 0

/// How much misuse is detected. 0: none. 1: what takes a few instructions (count underflow, use by a wrong thread,
/// double adopt, an edge reported twice). 2: also validates the library's own data structures. The level changes no
/// layout, but object files of different levels must not be mixed, and do not link.
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

/// The debugging tool that is informed of the pools' memory (track.hpp). 0: none. 1: AddressSanitizer. If the program
/// defines OURO_TRACK_ASAN, OURO_TRACK_VALGRIND or OURO_TRACK_HEAPTRACK, 2: AddressSanitizer with red zones and
/// quarantine, 3: Memcheck, 4: heaptrack. Object files with different tools do not link.
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

/// Whether there are `fork` and `pthread_atfork`.
#if !defined(_WIN32) && __has_include(<pthread.h>) && __has_include(<sched.h>)
#define OURO_HAS_FORK 1
#include <pthread.h>
#include <sched.h>
#else
#define OURO_HAS_FORK 0
#endif

/// In a function, OURO_LEAVE_NOTE adds an ELF note to the program or shared object that the function is linked into.
/// The note contains the offset from itself to a variable, whose symbol is the first argument. Linkers keep notes, and
/// `dl_iterate_phdr` finds them.
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

/// Whether this code may be linked into a shared object, which may be unloaded. The code of a program must not refer to
/// `dlopen`, since linkers warn of it in static programs.
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

/// The stack pointer. `__builtin_frame_address` would make each function that drops a pointer keep a frame pointer.
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
/// For state that all shared objects of a process share, even if they are compiled with hidden visibility, and for a
/// function with such state in a local static. On Windows, libraries do not share the state of templates.
#define OURO_SHARED_STATE [[gnu::visibility("default")]]
/// For a type that is a template argument of shared state, as in `destruction_queue<local_refcount>`, or a member of
/// classes of the program: a template with a hidden argument is hidden, whatever its own visibility is.
#define OURO_SHARED_TYPE [[gnu::visibility("default")]]
/// A function or variable of which each module has its own copy.
#define OURO_OWN_CODE [[gnu::visibility("hidden")]]
#endif

/// `make<T>(args...)` allows what the language allows: fewer initialisers than an aggregate has members, and arguments
/// that convert. The standard library does not warn of these either.
#define OURO_CONSTRUCTION_WARNINGS_OFF                                                              \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"") \
      _Pragma("GCC diagnostic ignored \"-Wconversion\"") _Pragma("GCC diagnostic ignored \"-Wsign-conversion\"") \
      _Pragma("GCC diagnostic ignored \"-Wfloat-conversion\"")
#define OURO_CONSTRUCTION_WARNINGS_RESTORE _Pragma("GCC diagnostic pop")

/// Around a call of a deprecated function that warns of the program's code: a warning also where warnings are errors.
#define OURO_ALWAYS_A_WARNING \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic warning \"-Wdeprecated-declarations\"")
#define OURO_ALWAYS_A_WARNING_END _Pragma("GCC diagnostic pop")

/// In a function template: if the condition (the last arguments) is false, ends the compilation with one line that
/// contains the type and the remedy. When a `static_assert` fails, clang prints the condition with its types, but g++
/// only the text. So for g++ the macro uses an undefined template, whose arguments g++ prints.
#if defined(__clang__)
#define OURO_REQUIRE(type, remedy, ...) static_assert(::ouro::detail::accepted<type, (__VA_ARGS__)>, remedy)
#else
#define OURO_REQUIRE(type, remedy, ...) \
  if constexpr (!(__VA_ARGS__)) static_assert(sizeof(::ouro::detail::refused<type, remedy>) != 0)
#endif

/// In place of the body of a function that must not be called: a call ends the compilation with one line that contains
/// the remedy. For g++ the text is a template argument of the function, a `fixed_string`; clang reports the function as
/// unavailable. Concepts and traits treat the function as deleted.
#if defined(__clang__)
#define OURO_REFUSE(remedy) __attribute__((unavailable(remedy)))
#else
#define OURO_REFUSE(remedy) = delete
#endif

#include <ouro/macros/hide.hpp>

/// Defines absolute symbols with the values of the check level and the tool, plus one, since lld treats symbols of
/// value 0 as different. Linkers accept any number of equal definitions and refuse unequal ones ("multiple
/// definition"), so that object files of different levels or tools do not link. The assembly is in a function, since
/// link-time optimisation refuses it elsewhere; with link-time optimisation a mix is not detected.
#if defined(__ELF__)
#define OURO_STRINGIFY_(x) #x
#define OURO_STRINGIFY(x) OURO_STRINGIFY_(x)
namespace ouro::detail {
[[gnu::used, gnu::visibility("hidden")]] inline void name_build() noexcept {  // GCOVR_EXCL_LINE: never called
  __asm__ volatile(  // GCOVR_EXCL_LINE
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

/// Contains the functions that programs call by qualified names, as `ouro::id(p)`. They are not in `ouro` itself, since
/// argument-dependent look-up would find them there: a program with an `id` of its own that calls `id(p)` for an
/// `ouro::ptr` might get this one. Argument-dependent look-up ignores using-directives.
namespace functions {}
using namespace functions;

inline constexpr int version_major = OURO_VERSION_MAJOR;  ///< 0 until names and layouts are stable
inline constexpr int version_minor = OURO_VERSION_MINOR;  ///< while major is 0, increases with breaking changes
inline constexpr int version_patch = OURO_VERSION_PATCH;  ///< increases with changes that do not

/// How much misuse is detected, 0 to 2. \see OURO_CHECK_LEVEL
inline constexpr int check_level = OURO_CHECK_LEVEL;
/// Whether the translation unit is compiled with exceptions.
inline constexpr bool has_exceptions = OURO_HAS_EXCEPTIONS != 0;
/// Whether the translation unit is compiled with RTTI.
inline constexpr bool has_rtti = OURO_HAS_RTTI != 0;
/// Whether the translation unit is compiled with AddressSanitizer.
inline constexpr bool has_asan = OURO_HAS_ASAN != 0;

namespace detail {

/// A string literal as a template argument, with its NUL.
template <std::size_t Length>
struct fixed_string {
  consteval fixed_string(const char (&from)[Length]) noexcept {  // NOLINT(google-explicit-constructor): by the language
    for (std::size_t i = 0; i != Length; ++i) text[i] = from[i];
  }

  char text[Length]{};
};

/// The names in the errors of OURO_REQUIRE. `refused` is never defined.
template <class Type, fixed_string Remedy>
struct refused;
template <class Type, bool Holds>
inline constexpr bool accepted = Holds;

/// Ends the lifetime of the object at `at` for the optimiser. Optimisers assume that stores of different types go to
/// different places, and would move the last stores to the old object behind the first ones to a new object. They do
/// not move stores across this call.
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

/// A hint to the processor that the thread waits in a loop for another thread.
inline void spin_pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__ARM_ARCH)
  __asm__ volatile("yield");
#endif
}

/// Lets other threads run on this processor, in a loop that waits for one of them.
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
