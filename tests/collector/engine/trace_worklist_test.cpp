#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

using ouro::make;
using ouro::ptr;
using ouro::detail::edge;
using ouro::detail::edge_sink;
using ouro::detail::trace_guard;
using ouro::detail::trace_is_running;
using ouro::detail::worklist_entry;

namespace {

using header = ouro::detail::header<ouro::local_refcount>;

struct linked {
  std::vector<ptr<linked>> many;
  bool throws = false;
  void trace(auto&& visit) {
    was_running = trace_is_running;
    if (throws) throw 1;
    visit(many);
  }
  static inline bool was_running = false;
};

struct other_type {
  ptr<other_type> next;
};

/// Its object is no candidate afterwards: a collection takes all out of the root buffer before it traces one.
template <class T>
header* header_of(const ptr<T>& object) {
  header* const found = header::of(object.get());
  static_cast<void>(ouro::detail::unbuffered_info_of<ouro::trial_deletion>(*found));
  return found;
}

const ouro::detail::type_record& record_of(const header& object) { return ouro::detail::record_of(object.load_info()); }

/// The edges that reach a phase.
struct seen_edges {
  std::vector<edge> edges;
  edge_sink sink{[](void* context, edge* first, edge* last) {
                   auto& to = static_cast<seen_edges*>(context)->edges;
                   to.insert(to.end(), first, last);
                 },
                 this};
};

}  // namespace

TEST_CASE("trace_worklist: trace_one reports each edge with its place, in the order of the trace, but for null") {
  const auto from = make<linked>();
  const auto a = make<linked>();
  const auto b = make<linked>();
  from->many = {a, nullptr, b, a};
  seen_edges seen;
  ouro::detail::trace_one(header_of(from), record_of(*header_of(from)), seen.sink);
  CHECK(linked::was_running);
  CHECK_FALSE(trace_is_running);
  REQUIRE(seen.edges.size() == 3);
  CHECK(seen.sink.pushed() == 3);
  const std::size_t places[] = {0, 2, 3};
  for (std::size_t i = 0; i != 3; ++i) {
    CHECK(seen.edges[i].target == header_of(from->many[places[i]]));
    CHECK(seen.edges[i].slot == static_cast<void*>(&from->many[places[i]]));
  }
}

TEST_CASE("trace_worklist: trace_some traces the objects of one type that follow each other, and counts their edges") {
  const auto a = make<linked>();
  const auto b = make<linked>();
  const auto other = make<other_type>();
  const auto c = make<linked>();
  a->many = {b, c};
  b->many = {a};
  std::vector<worklist_entry> worklist;
  for (header* const each : {header_of(a), header_of(b), header_of(other), header_of(c)})
    worklist.push_back({each, 0, 9});
  const trace_guard guard;
  seen_edges seen;
  worklist_entry* const at = worklist.data();
  std::size_t i = 0;
  CHECK(ouro::detail::trace_some(at, i, worklist.size(), record_of(*header_of(a)), seen.sink));
  CHECK(i == 2);
  CHECK(worklist[0].edges == 2);
  CHECK(worklist[1].edges == 1);
  CHECK(worklist[2].edges == 9);  // not traced yet
  CHECK(ouro::detail::trace_some(at, i, worklist.size(), record_of(*header_of(other)), seen.sink));
  CHECK(i == 3);
  CHECK(worklist[2].edges == 0);
  CHECK(ouro::detail::trace_some(at, i, worklist.size(), record_of(*header_of(c)), seen.sink));
  CHECK(i == 4);
  seen.sink.flush();
  CHECK(seen.edges.size() == 3);
}

TEST_CASE("trace_worklist: a trace that throws is reported by trace_some, and passed on by trace_one") {
  const ouro::test::unraisable_reports reports;
  const auto object = make<linked>();
  object->throws = true;
  seen_edges seen;
  CHECK_THROWS_AS(ouro::detail::trace_one(header_of(object), record_of(*header_of(object)), seen.sink), int);
  CHECK(reports.count == 0);
  worklist_entry one{header_of(object), 0, 0};
  worklist_entry* const at = &one;
  std::size_t i = 0;
  CHECK_FALSE(ouro::detail::trace_some(at, i, 1, record_of(*header_of(object)), seen.sink));
  CHECK(reports.count == 1);
  CHECK(reports.last_type.ends_with("linked"));
  CHECK_FALSE(trace_is_running);
}
