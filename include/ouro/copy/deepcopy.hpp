#pragma once
/// \file
/// Python's `copy.deepcopy`: copies an object and all that it reaches.

#include <ouro/copy/clone.hpp>
#include <ouro/copy/copied_edges.hpp>
#include <ouro/copy/deepcopy_memo.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {
namespace functions {

/// Copies `original` and all objects that it reaches over edges of its own policies. Objects that are shared among the
/// originals are shared among the copies, and cycles become cycles of copies. An object is copied by its member
/// `deep_copy(memo) const`, which returns a pointer to the copy, or else by its copy constructor; then its edges are
/// changed to point to copies. Copies are made depth first, in the order of the edges.
///
/// Not copied but shared are: objects of types that are `shared_by_copies`, the targets of weak pointers, interned
/// values and pointers of other policies, and a tuple or frozen list from which only shared objects can be reached. A
/// `managed_alias` that points outside of the object that it owns stays unchanged. Null for null.
///
/// O(objects and edges) time and memory, constant stack; for members `deep_copy` see `deepcopy_memo::copy_of`. When it
/// throws, all copies are destroyed, except for cycles among objects with a `deep_copy` that does not call `remember`.
/// \throws not_copyable, copy_unfinished, std::bad_alloc, and what constructors and traces throw
template <class T, counts_in_header R, class C, class A>
[[nodiscard]] managed_ptr<T, R, C, A> deepcopy(const managed_ptr<T, R, C, A>& original) {
  deepcopy_memo<R, C, A> memo;
  return memo.copy_of(original);
}

/// The copy of a tuple or a frozen list: the object itself if only shared objects can be reached from it.
template <detail::has_immutable_block Edge>
[[nodiscard]] Edge deepcopy(const Edge& original) {
  using block = std::remove_cvref_t<decltype(detail::block_of(original))>;
  typename detail::memo_of<block>::type memo;
  return memo.copy_of(original);
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
