#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <utility>
#include <vector>

using ouro::make;
using ouro::ptr;

namespace {

using objects = ouro::detail::copied_objects<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>;
using header = ouro::detail::header<ouro::local_refcount>;

struct chain {
  ptr<chain> next;
};

header& header_of(const ptr<chain>& object) { return *header::of(object.get()); }

const ouro::detail::edge_record& edges() {
  return ouro::detail::edge_functions<chain, ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>::record;
}

const ouro::detail::edge_record& no_edges() {
  return ouro::detail::edge_functions<int, ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>::record;
}

}  // namespace

TEST_CASE("copied_objects: knows the copy of each original, and keeps both alive") {
  objects copied;
  auto original = make<chain>();
  auto copy = make<chain>();
  header& at = header_of(original);
  CHECK(copied.find(at) == nullptr);
  CHECK(copied.add(at, copy, &edges(), true) == 0);
  CHECK(copied.size() == 1);
  REQUIRE(copied.find(at) != nullptr);
  CHECK(copied.find(at)->copy == copy);
  CHECK(&copied.at(at) == &copied[0]);
  CHECK(copied[0].has_edges());
  CHECK(original.use_count() == 2);
  CHECK(copy.use_count() == 2);
  CHECK(copied.find(header_of(copy)) == nullptr);
}

TEST_CASE("copied_objects: an original that is added again keeps its number, and gets the other copy") {
  objects copied;
  const auto original = make<chain>();
  const auto first = make<chain>();
  const auto second = make<chain>();
  CHECK(copied.add(header_of(original), first, &edges(), true) == 0);
  CHECK(copied.add(header_of(original), first, &edges(), false) == 0);
  CHECK(copied[0].is_new);  // the same copy: it is as new as it was
  CHECK(copied.add(header_of(original), second, &edges(), false) == 0);
  CHECK(copied[0].copy == second);
  CHECK_FALSE(copied[0].is_new);
  CHECK(first.use_count() == 1);
  CHECK(copied.size() == 1);
}

TEST_CASE("copied_objects: a copy that is null, the original itself, or without visible edges has none to cut") {
  objects copied;
  const auto original = make<chain>();
  const auto other = make<chain>();
  const auto third = make<chain>();
  copied.add(header_of(original), original, &edges(), true);
  copied.add(header_of(other), nullptr, &edges(), true);
  copied.add(header_of(third), make<int>(1), &no_edges(), true);
  for (std::size_t i = 0; i != 3; ++i) CHECK_FALSE(copied[i].has_edges());
}

TEST_CASE("copied_objects: shrink forgets the last entries, and cuts the edges of the new copies among them") {
  objects copied;
  std::vector<ptr<chain>> originals;
  std::vector<ptr<chain>> copies;
  for (std::size_t i = 0; i != 4; ++i) {
    originals.push_back(make<chain>());
    copies.push_back(make<chain>());
    copied.add(header_of(originals[i]), copies[i], &edges(), i != 2);
  }
  std::vector<const void*> cut;
  copied.shrink(1, [&cut](const objects::entry& each) { cut.push_back(each.copy.owner()); });
  CHECK(cut == std::vector<const void*>{copies[1].owner(), copies[3].owner()});
  CHECK(copied.size() == 1);
  CHECK(copied.find(header_of(originals[0])) != nullptr);
  for (std::size_t i = 1; i != 4; ++i) {
    CHECK(copied.find(header_of(originals[i])) == nullptr);
    CHECK(originals[i].use_count() == 1);
    CHECK(copies[i].use_count() == 1);
  }
}
