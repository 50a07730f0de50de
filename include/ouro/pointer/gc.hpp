#pragma once
/// \file
/// Python's `gc` module, name by name, for one set of policies.

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/engine/death.hpp>
#include <ouro/collector/engine/trace_guard.hpp>
#include <ouro/collector/gc_callbacks.hpp>
#include <ouro/collector/gc_stats.hpp>
#include <ouro/collector/gc_trigger.hpp>
#include <ouro/collector/heap_view.hpp>
#include <ouro/collector/pause_clock.hpp>
#include <ouro/collector/trigger.hpp>
#include <ouro/fwd.hpp>
#include <ouro/object/destruction_queue.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// The collector of the calling thread's heap (with a thread-safe refcount policy: of the heap that all threads share;
/// then no other thread may use its objects during `collect`). Without a collector there is nothing to find, and
/// nothing to set.
/// \see ouro/fwd.hpp for the defaults
template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
class basic_gc {
  static constexpr bool has_collector = finds_cycles<CollectorPolicy>;
  using header_type = detail::header<RefcountPolicy>;
  using view = detail::heap_view<RefcountPolicy, CollectorPolicy>;

 public:
  basic_gc() = delete;

  /// A pointer to an object of any type.
  using object = managed_ptr<void, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

  static constexpr std::size_t generations = 2;  ///< young objects, and old ones
  static constexpr std::size_t default_full_threshold = detail::trigger::default_full_threshold;

  /// Destroys all garbage. Returns the number of garbage objects destroyed. With `biased_refcount`, begins by settling
  /// what other threads have left for this one, and what is left for any thread of the objects with a collector.
  /// Called from a destructor, a `finalize`, a callback or a trace, or while another thread collects the same objects,
  /// it does nothing and returns 0. O(objects and edges that the candidates reach). Never throws.
  static std::size_t collect() noexcept {
    if constexpr (has_collector) {
      return CollectorPolicy::template collect<RefcountPolicy>();  // drains the merge queues first
    } else {
      if constexpr (queues_for_owners<RefcountPolicy>) RefcountPolicy::drain_merge_queue();
      return 0;
    }
  }

  /// Collects the generations up to `generation`: 0 has the young objects, which no collection has found alive yet; 1
  /// and above means all objects.
  static std::size_t collect(std::size_t generation) noexcept {
    if constexpr (has_collector) {
      if (generation < generations - 1) return current().collect(true);
    }
    return collect();
  }

  /// A slice of a collection: looks at candidates, one after the other, the young and then the old, until it has looked
  /// at `budget` objects, or at all candidates; goes on from there the next time. Returns the number of garbage objects
  /// destroyed. For programs with deadlines, which call it in each frame: it looks at less than twice `budget` objects.
  ///
  /// What of the garbage is left afterwards is bounded: of structures that reach up to `budget` objects, what became
  /// garbage since the candidates were last gone through. Larger ones wait for `collect`, or for an automatic
  /// collection. Not with a collector that tracks all objects, which looks at a generation or not at all.
  static std::size_t step(std::size_t budget) noexcept
    requires(has_collector && !tracks_all<CollectorPolicy>)
  {
    return current().step(budget);
  }

  /// Repeats `step` for so many nanoseconds, and at most the time of a slice of 512 objects beyond them. Ends earlier
  /// when all candidates have been looked at.
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

  /// How many bytes of stack nested destructors may use on this thread, or in the private heap that it is in: 256 KiB
  /// at first. A destructor that drops the last pointer to another object destroys it at once, as with
  /// `std::shared_ptr`, while they use less; beyond that, objects wait until the innermost of these destructors
  /// returns, and their ancestors' blocks are freed after them. For threads with small stacks. With 0, nothing is
  /// destroyed inside another destructor.
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

  /// While it lives, an object of this refcount policy whose last pointer is dropped on this thread is not destroyed at
  /// once, but waits for `drain`. So the drop of a large structure does not take long. Weak pointers to an object that
  /// waits give null; their callbacks run after its destruction. Objects that need no destructor do not wait. The end
  /// of the last `deferred_drops` destroys all objects that wait.
  class deferred_drops {
   public:
    deferred_drops() noexcept : was_deferring_{destructions().is_deferring()} { destructions().defer(true); }
    deferred_drops(const deferred_drops&) = delete;
    deferred_drops& operator=(const deferred_drops&) = delete;
    ~deferred_drops() {
      destructions().defer(was_deferring_);
      if (!was_deferring_) drain();
    }

   private:
    bool was_deferring_;
  };

