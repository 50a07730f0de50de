#pragma once
/// \file
/// Python's `gc` module, name by name, for one set of policies.

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/gc_callbacks.hpp>
#include <ouro/collector/gc_stats.hpp>
#include <ouro/collector/gc_trigger.hpp>
#include <ouro/collector/heap_view.hpp>
#include <ouro/collector/pause_clock.hpp>
#include <ouro/collector/trigger.hpp>
#include <ouro/fwd.hpp>
#include <ouro/object/destruction_queue.hpp>
#include <ouro/pointer/deferred_drops.hpp>
#include <ouro/pointer/gc_objects.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// The collector of the calling thread's heap. With a thread-safe refcount policy all threads share one heap and its
/// collector, and each function may be called by any thread at any moment. Those that look at objects stop the other
/// threads that use them (`thread_scope`): collections for a limited time (`set_patience`), the others for as long as
/// it takes, and so not with a lock held that such a thread may wait for. With `no_collector`, functions that would
/// collect do nothing, and the settings of a collector do not exist.
/// \see ouro/fwd.hpp for the defaults
template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
class basic_gc {
  static constexpr bool has_collector = finds_cycles<CollectorPolicy>;
  using view = detail::heap_view<RefcountPolicy, CollectorPolicy>;
  using objects_of = detail::gc_objects<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

 public:
  basic_gc() = delete;

  /// A pointer to an object of any type.
  using object = managed_ptr<void, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

  static constexpr std::size_t generations = 2;  ///< young objects, and old ones
  static constexpr std::size_t default_full_threshold = detail::trigger::default_full_threshold;

  /// Destroys all garbage. Returns the number of garbage objects destroyed. With `biased_refcount`, first merges what
  /// is queued for this thread, and with a collector what is queued for any thread. Does nothing and returns 0 when
  /// called from a destructor, a `finalize`, a callback or a trace, while another thread collects the same objects, and
  /// where threads do not stop in time. O(objects and edges that the candidates reach). Never throws.
  static std::size_t collect() noexcept {
    if constexpr (has_collector) {
      return CollectorPolicy::template collect<RefcountPolicy>();  // drains the merge queues first
    } else {
      if constexpr (queues_for_owners<RefcountPolicy>) RefcountPolicy::drain_merge_queue();
      return 0;
    }
  }

  /// Collects the generations up to `generation`: 0 for the young objects, which no collection has found alive yet; 1
  /// and above for all objects.
  static std::size_t collect(std::size_t generation) noexcept {
    if constexpr (has_collector) {
      if (generation < generations - 1) return current().collect(true);
    }
    return collect();
  }

  /// A slice of a collection. Examines candidates one after the other, first the young and then the old ones, until it
  /// has examined `budget` objects or all candidates; the next call continues there. Returns the number of garbage
  /// objects destroyed. For programs with deadlines, which call it in each frame: it examines less than twice `budget`
  /// objects.
  ///
  /// It leaves bounded garbage: of structures of up to `budget` objects, only those that became garbage since the last
  /// pass over the candidates. Larger structures wait for `collect` or an automatic collection. Not available with a
  /// collector that tracks all objects, since it always examines a whole generation.
  static std::size_t step(std::size_t budget) noexcept
    requires(has_collector && !tracks_all<CollectorPolicy>)
  {
    return current().step(budget);
  }

  /// Repeats `step` for so many nanoseconds; exceeds them at most by the time of a slice of 512 objects. Ends earlier
  /// when all candidates have been examined.
  static std::size_t step_for(std::uint64_t nanoseconds) noexcept
    requires(has_collector && !tracks_all<CollectorPolicy>)
  {
    std::size_t destroyed = 0;
    repeat_for(nanoseconds, [&destroyed] {
      const std::size_t before = stats().examined;
      destroyed += step(slice);
      return stats().examined - before >= slice;
    });
    return destroyed;
  }

