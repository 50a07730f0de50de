#include "support/failing_allocator.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <random>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using ouro::list;
using ouro::make;
using ouro::ptr;

namespace {

struct node {
  list<ptr<node>> children;
};

struct counts {
  list<int> numbers;
  ouro::dict<int, double> named;
};

static_assert(std::ranges::contiguous_range<list<int>> && std::ranges::sized_range<list<int>>);
static_assert(std::is_nothrow_move_constructible_v<list<int>> && std::is_nothrow_move_assignable_v<list<int>>);

}  // namespace

TEST_CASE("list: its room grows by the steps of CPython's list (trap 76)") {
  list<int> numbers;
  std::vector<std::size_t> rooms{numbers.capacity()};
  for (int i = 0; i != 100; ++i) {
    numbers.push_back(i);
    if (numbers.capacity() != rooms.back()) rooms.push_back(numbers.capacity());
  }
  CHECK(rooms == std::vector<std::size_t>{0, 4, 8, 16, 24, 32, 40, 52, 64, 76, 92, 108});
}

TEST_CASE("list: its room shrinks by the steps of CPython's list") {
  list<int> numbers;
  for (int i = 0; i != 100; ++i) numbers.push_back(i);
  std::vector<std::pair<std::size_t, std::size_t>> rooms;
  while (!numbers.empty()) {
    numbers.pop_back();
    if (rooms.empty() || rooms.back().second != numbers.capacity())
      rooms.emplace_back(numbers.size(), numbers.capacity());
  }
  CHECK(rooms == std::vector<std::pair<std::size_t, std::size_t>>{
                     {99, 108}, {53, 64}, {31, 40}, {19, 24}, {11, 16}, {7, 12}, {5, 8}, {1, 4}, {0, 0}});
}

TEST_CASE("list: elements that are added together get the room that CPython's extend gives them") {
  list<int> numbers{1, 2, 3};
  CHECK(numbers.capacity() == 4);
  const std::vector<int> more(50, 7);
  numbers.insert(numbers.end(), more.begin(), more.end());
  CHECK(numbers.size() == 53);
  CHECK(numbers.capacity() == 56);  // (53 + 3) & ~3: it grows by more than the rule would add
  numbers.insert(numbers.begin() + 1, 2, 9);
  CHECK(numbers[1] == 9);
  CHECK(numbers[3] == 2);
}

TEST_CASE("list: an element of the list itself can be inserted, though the insertion moves it") {
  list<std::string> words{std::string(30, 'a')};
  for (int i = 0; i != 20; ++i) words.push_back(words.front());
  for (int i = 0; i != 20; ++i) words.insert(words.begin(), words.back());
  words.insert(words.begin(), 20, words.back());
  CHECK(words.size() == 61);
  CHECK(std::ranges::count(words, std::string(30, 'a')) == 61);
}

TEST_CASE("list: random operations agree with std::vector") {
  std::mt19937 random{76};
  list<std::string> mine;
  std::vector<std::string> model;
  for (int step = 0; step != 20'000; ++step) {
    const auto at = static_cast<std::ptrdiff_t>(model.empty() ? 0 : random() % model.size());
    const std::string word = std::to_string(random() % 100) + std::string(random() % 30, 'x');
    switch (random() % 8) {
      case 0:
      case 1:
        mine.push_back(word);
        model.push_back(word);
        break;
      case 2:
        mine.insert(mine.begin() + at, word);
        model.insert(model.begin() + at, word);
        break;
      case 3:
        if (!model.empty()) {
          mine.erase(mine.begin() + at);
          model.erase(model.begin() + at);
        }
        break;
      case 4:
        if (!model.empty()) {
          mine.pop_back();
          model.pop_back();
        }
        break;
      case 5: {
        const auto last =
            at + static_cast<std::ptrdiff_t>(random() % (model.size() - static_cast<std::size_t>(at) + 1));
        mine.erase(mine.begin() + at, mine.begin() + last);
        model.erase(model.begin() + at, model.begin() + last);
        break;
      }
      case 6: {
        const std::size_t size = random() % 60;
        mine.resize(size, word);
        model.resize(size, word);
        break;
      }
      default:
        mine.insert(mine.begin() + at, random() % 5, word);
        model.insert(model.begin() + at, mine.size() - model.size(), word);
    }
    REQUIRE(std::ranges::equal(mine, model));
    REQUIRE(mine.capacity() <= std::max<std::size_t>(60, mine.size() * 2 + 8));
  }
  const auto copy = mine;
  CHECK(copy == mine);
  auto moved = std::move(mine);
  CHECK(moved == copy);
  CHECK((moved <=> copy) == std::strong_ordering::equal);
  moved.clear();
  CHECK(moved.capacity() == 0);
  CHECK_THROWS_AS(static_cast<void>(moved.at(0)), std::out_of_range);
}

