#pragma once
/// \file
/// How `generational` collects: all tracked objects of a generation at once.

#include <ouro/allocator/pool/thread_heap.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/engine/trial.hpp>
#include <ouro/collector/engine/trial_memory.hpp>
#include <ouro/collector/generations.hpp>
#include <ouro/collector/tracked_objects.hpp>
#include <ouro/config.hpp>
#include <ouro/heap/adapters/walkable_pools.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstddef>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

template <class RefcountPolicy, class CollectorPolicy>
struct generational_driver {
  using tables = generations<RefcountPolicy>;
  using source = tracked_objects<RefcountPolicy, CollectorPolicy>;
  using trial_type = trial<RefcountPolicy, source>;

  /// Is called before the collector gets something that ends with the thread: the pools must outlive the collector that
  /// walks them.
  static void prepare() noexcept {
    if constexpr (walks) static_cast<void>(heap_of_this_thread());
  }

  /// The number of tracked objects of a generation that are not frozen. O(1), or O(pools) for old objects in pools
  [[nodiscard]] static std::size_t count(const tables& tracked, bool minor) noexcept {
    if (minor) return tracked.young().size();
    if constexpr (walks) return tracked.old().size() + walkable_pools<RefcountPolicy>::count();
    return tracked.old().size();
  }

  /// An upper bound of the number of objects that a collection looks at. O(pools)
  [[nodiscard]] static std::size_t most(const tables& tracked, bool minor) noexcept {
    if (minor) return tracked.young().size();
    if constexpr (walks) return tracked.size() + walkable_pools<RefcountPolicy>::most();
    return tracked.size();
  }

  /// Looks at all tracked objects. `finish` destroys what the trial has found. Returns how many objects have become
  /// old.
  template <class Standstill, class Finish>
  static std::size_t pass(trial_memory& memory, tables& tracked, bool minor, Standstill& others,
                          Finish finish) noexcept {
    if (!others.stand()) return 0;
    tracked.begin_sweep(minor);
    source all{memory, tracked, minor, most(tracked, minor)};
    trial_type found{memory, all};
    found.run();
    finish(found);
    return found.promoted();
  }

 private:
  /// Whether old objects may lie in pools that are walked instead of a table.
  static constexpr bool walks = walks_pools<CollectorPolicy, RefcountPolicy>;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
