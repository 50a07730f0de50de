#pragma once
/// \file
/// What the language has no words for, in those of GNU's compilers, which clang knows, and in those of Microsoft's.
/// No other header has such words: tests/compiler_words.py.

#include <ouro/config/platform.hpp>

#include <cstddef>
#include <cstdint>

/// Microsoft's own compiler. clang-cl knows the words of both.
#if defined(_MSC_VER) && !defined(__clang__)
#define OURO_IS_MSVC 1
#include <intrin.h>
#else
#define OURO_IS_MSVC 0
#endif

#if OURO_IS_MSVC
#define OURO_ALWAYS_INLINE __forceinline
#define OURO_NOINLINE __declspec(noinline)
/// A variable or function that stays in the object file though no code refers to it.
#define OURO_USED
/// A class whose objects may lie where objects of other types have been. Microsoft's compiler assumes no less of any.
#define OURO_MAY_ALIAS
#define OURO_FUNCTION_SIGNATURE __FUNCSIG__
#else
#define OURO_ALWAYS_INLINE [[gnu::always_inline]] inline
#define OURO_NOINLINE [[gnu::noinline]]
#define OURO_USED [[gnu::used]]
#define OURO_MAY_ALIAS [[gnu::may_alias]]
#define OURO_FUNCTION_SIGNATURE __PRETTY_FUNCTION__
#endif

/// For a member that takes no room if its class is empty.
#if defined(_MSC_VER)
#define OURO_NO_UNIQUE_ADDRESS [[msvc::no_unique_address]]
#else
#define OURO_NO_UNIQUE_ADDRESS [[no_unique_address]]
#endif

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

/// In a function, OURO_LEAVE_NOTE adds an ELF note to the program or shared object that the function is linked into.
/// The note contains the offset from itself to a variable, whose symbol is the first argument. Linkers keep notes, and
/// `dl_iterate_phdr` finds them.
#if OURO_HAS_LOADER
#define OURO_LEAVE_NOTE(symbol, variable)                                                                         \
  __asm__ volatile(                                                                                               \
      ".pushsection .note.ouro,\"a\",%%note\n.balign 4\n.long 5, 4, 1\n.asciz \"ouro\"\n.balign 4\n.long " symbol \
      " - .\n.popsection"                                                                                         \
      :                                                                                                           \
      : "m"(variable))
#else
#define OURO_LEAVE_NOTE(symbol, variable) static_cast<void>(variable)
#endif

/// `make<T>(args...)` allows what the language allows: fewer initialisers than an aggregate has members, and arguments
/// that convert. The standard library does not warn of these either.
#if OURO_IS_MSVC
#define OURO_CONSTRUCTION_WARNINGS_OFF \
  __pragma(warning(push)) __pragma(warning(disable : 4242 4244 4245 4267 4365 4838 5219))
#define OURO_CONSTRUCTION_WARNINGS_RESTORE __pragma(warning(pop))
#else
#define OURO_CONSTRUCTION_WARNINGS_OFF                                                                           \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"")              \
      _Pragma("GCC diagnostic ignored \"-Wconversion\"") _Pragma("GCC diagnostic ignored \"-Wsign-conversion\"") \
          _Pragma("GCC diagnostic ignored \"-Wfloat-conversion\"")
#define OURO_CONSTRUCTION_WARNINGS_RESTORE _Pragma("GCC diagnostic pop")
#endif

/// Around what names deprecated members of the program's classes.
#if OURO_IS_MSVC
#define OURO_DEPRECATION_WARNINGS_OFF __pragma(warning(push)) __pragma(warning(disable : 4996))
#define OURO_DEPRECATION_WARNINGS_RESTORE __pragma(warning(pop))
#else
#define OURO_DEPRECATION_WARNINGS_OFF \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wdeprecated-declarations\"")
#define OURO_DEPRECATION_WARNINGS_RESTORE _Pragma("GCC diagnostic pop")
#endif

/// Around a call of a deprecated function that warns of the program's code: a warning also where warnings are errors.
#if OURO_IS_MSVC
#define OURO_ALWAYS_A_WARNING __pragma(warning(push)) __pragma(warning(1 : 4996))
#define OURO_ALWAYS_A_WARNING_END __pragma(warning(pop))
#else
#define OURO_ALWAYS_A_WARNING \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic warning \"-Wdeprecated-declarations\"")
#define OURO_ALWAYS_A_WARNING_END _Pragma("GCC diagnostic pop")
#endif

/// In a function template: if the condition (the last arguments) is false, ends the compilation with one line that
/// contains the type and the remedy. When a `static_assert` fails, clang prints the condition with its types, but g++
/// only the text. So for g++ the macro uses an undefined template, whose arguments g++ prints.
#if defined(__clang__) || OURO_IS_MSVC
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

