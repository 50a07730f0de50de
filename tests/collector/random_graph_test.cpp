#include "support/gc_settings.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

// Compares random graphs with a model of their edges after each collection: the objects that the model reaches must be
// alive, the others dead, and each count must be the number of pointers.

namespace {

/// Printed with every failure; OURO_TEST_SEED repeats one.
unsigned seed_of_run() {
  const char* const given = std::getenv("OURO_TEST_SEED");
  return given != nullptr ? static_cast<unsigned>(std::atoi(given)) : std::random_device{}();
}

template <class Memory>
class random_graph {
 public:
  explicit random_graph(unsigned seed) : random_{seed} {}

  void run(int operations) {
    for (int i = 0; i != operations; ++i) step();
    roots_.clear();
    Memory::gc::collect();
    compare();
    CHECK(model_.empty());
    CHECK(node::alive == 0);
  }

 private:
  struct node {
    static inline int alive = 0;

    node(int name, std::set<int>& dead, bool throws) : name_{name}, dead_{dead} {
      if (throws) {
        one_ = Memory::from_this(this);  // escapes into the very object that will never be
        throw name;
      }
      ++alive;
    }
    node(const node&) = delete;
    node& operator=(const node&) = delete;
    ~node() {
      --alive;
      dead_.insert(name_);
      if (one_ != nullptr) saw_dead_peer |= dead_.contains(one_->name_);
      for (const auto& each : many_) saw_dead_peer |= each != nullptr && dead_.contains(each->name_);
    }
    void trace(auto&& visit) { visit(one_, many_); }

    static inline bool saw_dead_peer = false;
    typename Memory::template ptr<node> one_;
    std::vector<typename Memory::template ptr<node>> many_;
    int name_;
    std::set<int>& dead_;
  };

  struct model_node {
    node* object;
    int one = none;
    std::vector<int> many;
  };

  struct root {
    typename Memory::template ptr<node> pointer;
    int name;
  };

  static constexpr int none = -1;
  static constexpr std::size_t most_roots = 300;

  std::size_t below(std::size_t end) { return random_() % end; }
  root& some_root() { return roots_[below(roots_.size())]; }

  void step() {
    const std::size_t dice = below(100);
    if (roots_.empty() || dice < 15) {
      make();
    } else if (dice < 45) {
      link(some_root(), some_root());
    } else if (dice < 55) {
      unlink(some_root());
    } else if (dice < 65) {
      follow(some_root());
    } else if (dice < 92) {
      drop_some_root();
    } else if (dice < 96) {
      watch(some_root());
    } else if (dice == 96 && below(8) == 0) {
      Memory::gc::collect();
      compare();
    } else if (dice == 97) {
      if constexpr (requires { Memory::gc::step(1); }) Memory::gc::step(below(200));
    }
    while (roots_.size() > most_roots) drop_some_root();
  }

  void make() {
    if (below(16) == 0) {
      CHECK_THROWS_AS(Memory::template make<node>(none, dead_, true), int);
      return;
    }
    const int name = next_++;
    auto made = Memory::template make<node>(name, dead_, false);
    model_[name] = {made.get(), none, {}};
    roots_.push_back({std::move(made), name});
  }

  void link(root& from, root& to) {
    model_node& known = model_[from.name];
    if (below(2) == 0) {
      from.pointer->one_ = to.pointer;
      known.one = to.name;
    } else {
      from.pointer->many_.push_back(to.pointer);
      known.many.push_back(to.name);
    }
  }

  void unlink(root& from) {
    model_node& known = model_[from.name];
    if (known.many.empty()) {
      from.pointer->one_ = nullptr;
      known.one = none;
    } else {
      const auto at = static_cast<std::ptrdiff_t>(below(known.many.size()));
      known.many.erase(known.many.begin() + at);
      auto& many = from.pointer->many_;
      many.erase(many.begin() + at);
    }
  }

  void follow(const root& from) {
    const int name = model_[from.name].one;
    if (name == none) return;
    auto pointer = from.pointer->one_;
    roots_.push_back({std::move(pointer), name});
  }

  void drop_some_root() {
    std::swap(some_root(), roots_.back());
    roots_.pop_back();
  }

  void watch(const root& target) { watchers_[target.name] = target.pointer; }

  /// \pre a collection has just run
  void compare() {
    std::map<int, long> counts;
    for (const root& each : roots_) ++counts[each.name];
    std::vector<int> work;
    for (const auto& [name, count] : counts) work.push_back(name);
    const auto reach = [&](int name) {
      if (name != none && counts[name]++ == 0) work.push_back(name);
    };
    while (!work.empty()) {
      const model_node& from = model_[work.back()];
      work.pop_back();
      reach(from.one);
      for (const int each : from.many) reach(each);
    }
    for (auto at = model_.begin(); at != model_.end();) {
      const auto& [name, known] = *at;
      const bool is_reachable = counts.contains(name);
      REQUIRE(dead_.contains(name) == !is_reachable);
      if (const auto watcher = watchers_.find(name); watcher != watchers_.end()) {
        REQUIRE(watcher->second.expired() == !is_reachable);
        if (!is_reachable) watchers_.erase(watcher);
      }
      if (is_reachable) {
        REQUIRE(Memory::from_this(known.object).use_count() - 1 == counts[name]);
        ++at;
      } else {
        dead_.erase(name);
        at = model_.erase(at);
      }
    }
    REQUIRE(dead_.empty());
    REQUIRE_FALSE(node::saw_dead_peer);
  }

  std::mt19937 random_;
  std::vector<root> roots_;
  std::map<int, model_node> model_;  ///< what should be alive, or has died since the last look
  std::set<int> dead_;               ///< names of nodes whose destructors have run
  std::map<int, typename Memory::template weak<node>> watchers_;  ///< of some nodes
  int next_ = 0;
};

using pool = ouro::pool_allocator;

}  // namespace

TEST_CASE_TEMPLATE("collector: objects of a random graph live and die as its model says", Memory, ouro::default_memory,
                   ouro::memory<ouro::local_refcount, ouro::trial_deletion, ouro::system_allocator>,
                   ouro::memory<ouro::local_refcount, ouro::trial_deletion, ouro::resource_allocator>,
                   ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, pool>,
                   ouro::memory<ouro::biased_refcount, ouro::trial_deletion, pool>,
                   ouro::memory<ouro::local_refcount, ouro::generational, pool>,
                   ouro::memory<ouro::local_refcount, ouro::generational, ouro::system_allocator>,
                   ouro::memory<ouro::biased_refcount, ouro::generational, pool>) {
  const unsigned seed = seed_of_run();
  INFO("OURO_TEST_SEED=" << seed);
  MESSAGE("OURO_TEST_SEED=" << seed);
  const ouro::test::gc_settings<Memory> settings;
  Memory::gc::set_threshold(100);  // so that automatic collections have their part in it
  random_graph<Memory>{seed}.run(300'000);
  CHECK(Memory::gc::count() == 0);
}
