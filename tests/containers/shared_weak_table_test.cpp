// Weak containers of shared objects on one thread: the states of the objects, memory, exceptions.

#include "containers/weakly_held.hpp"
#include "support/counted.hpp"
#include "support/reentrance.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ouro::test::weakly;

namespace {

/// Calls the test at some moments of its life.
template <class Memory>
struct living : ouro::test::counted<living<Memory>> {
  using pointer = typename Memory::template ptr<living>;
  using map = ouro::weak_value_map<std::string, living, Memory>;

  struct calls {
    std::function<void(living&)> at_birth{};
    std::function<void(living&)> at_finalize{};
    std::function<void(living&)> at_end{};
  };

  explicit living(calls& with) : call{&with} {
    if (call->at_birth) call->at_birth(*this);
  }
  living(const living&) = delete;
  living& operator=(const living&) = delete;
  ~living() {
    if (call->at_end) call->at_end(*this);
  }
  void trace(auto&& visit) { visit(ring); }
  void finalize() {
    if (call->at_finalize) call->at_finalize(*this);
  }

  calls* call;
  pointer ring;
};

template <class Memory>
[[nodiscard]] auto make_living(typename living<Memory>::calls& with) {
  return Memory::template make<living<Memory>>(with);
}

template <class Memory>
using table_of = ouro::detail::weak_entries_of<int, int, int, Memory, std::hash<int>, ouro::detail::equal_values>;

static_assert(std::is_same_v<table_of<ouro::default_memory>,
                             ouro::detail::weak_hash_table<int, int, int, ouro::default_memory, std::hash<int>,
                                                           ouro::detail::equal_values>>);
static_assert(sizeof(ouro::weak_set<int, biased>) == sizeof(std::shared_ptr<int>));

}  // namespace

TEST_CASE_TEMPLATE("shared weak containers: an object inserts itself while it is made, and leaves if that fails",
                   Memory, biased, atomic) {
  typename living<Memory>::map map;
  bool fails = false;
  typename living<Memory>::calls calls;
  calls.at_birth = [&](living<Memory>& self) {
    map.insert_or_assign("self", Memory::from_this(&self));
    CHECK(map.get("self").get() == &self);
    CHECK(map.size() == 1);
    if (fails) throw std::runtime_error{"from a constructor"};
  };
  {
    const auto made = make_living<Memory>(calls);
    CHECK(map.get("self") == made);
    CHECK(made.use_count() == 1);
  }
  CHECK(map.empty());
  fails = true;
  CHECK_THROWS_AS(static_cast<void>(make_living<Memory>(calls)), std::runtime_error);
  CHECK(map.empty());
  CHECK(map.get("self") == nullptr);
}

TEST_CASE_TEMPLATE("shared weak containers: an object is found in its `finalize`, and stays where that brings it back",
                   Memory, biased, atomic) {
  typename living<Memory>::map map;
  typename living<Memory>::calls calls;
  typename living<Memory>::pointer saved;
  calls.at_finalize = [&](living<Memory>& self) {
    saved = map.get("one");
    CHECK(saved.get() == &self);
    CHECK(map.size() == 1);
  };
  for (const bool as_garbage : {false, true}) {
    auto one = make_living<Memory>(calls);
    map.insert_or_assign("one", one);
    if (as_garbage) one->ring = one;
    one.reset();
    Memory::gc::collect();
    REQUIRE(saved != nullptr);
    CHECK(map.get("one") == saved);
    CHECK(map.size() == 1);
    CHECK(saved.use_count() == (as_garbage ? 2 : 1));
    saved.reset();  // is not finalized again
    Memory::gc::collect();
    CHECK(map.empty());
    CHECK(living<Memory>::alive == 0);
  }
}

TEST_CASE_TEMPLATE("shared weak containers: garbage is found until it is collected, and not by its destructors", Memory,
                   biased, atomic) {
  typename living<Memory>::map map;
  typename living<Memory>::calls calls;
  int ends = 0;
  calls.at_end = [&](living<Memory>&) {
    ++ends;
    CHECK(map.empty());
    CHECK(map.get("one") == nullptr);
    CHECK(map.begin() == map.end());
  };
  {
    auto one = make_living<Memory>(calls);
    map.insert_or_assign("one", one);
    one->ring = one;
  }
  {
    const auto found = map.get("one");
    REQUIRE(found != nullptr);
    CHECK(Memory::gc::collect() == 0);
    CHECK(found.use_count() == 2);
  }
  CHECK(Memory::gc::collect() == 1);
  CHECK(ends == 1);
  CHECK(map.empty());
}

