// [util.smartptr.shared.create]: allocate_shared of an object.
#include "standard/allocators.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ouro::test::standard;

namespace {

struct thrower : ouro::test::counted<thrower> {
  thrower() { throw 7; }
};

class by_allocator_alone;

/// Calls constructors and destructors that nobody else may call.
template <class T>
class befriended_allocator : public noting_allocator<T> {
 public:
  using value_type = T;
  template <class U>
  struct rebind {
    using other = befriended_allocator<U>;
  };
  using noting_allocator<T>::noting_allocator;
  template <class U>
  befriended_allocator(const befriended_allocator<U>& other) noexcept : noting_allocator<T>{other} {}
  template <class U, class... Args>
  void construct(U* at, Args&&... args) {
    ::new (static_cast<void*>(at)) U(std::forward<Args>(args)...);
  }
  template <class U>
  void destroy(U* object) noexcept {
    object->~U();
  }
};

class by_allocator_alone {
  explicit by_allocator_alone(int of) noexcept : value_{of} {}
  ~by_allocator_alone() = default;
  template <class T>
  friend class befriended_allocator;
  int value_;

 public:
  [[nodiscard]] int value() const noexcept { return value_; }
};

/// Gives objects one argument more.
template <class T>
struct adding_allocator : minimal_allocator<T> {
  using value_type = T;
  template <class U>
  struct rebind {
    using other = adding_allocator<U>;
  };
  adding_allocator() = default;
  template <class U>
  adding_allocator(const adding_allocator<U>&) noexcept {}
  template <class U, class... Args>
  void construct(U* at, Args&&... args) {
    ::new (static_cast<void*>(at)) U(std::forward<Args>(args)..., 100);
  }
};

/// Counts how many copies of it are alive. It has a state, which has to be kept with the object.
template <class T>
struct counted_allocator : minimal_allocator<T>, ouro::test::counted<counted_allocator<void>> {
  using value_type = T;
  template <class U>
  struct rebind {
    using other = counted_allocator<U>;
  };
  explicit counted_allocator(int of) noexcept : state{of} {}
  template <class U>
  counted_allocator(const counted_allocator<U>& other) noexcept : state{other.state} {}
  int state;
};
using all_counted_allocators = ouro::test::counted<counted_allocator<void>>;

struct alignas(64) wide {
  int value = 3;
};

}  // namespace

