#pragma once
/// \file
/// A structure on its way from one heap to another.

#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/engine/trace_guard.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/island/island_cargo.hpp>
#include <ouro/island/island_departure.hpp>
#include <ouro/island/island_holders.hpp>
#include <ouro/island/not_an_island.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/heap.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/pointer_access.hpp>

#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Objects that belong to no heap and no thread, with the one pointer that leads to them from outside: what
/// `heap::detach` gives.
///
/// A value that can be moved, also to another thread, where `open` gives the pointer back. Counts stay as they are, and
/// no object is copied: its block goes back to its pool when the object dies, from whichever thread. An island that is
/// not opened destroys its objects. Empty when made by default, moved from or opened. Thread-safety is that of an
/// `int`.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class basic_island {
 public:
  using element_type = std::remove_extent_t<T>;
  using pointer = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

  basic_island() noexcept = default;
  basic_island(basic_island&& from) noexcept
      : root_{std::exchange(from.root_, nullptr)}, cargo_{std::move(from.cargo_)} {}
  basic_island& operator=(basic_island&& from) noexcept {
    basic_island moved{std::move(from)};
    std::swap(root_, moved.root_);
    cargo_.swap(moved.cargo_);
    return *this;
  }

  /// Destroys what was not opened, on the calling thread: as its heap would after `open`, except that weak pointers
  /// inside expire first, without their callbacks. If objects that may be part of a cycle were in it, a full collection
  /// of the current heap follows. Calls user code: destructors and finalizers.
  ~basic_island() {
    if (root_ == nullptr) return;
    const bool may_be_cyclic = cargo_->may_be_cyclic;
    cargo_->enter_heap_to_end();
    cargo_.reset();
    static_cast<void>(detail::pointer_access::take<pointer>(std::exchange(root_, nullptr)));
    if constexpr (finds_cycles<CollectorPolicy>) {
      if (may_be_cyclic) CollectorPolicy::template collect<RefcountPolicy>();
    }
  }

  /// Whether it has a structure.
  [[nodiscard]] explicit operator bool() const noexcept { return root_ != nullptr; }

  /// The pointer that `detach` was given; the objects belong to the calling thread's current heap from now on. Null,
  /// and nothing happens, if the island is empty.
  ///
  /// O(1), however many objects there are, and O(1) for each object with weak pointers and for each distinct interned
  /// value that threads do not share. Where this heap has an equal interned value, the handles in the structure come to
  /// lead to that: O(objects with such handles). With a collector that tracks all objects, or in a checked build,
  /// O(objects).
  /// \throws std::bad_alloc, and what comparisons of interned values throw; then the island is as it was
  [[nodiscard]] pointer open() && {
    if (root_ == nullptr) return nullptr;
    detail::check_not_tracing("ouro::island");
    cargo_->enter_heap();
    cargo_.reset();
    return detail::pointer_access::take<pointer>(std::exchange(root_, nullptr));
  }

 private:
  template <refcount_policy R, collector_policy C, allocator_policy A>
  friend class basic_heap;
  using cargo = detail::island_cargo<RefcountPolicy>;

  element_type* root_ = nullptr;
  std::unique_ptr<cargo> cargo_;  ///< not null if `root_` is not
};

template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
template <class T>
basic_island<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>
basic_heap<RefcountPolicy, CollectorPolicy, AllocatorPolicy>::detach_here(pointer_to<T>& root, not_an_island* why) {
  using island_type = basic_island<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  island_type made;
  if (root == nullptr) return made;
  auto& header = *detail::header_of<RefcountPolicy>(const_cast<std::remove_cv_t<std::remove_extent_t<T>>*>(root.get()));
  detail::counting<RefcountPolicy, CollectorPolicy>::template check_use<T>(header, {});
  detail::check_not_tracing("ouro::island");
  std::unique_ptr<typename island_type::cargo> cargo{new (std::nothrow) typename island_type::cargo};
  if (cargo == nullptr) return detach_without_memory<T>(why);
  detail::island_obstacles obstacles;
  detail::island_departure<RefcountPolicy> leaving{*cargo, obstacles};
  leaving.survey(header, detail::survey_verbs<RefcountPolicy, CollectorPolicy>::memory);
  if (leaving.has_surplus()) detail::island_holders<RefcountPolicy, CollectorPolicy>{leaving, obstacles}.run();
  if (!obstacles.any()) leaving.prepare();
  if (obstacles.any()) {
    leaving.restore();
    if (why != nullptr) *why = obstacles.finished();
    return made;
  }
  leaving.leave_heap();
  made.root_ = root.get();
  made.cargo_ = std::move(cargo);
  detail::pointer_access::forget(root);
  return made;
}

template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
template <class T>
basic_island<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>
basic_heap<RefcountPolicy, CollectorPolicy, AllocatorPolicy>::detach_without_memory(not_an_island* why) noexcept {
  detail::island_obstacles obstacles;
  obstacles.note_out_of_memory();
  if (why != nullptr) *why = obstacles.finished();
  return {};
}

template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
template <class T>
basic_island<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>
basic_heap<RefcountPolicy, CollectorPolicy, AllocatorPolicy>::detach_or_throw(pointer_to<T>& root) {
  not_an_island why;
  const bool is_null = root == nullptr;
  auto made = detach_here<T>(root, &why);
  if (is_null || made) return made;
  if (why.is_out_of_memory()) detail::throw_bad_alloc();
#if OURO_HAS_EXCEPTIONS
  throw not_an_island{why};
#else
  detail::misuse(why.what(), type_name<T>());
#endif
}

}  // namespace ouro

#include <ouro/macros/restore.hpp>
