#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>
#include <new>
#include <string>

using ouro::make_for_overwrite;
using ouro::ptr;

namespace {

struct numbers {
  unsigned char bytes[40];
};

struct made : ouro::test::counted<made> {
  made() : number{next++} {
    if (number == throws_at) throw number;
  }
  made(const made&) = default;
  made& operator=(const made&) = default;
  ~made() { log += static_cast<char>('0' + number); }
  void trace(auto&&) {}

  static inline int next = 0;
  static inline int throws_at = -1;
  static inline std::string log;
  int number;
  int without_value;
};

struct node {
  ptr<node> next;
  int number;
};

struct counts_itself {
  int count = 0;
  friend void intrusive_ptr_add_ref(counts_itself* object) noexcept { ++object->count; }
  friend void intrusive_ptr_release(counts_itself* object) noexcept {
    if (--object->count == 0) delete object;
  }
};

/// How many bytes of an object that nobody has written to are as a dead object at its place has left them.
template <class Object, class Make>
std::size_t kept_bytes(Make make_again) {
  auto object = make_again();
  std::memset(static_cast<void*>(object.get()), 0xA5, sizeof(Object));
  const void* const place = object.get();
  object.reset();
  object = make_again();
  REQUIRE(object.get() == place);
  const auto* const bytes = reinterpret_cast<const volatile unsigned char*>(object.get());
  std::size_t kept = 0;
  for (std::size_t i = 0; i != sizeof(Object); ++i) kept += bytes[i] == 0xA5 ? 1 : 0;
  return kept;
}

constexpr bool hides_freed = ouro::detail::track::quarantines_freed;

}  // namespace

TEST_CASE("make_for_overwrite: leaves scalars as they are, of objects and of arrays" * doctest::skip(hides_freed)) {
  CHECK(kept_bytes<numbers>([] { return make_for_overwrite<numbers>(); }) == sizeof(numbers));
  CHECK(kept_bytes<int[5]>([] { return make_for_overwrite<int[]>(5); }) == sizeof(int[5]));
  CHECK(kept_bytes<int[5]>([] { return make_for_overwrite<int[5]>(); }) == sizeof(int[5]));
  CHECK(kept_bytes<int[3][2]>([] { return make_for_overwrite<int[][2]>(3); }) == sizeof(int[3][2]));
  CHECK(kept_bytes<int[5]>([] { return ouro::make<int[]>(5); }) == 0);
}

TEST_CASE("make_for_overwrite: calls default constructors from the first element to the last") {
  made::next = 0;
  made::log.clear();
  auto one = make_for_overwrite<made>();
  auto some = make_for_overwrite<made[]>(3);
  auto fixed = make_for_overwrite<made[2][2]>();
  CHECK(one->number == 0);
  CHECK(some[2].number == 3);
  CHECK(fixed[1][0].number == 6);
  CHECK(one.use_count() == 1);
  one.reset();
  some.reset();
  fixed.reset();
  CHECK(made::log == "03217654");
  CHECK(made::alive == 0);
  const auto linked = make_for_overwrite<node>();
  CHECK(linked->next == nullptr);
  CHECK(ouro::gc::is_tracked(linked));
  CHECK(make_for_overwrite<const std::string[]>(2)[1].empty());
}

TEST_CASE("make_for_overwrite: a constructor that throws ends the earlier elements, last first, and frees the block") {
  const std::size_t before = ouro::pool_allocator::statistics().used_blocks;
  made::next = 0;
  made::throws_at = 3;
  made::log.clear();
  CHECK_THROWS_AS(static_cast<void>(make_for_overwrite<made[][2]>(4)), int);
  CHECK(made::log == "210");
  made::next = 3;
  CHECK_THROWS_AS(static_cast<void>(make_for_overwrite<made>()), int);
  made::throws_at = -1;
  CHECK(made::alive == 0);
  CHECK(ouro::pool_allocator::statistics().used_blocks == before);
  CHECK_THROWS_AS(static_cast<void>(make_for_overwrite<int[]>(-1)), std::bad_array_new_length);
}

TEST_CASE("make_for_overwrite: makes objects of any policies, objects that count themselves too") {
  using shared = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::system_allocator>;
  const shared::ptr<int[]> array = shared::make_for_overwrite<int[]>(1'000'000);
  array[999'999] = 1;
  CHECK(array.use_count() == 1);
  const auto one = ouro::make_managed_for_overwrite<int, ouro::local_refcount, ouro::no_collector>();
  *one = 1;
  CHECK(one.use_count() == 1);
  const auto self = ouro::make_managed_for_overwrite<counts_itself, ouro::self_refcount, ouro::no_collector,
                                                     ouro::system_allocator>();
  CHECK(self->count == 1);
}
