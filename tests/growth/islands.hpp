#pragma once
/// \file
/// Structures that leave their heap, for each of n objects, and islands that are opened, beside n objects inside.

#include "meter.hpp"
#include "objects.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace growth {

/// Detaches a structure of n objects.
template <class Memory, auto Make>
class detach_all {
 public:
  explicit detach_all(std::size_t n) : n_{n}, root_{Make(n)} {}
  [[nodiscard]] std::size_t run() {
    gone_ = Memory::heap::current().detach(std::move(root_));
    return n_;
  }

 private:
  without_automatic_collections<Memory> calm_;
  std::size_t n_;
  decltype(Make(std::size_t{})) root_;
  typename Memory::template island<node<Memory>> gone_;
};

/// Opens an island of n objects.
template <class Memory, auto Make>
class open_island {
 public:
  explicit open_island(std::size_t n) {
    auto root = Make(n);
    gone_ = Memory::heap::current().detach(std::move(root));
  }
  [[nodiscard]] std::size_t run() {
    root_ = std::move(gone_).open();
    return 1;
  }

 private:
  without_automatic_collections<Memory> calm_;
  typename Memory::template island<node<Memory>> gone_;
  decltype(Make(std::size_t{})) root_;
};

template <class Memory>
void measure_islands_of(const std::string& policies) {
  measure<detach_all<Memory, make_tree<Memory>>>("detach a tree, an object" + policies, 1000);
  measure<detach_all<Memory, make_ring<Memory>>>("detach a ring, an object" + policies, 1000);
  // Checked builds write the new owner to each object.
  if constexpr (!ouro::tracks_all<typename Memory::collector> && ouro::check_level == 0) {
    measure<open_island<Memory, make_tree<Memory>>>("open an island" + policies, 1000);
  }
}

inline void measure_islands() {
  measure_islands_of<ouro::default_memory>("");
  measure_islands_of<ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>>(", generational");
}

}  // namespace growth
