#include "support/child.hpp"

#include <ouro/ouro.hpp>
#include <ouro/threads.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

using ouro::detail::all_mutators;
using ouro::detail::mutator;
using ouro::detail::mutator_word;
using ouro::detail::this_mutator;

namespace {

using mem = ouro::memory<ouro::biased_refcount, ouro::trial_deletion, ouro::pool_allocator>;
constexpr std::uint64_t long_time = 10'000'000'000;  // nanoseconds
constexpr std::uint64_t short_time = 1'000'000;

struct node {
  mem::ptr<node> next;
};

/// A thread that does `first`, and then waits for the end of the test outside of the library's sight.
class helper {
 public:
  template <class First>
  explicit helper(First first)
      : thread_{[this, first = std::move(first)] {
          first();
          stage_ = 1;
          stage_.notify_one();
          stage_.wait(1);
        }} {
    stage_.wait(0);
  }
  helper(const helper&) = delete;
  helper& operator=(const helper&) = delete;
  ~helper() {
    stage_ = 2;
    stage_.notify_one();
    thread_.join();
  }

 private:
  std::atomic<int> stage_ = 0;
  std::thread thread_;
};

/// Its destructor makes objects, and collects, until it is told to end.
struct busy_at_end {
  std::atomic<int>* stage;
  mem::ptr<node> edge;
  explicit busy_at_end(std::atomic<int>& of) : stage{&of} {}
  busy_at_end(const busy_at_end&) = delete;
  busy_at_end& operator=(const busy_at_end&) = delete;
  void trace(auto&& visit) { visit(edge); }
  ~busy_at_end() {
    for (*stage = 1; *stage != 2;) {
      static_cast<void>(mem::make<node>());
      mem::gc::safepoint();
      mem::gc::collect();
    }
  }
};

[[nodiscard]] bool can_stop(std::uint64_t patience, std::string& late) {
  char name[mutator::most_name] = {};
  const bool stopped = all_mutators.stop(patience, patience, name);
  if (stopped) all_mutators.go_on();
  late = name;
  return stopped;
}

}  // namespace

TEST_CASE("world: a thread is registered from its first use of a shared object to its end, or by a scope") {
  const ouro::thread_scope here;
  const std::size_t before = all_mutators.size();
  {
    const helper outside{[] { static_cast<void>(ouro::make<int>(1)); }};
    CHECK(all_mutators.size() == before);
    const helper maker{[] { static_cast<void>(mem::make<node>()); }};
    CHECK(all_mutators.size() == before + 1);
    auto given = mem::make<node>();
    const helper reader{[&given] { given->next = nullptr; }};
    CHECK(all_mutators.size() == before + 2);
    const helper mover{[&given] { const auto taken = std::move(given); }};
    CHECK(all_mutators.size() == before + 3);
  }
  CHECK(all_mutators.size() == before);
  std::thread{[before] {
    {
      const ouro::thread_scope outer;
      const ouro::thread_scope inner;
      CHECK(all_mutators.size() == before + 1);
      CHECK(this_mutator.is_undisturbed());
    }
    CHECK(all_mutators.size() == before);
    CHECK_FALSE(this_mutator.is_inside());
    const auto used_again = mem::make<node>();
    CHECK(all_mutators.size() == before + 1);
  }}.join();
  CHECK(all_mutators.size() == before);
}

TEST_CASE("world: a stop that gives up names the thread that has not answered, and is known in the next one") {
  const ouro::thread_scope here;
  std::string late;
  std::atomic<mutator*> busy = nullptr;
  {
    const helper named{[&busy] {
      static const ouro::thread_scope scope{"a name that is longer than 23 bytes"};
      busy = &this_mutator;
    }};
    CHECK_FALSE(can_stop(short_time, late));
    CHECK(late == "a name that is longer t");
    CHECK(busy.load()->word == mutator_word::asked);
    CHECK(this_mutator.is_undisturbed());
  }
  const helper unnamed{[&busy] {
    const auto first = mem::make<node>();
    busy = &this_mutator;
  }};
  CHECK_FALSE(can_stop(0, late));
  CHECK(late == "thread " + std::to_string(busy.load()->number));
  // The next stop knows that the thread has not come to a safe point since, and has less patience with it.
  char name[mutator::most_name];
  const std::uint64_t began = ouro::detail::steady_nanoseconds();
  CHECK_FALSE(all_mutators.stop(long_time, 0, name));
  CHECK(ouro::detail::steady_nanoseconds() - began < long_time);
}

