// [util.smartptr.shared.create]: make_shared of an object.
#include "standard/heap_watch.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ouro::test::standard;

namespace {

/// Counts what its constructors were given.
struct forwarded {
  explicit forwarded(std::string& lvalue) : by_lvalue{lvalue} {}
  explicit forwarded(std::string&& rvalue) : by_rvalue{std::move(rvalue)} {}
  forwarded(const std::unique_ptr<int>& kept, std::unique_ptr<int>&& taken)
      : sum{*kept + *std::unique_ptr<int>{std::move(taken)}} {}
  std::string by_lvalue;
  std::string by_rvalue;
  int sum = 0;
};

struct aggregate {
  int first = 1;
  int second = 2;
};

struct with_explicit_constructor {
  explicit with_explicit_constructor(int of) : value{of} {}
  int value;
};
struct cannot_be_copied {
  explicit cannot_be_copied(int of) : value{of} {}
  cannot_be_copied(const cannot_be_copied&) = delete;
  cannot_be_copied& operator=(const cannot_be_copied&) = delete;
  int value;
};

struct thrower : ouro::test::counted<thrower> {
  explicit thrower(bool throws) {
    if (throws) throw 42;
  }
};

template <std::size_t Alignment>
struct alignas(Alignment) aligned {
  std::byte bytes[Alignment];
};

/// Has operators of its own, which `::new` does not call.
struct with_operator_new {
  static inline int calls = 0;
  static void* operator new(std::size_t bytes) {
    ++calls;
    return ::operator new(bytes);
  }
  static void operator delete(void* block) {
    ++calls;
    ::operator delete(block);
  }
  static void* operator new(std::size_t, void* at) {
    ++calls;
    return at;
  }
};

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("make_shared: constructs one object, and owns it alone", F, makes_one) {
  {
    const auto p = F::template make_shared<number>(5);
    static_assert(std::is_same_v<decltype(p), const shared<F, number>>);
    CHECK(p.get() != nullptr);
    CHECK(p.use_count() == 1);
    CHECK(p->value == 5);
    CHECK(number::alive == 1);
  }
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(makes_one, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared: asks for memory once at most", F, one_allocation) {
  CHECK(requests_of([] { const auto p = F::template make_shared<number>(5); }) <= 1);
  CHECK(requests_of([] { const auto p = F::template make_shared<number[]>(50); }) <= 1);
  CHECK(requests_of([] { const auto p = F::template make_shared<number[4]>(); }) <= 1);
  CHECK(requests_of([] { const auto p = F::template make_shared_for_overwrite<int[4]>(); }) <= 1);
}
TEST_CASE_TEMPLATE_APPLY(one_allocation, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared: forwards arguments as they are", F, forwards) {
  std::string text(40, 'a');
  const auto by_lvalue = F::template make_shared<forwarded>(text);
  CHECK(by_lvalue->by_lvalue == text);
  CHECK(text.size() == 40);
  const auto by_rvalue = F::template make_shared<forwarded>(std::move(text));
  CHECK(by_rvalue->by_rvalue == std::string(40, 'a'));
  CHECK(text.empty());
  const auto kept = std::make_unique<int>(1);
  const auto both = F::template make_shared<forwarded>(kept, std::make_unique<int>(2));
  CHECK(both->sum == 3);
  CHECK(*kept == 1);
}
TEST_CASE_TEMPLATE_APPLY(forwards, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared: without arguments initializes values", F, value_initializes) {
  CHECK(*F::template make_shared<int>() == 0);
  CHECK(*F::template make_shared<const double>() == 0.0);
  CHECK(*F::template make_shared<int*>() == nullptr);
  CHECK(F::template make_shared<aggregate>()->second == 2);
  struct plain {
    int a;
    int b;
  };
  // A block that is used again is not zero.
  for (int i = 0; i != 20; ++i) {
    const auto p = F::template make_shared<plain>();
    CHECK(p->a + p->b == 0);
    p->a = 7;
    p->b = 8;
  }
}
TEST_CASE_TEMPLATE_APPLY(value_initializes, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared: by parentheses, as ::new T(args) does", F, by_parentheses) {
  CHECK(F::template make_shared<std::vector<int>>(16u, 1)->size() == 16);
  CHECK(F::template make_shared<std::string>(3u, 'x')->size() == 3);
  CHECK(*F::template make_shared<int>(2.5) == 2);  // narrowed
  CHECK(F::template make_shared<with_explicit_constructor>(3)->value == 3);
  CHECK(F::template make_shared<with_explicit_constructor>('c')->value == 'c');
  const auto list = F::template make_shared<std::vector<int>>(std::initializer_list<int>{1, 2});
  CHECK(list->size() == 2);
  CHECK(F::template make_shared<cannot_be_copied>(4)->value == 4);
}
TEST_CASE_TEMPLATE_APPLY(by_parentheses, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared: copies and moves objects", F, copies_objects) {
  const number original{6};
  const auto copy = F::template make_shared<number>(original);
  CHECK(copy->value == 6);
  CHECK(copy.get() != &original);
  const auto second = F::template make_shared<number>(*copy);
  CHECK(second->value == 6);
  CHECK(number::alive == 3);
  const auto copied_aggregate = F::template make_shared<aggregate>(aggregate{3, 4});
  CHECK(copied_aggregate->second == 4);
  const auto moved = F::template make_shared<std::unique_ptr<int>>(std::make_unique<int>(9));
  CHECK(**moved == 9);
}
TEST_CASE_TEMPLATE_APPLY(copies_objects, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared: an aggregate by parentheses, where the compiler does that", F, aggregates) {
  if constexpr (std::is_constructible_v<aggregate, int, int>) {
    const auto p = F::template make_shared<aggregate>(5, 6);
    CHECK(p->first == 5);
    CHECK(p->second == 6);
    CHECK(F::template make_shared<aggregate>(7)->second == 2);
  }
}
TEST_CASE_TEMPLATE_APPLY(aggregates, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared: of const", F, makes_const) {
  const auto p = F::template make_shared<const number>(7);
  static_assert(std::is_same_v<decltype(p), const shared<F, const number>>);
  CHECK(p->value == 7);
  const shared<F, const int> q = F::template make_shared<int>(8);
  CHECK(*q == 8);
  CHECK(number::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(makes_const, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared: what a constructor throws comes through, and nothing stays behind", F,
                          constructor_throws) {
  CHECK_THROWS_AS((F::template make_shared<thrower>(true)), int);
  CHECK(thrower::alive == 0);
  for (int i = 0; i != 50; ++i) {
    CHECK_THROWS_AS((F::template make_shared<thrower>(true)), int);
    CHECK_NOTHROW((F::template make_shared<thrower>(false)));
  }
  CHECK(thrower::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(constructor_throws, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared: aligns objects as they ask", F, aligns) {
  const auto address = [](const auto& p) { return reinterpret_cast<std::uintptr_t>(p.get()); };
  for (int i = 0; i != 5; ++i) {
    const auto p16 = F::template make_shared<aligned<16>>();
    const auto p64 = F::template make_shared<aligned<64>>();
    const auto p256 = F::template make_shared<aligned<256>>();
    const auto p4096 = F::template make_shared<aligned<4096>>();
    CHECK(address(p16) % 16 == 0);
    CHECK(address(p64) % 64 == 0);
    CHECK(address(p256) % 256 == 0);
    CHECK(address(p4096) % 4096 == 0);
    CHECK(p4096.use_count() == 1);
  }
}
TEST_CASE_TEMPLATE_APPLY(aligns, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared: large objects, and small ones", F, sizes) {
  struct large {
    char bytes[100'000];
  };
  const auto p = F::template make_shared<large>();
  p->bytes[99'999] = 'x';
  CHECK(p->bytes[0] == 0);
  struct empty {};
  const auto q = F::template make_shared<empty>();
  const auto r = F::template make_shared<empty>();
  CHECK(q != r);
  const auto b = F::template make_shared<bool>(true);
  CHECK(*b);
}
TEST_CASE_TEMPLATE_APPLY(sizes, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared: does not call operators new and delete of the class", F, ignores_operators) {
  with_operator_new::calls = 0;
  {
    const auto p = F::template make_shared<with_operator_new>();
  }
  CHECK(with_operator_new::calls == 0);
  {
    const shared<F, with_operator_new> p{new with_operator_new};
  }
  CHECK(with_operator_new::calls == 2);
}
TEST_CASE_TEMPLATE_APPLY(ignores_operators, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared: watchers see the end, though they share the block", F, watchers_of_made) {
  weak<F, number> watcher;
  {
    const auto p = F::template make_shared<number>(1);
    watcher = p;
    CHECK(watcher.lock() == p);
  }
  CHECK(watcher.expired());
  CHECK(number::alive == 0);
  watcher = F::template make_shared<number>(2);
  CHECK(watcher.expired());
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(watchers_of_made, families);
