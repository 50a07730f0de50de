#include "support/damage.hpp"

#include <ouro/object/weak_record.hpp>
#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>
#include <vector>

namespace {

template <class Refcount>
using table = ouro::detail::weak_table<Refcount>;

}  // namespace

TEST_CASE_TEMPLATE("weak_table: is valid whichever weak pointers watch an object, and in whichever order they end",
                   Refcount, ouro::local_refcount, ouro::atomic_refcount, ouro::biased_refcount) {
  using memory = ouro::memory<Refcount, ouro::trial_deletion, ouro::pool_allocator>;
  auto object = memory::template make<int>(1);
  std::vector<typename memory::template weak<int>> watching;
  for (int i = 0; i != 9; ++i) {
    if (i % 3 == 0) {
      watching.emplace_back(object);
    } else {
      watching.emplace_back(object, [] {});
    }
    CHECK(table<Refcount>::is_valid());
  }
  for (const std::size_t victim : {4u, 0u, 0u, 3u, 4u}) {
    watching.erase(watching.begin() + static_cast<std::ptrdiff_t>(victim));
    CHECK(table<Refcount>::is_valid());
  }
  object.reset();
  CHECK(table<Refcount>::is_valid());
}

TEST_CASE("weak_table: notices a record that is not linked to the one in front of it") {
  using header = ouro::detail::header<ouro::local_refcount>;
  const auto object = ouro::make<int>(1);
  const ouro::weak<int> plain = object;
  const ouro::weak<int> called{object, [] {}};
  auto* const shared = table<ouro::local_refcount>::watch(*header::of(object.get()));
  REQUIRE(shared->next != nullptr);
  CHECK(table<ouro::local_refcount>::is_valid());
  using record = ouro::detail::weak_record<ouro::local_refcount>;
  using table_here = table<ouro::local_refcount>;
  const auto notices = [](auto& field, auto wrong) {
    return ouro::test::notices_damage(field, wrong, &table_here::is_valid);
  };
  CHECK(notices(shared->next->previous, static_cast<record*>(nullptr)));
  CHECK(notices(shared->next->previous, shared->next));
  CHECK(notices(shared->previous, shared));
  CHECK(notices(shared->owner, static_cast<const void*>(&called)));
  CHECK(notices(shared->next->lifetime, shared->lifetime + 1));
  CHECK(notices(shared->heap, shared->heap + 1));
  CHECK(notices(shared->next->owner, static_cast<const void*>(nullptr)));
  CHECK(notices(shared->next->callback, static_cast<ouro::detail::weak_callback*>(nullptr)));
  std::byte target[sizeof shared->target];
  std::memcpy(target, &shared->target, sizeof target);
  shared->target.clear();
  CHECK_FALSE(table_here::is_valid());
  std::memcpy(static_cast<void*>(&shared->target), target, sizeof target);
  table_here::unpin(shared);
  CHECK(table_here::is_valid());
}
