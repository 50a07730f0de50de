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

/// The largest object that comes from a pool, with its header, and one that is a byte too large for that.
struct sheet {
  char picture[ouro::pool_allocator::largest_block - 8];
};
struct poster {
  char picture[ouro::pool_allocator::largest_block - 7];
};

/// What CPython 3.11 says: `sys.getsizeof` of a list when it has taken more memory, or given some back.
struct size_in_python {
  std::size_t elements;
  std::size_t bytes;
};
constexpr size_in_python growing[] = {{0, 56}, {1, 88}, {5, 120}, {9, 184}, {17, 248}, {25, 312}, {33, 376}};
constexpr size_in_python shrinking[] = {{19, 248}, {11, 184}, {7, 152}, {5, 120}, {1, 88}, {0, 56}};

/// Bytes of a list as an object of its own, with its elements.
std::size_t bytes_of(const ouro::ptr<ouro::list<ouro::small_int>>& list) {
  return ouro::size_of(list) + list->allocated_bytes();
}

/// Whether the list has room for as many elements as CPython's of that size, of 8 bytes each beside 56.
bool has_room_of(const size_in_python& python, const ouro::ptr<ouro::list<ouro::small_int>>& list) {
  std::printf("  %8zu %8zu %8zu %8zu\n", list->size(), list->capacity(), bytes_of(list), python.bytes);
  return list->size() == python.elements && list->capacity() == (python.bytes - 56) / 8;
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

  std::printf("Objects above %zu bytes come from the system\n", ouro::pool_allocator::largest_block);
  // CPython's limit is 512 bytes: until 3.9 its pools were 4 KiB, in which few larger blocks would fit. One of ours, of
  // 32 KiB, holds 31 blocks of 1024 bytes, and loses 3 % to what is left over. Above that, malloc's 16 bytes matter
  // little, and a pool for each of many sizes would stay half empty.
  {
    const std::size_t in_pools = ouro::heap::current().statistics().used_blocks;
    const auto pooled = ouro::make<sheet>();
    check(ouro::size_of(pooled) == 1024 && ouro::heap::current().statistics().used_blocks == in_pools + 1,
          "1016 bytes and the header: the last size that a pool serves");
    const auto from_system = ouro::make<poster>();
    check(ouro::size_of(from_system) == 1025 && ouro::heap::current().statistics().used_blocks == in_pools + 1,
          "one byte more: no pool has given it out");
    ouro::heap counted;
    const ouro::heap::scope in{counted};
    const auto inside = ouro::make<poster>();
    check(counted.statistics().large_blocks == 1 && counted.statistics().large_bytes >= 1025,
          "a private heap counts it, and its limit holds for it");
  }

  std::printf("A list takes some room in advance, as CPython's does, and gives it back\n");
  std::printf("  %8s %8s %8s %8s\n", "elements", "room for", "bytes", "CPython");
  {
    const auto numbers = ouro::make<ouro::list<ouro::small_int>>();
    bool is_as_python = true;
    for (const size_in_python& next : growing) {
      while (numbers->size() != next.elements) numbers->push_back(static_cast<long long>(numbers->size()));
      is_as_python = has_room_of(next, numbers) && is_as_python;
    }
    check(is_as_python, "appending: the same steps");
    for (const size_in_python& next : shrinking) {
      while (numbers->size() != next.elements) numbers->pop_back();
      is_as_python = has_room_of(next, numbers) && is_as_python;
    }
    check(is_as_python, "and back, when less than half of the room is used");
    const ouro::tuple<ouro::small_int, ouro::small_int, ouro::small_int> fixed{1, 2, 3};
    std::printf("         (a tuple of three: %zu bytes, and 64 in CPython)\n", ouro::size_of(fixed.block()));
    check(ouro::size_of(fixed.block()) == 3 * sizeof(void*) + 8, "a tuple never grows: a header, and its elements");
  }

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
