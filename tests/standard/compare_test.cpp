// [util.smartptr.shared.cmp]: comparison.
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <compare>
#include <concepts>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ouro::test::standard;

namespace {

template <class Left, class Right>
concept comparable = requires(const Left& left, const Right& right) { left == right; };
template <class Left, class Right>
concept ordered = requires(const Left& left, const Right& right) { left < right; };

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("operator==: compares stored pointers, and not owners", F, compares_pointers) {
  const shared<F, number> p{new number};
  const shared<F, number> q = p;
  const shared<F, number> other{new number};
  CHECK(p == q);
  CHECK_FALSE(p != q);
  CHECK(p != other);
  CHECK_FALSE(p == other);
  CHECK(shared<F, number>{other, p.get()} == p);
  CHECK(shared<F, number>{p, other.get()} != p);
  CHECK(p == p);
}
TEST_CASE_TEMPLATE_APPLY(compares_pointers, families);

TEST_CASE_TEMPLATE_DEFINE("operator==: of equal objects is false", F, compares_no_objects) {
  CHECK(F::template make_shared<int>(1) != F::template make_shared<int>(1));
}
TEST_CASE_TEMPLATE_APPLY(compares_no_objects, families);

TEST_CASE_TEMPLATE_DEFINE("operator==: with a base, with const and with void", F, compares_types) {
  const shared<F, two_bases> p{new two_bases};
  const shared<F, base> first = p;
  const shared<F, second_base> second = p;
  const shared<F, const two_bases> constant = p;
  const shared<F, void> anything = p;
  CHECK(p == first);
  CHECK(p == second);
  CHECK(second == p);
  CHECK(p == constant);
  CHECK(p == anything);
  CHECK(anything == p);
  CHECK(first == anything);
  CHECK_FALSE(p != second);
  CHECK(shared<F, base>{} != p);
  CHECK(shared<F, number>{} == shared<F, void>{});
}
TEST_CASE_TEMPLATE_APPLY(compares_types, families);

TEST_CASE_TEMPLATE_DEFINE("operator==: with nullptr, on either side", F, compares_null) {
  const shared<F, number> empty;
  const shared<F, number> p{new number};
  CHECK(empty == nullptr);
  CHECK(nullptr == empty);
  CHECK_FALSE(empty != nullptr);
  CHECK(p != nullptr);
  CHECK(nullptr != p);
  CHECK_FALSE(nullptr == p);
  CHECK(empty == shared<F, number>{});
  CHECK((empty == NULL));
  CHECK((p != NULL));
  CHECK((empty == 0));
  CHECK(shared<F, number>{p, nullptr} == nullptr);
  CHECK(shared<F, number[]>{} == nullptr);
  CHECK(shared<F, void>{} == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(compares_null, families);

TEST_CASE_TEMPLATE_DEFINE("operator<=>: orders by stored pointers", F, orders_pointers) {
  const shared<F, int[]> array{new int[3]{}};
  const shared<F, int> first{array, &array[0]};
  const shared<F, int> second{array, &array[1]};
  CHECK((first <=> second) == std::strong_ordering::less);
  CHECK((second <=> first) == std::strong_ordering::greater);
  CHECK((first <=> shared<F, int>{first}) == std::strong_ordering::equal);
  CHECK(first < second);
  CHECK(first <= second);
  CHECK_FALSE(first > second);
  CHECK_FALSE(first >= second);
  CHECK(second > first);
  CHECK(second >= first);
  CHECK(first <= first);
  CHECK(first >= first);
  CHECK_FALSE(first < first);
  CHECK(first < shared<F, const int>{second});
  CHECK(shared<F, const int>{first} <= second);
  CHECK((shared<F, void>{first} <=> second) < 0);
}
TEST_CASE_TEMPLATE_APPLY(orders_pointers, families);

TEST_CASE_TEMPLATE_DEFINE("operator<=>: with nullptr", F, orders_null) {
  const shared<F, number> empty;
  const shared<F, number> p{new number};
  CHECK((empty <=> nullptr) == std::strong_ordering::equal);
  CHECK((p <=> nullptr) == std::strong_ordering::greater);
  CHECK((nullptr <=> p) == std::strong_ordering::less);
  CHECK(p > nullptr);
  CHECK(nullptr < p);
  CHECK(p >= nullptr);
  CHECK(empty <= nullptr);
  CHECK(nullptr >= empty);
  CHECK_FALSE(empty < nullptr);
  CHECK_FALSE(empty > nullptr);
  CHECK(empty < p);
  CHECK((shared<F, number[]>{} <=> nullptr) == 0);
  CHECK((shared<F, void>{} <=> nullptr) == 0);
}
TEST_CASE_TEMPLATE_APPLY(orders_null, families);

TEST_CASE_TEMPLATE_DEFINE("operator<=>: is total, also over pointers without relation", F, total_order) {
  std::vector<shared<F, number>> all;
  for (int i = 0; i != 20; ++i) all.push_back(F::template make_shared<number>(i));
  all.emplace_back();
  std::sort(all.begin(), all.end());
  CHECK(all.front() == nullptr);
  CHECK(std::is_sorted(all.begin(), all.end(),
                       [](const auto& a, const auto& b) { return std::less<number*>{}(a.get(), b.get()); }));
  CHECK(std::ranges::is_sorted(all));
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}
TEST_CASE_TEMPLATE_APPLY(total_order, families);

TEST_CASE_TEMPLATE_DEFINE("std::less and its like: agree with the operators", F, function_objects) {
  const shared<F, int[]> array{new int[2]{}};
  const shared<F, int> first{array, &array[0]};
  const shared<F, int> second{array, &array[1]};
  CHECK(std::less<shared<F, int>>{}(first, second));
  CHECK(std::less<>{}(first, second));
  CHECK(std::greater<>{}(second, first));
  CHECK(std::equal_to<>{}(first, first));
  CHECK(std::ranges::less{}(first, second));
  CHECK(std::compare_three_way{}(first, second) < 0);
  CHECK(std::max(first, second) == second);
}
TEST_CASE_TEMPLATE_APPLY(function_objects, families);

TEST_CASE_TEMPLATE_DEFINE("operator<=>: keys of sets and maps", F, in_containers) {
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  std::set<shared<F, number>> set{p, q, p, q, nullptr};
  CHECK(set.size() == 3);
  CHECK(set.contains(p));
  CHECK(set.contains(nullptr));
  CHECK_FALSE(set.contains(F::template make_shared<number>(1)));
  CHECK(p.use_count() == 2);
  std::map<shared<F, const number>, int> map;
  map[p] = 1;
  map[q] = 2;
  CHECK(map[p] == 1);
  CHECK(map.size() == 2);
  set.clear();
  map.clear();
  CHECK(p.use_count() == 1);
  CHECK(std::pair{p, 1} < std::pair{p, 2});
}
TEST_CASE_TEMPLATE_APPLY(in_containers, families);

TEST_CASE_TEMPLATE_DEFINE("comparison: concepts, types and exceptions", F, comparison_traits) {
  using pointer = shared<F, base>;
  const pointer p;
  const shared<F, derived> q;
  static_assert(std::same_as<decltype(p <=> q), std::strong_ordering>);
  static_assert(std::same_as<decltype(p <=> nullptr), std::strong_ordering>);
  static_assert(std::same_as<decltype(p == q), bool>);
  static_assert(std::same_as<decltype(p == nullptr), bool>);
  static_assert(noexcept(p == q));
  static_assert(noexcept(p != q));
  static_assert(noexcept(p < q));
  static_assert(noexcept(p <=> q));
  static_assert(noexcept(p == nullptr));
  static_assert(noexcept(nullptr == p));
  static_assert(noexcept(p <=> nullptr));
  static_assert(std::totally_ordered<pointer>);
  static_assert(std::three_way_comparable<pointer, std::strong_ordering>);
  static_assert(std::equality_comparable_with<pointer, shared<F, void>>);
  static_assert(std::equality_comparable_with<pointer, std::nullptr_t>);
  static_assert(std::totally_ordered_with<pointer, shared<F, const base>>);
  static_assert(comparable<pointer, shared<F, void>>);
  static_assert(ordered<pointer, shared<F, derived>>);
  static_assert(!comparable<pointer, int>);
  static_assert(!comparable<pointer, base*>);
  static_assert(!comparable<weak<F, base>, weak<F, base>>);
  static_assert(!ordered<weak<F, base>, weak<F, base>>);
  static_assert(!comparable<weak<F, base>, std::nullptr_t>);
  CHECK(p == q);
}
TEST_CASE_TEMPLATE_APPLY(comparison_traits, families);
