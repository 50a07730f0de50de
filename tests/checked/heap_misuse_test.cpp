// The use of an object outside its private heap, on another thread, or after the end of its heap is reported with its
// type.

#include "support/child.hpp"
#include "support/misuse.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

using ouro::heap;
using ouro::make;
using ouro::ptr;
using ouro::test::check_misuse;
using ouro::test::run_in_child;

namespace {

struct victim {
  int value = 0;
};

struct linked {
  ptr<linked> next;
};

struct large_victim {
  std::array<std::byte, 5000> bytes{};
};

template <class T>
using in_pools = ouro::standard_allocator<T>;

/// Makes something in a heap, and drops it outside while the heap is there.
template <class Make>
void drop_outside(Make make_it, const char* type) {
  check_misuse(
      [make_it] {
        heap h;
        decltype(make_it()) made;
        {
          const heap::scope in{h};
          made = make_it();
        }
        decltype(made) dropped = std::move(made);
      },
      "outside its private heap", type);
}

/// Makes something in a heap, and drops it on another thread.
template <class Make>
void drop_elsewhere(Make make_it, const char* type) {
  check_misuse(
      [make_it] {
        auto made = make_it();
        std::thread{[&] { decltype(made) dropped = std::move(made); }}.join();
      },
      "a thread that does not own the object", type);
}

/// Makes something in a heap, and drops it after the heap's end.
template <class Make>
void drop_after(Make make_it, const char* what, const char* type) {
  check_misuse(
      [make_it] {
        decltype(make_it()) made;
        {
          heap h;
          const heap::scope in{h};
          made = make_it();
        }
        decltype(made) dropped = std::move(made);
      },
      what, type);
}

ptr<linked> make_candidate() {
  auto made = make<linked>();
  const auto copy = made;
  return made;
}

ouro::managed_alias<int> make_alias() {
  const auto whole = make<victim>();
  return {whole, &whole->value};
}

template <class Drop>
void for_each_handle(Drop drop) {
  drop([] { return make<victim>(); }, "victim");
  drop([] { return make_candidate(); }, "linked");
  drop([] { return make<large_victim>(); }, "large_victim");
  drop([] { return make<victim[]>(3); }, "victim");
  drop([] { return ptr<void>{make<victim>()}; }, "victim");
  drop([] { return make_alias(); }, "victim");
  drop([] { return ouro::interned_string{"a name that is interned"}; }, "interned_string");
  drop([] { return std::make_shared<ouro::interned<int>>(ouro::intern(123'456)); }, "interned");
  drop([] { return std::vector<ptr<victim>>{make<victim>()}; }, "victim");
}

}  // namespace

TEST_CASE("misuse: whatever handle is dropped outside the private heap of its object is reported (trap 79)") {
  for_each_handle([](auto make_it, const char* type) { drop_outside(make_it, type); });
}

TEST_CASE("misuse: whatever handle is dropped on another thread is reported (trap 79)") {
  for_each_handle([](auto make_it, const char* type) { drop_elsewhere(make_it, type); });
}

TEST_CASE(
    "misuse: a weak pointer that is dropped outside the heap of its object, or on another thread, is reported (trap "
    "79)") {
  check_misuse(
      [] {
        heap h;
        ouro::weak<victim> watcher;
        {
          const heap::scope in{h};
          auto object = make<victim>();
          watcher = object;
          static_cast<void>(object.release());
        }
        watcher.reset();
      },
      "outside its private heap", "victim");
  check_misuse(
      [] {
        const auto object = make<victim>();
        ouro::weak<victim> watcher{object, [] {}};
        std::thread{[&] { watcher.reset(); }}.join();
      },
      "a thread that does not own the object", "victim");
  check_misuse(
      [] {
        const auto object = make<victim>();
        const ouro::weak<victim> watcher{object};
        std::thread{[&] { const ouro::weak<victim> copy = watcher; }}.join();
      },
      "a weak pointer was copied or dropped", "victim");
}

TEST_CASE("misuse: a weak pointer may be dropped anywhere once its object has died") {
  const auto said = run_in_child([] {
    heap h;
    ouro::weak<victim> watcher;
    {
      const heap::scope in{h};
      watcher = ouro::weak<victim>{make<victim>(), [] {}};
    }
    const auto copy = watcher;
    std::thread{[&] { watcher.reset(); }}.join();
  });
  CHECK_FALSE(said.aborted);
  CHECK(said.text == "");
}

TEST_CASE("misuse: a thread that uses an object of another one is reported, whatever their numbers") {
  check_misuse(
      [] {
        const auto object = make<victim>();
        for (int i = 0; i != 100; ++i) {
          std::thread{[] { make<victim>(); }}.join();
        }
        for (int i = 0; i != 30; ++i) {
          std::thread{[] { make<victim>(); }}.join();
        }
        std::thread{[&] { const auto copy = object; }}.join();
      },
      "does not own", "victim");
  // The 30th thread after the first has the tag of the first: its pools tell them apart.
  check_misuse(
      [] {
        const auto object = make<victim>();
        for (int i = 0; i != 29; ++i) {
          std::thread{[] { make<victim>(); }}.join();
        }
        std::thread{[&] {
          make<victim>();
          const auto copy = object;
        }}.join();
      },
      "does not own", "victim");
}

TEST_CASE("misuse: a pointer that outlives the private heap of its object is reported (trap 79)") {
  constexpr const char* outlived = "has outlived the private heap of its object";
  drop_after([] { return make<victim>(); }, outlived, "victim");
  drop_after([] { return make_candidate(); }, outlived, "linked");
  drop_after([] { return ouro::interned_string{"a name that is interned"}; }, outlived, "interned_string");
  drop_after([] { return make_alias(); }, outlived, "victim");
  // It lies in no pool: only the tag tells the threads apart.
  drop_after([] { return make<large_victim>(); }, "outside its private heap", "large_victim");
}

TEST_CASE("misuse: a container that outlives its private heap is reported (trap 79)") {
  constexpr const char* outlived = "a container has outlived its private heap";
  drop_after([] { return std::vector<int, in_pools<int>>(10); }, outlived, "int");
  drop_after([] { return std::vector<int, in_pools<int>>(10'000); }, outlived, "int");
  drop_after([] { return std::list<int, in_pools<int>>(3); }, outlived, "int");
  drop_after([] { return ouro::list<int>{1, 2, 3}; }, outlived, "int");
  drop_after([] { return ouro::list<ptr<victim>>{make<victim>()}; }, "has outlived", "victim");
  drop_after(
      [] {
        std::unordered_map<int, int, std::hash<int>, std::equal_to<>, in_pools<std::pair<const int, int>>> made;
        made.emplace(1, 2);
        return made;
      },
      outlived, "int");
  drop_after(
      [] {
        ouro::dict<int, int> made;
        made.insert_or_assign(1, 2);
        return made;
      },
      outlived, "");
  check_misuse(
      [] {
        void* block = nullptr;
        {
          heap h;
          const heap::scope in{h};
          block = ouro::pool_allocator::allocate(24, 8);
        }
        ouro::pool_allocator::deallocate(block, 24, 8);
      },
      "after the end of its private heap", "unknown");
  check_misuse(
      [] {
        void* block = nullptr;
        {
          heap h;
          const heap::scope in{h};
          block = ouro::pool_allocator::allocate(5000, 8);
        }
        ouro::pool_allocator::deallocate(block, 5000, 8);
      },
      "after the end of its private heap", "unknown");
}

TEST_CASE("misuse: a block that is given back although it lies in no pool is reported (trap 70)") {
  check_misuse(
      [] {
        alignas(8) char room[24] = {};
        ouro::pool_allocator::deallocate(room, 24, 8);
      },
      "lies in no pool", "unknown");
}

TEST_CASE("misuse: the use of a heap that was moved from is reported") {
  constexpr const char* moved = "a heap was used that had been moved from";
  const auto with_moved = [](auto use) {
    return [use] {
      heap from;
      const heap to = std::move(from);
      use(from);
    };
  };
  check_misuse(with_moved([](heap& from) { const heap::scope in{from}; }), moved, "ouro::heap");
  check_misuse(with_moved([](heap& from) { static_cast<void>(from.statistics()); }), moved, "ouro::heap");
  check_misuse(with_moved([](heap& from) { static_cast<void>(from.limit()); }), moved, "ouro::heap");
  check_misuse(with_moved([](heap& from) { from.set_limit(1); }), moved, "ouro::heap");
  check_misuse(with_moved([](heap& from) { from.trim(); }), moved, "ouro::heap");
  check_misuse(with_moved([](heap& from) { static_cast<void>(from.is_entered()); }), moved, "ouro::heap");
}

TEST_CASE("misuse: a heap that was moved from may end, and may be assigned another one") {
  const auto said = run_in_child([] {
    heap from;
    heap to = std::move(from);
    from = heap{};
    const heap::scope in{from};
    make<victim>();
  });
  CHECK_FALSE(said.aborted);
  CHECK(said.text == "");
}

TEST_CASE("misuse: a write below the first element of an array is reported when its pointer is used") {
  for (const int value : {0, 1, 2, 0x7FFF'FFF0, 0x00FF'0000, 0x0001'0000}) {
    check_misuse(
        [value] {
          make<victim>();
          auto array = make<int[]>(4);
          int* volatile first = array.get();
          first[-1] = value;
          array.reset();
        },
        "overwritten", "int");
  }
}
