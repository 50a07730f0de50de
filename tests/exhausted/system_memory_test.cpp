#include "support/child.hpp"
#include "support/counted.hpp"
#include "support/ring.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <sys/mman.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

// What the library does when the system has no memory. Replaces `operator new`, and by the linker's --wrap `mmap`,
// `realloc` and the C library's functions for call frames, in the whole program. Each case runs in a process of its
// own, which has not used the library before.

using ouro::test::counted;
using ouro::test::unraisable_reports;

namespace {

constexpr std::size_t never = static_cast<std::size_t>(-1);

std::atomic<std::size_t> left = never;  ///< requests until the one that fails
std::atomic<bool> fails_for_good = false;
std::atomic<std::size_t> failures = 0;
std::atomic<std::size_t> shift = never;  ///< of the next mapping, from a multiple of its size

bool fails_now() {
  if (left == never) return false;
  if (left != 0) {
    --left;
    return false;
  }
  if (!fails_for_good) left = never;
  ++failures;
  return true;
}

/// While it lives, the request after the first `nth` fails, or that one and all later ones.
struct exhaustion {
  explicit exhaustion(std::size_t nth, bool for_good = false) {
    fails_for_good = for_good;
    left = nth;
  }
  exhaustion(const exhaustion&) = delete;
  exhaustion& operator=(const exhaustion&) = delete;
  ~exhaustion() { left = never; }
};

// Not inlined: g++ would warn of a mismatch of `new` and `free` in one function.
[[gnu::noinline]] void* allocate(std::size_t bytes) noexcept {
  return fails_now() ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
}
[[gnu::noinline]] void deallocate(void* block) noexcept { std::free(block); }

/// Is called in the child.
void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// Runs `scenario(failure)` in children, with a failure for each `nth` request, until there is none.
template <class Scenario>
void with_each_failure(std::size_t least, Scenario scenario) {
  for (const bool for_good : {false, true}) {
    for (std::size_t nth = 0;; ++nth) {
      const auto said = ouro::test::run_in_child([&] {
        failures = 0;
        scenario([&] { return exhaustion{nth, for_good}; });
        if (failures == 0) std::fputs("no failure", stderr);
      });
      CAPTURE(for_good);
      CAPTURE(nth);
      CAPTURE(said.text);
      REQUIRE_FALSE(said.aborted);
      if (said.text == "no failure") {
        CHECK(nth >= least);
        break;
      }
      REQUIRE(said.text == "");
    }
  }
}

template <class Do>
void unless_exhausted(Do what) {
  try {
    what();
  } catch (const std::bad_alloc&) {
  }
}

using trial = ouro::default_memory;
using generational = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;
using tabled = ouro::memory<ouro::local_refcount, ouro::generational, ouro::system_allocator>;  ///< without walks
using biased = ouro::memory<ouro::biased_refcount, ouro::no_collector, ouro::pool_allocator>;
using shared = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;

template <class Memory>
struct node : counted<node<Memory>> {
  void trace(auto&& visit) { visit(left, right); }

  typename Memory::template ptr<node> left;
  typename Memory::template ptr<node> right;
};

template <class Memory>
using nodes = std::vector<typename Memory::template ptr<node<Memory>>>;

template <class Memory>
auto make_node() {
  return Memory::template make<node<Memory>>();
}

/// Rings of two, each held by its first node alone.
template <class Memory>
void make_rings(std::size_t rings, nodes<Memory>& held) {
  for (std::size_t i = 0; i != rings; ++i) {
    held.push_back(ouro::test::make_ring<Memory>(2, &node<Memory>::left));
  }
}

/// 300 rings of which every third is garbage and leads to the one before, which is held.
template <class Memory>
void make_garbage_among_living(nodes<Memory>& held) {
  nodes<Memory> all;
  make_rings<Memory>(300, all);
  for (std::size_t i = 0; i != all.size(); ++i) {
    if (i % 3 == 0) {
      if (i != 0) all[i]->right = all[i - 1];
    } else {
      held.push_back(all[i]);
    }
  }
}

template <class Memory>
void expect_counts(const nodes<Memory>& held, std::size_t more, const char* what) {
  for (std::size_t i = 0; i != held.size(); ++i) {
    const std::size_t from_garbage = i % 2 == 1 && i + 1 != held.size() ? more : 0;
    expect(ouro::ref_count(held[i]) == 2 + from_garbage && ouro::ref_count(held[i]->left) == 1, what);
  }
}

}  // namespace

