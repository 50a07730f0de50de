// [util.smartptr.weak]: which constructors, assignments and members there are, and what they throw.
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

using namespace ouro::test::standard;

namespace {

struct incomplete;

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: constructors do not throw, are implicit, and exist where pointers convert", F,
                          constructors) {
  using watcher = weak<F, base>;
  static_assert(std::is_nothrow_default_constructible_v<watcher>);
  static_assert(std::is_nothrow_copy_constructible_v<watcher>);
  static_assert(std::is_nothrow_move_constructible_v<watcher>);
  static_assert(std::is_nothrow_destructible_v<watcher>);
  static_assert(std::is_nothrow_constructible_v<watcher, const shared<F, base>&>);
  static_assert(std::is_nothrow_constructible_v<watcher, const shared<F, derived>&>);
  static_assert(std::is_nothrow_constructible_v<watcher, const weak<F, derived>&>);
  static_assert(std::is_nothrow_constructible_v<watcher, weak<F, derived>>);
  static_assert(std::is_convertible_v<shared<F, derived>, watcher>);
  static_assert(std::is_convertible_v<const weak<F, derived>&, watcher>);
  static_assert(std::is_convertible_v<weak<F, derived>, watcher>);
  static_assert(std::is_convertible_v<weak<F, with_virtual_base>, watcher>);
  static_assert(std::is_convertible_v<watcher, weak<F, const base>>);
  static_assert(std::is_convertible_v<watcher, weak<F, void>>);
  static_assert(!std::is_constructible_v<watcher, base*>);
  static_assert(!std::is_constructible_v<watcher, std::nullptr_t>);
  static_assert(!std::is_constructible_v<watcher, std::unique_ptr<base>>);
  static_assert(!std::is_constructible_v<watcher, const shared<F, second_base>&>);
  static_assert(!std::is_constructible_v<watcher, const shared<F, const base>&>);
  static_assert(!std::is_constructible_v<watcher, const shared<F, with_private_base>&>);
  static_assert(!std::is_constructible_v<watcher, const weak<F, second_base>&>);
  static_assert(!std::is_constructible_v<watcher, weak<F, second_base>>);
  static_assert(!std::is_constructible_v<watcher, weak<F, const base>>);
  static_assert(!std::is_constructible_v<watcher, weak<F, with_ambiguous_base>>);
  static_assert(!std::is_constructible_v<weak<F, derived>, watcher>);
  static_assert(!std::is_constructible_v<weak<F, derived>, const shared<F, base>&>);
  CHECK(watcher{}.expired());
}
TEST_CASE_TEMPLATE_APPLY(constructors, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: of arrays converts where pointers do", F, array_constructors) {
  static_assert(std::is_convertible_v<weak<F, int[3]>, weak<F, int[]>>);
  static_assert(std::is_convertible_v<shared<F, int[3]>, weak<F, const int[]>>);
  static_assert(!std::is_constructible_v<weak<F, int[2]>, weak<F, int[3]>>);
  static_assert(!std::is_constructible_v<weak<F, int>, weak<F, int[]>>);
  static_assert(!std::is_constructible_v<weak<F, int[]>, weak<F, int>>);
  static_assert(!std::is_constructible_v<weak<F, int[]>, shared<F, int>>);
  static_assert(!std::is_constructible_v<weak<F, base[]>, weak<F, derived[]>>);
  static_assert(std::is_same_v<typename weak<F, int[]>::element_type, int>);
  static_assert(std::is_same_v<typename weak<F, const int[3]>::element_type, const int>);
  CHECK(weak<F, int[]>{}.expired());
}
TEST_CASE_TEMPLATE_APPLY(array_constructors, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: assignments do not throw, and exist where pointers convert", F, assignments) {
  using watcher = weak<F, base>;
  static_assert(std::is_nothrow_copy_assignable_v<watcher>);
  static_assert(std::is_nothrow_move_assignable_v<watcher>);
  static_assert(std::is_nothrow_assignable_v<watcher&, const weak<F, derived>&>);
  static_assert(std::is_nothrow_assignable_v<watcher&, weak<F, derived>>);
  static_assert(std::is_nothrow_assignable_v<watcher&, const shared<F, derived>&>);
  static_assert(std::is_same_v<decltype(std::declval<watcher&>() = std::declval<weak<F, derived>>()), watcher&>);
  static_assert(std::is_same_v<decltype(std::declval<watcher&>() = std::declval<shared<F, derived>&>()), watcher&>);
  static_assert(!std::is_assignable_v<watcher&, const weak<F, second_base>&>);
  static_assert(!std::is_assignable_v<watcher&, weak<F, const base>>);
  static_assert(!std::is_assignable_v<watcher&, const shared<F, second_base>&>);
  static_assert(!std::is_assignable_v<watcher&, base*>);
  static_assert(!std::is_assignable_v<watcher&, std::nullptr_t>);
  static_assert(!std::is_assignable_v<weak<F, derived>&, watcher>);
  CHECK(watcher{}.expired());
}
TEST_CASE_TEMPLATE_APPLY(assignments, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: members, and what they throw", F, members) {
  using watcher = weak<F, base>;
  static_assert(std::is_same_v<typename watcher::element_type, base>);
  static_assert(std::is_same_v<decltype(std::declval<const watcher&>().lock()), shared<F, base>>);
  static_assert(std::is_same_v<decltype(std::declval<const watcher&>().use_count()), long>);
  static_assert(std::is_same_v<decltype(std::declval<const watcher&>().expired()), bool>);
  static_assert(noexcept(std::declval<const watcher&>().lock()));
  static_assert(noexcept(std::declval<const watcher&>().use_count()));
  static_assert(noexcept(std::declval<const watcher&>().expired()));
  static_assert(noexcept(std::declval<watcher&>().reset()));
  static_assert(noexcept(std::declval<watcher&>().swap(std::declval<watcher&>())));
  static_assert(std::is_nothrow_swappable_v<watcher>);
  static_assert(!std::is_convertible_v<watcher, bool>);
  static_assert(!std::is_constructible_v<bool, watcher>);
  static_assert(std::is_same_v<decltype(std::declval<const weak<F, const base>&>().lock()), shared<F, const base>>);
  CHECK(watcher{}.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(members, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(weak_ptr): is explicit, and exists where pointers convert", F, from_weak) {
  using pointer = shared<F, base>;
  static_assert(std::is_constructible_v<pointer, const weak<F, base>&>);
  static_assert(std::is_constructible_v<pointer, const weak<F, derived>&>);
  static_assert(std::is_constructible_v<pointer, weak<F, derived>>);
  static_assert(!std::is_convertible_v<const weak<F, base>&, pointer>);
  static_assert(!std::is_convertible_v<weak<F, derived>, pointer>);
  static_assert(!std::is_nothrow_constructible_v<pointer, const weak<F, base>&>);
  static_assert(!std::is_constructible_v<pointer, const weak<F, second_base>&>);
  static_assert(!std::is_constructible_v<pointer, const weak<F, const base>&>);
  static_assert(!std::is_constructible_v<pointer, const weak<F, void>&>);
  static_assert(!std::is_constructible_v<shared<F, int[2]>, const weak<F, int[]>&>);
  static_assert(std::is_constructible_v<shared<F, int[]>, const weak<F, int[2]>&>);
  CHECK(pointer{}.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(from_weak, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: of an incomplete class", F, of_incomplete) {
  weak<F, incomplete> watcher;
  const weak<F, incomplete> copy = watcher;
  watcher = copy;
  watcher.reset();
  CHECK(watcher.expired());
  CHECK(watcher.lock() == nullptr);
  CHECK_FALSE(watcher.owner_before(copy));
}
TEST_CASE_TEMPLATE_APPLY(of_incomplete, families);
