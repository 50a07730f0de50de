#include "support/counted.hpp"
#include "support/failing_allocator.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <new>
#include <utility>
#include <vector>

// Each allocation of a deep copy fails once.

namespace {

using ouro::test::counted;
using ouro::test::failing_allocator;

template <class Memory>
struct failing_node : counted<failing_node<Memory>> {
  using pointer = typename Memory::template ptr<failing_node>;
  using memo_type =
      ouro::deepcopy_memo<typename Memory::refcount, typename Memory::collector, typename Memory::allocator>;

  explicit failing_node(bool does_it) : copies_itself{does_it} {}
  failing_node(const failing_node& from) : counted<failing_node>{from}, copies_itself{from.copies_itself} {}
  void trace(auto&& visit) { visit(next, back, pair); }

  /// Takes so much of the stack that few calls can nest.
  [[nodiscard]] pointer deep_copy(memo_type& memo) const {
    volatile char room[memo_type::most_stack / 2];
    room[0] = 1;
    pointer made = Memory::template make<failing_node>(*this);
    room[1] = room[0];
    if (copies_itself) memo.remember(*this, made);
    made->next = memo.copy_of(next);
    made->pair = memo.copy_of(pair);
    made->back = memo.copy_of(back);
    return made;
  }

  bool copies_itself;
  pointer next;
  pointer back;
  ouro::basic_tuple<Memory, pointer, int> pair;
};

/// Is copied by its copy constructor.
template <class Memory>
struct failing_holder {
  using pointer = typename Memory::template ptr<failing_holder>;
  typename failing_node<Memory>::pointer first;
  pointer itself;
  ouro::basic_tuple<Memory, pointer, int> pair;
  typename Memory::template ptr<pointer[]> array;
};

}  // namespace

TEST_CASE_TEMPLATE("deepcopy: a copy that runs out of memory, at any allocation, leaves nothing (trap 75)", Memory,
                   ouro::memory<ouro::local_refcount, ouro::trial_deletion, failing_allocator>,
                   ouro::memory<ouro::atomic_refcount, ouro::no_collector, failing_allocator>) {
  using node = failing_node<Memory>;
  using holder = failing_holder<Memory>;
  constexpr int nodes = 9;
  std::size_t failures = 0;
  {
    std::vector<typename node::pointer> all;
    for (int i = 0; i != nodes; ++i) {
      all.push_back(Memory::template make<node>(true));
      if (i != 0) {
        all[static_cast<std::size_t>(i - 1)]->next = all.back();
        all.back()->back = all[static_cast<std::size_t>(i / 2)];
        all.back()->pair = {all.back(), i};
      }
    }
    all.back()->next = all[5];
    const auto root = Memory::template make<holder>(all.front());
    root->itself = root;
    root->pair = {root, 1};
    root->array = Memory::template make<typename holder::pointer[]>(3, root);
    Memory::gc::collect();
    const std::size_t blocks = failing_allocator::blocks.size();
    std::vector<long> counts;
    for (const auto& each : all) counts.push_back(each.use_count());
    bool is_done = false;
    for (std::size_t nth = 0; !is_done; ++nth) {
      failing_allocator::fail_after(nth);
      typename holder::pointer made;
      try {
        made = ouro::deepcopy(root);
      } catch (const std::bad_alloc&) {
        ++failures;
      }
      is_done = !failing_allocator::has_failed;
      failing_allocator::fail_after(failing_allocator::never);
      if (made == nullptr) {
        REQUIRE(failing_allocator::blocks.size() == blocks);
        REQUIRE(node::alive == nodes);
        continue;
      }
      CHECK(node::alive == 2 * nodes);
      CHECK(made->array[2] == made);
      CHECK(ouro::get<0>(made->pair) == made);
      // Without a collector the test cuts the cycles.
      made->itself = nullptr;
      made->pair = {};
      for (auto at = made->first; at;) {
        at->pair = {};
        at->back = nullptr;
        at = std::exchange(at->next, nullptr);
      }
      made->array = nullptr;
    }
    for (std::size_t i = 0; i != counts.size(); ++i) CHECK(all[i].use_count() == counts[i]);
    root->itself = nullptr;
    root->pair = {};
    root->array = nullptr;
    for (const auto& each : all) {
      each->next = nullptr;
      each->back = nullptr;
      each->pair = {};
    }
  }
  Memory::gc::collect();
  CHECK(failures >= 8);
  CHECK(node::alive == 0);
  CHECK(failing_allocator::blocks.empty());
  CHECK_FALSE(failing_allocator::is_misused);
}
