#include "collector/engine/linked.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

using ouro::make;
using ouro::ptr;
using ouro::detail::info_word;
using ouro::detail::live_scan;
using ouro::detail::raw_array;
using ouro::detail::worklist_entry;
using ouro::test::linked;

namespace {

using header = ouro::detail::header<ouro::local_refcount>;

/// A worklist as mark_gray leaves it: each object is gray, and has the number of its external references in place of
/// its count. The end puts back what was there; until then no pointer may be copied or dropped.
class marked_gray {
 public:
  void add(const ptr<linked>& object, std::uint32_t external) {
    auto& at = *header::of(object.get());
    static_cast<void>(ouro::detail::unbuffered_info_of<ouro::trial_deletion>(at));
    entries_.push_back({&at, at.load_count(), at.load_info()});
    at.set_info(info_word::gray);
    ouro::local_refcount::store(at.count, external);
    if (external == 0) ++zero_external;
    REQUIRE(worklist.reserve(worklist.size + 1));
    worklist.items[worklist.size++] = {&at, 0, 0};
  }
  marked_gray() = default;
  marked_gray(const marked_gray&) = delete;
  marked_gray& operator=(const marked_gray&) = delete;
  ~marked_gray() {
    for (const auto& each : entries_) {
      ouro::local_refcount::store(each.at->count, each.count);
      ouro::local_refcount::store(each.at->info, each.info);
    }
    worklist.release();
    queue.release();
  }

  [[nodiscard]] static bool is_alive(const ptr<linked>& object) {
    return (header::of(object.get())->load_info() & info_word::alive) != 0;
  }

  raw_array<worklist_entry> worklist;
  raw_array<worklist_entry> queue;
  std::size_t zero_external = 0;

 private:
  struct entry {
    header* at;
    std::uint32_t count;
    std::uint32_t info;
  };
  std::vector<entry> entries_;
};

}  // namespace

TEST_CASE("live_scan: what an object with external references reaches is alive, and the others are not") {
  const auto held = make<linked>();
  const auto reached = make<linked>();
  const auto reached_twice = make<linked>();
  const auto garbage = make<linked>();
  const auto outside = make<linked>();
  held->next = reached;
  held->other = reached_twice;
  reached->next = reached_twice;
  reached->other = outside;  // not gray: no part of the trial
  garbage->next = held;
  {
    marked_gray marked;
    marked.add(reached, 0);
    marked.add(garbage, 0);
    marked.add(reached_twice, 0);
    marked.add(held, 1);
    live_scan<ouro::local_refcount> scan{marked.worklist, marked.queue, marked.zero_external};
    REQUIRE(scan.scan_black());
    CHECK(scan.zero_external() == 1);
    CHECK(scan.alive_edges() == 4);
    CHECK(marked_gray::is_alive(held));
    CHECK(marked_gray::is_alive(reached));
    CHECK(marked_gray::is_alive(reached_twice));
    CHECK_FALSE(marked_gray::is_alive(garbage));
    CHECK_FALSE(marked_gray::is_alive(outside));
  }
  CHECK(held.use_count() == 2);
}

TEST_CASE("live_scan: ends when no object without external references is left, and traces no other object then") {
  const auto held = make<linked>();
  const auto reached = make<linked>();
  const auto never_traced = make<linked>();
  held->next = reached;
  never_traced->throws = true;
  marked_gray marked;
  marked.add(held, 2);
  marked.add(reached, 0);
  marked.add(never_traced, 1);
  live_scan<ouro::local_refcount> scan{marked.worklist, marked.queue, marked.zero_external};
  CHECK(scan.scan_black());
  CHECK(scan.zero_external() == 0);
  CHECK(marked_gray::is_alive(reached));
}

TEST_CASE("live_scan: a trace that throws ends the scan, and is reported") {
  const ouro::test::unraisable_reports reports;
  const auto held = make<linked>();
  const auto garbage = make<linked>();
  held->throws = true;
  {
    marked_gray marked;
    marked.add(held, 1);
    marked.add(garbage, 0);
    live_scan<ouro::local_refcount> scan{marked.worklist, marked.queue, marked.zero_external};
    CHECK_FALSE(scan.scan_black());
  }
  CHECK(reports.count == 1);
  CHECK(reports.last_type.ends_with("linked"));
  CHECK_FALSE(ouro::detail::trace_is_running);
}
