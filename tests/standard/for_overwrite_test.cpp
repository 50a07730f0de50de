// [util.smartptr.shared.create]: make_shared_for_overwrite and allocate_shared_for_overwrite.
#include "standard/allocators.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

using namespace ouro::test::standard;

namespace {

/// Logs its number when it is made and when it ends.
struct numbered {
  static inline std::string log;
  static inline int made = 0;
  numbered() : number{made++} { log += "+" + std::to_string(number); }
  numbered(const numbered&) = delete;
  numbered& operator=(const numbered&) = delete;
  ~numbered() { log += "~" + std::to_string(number); }
  int number;
  static std::string take() {
    made = 0;
    return std::exchange(log, {});
  }
};

/// Throws when it is made.
struct never_made {
  never_made() { throw 7; }
};

struct with_initializer {
  int value = 9;
  double more;
};

struct alignas(128) wide {
  char bytes[128];
};

template <class F, class T, class... Args>
concept makes = requires(Args... args) { F::template make_shared_for_overwrite<T>(args...); };

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("make_shared_for_overwrite: of a class calls the default constructor", F, of_class) {
  CHECK(numbered::take().empty());
  {
    const auto p = F::template make_shared_for_overwrite<numbered>();
    static_assert(std::is_same_v<decltype(p), const shared<F, numbered>>);
    CHECK(p.use_count() == 1);
    CHECK(numbered::take() == "+0");
  }
  CHECK(numbered::take() == "~0");
  CHECK(F::template make_shared_for_overwrite<std::string>()->empty());
  CHECK(F::template make_shared_for_overwrite<with_initializer>()->value == 9);
}
TEST_CASE_TEMPLATE_APPLY(of_class, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared_for_overwrite: of scalars leaves them to be written", F, of_scalar) {
  const auto p = F::template make_shared_for_overwrite<int>();
  *p = 5;
  CHECK(*p == 5);
  CHECK(p.use_count() == 1);
  const auto q = F::template make_shared_for_overwrite<double[4]>();
  for (int i = 0; i != 4; ++i) q[i] = i;
  CHECK(q[3] == 3.0);
  const auto r = F::template make_shared_for_overwrite<char[]>(1000);
  r[999] = 'x';
  CHECK(r[999] == 'x');
  CHECK(r.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(of_scalar, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared_for_overwrite: elements first to last, and destroyed last to first", F,
                          elements) {
  CHECK(numbered::take().empty());
  {
    const auto p = F::template make_shared_for_overwrite<numbered[]>(3);
    static_assert(std::is_same_v<decltype(p), const shared<F, numbered[]>>);
    CHECK(numbered::take() == "+0+1+2");
  }
  CHECK(numbered::take() == (F::undoes_arrays_backwards ? "~2~1~0" : "~0~1~2"));
  {
    const auto p = F::template make_shared_for_overwrite<numbered[2]>();
    static_assert(std::is_same_v<decltype(p), const shared<F, numbered[2]>>);
    CHECK(p[1].number == 1);
  }
  CHECK(numbered::take() == (F::undoes_arrays_backwards ? "+0+1~1~0" : "+0+1~0~1"));
  {
    const auto p = F::template make_shared_for_overwrite<numbered[][2]>(2);
    const auto q = F::template make_shared_for_overwrite<numbered[1][2]>();
    CHECK(p[1][1].number == 3);
  }
  CHECK(numbered::take() == (F::undoes_arrays_backwards ? "+0+1+2+3+4+5~5~4~3~2~1~0" : "+0+1+2+3+4+5~4~5~0~1~2~3"));
}
TEST_CASE_TEMPLATE_APPLY(elements, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared_for_overwrite: a constructor that throws leaves nothing", F, throws) {
  CHECK_THROWS_AS((F::template make_shared_for_overwrite<never_made>()), int);
  CHECK_THROWS_AS((F::template make_shared_for_overwrite<never_made[]>(3)), int);
  CHECK_THROWS_AS((F::template make_shared_for_overwrite<never_made[3]>()), int);
}
TEST_CASE_TEMPLATE_APPLY(throws, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared_for_overwrite: aligned, and without elements", F, aligned) {
  const auto p = F::template make_shared_for_overwrite<wide>();
  CHECK(reinterpret_cast<std::uintptr_t>(p.get()) % 128 == 0);
  const auto q = F::template make_shared_for_overwrite<wide[]>(3);
  CHECK(reinterpret_cast<std::uintptr_t>(q.get()) % 128 == 0);
  const auto r = F::template make_shared_for_overwrite<int[]>(0);
  CHECK(r.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(aligned, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared_for_overwrite: takes a length for T[] and nothing else", F, arguments) {
  static_assert(makes<F, number>);
  static_assert(makes<F, number[3]>);
  static_assert(makes<F, number[], std::size_t>);
  static_assert(!makes<F, number, int>);
  static_assert(!makes<F, number[]>);
  static_assert(!makes<F, number[3], std::size_t>);
  static_assert(!makes<F, number[], std::size_t, number>);
  CHECK(F::template make_shared_for_overwrite<number>()->value == 0);
}
TEST_CASE_TEMPLATE_APPLY(arguments, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared_for_overwrite: takes memory from the allocator, and constructs without it",
                          F, allocates) {
  ledger of;
  CHECK(numbered::take().empty());
  {
    const auto p = F::template allocate_shared_for_overwrite<numbered>(constructing_allocator<int>{of});
    CHECK(p.use_count() == 1);
    CHECK(of.allocations == 1);
    CHECK(of.contains(p.get()));
    CHECK(of.constructed == 0);
  }
  CHECK(numbered::take() == "+0~0");
  CHECK(of.deallocations == 1);
  CHECK(of.destroyed == 0);
}
TEST_CASE_TEMPLATE_APPLY(allocates, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared_for_overwrite: arrays", F, allocates_arrays) {
  ledger of;
  CHECK(numbered::take().empty());
  {
    const auto p = F::template allocate_shared_for_overwrite<numbered[]>(noting_allocator<int>{of}, 2);
    static_assert(std::is_same_v<decltype(p), const shared<F, numbered[]>>);
    CHECK(of.contains(&p[1]));
    const auto q = F::template allocate_shared_for_overwrite<numbered[2]>(noting_allocator<int>{of});
    static_assert(std::is_same_v<decltype(q), const shared<F, numbered[2]>>);
    CHECK(of.allocations == 2);
    CHECK(of.contains(q.get()));
  }
  CHECK(numbered::take() == (F::undoes_arrays_backwards ? "+0+1+2+3~3~2~1~0" : "+0+1+2+3~2~3~0~1"));
  CHECK(of.deallocations == 2);
  CHECK_THROWS_AS((F::template allocate_shared_for_overwrite<never_made[2]>(noting_allocator<int>{of})), int);
  CHECK_THROWS_AS((F::template allocate_shared_for_overwrite<never_made>(noting_allocator<int>{of})), int);
  CHECK(of.blocks() == 0);
  of.failures_after = 0;
  CHECK_THROWS_AS((F::template allocate_shared_for_overwrite<numbered[]>(noting_allocator<int>{of}, 2)),
                  std::bad_alloc);
  CHECK(numbered::take().empty());
}
TEST_CASE_TEMPLATE_APPLY(allocates_arrays, families);
