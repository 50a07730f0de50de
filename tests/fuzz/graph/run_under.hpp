#pragma once
/// \file
/// Makes the entry of a bundle of policies: its name, and the function that runs programs under it.

#include <fuzz/graph/bundles.hpp>
#include <fuzz/graph/faulty_allocator.hpp>
#include <fuzz/graph/machine.hpp>
#include <ouro/ouro.hpp>

#define OURO_FUZZED(name, R, C, A) \
  {name, "ouro::memory<" #R ", " #C ", " #A ">", R::is_thread_safe, &ouro::fuzz::run_under<ouro::memory<R, C, A>>}

namespace ouro::fuzz {

template <class Memory>
void run_under(const program& what) {
  machine<Memory> runner;
  runner.run(what);
}

}  // namespace ouro::fuzz
