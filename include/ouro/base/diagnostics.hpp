#pragma once
/// \file
/// Where the library reports what it cannot throw: misuse, and exceptions out of destructors, finalizers and callbacks.

#include <ouro/config.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

#include <ouro/macros/hide.hpp>

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

#include <ouro/macros/restore.hpp>
