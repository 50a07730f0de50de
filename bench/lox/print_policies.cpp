// The same programs of the language of examples/lox under several policies: time, the most memory, and what is left in
// the end, each in a process of its own.
//
// Prints lines of question, contender, value and unit. usage: print_policies FOLDER_OF_PROGRAMS [--smoke]

#include "shared_memory.hpp"

#include "lox/guest.hpp"

#include <ouro/ouro.hpp>

#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace {

using namespace ouro;

void print(const std::string& question, const char* contender, double value, const char* unit) {
  std::printf("%s\t%s\t%.2f\t%s\n", question.c_str(), contender, value, unit);
  std::fflush(stdout);
}

/// Bytes of `malloc` in use.
std::size_t allocated() {
  const struct mallinfo2 now = mallinfo2();
  return now.uordblks + now.hblkhd;
}

/// Bytes that the process has had in memory at the most.
double peak() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) * 1024;
}

template <class Memory>
lox::statistics run(const std::string& source, double& milliseconds) {
  lox::guest<Memory> program;
  const auto begin = std::chrono::steady_clock::now();
  if (program.interpret(source) != lox::outcome::success) std::exit(1);
  milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  return program.end();
}

template <class Memory>
void measure(const std::string& name, const std::string& source, const char* contender) {
  const double before = peak();
  double took = 0;
  std::size_t left = run<Memory>(source, took).bytes_left;
  print("lox_" + name, contender, took, "ms");
  print("lox_" + name + "/peak", contender, peak() - before, "bytes");
  if constexpr (!std::is_same_v<typename Memory::allocator, pool_allocator>) {
    // What the thread keeps for the next program is no leak: what a second run leaves in addition is.
    const std::size_t first = allocated();
    run<Memory>(source, took);
    left = std::max(allocated(), first) - first;
  }
  print("lox_" + name + "/left", contender, static_cast<double>(left), "bytes");
}

template <class Memory>
void measure_apart(const std::string& name, const std::string& source, const char* contender) {
  const pid_t child = fork();
  if (child == 0) {
    measure<Memory>(name, source, contender);
    std::_Exit(0);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0) std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const bool smoke = argc > 2 && std::string_view{argv[2]} == "--smoke";
  std::vector<std::filesystem::path> programs;
  for (const auto& each : std::filesystem::directory_iterator{argv[1]}) {
    if (each.path().extension() == ".lox") programs.push_back(each.path());
  }
  std::sort(programs.begin(), programs.end());
  if (smoke) programs.resize(1);
  for (const auto& each : programs) {
    std::ifstream file{each};
    const std::string source{std::istreambuf_iterator<char>{file}, {}};
    const std::string name = each.stem();
    measure_apart<memory<local_refcount, trial_deletion, pool_allocator>>(name, source, "ouro");
    measure_apart<memory<local_refcount, generational, pool_allocator>>(name, source, "generational, pool");
    measure_apart<memory<local_refcount, trial_deletion, system_allocator>>(name, source, "trial_deletion, system");
    measure_apart<memory<local_refcount, no_collector, system_allocator>>(name, source, "no_collector, system");
    measure_apart<memory<atomic_refcount, trial_deletion, pool_allocator>>(name, source, "atomic, trial, pool");
    measure_apart<lox::shared_memory>(name, source, "shared_ptr");
  }
}
