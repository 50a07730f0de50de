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
/// is the implicit conversion, with its checks.
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

/// Null if the object is no `To`; then `from` stays unchanged. Without RTTI, also null if the object was made as a
/// class derived from `To`.
template <class To, class T, class R, class C, class A>
[[nodiscard]] managed_ptr<To, R, C, A> dynamic_pointer_cast(managed_ptr<T, R, C, A>&& from) noexcept {
  if constexpr (detail::pointer_converts_to<T, To>) {
    return std::move(from);
  } else {
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
  auto* const pointee = const_cast<std::remove_extent_t<To>*>(from.get());
  return detail::recast<To>(std::move(from), pointee);
}

/// As in `std`. Refused for an `interior_base`, whose header cannot be found through a pointer of another type.
template <class To, class T, class R, class C, class A>
[[nodiscard]] managed_ptr<To, R, C, A> reinterpret_pointer_cast(managed_ptr<T, R, C, A> from) noexcept {
  static_assert(std::is_same_v<std::remove_cv_t<To>, std::remove_cv_t<T>> ||
                    (!interior_base<std::remove_cv_t<To>> && !interior_base<std::remove_cv_t<T>>),
                "ouro: the header of an object is not found through a reinterpreted interior_base");
  auto* const pointee = reinterpret_cast<std::remove_extent_t<To>*>(from.get());
  return detail::recast<To>(std::move(from), pointee);
}

}  // namespace ouro

#include <ouro/macros/restore.hpp>
