#include <fuzz/graph/run_under.hpp>

namespace ouro::fuzz {

std::span<const bundle> local_bundles() {
  static constexpr bundle all[] = {
#ifdef OURO_FUZZED_ALONE
      {"one", "one", memory<OURO_FUZZED_ALONE>::refcount::is_thread_safe, &run_under<memory<OURO_FUZZED_ALONE>>},
#else
      OURO_FUZZED("local", ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator),
      OURO_FUZZED("local.generational", ouro::local_refcount, ouro::generational, ouro::pool_allocator),
      OURO_FUZZED("local.no_collector", ouro::local_refcount, ouro::no_collector, ouro::pool_allocator),
      OURO_FUZZED("local.faulty", ouro::local_refcount, ouro::trial_deletion, faulty_allocator),
      OURO_FUZZED("local.generational.faulty", ouro::local_refcount, ouro::generational, faulty_allocator),
      OURO_FUZZED("local.no_collector.faulty", ouro::local_refcount, ouro::no_collector, faulty_allocator),
      OURO_FUZZED("local.system", ouro::local_refcount, ouro::trial_deletion, ouro::system_allocator),
#endif
  };
  return all;
}

}  // namespace ouro::fuzz
