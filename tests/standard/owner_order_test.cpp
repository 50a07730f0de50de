// owner_before of [util.smartptr.shared.obs] and [util.smartptr.weak.obs], and [util.smartptr.ownerless].
#include "standard/deleters.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ouro::test::standard;

namespace {

template <class F, class T = void>
using owner_less = typename F::template owner_less<T>;

template <class Less>
concept is_transparent = requires { typename Less::is_transparent; };

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("owner_before: owners of one object are equivalent, whatever they point to", F,
                          equivalent_owners) {
  const shared<F, two_bases> p{new two_bases};
  const shared<F, second_base> q = p;
  const shared<F, int> part{p, &p->last};
  const shared<F, int> null{p, nullptr};
  const weak<F, base> watcher = p;
  CHECK_FALSE(p.owner_before(q));
  CHECK_FALSE(q.owner_before(p));
  CHECK_FALSE(p.owner_before(part));
  CHECK_FALSE(part.owner_before(p));
  CHECK_FALSE(null.owner_before(p));
  CHECK_FALSE(p.owner_before(null));
  CHECK_FALSE(p.owner_before(watcher));
  CHECK_FALSE(watcher.owner_before(p));
  CHECK_FALSE(watcher.owner_before(watcher));
  CHECK_FALSE(p.owner_before(p));
}
TEST_CASE_TEMPLATE_APPLY(equivalent_owners, families);

TEST_CASE_TEMPLATE_DEFINE("owner_before: owners of two objects are ordered, though they point to one", F,
                          ordered_owners) {
  const shared<F, number> p{new number};
  const shared<F, number> q{new number};
  CHECK(p.owner_before(q) != q.owner_before(p));
  const shared<F, number> as_if_p{q, p.get()};
  CHECK(as_if_p == p);
  CHECK_FALSE(same_owner(as_if_p, p));
  CHECK(same_owner(as_if_p, q));
  const weak<F, number> watcher_of_p = p;
  CHECK(watcher_of_p.owner_before(q) == p.owner_before(q));
  CHECK(q.owner_before(watcher_of_p) == q.owner_before(p));
}
TEST_CASE_TEMPLATE_APPLY(ordered_owners, families);

TEST_CASE_TEMPLATE_DEFINE("owner_before: two owners of one raw pointer are different owners", F, two_owners_of_one) {
  deletions noted;
  number on_stack;
  const shared<F, number> p{&on_stack, noting_only{&noted}};
  const shared<F, number> q{&on_stack, noting_only{&noted}};
  CHECK(p == q);
  CHECK_FALSE(same_owner(p, q));
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(two_owners_of_one, families);

TEST_CASE_TEMPLATE_DEFINE("owner_before: empty pointers are equivalent, and differ from owners", F, empty_owners) {
  const shared<F, number> empty;
  const shared<F, base> empty_of_other;
  const weak<F, number> watches_nothing;
  const shared<F, number> p{new number};
  int value = 0;
  const shared<F, int> points_without_owner{empty, &value};
  CHECK(same_owner(empty, empty_of_other));
  CHECK(same_owner(empty, watches_nothing));
  CHECK(same_owner(watches_nothing, empty_of_other));
  CHECK(same_owner(points_without_owner, empty));
  CHECK_FALSE(same_owner(empty, p));
  CHECK_FALSE(same_owner(watches_nothing, p));
  const shared<F, number> owner_of_null{static_cast<number*>(nullptr)};
  CHECK_FALSE(same_owner(empty, owner_of_null));
}
TEST_CASE_TEMPLATE_APPLY(empty_owners, families);

TEST_CASE_TEMPLATE_DEFINE("owner_before: is a strict weak order", F, strict_weak_order) {
  std::vector<shared<F, number>> all;
  for (int i = 0; i != 12; ++i) {
    if (i % 2 == 0) {
      all.push_back(F::template make_shared<number>(i));
    } else {
      all.emplace_back(new number{i});
    }
    if (i % 3 == 0) all.push_back(all.back());
  }
  all.emplace_back();
  bool holds = true;
  for (const auto& a : all) {
    for (const auto& b : all) {
      holds = holds && !(a.owner_before(b) && b.owner_before(a));
      holds = holds && ((a == b) == same_owner(a, b));
      for (const auto& c : all) {
        holds = holds && (!(a.owner_before(b) && b.owner_before(c)) || a.owner_before(c));
        holds = holds && (!(same_owner(a, b) && same_owner(b, c)) || same_owner(a, c));
      }
    }
  }
  CHECK(holds);
  std::sort(all.begin(), all.end(), owner_less<F>{});
  CHECK(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.owner_before(b); }));
  all.erase(std::unique(all.begin(), all.end()), all.end());
  CHECK(all.size() == 13);
}
TEST_CASE_TEMPLATE_APPLY(strict_weak_order, families);

