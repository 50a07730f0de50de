#include <ouro/base/address_map.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <map>
#include <random>
#include <vector>

using map = ouro::detail::address_map<int>;

TEST_CASE("address_map: erasing a key that is not there changes nothing") {
  map empty;
  const int places[4] = {};
  empty.erase(&places[0]);
  CHECK(empty.size() == 0);
  map one;
  one[&places[0]] = 7;
  one.erase(&places[1]);
  CHECK(one.size() == 1);
  CHECK(*one.find(&places[0]) == 7);
  CHECK(one.find(&places[1]) == nullptr);
  one.erase(&places[0]);
  CHECK(one.size() == 0);
}

TEST_CASE("address_map: random operations agree with a model") {
  std::mt19937 random{11};
  const std::vector<char> places(300);
  map mine;
  std::map<const void*, int> model;
  for (int step = 0; step != 20'000; ++step) {
    const void* const key = &places[random() % (step < 10'000 ? places.size() : 20)];
    if (random() % 2 == 0) {
      mine[key] = step;
      model[key] = step;
    } else {
      mine.erase(key);
      model.erase(key);
    }
    REQUIRE(mine.size() == model.size());
    const int* const found = mine.find(key);
    REQUIRE((found != nullptr) == model.contains(key));
    if (found != nullptr) REQUIRE(*found == step);
  }
  long sum = 0;
  long sum_of_model = 0;
  for (const auto& [key, value] : model) {
    REQUIRE(mine.at(key) == value);
    sum_of_model += value;
  }
  mine.drain([&](int value) { sum += value; });
  CHECK(sum == sum_of_model);
  CHECK(mine.size() == 0);
}
