#pragma once
/// \file
/// The handle to an interned value.

#include <ouro/fwd.hpp>
#include <ouro/inspect/identity.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// The base class of handles to interned objects. `Handle` is the derived class (CRTP). The pointer is null only in a
/// moved-from handle.
template <class Handle, class Pointer>
class interned_handle {
 public:
  /// The counted pointer to the object.
  [[nodiscard]] const Pointer& pointer() const noexcept { return pointer_; }

  [[nodiscard]] friend std::size_t hash_value(const Handle& handle) noexcept { return hash_value(handle.pointer()); }

 protected:
  interned_handle() noexcept = default;
  explicit interned_handle(Pointer pointer) noexcept : pointer_{std::move(pointer)} {}

  void swap(interned_handle& with) noexcept { pointer_.swap(with.pointer_); }

  /// Makes the pointer null without decrementing the count.
  void forget() noexcept { pointer_access::forget(pointer_); }

 private:
  template <class>
  friend struct handle_traits;

  Pointer pointer_;
};

}  // namespace detail

/// A handle to an interned object of any kind.
template <class Handle>
concept interned_object =
    requires(const Handle& handle) { []<class Pointer>(const detail::interned_handle<Handle, Pointer>&) {}(handle); };

namespace functions {

/// Whether both are the same object. For interned values that is the same as equality.
template <interned_object Handle>
[[nodiscard]] bool is(const Handle& left, const Handle& right) noexcept {
  return left.pointer() == right.pointer();
}

/// The identity of the object.
template <interned_object Handle>
[[nodiscard]] std::uintptr_t id(const Handle& handle) noexcept {
  return id(handle.pointer());
}

/// Bytes of the object's block.
template <interned_object Handle>
[[nodiscard]] std::size_t size_of(const Handle& handle) noexcept {
  return size_of(handle.pointer());
}

/// The number of handles to the object.
template <interned_object Handle>
[[nodiscard]] std::size_t ref_count(const Handle& handle) noexcept {
  return ref_count(handle.pointer());
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
