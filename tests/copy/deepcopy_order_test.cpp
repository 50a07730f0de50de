// What CPython 3.11 does in each of these cases has been looked up by running it.

#include "copy/noted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using ouro::deepcopy;
using ouro::make;
using ouro::ptr;
using ouro::test::graph;
using ouro::test::noted;

TEST_CASE("deepcopy: copies are made depth first, in the order of the edges") {
  graph of;
  of.a->x = of.b;
  of.a->y = of.c;
  of.b->x = of.d;
  noted::log.clear();
  const auto made = deepcopy(of.a);
  CHECK(noted::log == "abdc");
  CHECK(made->x->x->name == 'd');
  of.c->x = of.d;
  of.d->y = of.a;
  noted::log.clear();
  const auto ring = deepcopy(of.a);
  CHECK(noted::log == "abdc");
  CHECK(ring->x->x == ring->y->x);
  CHECK(ring->x->x->y == ring);
  of.d->y = nullptr;
  ring->x->x->y = nullptr;
}

namespace {

struct looker;
struct pair_of {
  ptr<noted> first;
  ptr<looker> second;
};
/// Its copy notes what it saw of the copy of the pair.
struct looker {
  explicit looker(ptr<pair_of> whole, std::string text = {}) : pair{std::move(whole)}, seen{std::move(text)} {}
  looker(const looker&) = delete;
  looker& operator=(const looker&) = delete;
  ~looker() = default;
  [[nodiscard]] ptr<looker> shallow_copy() const { return nullptr; }
  template <class Memo>
  [[nodiscard]] ptr<looker> deep_copy(Memo& memo) const {
    const auto pair_copy = memo.copy_of(pair);
    const auto other = memo.copy_of(extra);
    std::string text;
    text += pair_copy != pair ? "other pair, " : "same pair, ";
    text += noted::log;
    if (other) text += other->x == extra->x ? ", half" : ", whole";
    return make<looker>(pair_copy, text);
  }
  void trace(auto&& visit) { visit(pair, extra); }

  ptr<pair_of> pair;
  ptr<noted> extra;
  std::string seen;
};

}  // namespace

TEST_CASE("deepcopy: a member deep_copy sees earlier copies, and gets complete copies of what it asks for") {
  graph of;
  of.a->x = of.b;
  of.c->x = of.d;
  const auto pair = make<pair_of>(of.a, nullptr);
  pair->second = make<looker>(pair);
  pair->second->extra = of.c;
  noted::log.clear();
  const auto made = deepcopy(pair);
  CHECK(made->second->seen == "other pair, abcd, whole");
  CHECK(made->second->pair == made);
  CHECK(noted::log == "abcd");
  pair->second->pair = nullptr;
  made->second->pair = nullptr;
}

namespace {

struct list_node {
  std::vector<ouro::tuple<ptr<list_node>>> items;
  ouro::tuple<ptr<list_node>> extra;
};

}  // namespace

TEST_CASE("deepcopy: a tuple that contains itself through a list is copied once, and contains its copy (trap 75)") {
  {
    const auto list = make<list_node>();
    const ouro::tuple<ptr<list_node>> around{list};
    list->items = {around, around};
    const auto copied = deepcopy(around);
    CHECK_FALSE(copied.is(around));
    const auto inner = ouro::get<0>(copied);
    CHECK(inner != list);
    CHECK(inner->items[0].is(copied));
    CHECK(inner->items[1].is(copied));
    CHECK(copied.block().use_count() == 3);
    list->items.clear();
    inner->items.clear();
  }
  CHECK(ouro::gc::collect() == 0);
}
