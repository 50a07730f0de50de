// Cycles, which the standard leaks: `collect` finds them, wherever the objects come from.
#include "standard/cycle_objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <utility>

using namespace ouro::test::standard;

namespace {

template <class F>
class traced {
 public:
  explicit traced(int of) : value_{of} {}
  virtual ~traced() = default;
  void trace(auto&& visit) { visit(next_); }
  void lead_to(shared<F, traced> next) { next_ = std::move(next); }
  [[nodiscard]] int value() const { return value_; }

 private:
  int value_;
  shared<F, traced> next_;
  life counted_;
};

template <class F>
struct aware : from_this<F, aware<F>> {
  void trace(auto&& visit) { visit(next); }
  shared<F, aware> next;
  life counted;
};

template <class F>
struct with_void {
  shared<F, void> next;
  life counted{};
};

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("cycle: of one object, and of three, from make_shared", F, of_made) {
  const collected<F> test;
  {
    const auto p = F::template make_shared<node<F>>();
    p->next = p;
    F::collect();
    CHECK(life::objects == 1);  // in use
  }
  CHECK(is_garbage<F>(1));
  {
    const auto a = F::template make_shared<node<F>>();
    const auto b = F::template make_shared<node<F>>();
    const auto c = F::template make_shared<node<F>>();
    a->next = b;
    b->next = c;
    c->next = a;
  }
  CHECK(is_garbage<F>(3));
}
TEST_CASE_TEMPLATE_APPLY(of_made, collecting_families);

TEST_CASE_TEMPLATE_DEFINE("cycle: is kept whole by one pointer from outside", F, kept_from_outside) {
  const collected<F> test;
  shared<F, node<F>> kept;
  {
    const auto a = F::template make_shared<node<F>>();
    kept = F::template make_shared<node<F>>();
    a->next = kept;
    kept->next = a;
  }
  CHECK(F::collect() == 0);
  CHECK(life::objects == 2);
  CHECK(kept->next->next == kept);
  CHECK(kept.use_count() == 2);
  kept.reset();
  CHECK(is_garbage<F>(2));
}
TEST_CASE_TEMPLATE_APPLY(kept_from_outside, collecting_families);

TEST_CASE_TEMPLATE_DEFINE("cycle: of objects from new, and from a unique_ptr", F, of_new) {
  const collected<F> test;
  {
    const shared<F, node<F>> a{new node<F>};
    const shared<F, node<F>> b{std::make_unique<node<F>>()};
    a->next = b;
    b->next = a;
    CHECK(a.use_count() == 2);
    F::collect();
    CHECK(life::objects == 2);
  }
  CHECK(is_garbage<F>(2));
}
TEST_CASE_TEMPLATE_APPLY(of_new, collecting_families);

TEST_CASE_TEMPLATE_DEFINE("cycle: of objects from new, make_shared and an allocator together", F, of_all_origins) {
  const collected<F> test;
  {
    const shared<F, node<F>> a{new node<F>};
    const auto b = F::template make_shared<node<F>>();
    const auto c = F::template allocate_shared<node<F>>(std::allocator<int>{});
    a->next = b;
    b->next = c;
    c->next = a;
  }
  CHECK(is_garbage<F>(3));
}
TEST_CASE_TEMPLATE_APPLY(of_all_origins, collecting_families);

TEST_CASE_TEMPLATE_DEFINE("cycle: of classes with a trace, through base and derived classes", F, of_traced) {
  const collected<F> test;
  {
    const auto a = F::template make_shared<traced<F>>(1);
    const shared<F, traced<F>> b{new traced<F>{2}};
    a->lead_to(b);
    b->lead_to(a);
    CHECK(a->value() + b->value() == 3);
  }
  CHECK(is_garbage<F>(2));
}
TEST_CASE_TEMPLATE_APPLY(of_traced, collecting_families);

TEST_CASE_TEMPLATE_DEFINE("cycle: through an array of objects", F, of_arrays) {
  const collected<F> test;
  {
    const auto many = F::template make_shared<node<F>[]>(3);
    many[1].next = shared<F, node<F>>{many, &many[2]};
    many[2].next = shared<F, node<F>>{many, &many[0]};
  }
  CHECK(is_garbage<F>(3));
  {
    const auto many = F::template make_shared<node<F>[2]>();
    const auto one = F::template make_shared<node<F>>();
    one->next = shared<F, node<F>>{many, &many[1]};
    many[0].next = one;
  }
  CHECK(is_garbage<F>(3));
}
TEST_CASE_TEMPLATE_APPLY(of_arrays, collecting_families);

TEST_CASE_TEMPLATE_DEFINE("cycle: through a pointer to a part of an object", F, of_aliases) {
  const collected<F> test;
  struct whole {
    int number = 0;
    shared<F, int> part{};
    life counted{};
  };
  {
    const auto p = F::template make_shared<whole>();
    p->part = shared<F, int>{p, &p->number};
    CHECK(p.use_count() == 2);
  }
  CHECK(is_garbage<F>(1));
}
TEST_CASE_TEMPLATE_APPLY(of_aliases, collecting_families);

TEST_CASE_TEMPLATE_DEFINE("cycle: through a pointer to void", F, of_void) {
  const collected<F> test;
  {
    const auto a = F::template make_shared<with_void<F>>();
    const shared<F, with_void<F>> b{new with_void<F>};
    a->next = b;
    b->next = a;
  }
  CHECK(is_garbage<F>(2));
}
TEST_CASE_TEMPLATE_APPLY(of_void, collecting_families);

TEST_CASE_TEMPLATE_DEFINE("cycle: closed by shared_from_this", F, of_aware) {
  const collected<F> test;
  {
    const auto a = F::template make_shared<aware<F>>();
    const shared<F, aware<F>> b{new aware<F>};
    a->next = b->shared_from_this();
    b->next = a->shared_from_this();
    CHECK(a.use_count() == 2);
  }
  CHECK(is_garbage<F>(2));
}
TEST_CASE_TEMPLATE_APPLY(of_aware, collecting_families);
