#pragma once
/// \file
/// The memo of a deep copy: which objects have been copied, as Python's `memo` argument of `__deepcopy__`.

#include <ouro/config.hpp>
#include <ouro/copy/clone.hpp>
#include <ouro/copy/copied_edges.hpp>
#include <ouro/copy/deep_copier.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <cstddef>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Remembers the copies of a deep copy, so that a shared object is copied once and cycles close. It keeps the originals
/// and their copies alive. To be used by one thread.
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class OURO_SHARED_TYPE deepcopy_memo {
  template <class T>
  using pointer = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using copier = detail::deep_copier<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

 public:
  /// How many bytes of stack nested members `deep_copy` may use before copies are made in another order than they are
  /// asked for; beyond twice as many, placeholders are given out.
  static constexpr std::size_t most_stack = copier::most_stack;

  deepcopy_memo() = default;
  deepcopy_memo(const deepcopy_memo&) = delete;
  deepcopy_memo& operator=(const deepcopy_memo&) = delete;

  /// Returns the copy of the object; makes it, and copies of all that the object reaches, if there is none. For the
  /// member `deep_copy(memo) const` of a class that copies itself. Such a member can rely on this:
  /// - The copy is finished, unless its own `deep_copy` has led to this call: in a cycle it is the object that was
  /// given
  ///   to `remember`.
  /// - Where such members nest deeper than `most_stack`, the edges of a copy that a copy constructor has made may still
  ///   lead to the originals. They are changed later.
  /// - There, objects with a `deep_copy` are copied before those that lead to them, even if no `deep_copy` asks for
  /// them.
  /// - There, a placeholder may represent the copy of an object in a cycle until that copy is made. It is a pointer
  /// that
  ///   may be stored in the copies and compared with null, and must not be dereferenced.
  ///
  /// Amortised O(1), and the time of the constructors and members `deep_copy`.
  /// \throws not_copyable, copy_unfinished, std::bad_alloc, and what constructors and traces throw
  template <class T>
  [[nodiscard]] pointer<T> copy_of(const pointer<T>& original) {
    if constexpr (shared_by_copies<T>) {
      return original;
    } else {
      return copier_.copy_block(original, false);
    }
  }

  /// The copy of a tuple or a frozen list: the object itself if only shared objects can be reached from it.
  template <detail::has_immutable_block Edge>
  [[nodiscard]] Edge copy_of(const Edge& original) {
    Edge copy = original;
    if constexpr (!copier::edges::template is_shared<Edge>()) {
      detail::edge_traits<Edge>::set_block(copy, copier_.copy_block(detail::block_of(original), true));
    }
    return copy;
  }

  /// Says that `copy` is the copy of `original`. A `deep_copy(memo)` calls this before it asks for copies of objects
  /// that may lead back to `original`. \throws std::bad_alloc
  template <class T>
  void remember(const T& original, const pointer<T>& copy) {
    using functions = detail::edge_functions<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
    copier_.add(*detail::header_of<RefcountPolicy>(&original), copy, functions::record);
  }

 private:
  template <class, class, class, class>
  friend struct detail::edge_functions;

  copier copier_{*this};
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
