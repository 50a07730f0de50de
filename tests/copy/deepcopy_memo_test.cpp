#include "copy/copied_node.hpp"
#include "copy/noted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

using ouro::copy;
using ouro::deepcopy;
using ouro::make;
using ouro::ptr;
using ouro::test::graph;
using node = ouro::test::copied_node;

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
