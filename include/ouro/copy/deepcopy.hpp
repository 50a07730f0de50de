#pragma once
/// \file
/// Python's `copy.deepcopy`: an object and all that it reaches, once more.

#include <ouro/copy/clone.hpp>
#include <ouro/copy/copied_edges.hpp>
#include <ouro/copy/deepcopy_memo.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {
namespace functions {

/// New objects in the place of `original` and of all that it reaches over edges of its own policies: what is shared
/// among them is shared among the copies, and cycles are cycles again. An object is copied by its member
/// `deep_copy(memo) const`, which returns a pointer to the copy, or else by its copy constructor, and its edges changed
/// afterwards. Copies are made depth first, in the order of the edges. Types that are `shared_by_copies` are shared,
/// and so is what weak pointers, interned values and pointers of other policies lead to, and a tuple or frozen list
/// that leads to nothing but what is shared. A `managed_alias` of something outside of the object that it owns stays as
/// it is. Null for null.
///
/// O(objects and edges) time and memory, constant stack: see `deepcopy_memo::copy_of` for members `deep_copy`. When it
/// throws, all that was copied is gone, but for cycles among objects that copy themselves and are not remembered.
/// \throws not_copyable, copy_unfinished, std::bad_alloc, and what constructors and traces throw
template <class T, counts_in_header R, class C, class A>
[[nodiscard]] managed_ptr<T, R, C, A> deepcopy(const managed_ptr<T, R, C, A>& original) {
  deepcopy_memo<R, C, A> memo;
  return memo.copy_of(original);
}

/// The copy of a tuple or a frozen list: itself, if all that it leads to is shared.
template <detail::has_immutable_block Edge>
[[nodiscard]] Edge deepcopy(const Edge& original) {
  using block = std::remove_cvref_t<decltype(detail::block_of(original))>;
  typename detail::memo_of<block>::type memo;
  return memo.copy_of(original);
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
