#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <thread>
#include <vector>

TEST_CASE("bias_thread: more threads than there are tags make objects, which have no owner then") {
  ouro::biased_refcount::drain_merge_queue();  // from now on, this thread is an owner
  std::vector<std::uint32_t> tags;
  for (std::uint32_t tag = 0; (tag = ouro::detail::all_bias_owners.enter()) != 0;) tags.push_back(tag);
  CHECK(tags.size() >= 4000);
  using memory = ouro::memory<ouro::biased_refcount, ouro::no_collector, ouro::pool_allocator>;
  memory::ptr<int> made;
  std::thread{[&] {
    made = memory::make<int>(1);
    const auto second = memory::make<int>(2);  // asks no second time
    CHECK(ouro::detail::tag_of_thread == 0);
    const auto copy = second;
    CHECK(second.use_count() == 2);
  }}.join();
  CHECK(made.use_count() == 1);
  for (const std::uint32_t tag : tags) CHECK(ouro::detail::all_bias_owners.leave(tag));
  std::thread{[] {
    const auto again = memory::make<int>(3);
    CHECK(ouro::detail::tag_of_thread != 0);
  }}.join();
}
