#pragma once
/// \file
/// Tears down garbage: finalize, decide again, expire weak pointers, sever edges, destroy, free.

#include <ouro/base/diagnostics.hpp>
#include <ouro/base/raw_array.hpp>
#include <ouro/collector/engine/death.hpp>
#include <ouro/collector/engine/trace_guard.hpp>
#include <ouro/collector/engine/trial.hpp>
#include <ouro/collector/engine/trial_memory.hpp>
#include <ouro/collector/engine/worklist.hpp>
#include <ouro/config.hpp>
#include <ouro/object/destruction_queue.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/trace/edge_sink.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Tears down the garbage that a trial has found. Each stage goes over all garbage before the next one begins: a
/// `finalize` sees whole objects, and a destructor sees null instead of dead peers. O(objects + edges), without
/// recursion and without memory.
template <class RefcountPolicy, class CollectorPolicy, class Trial>
class teardown {
 public:
  using header_type = header<RefcountPolicy>;
  using end = death<RefcountPolicy, CollectorPolicy>;

  /// \pre `found` has run, and `kept` is its memory
  teardown(Trial& found, trial_memory& kept) noexcept : trial_{found}, worklist_{kept.worklist}, edges_{kept.edges} {}

  /// Returns the number of objects that were garbage after the finalizers had run. They are destroyed, or, if `keeping`
  /// is not null, added to that list, which owns a pointer to each. Finalizers and destructors run while other threads
  /// do. \pre the others stand
  template <class Standstill>
  std::size_t run(Standstill& others, raw_array<header_type*>* keeping) noexcept {
    worklist_.size = trial_.garbage();
    if (trial_.walk().has_finalizers() && (!Standstill::lets_others_run || has_pending_finalizers())) {
      hold_all();
      others.go_on();
      const bool may_have_changed = finalize() || Standstill::lets_others_run;
      if (!others.stand()) return give_back();
      if (may_have_changed && !look_again(others)) return 0;
    }
    if (keeping != nullptr && keeping->reserve(keeping->size + worklist_.size)) {
      each_entry(worklist_, [this, keeping](const worklist_entry& seen) { keep(seen, *keeping); });
      return worklist_.size;
    }
    if (trial_.walk().has_edges()) {
      sever();
    } else {
      sever_by_trace();
    }
    others.go_on();
    each_run([](const type_record& record, const worklist_entry* first, const worklist_entry* last) {
      run_nested([&] { record.destroy(first, last); });
    });
    if constexpr (check_level >= 1) check_escapes();
    each_run([](const type_record& record, const worklist_entry* first, const worklist_entry* last) {
      record.deallocate(first, last);
    });
    return worklist_.size;
  }

  [[nodiscard]] std::size_t finalized() const noexcept { return finalized_; }
  [[nodiscard]] std::size_t resurrected() const noexcept { return resurrected_; }

 private:
  static constexpr std::size_t longest_run = 64;  ///< objects: as many as stay in the innermost cache

  [[nodiscard]] static std::size_t end_of_run(std::size_t first, std::size_t end) noexcept {
    return end - first < longest_run ? end : first + longest_run;
  }

  /// Goes over runs of objects of one type.
  template <class Stage>
  void each_run(Stage stage) noexcept {
    const worklist_entry* const end_of_worklist = worklist_.items + worklist_.size;
    for (const worklist_entry* first = worklist_.items; first != end_of_worklist;) {
      const std::uint32_t type = info_word::type(object_of<RefcountPolicy>(*first).load_info());
      const worklist_entry* last = first + 1;
      const std::size_t left = static_cast<std::size_t>(end_of_worklist - first);
      const worklist_entry* const most = first + end_of_run(0, left);
      for (; last != most; ++last) {
        fetch_ahead(last, 0, static_cast<std::size_t>(end_of_worklist - last));
        if (info_word::type(object_of<RefcountPolicy>(*last).load_info()) != type) break;
      }
      stage(registered_types[type], first, last);
      first = last;
    }
  }

