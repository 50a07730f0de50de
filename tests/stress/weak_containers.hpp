#pragma once
/// \file
/// Weak containers that threads use at the same time, in the stress test.

#include "stress/graph.hpp"

#include <ouro/ouro.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace ouro::stress {

inline std::atomic<long> directories_alive = 0;

/// What threads know of some nodes. Directories point to each other through the values of a map, and so form cycles.
template <class Memory>
struct directory {
  using pointer = typename Memory::template ptr<directory>;

  directory() { ++directories_alive; }
  directory(const directory&) = delete;
  directory& operator=(const directory&) = delete;
  ~directory() { --directories_alive; }
  void trace(auto&& visit) { visit(marked, by_name, peers); }

  weak_set<node<Memory>, Memory> marked;
  weak_value_map<text, node<Memory>, Memory> by_name;
  weak_key_map<node<Memory>, pointer, Memory> peers;
};

template <class Memory>
class weak_containers {
  using pointer = typename node<Memory>::pointer;
  using directory_pointer = typename directory<Memory>::pointer;

 public:
  /// One operation at random, with `own`, a pointer of the thread's that is not null.
  void act(pointer& own, generator& random) {
    auto& place = places_[random() % places_.size()];
    directory_pointer at = place.load();
    if (at == nullptr || random() % 200 == 0) place.store(at = Memory::template make<directory<Memory>>());
    switch (random() % 14) {
      case 0:
        at->marked.insert(own);
        break;
      case 1:
        at->marked.erase(own);
        break;
      case 2:
        for (const auto& each : at->marked) each->check();
        break;
      case 3:
        at->by_name.insert_or_assign(some_text(random), own);
        break;
      case 4:
        own = at->by_name.setdefault(some_text(random), own);
        break;
      case 5:
      case 6:
        if (const auto found = at->by_name.get(some_text(random)); found != nullptr) own = found;
        break;
      case 7:
        if (const auto found = at->by_name.pop(some_text(random)); found != nullptr) own = found;
        break;
      case 8:
        for (const auto& [name, object] : at->by_name) {
          if (name.view().empty()) fail("a key is not alive");
          object->check();
        }
        break;
      case 9:
      case 10:
        at->peers.insert_or_assign(own, places_[random() % places_.size()].load());
        break;
      case 11:
        if (*at->peers.setdefault(own, at) != nullptr) at->peers.erase(own);
        break;
      case 12:
        for (const auto& [object, peer] : at->peers) {
          object->check();
          if (peer != nullptr && peer.use_count() == 0) fail("a value is not alive");
        }
        break;
      default:
        if (random() % 20 == 0) at->marked.clear(), at->by_name.clear(), at->peers.clear();
        static_cast<void>(at->marked.size() + at->by_name.size() + at->peers.size());
    }
  }

  void clear() {
    for (auto& each : places_) each.store(nullptr);
  }

 private:
  std::array<typename Memory::template atomic_ptr<directory<Memory>>, 4> places_;
};

}  // namespace ouro::stress
