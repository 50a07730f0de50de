// [util.smartptr.shared.dest]: when objects end, and in which order.
#include "standard/deleters.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

using namespace ouro::test::standard;

namespace {

/// Does what it is told when it is destroyed.
struct told {
  std::function<void()> at_end;
  explicit told(std::function<void()> what) : at_end{std::move(what)} {}
  told(const told&) = delete;
  told& operator=(const told&) = delete;
  ~told() { at_end(); }
};

/// Writes its name, and then drops its parts: members end in reverse order.
template <class F>
struct named {
  explicit named(char of) : own{of} {}
  shared<F, named> first;
  shared<F, named> second;
  logged own;
};

template <class F>
struct owner_of_itself {
  static inline int alive = 0;
  owner_of_itself() { ++alive; }
  owner_of_itself(const owner_of_itself&) = delete;
  owner_of_itself& operator=(const owner_of_itself&) = delete;
  ~owner_of_itself() { --alive; }
  void drop_itself() { self.reset(); }
  shared<F, owner_of_itself> self;
};

template <class F>
struct linked {
  static inline int alive = 0;
  linked() { ++alive; }
  linked(const linked&) = delete;
  linked& operator=(const linked&) = delete;
  ~linked() { --alive; }
  shared<F, linked> next;
};

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("~shared_ptr: the last owner destroys the object, at once", F, last_owner_destroys) {
  auto* p = new shared<F, number>{new number};
  auto* q = new shared<F, number>{*p};
  delete p;
  CHECK(number::alive == 1);
  CHECK(q->use_count() == 1);
  delete q;
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(last_owner_destroys, families);

TEST_CASE_TEMPLATE_DEFINE("~shared_ptr: of an empty one does nothing, nor of one that was moved from", F,
                          empty_does_nothing) {
  deletions noted;
  {
    const shared<F, number> empty;
    shared<F, number> from{new number, noting_deleter{&noted}};
    {
      shared<F, number> to = std::move(from);
      from.~shared<F, number>();
      ::new (&from) shared<F, number>{};
      CHECK(noted.calls == 0);
    }
    CHECK(noted.calls == 1);
  }
  CHECK(noted.calls == 1);
}
TEST_CASE_TEMPLATE_APPLY(empty_does_nothing, families);

TEST_CASE_TEMPLATE_DEFINE("~shared_ptr: locals end in reverse order, members too", F, order_of_destruction) {
  CHECK(take_log().empty());
  {
    const shared<F, logged> a{new logged{'a'}};
    const auto b = F::template make_shared<logged>('b');
    const shared<F, logged> c{new logged{'c'}};
  }
  CHECK(take_log() == "cba");
  {
    const auto root = F::template make_shared<named<F>>('r');
    root->first = F::template make_shared<named<F>>('1');
    root->second = F::template make_shared<named<F>>('2');
    root->first->first = F::template make_shared<named<F>>('x');
  }
  CHECK(take_log() == "r21x");
}
TEST_CASE_TEMPLATE_APPLY(order_of_destruction, families);

TEST_CASE_TEMPLATE_DEFINE("~shared_ptr: elements of a vector end in its order, and shared ones last", F,
                          order_in_containers) {
  CHECK(take_log().empty());
  shared<F, logged> kept;
  {
    std::vector<shared<F, logged>> all;
    for (const char name : {'a', 'b', 'c'}) all.push_back(F::template make_shared<logged>(name));
    kept = all[1];
    all.erase(all.begin());
    CHECK(take_log() == "a");
    all.resize(1);
    CHECK(take_log() == "c");
  }
  CHECK(take_log().empty());
  kept.reset();
  CHECK(take_log() == "b");
}
TEST_CASE_TEMPLATE_APPLY(order_in_containers, families);

TEST_CASE_TEMPLATE_DEFINE("reset: the pointer is null before the object is destroyed", F, null_in_destructor) {
  shared<F, told> p;
  bool was_null = false;
  long uses = -1;
  p.reset(new told{[&] {
    was_null = p.get() == nullptr;
    uses = p.use_count();
  }});
  p.reset();
  CHECK(was_null);
  CHECK(uses == 0);
}
TEST_CASE_TEMPLATE_APPLY(null_in_destructor, families);

TEST_CASE_TEMPLATE_DEFINE("reset: the pointer has its new value before the old object is destroyed", F,
                          new_value_in_destructor) {
  shared<F, told> p;
  const told* seen = nullptr;
  p.reset(new told{[&] { seen = p.get(); }});
  auto* const next = new told{[] {}};
  p.reset(next);
  CHECK(seen == next);
  seen = nullptr;
  p.reset(new told{[&] { seen = p.get(); }});
  const shared<F, told> third{new told{[] {}}};
  p = third;
  CHECK(seen == third.get());
}
TEST_CASE_TEMPLATE_APPLY(new_value_in_destructor, families);

TEST_CASE_TEMPLATE_DEFINE("reset: inside of the destructor that it has called, once more", F, reset_in_destructor) {
  shared<F, told> p;
  int calls = 0;
  p = F::template make_shared<told>([&] {
    ++calls;
    p.reset();
  });
  p.reset();
  CHECK(calls == 1);
  CHECK(p == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(reset_in_destructor, families);

TEST_CASE_TEMPLATE_DEFINE("reset: the destructor may give the pointer a new object", F, renewed_in_destructor) {
  shared<F, void> p;
  p = shared<F, told>{new told{[&p] { p = F::template make_shared<number>(1); }}};
  p.reset();
  CHECK(p != nullptr);
  CHECK(number::alive == 1);
  p.reset();
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(renewed_in_destructor, families);

TEST_CASE_TEMPLATE_DEFINE("~shared_ptr: a destructor sees watchers expired", F, expired_in_destructor) {
  weak<F, told> watcher;
  bool had_expired = false;
  bool was_locked = true;
  long uses = -1;
  shared<F, told> p = F::template make_shared<told>([&] {
    had_expired = watcher.expired();
    was_locked = watcher.lock() != nullptr;
    uses = watcher.use_count();
  });
  watcher = p;
  p.reset();
  CHECK(had_expired);
  CHECK_FALSE(was_locked);
  CHECK(uses == 0);
}
TEST_CASE_TEMPLATE_APPLY(expired_in_destructor, families);

TEST_CASE_TEMPLATE_DEFINE("~shared_ptr: a destructor may copy and drop other pointers", F, copies_in_destructor) {
  const auto other = F::template make_shared<number>(2);
  shared<F, told> p{new told{[&other] {
    const auto copy = other;
    CHECK(other.use_count() == 2);
    const auto more = F::template make_shared<number>(3);
    CHECK(number::alive == 2);
  }}};
  p.reset();
  CHECK(other.use_count() == 1);
  CHECK(number::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(copies_in_destructor, families);

TEST_CASE_TEMPLATE_DEFINE("reset: an object that owns itself alone may drop itself", F, owner_of_itself_drops) {
  auto p = F::template make_shared<owner_of_itself<F>>();
  p->self = p;
  auto* const raw = p.get();
  p.reset();
  CHECK(owner_of_itself<F>::alive == 1);
  raw->drop_itself();
  CHECK(owner_of_itself<F>::alive == 0);
  shared<F, owner_of_itself<F>> q{new owner_of_itself<F>};
  auto* const other = q.get();
  q->self = std::move(q);
  CHECK(q == nullptr);
  CHECK(owner_of_itself<F>::alive == 1);
  other->drop_itself();
  CHECK(owner_of_itself<F>::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(owner_of_itself_drops, families);

TEST_CASE_TEMPLATE_DEFINE("~shared_ptr: the deleter may use the pointers that it holds", F, deleter_with_pointers) {
  CHECK(take_log().empty());
  {
    const auto kept = F::template make_shared<logged>('k');
    shared<F, logged> p{new logged{'p'}, [kept](logged* object) {
                          delete object;
                          logged::log += kept->name;
                        }};
    CHECK(kept.use_count() == 2);
  }
  CHECK(take_log() == "pkk");
}
TEST_CASE_TEMPLATE_APPLY(deleter_with_pointers, families);

TEST_CASE_TEMPLATE_DEFINE("~shared_ptr: a list of ten thousand links ends", F, deep_list) {
  {
    auto head = F::template make_shared<linked<F>>();
    for (int i = 1; i != 10'000; ++i) {
      auto next = F::template make_shared<linked<F>>();
      next->next = std::move(head);
      head = std::move(next);
    }
    CHECK(linked<F>::alive == 10'000);
    head->next->next.reset();
    CHECK(linked<F>::alive == 2);
  }
  CHECK(linked<F>::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(deep_list, families);

TEST_CASE_TEMPLATE_DEFINE("~shared_ptr: a pointer to void, and one to a part, destroy the whole", F,
                          parts_destroy_whole) {
  shared<F, void> anything;
  shared<F, int> part;
  {
    const shared<F, two_bases> p{new two_bases};
    anything = p;
    part = shared<F, int>{p, &p->last};
  }
  CHECK(base::alive == 1);
  anything.reset();
  CHECK(base::alive == 1);
  CHECK(*part == 4);
  part.reset();
  CHECK(base::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(parts_destroy_whole, families);
