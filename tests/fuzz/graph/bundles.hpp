#pragma once
/// \file
/// The bundles of policies that the graph fuzzer runs its programs under.

#include <fuzz/graph/bytecode.hpp>

#include <span>
#include <string_view>

namespace ouro::fuzz {

struct bundle {
  std::string_view name;
  std::string_view spelled;          ///< its name in C++
  bool is_shared;                    ///< threads share the objects
  void (*run)(const program& what);  ///< aborts if library and oracle differ
};

// Defined in files of their own, which can be compiled at the same time.
[[nodiscard]] std::span<const bundle> local_bundles();
[[nodiscard]] std::span<const bundle> shared_bundles();

}  // namespace ouro::fuzz
