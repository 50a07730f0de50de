#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

using ouro::intern;
using ouro::interned_string;
using ouro::interner;
using ouro::small_int;

static_assert(sizeof(interned_string) == sizeof(void*) && sizeof(small_int) == sizeof(void*));
static_assert(sizeof(ouro::interned<std::string>) == sizeof(void*));

TEST_CASE("interner: equal values of any hashable type are one object") {
  const auto a = interner<std::string>::intern(std::string("value"));
  const ouro::interned<std::string> b{"value"};
  CHECK(a == b);
  CHECK(a->size() == 5);
  CHECK(ouro::ref_count(a) == 2);
  CHECK(intern(7) != intern(8));
  const std::unordered_set<ouro::interned<std::string>> set{a, b};
  CHECK(set.size() == 1);
}

TEST_CASE("interner: 0.0 and -0.0 are different values, a NaN equals itself, and types are kept apart (trap 74)") {
  const auto zero = intern(0.0);
  CHECK(zero != intern(-0.0));
  const auto nan = intern(std::numeric_limits<double>::quiet_NaN());
  CHECK(nan == intern(std::numeric_limits<double>::quiet_NaN()));
  const auto one = intern(1);
  const auto truth = intern(true);
  const auto real = intern(1.0);
  CHECK(ouro::id(one) != ouro::id(truth));
  CHECK(ouro::id(one) != ouro::id(real));
  CHECK(interner<int>::size() == 1);
}

TEST_CASE("interner: a weak entry leaves with its last handle, an immortal one stays") {
  using keeping = interner<long, ouro::intern_hash<long>, ouro::intern_equal<long>, ouro::immortal_entries>;
  {
    const auto gone = interner<long>::intern(12345L);
  }
  CHECK(interner<long>::size() == 0);
  {
    const auto stays = keeping::intern(12345L);
  }
  CHECK(keeping::size() == 1);
  const auto again = keeping::intern(12345L);
  CHECK(keeping::size() == 1);
  CHECK(ouro::is_immortal(again.pointer()));
}

namespace {

/// A value whose comparison calls a function of the test, which may throw or use the cache.
struct touchy {
  int value;
  static inline std::function<void()> at_comparison;
  friend bool operator==(const touchy& left, const touchy& right) {
    if (at_comparison) at_comparison();
    return left.value == right.value;
  }
};

struct touchy_hash {
  static inline bool throws = false;
  std::size_t operator()(const touchy&) const {
    if (throws) throw std::runtime_error{"hash"};
    return 1;  // all alike, so that each look-up compares
  }
};

using touchy_interner = interner<touchy, touchy_hash>;

}  // namespace

TEST_CASE("interner: a hash or equality that throws leaves the cache as it was (trap 72)") {
  const auto first = touchy_interner::intern(touchy{1});
  touchy_hash::throws = true;
  CHECK_THROWS_AS(static_cast<void>(touchy_interner::intern(touchy{2})), std::runtime_error);
  touchy_hash::throws = false;
  touchy::at_comparison = [] { throw std::runtime_error{"equal"}; };
  CHECK_THROWS_AS(static_cast<void>(touchy_interner::intern(touchy{2})), std::runtime_error);
  touchy::at_comparison = nullptr;
  CHECK(touchy_interner::size() == 1);
  CHECK(ouro::ref_count(first) == 1);
  CHECK(touchy_interner::intern(touchy{1}) == first);
}

TEST_CASE("interner: an equality that uses the cache finds the table valid (trap 72)") {
  std::vector<touchy_interner::handle> made;
  for (int i = 0; i != 10; ++i) made.push_back(touchy_interner::intern(touchy{i}));
  int calls = 0;
  touchy::at_comparison = [&] {
    if (++calls > 20) return;
    const auto keep = std::exchange(touchy::at_comparison, nullptr);
    for (int i = 0; i != 30; ++i) made.push_back(touchy_interner::intern(touchy{1000 * calls + i}));
    touchy::at_comparison = keep;
  };
  const auto last = touchy_interner::intern(touchy{9});
  touchy::at_comparison = nullptr;
  CHECK(last == made[9]);
  CHECK(touchy_interner::size() == made.size());
}

namespace {

/// Has each comparison intern a new value.
struct restless {
  std::vector<touchy_interner::handle> inserted;

