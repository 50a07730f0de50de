#include "island/nodes.hpp"
#include "support/gc_settings.hpp"

#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

using namespace ouro::test;
using ouro::heap;
using ouro::island;
using ouro::make;
using ouro::ptr;
using ouro::weak;

namespace {

struct watcher : counted<watcher, std::atomic<int>> {
  void trace(auto&& visit) { visit(children, parent, others); }

  std::vector<ptr<watcher>> children;
  weak<watcher> parent;
  std::vector<weak<watcher>> others;
};

ptr<watcher> family(int children) {
  auto root = make<watcher>();
  for (int i = 0; i != children; ++i) {
    root->children.push_back(make<watcher>());
    root->children.back()->parent = root;
  }
  return root;
}

struct index_of_watchers {
  ouro::weak_set<watcher> set;
  ouro::weak_value_map<int, watcher> by_number;
  ouro::weak_key_map<watcher, int> numbers;
  ptr<watcher> root = family(2);
  void trace(auto&& visit) { visit(set, by_number, numbers, root); }
};

struct item : ouro::local::enable_shared_from_this<item>, counted<item, std::atomic<int>> {
  ouro::local::shared_ptr<item> next;
  ouro::local::weak_ptr<item> back;
  ouro::basic_atomic_shared_ptr<item, ouro::default_memory> swapped;
  ouro::basic_atomic_weak_ptr<item, ouro::default_memory> watched;
  void trace(auto&& visit) { visit(next, back, swapped, watched); }
};

bool tables_are_valid() { return ouro::detail::weak_table<ouro::local_refcount>::is_valid(); }

}  // namespace

TEST_CASE("island: weak pointers inside go along, and lock where the island is opened") {
  auto root = family(3);
  auto gone = leave(root);
  CHECK(tables_are_valid());
  elsewhere([&] {
    auto here = std::move(gone).open();
    CHECK(here->children[2]->parent.lock() == here);
    const weak<watcher> more{here};  // of the same record
    CHECK(here->children[0]->parent == more);
    CHECK(tables_are_valid());
    const auto child = here->children[0];
    here.reset();
    CHECK(child->parent.expired());
    CHECK(more.expired());
    CHECK(tables_are_valid());
  });
  CHECK(watcher::alive == 0);
}

TEST_CASE("island: a weak pointer outside expires, and its twins inside do not") {
  auto root = family(2);
  weak<watcher> outside = root->children[0]->parent;
  weak<watcher> of_child = root->children[1];
  const weak<watcher> before = outside;
  auto gone = leave(root);
  CHECK(outside.expired());
  CHECK(outside.lock() == nullptr);
  CHECK(of_child.expired());
  CHECK(outside == before);
  outside.reset();
  CHECK(tables_are_valid());
  elsewhere([&] {
    const auto here = std::move(gone).open();
    CHECK(here->children[0]->parent.lock() == here);
    CHECK(here->children[1]->parent.lock() == here);
    CHECK(tables_are_valid());
    // Both have been split from the same record, and the one outside is another thread's.
    const weak<watcher> again{here};
    CHECK(again == here->children[0]->parent);
  });
}

TEST_CASE("island: a weak pointer outside is as it was when the structure stays") {
  auto root = family(2);
  const weak<watcher> outside{root};
  const auto held = root->children[0];
  CHECK(reason_to_stay(root).holders().size() == 1);
  CHECK(outside.lock() == root);
  CHECK(held->parent.lock() == root);
  CHECK(tables_are_valid());
}

TEST_CASE("island: a weak pointer to an object outside expires inside, and not outside") {
  const auto stays = make<watcher>();
  auto root = family(1);
  root->others.emplace_back(stays);
  root->others.push_back(root->others[0]);
  SUBCASE("that nobody else watches") {}
  SUBCASE("that others watch") {
    const weak<watcher> outside{stays};
    root->children[0]->others.push_back(outside);
  }
  const weak<watcher> known = root->others[0];
  std::optional<weak<watcher>> outside{root->others[0]};
  auto gone = leave(root);
  CHECK(outside->lock() == stays);
  outside.reset();
  CHECK(tables_are_valid());
  elsewhere([&] {
    const auto here = std::move(gone).open();
    CHECK(here->others[0].expired());
    CHECK(here->others[1].expired());
    CHECK(here->others[0] == here->others[1]);
    CHECK(here->others[0].owner() != nullptr);
  });
  CHECK(known.lock() == stays);
  CHECK(tables_are_valid());
}

TEST_CASE("island: the only weak pointer to an object outside leaves no record behind") {
  const auto stays = make<watcher>();
  auto root = make<watcher>();
  root->others.emplace_back(stays);
  auto gone = leave(root);
  using table = ouro::detail::weak_table<ouro::local_refcount>;
  const auto& header = *ouro::detail::header<ouro::local_refcount>::of(stays.get());
  CHECK(table::records_of(header) == nullptr);
  elsewhere([&] { CHECK(std::move(gone).open()->others[0].expired()); });
}

TEST_CASE("island: weak pointers to a dead object are shared by no two threads") {
  auto dead = make<watcher>();
  auto root = family(1);
  root->others.emplace_back(dead);
  root->children[0]->others.push_back(root->others[0]);
  weak<watcher> outside = root->others[0];
  dead.reset();
  auto gone = leave(root);
  CHECK(outside.expired());
  elsewhere([&] {
    const auto here = std::move(gone).open();
    CHECK(here->others[0].expired());
    here->others.clear();
    here->children[0]->others.clear();
  });
  outside.reset();
  // All of them inside: the record goes along.
  dead = make<watcher>();
  root = make<watcher>();
  root->others.emplace_back(dead);
  dead.reset();
  gone = leave(root);
  elsewhere([&] { CHECK(std::move(gone).open()->others[0].expired()); });
}

