#include "collector/engine/linked.hpp"
#include "support/counted.hpp"
#include "support/gc_settings.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

using ouro::make;
using ouro::ptr;
using ouro::detail::add_to_worklist;
using ouro::detail::edge;
using ouro::detail::gray_walk;
using ouro::detail::info_word;
using ouro::detail::raw_array;
using ouro::detail::trial_memory;
using ouro::detail::worklist_entry;
using ouro::test::linked;

namespace {

using header = ouro::detail::header<ouro::local_refcount>;

/// Collects what a test leaves.
struct nothing_left : ouro::test::none_left<linked>, ouro::test::gc_settings<> {};

[[nodiscard]] header& header_of(const ptr<linked>& object) { return *header::of(object.get()); }

/// The memory of a trial with some objects in its worklist, which keep their words until the end. Until then no
/// pointer may be copied or dropped.
class trial_of {
 public:
  template <class... Pointers>
  explicit trial_of(const Pointers&... objects) {
    (add(header_of(objects)), ...);
  }
  trial_of(const trial_of&) = delete;
  trial_of& operator=(const trial_of&) = delete;
  ~trial_of() {
    for (std::size_t i = 0; i != memory.worklist.size; ++i) {
      auto& object = *static_cast<header*>(memory.worklist.items[i].header);
      ouro::local_refcount::store(object.count, memory.worklist.items[i].count);
      object.clear_info(info_word::gray);
    }
    memory.release();
  }

  void add(header& object) {
    static_cast<void>(ouro::detail::unbuffered_info_of<ouro::trial_deletion>(object));
    REQUIRE(add_to_worklist(memory.worklist, object, object.load_count(), object.load_info()));
  }

  trial_memory memory;
};

/// Gives no objects.
struct nothing_more {
  [[nodiscard]] static bool has_failed() { return false; }
};

/// Adds each target to the worklist, up to `most` entries.
struct each_target {
  void refill(std::size_t) const {}
  [[nodiscard]] bool has_failed() const { return worklist->size > most; }
  static void fetch_entries(const edge*, const edge*) {}
  [[nodiscard]] bool widen(header& target, std::uint32_t count, std::uint32_t info) const {
    return !info_word::is_buffered(info) && add_to_worklist(*worklist, target, count, info);
  }

  raw_array<worklist_entry>* worklist;
  std::size_t most;
};

[[nodiscard]] std::uint32_t external_refs(const ptr<linked>& object) { return header_of(object).load_count(); }

}  // namespace

TEST_CASE_FIXTURE(nothing_left, "gray_walk: each object keeps the number of its references from outside the worklist") {
  const auto one = make<linked>();
  const auto two = make<linked>();
  const auto outside = make<linked>();
  one->next = two;
  one->other = two;
  two->next = one;
  two->other = outside;
  outside->next = one;
  {
    trial_of trial{one, two};
    gray_walk<ouro::local_refcount, nothing_more> walk{trial.memory, {}};
    REQUIRE(walk.mark_gray<false>(0));
    CHECK(external_refs(one) == 2);  // the variable here, and `outside`
    CHECK(external_refs(two) == 1);
    CHECK(walk.zero_external() == 0);
    CHECK_FALSE(walk.has_no_outgoing_edges());
    CHECK_FALSE(walk.has_finalizers());
    REQUIRE(walk.has_edges());
    CHECK(trial.memory.worklist.items[0].edges == 2);
    CHECK(trial.memory.worklist.items[1].edges == 2);
    CHECK(trial.memory.edges.items[3].slot == nullptr);  // it leads out of the worklist
  }
  CHECK(one.use_count() == 3);
  CHECK(two.use_count() == 3);
}

TEST_CASE_FIXTURE(nothing_left,
                  "gray_walk: counts the objects without external references, and says that no edge leads elsewhere") {
  const auto first = make<linked>();
  first->next = make<linked>();
  first->next->next = first->next;
  const auto& second = first->next;
  trial_of trial{first, second};
  gray_walk<ouro::local_refcount, nothing_more> walk{trial.memory, {}};
  REQUIRE(walk.mark_gray<false>(0));
  CHECK(external_refs(first) == 1);
  CHECK(external_refs(second) == 0);
  CHECK(walk.zero_external() == 1);
  CHECK(walk.has_no_outgoing_edges());
}

TEST_CASE_FIXTURE(nothing_left, "gray_walk: widens the worklist to what is reached, until its source fails") {
  const auto first = make<linked>();
  first->next = make<linked>();
  first->next->next = make<linked>();
  first->next->next->next = first;
  {
    trial_of trial{first};
    gray_walk<ouro::local_refcount, each_target> walk{trial.memory, {&trial.memory.worklist, 3}};
    REQUIRE(walk.mark_gray<true>(0));
    CHECK(trial.memory.worklist.size == 3);
    CHECK(external_refs(first) == 1);
    CHECK(walk.zero_external() == 2);
  }
  {
    trial_of trial{first};
    gray_walk<ouro::local_refcount, each_target> walk{trial.memory, {&trial.memory.worklist, 1}};
    CHECK_FALSE(walk.mark_gray<true>(0));
  }
  CHECK(first.use_count() == 2);
}

TEST_CASE_FIXTURE(nothing_left, "gray_walk: a trace that throws decides nothing, and is reported") {
  const ouro::test::unraisable_reports reports;
  const auto first = make<linked>();
  first->throws = true;
  {
    trial_of trial{first};
    gray_walk<ouro::local_refcount, nothing_more> walk{trial.memory, {}};
    CHECK_FALSE(walk.mark_gray<false>(0));
  }
  CHECK(reports.count == 1);
  CHECK_FALSE(ouro::detail::trace_is_running);
}
