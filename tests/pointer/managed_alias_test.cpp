#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <type_traits>
#include <utility>

using ouro::test::counted;

namespace {

struct pair : counted<pair> {
  void trace(auto&& visit) { visit(part); }

  int first = 1;
  int second = 2;
  ouro::managed_alias<int> part;
};

struct first_base {
  virtual ~first_base() = default;
};
struct inner {
  virtual ~inner() = default;
  int number = 2;
};
struct outer : first_base, inner {
  void trace(auto&&) {}
};

/// Looks at its alias while it is destroyed.
struct peer : counted<peer> {
  peer() = default;
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;
  ~peer() { not_null += (part == nullptr ? 0 : 1) + static_cast<int>(part.use_count()); }
  void trace(auto&& visit) { visit(part); }

  ouro::managed_alias<int> part;
  int number = 0;
  static inline int not_null = 0;
};

}  // namespace

template <>
inline constexpr bool ouro::interior_base<inner> = true;

TEST_CASE("managed_alias: a part keeps the whole alive after its owner has gone (trap 21)") {
  ouro::managed_alias<int> part;
  ouro::weak<pair> watcher;
  {
    auto whole = ouro::make<pair>();
    watcher = whole;
    part = {whole, &whole->second};
    CHECK(whole.use_count() == 2);
  }
  CHECK(*part == 2);
  CHECK(pair::alive == 1);
  CHECK(part.use_count() == 1);
  CHECK_FALSE(watcher.expired());
  part.reset();
  CHECK(watcher.expired());
  CHECK(pair::alive == 0);
  ouro::gc::collect();
}

TEST_CASE("managed_alias: a weak pointer made of its owner tracks the object, not the part") {
  auto whole = ouro::make<pair>();
  ouro::managed_alias<int> part{whole, &whole->first};
  const ouro::weak<void> watcher{part.owner()};
  part.reset();
  CHECK_FALSE(watcher.expired());
  whole.reset();
  CHECK(watcher.expired());
}

TEST_CASE("managed_alias: compares by part, orders owners by object (trap 22)") {
  auto whole = ouro::make<pair>();
  const ouro::managed_alias<int> first{whole, &whole->first};
  const ouro::managed_alias<int> second{whole, &whole->second};
  CHECK(first != second);
  CHECK(first < second);
  CHECK(std::hash<ouro::managed_alias<int>>{}(first) != std::hash<ouro::managed_alias<int>>{}(second));
  CHECK_FALSE(first.owner_before(second));
  CHECK_FALSE(second.owner_before(first));
  CHECK_FALSE(first.owner_before(whole));
}

TEST_CASE("managed_alias: is an edge to the whole object, so that a cycle through it is collected") {
  {
    auto whole = ouro::make<pair>();
    whole->part = {whole, &whole->first};
  }
  CHECK(pair::alive == 1);
  CHECK(ouro::gc::collect() == 1);
  CHECK(pair::alive == 0);
}

TEST_CASE("managed_alias: a move leaves null behind and changes no count") {
  auto whole = ouro::make<pair>();
  ouro::managed_alias<int> part{whole, &whole->first};
  ouro::managed_alias<int> moved{std::move(part), &whole->second};
  CHECK(whole.use_count() == 2);
  CHECK(*moved == 2);
  CHECK(moved == ouro::managed_alias<int>{whole, &whole->second});
  CHECK(moved != nullptr);
}

TEST_CASE("managed_alias: is made of a pointer to the whole object, swapped, and dereferenced") {
  const auto whole = ouro::make<pair>();
  ouro::managed_alias<pair> all{whole};
  CHECK(all.get() == whole.get());
  CHECK(all->second == 2);
  CHECK(all.use_count() == 2);
  ouro::managed_alias<pair> none = nullptr;
  CHECK_FALSE(none);
  swap(all, none);
  CHECK(none);
  CHECK(none->first == 1);
  CHECK(all == nullptr);
  CHECK(whole.use_count() == 2);
}

TEST_CASE("managed_alias: is made of pointers and aliases to const, and takes their count over") {
  ouro::ptr<const pair> whole = ouro::make<pair>();
  const ouro::managed_alias<const pair> all = whole;
  const ouro::managed_alias<const int> second{whole, &whole->second};
  const ouro::managed_alias<const int> first{all, &all->first};
  CHECK(whole.use_count() == 4);
  CHECK(*second == 2);
  CHECK(*first == 1);
  CHECK(first.owner_equal(whole));
  const ouro::managed_alias<int> part{ouro::make<pair>(), nullptr};
  const ouro::managed_alias<const int> constant = part;
  CHECK(constant.owner_equal(part));
  const ouro::ptr<const int[]> numbers = ouro::make<int[]>(3, 7);
  const ouro::managed_alias<const int> last{numbers, &numbers[2]};
  CHECK(*last == 7);
  CHECK(numbers.use_count() == 2);
  ouro::managed_alias<const pair> moved{std::move(whole)};
  CHECK(moved.use_count() == 4);
  CHECK(whole == nullptr);  // NOLINT(bugprone-use-after-move): what a move leaves behind
  moved = nullptr;
  CHECK(all.use_count() == 3);
  static_assert(!std::is_constructible_v<ouro::managed_alias<pair>, ouro::ptr<const pair>>);
  static_assert(!std::is_constructible_v<ouro::managed_alias<int>, ouro::managed_alias<const int>>);
}

TEST_CASE("managed_alias: of an interior base to const owns the whole object") {
  ouro::ptr<const inner> part = ouro::make<outer>();
  const ouro::managed_alias<const inner> alias = part;
  CHECK(alias->number == 2);
  CHECK(alias.owner_equal(part));
  CHECK(alias.owner().get() != static_cast<const void*>(part.get()));
  CHECK(part.use_count() == 2);
}

TEST_CASE("managed_alias: is null in the destructors of a garbage cycle, and not a part of a dead peer (trap 53)") {
  {
    const auto first = ouro::make<peer>();
    const auto second = ouro::make<peer>();
    first->part = {second, &second->number};
    second->part = {first, &first->number};
  }
  CHECK(ouro::gc::collect() == 2);
  CHECK(peer::alive == 0);
  CHECK(peer::not_null == 0);
}
