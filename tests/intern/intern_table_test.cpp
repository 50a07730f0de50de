#include <ouro/intern/intern_table.hpp>
#include <ouro/ouro.hpp>

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

TEST_CASE("intern_table: only entries of the same hash are compared") {
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

TEST_CASE("intern_table: after random insertions and removals it finds what a list of the entries has") {
  constexpr std::size_t homes = 40;
  constexpr std::size_t kinds = 3;
  std::mt19937 random{16};
  ouro::detail::intern_table<entry> table;
  std::vector<std::unique_ptr<entry>> model;
  for (int step = 0; step != 20'000; ++step) {
    // Grows to some hundred entries and shrinks to none by turns.
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

TEST_CASE("intern_table: is_valid notices an entry in a place that its hash does not lead to") {
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

TEST_CASE("intern_table: in an empty table nothing is found, prefetched or erased") {
  ouro::detail::intern_table<entry> table;
  entry one{1};
  const auto any = [](entry&) { return true; };
  table.fetch_slot(1);
  table.fetch_entry(1);
  table.erase(one);
  CHECK(table.size() == 0);
  CHECK(table.bytes() == 0);
  CHECK(table.find(1, any) == nullptr);
  table.reserve();
  table.insert(one);
  table.fetch_slot(1);
  table.fetch_entry(1);
  CHECK(table.find(1, any) == &one);
  table.erase(one);
  CHECK(table.bytes() == 0);
}

TEST_CASE("intern_table: the place of an erased entry is passed over in searches, and used again") {
  ouro::detail::intern_table<entry> table;
  entry all[4] = {{0}, {0}, {0}, {0}};  // one behind the other, with the tag of a place that is erased
  for (entry& each : all) {
    table.reserve();
    table.insert(each);
  }
  table.erase(all[1]);
  std::vector<entry*> met;
  const auto note = [&met](entry& each) {
    met.push_back(&each);
    return false;
  };
  CHECK(table.find(0, note) == nullptr);
  CHECK(met == std::vector<entry*>{&all[0], &all[2], &all[3]});
  met.clear();
  table.reserve();
  table.insert(all[1]);
  CHECK(table.find(0, note) == nullptr);
  CHECK(met == std::vector<entry*>{&all[0], &all[1], &all[2], &all[3]});
  table.clear();
}
