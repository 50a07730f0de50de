#pragma once
/// \file
/// The end of garbage: finalize, look again, expire, sever, destroy, free.

#include <ouro/collector/death.hpp>
#include <ouro/collector/trial.hpp>
#include <ouro/config.hpp>
#include <ouro/object/dying_queue.hpp>
#include <ouro/object/edge_sink.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/hooks.hpp>
#include <ouro/object/type_record.hpp>

#include <cstddef>
#include <cstdint>

namespace ouro::detail {

/// Tears down the garbage that a trial has found. Each stage goes over all of it before the next one begins, so that
/// user code meets whole objects in `finalize`, and null instead of dead peers in destructors. O(objects + edges), no
/// recursion, no memory.
template <class RefcountPolicy, class CollectorPolicy>
class teardown {
 public:
  using header_type = header<RefcountPolicy>;
  using end = death<RefcountPolicy, CollectorPolicy>;

  /// \pre `found` has run, and `kept` is its
  teardown(trial<RefcountPolicy>& found, trial_memory<RefcountPolicy>& kept) noexcept
      : trial_{found}, visits_{kept.visits} {}

  /// Returns how many objects were destroyed.
  std::size_t run() noexcept {
    visits_.size = trial_.garbage();
    each([](header_type& object) { hold(object); });
    if (finalize()) look_again();
    each([](header_type& object) { end::expire(object, object.load_info()); });
    sever();
    each([](header_type& object) { end::destroy(object, record_of(object.load_info())); });
    each([](header_type& object) {
      const type_record& record = record_of(object.load_info());
      if constexpr (check_level >= 1) {
        if (count_word::strong(object.load_count()) != 1)
          misuse("a destructor has let a pointer to its object escape", record.name);
      }
      record.deallocate(object.object());
    });
    return visits_.size;
  }

  [[nodiscard]] std::size_t finalized() const noexcept { return finalized_; }
  [[nodiscard]] std::size_t resurrected() const noexcept { return resurrected_; }

 private:
  template <class Stage>
  void each(Stage stage) noexcept {
    for (std::size_t i = 0; i != visits_.size; ++i) stage(*visits_.items[i].object);
  }

  /// A pointer of the collection's own: garbage does not die by count while it is torn down, and quiet, it is no
  /// candidate.
  static void hold(header_type& object) noexcept {
    RefcountPolicy::store(object.count, (object.load_count() | count_word::quiet) + 1);
  }

  static void let_go(header_type& object) noexcept { RefcountPolicy::store(object.count, object.load_count() - 1); }

  /// Returns whether any finalizer has run.
  [[nodiscard]] bool finalize() noexcept {
    each([this](header_type& object) {
      const std::uint32_t info = object.load_info();
      const type_record& record = record_of(info);
      if (record.finalize == nullptr || (info & info_word::finalized) != 0) return;
      RefcountPolicy::store(object.info, info | info_word::finalized);
      dying<RefcountPolicy>.descend([&] { end::run_finalize(object, record); }, end::pass_waiting);
      ++finalized_;
    });
    return finalized_ != 0;
  }

  /// A finalizer may have made garbage reachable again, or cut it up. \post `visits` holds what is garbage still
  void look_again() noexcept {
    const std::size_t before = visits_.size;
    each([](header_type& object) { let_go(object); });
    trial_.run_again();
    visits_.size = trial_.garbage();
    resurrected_ = before - visits_.size;
    each([](header_type& object) { hold(object); });
  }

  /// Makes the edges among the garbage null, without counting: each object keeps the one pointer of `hold`. One that
  /// has more is held by something that no trace has told of; it stays alive. \post all that is left in `visits` is
  /// dead
  void sever() noexcept {
    each([](header_type& object) { RefcountPolicy::store(object.info, object.load_info() | info_word::reached); });
    {
      const trace_guard guard;
      edge_sink sink{&cut, nullptr};
      each([&](header_type& object) {
        const type_record& record = record_of(object.load_info());
        OURO_TRY {
          record.trace(object.object(), sink);  // calls user code: it may only report
          sink.flush();
        }
        OURO_CATCH_ALL {
          sink.flush();
          unraisable(record.name);
        }
      });
    }
    std::size_t dead = 0;
    for (std::size_t i = 0; i != visits_.size; ++i) {
      header_type& object = *visits_.items[i].object;
      const std::uint32_t info = object.load_info() & ~info_word::reached;
      if (count_word::strong(object.load_count()) == 1) {
        RefcountPolicy::store(object.info, info | info_word::dead);
        visits_.items[dead++].object = &object;
      } else {
        RefcountPolicy::store(object.info, info);
        RefcountPolicy::store(object.count, (object.load_count() - 1) & ~count_word::quiet);
      }
    }
    visits_.size = dead;
  }

  static void cut(void*, const edge* first, const edge* last) {
    for (; first != last; ++first) {
      auto& target = *static_cast<header_type*>(first->target);
      const std::uint32_t info = target.load_info();
      if (info_word::is_listed(info) || (info & info_word::reached) == 0) continue;
      first->sever();
      let_go(target);
    }
  }

  trial<RefcountPolicy>& trial_;
  raw_array<visited<RefcountPolicy>>& visits_;
  std::size_t finalized_ = 0;
  std::size_t resurrected_ = 0;
};

}  // namespace ouro::detail
