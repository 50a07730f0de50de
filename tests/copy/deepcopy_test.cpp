#include "copy/copied_node.hpp"
#include "support/counted.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <map>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

using ouro::copy;
using ouro::deepcopy;
using ouro::make;
using ouro::ptr;
using ouro::test::counted;
using ouro::test::unraisable_reports;
using node = ouro::test::copied_node;

TEST_CASE("deepcopy: what the original shares the copy shares, and cycles close (trap 75)") {
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

TEST_CASE("deepcopy: an array is copied element by element") {
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

/// Copies itself. The copy counts how often that happened, and shares the cache.
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

TEST_CASE("deepcopy: a class with shallow_copy and deep_copy copies itself, and cycles through it close") {
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

TEST_CASE("deepcopy: a random graph is copied edge for edge") {
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
    // Walks both graphs together, and maps each original to its copy.
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

TEST_CASE("deepcopy: a long list is copied without recursion (trap 47)") {
  struct link {
    ptr<link> next;
  };
  ptr<link> list;
  constexpr std::size_t length = ouro::has_asan ? 100'000 : 1'000'000;  // many times the stack, either way
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

/// Its copy is null.
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

/// An object whose trace throws after a number of traces.
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

TEST_CASE("deepcopy: the copy of a null pointer is null, and an object may copy itself into nothing") {
  CHECK(copy(ptr<node>{}) == nullptr);
  CHECK(deepcopy(ptr<node>{}) == nullptr);
  const auto object = make<uncopied>();
  CHECK(copy(object) == nullptr);
  CHECK(deepcopy(object) == nullptr);
}

TEST_CASE("deepcopy: a trace that throws, also while copies are undone, is reported and spoils no count") {
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
    // The trace of the second object throws. By then the copy of `own` is made, which needs no undoing.
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

/// A value with others inside of it.
struct nested {
  ptr<node> edge;
  std::vector<nested> inner;
};

}  // namespace

TEST_CASE("deepcopy: edges of parts that are nested deeper than a walk goes at once lead to the copies") {
  const auto before = node::alive;
  {
    constexpr int links = 3 * static_cast<int>(ouro::detail::nesting::most_levels);
    const auto target = make<node>(1);
    const auto original = make<nested>();
    nested* last = original.get();
    for (int i = 0; i != links; ++i) {
      last->edge = target;
      last = &last->inner.emplace_back();
    }
    last->edge = target;
    const auto copied = deepcopy(original);
    CHECK(target.use_count() == links + 2);
    const nested* at = copied.get();
    REQUIRE(at->edge != target);
    const auto copied_target = at->edge;
    for (int i = 0; i != links; ++i) {
      at = &at->inner.at(0);
      CHECK(at->edge == copied_target);
    }
    CHECK(copied_target.use_count() == links + 2);
    CHECK(node::alive == before + 2);
  }
  CHECK(node::alive == before);
}
