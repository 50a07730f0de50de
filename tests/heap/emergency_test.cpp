// Memory at its limit: garbage is collected before a request is refused, containers are whole when that happens, and a
// heap that is full of living objects is not collected for each request.

#include "support/counted.hpp"
#include "support/ring.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <deque>
#include <forward_list>
#include <functional>
#include <list>
#include <map>
#include <memory_resource>
#include <new>
#include <set>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

using ouro::heap;
using ouro::test::counted;

namespace {

using trial = ouro::default_memory;
using generational = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;

template <class Memory>
struct node : counted<node<Memory>> {
  explicit node(int number_) : number{number_} {}
  void trace(auto&& visit) { visit(next); }

  int number;
  typename Memory::template ptr<node> next;
};

template <class Memory>
void make_garbage() {
  ouro::test::make_ring<Memory>(1, &node<Memory>::next, -1);
}

/// Refuses each request of a container once. At that moment there is garbage, and the watched containers are
/// candidates, so that the collection traces them.
template <class Memory>
struct refusing {
  static inline std::function<void()> touch;
  static inline bool refused_last = false;
  static inline std::size_t refused = 0;

  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (touch && !refused_last) {
      refused_last = true;
      ++refused;
      make_garbage<Memory>();
      touch();
      return nullptr;
    }
    refused_last = false;
    return ouro::pool_allocator::allocate(bytes, alignment);
  }
  static void deallocate(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    ouro::pool_allocator::deallocate(block, bytes, alignment);
  }
};

template <class Memory, class Container>
struct holder {
  void trace(auto&& visit) { visit(self, items, other); }
  typename Memory::template ptr<holder> self;
  Container items;
  Container other;
};

template <class Memory>
using handle = typename Memory::template ptr<node<Memory>>;

template <class Memory, class T>
using refused_by = ouro::standard_allocator<T, refusing<Memory>>;

/// An element that a map holds under its number, and other containers by itself.
template <class Memory, class Container>
auto element(int number) {
  auto made = Memory::template make<node<Memory>>(number);
  if constexpr (requires { typename Container::mapped_type; }) {
    return typename Container::value_type{number, std::move(made)};
  } else {
    return made;
  }
}

template <class Memory, class Container>
void add(Container& to, typename Container::value_type made) {
  if constexpr (requires { to.push_front(made); }) {
    to.push_front(std::move(made));
  } else if constexpr (requires { to.push_back(made); }) {
    to.push_back(std::move(made));
  } else {
    to.insert(std::move(made));
  }
}

/// Checks that each element is there once, is alive, and is held only by so many copies.
template <class Memory, class Container>
void check_elements(const Container& items, int elements, std::size_t count) {
  std::set<int> met;
  for (const auto& each : items) {
    const handle<Memory>* found = nullptr;
    if constexpr (requires { each.second; }) {
      found = &each.second;
    } else {
      found = &each;
    }
    REQUIRE(*found);
    CHECK(met.insert((*found)->number).second);
    CHECK(ouro::ref_count(*found) == count);
  }
  CHECK(static_cast<int>(met.size()) == elements);
}

