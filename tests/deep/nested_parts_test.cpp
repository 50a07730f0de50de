#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

// Run with a stack of 8 MiB. The parts are owned by one object, each by the one before: a recursive walk from part to
// part would exhaust the stack.

using ouro::gc;
using ouro::make;
using ouro::ptr;

namespace {

constexpr int links = ouro::has_asan ? 200'000 : 1'000'000;

/// Takes a chain apart link by link, since its destructors would recurse.
template <class Link>
void take_apart(Link& link) {
  for (auto rest = std::move(link.next); rest; rest = std::move(rest->next)) {
  }
}

template <class Link, class Back>
void lengthen(Link& first, const Back& back) {
  for (int i = 0; i != links; ++i) {
    auto longer = std::make_unique<Link>();
    longer->next = std::move(first.next);
    longer->back = back;
    first.next = std::move(longer);
  }
}

struct owner_of_members;
/// Is seen through its members.
struct link_of_members {
  std::unique_ptr<link_of_members> next;
  ptr<owner_of_members> back;
  ~link_of_members() { take_apart(*this); }
};
struct owner_of_members {
  link_of_members first;
};

/// Shows its edges itself.
class traced {
 public:
  void trace(auto&& visit) { visit(next, back); }
  ~traced() { take_apart(*this); }
  std::unique_ptr<traced> next;
  ptr<traced> back;
};

/// Goes on to the next link by itself.
class goes_on {
 public:
  void trace(auto&& visit) {
    visit(back);
    if (next) visit(*next);
  }
  ~goes_on() { take_apart(*this); }
  std::unique_ptr<goes_on> next;
  ptr<goes_on> back;
};

/// A tree without a branch.
struct tree {
  std::vector<tree> children;
  ptr<tree> back;
  tree() = default;
  tree(tree&&) = default;
  tree& operator=(tree&&) = default;
  ~tree() {
    while (!children.empty()) {
      auto rest = std::move(children.front().children);
      children = std::move(rest);
    }
  }
  void trace(auto&& visit) { visit(children, back); }
};

/// An optional or a variant between one link and the next.
struct mixed {
  std::variant<int, std::optional<std::unique_ptr<mixed>>> rest;
  ptr<mixed> back;
  ~mixed() {
    for (auto at = take(rest); at;) at = take(at->rest);
  }
  [[nodiscard]] static std::unique_ptr<mixed> take(std::variant<int, std::optional<std::unique_ptr<mixed>>>& from) {
    auto* const some = std::get_if<1>(&from);
    return some != nullptr && some->has_value() ? std::move(**some) : nullptr;
  }
};

}  // namespace

TEST_CASE("deep: a million parts of one object, each owned by the one before, are traced in constant stack (trap 47)") {
  SUBCASE("members of aggregates") {
    const auto owner = make<owner_of_members>();
    lengthen(owner->first, owner);
    CHECK(owner.use_count() == links + 1);
    CHECK(gc::collect() == 0);
    CHECK(gc::referents(owner).size() == links);
  }
  SUBCASE("a class with a trace") {
    const auto owner = make<traced>();
    lengthen(*owner, owner);
    CHECK(gc::collect() == 0);
    CHECK(gc::referents(owner).size() == links);
  }
  SUBCASE("a class whose trace goes on to the next") {
    const auto owner = make<goes_on>();
    lengthen(*owner, owner);
    CHECK(gc::collect() == 0);
    CHECK(gc::referents(owner).size() == links);
  }
  SUBCASE("vectors in vectors") {
    const auto owner = make<tree>();
    for (int i = 0; i != links; ++i) {
      std::vector<tree> longer(1);
      longer.front().children = std::move(owner->children);
      longer.front().back = owner;
      owner->children = std::move(longer);
    }
    CHECK(gc::collect() == 0);
    CHECK(gc::referents(owner).size() == links);
  }
  SUBCASE("optionals and variants") {
    const auto owner = make<mixed>();
    for (int i = 0; i != links; ++i) {
      auto longer = std::make_unique<mixed>();
      longer->rest = std::move(owner->rest);
      longer->back = owner;
      owner->rest = std::optional{std::move(longer)};
    }
    CHECK(gc::collect() == 0);
    CHECK(gc::referents(owner).size() == links);
  }
  CHECK(gc::collect() == 1);
  CHECK(gc::count() == 0);
}

TEST_CASE("deep: deep_size_of goes into a million parts of one object in constant stack") {
  const auto owner = make<traced>();
  lengthen(*owner, make<traced>());
  CHECK(ouro::deep_size_of(owner) == 2 * ouro::size_of(owner));
}
