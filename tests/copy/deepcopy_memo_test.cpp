#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

using ouro::copy;
using ouro::deepcopy;
using ouro::make;
using ouro::ptr;
using ouro::test::counted;

namespace {

/// Notes the order in which copies are made.
struct noted : counted<noted> {
  static inline std::string log;

  explicit noted(char called = '?') : name{called} {}
  noted(const noted& from) : counted<noted>{from}, name{from.name}, x{from.x}, y{from.y} { log += name; }
  void trace(auto&& visit) { visit(x, y); }

  char name;
  ptr<noted> x;
  ptr<noted> y;
};

struct graph {
  ptr<noted> a = make<noted>('a');
  ptr<noted> b = make<noted>('b');
  ptr<noted> c = make<noted>('c');
  ptr<noted> d = make<noted>('d');
};

}  // namespace

TEST_CASE("deepcopy_memo: a memo that is used again knows what it has copied") {
  graph of;
  of.a->x = of.c;
  of.b->x = of.c;
  ouro::deepcopy_memo<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator> memo;
  const auto a = memo.copy_of(of.a);
  const auto b = memo.copy_of(of.b);
  CHECK(a->x == b->x);
  CHECK(a->x != of.c);
  CHECK(memo.copy_of(of.a) == a);
}

namespace {

struct node {
  static inline int alive = 0;
  static inline int copies_until_throw = -1;

  explicit node(int number = 0) : value{number} { ++alive; }
  node(const node& from) : value{from.value}, left{from.left}, right{from.right}, more{from.more} {
    if (copies_until_throw == 0) throw std::runtime_error{"no more copies"};
    if (copies_until_throw > 0) --copies_until_throw;
    ++alive;
  }
  node& operator=(const node&) = delete;
  ~node() { --alive; }
  void trace(auto&& visit) { visit(left, right, more); }

  int value;
  ptr<node> left;
  ptr<node> right;
  std::vector<ptr<node>> more;
};

/// Its deep_copy asks for copies of temporaries.
struct copies_temporaries {
  std::vector<ptr<node>> made;

  template <class Memo>
  [[nodiscard]] ptr<copies_temporaries> deep_copy(Memo& memo) const {
    auto copy = make<copies_temporaries>();
    for (int i = 0; i != 3; ++i) copy->made.push_back(memo.copy_of(make<node>(i)));
    return copy;
  }
  void trace(auto&& visit) { visit(made); }
};

}  // namespace

TEST_CASE("deepcopy_memo: a temporary that was copied is not taken for the next one at its address") {
  const auto original = make<copies_temporaries>();
  const auto made = deepcopy(original);
  REQUIRE(made->made.size() == 3);
  for (int i = 0; i != 3; ++i) CHECK(made->made[static_cast<std::size_t>(i)]->value == i);
  CHECK(node::alive == 3);
}
