// Weak containers of objects that threads share: the threads use one container, and its objects die on any of them.

#include "support/counted.hpp"
#include "threads/run_together.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using ouro::test::run_together;
using ouro::test::threads;

namespace {

using biased = ouro::shared_memory;
using atomic = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;
using uncollected = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>;

template <class Memory>
struct node : ouro::test::counted<node<Memory>, std::atomic<int>> {
  explicit node(int of) : value{of}, copy{of} {}
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node() {
    if (at_end) at_end();
    value = copy = -1;
  }
  void trace(auto&& visit) { visit(next); }

  /// False for an object that is destroyed already.
  [[nodiscard]] bool is(int wanted) const { return value == wanted && copy == wanted; }

  int value;
  int copy;
  typename Memory::template ptr<node> next;
  std::function<void()> at_end{};
};

template <class Memory>
using pointer = typename Memory::template ptr<node<Memory>>;

/// Garbage once the pointer that it returns is dropped.
template <class Memory>
[[nodiscard]] pointer<Memory> make_ring(int value) {
  auto made = Memory::template make<node<Memory>>(value);
  made->next = made;
  return made;
}

template <class Memory>
[[nodiscard]] bool nothing_is_left() {
  Memory::gc::collect();
  return node<Memory>::alive == 0;
}

/// A small generator, one a thread.
struct numbers {
  std::uint32_t state;
  [[nodiscard]] int below(int most) {
    state = state * 1'664'525u + 1'013'904'223u;
    return static_cast<int>((state >> 8) % static_cast<std::uint32_t>(most));
  }
};

/// A key whose comparisons are the program's: they make shared objects, and so are safe points.
template <class Memory>
struct busy_key {
  int number;
  [[nodiscard]] friend bool operator==(const busy_key& left, const busy_key& right) {
    static_cast<void>(Memory::template make<node<Memory>>(0));
    return left.number == right.number;
  }
};

template <class Memory>
struct few_hashes {
  [[nodiscard]] std::size_t operator()(const busy_key<Memory>& of) const {
    static_cast<void>(Memory::template make<node<Memory>>(0));
    return static_cast<std::size_t>(of.number % 3);
  }
};

/// May be part of a cycle through a value of its map.
template <class Memory>
struct registry : ouro::test::counted<registry<Memory>, std::atomic<int>> {
  ouro::weak_key_map<node<Memory>, typename Memory::template ptr<registry>, Memory> peers;
  void trace(auto&& visit) { visit(peers); }
};

}  // namespace

template <class Memory>
inline constexpr bool ouro::leaf<busy_key<Memory>> = true;

TEST_CASE_TEMPLATE("weak_value_map: threads insert, look up, drop and collect at once, and in the end nothing is left",
                   Memory, biased, atomic) {
  ouro::weak_value_map<int, node<Memory>, Memory> map;
  std::atomic<int> wrong = 0;
  run_together([&](int self) {
    numbers random{static_cast<std::uint32_t>(self)};
    std::array<pointer<Memory>, 8> own;
    for (int i = 0; i != 3'000; ++i) {
      const int key = random.below(40);
      pointer<Memory>& mine = own[static_cast<std::size_t>(random.below(8))];
      switch (random.below(9)) {
        case 0:
        case 1:
          map.insert_or_assign(key, mine = make_ring<Memory>(key));
          break;
        case 2:
          mine = map.setdefault(key, Memory::template make<node<Memory>>(key));
          if (!mine->is(key)) ++wrong;
          break;
        case 3:
        case 4:
          mine = map.get(key);
          if (mine != nullptr && !mine->is(key)) ++wrong;
          break;
        case 5:
          mine = map.pop(key);
          if (mine != nullptr && !mine->is(key)) ++wrong;
          break;
        case 6:
          mine.reset();
          break;
        case 7:
          for (const auto& [name, object] : map) {
            if (!object->is(name)) ++wrong;
          }
          break;
        default:
          if (i % 64 == 0) Memory::gc::collect();
          if (i % 50 == 0) map.clear();
          if (map.size() > 40) ++wrong;
      }
    }
  });
  CHECK(wrong == 0);
  CHECK(nothing_is_left<Memory>());
  CHECK(map.size() == 0);
  CHECK(map.begin() == map.end());
}

