#include "support/counted.hpp"

#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <stdexcept>

using ouro::deepcopy;
using ouro::test::counted;

namespace {

using mem = ouro::shared_memory;

/// An object whose edge threads may change at the same time. `Edge<node>` is the type of the edge, which is not
/// copyable itself.
template <template <class> class Edge>
struct node : counted<node<Edge>> {
  explicit node(int with) : value{with} {}
  node(const node& from) : counted<node>{from}, value{from.value} {
    if (value < 0) throw std::runtime_error{"is not to be copied"};
    next = from.next.load();
  }
  node& operator=(const node&) = delete;
  ~node() = default;

  void trace(auto&& visit) { visit(next); }

  int value;
  Edge<node> next;
};

template <class T>
using plain = mem::atomic_ptr<T>;
template <class T>
using of_std = std::atomic<mem::ptr<T>>;

}  // namespace

template <template <class> class Edge>
inline constexpr bool ouro::clonable<node<Edge>> = true;

TEST_CASE_TEMPLATE("deepcopy: an atomic edge of a copy leads to a copy, and cycles through it close", N, node<plain>,
                   node<of_std>) {
  {
    const auto first = mem::make<N>(1);
    first->next = mem::make<N>(2);
    first->next.load()->next = first;
    const auto made = deepcopy(first);
    CHECK(N::alive == 4);
    const mem::ptr<N> second = made->next.load();
    CHECK(second != first->next.load());
    CHECK(second->value == 2);
    CHECK(second->next.load() == made);
    CHECK(first.use_count() == 2);
    CHECK(made.use_count() == 2);
  }
  CHECK(mem::gc::collect() == 4);
  CHECK(N::alive == 0);
}

TEST_CASE("deepcopy: an atomic shared_ptr of a copy leads to a copy") {
  using N = node<ouro::atomic_shared_ptr>;
  {
    const auto first = mem::make<N>(1);
    first->next = ouro::shared_ptr<N>{first};
    const auto made = deepcopy(first);
    CHECK(N::alive == 2);
    CHECK(made->next.load().get() == made.get());
    CHECK(first.use_count() == 2);
    CHECK(made.use_count() == 2);
  }
  CHECK(mem::gc::collect() == 2);
  CHECK(N::alive == 0);
}

TEST_CASE("deepcopy: an exception midway leaves nothing of copies with atomic edges") {
  using N = node<plain>;
  const auto first = mem::make<N>(1);
  first->next = mem::make<N>(2);
  first->next.load()->next = mem::make<N>(-3);
  CHECK_THROWS_AS(static_cast<void>(deepcopy(first)), std::runtime_error);
  CHECK(N::alive == 3);
  CHECK(first->next.load().use_count() == 2);
}

TEST_CASE("deep_size_of: what an atomic edge leads to belongs to the size") {
  using N = node<plain>;
  const auto first = mem::make<N>(1);
  const std::size_t alone = ouro::deep_size_of(first);
  first->next = mem::make<N>(2);
  CHECK(ouro::deep_size_of(first) == 2 * alone);
}
