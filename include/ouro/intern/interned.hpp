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

/// What handles to interned objects have in common: the identity of the object is theirs.
/// `Handle` is the class that derives from this one; `pointer()` of a handle is never null but after a move.
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

  /// Becomes null without counting.
  void forget() noexcept { pointer_access::forget(pointer_); }

 private:
  Pointer pointer_;
};

}  // namespace detail

/// A handle to an interned object, whatever is interned.
template <class Handle>
concept interned_object =
    requires(const Handle& handle) { []<class Pointer>(const detail::interned_handle<Handle, Pointer>&) {}(handle); };

namespace functions {

/// Whether both are the same object, which is what equality of interned values comes to.
template <interned_object Handle>
[[nodiscard]] bool is(const Handle& left, const Handle& right) noexcept {
  return left.pointer() == right.pointer();
}

/// That of the object.
template <interned_object Handle>
[[nodiscard]] std::uintptr_t id(const Handle& handle) noexcept {
  return id(handle.pointer());
}

/// Bytes of the object's block.
template <interned_object Handle>
[[nodiscard]] std::size_t size_of(const Handle& handle) noexcept {
  return size_of(handle.pointer());
}

/// How many handles there are.
template <interned_object Handle>
[[nodiscard]] std::size_t ref_count(const Handle& handle) noexcept {
  return ref_count(handle.pointer());
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
