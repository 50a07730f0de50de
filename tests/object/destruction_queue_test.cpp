#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using local = ouro::default_memory;
using without_collector = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;
using tracking = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;
using atomic = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;
using biased = ouro::memory<ouro::biased_refcount, ouro::trial_deletion, ouro::system_allocator>;

/// The stack that nested destructors may use, for one test.
template <class Memory>
struct destruction_stack {
  explicit destruction_stack(std::size_t bytes) noexcept { Memory::gc::set_destruction_stack(bytes); }
  destruction_stack(const destruction_stack&) = delete;
  destruction_stack& operator=(const destruction_stack&) = delete;
  ~destruction_stack() { Memory::gc::set_destruction_stack(before); }

  std::size_t before = Memory::gc::destruction_stack();
};

struct shared_pointers {
  template <class T>
  using ptr = std::shared_ptr<T>;
  template <class T, class... Args>
  static ptr<T> make(Args&&... args) {
    return std::make_shared<T>(std::forward<Args>(args)...);
  }
};

/// A tree whose nodes write their numbers down when their destructors begin, and whose children write to their parents.
template <class Memory>
struct tree_node {
  using pointer = typename Memory::template ptr<tree_node>;
  static inline std::vector<int> order;

  explicit tree_node(int numbered) : number{numbered} {}
  tree_node(const tree_node&) = delete;
  tree_node& operator=(const tree_node&) = delete;
  ~tree_node() {
    order.push_back(number);
    if (parent != nullptr) ++parent->children_ended;
    if (at_end) at_end();
  }
  void trace(auto&& visit) { visit(first, many, last); }

  int number;
  int children_ended = 0;
  tree_node* parent = nullptr;
  std::function<void()> at_end;
  pointer first;
  std::vector<pointer> many;
  pointer last;
};

/// The same for the same seed. The depth is about `nodes / 4`.
template <class Memory>
typename tree_node<Memory>::pointer make_tree(unsigned seed, int nodes) {
  std::minstd_rand random{seed};
  std::vector<typename tree_node<Memory>::pointer> made;
  for (int i = 0; i != nodes; ++i) {
    auto node = Memory::template make<tree_node<Memory>>(i);
    if (i != 0) {
      auto& parent = *made[made.size() - 1 - random() % std::min<std::size_t>(made.size(), 7)];
      node->parent = &parent;
      if (parent.first == nullptr) {
        parent.first = node;
      } else if (parent.last == nullptr) {
        parent.last = node;
      } else {
        parent.many.push_back(node);
      }
    }
    made.push_back(std::move(node));
  }
  return made.front();
}

template <class Memory>
std::vector<int> order_of_drop(unsigned seed, int nodes) {
  auto root = make_tree<Memory>(seed, nodes);
  tree_node<Memory>::order.clear();
  root.reset();
  return std::exchange(tree_node<Memory>::order, {});
}

template <class Memory>
struct list_node {
  using pointer = typename Memory::template ptr<list_node>;
  static inline int alive = 0;

  explicit list_node(pointer after) : next{std::move(after)} { ++alive; }
  list_node(const list_node&) = delete;
  list_node& operator=(const list_node&) = delete;
  ~list_node() {
    --alive;
    if (at_end) at_end();
  }
  void finalize() {
    if (at_finalization) at_finalization(*this);
  }
  void trace(auto&& visit) { visit(next); }

  pointer next;
  std::function<void()> at_end;
  std::function<void(list_node&)> at_finalization;
};

template <class Memory>
typename list_node<Memory>::pointer make_list(int length) {
  typename list_node<Memory>::pointer list;
  for (int i = 0; i != length; ++i) list = Memory::template make<list_node<Memory>>(std::move(list));
  return list;
}

}  // namespace

TEST_CASE_TEMPLATE("destruction: objects die in the order of std::shared_ptr, however deep (trap 47)", Memory, local,
                   without_collector, tracking, atomic, biased) {
  for (unsigned seed = 1; seed != 20; ++seed) {
    const std::vector<int> expected = order_of_drop<shared_pointers>(seed, 400);
    REQUIRE(expected.size() == 400);
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{1} << 10, std::size_t{5} << 10, std::size_t{1} << 20}) {
      CAPTURE(seed);
      CAPTURE(bytes);
      const destruction_stack<Memory> bounded{bytes};
      REQUIRE(order_of_drop<Memory>(seed, 400) == expected);
    }
  }
}

TEST_CASE_TEMPLATE("destruction: a hundred nested destructors run inside each other, as with std::shared_ptr", Memory,
                   local, without_collector, atomic) {
  CHECK(Memory::gc::destruction_stack() == std::size_t{256} << 10);
  const destruction_stack<Memory> enough{std::size_t{4} << 20};  // for the code of any compiler
  constexpr int length = 100;
  auto list = make_list<Memory>(length);
  std::vector<int> alive_after;
  for (auto* at = list.get(); at != nullptr; at = at->next.get()) {
    // The destructor destroys the rest of the list: none of it is left after the drop.
    at->at_end = [&alive_after, at] {
      at->next.reset();
      alive_after.push_back(list_node<Memory>::alive);
    };
  }
  list.reset();
  CHECK(alive_after == std::vector<int>(length, 0));
}