TEST_CASE_TEMPLATE("weak_value_map: comparisons and hashes of the program may be safe points while threads change it",
                   Memory, biased, atomic) {
  ouro::weak_value_map<busy_key<Memory>, node<Memory>, Memory, few_hashes<Memory>> map;
  std::atomic<int> wrong = 0;
  run_together([&](int self) {
    numbers random{static_cast<std::uint32_t>(self)};
    std::array<pointer<Memory>, 4> own;
    for (int i = 0; i != 400; ++i) {
      const int key = random.below(12);
      pointer<Memory>& mine = own[static_cast<std::size_t>(random.below(4))];
      switch (random.below(6)) {
        case 0:
        case 1:
          map.insert_or_assign({key}, mine = make_ring<Memory>(key));
          break;
        case 2:
          mine = map.setdefault({key}, make_ring<Memory>(key));
          if (!mine->is(key)) ++wrong;
          break;
        case 3:
          mine = map.get({key});
          if (mine != nullptr && !mine->is(key)) ++wrong;
          break;
        case 4:
          mine = map.pop({key});
          if (mine != nullptr && !mine->is(key)) ++wrong;
          break;
        default:
          mine.reset();
          if (map.size() > 12) ++wrong;  // a key twice
          if (i % 16 == 0) Memory::gc::collect();
      }
    }
  });
  CHECK(wrong == 0);
  CHECK(nothing_is_left<Memory>());
  CHECK(map.empty());
}

TEST_CASE_TEMPLATE("weak_set: of threads that insert an object at once, one is told that it is new", Memory, biased,
                   atomic, uncollected) {
  constexpr int objects = 300;
  std::vector<pointer<Memory>> all;
  for (int i = 0; i != objects; ++i) all.push_back(Memory::template make<node<Memory>>(i));
  ouro::weak_set<node<Memory>, Memory> set;
  std::atomic<int> inserted = 0;
  std::atomic<int> erased = 0;
  run_together([&](int) {
    for (const auto& each : all) inserted += set.insert(each);
  });
  CHECK(inserted == objects);
  CHECK(set.size() == objects);
  run_together([&](int) {
    for (std::size_t i = 0; i != objects / 2; ++i) erased += static_cast<int>(set.erase(all[i]));
  });
  CHECK(erased == objects / 2);
  CHECK(set.size() == objects / 2);
  run_together([&](int self) {  // each drops its share of them
    for (std::size_t i = static_cast<std::size_t>(self); i < objects; i += threads) all[i].reset();
  });
  CHECK(nothing_is_left<Memory>());
  CHECK(set.size() == 0);
}

TEST_CASE_TEMPLATE("weak_value_map: threads that set a default at once get one object, and one of them takes it out",
                   Memory, biased, atomic, uncollected) {
  ouro::weak_value_map<int, node<Memory>, Memory> map;
  std::array<pointer<Memory>, threads> given;
  std::atomic<int> taken = 0;
  std::barrier<> together{threads};
  std::atomic<int> different = 0;
  run_together([&](int self) {
    for (int round = 0; round != 200; ++round) {
      const auto await = [&together] {
        const ouro::blocking waits;
        together.arrive_and_wait();
      };
      given[static_cast<std::size_t>(self)] = map.setdefault(round, Memory::template make<node<Memory>>(self));
      await();
      if (given[static_cast<std::size_t>(self)] != given[0]) ++different;
      taken += map.pop(round) != nullptr;
      await();
    }
    given[static_cast<std::size_t>(self)].reset();
  });
  CHECK(different == 0);
  CHECK(taken == 200);
  CHECK(map.empty());
  CHECK(nothing_is_left<Memory>());
}

