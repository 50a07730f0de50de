// Private heaps as values: isolated from each other, limited, entered from several threads, and freed as a whole.

#include "support/is_mapped.hpp"
#include "support/mortal.hpp"
#include "support/ring.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using ouro::heap;
using ouro::make;
using ouro::ptr;
using ouro::test::is_mapped;
using ouro::test::mortal;

namespace {

void make_ring(int length, char name = 'r') { ouro::test::make_ring(length, &mortal::left, name); }

struct kilobyte {
  ptr<kilobyte> next;
  std::array<std::byte, 1000> rest;
};

}  // namespace

TEST_CASE("heap: each heap has its own candidates, collections, statistics and settings") {
  ouro::gc::collect();
  const std::size_t outside = ouro::gc::stats().collections;
  heap h;
  {
    const heap::scope in{h};
    CHECK(ouro::gc::stats().collections == 0);
    ouro::gc::set_threshold(123);
    ouro::gc::disable();
    make_ring(3);
    CHECK(ouro::gc::count() == 3);
  }
  CHECK(ouro::gc::count() == 0);
  CHECK(ouro::gc::threshold() != 123);
  CHECK(ouro::gc::is_enabled());
  CHECK(ouro::gc::collect() == 0);
  CHECK(ouro::gc::stats().collections == outside + 1);
  {
    const heap::scope in{h};
    CHECK(ouro::gc::threshold() == 123);
    CHECK(!ouro::gc::is_enabled());
    CHECK(ouro::gc::count() == 3);
    CHECK(ouro::gc::collect() == 3);
    CHECK(ouro::gc::stats().collections == 1);
  }
  CHECK(ouro::gc::stats().collections == outside + 1);
}

TEST_CASE("heap: the blocks of a heap lie in its own pools, and only it counts them") {
  const auto outside = heap::current().statistics();
  heap h;
  {
    const heap::scope in{h};
    const auto object = make<mortal>('a');
    const auto array = make<double[]>(1000);
    CHECK(h.statistics().used_blocks == 1);
    CHECK(h.statistics().arenas == 1);
    CHECK(h.statistics().large_blocks == 1);
    CHECK(h.statistics().large_bytes == ouro::size_of(array));
    CHECK(heap::current().statistics().used_blocks == 1);
  }
  CHECK(h.statistics().used_blocks == 0);
  CHECK(h.statistics().large_blocks == 0);
  CHECK(heap::current().statistics().used_blocks == outside.used_blocks);
  CHECK(heap::current().statistics().arenas_mapped == outside.arenas_mapped);
  h.trim();
  CHECK(h.statistics().arenas == 0);
}

