// How many bytes do our containers take, and objects with attributes and slots, their header included? Counted in pools
// of a heap that holds nothing else. Beside containers.py, which asks `sys.getsizeof` the same.
//
// Prints lines of question, contender, value and unit.

#include <ouro/ouro.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t attribute_count = 8;
constexpr std::size_t objects = 1000;

using values = ouro::list<ouro::ptr<int>>;
using numbers = ouro::dict<int, ouro::ptr<int>>;

struct open {
  ouro::attributes<double> attributes;
};

struct fixed {
  std::array<double, attribute_count> attributes;
};

struct bare {};

/// Bytes that each of what `make()` returns has in the pools and in large blocks.
template <class Make>
double bytes_of(std::size_t times, Make make) {
  ouro::heap apart;
  const ouro::heap::scope in{apart};
  std::vector<decltype(make())> all;
  for (std::size_t i = 0; i != times; ++i) all.push_back(make());
  const ouro::pool_statistics used = apart.statistics();
  return static_cast<double>(used.used_bytes + used.large_bytes) / static_cast<double>(times);
}

void report(const std::string& question, double bytes) {
  std::printf("%s\touro\t%.2f\tbytes\n", question.c_str(), bytes);
}

ouro::ptr<values> grown_list(std::size_t length) {
  auto grown = ouro::make<values>();
  for (std::size_t i = 0; i != length; ++i) grown->push_back(nullptr);
  return grown;
}

ouro::ptr<numbers> grown_dict(std::size_t length) {
  auto grown = ouro::make<numbers>();
  for (std::size_t i = 0; i != length; ++i) grown->try_emplace(static_cast<int>(i));
  return grown;
}

ouro::ptr<open> fill() {
  auto made = ouro::make<open>();
  for (std::size_t i = 0; i != attribute_count; ++i) {
    made->attributes[ouro::interned_string{"attribute_" + std::to_string(i)}] = 1.0;
  }
  return made;
}

}  // namespace

int main() {
  for (const std::size_t length : {std::size_t{3}, std::size_t{1000}, std::size_t{1'000'000}}) {
    report("bytes_of_list_element/" + std::to_string(length),
           bytes_of(1, [=] { return grown_list(length); }) / static_cast<double>(length));
  }
  report("bytes_of_tuple_element/3", bytes_of(objects, [] {
                                       return ouro::tuple<ouro::ptr<int>, ouro::ptr<int>, ouro::ptr<int>>{
                                           nullptr, nullptr, nullptr};
                                     }) / 3);
  for (const std::size_t length : {std::size_t{5}, std::size_t{1000}, std::size_t{1'000'000}}) {
    report("bytes_of_dict_entry/" + std::to_string(length),
           bytes_of(1, [=] { return grown_dict(length); }) / static_cast<double>(length));
  }
  report("bytes_of_attribute/" + std::to_string(attribute_count), bytes_of(objects, &fill) / attribute_count);
  report("bytes_of_slot/" + std::to_string(attribute_count),
         bytes_of(objects, [] { return ouro::make<fixed>(); }) / attribute_count);
  report("bytes_of_bare_object", bytes_of(objects, [] { return ouro::make<bare>(); }));
  report("bytes_of_string/8", bytes_of(objects, [i = 0]() mutable {
           char text[9];
           std::snprintf(text, sizeof text, "%08d", ++i);
           return ouro::interned_string{text};
         }));
}
