// Cycles, which the standard leaks: what may lie between the objects, and what holds them.
#include "standard/cycle_objects.hpp"
#include "standard/deleters.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

using namespace ouro::test::standard;

namespace {

/// Its edges cannot be seen.
template <class F>
class opaque {
 public:
  opaque() = default;
  opaque(const opaque&) = delete;
  opaque& operator=(const opaque&) = delete;
  ~opaque() = default;
  void lead_to(shared<F, node<F>> next) { next_ = std::move(next); }
  [[nodiscard]] const shared<F, node<F>>& next() const { return next_; }

 private:
  shared<F, node<F>> next_;
  life counted_;
};

template <class F>
struct with_opaque {
  shared<F, with_opaque> next;
  std::function<void()> hidden;
  life counted{};
};

template <class F>
struct with_containers {
  std::vector<shared<F, with_containers>> list;
  std::map<int, shared<F, with_containers>> map;
  std::optional<shared<F, with_containers>> maybe;
  std::variant<int, shared<F, with_containers>> either;
  std::array<shared<F, with_containers>, 2> pair;
  life counted{};
};

template <class F>
struct with_weak {
  shared<F, with_weak> next;
  weak<F, with_weak> back;
  life counted{};
};

template <class F>
struct with_void {
  shared<F, void> next;
  life counted{};
};

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("cycle: through a vector, a map, an optional, a variant and an array", F, of_containers) {
  const collected<F> test;
  using object = with_containers<F>;
  const auto cycles_through = [](auto put) {
    {
      const auto a = F::template make_shared<object>();
      const shared<F, object> b{new object};
      put(*a, b);
      put(*b, a);
    }
    return is_garbage<F>(2);
  };
  using pointer = shared<F, object>;
  CHECK(cycles_through([](object& from, const pointer& to) { from.list.push_back(to); }));
  CHECK(cycles_through([](object& from, const pointer& to) { from.map[1] = to; }));
  CHECK(cycles_through([](object& from, const pointer& to) { from.maybe = to; }));
  CHECK(cycles_through([](object& from, const pointer& to) { from.either = to; }));
  CHECK(cycles_through([](object& from, const pointer& to) { from.pair[1] = to; }));
}
TEST_CASE_TEMPLATE_APPLY(of_containers, collecting_families);

TEST_CASE_TEMPLATE_DEFINE("cycle: through a class that cannot be seen through is never freed, and not while in use", F,
                          of_opaque) {
  const collected<F> test;
  opaque<F>* raw = nullptr;
  {
    const auto p = F::template make_shared<node<F>>();
    const auto hidden = F::template make_shared<opaque<F>>();
    hidden->lead_to(p);
    raw = hidden.get();
    F::collect();
    CHECK(life::objects == 2);
    CHECK(p.use_count() == 2);
    CHECK(raw->next() == p);
  }
  CHECK(life::objects == 0);  // no cycle yet
  with_opaque<F>* leaked = nullptr;
  {
    const auto a = F::template make_shared<with_opaque<F>>();
    a->hidden = [kept = a] { CHECK(kept != nullptr); };
    leaked = a.get();
  }
  F::collect();
  F::collect();
  CHECK(life::objects == 1);
  leaked->hidden();
  {
    const auto last = std::exchange(leaked->hidden, nullptr);
  }  // as with the standard's pointers
  CHECK(life::objects == 0);
}
TEST_CASE_TEMPLATE_APPLY(of_opaque, collecting_families);

TEST_CASE_TEMPLATE_DEFINE("cycle: of an object with a deleter is held from outside, and never severed", F,
                          with_deleter) {
  const collected<F> test;
  deletions noted;
  node<F>* held = nullptr;
  {
    const shared<F, node<F>> a{new node<F>, noting_deleter{&noted}};
    const auto b = F::template make_shared<node<F>>();
    a->next = b;
    b->next = a;
    held = a.get();
  }
  F::collect();
  F::collect();
  CHECK(noted.calls == 0);
  CHECK(life::objects == 2);
  REQUIRE(held->next != nullptr);
  CHECK(held->next->next.get() == held);
  const auto keep = std::exchange(held->next->next, nullptr);
  CHECK(noted.calls == 0);
  CHECK(life::objects == 2);
}
TEST_CASE_TEMPLATE_APPLY(with_deleter, collecting_families);

TEST_CASE_TEMPLATE_DEFINE("cycle: watchers see its end, and destructors see null", F, watched) {
  const collected<F> test;
  weak<F, with_weak<F>> watcher;
  {
    const auto a = F::template make_shared<with_weak<F>>();
    const shared<F, with_weak<F>> b{new with_weak<F>};
    a->next = b;
    b->next = a;
    b->back = a;
    a->back = a;
    watcher = b;
  }
  CHECK_FALSE(watcher.expired());
  CHECK(watcher.lock()->back.lock()->next == watcher.lock());
  CHECK(is_garbage<F>(2));
  CHECK(watcher.expired());
  CHECK(watcher.lock() == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(watched, collecting_families);

TEST_CASE_TEMPLATE_DEFINE("cycle: what hangs from it is destroyed with it", F, tail) {
  const collected<F> test;
  shared<F, node<F>> shared_tail = F::template make_shared<node<F>>();
  {
    const auto a = F::template make_shared<with_containers<F>>();
    a->list.push_back(a);
    const auto b = F::template make_shared<with_void<F>>();
    b->next = shared_tail;
    a->map[0] = F::template make_shared<with_containers<F>>();
    const auto c = F::template make_shared<with_void<F>>();
    c->next = c;
  }
  CHECK(life::objects == 4);
  F::collect();
  CHECK(life::objects == 1);
  CHECK(shared_tail.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(tail, collecting_families);

TEST_CASE_TEMPLATE_DEFINE("cycle: collect says how many objects it destroyed", F, counts) {
  const collected<F> test;
  for (int i = 0; i != 10; ++i) {
    const auto p = F::template make_shared<node<F>>();
    p->next = F::template make_shared<node<F>>();
    p->next->next = p;
  }
  CHECK(life::objects == 20);
  CHECK(F::collect() == 20);
  CHECK(F::collect() == 0);
}
TEST_CASE_TEMPLATE_APPLY(counts, collecting_families);
