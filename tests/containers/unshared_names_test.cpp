// The names of an object that has more than most_shared of them.

#include "support/failing_allocator.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <random>
#include <string>
#include <utility>
#include <vector>

using ouro::attributes;
using ouro::interned_string;

namespace {

interned_string operator""_name(const char* text, std::size_t length) { return interned_string{{text, length}}; }

}  // namespace

TEST_CASE("unshared_names: an object with more than most_shared names has its own, and finds them all") {
  using record = attributes<int>;
  using model = std::vector<std::pair<interned_string, int>>;
  std::mt19937 random{7};
  std::vector<interned_string> names;
  for (int i = 0; i != 300; ++i) names.push_back(interned_string{"own " + std::to_string(i)});
  std::vector<record::cache> caches(names.size());
  std::vector<record> objects(4);
  std::vector<model> models(4);
  const auto find = [](model& in, const interned_string& name) {
    return std::find_if(in.begin(), in.end(), [&](const auto& each) { return each.first == name; });
  };
  std::size_t most = 0;
  for (int step = 0; step != 20'000; ++step) {
    const std::size_t at = random() % objects.size();
    const std::size_t which = random() % names.size();
    // The objects grow beyond most_shared and shrink below it by turns.
    const bool grows = step / 1000 % 2 == 0;
    const auto known = find(models[at], names[which]);
    switch (random() % 8) {
      case 0:
        if (step % 50 == 0) {
          objects[at] = objects[(at + 1) % 4];
          models[at] = models[(at + 1) % 4];
        }
        break;
      case 1: {
        const int* const found = objects[at].find(names[which], caches[which]);
        REQUIRE((found != nullptr) == (known != models[at].end()));
        if (found != nullptr) REQUIRE(*found == known->second);
        break;
      }
      case 2:
      case 3:
      case 4:
      case 5:
        if (grows) {
          objects[at].get_or_add(names[which], caches[which]) = step;
          if (known != models[at].end()) {
            known->second = step;
          } else {
            models[at].emplace_back(names[which], step);
          }
          break;
        }
        [[fallthrough]];
      default:
        if (!grows || random() % 4 == 0) {
          REQUIRE(objects[at].erase(names[which]) == (known != models[at].end()));
          if (known != models[at].end()) models[at].erase(known);
        }
    }
    REQUIRE(objects[at].size() == models[at].size());
    most = std::max(most, models[at].size());
    std::size_t i = 0;
    objects[at].each([&](const interned_string& name, int value) {
      REQUIRE(name == models[at][i].first);
      REQUIRE(value == models[at][i].second);
      ++i;
    });
  }
  CHECK(most > 2 * record::most_shared);
}

TEST_CASE("unshared_names: they count for their object alone, and a smaller object has none") {
  attributes<int> of;
  for (std::size_t i = 0; i != attributes<int>::most_shared; ++i) of[interned_string{"n" + std::to_string(i)}] = 1;
  attributes<int> same{of};
  CHECK(of.has_shape_of(same));
  CHECK(of.shared_bytes() != 0);
  const std::size_t before = of.own_bytes();
  of["one more"_name] = 1;
  same["one more"_name] = 1;
  CHECK(!of.has_shape_of(same));
  CHECK(of.shared_bytes() == 0);
  CHECK(of.own_bytes() > before + of.size() * sizeof(interned_string));
  CHECK(of.erase("one more"_name));
  CHECK(same.erase("one more"_name));
  CHECK(of.has_shape_of(same));
}

TEST_CASE("unshared_names: the memory of 100000 names is proportional to their number") {
  attributes<int> of;
  for (int i = 0; i != 100'000; ++i) of[interned_string{"wide " + std::to_string(i)}] = i;
  CHECK(of.at("wide 77777"_name) == 77'777);
  CHECK(of.own_bytes() < 100'000 * std::size_t{32});
}

TEST_CASE("unshared_names: a failed allocation of them, or of their copy, changes nothing") {
  using ouro::test::failing_allocator;
  using record = attributes<int, ouro::memory<ouro::local_refcount, ouro::no_collector, failing_allocator>>;
  constexpr int shared = static_cast<int>(record::most_shared);
  std::vector<interned_string> names;
  for (int i = 0; i != 2 * shared; ++i) names.push_back(interned_string{"tight " + std::to_string(i)});
  int failures = 0;
  for (std::size_t left = 0;; ++left) {
    record of;
    for (int i = 0; i != shared; ++i) of[names[static_cast<std::size_t>(i)]] = i;
    failing_allocator::fail_after(left);
    int made = shared;
    try {
      for (; made != 2 * shared; ++made) of[names[static_cast<std::size_t>(made)]] = made;
      const record copy{of};
      CHECK(copy.at(names.back()) == made - 1);
    } catch (const std::bad_alloc&) {
      ++failures;
    }
    failing_allocator::left = failing_allocator::never;
    REQUIRE(of.size() == static_cast<std::size_t>(made));
    for (int i = 0; i != made; ++i) REQUIRE(of.at(names[static_cast<std::size_t>(i)]) == i);
    if (!failing_allocator::has_failed) break;
  }
  CHECK(failures > 8);
  CHECK(failing_allocator::blocks.empty());
  CHECK(!failing_allocator::is_misused);
}
