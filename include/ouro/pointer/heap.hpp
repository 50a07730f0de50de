#pragma once
/// \file
/// Private heaps as values, and the heap that the calling thread is in.

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/allocator/pool/pool_statistics.hpp>
#include <ouro/base/dependent.hpp>
#include <ouro/base/diagnostics.hpp>
#include <ouro/base/heap_local.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/engine/death.hpp>
#include <ouro/collector/engine/trace_guard.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/heap/private_heap.hpp>
#include <ouro/heap/retired_heaps.hpp>
#include <ouro/object/destruction_queue.hpp>
#include <ouro/object/owner_tag.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstddef>
#include <limits>
#include <memory>
#include <new>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A private heap: `ouro::heap h; { ouro::heap::scope in{h}; … }`. Objects made inside lie in its pools, are counted in
/// its statistics, interned in its tables and collected by its collector. Thresholds, callbacks and weak pointers
/// belong to it as well. Like an isolate of V8 it is entered by one thread at a time, and may be entered by different
/// threads in turn. So its objects need no locks, and it needs no thread of its own.
///
/// Objects must be used, and their pointers copied and dropped, inside the heap in which they were made; checked builds
/// report violations. Objects whose counts are thread-safe belong to no private heap: those made inside lie in the heap
/// of the thread.
///
/// The destructor collects garbage. Objects that still have pointers are not destroyed; their pools are freed with
/// them, in O(arenas). So a program may drop a heap with all its objects if none of these owns anything outside.
/// Afterwards, pointers to these objects must not be used, copied or dropped; weak pointers have expired. Memory that
/// does not come from pools stays with its allocator. Objects that have left the heap in an `island` live on, and the
/// pools with them. Checked builds keep the used memory of the heaps that ended last,
/// up to 16 arenas and 32 MiB of large blocks, and report pointers and containers that have outlived these heaps.
template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
class basic_heap {
 public:
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();  ///< bytes

  /// Whether there are private heaps, and islands: objects that threads share have none, nor those that count
  /// themselves.
  static constexpr bool is_isolated = [] {
    if constexpr (counts_in_header<RefcountPolicy>) {
      return !RefcountPolicy::is_thread_safe;
    } else {
      return false;
    }
  }();

  /// Refers to a heap, private or the thread's own, for statistics of its pools. Valid as long as the heap.
  class reference {
   public:
    /// O(pools).
    [[nodiscard]] pool_statistics statistics() const noexcept { return detail::statistics_of(*pools_); }

    /// Bytes that pools and large blocks may take together, in pools of 32 KiB.
    [[nodiscard]] std::size_t limit() const noexcept { return pools_->limit; }

    /// Gives memory that is not used back to the system. O(arenas)
    void trim() const noexcept {
      if (pools_ != &detail::no_pool_heap) pools_->trim();
    }

    /// \see basic_heap::detach. \pre it is the heap that the calling thread is in
    template <class T>
    [[nodiscard]] basic_island<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> detach(
        managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>&& root) const {
      check_detach<T>();
      check_current();
      return detach_or_throw<T>(root);
    }
    /// \see basic_heap::try_detach. \pre as above
    template <class T>
    [[nodiscard]] basic_island<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> try_detach(
        managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>&& root,
        not_an_island* why = nullptr) const noexcept {
      check_detach<T>();
      check_current();
      return detach_here<T>(root, why);
    }

   private:
    friend basic_heap;
    explicit reference(detail::pool_heap& pools) noexcept : pools_{&pools} {}

    void check_current() const noexcept {
      if constexpr (check_level >= 1) {
        // A thread that has just begun has got its pools since.
        if (pools_ != detail::current_pool_heap && pools_ != &detail::no_pool_heap)
          detail::misuse("a structure was detached from a heap that the thread is not in", "ouro::heap");
      }
    }

    detail::pool_heap* pools_;
  };

  /// The heap that the calling thread is in.
  [[nodiscard]] static reference current() noexcept { return reference{*detail::current_pool_heap}; }

  class scope;

  /// `limit`: as by `set_limit`. \throws std::bad_alloc
  explicit basic_heap(std::size_t limit = unlimited)
    requires is_isolated
      : state_{std::make_unique<private_heap>(limit)} {
    detail::ended_with_islands.sweep();
    register_heap_locals();
  }

  basic_heap(basic_heap&& from) noexcept = default;
  /// Destroys the heap that was here before, unless it is `from`.
  basic_heap& operator=(basic_heap&& from) noexcept {
    basic_heap moved{std::move(from)};
    state_.swap(moved.state_);
    return *this;
  }

  /// Calls user code: the destructors and finalizers of garbage. \pre no thread is in the heap
  ~basic_heap() {
    if (state_ != nullptr) close();
  }

  /// These concern this heap, not the one that the thread is in. \pre not moved from, here and in the functions below;
  /// no other thread is in the heap
  [[nodiscard]] pool_statistics statistics() const noexcept { return here().statistics(); }
  [[nodiscard]] std::size_t limit() const noexcept { return here().limit(); }
  void trim() const noexcept { here().trim(); }

  /// Limits the bytes that pools and large blocks of the heap take together; those in use stay. When `make_managed`, an
  /// interned string or a container over `standard_allocator` finds no room, it collects and tries again, and then
  /// throws `std::bad_alloc`. In a heap full of living objects not every refused request causes a collection: n refused
  /// requests cause about log2(n).
  void set_limit(std::size_t bytes) noexcept { state().pools().limit = bytes; }

