// Deep copies of objects without edges, of objects that copy themselves into nothing or themselves, with edges that
// change meanwhile, and with traces that throw.

#include "copy/hooked.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace ouro::test;
using ouro::deepcopy;
using ouro::make;
using ouro::ptr;

namespace {

/// Its copy is null.
struct vanishing final {
  ptr<hooked> kept;
  [[nodiscard]] ptr<vanishing> deep_copy(memo_type&) const { return nullptr; }
};

/// Is its own copy.
struct constant final {
  ptr<hooked> kept;
  ptr<constant> itself;
  [[nodiscard]] ptr<constant> deep_copy(memo_type&) const { return itself; }
};

struct crowd {
  ptr<int> number;
  ptr<vanishing> gone;
  ptr<constant> same;
  ptr<hooked> ring;
};

}  // namespace

TEST_CASE("deepcopy: copies without edges are destroyed too when a copy fails") {
  const clean after;
  const auto original = make<crowd>(make<int>(5), nullptr, nullptr, make<hooked>('x'));
  const auto made = deepcopy(original);
  CHECK(made->number != original->number);
  CHECK(*made->number == 5);
  hooked::at_copy = [](const hooked&) { throw std::runtime_error{"no more"}; };
  CHECK_THROWS_AS(static_cast<void>(deepcopy(original)), std::runtime_error);
  CHECK(original->number.use_count() == 1);
  CHECK(hooked::alive == 2);
}

TEST_CASE("deep_copy: a deep ring is copied beside objects whose copies are null, themselves or without edges") {
  const clean after;
  const auto all = row(deep);
  all.back()->next = all[6];
  const auto original = make<crowd>(make<int>(5), make<vanishing>(all[1]), make<constant>(all[2]), all.front());
  original->same->itself = original->same;
  const auto made = deepcopy(original);
  CHECK(*made->number == 5);
  CHECK(made->number != original->number);
  CHECK(made->gone == nullptr);
  CHECK(made->same == original->same);
  CHECK(original->same->kept == all[2]);
  CHECK(names_of(made->ring, deep + 1) == "abcdefghijklg");
  CHECK(hooked::alive == 2 * static_cast<int>(deep));
  original->same->itself = nullptr;
  unlink(all.back());
  ptr<hooked> last = made->ring;
  while (last->name != 'l') last = last->next;
  unlink(last);
}

TEST_CASE("deep_copy: a deep object with two edges to it is copied once") {
  const clean after;
  const auto all = row(deep);
  for (const auto& each : all) each->side = each->next;
  const auto made = deepcopy(all.front());
  CHECK(names_of(made, 99) == "abcdefghijkl");
  CHECK(made->side == all[1]);
  CHECK(hooked::log.size() == deep);
}

TEST_CASE("deep_copy: a deep object without edges is copied once") {
  const clean after;
  const auto all = row(deep);
  const auto leaf = make<own_leaf>();
  for (std::size_t i = deep - 3; i != deep; ++i) all[i]->leaf = leaf;
  const int before = own_leaf::copies;
  ptr<hooked> made = deepcopy(all.front());
  CHECK(own_leaf::copies == before + 1);
  while (made->next->leaf == nullptr) made = made->next;
  const auto copy = made->next->leaf;
  CHECK(copy != leaf);
  CHECK(made->next->next->leaf == copy);
  CHECK(copy.use_count() == 4);
  CHECK(leaf.use_count() == 4);
}

TEST_CASE("deep_copy: a deep object that cannot be copied is not prepared") {
  struct something final : not_clonable {
    void be_something() override {}
  };
  const clean after;
  const auto all = row(deep);
  for (const auto& each : all) each->unknown = make<something>();
  const auto made = deepcopy(all.front());
  CHECK(names_of(made, 99) == "abcdefghijkl");
  CHECK(made->unknown == nullptr);
}

TEST_CASE("deep_copy: an object whose trace throws is not prepared, and is copied when it is asked for") {
  const clean after;
  const auto all = row(deep);
  int throws = 0;
  hooked::at_trace = [&](const hooked& traced) {
    if (&traced != all[8].get()) return;
    ++throws;
    throw std::runtime_error{"no trace"};
  };
  // It cannot be prepared, and is copied when it is asked for, which needs no trace.
  const auto made = deepcopy(all.front());
  hooked::at_trace = nullptr;
  CHECK(throws > 0);
  CHECK(names_of(made, 99) == "abcdefghijkl");
  CHECK(hooked::alive == 2 * static_cast<int>(deep));
  for (std::size_t i = 0; i != deep; ++i) CHECK(all[i].use_count() == (i == 0 ? 1 : 2));
}