template <class Memory, class Container>
void check_container() {
  constexpr int elements = 200;
  using held = holder<Memory, Container>;
  const int before = node<Memory>::alive;
  {
    typename Memory::heap h;
    const typename Memory::heap::scope in{h};
    Memory::gc::disable();
    auto owner = Memory::template make<held>();
    owner->self = owner;
    using refused = refusing<Memory>;
    refused::refused = 0;
    refused::touch = [&] { const auto copy = owner; };
    const auto count = [] { return Memory::gc::stats().collections; };

    for (int i = 0; i != elements; ++i) add<Memory>(owner->items, element<Memory, Container>(i));
    CHECK(refused::refused != 0);
    check_elements<Memory>(owner->items, elements, 1);
    CHECK(count() == refused::refused);
    CHECK(Memory::gc::stats().collected >= refused::refused);

    // Copies make nodes while others are linked, and reuse what the target had.
    add<Memory>(owner->other, element<Memory, Container>(1000));
    owner->other = owner->items;
    check_elements<Memory>(owner->other, elements, 2);
    owner->other = Container{owner->items};
    check_elements<Memory>(owner->items, elements, 2);
    owner->other.clear();
    check_elements<Memory>(owner->items, elements, 1);

    if constexpr (requires { owner->items.insert(owner->items.begin(), owner->items.begin(), owner->items.begin()); }) {
      std::vector<typename Container::value_type> more;
      for (int i = 0; i != elements; ++i) more.push_back(element<Memory, Container>(elements + i));
      const auto middle = std::next(owner->items.begin(), elements / 2);
      owner->items.insert(middle, more.begin(), more.end());
      more.clear();
      check_elements<Memory>(owner->items, 2 * elements, 1);
    }
    if constexpr (requires { owner->items.rehash(5000); }) {
      owner->items.rehash(5000);
      check_elements<Memory>(owner->items, elements, 1);
    }
    if constexpr (requires { owner->items.shrink_to_fit(); }) owner->items.shrink_to_fit();
    refused::touch = nullptr;
    Memory::gc::collect();
    CHECK(node<Memory>::alive == before + static_cast<int>(std::distance(owner->items.begin(), owner->items.end())));
  }
  CHECK(node<Memory>::alive == before);
}

template <class Memory>
struct containers {
  template <class T>
  using allocator = refused_by<Memory, T>;
  using element = handle<Memory>;
  using pair = std::pair<const int, element>;
  using hash = std::hash<element>;

  using vector = std::vector<element, allocator<element>>;
  using deque = std::deque<element, allocator<element>>;
  using list = std::list<element, allocator<element>>;
  using forward_list = std::forward_list<element, allocator<element>>;
  using set = std::set<element, std::less<>, allocator<element>>;
  using multiset = std::multiset<element, std::less<>, allocator<element>>;
  using map = std::map<int, element, std::less<>, allocator<pair>>;
  using multimap = std::multimap<int, element, std::less<>, allocator<pair>>;
  using unordered_set = std::unordered_set<element, hash, std::equal_to<>, allocator<element>>;
  using unordered_multiset = std::unordered_multiset<element, hash, std::equal_to<>, allocator<element>>;
  using unordered_map = std::unordered_map<int, element, std::hash<int>, std::equal_to<>, allocator<pair>>;
  using unordered_multimap = std::unordered_multimap<int, element, std::hash<int>, std::equal_to<>, allocator<pair>>;
};

}  // namespace

TEST_CASE_TEMPLATE("emergency: a collection may trace each standard container while it asks for memory", Memory, trial,
                   generational) {
  using of = containers<Memory>;
  SUBCASE("vector") { check_container<Memory, typename of::vector>(); }
  SUBCASE("deque") { check_container<Memory, typename of::deque>(); }
  SUBCASE("list") { check_container<Memory, typename of::list>(); }
  SUBCASE("forward_list") { check_container<Memory, typename of::forward_list>(); }
  SUBCASE("set") { check_container<Memory, typename of::set>(); }
  SUBCASE("multiset") { check_container<Memory, typename of::multiset>(); }
  SUBCASE("map") { check_container<Memory, typename of::map>(); }
  SUBCASE("multimap") { check_container<Memory, typename of::multimap>(); }
  SUBCASE("unordered_set") { check_container<Memory, typename of::unordered_set>(); }
  SUBCASE("unordered_multiset") { check_container<Memory, typename of::unordered_multiset>(); }
  SUBCASE("unordered_map") { check_container<Memory, typename of::unordered_map>(); }
  SUBCASE("unordered_multimap") { check_container<Memory, typename of::unordered_multimap>(); }
}

