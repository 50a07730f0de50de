#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using ouro::gc;
using ouro::make;
using ouro::ptr;
using ouro::test::unraisable_reports;

namespace {

/// A tree of parts, each of which has an edge.
struct part {
  static inline int traces_until_throw = -1;

  void trace(auto&& visit) {
    if (traces_until_throw == 0) throw std::runtime_error{"no more traces"};
    if (traces_until_throw > 0) --traces_until_throw;
    visit(edge, children, named);
  }
  ~part() {}

  ptr<part> edge;
  std::vector<std::unique_ptr<part>> children;
  std::map<std::string, part> named;
};

/// Adds two chains of `links` parts below `owner`, whose edges lead to `to`.
void grow(part& owner, const ptr<part>& to, std::size_t links) {
  part* child = &owner;
  part* name = &owner;
  for (std::size_t i = 0; i != links; ++i) {
    child = child->children.emplace_back(std::make_unique<part>()).get();
    name = &name->named["next"];
    child->edge = to;
    name->edge = to;
  }
}

}  // namespace

TEST_CASE("nesting: each edge of each part is reported once, however deep the parts nest") {
  for (const std::size_t links :
       {std::size_t{1}, ouro::detail::nesting::most_levels - 1, ouro::detail::nesting::most_levels,
        ouro::detail::nesting::most_levels + 1, 3 * ouro::detail::nesting::most_levels + 7}) {
    {
      const auto owner = make<part>();
      grow(*owner, owner, links);
      CHECK(gc::referents(owner).size() == 2 * links);
      CHECK(owner.use_count() == static_cast<long>(2 * links + 1));
      CHECK(gc::collect() == 0);
    }
    CHECK(gc::collect() == 1);
  }
}

TEST_CASE(
    "nesting: a trace of a part that throws makes the collector forget parts that it put off, and no count is wrong") {
  const unraisable_reports reports;
  constexpr std::size_t links = 3 * ouro::detail::nesting::most_levels;
  {
    const auto owner = make<part>();
    grow(*owner, owner, links);
  }
  for (std::size_t traces = 0; traces != 2 * links; ++traces) {
    part::traces_until_throw = static_cast<int>(traces);
    REQUIRE(gc::collect() == 0);
  }
  part::traces_until_throw = -1;
  CHECK(gc::collect() == 1);
}