TEST_CASE_TEMPLATE("weak_key_map: values of shared objects are seen by collections, and leave with their keys", Memory,
                   biased, atomic) {
  std::atomic<int> wrong = 0;
  const auto survivor = Memory::template make<node<Memory>>(1);
  {
    const auto shared = Memory::template make<registry<Memory>>();
    run_together([&](int self) {
      numbers random{static_cast<std::uint32_t>(self)};
      std::array<pointer<Memory>, 8> keys;
      for (int i = 0; i != 1'000; ++i) {
        pointer<Memory>& mine = keys[static_cast<std::size_t>(random.below(8))];
        if (mine == nullptr || random.below(3) == 0) mine = Memory::template make<node<Memory>>(i);
        const auto held = shared->peers.setdefault(mine, shared);  // a cycle through the value
        if (*held == nullptr) ++wrong;
        if (const auto found = shared->peers.find(mine); found != held) ++wrong;
        if (random.below(4) == 0) shared->peers.insert_or_assign(mine, Memory::template make<registry<Memory>>());
        if (random.below(4) == 0) shared->peers.erase(mine);
        for (const auto& [key, value] : shared->peers) {
          if (i % 100 == 0 && (key == nullptr || value == nullptr)) ++wrong;
          if (i % 100 != 0) break;
        }
        if (i % 128 == 0) Memory::gc::collect();
      }
    });
    Memory::gc::collect();
    CHECK(shared->peers.size() == 0);
    shared->peers.insert_or_assign(survivor, shared);
    CHECK(shared.use_count() == 2);
  }
  Memory::gc::collect();
  CHECK(registry<Memory>::alive == 0);
  CHECK(node<Memory>::alive == 1);
  CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("weak containers: one may end while its objects die on other threads", Memory, biased, atomic,
                   uncollected) {
  std::atomic<int> keys_alive = 0;
  struct key {
    explicit key(std::atomic<int>& in) : alive{&in} { ++*alive; }
    key(key&& from) noexcept : alive{from.alive} { ++*alive; }
    key& operator=(key&&) = delete;
    ~key() { --*alive; }
    std::atomic<int>* alive;
  };
  for (int round = 0; round != 100; ++round) {
    auto notes = std::make_unique<ouro::weak_key_map<node<Memory>, key, Memory>>();
    std::array<std::vector<pointer<Memory>>, threads> owned;
    for (auto& each : owned) {
      for (int i = 0; i != 10; ++i) {
        each.push_back(Memory::template make<node<Memory>>(i));
        notes->insert_or_assign(each.back(), key{keys_alive});
      }
    }
    CHECK(keys_alive == 10 * threads);
    run_together([&](int self) {
      if (self == 0) notes.reset();
      owned[static_cast<std::size_t>(self)].clear();
    });
    CHECK(nothing_is_left<Memory>());
    CHECK(keys_alive == 0);
  }
}

TEST_CASE_TEMPLATE("weak_value_map: an object that dies on another thread is not found, and takes its own entry alone",
                   Memory, biased, atomic, uncollected) {
  ouro::weak_value_map<std::string, node<Memory>, Memory> map;
  std::barrier<> step{2};
  const auto wait = [&step] {
    const ouro::blocking waits;
    step.arrive_and_wait();
  };
  auto old = Memory::template make<node<Memory>>(1);
  old->at_end = [&] {
    wait();  // the destructor runs: the weak pointer has expired, and its callback waits
    wait();
  };
  map.insert_or_assign("name", old);
  std::thread other{[&, mine = std::move(old)]() mutable { mine.reset(); }};
  wait();
  CHECK(map.get("name") == nullptr);
  CHECK_FALSE(map.contains("name"));
  CHECK(map.begin() == map.end());
  CHECK(map.size() == 1);  // until its end, which is the other thread's
  const auto young = Memory::template make<node<Memory>>(2);
  CHECK(map.setdefault("name", young) == young);
  wait();
  other.join();
  CHECK(map.get("name") == young);
  CHECK(map.size() == 1);
  CHECK(map.erase("name") == 1);
  CHECK(node<Memory>::alive == 1);
}

TEST_CASE_TEMPLATE("weak_key_map: a value is destroyed on the thread where its object dies, and not while it is used",
                   Memory, biased, atomic) {
  struct note {
    std::atomic<std::thread::id>* destroyed_on;
    explicit note(std::atomic<std::thread::id>& at) : destroyed_on{&at} {}
    note(note&& from) noexcept : destroyed_on{std::exchange(from.destroyed_on, nullptr)} {}
    note& operator=(note&&) = delete;
    ~note() {
      if (destroyed_on != nullptr) *destroyed_on = std::this_thread::get_id();
    }
  };
  ouro::weak_key_map<node<Memory>, note, Memory> notes;
  std::atomic<std::thread::id> place = std::thread::id{};
  auto one = Memory::template make<node<Memory>>(1);
  auto two = Memory::template make<node<Memory>>(2);
  notes.insert_or_assign(one, note{place});
  std::thread::id there;
  const auto drop_there = [&there](pointer<Memory>& last) {
    std::thread other{[&] {
      there = std::this_thread::get_id();
      last.reset();
    }};
    const ouro::blocking waits;
    other.join();
  };
  drop_there(one);
  CHECK(place.load() == there);
  CHECK(notes.empty());

  notes.insert_or_assign(two, note{place});
  place = std::thread::id{};
  auto used = notes.find(two);
  drop_there(two);
  CHECK(notes.empty());
  CHECK(place.load() == std::thread::id{});
  used.reset();
  CHECK(place.load() == std::this_thread::get_id());
}

TEST_CASE_TEMPLATE(
    "weak_set: an iteration meets objects that live and are in the set, whatever threads do meanwhile (trap 31)",
    Memory, biased, atomic) {
  ouro::weak_set<node<Memory>, Memory> set;
  const auto always = Memory::template make<node<Memory>>(0);
  set.insert(always);
  std::atomic<bool> is_over = false;
  std::atomic<int> wrong = 0;
  run_together([&](int self) {
    if (self == 0) {
      for (int round = 0; round != 300; ++round) {
        int met = 0;
        for (const auto& each : set) {
          if (!each->is(0)) ++wrong;
          met += each == always;
          ouro::safepoint();
        }
        if (met != 1) ++wrong;
      }
      is_over = true;
    } else {
      while (!is_over) {
        auto made = make_ring<Memory>(0);
        set.insert(made);
        auto other = Memory::template make<node<Memory>>(0);
        set.insert(other);
        set.erase(made);
      }
    }
  });
  CHECK(wrong == 0);
  Memory::gc::collect();
  CHECK(set.size() == 1);
  CHECK(*set.begin() == always);
}
