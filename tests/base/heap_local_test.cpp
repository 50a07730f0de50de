#include <ouro/base/heap_local.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

namespace {

using ouro::detail::heap_context;
using ouro::detail::heap_local_of;
using ouro::detail::known_heap_locals;
using ouro::detail::register_heap_local;

/// A heap-local variable of its own for each `Number`.
template <int Number>
struct number {
  int value = 3;

  static inline thread_local number here;
  static number& of_thread() noexcept { return here; }
};

struct with_finish : number<10> {
  static with_finish& of_thread() noexcept;
  static bool finish() noexcept { return true; }
};
thread_local with_finish finished_here;
with_finish& with_finish::of_thread() noexcept { return finished_here; }

struct with_all : with_finish {
  static bool relieve() noexcept { return false; }
  static void release() noexcept {}
};

}  // namespace

TEST_CASE("heap_local: a variable has a value in each heap, and its initial one where it was never saved") {
  auto& variable = heap_local_of<number<0>>::variable;
  REQUIRE(register_heap_local(variable));
  int& value = number<0>::here.value;
  heap_context first;
  heap_context second;
  REQUIRE(first.reserve());
  REQUIRE(second.reserve());
  value = 7;
  first.save();
  second.load();
  CHECK(value == 3);
  value = 8;
  second.save();
  first.load();
  CHECK(value == 7);
  second.load();
  CHECK(value == 8);
  second.release();
  second.load();
  CHECK(value == 3);
  first.load();
  CHECK(value == 7);
  first.release();
}

TEST_CASE("heap_local: a variable for which a saved heap had no room has its initial value there") {
  heap_context heap;
  REQUIRE(heap.reserve());
  auto& late = heap_local_of<number<1>>::variable;
  REQUIRE(register_heap_local(late));
  number<1>::here.value = 7;
  heap.save();
  heap.load();
  CHECK(number<1>::here.value == 3);
  REQUIRE(heap.reserve());
  number<1>::here.value = 7;
  heap.save();
  number<1>::here.value = 8;
  heap.load();
  CHECK(number<1>::here.value == 7);
  heap.release();
}

TEST_CASE("heap_local: is registered once, behind the others, at an offset that suits every type") {
  auto& first = heap_local_of<number<2>>::variable;
  auto& second = heap_local_of<number<3>>::variable;
  CHECK_FALSE(first.is_known);
  const std::size_t before = known_heap_locals.bytes();
  REQUIRE(register_heap_local(first));
  CHECK(first.is_known);
  CHECK(first.offset == before);
  CHECK(first.offset % alignof(std::max_align_t) == 0);
  known_heap_locals.add(first);  // as two threads do that register it at the same time
  REQUIRE(register_heap_local(second));
  CHECK(second.offset == before + alignof(std::max_align_t));
  CHECK(known_heap_locals.bytes() == before + 2 * alignof(std::max_align_t));
  std::vector<const ouro::detail::heap_local*> seen;
  known_heap_locals.each([&seen](const ouro::detail::heap_local& each) { seen.push_back(&each); });
  REQUIRE(seen.size() >= 2);
  CHECK(seen[0] == &second);
  CHECK(seen[1] == &first);
}

TEST_CASE("heap_local: is described by the functions that its type has; finish stands in for a missing relieve") {
  const auto& plain = heap_local_of<number<4>>::variable;
  CHECK(plain.bytes == sizeof(number<4>));
  CHECK(plain.here() == &number<4>::here);
  CHECK((plain.finish == nullptr && plain.relieve == nullptr && plain.release == nullptr));
  const auto& finished = heap_local_of<with_finish>::variable;
  CHECK((finished.finish == &with_finish::finish && finished.relieve == &with_finish::finish));
  CHECK((finished.release == nullptr));
  const auto& complete = heap_local_of<with_all>::variable;
  CHECK((complete.finish == &with_finish::finish && complete.relieve == &with_all::relieve));
  CHECK((complete.release == &with_all::release));
}
