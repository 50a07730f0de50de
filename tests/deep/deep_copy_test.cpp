#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <utility>
#include <vector>

// Run with a stack of 8 MiB, which members `deep_copy` that call each other would exhaust.

using ouro::deepcopy;
using ouro::make;
using ouro::ptr;
using ouro::test::counted;

namespace {

constexpr int links = ouro::has_asan ? 200'000 : 1'000'000;

/// Copies itself, and asks the memo for a copy of the next object.
struct chained : counted<chained> {
  static inline int copies = 0;

  explicit chained(int called = 0) : number{called} {}
  [[nodiscard]] ptr<chained> shallow_copy() const { return nullptr; }
  template <class Memo>
  [[nodiscard]] ptr<chained> deep_copy(Memo& memo) const {
    ++copies;
    auto made = make<chained>(number);
    memo.remember(*this, made);
    made->next = memo.copy_of(next);
    return made;
  }
  void trace(auto&& visit) { visit(next); }

  int number;
  ptr<chained> next;
};

/// Is linked both ways, and reads the copy of its neighbour.
struct both_ways {
  explicit both_ways(int called = 0) : number{called} {}
  both_ways(const both_ways&) = delete;
  both_ways& operator=(const both_ways&) = delete;
  ~both_ways() = default;
  [[nodiscard]] ptr<both_ways> shallow_copy() const { return nullptr; }
  template <class Memo>
  [[nodiscard]] ptr<both_ways> deep_copy(Memo& memo) const {
    auto made = make<both_ways>(number);
    made->next = memo.copy_of(next);
    if (made->next) {
      made->next->before = made;
      made->below = made->next->below + 1;
    }
    return made;
  }
  void trace(auto&& visit) { visit(next, before); }

  int number;
  int below = 0;
  ptr<both_ways> next;
  ptr<both_ways> before;
};

/// Between two that copy themselves there is one that does not.
struct alternating;
struct plain_between {
  ptr<alternating> next;
};
struct alternating {
  alternating() = default;
  alternating(const alternating&) = delete;
  alternating& operator=(const alternating&) = delete;
  ~alternating() = default;
  [[nodiscard]] ptr<alternating> shallow_copy() const { return nullptr; }
  template <class Memo>
  [[nodiscard]] ptr<alternating> deep_copy(Memo& memo) const {
    auto made = make<alternating>();
    made->next = memo.copy_of(next);
    return made;
  }
  void trace(auto&& visit) { visit(next); }
  ptr<plain_between> next;
};

template <class Link>
[[nodiscard]] std::vector<ptr<Link>> chain(int length) {
  std::vector<ptr<Link>> all;
  for (int i = 0; i != length; ++i) {
    all.push_back(make<Link>(i));
    if (i != 0) all[static_cast<std::size_t>(i) - 1]->next = all.back();
  }
  return all;
}

}  // namespace

TEST_CASE("deep: a million objects in a row that copy themselves are copied in constant stack (trap 47)") {
  {
    const auto all = chain<chained>(links);
    chained::copies = 0;
    int number = 0;
    int wrong = 0;
    for (auto at = deepcopy(all.front()); at; at = at->next) {
      if (at->number != number || at == all[static_cast<std::size_t>(number)]) ++wrong;
      ++number;
    }
    CHECK(number == links);
    CHECK(chained::copies == links);
    for (const auto& each : all) wrong += each.use_count() == (each == all.front() ? 1 : 2) ? 0 : 1;
    CHECK(wrong == 0);
  }
  CHECK(chained::alive == 0);
}

TEST_CASE("deep: a ring of a million objects that copy themselves is copied in constant stack, and is a ring again") {
  {
    // In one case the first object of the ring is the next one, in the other it is the farthest.
    for (const int entry : {0, links / 2}) {
      const auto all = chain<chained>(links);
      all.back()->next = all[static_cast<std::size_t>(entry)];
      chained::copies = 0;
      const auto first = deepcopy(all.front());
      CHECK(chained::copies == links);
      CHECK(chained::alive == 2 * links);
      std::vector<ptr<chained>> made{first};
      for (int i = 1; i != links; ++i) made.push_back(made.back()->next);
      int wrong = 0;
      for (std::size_t i = 0; i != made.size(); ++i) {
        if (made[i]->number != static_cast<int>(i) || made[i] == all[i]) ++wrong;
      }
      CHECK(wrong == 0);
      CHECK(made.back()->next == made[static_cast<std::size_t>(entry)]);
      all.back()->next = nullptr;
      made.back()->next = nullptr;
    }
  }
  CHECK(chained::alive == 0);
}

TEST_CASE("deep: a deep_copy member gets the finished copies of its edges, however deep they nest") {
  constexpr int length = links / 4;
  const auto all = chain<both_ways>(length);
  for (std::size_t i = 1; i != all.size(); ++i) all[i]->before = all[i - 1];
  const auto made = deepcopy(all.front());
  CHECK(made->below == length - 1);
  int number = 0;
  int wrong = 0;
  for (auto at = made; at; at = at->next) {
    if (at->number != number || at->below != length - 1 - number) ++wrong;
    if (at->next && at->next->before != at) ++wrong;
    ++number;
  }
  CHECK(number == length);
  CHECK(wrong == 0);
  for (const auto& each : all) each->before = nullptr;
  for (auto at = made; at; at = at->next) at->before = nullptr;
}

TEST_CASE("deep: objects that copy themselves, and others between them, are copied in constant stack") {
  constexpr int length = links / 4;
  ptr<alternating> first;
  for (int i = 0; i != length; ++i) {
    auto before = make<alternating>();
    before->next = make<plain_between>(std::move(first));
    first = std::move(before);
  }
  int number = 0;
  const ptr<alternating> copy = deepcopy(first);
  ptr<alternating> old = first;
  for (auto at = copy; at; at = at->next->next) {
    if (at == old || at->next == nullptr || at->next == old->next) break;
    old = old->next->next;
    ++number;
  }
  CHECK(number == length);
}