TEST_CASE("island: weak pointers to an immortal object lock on each thread") {
  const auto immortal = make<watcher>();
  const weak<watcher> outside{immortal};
  ouro::immortalize(immortal);
  const weak<watcher> later{immortal};
  auto root = make<watcher>();
  root->others.emplace_back(immortal);
  root->others.push_back(outside);
  auto gone = leave(root);
  CHECK(outside.lock() == immortal);
  elsewhere([&] {
    {
      const weak<watcher> own{immortal};
      const auto here = std::move(gone).open();
      CHECK(here->others[0].lock() == immortal);
      CHECK(here->others[1].lock() == immortal);
      CHECK(tables_are_valid());
    }
    CHECK(tables_are_valid());
  });
  CHECK(later.lock() == immortal);
  --watcher::alive;
}

TEST_CASE("island: a callback that goes along runs where the object dies") {
  auto root = family(2);
  int calls = 0;
  root->children[0]->others.emplace_back(root->children[1], [&calls] { ++calls; });
  root->children[0]->others.emplace_back(root->children[1]);
  auto gone = leave(root);
  CHECK(calls == 0);
  elsewhere([&] {
    const auto here = std::move(gone).open();
    CHECK(calls == 0);
    here->children.pop_back();
    CHECK(calls == 1);
  });
  CHECK(calls == 1);
}

TEST_CASE("island: a callback on the other side of the border keeps the structure") {
  constexpr const char* waits = "a weak pointer with a callback leads across the border";
  int calls = 0;
  auto root = family(1);
  {
    const weak<watcher> outside{root->children[0], [&calls] { ++calls; }};
    CHECK(says(reason_to_stay(root), waits));
    root->others.push_back(outside);  // one inside does not help
    CHECK(says(reason_to_stay(root), waits));
  }
  root->others.clear();
  {
    const auto stays = make<watcher>();
    root->others.emplace_back(stays, [&calls] { ++calls; });
    CHECK(says(reason_to_stay(root), waits));
  }
  CHECK(calls == 1);
  {
    const auto final = ouro::finalize(root->children[0], [&calls] { ++calls; });
    CHECK(says(reason_to_stay(root), waits));
  }
  root->others.clear();
  root->children.clear();
  CHECK(calls == 2);
  CHECK(leave(root));
}

TEST_CASE("island: a handle to a finalizer that is due goes nowhere") {
  struct with_finalizer {
    ouro::finalizer call;
  };
  auto root = make<with_finalizer>();
  auto object = make<watcher>();
  root->call = ouro::finalize(object, [] {});
  CHECK(says(reason_to_stay(root), "its function has not been called"));
  object.reset();
  CHECK(leave(root));
}

TEST_CASE("island: weak pointers into another heap") {
  heap other;
  auto root = make<watcher>();
  ptr<watcher> in_other;
  {
    const heap::scope in{other};
    in_other = make<watcher>();
  }
  weak<watcher> foreign;
  {
    const heap::scope in{other};
    foreign = in_other;
  }
  root->others.push_back(std::move(foreign));
  CHECK(says(reason_to_stay(root), "it leads into another heap"));
  {
    const heap::scope in{other};
    root->others.clear();
    in_other.reset();
  }
  CHECK(leave(root));
}

TEST_CASE("island: an island that nobody opens ends its weak pointers without callbacks") {
  int calls = 0;
  auto root = family(2);
  root->children[0]->others.emplace_back(root->children[1], [&calls] { ++calls; });
  root->others.emplace_back(root->children[0]);
  static_cast<void>(leave(root));
  CHECK(watcher::alive == 0);
  CHECK(calls == 0);
  CHECK(tables_are_valid());
}

TEST_CASE("island: weak containers go along, and forget objects that die elsewhere") {
  auto all = make<index_of_watchers>();
  for (const auto& each : all->root->children) {
    all->set.insert(each);
    all->numbers.insert_or_assign(each, 3);
  }
  all->by_number.insert_or_assign(1, all->root->children[1]);
  auto gone = leave(all);
  elsewhere([&] {
    const auto here = std::move(gone).open();
    CHECK(here->set.size() == 2);
    here->root->children.pop_back();
    CHECK(here->set.size() == 1);
    CHECK(here->by_number.size() == 0);
    CHECK(here->numbers.size() == 1);
    CHECK(here->set.contains(here->root->children[0]));
  });
  CHECK(watcher::alive == 0);
}

TEST_CASE("island: a weak container outside keeps what it knows") {
  ouro::weak_set<watcher> set;
  auto root = make<watcher>();
  set.insert(root);
  CHECK(says(reason_to_stay(root), "a callback"));
  set.erase(root);
  CHECK(leave(root));
}

TEST_CASE("island: the pointers of the standard's interface leave, too") {
  struct holder {
    ouro::local::shared_ptr<item> first;
  };
  auto root = make<holder>();
  root->first = ouro::local::make_shared<item>();
  root->first->next = ouro::local::make_shared<item>();
  root->first->next->back = root->first;
  root->first->swapped = root->first->next;
  root->first->watched = ouro::local::weak_ptr<item>{root->first->next};
  auto gone = leave(root);
  elsewhere([&] {
    const auto here = std::move(gone).open();
    CHECK(here->first->next->back.lock() == here->first);
    CHECK(here->first->watched.load().lock() == here->first->next);
    CHECK(here->first->shared_from_this() == here->first);
  });
  CHECK(item::alive == 0);
}
