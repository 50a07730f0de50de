#include "support/counted.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

using ouro::copy;
using ouro::deepcopy;
using ouro::make;
using ouro::ptr;
using ouro::weak;
using ouro::test::counted;
using ouro::test::unraisable_reports;

namespace {

struct node : counted<node> {
  static inline int copies_until_throw = -1;

  explicit node(int number = 0) : value{number} {}
  node(const node& from) : counted<node>{from}, value{from.value}, left{from.left}, right{from.right}, more{from.more} {
    if (copies_until_throw == 0) throw std::runtime_error{"no more copies"};
    if (copies_until_throw > 0) --copies_until_throw;
  }
  void trace(auto&& visit) { visit(left, right, more); }

  int value;
  ptr<node> left;
  ptr<node> right;
  std::vector<ptr<node>> more;
};

}  // namespace

TEST_CASE("copy: a new object whose edges lead to the old ones") {
  const auto original = make<node>(1);
  original->left = make<node>(2);
  original->more = {original, original->left};
  const auto made = copy(original);
  CHECK(made != original);
  CHECK(made->value == 1);
  CHECK(made->left == original->left);
  CHECK(made->more[0] == original);
  CHECK(copy(ptr<node>{}) == nullptr);
  original->more.clear();
  made->more.clear();
  CHECK(original.use_count() == 1);
  CHECK(node::alive == 3);
}

TEST_CASE("deepcopy: what is shared is shared again, and cycles close (trap 75)") {
  {
    const auto root = make<node>(1);
    root->left = make<node>(2);
    root->right = root->left;
    root->left->left = root;
    root->more = {root->left, nullptr, root};
    const auto made = deepcopy(root);
    CHECK(node::alive == 4);
    CHECK(made != root);
    CHECK(made->left != root->left);
    CHECK(made->left->value == 2);
    CHECK(made->right == made->left);
    CHECK(made->left->left == made);
    CHECK(made->more == std::vector<ptr<node>>{made->left, nullptr, made});
    CHECK(root.use_count() == 3);
    CHECK(made.use_count() == 3);
    CHECK(deepcopy(ptr<node>{}) == nullptr);
  }
  CHECK(ouro::gc::collect() == 4);
  CHECK(node::alive == 0);
}

namespace {

struct holder {
  ptr<node> plain;
  std::unique_ptr<int> none;
  std::array<ptr<node>, 2> array;
  std::optional<ptr<node>> optional;
  std::variant<int, ptr<node>> variant;
  std::pair<int, ptr<node>> pair;
  std::map<std::string, ptr<node>> by_name;
  std::set<ptr<node>> set;
  std::unordered_set<ptr<node>> hashed;
  std::unordered_map<ptr<node>, ptr<node>> both;
  weak<node> watched;
  ptr<const std::string> text;
  ouro::interned_string name;

  holder() = default;
  holder(const holder& from)
      : plain{from.plain},
        array{from.array},
        optional{from.optional},
        variant{from.variant},
        pair{from.pair},
        by_name{from.by_name},
        set{from.set},
        hashed{from.hashed},
        both{from.both},
        watched{from.watched},
        text{from.text},
        name{from.name} {}
  holder& operator=(const holder&) = delete;
  void trace(auto&& visit) { visit(plain, array, optional, variant, pair, by_name, set, hashed, both); }
};

}  // namespace

