// [util.smartptr.getdeleter]: get_deleter.
#include "standard/allocators.hpp"
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

/// Lies about its address.
struct hidden_deleter {
  int mark = 11;
  void operator()(number* object) const noexcept { delete object; }
  hidden_deleter* operator&() { return nullptr; }
};

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("get_deleter: gives the address of the deleter, which can be changed", F, gives_deleter) {
  deletions first;
  deletions second;
  {
    const shared<F, number> p{new number, noting_deleter{&first}};
    auto* const deleter = F::template get_deleter<noting_deleter>(p);
    static_assert(std::is_same_v<decltype(F::template get_deleter<noting_deleter>(p)), noting_deleter*>);
    REQUIRE(deleter != nullptr);
    CHECK(deleter->noted == &first);
    deleter->noted = &second;
  }
  CHECK(first.calls == 0);
  CHECK(second.calls == 1);
}
TEST_CASE_TEMPLATE_APPLY(gives_deleter, families);

TEST_CASE_TEMPLATE_DEFINE("get_deleter: is the same for all owners, whatever they point to", F, same_for_owners) {
  deletions noted;
  const shared<F, two_bases> p{new two_bases, noting_deleter{&noted}};
  auto* const deleter = F::template get_deleter<noting_deleter>(p);
  REQUIRE(deleter != nullptr);
  const shared<F, second_base> second = p;
  const shared<F, int> part{p, &p->last};
  const shared<F, const void> anything = p;
  const shared<F, int> null{p, nullptr};
  CHECK(F::template get_deleter<noting_deleter>(second) == deleter);
  CHECK(F::template get_deleter<noting_deleter>(part) == deleter);
  CHECK(F::template get_deleter<noting_deleter>(anything) == deleter);
  CHECK(F::template get_deleter<noting_deleter>(null) == deleter);
  const auto copy = p;
  CHECK(F::template get_deleter<noting_deleter>(copy) == deleter);
}
TEST_CASE_TEMPLATE_APPLY(same_for_owners, families);

TEST_CASE_TEMPLATE_DEFINE("get_deleter: null for a deleter of another type", F, null_for_other_type) {
  deletions noted;
  const shared<F, number> p{new number, noting_deleter{&noted}};
  CHECK(F::template get_deleter<std::default_delete<number>>(p) == nullptr);
  CHECK(F::template get_deleter<move_only_deleter>(p) == nullptr);
  CHECK(F::template get_deleter<int>(p) == nullptr);
  CHECK(F::template get_deleter<noting_only>(p) == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(null_for_other_type, families);

TEST_CASE_TEMPLATE_DEFINE("get_deleter: null where no deleter was given", F, null_without_deleter) {
  using deleter = std::default_delete<number>;
  CHECK(F::template get_deleter<deleter>(shared<F, number>{}) == nullptr);
  CHECK(F::template get_deleter<deleter>(shared<F, number>{new number}) == nullptr);
  CHECK(F::template get_deleter<deleter>(F::template make_shared<number>(1)) == nullptr);
  CHECK(F::template get_deleter<deleter>(F::template allocate_shared<number>(std::allocator<int>{}, 1)) == nullptr);
  CHECK(F::template get_deleter<deleter>(F::template make_shared<number[]>(2)) == nullptr);
  CHECK(F::template get_deleter<void (*)(number*)>(shared<F, number>{new number}) == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(null_without_deleter, families);

TEST_CASE_TEMPLATE_DEFINE("get_deleter: functions, lambdas, references", F, kinds_of_deleter) {
  const shared<F, number> by_function{new number, &note_and_delete<number>};
  auto* const function = F::template get_deleter<void (*)(number*) noexcept>(by_function);
  REQUIRE(function != nullptr);
  CHECK((*function == &note_and_delete<number>));
  const auto lambda = [](number* object) { delete object; };
  const shared<F, number> by_lambda{new number, lambda};
  CHECK(F::template get_deleter<std::remove_const_t<decltype(lambda)>>(by_lambda) != nullptr);
  deletions noted;
  final_deleter elsewhere{&noted};
  const shared<F, number> by_reference{new number, std::ref(elsewhere)};
  auto* const reference = F::template get_deleter<std::reference_wrapper<final_deleter>>(by_reference);
  REQUIRE(reference != nullptr);
  CHECK(&reference->get() == &elsewhere);
}
TEST_CASE_TEMPLATE_APPLY(kinds_of_deleter, families);

TEST_CASE_TEMPLATE_DEFINE("get_deleter: of an address operator that lies", F, of_liar) {
  const shared<F, number> p{new number, hidden_deleter{}};
  auto* const deleter = F::template get_deleter<hidden_deleter>(p);
  REQUIRE(deleter != nullptr);
  CHECK(deleter->mark == 11);
}
TEST_CASE_TEMPLATE_APPLY(of_liar, families);

TEST_CASE_TEMPLATE_DEFINE("get_deleter: with an allocator, from a unique_ptr, with null", F, origins) {
  ledger of;
  deletions noted;
  const shared<F, number> with_allocator{new number, noting_deleter{&noted}, noting_allocator<int>{of}};
  auto* const deleter = F::template get_deleter<noting_deleter>(with_allocator);
  REQUIRE(deleter != nullptr);
  CHECK(of.contains(deleter));
  const shared<F, number> from_unique{std::unique_ptr<number, noting_deleter>{new number, noting_deleter{&noted}}};
  CHECK(F::template get_deleter<noting_deleter>(from_unique) != nullptr);
  const shared<F, number> null{nullptr, noting_deleter{&noted}};
  CHECK(F::template get_deleter<noting_deleter>(null) != nullptr);
  const shared<F, number> default_deleted{std::make_unique<number>(1)};
  CHECK(F::template get_deleter<std::default_delete<number>>(default_deleted) != nullptr);
  std::unique_ptr<number, const noting_deleter&> by_reference{new number, *deleter};
  const shared<F, number> from_reference{std::move(by_reference)};
  CHECK(F::template get_deleter<noting_deleter>(from_reference) == nullptr);
  auto* const wrapper = F::template get_deleter<std::reference_wrapper<const noting_deleter>>(from_reference);
  REQUIRE(wrapper != nullptr);
  CHECK(&wrapper->get() == deleter);
}
TEST_CASE_TEMPLATE_APPLY(origins, families);

TEST_CASE_TEMPLATE_DEFINE("get_deleter: the deleter is a copy, and stays where it is", F, stays) {
  deletions noted;
  const noting_deleter original{&noted};
  shared<F, number> p{new number, original};
  auto* const deleter = F::template get_deleter<noting_deleter>(p);
  CHECK(deleter != &original);
  const auto moved = std::move(p);
  CHECK(F::template get_deleter<noting_deleter>(moved) == deleter);
  CHECK(F::template get_deleter<noting_deleter>(p) == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(stays, families);

TEST_CASE_TEMPLATE_DEFINE("get_deleter: a deleter that is an object of the family", F, deleter_with_edges) {
  struct keeper {
    shared<F, number> kept;
    void operator()(number* object) const noexcept { delete object; }
  };
  const auto kept = F::template make_shared<number>(5);
  {
    const shared<F, number> p{new number, keeper{kept}};
    CHECK(kept.use_count() == 2);
    auto* const deleter = F::template get_deleter<keeper>(p);
    REQUIRE(deleter != nullptr);
    CHECK(deleter->kept == kept);
    deleter->kept.reset();
    CHECK(kept.use_count() == 1);
  }
  CHECK(number::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(deleter_with_edges, families);
