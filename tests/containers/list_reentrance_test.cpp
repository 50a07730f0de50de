// Elements of a list use the list in the middle of its operations.

#include "support/gc_settings.hpp"
#include "support/reentrance.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ouro::test;
using ouro::make;
using ouro::ptr;

namespace {

template <class Element>
using list_of = ouro::list<Element>;

template <class Element>
[[nodiscard]] std::vector<step<list_of<Element>>> list_operations() {
  using home_type = home<list_of<Element>>;
  return {
      {"push_back", [](home_type& at) { at.items.push_back(made<Element>(9)); }},
      {"push_back of a copy",
       [](home_type& at) {
         const auto more = several<Element>();
         at.items.push_back(more.front());
       }},
      {"push_back into new room",
       [](home_type& at) {
         for (int i = 0; i != 5 && live_home<list_of<Element>>() != nullptr; ++i) at.items.push_back(made<Element>(9));
       }},
      {"pop_back", [](home_type& at) { at.items.pop_back(); }},
      {"insert", [](home_type& at) { at.items.insert(at.items.begin() + 1, made<Element>(9)); }},
      {"insert several", [](home_type& at) { at.items.insert(at.items.begin() + 1, 3, made<Element>(9)); }},
      {"insert a range",
       [](home_type& at) {
         const auto more = several<Element>();
         at.items.insert(at.items.begin() + 1, more.begin(), more.end());
       }},
      {"erase the first", [](home_type& at) { at.items.erase(at.items.begin()); }},
      {"erase the last", [](home_type& at) { at.items.erase(at.items.end() - 1); }},
      {"erase a range", [](home_type& at) { at.items.erase(at.items.begin() + 1, at.items.begin() + 4); }},
      {"erase all", [](home_type& at) { at.items.erase(at.items.begin(), at.items.end()); }},
      {"resize to fewer", [](home_type& at) { at.items.resize(2); }},
      {"resize to more", [](home_type& at) { at.items.resize(20); }},
      {"reserve", [](home_type& at) { at.items.reserve(30); }},
      {"shrink_to_fit", [](home_type& at) { at.items.shrink_to_fit(); }},
      {"clear", [](home_type& at) { at.items.clear(); }},
      {"assign a range",
       [](home_type& at) {
         const auto more = several<Element>();
         at.items.assign(more.begin(), more.end());
       }},
      {"assign several", [](home_type& at) { at.items.assign(3, made<Element>(9)); }},
      {"copy from", [](home_type& at) { const list_of<Element> copy{at.items}; }},
      {"copy to", [](home_type& at) { at.items = at.other; }},
      {"move from", [](home_type& at) { const list_of<Element> moved{std::move(at.items)}; }},
      {"move to", [](home_type& at) { at.items = std::move(at.other); }},
      {"swap", [](home_type& at) { at.items.swap(at.other); }},
      {"compare", [](home_type& at) { static_cast<void>(at.items == at.other); }},
      {"compare with itself", [](home_type& at) { static_cast<void>(at.items == at.items); }},
      ending<list_of<Element>>(),
  };
}

template <class Element>
[[nodiscard]] std::vector<step<list_of<Element>>> list_actions() {
  using home_type = home<list_of<Element>>;
  return {
      {"nothing", [](home_type&) {}},
      {"clear", [](home_type& at) { at.items.clear(); }},
      {"erase the first",
       [](home_type& at) {
         if (!at.items.empty()) at.items.erase(at.items.begin());
       }},
      {"erase all but one",
       [](home_type& at) {
         if (at.items.size() > 1) at.items.erase(at.items.begin() + 1, at.items.end());
       }},
      {"pop_back",
       [](home_type& at) {
         if (!at.items.empty()) at.items.pop_back();
       }},
      {"push_back", [](home_type& at) { at.items.push_back(made<Element>(7)); }},
      {"push_back of many",
       [](home_type& at) {
         for (int i = 0; i != 20; ++i) at.items.push_back(made<Element>(7));
       }},
      {"insert", [](home_type& at) { at.items.insert(at.items.begin(), made<Element>(7)); }},
      {"insert several", [](home_type& at) { at.items.insert(at.items.begin(), 30, made<Element>(7)); }},
      {"resize to fewer",
       [](home_type& at) {
         if (at.items.size() > 1) at.items.resize(1);
       }},
      {"resize to more", [](home_type& at) { at.items.resize(40); }},
      {"reserve", [](home_type& at) { at.items.reserve(100); }},
      {"shrink_to_fit", [](home_type& at) { at.items.shrink_to_fit(); }},
      {"assign", [](home_type& at) { at.items = at.other; }},
      {"assign itself", [](home_type& at) { at.items = list_of<Element>{at.items}; }},
      {"move to", [](home_type& at) { at.items = std::move(at.other); }},
      {"move from", [](home_type& at) { at.other = std::move(at.items); }},
      {"swap", [](home_type& at) { at.items.swap(at.other); }},
      {"iterate",
       [](home_type& at) {
         for (const Element& each : at.items) check_intact(each);
       }},
      {"collect", [](home_type& at) { collect_around(at); }},
  };
}

template <class Element>
void fill_list(list_of<Element>& items, int from) {
  for (int i = 0; i != 6; ++i) items.push_back(made<Element>(from + i));
}

}  // namespace

