#include "support/counted.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <exception>
#include <string>
#include <string_view>
#include <vector>

// A trace that reports an edge twice, while a pointer from outside makes the count right: only the audit of traces
// notices that. Checked builds end with a report (checked/misuse_test.cpp).

using ouro::test::counted;
using ouro::test::unraisable_reports;

namespace {

using by_trial = ouro::default_memory;
using by_generation = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;
using shared = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;

std::vector<std::string> reports;

void note(std::exception_ptr thrown, std::string_view type) {
  try {
    std::rethrow_exception(thrown);
  } catch (const ouro::wrong_trace& found) {
    reports.push_back(std::string{type.substr(0, type.find('<'))} + ": " + found.what());
  }
}

/// The handler of one test.
struct noted_reports {
  noted_reports() { reports.clear(); }
  noted_reports(const noted_reports&) = delete;
  noted_reports& operator=(const noted_reports&) = delete;
  ~noted_reports() { ouro::set_unraisable_handler(before); }

  ouro::unraisable_handler before = ouro::set_unraisable_handler(&note);
};

template <class Memory, int Number>
struct node : counted<node<Memory, Number>> {
  using pointer = typename Memory::template ptr<node>;
  static inline int twice_from = 0;  ///< objects with this number and above report `next` twice

  explicit node(int numbered = 0) : number{numbered} {}
  void trace(auto&& visit) {
    visit(next, many);
    if (number >= twice_from) visit(next);
  }

  int number;
  pointer next;
  std::vector<pointer> many;
};

/// As `node`, but it is an edge in its vector that is reported twice.
struct careless : counted<careless> {
  void trace(auto&& visit) { visit(many, many[0]); }

  std::vector<ouro::ptr<careless>> many;
};

}  // namespace

TEST_CASE_TEMPLATE("audit: an object held from outside lives, though an edge to it was reported twice (trap 80)",
                   Memory, by_trial, by_generation, shared) {
  const noted_reports handler;
  using doubled = node<Memory, 1>;
  const auto before = Memory::gc::stats();
  typename doubled::pointer held;
  {
    const auto garbage = Memory::template make<doubled>();
    held = Memory::template make<doubled>();
    garbage->next = held;
    garbage->many.push_back(garbage);
    held->many.push_back(held);
  }
  // Two pointers, two reported edges: nothing seems to hold the object from outside.
  CHECK(Memory::gc::collect() == 0);
  CHECK(doubled::alive == 2);
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].find("::node: ") != std::string::npos);
  CHECK(reports[0].ends_with(ouro::has_reflection ? "a trace reported the edge at byte 8 of its object twice: `next`"
                                                  : "a trace reported the edge at byte 8 of its object twice"));
  // From then on the objects of this type, and those that they lead to, count as held.
  CHECK(Memory::gc::collect() == 0);
  CHECK(reports.size() == 1);
  CHECK(doubled::alive == 2);
  CHECK(held.use_count() == 3);
  CHECK(Memory::gc::stats().over_reported > before.over_reported);
}

TEST_CASE_TEMPLATE("audit: garbage of other types is collected, unless an object with a wrong trace leads to it",
                   Memory, by_trial, by_generation) {
  const noted_reports handler;
  using doubled = node<Memory, 2>;
  using right = node<Memory, 3>;
  right::twice_from = 1'000'000;
  {
    const auto garbage = Memory::template make<doubled>();
    garbage->next = garbage;
  }
  Memory::gc::collect();
  CHECK(reports.size() == 1);
  {
    const auto other = Memory::template make<right>();
    other->next = other;
  }
  CHECK(Memory::gc::collect() == 1);
  CHECK(right::alive == 0);
  CHECK(doubled::alive == 1);
}

TEST_CASE("audit: a wrong trace is found in a sample of the objects that are made later") {
  const noted_reports handler;
  using later = node<by_trial, 4>;
  constexpr int first_wrong = 100;
  later::twice_from = first_wrong;
  for (int i = 0; i != 3000; ++i) {
    const auto garbage = ouro::make<later>(i);
    garbage->next = garbage;
    garbage->many.push_back(garbage);
  }
  ouro::gc::collect();
  ouro::gc::collect();
  CHECK(reports.size() == 1);
  CHECK(later::alive > 0);
}

TEST_CASE("audit: an edge in memory that the object owns is reported without an offset") {
  const noted_reports handler;
  {
    const auto garbage = ouro::make<careless>();
    for (int i = 0; i != 100; ++i) garbage->many.push_back(garbage);
  }
  CHECK(ouro::gc::collect() == 0);
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].ends_with("::careless: a trace reported an edge twice, in memory that its object owns"));
  CHECK(ouro::gc::collect() == 0);
  CHECK(reports.size() == 1);
  CHECK(careless::alive == 1);
}

namespace {

/// Throws on demand, after the audit of its type has found nothing wrong.
struct late_thrower {
  static inline bool throws = false;
  void trace(auto&& visit) {
    if (throws) throw 1;
    visit(next);
  }
  ouro::ptr<late_thrower> next;
};

}  // namespace

TEST_CASE("audit: a trace that throws after the audit of its type frees nothing (trap 40)") {
  const unraisable_reports failures;
  for (int i = 0; i != 100; ++i) {
    const auto garbage = ouro::make<late_thrower>();
    garbage->next = garbage;
  }
  CHECK(ouro::gc::collect() == 100);
  {
    const auto garbage = ouro::make<late_thrower>();
    garbage->next = garbage;
  }
  late_thrower::throws = true;
  CHECK(ouro::gc::collect() == 0);
  late_thrower::throws = false;
  CHECK(ouro::gc::collect() == 1);
}
