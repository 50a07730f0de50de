// Random programs over managed objects, each of them run under bundles of policies and compared with an oracle. Prints
// how many operations were run; a program that fails is shrunk and printed as C++.
// With `--schedule threads`, each program is of 2 to 4 threads that take turns as its seed says, under the bundles
// whose objects threads share: all threads stand while one of them runs an operation, and after each the oracle is
// compared. usage: fuzz_graph [--seed N] [--operations N] [--bundle NAME] [--schedule threads] [--print operations]

#include <fuzz/graph/as_cpp.hpp>
#include <fuzz/graph/bundles.hpp>
#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/shrink.hpp>
#include <ouro/ouro.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace ouro::fuzz;

constexpr std::size_t program_length = 400;
constexpr unsigned longest_program = 60;  ///< seconds, also on a slow machine

[[nodiscard]] std::vector<bundle> bundles_for(schedule of) {
  std::vector<bundle> all;
  for (const auto some : {local_bundles(), shared_bundles()}) {
    for (const bundle& each : some) {
      if (of == schedule::calm || each.is_shared) all.push_back(each);
    }
  }
  return all;
}

/// What a child process that runs programs tells its parent, in memory that they share.
struct progress {
  std::uint64_t seed;  ///< of the program that is running
  std::uint64_t operations;
};

struct settings {
  std::uint64_t seed = 1;
  std::uint64_t operations = 1'000'000;  ///< of all bundles together
  std::string_view bundle = "all";
  schedule of = schedule::calm;
  std::string_view prints = "failures";  ///< or `operations`: prints a program of all operations and does not run it
};

/// Runs the programs of so many seeds up to the last, one after the other.
[[nodiscard]] program programs_up_to(std::uint64_t last, std::uint64_t seeds, schedule of) {
  program all;
  for (std::uint64_t seed = last - seeds + 1; seed <= last; ++seed) {
    const program next = program_of_seed(seed, program_length, of);
    all.insert(all.end(), next.begin(), next.end());
    if (seed != last) all.push_back({opcode::restart, 0, 0, 0});
  }
  return all;
}

void report(const bundle& under, schedule of, std::uint64_t first, std::uint64_t seed) {
  std::printf("%s fails with seed %llu\n", under.name.data(), static_cast<unsigned long long>(seed));
  for (std::uint64_t seeds = 1;; seeds = std::min(4 * seeds, seed - first + 1)) {
    shrinker failing{under.run, programs_up_to(seed, seeds, of)};
    if (failing.fails()) {
      const program& shortest = failing.shrink();
      std::printf("%s", as_cpp(under, shortest).c_str());
      static_cast<void>(survives(output::shown, longest_program, [&] { under.run(shortest); }));
      return;
    }
    if (seeds == seed - first + 1) break;
  }
  std::printf("its program passes after all those before it: run them again\n");
}

/// Returns whether all programs have passed.
bool fuzz(const bundle& under, schedule of, std::uint64_t seed, std::uint64_t operations, progress& shared) {
  shared = {seed, 0};
  const bool passed = survives(output::shown, 0, [&] {
    for (; shared.operations < operations; ++shared.seed, shared.operations += program_length) {
      if (shared.seed % 256 == 0) alarm(longest_program);
      under.run(program_of_seed(shared.seed, program_length, of));
    }
  });
  std::printf("%s: %llu operations\n", under.name.data(), static_cast<unsigned long long>(shared.operations));
  if (!passed) report(under, of, seed, shared.seed);
  return passed;
}

}  // namespace

int main(int count, char** arguments) {
  settings wanted;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    if (name == "--seed") wanted.seed = std::strtoull(arguments[i + 1], nullptr, 10);
    if (name == "--operations") wanted.operations = std::strtoull(arguments[i + 1], nullptr, 10);
    if (name == "--bundle") wanted.bundle = arguments[i + 1];
    if (name == "--schedule" && std::string_view{arguments[i + 1]} == "threads") wanted.of = schedule::threads;
    if (name == "--print") wanted.prints = arguments[i + 1];
  }
  std::vector<bundle> chosen;
  const std::vector<bundle> all = bundles_for(wanted.of);
  for (const bundle& each : all) {
    if (wanted.bundle == "all" || wanted.bundle == each.name) chosen.push_back(each);
  }
  if (chosen.empty()) {
    std::printf("no such bundle; there are:\n");
    for (const bundle& each : all) std::printf("%s\n", each.name.data());
    return 2;
  }
  if (wanted.prints == "operations") {
    std::printf("%s", as_cpp(chosen.front(), every_operation()).c_str());
    return 0;
  }
  auto& shared = shared_with_children<progress>();
  last_failure = &shared_with_children<const char*>();
  bool passed = true;
  for (const bundle& each : chosen)
    passed &= fuzz(each, wanted.of, wanted.seed, wanted.operations / chosen.size(), shared);
  return passed ? 0 : 1;
}
