#pragma once
/// \file
/// `std::any` with edges that collections see.

#include <ouro/config.hpp>
#include <ouro/containers/value_room.hpp>
#include <ouro/trace/edge_visitor.hpp>

#include <any>
#include <concepts>
#include <initializer_list>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

class OURO_SHARED_TYPE any;

namespace detail {

struct any_verbs : value_verbs {
  const void* (*type)() noexcept;  ///< the `std::type_info`, or null without RTTI
};

template <class T>
OURO_SHARED_STATE inline constexpr any_verbs any_verbs_of{verbs_of_value<T>::verbs, []() noexcept -> const void* {
#if OURO_HAS_RTTI
                                                            return &typeid(T);
#else
                                                            return nullptr;  // GCOVR_EXCL_LINE: never asked for
#endif
                                                          }};

template <class T>
inline constexpr bool is_in_place_type = false;
template <class T>
inline constexpr bool is_in_place_type<std::in_place_type_t<T>> = true;

template <class T>
concept any_content = !std::same_as<T, any> && !is_in_place_type<T> && std::is_copy_constructible_v<T>;

}  // namespace detail

/// The counterpart of `std::any`: a copyable value of some type, or none. What the value holds of edges is traced; a
/// type that the library cannot see through does not compile. Values of up to three words lie in the `any`, others in
/// memory of their own. Not thread-safe; exceptions leave it as it was.
class any {
 public:
  any() noexcept = default;
  template <class T>
    requires detail::any_content<std::decay_t<T>>
  any(T&& value) {
    using held = std::decay_t<T>;
    value_.emplace<held>(detail::any_verbs_of<held>, std::forward<T>(value));
  }
  template <class T, class... Args>
    requires detail::any_content<std::decay_t<T>> && std::is_constructible_v<std::decay_t<T>, Args...>
  explicit any(std::in_place_type_t<T>, Args&&... args) {
    emplace<T>(std::forward<Args>(args)...);
  }

  template <class T>
    requires detail::any_content<std::decay_t<T>>
  any& operator=(T&& value) {
    any{std::forward<T>(value)}.swap(*this);
    return *this;
  }

  /// Ends the value, and makes another. Empty if the constructor throws.
  template <class T, class... Args>
    requires detail::any_content<std::decay_t<T>> && std::is_constructible_v<std::decay_t<T>, Args...>
  std::decay_t<T>& emplace(Args&&... args) {
    using held = std::decay_t<T>;
    reset();
    return value_.emplace<held>(detail::any_verbs_of<held>, std::forward<Args>(args)...);
  }

  void reset() noexcept { value_.reset(); }
  void swap(any& with) noexcept { value_.swap(with.value_); }
  friend void swap(any& first, any& second) noexcept { first.swap(second); }

  [[nodiscard]] bool has_value() const noexcept { return value_.verbs() != nullptr; }

#if OURO_HAS_RTTI
  /// `typeid(void)` if there is no value.
  [[nodiscard]] const std::type_info& type() const noexcept {
    return has_value() ? *static_cast<const std::type_info*>(value_.verbs()->type()) : typeid(void);
  }
#endif

  void trace(edge_visitor& visit) { value_.trace(visit); }

 private:
  template <class T>
  friend T* any_cast(any* from) noexcept;

  detail::any_value<detail::any_verbs> value_;
};

/// The value, if it is a `T`; otherwise null.
template <class T>
[[nodiscard]] T* any_cast(any* from) noexcept {
  using held = std::remove_cv_t<T>;
  if (from == nullptr || from->value_.verbs() != &detail::any_verbs_of<held>) return nullptr;
  return static_cast<T*>(from->value_.value());
}
template <class T>
[[nodiscard]] const T* any_cast(const any* from) noexcept {
  return any_cast<T>(const_cast<any*>(from));
}

namespace detail {

template <class T, class Any>
[[nodiscard]] auto& checked_any_cast(Any& from) {
  auto* const found = any_cast<std::remove_cvref_t<T>>(&from);
#if OURO_HAS_EXCEPTIONS
  if (found == nullptr) throw std::bad_any_cast{};
#else
  if (found == nullptr) std::terminate();
#endif
  return *found;
}

}  // namespace detail

/// A copy of the value, or a reference to it if `T` is one. \throws std::bad_any_cast if it is of another type
template <class T>
[[nodiscard]] T any_cast(const any& from) {
  return static_cast<T>(detail::checked_any_cast<T>(from));
}
template <class T>
[[nodiscard]] T any_cast(any& from) {
  return static_cast<T>(detail::checked_any_cast<T>(from));
}
template <class T>
[[nodiscard]] T any_cast(any&& from) {
  return static_cast<T>(std::move(detail::checked_any_cast<T>(from)));
}

namespace functions {

/// Makes an `any` that holds a `T`, constructed in place. \throws what the constructor throws, and std::bad_alloc
template <class T, class... Args>
[[nodiscard]] any make_any(Args&&... args) {
  return any{std::in_place_type<T>, std::forward<Args>(args)...};
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
