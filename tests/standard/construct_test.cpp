// [util.smartptr.shared.const]: constructors from nothing and from a pointer alone.
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

using namespace ouro::test::standard;

namespace {

/// Has bases of which only one is `number`, and is deleted by it though its destructor is not virtual.
struct named_number : number {
  static inline int destroyed = 0;
  using number::number;
  ~named_number() { ++destroyed; }
  std::string name = "a name that is too long to be stored in the string itself";
};

class not_deletable {
 protected:
  ~not_deletable() = default;
};

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(): is empty, points nowhere, and does not throw", F, default_is_empty) {
  using pointer = shared<F, number>;
  static_assert(std::is_nothrow_default_constructible_v<pointer>);
  const pointer p;
  CHECK(p.get() == nullptr);
  CHECK(p.use_count() == 0);
  CHECK_FALSE(p);
  CHECK(same_owner(p, pointer{}));
}
TEST_CASE_TEMPLATE_APPLY(default_is_empty, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(): is a constant expression", F, default_is_constant) {
  static constinit shared<F, number> of_object;
  static constinit shared<F, number[]> of_array;
  static constinit shared<F, void> of_anything;
  static constinit shared<F, number> of_null{nullptr};
  CHECK(of_object.use_count() == 0);
  CHECK(of_array.get() == nullptr);
  CHECK(of_anything.get() == nullptr);
  CHECK(of_null.get() == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(default_is_constant, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(nullptr): is empty, and the conversion is implicit", F, null_is_empty) {
  using pointer = shared<F, number>;
  static_assert(std::is_nothrow_constructible_v<pointer, std::nullptr_t>);
  static_assert(std::is_convertible_v<std::nullptr_t, pointer>);
  static_assert(std::is_convertible_v<std::nullptr_t, shared<F, void>>);
  static_assert(std::is_convertible_v<std::nullptr_t, shared<F, int[]>>);
  static_assert(std::is_convertible_v<std::nullptr_t, shared<F, int[3]>>);
  const pointer p = nullptr;
  CHECK(p.get() == nullptr);
  CHECK(p.use_count() == 0);
  const pointer braces = {};
  CHECK(braces.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(null_is_empty, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*): owns the object alone, and deletes it", F, owns_pointer) {
  {
    auto* const made = new number{7};
    const shared<F, number> p{made};
    CHECK(p.get() == made);
    CHECK(p.use_count() == 1);
    CHECK(p->value == 7);
    CHECK(number::alive == 1);
  }
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(owns_pointer, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*): is explicit, and may throw", F, from_pointer_is_explicit) {
  using pointer = shared<F, base>;
  static_assert(std::is_constructible_v<pointer, base*>);
  static_assert(!std::is_convertible_v<base*, pointer>);
  static_assert(!std::is_nothrow_constructible_v<pointer, base*>);
  static_assert(std::is_constructible_v<pointer, derived*>);
  static_assert(!std::is_convertible_v<derived*, pointer>);
  CHECK(pointer { new derived } -> value == 1);
}
TEST_CASE_TEMPLATE_APPLY(from_pointer_is_explicit, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*): owns a null pointer, too", F, owns_null) {
  const shared<F, number> p{static_cast<number*>(nullptr)};
  CHECK(p.get() == nullptr);
  CHECK_FALSE(p);
  CHECK(p.use_count() == 1);
  const shared<F, number> copy = p;
  CHECK(p.use_count() == 2);
  CHECK(same_owner(p, copy));
  CHECK_FALSE(same_owner(p, shared<F, number>{}));
}
TEST_CASE_TEMPLATE_APPLY(owns_null, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*): a Y is deleted as what it is, without a virtual destructor", F,
                          deletes_what_was_given) {
  named_number::destroyed = 0;
  {
    const shared<F, number> p{new named_number{3}};
    CHECK(p->value == 3);
  }
  CHECK(named_number::destroyed == 1);
  {
    const shared<F, void> p{new named_number};
  }
  CHECK(named_number::destroyed == 2);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(deletes_what_was_given, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*): converts to the base, wherever it lies", F, converts_to_base) {
  {
    auto* const made = new two_bases;
    const shared<F, second_base> p{made};
    CHECK(p.get() == static_cast<second_base*>(made));
    CHECK(static_cast<const void*>(p.get()) != static_cast<const void*>(made));
    CHECK(p->second == 3);
    auto* const other = new with_virtual_base;
    const shared<F, base> q{other};
    CHECK(q.get() == static_cast<base*>(other));
    CHECK(base::alive == 2);
  }
  CHECK(base::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(converts_to_base, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*): is no candidate for a Y that does not convert", F, refuses_other_pointers) {
  using pointer = shared<F, base>;
  static_assert(!std::is_constructible_v<pointer, int*>);
  static_assert(!std::is_constructible_v<pointer, void*>);
  static_assert(!std::is_constructible_v<pointer, second_base*>);
  static_assert(!std::is_constructible_v<pointer, const base*>);
  static_assert(!std::is_constructible_v<pointer, with_private_base*>);
  static_assert(!std::is_constructible_v<pointer, with_ambiguous_base*>);
  static_assert(!std::is_constructible_v<shared<F, derived>, base*>);
  static_assert(!std::is_constructible_v<pointer, int>);
  static_assert(!std::is_constructible_v<pointer, bool>);
  static_assert(std::is_constructible_v<shared<F, const base>, base*>);
  static_assert(std::is_constructible_v<shared<F, const base>, const derived*>);
  static_assert(std::is_constructible_v<shared<F, volatile base>, base*>);
  static_assert(std::is_constructible_v<shared<F, void>, base*>);
  static_assert(!std::is_constructible_v<shared<F, void>, const base*>);
  static_assert(std::is_constructible_v<shared<F, const void>, const base*>);
  if constexpr (F::constrains_deleters) {
    static_assert(!std::is_constructible_v<shared<F, not_deletable>, not_deletable*>);
    static_assert(!std::is_constructible_v<shared<F, void>, void*>);
  }
}
TEST_CASE_TEMPLATE_APPLY(refuses_other_pointers, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*): of const, an object that is const", F, owns_const) {
  {
    const auto* const made = new const number{9};
    const shared<F, const number> p{made};
    CHECK(p.get() == made);
    static_assert(std::is_same_v<decltype(*p), const number&>);
    const shared<F, const number> from_mutable{new number{10}};
    CHECK(from_mutable->value == 10);
    CHECK(number::alive == 2);
  }
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(owns_const, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*): T may be void", F, owns_as_void) {
  {
    auto* const made = new number;
    const shared<F, void> p{made};
    CHECK(p.get() == made);
    CHECK(p.use_count() == 1);
    const shared<F, const volatile void> q{new number};
    CHECK(q.use_count() == 1);
    CHECK(number::alive == 2);
  }
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(owns_as_void, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*): types of the language and of the library", F, owns_values) {
  const shared<F, int> i{new int{5}};
  CHECK(*i == 5);
  const shared<F, const double> d{new double{2.5}};
  CHECK(*d == 2.5);
  const shared<F, int*> pp{new int* {i.get()}};
  CHECK(**pp == 5);
  const shared<F, std::string> s{new std::string(40, 'x')};
  CHECK(s->size() == 40);
  const shared<F, std::vector<std::string>> v{new std::vector<std::string>{"a", std::string(50, 'b')}};
  CHECK(v->back().size() == 50);
}
TEST_CASE_TEMPLATE_APPLY(owns_values, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*): a pointer of T[] deletes an array", F, owns_array) {
  {
    auto* const made = new number[3];
    const shared<F, number[]> p{made};
    CHECK(p.get() == made);
    CHECK(p.use_count() == 1);
    CHECK(&p[2] == made + 2);
    CHECK(number::alive == 3);
  }
  CHECK(number::alive == 0);
  {
    const shared<F, number[4]> p{new number[4]};
    CHECK(p.use_count() == 1);
    CHECK(number::alive == 4);
    const shared<F, const number[]> of_const{new number[2]};
    CHECK(number::alive == 6);
  }
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(owns_array, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*): an array of another type is no candidate", F, refuses_other_arrays) {
  static_assert(std::is_constructible_v<shared<F, int[]>, int*>);
  static_assert(std::is_constructible_v<shared<F, int[3]>, int*>);
  static_assert(std::is_constructible_v<shared<F, const int[]>, int*>);
  static_assert(std::is_constructible_v<shared<F, const int[3]>, int*>);
  static_assert(!std::is_constructible_v<shared<F, int[]>, const int*>);
  static_assert(!std::is_constructible_v<shared<F, int[3]>, const int*>);
  static_assert(!std::is_constructible_v<shared<F, base[]>, derived*>);
  static_assert(!std::is_constructible_v<shared<F, base[2]>, derived*>);
  static_assert(!std::is_constructible_v<shared<F, int[]>, long*>);
  static_assert(!std::is_constructible_v<shared<F, int>, int(*)[]>);
  static_assert(!std::is_convertible_v<int*, shared<F, int[]>>);
  static_assert(std::is_constructible_v<shared<F, int[][3]>, int(*)[3]>);
  static_assert(!std::is_constructible_v<shared<F, int[][3]>, int(*)[4]>);
  const shared<F, int[][3]> rows{new int[2][3]{{1, 2, 3}, {4, 5, 6}}};
  CHECK(rows[1][2] == 6);
  CHECK(rows.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(refuses_other_arrays, families);