TEST_CASE("deepcopy: edges in all kinds of members lead to the one copy, sets find their elements again") {
  {
    const auto one = make<node>(1);
    const auto root = make<holder>();
    root->plain = one;
    root->array = {one, nullptr};
    root->optional = one;
    root->variant = one;
    root->pair = {3, one};
    root->by_name = {{"one", one}};
    root->set = {one, make<node>(2), make<node>(3)};
    root->hashed = {one};
    root->both = {{one, one}};
    root->watched = one;
    root->text = make<const std::string>("text");
    root->name = ouro::interned_string{"a name that is no short one"};
    const auto made = deepcopy(root);
    const auto& other = made->plain;
    REQUIRE(other != one);
    CHECK(other->value == 1);
    CHECK(made->array[0] == other);
    CHECK(made->array[1] == nullptr);
    CHECK(made->optional == other);
    CHECK(std::get<1>(made->variant) == other);
    CHECK(made->pair == std::pair{3, other});
    CHECK(made->by_name.at("one") == other);
    CHECK(made->set.size() == 3);
    CHECK(made->set.contains(other));
    CHECK(std::ranges::is_sorted(made->set));
    CHECK(made->hashed.contains(other));
    CHECK(made->both.at(other) == other);
    // What does not own is copied as it is, what cannot change is shared.
    CHECK(made->watched.lock() == one);
    CHECK(made->text == root->text);
    CHECK(ouro::is(made->name, root->name));
    CHECK(one.use_count() == 11);
    CHECK(other.use_count() == 10);
  }
  ouro::gc::collect();
  CHECK(node::alive == 0);
}

TEST_CASE("deepcopy: arrays are copied element by element") {
  const auto first = make<node>(1);
  const auto array = make<ptr<node>[]>(3);
  array[0] = first;
  array[2] = first;
  const auto made = deepcopy(array);
  CHECK(made[0] != first);
  CHECK(made[0]->value == 1);
  CHECK(made[1] == nullptr);
  CHECK(made[2] == made[0]);
  const auto numbers = make<int[]>(4, 7);
  const auto others = copy(numbers);
  CHECK(others != numbers);
  CHECK(others[3] == 7);
}

TEST_CASE("deepcopy: an exception midway leaves nothing of the copy, cycles included (trap 75)") {
  const auto root = make<node>(0);
  root->left = make<node>(1);
  root->left->left = root;
  root->right = make<node>(2);
  root->right->more = {root, root->left, make<node>(3)};
  const int before = node::alive;
  for (int copies = 0; copies != before; ++copies) {
    node::copies_until_throw = copies;
    CHECK_THROWS_AS(static_cast<void>(deepcopy(root)), std::runtime_error);
    CHECK(node::alive == before);
    CHECK(root.use_count() == 3);
  }
  node::copies_until_throw = -1;
  root->left->left = nullptr;
  root->right->more.clear();
}

namespace {

struct shape {
  virtual ~shape() = default;
  [[nodiscard]] virtual int sides() const = 0;
};
struct tagged {
  virtual ~tagged() = default;
  int tag = 0;
};
struct square : shape, tagged {
  [[nodiscard]] int sides() const override { return 4; }
  ptr<shape> inner;
  void trace(auto&& visit) { visit(inner); }
};
struct secret : shape {
  [[nodiscard]] int sides() const override { return 0; }
  void trace(auto&&) {}
};

}  // namespace

template <>
inline constexpr bool ouro::clonable<square> = true;
template <>
inline constexpr bool ouro::interior_base<tagged> = true;

TEST_CASE("copy, deepcopy: through a base, an object is copied as what it is, if that is clonable") {
  const auto made_as = make<square>();
  made_as->tag = 5;
  const ptr<shape> base = made_as;
  made_as->inner = base;
  const ptr<shape> other = deepcopy(base);
  CHECK(other != base);
  CHECK(other->sides() == 4);
  CHECK(ouro::type_name(other) == ouro::type_name<square>());
  const auto as_square = ouro::dynamic_pointer_cast<square>(other);
  REQUIRE(as_square != nullptr);
  CHECK(as_square->inner == other);
  const ptr<void> erased = copy(ptr<void>{made_as});
  CHECK(ouro::type_name(erased) == ouro::type_name<square>());
  const ptr<shape> hidden = make<secret>();
  CHECK_THROWS_AS(static_cast<void>(copy(hidden)), ouro::not_copyable);
  CHECK_THROWS_WITH(static_cast<void>(deepcopy(hidden)), doctest::Contains("secret"));
  as_square->inner = hidden;
  CHECK_THROWS_AS(static_cast<void>(deepcopy(other)), ouro::not_copyable);
  made_as->inner = nullptr;
  as_square->inner = nullptr;
  ouro::static_pointer_cast<square>(ptr<void>{erased})->inner = nullptr;
}

