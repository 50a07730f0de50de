#include "trace/seen_by_two_files.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>

// This file knows `later<1>`, and not `later<2>`; seen_by_two_files_too_test.cpp knows the other one. The linker takes
// each inline function from one of the two files: with both numbers each file is the first once.

namespace seen_by_two_files {

template <>
struct later<1> : complete {};

namespace {

template <int Number>
void check(const uses<Number>& here, const uses<Number>& there, ouro::ptr<later<Number>> (*make_later)()) {
  ouro::gc::collect();
  for (const auto& [maker, user] : {std::pair{&here, &there}, {&there, &here}, {&here, &here}, {&there, &there}}) {
    auto made = maker->make();
    made->to = make_later();
    user->suspect(made);
    maker->suspect(made);
    CHECK(ouro::gc::collect() == 0);
    CHECK(made.use_count() == 1);
    CHECK(later_alive == 1);
    // The list is a cycle, and holds the object that is part of none.
    auto list = user->make_list(made);
    list->next = list;
    list.reset();
    made.reset();
    CHECK(later_alive == 1);
    CHECK(ouro::gc::collect() >= 1);
    CHECK(later_alive == 0);
    CHECK(ouro::gc::count() == 0);
  }
}

}  // namespace
}  // namespace seen_by_two_files

TEST_CASE("two files: a type that only one of them sees as acyclic may be used by both (trap 77)") {
  using namespace seen_by_two_files;
  check<1>(uses_of_this_file<1>, of_1_in_other, [] { return ouro::make<later<1>>(); });
  check<2>(uses_of_this_file<2>, of_2_in_other, of_2_in_other.make_later);
}
