#include "support/child.hpp"
#include "support/counted.hpp"
#include "support/gc_settings.hpp"

#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <any>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
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

/// Two of these in a class are one entry.
struct two_sealed {
  std::array<sealed, 2> both;
  sealed third;
};

struct button {
  local::shared_ptr<button> next;
};
/// Shows its members, and some of them keep what they hold out of sight.
struct toolbar {
  std::vector<std::function<void()>> on_click;
  std::function<void()> on_close;
  local::shared_ptr<button> first;
};
struct panel {
  std::optional<std::map<int, toolbar>> bars;
  std::any state;
};

struct declared;  // defined below

struct settings {
  std::string name;
};
struct mixed {
  std::shared_ptr<toolbar> old;
  std::shared_ptr<const settings> unchanged;  // leads to no edges
  std::weak_ptr<declared> watched;
};
#ifdef __cpp_lib_move_only_function
struct job {
  std::move_only_function<void()> run;
};
#endif

/// Known to hold what is not traced.
struct by_member {
  std::function<int()> hook;
};
struct by_class {
  std::any first;
  std::function<void()> second;
  std::unique_ptr<sealed> third;
};

struct leave_alone {
  void operator()(window*) const {}
};

/// The entry of a type; null if it has none.
const ouro::opaque_type* find(const std::vector<ouro::opaque_type>& types, std::string_view name,
                              std::string_view deleter = {}) {
  const auto found = std::find_if(types.begin(), types.end(), [&](const ouro::opaque_type& each) {
    return each.name == name && each.deleter == deleter && each.member.empty();
  });
  return found == types.end() ? nullptr : &*found;
}

/// How many objects have a `Class` with a part of type `Part`; 0 if that is not listed.
template <class Class, class Part>
std::size_t holding() {
  for (const ouro::opaque_type& each : ouro::opaque_types()) {
    if (each.name == ouro::type_name<Class>() && each.member == ouro::type_name<Part>()) return each.living;
  }
  return 0;
}

std::size_t living(std::string_view name, std::string_view deleter = {}) {
  const auto types = ouro::opaque_types();
  const ouro::opaque_type* const found = find(types, name, deleter);
  return found == nullptr ? 0 : found->living;
}

/// The bytes of an object of `make_shared`.
template <class T>
constexpr std::size_t made_size = sizeof(ouro::detail::shared_object<T>);

struct fixture : ouro::test::none_left<sealed>, ouro::test::none_left<shows>, ouro::test::explicit_collections<> {};

}  // namespace

template <>
inline constexpr bool ouro::untraced<std::function<int()>> = true;
template <>
inline constexpr bool ouro::untraced<by_class> = true;

// The counts are the threads': no object is larger, whether it is counted or not.
static_assert(made_size<window> == sizeof(window));
static_assert(made_size<toolbar> == sizeof(toolbar));
static_assert(made_size<mixed> == sizeof(mixed));
static_assert(made_size<int> == sizeof(int));
static_assert(std::is_empty_v<ouro::detail::count_of_opaque<button>>);
static_assert(std::is_trivially_destructible_v<ouro::detail::count_of_opaque<button>>);
static_assert(!std::is_trivially_destructible_v<ouro::detail::count_of_opaque<toolbar>>);

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

TEST_CASE_FIXTURE(fixture, "opaque_types: an object with several opaque parts of a type counts once") {
  const auto name = ouro::type_name<sealed>();
  const auto made = local::make_shared<two_sealed>();
  CHECK(living(name) == 1);
}

TEST_CASE_FIXTURE(fixture, "opaque_types: a class with a closure is listed, with the type of the closure") {
  using closure = std::function<void()>;
  CHECK(holding<toolbar, closure>() == 0);
  auto one = local::make_shared<toolbar>();
  auto two = local::allocate_shared<toolbar>(std::allocator<int>{});
  auto three = local::shared_ptr<toolbar>{new toolbar};
  const auto many = local::make_shared<toolbar[]>(4);
  CHECK(holding<toolbar, closure>() == 7);
  CHECK(find(ouro::opaque_types(), ouro::type_name<toolbar>()) == nullptr);
  one.reset();
  two.reset();
  three.reset();
  CHECK(holding<toolbar, closure>() == 4);
}

