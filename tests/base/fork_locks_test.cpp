// Forks of a process while its other threads use the library.

#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using ouro::test::counted;

namespace {

using atomic = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;
using tracked = ouro::memory<ouro::atomic_refcount, ouro::generational, ouro::pool_allocator>;
using biased = ouro::memory<ouro::biased_refcount, ouro::trial_deletion, ouro::pool_allocator>;
using plain = ouro::memory<ouro::biased_refcount, ouro::no_collector, ouro::pool_allocator>;
using checked = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::checked_allocator<ouro::pool_allocator>>;
using traced_blocks = ouro::traced_allocator<ouro::pool_allocator>;
using traced = ouro::memory<ouro::local_refcount, ouro::no_collector, traced_blocks>;
using shared_string = ouro::basic_interned_string<ouro::mutex_locking>;

template <class Memory>
struct node : counted<node<Memory>, std::atomic<int>> {
  void trace(auto&& visit) { visit(next); }
  typename Memory::template ptr<node> next;
};

struct value : counted<value, std::atomic<int>> {};

/// Ends the child with status 3 where the result is wrong.
void expect(bool holds) {
  if (!holds) ::_exit(3);
}

/// The status of a child that does `what`; not 0 if it fails, or takes longer than 20 seconds.
template <class Do>
[[nodiscard]] int status_of_child(Do what) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    what();
    ::_exit(0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

template <class Memory>
void make_copy_watch_drop() {
  auto object = Memory::template make<node<Memory>>();
  object->next = object;
  const typename Memory::template weak<node<Memory>> watcher{object};
  const auto copy = watcher.lock();
  const typename Memory::template weak<node<Memory>> called{object, [] {}};
  object.reset();
  if (copy->next != nullptr) copy->next.reset();
}

void leave_for_another_thread() {
  plain::ptr<value> made;
  std::thread{[&made] { made = plain::make<value>(); }}.join();
  made.reset();
}

/// Takes each lock of the library.
void use_everything() {
  make_copy_watch_drop<atomic>();
  make_copy_watch_drop<tracked>();
  make_copy_watch_drop<biased>();
  atomic::gc::collect();
  tracked::gc::collect();
  biased::gc::collect();
  leave_for_another_thread();
  {
    const shared_string name{"a name that is interned by all threads"};
    const auto text = ouro::interner<std::string, std::hash<std::string>, std::equal_to<>, ouro::weak_entries,
                                     ouro::mutex_locking>::intern("a string that is interned by all threads");
  }
  auto raw = atomic::make<value>().release();
  atomic::ptr<value>::adopt(raw).reset();
  static_cast<void>(checked::make<int>(1));
  static_cast<void>(traced::make<int>(1));
  ouro::heap h;
  const ouro::heap::scope in{h};
  static_cast<void>(ouro::make<char[]>(5000));
}

/// Forks in its destructor.
struct forking {
  atomic::ptr<forking> self;
  int* status = nullptr;
  forking() = default;
  forking(const forking&) = delete;
  forking& operator=(const forking&) = delete;
  ~forking() { *status = status_of_child(use_everything); }
  void trace(auto&& visit) { visit(self); }
};

/// Whether the child of a fork can allocate and begin threads whatever other threads did meanwhile. AddressSanitizer
/// holds its own locks over a fork from LLVM 18 on; GCC's does not.
#if defined(__clang_major__) && __clang_major__ >= 18
constexpr bool can_fork_beside_threads = true;
#else
constexpr bool can_fork_beside_threads = !ouro::has_asan;
#endif

/// Forks again and again while another thread does `work` again and again.
template <class Work, class InChild>
void fork_beside(Work work, InChild in_child) {
  if (!can_fork_beside_threads) return;
  constexpr int forks = ouro::has_asan ? 5 : 40;  // a process under AddressSanitizer takes long to copy
  std::atomic<bool> over = false;
  std::atomic<bool> began = false;
  std::thread worker{[&] {
    while (!over) {
      work();
      began = true;
    }
  }};
  while (!began) std::this_thread::yield();
  int failed = 0;
  for (int i = 0; i != forks && failed == 0; ++i) {
    if (status_of_child(in_child) != 0) ++failed;
    std::this_thread::sleep_for(std::chrono::microseconds{i});
  }
  over = true;
  worker.join();
  CHECK(failed == 0);
}

}  // namespace

TEST_CASE("fork: while another thread makes, watches and drops shared objects, the child can use them (trap 63)") {
  SUBCASE("by trial deletion") { fork_beside(make_copy_watch_drop<atomic>, use_everything); }
  SUBCASE("tracked") { fork_beside(make_copy_watch_drop<tracked>, use_everything); }
  SUBCASE("biased") { fork_beside(make_copy_watch_drop<biased>, use_everything); }
}

TEST_CASE("fork: while another thread collects, the child finds the collector whole") {
  std::vector<atomic::ptr<node<atomic>>> living;
  for (int i = 0; i != 300; ++i) {
    living.push_back(atomic::make<node<atomic>>());
    living.back()->next = living.front();
  }
  const auto collect = [&living] {
    for (int i = 0; i != 10; ++i) make_copy_watch_drop<atomic>();
    // Not the first and the last: the child, which counts their pointers, would also have the copy that this thread
    // has.
    for (std::size_t i = 1; i != living.size() - 1; ++i) const auto candidate = living[i];
    atomic::gc::collect();
  };
  fork_beside(collect, [&living] {
    atomic::gc::collect();
    expect(living.front().use_count() == 301 && living.back().use_count() == 1);
    expect(node<atomic>::alive >= 300);
    living.front()->next.reset();
    living.clear();
    use_everything();
    expect(atomic::gc::count() == 0);
  });
}

TEST_CASE(
    "fork: the child can use everything though threads were queueing objects for each other, beginning and ending") {
  fork_beside(
      [] {
        plain::ptr<value> made;
        std::atomic<int> stage = 0;
        std::thread owner{[&] {
          made = plain::make<value>();
          stage = 1;
          while (stage != 2) static_cast<void>(plain::make<value>());
        }};
        while (stage != 1) std::this_thread::yield();
        made.reset();
        stage = 2;
        owner.join();
      },
      use_everything);
}

TEST_CASE("fork: while another thread locks a weak pointer, the child can lock it") {
  const auto object = atomic::make<node<atomic>>();
  const atomic::weak<node<atomic>> watcher{object};
  fork_beside(
      [&watcher] {
        for (int i = 0; i != 1000; ++i) static_cast<void>(watcher.lock());
      },
      [&] { expect(watcher.lock() == object); });
}

TEST_CASE(
    "fork: the child can use everything though another thread was interning, adopting, or allocating through a "
    "decorator") {
  SUBCASE("interned strings") {
    fork_beside([] { const shared_string name{"a name that is interned by all threads"}; }, use_everything);
  }
  SUBCASE("raw pointers under way") {
    fork_beside([] { atomic::ptr<value>::adopt(atomic::make<value>().release()).reset(); }, use_everything);
  }
  SUBCASE("checked blocks") {
    fork_beside([] { static_cast<void>(checked::make<int>(1)); }, use_everything);
  }
  SUBCASE("traced blocks") {
    traced_blocks::start();
    fork_beside([] { static_cast<void>(traced::make<int>(1)); }, use_everything);
    traced_blocks::stop();
  }
}

TEST_CASE("fork: while another thread frees large blocks of a private heap, the child can make more there") {
  ouro::heap h;
  const ouro::heap::scope in{h};
  std::vector<void*> blocks;
  for (int i = 0; i != 200'000; ++i) blocks.push_back(ouro::pool_allocator::allocate(1100, 8));
  std::atomic<std::size_t> freed = 0;
  fork_beside(
      [&] {
        for (int i = 0; i != 100 && freed != blocks.size(); ++i) {
          ouro::pool_allocator::deallocate(blocks[freed], 1100, 8);
          ++freed;
        }
      },
      [] {
        for (int i = 0; i != 10; ++i) expect(ouro::pool_allocator::allocate(1100, 8) != nullptr);
      });
  while (freed != blocks.size()) ouro::pool_allocator::deallocate(blocks[freed++], 1100, 8);
}

TEST_CASE("fork: an object whose owner thread does not exist in the child dies there with its last pointer") {
  std::vector<plain::ptr<value>> made;
  std::vector<plain::ptr<value>> copies;
  std::vector<biased::ptr<node<biased>>> collected;
  std::vector<biased::ptr<node<biased>>> collected_copies;
  std::atomic<int> stage = 0;
  std::thread owner{[&] {
    for (int i = 0; i != 3; ++i) {
      made.push_back(plain::make<value>());
      collected.push_back(biased::make<node<biased>>());
    }
    copies = made;
    collected_copies = collected;
    stage = 1;
    while (stage != 2) std::this_thread::yield();
  }};
  while (stage != 1) std::this_thread::yield();
  const auto clear = [&] {
    made.clear();
    copies.clear();
    expect(value::alive == 0);
    collected.clear();
    collected_copies.clear();
    expect(node<biased>::alive == 0);
  };
  SUBCASE("dropped there") { CHECK(status_of_child(clear) == 0); }
  SUBCASE("queued for their owner before the fork, and merged when the child collects, or makes an object") {
    made.pop_back();
    collected.pop_back();
    CHECK(value::alive == 3);
    for (const bool owns : {false, true}) {
      if (owns) ouro::biased_refcount::drain_merge_queue();  // from now on, the thread that forks is an owner, too
      CHECK(status_of_child([&] {
              plain::gc::collect();
              expect(value::alive == 3 && node<biased>::alive == 3);
              expect(copies.back().use_count() == 1 && collected_copies.back().use_count() == 1);
              clear();
            }) == 0);
      CHECK(status_of_child([&] {
              const auto another = biased::make<node<biased>>();
              expect(collected_copies.back().use_count() == 1 && node<biased>::alive == 4);
            }) == 0);
    }
  }
  SUBCASE("queued for their owner, and merged by a thread that begins in the child") {
    made.pop_back();
    CHECK(status_of_child([&] {
            std::thread{[] { static_cast<void>(plain::make<value>()); }}.join();
            expect(copies.back().use_count() == 1);
            clear();
          }) == 0);
  }
  stage = 2;
  owner.join();
  clear();
}

TEST_CASE("fork: the child frees blocks whose thread does not exist in it, and uses them again") {
  std::vector<atomic::ptr<value>> made;
  fork_beside(
      [&made, filled = false]() mutable {
        if (!filled) {
          for (int i = 0; i != 2000; ++i) made.push_back(atomic::make<value>());
          filled = true;
        }
        static_cast<void>(atomic::make<value>());
      },
      [&made] {
        const auto before = value::alive - static_cast<int>(made.size());
        made.clear();
        expect(value::alive == before);
        for (int round = 0; round != 5; ++round) {
          std::vector<atomic::ptr<value>> again;
          for (int i = 0; i != 2000; ++i) again.push_back(atomic::make<value>());
        }
        ouro::pool_allocator::trim();
        expect(ouro::pool_allocator::statistics().arenas <= 2);
      });
}

TEST_CASE("fork: waits for a thread that compares values while it holds the lock of a table") {
  static std::atomic<int> stage;
  struct slow_equal {
    bool operator()(int first, int second) const {
      if (stage == 1) {
        stage = 2;
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
        stage = 3;
      }
      return first == second;
    }
  };
  using cache = ouro::interner<int, std::hash<int>, slow_equal, ouro::weak_entries, ouro::mutex_locking>;
  stage = 0;
  const auto known = cache::intern(7);
  stage = 1;
  std::thread slow{[] { static_cast<void>(cache::intern(7)); }};
  while (stage != 2) std::this_thread::yield();
  CHECK(status_of_child([] {
          expect(stage == 3);
          static_cast<void>(cache::intern(7));
        }) == 0);
  slow.join();
}

TEST_CASE("fork: in the child of a fork that a destructor makes, the collection that runs the destructor goes on") {
  atomic::gc::collect();
  int status = -1;
  {
    const auto made = atomic::make<forking>();
    made->status = &status;
    made->self = made;
  }
  CHECK(atomic::gc::collect() == 1);
  CHECK(status == 0);
}