namespace {

struct kilobyte {
  ouro::ptr<kilobyte> next;
  std::array<std::byte, 1000> rest;
};

/// Garbage that leaves room for less than two pools.
void fill_with_garbage(const heap& h) {
  const auto taken = [&] { return h.statistics().pool_bytes + h.statistics().large_bytes; };
  while (taken() + 2 * ouro::pool_allocator::pool_bytes <= h.limit()) {
    const auto looped = ouro::make<kilobyte>();
    looped->next = looped;
  }
}

template <class Fill>
void check_that_garbage_makes_room(Fill fill) {
  heap h{std::size_t{2} << 20};
  const heap::scope in{h};
  ouro::gc::disable();
  fill_with_garbage(h);
  CHECK(ouro::gc::stats().collections == 0);
  fill();
  CHECK(ouro::gc::stats().collected > 1000);
  CHECK(h.statistics().pool_bytes + h.statistics().large_bytes <= h.limit());
}

constexpr int many = 20'000;

template <class T>
using in_pools = ouro::standard_allocator<T>;

}  // namespace

TEST_CASE("emergency: a request of any container collects garbage in a full heap") {
  SUBCASE("ouro::list") {
    check_that_garbage_makes_room([] {
      ouro::list<int> list;
      for (int i = 0; i != many; ++i) list.push_back(i);
      CHECK(list.back() == many - 1);
    });
  }
  SUBCASE("ouro::dict") {
    check_that_garbage_makes_room([] {
      ouro::dict<int, int> dict;
      for (int i = 0; i != many; ++i) dict.insert_or_assign(i, i);
      CHECK(dict.size() == many);
    });
  }
  SUBCASE("std::vector") {
    check_that_garbage_makes_room([] {
      std::vector<int, in_pools<int>> vector;
      for (int i = 0; i != many; ++i) vector.push_back(i);
      CHECK(vector.back() == many - 1);
    });
  }
  SUBCASE("std::list") {
    check_that_garbage_makes_room([] {
      std::list<int, in_pools<int>> list;
      for (int i = 0; i != many; ++i) list.push_back(i);
      CHECK(list.size() == many);
    });
  }
  SUBCASE("std::string") {
    check_that_garbage_makes_room([] {
      std::basic_string<char, std::char_traits<char>, in_pools<char>> string(std::size_t{200} << 10, 'x');
      CHECK(string.back() == 'x');
    });
  }
  SUBCASE("memory::std_allocator") {
    check_that_garbage_makes_room([] {
      const std::vector<int, ouro::default_memory::std_allocator<int>> vector(many * 10, 7);
      CHECK(vector.back() == 7);
    });
  }
  SUBCASE("std::pmr") {
    check_that_garbage_makes_room([] {
      ouro::allocator_resource<> pools;
      const std::pmr::vector<int> vector(many * 10, 7, &pools);
      CHECK(vector.back() == 7);
    });
  }
}

TEST_CASE("emergency: a container whose request is refused after a collection throws, and is as it was") {
  heap h{std::size_t{1} << 20};
  const heap::scope in{h};
  std::vector<int, in_pools<int>> vector(1000, 7);
  CHECK_THROWS_AS(vector.resize(std::size_t{1} << 20), std::bad_alloc);
  CHECK(vector == std::vector<int, in_pools<int>>(1000, 7));
  ouro::allocator_resource<> pools;
  CHECK_THROWS_AS(static_cast<void>(pools.allocate(std::size_t{2} << 20)), std::bad_alloc);
}

TEST_CASE("emergency: outside private heaps a container throws at once") {
  using none = ouro::limited_allocator<ouro::pool_allocator, struct budget_of_emergency_test>;
  none::set_limit(0);
  std::vector<int, ouro::standard_allocator<int, none>> vector;
  CHECK_THROWS_AS(vector.push_back(1), std::bad_alloc);
}

namespace {

/// Living objects, all of which the next full collection looks at.
template <class Memory>
struct full_heap {
  static constexpr std::size_t objects = 5000;
  using pointer = handle<Memory>;

  full_heap() {
    Memory::gc::disable();
    for (std::size_t i = 0; i != objects; ++i) {
      auto made = Memory::template make<node<Memory>>(static_cast<int>(i));
      made->next = std::move(first);
      first = std::move(made);
    }
    Memory::gc::collect();
    touch();
  }
  ~full_heap() {
    while (first != nullptr) first = std::exchange(first->next, nullptr);
  }

