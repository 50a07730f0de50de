// The private heap: blocks from pools, pools from arenas, arenas from the system, and the way back; and heaps as
// values, each with its own limit, collector and end.

#include <ouro/ouro.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <memory_resource>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  std::printf("  %-6s %s\n", holds ? "ok" : "FAILED", what);
  if (!holds) ++failures;
}

struct particle {
  double position[3] = {};
  double speed[3] = {};
};

/// Its container lives in the private heap like the object itself.
struct cloud {
  std::vector<particle, ouro::standard_allocator<particle>> particles;
};

/// What a guest program is made of; it holds itself, as closures do.
struct closure {
  ouro::ptr<closure> self;
  ouro::interned_string name;
  double variables[12] = {};
  void trace(auto&& visit) { visit(self); }
};

void run_guest(const std::string& name, int calls) {
  for (int i = 0; i != calls; ++i) {
    const auto called = ouro::make<closure>();
    called->self = called;
    called->name = ouro::interned_string{name};
  }
}

/// A guest that never lets go.
std::size_t hoard() {
  ouro::ptr<closure> all;
  std::size_t made = 0;
  try {
    for (;; ++made) {
      auto next = ouro::make<closure>();
      next->self = std::move(all);
      all = std::move(next);
    }
  } catch (const std::bad_alloc&) {
    return made;
  }
}

void show(const char* when) {
  const auto now = ouro::heap::current().statistics();
  std::printf("         (%s: %zu blocks, %zu bytes, in %zu pools, in %zu arenas of %zu bytes)\n", when, now.used_blocks,
              now.used_bytes, now.pools, now.arenas, ouro::pool_allocator::arena_bytes);
}

}  // namespace

int main() {
  const auto start = ouro::heap::current().statistics();
  show("at the start");

  std::printf("Objects of one size share pools\n");
  std::vector<ouro::ptr<particle>> particles;
  for (int i = 0; i != 100'000; ++i) particles.push_back(ouro::make<particle>());
  show("100,000 particles");
  const auto full = ouro::heap::current().statistics();
  check(full.used_bytes - start.used_bytes == 100'000 * (sizeof(particle) + 8), "a block is the object and 8 bytes");
  check(full.pool_bytes < full.used_bytes * 102 / 100 + ouro::pool_allocator::pool_bytes, "pools add 2 % at the most");

  std::printf("A freed block is the next one to be given out\n");
  const auto address = ouro::id(particles.back());
  particles.pop_back();
  particles.push_back(ouro::make<particle>());
  check(ouro::id(particles.back()) == address, "the new particle lies where the old one did");

  std::printf("Empty arenas go back to the system\n");
  particles.clear();
  show("all dropped");
  const auto empty = ouro::heap::current().statistics();
  check(empty.used_blocks == start.used_blocks, "no block is in use that was not before");
  check(full.arenas > 2 && empty.arenas <= start.arenas + 2, "no more arenas than two are kept for reuse");
  ouro::heap::current().trim();
  check(ouro::heap::current().statistics().arenas == 0, "and these go when asked for");

  std::printf("Containers inside objects may live there, too\n");
  const auto few = ouro::make<cloud>();
  const std::size_t before = ouro::heap::current().statistics().used_bytes;
  few->particles.resize(8);
  check(ouro::heap::current().statistics().used_bytes - before == 8 * sizeof(particle),
        "the vector's elements come from a pool");

  std::printf("Or everything from a memory resource of the program's own\n");
  std::array<std::byte, 4096> buffer;
  std::pmr::monotonic_buffer_resource frame{buffer.data(), buffer.size(), std::pmr::null_memory_resource()};
  using framed = ouro::memory<ouro::local_refcount, ouro::trial_deletion, ouro::resource_allocator>;
  const ouro::resource_allocator::scope here{&frame};
  const auto local = framed::make<particle>();
  const auto* const lies_at = reinterpret_cast<const std::byte*>(local.get());
  check(lies_at >= buffer.data() && lies_at < buffer.data() + buffer.size(),
        "the object lies in a buffer on the stack");

  std::printf("A guest program in a heap apart, of a megabyte\n");
  constexpr std::size_t megabyte = std::size_t{1} << 20;
  const std::size_t blocks_outside = ouro::heap::current().statistics().used_blocks;
  ouro::heap guest{megabyte};
  {
    const ouro::heap::scope in{guest};
    run_guest("first guest", 1000);
    check(ouro::gc::count() == 1000, "its garbage waits for its own collector");
  }
  check(ouro::gc::count() == 0, "and not for ours");
  check(ouro::heap::current().statistics().used_blocks == blocks_outside, "nothing of it lies in our pools");
  {
    const ouro::heap::scope in{guest};
    const std::size_t made = hoard();
    std::printf("         (%zu closures, then std::bad_alloc)\n", made);
    check(made > 6000 && guest.statistics().pool_bytes <= megabyte, "one that hoards is stopped at the limit");
    run_guest("second guest", 100'000);
    check(guest.statistics().pool_bytes <= megabyte, "one that leaves only garbage behind runs on");
  }

  std::printf("Heaps go from thread to thread\n");
  std::thread{[&] {
    const ouro::heap::scope in{guest};
    run_guest("third guest", 1000);
    ouro::gc::collect();
    check(guest.statistics().used_blocks == 0, "another thread collects what this one has left");
  }}.join();
  return failures == 0 ? 0 : 1;
}
