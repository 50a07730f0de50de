// [util.smartptr.enab]: which functions the base class has.
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <type_traits>
#include <utility>

using namespace ouro::test::standard;

namespace {

template <class F>
struct aware : from_this<F, aware<F>> {};

struct incomplete;

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("enable_shared_from_this: constructors, assignment and destructor are protected", F,
                          protected_members) {
  using enabled = from_this<F, aware<F>>;
  static_assert(!std::is_default_constructible_v<enabled>);
  static_assert(!std::is_copy_constructible_v<enabled>);
  static_assert(!std::is_copy_assignable_v<enabled>);
  static_assert(!std::is_destructible_v<enabled>);
  static_assert(std::is_nothrow_default_constructible_v<aware<F>>);
  static_assert(std::is_nothrow_copy_constructible_v<aware<F>>);
  static_assert(std::is_nothrow_copy_assignable_v<aware<F>>);
  static_assert(std::is_nothrow_move_constructible_v<aware<F>>);
  static_assert(std::is_nothrow_destructible_v<aware<F>>);
  static_assert(!std::is_polymorphic_v<aware<F>>);
  aware<F> object;
  CHECK(object.weak_from_this().expired());
}
TEST_CASE_TEMPLATE_APPLY(protected_members, families);

TEST_CASE_TEMPLATE_DEFINE("enable_shared_from_this: types and exceptions of its functions", F, function_types) {
  using object = aware<F>;
  static_assert(std::is_same_v<decltype(std::declval<object&>().shared_from_this()), shared<F, object>>);
  static_assert(std::is_same_v<decltype(std::declval<const object&>().shared_from_this()), shared<F, const object>>);
  static_assert(std::is_same_v<decltype(std::declval<object&>().weak_from_this()), weak<F, object>>);
  static_assert(std::is_same_v<decltype(std::declval<const object&>().weak_from_this()), weak<F, const object>>);
  static_assert(!noexcept(std::declval<object&>().shared_from_this()));
  static_assert(noexcept(std::declval<object&>().weak_from_this()));
  static_assert(noexcept(std::declval<const object&>().weak_from_this()));
  CHECK(F::template make_shared<object>()->shared_from_this().use_count() == 2);
}
TEST_CASE_TEMPLATE_APPLY(function_types, families);

TEST_CASE_TEMPLATE_DEFINE("enable_shared_from_this: is made by a constant expression", F, constant_construction) {
  static constinit aware<F> object;
  CHECK(object.weak_from_this().expired());
  static_assert(sizeof(from_this<F, incomplete>) > 0);
}
TEST_CASE_TEMPLATE_APPLY(constant_construction, families);