  /// Calls user code, and then ends the objects that it has dropped and that had to wait. Raw pointers may lead from
  /// them to the garbage, and so they end before any block of the garbage is freed.
  template <class Call>
  static void run_nested(Call call) noexcept {
    destruction_queue<RefcountPolicy>& queue = destructions<RefcountPolicy>;
    const std::size_t mark = queue.mark();
    queue.run_nested(call);
    queue.end_above(mark);
  }

  void check_escapes() noexcept {
    each([](header_type& object) {
      if (count_word::strong(object.load_count()) > 1) {
        misuse("a destructor has let a pointer to its object escape", record_of(object.load_info()).name);
      }
    });
  }

  /// Garbage whose edges were kept is small enough to be in the cache: there is no prefetch then.
  template <class Stage>
  void each(Stage stage) noexcept {
    if (trial_.walk().has_edges()) {
      const worklist_entry* const last = worklist_.items + worklist_.size;
      for (const worklist_entry* at = worklist_.items; at != last; ++at) stage(object_of<RefcountPolicy>(*at));
    } else {
      each_entry(worklist_, [&stage](const worklist_entry& entry) { stage(object_of<RefcountPolicy>(entry)); });
    }
  }

  /// Puts the count of each object back, with one artificial reference, so that finalizers cannot end garbage by its
  /// count, and without `suspect_on_drop`, so that it does not become a candidate.
  /// \post garbage has one pointer more than the program knows of
  void hold_all() noexcept {
    each_entry(worklist_, [](const worklist_entry& each) {
      RefcountPolicy::store(object_of<RefcountPolicy>(each).count, count_word::without_suspect_on_drop(each.count) + 1);
    });
  }

  void keep(const worklist_entry& seen, raw_array<header_type*>& list) noexcept {
    header_type& object = object_of<RefcountPolicy>(seen);
    const std::uint32_t info = object.load_info();
    end::expire(object, info);
    // If no finalizer has run, the same word means one pointer, with `suspect_on_drop`.
    const bool has_pointers = finalized_ == 0 || seen.count != Trial::without_pointers;
    const std::uint32_t count = has_pointers ? count_word::without_suspect_on_drop(seen.count) + 1 : count_word::one;
    trial_.source().keep(object, (info & ~(info_word::gray | info_word::watched)) | info_word::old, count);
    static_cast<void>(list.push(&object));  // there is room
  }

  static void let_go(header_type& object) noexcept { RefcountPolicy::store(object.count, object.load_count() - 1); }

  /// Calls the finalizers that were not called before. Returns whether there were any.
  [[nodiscard]] bool finalize() noexcept {
    each([this](header_type& object) {
      const std::uint32_t info = object.load_info();
      const type_record& record = record_of(info);
      if (record.finalize == nullptr || (info & info_word::finalized) != 0) return;
      add_flags<CollectorPolicy>(object, info_word::finalized);  // another thread may watch the object meanwhile
      run_nested([&] { end::run_finalize(object, record); });
      ++finalized_;
    });
    return finalized_ != 0;
  }

  [[nodiscard]] bool has_pending_finalizers() noexcept {
    bool found = false;
    each([&found](header_type& object) {
      const std::uint32_t info = object.load_info();
      if (record_of(info).finalize != nullptr && (info & info_word::finalized) == 0) found = true;
    });
    return found;
  }

  /// Makes garbage a candidate again, since the other threads have not come to stand after its finalizers. What is
  /// without pointers ends. Returns 0: nothing was destroyed as garbage.
  [[nodiscard]] std::size_t give_back() noexcept {
    each([](header_type& object) {
      object.clear_info(info_word::gray);
      if constexpr (tracks_all<CollectorPolicy>) {
        CollectorPolicy::track(object);
      } else {
        object.set_suspect_on_drop();
      }
      const drop_result found = RefcountPolicy::decrement(object.count);
      if (found != drop_result::kept) end::handle_drop(object, found);
    });
    worklist_.size = 0;
    return 0;
  }

  /// Decides again, since finalizers may have resurrected garbage, or dropped edges among it. False if nothing could be
  /// decided, and there is nothing to destroy.
  /// \post the worklist holds what is garbage still, without the artificial references
  template <class Standstill>
  [[nodiscard]] bool look_again(Standstill& others) noexcept {
    const std::size_t before = worklist_.size;
    each([](header_type& object) { let_go(object); });
    trial_.run_again();
    const bool is_decided = trial_.outcome() != trial_outcome::undecided;
    if (!is_decided) end_those_without_pointers(others);
    worklist_.size = trial_.garbage();
    resurrected_ = before - worklist_.size;
    return is_decided;
  }

