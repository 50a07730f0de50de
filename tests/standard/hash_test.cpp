// [util.smartptr.hash]: std::hash of shared pointers.
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

using namespace ouro::test::standard;

TEST_CASE_TEMPLATE_DEFINE("std::hash: is the hash of the stored pointer", F, hash_of_pointer) {
  const shared<F, number> p{new number};
  CHECK(std::hash<shared<F, number>>{}(p) == std::hash<number*>{}(p.get()));
  const shared<F, const number> constant = p;
  CHECK(std::hash<shared<F, const number>>{}(constant) == std::hash<const number*>{}(p.get()));
  const shared<F, void> anything = p;
  CHECK(std::hash<shared<F, void>>{}(anything) == std::hash<void*>{}(p.get()));
  const shared<F, number> empty;
  CHECK(std::hash<shared<F, number>>{}(empty) == std::hash<number*>{}(nullptr));
  const shared<F, int[]> array{new int[2]{}};
  CHECK(std::hash<shared<F, int[]>>{}(array) == std::hash<int*>{}(array.get()));
  const shared<F, int[2]> known{new int[2]{}};
  CHECK(std::hash<shared<F, int[2]>>{}(known) == std::hash<int*>{}(known.get()));
}
TEST_CASE_TEMPLATE_APPLY(hash_of_pointer, families);

TEST_CASE_TEMPLATE_DEFINE("std::hash: of aliases differs, of copies does not", F, hash_of_aliases) {
  const shared<F, int[]> array{new int[2]{}};
  const shared<F, int> first{array, &array[0]};
  const shared<F, int> second{array, &array[1]};
  const std::hash<shared<F, int>> hash;
  CHECK(hash(first) == hash(shared<F, int>{first}));
  CHECK(hash(first) != hash(second));
}
TEST_CASE_TEMPLATE_APPLY(hash_of_aliases, families);

TEST_CASE_TEMPLATE_DEFINE("std::hash: keys of unordered sets and maps", F, in_containers) {
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  std::unordered_set<shared<F, number>> set{p, q, p, nullptr};
  CHECK(set.size() == 3);
  CHECK(set.count(p) == 1);
  CHECK(set.count(F::template make_shared<number>(1)) == 0);
  std::unordered_map<shared<F, const number>, int> map;
  map[p] = 1;
  map[q] = 2;
  map[p] += 10;
  CHECK(map.at(p) == 11);
  CHECK(map.size() == 2);
  set.clear();
  map.clear();
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(in_containers, families);

TEST_CASE_TEMPLATE_DEFINE("std::hash: is enabled as the library's are, and there is none of weak pointers", F,
                          hash_traits) {
  using hash = std::hash<shared<F, number>>;
  static_assert(std::is_default_constructible_v<hash>);
  static_assert(std::is_copy_constructible_v<hash>);
  static_assert(std::is_copy_assignable_v<hash>);
  static_assert(std::is_swappable_v<hash>);
  static_assert(
      std::is_same_v<decltype(std::declval<const hash&>()(std::declval<const shared<F, number>&>())), std::size_t>);
  static_assert(!std::is_default_constructible_v<std::hash<weak<F, number>>>);
  static_assert(std::is_default_constructible_v<std::hash<shared<F, int[]>>>);
  CHECK(hash{}(shared<F, number>{}) == hash{}(nullptr));
}
TEST_CASE_TEMPLATE_APPLY(hash_traits, families);
