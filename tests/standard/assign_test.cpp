// [util.smartptr.shared.assign]: assignment.
#include "standard/deleters.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

using namespace ouro::test::standard;

namespace {

/// Owns the next, as links of a list do.
template <class F>
struct linked {
  static inline int alive = 0;
  explicit linked(int of) : value{of} { ++alive; }
  linked(const linked&) = delete;
  linked& operator=(const linked&) = delete;
  ~linked() { --alive; }
  int value;
  shared<F, linked> next;
};

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: copy assignment shares the new object, and gives up the old one", F,
                          copy_assigns) {
  deletions noted;
  shared<F, number> p{new number{1}, noting_deleter{&noted}};
  const shared<F, number> q{new number{2}};
  auto& result = (p = q);
  CHECK(&result == &p);
  CHECK(noted.calls == 1);
  CHECK(p.get() == q.get());
  CHECK(q.use_count() == 2);
  CHECK(number::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(copy_assigns, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: copy assignment keeps what others own", F, copy_assignment_of_shared) {
  shared<F, number> p{new number{1}};
  const auto other = p;
  p = shared<F, number>{new number{2}};
  CHECK(other.use_count() == 1);
  CHECK(other->value == 1);
  CHECK(p->value == 2);
  CHECK(number::alive == 2);
}
TEST_CASE_TEMPLATE_APPLY(copy_assignment_of_shared, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: assignment from an empty one empties, and to an empty one fills", F,
                          empty_assignment) {
  const shared<F, number> empty;
  shared<F, number> p{new number{1}};
  p = empty;
  CHECK(p.use_count() == 0);
  CHECK(number::alive == 0);
  const shared<F, number> q{new number{2}};
  p = q;
  CHECK(p.use_count() == 2);
  p = nullptr;
  CHECK(p == nullptr);
  CHECK(q.use_count() == 1);
  p = {};
  CHECK(p == nullptr);
  CHECK(p.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(empty_assignment, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: self-assignment changes nothing", F, self_assignment) {
  shared<F, number> p{new number{1}};
  auto& same = p;
  p = same;
  CHECK(p.use_count() == 1);
  CHECK(p->value == 1);
  const auto other = p;
  p = same;
  CHECK(p.use_count() == 2);
  p = other;
  CHECK(p.use_count() == 2);
  shared<F, number> empty;
  auto& same_empty = empty;
  empty = same_empty;
  CHECK(empty == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(self_assignment, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: move assignment from itself keeps the object", F, self_move) {
  shared<F, number> p{new number{1}};
  auto* const made = p.get();
  auto& same = p;
  p = std::move(same);
  CHECK(p.get() == made);
  CHECK(p.use_count() == 1);
  CHECK(number::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(self_move, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: move assignment takes over, and leaves null", F, move_assigns) {
  deletions noted;
  shared<F, number> p{new number{1}, noting_deleter{&noted}};
  shared<F, number> q{new number{2}};
  auto* const made = q.get();
  auto& result = (p = std::move(q));
  CHECK(&result == &p);
  CHECK(noted.calls == 1);
  CHECK(p.get() == made);
  CHECK(p.use_count() == 1);
  CHECK(q.get() == nullptr);
  CHECK(q.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(move_assigns, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: move assignment between two owners of one object leaves one", F,
                          move_between_owners) {
  shared<F, number> p{new number{1}};
  shared<F, number> q = p;
  p = std::move(q);
  CHECK(p.use_count() == 1);
  CHECK(q == nullptr);
  CHECK(number::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(move_between_owners, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: converting assignment, copying and moving", F, converting_assignment) {
  shared<F, base> p{new base{1}};
  const shared<F, derived> q{new derived{2}};
  auto& copied = (p = q);
  CHECK(&copied == &p);
  CHECK(p.get() == q.get());
  CHECK(q.use_count() == 2);
  CHECK(base::alive == 1);
  shared<F, two_bases> r{new two_bases};
  auto* const made = r.get();
  shared<F, second_base> s;
  auto& moved = (s = std::move(r));
  CHECK(&moved == &s);
  CHECK(r == nullptr);
  CHECK(s.get() == static_cast<second_base*>(made));
  CHECK(s.use_count() == 1);
  shared<F, const void> t;
  t = s;
  CHECK(t.use_count() == 2);
  shared<F, number[]> many;
  many = shared<F, number[2]>{new number[2]};
  CHECK(many.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(converting_assignment, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: assignment to a pointer of another type to the same object", F,
                          same_object_other_type) {
  shared<F, derived> p{new derived};
  shared<F, base> q = p;
  q = p;
  CHECK(p.use_count() == 2);
  shared<F, void> anything{p};
  anything = p;
  CHECK(p.use_count() == 3);
}
TEST_CASE_TEMPLATE_APPLY(same_object_other_type, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: assignment from a member of what dies by it", F, from_member_of_dying) {
  auto head = F::template make_shared<linked<F>>(1);
  head->next = F::template make_shared<linked<F>>(2);
  head->next->next = F::template make_shared<linked<F>>(3);
  head = head->next;
  CHECK(head->value == 2);
  CHECK(linked<F>::alive == 2);
  CHECK(head.use_count() == 1);
  head = std::move(head->next);
  CHECK(head->value == 3);
  CHECK(linked<F>::alive == 1);
  CHECK(head.use_count() == 1);
  head = head->next;
  CHECK(head == nullptr);
  CHECK(linked<F>::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(from_member_of_dying, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: assignment to a member of what is assigned", F, to_member) {
  auto first = F::template make_shared<linked<F>>(1);
  auto second = F::template make_shared<linked<F>>(2);
  second->next = first;
  first = second;
  CHECK(first->value == 2);
  CHECK(first->next->value == 1);
  CHECK(first->next.use_count() == 1);
  first->next = first->next->next;
  CHECK(linked<F>::alive == 1);
  CHECK(first.use_count() == 2);
}
TEST_CASE_TEMPLATE_APPLY(to_member, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: assignment from a part that the old object owns", F, from_alias_of_old) {
  shared<F, two_bases> whole{new two_bases};
  shared<F, void> p = whole;
  whole.reset();
  auto* const raw = static_cast<two_bases*>(p.get());
  p = shared<F, void>{p, &raw->last};
  CHECK(p.get() == &raw->last);
  CHECK(p.use_count() == 1);
  CHECK(base::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(from_alias_of_old, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: what throws before an assignment leaves the pointer as it was", F,
                          throwing_source) {
  struct thrower {
    thrower() { throw 7; }
  };
  shared<F, void> p = F::template make_shared<number>(1);
  auto* const before = p.get();
  CHECK_THROWS_AS((p = F::template make_shared<thrower>()), int);
  CHECK(p.get() == before);
  CHECK(p.use_count() == 1);
  const auto other = F::template make_shared<number>(2);
  const weak<F, number> gone = F::template make_shared<number>(3);
  shared<F, number> q = other;
  CHECK_THROWS_AS((q = shared<F, number>{gone}), typename F::bad_weak_ptr);
  CHECK(q == other);
  CHECK(other.use_count() == 2);
}
TEST_CASE_TEMPLATE_APPLY(throwing_source, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: assignments do not throw, and exist where pointers convert", F,
                          assignment_traits) {
  using pointer = shared<F, base>;
  static_assert(std::is_nothrow_copy_assignable_v<pointer>);
  static_assert(std::is_nothrow_move_assignable_v<pointer>);
  static_assert(std::is_nothrow_assignable_v<pointer&, const shared<F, derived>&>);
  static_assert(std::is_nothrow_assignable_v<pointer&, shared<F, derived>>);
  static_assert(std::is_nothrow_assignable_v<pointer&, std::nullptr_t>);
  static_assert(std::is_same_v<decltype(std::declval<pointer&>() = std::declval<shared<F, derived>>()), pointer&>);
  static_assert(std::is_same_v<decltype(std::declval<pointer&>() = std::declval<const pointer&>()), pointer&>);
  static_assert(!std::is_assignable_v<pointer&, base*>);
  static_assert(!std::is_assignable_v<pointer&, const shared<F, second_base>&>);
  static_assert(!std::is_assignable_v<pointer&, shared<F, second_base>>);
  static_assert(!std::is_assignable_v<pointer&, const shared<F, const base>&>);
  static_assert(!std::is_assignable_v<pointer&, shared<F, with_private_base>>);
  static_assert(!std::is_assignable_v<pointer&, shared<F, with_ambiguous_base>>);
  static_assert(!std::is_assignable_v<shared<F, derived>&, pointer>);
  static_assert(!std::is_assignable_v<pointer&, weak<F, base>>);
  static_assert(!std::is_assignable_v<shared<F, int[2]>&, shared<F, int[]>>);
  static_assert(!std::is_assignable_v<pointer&, int>);
  CHECK(pointer{}.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(assignment_traits, families);
