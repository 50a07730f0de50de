#pragma once
/// \file
/// Blocks of memory that go back to their allocator when a test ends.

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

namespace ouro::test {

/// Blocks of a test, given back at its end.
template <class Allocator>
class blocks {
 public:
  blocks() = default;
  blocks(const blocks&) = delete;
  blocks& operator=(const blocks&) = delete;
  ~blocks() { clear(); }

  void* add(std::size_t bytes, std::size_t alignment) {
    void* const made = Allocator::allocate(bytes, alignment);
    REQUIRE(made != nullptr);
    all_.push_back({made, bytes, alignment});
    return made;
  }

  void clear() {
    for (const block& each : all_) Allocator::deallocate(each.at, each.bytes, each.alignment);
    all_.clear();
  }

 private:
  struct block {
    void* at;
    std::size_t bytes;
    std::size_t alignment;
  };
  std::vector<block> all_;
};

}  // namespace ouro::test
