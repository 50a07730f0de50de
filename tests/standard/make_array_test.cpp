// [util.smartptr.shared.create]: make_shared of arrays.
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ouro::test::standard;

namespace {

/// Logs its number when it is made and when it ends; the one that `throws_at` names throws.
struct element {
  static inline std::string log;
  static inline int made = 0;
  static inline int throws_at = -1;
  element() : number{made++} { construct(); }
  element(const element& other) : value{other.value}, number{made++} { construct(); }
  element& operator=(const element&) = delete;
  explicit element(int of) : value{of}, number{-1} {}
  ~element() {
    if (number >= 0) log += "~" + std::to_string(number);
  }
  int value = 0;
  int number;

 private:
  void construct() const {
    if (number == throws_at) throw 42;
    log += "+" + std::to_string(number);
  }
};

/// Begins a test with an empty log, and gives what the test has logged.
struct element_log {
  element_log() {
    element::log.clear();
    element::made = 0;
  }
  element_log(const element_log&) = delete;
  element_log& operator=(const element_log&) = delete;
  ~element_log() { element::throws_at = -1; }
  std::string take() {
    element::made = 0;
    return std::exchange(element::log, {});
  }
};

struct alignas(64) wide {
  int value = 3;
};

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("make_shared<T[]>(n): value-initialized elements, first to last, destroyed last to first", F,
                          unknown_length) {
  element_log log;
  {
    const auto p = F::template make_shared<element[]>(3);
    static_assert(std::is_same_v<decltype(p), const shared<F, element[]>>);
    CHECK(log.take() == "+0+1+2");
    CHECK(p.use_count() == 1);
    CHECK(p[0].number == 0);
    CHECK(&p[2] == p.get() + 2);
  }
  CHECK(log.take() == "~2~1~0");
}
TEST_CASE_TEMPLATE_APPLY(unknown_length, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared<T[N]>(): value-initialized elements, first to last, destroyed last to first", F,
                          known_length) {
  element_log log;
  {
    const auto p = F::template make_shared<element[3]>();
    static_assert(std::is_same_v<decltype(p), const shared<F, element[3]>>);
    CHECK(log.take() == "+0+1+2");
    CHECK(p.use_count() == 1);
    CHECK(p[2].number == 2);
  }
  CHECK(log.take() == "~2~1~0");
}
TEST_CASE_TEMPLATE_APPLY(known_length, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared<T[]>: zeroes, in memory that was used before", F, zeroes) {
  for (int i = 0; i != 10; ++i) {
    const auto p = F::template make_shared<int[]>(20);
    const auto q = F::template make_shared<double[5]>();
    int sum = 0;
    for (int k = 0; k != 20; ++k) {
      sum += p[k];
      p[k] = 99;
    }
    CHECK(sum == 0);
    CHECK(q[4] == 0.0);
    q[4] = 1.5;
  }
}
TEST_CASE_TEMPLATE_APPLY(zeroes, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared<T[]>(n, u): copies of u", F, filled_unknown) {
  element_log log;
  const element original{7};
  {
    const auto p = F::template make_shared<element[]>(3, original);
    CHECK(log.take() == "+0+1+2");
    CHECK(p[0].value == 7);
    CHECK(p[2].value == 7);
  }
  CHECK(log.take() == "~2~1~0");
  const auto q = F::template make_shared<double[]>(4, 1.0);
  CHECK(q[3] == 1.0);
  const auto r = F::template make_shared_of<std::vector<int>[]>(4, {1, 2});
  CHECK(r[3] == std::vector<int>{1, 2});
  const auto s = F::template make_shared<std::string[]>(2, std::string(30, 's'));
  CHECK(s[0] == s[1]);
}
TEST_CASE_TEMPLATE_APPLY(filled_unknown, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared<T[N]>(u): copies of u", F, filled_known) {
  element_log log;
  const element original{8};
  {
    const auto p = F::template make_shared<element[2]>(original);
    CHECK(log.take() == "+0+1");
    CHECK(p[1].value == 8);
  }
  CHECK(log.take() == "~1~0");
  const auto q = F::template make_shared<double[1024]>(1.0);
  CHECK(q[1023] == 1.0);
  const auto r = F::template make_shared_of<std::vector<int>[4]>({1, 2});
  CHECK(r[0].size() == 2);
}
TEST_CASE_TEMPLATE_APPLY(filled_known, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared: arrays of arrays, element by element", F, of_arrays) {
  element_log log;
  {
    const auto p = F::template make_shared<element[][2]>(2);
    CHECK(log.take() == "+0+1+2+3");
    CHECK(p[1][0].number == 2);
  }
  CHECK(log.take() == "~3~2~1~0");
  {
    const auto p = F::template make_shared<element[2][2]>();
    CHECK(log.take() == "+0+1+2+3");
    CHECK(p[1][1].number == 3);
  }
  CHECK(log.take() == "~3~2~1~0");
  const auto q = F::template make_shared<double[][2][2]>(6);
  CHECK(q[5][1][1] == 0.0);
  const auto r = F::template make_shared<double[6][2][2]>();
  CHECK(r[5][1][1] == 0.0);
}
TEST_CASE_TEMPLATE_APPLY(of_arrays, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared: arrays of arrays, filled with copies of an array", F, filled_with_arrays) {
  const auto p = F::template make_shared_of<double[][2]>(6, {1.0, 2.0});
  CHECK(p[0][0] == 1.0);
  CHECK(p[5][1] == 2.0);
  const auto q = F::template make_shared_of<double[6][2]>({3.0, 4.0});
  CHECK(q[5][0] == 3.0);
  CHECK(q[5][1] == 4.0);
  const int square[2][2] = {{1, 2}, {3, 4}};
  const auto r = F::template make_shared<int[][2][2]>(3, square);
  CHECK(r[2][1][0] == 3);
}
TEST_CASE_TEMPLATE_APPLY(filled_with_arrays, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared<T[]>: the k-th element throws, and those before it are destroyed last to first",
                          F, element_throws) {
  element_log log;
  const std::string undone = F::undoes_arrays_backwards ? "+0+1~1~0" : "+0+1~0~1";
  element::throws_at = 2;
  CHECK_THROWS_AS((F::template make_shared<element[]>(4)), int);
  CHECK(log.take() == undone);
  CHECK_THROWS_AS((F::template make_shared<element[4]>()), int);
  CHECK(log.take() == undone);
  CHECK_THROWS_AS((F::template make_shared<element[][2]>(2)), int);
  CHECK(log.take() == undone);
  const element original{1};
  CHECK_THROWS_AS((F::template make_shared<element[]>(4, original)), int);
  CHECK(log.take() == undone);
  CHECK_THROWS_AS((F::template make_shared<element[5]>(original)), int);
  CHECK(log.take() == undone);
  CHECK_THROWS_AS((F::template make_shared_for_overwrite<element[5]>()), int);
  CHECK(log.take() == undone);
  element::throws_at = 0;
  CHECK_THROWS_AS((F::template make_shared<element[]>(4)), int);
  CHECK(log.take().empty());
}
TEST_CASE_TEMPLATE_APPLY(element_throws, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared<T[]>(0): owns an array without elements", F, no_elements) {
  element_log log;
  {
    const auto p = F::template make_shared<element[]>(0);
    CHECK(p.use_count() == 1);
    CHECK(p.get() != nullptr);
    CHECK(p);
    const auto copy = p;
    CHECK(p.use_count() == 2);
  }
  CHECK(log.take().empty());
}
TEST_CASE_TEMPLATE_APPLY(no_elements, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared<T[]>(n): throws for a length that no memory has", F, too_long) {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  CHECK_THROWS_AS((F::template make_shared<char[]>(most / 2)), std::bad_alloc);
  if constexpr (F::refuses_endless_arrays) {
    CHECK_THROWS_AS((F::template make_shared<char[]>(most)), std::bad_alloc);
    CHECK_THROWS_AS((F::template make_shared<double[]>(most)), std::bad_alloc);
    CHECK_THROWS_AS((F::template make_shared<double[]>(most / sizeof(double))), std::bad_alloc);
    CHECK_THROWS_AS((F::template make_shared<double[]>(most / sizeof(double) + 2)), std::bad_alloc);
    CHECK_THROWS_AS((F::template make_shared<int[][1000]>(most / 1000)), std::bad_alloc);
  }
}
TEST_CASE_TEMPLATE_APPLY(too_long, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared<T[]>: aligned elements, and many of them", F, aligned_elements) {
  const auto p = F::template make_shared<wide[]>(3);
  CHECK(reinterpret_cast<std::uintptr_t>(p.get()) % 64 == 0);
  CHECK(p[2].value == 3);
  const auto q = F::template make_shared<wide[2]>();
  CHECK(reinterpret_cast<std::uintptr_t>(q.get()) % 64 == 0);
  const auto many = F::template make_shared<int[]>(1'000'000);
  many[999'999] = 5;
  CHECK(many[0] + many[999'999] == 5);
}
TEST_CASE_TEMPLATE_APPLY(aligned_elements, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared<T[]>: of const elements, and converted", F, const_elements) {
  if constexpr (F::makes_const_arrays) {
    const auto p = F::template make_shared<const int[]>(3, 4);
    static_assert(std::is_same_v<decltype(p[0]), const int&>);
    CHECK(p[2] == 4);
    const auto q = F::template make_shared<const int[2]>();
    CHECK(q[1] == 0);
  }
  const shared<F, const number[]> r = F::template make_shared<number[2]>();
  CHECK(r.use_count() == 1);
  CHECK(number::alive == 2);
}
TEST_CASE_TEMPLATE_APPLY(const_elements, families);

TEST_CASE_TEMPLATE_DEFINE("make_shared<T[]>: watchers and elements that outlive the pointer to the array", F,
                          parts_of_made) {
  weak<F, number[]> watcher;
  shared<F, number> one;
  {
    const auto p = F::template make_shared<number[]>(3);
    watcher = p;
    one = shared<F, number>{p, &p[1]};
  }
  CHECK(number::alive == 3);
  CHECK(watcher.lock().get() + 1 == one.get());
  one.reset();
  CHECK(number::alive == 0);
  CHECK(watcher.expired());
}
TEST_CASE_TEMPLATE_APPLY(parts_of_made, families);
