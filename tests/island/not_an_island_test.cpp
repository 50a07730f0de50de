#include "island/nodes.hpp"

#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

using namespace ouro::test;

namespace {

/// Says nothing of what it has.
class closed {
 public:
  explicit closed(int number) : number_{number} {}
  virtual ~closed() = default;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

struct keeper {
  closed part{3};
  std::function<void()> function = [] {};
};

struct holder {
  ouro::local::shared_ptr<keeper> kept;
};

using uncollected = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;

struct with_trace {
  with_trace() = default;
  with_trace(const with_trace&) = default;
  with_trace& operator=(const with_trace&) = default;
  virtual ~with_trace() = default;
  void trace(auto&& visit) { visit(next); }
  uncollected::ptr<with_trace> next;
};
struct with_inherited_trace : with_trace {
  std::vector<uncollected::ptr<with_trace>> more;
};

}  // namespace

TEST_CASE("not_an_island: names holders with their members, and no more than ten") {
  ouro::detail::island_obstacles found;
  CHECK_FALSE(found.any());
  found.add({"node", "owner", "next", nullptr, 2});
  found.add({"node", "owner", "next", nullptr, 1});
  found.add({"leaf", "", nullptr, nullptr, 1});
  CHECK(found.any());
  CHECK(std::string_view{found.finished().what()} ==
        "not an island:\n  node is held by 3 pointers of owner::next\n  leaf is held by 1 pointer that no known object "
        "has");
  std::vector<std::string> names;
  for (int i = 0; i != 20; ++i) names.push_back("type " + std::to_string(i));
  for (const std::string& each : names) found.add({each, "", nullptr, nullptr, 1});
  const ouro::not_an_island& why = found.finished();
  CHECK(why.holders().size() == ouro::not_an_island::most_holders);
  CHECK(std::string_view{why.what()}.ends_with("and others"));
}

TEST_CASE("not_an_island: what an object of the standard's interface hides is an obstacle") {
  auto root = ouro::make<holder>();
  root->kept = ouro::local::make_shared<keeper>();
  const auto why = reason_to_stay(root);
  CHECK(says(why, "the library cannot see through it"));
  CHECK(says(why, "what it holds is out of sight"));
  CHECK(why.holders().size() == 2);
  CHECK(root->kept->part.number() == 3);
}

TEST_CASE("not_an_island: an inherited trace does not show what a class adds") {
  auto root = uncollected::make<with_inherited_trace>();
  CHECK(says(reason_to_stay(root), "its trace is inherited"));
  CHECK(root.use_count() == 1);
}