  /// How many bytes of stack nested destructors may use on this thread, or in the private heap that it is in. 256 KiB
  /// by default; set it lower on threads with small stacks. While nested destructors use less, a destructor that drops
  /// the last pointer to another object destroys it at once, as with `std::shared_ptr`. Beyond that, the object waits
  /// until the innermost destructor returns, and the blocks of the objects that owned it are freed after it. With 0, no
  /// object is destroyed inside the destructor of another.
  static void set_destruction_stack(std::size_t bytes) noexcept
    requires counts_in_header<RefcountPolicy>
  {
    destructions().set_nesting(bytes);
  }
  [[nodiscard]] static std::size_t destruction_stack() noexcept
    requires counts_in_header<RefcountPolicy>
  {
    return destructions().nesting();
  }

  /// While one lives, an object of this refcount policy whose last pointer is dropped on this thread is not destroyed
  /// at once, but waits for `drain`. So dropping a large structure takes a short time. Weak pointers to a waiting
  /// object are expired; their callbacks run after its destruction. Objects that need no destructor do not wait. The
  /// destructor of the outermost `deferred_drops` destroys all waiting objects.
  using deferred_drops = detail::deferred_drops<RefcountPolicy, CollectorPolicy>;

  /// Destroys up to `most` of the waiting objects and returns their number. Objects whose last pointer their
  /// destructors drop wait in turn. Does nothing and returns 0 when called from a destructor or a trace.
  static std::size_t drain(std::size_t most = static_cast<std::size_t>(-1)) noexcept
    requires counts_in_header<RefcountPolicy>
  {
    return detail::drain_destructions<RefcountPolicy, CollectorPolicy>(most);
  }

  /// Repeats `drain` for so many nanoseconds; exceeds them at most by the time of 512 objects.
  static std::size_t drain_for(std::uint64_t nanoseconds) noexcept
    requires counts_in_header<RefcountPolicy>
  {
    std::size_t ended = 0;
    repeat_for(nanoseconds, [&ended] {
      const std::size_t more = drain(slice);
      ended += more;
      return more == slice;
    });
    return ended;
  }

  /// While one lives, no collection of this memory begins by itself in the heap that the thread was in when the pause
  /// began: neither in `make_managed` nor in `safepoint()`, nor as the emergency collection of a heap at its limit,
  /// which throws `std::bad_alloc` instead. A collection that becomes due meanwhile begins at the next `make_managed`
  /// or `safepoint()` after the pause.
  ///
  /// For code that makes objects in the middle of an operation of a standard container in a managed object: in the
  /// destructor, hash or comparison of an element, which `clear`, `erase` or `insert` calls. A collection would trace
  /// the container, and C++ has no means to detect its intermediate state. (The containers of ouro need no pause.)
  ///
  /// Pauses nest. They do not affect `collect`, `step`, `drain`, `is_enabled` and `deferred_drops`. A private heap that
  /// is entered meanwhile is not paused, and the end of a heap or thread collects. With a thread-safe refcount policy a
  /// pause holds for all threads, and the one that has it does not stop for a collection that another thread begins.
  /// O(1), allocates nothing.
  /// \pre ends in the heap in which it began
  class pause {
   public:
    pause() noexcept {
      if constexpr (has_collector) current().pause();
    }
    pause(const pause&) = delete;
    pause& operator=(const pause&) = delete;
    ~pause() {
      if constexpr (has_collector) current().resume();
    }
  };

  /// Where the automatic collections of the heap begin. With `gc_trigger::safepoint` a heap at its limit throws
  /// `std::bad_alloc` without an emergency collection, and collects all at the next safe point.
  static void set_trigger(gc_trigger place) noexcept
    requires has_collector
  {
    current().change_trigger([place](auto& schedule) { schedule.set_place(place); });
  }
  [[nodiscard]] static gc_trigger trigger() noexcept
    requires has_collector
  {
    return current().schedule().place();
  }

