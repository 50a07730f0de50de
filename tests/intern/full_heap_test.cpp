#include "support/ring.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using ouro::intern;
using ouro::interned_string;
using ouro::interner;
using ouro::is;

namespace {

/// Garbage that only a collection destroys, with a name, and a function that its destructor calls.
struct ring {
  ouro::ptr<ring> self;
  std::optional<interned_string> name;
  std::optional<interner<long>::handle> value;
  void (*at_end)(const ring&) = nullptr;

  ~ring() {
    if (at_end != nullptr) at_end(*this);
  }
};

ouro::ptr<ring> make_ring() { return ouro::test::make_ring(1, &ring::self); }

std::vector<interned_string> kept;

}  // namespace

TEST_CASE("interned_string: an emergency collection in interning erases the strings of the garbage first") {
  ouro::heap h{std::size_t{1} << 20};
  const ouro::heap::scope in{h};
  ouro::gc::disable();
  for (int i = 0; i != 20; ++i) make_ring()->name.emplace("only garbage holds name " + std::to_string(i));
  REQUIRE(interned_string::interned_count() == 20);
  // It fits only when the pools of the garbage are free again.
  make_ring()->name.emplace(std::string(std::size_t{400} << 10, 'x'));
  const interned_string made{std::string(std::size_t{600} << 10, 'y')};
  CHECK(interned_string::interned_count() == 1);
  CHECK(is(made, interned_string{made.view()}));
  CHECK(ouro::ref_count(made) == 1);
}

TEST_CASE("interned_string: destructors of garbage may intern other strings and the same one in the allocation") {
  ouro::heap h{std::size_t{1} << 20};
  const ouro::heap::scope in{h};
  ouro::gc::disable();
  make_ring()->name.emplace(std::string(std::size_t{600} << 10, 'x'));
  static const std::string wanted(std::size_t{400} << 10, 'y');
  make_ring()->at_end = [](const ring&) {
    for (int i = 0; i != 1000; ++i) kept.emplace_back("made by a destructor " + std::to_string(i));
  };
  const interned_string made{wanted};
  CHECK(kept.size() == 1000);
  CHECK(interned_string::interned_count() == 1001);
  CHECK(is(made, interned_string{wanted}));
  for (int i = 0; i != 1000; ++i) {
    REQUIRE(is(kept[static_cast<std::size_t>(i)], interned_string{"made by a destructor " + std::to_string(i)}));
  }
  kept.clear();
}

TEST_CASE("interned_string: a string that a destructor interned during its allocation is the one") {
  ouro::heap h{std::size_t{1} << 20};
  const ouro::heap::scope in{h};
  ouro::gc::disable();
  static const std::string wanted(std::size_t{300} << 10, 'y');
  auto large = make_ring();
  large->name.emplace(std::string(std::size_t{800} << 10, 'x'));
  large->at_end = [](const ring& at) {
    const_cast<ring&>(at).name.reset();
    kept.emplace_back(wanted);
  };
  large.reset();
  const interned_string made{wanted};
  REQUIRE(kept.size() == 1);
  CHECK(is(made, kept[0]));
  CHECK(ouro::ref_count(made) == 2);
  CHECK(interned_string::interned_count() == 1);
  kept.clear();
}

TEST_CASE("intern: a heap at its limit collects in interning again and again, and loses no value") {
  ouro::heap h{std::size_t{1} << 20};
  const ouro::heap::scope in{h};
  ouro::gc::disable();
  std::vector<std::pair<long, interner<long>::handle>> held;
  std::vector<interned_string> names;
  for (long i = 0; i != 50'000; ++i) {
    auto garbage = make_ring();
    garbage->value = intern(i % 10'000);
    garbage->name.emplace(std::to_string(i % 10'000) + " is held by garbage, or by a test, or by nobody");
    garbage->at_end = [](const ring& at) { CHECK(at.name->view().starts_with(std::to_string(**at.value))); };
    if (i % 100 == 0) {
      held.emplace_back(i % 10'000, *garbage->value);
      names.push_back(*garbage->name);
    }
  }
  for (std::size_t i = 0; i != held.size(); ++i) {
    REQUIRE(intern(held[i].first) == held[i].second);
    REQUIRE(is(names[i],
               interned_string{std::to_string(held[i].first) + " is held by garbage, or by a test, or by nobody"}));
  }
  CHECK(ouro::gc::stats().collections > 5);
  ouro::gc::collect();
  CHECK(interner<long>::size() == 100);
  CHECK(interned_string::interned_count() == 100);
}
