// [util.smartptr.enab]: enable_shared_from_this.
#include "standard/allocators.hpp"
#include "standard/deleters.hpp"
#include "standard/pointers.hpp"
#include "support/counted.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <type_traits>
#include <utility>

using namespace ouro::test::standard;

namespace {

template <class F>
struct self_aware : from_this<F, self_aware<F>>, ouro::test::counted<self_aware<F>> {
  self_aware() = default;
  explicit self_aware(int of) : value{of} {}
  virtual ~self_aware() = default;
  int value = 1;
};

template <class F>
struct derived_aware : self_aware<F> {
  int more = 2;
};

struct padding {
  virtual ~padding() = default;
  long first = 7;
};
template <class F>
struct at_offset : padding, self_aware<F> {};

template <class F>
class privately : from_this<F, privately<F>> {
 public:
  [[nodiscard]] bool is_watched() { return !this->weak_from_this().expired(); }
};

/// Has two such bases, so that none is meant.
template <class F>
struct other_aware : from_this<F, other_aware<F>> {};
template <class F>
struct twice : self_aware<F>, other_aware<F> {};

/// Looks at itself when it is made and when it ends.
template <class F>
struct watcher_of_itself : from_this<F, watcher_of_itself<F>> {
  struct findings {
    bool threw_in_constructor = false;
    bool was_expired_in_constructor = false;
    bool threw_in_destructor = false;
    bool was_expired_in_destructor = false;
  };
  findings* found;

