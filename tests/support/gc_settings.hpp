#pragma once
/// \file
/// Fixtures that undo what a test has set of a collector.

#include <ouro/ouro.hpp>

#include <cstddef>

namespace ouro::test {

/// Collects garbage of earlier tests. At its end, restores the settings of the collector and collects again.
template <class Memory = default_memory>
class gc_settings {
 public:
  gc_settings() { Memory::gc::collect(); }
  gc_settings(const gc_settings&) = delete;
  gc_settings& operator=(const gc_settings&) = delete;
  ~gc_settings() {
    Memory::gc::set_debug(gc_debug::none);
    Memory::gc::set_trigger(gc_trigger::allocation);
    Memory::gc::set_threshold(candidates_, full_);
    Memory::gc::enable();
    Memory::gc::collect();
  }

 private:
  std::size_t candidates_ = Memory::gc::threshold();
  std::size_t full_ = Memory::gc::threshold(1);
};

/// While it lives, no collection begins by itself.
template <class Memory = default_memory>
struct explicit_collections : gc_settings<Memory> {
  explicit_collections() { Memory::gc::disable(); }
};

/// While it lives, each candidate begins a collection as soon as an object is made.
template <class Memory = default_memory>
struct eager_collections : gc_settings<Memory> {
  eager_collections() { Memory::gc::set_threshold(1); }
};

}  // namespace ouro::test