TEST_CASE("destruction: the block of an object is there until all its descendants are destroyed") {
  const std::size_t before = ouro::pool_allocator::statistics().used_blocks;
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{2} << 10, local::gc::destruction_stack()}) {
    const destruction_stack<local> bounded{bytes};
    constexpr int length = 20'000;
    auto list = make_list<local>(length);
    std::size_t fewest = length;
    for (auto* at = list.get(); at != nullptr; at = at->next.get()) {
      at->at_end = [&fewest, before] {
        fewest = std::min<std::size_t>(fewest, ouro::pool_allocator::statistics().used_blocks - before);
      };
    }
    list.reset();
    CHECK(fewest == length);
    CHECK(ouro::pool_allocator::statistics().used_blocks == before);
    CHECK(list_node<local>::alive == 0);
  }
}

TEST_CASE(
    "destruction: the block of garbage stays until the objects that it dropped, and that had to wait, are destroyed") {
  const destruction_stack<local> bounded{0};
  const std::size_t before = ouro::pool_allocator::statistics().used_blocks;
  std::size_t used_at_end = 0;
  {
    auto tail = make_list<without_collector>(10);
    tail->next->next->at_end = [&used_at_end, before] {
      used_at_end = ouro::pool_allocator::statistics().used_blocks - before;
    };
    const auto ring = local::make<tree_node<local>>(1);
    ring->first = ring;
    ring->at_end = [held = std::move(tail)]() mutable { held.reset(); };
  }
  CHECK(local::gc::collect() == 1);
  CHECK(used_at_end == 11);
  CHECK(ouro::pool_allocator::statistics().used_blocks == before);
}

TEST_CASE_TEMPLATE("destruction: an object that is resurrected from the queue keeps its state (trap 78)", Memory, local,
                   tracking, atomic, biased) {
  using node = list_node<Memory>;
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1} << 20}) {
    const destruction_stack<Memory> bounded{bytes};
    int callbacks = 0;
    int finalizers = 0;
    typename node::pointer back;
    auto list = make_list<Memory>(3);
    Memory::gc::collect();  // they are old
    node& returns = *list->next;
    returns.at_finalization = [&back](node& self) { back = Memory::from_this(&self); };
    const typename Memory::template weak<node> plain{list->next};
    const typename Memory::template weak<node> with_callback{list->next, [&callbacks] { ++callbacks; }};
    static_cast<void>(ouro::finalize(list->next, [&finalizers] { ++finalizers; }));
    list.reset();
    REQUIRE(back.get() == &returns);
    CHECK(list_node<Memory>::alive == 2);
    CHECK(callbacks == 0);
    CHECK(finalizers == 0);
    CHECK(plain.lock() == back);
    CHECK(with_callback.lock() == back);
    CHECK(back.use_count() == 1);
    CHECK(Memory::gc::is_tracked(back));
    CHECK(Memory::gc::is_finalized(back));
    // A cycle through it is found, and is destroyed without another resurrection.
    back->next->next = back;
    back.reset();
    CHECK(Memory::gc::collect() == 2);
    CHECK(list_node<Memory>::alive == 0);
    CHECK(callbacks == 1);
    CHECK(finalizers == 1);
    CHECK(plain.expired());
  }
}

TEST_CASE("destruction: an object that is resurrected from the queue is still in its weak map") {
  const destruction_stack<local> bounded{0};
  ouro::weak_value_map<int, list_node<local>> by_number;
  list_node<local>::pointer back;
  {
    auto list = make_list<local>(2);
    list->next->at_finalization = [&back](list_node<local>& self) { back = ouro::managed_from_this(&self); };
    by_number.insert_or_assign(7, list->next);
  }
  REQUIRE(back != nullptr);
  CHECK(by_number.get(7) == back);
  CHECK(by_number.size() == 1);
  back.reset();
  CHECK(by_number.empty());
}

TEST_CASE_TEMPLATE("destruction: an object that waits is dead for weak pointers and collections (trap 78)", Memory,
                   local, tracking, atomic, biased) {
  using node = list_node<Memory>;
  auto list = make_list<Memory>(2);
  Memory::gc::collect();
  const typename Memory::template weak<node> watcher{list};
  {
    const typename Memory::gc::deferred_drops here;
    auto* const raw = list.get();
    list.reset();
    CHECK(list_node<Memory>::alive == 2);
    CHECK(watcher.lock() == nullptr);
    CHECK(watcher.expired());
    CHECK(Memory::from_this(raw) == nullptr);
    CHECK(Memory::gc::collect() == 0);
    for (const auto& each : Memory::gc::objects()) CHECK(each.get() != raw);
    CHECK(list_node<Memory>::alive == 2);
    CHECK(Memory::gc::drain(1) == 1);
    CHECK(list_node<Memory>::alive == 1);
  }
  CHECK(list_node<Memory>::alive == 0);
}

