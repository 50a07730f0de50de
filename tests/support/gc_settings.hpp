#pragma once
/// \file
/// Fixtures that undo what a test has set of a collector.

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdint>

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

/// While it lives, collections of a shared memory wait so long for other threads: an hour, so that a busy machine makes
/// none give up, or as many nanoseconds as a test asks for.
template <class Memory>
class gc_patience {
 public:
  static constexpr std::uint64_t hour = 3'600'000'000'000;

  explicit gc_patience(std::uint64_t nanoseconds = hour) { Memory::gc::set_patience(nanoseconds); }
  gc_patience(const gc_patience&) = delete;
  gc_patience& operator=(const gc_patience&) = delete;
  ~gc_patience() { Memory::gc::set_patience(before_); }

 private:
  std::uint64_t before_ = Memory::gc::patience();
};

}  // namespace ouro::test
