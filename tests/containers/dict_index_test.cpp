#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace {

using slots_of_dict = ouro::detail::dict_index<std::allocator<unsigned char>>;

/// An index of which the test knows the hash of each entry.
struct checked_index {
  explicit checked_index(std::size_t slots) : numbers{slots} {}

  void insert(std::size_t hash) {
    numbers.insert(hash, hashes.size());
    hashes.push_back(hash);
  }
  void remove(std::size_t number) {
    numbers.remove(number, [this](std::size_t of) { return hashes[of]; });
  }
  /// Whether the index leads from the hash of the entry to the entry.
  [[nodiscard]] bool finds(std::size_t number) const {
    return numbers.find(hashes[number], [number](std::size_t seen) { return seen == number; }) == number;
  }

  slots_of_dict numbers;
  std::vector<std::size_t> hashes;
};

}  // namespace

static_assert(slots_of_dict::slots_for(0) == 8 && slots_of_dict::slots_for(5) == 8 &&
              slots_of_dict::slots_for(6) == 16);
static_assert(slots_of_dict::grown_slots_for(0) == 8 && slots_of_dict::grown_slots_for(5) == 16 &&
              slots_of_dict::grown_slots_for(10) == 32);

TEST_CASE("dict_index: has room for two thirds of its slots, which are as narrow as their number allows") {
  CHECK(slots_of_dict{0}.room() == 0);
  CHECK(slots_of_dict{0}.bytes() == 0);
  CHECK(slots_of_dict{8}.room() == 5);
  CHECK(slots_of_dict{8}.bytes() == 8);
  CHECK(slots_of_dict{0x80}.bytes() == 0x80);
  CHECK(slots_of_dict{0x100}.bytes() == 2 * 0x100);
  CHECK(slots_of_dict{0x8000}.bytes() == 2 * 0x8000);
  CHECK(slots_of_dict{0x10000}.bytes() == 4 * 0x10000);
  for (std::size_t entries = 0; entries != 1000; ++entries) {
    REQUIRE(slots_of_dict{slots_of_dict::slots_for(entries)}.room() >= entries);
    REQUIRE(slots_of_dict{slots_of_dict::grown_slots_for(entries)}.room() > entries);
  }
}

TEST_CASE("dict_index: an index without slots finds nothing, and asks nothing") {
  const slots_of_dict none;
  CHECK(none.find(7, [](std::size_t) -> bool {
    FAIL("there is no entry");
    return false;
  }) == slots_of_dict::none);
}

TEST_CASE("dict_index: entries of one hash are found and removed one by one, in each order") {
  for (std::size_t first = 0; first != 5; ++first) {
    checked_index entries{8};
    for (int i = 0; i != 5; ++i) entries.insert(42);
    std::vector<bool> is_there(5, true);
    for (std::size_t i = 0; i != 5; ++i) {
      const std::size_t gone = (first + i * 2) % 5;
      entries.remove(gone);
      is_there[gone] = false;
      for (std::size_t number = 0; number != 5; ++number) REQUIRE(entries.finds(number) == is_there[number]);
    }
  }
}

TEST_CASE("dict_index: random insertions and removals leave each entry to be found, whatever the width of a slot") {
  for (const std::size_t slots : {std::size_t{0x80}, std::size_t{0x100}, std::size_t{0x10000}}) {
    CAPTURE(slots);
    checked_index entries{slots};
    std::vector<bool> is_there;
    std::uint32_t random = 9;
    std::size_t inside = 0;
    const std::size_t most = slots == 0x80 ? 0x70 : 1000;  // numbers that fit into a slot
    while (entries.hashes.size() < most) {
      random = random * 1'664'525 + 1'013'904'223;
      if (inside != 0 && (random >> 9) % 3 == 0) {
        std::size_t gone = (random >> 12) % is_there.size();
        while (!is_there[gone]) gone = (gone + 1) % is_there.size();
        entries.remove(gone);
        is_there[gone] = false;
        --inside;
      } else if (inside < entries.numbers.room()) {
        entries.insert((random >> 9) % 50);  // many of one hash
        is_there.push_back(true);
        ++inside;
      }
    }
    for (std::size_t number = 0; number != most; ++number) REQUIRE(entries.finds(number) == is_there[number]);
    entries.numbers.clear();
    for (std::size_t number = 0; number != most; ++number) REQUIRE_FALSE(entries.finds(number));
  }
}
