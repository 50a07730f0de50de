// The private heap: blocks from pools, pools from arenas, arenas from the system, and the way back.

#include <ouro/ouro.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <memory_resource>
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

void show(const char* when) {
  const auto now = ouro::heap::statistics();
  std::printf("         (%s: %zu blocks, %zu bytes, in %zu pools, in %zu arenas of %zu bytes)\n", when, now.used_blocks,
              now.used_bytes, now.pools, now.arenas, ouro::pool_allocator::arena_bytes);
}

}  // namespace

int main() {
  const auto start = ouro::heap::statistics();
  show("at the start");

  std::printf("Objects of one size share pools\n");
  std::vector<ouro::ptr<particle>> particles;
  for (int i = 0; i != 100'000; ++i) particles.push_back(ouro::make<particle>());
  show("100,000 particles");
  const auto full = ouro::heap::statistics();
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
  const auto empty = ouro::heap::statistics();
  check(empty.used_blocks == start.used_blocks, "no block is in use that was not before");
  check(full.arenas > 2 && empty.arenas <= start.arenas + 2, "no more arenas than two are kept for reuse");
  ouro::heap::trim();
  check(ouro::heap::statistics().arenas == 0, "and these go when asked for");

  std::printf("Containers inside objects may live there, too\n");
  const auto few = ouro::make<cloud>();
  const std::size_t before = ouro::heap::statistics().used_bytes;
  few->particles.resize(8);
  check(ouro::heap::statistics().used_bytes - before == 8 * sizeof(particle), "the vector's elements come from a pool");

  std::printf("Or everything from a memory resource of the program's own\n");
  std::array<std::byte, 4096> buffer;
  std::pmr::monotonic_buffer_resource frame{buffer.data(), buffer.size(), std::pmr::null_memory_resource()};
  using framed = ouro::memory<ouro::local_refcount, ouro::trial_deletion, ouro::resource_allocator>;
  const ouro::resource_allocator::scope here{&frame};
  const auto local = framed::make<particle>();
  const auto* const lies_at = reinterpret_cast<const std::byte*>(local.get());
  check(lies_at >= buffer.data() && lies_at < buffer.data() + buffer.size(),
        "the object lies in a buffer on the stack");
  return failures == 0 ? 0 : 1;
}
