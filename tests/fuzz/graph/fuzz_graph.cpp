// Random programs over managed objects, each of them run under bundles of policies and compared with an oracle. Prints
// how many operations were run; a program that fails is shrunk and printed as C++.
// usage: fuzz_graph [--seed N] [--operations N] [--bundle NAME] [--seconds N]

#include <fuzz/graph/as_cpp.hpp>
#include <fuzz/graph/bundles.hpp>
#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/shrink.hpp>
#include <ouro/ouro.hpp>

#include <sys/mman.h>
#include <unistd.h>

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
constexpr unsigned longest_program = 60;  ///< seconds, on whatever machine

#define OURO_FUZZED(R, C, A) \
  bundle_of<ouro::R, ouro::C, ouro::A>(#R "." #C "." #A, "ouro::memory<ouro::" #R ", ouro::" #C ", ouro::" #A ">")

const std::vector<bundle> all_bundles{
    OURO_FUZZED(local_refcount, trial_deletion, pool_allocator),
    OURO_FUZZED(local_refcount, generational, pool_allocator),
    OURO_FUZZED(local_refcount, no_collector, pool_allocator),
    OURO_FUZZED(local_refcount, trial_deletion, system_allocator),
    OURO_FUZZED(local_refcount, generational, system_allocator),
    OURO_FUZZED(local_refcount, no_collector, system_allocator),
    OURO_FUZZED(atomic_refcount, trial_deletion, pool_allocator),
    OURO_FUZZED(atomic_refcount, generational, pool_allocator),
    OURO_FUZZED(atomic_refcount, no_collector, pool_allocator),
    OURO_FUZZED(atomic_refcount, trial_deletion, system_allocator),
    OURO_FUZZED(biased_refcount, trial_deletion, pool_allocator),
    OURO_FUZZED(biased_refcount, no_collector, pool_allocator),
    OURO_FUZZED(biased_refcount, trial_deletion, system_allocator),
};

/// What a child that runs programs tells its parent, in memory that both have.
struct progress {
  std::uint64_t seed;  ///< of the program that runs
  std::uint64_t operations;
};

struct settings {
  std::uint64_t seed = 1;
  std::uint64_t operations = 1'000'000;  ///< of all bundles together
  std::string_view bundle = "all";
};

[[nodiscard]] progress& shared_progress() {
  void* const at = mmap(nullptr, sizeof(progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) std::abort();
  return *::new (at) progress{};
}

void report(const bundle& under, std::uint64_t seed) {
  std::printf("%s fails with seed %llu\n", under.name.data(), static_cast<unsigned long long>(seed));
  shrinker failing{under.run, program_of_seed(seed, program_length)};
  if (!failing.fails()) {
    std::printf("alone its program passes: it fails after those before it\n");
    return;
  }
  const program& shortest = failing.shrink();
  std::printf("%s", cpp_printer{}.print(under, shortest).c_str());
  static_cast<void>(survives(output::shown, longest_program, [&] { under.run(shortest); }));
}

/// Returns whether all programs have passed.
bool fuzz(const bundle& under, std::uint64_t seed, std::uint64_t operations, progress& shared) {
  shared = {seed, 0};
  const bool passed = survives(output::shown, 0, [&] {
    for (; shared.operations < operations; ++shared.seed, shared.operations += program_length) {
      if (shared.seed % 256 == 0) alarm(longest_program);
      under.run(program_of_seed(shared.seed, program_length));
    }
  });
  std::printf("%s: %llu operations\n", under.name.data(), static_cast<unsigned long long>(shared.operations));
  if (!passed) report(under, shared.seed);
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
  }
  std::vector<bundle> chosen;
  for (const bundle& each : all_bundles) {
    if (wanted.bundle == "all" || wanted.bundle == each.name) chosen.push_back(each);
  }
  if (chosen.empty()) {
    std::printf("no such bundle; there are:\n");
    for (const bundle& each : all_bundles) std::printf("%s\n", each.name.data());
    return 2;
  }
  progress& shared = shared_progress();
  bool passed = true;
  for (const bundle& each : chosen) passed &= fuzz(each, wanted.seed, wanted.operations / chosen.size(), shared);
  return passed ? 0 : 1;
}
