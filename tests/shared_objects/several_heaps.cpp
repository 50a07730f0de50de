// A program that does not show its symbols to the plugins that it loads (no -rdynamic, no ENABLE_EXPORTS): each of them
// has a heap of its own then, and a checked build says so before an object can go astray.
#include "shared_objects/load.hpp"
#include "shared_objects/side.hpp"
#include "support/child.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

namespace {

using ouro::test::load;
using ouro::test::side;

const side& left() { return *load(OURO_TEST_LEFT).entry("left_side")(); }
const side& right() { return *load(OURO_TEST_RIGHT).entry("right_side")(); }

/// It must not end in the program, which has another heap.
void keep(ouro::ptr<int> made) { static_cast<void>(made.release()); }

constexpr auto report = "ouro: each of these has a heap of its own, and no object of one must come to another:";

}  // namespace

TEST_CASE("several heaps: a program alone has one") {
  CHECK(ouro::heaps_in_process() == 1);
  const auto said = ouro::test::run_in_child([] { ouro::make<int>(1); });
  CHECK(said.text == "");
}

TEST_CASE("several heaps: each that comes with one more is reported at its first object") {
  const auto said = ouro::test::run_in_child([] {
    ouro::make<int>(1);
    const side& first = left();
    std::fputs("left is loaded\n", stderr);
    keep(first.make_int(1));
    keep(first.make_int(2));
    std::fputs("left is in use\n", stderr);
    keep(right().make_int(3));
    if (ouro::heaps_in_process() != 3) std::abort();
  });
  CHECK_FALSE(said.aborted);
  const std::string left_path = OURO_TEST_LEFT;
  const std::string right_path = OURO_TEST_RIGHT;
  CHECK(said.text == std::string{"left is loaded\n"} + report + " the program " + left_path + "\nleft is in use\n" +
                         report + " the program " + left_path + ' ' + right_path + '\n');
}

TEST_CASE("several heaps: an object that goes astray all the same is reported where it dies") {
  const auto said = ouro::test::run_in_child([] {
    ouro::make<int>(1);
    left().make_int(1).reset();
  });
  INFO(said.text);
  CHECK(said.aborted);
  CHECK(said.text.find("a block was given back that lies in no pool") != std::string::npos);
}

TEST_CASE("several heaps: two plugins that do not see each other") {
  const auto said = ouro::test::run_in_child([] {
    keep(left().make_int(1));
    keep(right().make_int(2));
  });
  CHECK(said.text.find(OURO_TEST_LEFT) != std::string::npos);
}
