#include "island/nodes.hpp"
#include "support/gc_settings.hpp"
#include "support/own_heap.hpp"
#include "support/tracing.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <any>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace ouro::test;
using ouro::heap;
using ouro::island;
using ouro::make;
using ouro::not_an_island;
using ouro::ptr;

namespace {

using node = island_node<>;

/// Cannot be part of a cycle, and so no collector looks at it.
struct leaf_object : counted<leaf_object, std::atomic<int>> {
  int value = 7;
};

}  // namespace

template <>
inline constexpr bool ouro::leaf<leaf_object> = true;

namespace {

struct branch {
  ptr<leaf_object> left;
  ptr<leaf_object> right;
};

struct secretive {
  void trace(auto&& visit) { visit(self, held, weak, name, action); }
  ptr<secretive> self;
  ptr<node> held;
  ouro::weak<secretive> weak;
  ouro::interned_string name{"the name of something"};
  std::function<void()> action = [] {};
};

struct number_of {
  ptr<node> of;
  int operator()() const { return of->number; }
};

ptr<node> ring(int objects) {
  const auto first = make<node>(0);
  ptr<node> last = first;
  for (int i = 1; i != objects; ++i) {
    auto next = make<node>(i);
    next->edges.push_back(last);
    last = std::move(next);
  }
  first->edges.push_back(last);
  return first;
}

struct all : counted<all> {
  ptr<node[]> array = make<node[]>(4);
  ouro::managed_alias<int> alias;
  ouro::tuple<ptr<node>, int> tuple{make<node>(1), 2};
  ouro::frozen_list<ptr<node>> frozen{make<node>(2)};
  ouro::list<ptr<node>> list{make<node>(3)};
  ouro::dict<int, ptr<node>> dict;
  std::map<int, std::vector<ptr<node>>> map;
  std::unique_ptr<branch> owned = std::make_unique<branch>();
  std::optional<ptr<node>> maybe = make<node>(4);
  std::variant<int, ptr<node>> either = make<node>(5);
  ouro::any any{make<node>(6)};
  ouro::function<int()> function;
  void trace(auto&& visit) { visit(array, alias, tuple, frozen, list, dict, map, owned, maybe, either, any, function); }
};

struct finalized : counted<finalized, std::atomic<int>> {
  void finalize() { ++calls; }
  void trace(auto&& visit) { visit(self); }
  ptr<finalized> self;
  static inline int calls = 0;
};

bool has_left = false;

struct leaving : counted<leaving> {
  explicit leaving(bool in_constructor) : constructor{in_constructor} {
    if (constructor) try_to_leave();
  }
  ~leaving() {
    if (!constructor) try_to_leave();
  }
  void trace(auto&& visit) { visit(child); }
  void try_to_leave() {
    auto self = ouro::managed_from_this(this);
    has_left = static_cast<bool>(heap::current().try_detach(std::move(self)));
  }
  ptr<leaving> child;
  bool constructor;
};

struct clinging {
  void finalize() {
    auto copy = self;
    has_left = static_cast<bool>(heap::current().try_detach(std::move(copy)));
  }
  void trace(auto&& visit) { visit(self); }
  ptr<clinging> self;
};

struct throwing {
  void trace(auto&& visit) {
    if (throws) throw std::runtime_error{"no"};
    visit(self);
  }
  ptr<throwing> self;
  bool throws = false;
};

struct twice {
  void trace(auto&& visit) { visit(to, to); }
  ptr<node> to;
};

struct own_count : ouro::count_verbs<own_count> {
  using count_type = std::uint32_t;
  static constexpr bool is_thread_safe = false;
  static std::uint32_t load(const count_type& count) noexcept { return count; }
  static void store(count_type& count, std::uint32_t word) noexcept { count = word; }
  static bool compare_exchange(count_type& count, std::uint32_t& expected, std::uint32_t word) noexcept {
    if (count != expected) return expected = count, false;
    count = word;
    return true;
  }
};

class unseen {
 public:
  explicit unseen(ptr<node> of) : held_{std::move(of)} {}

 private:
  ptr<node> held_;
};

}  // namespace

