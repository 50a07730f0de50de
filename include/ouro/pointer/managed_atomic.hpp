#pragma once
/// \file
/// The pointer that threads change at the same time.

#include <ouro/collector/handshake/mutator_use.hpp>
#include <ouro/collector/handshake/thread_scope.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/pointer/atomic_interface.hpp>
#include <ouro/pointer/atomic_slot.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/managed_edge.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/pointer_access.hpp>
#include <ouro/trace/edge_sink.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <atomic>
#include <cstddef>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// A `managed_ptr` in an atomic slot. The calling thread is registered before it begins, and comes to no safe point in
/// the middle, so that no load is under way while the world stands.
template <class T, class R, class C, class A>
class managed_slot {
  using pointer = managed_ptr<T, R, C, A>;
  using raw = typename pointer::pointer;

  struct counts {
    static void increment(raw object) noexcept { counting<R, C>::increment(object); }
    static void decrement(raw object) noexcept { counting<R, C>::template decrement<void>(object); }
  };
  using slot = atomic_slot<typename pointer::element_type, counts>;

 public:
  using value_type = pointer;
  static constexpr bool is_always_lock_free = slot::is_always_lock_free;

  constexpr managed_slot() noexcept = default;
  explicit managed_slot(pointer&& desired) noexcept : slot_{desired.get()} { pointer_access::forget(desired); }
  managed_slot(const managed_slot&) = delete;
  managed_slot& operator=(const managed_slot&) = delete;
  ~managed_slot() {
    if (slot_.peek() != nullptr) static_cast<void>(pointer_access::take<pointer>(slot_.exchange(nullptr)));
  }

  [[nodiscard]] pointer load() const noexcept {
    note_use<R, C>();
    return pointer_access::take<pointer>(slot_.load());
  }

  void exchange(pointer& with) noexcept {
    raw const stored = with.get();
    pointer_access::forget(with);
    with = pointer_access::take<pointer>(slot_.exchange(stored));
  }

  [[nodiscard]] bool compare_exchange(pointer& expected, pointer& desired) noexcept {
    for (;;) {
      raw const replaced = expected.get();
      if (slot_.compare_exchange(replaced, desired.get())) {
        pointer_access::forget(desired);
        static_cast<void>(pointer_access::take<pointer>(replaced));  // drops it
        return true;
      }
      pointer found = load();
      if (found == expected) continue;  // GCOVR_EXCL_LINE: another thread has put it back meanwhile
      expected = std::move(found);
      return false;
    }
  }

  void wait(const pointer& old) const noexcept { slot_.template wait<blocking>(old.get()); }
  void notify_one() noexcept { slot_.notify_one(); }
  void notify_all() noexcept { slot_.notify_all(); }

  /// \pre no other thread uses the object
  OURO_ALWAYS_INLINE void report(edge_sink& sink) noexcept {
    if (raw const object = slot_.peek(); object != nullptr) sink.push(header_of<R>(object), slot_.address());
  }

 private:
  mutable slot slot_;
};

}  // namespace detail

/// A `managed_ptr` that several threads may load, store and compare at the same time: the counterpart of
/// `std::atomic<std::shared_ptr<T>>`. In an object, it is an edge. It has 8 bytes, and is lock-free where 64-bit
/// atomics are, so that a thread that is held up holds up no other one.
///
/// All functions are O(1), apart from attempts that are made again because another thread has succeeded, and from the
/// destruction of objects whose last pointer is replaced. They allocate nothing, throw nothing, and are sequentially
/// consistent, whatever order they are given. `wait` lets collections pass.
///
/// Addresses have 48 bits at most, tags included; a program that stores another one is ended with a report.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
  requires compatible_policies<RefcountPolicy, CollectorPolicy, AllocatorPolicy> && counts_in_header<RefcountPolicy>
class managed_atomic
    : public detail::atomic_interface<detail::managed_slot<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>> {
  static_assert(RefcountPolicy::is_thread_safe,
                "ouro: an atomic pointer needs a refcount policy that threads can share, such as `biased_refcount`");

  using base = typename managed_atomic::atomic_interface;

 public:
  using base::base;
  constexpr managed_atomic() noexcept = default;
  constexpr managed_atomic(std::nullptr_t) noexcept {}
  using base::operator=;
  void operator=(std::nullptr_t) noexcept { base::store(nullptr); }

 private:
  template <class>
  friend struct detail::edge_traits;
};

namespace detail {

template <class T, class R, class C, class A>
struct edge_traits<managed_atomic<T, R, C, A>> {
  using refcount = R;
  using collector = C;
  using pointee = T;
  using pointer = managed_ptr<T, R, C, A>;

  static constexpr bool is_immutable = false;
  [[nodiscard]] static pointer block(const managed_atomic<T, R, C, A>& edge) noexcept { return edge.load(); }
  static void set_block(managed_atomic<T, R, C, A>& edge, pointer to) noexcept { edge.store(std::move(to)); }

  template <class TracingRefcount, class TracingCollector>
  OURO_ALWAYS_INLINE static void report(managed_atomic<T, R, C, A>& edge, edge_sink& sink) {
    if constexpr (is_reported<TracingRefcount, TracingCollector, T, R, C>()) edge.slot_.report(sink);
  }

  /// Counts of objects that threads share hold on every thread: the edge need not be known.
  OURO_ALWAYS_INLINE static void survey(managed_atomic<T, R, C, A>&, survey_sink&) noexcept {}
};

/// So that `std::atomic<ouro::ptr<T>>` in a trace is seen as what it is.
template <class T, class R, class C, class A>
struct edge_traits<std::atomic<managed_ptr<T, R, C, A>>> : edge_traits<managed_atomic<T, R, C, A>> {};

}  // namespace detail
}  // namespace ouro

template <class T, class R, class C, class A>
struct std::atomic<ouro::managed_ptr<T, R, C, A>> : ouro::managed_atomic<T, R, C, A> {
  using ouro::managed_atomic<T, R, C, A>::managed_atomic;
  using ouro::managed_atomic<T, R, C, A>::operator=;
};

#include <ouro/macros/restore.hpp>
