#pragma once
/// \file
/// The exceptions that the library throws, and what it does in programs without them.

#include <ouro/base/diagnostics.hpp>
#include <ouro/config.hpp>

#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Throws `std::bad_alloc`. Without exceptions it calls the program's new-handler, which may end the program in its own
/// way, and then `std::terminate`.
[[noreturn]] OURO_NOINLINE inline void throw_bad_alloc() {
#if OURO_HAS_EXCEPTIONS
  throw std::bad_alloc{};
#else
  if (const std::new_handler handler = std::get_new_handler(); handler != nullptr) handler();
  std::terminate();  // GCOVR_EXCL_LINE: clang loses this count
#endif
}

/// Throws `std::bad_array_new_length`: no `std::size_t` can hold the bytes of so many elements.
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

#include <ouro/macros/restore.hpp>