  /// A place where no container is in the middle of an operation: an automatic collection that is due begins here, and
  /// with a thread-safe refcount policy a collection that another thread has begun gets its turn. Returns the number of
  /// garbage objects destroyed. One comparison when none is due, two with a thread-safe refcount policy. Does nothing
  /// while collections are disabled or a pause lives, and when called from a destructor, a `finalize`, a callback or a
  /// trace.
  OURO_ALWAYS_INLINE static std::size_t safepoint() noexcept {
    if constexpr (has_collector) {
      return current().safepoint();
    } else {
      return 0;
    }
  }

  /// How long a collection waits for the other threads that use the objects, in nanoseconds; 20 milliseconds by
  /// default. If one of them has not come to a safe point by then, the collection is given up: nothing has changed, and
  /// garbage waits for the next one, which comes later (`gc_stats::given_up`).
  static void set_patience(std::uint64_t nanoseconds) noexcept
    requires(has_collector && RefcountPolicy::is_thread_safe)
  {
    current().set_patience(nanoseconds);
  }
  [[nodiscard]] static std::uint64_t patience() noexcept
    requires(has_collector && RefcountPolicy::is_thread_safe)
  {
    return current().patience();
  }

  /// Switch automatic collections on and off: `make_managed` collects when there are enough candidates. On by default.
  static void enable() noexcept
    requires has_collector
  {
    current().change_trigger([](auto& schedule) { schedule.enable(true); });
  }
  static void disable() noexcept
    requires has_collector
  {
    current().change_trigger([](auto& schedule) { schedule.enable(false); });
  }
  [[nodiscard]] static bool is_enabled() noexcept {
    if constexpr (has_collector) {
      return current().schedule().was_enabled();
    } else {
      return false;
    }
  }

  /// The least number of candidates that makes an automatic collection due; 0 switches automatic collections off. A
  /// full collection becomes due when they have found at least `full` times as many objects alive.
  static void set_threshold(std::size_t candidates, std::size_t full = default_full_threshold) noexcept
    requires has_collector
  {
    current().change_trigger([=](auto& schedule) { schedule.set_threshold(candidates, full); });
  }

  /// The number of candidates for generation 0; the factor `full` for generation 1.
  [[nodiscard]] static std::size_t threshold(std::size_t generation = 0) noexcept
    requires has_collector
  {
    const auto schedule = current().schedule();
    return generation == 0 ? schedule.threshold() : schedule.full_threshold();
  }

  /// The number of candidates that wait for the next collection, without frozen ones. With a collector that tracks all
  /// objects, the number of tracked objects, in O(objects in the pools that it walks).
  [[nodiscard]] static std::size_t count() noexcept {
    if constexpr (has_collector) {
      return current().count(true) + current().count(false);
    } else {
      return 0;
    }
  }

  /// The number of candidates, or of tracked objects, of one generation.
  [[nodiscard]] static std::size_t count(std::size_t generation) noexcept {
    if constexpr (has_collector) {
      return current().count(generation == 0);
    } else {
      return 0;
    }
  }

  [[nodiscard]] static gc_stats stats() noexcept {
    if constexpr (has_collector) {
      return current().stats();
    } else {
      return {};
    }
  }

  /// Statistics of the collections of one generation. \pre `generation < generations`
  [[nodiscard]] static generation_stats stats(std::size_t generation) noexcept {
    if constexpr (has_collector) {
      return current().stats(generation == 0);
    } else {
      return {};
    }
  }

  /// What collections print, and whether they keep the garbage that they find.
  static void set_debug(gc_debug flags) noexcept
    requires has_collector
  {
    current().set_debug(flags);
  }
  [[nodiscard]] static gc_debug debug() noexcept
    requires has_collector
  {
    return current().debug();
  }

  /// The garbage that collections have kept since `set_debug(gc_debug::saveall)`. These objects are finalized and their
  /// weak pointers expired, but they are not destroyed. A heap that runs out of memory clears it. \throws
  /// std::bad_alloc
  [[nodiscard]] static std::vector<object> garbage()
    requires has_collector
  {
    return current().with_garbage([](auto* kept, std::size_t size) { return objects_of::pointers_to(kept, size); });
  }

