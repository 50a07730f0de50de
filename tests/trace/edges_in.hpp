#pragma once
/// \file
/// What a trace of an object reports, and whether the collector finds a cycle through it.

#include <ouro/ouro.hpp>
#include <ouro/trace/nesting.hpp>
#include <ouro/trace/trace.hpp>

#include <vector>

namespace ouro::test {

/// Makes a `T`, has it store pointers to itself, drops it, and tells whether the collector found it.
template <class T>
bool finds_cycle_through() {
  gc::collect();
  {
    const auto object = make<T>();
    object->link(object);
    if (object.use_count() < 2) return false;
  }
  return gc::collect() == 1;
}

struct edge_noter {
  static constexpr bool changes_edges = false;
  void operator()(auto& edge) const { found.push_back(&edge); }
  [[nodiscard]] detail::nesting& within() const { return nested; }

  std::vector<const void*>& found;
  detail::nesting& nested;
};

using addresses = std::vector<const void*>;

/// The addresses of the edges that a trace of the object reports, in their order.
template <class T>
addresses edges_in(T& object) {
  addresses found;
  detail::nesting nested;
  const edge_noter see{found, nested};
  detail::visitor{see}.visit_object(object);
  return found;
}

}  // namespace ouro::test
