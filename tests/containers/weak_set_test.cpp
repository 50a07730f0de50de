#include "containers/weakly_held.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <vector>

using ouro::make;
using ouro::ptr;
using namespace ouro::test::weakly;

namespace {

struct node {
  ptr<node> next;
  int value = 0;
};

[[nodiscard]] ptr<node> make_node(int value) { return make<node>(nullptr, value); }

}  // namespace

TEST_CASE("weak_set: does not grow by objects that have left it") {
  ouro::heap heap;
  const ouro::heap::scope inside{heap};
  const auto bytes = [&] { return heap.statistics().used_bytes + heap.statistics().large_bytes; };
  ouro::weak_set<node> set;
  std::array<ptr<node>, 10> latest;
  for (auto& each : latest) set.insert(each = make_node(0));
  const std::size_t before = bytes();
  for (std::size_t i = 0; i != 10'000; ++i) {
    ptr<node>& each = latest[i % latest.size()];  // the oldest goes
    set.insert(each = make_node(0));
  }
  CHECK(set.size() == latest.size());
  CHECK(bytes() < before + 1000);
}

TEST_CASE_TEMPLATE("weak_set: an object is in the set once, while it lives", Memory, OURO_TEST_WEAK_MEMORIES) {
  ouro::weak_set<item<Memory>, Memory> set;
  auto one = make_item<Memory>(1);
  const auto two = make_item<Memory>(2);
  CHECK(set.insert(one));
  CHECK_FALSE(set.insert(one));
  CHECK(set.insert(two));
  CHECK(set.size() == 2);
  one.reset();
  CHECK(set.size() == 1);
  for (const auto& each : set) CHECK(each == two);
  CHECK(set.erase(two) == 1);
  CHECK(set.empty());
}

TEST_CASE_TEMPLATE("weak_set: a set that is cleared in an iteration is empty, and the iteration ends (trap 31)", Memory,
                   OURO_TEST_WEAK_MEMORIES) {
  ouro::weak_set<item<Memory>, Memory> set;
  std::vector<item_ptr<Memory>> kept;
  for (int i = 0; i != 5; ++i) {
    kept.push_back(make_item<Memory>(i));
    CHECK(set.insert(kept.back()));
  }
  {
    auto at = set.begin();
    kept.front().reset();
    kept[1].reset();  // its place is empty, and is not emptied again
    CHECK(set.size() == 4);
    set.clear();
    CHECK(set.empty());
    CHECK_FALSE(set.contains(kept.back()));
    CHECK(set.erase(kept.back()) == 0);
    ++at;
    CHECK(at == set.end());
    CHECK(set.insert(kept.back()));
    CHECK(set.size() == 1);
  }
  CHECK(set.size() == 1);
  CHECK(set.contains(kept.back()));
  CHECK(kept.back().use_count() == 1);
  set.clear();
  CHECK(set.empty());
  CHECK(set.erase(kept.back()) == 0);
}
