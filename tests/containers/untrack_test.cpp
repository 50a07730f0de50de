#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>

using ouro::attributes;
using ouro::frozen_list;
using ouro::make;
using ouro::ptr;

namespace {

struct node {
  attributes<ptr<node>> members;
  frozen_list<ptr<node>> fixed;
};

template <class Memory>
struct cyclic {
  frozen_list<typename Memory::template ptr<cyclic>, Memory> list;
  ouro::basic_tuple<Memory, int, typename Memory::template ptr<cyclic>> pair;
};

}  // namespace

TEST_CASE_TEMPLATE("untrack: a frozen_list or tuple is untracked if all that it points to is", Memory,
                   ouro::default_memory, ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>) {
  using pointer = typename Memory::template ptr<cyclic<Memory>>;
  const auto tracked = Memory::template make<cyclic<Memory>>();
  const frozen_list<pointer, Memory> with{tracked, nullptr};
  CHECK(Memory::gc::is_tracked(with.block()));
  const ouro::basic_tuple<Memory, int, pointer> pair_with{1, tracked};
  CHECK(Memory::gc::is_tracked(pair_with.block()));
  const frozen_list<pointer, Memory> without{nullptr, nullptr};
  CHECK_FALSE(Memory::gc::is_tracked(without.block()));
  const std::size_t candidates = Memory::gc::count();
  {
    const auto copy = without;
  }
  CHECK(Memory::gc::count() == candidates);
  const ouro::basic_tuple<Memory, int, pointer> pair{1, nullptr};
  CHECK_FALSE(Memory::gc::is_tracked(pair.block()));
}

TEST_CASE("untrack: a frozen_list of untracked lists is untracked") {
  const frozen_list<ptr<node>> inner{nullptr, nullptr};
  CHECK_FALSE(ouro::gc::is_tracked(inner.block()));
  const frozen_list<frozen_list<ptr<node>>> outer{inner, inner};
  CHECK_FALSE(ouro::gc::is_tracked(outer.block()));
  const frozen_list<frozen_list<ptr<node>>> other{inner, frozen_list<ptr<node>>{make<node>()}};
  CHECK(ouro::gc::is_tracked(other.block()));
}
