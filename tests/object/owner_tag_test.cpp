#include <ouro/object/owner_tag.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <thread>

using ouro::detail::current_heap_number;
using ouro::detail::owner_tag;

TEST_CASE("owner_tag: each thread's heap has a number of its own, and a tag that follows from it") {
  const std::uint64_t own = current_heap_number();
  CHECK(own >= 1);
  CHECK(current_heap_number() == own);
  CHECK(owner_tag() == (own - 1) % 30 + 1);
  std::set<std::uint64_t> numbers{own};
  std::set<std::uint32_t> tags;
  for (int i = 0; i != 30; ++i) {
    std::thread{[&] {
      CHECK(numbers.insert(current_heap_number()).second);
      CHECK(tags.insert(owner_tag()).second);
      CHECK(owner_tag() == (current_heap_number() - 1) % 30 + 1);
    }}.join();
  }
  CHECK(*tags.begin() == 1);
  CHECK(*tags.rbegin() == 30);
  CHECK(current_heap_number() == own);
}
