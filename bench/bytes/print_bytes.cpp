// How much memory does an object take? Ten million of them, measured as the memory that the process has in use, each
// contender in a process of its own. Then nine tenths are dropped at random: how much is left for what lives on?
//
// Prints lines of question, contender, value and unit. usage: print_bytes [--smoke]

#include "../peers.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace bench;

/// Bytes of this process that are in memory.
double resident() {
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  unsigned long all = 0;
  unsigned long in_memory = 0;
  const bool read = file != nullptr && std::fscanf(file, "%lu %lu", &all, &in_memory) == 2;
  if (file != nullptr) std::fclose(file);
  if (!read) std::exit(1);
  return static_cast<double>(in_memory) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void print(const std::string& question, const char* contender, double value, const char* unit) {
  std::printf("%s\t%s\t%.2f\t%s\n", question.c_str(), contender, value, unit);
  std::fflush(stdout);
}

template <class Peer, int Bytes>
struct payload : Peer::template counted<payload<Peer, Bytes>> {
  char bytes[Bytes] = {};
};

template <class Peer, int Bytes>
void measure(const char* contender, std::size_t objects) {
  using ptr = typename Peer::template ptr<payload<Peer, Bytes>>;
  std::vector<ptr> all(objects);
  const double before = resident();
  for (ptr& each : all) each = Peer::template make<payload<Peer, Bytes>>();
  const double full = resident() - before;
  print("bytes_per_object/" + std::to_string(Bytes), contender, full / static_cast<double>(objects), "bytes");
  print("bytes_per_handle", contender, sizeof(ptr), "bytes");

  std::mt19937 random{1};
  std::size_t live = objects;
  for (ptr& each : all) {
    if (random() % 10 == 0) continue;
    each = nullptr;
    --live;
  }
  const std::string left = "bytes_left_of_a_tenth/" + std::to_string(Bytes);
  print(left, contender, (resident() - before) / static_cast<double>(live), "bytes");
  if constexpr (is_ouro<Peer>) {
    const auto begin = std::chrono::steady_clock::now();
    ouro::heap::current().trim();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    print(left + "/trimmed", contender, (resident() - before) / static_cast<double>(live), "bytes");
    print("trim_time/" + std::to_string(Bytes), contender, took.count(), "ms");
  }
}

template <class Peer, int Bytes>
void measure_apart(const char* contender, std::size_t objects) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    measure<Peer, Bytes>(contender, objects);
    std::_Exit(0);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0) std::exit(1);
}

template <class Peer>
void measure_all(const char* contender, std::size_t objects) {
  measure_apart<Peer, 16>(contender, objects);
  measure_apart<Peer, 24>(contender, objects);
  measure_apart<Peer, 32>(contender, objects);
  measure_apart<Peer, 48>(contender, objects);
}

}  // namespace

int main(int argc, char** argv) {
  const bool smoke = argc > 1 && std::string_view{argv[1]} == "--smoke";
  const std::size_t objects = smoke ? 100'000 : 10'000'000;
  measure_all<ouro_default>("ouro", objects);
  measure_all<shared>("shared_ptr", objects);
  measure_all<intrusive_unsafe>("intrusive_ptr", objects);
}
