// Threads that do all that the library offers for objects that threads share, at random, with collections meanwhile.
// Threads are born and die all the time. In the end nothing is left, and no object was used that had died.
//
// usage: stress [--operations N] [--seconds N] [--threads N] [--seed N] [--collector trial|generational|atomic]
//
// Prints what was done, and every ten seconds the resident memory, in KiB. Ends with 1 and a text if something is
// wrong.

#include "stress/graph.hpp"
#include "stress/islands.hpp"
#include "stress/shared_pointers.hpp"
#include "stress/weak_containers.hpp"

#include <ouro/ouro.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using ouro::stress::fail;
using ouro::stress::generator;

struct options {
  std::uint64_t operations = 1'000'000;
  std::uint64_t seconds = 0;  ///< ends after so long instead, if not 0
  unsigned threads = 4;
  std::uint32_t seed = 1;
  std::string_view collector = "all";
};

/// Resident memory, where the system says it as Linux does; 0 elsewhere.
[[nodiscard]] long resident_kib() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::atol(line.c_str() + 6);
  }
  return 0;
}

/// What all threads of a run have.
template <class Memory>
struct shared {
  ouro::stress::graph<Memory> graph;
  ouro::stress::island_exchange islands;
  ouro::stress::shared_pointers pointers;
  ouro::stress::weak_containers<Memory> directories;
  std::atomic<std::uint64_t> done = 0;
  std::atomic<bool> is_over = false;
};

/// One thread's life: so many operations, at random.
template <class Memory>
class life {
  using pointer = typename ouro::stress::graph<Memory>::pointer;

 public:
  life(shared<Memory>& in, std::uint32_t seed) : in_{in}, random_{seed} {}

  void run(unsigned operations) {
    const ouro::thread_scope me{"stress"};
    for (unsigned i = 0; i != operations; ++i) act();
    in_.done += operations;
  }

 private:
  void act() {
    pointer& mine = own_[random_() % own_.size()];
    const pointer& other = own_[random_() % own_.size()];
    if (mine == nullptr) mine = in_.graph.make();
    mine->check();
    auto& root = in_.graph.root(random_);
    switch (random_() % 30) {
      case 0:
      case 1: {
        pointer made = in_.graph.make();
        made->next = mine;
        mine->next.store(made);  // a cycle
        in_.graph.hang_up(std::move(made), random_);
        break;
      }
      case 2:
      case 3:
        mine = in_.graph.take(random_);
        break;
      case 4:
      case 5:
        mine = other;
        break;
      case 6:
      case 7:
        mine.reset();
        break;
      case 8:
      case 9:
        mine->link(other, random_);
        break;
      case 10:
        mine = mine->linked();
        break;
      case 11:
        root.store(mine);
        break;
      case 12:
      case 13:
        mine = root.load();
        break;
      case 14:
        mine = root.exchange(other);
        break;
      case 15: {
        pointer expected = root.load();
        static_cast<void>(root.compare_exchange_weak(expected, mine));
        break;
      }
      case 16:
        mine = mine->next.load();
        break;
      case 17:
        if (other != nullptr) mine->watch(typename Memory::template weak<ouro::stress::node<Memory>>{other});
        break;
      case 18:
        mine = mine->watched();
        break;
      case 19: {
        const auto first = ouro::stress::some_text(random_);
        if (!(first == ouro::stress::text{first.view()})) fail("two handles to one text differ");
        break;
      }
      case 20:
        random_() % 2 == 0 ? in_.islands.send(random_) : in_.islands.receive();
        break;
      case 21:
        mine->clear();
        mine->next.store(nullptr);
        break;
      case 22:
        ouro::safepoint();
        break;
      case 23:
      case 24:
      case 25:
        in_.pointers.act(shared_, random_);
        break;
      case 26:
      case 27:
      case 28:
        in_.directories.act(mine, random_);
        break;
      default:
        act_rarely(mine);
    }
  }

