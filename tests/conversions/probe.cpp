// Loaded with LD_PRELOAD beside a converted program: what is alive at its end, after a collection. Its objects need the
// same state of the library, and so the program must be linked with -Wl,--export-dynamic.
#include <ouro/allocator/pool/pool_statistics.hpp>
#include <ouro/shared_ptr.hpp>

#include <cstdio>
#include <cstdlib>

namespace {

void report() {
  const char* const file = std::getenv("OURO_CONVERSION_REPORT");
  std::FILE* const to = file != nullptr ? std::fopen(file, "a") : nullptr;
  if (to == nullptr) return;
  const std::size_t collected = ouro::shared_memory::gc::collect();
  const ouro::pool_statistics left = ouro::detail::statistics_of(*ouro::detail::current_pool_heap);
  std::fprintf(to, "%zu %zu %zu\n", collected, left.used_blocks, left.used_bytes);
  for (const ouro::opaque_type& each : ouro::opaque_types()) {
    if (each.living == 0) continue;
    std::fprintf(to, "opaque %zu %.*s %.*s\n", each.living, static_cast<int>(each.name.size()), each.name.data(),
                 static_cast<int>(each.member.size()), each.member.data());
  }
  std::fclose(to);
}

// Begins before the program's own variables, and so ends after them.
[[maybe_unused]] const int registered = std::atexit(&report);

}  // namespace
