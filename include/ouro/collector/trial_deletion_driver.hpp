#pragma once
/// \file
/// How `trial_deletion` collects: from candidate roots, in batches.

#include <ouro/collector/candidate_roots.hpp>
#include <ouro/collector/engine/trial.hpp>
#include <ouro/collector/engine/trial_memory.hpp>
#include <ouro/collector/generations.hpp>
#include <ouro/config.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstddef>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

template <class RefcountPolicy>
struct trial_deletion_driver {
  using candidate_lists = generations<RefcountPolicy>;
  using source = candidate_roots<RefcountPolicy>;
  using trial_type = trial<RefcountPolicy, source>;

  /// Is called before the collector gets something that ends with the thread.
  static void prepare() noexcept {}

  /// The number of candidates of a generation. O(1)
  [[nodiscard]] static std::size_t count(const candidate_lists& candidates, bool minor) noexcept {
    return minor ? candidates.young().size() : candidates.old().size();
  }

  /// An upper bound of the number of objects that a collection begins from. O(1)
  [[nodiscard]] static std::size_t most(const candidate_lists& candidates, bool minor) noexcept {
    return minor ? candidates.young().size() : candidates.size();
  }

  /// Looks at every candidate of this moment, in batches: those that find garbage are small enough for the cache.
  /// `finish` destroys what a trial has found, and returns how many objects that were. Returns how many objects have
  /// become old. Other threads stand while it looks at objects, and go on between two batches; where they do not come
  /// to stand, the pass ends early.
  ///
  /// Each batch may reach what another one has found alive, and looks at it again: it may be held by garbage of this
  /// batch alone. So that this does not add up, the next batch is `growth` times as large whenever the batch has looked
  /// at more than `tolerated` living objects for each object destroyed. Let D be the garbage, and A the living objects
  /// that the candidates reach. The batches after which the size stays look at `tolerated` * D living objects at the
  /// most. In a batch after which the size grows, more than two thirds were alive: its size was less than A * 3/2. It
  /// has looked at A living objects at the most, and at `long_walk` times its size, or else it has taken all candidates
  /// and is the last. The sizes are a geometric series: these batches look at less than 3 A living objects together. So
  /// a pass looks at less than 3 (D + A) objects, whatever the mix.
  template <class Standstill, class Finish>
  static std::size_t pass(trial_memory& memory, candidate_lists& candidates, bool minor, Standstill& others,
                          Finish finish) noexcept {
    if (!others.stand()) return 0;
    candidates.begin_sweep(minor);
    std::size_t promoted = 0;
    for (std::size_t batch = first_batch; others.stand();) {
      source roots{memory, candidates, minor};
      roots.take_batch(batch);
      trial_type found{memory, roots};
      found.run();
      const std::size_t examined = memory.worklist.size;
      const std::size_t destroyed = finish(found);
      if (found.source().taken() == 0) break;
      if (examined > destroyed * (1 + tolerated)) batch *= growth;
      promoted += found.promoted();
    }
    others.alone([&] { candidates.end_sweep(minor); });
    return promoted;
  }

  /// Looks at candidates, one after the other, until `budget` objects or a little more were looked at. `finish` as in
  /// `pass`. Returns whether all candidates have been looked at.
  template <class Standstill, class Finish>
  static bool step(trial_memory& memory, candidate_lists& candidates, std::size_t budget, Standstill& others,
                   Finish finish) noexcept {
    int turns = 0;
    for (std::size_t examined = 0; examined < budget && others.stand();) {
      const bool minor = candidates.begin_step();
      source roots{memory, candidates, minor};
      roots.take_one(budget);
      trial_type found{memory, roots};
      found.run();
      examined += memory.worklist.size;
      finish(found);
      if (found.source().taken() != 0) continue;
      candidates.turn_steps();
      if (++turns == 2) return true;
    }
    return false;
  }

 private:
  static constexpr std::size_t first_batch = std::size_t{1} << 13;  ///< objects
  static constexpr std::size_t growth = 8;                          ///< of batches that find little garbage
  static constexpr std::size_t tolerated = 2;  ///< living objects looked at for each that is destroyed
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