  /// Destroys up to `most` of the objects that wait, and returns how many that were; what they leave behind waits in
  /// turn. Called from a destructor or a trace it does nothing and returns 0.
  static std::size_t drain(std::size_t most = static_cast<std::size_t>(-1)) noexcept
    requires counts_in_header<RefcountPolicy>
  {
    if (detail::trace_is_running) return 0;
    const std::size_t ended = destructions().drain(most);
    detail::death<RefcountPolicy, CollectorPolicy>::run_weak_callbacks();
    return ended;
  }

  /// Repeats `drain` for so many nanoseconds, and at most the time of 512 objects beyond them.
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
  /// which throws `std::bad_alloc` instead. What became due meanwhile follows at the next `make_managed` or
  /// `safepoint()`.
  ///
  /// For code that makes objects while a standard container of a managed object is half-way through an operation of its
  /// own: the destructor, hash or comparison of an element, which `clear`, `erase` or `insert` calls. A collection
  /// would trace the container, and nothing in C++ can tell that it is half-way. (ouro's own containers need no pause.)
  ///
  /// Pauses nest. `collect`, `step` and `drain` do what they are called for all the same; `is_enabled` and
  /// `deferred_drops` have nothing to do with pauses. A private heap that is entered meanwhile is not paused, and the
  /// end of a heap or thread collects. With a thread-safe refcount policy a pause holds for all threads. O(1), no
  /// memory.
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
    current().set_place(place);
  }
  [[nodiscard]] static gc_trigger trigger() noexcept
    requires has_collector
  {
    return current().schedule().place();
  }

  /// A place where no container is half-way: an automatic collection that is due begins here. Returns the number of
  /// garbage objects destroyed. One comparison when none is due. Does nothing while collections are disabled or a pause
  /// lives, when called from a destructor, a `finalize`, a callback or a trace, and with a thread-safe refcount policy,
  /// whose collections never begin by themselves.
  OURO_ALWAYS_INLINE static std::size_t safepoint() noexcept {
    if constexpr (has_collector) {
      return current().safepoint();
    } else {
      return 0;
    }
  }

  /// Automatic collections: `make_managed` collects when enough candidates have come together. On by default.
  static void enable() noexcept
    requires has_collector
  {
    current().schedule().enable(true);
  }
  static void disable() noexcept
    requires has_collector
  {
    current().schedule().enable(false);
  }
  [[nodiscard]] static bool is_enabled() noexcept {
    if constexpr (has_collector) {
      return current().schedule().was_enabled();
    } else {
      return false;
    }
  }

  /// How many candidates make an automatic collection due, at the least; 0 switches them off. `full` times as many
  /// objects that such collections have found alive make a full one due, at the least.
  static void set_threshold(std::size_t candidates, std::size_t full = default_full_threshold) noexcept
    requires has_collector
  {
    current().schedule().set_threshold(candidates, full);
  }

  /// Of generation 0 the candidates, of 1 the factor.
  [[nodiscard]] static std::size_t threshold(std::size_t generation = 0) noexcept
    requires has_collector
  {
    return generation == 0 ? current().schedule().threshold() : current().schedule().full_threshold();
  }

  /// Candidates that wait for the next collection, without frozen ones; with a collector that tracks all objects,
  /// these, and then O(objects in the pools that it walks).
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

  /// What collections print, and whether they keep what they find.
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

  /// The garbage that collections have kept since `set_debug(gc_debug::saveall)`: finalized, and without weak pointers,
  /// but whole. A heap that has no memory left clears it. \throws std::bad_alloc
  [[nodiscard]] static std::vector<object> garbage()
    requires has_collector
  {
    auto& kept = current().garbage();
    return pointers_to(kept.items, kept.size);
  }

  /// Lets the kept garbage go: the next collection finds it again.
  static void clear_garbage() noexcept
    requires has_collector
  {
    current().clear_garbage();
  }

  /// The objects that the collector has in view: with `generational` all that may be cyclic; with `trial_deletion` the
  /// candidates, and what they reach. O(objects). \throws std::bad_alloc
  [[nodiscard]] static std::vector<object> objects()
    requires has_collector
  {
    return pointers_to(view::all());
  }

  /// Those of one generation; with `trial_deletion` its candidates. \pre `generation < generations`
  [[nodiscard]] static std::vector<object> objects(std::size_t generation)
    requires has_collector
  {
    return pointers_to(view::generation(generation == 0));
  }

  /// What the object's edges point to, as its trace reports them: each edge once, and those only that a collector must
  /// follow. None for null. O(edges). \throws std::bad_alloc, and what the trace throws
  template <class Pointer>
  [[nodiscard]] static std::vector<object> referents(const Pointer& of)
    requires has_collector
  {
    if (of == nullptr) return {};
    return pointers_to(view::edges_of(header_of(of)));
  }

  /// The objects in view, as of `objects()`, that have an edge to one of these. O(objects and edges in view).
  /// \throws std::bad_alloc, and what traces throw
  template <class... Pointers>
  [[nodiscard]] static std::vector<object> referrers(const Pointers&... to)
    requires has_collector
  {
    std::vector<header_type*> found;
    for (header_type* const each : view::all()) {
      for (const header_type* const target : view::edges_of(*each)) {
        if (((target == to.owner()) || ...)) {
          found.push_back(each);
          break;
        }
      }
    }
    return pointers_to(found);
  }

  /// Takes all objects in view out of the collector's care: no collection looks at them, and what they point to counts
  /// as held from outside. They die by their counts as ever. Before a `fork`: their pages stay shared. Collections and
  /// steps cost nothing for them; with `generational`, full collections pass over them in the pools.
  /// O(objects). \throws std::bad_alloc, and nothing has changed then
  static void freeze()
    requires has_collector
  {
    const auto all = view::all();
    if (!current().reserve_for_freeze()) detail::throw_bad_alloc();
    for (header_type* const each : all) current().freeze(*each);
  }

  /// Ends the freeze of all objects in view. With `trial_deletion`, an object that is in view of no candidate at this
  /// moment stays frozen until a later call finds it in view; garbage cycles through it are not collected before.
  /// O(objects). \throws std::bad_alloc, and nothing has changed then
  static void unfreeze()
    requires has_collector
  {
    const auto all = view::all();
    if (!current().reserve_for_unfreeze()) detail::throw_bad_alloc();
    for (header_type* const each : all) current().unfreeze(*each);
  }

  /// How many objects in view are frozen. O(objects). \throws std::bad_alloc
  [[nodiscard]] static std::size_t frozen_count()
    requires has_collector
  {
    std::size_t frozen = 0;
    for (header_type* const each : view::all()) {
      if ((detail::info_of<CollectorPolicy>(*each) & detail::info_word::frozen) != 0) ++frozen;
    }
    return frozen;
  }

  /// The functions called before and after each collection. \throws std::bad_alloc at the first call
  [[nodiscard]] static gc_callbacks& callbacks()
    requires has_collector
  {
    return current().callbacks();
  }

  /// Whether the object may be part of a cycle, so that the collector looks at it. False for null.
  template <class Pointer>
  [[nodiscard]] static bool is_tracked(const Pointer& of) noexcept {
    return (info(of) & detail::info_word::tracked) != 0;
  }

  /// Whether `finalize` has been called for the object. False for null.
  template <class Pointer>
  [[nodiscard]] static bool is_finalized(const Pointer& of) noexcept {
    return (info(of) & detail::info_word::finalized) != 0;
  }

 private:
  static constexpr std::size_t slice = 512;  ///< objects between two looks at the clock

  /// Calls `work`, which says whether there is more to do, at least once, and until the time is over.
  template <class Work>
  static void repeat_for(std::uint64_t nanoseconds, Work work) noexcept {
    const std::uint64_t began = detail::steady_nanoseconds();
    while (work() && detail::steady_nanoseconds() - began < nanoseconds) {
    }
  }

  [[nodiscard]] static auto& current() noexcept { return CollectorPolicy::template current<RefcountPolicy>(); }

  [[nodiscard]] static auto& destructions() noexcept { return detail::destructions<RefcountPolicy>; }

  template <class Pointer>
  [[nodiscard]] static header_type& header_of(const Pointer& of) noexcept {
    auto& object = *static_cast<header_type*>(const_cast<void*>(of.owner()));
    detail::counting<RefcountPolicy, CollectorPolicy>::template check_read<typename Pointer::element_type>(object);
    return object;
  }

  template <class Pointer>
  [[nodiscard]] static std::uint32_t info(const Pointer& of) noexcept {
    return of == nullptr ? 0 : detail::info_of<CollectorPolicy>(header_of(of));
  }

  [[nodiscard]] static std::vector<object> pointers_to(header_type* const* headers, std::size_t count) {
    std::vector<object> pointers;
    pointers.reserve(count);
    for (std::size_t i = 0; i != count; ++i) {
      if (headers[i]->try_increment()) pointers.push_back(detail::pointer_access::take<object>(headers[i]->object()));
    }
    return pointers;
  }
  [[nodiscard]] static std::vector<object> pointers_to(const std::vector<header_type*>& headers) {
    return pointers_to(headers.data(), headers.size());
  }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