TEST_CASE_FIXTURE(fixture, "opaque_types: a cycle through a closure leaks, and its class is listed") {
  using closure = std::function<void()>;
  toolbar* raw = nullptr;
  {
    const auto made = local::make_shared<toolbar>();
    made->on_close = [made] { static_cast<void>(made); };
    raw = made.get();
  }
  CHECK(ouro::gc::collect() == 0);
  CHECK(holding<toolbar, closure>() == 1);
  {
    const closure last = std::move(raw->on_close);
  }
  CHECK(holding<toolbar, closure>() == 0);
}

TEST_CASE_FIXTURE(fixture, "opaque_types: the class around a closure is the program's, where there is one") {
  using closure = std::function<void()>;
  {
    const auto made = local::make_shared<panel>();
    CHECK(holding<panel, std::any>() == 1);
    CHECK(holding<toolbar, closure>() == 1);
    CHECK(holding<panel, closure>() == 0);
  }
  CHECK(holding<panel, std::any>() == 0);
  CHECK(holding<toolbar, closure>() == 0);
  const auto bare = local::make_shared<closure>();
  CHECK(living(ouro::type_name<closure>()) == 1);
  const auto several = local::make_shared<std::vector<closure>>();
  CHECK(holding<std::vector<closure>, closure>() == 1);
  closure variable;
  const local::shared_ptr<closure> watched{&variable, [](closure*) {}};
  CHECK(living(ouro::type_name<closure>()) == 2);
}

TEST_CASE_FIXTURE(fixture, "opaque_types: pointers of the standard are listed if they may lead to edges") {
  const auto made = ouro::make_shared<mixed>();
  CHECK(holding<mixed, std::shared_ptr<toolbar>>() == 1);
  CHECK(holding<mixed, std::weak_ptr<declared>>() == 1);
  CHECK(holding<mixed, std::shared_ptr<const settings>>() == 0);
#ifdef __cpp_lib_move_only_function
  const auto second = ouro::make_shared<job>();
  CHECK(holding<job, std::move_only_function<void()>>() == 1);
#endif
}

TEST_CASE_FIXTURE(fixture, "opaque_types: what is called untraced is not listed") {
  const auto made = local::make_shared<by_member>();
  CHECK(holding<by_member, std::function<int()>>() == 0);
  const auto second = local::make_shared<by_class>();
  CHECK(holding<by_class, std::any>() == 0);
  CHECK(holding<by_class, std::function<void()>>() == 0);
  CHECK(living(ouro::type_name<sealed>()) == 0);
  CHECK(sizeof(ouro::detail::count_of_opaque<by_class>) == 1);
}

namespace {

struct declared {
  local::shared_ptr<declared> next;
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "opaque_types: a class that was only declared behind such a pointer is seen through later") {
  {
    const auto made = local::make_shared<declared>();
    made->next = made;
  }
  CHECK(ouro::gc::collect() == 1);
  CHECK(find(ouro::opaque_types(), ouro::type_name<declared>()) == nullptr);
}

TEST_CASE_FIXTURE(fixture, "opaque_types: is written to stderr, a line for each type") {
  const auto said = ouro::test::run_in_child([] {
    window variable;
    const auto made = local::make_shared<sealed[]>(3);
    const local::shared_ptr<window> watched{&variable, leave_alone{}};
    const auto closing = local::make_shared<toolbar>();
    ouro::detail::report_opaque_types();
  });
  CHECK_FALSE(said.aborted);
  const auto has = [&](std::string_view line) { return said.text.find(line) != std::string::npos; };
  CHECK(has("  3 " + std::string{ouro::type_name<sealed>()} + "\n"));
  CHECK(has("  1 " + std::string{ouro::type_name<window>()} + ", ended by " +
            std::string{ouro::type_name<leave_alone>()} + "\n"));
  CHECK(has("  1 " + std::string{ouro::type_name<toolbar>()} + ", holding " +
            std::string{ouro::type_name<std::function<void()>>()} + "\n"));
}