TEST_CASE("heap: its end destroys garbage, and frees the blocks of held objects without a destructor") {
  mortal::log.clear();
  mortal* held = nullptr;
  ouro::weak<mortal> watcher;
  int called = 0;
  {
    heap h;
    {
      const heap::scope in{h};
      make_ring(2, 'g');
      auto left = make<mortal>('h');
      left->left = make<mortal>('i');
      watcher = ouro::weak<mortal>{left, [&] { ++called; }};
      held = left.release();
      static_cast<void>(make<double[]>(100'000).release());  // LeakSanitizer would miss it
      CHECK(mortal::log.empty());
    }
    CHECK(is_mapped(held));
    CHECK(!watcher.expired());
  }
  CHECK(mortal::log == "gg");
  bool was_freed = !is_mapped(held);
  if constexpr (ouro::check_level >= 1) {
    // The pools of held objects of the heaps that ended last are kept, for reports about these objects.
    CHECK_FALSE(was_freed);
    for (std::size_t i = 0; i != ouro::detail::ended_heaps::most_arenas; ++i) {
      {
        heap h;
        const heap::scope in{h};
        static_cast<void>(make<int>(1).release());
        static_cast<void>(ouro::pool_allocator::allocate(std::size_t{3} << 20, 8));
      }
      // The arena of a later heap may lie in the same place.
      if (!is_mapped(held)) was_freed = true;
    }
  }
  CHECK(was_freed);
  CHECK(watcher.expired());
  CHECK(watcher.lock() == nullptr);
  CHECK(called == 0);
  mortal::alive -= 2;
}

TEST_CASE("heap: its end destroys garbage that destructors leave, and calls finalizers") {
  using ouro::test::finalized;
  mortal::log.clear();
  {
    heap h;
    const heap::scope in{h};
    const auto first = make<finalized>('f');
    first->peer = first;
    first->at_destruction = [] { make_ring(2, 's'); };
  }
  CHECK(mortal::log == "Ffss");
  CHECK(mortal::alive == 0);
}

namespace {

/// Its destructor leaves another object of its type as garbage, without end.
struct endless {
  static inline int destroyed = 0;

  static void leave() {
    const auto garbage = make<endless>();
    garbage->self = garbage;
  }
  endless() = default;
  endless(const endless&) = delete;
  endless& operator=(const endless&) = delete;
  ~endless() {
    ++destroyed;
    leave();
  }
  void trace(auto&& visit) { visit(self); }

  ptr<endless> self;
};

}  // namespace

TEST_CASE("heap: its end is reached though each destructor leaves new garbage") {
  {
    heap h;
    const heap::scope in{h};
    endless::leave();
  }
  // Eight collections of eight passes each.
  CHECK(endless::destroyed == 64);
}

namespace {

int called = 0;
ouro::weak<kilobyte> watcher;

/// Leaves garbage whose weak callback calls this function again.
void leave_watched() {
  ++called;
  auto first = make<kilobyte>();
  const auto garbage = make<kilobyte>();
  garbage->next = garbage;
  watcher = ouro::weak<kilobyte>{garbage, leave_watched};
  {
    const auto later = garbage;
    const auto earlier = first;
  }
  first.reset();  // a hole before the other candidate
}

}  // namespace

TEST_CASE("heap: its end is reached though each weak callback leaves new garbage") {
  {
    heap h;
    const heap::scope in{h};
    leave_watched();
    CHECK(ouro::gc::count() == 1);
  }
  CHECK(called == 1 + 8);  // once a collection
  CHECK(watcher.expired());
  watcher.reset();
}

TEST_CASE("heap: scopes nest, also of one heap, and of one that an outer scope has entered") {
  heap h;
  heap g;
  const auto count = [] { return heap::current().statistics().used_blocks; };
  const std::size_t outside = count();
  {
    const heap::scope in_h{h};
    const auto one = make<mortal>('a');
    {
      const heap::scope again{h};
      const auto two = make<mortal>('b');
      CHECK(count() == 2);
    }
    CHECK(count() == 1);
    {
      const heap::scope in_g{g};
      CHECK(count() == 0);
      make_ring(1);
      {
        const heap::scope in_h_again{h};
        CHECK(count() == 1);
        make_ring(4);
        CHECK(ouro::gc::count() == 4);
        CHECK(h.is_entered());
        CHECK(g.is_entered());
      }
      CHECK(ouro::gc::count() == 1);
      CHECK(count() == 1);
    }
    CHECK(!g.is_entered());
    CHECK(h.is_entered());
    CHECK(ouro::gc::count() == 4);
    CHECK(count() == 5);
    CHECK(ouro::gc::collect() == 4);
  }
  CHECK(!h.is_entered());
  CHECK(count() == outside);
}

TEST_CASE("heap: a limit holds for objects, arrays and containers, after an emergency collection") {
  constexpr std::size_t limit = std::size_t{1} << 20;
  heap h{limit};
  CHECK(h.limit() == limit);
  const heap::scope in{h};
  ouro::gc::disable();
  const auto taken = [&] { return h.statistics().pool_bytes + h.statistics().large_bytes; };

  SUBCASE("objects") {
    ptr<kilobyte> list;
    std::size_t made = 0;
    const auto make_all = [&] {
      for (;; ++made) {
        auto next = make<kilobyte>();
        next->next = std::move(list);
        list = std::move(next);
      }
    };
    CHECK_THROWS_AS(make_all(), std::bad_alloc);
    CHECK(taken() <= limit);
    CHECK(made > 900);
    list.reset();
    made = 0;
    CHECK_THROWS_AS(make_all(), std::bad_alloc);
    CHECK(made > 900);
  }
  SUBCASE("garbage") {
    for (int i = 0; i != 10'000; ++i) {
      const auto looped = make<kilobyte>();
      looped->next = looped;
    }
    CHECK(taken() <= limit);
    CHECK(ouro::gc::stats().collected > 8'000);
  }
  SUBCASE("garbage, when a string finds no room") {
    std::vector<ouro::interned_string> strings;
    std::size_t loops = 0;
    const auto loop = [&] {
      const auto looped = make<kilobyte>();
      looped->next = looped;
    };
    while (taken() + 2 * ouro::pool_allocator::pool_bytes <= limit) loop(), ++loops;
    for (int i = 0; i != 5'000; ++i) strings.emplace_back("a string of some length, number " + std::to_string(i));
    CHECK(ouro::gc::stats().collected > loops / 2);
    CHECK(taken() <= limit);
  }
  SUBCASE("a string, where there is no garbage") {
    const std::size_t before = ouro::interned_string::interned_count();
    h.set_limit(0);
    CHECK_THROWS_AS(ouro::interned_string{"a string of some length"}, std::bad_alloc);
    CHECK(ouro::interned_string::interned_count() == before);
    h.set_limit(limit);
    CHECK(ouro::interned_string{"a string of some length"}.size() == 23);
  }
  SUBCASE("arrays") {
    CHECK_THROWS_AS(make<double[]>(limit / sizeof(double)), std::bad_alloc);
    const auto half = make<double[]>(limit / 2 / sizeof(double));
    CHECK_THROWS_AS(make<double[]>(limit / 2 / sizeof(double)), std::bad_alloc);
    CHECK(taken() <= limit);
  }
  SUBCASE("objects beside large blocks") {
    using ouro::pool_allocator;
    constexpr std::size_t pool = pool_allocator::pool_bytes;
    std::vector<ptr<kilobyte>> made;
    const auto make_all = [&] {
      for (;;) made.push_back(make<kilobyte>());
    };
    for (const std::size_t missing : {std::size_t{1}, std::size_t{0}}) {  // of the bytes for three pools
      const std::size_t bytes = limit - 3 * pool + missing;
      void* const large = pool_allocator::allocate(bytes, 8);
      REQUIRE(large != nullptr);
      CHECK_THROWS_AS(make_all(), std::bad_alloc);
      CHECK(h.statistics().pools == 3 - missing);
      CHECK(taken() == bytes + (3 - missing) * pool);
      pool_allocator::deallocate(large, bytes, 8);
    }
  }
  SUBCASE("pools that are kept although they are empty make room for others") {
    std::vector<void*> blocks;
    for (std::size_t bytes = 8; bytes <= 1024; bytes += 8) {
      void* const block = ouro::pool_allocator::allocate(bytes, 8);
      if (block == nullptr) break;
      ouro::pool_allocator::deallocate(block, bytes, 8);
    }
    CHECK(make<double[]>((limit - ouro::pool_allocator::pool_bytes) / sizeof(double) - 4) != nullptr);
  }
  SUBCASE("a raised limit helps at once, a lowered one takes nothing away") {
    const auto half = make<double[]>(limit / 2 / sizeof(double));
    h.set_limit(0);
    CHECK_THROWS_AS(make<kilobyte>(), std::bad_alloc);
    CHECK(half[1000] == 0);
    h.set_limit(heap::unlimited);
    CHECK(make<double[]>(limit) != nullptr);
  }
}

TEST_CASE("heap: each heap interns its own values") {
  const ouro::interned_string outside{"a name that is interned"};
  const auto number = ouro::intern(123'456);
  const char* inside = nullptr;
  heap h;
  {
    const heap::scope in{h};
    const ouro::interned_string name{"a name that is interned"};
    inside = name.data();
    CHECK(inside != outside.data());
    CHECK(name.view() == outside.view());
    CHECK(ouro::interned_string::interned_count() == 1);
    CHECK(ouro::intern(123'456).operator->() != number.operator->());
    CHECK(ouro::interned_string{"x"}.data() == ouro::interned_string{'x'}.data());
    static_cast<void>(ouro::interned_string{name}.pointer().get());
  }
  CHECK(ouro::interned_string{"a name that is interned"}.data() == outside.data());
  CHECK(ouro::is(ouro::intern(123'456), number));
}

TEST_CASE("heap: interned strings and shapes that its end frees are not found by the next heap") {
  for (int i = 0; i != 3; ++i) {
    heap h;
    const heap::scope in{h};
    CHECK(ouro::interned_string::interned_count() == 0);
    // A handle that is never dropped.
    alignas(ouro::interned_string) std::byte room[sizeof(ouro::interned_string)];
    ::new (static_cast<void*>(room)) ouro::interned_string{"left behind"};
    CHECK(ouro::interned_string::interned_count() == 1);
    ouro::attributes<int> attributes;
    attributes[ouro::interned_string{"a name"}] = 1;
    attributes[ouro::interned_string{"another"}] = 2;
    CHECK(attributes.size() == 2);
  }
}

TEST_CASE("heap: objects that threads share are made outside of private heaps") {
  using shared = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>;
  using shared_string = ouro::basic_interned_string<ouro::mutex_locking>;
  shared::ptr<std::string> object;
  shared_string name;
  {
    heap h;
    const heap::scope in{h};
    object = shared::make<std::string>("shared");
    name = shared_string{"a name that threads share"};
    CHECK(h.statistics().used_blocks == 0);
  }
  CHECK(*object == "shared");
  CHECK(shared_string{"a name that threads share"}.data() == name.data());
}

TEST_CASE("heap: a block that is freed outside of its heap returns to that heap") {
  heap h;
  std::vector<int, ouro::standard_allocator<int>> small;
  std::vector<int, ouro::standard_allocator<int>> large;
  {
    const heap::scope in{h};
    small.resize(10);
    large.resize(10'000);
  }
  CHECK(h.statistics().large_blocks == 1);
  large.clear();
  large.shrink_to_fit();
  CHECK(h.statistics().large_blocks == 0);
  CHECK(h.statistics().used_blocks == 1);
  small.clear();
  small.shrink_to_fit();
  h.trim();
  CHECK(h.statistics().used_blocks == 0);
  CHECK(h.statistics().arenas == 0);
}

TEST_CASE("heap: a moved heap is entered at its new place") {
  heap from;
  std::unique_ptr<heap> to;
  {
    const heap::scope in{from};
    make_ring(2, 'm');
    to = std::make_unique<heap>(std::move(from));
    CHECK(ouro::gc::count() == 2);
  }
  mortal::log.clear();
  *to = heap{};
  CHECK(mortal::log == "mm");
  const heap::scope in{*to};
  CHECK(ouro::gc::count() == 0);
}

TEST_CASE("heap: self-assignment changes nothing") {
  heap h;
  {
    const heap::scope in{h};
    make_ring(2, 's');
  }
  mortal::log.clear();
  heap& same = h;
  h = std::move(same);
  CHECK(mortal::log.empty());
  const heap::scope in{h};
  CHECK(ouro::gc::count() == 2);
  CHECK(ouro::gc::collect() == 2);
  CHECK(mortal::log == "ss");
}

TEST_CASE("heap: the end of a heap gives its large blocks back") {
  constexpr std::size_t most = ouro::detail::ended_heaps::most_large_bytes;
  for (const std::size_t bytes : {most, std::size_t{5000}, most, most + 1, std::size_t{5000}, std::size_t{6000}}) {
    heap h;
    const heap::scope in{h};
    REQUIRE(ouro::pool_allocator::allocate(bytes, 8) != nullptr);
  }
  CHECK(ouro::detail::ended_large_blocks.bytes() == (ouro::check_level >= 1 ? 11'000 : 0));
}

TEST_CASE("heap: works under each collector, and without one") {
  using other = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;
  using plain = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::system_allocator>;
  using node = ouro::test::basic_mortal<other>;
  node::log.clear();
  {
    other::heap h;
    const other::heap::scope in{h};
    const auto a = other::make<node>('a');
    a->left = a;
    CHECK(other::gc::count() == 1);
    static_cast<void>(other::make<node>('b').release());
  }
  CHECK(node::log == "a");
  CHECK(other::gc::count() == 0);
  node::alive = 0;

  plain::heap h;
  const plain::heap::scope in{h};
  CHECK(*plain::make<int>(7) == 7);
}

TEST_CASE("heap: its end destroys objects that wait for a drain") {
  mortal::log.clear();
  {
    heap h;
    const heap::scope in{h};
    auto* const deferred = new ouro::gc::deferred_drops;
    make<mortal>('d').reset();
    CHECK(mortal::log.empty());
    static_cast<void>(std::unique_ptr<ouro::gc::deferred_drops>{deferred});
  }
  CHECK(mortal::log == "d");
}

static_assert(!ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>::heap::is_isolated);
static_assert(!std::is_default_constructible_v<
              ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>::heap>);

TEST_CASE("heap: a program that runs in one of several heaps does what it does in a single one") {
  constexpr int heaps = 4;
  struct model {
    heap here;
    std::vector<ptr<mortal>> roots;
    std::mt19937 choice;
    std::string log;
  };
  // The same steps from the same seed: an influence of other heaps would change the log.
  const auto step = [](model& of) {
    mortal::log.clear();
    switch (of.choice() % 6) {
      case 0:
      case 1:
        of.roots.push_back(make<mortal>(static_cast<char>('a' + of.choice() % 26)));
        break;
      case 2:
      case 3:
        if (!of.roots.empty()) {
          const auto& from = of.roots[of.choice() % of.roots.size()];
          from->many.push_back(of.roots[of.choice() % of.roots.size()]);
        }
        break;
      case 4:
        if (!of.roots.empty()) {
          std::swap(of.roots[of.choice() % of.roots.size()], of.roots.back());
          of.roots.pop_back();
        }
        break;
      default:
        if (of.choice() % 16 == 0) of.log += std::to_string(ouro::gc::collect());
        break;
    }
    of.log += mortal::log;
    of.log += static_cast<char>('0' + ouro::gc::count() % 10);
  };
  const auto finish = [](model& of) {
    const heap::scope in{of.here};
    of.roots.clear();
  };

  model alone;
  alone.choice.seed(1);
  {
    const heap::scope in{alone.here};
    for (int i = 0; i != 20'000; ++i) step(alone);
  }
  finish(alone);

  std::vector<model> all(heaps);
  std::vector<int> left(heaps, 20'000);
  for (model& each : all) each.choice.seed(1);
  std::mt19937 order{2};
  for (int done = 0; done != heaps;) {
    const std::size_t i = order() % heaps;
    const heap::scope in{all[i].here};
    for (auto steps = order() % 10; steps != 0 && left[i] != 0; --steps) {
      step(all[i]);
      if (--left[i] == 0) ++done;
    }
  }
  for (model& each : all) {
    finish(each);
    CHECK(each.log == alone.log);
  }
}