  /// Takes `root` and all that it reaches out of this heap, as an `island` that another thread can open. A walk proves
  /// that no other pointer leads into the structure from outside; its edges must show all that it holds. `root` is null
  /// afterwards; if it was null, the island is empty.
  ///
  /// Weak pointers inside the structure go along. Those that lead into it from outside expire, since a weak pointer
  /// must not lock an object of another thread, and so do those that lead out of it. Interned values are no obstacle.
  /// Objects that threads share, and immortal ones, stay shared.
  ///
  /// The blocks stay where they are, and keep the memory of a private heap beyond its end if they outlive it; then
  /// objects that were left in the heap stay undestroyed in that memory.
  ///
  /// O(objects and edges), one walk, no copy of objects; 16 bytes of memory for each object during the walk.
  /// \pre no other thread is in the heap, and nothing of the structure is under construction or being destroyed
  /// \throws not_an_island if something else holds an object of the structure, and std::bad_alloc; then `root` is as it
  /// was, and nothing has changed. Without exceptions it is a misuse
  template <class T>
  [[nodiscard]] basic_island<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> detach(
      managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>&& root) {
    check_detach<T>();
    const scope in{*this};
    return detach_or_throw<T>(root);
  }

  /// `detach` without exceptions: an empty island if it is none, or memory is exhausted, and the reason in `why`,
  /// unless that is null.
  template <class T>
  [[nodiscard]] basic_island<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> try_detach(
      managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>&& root, not_an_island* why = nullptr) noexcept {
    check_detach<T>();
    detail::private_heap::entry_token token{};
    if (!state().enter(token)) return detach_without_memory<T>(why);
    auto made = detach_here<T>(root, why);
    state().leave(token);
    return made;
  }

  /// Whether a thread is in the heap.
  [[nodiscard]] bool is_entered() const noexcept { return state().is_entered(); }

 private:
  template <class T>
  using pointer_to = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

  template <class T>
  static constexpr void check_detach() noexcept {
    OURO_REQUIRE(
        T,
        "ouro: only objects with a header that one thread uses at a time form islands: those that threads share "
        "are on all threads already",
        is_isolated);
  }

  // Defined in island/island.hpp.
  template <class T>
  [[nodiscard]] static basic_island<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> detach_here(
      pointer_to<T>& root, not_an_island* why);
  template <class T>
  [[nodiscard]] static basic_island<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> detach_or_throw(
      pointer_to<T>& root);
  template <class T>
  [[nodiscard]] static basic_island<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> detach_without_memory(
      not_an_island* why) noexcept;

  using private_heap = detail::dependent<detail::private_heap, RefcountPolicy>;

  [[nodiscard]] private_heap& state() const noexcept {
    if constexpr (check_level >= 1) {
      if (state_ == nullptr) detail::misuse("a heap was used that had been moved from", "ouro::heap");
    }
    return *state_;
  }

  [[nodiscard]] reference here() const noexcept { return reference{state().pools()}; }

  /// Registers the heap-local variables that the heap needs, so that no later write to them can fail.
  void register_heap_locals();

  void close() noexcept;

  std::unique_ptr<private_heap> state_;
};

/// While it lives, the calling thread is in the heap. Scopes nest, also those of one heap, and must end in reverse
/// order. O(1): two copies of about 1 KiB.
template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
class basic_heap<RefcountPolicy, CollectorPolicy, AllocatorPolicy>::scope {
 public:
  /// \pre the heap was not moved from, and no other thread is in it. \throws std::bad_alloc
  explicit scope(basic_heap& entered) : state_{&entered.state()} {
    detail::check_not_tracing("ouro::heap");
    if (!state_->enter(token_)) detail::throw_bad_alloc();
  }
  scope(const scope&) = delete;
  scope& operator=(const scope&) = delete;
  ~scope() {
    if constexpr (check_level >= 1) {
      if (!state_->is_current()) detail::misuse("scopes of heaps do not end in reverse order", "ouro::heap::scope");
    }
    state_->leave(token_);
  }

 private:
  detail::private_heap* state_;
  detail::private_heap::entry_token token_{};
};

template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
void basic_heap<RefcountPolicy, CollectorPolicy, AllocatorPolicy>::register_heap_locals() {
  bool all = detail::register_heap_local(detail::heap_local_of<detail::heap_number>::variable) &&
             detail::register_heap_local(detail::heap_local_of<detail::destruction_queue<RefcountPolicy>>::variable);
  if constexpr (requires { typename CollectorPolicy::template state<RefcountPolicy>; }) {
    using state = typename CollectorPolicy::template state<RefcountPolicy>;
    all = all && detail::register_heap_local(detail::heap_local_of<state>::variable);
  }
  if (!all) detail::throw_bad_alloc();
}

template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
void basic_heap<RefcountPolicy, CollectorPolicy, AllocatorPolicy>::close() noexcept {
  if (state_->is_entered()) detail::misuse("a private heap ended while a thread was in it", "ouro::heap");
  detail::private_heap::entry_token last{};
  if (!state_->enter(last)) {
    // Without memory to enter the heap, its objects cannot be destroyed: it is leaked.
    [[maybe_unused]] const auto* const stays = state_.release();
    return;
  }
  detail::destructions<RefcountPolicy>.drain(unlimited);
  state_->close();
  if constexpr (has_trim<AllocatorPolicy>) AllocatorPolicy::trim();  // an allocator may keep freed blocks back
  state_->leave(last);
  detail::ended_with_islands.retire(std::move(state_));
}

}  // namespace ouro

#include <ouro/macros/restore.hpp>
