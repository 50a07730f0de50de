#include <fuzz/graph/run_under.hpp>

namespace ouro::fuzz {

std::span<const bundle> shared_bundles() {
#ifdef OURO_FUZZED_ALONE
  return {};
#else
  static constexpr bundle all[] = {
      OURO_FUZZED("atomic", ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator),
      OURO_FUZZED("atomic.generational", ouro::atomic_refcount, ouro::generational, ouro::pool_allocator),
      OURO_FUZZED("atomic.no_collector", ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator),
      OURO_FUZZED("atomic.faulty", ouro::atomic_refcount, ouro::trial_deletion, faulty_allocator),
      OURO_FUZZED("biased", ouro::biased_refcount, ouro::trial_deletion, ouro::pool_allocator),
      OURO_FUZZED("biased.generational", ouro::biased_refcount, ouro::generational, ouro::pool_allocator),
      OURO_FUZZED("biased.no_collector", ouro::biased_refcount, ouro::no_collector, ouro::pool_allocator),
      OURO_FUZZED("biased.faulty", ouro::biased_refcount, ouro::trial_deletion, faulty_allocator),
  };
  return all;
#endif
}

}  // namespace ouro::fuzz