TEST_CASE("island: a tree leaves its thread, and another one uses and ends it") {
  auto root = make<node>(1);
  for (int i = 0; i != 10; ++i) root->edges.push_back(make<node>(i));
  const auto* const address = root.get();
  auto gone = leave(root);
  CHECK(root == nullptr);
  CHECK(gone);
  elsewhere([&] {
    ptr<node> here = std::move(gone).open();
    CHECK_FALSE(gone);
    CHECK(here.get() == address);
    CHECK(here.use_count() == 1);
    CHECK(here->edges[3].use_count() == 1);
    const auto copy = here->edges[3];
    CHECK(copy.use_count() == 2);
    here->edges.push_back(make<node>(11));
  });
  CHECK(node::alive == 0);
}

TEST_CASE("island: a cycle leaves, and is collected where it was opened") {
  auto root = ring(100);
  auto gone = leave(root);
  elsewhere([&] {
    auto here = std::move(gone).open();
    CHECK(node::alive == 100);
    here.reset();
    CHECK(ouro::gc::collect() == 100);
    CHECK(node::alive == 0);
  });
}

TEST_CASE("island: an object that a variable holds, too, keeps the structure, and nothing changes") {
  auto root = ring(5);
  auto held = root->edges[0];
  const auto why = reason_to_stay(root);
  CHECK(why.holders().size() == 1);
  CHECK(is_node(why.holders()[0].held));
  CHECK(why.holders()[0].holder.empty());
  CHECK(why.holders()[0].pointers == 1);
  CHECK(says(why, "is held by 1 pointer that no known object has"));
  CHECK_FALSE(why.is_out_of_memory());
  CHECK_FALSE(why.has_more());
  CHECK(held.use_count() == 2);
  held.reset();
  CHECK(leave(root));
  CHECK(node::alive == 0);  // an island that nobody opens
}

TEST_CASE("island: the exception names the objects that hold the structure") {
  auto root = make<node>(1);
  root->edges.push_back(make<node>(2));
  const auto holder = make<node>(3);
  holder->edges.push_back(root->edges[0]);
  holder->edges.push_back(root->edges[0]);
  {
    const auto candidate = holder;  // its drop makes the holder one: a collector of candidates knows no other objects
  }
  const auto variable = root->edges[0];
  try {
    static_cast<void>(leave(root));
    FAIL("it is no island");
  } catch (const not_an_island& why) {
    REQUIRE(why.holders().size() == 2);
    CHECK(is_node(why.holders()[0].holder));
    CHECK(why.holders()[0].pointers == 2);
    CHECK(why.holders()[1].holder.empty());
    CHECK(why.holders()[1].pointers == 1);
    CHECK(says(why, "is held by 2 pointers of "));
    CHECK(says(why, "is held by 1 pointer that no known object has"));
  }
  CHECK(root != nullptr);
  CHECK(root->edges[0].use_count() == 4);
}

TEST_CASE("island: an object in view that holds a structure may have parts of every kind") {
  auto root = make<node>();
  const auto holder = make<secretive>();
  holder->held = root;
  holder->self = holder;
  holder->weak = holder;
  {
    const auto candidate = holder;
  }
  const auto why = reason_to_stay(root);
  CHECK(why.holders()[0].holder == ouro::type_name<secretive>());
  holder->self.reset();
}

TEST_CASE("island: a second pointer to the root is a holder") {
  auto root = make<node>();
  const auto second = root;
  CHECK(reason_to_stay(root).holders()[0].pointers == 1);
}

TEST_CASE("island: ten holders are named, and the text says that there are others") {
  std::vector<ptr<void>> objects;
  const auto hold = [&]<std::size_t N>(std::integral_constant<std::size_t, N>) {
    auto held = make<std::array<int, N + 1>>();
    objects.emplace_back(held);
    return held;
  };
  [&]<std::size_t... N>(std::index_sequence<N...>) {
    auto all = make<std::tuple<ptr<std::array<int, N + 1>>...>>(hold(std::integral_constant<std::size_t, N>{})...);
    const auto why = reason_to_stay(all);
    CHECK(why.holders().size() == not_an_island::most_holders);
    CHECK(why.has_more());
    CHECK(says(why, "and others"));
  }(std::make_index_sequence<13>{});
}

TEST_CASE("island: null is an empty island, and so is one that was moved from or opened") {
  ptr<node> none;
  auto gone = leave(none);
  CHECK_FALSE(gone);
  CHECK(std::move(gone).open() == nullptr);
  auto root = make<node>();
  island<node> first = leave(root);
  island<node> second = std::move(first);
  CHECK_FALSE(first);
  CHECK(second);
  first = std::move(second);
  CHECK(first);
  auto other = make<node>();
  first = leave(other);  // ends the one that was there
  CHECK(node::alive == 1);
  CHECK(std::move(first).open() != nullptr);
}

