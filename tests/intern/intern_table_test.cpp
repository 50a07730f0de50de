#include <ouro/intern/intern_table.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

namespace {

struct entry {
  std::size_t hash;
};

/// Hashes of different `kind` look the same to a slot: they have one home, and one tag on machines of 32 bits and
/// of 64.
std::size_t hash_of(std::size_t home, std::size_t kind) { return home | kind << 20; }

}  // namespace

TEST_CASE("intern_table: only entries of the very hash are asked whether they match") {
  entry entries[] = {{hash_of(3, 0)}, {hash_of(3, 1)}, {hash_of(3, 2)}, {hash_of(3, 1)}};
  ouro::detail::intern_table<entry> table;
  for (entry& each : entries) {
    table.reserve();
    table.insert(each);
  }

  std::vector<const entry*> asked;
  const auto none = [&](const entry& at) {
    asked.push_back(&at);
    return false;
  };
  CHECK(table.find(hash_of(3, 1), none) == nullptr);
  CHECK(asked == std::vector<const entry*>{&entries[1], &entries[3]});
  asked.clear();
  CHECK(table.find(hash_of(3, 3), none) == nullptr);
  CHECK(asked.empty());
  table.clear();
}

TEST_CASE("intern_table: finds what a list of the entries has, whatever was put in and taken out") {
  constexpr std::size_t homes = 40;
  constexpr std::size_t kinds = 3;
  std::mt19937 random{16};
  ouro::detail::intern_table<entry> table;
  std::vector<std::unique_ptr<entry>> model;
  for (int step = 0; step != 20'000; ++step) {
    // Up to some hundred entries, and down to none, by turns.
    const bool grows = step / 500 % 2 == 0;
    if (random() % 4 != 0 ? grows : !grows) {
      model.push_back(std::make_unique<entry>(entry{hash_of(random() % homes, random() % kinds)}));
      table.reserve();
      table.insert(*model.back());
    } else if (!model.empty()) {
      const std::size_t victim = random() % model.size();
      table.erase(*model[victim]);
      model.erase(model.begin() + static_cast<std::ptrdiff_t>(victim));
    }
    REQUIRE(table.size() == model.size());
    REQUIRE((table.bytes() == 0) == model.empty());
    if (step % 16 == 0) REQUIRE(table.is_valid());

    const std::size_t wanted = hash_of(random() % homes, random() % kinds);
    std::size_t seen = 0;
    CHECK(table.find(wanted, [&](const entry&) {
      ++seen;
      return false;
    }) == nullptr);
    std::size_t expected = 0;
    for (const auto& each : model) expected += each->hash == wanted;
    REQUIRE(seen == expected);
    if (!model.empty()) {
      const entry* const chosen = model[random() % model.size()].get();
      REQUIRE(table.find(chosen->hash, [&](const entry& at) { return &at == chosen; }) == chosen);
    }
  }
  table.clear();
}

TEST_CASE("intern_table: grows when three quarters of its slots are used, and not before") {
  entry entries[13] = {};
  ouro::detail::intern_table<entry> table;
  for (std::size_t i = 0; i != 13; ++i) {
    entries[i].hash = hash_of(i, 0);
    table.reserve();
    table.insert(entries[i]);
    CHECK(table.bytes() == (i < 12 ? 16 : 32) * sizeof(std::uint64_t));
  }
  table.clear();
}

TEST_CASE("intern_table: knows an entry that its hash does not lead to") {
  entry entries[] = {{hash_of(3, 0)}, {hash_of(3, 1)}, {hash_of(7, 2)}};
  ouro::detail::intern_table<entry> table;
  for (entry& each : entries) {
    table.reserve();
    table.insert(each);
  }
  CHECK(table.is_valid());
  for (const std::size_t wrong : {hash_of(9, 2), ~hash_of(7, 2)}) {
    entries[2].hash = wrong;
    CHECK_FALSE(table.is_valid());
  }
  entries[2].hash = hash_of(7, 2);
  CHECK(table.is_valid());
  table.erase(entries[1]);
  CHECK(table.is_valid());
  table.clear();
  CHECK(table.is_valid());
}