TEST_CASE_TEMPLATE("list: the destructor of an element may do anything to the list", Element, ptr<pointee>, element,
                   throwing_element) {
  auto actions = list_actions<Element>();
  actions.push_back(ending<list_of<Element>>());
  CHECK(try_all<list_of<Element>>(&fill_list<Element>, list_operations<Element>(), actions, moment::destruction));
}

TEST_CASE_TEMPLATE("list: the move or copy of an element may do anything to the list but end it", Element, element,
                   throwing_element) {
  auto actions = list_actions<Element>();
  if (std::is_same_v<Element, throwing_element>) actions.push_back(throwing<list_of<Element>>());
  CHECK(try_all<list_of<Element>>(&fill_list<Element>, list_operations<Element>(), actions, moment::move));
  if (std::is_same_v<Element, element>) actions.push_back(throwing<list_of<Element>>());
  CHECK(try_all<list_of<Element>>(&fill_list<Element>, list_operations<Element>(), actions, moment::copy));
}

TEST_CASE_TEMPLATE("list: the comparison of an element may do anything to the list but end it", Element, element,
                   throwing_element) {
  auto actions = list_actions<Element>();
  actions.push_back(throwing<list_of<Element>>());
  CHECK(try_all<list_of<Element>>(&fill_list<Element>, list_operations<Element>(), actions, moment::comparison));
}

TEST_CASE_TEMPLATE("list: a collection that begins inside an operation of the list finds it valid", Element,
                   ptr<pointee>, element, throwing_element) {
  const ouro::test::eager_collections<> eager;
  const std::vector<step<list_of<Element>>> collect{{"collect", &collect_around<list_of<Element>>}};
  for (const moment at : {moment::destruction, moment::move, moment::copy, moment::comparison}) {
    const bool has_rung = try_all<list_of<Element>>(&fill_list<Element>, list_operations<Element>(), collect, at);
    CHECK((has_rung || std::is_same_v<Element, ptr<pointee>>));
  }
}

TEST_CASE("list: an element that a destructor adds to a dying list is destroyed with it, last but one") {
  {
    ouro::list<element> items;
    items.push_back(element{1});
    bell::action = [&items] { items.push_back(element{2}); };
    bell::left = 1;
    bell::rings_at = moment::destruction;
  }
  bell::rings_at = moment::never;
  CHECK(bell::left == 0);
  CHECK(bell::alive == 0);
}

TEST_CASE("list: an allocation that changes the list is repeated if it is still needed") {
  using numbers = ouro::list<int, calling_memory>;
  const auto fill = [](numbers& items) {
    for (int i = 0; i != 20; ++i) items.push_back(7);
  };
  {
    numbers grown{1, 2};
    calling_allocator::action = [&] { fill(grown); };
    grown.push_back(3);
    CHECK(grown.size() == 23);
    CHECK(grown[1] == 2);
    CHECK(grown.back() == 3);

    numbers reserved{1, 2};
    calling_allocator::action = [&] { fill(reserved); };
    reserved.reserve(5);
    CHECK(reserved.size() == 22);

    numbers cleared{1, 2, 3, 4};
    calling_allocator::action = [&] { cleared.clear(); };
    const auto behind = cleared.erase(cleared.begin() + 1, cleared.begin() + 3);
    CHECK(behind == cleared.end());
    CHECK(cleared.empty());
  }
  CHECK(calling_allocator::blocks == 0);
}

