// `managed_from_this` for objects that `make` did not make.

#include "support/child.hpp"
#include "support/misuse.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

using ouro::test::run_in_child;

namespace {

template <class Memory>
struct asking {
  [[nodiscard]] auto self() { return Memory::from_this(this); }

  std::uint64_t words[4] = {};
};

/// Lies in a large block.
template <class Memory>
struct large_asking : asking<Memory> {
  std::array<std::byte, 5000> more{};
};

template <class Memory>
struct alignas(64) aligned_asking : asking<Memory> {};

template <class Memory>
struct parts {
  std::uint64_t first = 0;
  asking<Memory> part;
  typename Memory::template ptr<parts> edge;
};

/// What lies in front of a local variable.
template <class Memory>
struct frame {
  std::uint32_t before[64] = {};
  asking<Memory> local;
};

template <class Action>
void check(Action action) {
  ouro::test::check_misuse(action, "`managed_from_this` was called for what `make` did not make", "asking");
}

using pooled = ouro::default_memory;
using shared = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;
using limited = ouro::memory<ouro::local_refcount, ouro::generational, ouro::limited_allocator<ouro::pool_allocator>>;
using traced = ouro::memory<ouro::biased_refcount, ouro::no_collector, ouro::traced_allocator<ouro::pool_allocator>>;
using guarded =
    ouro::memory<ouro::local_refcount, ouro::trial_deletion, ouro::checked_allocator<ouro::system_allocator>>;
using unpooled = ouro::memory<ouro::local_refcount, ouro::trial_deletion, ouro::system_allocator>;

}  // namespace

TEST_CASE_TEMPLATE("managed_from_this: a call for a local variable is reported, whatever lies in front of it", Memory,
                   pooled, shared, limited, traced, guarded, unpooled) {
  // Random words, and words that a header might have.
  for (const std::uint32_t word : {0u, 1u, 2u, 0x8000'0001u, 0xFFFF'0000u, 0x1234'5678u}) {
    check([word] {
      const auto made = Memory::template make<asking<Memory>>();
      frame<Memory> on_stack;
      for (std::uint32_t& each : on_stack.before) each = word;
      static_cast<void>(on_stack.local.self());
    });
  }
}

TEST_CASE_TEMPLATE(
    "managed_from_this: a call for a copy of an object and its header is reported where the pools know their blocks",
    Memory, pooled, shared, limited, traced, guarded) {
  check([] {
    const auto made = Memory::template make<asking<Memory>>();
    frame<Memory> on_stack;
    const auto* const from = reinterpret_cast<const std::uint32_t*>(made.get());
    for (std::size_t i = 1; i <= 4; ++i) on_stack.before[64 - i] = *(from - i);
    static_cast<void>(on_stack.local.self());
  });
}

TEST_CASE_TEMPLATE(
    "managed_from_this: a call for an element or a part of an object is reported where the pools know their blocks",
    Memory, pooled, shared, limited, traced, guarded) {
  const auto array_of = [](std::uint64_t word) {
    const auto array = Memory::template make<asking<Memory>[]>(20);
    for (std::ptrdiff_t i = 0; i != 20; ++i) {
      for (std::uint64_t& each : array[i].words) each = word;
    }
    return array;
  };
  for (const std::uint64_t word : {std::uint64_t{0}, std::uint64_t{1} << 32, std::uint64_t{0x0001'0000} << 32}) {
    for (const std::ptrdiff_t index : {1, 2, 5, 19}) {
      check([array_of, word, index] {
        const auto array = array_of(word);
        static_cast<void>(array[index].self());
      });
    }
    check([word] {
      const auto whole = Memory::template make<parts<Memory>>();
      whole->first = word;
      static_cast<void>(whole->part.self());
    });
  }
}

TEST_CASE_TEMPLATE("managed_from_this: gives the pointer of each kind of object", Memory, pooled, shared, limited,
                   traced, guarded, unpooled) {
  const auto said = run_in_child([] {
    const auto expect = [](const auto& made) {
      const auto self = made->self();
      if (self.get() != made.get() || ouro::ref_count(made) != 2) std::abort();
    };
    // Blocks at the beginning of a pool and at its end, of the first pool of an arena and of others.
    std::vector<typename Memory::template ptr<asking<Memory>>> many;
    for (int i = 0; i != 3000; ++i) {
      many.push_back(Memory::template make<asking<Memory>>());
      expect(many.back());
    }
    expect(Memory::template make<large_asking<Memory>>());
    expect(Memory::template make<aligned_asking<Memory>>());
    const auto array = Memory::template make<asking<Memory>[]>(3);
    if (array[0].self().get() != array.get()) std::abort();
    static ouro::static_object<asking<Memory>, Memory> fixed;
    if (fixed->self() != fixed.pointer()) std::abort();
    if constexpr (Memory::refcount::is_thread_safe) std::thread{[&] { expect(many[0]); }}.join();
  });
  INFO(said.text);
  CHECK_FALSE(said.aborted);
  CHECK(said.text == "");
}
