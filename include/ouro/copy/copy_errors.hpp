#pragma once
/// \file
/// The exceptions of `copy` and `deepcopy`.

#include <ouro/base/diagnostics.hpp>
#include <ouro/config.hpp>

#include <exception>
#include <string>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Thrown by `copy` and `deepcopy`: a pointer to another class leads to the object, whose own class is not `clonable`.
class not_copyable : public std::exception {
 public:
  explicit not_copyable(std::string_view type)
      : what_{"ouro: an object is to be copied through a base, but is not clonable [type: " + std::string{type} + "]"} {
  }
  [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }

 private:
  std::string what_;
};

/// Thrown by `deepcopy`: members `deep_copy` nest deeper than the stack allows, in a cycle, and one of them has stored
/// the placeholder of an unfinished copy where the library cannot replace it, or has written to the placeholder.
class copy_unfinished : public std::exception {
 public:
  explicit copy_unfinished(std::string_view type)
      : what_{"ouro: the placeholder of an unfinished copy was hidden or written to by a deep_copy [type: " +
              std::string{type} + "]"} {}
  [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }

 private:
  std::string what_;
};

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
  misuse("the placeholder of an unfinished copy was hidden or written to by a deep_copy", type);
#endif
}

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