TEST_CASE("island: edges that no collector follows are followed") {
  auto root = make<branch>();
  root->left = make<leaf_object>();
  root->right = root->left;
  {
    const auto held = root->left;
    const auto why = reason_to_stay(root);
    CHECK(why.holders()[0].held == ouro::type_name<leaf_object>());
  }
  auto gone = leave(root);
  elsewhere([&] { CHECK(std::move(gone).open()->left->value == 7); });
  CHECK(leaf_object::alive == 0);
}

TEST_CASE("island: arrays, aliases, tuples, lists, dicts, functions and any leave") {
  auto root = make<all>();
  const auto whole = make<node>(9);
  root->alias = ouro::managed_alias<int>{whole, &whole->number};
  root->dict[3] = root->list[0];
  root->map[4].push_back(root->list[0]);
  root->owned->left = make<leaf_object>();
  root->function = number_of{root->list[0]};
  const auto why = reason_to_stay(root);
  CHECK(why.holders()[0].pointers == 1);  // `whole`
  const_cast<ptr<node>&>(whole).reset();
  CHECK(root->list[0].use_count() == 4);
  auto gone = leave(root);
  elsewhere([&] {
    const auto here = std::move(gone).open();
    CHECK(here->function() == 3);
    CHECK(*here->alias == 9);
    CHECK(here->dict.at(3) == here->list[0]);
  });
  CHECK(node::alive == 0);
  CHECK(leaf_object::alive == 0);
}

TEST_CASE("island: a root of array type, of void, of const, of a base") {
  auto array = make<node[]>(3);
  auto gone_array = leave(array);
  elsewhere([&] { CHECK(std::move(gone_array).open()[2].number == 0); });
  ptr<void> any = make<node>(2);
  auto gone_any = leave(any);
  elsewhere([&] { CHECK(ouro::static_pointer_cast<node>(std::move(gone_any).open())->number == 2); });
  ptr<const node> constant = make<node>(3);
  auto gone_constant = leave(constant);
  elsewhere([&] { CHECK(std::move(gone_constant).open()->number == 3); });
  CHECK(node::alive == 0);
}

TEST_CASE("island: parts that nobody sees through are obstacles, but for empty ones") {
  using uncollected = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;
  struct hiding {
    std::function<void()> function;
    std::any value;
    std::shared_ptr<branch> shared;
    std::weak_ptr<branch> weak;
  };
  auto root = uncollected::make<hiding>();
  {
    root->function = [] {};
    root->value = 3;
    root->shared = std::make_shared<branch>();
    root->weak = root->shared;
    const auto why = reason_to_stay(root);
    CHECK(why.holders().size() == 4);
    CHECK(says(why, "what it holds is out of sight"));
  }
  *root = {};
  CHECK(leave(root));
  auto closed = uncollected::make<unseen>(make<node>());
  CHECK(says(reason_to_stay(closed), "the library cannot see through it"));
}

namespace {

/// Holds its own kind by pointers of the standard, which lead to edges.
struct standard_links {
  ptr<standard_links> edge;
  std::shared_ptr<standard_links> shared;
  std::weak_ptr<standard_links> weak;
};

/// The same without an edge: there is nothing to see.
struct standard_chain {
  std::shared_ptr<standard_chain> next;
  int number = 0;
};

}  // namespace

TEST_CASE("island: standard pointers to a class from inside the class hide what the class has") {
  auto links = make<standard_links>();
  links->edge = links;
  CHECK(leave(links));
  auto holding = make<standard_links>();
  holding->shared = std::make_shared<standard_links>();
  holding->weak = holding->shared;
  CHECK(reason_to_stay(holding).holders().size() == 2);
  auto chain = make<standard_chain>();
  chain->next = std::make_shared<standard_chain>();
  CHECK(leave(chain));
}

TEST_CASE("island: an object with attributes stays, as its names belong to the thread") {
  struct open_object {
    ouro::attributes<int> attributes;
  };
  auto root = make<open_object>();
  root->attributes[ouro::interned_string{"some name"}] = 1;
  CHECK(says(reason_to_stay(root), "the names of attributes belong to the thread"));
  root->attributes.clear();
  CHECK(leave(root));
}