TEST_CASE_TEMPLATE_DEFINE(
    "allocate_shared: asks the allocator once, and gives the block back once, with the same length", F,
    allocates_once) {
  ledger of;
  {
    const auto p = F::template allocate_shared<number>(noting_allocator<number>{of}, 5);
    static_assert(std::is_same_v<decltype(p), const shared<F, number>>);
    CHECK(p->value == 5);
    CHECK(p.use_count() == 1);
    CHECK(of.allocations == 1);
    CHECK(of.blocks() == 1);
    CHECK(of.contains(p.get()));
    const auto copy = p;
    CHECK(of.allocations == 1);
  }
  CHECK(of.deallocations == 1);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(allocates_once, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: takes an allocator of any type, lvalue or rvalue, const or not", F,
                          rebinds) {
  ledger of;
  noting_allocator<char> named{of};
  const noting_allocator<long> constant{of};
  const auto p = F::template allocate_shared<number>(named, 1);
  const auto q = F::template allocate_shared<number>(constant, 2);
  const auto r = F::template allocate_shared<number>(noting_allocator<std::string>{of}, 3);
  CHECK(of.allocations == 3);
  CHECK(of.contains(q.get()));
  const auto s = F::template allocate_shared<number>(minimal_allocator<void>{}, 4);
  const auto t = F::template allocate_shared<number>(std::allocator<void>{}, 5);
  const auto u = F::template allocate_shared<number>(std::allocator<number>{}, 6);
  CHECK(s->value + t->value + u->value == 15);
  CHECK(number::alive == 6);
}
TEST_CASE_TEMPLATE_APPLY(rebinds, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: constructs and destroys by the functions of the allocator", F,
                          constructs_by_allocator) {
  ledger of;
  {
    const auto p = F::template allocate_shared<number>(constructing_allocator<char>{of}, 5);
    CHECK(of.constructed == 1);
    CHECK(of.destroyed == 0);
    CHECK(p->value == 5);
  }
  CHECK(of.destroyed == 1);
  CHECK(of.deallocations == 1);
}
TEST_CASE_TEMPLATE_APPLY(constructs_by_allocator, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: a class whose constructor and destructor only the allocator may call", F,
                          befriended) {
  ledger of;
  const auto p = F::template allocate_shared<by_allocator_alone>(befriended_allocator<by_allocator_alone>{of}, 8);
  CHECK(p->value() == 8);
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(befriended, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: an allocator that adds arguments", F, adds_arguments) {
  const auto p = F::template allocate_shared<std::pair<int, int>>(adding_allocator<int>{}, 5);
  CHECK(p->first == 5);
  CHECK(p->second == 100);
}
TEST_CASE_TEMPLATE_APPLY(adds_arguments, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: no memory, no object", F, no_memory_no_object) {
  ledger of;
  of.failures_after = 0;
  CHECK_THROWS_AS((F::template allocate_shared<number>(noting_allocator<number>{of}, 5)), std::bad_alloc);
  CHECK(number::alive == 0);
  CHECK(of.blocks() == 0);
  CHECK_NOTHROW((F::template allocate_shared<number>(noting_allocator<number>{of}, 5)));
  CHECK(of.deallocations == 1);
}
TEST_CASE_TEMPLATE_APPLY(no_memory_no_object, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: a constructor that throws gives the block back", F, constructor_throws) {
  ledger of;
  CHECK_THROWS_AS((F::template allocate_shared<thrower>(noting_allocator<thrower>{of})), int);
  CHECK(of.allocations == 1);
  CHECK(of.deallocations == 1);
  CHECK(thrower::alive == 0);
  CHECK_THROWS_AS((F::template allocate_shared<thrower>(constructing_allocator<thrower>{of})), int);
  CHECK(of.deallocations == 2);
  CHECK(of.destroyed == 0);
}
TEST_CASE_TEMPLATE_APPLY(constructor_throws, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: a watcher keeps the block, and the allocator that takes it back", F,
                          watcher_keeps_block) {
  ledger of;
  weak<F, number> watcher;
  {
    const auto p = F::template allocate_shared<number>(constructing_allocator<number>{of}, 5);
    watcher = p;
  }
  CHECK(of.destroyed == 1);
  CHECK(number::alive == 0);
  CHECK(watcher.expired());
  watcher.reset();
  CHECK(of.deallocations == 1);
  CHECK(of.blocks() == 0);
}
TEST_CASE_TEMPLATE_APPLY(watcher_keeps_block, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: keeps a copy of the allocator as long as it needs it", F, keeps_copy) {
  CHECK(all_counted_allocators::alive == 0);
  {
    const auto p = F::template allocate_shared<number>(counted_allocator<int>{7}, 1);
    CHECK(all_counted_allocators::alive == 1);
    const auto q = p;
    CHECK(all_counted_allocators::alive == 1);
  }
  CHECK(all_counted_allocators::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(keeps_copy, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: two ledgers, each for its own", F, two_states) {
  ledger first;
  ledger second;
  {
    auto p = F::template allocate_shared<number>(noting_allocator<number>{first}, 1);
    auto q = F::template allocate_shared<number>(noting_allocator<number>{second}, 2);
    p.swap(q);
    CHECK(second.contains(p.get()));
    p = q;
    CHECK(second.deallocations == 1);
    CHECK(first.deallocations == 0);
  }
  CHECK(first.deallocations == 1);
}
TEST_CASE_TEMPLATE_APPLY(two_states, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: a polymorphic allocator, which passes itself on", F, polymorphic) {
  alignas(std::max_align_t) std::array<std::byte, 4096> buffer;
  std::pmr::monotonic_buffer_resource resource{buffer.data(), buffer.size(), std::pmr::null_memory_resource()};
  const std::pmr::polymorphic_allocator<> allocator{&resource};
  const auto within = [&buffer](const void* at) {
    const auto* const byte = static_cast<const std::byte*>(at);
    return byte >= buffer.data() && byte < buffer.data() + buffer.size();
  };
  const auto p = F::template allocate_shared<std::pmr::string>(allocator, 100u, 'x');
  CHECK(within(p.get()));
  CHECK(within(p->data()));
  CHECK(p->get_allocator().resource() == &resource);
  const auto q = F::template allocate_shared<std::pmr::vector<std::pmr::string>>(allocator, 3u);
  CHECK((*q)[2].get_allocator().resource() == &resource);
}
TEST_CASE_TEMPLATE_APPLY(polymorphic, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: alignment, const, void and base", F, kinds) {
  ledger of;
  {
    const auto p = F::template allocate_shared<wide>(noting_allocator<int>{of});
    CHECK(reinterpret_cast<std::uintptr_t>(p.get()) % 64 == 0);
    const auto q = F::template allocate_shared<const number>(noting_allocator<int>{of}, 6);
    static_assert(std::is_same_v<decltype(q), const shared<F, const number>>);
    CHECK(q->value == 6);
    const shared<F, void> r = F::template allocate_shared<number>(noting_allocator<int>{of}, 7);
    const shared<F, second_base> s = F::template allocate_shared<two_bases>(noting_allocator<int>{of});
    CHECK(s->second == 3);
    CHECK(of.blocks() == 4);
  }
  CHECK(of.deallocations == 4);
  CHECK(base::alive == 0);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(kinds, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: forwards arguments, and initializes values without them", F, forwards) {
  auto owner = std::make_unique<int>(9);
  const auto p = F::template allocate_shared<std::unique_ptr<int>>(std::allocator<int>{}, std::move(owner));
  CHECK(owner == nullptr);
  CHECK(**p == 9);
  for (int i = 0; i != 5; ++i) {
    const auto q = F::template allocate_shared<long>(std::allocator<int>{});
    CHECK(*q == 0);
    *q = 77;
  }
  CHECK(F::template allocate_shared<std::vector<int>>(std::allocator<int>{}, 16u, 1)->size() == 16);
}
TEST_CASE_TEMPLATE_APPLY(forwards, families);
