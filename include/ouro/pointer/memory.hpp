#pragma once
/// \file
/// The bundle of the three policies, with the names that depend on them.

#include <ouro/base/dependent.hpp>
#include <ouro/collector/handshake/mutator.hpp>
#include <ouro/collector/safepoints.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/heap/adapters/standard_allocator.hpp>
#include <ouro/pointer/gc.hpp>
#include <ouro/pointer/heap.hpp>
#include <ouro/pointer/make_for_overwrite.hpp>
#include <ouro/pointer/make_managed.hpp>
#include <ouro/pointer/managed_atomic.hpp>
#include <ouro/pointer/managed_from_this.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/managed_weak.hpp>

#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// `using m = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>;`, and then
/// `m::ptr<node>`, `m::make<node>(…)`, `m::gc::collect()`.
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
  requires compatible_policies<RefcountPolicy, CollectorPolicy, AllocatorPolicy>
struct memory {
  using refcount = RefcountPolicy;
  using collector = CollectorPolicy;
  using allocator = AllocatorPolicy;

  using gc = basic_gc<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using heap = basic_heap<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

  template <class T>
  using ptr = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  template <class T>
  using weak = managed_weak<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  /// For thread-safe refcount policies.
  template <class T>
  using atomic_ptr = managed_atomic<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  template <class T>
  using island = basic_island<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  /// For the containers inside the objects.
  template <class T>
  using std_allocator = standard_allocator<T, AllocatorPolicy>;

  /// \see make_managed
  template <class T, class... Args>
  OURO_ALWAYS_INLINE static ptr<T> make(Args&&... args) {
    return make_managed<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(std::forward<Args>(args)...);
  }
  template <class T, class Length>
    requires std::is_unbounded_array_v<T>
  static ptr<T> make(Length length, const std::remove_extent_t<T>& value) {
    return make_managed<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(length, value);
  }
  template <class T>
    requires std::is_bounded_array_v<T>
  static ptr<T> make(const std::remove_extent_t<T>& value) {
    return make_managed<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(value);
  }

  /// \see make_managed_for_overwrite
  template <class T, class... Length>
  static ptr<T> make_for_overwrite(Length... length) {
    return make_managed_for_overwrite<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(length...);
  }

  /// \see managed_from_this
  template <class T>
  [[nodiscard]] static ptr<T> from_this(T* self) noexcept {
    return managed_from_this<RefcountPolicy, CollectorPolicy, AllocatorPolicy>(self);
  }
};

namespace functions {

/// Makes a `T` in default memory. \see make_managed
template <class T, class... Args>
OURO_ALWAYS_INLINE ptr<T> make(Args&&... args) {
  return default_memory::make<T>(std::forward<Args>(args)...);
}
template <class T, class Length>
  requires std::is_unbounded_array_v<T>
ptr<T> make(Length length, const std::remove_extent_t<T>& value) {
  return default_memory::make<T>(length, value);
}
template <class T>
  requires std::is_bounded_array_v<T>
ptr<T> make(const std::remove_extent_t<T>& value) {
  return default_memory::make<T>(value);
}

/// Makes a `T` in default memory that has no value yet. \see make_managed_for_overwrite
template <class T, class... Length>
ptr<T> make_for_overwrite(Length... length) {
  return default_memory::make_for_overwrite<T>(length...);
}

/// A safe point of each memory whose objects the calling thread has made: collections that are due there begin, and
/// those that another thread has begun get their turn. For loops that make no objects, at a place where no container
/// inside a managed object is in the middle of an operation. Returns the number of garbage objects destroyed. Two
/// comparisons for each memory when nothing is due. \see basic_gc::safepoint
template <class Unused = void>
OURO_ALWAYS_INLINE std::size_t safepoint() noexcept {
  if (detail::this_mutator.is_asked()) [[unlikely]]
    detail::dependent<shared_memory, Unused>::gc::safepoint();
  std::size_t destroyed = 0;
  for (const detail::safepoint_entry* at = detail::first_safepoint; at != nullptr; at = at->next)
    destroyed += at->run();
  return destroyed;
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