TEST_CASE("island: candidates leave their root buffer, and become candidates again where they are dropped") {
  const explicit_collections settings;
  auto root = ring(10);
  {
    const auto dropped = root->edges[0];
  }
  const std::size_t before = ouro::gc::count();
  CHECK(before >= 1);
  {
    const auto held = root;
    const auto why = reason_to_stay(root);
    CHECK(ouro::gc::count() == before);  // nothing has changed
  }
  const std::size_t with_root = ouro::gc::count();
  auto gone = leave(root);
  CHECK(ouro::gc::count() < with_root);
  CHECK(ouro::gc::collect() == 0);
  elsewhere([&] {
    auto here = std::move(gone).open();
    CHECK(ouro::gc::count() == 0);
    CHECK(ouro::gc::collect() == 0);
    here.reset();
    CHECK(ouro::gc::count() == 1);
    CHECK(ouro::gc::collect() == 10);
  });
}

TEST_CASE("island: a structure that an earlier drop has made garbage but for the root") {
  const explicit_collections settings;
  auto root = make<node>();
  root->edges.push_back(ring(10));
  auto gone = leave(root);
  elsewhere([&] {
    auto here = std::move(gone).open();
    here->edges.clear();
    CHECK(ouro::gc::collect() == 10);
    CHECK(node::alive == 1);
  });
}

TEST_CASE("island: frozen objects are frozen no more in another heap") {
  const explicit_collections settings;
  auto root = ring(10);
  {
    const auto dropped = root->edges[0];
  }
  ouro::gc::freeze();
  CHECK(ouro::gc::frozen_count() == 10);
  auto gone = leave(root);
  CHECK(ouro::gc::frozen_count() == 0);
  elsewhere([&] {
    std::move(gone).open().reset();
    CHECK(ouro::gc::frozen_count() == 0);
    CHECK(ouro::gc::collect() == 10);
  });
  ouro::gc::unfreeze();
}

TEST_CASE("island: immortal objects are shared, unless they lead to mortal ones") {
  const auto immortal = make<branch>();
  ouro::immortalize(immortal);
  struct user {
    ptr<branch> first;
    ptr<branch> second;
  };
  auto root = make<user>(user{immortal, immortal});
  auto gone = leave(root);
  elsewhere([&] {
    root = std::move(gone).open();
    CHECK(root->first == immortal);
    gone = leave(root);
  });
  root = std::move(gone).open();
  immortal->left = make<leaf_object>();
  const auto why = reason_to_stay(root);
  CHECK(says(why, "it is immortal, and leads to an object that is not"));
  CHECK(why.holders()[0].pointers == 1);
  immortal->left.reset();
  ptr<branch> itself = immortal;
  auto alone = leave(itself);
  CHECK(alone);
  CHECK(std::move(alone).open() == immortal);
}

TEST_CASE("island: an object with 2^30 pointers, which is taken for immortal, is no part of a structure") {
  auto root = make<branch>();
  root->left = make<leaf_object>();
  auto& header = *ouro::detail::header<ouro::local_refcount>::of(root->left.get());
  header.count = ouro::count_word::immortal | 0;  // looks like the mark of the walk
  CHECK(leave(root));
  CHECK(leaf_object::alive == 1);
  --leaf_object::alive;
}

TEST_CASE("island: finalizers run where the objects die, and may resurrect there") {
  auto root = make<finalized>();
  root->self = root;
  auto gone = leave(root);
  elsewhere([&] {
    std::move(gone).open().reset();
    CHECK(finalized::calls == 0);
    ouro::gc::collect();
    CHECK(finalized::calls == 1);
    auto unopened = make<finalized>();
    unopened->self = unopened;
    static_cast<void>(leave(unopened));
    CHECK(finalized::calls == 2);
  });
  CHECK(finalized::alive == 0);
}

TEST_CASE("island: an object whose constructor or destructor runs does not leave") {
  has_left = false;
  auto made = make<leaving>(true);
  CHECK_FALSE(has_left);
  CHECK(made.use_count() == 1);
  made = make<leaving>(false);
  has_left = true;
  made.reset();
  CHECK_FALSE(has_left);
  CHECK(leaving::alive == 0);
}

TEST_CASE("island: a destructor hands a child of its object on") {
  static island<node> handed;
  struct parent {
    ~parent() { handed = heap::current().detach(std::move(child)); }
    ptr<node> child = make<node>(5);
  };
  make<parent>().reset();
  elsewhere([] { CHECK(std::move(handed).open()->number == 5); });
}

