// [util.smartptr.shared.const]: shared_ptr(unique_ptr<Y, D>&&), and [util.smartptr.shared.assign] from one.
#include "standard/deleters.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

using namespace ouro::test::standard;

namespace {

/// Hands out pointers of a class of its own.
struct handle_deleter {
  struct pointer {
    number* to = nullptr;
    pointer() = default;
    pointer(std::nullptr_t) noexcept {}
    explicit pointer(number* of) noexcept : to{of} {}
    explicit operator bool() const noexcept { return to != nullptr; }
    bool operator==(const pointer&) const = default;
  };
  void operator()(pointer object) const noexcept { delete object.to; }
};

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(unique_ptr&&): takes the object over", F, takes_over) {
  auto owner = std::make_unique<number>(5);
  auto* const made = owner.get();
  {
    const shared<F, number> p{std::move(owner)};
    CHECK(owner == nullptr);
    CHECK(p.get() == made);
    CHECK(p.use_count() == 1);
    CHECK(number::alive == 1);
  }
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(takes_over, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(unique_ptr&&): of null gives an empty pointer, and no deleter", F,
                          null_gives_empty) {
  deletions noted;
  std::unique_ptr<number, noting_deleter> owner{nullptr, noting_deleter{&noted}};
  {
    const shared<F, number> p{std::move(owner)};
    CHECK(p.get() == nullptr);
    CHECK(p.use_count() == 0);
    CHECK(same_owner(p, shared<F, number>{}));
    CHECK(F::template get_deleter<noting_deleter>(p) == nullptr);
  }
  CHECK(noted.calls == 0);
  const shared<F, void> of_void{std::unique_ptr<number>{}};
  CHECK(of_void.use_count() == 0);
  const shared<F, number[]> of_array{std::unique_ptr<number[]>{}};
  CHECK(of_array.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(null_gives_empty, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(unique_ptr&&): takes the deleter along", F, takes_deleter) {
  deletions noted;
  auto* const made = new number;
  {
    std::unique_ptr<number, noting_deleter> owner{made, noting_deleter{&noted}};
    const shared<F, number> p{std::move(owner)};
    CHECK(noted.calls == 0);
    auto* const kept = F::template get_deleter<noting_deleter>(p);
    REQUIRE(kept != nullptr);
    CHECK(kept->noted == &noted);
  }
  CHECK(noted.calls == 1);
  CHECK(noted.last == made);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(takes_deleter, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(unique_ptr&&): moves a deleter that can only be moved", F, moves_deleter) {
  deletions noted;
  {
    std::unique_ptr<number, move_only_deleter> owner{new number, move_only_deleter{noted}};
    const shared<F, number> p{std::move(owner)};
    CHECK(number::alive == 1);
  }
  CHECK(noted.calls == 1);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(moves_deleter, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(unique_ptr&&): a deleter that is a reference stays where it is", F,
                          reference_deleter) {
  deletions noted;
  final_deleter elsewhere{nullptr};
  {
    std::unique_ptr<number, final_deleter&> owner{new number, elsewhere};
    const shared<F, number> p{std::move(owner)};
    elsewhere.noted = &noted;  // seen by the pointer, which refers to it
    CHECK(p.use_count() == 1);
  }
  CHECK(noted.calls == 1);
  CHECK(number::alive == 0);
  const noting_deleter constant{&noted};
  {
    std::unique_ptr<number, const noting_deleter&> owner{new number, constant};
    const shared<F, number> p{std::move(owner)};
  }
  CHECK(noted.calls == 2);
}
TEST_CASE_TEMPLATE_APPLY(reference_deleter, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(unique_ptr&&): a deleter that is a function", F, function_deleter) {
  noted_by_function = {};
  {
    std::unique_ptr<number, void (*)(number*)> owner{new number, &note_and_delete<number>};
    const shared<F, number> p{std::move(owner)};
    CHECK(F::template get_deleter<void (*)(number*)>(p) != nullptr);
  }
  CHECK(noted_by_function.calls == 1);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(function_deleter, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(unique_ptr&&): converts to a base, and deletes the whole", F, converts) {
  {
    auto owner = std::make_unique<two_bases>();
    auto* const made = owner.get();
    const shared<F, second_base> p{std::move(owner)};
    CHECK(p.get() == static_cast<second_base*>(made));
    const shared<F, void> q{std::make_unique<derived>()};
    CHECK(q.use_count() == 1);
    const shared<F, const base> r{std::make_unique<base>(8)};
    CHECK(r->value == 8);
    CHECK(base::alive == 3);
  }
  CHECK(base::alive == 0);
  {
    const shared<F, plain_base> p{std::make_unique<plain_derived>()};
  }
  CHECK(plain_derived::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(converts, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(unique_ptr&&): arrays are deleted as arrays", F, arrays) {
  {
    auto owner = std::make_unique<number[]>(3);
    auto* const made = owner.get();
    const shared<F, number[]> p{std::move(owner)};
    CHECK(p.get() == made);
    CHECK(p.use_count() == 1);
    const shared<F, const number[]> q{std::make_unique<number[]>(2)};
    CHECK(number::alive == 5);
  }
  CHECK(number::alive == 0);
  deletions noted;
  {
    std::unique_ptr<number[], noting_array_deleter> owner{new number[2], noting_array_deleter{&noted}};
    const shared<F, number[]> p{std::move(owner)};
  }
  CHECK(noted.calls == 1);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(arrays, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(unique_ptr&&): the conversion is implicit, from an rvalue that fits", F,
                          conversion_traits) {
  using pointer = shared<F, base>;
  static_assert(std::is_convertible_v<std::unique_ptr<base>, pointer>);
  static_assert(std::is_convertible_v<std::unique_ptr<derived>, pointer>);
  static_assert(std::is_convertible_v<std::unique_ptr<base, noting_deleter>, pointer>);
  static_assert(!std::is_constructible_v<pointer, std::unique_ptr<base>&>);
  static_assert(!std::is_constructible_v<pointer, const std::unique_ptr<base>&>);
  static_assert(!std::is_constructible_v<pointer, std::unique_ptr<second_base>>);
  static_assert(!std::is_constructible_v<pointer, std::unique_ptr<const base>>);
  static_assert(!std::is_constructible_v<pointer, std::unique_ptr<with_private_base>>);
  static_assert(!std::is_constructible_v<shared<F, derived>, std::unique_ptr<base>>);
  static_assert(!std::is_constructible_v<shared<F, int>, std::unique_ptr<int[]>>);
  static_assert(!std::is_constructible_v<shared<F, int[]>, std::unique_ptr<int>>);
  static_assert(!std::is_constructible_v<shared<F, int[]>, std::unique_ptr<long[]>>);
  static_assert(!std::is_constructible_v<shared<F, number>, std::unique_ptr<number, handle_deleter>>);
  static_assert(std::is_assignable_v<pointer&, std::unique_ptr<derived>>);
  static_assert(!std::is_assignable_v<pointer&, std::unique_ptr<derived>&>);
  static_assert(!std::is_assignable_v<pointer&, std::unique_ptr<second_base>>);
  const auto take = [](const shared<F, number>& p) { return p.use_count(); };
  CHECK(take(std::make_unique<number>()) == 1);
}
TEST_CASE_TEMPLATE_APPLY(conversion_traits, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: assignment from a unique_ptr gives up what was owned", F, assigns) {
  shared<F, number> p{new number{1}};
  const shared<F, number> other = p;
  auto owner = std::make_unique<number>(2);
  auto* const made = owner.get();
  auto& result = (p = std::move(owner));
  CHECK(&result == &p);
  CHECK(owner == nullptr);
  CHECK(p.get() == made);
  CHECK(p.use_count() == 1);
  CHECK(other.use_count() == 1);
  p = std::make_unique<number>(3);
  CHECK(p->value == 3);
  CHECK(number::alive == 2);
  p = std::unique_ptr<number>{};
  CHECK(p == nullptr);
  CHECK(p.use_count() == 0);
  CHECK(number::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(assigns, families);