  explicit watcher_of_itself(findings& into) : found{&into} {
    found->was_expired_in_constructor = this->weak_from_this().expired();
    found->threw_in_constructor = throws();
  }
  ~watcher_of_itself() {
    found->was_expired_in_destructor = this->weak_from_this().expired();
    found->threw_in_destructor = throws();
  }
  [[nodiscard]] bool throws() {
    try {
      static_cast<void>(this->shared_from_this());
    } catch (const typename F::bad_weak_ptr&) {
      return true;
    }
    return false;
  }
};

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("shared_from_this: shares the owner of an object from new", F, of_new) {
  const shared<F, self_aware<F>> p{new self_aware<F>};
  const auto q = p->shared_from_this();
  static_assert(std::is_same_v<decltype(q), const shared<F, self_aware<F>>>);
  CHECK(q == p);
  CHECK(p.use_count() == 2);
  CHECK(same_owner(p, q));
}
TEST_CASE_TEMPLATE_APPLY(of_new, families);

TEST_CASE_TEMPLATE_DEFINE("shared_from_this: shares the owner of an object from make_shared and allocate_shared", F,
                          of_made) {
  const auto p = F::template make_shared<self_aware<F>>(5);
  CHECK(p->shared_from_this() == p);
  CHECK(p.use_count() == 1);
  ledger of;
  const auto q = F::template allocate_shared<self_aware<F>>(noting_allocator<int>{of}, 6);
  CHECK(q->shared_from_this() == q);
  CHECK(same_owner(q->shared_from_this(), q));
}
TEST_CASE_TEMPLATE_APPLY(of_made, families);

TEST_CASE_TEMPLATE_DEFINE("shared_from_this: of an object with a deleter, of a unique_ptr, after reset", F,
                          of_other_origins) {
  deletions noted;
  shared<F, self_aware<F>> p{new self_aware<F>, noting_deleter{&noted}};
  CHECK(p->shared_from_this() == p);
  p.reset(new self_aware<F>{3});
  CHECK(p->shared_from_this()->value == 3);
  const shared<F, self_aware<F>> q{std::make_unique<self_aware<F>>(4)};
  CHECK(q->shared_from_this() == q);
  p = std::make_unique<self_aware<F>>(5);
  CHECK(p->shared_from_this() == p);
  ledger of;
  const shared<F, self_aware<F>> r{new self_aware<F>, noting_deleter{&noted}, noting_allocator<int>{of}};
  CHECK(r->shared_from_this() == r);
}
TEST_CASE_TEMPLATE_APPLY(of_other_origins, families);

TEST_CASE_TEMPLATE_DEFINE("shared_from_this: keeps the object alive", F, keeps_alive) {
  shared<F, self_aware<F>> q;
  {
    const auto p = F::template make_shared<self_aware<F>>();
    q = p->shared_from_this();
  }
  CHECK(self_aware<F>::alive == 1);
  CHECK(q.use_count() == 1);
  CHECK(q->shared_from_this() == q);
  q.reset();
  CHECK(self_aware<F>::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(keeps_alive, families);

TEST_CASE_TEMPLATE_DEFINE("shared_from_this: of a const object gives a pointer to const", F, of_const) {
  const shared<F, const self_aware<F>> p{new const self_aware<F>};
  const auto q = p->shared_from_this();
  static_assert(std::is_same_v<decltype(q), const shared<F, const self_aware<F>>>);
  CHECK(q == p);
  CHECK(p.use_count() == 2);
  const auto made = F::template make_shared<const self_aware<F>>(8);
  CHECK(made->shared_from_this() == made);
  CHECK(made->weak_from_this().lock() == made);
}
TEST_CASE_TEMPLATE_APPLY(of_const, families);

TEST_CASE_TEMPLATE_DEFINE("shared_from_this: throws bad_weak_ptr before the object is owned, and if it never is", F,
                          not_owned) {
  using bad_weak_ptr = typename F::bad_weak_ptr;
  self_aware<F> on_stack;
  CHECK_THROWS_AS(static_cast<void>(on_stack.shared_from_this()), bad_weak_ptr);
  CHECK_THROWS_AS(static_cast<void>(std::as_const(on_stack).shared_from_this()), bad_weak_ptr);
  CHECK(on_stack.weak_from_this().expired());
  const auto unowned = std::make_unique<self_aware<F>>();
  CHECK_THROWS_AS(static_cast<void>(unowned->shared_from_this()), bad_weak_ptr);
  CHECK(unowned->weak_from_this().use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(not_owned, families);

TEST_CASE_TEMPLATE_DEFINE("shared_from_this: throws in the constructor and in the destructor", F,
                          in_constructor_and_destructor) {
  using watcher = watcher_of_itself<F>;
  typename watcher::findings found;
  {
    const auto p = F::template make_shared<watcher>(found);
  }
  CHECK(found.threw_in_constructor);
  CHECK(found.was_expired_in_constructor);
  CHECK(found.threw_in_destructor);
  CHECK(found.was_expired_in_destructor);
  found = {};
  {
    const shared<F, watcher> p{new watcher{found}};
  }
  CHECK(found.threw_in_constructor);
  CHECK(found.threw_in_destructor);
  CHECK(found.was_expired_in_destructor);
}
TEST_CASE_TEMPLATE_APPLY(in_constructor_and_destructor, families);

TEST_CASE_TEMPLATE_DEFINE("shared_from_this: throws when the owners have gone and the object has not", F, owners_gone) {
  using bad_weak_ptr = typename F::bad_weak_ptr;
  deletions noted;
  self_aware<F> on_stack;
  {
    const shared<F, self_aware<F>> p{&on_stack, noting_only{&noted}};
    CHECK(on_stack.shared_from_this() == p);
  }
  CHECK(noted.calls == 1);
  CHECK_THROWS_AS(static_cast<void>(on_stack.shared_from_this()), bad_weak_ptr);
  CHECK(on_stack.weak_from_this().expired());
  const shared<F, self_aware<F>> again{&on_stack, noting_only{&noted}};
  CHECK(on_stack.shared_from_this() == again);
  CHECK(again.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(owners_gone, families);

TEST_CASE_TEMPLATE_DEFINE("enable_shared_from_this: a second owner does not replace an unexpired one", F,
                          second_owner) {
  deletions noted;
  const auto first = F::template make_shared<self_aware<F>>();
  {
    const shared<F, self_aware<F>> second{first.get(), noting_only{&noted}};
    CHECK(same_owner(first->shared_from_this(), first));
    CHECK_FALSE(same_owner(first->shared_from_this(), second));
  }
  CHECK(noted.calls == 1);
  CHECK(same_owner(first->shared_from_this(), first));
  CHECK(first.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(second_owner, families);

TEST_CASE_TEMPLATE_DEFINE("weak_from_this: watches the owner", F, weak_from) {
  auto p = F::template make_shared<self_aware<F>>();
  const weak<F, self_aware<F>> watcher = p->weak_from_this();
  CHECK(watcher.lock() == p);
  CHECK(watcher.use_count() == 1);
  CHECK(same_owner(watcher, p));
  const weak<F, const self_aware<F>> constant = std::as_const(*p).weak_from_this();
  CHECK(constant.lock() == p);
  p.reset();
  CHECK(watcher.expired());
  CHECK(constant.expired());
  CHECK(self_aware<F>::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(weak_from, families);

TEST_CASE_TEMPLATE_DEFINE(
    "enable_shared_from_this: a copy of an object has no owner, and an assigned one keeps its own", F, copies) {
  const auto p = F::template make_shared<self_aware<F>>(3);
  self_aware<F> copy = *p;
  CHECK(copy.value == 3);
  CHECK(copy.weak_from_this().expired());
  const auto q = F::template make_shared<self_aware<F>>(4);
  *q = *p;
  CHECK(q->value == 3);
  CHECK(q->shared_from_this() == q);
  copy = *q;
  CHECK(copy.weak_from_this().expired());
  const auto r = F::template make_shared<self_aware<F>>(std::move(*p));
  CHECK(r->shared_from_this() == r);
  CHECK(p->shared_from_this() == p);
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(copies, families);

TEST_CASE_TEMPLATE_DEFINE("enable_shared_from_this: through base classes, at any offset", F, through_bases) {
  const shared<F, self_aware<F>> p{new derived_aware<F>};
  CHECK(p->shared_from_this() == p);
  const auto q = F::template make_shared<derived_aware<F>>();
  CHECK(q->shared_from_this().get() == q.get());
  CHECK(F::template static_pointer_cast<derived_aware<F>>(q->shared_from_this())->more == 2);
  const auto r = F::template make_shared<at_offset<F>>();
  CHECK(r->shared_from_this().get() == static_cast<self_aware<F>*>(r.get()));
  CHECK(same_owner(r->shared_from_this(), r));
  const shared<F, padding> s{new at_offset<F>};
  auto* const whole = static_cast<at_offset<F>*>(s.get());
  CHECK(same_owner(whole->shared_from_this(), s));
  const shared<F, void> anything{new derived_aware<F>};
  CHECK(same_owner(static_cast<derived_aware<F>*>(anything.get())->shared_from_this(), anything));
}
TEST_CASE_TEMPLATE_APPLY(through_bases, families);

TEST_CASE_TEMPLATE_DEFINE("enable_shared_from_this: privately inherited, or twice, is none", F, inaccessible) {
  const shared<F, privately<F>> p{new privately<F>};
  CHECK_FALSE(p->is_watched());
  CHECK_FALSE(F::template make_shared<privately<F>>()->is_watched());
  const shared<F, twice<F>> q{new twice<F>};
  CHECK(static_cast<self_aware<F>&>(*q).weak_from_this().expired());
  CHECK(static_cast<other_aware<F>&>(*q).weak_from_this().expired());
}
TEST_CASE_TEMPLATE_APPLY(inaccessible, families);

TEST_CASE_TEMPLATE_DEFINE("enable_shared_from_this: arrays and aliases enable nothing", F, enables_nothing) {
  using bad_weak_ptr = typename F::bad_weak_ptr;
  const shared<F, self_aware<F>[]> array{new self_aware<F>[2]};
  CHECK_THROWS_AS(static_cast<void>(array[0].shared_from_this()), bad_weak_ptr);
  const auto made = F::template make_shared<self_aware<F>[]>(2);
  CHECK(made[1].weak_from_this().expired());
  self_aware<F> on_stack;
  const shared<F, self_aware<F>> alias{F::template make_shared<int>(1), &on_stack};
  CHECK(on_stack.weak_from_this().expired());
  const shared<F, self_aware<F>> null{static_cast<self_aware<F>*>(nullptr)};
  CHECK(null.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(enables_nothing, families);