  /// What takes longer than the others.
  void act_rarely(pointer& mine) {
    if (ouro::stress::alive > ouro::stress::graph<Memory>::most_nodes) in_.graph.cut_off();
    switch (random_() % 400) {
      case 0:
        Memory::gc::collect();
        break;
      case 1:
        static_cast<void>(Memory::gc::stats());
        for (const auto& each : Memory::gc::objects()) static_cast<void>(each.use_count());
        break;
      case 2:
      case 3: {
        const ouro::blocking waits;
        std::this_thread::yield();
        break;
      }
      case 4:
        if (mine != nullptr) static_cast<void>(ouro::finalize(mine, [] { ++ouro::stress::finalized; }));
        break;
      case 5:
        if constexpr (requires { Memory::gc::step(100); }) Memory::gc::step(100);
        break;
      case 6: {
        const typename Memory::gc::pause none;
        mine = in_.graph.make();
        break;
      }
      case 7:
        Memory::gc::freeze();
        Memory::gc::unfreeze();
        break;
      case 8:
        if (mine != nullptr) static_cast<void>(Memory::gc::referrers(mine));
        break;
      case 9:
        Memory::gc::set_threshold(200 + random_() % 2'000);
        break;
      case 10:
      case 11:
      case 12:
        if (mine != nullptr) watch_end_of(mine);
        break;
      case 13: {
        const typename Memory::gc::deferred_drops until_the_end;
        for (pointer& each : own_) each.reset();
        break;
      }
      case 14:
        at_end_of_thread = mine;
        break;
      default:
        break;
    }
  }

  /// Has a callback of a weak pointer count, and drop a pointer to another object.
  void watch_end_of(const pointer& object) {
    auto watcher = std::make_shared<typename Memory::template weak<ouro::stress::node<Memory>>>();
    *watcher = {object, [other = own_[0]] { ++ouro::stress::finalized; }};
    watchers_[random_() % watchers_.size()] = std::move(watcher);
  }

  static inline thread_local pointer at_end_of_thread;

  shared<Memory>& in_;
  generator random_;
  std::array<pointer, 8> own_;
  ouro::shared_ptr<ouro::stress::thing> shared_;
  std::array<std::shared_ptr<typename Memory::template weak<ouro::stress::node<Memory>>>, 4> watchers_;
};

using steady = std::chrono::steady_clock;

void print_progress(std::string_view name, steady::duration since, std::uint64_t done) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since).count();
  std::printf("%-13.*s %6lld s %12llu operations %8ld KiB %7ld objects\n", static_cast<int>(name.size()), name.data(),
              static_cast<long long>(seconds), static_cast<unsigned long long>(done), resident_kib(),
              ouro::stress::alive.load());
  std::fflush(stdout);
}

void check_that_nothing_is_left() {
  ouro::gc::collect();
  ouro::shared_memory::gc::collect();
  if (ouro::stress::things_alive != 0) fail("things of shared pointers are left");
  if (ouro::stress::alive != 0) fail("objects are left");
  if (ouro::stress::directories_alive != 0) fail("directories are left");
  if (ouro::stress::parts_alive != 0) fail("parts of islands are left");
  if (ouro::stress::text::interned_count() != 0) fail("texts are left");
}

template <class Memory>
void run(std::string_view name, const options& chosen) {
  const auto began = steady::now();
  std::uint64_t born = 0;
  {
    shared<Memory> state;
    std::atomic<std::uint32_t> seeds = chosen.seed * 1'000'003u;
    // Each of these begins a thread, waits for its end, and begins the next one.
    std::vector<std::thread> beginners;
    std::atomic<std::uint64_t> lives = 0;
    for (unsigned i = 0; i != chosen.threads; ++i) {
      beginners.emplace_back([&] {
        while (!state.is_over) {
          ++lives;
          std::thread{[&state, seed = ++seeds] { life<Memory>{state, seed}.run(20'000); }}.join();
        }
      });
    }
    {
      const ouro::blocking until_all_end;
      auto next_report = began;
      while (chosen.seconds != 0 ? steady::now() - began < std::chrono::seconds{chosen.seconds}
                                 : state.done < chosen.operations) {
        if (steady::now() >= next_report) {
          print_progress(name, steady::now() - began, state.done);
          next_report += std::chrono::seconds{10};
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
      }
      state.is_over = true;
      for (std::thread& each : beginners) each.join();
    }
    born = lives;
    state.graph.cut_off();
    state.islands.clear();
    state.pointers.clear();
    state.directories.clear();
    // Finalizers bring some objects back.
    for (int i = 0; i != 10 && ouro::stress::alive != 0; ++i) {
      Memory::gc::collect();
      state.graph.cut_off();
    }
    const auto stats = Memory::gc::stats();
    std::printf(
        "%-13.*s %llu operations, %llu threads, %zu collections, of them %zu automatic, %zu given up, %ld finalized\n",
        static_cast<int>(name.size()), name.data(), static_cast<unsigned long long>(state.done.load()),
        static_cast<unsigned long long>(born), stats.collections, stats.automatic_collections, stats.given_up,
        ouro::stress::finalized.load());
    if (stats.over_reported != 0) fail("an edge was reported twice");
  }
  check_that_nothing_is_left();
}

}  // namespace

int main(int count, char** arguments) {
  options chosen;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    const char* const value = arguments[i + 1];
    if (name == "--operations") {
      chosen.operations = std::strtoull(value, nullptr, 10);
    } else if (name == "--seconds") {
      chosen.seconds = std::strtoull(value, nullptr, 10);
    } else if (name == "--threads") {
      chosen.threads = static_cast<unsigned>(std::atoi(value));
    } else if (name == "--seed") {
      chosen.seed = static_cast<std::uint32_t>(std::strtoul(value, nullptr, 10));
    } else if (name == "--collector") {
      chosen.collector = value;
    } else {
      fail("an option is not known");
    }
  }
  const auto is_chosen = [&chosen](std::string_view name) {
    return chosen.collector == "all" || chosen.collector == name;
  };
  using namespace ouro;
  if (is_chosen("trial")) run<shared_memory>("trial", chosen);
  if (is_chosen("generational")) run<memory<biased_refcount, generational, pool_allocator>>("generational", chosen);
  if (is_chosen("atomic")) run<memory<atomic_refcount, trial_deletion, pool_allocator>>("atomic", chosen);
}
