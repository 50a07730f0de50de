// What a heap holds after a program has made and dropped objects of three sizes, as JSON: its arenas, their pools, and
// each block of these.

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace {

template <std::size_t Bytes>
struct object {
  char bytes[Bytes - 8];
};

template <std::size_t Bytes>
using objects = std::vector<ouro::ptr<object<Bytes>>>;

template <std::size_t Bytes>
objects<Bytes> make(int number) {
  objects<Bytes> made;
  for (int i = 0; i != number; ++i) made.push_back(ouro::make<object<Bytes>>());
  return made;
}

/// One character a block: `#` used, `o` freed, `.` never handed out.
std::string blocks_of(const ouro::detail::pool& pool) {
  using ouro::detail::arena;
  ouro::detail::free_map free{pool};
  free.add_chain(pool.freed);
  std::string blocks;
  const std::byte* const begin = arena::blocks_of(&pool);
  for (std::size_t i = 0; i != arena::capacity_of(pool); ++i) {
    const std::byte* const at = begin + i * pool.block_size;
    blocks += at >= pool.untouched ? '.' : free.is_free(at) ? 'o' : '#';
  }
  return blocks;
}

void write(const ouro::detail::arena& arena, bool& is_first) {
  for (std::uint32_t i = 0; i != ouro::detail::arena::pools; ++i) {
    const ouro::detail::pool* const pool = arena.used_pool(i);
    if (pool == nullptr) continue;
    std::printf("%s\n{\"arena\": \"%p\", \"number\": %u, \"block\": %u, \"used\": %u, \"blocks\": \"%s\"}",
                is_first ? "" : ",", static_cast<const void*>(&arena), i, pool->block_size, pool->used(),
                blocks_of(*pool).c_str());
    is_first = false;
  }
}

}  // namespace

int main() {
  auto small = make<64>(3000);
  auto middle = make<256>(700);
  auto large = make<1024>(90);
  // A third of the small ones goes, here and there; of the middle ones all that were made in the middle; of the large
  // the last.
  for (std::size_t i = 0; i < small.size(); ++i) {
    if (i * 2654435761u % 3 == 0) small[i].reset();
  }
  for (std::size_t i = 150; i != 450; ++i) middle[i].reset();
  large.resize(75);

  const ouro::detail::pool_heap& heap = *ouro::detail::current_pool_heap;
  std::printf("{\"arena_bytes\": %zu, \"pool_bytes\": %zu, \"pools_per_arena\": %u, \"used\": %zu, \"pools\": [",
              ouro::pool_allocator::arena_bytes, ouro::pool_allocator::pool_bytes, ouro::detail::arena::pools,
              ouro::heap::current().statistics().used_blocks);
  bool is_first = true;
  heap.each_arena([&is_first](const ouro::detail::arena& each) { write(each, is_first); });
  std::printf("]}\n");
}
