// Deduction guides of [util.smartptr.shared.general] and [util.smartptr.weak.general].
#include "standard/deleters.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <type_traits>

using namespace ouro::test::standard;

namespace {

template <class F, class Argument>
using deduced_shared = typename F::template deduced_shared_ptr<Argument>;
template <class F, class Argument>
using deduced_weak = typename F::template deduced_weak_ptr<Argument>;

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: is deduced from a weak_ptr", F, from_weak) {
  static_assert(std::is_same_v<deduced_shared<F, weak<F, number>>, shared<F, number>>);
  static_assert(std::is_same_v<deduced_shared<F, weak<F, const number>&>, shared<F, const number>>);
  static_assert(std::is_same_v<deduced_shared<F, const weak<F, int[]>&>, shared<F, int[]>>);
  CHECK(deduced_shared<F, weak<F, number>>{}.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(from_weak, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: is deduced from a shared_ptr", F, from_shared) {
  static_assert(std::is_same_v<deduced_shared<F, shared<F, number>>, shared<F, number>>);
  static_assert(std::is_same_v<deduced_shared<F, const shared<F, int[2]>&>, shared<F, int[2]>>);
  CHECK(deduced_shared<F, shared<F, number>>{} == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(from_shared, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: is deduced from a unique_ptr, if that says for which memory", F, from_unique) {
  if constexpr (F::deduces_from_unique_ptr) {
    static_assert(std::is_same_v<deduced_shared<F, std::unique_ptr<number>>, shared<F, number>>);
    static_assert(std::is_same_v<deduced_shared<F, std::unique_ptr<number, noting_deleter>>, shared<F, number>>);
    static_assert(std::is_same_v<deduced_shared<F, std::unique_ptr<int[]>>, shared<F, int[]>>);
  }
  CHECK(shared<F, number>{std::unique_ptr<number>{}}.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(from_unique, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: is deduced from a shared_ptr and from a weak_ptr", F, weak_from_shared) {
  static_assert(std::is_same_v<deduced_weak<F, shared<F, number>>, weak<F, number>>);
  static_assert(std::is_same_v<deduced_weak<F, const shared<F, const number>&>, weak<F, const number>>);
  static_assert(std::is_same_v<deduced_weak<F, shared<F, int[3]>>, weak<F, int[3]>>);
  static_assert(std::is_same_v<deduced_weak<F, const weak<F, number>&>, weak<F, number>>);
  CHECK(deduced_weak<F, shared<F, number>>{}.expired());
}
TEST_CASE_TEMPLATE_APPLY(weak_from_shared, families);
