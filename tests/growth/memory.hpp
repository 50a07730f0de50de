#pragma once
/// \file
/// Allocators beside n blocks, interning beside n values, and private heaps.

#include "containers.hpp"
#include "meter.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace growth {

/// Allocates and frees blocks beside n others of the same size.
template <class Allocator, std::size_t Bytes>
class beside_blocks {
 public:
  explicit beside_blocks(std::size_t n) {
    for (std::size_t i = 0; i != n; ++i) blocks_.push_back(Allocator::allocate(Bytes, 8));
  }
  beside_blocks(const beside_blocks&) = delete;
  beside_blocks& operator=(const beside_blocks&) = delete;
  ~beside_blocks() {
    for (void* each : blocks_) Allocator::deallocate(each, Bytes, 8);
  }

  /// Of each three blocks two are freed, an old one and the new one.
  [[nodiscard]] std::size_t run() {
    for (std::size_t i = 0; i != few; ++i) {
      Allocator::deallocate(std::exchange(blocks_[i], Allocator::allocate(Bytes, 8)), Bytes, 8);
      Allocator::deallocate(Allocator::allocate(Bytes, 8), Bytes, 8);
    }
    return 2 * few;
  }

 private:
  std::vector<void*> blocks_;
};

template <class Allocator>
void measure_allocator(const std::string& name) {
  measure<beside_blocks<Allocator, 40>>(name + ": small blocks", 1000);
  measure<beside_blocks<Allocator, 1000>>(name + ": blocks of 1000 bytes", 1000);
  measure<beside_blocks<Allocator, 5000>>(name + ": large blocks", 1000);
}

inline std::string text_of(std::size_t i) { return "an interned text that is long enough: " + std::to_string(i); }

inline std::vector<ouro::interned_string> intern_strings(std::size_t n) {
  std::vector<ouro::interned_string> made;
  for (std::size_t i = 0; i != n; ++i) made.emplace_back(text_of(i));
  return made;
}

using interned_text = ouro::interned<std::string>;

inline std::vector<interned_text> intern_values(std::size_t n) {
  std::vector<interned_text> made;
  for (std::size_t i = 0; i != n; ++i) made.emplace_back(text_of(i));
  return made;
}

inline void measure_interning() {
  using strings = std::vector<ouro::interned_string>;
  using values = std::vector<interned_text>;
  measure<build<&intern_strings>>("interned_string: for each", 1000);
  measure<on_container<&intern_strings, [](strings&, std::size_t i) {
    static_cast<void>(ouro::interned_string{text_of(i)});      // new, and gone again
    static_cast<void>(ouro::interned_string{text_of(i / 2)});  // known
  }>>("interned_string: a new one and a known one", 1000);
  measure<with_all_of<ouro::default_memory, &intern_strings, [](strings& made) { made.clear(); }>>(
      "interned_string: drop, for each", 1000);
  measure<build<&intern_values>>("interned: for each", 1000);
  measure<on_container<&intern_values, [](values&, std::size_t i) {
    static_cast<void>(interned_text{text_of(i)});
    static_cast<void>(interned_text{text_of(i / 2)});
  }>>("interned: a new one and a known one", 1000);
  measure<with_all_of<ouro::default_memory, &intern_values, [](values& made) { made.clear(); }>>(
      "interned: drop, for each", 1000);
}

/// Private heaps that have n objects each.
inline std::unique_ptr<ouro::heap> make_heap(std::size_t n) {
  auto made = std::make_unique<ouro::heap>();
  const ouro::heap::scope in{*made};
  static std::vector<number> kept;
  kept.clear();
  for (std::size_t i = 0; i != n; ++i) kept.push_back(ouro::make<int>(1));
  for (number& each : kept) static_cast<void>(each.release());  // their heap has them
  return made;
}

inline void measure_heaps() {
  using made = std::unique_ptr<ouro::heap>;
  measure<on_container<&make_heap, [](made& here, std::size_t) {
    const ouro::heap::scope in{*here};
    static_cast<void>(ouro::make<int>(2));
  }>>("heap: enter, make, drop and leave", 1000);
  measure<with_all_of<ouro::default_memory, &make_heap, [](made& here) { here.reset(); }>>("heap: end, for each object",
                                                                                           1000);
}

inline void measure_memory() {
  measure_allocator<ouro::pool_allocator>("pool_allocator");
  measure_allocator<ouro::limited_allocator<ouro::pool_allocator>>("limited_allocator");
  measure_allocator<ouro::checked_allocator<ouro::pool_allocator>>("checked_allocator");
  measure_allocator<ouro::traced_allocator<ouro::pool_allocator>>("traced_allocator");
  measure_interning();
  measure_heaps();
}

}  // namespace growth
