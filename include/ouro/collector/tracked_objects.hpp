#pragma once
/// \file
/// The objects of a trial over whole generations.

#include <ouro/base/raw_array.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/engine/trial_memory.hpp>
#include <ouro/collector/engine/worklist.hpp>
#include <ouro/collector/generations.hpp>
#include <ouro/config.hpp>
#include <ouro/heap/adapters/walkable_pools.hpp>
#include <ouro/object/header.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// All tracked objects of the generations that are swept, in tables and in pools, as CPython has them (Neil
/// Schemenauer's gcmodule.c). Edges from other objects count as external references. \see trial
template <class RefcountPolicy, class CollectorPolicy>
class tracked_objects {
 public:
  using header_type = header<RefcountPolicy>;
  static constexpr bool widens = false;

  /// Takes all, `most` at the most, or none where memory is exhausted. `minor`: the young ones alone.
  tracked_objects(trial_memory& kept, generations<RefcountPolicy>& tables, bool minor, std::size_t most) noexcept
      : worklist_{kept.worklist}, tables_{tables} {
    worklist_.size = 0;
    has_memory_ = worklist_.reserve(most) && tables_.reserve_for_return();
    if (has_memory_) {
      take_from_tables();
      if constexpr (walks_pools<CollectorPolicy, RefcountPolicy>) {
        if (!minor) take_from_pools();
      }
    }
    tables_.end_sweep(minor);
  }

  /// The number of objects that were taken out of tables.
  [[nodiscard]] std::size_t taken() const noexcept { return taken_; }

  [[nodiscard]] bool has_failed() const noexcept { return !has_memory_; }
  [[nodiscard]] static constexpr bool is_too_large() noexcept { return false; }

  [[nodiscard]] static std::uint32_t count_after(std::uint32_t count) noexcept { return count; }

  void return_live(header_type& object, std::uint32_t info, std::uint32_t) noexcept { track_again(object, info); }
  void return_undecided(header_type& object, std::uint32_t info, std::uint32_t) noexcept { track_again(object, info); }
  void return_decided(header_type&, std::uint32_t) noexcept {}

  void keep(header_type& object, std::uint32_t info, std::uint32_t count) noexcept {
    RefcountPolicy::store(object.info, info);
    RefcountPolicy::store(object.count, count);
    if (!info_word::is_found_by_walk(info)) CollectorPolicy::track(object);
  }

 private:
  void take_from_tables() noexcept {
    for (;;) {
      const auto [object, info] = tables_.next();
      if (object == nullptr) return;
      ++taken_;
      const std::uint32_t count = object->load_count();
      if (is_out_of_trials(count, info)) {
        RefcountPolicy::store(object->info, info);
      } else {
        static_cast<void>(add_to_worklist(worklist_, *object, count, info));  // there is room
      }
    }
  }

  void take_from_pools() noexcept {
    walkable_pools<RefcountPolicy>::each([this](header_type& object) {
      const std::uint32_t count = object.load_count();
      const std::uint32_t info = object.load_info();
      if (count_word::is_immortal(count) || (info & info_word::frozen) != 0) return;
      static_cast<void>(add_to_worklist(worklist_, object, count, info));  // there is room
    });
  }

  /// \pre `info` is the word of the object
  void track_again(header_type& object, std::uint32_t info) noexcept {
    if (!info_word::is_found_by_walk(info)) static_cast<void>(tables_.enter(object));  // there is room
  }

  raw_array<worklist_entry>& worklist_;
  generations<RefcountPolicy>& tables_;
  std::size_t taken_ = 0;
  bool has_memory_ = false;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