TEST_CASE("copy: a base in the middle of an object is found in the copy, too") {
  const auto made_as = make<square>();
  made_as->tag = 5;
  const ptr<tagged> middle = made_as;
  const ptr<tagged> other = copy(middle);
  CHECK(other != middle);
  CHECK(other->tag == 5);
  CHECK(ouro::dynamic_pointer_cast<square>(other)->sides() == 4);
}

namespace {

/// Copies itself: the copy knows how often that happened, and shares its cache.
struct session {
  session() = default;
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  [[nodiscard]] ptr<session> shallow_copy() const {
    auto made = make<session>();
    made->generation = generation + 1;
    made->peer = peer;
    return made;
  }
  [[nodiscard]] ptr<session> deep_copy(auto& memo) const {
    auto made = make<session>();
    memo.remember(*this, made);
    made->generation = generation + 10;
    made->peer = memo.copy_of(peer);
    made->cache = cache;
    return made;
  }
  void trace(auto&& visit) { visit(peer, cache); }

  int generation = 0;
  ptr<session> peer;
  ptr<node> cache;
};

}  // namespace

TEST_CASE("copy, deepcopy: a class that copies itself does, cycles through it close") {
  const auto one = make<session>();
  one->peer = make<session>();
  one->peer->peer = one;
  one->cache = make<node>(1);
  CHECK(copy(one)->generation == 1);
  CHECK(copy(one)->peer == one->peer);
  const auto made = deepcopy(one);
  CHECK(made->generation == 10);
  CHECK(made->peer->generation == 10);
  CHECK(made->peer != one->peer);
  CHECK(made->peer->peer == made);
  CHECK(made->cache == one->cache);
  one->peer->peer = nullptr;
  made->peer->peer = nullptr;
}

TEST_CASE("deepcopy: random graphs are copied edge for edge") {
  std::mt19937 random{20261121};
  for (int round = 0; round != 50; ++round) {
    std::vector<ptr<node>> all;
    for (int i = 0; i != 40; ++i) all.push_back(make<node>(i));
    const auto any = [&] { return random() % 3 == 0 ? nullptr : all[random() % all.size()]; };
    for (const auto& each : all) {
      each->left = any();
      each->right = any();
      for (unsigned i = random() % 4; i != 0; --i) each->more.push_back(any());
    }
    const auto made = deepcopy(all.front());
    // Side by side: the same shape, by the one map that this builds.
    std::map<ptr<node>, ptr<node>> pairs{{all.front(), made}};
    std::vector<std::pair<ptr<node>, ptr<node>>> open{{all.front(), made}};
    const auto meet = [&](const ptr<node>& old_edge, const ptr<node>& new_edge) {
      REQUIRE((old_edge == nullptr) == (new_edge == nullptr));
      if (old_edge == nullptr) return;
      REQUIRE(old_edge != new_edge);
      const auto [found, is_new] = pairs.try_emplace(old_edge, new_edge);
      REQUIRE(found->second == new_edge);
      if (is_new) open.emplace_back(old_edge, new_edge);
    };
    while (!open.empty()) {
      const auto [before, after] = open.back();
      open.pop_back();
      REQUIRE(before->value == after->value);
      meet(before->left, after->left);
      meet(before->right, after->right);
      REQUIRE(before->more.size() == after->more.size());
      for (std::size_t i = 0; i != before->more.size(); ++i) meet(before->more[i], after->more[i]);
    }
  }
  ouro::gc::collect();
  CHECK(node::alive == 0);
}

TEST_CASE("deepcopy: a list of a million nodes is copied without recursion (trap 47)") {
  struct link {
    ptr<link> next;
  };
  ptr<link> list;
  constexpr std::size_t length = 1'000'000;
  for (std::size_t i = 0; i != length; ++i) {
    auto head = make<link>();
    head->next = std::move(list);
    list = std::move(head);
  }
  std::size_t copied = 0;
  for (auto at = deepcopy(list); at; at = at->next) ++copied;
  CHECK(copied == length);
}

namespace {

/// May have derived classes, so that its objects are asked what they are.
struct open_node {
  explicit open_node(int number) : value{number} {}
  open_node(const open_node&) = default;
  open_node& operator=(const open_node&) = delete;
  virtual ~open_node() = default;
  void trace(auto&& visit) { visit(next); }

