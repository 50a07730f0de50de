#include "support/child.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

using ouro::test::run_in_child;

namespace {

using checked = ouro::checked_allocator<ouro::pool_allocator>;
using elsewhere = ouro::checked_allocator<ouro::system_allocator>;
using memory = ouro::memory<ouro::local_refcount, ouro::no_collector, checked>;

struct four_numbers {
  int at[4] = {};
};

template <class Action>
void check_report(Action action, const char* what) {
  const auto said = run_in_child(action);
  CHECK(said.aborted);
  CAPTURE(said.text);
  CHECK(said.text.find(what) != std::string::npos);
}

/// Volatile, lest the compiler see what the tests do.
unsigned char* volatile written = nullptr;

}  // namespace

TEST_CASE("checked_allocator: gives aligned blocks whose bytes are 0xCD, under any alignment") {
  for (const std::size_t alignment : {1u, 8u, 16u, 64u, 4096u}) {
    for (const std::size_t bytes : {1u, 24u, 1000u, 5000u}) {
      auto* const block = static_cast<unsigned char*>(checked::allocate(bytes, alignment));
      REQUIRE(block != nullptr);
      CHECK(reinterpret_cast<std::uintptr_t>(block) % alignment == 0);
      CHECK(std::all_of(block, block + bytes, [](unsigned char each) { return each == 0xCD; }));
      checked::deallocate(block, bytes, alignment);
    }
  }
}

TEST_CASE("checked_allocator: a freed block is not given out again for some time (trap 73)") {
  void* const first = checked::allocate(24, 8);
  checked::deallocate(first, 24, 8);
  for (std::size_t i = 1; i != checked::kept_blocks; ++i) {
    void* const block = checked::allocate(24, 8);
    CHECK(block != first);
    checked::deallocate(block, 24, 8);
  }
  checked::trim();
}

TEST_CASE("checked_allocator: what the program has is what the allocator below has, once it is trimmed") {
  checked::trim();
  const std::size_t before = ouro::pool_allocator::statistics().used_blocks;
  for (int i = 0; i != 1000; ++i) memory::make<four_numbers>();
  checked::trim();
  CHECK(ouro::pool_allocator::statistics().used_blocks == before);
}

TEST_CASE("checked_allocator: a write beyond the end is reported with type, allocation and scope") {
  const auto overflow = [] {
    const ouro::allocation_scope here{"the loop that runs too far"};
    auto numbers = memory::make<four_numbers>();
    written = reinterpret_cast<unsigned char*>(numbers->at + 4);
    *written = 1;
  };
  check_report(overflow, "a block was written beyond its end");
  check_report(overflow, "four_numbers");
  check_report(overflow, "the loop that runs too far");
  check_report(overflow, "checked_allocator_test.cpp:");
  check_report(overflow, ("allocation " + std::to_string(checked::serial() + 1)).c_str());
}

TEST_CASE("checked_allocator: a write below the beginning is reported") {
  check_report(
      [] {
        written = static_cast<unsigned char*>(checked::allocate(24, 8));
        written[-1] = 1;
        checked::deallocate(written, 24, 8);
      },
      "a block was written below its beginning");
}

TEST_CASE("checked_allocator: a second free is reported (trap 70)") {
  check_report(
      [] {
        void* const block = checked::allocate(24, 8);
        checked::deallocate(block, 24, 8);
        checked::deallocate(block, 24, 8);
      },
      "a block was freed twice");
}

TEST_CASE("checked_allocator: a free through another allocator is reported (trap 70)") {
  check_report(
      [] {
        void* const block = elsewhere::allocate(24, 8);
        checked::deallocate(block, 24, 8);
      },
      "this allocator did not give");
}

TEST_CASE("checked_allocator: a free with another size or alignment is reported") {
  check_report(
      [] {
        void* const block = checked::allocate(24, 8);
        checked::deallocate(block, 23, 8);
      },
      "another size or alignment");
}

TEST_CASE("checked_allocator: a write after the free is reported when the block is given back") {
  check_report(
      [] {
        written = static_cast<unsigned char*>(checked::allocate(24, 8));
        checked::deallocate(written, 24, 8);
        written[3] = 1;
        checked::trim();
      },
      "a block was written after it was freed");
}

TEST_CASE("checked_allocator: requests that cannot be served are refused, large blocks are given back at once") {
  using over_system = ouro::checked_allocator<ouro::system_allocator>;
  CHECK(over_system::allocate(static_cast<std::size_t>(-1), 8) == nullptr);
  constexpr std::size_t large = over_system::most_kept_bytes + 1;
  void* const block = over_system::allocate(large, 8);
  REQUIRE(block != nullptr);
  over_system::deallocate(block, large, 8);
  struct no_memory {
    static void* allocate(std::size_t, std::size_t) noexcept { return nullptr; }
    static void deallocate(void*, std::size_t, std::size_t) noexcept {}
  };
  CHECK(ouro::checked_allocator<no_memory>::allocate(8, 8) == nullptr);
}

TEST_CASE("checked_allocator: a free with another alignment is reported") {
  const auto said = ouro::test::run_in_child([] {
    void* const block = checked::allocate(16, 8);
    checked::deallocate(block, 16, 16);
  });
  CHECK(said.aborted);
  CHECK(said.text.find("another size or alignment") != std::string::npos);
}
