#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <string>
#include <tuple>
#include <utility>

using ouro::frozen_list;
using ouro::make;
using ouro::ptr;

namespace {

struct cyclic {
  ouro::tuple<int, ptr<cyclic>> pair;
};

}  // namespace

TEST_CASE("tuple: elements are reached by number and by structured binding, and compared by value") {
  const auto made = ouro::make_tuple(1, std::string{"two"}, 3.0);
  const auto& [one, two, three] = made;
  CHECK(one == 1);
  CHECK(two == "two");
  CHECK(ouro::get<2>(made) == three);
  static_assert(std::tuple_size_v<ouro::tuple<int, int>> == 2);
  CHECK(made == ouro::make_tuple(1, std::string{"two"}, 3.0));
  CHECK(ouro::make_tuple(1, 2) < ouro::make_tuple(1, 3));
  const auto copy = made;
  CHECK(copy.is(made));
  CHECK(ouro::tuple<>{} == ouro::tuple<>{});
}

TEST_CASE("tuple: tuples are equal if their elements are, and a moved-from tuple has none") {
  auto one = ouro::make_tuple(1, std::string{"a"});
  CHECK(one == ouro::make_tuple(1, std::string{"a"}));
  CHECK_FALSE(one == ouro::make_tuple(1, std::string{"b"}));
  const auto kept = std::move(one);
  CHECK_FALSE(one == kept);
  CHECK_FALSE(kept == one);
  CHECK(ouro::tuple<>{} == ouro::tuple<>{});
}

TEST_CASE("tuple: a cycle through a tuple is collected") {
  {
    const auto one = make<cyclic>();
    one->pair = ouro::tuple<int, ptr<cyclic>>{7, one};
  }
  CHECK(ouro::gc::collect() == 2);  // and the block of the tuple
}

namespace {

struct last_word {
  std::string* said;
  char name;
  last_word(std::string* to, char called) : said{to}, name{called} {}
  last_word(const last_word&) = delete;
  last_word& operator=(const last_word&) = delete;
  ~last_word() { *said += name; }
  void trace(auto&&) {}
};

}  // namespace

TEST_CASE("tuple: elements of a tuple and of a frozen_list are destroyed from the last to the first") {
  std::string said;
  const auto word = [&](char name) { return make<last_word>(&said, name); };
  const int number = 5;
  {
    const auto made = ouro::make_tuple(word('a'), 1, word('b'), word('c'));
  }
  CHECK(std::exchange(said, {}) == "cba");
  static_cast<void>(make<std::tuple<ptr<last_word>, const int&, const ptr<last_word>>>(word('a'), number, word('b')));
  CHECK(std::exchange(said, {}) == "ba");
  {
    const frozen_list<ptr<last_word>> made{word('a'), word('b'), word('c')};
  }
  CHECK(std::exchange(said, {}) == "cba");
}
