// [util.smartptr.shared.general]: what the class template is, without doing anything with it.
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

using namespace ouro::test::standard;

namespace {

struct incomplete;
/// Has members that point to a class which is not defined.
template <class F>
struct holder_of_incomplete {
  shared<F, incomplete> owner;
  weak<F, incomplete> watcher;
};
/// Points to itself and to a class that is defined later.
template <class F>
struct later;
template <class F>
struct recursive {
  shared<F, recursive> next;
  shared<F, later<F>> other;
  weak<F, recursive> back;
};
template <class F>
struct later {
  int value = 5;
};

template <class F>
struct implementation;
/// The idiom that hides an implementation: the destructor needs no definition of it.
template <class F>
class with_hidden_implementation {
 public:
  with_hidden_implementation();
  [[nodiscard]] int value() const;

 private:
  shared<F, implementation<F>> hidden_;
};
template <class F>
struct implementation : number {};
template <class F>
with_hidden_implementation<F>::with_hidden_implementation() : hidden_{F::template make_shared<implementation<F>>()} {}
template <class F>
int with_hidden_implementation<F>::value() const {
  return hidden_->value;
}

template <class Pointer>
concept can_be_indexed = requires(const Pointer& p) { p[0]; };
template <class Pointer>
concept has_deleter_member = requires(const Pointer& p) { p.get_deleter(); };
template <class Pointer>
concept can_be_added = requires(const Pointer& p) { p + 1; };
template <class Pointer>
concept can_be_released = requires(Pointer& p) { p.release(); };

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: member types", F, member_types) {
  static_assert(std::is_same_v<typename shared<F, int>::element_type, int>);
  static_assert(std::is_same_v<typename shared<F, const int>::element_type, const int>);
  static_assert(std::is_same_v<typename shared<F, int[]>::element_type, int>);
  static_assert(std::is_same_v<typename shared<F, int[3]>::element_type, int>);
  static_assert(std::is_same_v<typename shared<F, const int[3]>::element_type, const int>);
  static_assert(std::is_same_v<typename shared<F, int[2][3]>::element_type, int[3]>);
  static_assert(std::is_same_v<typename shared<F, void>::element_type, void>);
  static_assert(std::is_same_v<typename shared<F, incomplete>::element_type, incomplete>);
  static_assert(std::is_same_v<typename shared<F, int>::weak_type, weak<F, int>>);
  static_assert(std::is_same_v<typename shared<F, const int[]>::weak_type, weak<F, const int[]>>);
  static_assert(std::is_same_v<typename std::pointer_traits<shared<F, int>>::element_type, int>);
  static_assert(std::is_same_v<typename shared<F, void>::weak_type, weak<F, void>>);
  CHECK(shared<F, int>{}.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(member_types, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: is regular, and neither trivial nor polymorphic", F, kind_of_class) {
  using pointer = shared<F, number>;
  static_assert(std::regular<pointer>);
  static_assert(std::movable<weak<F, number>>);
  static_assert(std::copyable<weak<F, number>>);
  static_assert(std::default_initializable<weak<F, number>>);
  static_assert(!std::regular<weak<F, number>>);  // has no ==
  static_assert(!std::is_trivially_copyable_v<pointer>);
  static_assert(!std::is_trivially_destructible_v<pointer>);
  static_assert(std::is_nothrow_destructible_v<pointer>);
  static_assert(!std::is_polymorphic_v<pointer>);
  static_assert(!std::is_aggregate_v<pointer>);
  static_assert(!std::is_final_v<pointer>);
  static_assert(std::swappable<pointer>);
  static_assert(std::swappable<weak<F, number>>);
  CHECK(pointer{} == pointer{});
}
TEST_CASE_TEMPLATE_APPLY(kind_of_class, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: is two words at most, whatever it points to", F, sizes) {
  static_assert(sizeof(shared<F, char>) <= 2 * sizeof(void*));
  static_assert(sizeof(shared<F, char>) == sizeof(shared<F, two_bases>));
  static_assert(sizeof(shared<F, char>) == sizeof(shared<F, void>));
  static_assert(sizeof(shared<F, char>) == sizeof(shared<F, int[]>));
  static_assert(sizeof(weak<F, char>) <= 2 * sizeof(void*));
  static_assert(alignof(shared<F, char>) == alignof(void*));
  CHECK(sizeof(shared<F, incomplete>) == sizeof(shared<F, char>));
}
TEST_CASE_TEMPLATE_APPLY(sizes, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: has only the members that it should", F, members) {
  static_assert(can_be_indexed<shared<F, int[]>>);
  static_assert(can_be_indexed<shared<F, int[2]>>);
  static_assert(!has_deleter_member<shared<F, int>>);
  static_assert(!can_be_added<shared<F, int>>);
  static_assert(!can_be_added<shared<F, int[]>>);
  static_assert(!can_be_released<shared<F, int>>);
  static_assert(!std::is_convertible_v<shared<F, int>, int*>);
  static_assert(std::indirectly_readable<shared<F, int>>);
  CHECK(shared<F, int[]>{} == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(members, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: of an incomplete class", F, of_incomplete) {
  holder_of_incomplete<F> holder;
  holder_of_incomplete<F> copy = holder;
  holder = copy;
  std::swap(holder, copy);
  CHECK(holder.owner == nullptr);
  CHECK(holder.watcher.expired());
  shared<F, incomplete> p;
  const shared<F, void> anything = p;
  p.reset();
  p.swap(holder.owner);
  CHECK(anything == p);
  CHECK_FALSE(p.owner_before(anything));
}
TEST_CASE_TEMPLATE_APPLY(of_incomplete, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: of classes that point to each other", F, of_recursive) {
  const auto p = F::template make_shared<recursive<F>>();
  p->next = F::template make_shared<recursive<F>>();
  p->next->back = p;
  p->other = F::template make_shared<later<F>>();
  CHECK(p->other->value == 5);
  CHECK(p->next->back.lock() == p);
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(of_recursive, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: hides an implementation", F, of_implementation) {
  {
    const with_hidden_implementation<F> first;
    const auto second = first;
    CHECK(second.value() == 0);
    CHECK(number::alive == 1);
  }
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(of_implementation, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: in containers and algorithms", F, in_containers) {
  std::vector<shared<F, number>> all;
  for (const int i : {3, 1, 2}) all.push_back(F::template make_shared<number>(i));
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a->value < b->value; });
  CHECK(all.front()->value == 1);
  CHECK(all.back()->value == 3);
  std::reverse(all.begin(), all.end());
  CHECK(all.front()->value == 3);
  auto copies = all;
  CHECK(all.front().use_count() == 2);
  const auto moved = std::move(copies);
  CHECK(all.front().use_count() == 2);
  all.insert(all.begin(), 5, nullptr);
  std::erase(all, nullptr);
  CHECK(all.size() == 3);
  CHECK(all.front().use_count() == 2);
  std::map<int, shared<F, const number>> by_value;
  for (const auto& each : all) by_value.emplace(each->value, each);
  CHECK(by_value.at(2)->value == 2);
  CHECK(all.front().use_count() == 3);
}
TEST_CASE_TEMPLATE_APPLY(in_containers, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: in optional, variant, tuple and pair", F, in_vocabulary_types) {
  const auto p = F::template make_shared<number>(1);
  std::optional<shared<F, number>> maybe;
  maybe = p;
  CHECK(p.use_count() == 2);
  maybe.reset();
  CHECK(p.use_count() == 1);
  std::variant<int, shared<F, number>> either = p;
  CHECK(std::get<1>(either) == p);
  either = 5;
  CHECK(p.use_count() == 1);
  const auto [first, second] = std::tuple{p, weak<F, number>{p}};
  CHECK(first == second.lock());
  const std::pair<shared<F, base>, shared<F, number>> pair{F::template make_shared<derived>(), p};
  CHECK(pair.second.use_count() == 3);
}
TEST_CASE_TEMPLATE_APPLY(in_vocabulary_types, families);