TEST_CASE("world: a stop holds a thread that is blocking, until the world goes on") {
  const ouro::thread_scope here;
  std::atomic<int> stage = 0;
  std::thread sleeper{[&stage] {
    const ouro::thread_scope scope;
    {
      const ouro::blocking outer;
      const ouro::blocking inner;
      stage = 1;
      while (stage != 2) std::this_thread::yield();
    }
    CHECK(this_mutator.is_undisturbed());
    stage = 3;
  }};
  while (stage != 1) std::this_thread::yield();
  char late[mutator::most_name];
  REQUIRE(all_mutators.stop(long_time, long_time, late));
  CHECK(all_mutators.is_stopped_here());
  stage = 2;
  for (int i = 0; i != 1000; ++i) std::this_thread::yield();
  CHECK(stage == 2);
  all_mutators.go_on();
  CHECK_FALSE(all_mutators.is_stopped_here());
  sleeper.join();
  CHECK(stage == 3);
}

TEST_CASE("world: a stop waits for safe points, for ends of threads and for the ends of scopes") {
  const ouro::thread_scope here;
  std::string late;
  for (const int how : {0, 1, 2, 3, 4}) {
    std::atomic<int> stage = 0;
    std::thread other{[&stage, how] {
      const auto first = mem::make<node>();
      stage = 1;
      while (how != 3 && stage != 2) {
        if (how == 0) mem::gc::safepoint();
        if (how == 1) static_cast<void>(mem::make<node>());
        if (how == 2) const ouro::blocking for_a_moment;
        if (how == 4) mem::gc::collect();
      }
    }};
    while (stage != 1) std::this_thread::yield();
    for (int i = 0; i != 20; ++i) CHECK(can_stop(long_time, late));
    stage = 2;
    other.join();
  }
}

TEST_CASE("world: neither a pause nor the trigger mode for safe points makes `make` a place to stop at") {
  const ouro::thread_scope here;
  std::string late;
  for (const bool by_pause : {true, false}) {
    std::atomic<int> stage = 0;
    if (!by_pause) mem::gc::set_trigger(ouro::gc_trigger::safepoint);
    std::thread other{[&stage, by_pause] {
      {
        const auto first = mem::make<node>();
        if (by_pause) {
          const mem::gc::pause none;
          for (stage = 1; stage != 2;) static_cast<void>(mem::make<node>());
        } else {
          for (stage = 1; stage != 2;) static_cast<void>(mem::make<node>());
        }
      }
      while (stage != 3) mem::gc::safepoint();
    }};
    while (stage != 1) std::this_thread::yield();
    CHECK_FALSE(can_stop(short_time, late));
    stage = 2;
    CHECK(can_stop(long_time, late));
    stage = 3;
    other.join();
    mem::gc::set_trigger(ouro::gc_trigger::allocation);
  }
}

TEST_CASE("world: a destructor is no place to stop at, neither in `make` nor at a safe point") {
  const ouro::thread_scope here;
  std::string late;
  std::atomic<int> stage = 0;
  std::thread other{[&stage] {
    mem::make<busy_at_end>(stage).reset();
    while (stage != 3) mem::gc::safepoint();
  }};
  while (stage != 1) std::this_thread::yield();
  CHECK_FALSE(can_stop(short_time, late));
  stage = 2;
  CHECK(can_stop(long_time, late));
  stage = 3;
  other.join();
}

