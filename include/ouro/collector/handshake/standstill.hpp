#pragma once
/// \file
/// When a collection has the objects to itself.

#include <ouro/base/static_mutex.hpp>
#include <ouro/collector/handshake/mutator.hpp>
#include <ouro/collector/handshake/world.hpp>
#include <ouro/config.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Of a collector that one thread uses: always.
struct lone_standstill {
  static constexpr bool lets_others_run = false;

  [[nodiscard]] static constexpr bool stand() noexcept { return true; }
  static constexpr void go_on() noexcept {}
  [[nodiscard]] static constexpr bool has_given_up() noexcept { return false; }

  template <class Call>
  static void alone(Call call) noexcept {
    call();
  }
};

/// Of a collector that all threads share: between `stand`, which stops the other threads, and `go_on`. A collection
/// calls them in turns: it looks at objects while the threads stand, and calls user code while they run.
template <class RefcountPolicy>
class standstill {
 public:
  static constexpr bool lets_others_run = true;

  /// `mutex` guards what the collector changes while the threads run. `patience`: nanoseconds. Collections that begin
  /// by themselves do not wait as long for a thread that an earlier one has waited for, and that may be asleep.
  standstill(static_mutex& mutex, std::uint64_t patience, bool is_automatic) noexcept
      : mutex_{mutex},
        patience_{patience},
        patience_with_late_{is_automatic && patience > short_patience ? short_patience : patience} {}
  standstill(const standstill&) = delete;
  standstill& operator=(const standstill&) = delete;
  ~standstill() { go_on(); }

  /// Stops the other threads, if they run. False if one of them has not come to a safe point in time, now or before.
  /// \post no object is queued for its owner
  [[nodiscard]] bool stand() noexcept {
    if (stands_ || has_given_up_) return stands_;
    stands_ = all_mutators.stop(patience_, patience_with_late_, late_);
    has_given_up_ = !stands_;
    if constexpr (queues_for_owners<RefcountPolicy>) {
      if (stands_) RefcountPolicy::merge_all_queues();
    }
    return stands_;
  }

  /// Lets the threads run, if they stand. Calls user code: what has lost its last pointer in `stand` ends.
  void go_on() noexcept {
    if (!stands_) return;
    stands_ = false;
    all_mutators.go_on();
    if constexpr (queues_for_owners<RefcountPolicy>) RefcountPolicy::end_merged();
  }

  /// Calls `call`, which changes what `mutex` guards.
  template <class Call>
  void alone(Call call) noexcept {
    const lock_guard lock{mutex_};
    call();
  }

  /// Whether `stand` has returned false.
  [[nodiscard]] bool has_given_up() const noexcept { return has_given_up_; }

  /// Which thread has not come, if so.
  [[nodiscard]] const auto& late_thread() const noexcept { return late_; }

 private:
  static constexpr std::uint64_t short_patience = 200'000;  ///< nanoseconds

  static_mutex& mutex_;
  std::uint64_t patience_;
  std::uint64_t patience_with_late_;
  char late_[mutator::most_name] = {};
  bool stands_ = false;
  bool has_given_up_ = false;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