TEST_CASE("island: garbage that a finalizer of a collection looks at does not leave") {
  has_left = true;
  auto root = make<clinging>();
  root->self = root;
  root.reset();
  ouro::gc::collect();
  CHECK_FALSE(has_left);
}

TEST_CASE("island: an edge to an object that waits for its destruction") {
  auto root = make<node>(1);
  auto waiting = make<node>(2);
  waiting->edges.push_back(root);
  {
    const ouro::gc::deferred_drops later;
    waiting.reset();
    CHECK(reason_to_stay(root).holders()[0].pointers == 1);
  }
  CHECK(leave(root));
}

TEST_CASE("island: a trace that throws keeps the structure, and is reported") {
  auto root = make<throwing>();
  root->throws = true;
  {
    const unraisable_reports reports;
    CHECK(says(reason_to_stay(root), "its trace has thrown"));
    CHECK(reports.count == 1);
  }
  root->throws = false;
  CHECK(leave(root));
}

TEST_CASE("island: an edge that a trace reports twice keeps the structure") {
  using uncollected = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;
  auto root = uncollected::make<twice>();
  root->to = make<node>();
  CHECK(says(reason_to_stay(root), "a trace reported an edge to it twice"));
  const auto held = root->to;  // the number is right now, but not the structure
  const auto why = heap::current().try_detach(make<node>());
  CHECK(why);
}

TEST_CASE("island: weak edges of other local memories are followed, and shared ones are not") {
  using uncollected = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::system_allocator>;
  struct mixed {
    uncollected::ptr<leaf_object> other;
    ouro::shared_memory::ptr<leaf_object> shared;
  };
  auto root = make<mixed>();
  root->other = uncollected::make<leaf_object>();
  root->shared = ouro::shared_memory::make<leaf_object>();
  const auto kept = root->shared;
  {
    const auto held = root->other;
    CHECK(reason_to_stay(root).holders()[0].pointers == 1);
  }
  auto gone = leave(root);
  elsewhere([&] { CHECK(std::move(gone).open()->shared.use_count() == 2); });
  CHECK(kept.use_count() == 1);
}

TEST_CASE("island: objects of another policy for one thread, and such that count themselves, are obstacles") {
  using other = ouro::memory<own_count, ouro::trial_deletion, ouro::pool_allocator>;
  struct mixed {
    other::ptr<leaf_object> edge;
    other::weak<leaf_object> weak;
  };
  auto root = make<mixed>();
  root->edge = other::make<leaf_object>();
  root->weak = root->edge;
  const auto why = reason_to_stay(root);
  CHECK(says(why, "it leads to an object of another policy for one thread"));
  CHECK(says(why, "it has a weak pointer of another policy"));
  *root = {};
  CHECK(leave(root));
  auto own = other::make<branch>();
  own->left = make<leaf_object>();
  CHECK(says(reason_to_stay(own), "another policy"));
  own->left.reset();
  auto gone = leave(own);
  elsewhere([&] { CHECK(std::move(gone).open() != nullptr); });
}

TEST_CASE("island: from a heap to another one on the same thread, and back") {
  heap first;
  heap second;
  ptr<node> root;
  {
    const heap::scope in{first};
    root = ring(10);
  }
  auto gone = first.detach(std::move(root));
  {
    const heap::scope in{second};
    root = std::move(gone).open();
    CHECK(root->edges.size() == 1);
    root->edges.push_back(make<node>(11));
  }
  not_an_island why;
  gone = second.try_detach(std::move(root), &why);
  REQUIRE(gone);
  {
    const heap::scope in{first};
    root = std::move(gone).open();
    root.reset();
    CHECK(ouro::gc::collect() == 11);
  }
  CHECK(node::alive == 0);
}

TEST_CASE("island: detaching is no use of the heap that the thread is in") {
  heap apart;
  ptr<node> root;
  {
    const heap::scope in{apart};
    root = ring(3);
    const auto held = root;
    not_an_island why;
    CHECK_FALSE(apart.try_detach(std::move(root), &why));
    CHECK_THROWS_AS(static_cast<void>(apart.detach(std::move(root))), not_an_island);
    CHECK(why.holders().size() == 1);
  }
  CHECK_FALSE(apart.is_entered());
  auto gone = apart.detach(std::move(root));
  CHECK_FALSE(apart.is_entered());
  CHECK(std::move(gone).open().use_count() == 2);  // from inside, and this one
  ouro::gc::collect();
  CHECK(node::alive == 0);
}
