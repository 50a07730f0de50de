#include <ouro/object/weak_record.hpp>
#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace {

template <class Refcount>
using table = ouro::detail::weak_table<Refcount>;

}  // namespace

TEST_CASE_TEMPLATE("weak_table: is valid whatever watches an object, and in whatever order that ends", Refcount,
                   ouro::local_refcount, ouro::atomic_refcount, ouro::biased_refcount) {
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

TEST_CASE("weak_table: knows a record that is not linked to the one in front of it") {
  using header = ouro::detail::header<ouro::local_refcount>;
  const auto object = ouro::make<int>(1);
  const ouro::weak<int> plain = object;
  const ouro::weak<int> called{object, [] {}};
  auto* const shared = table<ouro::local_refcount>::watch(*header::of(object.get()));
  REQUIRE(shared->next != nullptr);
  CHECK(table<ouro::local_refcount>::is_valid());
  using record = ouro::detail::weak_record<ouro::local_refcount>;
  for (record* const wrong : {static_cast<record*>(nullptr), shared->next}) {
    auto* const right = std::exchange(shared->next->previous, wrong);
    CHECK_FALSE(table<ouro::local_refcount>::is_valid());
    shared->next->previous = right;
    CHECK(table<ouro::local_refcount>::is_valid());
  }
  const void* const owner = std::exchange(shared->next->owner, nullptr);
  CHECK_FALSE(table<ouro::local_refcount>::is_valid());
  shared->next->owner = owner;
  table<ouro::local_refcount>::unpin(shared);
  CHECK(table<ouro::local_refcount>::is_valid());
}