TEST_CASE_TEMPLATE("shared weak containers: an object that waits for its destruction is neither found nor counted",
                   Memory, biased, atomic) {
  ouro::weak_value_map<int, item<Memory>, Memory> map;
  auto one = make_item<Memory>(1);
  const auto two = make_item<Memory>(2);
  map.insert_or_assign(1, one);
  {
    const typename Memory::gc::deferred_drops deferred;
    one.reset();
    CHECK(map.size() == 0);
    CHECK(map.get(1) == nullptr);
    CHECK(map.pop(1) == nullptr);
    auto other = make_item<Memory>(3);
    map.insert_or_assign(1, other);
    other.reset();
    CHECK(map.setdefault(1, two) == two);
    CHECK(map.size() == 1);
  }
  CHECK(map.size() == 1);
  CHECK(map.get(1) == two);
}

TEST_CASE_TEMPLATE("shared weak containers: frozen and immortal objects stay, and can be erased", Memory, biased,
                   atomic) {
  ouro::weak_set<item<Memory>, Memory> set;
  {
    const auto ring = make_item<Memory>(1);
    ring->next = ring;
    set.insert(ring);
  }
  Memory::gc::freeze();
  CHECK(Memory::gc::collect() == 0);
  CHECK(set.size() == 1);
  Memory::gc::unfreeze();
  static_cast<void>((*set.begin()).use_count());  // its drop makes a candidate
  CHECK(Memory::gc::collect() == 1);
  CHECK(set.empty());

  auto always = make_item<Memory>(2);
  auto* const raw = always.get();
  ouro::immortalize(always);
  set.insert(always);
  always.reset();
  CHECK(set.size() == 1);
  const auto again = Memory::from_this(raw);
  CHECK(set.contains(again));
  CHECK_FALSE(set.insert(again));
  CHECK(set.erase(again) == 1);
  CHECK(set.empty());
  Memory::refcount::store(ouro::detail::header<typename Memory::refcount>::of(raw)->count, ouro::count_word::one);
}

TEST_CASE_TEMPLATE("shared weak containers: their memory comes from the pools, and goes back there", Memory, biased,
                   atomic) {
  using pools = ouro::pool_allocator;
  const auto object = make_item<Memory>(1);
  std::array<item_ptr<Memory>, 10> latest;
  for (auto& each : latest) each = make_item<Memory>(0);
  static_cast<void>(typename Memory::template weak<item<Memory>>{object, [] {}});  // allocates what stays for good
  const std::size_t before = pools::statistics().used_bytes;
  {
    ouro::weak_key_map<item<Memory>, std::array<char, 200>, Memory> notes;
    notes.insert_or_assign(object, {});
    CHECK(pools::statistics().used_bytes >= before + 200);
    CHECK(pools::statistics().used_bytes < before + 800);
    notes.clear();
    std::size_t grown = 0;
    for (std::size_t i = 0; i != 10'000; ++i) {
      item_ptr<Memory>& each = latest[i % latest.size()];  // the oldest goes
      notes.insert_or_assign(each = make_item<Memory>(0), {});
      if (i == 100) grown = pools::statistics().used_bytes;
    }
    CHECK(notes.size() == latest.size());
    CHECK(pools::statistics().used_bytes < grown + 1000);
  }
  CHECK(pools::statistics().used_bytes == before);
}

TEST_CASE_TEMPLATE("shared weak containers: a thread that uses one is among those that collections stop", Memory,
                   biased, atomic) {
  const auto uses = [](auto use) {
    bool is_inside = false;
    bool was_inside = true;
    ouro::weak_set<item<Memory>, Memory> set;
    std::thread{[&] {
      was_inside = ouro::detail::this_mutator.is_inside();
      use(set);
      is_inside = ouro::detail::this_mutator.is_inside();
    }}.join();
    return !was_inside && is_inside;
  };
  CHECK(uses([](auto& set) { CHECK(set.empty()); }));
  CHECK(uses([](auto& set) { set.clear(); }));
  CHECK(uses([](auto& set) { CHECK(set.begin() == set.end()); }));
  CHECK(uses([](auto& set) { CHECK_FALSE(set.contains(nullptr)); }));
  CHECK(uses([](auto& set) { CHECK(set.erase(nullptr) == 0); }));
}

namespace {

template <class Memory>
struct local_owner {
  ouro::weak_key_map<item<Memory>, ouro::ptr<local_owner>, Memory> notes;
  ouro::weak_set<item<Memory>, Memory> set;
  ouro::ptr<local_owner> self;
  void trace(auto&& visit) { visit(notes, set, self); }
};

}  // namespace

TEST_CASE_TEMPLATE("shared weak containers: in an object of one thread, their values are held from outside", Memory,
                   biased, atomic) {
  const auto key = make_item<Memory>(1);
  ouro::weak<local_owner<Memory>> watcher;
  {
    const auto owner = ouro::make<local_owner<Memory>>();
    watcher = owner;
    owner->self = owner;
    owner->set.insert(key);
    owner->notes.insert_or_assign(key, owner);
  }
  CHECK(ouro::gc::collect() == 0);
  REQUIRE_FALSE(watcher.expired());
  watcher.lock()->notes.erase(key);
  CHECK(ouro::gc::collect() == 1);
  CHECK(watcher.expired());
}

