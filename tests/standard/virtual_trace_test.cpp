// Objects of a hierarchy whose trace is virtual, and objects whose parts are nested deep: the edges of both are seen.
#include "standard/cycle_objects.hpp"
#include "standard/pointers.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <vector>

using namespace ouro::test::standard;

namespace {

template <class F>
class shape {
 public:
  shape() = default;
  shape(const shape&) = delete;
  shape& operator=(const shape&) = delete;
  virtual ~shape() = default;
  virtual void trace(ouro::edge_visitor& visit) { visit(parent); }

  shared<F, shape> parent;
  life counted;
};

template <class F>
class group : public shape<F> {
 public:
  void trace(ouro::edge_visitor& visit) override { visit(ouro::base<shape<F>>(*this), children); }

  std::vector<shared<F, shape<F>>> children;
};

/// A part that may have another one, and so on.
template <class F>
struct part {
  part() = default;
  part(const part&) = delete;
  part& operator=(const part&) = delete;
  ~part() = default;
  void trace(auto&& visit) { visit(edge, inner); }

  shared<F, part> edge;
  std::unique_ptr<part> inner;
  life counted;
};

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("cycle: of a hierarchy whose trace is virtual, from make_shared and from new", F,
                          of_hierarchy) {
  const collected<F> test;
  {
    const auto outer = F::template make_shared<group<F>>();
    const shared<F, shape<F>> made{new group<F>};
    outer->children = {made, F::template make_shared<shape<F>>()};
    for (const auto& each : outer->children) each->parent = outer;
    F::collect();
    CHECK(life::objects == 3);
    CHECK(outer.use_count() == 3);
  }
  CHECK(is_garbage<F>(3));
}
TEST_CASE_TEMPLATE_APPLY(of_hierarchy, collecting_families);

TEST_CASE_TEMPLATE_DEFINE("cycle: through parts that are nested deeper than a walk goes at once", F,
                          through_nested_parts) {
  const collected<F> test;
  constexpr int links = 3 * static_cast<int>(ouro::detail::nesting::most_levels);
  {
    const auto outer = F::template make_shared<part<F>>();
    part<F>* last = outer.get();
    for (int i = 0; i != links; ++i) {
      last->inner = std::make_unique<part<F>>();
      last = last->inner.get();
    }
    last->edge = outer;
  }
  CHECK(is_garbage<F>(links + 1));
}
TEST_CASE_TEMPLATE_APPLY(through_nested_parts, collecting_families);
