#pragma once
/// \file
/// When the next automatic collection is due.

#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>

namespace ouro::detail {

/// A minor collection is due after so many candidates, or twice as many allocations, since a single candidate may
/// hold a whole tree. While minor collections find nothing to destroy they come more rarely, down to an eighth: what
/// they meet is under construction, and not yet worth a look.
///
/// A full collection takes the place of a minor one when the objects that have become old since the last are a quarter
/// of what that one found alive, as in CPython, and at least ten times the threshold. Allocations count too, with a
/// small weight, so that old garbage goes at last in a program that no longer grows. So full collections look at
/// O(1) objects per object that grew old, however large the heap is.
class trigger {
 public:
  static constexpr std::size_t default_threshold = 10'000;   ///< candidates
  static constexpr std::size_t default_full_threshold = 10;  ///< thresholds

  /// One allocation. Returns whether a collection is due.
  [[nodiscard]] OURO_ALWAYS_INLINE bool count_allocation() noexcept { return --budget_ < 0; }

  void count_candidate() noexcept { budget_ -= candidate_weight; }

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

  void begin_minor() noexcept {
    const auto due = static_cast<std::int64_t>(threshold_ * rarity_) * candidate_weight;
    old_budget_ -= due;
    budget_ = due;
  }

  void begin_full(std::size_t alive) noexcept {
    const std::size_t least = threshold_ * full_threshold_;
    old_budget_ = static_cast<std::int64_t>(alive / 4 < least ? least : alive / 4) * promotion_weight;
  }

  std::int64_t budget_ = default_threshold * candidate_weight;  ///< allocations; due below 0
  std::int64_t old_budget_ = default_threshold * default_full_threshold * promotion_weight;  ///< the same
  std::size_t threshold_ = default_threshold;
  std::size_t full_threshold_ = default_full_threshold;
  std::size_t rarity_ = 1;  ///< thresholds between two minor collections
  bool enabled_ = true;
};

}  // namespace ouro::detail
