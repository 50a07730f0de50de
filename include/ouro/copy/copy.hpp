#pragma once
/// \file
/// Python's `copy.copy`.

#include <ouro/copy/clone.hpp>
#include <ouro/copy/copied_edges.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro {
namespace functions {

/// A shallow copy: a new object whose edges point to the same objects as those of `original`. It is made by the member
/// `shallow_copy() const`, which returns a pointer to it, or else by the copy constructor. Null for null; the same
/// object if its type is `shared_by_copies`. As expensive as that constructor or member.
/// \throws not_copyable, std::bad_alloc, and what the constructor throws
template <class T, counts_in_header R, class C, class A>
[[nodiscard]] managed_ptr<T, R, C, A> copy(const managed_ptr<T, R, C, A>& original) {
  if constexpr (shared_by_copies<T>) {
    return original;
  } else {
    if (original == nullptr) return nullptr;
    // The allocation for the copy may begin a collection whose destructors drop the caller's pointer.
    const managed_ptr<T, R, C, A> held = original;
    detail::header<R>& from = *detail::header_of<R>(held.get());
    void* const made = detail::clone_record_of<T, R, C, A>(from).copy(from.object());  // calls user code
    return detail::at_same_offset(held, from.object(), made);
  }
}

/// The copy of a tuple or a frozen list is the object itself, since it is immutable.
template <detail::has_immutable_block Edge>
[[nodiscard]] Edge copy(const Edge& original) noexcept {
  return original;
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
