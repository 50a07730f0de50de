#pragma once
/// \file
/// Python's `copy.deepcopy`: an object and all that it reaches, once more.

#include <ouro/allocator/address_map.hpp>
#include <ouro/config.hpp>
#include <ouro/copy/clone.hpp>
#include <ouro/object/nesting.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace ouro {

namespace detail {
struct deepcopying;
}

/// What a deep copy has copied so far, so that what was shared is shared again, and cycles close. For one thread.
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class OURO_SHARED_TYPE deepcopy_memo {
  template <class T>
  using pointer = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

 public:
  deepcopy_memo() = default;
  deepcopy_memo(const deepcopy_memo&) = delete;
  deepcopy_memo& operator=(const deepcopy_memo&) = delete;

  /// The copy of the object, which is made if there is none: for the member `deep_copy(memo) const` of a class that
  /// copies itself. What the copy's edges lead to is copied later. Amortised O(1) and what the constructor does.
  /// \throws not_copyable, std::bad_alloc, and what constructors throw
  template <class T>
  [[nodiscard]] pointer<T> copy_of(const pointer<T>& original) {
    if constexpr (shared_by_copies<T>) {
      return original;
    } else {
      if (original == nullptr || is_undoing_) return nullptr;
      detail::header<RefcountPolicy>& from = *detail::header_of<RefcountPolicy>(original.get());
      const std::size_t* const found = copies_.find(&from);
      pointer<void> copy = found != nullptr ? made_[*found].copy : make<T>(from);
      void* const object = copy.get();
      detail::pointer_access::forget(copy);
      return detail::at_same_place(original, from.object(), object);
    }
  }

  /// Says that `copy` is the copy of `original`, before a `deep_copy(memo)` asks for what may lead back to it.
  /// \throws std::bad_alloc
  template <class T>
  void remember(const T& original, const pointer<T>& copy) {
    note(*detail::header_of<RefcountPolicy>(&original), copy, nullptr);
  }

 private:
  friend detail::deepcopying;
  friend detail::edge_copier<deepcopy_memo>;

  struct made {
    pointer<void> original;  ///< kept, so that no other object can come to lie at its address
    pointer<void> copy;
    void (*rewire)(void* object, void* memo);  ///< null: its edges are its own affair
  };

  template <class T>
  [[nodiscard]] pointer<void> make(detail::header<RefcountPolicy>& from) {
    const detail::clone_record& how =
        detail::clone_record_of<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(from);
    auto copy = detail::pointer_access::take<pointer<void>>(how.deepcopy(from.object(), this));
    if (copies_.find(&from) != nullptr) return copy;  // it has said so itself
    return note(from, std::move(copy), how.rewire);
  }

  pointer<void> note(detail::header<RefcountPolicy>& from, pointer<void> copy, void (*rewire)(void*, void*)) {
    RefcountPolicy::increment(from.count);
    auto original = detail::pointer_access::take<pointer<void>>(from.object());
    made_.push_back({std::move(original), copy, rewire});
    copies_[&from] = made_.size() - 1;
    return copy;
  }

  /// Copies what the copies lead to, and what those lead to.
  void rewire_all() {
    for (std::size_t i = 0; i != made_.size(); ++i) {
      if (made_[i].rewire != nullptr) made_[i].rewire(made_[i].copy.get(), this);
    }
  }

  /// Makes all edges of the copies null: they may be cycles.
  void undo() noexcept {
    is_undoing_ = true;
    for (std::size_t i = 0; i != made_.size(); ++i) {
      OURO_TRY {
        if (made_[i].rewire != nullptr) made_[i].rewire(made_[i].copy.get(), this);
      }
      OURO_CATCH_ALL {
        detail::unraisable("deepcopy");
      }
    }
  }

  detail::local_address_map<std::size_t> copies_;  ///< by the original's header, where in `made_`
  std::vector<made> made_;                         ///< in the order in which they were met
  bool is_undoing_ = false;
  detail::nesting within_;
};

namespace detail {

/// `deepcopy`, with access to its memo: clang 16 takes a constrained function template for another one than its friend.
struct deepcopying {
  template <class Memo, class Pointer>
  [[nodiscard]] static Pointer of(const Pointer& original) {
    Memo memo;
    OURO_TRY {
      Pointer copy = memo.copy_of(original);
      memo.rewire_all();
      return copy;
    }
    OURO_CATCH_ALL {
      memo.undo();
      OURO_RETHROW;
    }
  }
};

}  // namespace detail

namespace functions {

/// New objects in the place of `original` and of all that it reaches over edges of its own policies: what is shared
/// among them is shared among the copies, and cycles are cycles again. An object is copied by its member
/// `deep_copy(memo) const`, which returns a pointer to the copy, or else by its copy constructor, and its edges changed
/// afterwards. Types that are `shared_by_copies` are shared, and so is what weak pointers, interned values and pointers
/// of other policies lead to. Null for null.
///
/// O(objects and edges) time and memory, no recursion. When it throws, all that was copied is gone.
/// \throws not_copyable, std::bad_alloc, and what constructors and traces throw
template <class T, counts_in_header R, class C, class A>
[[nodiscard]] managed_ptr<T, R, C, A> deepcopy(const managed_ptr<T, R, C, A>& original) {
  return detail::deepcopying::of<deepcopy_memo<R, C, A>>(original);
}

}  // namespace functions
}  // namespace ouro
