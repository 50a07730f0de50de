#pragma once
/// \file
/// The objects of the tests of islands, and what the tests do with them.

#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace ouro::test {

template <class Memory = default_memory>
struct island_node : counted<island_node<Memory>, std::atomic<int>> {
  explicit island_node(int of = 0) : number{of} {}
  void trace(auto&& visit) { visit(edges); }

  std::vector<typename Memory::template ptr<island_node>> edges;
  int number;
};

/// Detaches `root` from the heap that the thread is in.
template <class T, class R, class C, class A>
[[nodiscard]] auto leave(managed_ptr<T, R, C, A>& root) {
  return basic_heap<R, C, A>::current().detach(std::move(root));
}

/// Why `root` cannot be detached, and that nothing happens to it. Empty if it can, and then it is.
template <class T, class R, class C, class A>
[[nodiscard]] not_an_island reason_to_stay(managed_ptr<T, R, C, A>& root) {
  const auto* const before = root.get();
  const long count = root.use_count();
  not_an_island why;
  const auto gone = basic_heap<R, C, A>::current().try_detach(std::move(root), &why);
  REQUIRE_FALSE(gone);
  REQUIRE(root.get() == before);
  REQUIRE(root.use_count() == count);
  return why;
}

/// Runs `action` on another thread.
template <class Action>
void elsewhere(Action action) {
  std::thread{action}.join();
}

/// Whether a report means a node. g++ names a template's default argument in some files, and not in others.
[[nodiscard]] inline bool is_node(std::string_view name) { return name.find("island_node<") != std::string_view::npos; }

[[nodiscard]] inline bool says(const not_an_island& why, std::string_view text) {
  INFO(why.what());
  return std::string_view{why.what()}.find(text) != std::string_view::npos;
}

}  // namespace ouro::test
