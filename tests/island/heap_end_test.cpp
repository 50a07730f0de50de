// The heap that the blocks of an island came from ends before the objects do, or after them.

#include "island/nodes.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

using namespace ouro::test;
using ouro::heap;
using ouro::island;
using ouro::make;
using ouro::ptr;

namespace {

using node = island_node<>;

/// With memory of every kind: of pools, large, and of containers in the heap.
struct document : counted<document, std::atomic<int>> {
  void trace(auto&& visit) { visit(self, large, list, text); }

  ptr<document> self;
  ptr<std::array<char, 5000>> large = make<std::array<char, 5000>>();
  ouro::list<int> list;
  std::vector<int, ouro::standard_allocator<int>> numbers;
  ouro::interned_string text;
};

ptr<document> make_document(int of) {
  auto made = make<document>();
  made->self = made;
  made->list.push_back(of);
  made->numbers.assign(1000, of);
  made->text = ouro::interned_string{"text number " + std::to_string(of)};
  return made;
}

/// A document from a heap that has ended.
island<document> orphan(int of) {
  heap apart;
  ptr<document> root;
  {
    const heap::scope in{apart};
    root = make_document(of);
  }
  return apart.detach(std::move(root));
}

/// How many private heaps wait for the end of objects that have left them.
std::size_t waiting_heaps() { return ouro::detail::ended_with_islands.size(); }

}  // namespace

TEST_CASE("island: objects outlive the private heap that they came from") {
  island<document> gone = orphan(3);
  CHECK(waiting_heaps() == 1);
  elsewhere([&] {
    const auto here = std::move(gone).open();
    CHECK(here->self == here);
    CHECK(here->list[0] == 3);
    CHECK(here->numbers[999] == 3);
    here->large->fill('x');
    here->list.push_back(4);
    here->self.reset();
  });
  CHECK(document::alive == 0);
  CHECK(waiting_heaps() == 1);  // nobody has looked since
  const heap another;
  CHECK(waiting_heaps() == 0);
}

TEST_CASE("island: an island that nobody opens outlives its heap") {
  {
    const auto gone = orphan(3);
    CHECK(document::alive == 1);
  }
  CHECK(document::alive == 0);
  const heap another;
  CHECK(waiting_heaps() == 0);
}

TEST_CASE("island: a heap whose islands have all died ends as a whole") {
  {
    heap apart;
    const heap::scope in{apart};
    auto root = make_document(1);
    {
      const auto gone = leave(root);
    }
    CHECK(document::alive == 0);
  }
  CHECK(waiting_heaps() == 0);
}

TEST_CASE("island: a heap waits for a large block, and for a block in a container alone") {
  using numbers = std::vector<int, ouro::standard_allocator<int>>;
  numbers kept;
  {
    heap apart;
    island<numbers> gone;
    {
      const heap::scope in{apart};
      auto root = make<numbers>(10'000, 3);
      gone = leave(root);
    }
    kept = std::move(*std::move(gone).open());
  }
  CHECK(waiting_heaps() == 1);
  CHECK(kept[9999] == 3);
  kept = numbers{};
  const heap another;
  CHECK(waiting_heaps() == 0);
}

TEST_CASE("island: of many heaps, those whose objects live wait") {
  std::vector<island<document>> gone;
  for (int i = 0; i != 10; ++i) gone.push_back(orphan(i));
  CHECK(waiting_heaps() == 10);
  for (int i = 0; i != 10; i += 2) gone[static_cast<std::size_t>(i)] = {};
  CHECK(document::alive == 5);
  {
    const heap another;
  }
  CHECK(waiting_heaps() == 5);
  elsewhere([&] { gone.clear(); });
  {
    const heap another;
  }
  CHECK(waiting_heaps() == 0);
}

TEST_CASE("island: what else is left in a heap stays undestroyed, as without islands") {
  island<document> gone;
  node* left = nullptr;
  {
    heap apart;
    const heap::scope in{apart};
    left = make<node>().release();
    auto root = make_document(3);
    gone = leave(root);
  }
  CHECK(node::alive == 1);
  gone = {};
  CHECK(document::alive == 0);
  {
    const heap another;
  }
  CHECK(waiting_heaps() == 1);  // it has a block in use still
  if constexpr (ouro::check_level == 0) CHECK(left->number == 0);
  --node::alive;
}

TEST_CASE("island: the thread that the blocks came from ends, and another one reclaims its pools") {
  island<node> gone;
  elsewhere([&] {
    auto root = make<node>(1);
    for (int i = 0; i != 1000; ++i) root->edges.push_back(make<node>(i));
    gone = leave(root);
  });
  elsewhere([&] {
    std::vector<ptr<node>> own;
    for (int i = 0; i != 1000; ++i) own.push_back(make<node>(i));
    const auto here = std::move(gone).open();
    for (std::size_t i = 0; i != 1000; ++i) CHECK(here->edges[i]->number == static_cast<int>(i));
  });
  CHECK(node::alive == 0);
}

TEST_CASE("island: opened in a private heap, from where it leaves again, or where it ends") {
  auto first = make_document(1);
  auto second = make_document(2);
  auto gone_first = leave(first);
  auto gone_second = leave(second);
  {
    heap apart;
    {
      const heap::scope in{apart};
      first = std::move(gone_first).open();
      second = std::move(gone_second).open();
      first->numbers.assign(3000, 7);  // in that heap
    }
    gone_first = apart.detach(std::move(first));
    {
      const heap::scope in{apart};
      second.reset();  // garbage, which ends with the heap
    }
  }
  CHECK(document::alive == 1);
  CHECK(waiting_heaps() >= 1);
  CHECK(std::move(gone_first).open()->numbers[2999] == 7);
  ouro::gc::collect();
  CHECK(document::alive == 0);
}

TEST_CASE("island: blocks go home to the heap that lives on") {
  heap::current().trim();  // what earlier tests have freed elsewhere
  const std::size_t before = heap::current().statistics().used_blocks;
  auto root = make<node>();
  for (int i = 0; i != 1000; ++i) root->edges.push_back(make<node>(i));
  auto gone = leave(root);
  CHECK(heap::current().statistics().used_blocks == before + 1001);
  elsewhere([&] { std::move(gone).open().reset(); });
  heap::current().trim();
  CHECK(heap::current().statistics().used_blocks == before);
}