  restless() {
    touchy::at_comparison = [this] {
      const auto keep = std::exchange(touchy::at_comparison, nullptr);
      inserted.push_back(touchy_interner::intern(touchy{100'000 + static_cast<int>(inserted.size())}));
      touchy::at_comparison = keep;
    };
  }
  restless(const restless&) = delete;
  restless& operator=(const restless&) = delete;
  ~restless() { touchy::at_comparison = nullptr; }
};

}  // namespace

TEST_CASE("interner: a lookup ends though each comparison interns another value (trap 72)") {
  std::vector<touchy_interner::handle> known;
  for (int i = 0; i != 20; ++i) known.push_back(touchy_interner::intern(touchy{i}));
  restless equality;
  // A known value, behind others that are compared before it, and a new one.
  const auto again = touchy_interner::intern(touchy{19});
  CHECK(again == known[19]);
  CHECK(touchy_interner::size() == 20 + equality.inserted.size());
  const std::size_t before = equality.inserted.size();
  const auto fresh = touchy_interner::intern(touchy{20});
  CHECK(fresh->value == 20);
  CHECK(ouro::ref_count(fresh) == 1);
  // Each of the rounds compares what the round before has inserted.
  CHECK(equality.inserted.size() - before <= 17 * touchy_interner::size());
  CHECK(touchy_interner::size() == 21 + equality.inserted.size());
  touchy::at_comparison = nullptr;
  CHECK(touchy_interner::intern(touchy{20}) == fresh);
}

TEST_CASE("interner: an equality that interns the same value makes one object of it (trap 72)") {
  const auto other = touchy_interner::intern(touchy{1});
  std::vector<touchy_interner::handle> meanwhile;
  touchy::at_comparison = [&] {
    const auto keep = std::exchange(touchy::at_comparison, nullptr);
    meanwhile.push_back(touchy_interner::intern(touchy{2}));
    touchy::at_comparison = keep;
  };
  const auto made = touchy_interner::intern(touchy{2});
  touchy::at_comparison = nullptr;
  REQUIRE(!meanwhile.empty());
  for (const auto& each : meanwhile) CHECK(each == made);
  CHECK(touchy_interner::size() == 2);
}

TEST_CASE("interner: an equality that throws after it has changed the cache leaves it valid (trap 72)") {
  std::vector<touchy_interner::handle> known;
  for (int i = 0; i != 3; ++i) known.push_back(touchy_interner::intern(touchy{i}));
  std::vector<touchy_interner::handle> meanwhile;
  int comparisons = 0;
  touchy::at_comparison = [&] {
    if (++comparisons == 3) throw std::runtime_error{"equal"};
    const auto keep = std::exchange(touchy::at_comparison, nullptr);
    meanwhile.push_back(touchy_interner::intern(touchy{100 + comparisons}));
    touchy::at_comparison = keep;
  };
  CHECK_THROWS_AS(static_cast<void>(touchy_interner::intern(touchy{50})), std::runtime_error);
  touchy::at_comparison = nullptr;
  CHECK(touchy_interner::size() == 3 + meanwhile.size());
  for (const auto& each : known) CHECK(ouro::ref_count(each) == 1);
  for (const auto& each : meanwhile) CHECK(ouro::ref_count(each) == 1);
}

TEST_CASE("interner: while disabled, equal values are separate objects outside of the cache") {
  using longs = interner<long>;
  const auto known = longs::intern(77L);
  CHECK(longs::is_enabled());
  longs::disable();
  CHECK_FALSE(longs::is_enabled());
  const auto one = longs::intern(77L);
  const auto two = longs::intern(77L);
  CHECK(one != known);
  CHECK(one != two);
  CHECK(*one == *two);
  CHECK(longs::size() == 1);
  longs::enable();
  CHECK(longs::is_enabled());
  CHECK(longs::intern(77L) == known);
}

namespace {

/// A value whose cache no heap has used before its test.
struct unmet {
  int value;
  friend bool operator==(const unmet&, const unmet&) = default;
};

struct unmet_hash {
  std::size_t operator()(const unmet& of) const { return static_cast<std::size_t>(of.value); }
};

}  // namespace

TEST_CASE("interner: is disabled in one heap only") {
  using cache = interner<unmet, unmet_hash>;
  ouro::heap one;
  {
    const ouro::heap::scope in{one};
    cache::disable();
    CHECK_FALSE(cache::is_enabled());
  }
  CHECK(cache::is_enabled());
  {
    const ouro::heap::scope in{one};
    CHECK_FALSE(cache::is_enabled());
    cache::enable();
  }
  cache::disable();
  {
    const ouro::heap::scope in{one};
    CHECK(cache::is_enabled());
    const auto made = cache::intern(unmet{1});
  }
  CHECK_FALSE(cache::is_enabled());
  cache::enable();
}

namespace {

/// A value whose copy constructor interns an equal value.
struct nested {
  int value;
  static inline bool interns = false;
  explicit nested(int of) : value{of} {}
  nested(const nested& from);
  friend bool operator==(const nested& left, const nested& right) { return left.value == right.value; }
};

struct nested_hash {
  std::size_t operator()(const nested& of) const { return static_cast<std::size_t>(of.value); }
};

std::vector<interner<nested, nested_hash>::handle> made_meanwhile;

nested::nested(const nested& from) : value{from.value} {
  if (!std::exchange(interns, false)) return;
  made_meanwhile.push_back(interner<nested, nested_hash>::intern(nested{from.value}));
}

}  // namespace

TEST_CASE("interner: a value whose copy constructor interns an equal one is that one (trap 72)") {
  nested::interns = true;
  const nested original{5};
  const auto made = interner<nested, nested_hash>::intern(original);
  REQUIRE(made_meanwhile.size() == 1);
  CHECK(made == made_meanwhile[0]);
  CHECK((interner<nested, nested_hash>::size() == 1));
  made_meanwhile.clear();
}
