#include <ouro/refcount/atomic_refcount.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <type_traits>

// What all policies have in common: refcount_policy_test.cpp; several threads: threads/shared_objects_test.cpp.

namespace {

using ouro::atomic_refcount;
using ouro::count_word;
using ouro::drop_result;

static_assert(std::is_empty_v<atomic_refcount> && atomic_refcount::is_thread_safe);
static_assert(sizeof(atomic_refcount::count_type) == sizeof(std::uint32_t));
static_assert(!ouro::decrements_in_parts<atomic_refcount>);  // one read-modify-write does it

}  // namespace

TEST_CASE("atomic_refcount: an immortal count that is as it should be is not written") {
  // Read-only: a write would end the program.
  static constexpr std::atomic<std::uint32_t> pinned{count_word::pinned};
  auto& count = const_cast<std::atomic<std::uint32_t>&>(pinned);
  atomic_refcount::increment(count);
  CHECK(atomic_refcount::decrement(count) == drop_result::kept);
  CHECK(atomic_refcount::load(pinned) == count_word::pinned);
}
