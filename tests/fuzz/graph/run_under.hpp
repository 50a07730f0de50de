#pragma once
/// \file
/// Names bundles of policies together with what runs programs under them.

#include <fuzz/graph/bundles.hpp>
#include <fuzz/graph/faulty_allocator.hpp>
#include <fuzz/graph/machine.hpp>
#include <ouro/ouro.hpp>

#define OURO_FUZZED(name, R, C, A) \
  {name, "ouro::memory<" #R ", " #C ", " #A ">", &ouro::fuzz::run_under<ouro::memory<R, C, A>>}

namespace ouro::fuzz {

template <class Memory>
void run_under(const program& what) {
  machine<Memory> runner;
  runner.run(what);
}

}  // namespace ouro::fuzz
