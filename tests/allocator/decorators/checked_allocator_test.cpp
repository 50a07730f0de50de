#include "support/child.hpp"
#include "support/misuse.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

using ouro::test::check_misuse;
using ouro::test::run_in_child;

namespace {

using checked = ouro::checked_allocator<ouro::pool_allocator>;
using elsewhere = ouro::checked_allocator<ouro::system_allocator>;
using memory = ouro::memory<ouro::local_refcount, ouro::no_collector, checked>;

struct four_numbers {
  int at[4] = {};
};

/// Volatile, so that the compiler does not see what the tests do.
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

TEST_CASE("checked_allocator: after a trim, the allocator below has no blocks but those of the program") {
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
  check_misuse(overflow, "a block was written beyond its end");
  check_misuse(overflow, "four_numbers");
  check_misuse(overflow, "the loop that runs too far");
  check_misuse(overflow, "checked_allocator_test.cpp:");
  check_misuse(overflow, ("allocation " + std::to_string(checked::serial() + 1)).c_str());
}

TEST_CASE("checked_allocator: a write below the beginning is reported") {
  check_misuse(
      [] {
        written = static_cast<unsigned char*>(checked::allocate(24, 8));
        written[-1] = 1;
        checked::deallocate(written, 24, 8);
      },
      "a block was written below its beginning");
}

TEST_CASE("checked_allocator: a second free is reported (trap 70)") {
  check_misuse(
      [] {
        void* const block = checked::allocate(24, 8);
        checked::deallocate(block, 24, 8);
        checked::deallocate(block, 24, 8);
      },
      "a block was freed twice");
}

TEST_CASE("checked_allocator: a free through another allocator is reported (trap 70)") {
  check_misuse(
      [] {
        void* const block = elsewhere::allocate(24, 8);
        checked::deallocate(block, 24, 8);
      },
      "this allocator did not give");
}

TEST_CASE("checked_allocator: a free with another size or alignment is reported") {
  check_misuse(
      [] {
        void* const block = checked::allocate(24, 8);
        checked::deallocate(block, 23, 8);
      },
      "another size or alignment");
}

TEST_CASE("checked_allocator: a write after the free is reported when the block is given back") {
  check_misuse(
      [] {
        written = static_cast<unsigned char*>(checked::allocate(24, 8));
        checked::deallocate(written, 24, 8);
        written[3] = 1;
        checked::trim();
      },
      "a block was written after it was freed");
}

TEST_CASE("checked_allocator: requests that cannot be served are refused") {
  using over_system = ouro::checked_allocator<ouro::system_allocator>;
  CHECK(over_system::allocate(static_cast<std::size_t>(-1), 8) == nullptr);
  struct no_memory {
    static void* allocate(std::size_t, std::size_t) noexcept { return nullptr; }
    static void deallocate(void*, std::size_t, std::size_t) noexcept {}
  };
  CHECK(ouro::checked_allocator<no_memory>::allocate(8, 8) == nullptr);
}

TEST_CASE("checked_allocator: of large blocks as many are kept as fit, and the last one of whatever size") {
  using counting = ouro::limited_allocator<ouro::system_allocator, struct budget_of_large_blocks>;
  using over_counting = ouro::checked_allocator<counting>;
  constexpr std::size_t half = over_counting::most_kept_bytes / 2;
  constexpr std::size_t larger = over_counting::most_kept_bytes + 1;
  const auto make_and_free = [](std::size_t bytes) {
    void* const block = over_counting::allocate(bytes, 8);
    REQUIRE(block != nullptr);
    over_counting::deallocate(block, bytes, 8);
  };
  make_and_free(half);
  make_and_free(half);
  CHECK(counting::used() > 2 * half);
  make_and_free(half);
  CHECK(counting::used() > 2 * half);
  CHECK(counting::used() < 3 * half);
  make_and_free(larger);
  CHECK(counting::used() > larger);
  CHECK(counting::used() < larger + half);
  make_and_free(8);
  CHECK(counting::used() < half);
  over_counting::trim();
  CHECK(counting::used() == 0);
}

TEST_CASE("checked_allocator: a large block is watched after its end, too (trap 70)") {
  constexpr std::size_t large = (std::size_t{1} << 20) + 1;
  check_misuse(
      [] {
        void* const block = checked::allocate(large, 8);
        checked::deallocate(block, large, 8);
        checked::deallocate(block, large, 8);
      },
      "a block was freed twice");
  check_misuse(
      [] {
        written = static_cast<unsigned char*>(checked::allocate(large, 8));
        checked::deallocate(written, large, 8);
        written[large / 2] = 1;
        checked::trim();
      },
      "a block was written after it was freed");
}

TEST_CASE("checked_allocator: a freed block that is written beside its bytes is reported when it is given back") {
  const auto write_at = [](std::ptrdiff_t offset) {
    return [offset] {
      written = static_cast<unsigned char*>(checked::allocate(24, 8));
      checked::deallocate(written, 24, 8);
      written[offset] = 1;
      checked::trim();
    };
  };
  check_misuse(write_at(-1), "a block was written below its beginning after it was freed");
  check_misuse(write_at(24), "a block was written beyond its end after it was freed");
  // The library's notes about the block lie there: the report does not rely on them.
  check_misuse(write_at(-24), "a block was written below its beginning after it was freed (allocation");
}

TEST_CASE("checked_allocator: does not use the notes in front of a block once they were overwritten") {
  for (const std::size_t bytes : {24u, 64u, 90u}) {
    check_misuse(
        [bytes] {
          written = static_cast<unsigned char*>(checked::allocate(24, 8));
          for (std::size_t i = 1; i <= bytes; ++i) written[-static_cast<std::ptrdiff_t>(i)] = 0x7F;
          checked::deallocate(written, 24, 8);
        },
        "overwritten from below [type: unknown]");
  }
}

TEST_CASE("checked_allocator: a write to any byte of the notes in front of a block is reported") {
  if (sizeof(void*) != 8) return;
  for (int distance = 1; distance <= 96; ++distance) {
    if (distance > 8 && distance <= 12) continue;  // padding behind the number of a line
    const auto said = run_in_child([distance] {
      written = static_cast<unsigned char*>(checked::allocate(24, 8));
      written[-distance] ^= 0x10;
      checked::deallocate(written, 24, 8);
    });
    CAPTURE(distance);
    check_misuse(said, distance > 8 ? "overwritten from below" : "written below its beginning");
  }
}

TEST_CASE("checked_allocator: notices notes in front of a block that were copied from another one") {
  check_misuse(
      [] {
        auto* const block = static_cast<unsigned char*>(checked::allocate(24, 8));
        auto* const other = static_cast<unsigned char*>(checked::allocate(24, 8));
        std::memcpy(other - 96, block - 96, 96);
        checked::deallocate(other, 24, 8);
      },
      "overwritten from below");
}

TEST_CASE("checked_allocator: the blocks that a private heap keeps end with it") {
  {
    ouro::heap h;
    const ouro::heap::scope in{h};
    for (int i = 0; i != 100; ++i) memory::make<four_numbers>();
    CHECK(h.statistics().used_blocks == 100);
  }
  for (std::size_t i = 0; i != 2 * checked::kept_blocks; ++i) memory::make<four_numbers>();
}

TEST_CASE("checked_allocator: a block of a private heap that is freed outside is given back at once") {
  ouro::heap h;
  std::vector<int, ouro::standard_allocator<int, checked>> numbers;
  {
    const ouro::heap::scope in{h};
    numbers.assign(10, 1);
  }
  std::vector<int, ouro::standard_allocator<int, checked>>{}.swap(numbers);
  h.trim();
  CHECK(h.statistics().used_blocks == 0);
}

TEST_CASE("checked_allocator: a write after the free is reported at the end of the heap") {
  check_misuse(
      [] {
        ouro::heap h;
        const ouro::heap::scope in{h};
        written = static_cast<unsigned char*>(checked::allocate(24, 8));
        checked::deallocate(written, 24, 8);
        written[3] = 1;
      },
      "a block was written after it was freed");
}

TEST_CASE("checked_allocator: kept blocks make room in a heap at its limit") {
  ouro::heap h{std::size_t{1} << 20};
  const ouro::heap::scope in{h};
  constexpr std::size_t large = std::size_t{600} << 10;
  for (int i = 0; i != 3; ++i) {
    void* const block = checked::allocate(large, 8);
    REQUIRE(block != nullptr);
    checked::deallocate(block, large, 8);
  }
  CHECK(ouro::make<char[]>(large) != nullptr);
  CHECK(h.statistics().large_blocks == 0);
}

TEST_CASE("checked_allocator: a free with another alignment is reported") {
  const auto said = ouro::test::run_in_child([] {
    void* const block = checked::allocate(16, 8);
    checked::deallocate(block, 16, 16);
  });
  check_misuse(said, "another size or alignment");
}
