// Garbage collection: objects that keep each other alive are found, finalized and destroyed.

#include <ouro/ouro.hpp>

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
  return failures == 0 ? 0 : 1;
}
