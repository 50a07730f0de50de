#pragma once
/// \file
/// The casts of the standard library's pointers.

#include <ouro/base/diagnostics.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/pointer/block.hpp>
#include <ouro/pointer/conversion.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// Whether a cast from one to the other changes no more of an array than cv-qualifiers, and whether its type says the
/// length. The object must have been made as an array of these very elements: a `T` is no `T[]`, and the elements
/// of a `Derived[]` do not lie where those of a `Base[]` would.
template <class From, class To>
[[nodiscard]] consteval bool casts_elements() {
  if constexpr (std::is_void_v<From> || std::is_void_v<To> || (!std::is_array_v<From> && !std::is_array_v<To>)) {
    return true;
  } else if constexpr (!std::is_array_v<From> || !std::is_array_v<To>) {
    return false;
  } else {
    constexpr bool bounds_fit =
        !std::is_bounded_array_v<From> || !std::is_bounded_array_v<To> || std::extent_v<From> == std::extent_v<To>;
    return bounds_fit &&
           std::is_same_v<std::remove_cv_t<std::remove_extent_t<From>>, std::remove_cv_t<std::remove_extent_t<To>>>;
  }
}

/// Reports an array that has fewer elements than the type that it is cast to.
template <class To, class T, class R, class C, class A>
void check_length([[maybe_unused]] const managed_ptr<T, R, C, A>& from) noexcept {
  if constexpr (check_level >= 1 && counts_in_header<R> && std::is_unbounded_array_v<T> &&
                std::is_bounded_array_v<To>) {
    using element = std::remove_cv_t<std::remove_all_extents_t<To>>;
    if (from && block<element[], R, C, A>::length(from.get()) < sizeof(To) / sizeof(element))
      misuse("cast to an array that is longer than the object", type_name<To>());
  }
}

/// A pointer to `pointee` in the object of `from` that takes over the count of `from`. If `pointee` is null, returns
/// null and `from` keeps its count.
template <class To, class T, class R, class C, class A>
[[nodiscard]] managed_ptr<To, R, C, A> recast(managed_ptr<T, R, C, A>&& from,
                                              std::remove_extent_t<To>* pointee) noexcept {
  if (pointee == nullptr) return nullptr;
  pointer_access::forget(from);
  return pointer_access::take<managed_ptr<To, R, C, A>>(pointee);
}

/// `dynamic_cast` for programs without RTTI: null unless the object was made as exactly this class.
template <class To, class T, class R, class C, class A>
[[nodiscard]] std::remove_extent_t<To>* cast_by_record(const managed_ptr<T, R, C, A>& from) noexcept {
  using made = block<std::remove_cv_t<To>, R, C, A>;
  if (!from) return nullptr;
  const type_record& record = record_of(info_of<C>(*header_of<R>(from.get())));
  bool is_made_as_to = &record == &made::record;
  // A file that knows less about the class, or more, makes objects with the other record.
  if constexpr (finds_cycles<C> && !is_leaf<std::remove_cv_t<To>>())
    is_made_as_to = is_made_as_to || &record == &block<std::remove_cv_t<To>, R, C, A, !made::is_tracked>::record;
  return is_made_as_to ? static_cast<std::remove_extent_t<To>*>(from.get()) : nullptr;
}

}  // namespace detail

/// The casts take their argument by value, so that a cast of an rvalue changes no count. O(1). A cast to a base class
/// is the implicit conversion, with its checks. Arrays are cast to arrays of the same elements, and to void and back.
/// \pre an array that is cast to `T[N]` has N elements at least; checked builds report violations
template <class To, class T, class R, class C, class A>
[[nodiscard]] managed_ptr<To, R, C, A> static_pointer_cast(managed_ptr<T, R, C, A> from) noexcept {
  if constexpr (detail::pointer_converts_to<T, To>) {
    return from;
  } else {
    static_assert(
        !(interior_base<std::remove_cv_t<To>> && std::is_void_v<T>),
        "ouro: a pointer to void points to the beginning of its object, which an interior_base does not: cast "
        "to the class of the whole object first");
    static_assert(detail::casts_elements<T, To>(),
                  "ouro: a pointer to an array is cast only to an array of the same elements, or to void");
    detail::check_length<To>(from);
    auto* const pointee = static_cast<std::remove_extent_t<To>*>(from.get());
    return detail::recast<To>(std::move(from), pointee);
  }
}

/// Null if the object is no `To`; then `from` stays unchanged. Without RTTI, also null if the object was made as a
/// class derived from `To`.
template <class To, class T, class R, class C, class A>
[[nodiscard]] managed_ptr<To, R, C, A> dynamic_pointer_cast(managed_ptr<T, R, C, A>&& from) noexcept {
  if constexpr (detail::pointer_converts_to<T, To>) {
    return std::move(from);
  } else {
    static_assert(!std::is_array_v<T> && !std::is_array_v<To>,
                  "ouro: a pointer to an array is cast only to an array of the same elements, or to void");
#if OURO_HAS_RTTI
    auto* const pointee = dynamic_cast<std::remove_extent_t<To>*>(from.get());
    // A cast from one base class to another: the result may lie at another offset.
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
  static_assert(
      (!std::is_array_v<T> && !std::is_array_v<To>) || std::is_same_v<std::remove_cv_t<T>, std::remove_cv_t<To>>,
      "ouro: a pointer to an array is cast only to an array of the same elements, or to void");
  auto* const pointee = const_cast<std::remove_extent_t<To>*>(from.get());
  return detail::recast<To>(std::move(from), pointee);
}

/// As in `std`. Refused for an `interior_base`, whose header cannot be found through a pointer of another type, and for
/// an array of other elements: a pointer to an array is one to an object that was made as such.
template <class To, class T, class R, class C, class A>
[[nodiscard]] managed_ptr<To, R, C, A> reinterpret_pointer_cast(managed_ptr<T, R, C, A> from) noexcept {
  static_assert(std::is_same_v<std::remove_cv_t<To>, std::remove_cv_t<T>> ||
                    (!interior_base<std::remove_cv_t<To>> && !interior_base<std::remove_cv_t<T>>),
                "ouro: the header of an object is not found through a reinterpreted interior_base");
  static_assert(!std::is_array_v<To> || detail::casts_elements<T, To>(),
                "ouro: a pointer to an array is cast only to an array of the same elements, or to void");
  detail::check_length<To>(from);
  auto* const pointee = reinterpret_cast<std::remove_extent_t<To>*>(from.get());
  return detail::recast<To>(std::move(from), pointee);
}

}  // namespace ouro

#include <ouro/macros/restore.hpp>
