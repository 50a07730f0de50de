// Threads that hand islands on: each object is used by one thread at a time, and its counts are not atomic.

#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using ouro::heap;
using ouro::test::counted;

namespace {

using walking = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;

template <class Memory>
struct message : counted<message<Memory>, std::atomic<int>> {
  void trace(auto&& visit) { visit(parts, first, ring, name, counts); }

  std::vector<typename Memory::template ptr<message>> parts;
  typename Memory::template weak<message> first;
  typename Memory::template ptr<message> ring;
  ouro::interned_string name;
  ouro::dict<ouro::interned_string, int> counts;
  std::vector<int, typename Memory::template std_allocator<int>> numbers;
};

template <class Memory>
typename Memory::template ptr<message<Memory>> make_message(int of) {
  auto root = Memory::template make<message<Memory>>();
  for (int i = 0; i != 5; ++i) {
    auto part = Memory::template make<message<Memory>>();
    part->first = root;
    part->ring = part;
    part->name = ouro::interned_string{"part number " + std::to_string((of + i) % 7)};
    part->numbers.assign(40, of);
    root->counts[part->name] = i;
    root->parts.push_back(std::move(part));
  }
  root->name = root->parts[0]->name;
  return root;
}

template <class Memory>
bool is_whole(const typename Memory::template ptr<message<Memory>>& root) {
  bool whole = root->name == root->parts[0]->name;
  for (const auto& each : root->parts) {
    whole = whole && each->first.lock() == root && each->ring == each && root->counts.contains(each->name);
    whole = whole && each->name == ouro::interned_string{each->name.view()};
  }
  return whole;
}

/// A queue between threads.
template <class T>
class channel {
 public:
  void send(T sent) {
    const std::lock_guard lock{mutex_};
    waiting_.push(std::move(sent));
    changed_.notify_one();
  }
  void close() {
    const std::lock_guard lock{mutex_};
    is_closed_ = true;
    changed_.notify_all();
  }
  std::optional<T> receive() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return is_closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return std::nullopt;
    T next = std::move(waiting_.front());
    waiting_.pop();
    return next;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<T> waiting_;
  bool is_closed_ = false;
};

}  // namespace

TEST_CASE_TEMPLATE("island: threads hand structures on, in a pipeline", Memory, ouro::default_memory, walking) {
  using island = typename Memory::template island<message<Memory>>;
  constexpr int messages = 2000;
  channel<island> first;
  channel<island> second;
  std::atomic<int> seen = 0;
  std::atomic<int> whole = 0;
  std::thread maker{[&] {
    std::vector<typename Memory::template ptr<message<Memory>>> kept;
    for (int i = 0; i != messages; ++i) {
      auto made = make_message<Memory>(i);
      if (i % 100 == 0) kept.push_back(make_message<Memory>(i));  // lies among those that leave
      first.send(Memory::heap::current().detach(std::move(made)));
      if (i % 500 == 0) Memory::gc::collect();
    }
    for (const auto& each : kept) whole += is_whole<Memory>(each) ? 0 : messages;
    first.close();
  }};
  std::thread changer{[&] {
    while (auto next = first.receive()) {
      auto here = std::move(*next).open();
      here->parts.push_back(Memory::template make<message<Memory>>());
      here->parts.back()->first = here;
      here->parts.back()->ring = here->parts.back();
      here->parts.back()->name = here->name;
      second.send(Memory::heap::current().detach(std::move(here)));
    }
    second.close();
  }};
  std::vector<std::thread> users;
  for (int i = 0; i != 2; ++i) {
    users.emplace_back([&, i] {
      while (auto next = second.receive()) {
        ++seen;
        if (seen % 10 == i) continue;  // nobody opens it
        const auto here = std::move(*next).open();
        whole += is_whole<Memory>(here) ? 1 : 0;
      }
    });
  }
  maker.join();
  changer.join();
  for (std::thread& each : users) each.join();
  CHECK(seen == messages);
  CHECK(whole > messages * 3 / 4);
  CHECK(whole <= messages);
  CHECK(message<Memory>::alive == 0);
}

TEST_CASE("island: the heaps of islands end while other threads use the objects") {
  using island = ouro::island<message<ouro::default_memory>>;
  constexpr int rounds = 300;
  channel<island> handed;
  std::atomic<int> whole = 0;
  std::thread maker{[&] {
    for (int i = 0; i != rounds; ++i) {
      heap apart;
      ouro::ptr<message<ouro::default_memory>> root;
      {
        const heap::scope in{apart};
        root = make_message<ouro::default_memory>(i);
        root->numbers.assign(5000, i);  // too large for a pool
      }
      handed.send(apart.detach(std::move(root)));
    }
    handed.close();
  }};
  std::vector<std::thread> users;
  for (int i = 0; i != 2; ++i) {
    users.emplace_back([&] {
      while (auto next = handed.receive()) {
        heap own;
        const heap::scope in{own};
        const auto here = std::move(*next).open();
        whole += is_whole<ouro::default_memory>(here) && here->numbers.size() == 5000 ? 1 : 0;
      }
    });
  }
  maker.join();
  for (std::thread& each : users) each.join();
  CHECK(whole == rounds);
  CHECK(message<ouro::default_memory>::alive == 0);
  const heap last;
  CHECK(ouro::detail::ended_with_islands.size() == 0);
}
