#pragma once
/// \file
/// The casts of `basic_shared_ptr`.

#include <ouro/config.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/pointer_cast.hpp>
#include <ouro/standard/shared_access.hpp>
#include <ouro/standard/shared_object.hpp>
#include <ouro/standard/shared_ptr.hpp>

#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// `dynamic_cast` of what a pointer points to. Without RTTI, null unless the class is a base, or the one that
/// `make_shared` or `new` was called for.
template <class To, class T, class Memory>
[[nodiscard]] std::remove_extent_t<To>* cast_dynamically(const basic_shared_ptr<T, Memory>& from) noexcept {
#if OURO_HAS_RTTI
  return dynamic_cast<std::remove_extent_t<To>*>(from.get());
#else
  if constexpr (pointer_converts_to<T, To>) {
    return from.get();
  } else {
    using made = std::remove_cv_t<To>;
    const auto& owner = shared_access::owner(from);
    if (from.get() == nullptr || owner == nullptr) return nullptr;
    const type_record* const record =
        &record_of(info_of<typename Memory::collector>(*header_of<typename Memory::refcount>(owner.get())));
    if (record != &shared_block<shared_object<made>, Memory>::record &&
        record != &shared_block<pointer_owner<made*, plain_delete<made>, Memory>, Memory>::record) {
      return nullptr;
    }
    return static_cast<std::remove_extent_t<To>*>(from.get());
  }
#endif
}

}  // namespace detail

/// As in `std`: the result shares the owner. A cast of an rvalue changes no count. O(1)
template <class To, class T, class Memory>
[[nodiscard]] basic_shared_ptr<To, Memory> static_pointer_cast(const basic_shared_ptr<T, Memory>& from) noexcept {
  return {from, static_cast<std::remove_extent_t<To>*>(from.get())};
}
template <class To, class T, class Memory>
[[nodiscard]] basic_shared_ptr<To, Memory> static_pointer_cast(basic_shared_ptr<T, Memory>&& from) noexcept {
  auto* const part = static_cast<std::remove_extent_t<To>*>(from.get());
  return {std::move(from), part};
}

/// Empty if the object is no `To`; then an rvalue stays unchanged.
template <class To, class T, class Memory>
[[nodiscard]] basic_shared_ptr<To, Memory> dynamic_pointer_cast(const basic_shared_ptr<T, Memory>& from) noexcept {
  if (auto* const part = detail::cast_dynamically<To>(from)) return {from, part};
  return {};
}
template <class To, class T, class Memory>
[[nodiscard]] basic_shared_ptr<To, Memory> dynamic_pointer_cast(basic_shared_ptr<T, Memory>&& from) noexcept {
  if (auto* const part = detail::cast_dynamically<To>(from)) return {std::move(from), part};
  return {};
}

/// As in `std`.
template <class To, class T, class Memory>
[[nodiscard]] basic_shared_ptr<To, Memory> const_pointer_cast(const basic_shared_ptr<T, Memory>& from) noexcept {
  return {from, const_cast<std::remove_extent_t<To>*>(from.get())};
}
template <class To, class T, class Memory>
[[nodiscard]] basic_shared_ptr<To, Memory> const_pointer_cast(basic_shared_ptr<T, Memory>&& from) noexcept {
  auto* const part = const_cast<std::remove_extent_t<To>*>(from.get());
  return {std::move(from), part};
}

/// As in `std`.
template <class To, class T, class Memory>
[[nodiscard]] basic_shared_ptr<To, Memory> reinterpret_pointer_cast(const basic_shared_ptr<T, Memory>& from) noexcept {
  return {from, reinterpret_cast<std::remove_extent_t<To>*>(from.get())};
}
template <class To, class T, class Memory>
[[nodiscard]] basic_shared_ptr<To, Memory> reinterpret_pointer_cast(basic_shared_ptr<T, Memory>&& from) noexcept {
  auto* const part = reinterpret_cast<std::remove_extent_t<To>*>(from.get());
  return {std::move(from), part};
}

}  // namespace ouro

#include <ouro/macros/restore.hpp>