TEST_CASE("list: a range is erased element by element, last first, where there is no memory to move it out") {
  using words = ouro::list<element, calling_memory>;
  {
    std::vector<int> order;
    words items;
    for (int i = 0; i != 8; ++i) items.push_back(element{i});
    bell::action = [&] { order.push_back(static_cast<int>(items.size())); };
    bell::left = 100;
    bell::rings_at = moment::destruction;
    calling_allocator::failures = 1;
    const auto behind = items.erase(items.begin() + 1, items.begin() + 4);
    bell::rings_at = moment::never;
    CHECK(behind->id == 4);
    CHECK(order == std::vector<int>{7, 6, 5});
    CHECK(items.size() == 5);

    // The destructor of the first one erases the others.
    bell::action = [&] { items.clear(); };
    bell::left = 1;
    bell::rings_at = moment::destruction;
    calling_allocator::failures = 1;
    const auto end = items.erase(items.begin(), items.begin() + 3);
    bell::rings_at = moment::never;
    CHECK(end == items.end());
    CHECK(items.empty());
  }
  {
    auto items = std::make_unique<words>();
    for (int i = 0; i != 8; ++i) items->push_back(element{i});
    bell::action = [&] { items.reset(); };
    bell::left = 1;
    bell::rings_at = moment::destruction;
    calling_allocator::failures = 1;
    CHECK(items->erase(items->begin(), items->begin() + 3) == words::iterator{});
    bell::rings_at = moment::never;
  }
  CHECK(calling_allocator::failures == 0);
  CHECK(bell::alive == 0);
  CHECK(calling_allocator::blocks == 0);
}

TEST_CASE("list: a failed allocation while elements are compared leaves the list as it was") {
  using words = ouro::list<element, calling_memory>;
  {
    words items;
    for (int i = 0; i != 4; ++i) items.push_back(element{i});
    const element* const first = items.data();
    bool has_thrown = false;
    bell::action = [&] {
      calling_allocator::failures = 1;
      try {
        items.pop_back();
      } catch (const std::bad_alloc&) {
        has_thrown = true;
      }
    };
    bell::left = 1;
    bell::rings_at = moment::comparison;
    CHECK(items == items);
    bell::rings_at = moment::never;
    CHECK(has_thrown);
    CHECK(items.size() == 4);
    CHECK(items.data() == first);
  }
  CHECK(bell::alive == 0);
  CHECK(calling_allocator::blocks == 0);
}

TEST_CASE("list: elements are destroyed from the last to the first, as in CPython and in arrays") {
  struct last_words {
    std::vector<int>* said;
    int id;
    last_words(std::vector<int>* to, int called) : said{to}, id{called} {}
    last_words(last_words&& from) noexcept : said{std::exchange(from.said, nullptr)}, id{from.id} {}
    last_words& operator=(last_words&& from) noexcept {
      said = std::exchange(from.said, nullptr);
      id = from.id;
      return *this;
    }
    ~last_words() {
      if (said != nullptr) said->push_back(id);
    }
  };
  std::vector<int> said;
  const auto six = [&] {
    ouro::list<last_words> all;
    for (int i = 0; i != 6; ++i) all.emplace_back(&said, i);
    return all;
  };
  {
    auto all = six();
    all.clear();
  }
  CHECK(std::exchange(said, {}) == std::vector<int>{5, 4, 3, 2, 1, 0});
  static_cast<void>(six());
  CHECK(std::exchange(said, {}) == std::vector<int>{5, 4, 3, 2, 1, 0});
  {
    auto all = six();
    all.erase(all.begin() + 1, all.begin() + 4);
    CHECK(std::exchange(said, {}) == std::vector<int>{3, 2, 1});
    all = six();
    CHECK(std::exchange(said, {}) == std::vector<int>{5, 4, 0});
  }
}

TEST_CASE("list: a list made of n elements has room for n rounded up to even, as in CPython") {
  const std::vector<int> numbers(5, 7);
  for (std::size_t i = 0; i != 6; ++i) {
    const ouro::list<int> made(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(made.capacity() == (i + 1) / 2 * 2);
  }
  CHECK(ouro::list<int>{1}.capacity() == 2);
  CHECK(ouro::list<int>{1, 2, 3}.capacity() == 4);
  CHECK(ouro::list<int>(3, 9).capacity() == 3);
  const ouro::list<int> copied{ouro::list<int>{1, 2, 3}};
  CHECK(ouro::list<int>(copied).capacity() == 3);
}