  int value;
  ptr<open_node> next;
};

/// Copies itself into nothing.
struct uncopied {
  [[nodiscard]] ptr<uncopied> shallow_copy() const { return nullptr; }
  template <class Memo>
  [[nodiscard]] ptr<uncopied> deep_copy(Memo&) const {
    return nullptr;
  }
};

struct copies_itself {
  template <class Memo>
  [[nodiscard]] ptr<copies_itself> deep_copy(Memo&) const {
    return make<copies_itself>();
  }
};

/// A trace of which throws, after so many.
struct throwing_trace : counted<throwing_trace> {
  static inline int traces_until_throw = -1;

  void trace(auto&& visit) {
    if (traces_until_throw == 0) throw std::runtime_error{"no more traces"};
    if (traces_until_throw > 0) --traces_until_throw;
    visit(next, own);
  }

  ptr<throwing_trace> next;
  ptr<copies_itself> own;
};

}  // namespace

TEST_CASE("copy, deepcopy: an object of an open class that was made as that class") {
  const auto original = make<open_node>(1);
  original->next = make<open_node>(2);
  const auto shallow = copy(original);
  CHECK(shallow != original);
  CHECK(shallow->next == original->next);
  const auto deep = deepcopy(original);
  CHECK(deep->next != original->next);
  CHECK(deep->next->value == 2);
}

TEST_CASE("copy, deepcopy: null of null; and of an object that copies itself into nothing") {
  CHECK(copy(ptr<node>{}) == nullptr);
  CHECK(deepcopy(ptr<node>{}) == nullptr);
  const auto object = make<uncopied>();
  CHECK(copy(object) == nullptr);
  CHECK(deepcopy(object) == nullptr);
}

TEST_CASE("copy, deepcopy: what cannot change is shared") {
  const ptr<const std::string> text = make<std::string>("text");
  CHECK(copy(text) == text);
  CHECK(deepcopy(text) == text);
  CHECK(text.use_count() == 1);
}

TEST_CASE("deepcopy: a trace that throws, again while the copies are undone, is reported, and no count is wrong") {
  const unraisable_reports reports;
  {
    const auto original = make<throwing_trace>();
    original->next = make<throwing_trace>();
    original->own = make<copies_itself>();
    throwing_trace::traces_until_throw = 0;
    CHECK_THROWS_AS(static_cast<void>(deepcopy(original)), std::runtime_error);
    throwing_trace::traces_until_throw = -1;
    CHECK(reports.count == 1);
    CHECK(reports.last_type == "deepcopy");
    CHECK(throwing_trace::alive == 2);
    CHECK(original.use_count() == 1);
    CHECK(original->next.use_count() == 1);
    // The second object's: by then the copy of `own`, which needs no undoing, is there.
    throwing_trace::traces_until_throw = 1;
    CHECK_THROWS_AS(static_cast<void>(deepcopy(original)), std::runtime_error);
    throwing_trace::traces_until_throw = -1;
    CHECK(throwing_trace::alive == 2);
    CHECK(original->own.use_count() == 1);
  }
  CHECK(reports.last_type == "deepcopy");
  CHECK(throwing_trace::alive == 0);
}

namespace {

/// Copies what it makes for the purpose: objects that nobody else holds.
struct copies_temporaries {
  std::vector<ptr<node>> made;

  template <class Memo>
  [[nodiscard]] ptr<copies_temporaries> deep_copy(Memo& memo) const {
    auto copy = make<copies_temporaries>();
    for (int i = 0; i != 3; ++i) copy->made.push_back(memo.copy_of(make<node>(i)));
    return copy;
  }
  void trace(auto&& visit) { visit(made); }
};

}  // namespace

TEST_CASE("deepcopy: a temporary that a deep_copy has copied is not taken for the next one at its address") {
  const auto original = make<copies_temporaries>();
  const auto made = deepcopy(original);
  REQUIRE(made->made.size() == 3);
  for (int i = 0; i != 3; ++i) CHECK(made->made[static_cast<std::size_t>(i)]->value == i);
  CHECK(node::alive == 3);
}
