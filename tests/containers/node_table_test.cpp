#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace {

struct node {
  static inline int alive = 0;
  node(int numbered, std::size_t hashed) : number{numbered}, hash{hashed} { ++alive; }
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node() { --alive; }

  int number;
  std::size_t hash;
};

using table = ouro::detail::node_table<node, ouro::default_memory>;

node& insert(table& to, int number, std::size_t hash) {
  to.make_room();
  auto made = std::make_unique<node>(number, hash);
  node& at = *made;
  to.insert(std::move(made));
  return at;
}

std::vector<int> numbers_in(const table& of) {
  std::vector<int> found;
  of.each([&found](const node& each) { found.push_back(each.number); });
  return found;
}

node* find(const table& in, int number, std::size_t hash) {
  return in.find(hash, [&](const node& seen) { return seen.hash == hash && seen.number == number; });
}

}  // namespace

TEST_CASE("node_table: nodes keep their addresses and their order while the table grows") {
  {
    table nodes;
    CHECK_FALSE(nodes.has_room());
    std::vector<const node*> addresses;
    std::vector<int> expected;
    for (int i = 0; i != 1000; ++i) {
      addresses.push_back(&insert(nodes, i, static_cast<std::size_t>(i % 10)));
      expected.push_back(i);
    }
    CHECK(nodes.size() == 1000);
    CHECK(numbers_in(nodes) == expected);
    for (int i = 0; i != 1000; ++i)
      REQUIRE(find(nodes, i, static_cast<std::size_t>(i % 10)) == addresses[static_cast<std::size_t>(i)]);
    CHECK(find(nodes, 1000, 0) == nullptr);
    CHECK(find(nodes, 5, 6) == nullptr);  // under another hash
    CHECK(node::alive == 1000);
  }
  CHECK(node::alive == 0);
}

TEST_CASE("node_table: an extracted node leaves an empty place, and the places close up when half of them are empty") {
  table nodes;
  for (int i = 0; i != 8; ++i) insert(nodes, i, 3);
  CHECK(nodes.first() == 0);
  const auto taken = nodes.extract(*find(nodes, 0, 3));
  CHECK(taken->number == 0);
  CHECK(nodes.first() == 1);
  CHECK(nodes.places() == 8);
  CHECK(nodes.at(0) == nullptr);
  for (const int gone : {2, 3, 5}) static_cast<void>(nodes.extract(*find(nodes, gone, 3)));
  CHECK(nodes.places() == 8);
  CHECK(numbers_in(nodes) == std::vector<int>{1, 4, 6, 7});
  static_cast<void>(nodes.extract(*find(nodes, 4, 3)));
  CHECK(nodes.places() == 3);
  CHECK(nodes.first() == 0);
  CHECK(numbers_in(nodes) == std::vector<int>{1, 6, 7});
  for (const int left : {1, 6, 7}) CHECK(find(nodes, left, 3)->number == left);
  CHECK(find(nodes, 4, 3) == nullptr);
}
