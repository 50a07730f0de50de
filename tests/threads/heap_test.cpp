// A private heap that threads enter in turn, and blocks of it that are freed by threads outside it.

#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using ouro::heap;
using ouro::make;
using ouro::ptr;
using ouro::test::counted;

namespace {

struct node : counted<node, std::atomic<int>> {
  explicit node(std::string called) : name{called} {}
  void trace(auto&& visit) { visit(next, self); }

  ouro::interned_string name;
  ptr<node> next;
  ptr<node> self;
};

using ints = std::vector<int, ouro::standard_allocator<int>>;

}  // namespace

TEST_CASE("heap: threads that enter a heap in turn each find what the others left") {
  constexpr int threads = 4;
  constexpr int turns = 300;
  std::mutex mutex;
  int made = 0;
  {
    heap h;
    ptr<node> list;
    std::uint64_t collected = 0;
    const auto work = [&](int number) {
      for (int i = 0; i != turns; ++i) {
        // The thread's own objects live before, during and after its turn.
        const auto own = make<node>("own");
        own->self = own;
        {
          const std::lock_guard lock{mutex};
          const heap::scope in{h};
          auto first = make<node>("shared by turns");
          REQUIRE((list == nullptr || first->name == list->name));
          first->next = std::move(list);
          list = std::move(first);
          ++made;
          const auto garbage = make<node>(std::to_string(number));
          garbage->self = garbage;
          if (i % 50 == 0) collected += ouro::gc::collect();
        }
        own->self.reset();
      }
    };
    std::vector<std::thread> running;
    for (int i = 0; i != threads; ++i) running.emplace_back(work, i);
    for (std::thread& each : running) each.join();

    CHECK(made == threads * turns);
    const heap::scope in{h};
    collected += ouro::gc::collect();
    CHECK(collected == threads * turns);
    CHECK(node::alive == made);
    int length = 0;
    for (const node* at = list.get(); at != nullptr; at = at->next.get()) ++length;
    CHECK(length == made);
    list.reset();
    CHECK(node::alive == 0);
    CHECK(h.statistics().used_blocks == 0);
  }
}

TEST_CASE("heap: several threads use a private heap each at the same time") {
  std::vector<std::thread> running;
  for (int i = 0; i != 4; ++i) {
    running.emplace_back([] {
      for (int round = 0; round != 20; ++round) {
        heap h{std::size_t{4} << 20};
        const heap::scope in{h};
        for (int made = 0; made != 200; ++made) {
          const auto looped = make<node>("looped");
          looped->self = looped;
        }
      }
    });
  }
  for (std::thread& each : running) each.join();
  CHECK(node::alive == 0);
}

TEST_CASE("heap: other threads may free its blocks while it is in use, and it may end as soon as they have") {
  for (int round = 0; round != 20; ++round) {
    heap h;
    std::vector<ints> given;
    {
      const heap::scope in{h};
      for (std::size_t i = 0; i != 400; ++i) given.emplace_back(i % 40 == 0 ? 1000 : i % 100 + 1);
    }
    std::thread other{[&] { given.clear(); }};
    {
      const heap::scope in{h};
      std::vector<ints> mine;
      for (std::size_t i = 0; i != 400; ++i) mine.emplace_back(i % 40 == 0 ? 1000 : i % 100 + 1);
    }
    other.join();
    CHECK(h.statistics().large_blocks == 0);
    h.trim();
    CHECK(h.statistics().used_blocks == 0);
  }
}
