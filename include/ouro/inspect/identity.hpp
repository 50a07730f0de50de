#pragma once
/// \file
/// Python's `id`, `is`, `type`, `sys.getsizeof` and `sys.getrefcount`.

#include <ouro/base/type_name.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/fwd.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro {
namespace functions {

/// A number that no other object has while this one is alive. A later object at the same address has the same number. 0
/// for null.
template <class T, class R, class C, class A>
[[nodiscard]] std::uintptr_t id(const managed_ptr<T, R, C, A>& object) noexcept {
  return reinterpret_cast<std::uintptr_t>(object.owner());
}

/// The identity of an object that is not managed.
template <class T>
[[nodiscard]] std::uintptr_t id(const T& object) noexcept {
  return reinterpret_cast<std::uintptr_t>(std::addressof(object));
}

/// Whether both point to the same object. Meaningful only for living objects.
template <class T, class U, class R, class C, class A>
[[nodiscard]] bool is(const managed_ptr<T, R, C, A>& left, const managed_ptr<U, R, C, A>& right) noexcept {
  return left.owner() == right.owner();
}

/// The name of the type that the object was made as, which may differ from `T`. The name of `T` for null.
template <class T, counts_in_header R, class C, class A>
[[nodiscard]] std::string_view type_name(const managed_ptr<T, R, C, A>& object) noexcept {
  if (object == nullptr) return type_name<T>();
  detail::header<R>& made = *detail::header_of<R>(object.get());
  detail::counting<R, C>::template check_read<T>(made);
  const std::uint32_t info = detail::info_of<C>(made);
  return detail::info_word::type(info) == 0 ? type_name<T>() : detail::record_of(info).name;
}

/// The number of bytes of the object's block: header, object and padding. Memory that its members own is not included.
/// 0 for null.
template <class T, counts_in_header R, class C, class A>
[[nodiscard]] std::size_t size_of(const managed_ptr<T, R, C, A>& object) noexcept {
  if (object == nullptr) return 0;
  detail::header<R>& made = *detail::header_of<R>(object.get());
  detail::counting<R, C>::template check_read<T>(made);
  const std::uint32_t info = detail::info_of<C>(made);
  return detail::record_of(info).bytes(object.get());
}

/// The number of bytes of an object that is not managed.
template <class T>
[[nodiscard]] constexpr std::size_t size_of(const T&) noexcept {
  return sizeof(T);
}

/// The number of strong pointers to the object, `object` included. CPython's `sys.getrefcount` counts its own argument
/// too; this function does not. 0 for null.
template <class T, counts_in_header R, class C, class A>
[[nodiscard]] std::size_t ref_count(const managed_ptr<T, R, C, A>& object) noexcept {
  return static_cast<std::size_t>(object.use_count());
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