TEST_CASE_TEMPLATE("shared weak containers: travel in an island, as they are", Memory, biased, atomic) {
  struct cargo {
    ouro::weak_set<item<Memory>, Memory> set;
  };
  const auto key = make_item<Memory>(1);
  auto packed = ouro::make<cargo>();
  packed->set.insert(key);
  auto on_its_way = ouro::heap::current().detach(std::move(packed));
  std::thread{[&] {
    const auto opened = std::move(on_its_way).open();
    CHECK(opened->set.contains(key));
    CHECK(opened->set.size() == 1);
  }}.join();
}

TEST_CASE_TEMPLATE("shared weak_key_map: setdefault gives the value that is there, and find one that stays", Memory,
                   biased, atomic) {
  ouro::weak_key_map<item<Memory>, std::string, Memory> notes;
  const auto one = make_item<Memory>(1);
  const auto first = notes.setdefault(one, "first");
  CHECK(*first == "first");
  CHECK(notes.setdefault(one, "second") == first);
  CHECK(notes.find(one) == first);
  notes.insert_or_assign(one, "third");
  CHECK(*first == "first");
  CHECK(*notes.find(one) == "third");
  *notes.find(one) = "changed";
  for (const auto& [object, note] : notes) {
    CHECK(object == one);
    CHECK(note == "changed");
  }
  CHECK(notes.erase(one) == 1);
  CHECK(notes.find(one) == nullptr);
  CHECK_FALSE(notes.contains(one));
}

namespace {

using calling = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::test::calling_allocator>;
using ouro::test::calling_allocator;

}  // namespace

TEST_CASE("shared weak_value_map: where memory is exhausted, nothing has changed") {
  {
    const auto object = calling::make<int>(7);
    ouro::weak_value_map<int, int, calling> map;
    std::vector<calling::ptr<int>> kept;
    for (int i = 0; i != 5; ++i) {
      kept.push_back(calling::make<int>(i));
      map.insert_or_assign(i, kept.back());
    }
    const std::size_t blocks = calling_allocator::blocks;
    const auto insert_with = [&](int works) {
      int left = works;
      std::function<void()> next = [&] {
        if (left-- == 0) {
          calling_allocator::failures = 1;
        } else {
          calling_allocator::action = next;
        }
      };
      calling_allocator::action = next;
      map.insert_or_assign(5, object);
      calling_allocator::action = nullptr;
    };
    // The allocations of the entry, the index and the nodes.
    for (int works = 0; works != 3; ++works) {
      CHECK_THROWS_AS(insert_with(works), std::bad_alloc);
      CHECK(map.size() == 5);
      CHECK(map.get(5) == nullptr);
      CHECK(calling_allocator::blocks == blocks);
      CHECK(object.use_count() == 1);
    }
    insert_with(3);
    CHECK(map.size() == 6);
    CHECK(map.get(5) == object);
  }
  CHECK(calling_allocator::blocks == 0);
}

TEST_CASE("shared weak_value_map: an allocation or a comparison may insert the same key, and much more") {
  using map_type = ouro::weak_value_map<int, int, calling, ouro::test::one_hash, ouro::test::calling_equal>;
  std::vector<calling::ptr<int>> kept;
  for (int i = 0; i != 60; ++i) kept.push_back(calling::make<int>(i));
  const auto object = [&](int id) { return kept[static_cast<std::size_t>(id)]; };
  for (const bool in_comparison : {false, true}) {
    for (int which = 0; which != 12; ++which) {
      INFO((in_comparison ? "comparison " : "allocation ") << which);
      map_type map;
      for (int i = 0; i != 5; ++i) map.insert_or_assign(i, object(i));  // which leaves no room
      bool has_come = false;
      const auto more = [&] {
        has_come = true;
        for (int i = 10; i != 40; ++i) map.insert_or_assign(i, object(i));
        map.insert_or_assign(5, object(50));
      };
      int left = which;
      std::function<void()> next = [&] {
        if (left-- == 0) {
          more();
        } else {
          calling_allocator::action = next;
        }
      };
      if (in_comparison) {
        ouro::test::calling_equal::call_at(which, more);
      } else {
        calling_allocator::action = next;
      }
      const auto given = map.setdefault(5, object(5));
      CHECK(given == object(has_come ? 50 : 5));
      calling_allocator::action = nullptr;
      static_cast<void>(ouro::test::calling_equal::never_again());
      CHECK(map.size() == (has_come ? 36 : 6));
      for (int i = 0; i != 5; ++i) CHECK(map.get(i) == object(i));
      int fives = 0;
      for (const auto& [key, value] : map) fives += key == 5;
      CHECK(fives == 1);
    }
  }
}
