#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using ouro::interned_string;
using ouro::interner;
using ouro::is;

namespace {

using strings = interner<std::string>;

/// A chain that is too long for nested destructors. The last destructor calls a function at the greatest depth.
struct chain {
  ouro::ptr<chain> next;
  std::optional<interned_string> name;
  std::optional<strings::handle> value;
  void (*at_end)() = nullptr;

  ~chain() {
    next.reset();
    name.reset();
    value.reset();
    if (at_end != nullptr) at_end();
  }
};

constexpr int links = 100'000;  // destructors that nest so deep would need more than the stack

}  // namespace

TEST_CASE("interned_string: a string that waits for its destruction is not found, and is interned anew (trap 78)") {
  const std::size_t before = interned_string::interned_count();
  {
    const ouro::gc::deferred_drops here;
    {
      const interned_string other{"the first that waits"};
    }
    {
      const interned_string dropped{"waits for its end"};
    }
    const interned_string again{"waits for its end"};
    CHECK(ouro::ref_count(again) == 1);
    CHECK(again.view() == "waits for its end");
    {
      const interned_string same{"waits for its end"};
      CHECK(is(same, again));
      CHECK(ouro::ref_count(again) == 2);
    }
    CHECK(ouro::gc::drain() == 2);
    // The destruction of the old string has not erased the entry of the new one.
    CHECK(is(interned_string{"waits for its end"}, again));
    CHECK(ouro::ref_count(again) == 1);
    CHECK(interned_string::interned_count() == before + 1);
  }
  CHECK(interned_string::interned_count() == before);
}

TEST_CASE("interner: a value that waits for its destruction is not found, and is interned anew (trap 78)") {
  {
    const ouro::gc::deferred_drops here;
    {
      const auto other = strings::intern(std::string{"the first that waits"});
    }
    {
      const auto dropped = strings::intern(std::string{"waits"});
    }
    const auto again = strings::intern(std::string{"waits"});
    CHECK(ouro::ref_count(again) == 1);
    CHECK(*again == "waits");
    CHECK(ouro::gc::drain() == 2);
    CHECK(strings::intern(std::string{"waits"}) == again);
    CHECK(ouro::ref_count(again) == 1);
    CHECK(strings::size() == 1);
  }
  CHECK(strings::size() == 0);
}

TEST_CASE("interned_string: strings that are dropped and made many times while they wait leave no entry behind") {
  const std::size_t before = interned_string::interned_count();
  {
    const ouro::gc::deferred_drops here;
    for (int i = 0; i != 100; ++i) {
      const interned_string turned_over{"made again and again"};
      REQUIRE(ouro::ref_count(turned_over) == 1);
    }
    CHECK(ouro::gc::drain() == 100);
  }
  CHECK(interned_string::interned_count() == before);
}

TEST_CASE("interner: a destructor at the greatest nesting depth may intern a value that was just dropped (trap 78)") {
  static std::optional<interned_string> found_name;
  static std::optional<strings::handle> found_value;
  const std::size_t before = interned_string::interned_count();
  {
    auto first = ouro::make<chain>();
    auto last = first;
    for (int i = 1; i != links; ++i) {
      last->next = ouro::make<chain>();
      last = last->next;
    }
    last->name.emplace("dropped by the last");
    last->value = strings::intern(std::string{"dropped by the last, too"});
    last->at_end = [] {
      found_name.emplace("dropped by the last");
      found_value = strings::intern(std::string{"dropped by the last, too"});
      CHECK(ouro::ref_count(*found_name) == 1);
      CHECK(ouro::ref_count(*found_value) == 1);
    };
  }
  CHECK(is(*found_name, interned_string{"dropped by the last"}));
  CHECK(ouro::ref_count(*found_name) == 1);
  CHECK(ouro::ref_count(*found_value) == 1);
  CHECK(interned_string::interned_count() == before + 1);
  found_name.reset();
  found_value.reset();
  CHECK(interned_string::interned_count() == before);
  CHECK(strings::size() == 0);
}

namespace {

/// All values have one hash. Each comparison calls a function of the test, and so does the destructor of a value.
struct loud {
  int value;
  std::function<void()> at_end{};
  static inline std::function<void()> at_comparison;

  loud(int of, std::function<void()> end = {}) : value{of}, at_end{std::move(end)} {}
  loud(loud&&) = default;
  ~loud() {
    if (at_end) at_end();
  }
  friend bool operator==(const loud& left, const loud& right) {
    if (at_comparison) std::exchange(at_comparison, nullptr)();
    return left.value == right.value;
  }
};

struct same_hash {
  std::size_t operator()(const loud&) const { return 1; }
};

using loud_interner = interner<loud, same_hash>;

}  // namespace

TEST_CASE("interner: an equality that changes the table is called for live values only (traps 72, 78)") {
  const auto first = loud_interner::intern(loud{1});
  std::optional<loud_interner::handle> meanwhile;
  {
    const ouro::gc::deferred_drops here;
    {
      const auto waits = loud_interner::intern(loud{2});
    }
    loud::at_comparison = [&] { meanwhile = loud_interner::intern(loud{3}); };
    const auto made = loud_interner::intern(loud{2});
    CHECK(ouro::ref_count(made) == 1);
    CHECK(ouro::gc::drain() == 1);
    CHECK(loud_interner::intern(loud{2}) == made);
    CHECK(loud_interner::size() == 3);
  }
  meanwhile.reset();
  CHECK(loud_interner::size() == 1);
}

TEST_CASE("interner: an equality may drop the last handle to the value that it compares, and intern it (trap 72)") {
  std::optional<loud_interner::handle> from_end;
  std::optional<loud_interner::handle> victim;
  victim = loud_interner::intern(loud{1, [&] { from_end = loud_interner::intern(loud{2}); }});
  loud::at_comparison = [&] { victim.reset(); };
  const auto made = loud_interner::intern(loud{2});
  REQUIRE(from_end.has_value());
  CHECK(made == *from_end);
  CHECK(loud_interner::size() == 1);
}

TEST_CASE("interner: a string that waits for destruction on one thread is made anew by another (trap 78)") {
  using shared_string = ouro::basic_interned_string<ouro::mutex_locking>;
  using shared_gc = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>::gc;
  const shared_gc::deferred_drops here;
  {
    const shared_string other{"the first that waits"};
  }
  {
    const shared_string dropped{"waits for its end"};
  }
  std::optional<shared_string> again;
  std::thread{[&] { again.emplace("waits for its end"); }}.join();
  CHECK(ouro::ref_count(*again) == 1);
  CHECK(shared_gc::drain() == 2);
  CHECK(is(*again, shared_string{"waits for its end"}));
  CHECK(shared_string::interned_count() == 1);
}