TEST_CASE_TEMPLATE_DEFINE("owner_before: a watcher keeps its place when its object has gone", F, watcher_keeps_place) {
  std::vector<shared<F, number>> owners;
  std::vector<weak<F, number>> watchers;
  for (int i = 0; i != 5; ++i) {
    owners.push_back(F::template make_shared<number>(i));
    watchers.push_back(owners.back());
  }
  std::sort(watchers.begin(), watchers.end(), owner_less<F, weak<F, number>>{});
  std::vector<bool> before;
  for (const auto& a : watchers) {
    for (const auto& b : watchers) before.push_back(a.owner_before(b));
  }
  owners.clear();
  std::vector<bool> after;
  for (const auto& a : watchers) {
    for (const auto& b : watchers) after.push_back(a.owner_before(b));
  }
  CHECK(before == after);
  const weak<F, number> copy = watchers[2];
  CHECK(copy.expired());
  CHECK(same_owner(copy, watchers[2]));
  CHECK_FALSE(same_owner(watchers[1], watchers[2]));
  CHECK_FALSE(same_owner(watchers[1], weak<F, number>{}));
  const auto made_after = F::template make_shared<number>(9);
  for (const auto& each : watchers) CHECK_FALSE(same_owner(each, made_after));
}
TEST_CASE_TEMPLATE_APPLY(watcher_keeps_place, families);

TEST_CASE_TEMPLATE_DEFINE("owner_less: of shared_ptr, also with watchers", F, less_of_shared) {
  const owner_less<F, shared<F, number>> less;
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  const weak<F, number> watcher = p;
  CHECK(less(p, q) == p.owner_before(q));
  CHECK(less(p, q) != less(q, p));
  CHECK_FALSE(less(p, watcher));
  CHECK_FALSE(less(watcher, p));
  CHECK(less(watcher, q) == less(p, q));
  CHECK(less(q, watcher) == less(q, p));
  static_assert(noexcept(less(p, q)));
  static_assert(noexcept(less(p, watcher)));
  static_assert(noexcept(less(watcher, p)));
  static_assert(std::is_same_v<decltype(less(p, q)), bool>);
  static_assert(std::is_empty_v<owner_less<F, shared<F, number>>>);
}
TEST_CASE_TEMPLATE_APPLY(less_of_shared, families);

TEST_CASE_TEMPLATE_DEFINE("owner_less: of weak_ptr, also with owners", F, less_of_weak) {
  const owner_less<F, weak<F, number>> less;
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  const weak<F, number> watches_p = p;
  const weak<F, number> watches_q = q;
  CHECK(less(watches_p, watches_q) == p.owner_before(q));
  CHECK(less(watches_q, watches_p) == q.owner_before(p));
  CHECK(less(p, watches_q) == p.owner_before(q));
  CHECK(less(watches_p, q) == p.owner_before(q));
  CHECK_FALSE(less(watches_p, p));
  static_assert(noexcept(less(watches_p, watches_q)));
}
TEST_CASE_TEMPLATE_APPLY(less_of_weak, families);

TEST_CASE_TEMPLATE_DEFINE("owner_less<void>: compares pointers of all types", F, less_of_all) {
  const owner_less<F> less;
  static_assert(is_transparent<owner_less<F>>);
  static_assert(std::is_same_v<owner_less<F>, owner_less<F, void>>);
  const shared<F, derived> p{new derived};
  const shared<F, base> same = p;
  const shared<F, number> other{new number};
  const weak<F, const base> watcher = p;
  const weak<F, void> watches_other = other;
  CHECK_FALSE(less(p, same));
  CHECK_FALSE(less(same, p));
  CHECK_FALSE(less(watcher, p));
  CHECK_FALSE(less(same, watcher));
  CHECK(less(p, other) != less(other, p));
  CHECK(less(watcher, watches_other) == less(p, other));
  CHECK(less(watches_other, watcher) == less(other, p));
  CHECK(less(p, watches_other) == less(p, other));
  static_assert(noexcept(less(p, other)));
  static_assert(noexcept(less(watcher, watches_other)));
}
TEST_CASE_TEMPLATE_APPLY(less_of_all, families);

TEST_CASE_TEMPLATE_DEFINE("owner_less: in a set of watchers, and in a map that is asked by an owner", F,
                          in_containers) {
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  std::set<weak<F, number>, owner_less<F, weak<F, number>>> watched;
  watched.insert(p);
  watched.insert(q);
  watched.insert(weak<F, number>{p});
  CHECK(watched.size() == 2);
  CHECK(watched.count(p) == 1);
  CHECK(watched.count(F::template make_shared<number>(3)) == 0);
  std::map<weak<F, number>, int, owner_less<F>> values;
  values[p] = 10;
  values[q] = 20;
  const shared<F, int> part{q, &q->value};
  REQUIRE(values.find(part) != values.end());
  CHECK(values.find(part)->second == 20);
  CHECK(values.find(shared<F, number>{}) == values.end());
}
TEST_CASE_TEMPLATE_APPLY(in_containers, families);

TEST_CASE_TEMPLATE_DEFINE("owner_before: does not throw, and takes all types", F, order_traits) {
  using pointer = shared<F, number>;
  using watcher = weak<F, number>;
  static_assert(noexcept(std::declval<const pointer&>().owner_before(std::declval<const shared<F, base>&>())));
  static_assert(noexcept(std::declval<const pointer&>().owner_before(std::declval<const weak<F, void>&>())));
  static_assert(noexcept(std::declval<const watcher&>().owner_before(std::declval<const shared<F, base[]>&>())));
  static_assert(noexcept(std::declval<const watcher&>().owner_before(std::declval<const weak<F, base>&>())));
  static_assert(std::is_same_v<decltype(std::declval<pointer>().owner_before(std::declval<pointer&>())), bool>);
  CHECK_FALSE(pointer{}.owner_before(watcher{}));
}
TEST_CASE_TEMPLATE_APPLY(order_traits, families);
