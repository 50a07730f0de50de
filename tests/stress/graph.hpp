#pragma once
/// \file
/// The graph that the threads of the stress test share, and change in all ways that the library offers.

#include <ouro/ouro.hpp>
#include <ouro/threads.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace ouro::stress {

[[noreturn]] inline void fail(const char* what) {
  std::fprintf(stderr, "stress: %s\n", what);
  std::abort();
}

using generator = std::mt19937;
using text = basic_interned_string<mutex_locking>;

/// One of a few texts, so that threads meet at the same ones, while others die.
[[nodiscard]] inline text some_text(generator& random) { return text{"text number " + std::to_string(random() % 50)}; }

inline std::atomic<long> alive = 0;      ///< nodes
inline std::atomic<long> finalized = 0;  ///< calls of `finalize` members and of registered functions

template <class Memory>
class graph;

template <class Memory>
class node {
 public:
  using pointer = typename Memory::template ptr<node>;

  explicit node(graph<Memory>& in, std::uint32_t number) : in_{in}, number_{number}, inverse_{~number} { ++alive; }
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node() {
    check();
    inverse_ = number_;
    --alive;
  }

  void trace(auto&& visit) { visit(next, links_, watched_, name_); }

  /// Garbage with such a number comes back to life.
  void finalize() {
    check();
    ++finalized;
    if (number_ % 64 == 0) in_.resurrect(*this);
  }

  /// \pre the caller has a pointer to it
  void check() const {
    if (inverse_ != ~number_) fail("an object was used that is not alive");
  }

  void link(pointer to, generator& random) {
    std::vector<pointer> dropped;  // after the lock: a destructor may need another lock
    text name = some_text(random);
    const std::lock_guard lock{mutex_};
    if (links_.size() >= 4) links_.swap(dropped);
    links_.push_back(std::move(to));
    std::swap(name_, name);
  }

  [[nodiscard]] pointer linked() {
    const std::lock_guard lock{mutex_};
    return links_.empty() ? pointer{} : links_.back();
  }

  void watch(typename Memory::template weak<node> object) {
    const std::lock_guard lock{mutex_};
    swap(watched_, object);
  }
  [[nodiscard]] pointer watched() {
    const std::lock_guard lock{mutex_};
    return watched_.lock();
  }

  void clear() {
    std::vector<pointer> dropped;
    const std::lock_guard lock{mutex_};
    links_.swap(dropped);
  }

  typename Memory::template atomic_ptr<node> next;

 private:
  graph<Memory>& in_;
  std::uint32_t number_;
  std::uint32_t inverse_;
  ouro::mutex mutex_;  ///< guards what follows
  std::vector<pointer> links_;
  typename Memory::template weak<node> watched_;
  text name_{"none"};
};

template <class Memory>
class graph {
 public:
  using pointer = typename node<Memory>::pointer;
  static constexpr std::size_t places = 16;
  /// Beyond that, threads cut the graph off its roots.
  static constexpr long most_nodes = 20'000;

  [[nodiscard]] pointer make() { return Memory::template make<node<Memory>>(*this, ++made_); }

  void hang_up(pointer object, generator& random) {
    place& at = places_[random() % places];
    const std::lock_guard lock{at.mutex};
    swap(at.object, object);
  }
  [[nodiscard]] pointer take(generator& random) {
    place& at = places_[random() % places];
    const std::lock_guard lock{at.mutex};
    return at.object;
  }

  [[nodiscard]] typename Memory::template atomic_ptr<node<Memory>>& root(generator& random) {
    return roots_[random() % places];
  }

  void resurrect(node<Memory>& object) { roots_[0].store(Memory::from_this(&object)); }

  void cut_off() {
    for (place& each : places_) {
      pointer dropped;
      const std::lock_guard lock{each.mutex};
      swap(each.object, dropped);
    }
    for (auto& each : roots_) each.store(nullptr);
  }

 private:
  struct place {
    ouro::mutex mutex;
    pointer object;
  };

  std::array<place, places> places_;
  std::array<typename Memory::template atomic_ptr<node<Memory>>, places> roots_;
  std::atomic<std::uint32_t> made_ = 0;
};

}  // namespace ouro::stress
