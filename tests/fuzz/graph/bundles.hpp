#pragma once
/// \file
/// The bundles of policies that the graph fuzzer runs its programs under.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/machine.hpp>
#include <ouro/ouro.hpp>

#include <string_view>

namespace ouro::fuzz {

struct bundle {
  std::string_view name;
  std::string_view spelled;  ///< as C++
  void (*run)(const program& what);
};

/// Runs one program. Aborts if the library does not do as the oracle says.
template <class Memory>
void run_under(const program& what) {
  machine<Memory> runner;
  runner.run(what);
}

template <class R, class C, class A>
[[nodiscard]] constexpr bundle bundle_of(std::string_view name, std::string_view spelled) {
  return {name, spelled, &run_under<memory<R, C, A>>};
}

}  // namespace ouro::fuzz