TEST_CASE("list: its elements lie in the private heap, and a cycle through them is collected") {
  const std::size_t before = ouro::pool_allocator::statistics().used_bytes;
  {
    const auto root = make<node>();
    for (int i = 0; i != 3; ++i) {
      root->children.push_back(make<node>());
      root->children.back()->children.push_back(root);
    }
    CHECK(ouro::pool_allocator::statistics().used_bytes >= before + 4 * root->children.capacity() * sizeof(ptr<node>));
  }
  CHECK(ouro::gc::collect() == 4);
  CHECK(ouro::pool_allocator::statistics().used_bytes == before);
}

TEST_CASE("list: an object whose list or dict holds no edges is not tracked") {
  CHECK_FALSE(ouro::gc::is_tracked(make<counts>()));
  CHECK(ouro::gc::is_tracked(make<node>()));
}

namespace {

/// Is copied when its list grows, since its move may throw.
struct copied {
  static inline int moves = 0;
  int value = 0;
  copied(int of) : value{of} {}
  copied(const copied&) = default;
  copied(copied&& from) noexcept(false) : value{from.value} { ++moves; }
  copied& operator=(const copied&) = default;
  [[nodiscard]] bool operator==(const copied&) const = default;
};

/// An input range that gives each number once.
struct single_pass {
  using value_type = int;
  using difference_type = std::ptrdiff_t;
  int at = 0;
  int operator*() const { return at; }
  single_pass& operator++() {
    ++at;
    return *this;
  }
  void operator++(int) { ++at; }
  bool operator==(int end) const { return at == end; }
};
static_assert(std::input_iterator<single_pass> && !std::forward_iterator<single_pass>);

}  // namespace

TEST_CASE("list: is constructed, assigned and swapped as a std::vector") {
  const std::vector<int> numbers{1, 2, 3};
  const list<int> ranged(numbers.begin(), numbers.end());
  CHECK(ranged == list<int>{1, 2, 3});
  CHECK(list<int>(2, 7) == list<int>{7, 7});
  list<int> to;
  to = ranged;
  CHECK(to == ranged);
  CHECK(to.data() != ranged.data());
  const int* const there = to.data();
  list<int> moved;
  moved = std::move(to);
  CHECK(moved.data() == there);
  CHECK(to.empty());
  to = {4, 5};
  CHECK(to == list<int>{4, 5});
  swap(to, moved);
  CHECK(to.data() == there);
  CHECK(moved == list<int>{4, 5});
  moved.assign(3, 9);
  CHECK(moved == list<int>{9, 9, 9});
  moved.assign({8});
  CHECK(moved == list<int>{8});
  CHECK((list<int>{1, 2} <=> list<int>{1, 3}) == std::strong_ordering::less);
  CHECK_FALSE(list<int>{1, 2} == list<int>{1, 3});
}

