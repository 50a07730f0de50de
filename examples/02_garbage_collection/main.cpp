// Garbage collection: objects that keep each other alive are found, finalized and destroyed.

#include <ouro/ouro.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  std::printf("  %-6s %s\n", holds ? "ok" : "FAILED", what);
  if (!holds) ++failures;
}

/// An aggregate: the library sees its edges by itself.
struct person {
  static inline int alive = 0;

  std::string name;
  std::vector<ouro::ptr<person>> friends;
  ouro::weak<person> best_friend;  // weak: watches, and keeps nobody alive

  int counted = ++alive;
  ~person() { --alive; }
};

/// A class with private members says what its edges are, in one line.
class session {
 public:
  explicit session(std::string user) : user_{std::move(user)}, self_{ouro::managed_from_this(this)} {}

  void trace(auto&& visit) { visit(self_); }

  /// Called once before garbage is destroyed, while everything it points to is whole. It may bring the object back.
  void finalize() {
    std::printf("         (the session of %s is finalized)\n", user_.c_str());
    if (user_ == "root") rescued = self_;
  }

  static inline ouro::ptr<session> rescued;

 private:
  std::string user_;
  ouro::ptr<session> self_;
};

}  // namespace

int main() {
  std::printf("A cycle outlives its last pointer from outside\n");
  {
    const auto ann = ouro::make<person>("Ann");
    const auto bob = ouro::make<person>("Bob");
    ann->friends.push_back(bob);
    bob->friends.push_back(ann);
    bob->best_friend = ann;
  }
  check(person::alive == 2, "Ann and Bob keep each other alive");
  check(ouro::gc::count() == 2, "both are candidates: their counts fell, but not to zero");

  std::printf("The collector finds it\n");
  check(ouro::gc::collect() == 2, "two objects of garbage");
  check(person::alive == 0, "their destructors have run");

  std::printf("What is in use stays, with everything that it reaches\n");
  const auto cid = ouro::make<person>("Cid");
  cid->friends.push_back(ouro::make<person>("Dot"));
  cid->friends[0]->friends.push_back(cid);
  check(ouro::gc::collect() == 0 && person::alive == 2, "a cycle that is held from outside is no garbage");
  cid->friends.clear();

  std::printf("Finalizers come first, and may resurrect\n");
  ouro::make<session>("guest");
  ouro::make<session>("root");
  check(ouro::gc::collect() == 1, "one session is destroyed");
  check(session::rescued != nullptr, "the other one lives again");
  session::rescued.reset();
  check(ouro::gc::collect() == 1, "but is not finalized twice");

  std::printf("It runs by itself as a program makes objects\n");
  for (int i = 0; i != 100'000; ++i) {
    const auto hermit = ouro::make<person>("hermit");
    hermit->friends.push_back(hermit);
  }
  const auto stats = ouro::gc::stats();
  std::printf("         (%zu collections so far, %d people alive)\n", stats.collections, person::alive);
  check(stats.automatic_collections > 0 && person::alive < 100'000, "nobody called gc::collect");
  ouro::gc::collect();
  check(person::alive == 1, "only Cid is left");

  std::printf("Switched off, it leaves garbage in cycles where it is\n");
  const auto bytes = [] { return ouro::heap::current().statistics().used_bytes; };
  ouro::gc::disable();
  const std::size_t collections = ouro::gc::stats().collections;
  const std::size_t without_hermits = bytes();
  for (int i = 0; i != 100'000; ++i) ouro::make<person>("guest");
  check(bytes() == without_hermits, "objects without cycles are freed by their counts as before");
  for (int i = 0; i != 100'000; ++i) {
    const auto hermit = ouro::make<person>("hermit");
    hermit->friends.push_back(hermit);
  }
  std::printf("         (%zu bytes more for people that nobody can reach)\n", bytes() - without_hermits);
  check(ouro::gc::stats().collections == collections, "no collection has run");
  check(bytes() - without_hermits >= 100'000 * ouro::size_of(cid), "all hermits are still there");
  check(ouro::gc::collect() == 100'000 && bytes() == without_hermits, "gc::collect frees them, enabled or not");
  ouro::gc::enable();

  std::printf("What has been found alive is old, and not looked at again and again\n");
  std::size_t young_collections = 0;
  const auto counter = ouro::gc::callbacks().add([&](const ouro::gc_info& info) {
    if (info.phase == ouro::gc_phase::stop && info.generation == 0) ++young_collections;
  });
  {
    const auto eve = ouro::make<person>("Eve");
    eve->friends.push_back(eve);
    {
      const auto again = eve;  // dropped: she is a candidate, and will be looked at
    }
    check(ouro::gc::collect(0) == 0, "the young are collected: Eve is alive, and old from now on");
  }
  check(ouro::gc::collect(0) == 0 && person::alive == 2, "the next collection of the young passes her by");
  check(ouro::gc::collect() == 1, "a full one finds her");
  check(young_collections == 2, "callbacks have seen both of the young");
  ouro::gc::callbacks().remove(counter);

  std::printf("Who holds this?\n");
  int farewells = 0;
  {
    const auto fay = ouro::make<person>("Fay");
    const auto gus = ouro::make<person>("Gus");
    gus->friends = {fay, gus};
    {
      const auto again = gus;  // likewise: the collector has Gus in view
    }
    const auto holders = ouro::gc::referrers(fay);
    check(holders.size() == 1 && holders[0] == gus, "gc::referrers: Gus does");
    check(ouro::gc::referents(gus).size() == 2, "gc::referents: he knows two people");
    ouro::finalize(fay, [&] { ++farewells; });
    gus->friends.clear();
    check(farewells == 0, "a function waits for the end of Fay");
  }
  check(farewells == 1, "which has come");

  std::printf("In slices, for programs with deadlines\n");
  for (int i = 0; i != 1000; ++i) {
    const auto hermit = ouro::make<person>("hermit");
    hermit->friends.push_back(hermit);
  }
  int frames = 0;
  std::size_t most = 0;
  while (ouro::gc::count() != 0) {
    const std::size_t before = ouro::gc::stats().examined;
    ouro::gc::step(100);
    most = std::max(most, ouro::gc::stats().examined - before);
    ++frames;
  }
  std::printf("         (%d frames, at most %zu objects looked at in each)\n", frames, most);
  check(person::alive == 1 && most < 200, "each step looks at less than twice its budget");
  {
    auto list = ouro::make<person>("first");
    for (int i = 0; i != 1000; ++i) {
      auto next = ouro::make<person>("next");
      next->friends.push_back(std::move(list));
      list = std::move(next);
    }
    const ouro::gc::deferred_drops later;
    list.reset();
    check(person::alive == 1002, "a large structure that is dropped waits");
    check(ouro::gc::drain(100) == 100 && person::alive == 902, "and goes bit by bit");
  }
  check(person::alive == 1, "at the latest when nobody defers it any more");
  return failures == 0 ? 0 : 1;
}