void* operator new(std::size_t bytes) {
  void* const made = allocate(bytes);
  if (made == nullptr) throw std::bad_alloc{};
  return made;
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }
void* operator new[](std::size_t bytes) { return operator new(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }
void operator delete(void* block) noexcept { deallocate(block); }
void operator delete(void* block, std::size_t) noexcept { deallocate(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { deallocate(block); }
void operator delete[](void* block) noexcept { deallocate(block); }
void operator delete[](void* block, std::size_t) noexcept { deallocate(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { deallocate(block); }

// The names that the linker gives them.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
void* __real_realloc(void* block, std::size_t bytes);
void* __real_mmap(void* at, std::size_t bytes, int protection, int flags, int file, off_t offset);

void* __wrap_realloc(void* block, std::size_t bytes);
void* __wrap_mmap(void* at, std::size_t bytes, int protection, int flags, int file, off_t offset);

void* __wrap_realloc(void* block, std::size_t bytes) { return fails_now() ? nullptr : __real_realloc(block, bytes); }

void* __wrap_mmap(void* at, std::size_t bytes, int protection, int flags, int file, off_t offset) {
  if (fails_now()) return MAP_FAILED;
  const std::size_t wanted = shift.exchange(never);
  if (wanted == never) return __real_mmap(at, bytes, protection, flags, file, offset);
  void* const wide = __real_mmap(at, 2 * bytes + wanted, protection, flags, file, offset);
  const auto begin = reinterpret_cast<std::uintptr_t>(wide);
  const std::uintptr_t chosen = (begin + bytes - 1) / bytes * bytes + wanted;
  ::munmap(wide, chosen - begin);
  ::munmap(reinterpret_cast<void*>(chosen + bytes), begin + 2 * bytes + wanted - (chosen + bytes));
  return reinterpret_cast<void*>(chosen);
}

#if OURO_HAS_BACKTRACE
int __real_backtrace(void** frames, int most);
char** __real_backtrace_symbols(void* const* frames, int count);
char* __real___cxa_demangle(const char* name, char* to, std::size_t* bytes, int* status);

int __wrap_backtrace(void** frames, int most);
char** __wrap_backtrace_symbols(void* const* frames, int count);
char* __wrap___cxa_demangle(const char* name, char* to, std::size_t* bytes, int* status);

int __wrap_backtrace(void** frames, int most) { return fails_now() ? 0 : __real_backtrace(frames, most); }

char** __wrap_backtrace_symbols(void* const* frames, int count) {
  return fails_now() ? nullptr : __real_backtrace_symbols(frames, count);
}

char* __wrap___cxa_demangle(const char* name, char* to, std::size_t* bytes, int* status) {
  return fails_now() ? nullptr : __real___cxa_demangle(name, to, bytes, status);
}
#endif
}
// NOLINTEND(bugprone-reserved-identifier)

[[nodiscard]] static bool is_mapped(void* page) {
  unsigned char is_resident;
  return ::mincore(page, 4096, &is_resident) == 0;
}

TEST_CASE("system_memory: pages are aligned and zero wherever the system maps them, and the rest of the mapping goes") {
  constexpr std::size_t size = std::size_t{2} << 20;
  for (const std::size_t by : {std::size_t{0}, std::size_t{4096}, size - 4096}) {
    shift = by;
    auto* const pages = static_cast<unsigned char*>(ouro::detail::map_pages(size, size));
    CHECK(shift == never);
    REQUIRE(pages != nullptr);
    CHECK(reinterpret_cast<std::uintptr_t>(pages) % size == 0);
    CHECK(pages[0] == 0);
    CHECK(pages[size - 1] == 0);
    pages[size - 1] = 1;
    CHECK_FALSE(is_mapped(pages - 4096));
    CHECK(is_mapped(pages));
    CHECK_FALSE(is_mapped(pages + size));
    ouro::detail::unmap_pages(pages, size, size);
  }
  const exhaustion now{0};
  CHECK(ouro::detail::map_pages(size, size) == nullptr);
}

TEST_CASE("raw_array: a growth that fails changes nothing, on the heap and on pages of its own") {
  ouro::detail::raw_array<std::uint64_t> array;
  for (std::uint64_t i = 0; i != 600'000; ++i) {  // 4.8 MB
    if (array.size == array.capacity) {
      const exhaustion now{0};
      const std::uint64_t* const there = array.items;
      REQUIRE_FALSE(array.push(i));
      REQUIRE(array.items == there);
      REQUIRE(array.size == i);
    }
    REQUIRE(array.push(i));
  }
  std::uint64_t wrong = 0;
  for (std::uint64_t i = 0; i != array.size; ++i) wrong += array.items[i] == i ? 0 : 1;
  CHECK(wrong == 0);
  array.release();
  CHECK(array.capacity == 0);
}

TEST_CASE_TEMPLATE(
    "exhausted: without memory, a thread's first objects are made or refused, and nothing is left of them", Memory,
    trial, generational, shared, biased) {
  with_each_failure(2, [](auto failure) {
    nodes<Memory> held;
    held.reserve(10);
    {
      const auto now = failure();
      unless_exhausted([&] {
        make_rings<Memory>(3, held);
        const typename Memory::template weak<node<Memory>> watcher{held[0]};
        expect(watcher.lock() == held[0], "a weak pointer locks");
      });
    }
    for (const auto& each : held) each->left = nullptr;  // the collector may have no record of these
    held.clear();
    Memory::gc::collect();
    expect(node<Memory>::alive == 0, "all are gone");
  });
}

struct watched {
  watched() : self{ouro::managed_from_this(this)} {}
  void trace(auto&& visit) { visit(next); }

  ouro::weak<watched> self;
  ouro::ptr<watched> next;
};

TEST_CASE(
    "exhausted: an object that its constructor watches is made without memory for candidates, and becomes one later") {
  with_each_failure(2, [](auto failure) {
    ouro::weak<watched> watcher;
    {
      ouro::ptr<watched> made;
      {
        const auto now = failure();
        unless_exhausted([&] { made = ouro::make<watched>(); });
      }
      if (made == nullptr) return;
      expect(made->self.lock() == made, "it is watched");
      expect(ouro::ref_count(made) == 1, "and counted");
      watcher = made;
      made->next = made;
    }
    expect(!watcher.expired() && ouro::gc::collect() == 1 && watcher.expired(), "garbage is found");
  });
}

TEST_CASE_TEMPLATE(
    "exhausted: a collection without memory leaves every count as it was, and a later one finds all garbage", Memory,
    trial, generational, shared, tabled) {
  with_each_failure(2, [](auto failure) {
    nodes<Memory> held;
    make_garbage_among_living<Memory>(held);
    Memory::gc::disable();
    {
      const auto now = failure();
      Memory::gc::collect();
    }
    expect_counts<Memory>(held, node<Memory>::alive == 400 ? 0 : 1, "counts are those of before, or of after");
    Memory::gc::collect();
    expect(node<Memory>::alive == 400, "the garbage is gone");
    expect_counts<Memory>(held, 0, "and its pointers with it");
    held.clear();
    Memory::gc::collect();
    expect(node<Memory>::alive == 0, "and the rest");
  });
}

/// Has parts that are nested so deep that a trace puts some of them off.
struct nested : counted<nested> {
  struct part {
    std::unique_ptr<part> inner;
    ouro::ptr<nested> edge;
  };

  void trace(auto&& visit) { visit(outermost); }

  part outermost;
};

TEST_CASE("exhausted: a collection without memory to trace deeply nested parts leaves every count as it was") {
  const unraisable_reports reports;
  with_each_failure(2, [](auto failure) {
    auto held = ouro::make<nested>();
    {
      const auto garbage = ouro::make<nested>();
      nested::part* innermost = &garbage->outermost;
      for (int i = 0; i != 100; ++i) {
        innermost->inner = std::make_unique<nested::part>();
        innermost = innermost->inner.get();
        innermost->edge = garbage;
      }
      garbage->outermost.edge = held;
      held->outermost.edge = held;
    }
    ouro::gc::disable();
    {
      const auto now = failure();
      ouro::gc::collect();
    }
    expect(ouro::ref_count(held) == static_cast<std::size_t>(nested::alive) + 1, "counts are those of before or after");
    ouro::gc::collect();
    expect(nested::alive == 1 && ouro::ref_count(held) == 2, "the garbage is gone");
    held.reset();
    ouro::gc::collect();
    expect(nested::alive == 0, "and the rest");
  });
}

/// Copies itself, and takes so much of the stack that few of these nest.
struct hooked : counted<hooked> {
  using memo_type = ouro::deepcopy_memo<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>;

  void trace(auto&& visit) { visit(next, tuple, table, set); }

  [[nodiscard]] ouro::ptr<hooked> deep_copy(memo_type& memo) const {
    volatile char room[memo_type::most_stack / 2];
    room[0] = 1;
    auto made = ouro::make<hooked>(*this);
    room[1] = room[0];
    if (remembers) memo.remember(*this, made);
    made->next = memo.copy_of(next);
    made->tuple = memo.copy_of(tuple);
    return made;
  }

  bool remembers = true;
  ouro::ptr<hooked> next;
  ouro::tuple<ouro::ptr<hooked>> tuple;
  ouro::dict<ouro::ptr<hooked>, int> table;
  std::set<ouro::ptr<hooked>> set;
};

struct copied : counted<copied> {
  void trace(auto&& visit) { visit(first, itself, tuple, table, set); }

  ouro::ptr<hooked> first;
  ouro::ptr<copied> itself;
  ouro::tuple<ouro::ptr<copied>, int> tuple;
  ouro::dict<ouro::ptr<copied>, ouro::ptr<copied>> table;
  std::set<ouro::ptr<copied>> set;
};

TEST_CASE("exhausted: a deep copy is made whole, or nothing of it is left (trap 75)") {
  // 15 requests, or 12 where the compiler leaves some out.
  with_each_failure(12, [](auto failure) {
    constexpr int objects = 9;
    std::vector<ouro::ptr<hooked>> all;
    const auto root = ouro::make<copied>();
    for (int i = 0; i != objects; ++i) {
      all.push_back(ouro::make<hooked>());
      if (i != 0) all[static_cast<std::size_t>(i - 1)]->next = all.back();
    }
    all.back()->next = all[5];
    all[7]->remembers = false;
    root->first = all.front();
    root->itself = root;
    root->tuple = {root, 1};
    root->table.insert_or_assign(root, root);
    root->set.insert(root);
    {
      ouro::ptr<copied> made;
      {
        const auto now = failure();
        unless_exhausted([&] { made = ouro::deepcopy(root); });
      }
      if (made == nullptr) {
        expect(hooked::alive == objects && copied::alive == 1, "nothing is left of a copy");
      } else {
        expect(hooked::alive == 2 * objects && copied::alive == 2, "or all is copied");
        expect(made->itself == made && made->set.contains(made) && made->table.at(made) == made, "whole");
        expect(ouro::get<0>(made->tuple) == made, "its tuple too");
        auto last = made->first;
        for (int i = 1; i != objects; ++i) last = last->next;
        expect(last->next->next->next->next == last, "with the ring closed");
      }
    }
    ouro::gc::collect();
    expect(hooked::alive == objects && copied::alive == 1, "the copy goes as it came");
    expect(ouro::ref_count(root) == 6 && ouro::ref_count(all[5]) == 3 && ouro::ref_count(all[0]) == 2,
           "and no count has changed");
    all.back()->next = nullptr;
    root->tuple = {};
    root->table.clear();
    root->set.clear();
    root->itself = nullptr;
  });
}

TEST_CASE("exhausted: a step of a collection without memory leaves every count as it was") {
  with_each_failure(2, [](auto failure) {
    nodes<trial> held;
    make_garbage_among_living<trial>(held);
    {
      const auto now = failure();
      trial::gc::step(100);
    }
    while (trial::gc::step(1000) != 0) {
    }
    trial::gc::collect();
    expect(node<trial>::alive == 400, "the garbage is gone");
    expect_counts<trial>(held, 0, "and its pointers with it");
  });
}

TEST_CASE_TEMPLATE("exhausted: freeze and unfreeze move all objects or none", Memory, trial, generational, shared) {
  with_each_failure(2, [](auto failure) {
    nodes<Memory> held;
    make_rings<Memory>(300, held);
    for (std::size_t i = 0; i != held.size(); i += 2) held[i] = held[i]->left;
    const std::size_t in_view = Memory::gc::objects().size();  // dropped pointers make candidates
    const std::size_t waiting = Memory::gc::count();
    {
      const auto now = failure();
      unless_exhausted([] { Memory::gc::freeze(); });
    }
    if (Memory::gc::count() != 0) {
      expect(Memory::gc::count() == waiting && Memory::gc::frozen_count() == 0, "nothing is frozen");
      Memory::gc::freeze();
    }
    expect(Memory::gc::count() == 0 && Memory::gc::frozen_count() == in_view, "all is frozen");
    {
      const auto now = failure();
      unless_exhausted([] { Memory::gc::unfreeze(); });
    }
    if (Memory::gc::count() != waiting) {
      expect(Memory::gc::count() == 0 && Memory::gc::frozen_count() == in_view, "all is still frozen");
      Memory::gc::unfreeze();
    }
    expect(Memory::gc::count() == waiting && Memory::gc::frozen_count() == 0, "all is given back");
    held.clear();
    Memory::gc::collect();
    expect(node<Memory>::alive == 0, "and is found when it is garbage");
  });
}

TEST_CASE_TEMPLATE("exhausted: with saveall, garbage is destroyed where there is no memory to keep it", Memory, trial,
                   generational) {
  with_each_failure(2, [](auto failure) {
    nodes<Memory> held;
    make_garbage_among_living<Memory>(held);
    Memory::gc::set_debug(ouro::gc_debug::saveall);
    {
      const auto now = failure();
      Memory::gc::collect();
    }
    Memory::gc::collect();
    expect(Memory::gc::garbage().size() == static_cast<std::size_t>(node<Memory>::alive - 400), "kept, or destroyed");
    expect_counts<Memory>(held, node<Memory>::alive == 400 ? 0 : 1, "counts are right");
    Memory::gc::set_debug(ouro::gc_debug::none);
    Memory::gc::clear_garbage();
    Memory::gc::collect();
    expect(node<Memory>::alive == 400, "all is gone");
  });
}

TEST_CASE_TEMPLATE("exhausted: objects are destroyed at once where there is no memory to make them wait", Memory, trial,
                   generational) {
  with_each_failure(1, [](auto failure) {
    Memory::gc::set_destruction_stack(0);
    {
      auto root = make_node<Memory>();
      for (int i = 0; i != 300; ++i) {
        auto before = make_node<Memory>();
        before->left = std::move(root);
        root = std::move(before);
      }
      const auto now = failure();
      root.reset();
      expect(node<Memory>::alive == 0, "all are destroyed");
    }
    {
      const typename Memory::gc::deferred_drops here;
      auto dropped = make_node<Memory>();
      const auto now = failure();
      dropped.reset();
    }
    expect(node<Memory>::alive == 0, "all are destroyed, deferred or not");
  });
}

TEST_CASE_TEMPLATE("exhausted: an object that cannot become a candidate is still counted", Memory, trial, generational,
                   shared) {
  with_each_failure(2, [](auto failure) {
    nodes<Memory> held;
    held.reserve(2000);
    {
      const auto now = failure();
      unless_exhausted([&] {
        for (int i = 0; i != 1000; ++i) {
          held.push_back(make_node<Memory>());
          const auto copy = held.back();
        }
      });
    }
    for (const auto& each : held) expect(ouro::ref_count(each) == 1, "a copy that came and went");
    for (const auto& each : held) each->left = each;
    for (const auto& each : held) each->left = nullptr;
    held.clear();
    expect(node<Memory>::alive == 0, "all die by their counts");
    expect(Memory::gc::count() == 0, "and no candidate is left");
  });
}

TEST_CASE("exhausted: making, entering and using a private heap succeeds or leaves nothing behind") {
  with_each_failure(10, [](auto failure) {
    {
      const auto now = failure();
      unless_exhausted([&] {
        ouro::heap outer;
        const ouro::heap::scope in_outer{outer};
        // Policies whose heap-local variables were not registered before.
        ouro::basic_heap<ouro::local_refcount, ouro::generational, ouro::pool_allocator> inner;
        const decltype(inner)::scope in_inner{inner};
        const auto made = make_node<trial>();
        made->left = make_node<trial>();
        const ouro::weak<node<trial>> watcher{made, [] {}};
        const auto other = make_node<generational>();
        other->left = make_node<generational>();
        const ouro::interned_string name{"a name of its own"};
        const auto value = ouro::intern(4711);
        ouro::attributes<int> members;
        members[name] = 1;
        trial::gc::callbacks().add([](const ouro::gc_info&) {});
        const std::vector<ouro::ptr<std::string>> large(1, ouro::make<std::string>(5000, 'x'));
        const auto array = ouro::make<char[]>(5000);
      });
    }
    expect(node<trial>::alive == 0 && node<generational>::alive == 0, "the heaps have gone with all that was in them");
  });
}

TEST_CASE("exhausted: a deferred drop keeps its memory while the thread is in another private heap") {
  struct own_refcount : ouro::local_refcount {};  // a policy that the outer heap has no state of
  using own = ouro::memory<own_refcount, ouro::trial_deletion, ouro::pool_allocator>;
  with_each_failure(3, [](auto failure) {
    ouro::heap outer;
    ouro::heap other;
    const ouro::heap::scope in_outer{outer};
    auto waits = make_node<own>();
    std::unique_ptr<own::heap> made;
    {
      const auto now = failure();
      unless_exhausted([&] { made = std::make_unique<own::heap>(); });
    }
    if (made == nullptr) return;
    const own::gc::deferred_drops here;
    waits.reset();
    expect(node<own>::alive == 1, "it waits");
    {
      const ouro::heap::scope in_other{other};
    }
    expect(own::gc::drain() == 1 && node<own>::alive == 0, "and is found again");
  });
}

TEST_CASE("exhausted: a private heap whose end has no memory leaks its objects, and other heaps go on") {
  const auto said = ouro::test::run_in_child([] {
    auto made = std::make_unique<ouro::heap>();
    {
      const ouro::heap::scope in{*made};
      const auto ring = make_node<trial>();
      ring->left = ring;
    }
    static_cast<void>(ouro::interned<std::string>{"makes one more part known"});
    ouro::heap other;
    {
      const exhaustion now{0};
      made.reset();
    }
    expect(failures != 0, "there was no memory");
    expect(node<trial>::alive == 1, "nobody could end its objects");
    const ouro::heap::scope in{other};
    expect(make_node<trial>()->left == nullptr, "others work");
  });
  CHECK_FALSE(said.aborted);
  CHECK(said.text == "");
}

TEST_CASE("exhausted: an object that cannot be queued for its owner is queued by the next drop of another thread") {
  with_each_failure(1, [](auto failure) {
    auto object = make_node<biased>();
    auto second = object;
    auto kept = object;
    std::thread{[&] {
      const auto now = failure();
      object.reset();
    }}.join();
    expect(kept.use_count() == 2, "it has the pointers that are left");
    std::thread{[&] { second.reset(); }}.join();
    expect(kept.use_count() == 1, "it has one pointer");
    kept.reset();
    expect(node<biased>::alive == 0, "its last pointer ends it");
  });
}

TEST_CASE("exhausted: entries of a weak map that a reader has kept are cleared one by one without memory for all") {
  with_each_failure(1, [](auto failure) {
    ouro::weak_key_map<node<trial>, std::shared_ptr<int>> notes;
    nodes<trial> held;
    const auto note = std::make_shared<int>(1);
    make_rings<trial>(5, held);
    for (const auto& each : held) notes.insert_or_assign(each, note);
    {
      auto reading = std::make_unique<decltype(notes.begin())>(notes.begin());
      for (const auto& each : held) notes.erase(each);
      expect(notes.empty(), "all are erased");
      expect(note.use_count() == 6, "and in their places");
      const auto now = failure();
      reading.reset();
    }
    expect(note.use_count() == 1, "all are gone");
    {
      const auto first = notes.begin();
      notes.insert_or_assign(held[1], note);
      notes.insert_or_assign(held[2], note);
      const auto second = notes.begin();
      notes.erase(held[1]);
      auto third = notes.begin();
      expect((*third).first == held[2], "a reader that is made later does not meet what was erased");
      ++third;
      expect(third == notes.end(), "nor anything else");
      notes.erase(held[2]);
    }
    notes.insert_or_assign(held[0], note);
    {
      const auto now = failure();
      unless_exhausted([&] { notes.insert_or_assign(held[1], note); });
    }
    expect(notes.contains(held[0]), "what was there is there");
    expect(note.use_count() == 1 + static_cast<long>(notes.size()), "what could not be inserted is not");
    const std::size_t before = notes.size();
    const auto other = std::make_shared<int>(2);
    {
      const auto now = failure();
      unless_exhausted([&] { notes.insert_or_assign(held[0], other); });
    }
    expect(notes.size() == before, "what could not be replaced is there");
    expect(note.use_count() + other.use_count() == 2 + static_cast<long>(before), "as it was");
    for (const auto& each : held) each->left = nullptr;
  });
}

TEST_CASE_TEMPLATE("exhausted: a long walk from one candidate that runs out of memory leaves every count as it was",
                   Memory, trial, generational) {
  with_each_failure(2, [](auto failure) {
    Memory::gc::disable();
    {
      auto first = make_node<Memory>();
      auto last = first;
      for (int i = 1; i != 2000; ++i) {
        last->left = make_node<Memory>();
        last = last->left;
      }
      last->left = first;
    }
    {
      const auto now = failure();
      Memory::gc::collect();
    }
    expect(node<Memory>::alive == 2000 || node<Memory>::alive == 0, "all or nothing");
    Memory::gc::collect();
    expect(node<Memory>::alive == 0, "all in the end");
  });
}

/// An object with more edges than a trace reports at once.
template <class Memory>
struct hub {
  nodes<Memory> spokes;
  typename Memory::template ptr<hub> self;
};

TEST_CASE_TEMPLATE(
    "exhausted: a walk that runs out of memory within the edges of one object leaves every count as it was", Memory,
    trial, generational, shared) {
  with_each_failure(2, [](auto failure) {
    Memory::gc::disable();
    nodes<Memory> held;
    {
      const auto garbage = Memory::template make<hub<Memory>>();
      garbage->self = garbage;
      for (int i = 0; i != 1000; ++i) garbage->spokes.push_back(make_node<Memory>());
      held = garbage->spokes;
    }
    {
      const auto now = failure();
      Memory::gc::collect();
    }
    if (Memory::gc::stats().undecided != 0) expect(failures <= 128, "the walk does not ask for each edge again");
    const std::size_t now = ouro::ref_count(held[0]);
    for (const auto& each : held) expect(ouro::ref_count(each) == now, "counts are those of before, or of after");
    expect(Memory::gc::collect() == now - 1, "the garbage is gone");
    for (const auto& each : held) expect(ouro::ref_count(each) == 1, "and its pointers with it");
  });
}

TEST_CASE_TEMPLATE("exhausted: a candidate for which a walk has no memory stays a candidate", Memory, trial, shared) {
  with_each_failure(2, [](auto failure) {
    Memory::gc::disable();
    const auto living = Memory::template make<hub<Memory>>();
    {
      const auto candidate = living;
    }
    for (int i = 0; i != 1000; ++i) {
      living->spokes.push_back(make_node<Memory>());
      living->spokes.back()->left = living->spokes.back();
      const auto candidate = living->spokes.back();
    }
    {
      const auto now = failure();
      Memory::gc::collect();
    }
    living->spokes.clear();
    Memory::gc::collect();
    expect(node<Memory>::alive == 0, "each that became garbage is found");
  });
}

TEST_CASE("exhausted: in a heap of another collector, candidates and callbacks without memory do no harm") {
  with_each_failure(5, [](auto failure) {
    ouro::basic_heap<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator> h;
    const decltype(h)::scope in{h};
    for (const bool calls_first : {false, true}) {
      const auto now = failure();
      unless_exhausted([&] {
        if (calls_first) trial::gc::callbacks().clear();
        const auto made = make_node<trial>();
        {
          const auto copy = made;
        }
        const auto text = shared::make<int>(1);
        const ouro::interned_string name{"a name that is long enough for a block"};
        trial::gc::callbacks().clear();
      });
    }
    expect(node<trial>::alive == 0, "all have died by their counts");
  });
}

TEST_CASE("exhausted: in a heap of another collector, a collection without memory finds nothing") {
  with_each_failure(1, [](auto failure) {
    ouro::basic_heap<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator> h;
    const decltype(h)::scope in{h};
    {
      const auto now = failure();
      expect(trial::gc::collect() == 0 && trial::gc::step(100) == 0, "there is nothing to find");
    }
    {
      const auto ring = make_node<trial>();
      ring->left = ring;
    }
    expect(trial::gc::collect() == 1, "a later one finds what has become garbage");
  });
}

TEST_CASE("exhausted: a request that a collection does not make enough room for is refused") {
  ouro::heap h{std::size_t{1} << 20};
  const ouro::heap::scope in{h};
  {
    const auto ring = make_node<trial>();
    ring->left = ring;
  }
  CHECK_THROWS_AS(static_cast<void>(ouro::make<char[]>(std::size_t{2} << 20)), std::bad_alloc);
  CHECK(node<trial>::alive == 0);
  std::vector<ouro::interned_string> names;
  CHECK_THROWS_AS(
      [&] {
        for (int i = 0;; ++i) {
          const auto ring = make_node<trial>();
          ring->left = ring;
          names.emplace_back(std::to_string(i) + std::string(500, 'x'));
        }
      }(),
      std::bad_alloc);
  CHECK(names.size() > 1000);
}

TEST_CASE("exhausted: a block that cannot be traced for want of memory is given, and all others are traced") {
  using traced = ouro::traced_allocator<ouro::pool_allocator>;
  using memory = ouro::memory<ouro::local_refcount, ouro::no_collector, traced>;
  with_each_failure(2, [](auto failure) {
    constexpr std::size_t most = 3;
    const auto opens_a_pool = memory::make<double>(0);
    traced::start();
    std::vector<memory::ptr<double>> made;
    made.reserve(most);
    {
      const auto now = failure();
      for (std::size_t i = 0; i != most; ++i) made.push_back(memory::make<double>(1));
    }
    const auto told = traced::take_snapshot();
    expect(told.blocks() == most - failures, "each but those there was no room for");
    expect(told.bytes() == told.blocks() * ouro::size_of(made[0]), "and their bytes");
    expect(traced::traced_bytes() == told.bytes(), "also in sum");
    made.clear();
    expect(traced::traced_bytes() == 0, "what is not known is not missed");
  });
}

TEST_CASE("exhausted: a freed block is given back at once where there is no memory to keep it") {
  using checked = ouro::checked_allocator<ouro::pool_allocator>;
  for (const bool inside : {false, true}) {
    with_each_failure(inside ? 2 : 1, [inside](auto failure) {
      ouro::heap h;
      auto in = inside ? std::make_unique<ouro::heap::scope>(h) : nullptr;
      static_cast<void>(checked::allocate(8, 8));  // opens a pool
      void* const block = checked::allocate(8, 8);
      const auto used = [] { return ouro::pool_allocator::statistics().used_blocks; };
      {
        const auto now = failure();
        checked::deallocate(block, 8, 8);
      }
      expect(used() == (failures == 0 ? 2 : 1), "kept, or given back");
      checked::trim();
      expect(used() == 1, "and given back in the end");
    });
  }
}

TEST_CASE("exhausted: kept blocks are given back before a request is refused") {
  using counting = ouro::limited_allocator<ouro::system_allocator>;
  using checked = ouro::checked_allocator<counting>;
  void* const block = checked::allocate(1000, 8);
  checked::deallocate(block, 1000, 8);
  counting::set_limit(counting::used() + 1000);
  CHECK(checked::allocate(3000, 8) == nullptr);
  CHECK(counting::used() == 0);
  void* const again = checked::allocate(1000, 8);
  checked::deallocate(again, 1000, 8);
  void* const larger = checked::allocate(1900, 8);
  CHECK(larger != nullptr);
  checked::deallocate(larger, 1900, 8);
  checked::trim();
}

namespace {

/// All that a structure may have which needs memory when it leaves, or arrives.
template <class Memory>
struct passenger : counted<passenger<Memory>> {
  void trace(auto&& visit) { visit(edges, weak, name, own_name, number, names, by_name, immortal); }

  std::vector<typename Memory::template ptr<passenger>> edges;
  std::vector<typename Memory::template weak<passenger>> weak;
  ouro::interned_string name;
  ouro::interned_string own_name;
  ouro::small_int number = 100'000;
  ouro::dict<ouro::interned_string, int> names;
  std::unordered_map<ouro::interned_string, int> by_name;
  typename Memory::template ptr<passenger> immortal;
};

/// With what stays outside.
template <class Memory>
struct travellers {
  using pointer = typename Memory::template ptr<passenger<Memory>>;

  ouro::interned_string kept{"a name that stays"};
  ouro::small_int number = 100'000;
  pointer stays = Memory::template make<passenger<Memory>>();
  pointer immortal = Memory::template make<passenger<Memory>>();
  pointer root = Memory::template make<passenger<Memory>>();
  typename Memory::template weak<passenger<Memory>> outside;

  travellers() {
    immortal->edges.push_back(immortal);
    immortal->number = 3;
    ouro::immortalize(immortal);
    for (int i = 0; i != 3; ++i) root->edges.push_back(Memory::template make<passenger<Memory>>());
    root->edges[0]->edges.push_back(root);
    root->weak = {root->edges[0], root->edges[1], stays, immortal};
    root->name = kept;
    root->own_name = ouro::interned_string{"a name that leaves"};
    root->number = number;
    root->names[kept] = 1;
    root->by_name[kept] = 1;
    root->immortal = immortal;
    outside = root->weak[1];
    {
      const pointer candidate = root->edges[0];
    }
  }

  void expect_unchanged() {
    expect(root != nullptr && root.use_count() == 2, "the root is as it was");
    expect(root->edges[0].use_count() == 1 && stays.use_count() == 1, "the counts are as they were");
    expect(root->weak[1] == outside && outside.lock() == root->edges[1], "the weak pointers are as they were");
    expect(root->weak[2].lock() == stays && root->weak[3].lock() == immortal, "as are those that lead out");
    expect_names(root, kept);
    expect(ouro::ref_count(kept) == 4, "as many handles");
    expect(ouro::detail::weak_table<ouro::local_refcount>::is_valid(), "the weak table");
  }

  static void expect_names(const pointer& root, const ouro::interned_string& kept) {
    expect(root->name == kept && root->names.contains(kept) && root->by_name.contains(kept), "the names are there");
  }
};

}  // namespace

TEST_CASE_TEMPLATE("exhausted: a structure leaves as a whole, or stays as it was", Memory, trial, generational,
                   tabled) {
  with_each_failure(5, [](auto failure) {
    Memory::gc::disable();
    travellers<Memory> all;
    const std::size_t tracked = Memory::gc::count();
    typename Memory::template island<passenger<Memory>> gone;
    ouro::not_an_island why;
    {
      const auto now = failure();
      gone = Memory::heap::current().try_detach(std::move(all.root), &why);
    }
    if (!gone) {
      expect(why.is_out_of_memory(), "the reason");
      expect(Memory::gc::count() == tracked, "candidates are candidates");
      all.expect_unchanged();
      gone = Memory::heap::current().detach(std::move(all.root));
    }
    expect(all.outside.expired() && ouro::ref_count(all.kept) == 1, "it has left");
    auto here = std::move(gone).open();
    expect(here->weak[0].lock() == here->edges[0] && here->weak[2].expired(), "weak pointers");
    travellers<Memory>::expect_names(here, all.kept);
    here.reset();
    Memory::gc::collect();
    expect(passenger<Memory>::alive == 2, "nothing of it is left");
  });
}

TEST_CASE_TEMPLATE("exhausted: an island is opened as a whole, or not at all", Memory, trial, generational) {
  with_each_failure(5, [](auto failure) {
    Memory::gc::disable();
    travellers<Memory> all;
    auto gone = Memory::heap::current().detach(std::move(all.root));
    typename Memory::heap other;
    {
      const typename Memory::heap::scope in{other};
      const ouro::interned_string known{"a name that stays"};
      typename travellers<Memory>::pointer here;
      const typename Memory::template weak<passenger<Memory>> own{all.immortal};
      {
        const auto now = failure();
        unless_exhausted([&] { here = std::move(gone).open(); });
      }
      if (here == nullptr) {
        expect(static_cast<bool>(gone), "it is an island still");
        expect(ouro::ref_count(known) == 1, "the handles are its own");
        expect(ouro::detail::weak_table<ouro::local_refcount>::is_valid(), "the weak table");
        here = std::move(gone).open();
      }
      expect(here->weak[0].lock() == here->edges[0] && here->weak[3].lock() == all.immortal, "weak pointers");
      travellers<Memory>::expect_names(here, known);
      expect(here->own_name == ouro::interned_string{"a name that leaves"}, "its own name");
      expect(ouro::detail::weak_table<ouro::local_refcount>::is_valid(), "the weak table");
      here.reset();
      Memory::gc::collect();
    }
    expect(passenger<Memory>::alive == 2, "nothing of it is left");
  });
}

TEST_CASE("exhausted: a private heap that cannot be entered gives no island") {
  with_each_failure(1, [](auto failure) {
    ouro::heap apart;
    ouro::ptr<node<trial>> root;
    {
      const ouro::heap::scope in{apart};
      root = make_node<trial>();
    }
    ouro::island<node<trial>> gone;
    ouro::not_an_island why;
    {
      const auto now = failure();
      gone = apart.try_detach(std::move(root), &why);
    }
    expect(gone || (why.is_out_of_memory() && root != nullptr), "it is said");
    const ouro::heap::scope in{apart};
    root.reset();
  });
}

TEST_CASE("exhausted: without memory, the holders of a structure are not known by name") {
  with_each_failure(2, [](auto failure) {
    trial::gc::disable();
    auto root = make_node<trial>();
    const auto holder = make_node<trial>();
    holder->left = root;
    {
      const auto candidate = holder;
    }
    ouro::not_an_island why;
    {
      const auto now = failure();
      expect(!ouro::heap::current().try_detach(std::move(root), &why), "it stays");
    }
    expect(why.is_out_of_memory() || why.holders().size() == 1, "one holder");
    expect(root.use_count() == 2, "the count is as it was");
  });
}

#if OURO_HAS_BACKTRACE
TEST_CASE("exhausted: a trace without call frames or names has none, or addresses in place of names") {
  with_each_failure(2, [](auto failure) {
    std::vector<const void*> calls;
    {
      const auto now = failure();
      unless_exhausted([&] { calls = ouro::detail::call_frames(4); });
    }
    expect(calls.empty() || failures == 0, "all or none");
  });
  with_each_failure(3, [](auto failure) {
    const auto* const frame = reinterpret_cast<const void*>(&std::terminate);
    char address[32];
    std::snprintf(address, sizeof address, "%p", frame);
    std::string name = "thrown";
    {
      const auto now = failure();
      unless_exhausted([&] { name = ouro::detail::name_of_frame(frame); });
    }
    const bool is_told =
        failures == 0 ? name == "std::terminate()" : name == address || name == "_ZSt9terminatev" || name == "thrown";
    expect(is_told, name.c_str());
  });
}
#endif