/// The stack pointer. `__builtin_frame_address` would make each function that drops a pointer keep a frame pointer.
#if defined(__x86_64__) && !defined(__ILP32__)
#define OURO_STACK_REGISTER "rsp"
#else
#define OURO_STACK_REGISTER "esp"
#endif

#if defined(__x86_64__) || defined(__i386__) || defined(_M_X64) || defined(_M_IX86)
#define OURO_IS_X86 1
#else
#define OURO_IS_X86 0
#endif

#include <ouro/macros/hide.hpp>

#if defined(__wasi__) && !defined(_REENTRANT)
/// Compilers register the destructors of thread-local variables with this function, which WASI's libraries without
/// threads do not have. Where they do, theirs is taken.
extern "C" {
int __cxa_atexit(void (*destroy)(void*), void* object, void* module) noexcept;
[[gnu::weak, gnu::used]] inline int __cxa_thread_atexit(void (*destroy)(void*), void* object, void* module) noexcept {
  return __cxa_atexit(destroy, object, module);
}
}
#endif

namespace ouro::detail {

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

/// Tells the optimiser that no execution comes here.
[[noreturn]] OURO_ALWAYS_INLINE void never_reached() noexcept {
#if OURO_IS_MSVC
  __assume(false);
#else
  __builtin_unreachable();
#endif
}

/// Brings the line of memory at `at`, which need not be an address of the program's, into the cache.
OURO_ALWAYS_INLINE void prefetch([[maybe_unused]] const void* at) noexcept {
#if !OURO_IS_MSVC
  __builtin_prefetch(at);
#elif OURO_IS_X86
  _mm_prefetch(static_cast<const char*>(at), _MM_HINT_T0);
#else
  __prefetch(at);
#endif
}

/// Brings the line of memory at `at`, which will be written, into the cache.
OURO_ALWAYS_INLINE void prefetch_for_write([[maybe_unused]] const void* at) noexcept {
#if OURO_IS_MSVC
  prefetch(at);
#else
  __builtin_prefetch(at, 1);
#endif
}

/// Ends the lifetime of the object at `at` for the optimiser. Optimisers assume that stores of different types go to
/// different places, and would move the last stores to the old object behind the first ones to a new object. They do
/// not move stores across this call.
OURO_ALWAYS_INLINE void end_storage_use([[maybe_unused]] void*& at) noexcept {
#if OURO_IS_MSVC
  _ReadWriteBarrier();
#else
  __asm__ volatile("" : "+r"(at) : : "memory");
#endif
}

#if OURO_HAS_STACK_POINTER
/// An address in the stack frame of the calling function, near its end. Stacks grow towards lower addresses.
[[nodiscard]] OURO_ALWAYS_INLINE std::uintptr_t stack_position() noexcept {
#if OURO_IS_MSVC
  return reinterpret_cast<std::uintptr_t>(_AddressOfReturnAddress());
#elif OURO_IS_X86
  std::uintptr_t position;
  __asm__("mov %%" OURO_STACK_REGISTER ", %0" : "=r"(position));
  return position;
#else
  return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
#endif
}
#endif

/// A hint to the processor that the thread waits in a loop for another thread.
inline void spin_pause() noexcept {
#if OURO_IS_MSVC && OURO_IS_X86
  _mm_pause();
#elif OURO_IS_MSVC
  __yield();
#elif OURO_IS_X86
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__ARM_ARCH)
  __asm__ volatile("yield");
#endif
}

/// Returns the lower half of the product; `high` becomes the upper half.
[[nodiscard]] OURO_ALWAYS_INLINE std::uint64_t multiply_wide(std::uint64_t a, std::uint64_t b,
                                                             std::uint64_t& high) noexcept {
#if defined(__SIZEOF_INT128__)
  __extension__ using wide = unsigned __int128;
  const wide product = static_cast<wide>(a) * b;
  high = static_cast<std::uint64_t>(product >> 64);
  return static_cast<std::uint64_t>(product);
#elif OURO_IS_MSVC && defined(_M_X64)
  return _umul128(a, b, &high);
#elif OURO_IS_MSVC && defined(_M_ARM64)
  high = __umulh(a, b);
  return a * b;
#else
  const std::uint64_t a_low = a & 0xFFFFFFFFu;
  const std::uint64_t b_low = b & 0xFFFFFFFFu;
  const std::uint64_t cross = (a >> 32) * b_low + (a_low * b_low >> 32);
  const std::uint64_t middle = a_low * (b >> 32) + (cross & 0xFFFFFFFFu);
  high = (a >> 32) * (b >> 32) + (cross >> 32) + (middle >> 32);
  return a * b;
#endif
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