TEST_CASE("world: a thread that gives itself a name holds up no stop") {
  const ouro::thread_scope here;
  std::string late;
  std::atomic<int> stage = 0;
  std::thread other{[&stage] {
    const ouro::thread_scope scope;
    for (stage = 1; stage != 2;) const ouro::thread_scope named{"named again"};
  }};
  while (stage != 1) std::this_thread::yield();
  bool has_stopped = true;
  for (int i = 0; i != 2'000 && has_stopped; ++i) has_stopped = can_stop(long_time, late);
  CHECK(has_stopped);
  stage = 2;
  other.join();
}

TEST_CASE("world: a thread that begins during a stop waits for its end") {
  const ouro::thread_scope here;
  const auto object = mem::make<node>();
  char late[mutator::most_name];
  REQUIRE(all_mutators.stop(long_time, long_time, late));
  std::atomic<int> stage = 0;
  std::thread other{[&] {
    stage = 1;
    const auto copy = object;
    stage = 2;
  }};
  while (stage != 1) std::this_thread::yield();
  for (int i = 0; i != 1000; ++i) std::this_thread::yield();
  CHECK(stage == 1);
  all_mutators.go_on();
  other.join();
  CHECK(object.use_count() == 1);
}

TEST_CASE("world: thread-local pointers are dropped before their thread is no longer registered") {
  static std::atomic<int> destroyed = 0;
  struct late {
    mem::ptr<node> kept;
    ~late() {
      CHECK(this_mutator.is_registered);
      const auto copy = kept;
      kept = mem::make<node>();
      ++destroyed;
    }
  };
  const ouro::thread_scope here;
  const std::size_t before = all_mutators.size();
  std::thread{[] {
    static thread_local late first;
    static thread_local late second;
    first.kept = mem::make<node>();
    second.kept = first.kept;
  }}.join();
  CHECK(destroyed == 2);
  CHECK(all_mutators.size() == before);
}

TEST_CASE("world: a child has the thread that has forked, and no other") {
  const ouro::thread_scope here;
  mem::gc::collect();
  const helper busy{[] { static_cast<void>(mem::make<node>()); }};
  const auto said = ouro::test::run_in_child([] {
    if (all_mutators.size() != 1) std::abort();
    auto ring = mem::make<node>();
    ring->next = ring;
    ring.reset();
    if (mem::gc::collect() != 1) std::abort();
  });
  CHECK(said.text == "");
  CHECK_FALSE(said.aborted);
}

TEST_CASE("mutex: a thread that waits for it lets a collection pass, and has it in the end") {
  const ouro::thread_scope here;
  ouro::mutex mutex;
  std::string late;
  std::atomic<int> stage = 0;
  mutex.lock();
  CHECK_FALSE(mutex.try_lock());
  std::thread other{[&] {
    const ouro::thread_scope scope;
    stage = 1;
    const std::lock_guard lock{mutex};
    stage = 2;
  }};
  while (stage != 1) std::this_thread::yield();
  CHECK(can_stop(long_time, late));
  CHECK(stage == 1);
  mutex.unlock();
  other.join();
  CHECK(mutex.try_lock());
  mutex.unlock();
}

TEST_CASE("condition_variable: a thread that waits for it lets a collection pass; its predicate uses shared objects") {
  using namespace std::chrono_literals;
  const ouro::thread_scope here;
  ouro::mutex mutex;
  ouro::condition_variable changed;
  std::string late;
  auto shared = mem::make<node>();
  int woken = 0;
  bool waits = false;
  std::thread other{[&] {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] {
      waits = true;
      return shared->next != nullptr;
    });
    ++woken;
    CHECK_FALSE(changed.wait_for(lock, 1ms, [&] { return shared->next == nullptr; }));
    CHECK(changed.wait_for(lock, 1h, [&] { return shared->next != nullptr; }));
    CHECK(changed.wait_until(lock, std::chrono::system_clock::now() - 1s) == std::cv_status::timeout);
    while (changed.wait_for(lock, 1h) == std::cv_status::timeout) {
    }
    ++woken;
  }};
  for (bool other_waits = false; !other_waits;) {
    CHECK(can_stop(long_time, late));
    const std::lock_guard lock{mutex};
    other_waits = waits;
    if (waits) shared->next = mem::make<node>();
  }
  changed.notify_one();
  for (bool over = false; !over;) {
    CHECK(can_stop(long_time, late));
    changed.notify_all();
    const std::lock_guard lock{mutex};
    over = woken == 2;
  }
  other.join();
  CHECK(woken == 2);
}

TEST_CASE("safepoint: serves all memories whose objects the thread has made, and lets collections of others pass") {
  using other = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;
  const ouro::thread_scope here;
  const auto leave_ring = []<class Memory>(Memory) {
    struct ring {
      typename Memory::template ptr<ring> self;
    };
    auto made = Memory::template make<ring>();
    made->self = made;
  };
  ouro::gc::collect();
  mem::gc::collect();
  other::gc::collect();
  CHECK(ouro::safepoint() == 0);
  ouro::gc::set_threshold(1);
  other::gc::set_threshold(1);
  ouro::gc::set_trigger(ouro::gc_trigger::safepoint);
  other::gc::set_trigger(ouro::gc_trigger::safepoint);
  for (int i = 0; i != 3; ++i) {
    leave_ring(ouro::default_memory{});
    leave_ring(other{});
  }
  CHECK(ouro::safepoint() == 6);
  CHECK(ouro::safepoint() == 0);
  ouro::gc::set_trigger(ouro::gc_trigger::allocation);
  other::gc::set_trigger(ouro::gc_trigger::allocation);
  ouro::gc::set_threshold(ouro::detail::trigger::default_threshold);
  other::gc::set_threshold(ouro::detail::trigger::default_threshold);
  std::string late;
  std::atomic<int> stage = 0;
  std::thread polling{[&stage] {
    const ouro::thread_scope scope;
    for (stage = 1; stage != 2;) ouro::safepoint();
  }};
  while (stage != 1) std::this_thread::yield();
  CHECK(can_stop(long_time, late));
  stage = 2;
  polling.join();
}

TEST_CASE("world: while one thread has a pause, another one stops in `make`") {
  const ouro::thread_scope here;
  std::string late;
  std::atomic<int> stage = 0;
  std::thread other{[&stage] {
    const auto first = mem::make<node>();
    for (stage = 1; stage != 2;) static_cast<void>(mem::make<node>());
  }};
  while (stage != 1) std::this_thread::yield();
  {
    const mem::gc::pause none;
    CHECK(can_stop(long_time, late));
  }
  stage = 2;
  other.join();
}