TEST_CASE("deep_copy: an alias of a placeholder is found out, and nothing of the copy is left") {
  const clean after;
  const auto all = row(deep);
  all.back()->next = all[6];
  hooked::with_next = [](hooked& copy, const ptr<hooked>& got) {
    copy.next = got;
    copy.part = ouro::managed_alias<hooked>{got};
  };
  CHECK_THROWS_AS(static_cast<void>(deepcopy(all.front())), ouro::copy_unfinished);
  CHECK(hooked::alive == static_cast<int>(deep));
  unlink(all.back());
  // Without a ring there are no placeholders.
  const auto made = deepcopy(all.front());
  CHECK(made->part.owner() == made->next);
}

TEST_CASE("deep_copy: an edge of a copy in a deep ring may lead to an original of the ring") {
  const clean after;
  const auto all = row(deep);
  all.back()->next = all[6];
  for (const auto& each : all) each->side = all[6];
  const auto made = deepcopy(all.front());
  CHECK(names_of(made, deep + 1) == "abcdefghijklg");
  CHECK(all[6].use_count() == static_cast<long>(3 + 2 * deep));
  ptr<hooked> last = made;
  for (std::size_t i = 0; i != deep - 1; ++i) {
    CHECK(last->side == all[6]);
    last = last->next;
  }
  unlink(last);
  unlink(all.back());
  for (const auto& each : all) each->side = nullptr;
}

namespace {

/// Its deep_copy changes the copy of the object that leads to it.
struct changing_child final {
  static inline ptr<struct changed_parent> parent;
  ptr<int> number;
  [[nodiscard]] ptr<changing_child> deep_copy(memo_type& memo) const;
};
struct changed_parent {
  ptr<changing_child> child;
  ptr<int> extra;
};
ptr<changing_child> changing_child::deep_copy(memo_type& memo) const {
  memo.copy_of(parent)->extra = make<int>(7);
  return make<changing_child>(memo.copy_of(number));
}

}  // namespace

TEST_CASE("deep_copy: a deep_copy may give a copy an edge that the original did not have") {
  changing_child::parent = make<changed_parent>(make<changing_child>(make<int>(3)));
  const auto made = deepcopy(changing_child::parent);
  CHECK(*made->extra == 7);
  CHECK(*made->child->number == 3);
  CHECK(changing_child::parent->extra == nullptr);
  changing_child::parent = nullptr;
}

namespace {

/// Is its own copy, and takes the copy of the tuple that it lies in.
struct taker final {
  static inline ouro::tuple<ptr<taker>> lies_in;
  static inline ouro::tuple<ptr<taker>> taken;
  ptr<int> number;
  [[nodiscard]] ptr<taker> deep_copy(memo_type& memo) const {
    taken = memo.copy_of(lies_in);
    return ouro::get<0>(lies_in);
  }
};
struct tuple_holder {
  ouro::tuple<ptr<taker>> words;
};

}  // namespace

TEST_CASE("deepcopy: a tuple of shared objects is not shared if a deep_copy has taken a copy of the tuple") {
  taker::lies_in = ouro::tuple<ptr<taker>>{make<taker>()};
  const auto made = deepcopy(make<tuple_holder>(taker::lies_in));
  CHECK(made->words.is(taker::taken));
  CHECK_FALSE(made->words.is(taker::lies_in));
  CHECK(ouro::get<0>(made->words) == ouro::get<0>(taker::lies_in));
  taker::lies_in = {};
  taker::taken = {};
}

namespace {

struct first_base {
  virtual ~first_base() = default;
  int room = 1;
};
/// An interior base, for whose objects there are no placeholders.
struct middle_base {
  virtual ~middle_base() = default;
  ptr<middle_base> next;
  mutable int copies = 0;
};
struct in_a_ring final : first_base, middle_base {
  [[nodiscard]] ptr<in_a_ring> shallow_copy() const { return nullptr; }
  /// Does not call remember, and so is asked again in a ring: the second copy ends the ring.
  [[nodiscard]] ptr<in_a_ring> deep_copy(memo_type& memo) const {
    return with_less_stack([&] {
      auto made = make<in_a_ring>();
      if (copies++ == 0) made->next = memo.copy_of(next);
      return made;
    });
  }
  void trace(auto&& visit) { visit(next); }
};

}  // namespace

template <>
inline constexpr bool ouro::interior_base<middle_base> = true;
template <>
inline constexpr bool ouro::clonable<in_a_ring> = true;

TEST_CASE("deep_copy: in a deep ring without placeholders an object that is asked for again is copied again") {
  std::vector<ptr<in_a_ring>> all;
  for (std::size_t i = 0; i != deep; ++i) {
    all.push_back(make<in_a_ring>());
    if (i != 0) all[i - 1]->next = all[i];
  }
  all.back()->next = all.front();
  ptr<middle_base> at = deepcopy(all.front());
  std::size_t links = 0;
  for (; at->next != nullptr; at = at->next) ++links;
  CHECK(links == deep);
  CHECK(all.front()->copies == 2);
  for (std::size_t i = 1; i != deep; ++i) CHECK(all[i]->copies == 1);
  all.front()->next = nullptr;
}