  /// No longer keeps the garbage: the next collection finds it again.
  static void clear_garbage() noexcept
    requires has_collector
  {
    current().clear_garbage();
  }

  /// The objects that the collector can enumerate, called in view below: with `generational` all tracked objects; with
  /// `trial_deletion` the candidates and the objects that they reach. O(objects). \throws std::bad_alloc
  [[nodiscard]] static std::vector<object> objects()
    requires has_collector
  {
    return current().while_others_stand([] { return objects_of::pointers_to(view::all()); });
  }

  /// The objects in view of one generation; with `trial_deletion` its candidates. \pre `generation < generations`
  [[nodiscard]] static std::vector<object> objects(std::size_t generation)
    requires has_collector
  {
    return current().while_others_stand([=] { return objects_of::pointers_to(view::generation(generation == 0)); });
  }

  /// The targets of the object's edges that its trace reports, one for each edge: only edges that a collector must
  /// follow. Empty for null. O(edges). \throws std::bad_alloc, and what the trace throws
  template <class Pointer>
  [[nodiscard]] static std::vector<object> referents(const Pointer& of)
    requires has_collector
  {
    if (of == nullptr) return {};
    return current().while_others_stand(
        [&of] { return objects_of::pointers_to(view::edges_of(objects_of::header_of(of))); });
  }

  /// The objects in view that have an edge to one of these objects. O(objects and edges in view).
  /// \throws std::bad_alloc, and what traces throw
  template <class... Pointers>
  [[nodiscard]] static std::vector<object> referrers(const Pointers&... to)
    requires has_collector
  {
    return current().while_others_stand([&] { return objects_of::referrers(to...); });
  }

  /// Hides all objects in view from collections: their edges count as external references. They are still destroyed
  /// when their counts become zero. For use before a `fork`, so that their pages stay shared. Collections and steps
  /// spend no time on them; with `generational`, full collections skip them in the pools. O(objects). \throws
  /// std::bad_alloc, and nothing has changed then
  static void freeze()
    requires has_collector
  {
    current().while_others_stand([] { objects_of::freeze(); });
  }

  /// Ends the freeze of all objects in view. With `trial_deletion`, an object that no candidate reaches now is not in
  /// view and stays frozen until a later call; garbage cycles through it are not collected before. O(objects). \throws
  /// std::bad_alloc, and nothing has changed then
  static void unfreeze()
    requires has_collector
  {
    current().while_others_stand([] { objects_of::unfreeze(); });
  }

  /// How many objects in view are frozen. O(objects). \throws std::bad_alloc
  [[nodiscard]] static std::size_t frozen_count()
    requires has_collector
  {
    return current().while_others_stand([] { return objects_of::frozen_count(); });
  }

  /// The functions called before and after each collection. \throws std::bad_alloc at the first call
  [[nodiscard]] static gc_callbacks& callbacks()
    requires has_collector
  {
    return current().callbacks();
  }

  /// Whether the collector tracks the object, since it may be part of a cycle. False for null.
  template <class Pointer>
  [[nodiscard]] static bool is_tracked(const Pointer& of) noexcept {
    return (objects_of::info(of) & detail::info_word::tracked) != 0;
  }

  /// Whether `finalize` has been called for the object. False for null.
  template <class Pointer>
  [[nodiscard]] static bool is_finalized(const Pointer& of) noexcept {
    return (objects_of::info(of) & detail::info_word::finalized) != 0;
  }

 private:
  static constexpr std::size_t slice = 512;  ///< objects between two readings of the clock

  /// Repeats `work`, at least once, until it returns false or the time is over.
  template <class Work>
  static void repeat_for(std::uint64_t nanoseconds, Work work) noexcept {
    const std::uint64_t began = detail::steady_nanoseconds();
    while (work() && detail::steady_nanoseconds() - began < nanoseconds) {
    }
  }

  [[nodiscard]] static auto& current() noexcept { return CollectorPolicy::template current<RefcountPolicy>(); }

  [[nodiscard]] static auto& destructions() noexcept { return detail::destructions<RefcountPolicy>; }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
