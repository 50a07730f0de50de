#pragma once
/// \file
/// What a collector tells of its collections: statistics, the messages of `gc_debug`, and callbacks.

#include <ouro/base/dependent.hpp>
#include <ouro/collector/gc_callbacks.hpp>
#include <ouro/collector/gc_report.hpp>
#include <ouro/collector/gc_stats.hpp>
#include <ouro/collector/pause_clock.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Of the collections of one collector.
template <class RefcountPolicy>
class collection_log {
 public:
  using callbacks_type = basic_gc_callbacks<dependent<gc_info, RefcountPolicy>>;

  /// A collection that runs, and what was there when it began.
  struct running {
    gc_stats before;
    std::uint64_t began;  ///< nanoseconds
    std::size_t generation;
    bool automatic;
    std::uint64_t pause = 0;  ///< nanoseconds, when it has ended
  };

  [[nodiscard]] gc_stats& stats() noexcept { return stats_; }
  [[nodiscard]] const gc_stats& stats() const noexcept { return stats_; }
  [[nodiscard]] const generation_stats& stats(bool minor) const noexcept { return by_generation_[minor ? 0 : 1]; }

  [[nodiscard]] gc_debug debug() const noexcept { return debug_; }
  void set_debug(gc_debug flags) noexcept { debug_ = flags; }

  [[nodiscard]] bool has_callbacks() const noexcept { return callbacks_ != nullptr; }

  /// \throws std::bad_alloc
  [[nodiscard]] callbacks_type& callbacks() {
    if (callbacks_ == nullptr) callbacks_ = new callbacks_type;
    return *callbacks_;
  }

  void release_callbacks() noexcept {
    delete callbacks_;
    callbacks_ = nullptr;
  }

  /// A collection begins. `count` returns the number of objects in the young or old generation, and may take long.
  template <class Count>
  [[nodiscard]] running begin(bool automatic, bool minor, Count count) noexcept {
    const running now{stats_, steady_nanoseconds(), minor ? std::size_t{0} : std::size_t{1}, automatic};
    if (has_flag(debug_, gc_debug::stats)) print_start(now.generation, count(true), count(false));
    call({gc_phase::start, automatic, now.generation, 0, 0});
    return now;
  }

  /// The number of objects that the collection has destroyed, and that of those that it has looked at.
  [[nodiscard]] std::size_t collected_since(const running& began) const noexcept {
    return stats_.collected - began.before.collected;
  }
  [[nodiscard]] std::size_t examined_since(const running& began) const noexcept {
    return stats_.examined - began.before.examined;
  }

  /// Adds the collection to the statistics.
  void add(running& ended) noexcept {
    ended.pause = steady_nanoseconds() - ended.began;
    const std::size_t uncollectable = stats_.over_reported - ended.before.over_reported;
    ++stats_.collections;
    if (ended.automatic) ++stats_.automatic_collections;
    if (ended.generation != 0) ++stats_.full_collections;
    generation_stats& sums = by_generation_[ended.generation];
    ++sums.collections;
    sums.collected += collected_since(ended);
    sums.uncollectable += uncollectable;
    if (ended.pause > sums.longest_pause) sums.longest_pause = ended.pause;
  }

  /// A collection, or a slice of one, was given up, since the thread of this name did not come to a safe point.
  void add_given_up(const char (&late)[sizeof(gc_stats::late_thread)]) noexcept {
    ++stats_.given_up;
    std::memcpy(stats_.late_thread, late, sizeof late);
  }

  /// Says that the collection has ended. \pre it was added
  void end(const running& ended) noexcept {
    const std::size_t uncollectable = stats_.over_reported - ended.before.over_reported;
    if (has_flag(debug_, gc_debug::stats)) print_stop(collected_since(ended), uncollectable, ended.pause);
    call({gc_phase::stop, ended.automatic, ended.generation, collected_since(ended), examined_since(ended)});
  }

 private:
  void call(const gc_info& info) noexcept {
    if (callbacks_ != nullptr) callbacks_->call(info);
  }

  gc_stats stats_{};
  generation_stats by_generation_[2]{};
  gc_debug debug_ = gc_debug::none;
  callbacks_type* callbacks_ = nullptr;  ///< owned; made when first asked for
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