  /// Ends the objects that finalizers have left without pointers. Where a trace has failed, nothing is known of the
  /// other objects, which live on.
  template <class Standstill>
  void end_those_without_pointers(Standstill& others) noexcept {
    std::size_t found = 0;
    each_entry(worklist_, [&](const worklist_entry& seen) {
      if (seen.count != Trial::without_pointers) return;
      RefcountPolicy::store(object_of<RefcountPolicy>(seen).count, count_word::none);
      worklist_.items[found++] = seen;
    });
    others.go_on();
    // No later drop can end them, since they have no pointers.
    run_nested([&] {
      for (std::size_t i = 0; i != found; ++i) end::on_zero(object_of<RefcountPolicy>(worklist_.items[i]));
    });
  }

  /// Makes the edges among the garbage null, with the list of them that the trial has kept, and gives each object one
  /// artificial reference in their place. Weak pointers expire. \post all garbage is marked dead
  void sever() noexcept {
    const bool all_garbage = trial_.outcome() == trial_outcome::all_garbage;
    const edge* inner = edges_.items;
    const worklist_entry* const last = worklist_.items + worklist_.size;
    for (const worklist_entry* at = worklist_.items; at != last; ++at) {
      mark_dead(object_of<RefcountPolicy>(*at));
      for (const edge* const end_of_row = inner + at->edges; inner != end_of_row; ++inner) {
        if (inner->slot != nullptr && (all_garbage || is_garbage(*inner))) inner->sever();
      }
    }
  }

  /// `sever` where there are more edges than a trial keeps: calls the traces again. An edge that a trace does not
  /// report this time is dropped by a destructor; its target is dead then, and its block is not freed yet.
  void sever_by_trace() noexcept {
    const trace_guard guard;
    const bool is_apart = trial_.outcome() == trial_outcome::all_garbage && trial_.walk().has_no_outgoing_edges();
    edge_sink sink{is_apart ? &cut_all : &cut, nullptr};
    for (std::size_t i = 0; i != worklist_.size;) {
      const std::size_t last = end_of_run(i, worklist_.size);
      const type_record& record = record_of(object_of<RefcountPolicy>(worklist_.items[i]).load_info());
      std::size_t traced = i + 1;
      OURO_TRY {
        traced = record.trace(worklist_.items, i, last, sink);  // calls user code: it may only report
      }
      OURO_CATCH_ALL {
        // One trace of the run has thrown. The others are called again; edges that are severed already are null now.
        unraisable(record.name);
      }
      sink.flush();
      for (; i != traced; ++i) {
        prefetch_for_write(worklist_.items[end_of_run(i, worklist_.size - 1)].header);
        mark_dead(object_of<RefcountPolicy>(worklist_.items[i]));
      }
    }
  }

  static void mark_dead(header_type& object) noexcept {
    const std::uint32_t info = object.load_info();
    end::expire(object, info);
    RefcountPolicy::store(object.info, (info & ~info_word::gray) | info_word::dead);
    RefcountPolicy::store(object.count, count_word::one);
  }

  static void cut_all(void*, edge* first, edge* last) {
    for (; first != last; ++first) first->sever();
  }

  static void cut(void*, edge* first, edge* last) {
    for (; first != last; ++first) {
      if (is_garbage(*first)) first->sever();
    }
  }

  /// An edge to something alive is the destructor's to drop.
  [[nodiscard]] static bool is_garbage(const edge& inner) noexcept {
    const std::uint32_t info = static_cast<header_type*>(inner.target)->load_info();
    return !info_word::is_buffered(info) && (info & (info_word::gray | info_word::dead)) != 0;
  }

  Trial& trial_;
  raw_array<worklist_entry>& worklist_;
  raw_array<edge>& edges_;
  std::size_t finalized_ = 0;
  std::size_t resurrected_ = 0;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
