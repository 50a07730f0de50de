#pragma once
/// \file
/// When the next automatic collection is due.

#include <ouro/collector/gc_trigger.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A minor collection is due after so many candidates, or twice as many allocations, since a single candidate may
/// hold a whole tree. While minor collections find nothing to destroy they come more rarely, down to an eighth: what
/// they meet is under construction, and not yet worth a look.
///
/// A full collection takes the place of a minor one when the objects that have become old since the last are a quarter
/// of what that one found alive, as in CPython, and at least ten times the threshold. Allocations count too, with a
/// small weight, so that old garbage goes at last in a program that no longer grows. So full collections look at
/// O(1) objects per object that grew old, however large the heap is.
///
/// While allocations must not collect, a collection that becomes due is postponed: the budget is set to a number that
/// no count-down exhausts, and so an allocation costs no more than ever.
class trigger {
 public:
  static constexpr std::size_t default_threshold = 10'000;   ///< candidates
  static constexpr std::size_t default_full_threshold = 10;  ///< thresholds

  /// One allocation. Returns whether a collection is due.
  [[nodiscard]] OURO_ALWAYS_INLINE bool count_allocation() noexcept { return --budget_ < 0; }

  void count_candidate() noexcept { budget_ -= candidate_weight; }

  /// So many allocations of a thread that counts its own. Returns whether a collection is due.
  [[nodiscard]] bool count_allocations(std::int64_t made) noexcept { return (budget_ -= made) < 0; }

  /// How many allocations such a thread may make before it says so.
  [[nodiscard]] std::int64_t share() const noexcept {
    const std::int64_t sixteenth = thresholds(1) * candidate_weight / 16;
    return sixteenth < most_share ? sixteenth : most_share;
  }

  /// Whether a collection is due, or was postponed.
  [[nodiscard]] OURO_ALWAYS_INLINE bool is_due() const noexcept {
    return static_cast<std::uint64_t>(budget_) >= least_postponed;
  }

  /// Whether no allocation may begin a collection now.
  [[nodiscard]] bool is_held() const noexcept { return pauses_ != 0 || place_ == gc_trigger::safepoint; }
  [[nodiscard]] bool is_paused() const noexcept { return pauses_ != 0; }
  [[nodiscard]] gc_trigger place() const noexcept { return place_; }

  void pause() noexcept { ++pauses_; }

  /// Ends a pause. \pre `is_paused()`
  void resume() noexcept {
    --pauses_;
    catch_up();
  }

  void set_place(gc_trigger place) noexcept {
    place_ = place;
    catch_up();
  }

  /// The collection that is due begins later: after the pause, or at the next safe point. \pre `is_held()`
  void postpone() noexcept { budget_ = first_postponed; }

  /// A full collection, which exhausted memory has asked for, begins then in place of a minor one. \pre `is_held()`
  void postpone_full() noexcept {
    old_budget_ = 0;
    postpone();
  }

  /// Whether the collection that is due should be a full one.
  [[nodiscard]] bool is_full_due() const noexcept { return old_budget_ <= 0; }

  [[nodiscard]] std::size_t threshold() const noexcept { return threshold_; }

  /// Of a full collection: so many thresholds of objects that have become old.
  [[nodiscard]] std::size_t full_threshold() const noexcept { return full_threshold_; }

  /// 0 switches automatic collections off.
  void set_threshold(std::size_t candidates, std::size_t full) noexcept {
    threshold_ = candidates;
    full_threshold_ = full;
    rarity_ = 1;
    begin_minor();
    begin_full(0);
  }

  [[nodiscard]] bool is_enabled() const noexcept { return enabled_ && threshold_ != 0; }
  [[nodiscard]] bool was_enabled() const noexcept { return enabled_; }
  void enable(bool wanted) noexcept { enabled_ = wanted; }

  /// Nothing was there to be looked at.
  void after_none() noexcept { begin_minor(); }

  /// A collection was given up, since a thread did not let it begin. The next one comes later, and the one after it
  /// later still.
  void after_late() noexcept {
    if (lateness_ < most_lateness) lateness_ *= 2;
    begin_minor();
    budget_ *= static_cast<std::int64_t>(lateness_);
  }

  /// Threads have let a collection begin.
  void after_in_time() noexcept { lateness_ = 1; }

  /// After a minor collection that has looked at `examined` objects, of which `promoted` have become old.
  void after_minor(std::size_t examined, std::size_t promoted) noexcept {
    const bool was_fruitful = promoted <= examined / 2;
    if (was_fruitful) {
      rarity_ = 1;
    } else if (rarity_ < most_rarity) {
      rarity_ *= 2;
    }
    old_budget_ -= static_cast<std::int64_t>(promoted) * promotion_weight;
    begin_minor();
  }

  /// After a full collection that has found `alive` objects alive.
  void after_full(std::size_t alive) noexcept {
    begin_minor();
    begin_full(alive);
  }

 private:
  static constexpr std::int64_t candidate_weight = 2;    ///< allocations
  static constexpr std::int64_t promotion_weight = 128;  ///< allocations
  static constexpr std::size_t most_rarity = 8;
  static constexpr std::size_t most_lateness = 64;
  static constexpr std::int64_t most_share = 256;  ///< allocations

  /// Budgets from here on are postponed ones, and budgets that are due are below zero: one comparison tells both.
  static constexpr std::uint64_t least_postponed = std::uint64_t{1} << 62;
  static constexpr std::int64_t first_postponed = (std::int64_t{1} << 62) + (std::int64_t{1} << 61);

  /// Where allocations may collect again, what was postponed is due at the next one.
  void catch_up() noexcept {
    if (!is_held() && is_due()) budget_ = -1;
  }

  /// So many thresholds. Beyond 2^31 candidates or 2^16 thresholds more make no difference: a collection is never due.
  [[nodiscard]] std::int64_t thresholds(std::size_t times) const noexcept {
    constexpr std::uint64_t most = std::uint64_t{1} << 31;
    constexpr std::uint64_t most_times = std::uint64_t{1} << 16;
    const std::uint64_t each = threshold_ < most ? threshold_ : most;
    return static_cast<std::int64_t>(each * (times < most_times ? times : most_times));
  }

  void begin_minor() noexcept {
    const std::int64_t due = thresholds(rarity_) * candidate_weight;
    old_budget_ -= due;
    budget_ = due;
  }

  void begin_full(std::size_t alive) noexcept {
    const std::int64_t least = thresholds(full_threshold_);
    const auto quarter = static_cast<std::int64_t>(alive / 4);
    old_budget_ = (quarter < least ? least : quarter) * promotion_weight;
  }

  std::int64_t budget_ = default_threshold * candidate_weight;  ///< allocations; due below 0
  std::int64_t old_budget_ = default_threshold * default_full_threshold * promotion_weight;  ///< the same
  std::size_t threshold_ = default_threshold;
  std::size_t full_threshold_ = default_full_threshold;
  std::size_t rarity_ = 1;    ///< thresholds between two minor collections
  std::size_t lateness_ = 1;  ///< the time to the next collection is so many times as long as it would be
  std::size_t pauses_ = 0;    ///< that have begun and not ended
  gc_trigger place_ = gc_trigger::allocation;
  bool enabled_ = true;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
