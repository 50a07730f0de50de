// Types whose trace reports an edge twice are in unchecked/trace_audit_test.cpp and checked/misuse_test.cpp: a checked
// build ends there.

#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using ouro::make;
using ouro::ptr;
using ouro::detail::edge;
using ouro::detail::edge_sink;
using ouro::detail::trace_audit;
using ouro::detail::worklist_entry;

namespace {

using header = ouro::detail::header<ouro::local_refcount>;

struct wide {
  std::vector<ptr<wide>> edges;
  bool throws = false;
  void trace(auto&& visit) {
    visit(edges);
    if (throws) throw 1;
  }
};

/// Audits the object, and returns the places of the edges that reached the collection.
std::vector<const void*> audited(trace_audit& audit, const ptr<wide>& object, bool succeeds = true) {
  std::vector<const void*> slots;
  edge_sink sink{[](void* to, edge* first, edge* last) {
                   for (; first != last; ++first) static_cast<std::vector<const void*>*>(to)->push_back(first->slot);
                 },
                 &slots};
  header& at = *header::of(object.get());
  const std::uint32_t info = ouro::detail::info_of<ouro::trial_deletion>(at);
  worklist_entry one{&at, 0, 0};
  worklist_entry* const worklist = &one;
  std::size_t i = 0;
  const ouro::detail::trace_guard guard;
  CHECK(audit.trace(worklist, i, object.get(), ouro::detail::info_word::type(info), ouro::detail::record_of(info),
                    sink) == succeeds);
  if (succeeds) CHECK(i == 1);
  sink.flush();
  return slots;
}

}  // namespace

TEST_CASE("trace_audit: passes all edges of an honest trace on, in their order, however many they are") {
  trace_audit audit;
  const auto target = make<wide>();
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{8}, std::size_t{9}, std::size_t{1000}}) {
    const auto object = make<wide>();
    object->edges.assign(count, target);
    const auto slots = audited(audit, object);
    REQUIRE(slots.size() == count);
    for (std::size_t i = 0; i != count; ++i) REQUIRE(slots[i] == static_cast<const void*>(&object->edges[i]));
  }
  audit.release();
}

TEST_CASE("trace_audit: a trace that throws fails the audit, and its type is not taken for wrong") {
  trace_audit audit;
  const auto object = make<wide>();
  object->edges = {object};
  object->throws = true;
  const ouro::test::unraisable_reports reports;
  static_cast<void>(audited(audit, object, false));
  CHECK(reports.count == 1);
  object->throws = false;
  CHECK(audited(audit, object).size() == 1);
  CHECK_FALSE(trace_audit::is_wrong(
      ouro::detail::info_word::type(ouro::detail::info_of<ouro::trial_deletion>(*header::of(object.get())))));
  audit.release();
  object->edges.clear();
}

TEST_CASE("wrong_trace: names the member in which the edge lies") {
  CHECK(ouro::wrong_trace{8, 16, "next"}.what() ==
        std::string_view{"a trace reported the edge at byte 8 of its object twice: `next`"});
  CHECK(ouro::wrong_trace{8, 16}.what() == std::string_view{"a trace reported the edge at byte 8 of its object twice"});
  CHECK(ouro::wrong_trace{16, 16, "next"}.what() ==
        std::string_view{"a trace reported an edge twice, in memory that its object owns"});
  const std::string long_name(200, 'n');
  CHECK(ouro::wrong_trace{8, 16, long_name.c_str()}.what() ==
        "a trace reported the edge at byte 8 of its object twice: `" + std::string(40, 'n') + '`');
}
