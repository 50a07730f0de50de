#pragma once
/// \file
/// Private heaps as values, and the one that the calling thread is in.

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

/// A heap apart: `ouro::heap h; { ouro::heap::scope in{h}; … }`. What is made inside lies in pools of its own, is
/// counted in its own statistics, interned in its own tables, and found by its own collector, with thresholds,
/// callbacks and weak pointers of its own. As an isolate of V8 it is entered by one thread at a time, now by this one,
/// now by that: what belongs to one heap needs no lock, and no thread of its own.
///
/// Objects are used, and their pointers copied and dropped, inside the heap that they were made in; checked builds say
/// so when they are not. Objects whose counts are thread-safe belong to no private heap: those made inside lie with
/// those of the thread.
///
/// At its end a heap collects; what pointers still hold goes with its pools: the memory is given back, O(arenas), and
/// no destructor runs. So a program may drop a heap with all that lives in it, if nothing in there owns anything
/// outside; pointers into it must not be used, copied or dropped any more, weak ones have expired. Memory that does not
/// come from pools stays with its allocator. Checked builds keep what was in use of the heaps that ended last, up to 16
/// arenas and 32 MiB of large blocks, and report pointers and containers that have outlived these heaps.
template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
class basic_heap {
 public:
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();  ///< bytes

  /// Whether there are private heaps: objects that threads share have none.
  static constexpr bool is_isolated = !RefcountPolicy::is_thread_safe;

  /// One heap, private or the thread's own, to be asked about its pools. Good as long as the heap.
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

   private:
    friend basic_heap;
    explicit reference(detail::pool_heap& pools) noexcept : pools_{&pools} {}

    detail::pool_heap* pools_;
  };

  /// The heap that the calling thread is in.
  [[nodiscard]] static reference current() noexcept { return reference{*detail::current_pool_heap}; }

  class scope;

  /// `limit`: as by `set_limit`. \throws std::bad_alloc
  explicit basic_heap(std::size_t limit = unlimited)
    requires is_isolated
      : state_{std::make_unique<private_heap>(limit)} {
    register_heap_locals();
  }

  basic_heap(basic_heap&& from) noexcept = default;
  /// Ends this heap, unless it is `from`.
  basic_heap& operator=(basic_heap&& from) noexcept {
    basic_heap moved{std::move(from)};
    state_.swap(moved.state_);
    return *this;
  }

  /// Calls user code: the destructors and finalizers of garbage. \pre no thread is in it
  ~basic_heap() {
    if (state_ != nullptr) close();
  }

  /// Of this heap, whichever the thread is in. \pre not moved from, here and below; no other thread is in it
  [[nodiscard]] pool_statistics statistics() const noexcept { return here().statistics(); }
  [[nodiscard]] std::size_t limit() const noexcept { return here().limit(); }
  void trim() const noexcept { here().trim(); }

  /// From now on the pools and large blocks of the heap take no more than so many bytes; those that are in use stay.
  /// What `make_managed`, an interned string or a container over `standard_allocator` then finds no room for it makes
  /// after a collection, or throws `std::bad_alloc`. In a heap full of living objects not every refused request comes
  /// with a collection: n refused requests have about log2(n).
  void set_limit(std::size_t bytes) noexcept { state().pools().limit = bytes; }

  /// Whether some thread is in it.
  [[nodiscard]] bool is_entered() const noexcept { return state().is_entered(); }

 private:
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

/// While it lives, the calling thread is in the heap. Scopes nest, also of one and the same heap, and end in reverse
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
    // Without the memory to enter it, its objects cannot be ended. It stays: a leak, and nothing worse.
    [[maybe_unused]] const auto* const stays = state_.release();
    return;
  }
  detail::destructions<RefcountPolicy>.drain(unlimited);
  state_->close();
  if constexpr (has_trim<AllocatorPolicy>) AllocatorPolicy::trim();  // an allocator may keep freed blocks back
  state_->leave(last);
  state_.reset();
}

}  // namespace ouro

#include <ouro/macros/restore.hpp>
