#pragma once
/// \file
/// Islands on their way from thread to thread, in the stress test.

#include "stress/graph.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace ouro::stress {

inline std::atomic<long> parts_alive = 0;

/// Belongs to one thread at a time.
struct part {
  part() { ++parts_alive; }
  part(const part&) = delete;
  part& operator=(const part&) = delete;
  ~part() { --parts_alive; }
  void trace(auto&& visit) { visit(parts, whole, ring, name); }

  std::vector<ptr<part>> parts;
  weak<part> whole;
  ptr<part> ring;
  interned_string name;
};

class island_exchange {
 public:
  void send(generator& random) {
    auto root = make<part>();
    for (auto left = 1 + random() % 8; left != 0; --left) {
      auto made = make<part>();
      made->whole = root;
      made->ring = made;
      made->name = interned_string{"part number " + std::to_string(left)};
      root->parts.push_back(std::move(made));
    }
    island<part> gone = heap::current().detach(std::move(root));
    const std::lock_guard lock{mutex_};
    if (waiting_.size() < most_waiting) waiting_.push_back(std::move(gone));
  }

  void receive() {
    std::optional<island<part>> taken;
    {
      const std::lock_guard lock{mutex_};
      if (waiting_.empty()) return;
      taken.emplace(std::move(waiting_.back()));
      waiting_.pop_back();
    }
    const ptr<part> root = std::move(*taken).open();
    for (const auto& each : root->parts) {
      if (each->whole.lock() != root || each->ring != each || each->name.view().substr(0, 5) != "part ")
        fail("an island has arrived damaged");
    }
  }

  void clear() { waiting_.clear(); }

 private:
  static constexpr std::size_t most_waiting = 64;

  ouro::mutex mutex_;
  std::vector<island<part>> waiting_;
};

}  // namespace ouro::stress