TEST_CASE("destruction: objects of several collectors wait in one queue, and each goes back to its own collector") {
  const destruction_stack<local> bounded{0};
  tracking::ptr<list_node<tracking>> back;
  {
    auto inner = make_list<tracking>(1);
    inner->at_finalization = [&back](list_node<tracking>& self) { back = tracking::from_this(&self); };
    const auto outer = local::make<tree_node<local>>(1);
    outer->at_end = [held = std::move(inner)]() mutable { held.reset(); };
  }
  REQUIRE(back != nullptr);
  back->next = back;
  back.reset();
  CHECK(local::gc::collect() == 0);
  CHECK(tracking::gc::collect() == 1);
  CHECK(list_node<tracking>::alive == 0);
}

TEST_CASE("destruction: deferring ends inside a destructor, and what waits there ends with it") {
  auto list = make_list<local>(1);
  auto inner = make_list<local>(100);
  int alive_at_end = 0;
  list->at_end = [&inner, &alive_at_end] {
    {
      const local::gc::deferred_drops here;
      inner.reset();
      CHECK(local::gc::drain() == 0);
    }
    alive_at_end = list_node<local>::alive;
    make_list<local>(1).reset();  // is queued behind the others
    CHECK(list_node<local>::alive == alive_at_end + 1);
  };
  list.reset();
  CHECK(alive_at_end == 100);
  CHECK(list_node<local>::alive == 0);
}

TEST_CASE("destruction: a program may begin to defer in one destructor, and end it in another") {
  using guard = local::gc::deferred_drops;
  std::unique_ptr<guard> held;
  auto begins = make_list<local>(2);
  auto waits = make_list<local>(3);
  auto ends = make_list<local>(1);
  begins->at_end = [&held] { held = std::make_unique<guard>(); };
  begins.reset();
  CHECK(list_node<local>::alive == 4);  // what the destructor dropped after that is destroyed, too
  ends->at_end = [&held] { held.reset(); };
  ends.reset();
  waits.reset();
  CHECK(list_node<local>::alive == 4);
  CHECK(local::gc::drain(1) == 2);  // the first ends the deferring, which destroys the second
  CHECK(list_node<local>::alive == 0);
}

TEST_CASE("destruction: a destructor may begin to defer when something waits already") {
  const destruction_stack<local> bounded{0};
  auto list = make_list<local>(1);
  auto first = make_list<local>(1);
  auto second = make_list<local>(1);
  list->at_end = [&] {
    first.reset();
    const local::gc::deferred_drops here;
    second.reset();
    CHECK(list_node<local>::alive == 2);
  };
  list.reset();
  CHECK(list_node<local>::alive == 0);
}

TEST_CASE("destruction: the largest of all numbers may be set as the stack that destructors use") {
  const destruction_stack<local> bounded{std::numeric_limits<std::size_t>::max()};
  CHECK(local::gc::destruction_stack() > std::size_t{256} << 10);
  auto list = make_list<local>(100);
  list.reset();
  CHECK(list_node<local>::alive == 0);
}

TEST_CASE("destruction: callbacks of weak pointers wait until the outermost destructor has returned") {
  int alive_at_callback = -1;
  auto outer = make_list<local>(1);
  auto watched = make_list<local>(1);
  const ouro::weak<list_node<local>> watcher{watched, [&] { alive_at_callback = list_node<local>::alive; }};
  auto plain = without_collector::make<tree_node<without_collector>>(1);
  outer->at_end = [&] {
    watched.reset();
    plain.reset();  // is destroyed while a callback is due
    CHECK(alive_at_callback == -1);
  };
  outer.reset();
  CHECK(alive_at_callback == 0);
}

TEST_CASE("destruction_queue: notices an object that waits and is not dying") {
  const local::gc::deferred_drops waits;
  auto waiting = local::make<std::string>("ends by a destructor");
  auto* const header = ouro::detail::header<ouro::local_refcount>::of(waiting.get());
  const auto& queue = ouro::detail::destructions<ouro::local_refcount>;
  CHECK(queue.is_valid());
  waiting.reset();
  CHECK(queue.is_valid());
  header->count = ouro::count_word::one;
  CHECK_FALSE(queue.is_valid());
  header->count = ouro::count_word::none;
  CHECK(queue.is_valid());
  CHECK(local::gc::drain() == 1);
}

TEST_CASE("destruction_queue: is valid while a destructor runs behind others") {
  const local::gc::deferred_drops waits;
  int looked = 0;
  {
    auto list = make_list<local>(3);
    for (auto at = list; at; at = at->next) {
      at->at_end = [&looked] {
        ++looked;
        CHECK(ouro::detail::destructions<ouro::local_refcount>.is_valid());
      };
    }
  }
  CHECK(local::gc::drain() == 3);
  CHECK(looked == 3);
}

TEST_CASE("destruction_queue: a thread whose objects have waited leaves no memory behind") {
  // LeakSanitizer reports memory that is left.
  std::thread{[] {
    const destruction_stack<local> little{4096};
    make_list<local>(1000);
    CHECK(list_node<local>::alive == 0);
  }}.join();
}
