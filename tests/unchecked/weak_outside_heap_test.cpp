// Weak pointers that are dropped outside the heap of their objects, without checks: their records are left to the heap
// that lists them.

#include "support/is_mapped.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <thread>

using ouro::heap;
using ouro::make;
using ouro::ptr;
using ouro::weak;

namespace {

struct watched {
  int value = 0;
};

/// Makes an object in a heap, and weak pointers to it that the caller drops inside or outside the heap.
template <class Drop>
void drop_outside(heap& h, Drop drop) {
  ptr<watched> object;
  weak<watched> first;
  weak<watched> second;
  weak<watched> with_callback;
  weak<watched> kept;
  auto captured = std::make_shared<int>(1);
  int called = 0;
  {
    const heap::scope in{h};
    object = make<watched>();
    first = object;
    second = first;
    with_callback = weak<watched>{object, [&called, captured] { ++called; }};
    kept = weak<watched>{object, [&called] { called += 10; }};
  }
  drop([&] {
    first.reset();
    second.reset();
    with_callback.reset();
  });
  CHECK(captured.use_count() == 1);
  const heap::scope in{h};
  CHECK(object.use_count() == 1);
  // The record that plain weak pointers share is used again.
  first = object;
  CHECK(first.lock() == object);
  object.reset();
  CHECK(first.expired());
  CHECK(kept.expired());
  CHECK(called == 10);
}

}  // namespace

TEST_CASE("unchecked: a weak pointer that is dropped outside its heap leaves its record to the heap (trap 79)") {
  heap h;
  drop_outside(h, [](auto drop) { drop(); });
  drop_outside(h, [](auto drop) { std::thread{drop}.join(); });
  heap other;
  drop_outside(h, [&](auto drop) {
    const heap::scope in{other};
    const auto object = make<watched>();
    const weak<watched> own{object};
    drop();
    CHECK(own.lock() == object);
  });
}

TEST_CASE("unchecked: a record that was left to a heap ends with its object, or else with the heap") {
  for (const bool dies_first : {false, true}) {
    auto h = std::make_unique<heap>();
    weak<watched> plain;
    weak<watched> with_callback;
    ptr<watched> object;
    {
      const heap::scope in{*h};
      object = make<watched>();
      plain = object;
      with_callback = weak<watched>{object, [] {}};
    }
    plain.reset();
    with_callback.reset();
    {
      const heap::scope in{*h};
      CHECK(ouro::detail::weak_table<ouro::local_refcount>::is_valid());
      if (dies_first) {
        object.reset();
      } else {
        static_cast<void>(object.release());
      }
    }
    h.reset();
  }
}

TEST_CASE("unchecked: the memory of a private heap is given back with it, whatever is in use") {
  watched* held = nullptr;
  {
    heap h;
    const heap::scope in{h};
    held = make<watched>().release();
    static_cast<void>(ouro::pool_allocator::allocate(5000, 8));
  }
  CHECK(!ouro::test::is_mapped(held));
  CHECK(ouro::detail::ended_large_blocks.bytes() == 0);
}