  /// Makes a candidate of the first, which reaches all.
  void touch() { const auto copy = first; }

  pointer first;
};

template <class Memory>
std::size_t looked_at() {
  return Memory::gc::stats().examined;
}

}  // namespace

TEST_CASE_TEMPLATE(
    "emergency: a full heap of living objects is collected for fewer and fewer of the requests that it refuses", Memory,
    trial, generational) {
  typename Memory::heap h;
  const typename Memory::heap::scope in{h};
  full_heap<Memory> living;
  h.set_limit(0);
  constexpr std::size_t requests = 2000;
  const auto refuse = [&](int kind) {
    living.touch();
    switch (kind) {
      case 0:
        CHECK_THROWS_AS(static_cast<void>(Memory::template make<double[]>(1000)), std::bad_alloc);
        break;
      case 1:
        CHECK_THROWS_AS(static_cast<void>((std::vector<double, in_pools<double>>(1000))), std::bad_alloc);
        break;
      default:
        CHECK_THROWS_AS(ouro::interned_string{std::string(2000, 'x')}, std::bad_alloc);
    }
  };
  const std::size_t before = looked_at<Memory>();
  for (std::size_t i = 0; i != requests; ++i) refuse(static_cast<int>(i % 3));
  const std::size_t walks = (looked_at<Memory>() - before) / full_heap<Memory>::objects;
  CHECK(walks >= ouro::detail::emergency_back_off::patience);
  CHECK(walks <= ouro::detail::emergency_back_off::patience + static_cast<std::size_t>(std::log2(requests)));
}

TEST_CASE("emergency: each refused request collects where collections have nothing to look at") {
  heap h;
  const heap::scope in{h};
  h.set_limit(0);
  for (int i = 0; i != 100; ++i) CHECK_THROWS_AS(static_cast<void>(ouro::make<int>(1)), std::bad_alloc);
  h.set_limit(heap::unlimited);
  full_heap<trial> living;
  h.set_limit(h.statistics().pool_bytes);
  {
    const auto garbage = living.first;
    living.first = nullptr;
    auto last = garbage;
    while (last->next != nullptr) last = last->next;
    last->next = garbage;
  }
  const std::size_t collected = ouro::gc::stats().collected;
  CHECK(ouro::make<char[]>(100'000) != nullptr);
  CHECK(ouro::gc::stats().collected - collected == full_heap<trial>::objects);
}

TEST_CASE(
    "emergency_back_off: a collection that helps, and memory that the heap has taken, end the wait for the next one") {
  using back_off = ouro::detail::emergency_back_off;
  back_off tried;
  constexpr std::uint64_t living = 1'000'000;
  const auto refused_until_due = [&](std::uint64_t taken) {
    std::uint64_t refused = 1;
    while (!tried.is_due(taken)) ++refused;
    return refused;
  };
  const auto fail = [&](std::uint64_t taken) {
    const std::uint64_t refused = refused_until_due(taken);
    tried.after(false, taken, living);
    return refused;
  };
  for (std::uint64_t i = 0; i != back_off::patience; ++i) CHECK(fail(0) == 1);
  for (std::uint64_t wait = 2; wait != 1024; wait *= 2) CHECK(fail(0) == wait);
  CHECK(tried.is_due(64 * 1024));
  tried.after(false, 64 * 1024, living);
  CHECK_FALSE(tried.is_due(64 * 1024));
  CHECK_FALSE(tried.is_due(64 * 2040));
  CHECK(tried.is_due(64 * 3072));
  // The wait is no longer than the number of objects that the last collection has looked at.
  tried.after(false, 0, 3);
  CHECK(refused_until_due(0) == 3);
  tried.after(true, 0, living);
  CHECK(refused_until_due(0) == 1);
  for (std::uint64_t i = 0; i != back_off::patience; ++i) CHECK(fail(0) == 1);
  CHECK(fail(0) == 2);
}
