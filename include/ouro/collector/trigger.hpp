#pragma once
/// \file
/// When the next automatic collection is due.

#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>

namespace ouro::detail {

/// Counts candidates, and allocations too, since a single candidate may hold a whole tree: a candidate weighs one, an
/// allocation of a type that may be cyclic an eighth. A collection is due at the threshold, or later: after one that
/// has found `n` objects alive, `n / 2` must come first, so that automatic collections look at two objects per
/// candidate at most, however large the heap behind them.
class trigger {
 public:
  static constexpr std::size_t default_threshold = 10'000;  ///< candidates

  /// One allocation. Returns whether a collection is due.
  [[nodiscard]] OURO_ALWAYS_INLINE bool count_allocation() noexcept { return --budget_ <= 0; }

  void count_candidate() noexcept { budget_ -= candidate_weight; }

  [[nodiscard]] std::size_t threshold() const noexcept { return threshold_; }

  /// 0 switches automatic collections off.
  void set_threshold(std::size_t candidates) noexcept {
    threshold_ = candidates;
    restart(0);
  }

  [[nodiscard]] bool is_enabled() const noexcept { return enabled_ && threshold_ != 0; }
  [[nodiscard]] bool was_enabled() const noexcept { return enabled_; }
  void enable(bool wanted) noexcept { enabled_ = wanted; }

  /// Begins to count anew after a collection that found `alive` objects alive.
  void restart(std::size_t alive) noexcept {
    const std::size_t due = alive / 2 > threshold_ ? alive / 2 : threshold_;
    budget_ = static_cast<std::int64_t>(due) * candidate_weight;
  }

 private:
  static constexpr std::int64_t candidate_weight = 8;

  std::int64_t budget_ = static_cast<std::int64_t>(default_threshold) * candidate_weight;  ///< due at 0 and below
  std::size_t threshold_ = default_threshold;
  bool enabled_ = true;
};

}  // namespace ouro::detail
