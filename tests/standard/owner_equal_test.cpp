// owner_hash and owner_equal of C++26: members, [util.smartptr.owner.hash] and [util.smartptr.owner.equal].
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

using namespace ouro::test::standard;

namespace {

template <class Function>
concept is_transparent = requires { typename Function::is_transparent; };

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("owner_equal: whether two share ownership, or are both empty", F, equal) {
  const shared<F, two_bases> p{new two_bases};
  const shared<F, second_base> q = p;
  const shared<F, int> null{p, nullptr};
  const weak<F, base> watcher = p;
  const shared<F, two_bases> other{new two_bases};
  CHECK(p.owner_equal(p));
  CHECK(p.owner_equal(q));
  CHECK(q.owner_equal(p));
  CHECK(null.owner_equal(p));
  CHECK(p.owner_equal(watcher));
  CHECK(watcher.owner_equal(null));
  CHECK(watcher.owner_equal(watcher));
  CHECK_FALSE(p.owner_equal(other));
  CHECK_FALSE(watcher.owner_equal(other));
  CHECK_FALSE(other.owner_equal(watcher));
  CHECK_FALSE(shared<F, two_bases>{other, p.get()}.owner_equal(p));
}
TEST_CASE_TEMPLATE_APPLY(equal, families_with_owner_hash);

TEST_CASE_TEMPLATE_DEFINE("owner_equal: empty pointers of all types", F, equal_empty) {
  int value = 0;
  const shared<F, number> empty;
  const shared<F, number> null{static_cast<number*>(nullptr)};
  CHECK(empty.owner_equal(shared<F, base>{}));
  CHECK(empty.owner_equal(weak<F, base>{}));
  CHECK(weak<F, number>{}.owner_equal(empty));
  CHECK(weak<F, number>{}.owner_equal(weak<F, base>{}));
  CHECK(shared<F, int>{empty, &value}.owner_equal(empty));
  CHECK_FALSE(null.owner_equal(empty));
  CHECK(empty.owner_hash() == shared<F, base>{}.owner_hash());
  CHECK(empty.owner_hash() == weak<F, base>{}.owner_hash());
}
TEST_CASE_TEMPLATE_APPLY(equal_empty, families_with_owner_hash);

TEST_CASE_TEMPLATE_DEFINE("owner_hash: is the same for all who share ownership", F, hash) {
  const shared<F, two_bases> p{new two_bases};
  const shared<F, second_base> q = p;
  const shared<F, int> part{p, &p->last};
  const weak<F, base> watcher = p;
  CHECK(p.owner_hash() == q.owner_hash());
  CHECK(p.owner_hash() == part.owner_hash());
  CHECK(p.owner_hash() == watcher.owner_hash());
  const auto made = F::template make_shared<two_bases>();
  CHECK(made.owner_hash() == shared<F, second_base>{made}.owner_hash());
  static_assert(std::is_same_v<decltype(p.owner_hash()), std::size_t>);
  static_assert(noexcept(p.owner_hash()));
  static_assert(noexcept(watcher.owner_hash()));
  static_assert(noexcept(p.owner_equal(watcher)));
  static_assert(noexcept(watcher.owner_equal(p)));
}
TEST_CASE_TEMPLATE_APPLY(hash, families_with_owner_hash);

TEST_CASE_TEMPLATE_DEFINE("owner_hash: differs between most owners", F, hash_differs) {
  std::unordered_set<std::size_t> hashes;
  std::unordered_set<shared<F, number>> keep;
  for (int i = 0; i != 100; ++i) {
    const auto made = F::template make_shared<number>(i);
    keep.insert(made);
    hashes.insert(made.owner_hash());
  }
  CHECK(hashes.size() > 50);
}
TEST_CASE_TEMPLATE_APPLY(hash_differs, families_with_owner_hash);

TEST_CASE_TEMPLATE_DEFINE("owner_hash: of a watcher stays when the object has gone", F, hash_stays) {
  auto p = F::template make_shared<number>(1);
  const weak<F, number> watcher = p;
  const auto before = watcher.owner_hash();
  p.reset();
  CHECK(watcher.expired());
  CHECK(watcher.owner_hash() == before);
  CHECK(watcher.owner_equal(weak<F, number>{watcher}));
  CHECK_FALSE(watcher.owner_equal(p));
}
TEST_CASE_TEMPLATE_APPLY(hash_stays, families_with_owner_hash);

TEST_CASE_TEMPLATE_DEFINE("owner_hash, owner_equal: function objects that take all pointers", F, function_objects) {
  const typename F::owner_hash hash;
  const typename F::owner_equal equal;
  static_assert(is_transparent<typename F::owner_hash>);
  static_assert(is_transparent<typename F::owner_equal>);
  const shared<F, derived> p{new derived};
  const shared<F, base> q = p;
  const weak<F, base> watcher = q;
  const shared<F, number> other{new number};
  CHECK(hash(p) == p.owner_hash());
  CHECK(hash(watcher) == p.owner_hash());
  CHECK(equal(p, q));
  CHECK(equal(p, watcher));
  CHECK(equal(watcher, p));
  CHECK(equal(watcher, watcher));
  CHECK_FALSE(equal(p, other));
  CHECK_FALSE(equal(other, watcher));
  static_assert(noexcept(hash(p)));
  static_assert(noexcept(equal(p, watcher)));
}
TEST_CASE_TEMPLATE_APPLY(function_objects, families_with_owner_hash);

TEST_CASE_TEMPLATE_DEFINE("owner_hash, owner_equal: a table of watchers, asked by owners", F, table) {
  std::unordered_map<weak<F, number>, int, typename F::owner_hash, typename F::owner_equal> values;
  const auto p = F::template make_shared<number>(1);
  auto q = F::template make_shared<number>(2);
  values[p] = 10;
  values[q] = 20;
  values[weak<F, number>{p}] = 11;
  CHECK(values.size() == 2);
  const shared<F, int> part{p, &p->value};
  REQUIRE(values.find(part) != values.end());
  CHECK(values.find(part)->second == 11);
  const weak<F, number> watcher = q;
  q.reset();
  CHECK(values.contains(watcher));
  CHECK(values.erase(watcher) == 1);
  CHECK_FALSE(values.contains(F::template make_shared<number>(3)));
}
TEST_CASE_TEMPLATE_APPLY(table, families_with_owner_hash);
