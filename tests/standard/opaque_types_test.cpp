#include "support/child.hpp"
#include "support/counted.hpp"
#include "support/gc_settings.hpp"

#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace local = ouro::local;

namespace {

/// Hides its edge.
class sealed : public ouro::test::counted<sealed> {
 public:
  explicit sealed(int number = 0) : number_{number} {}
  void set(local::shared_ptr<sealed> to) { edge_ = std::move(to); }
  [[nodiscard]] int number() const { return number_; }
  void cut() { edge_.reset(); }

 private:
  int number_;
  local::shared_ptr<sealed> edge_;
};

/// Shows all that it holds, and one part of that is sealed.
struct window {
  std::unique_ptr<sealed> part;
  local::shared_ptr<window> next;
};

/// Inherits a trace that does not show its own edge.
struct shows : ouro::test::counted<shows> {
  void trace(auto&& visit) { visit(first); }
  local::shared_ptr<shows> first;
};
struct shows_half : shows {
  local::shared_ptr<shows> second;
};

struct leave_alone {
  void operator()(window*) const {}
};

/// The entry of a type; null if it has none.
const ouro::opaque_type* find(const std::vector<ouro::opaque_type>& types, std::string_view name,
                              std::string_view deleter = {}) {
  const auto found = std::find_if(types.begin(), types.end(), [&](const ouro::opaque_type& each) {
    return each.name == name && each.deleter == deleter;
  });
  return found == types.end() ? nullptr : &*found;
}

std::size_t living(std::string_view name, std::string_view deleter = {}) {
  const auto types = ouro::opaque_types();
  const ouro::opaque_type* const found = find(types, name, deleter);
  return found == nullptr ? 0 : found->living;
}

struct fixture : ouro::test::none_left<sealed>, ouro::test::none_left<shows>, ouro::test::explicit_collections<> {};

}  // namespace

TEST_CASE_FIXTURE(fixture, "opaque_types: counts the living objects of a class that hides its members") {
  const auto name = ouro::type_name<sealed>();
  CHECK(living(name) == 0);
  auto one = local::make_shared<sealed>(1);
  auto two = local::allocate_shared<sealed>(std::allocator<int>{}, 2);
  local::shared_ptr<sealed> three{new sealed{3}};
  local::shared_ptr<sealed> four{std::make_unique<sealed>(4)};
  CHECK(living(name) == 4);
  const auto many = local::make_shared<sealed[]>(5);
  CHECK(living(name) == 9);
  one.reset();
  four.reset();
  CHECK(living(name) == 7);
  CHECK(find(ouro::opaque_types(), ouro::type_name<window>()) == nullptr);
}

TEST_CASE_FIXTURE(fixture, "opaque_types: a cycle through such a class leaks, and is never freed") {
  sealed* raw = nullptr;
  {
    const auto made = local::make_shared<sealed>(7);
    made->set(made);
    raw = made.get();
  }
  CHECK(ouro::gc::collect() == 0);
  CHECK(raw->number() == 7);
  CHECK(sealed::alive == 1);
  raw->cut();
}

TEST_CASE_FIXTURE(fixture, "opaque_types: names the opaque parts of a class, which is collected all the same") {
  const auto name = ouro::type_name<sealed>();
  {
    const auto made = local::make_shared<window>();
    made->part = std::make_unique<sealed>();
    made->next = made;
    CHECK(living(name) == 1);
  }
  CHECK(sealed::alive == 1);
  CHECK(ouro::gc::collect() == 1);
  CHECK(living(name) == 0);
}

TEST_CASE_FIXTURE(fixture, "opaque_types: an object behind an opaque part is held from outside") {
  const auto root = local::make_shared<window>();
  auto kept = local::make_shared<sealed>(5);
  root->part = std::make_unique<sealed>();
  root->part->set(kept);
  root->next = root;
  const local::weak_ptr<sealed> watcher = kept;
  kept.reset();
  CHECK(ouro::gc::collect() == 0);
  CHECK(watcher.lock()->number() == 5);
  root->next.reset();
}

TEST_CASE_FIXTURE(fixture, "opaque_types: names a class whose trace is inherited and cannot know its members") {
  const auto name = ouro::type_name<shows_half>();
  {
    const auto made = local::make_shared<shows_half>();
    made->first = made;
    CHECK(living(name) == 1);
  }
  CHECK(ouro::gc::collect() == 1);
  CHECK(living(name) == 0);
  shows_half* raw = nullptr;
  {
    const auto made = local::make_shared<shows_half>();
    made->second = made;
    raw = made.get();
  }
  CHECK(ouro::gc::collect() == 0);
  CHECK(raw->second.use_count() == 1);
  raw->second.reset();
}

TEST_CASE_FIXTURE(fixture, "opaque_types: names the deleter that may leave an object alive") {
  const auto name = ouro::type_name<window>();
  const auto deleter = ouro::type_name<leave_alone>();
  window variable;
  {
    local::shared_ptr<window> alias_of_variable{&variable, leave_alone{}};
    variable.next = alias_of_variable;
    CHECK(living(name, deleter) == 1);
    CHECK(living(name) == 0);
  }
  // Garbage as far as counts go; but the variable is the program's, and its pointer is not to change.
  CHECK(ouro::gc::collect() == 0);
  CHECK(variable.next.get() == &variable);
  variable.next.reset();
  CHECK(living(name, deleter) == 0);
}

TEST_CASE_FIXTURE(fixture, "opaque_types: is written to stderr, a line for each type") {
  const auto said = ouro::test::run_in_child([] {
    window variable;
    const auto made = local::make_shared<sealed[]>(3);
    const local::shared_ptr<window> watched{&variable, leave_alone{}};
    ouro::detail::report_opaque_types();
  });
  CHECK_FALSE(said.aborted);
  const auto has = [&](std::string_view line) { return said.text.find(line) != std::string::npos; };
  CHECK(has("  3 " + std::string{ouro::type_name<sealed>()} + "\n"));
  CHECK(has("  1 " + std::string{ouro::type_name<window>()} + ", ended by " +
            std::string{ouro::type_name<leave_alone>()} + "\n"));
}