TEST_CASE("list: compares as a std::vector, with longer and with shorter lists") {
  const ouro::list<int> numbers{1, 2, 3};
  CHECK(numbers != ouro::list<int>{1, 2});
  CHECK(numbers != ouro::list<int>{1, 2, 4});
  CHECK(numbers == ouro::list<int>{1, 2, 3});
  CHECK(numbers > ouro::list<int>{1, 2});
  CHECK(numbers < ouro::list<int>{1, 2, 3, 0});
  CHECK(numbers < ouro::list<int>{1, 3});
  CHECK(numbers > ouro::list<int>{});
  CHECK((numbers <=> ouro::list<int>{1, 2, 3}) == 0);
}

TEST_CASE("list: its elements are reached from both ends, and are const in a const list") {
  list<int> numbers{1, 2, 3, 4};
  const list<int>& same = numbers;
  CHECK(std::vector<int>(numbers.rbegin(), numbers.rend()) == std::vector<int>{4, 3, 2, 1});
  CHECK(std::vector<int>(same.rbegin(), same.rend()) == std::vector<int>{4, 3, 2, 1});
  *numbers.rbegin() = 5;
  numbers.data()[1] = 6;
  CHECK(same.front() == 1);
  CHECK(same[1] == 6);
  CHECK(same.at(2) == 3);
  CHECK(same.back() == 5);
  CHECK(same.data() == &same.front());
  CHECK_THROWS_AS(static_cast<void>(same.at(4)), std::out_of_range);
  CHECK(same.max_size() >= std::size_t{1} << 28);
}

TEST_CASE("list: reserve makes room for the given number, and shrink_to_fit leaves no room") {
  list<int> numbers{1, 2, 3};
  numbers.reserve(50);
  CHECK(numbers.capacity() == 50);
  CHECK(numbers.allocated_bytes() == 50 * sizeof(int));
  const int* const there = numbers.data();
  numbers.shrink_to_fit();
  CHECK(numbers.capacity() == 3);
  CHECK(numbers.data() != there);
  CHECK(numbers == list<int>{1, 2, 3});
}

TEST_CASE("list: one element, several, and an input range are inserted at the given place") {
  list<std::string> words{"a", "d"};
  std::string moved(30, 'b');
  const auto inserted = words.insert(words.cbegin() + 1, std::move(moved));
  CHECK(inserted == words.begin() + 1);
  CHECK(moved.empty());
  CHECK(*words.insert(words.cbegin() + 2, {"c", "c"}) == "c");
  CHECK(words == list<std::string>{"a", std::string(30, 'b'), "c", "c", "d"});
  list<int> numbers{7, 8};
  CHECK(*numbers.insert(numbers.cbegin() + 1, single_pass{}, 5) == 0);
  CHECK(numbers == list<int>{7, 0, 1, 2, 3, 4, 8});
  numbers.assign(single_pass{3}, 6);
  CHECK(numbers == list<int>{3, 4, 5});
}

TEST_CASE("list: elements whose move may throw are copied into new room") {
  list<copied> numbers{1, 2, 3};
  const list<copied> same = numbers;
  copied::moves = 0;
  numbers.reserve(10);  // std::vector's own
  numbers.shrink_to_fit();
  CHECK(copied::moves == 0);
  CHECK(numbers == same);
}

TEST_CASE("list: keeps its room where there is no memory for a smaller one") {
  using ouro::test::failing_allocator;
  using small_memory = ouro::memory<ouro::local_refcount, ouro::no_collector, failing_allocator>;
  {
    list<int, small_memory> numbers;
    for (int i = 0; i != 5; ++i) numbers.push_back(i);
    CHECK(numbers.capacity() == 8);
    for (int i = 0; i != 3; ++i) numbers.pop_back();  // CPython gives two elements room for eight, and one for four
    failing_allocator::fail_after(0);
    numbers.pop_back();
    CHECK(failing_allocator::has_failed);
    CHECK(numbers.capacity() == 8);
    CHECK(numbers == list<int, small_memory>{0});
  }
  CHECK(failing_allocator::used == 0);
}
