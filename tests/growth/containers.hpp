#pragma once
/// \file
/// The operations of containers that have n elements, and those that go through all of them, for each element.

#include "meter.hpp"
#include "objects.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace growth {

/// Does `Do(container, i)`, for i from n on, on what `Make(n)` gives.
template <auto Make, auto Do>
class on_container {
 public:
  explicit on_container(std::size_t n) : n_{n}, made_{Make(n)} {}
  [[nodiscard]] std::size_t run() {
    for (std::size_t i = n_; i != n_ + few; ++i) Do(made_, i);
    return few;
  }

 private:
  std::size_t n_;
  decltype(Make(std::size_t{})) made_;
};

/// Calls `Make(n)`, which is linear, and keeps what that gives.
template <auto Make>
class build {
 public:
  explicit build(std::size_t n) : n_{n} {}
  [[nodiscard]] std::size_t run() {
    made_ = Make(n_);
    return n_;
  }

 private:
  std::size_t n_;
  decltype(Make(std::size_t{})) made_;
};

using number = ouro::ptr<int>;
using numbers = ouro::list<number>;
using numbers_by_number = ouro::dict<std::size_t, number>;

inline numbers make_list(std::size_t n) {
  numbers made;
  for (std::size_t i = 0; i != n; ++i) made.push_back(ouro::make<int>(static_cast<int>(i)));
  return made;
}

inline numbers_by_number make_dict(std::size_t n) {
  numbers_by_number made;
  for (std::size_t i = 0; i != n; ++i) made[i] = ouro::make<int>(static_cast<int>(i));
  return made;
}

inline void measure_lists() {
  constexpr auto of_default = [](numbers& list) {
    std::size_t found = 0;
    for (const auto& each : list) found += each == nullptr ? 1 : 0;
    sink = found;
  };
  using memory = ouro::default_memory;
  measure<build<&make_list>>("list: push_back, for each element", 1000);
  measure<on_container<&make_list, [](numbers& list, std::size_t) {
    list.push_back(nullptr);
    list.pop_back();
  }>>("list: push_back and pop_back", 1000);
  measure<on_container<&make_list, [](numbers& list, std::size_t) { list.erase(list.insert(list.cend(), nullptr)); }>>(
      "list: insert and erase at the end", 1000);
  measure<on_container<&make_list, [](numbers& list, std::size_t i) {
    sink = list.size() + static_cast<std::size_t>(*list.at(i / 2) + *list.front() + *list.back());
  }>>("list: at, front, back, size", 1000);
  measure<with_all_of<memory, &make_list, of_default>>("list: iterate, for each element", 1000);
  measure<with_all_of<memory, &make_list, [](numbers& list) { list.insert(list.cbegin(), nullptr); }>>(
      "list: insert at the front, for each element", 1000);
  measure<with_all_of<memory, &make_list, [](numbers& list) { list.erase(list.cbegin()); }>>(
      "list: erase at the front, for each element", 1000);
  measure<with_all_of<memory, &make_list, [](numbers& list) { const numbers copied = list; }>>(
      "list: copy, for each element", 1000);
  measure<with_all_of<memory, &make_list, [](numbers& list) { sink = list == numbers(list) ? 1 : 0; }>>(
      "list: copy and compare, for each element", 1000);
  measure<with_all_of<memory, &make_list, [](numbers& list) { list.resize(list.size() / 2); }>>(
      "list: resize, for each element", 1000);
  measure<with_all_of<memory, &make_list, [](numbers& list) { list.clear(); }>>("list: clear, for each element", 1000);
  measure<with_all_of<memory, &make_list, [](numbers& list) {
    const ouro::frozen_list<number> frozen(list.begin(), list.end());
  }>>("frozen_list: make, for each element", 1000);
}

inline void measure_dicts() {
  using memory = ouro::default_memory;
  measure<build<&make_dict>>("dict: operator[], for each key", 1000);
  measure<on_container<&make_dict, [](numbers_by_number& dict, std::size_t i) {
    dict.insert_or_assign(i, nullptr);
    dict.erase(i);
  }>>("dict: insert and erase", 1000);
  measure<on_container<&make_dict, [](numbers_by_number& dict, std::size_t i) {
    sink = dict.contains(i / 2) && dict.find(i) == dict.end() ? 1 : 0;
  }>>("dict: find", 1000);
  measure<on_container<&make_dict, [](numbers_by_number& dict, std::size_t i) {
    dict.erase(dict.begin());
    dict[i] = nullptr;
  }>>("dict: as a queue", 1000);
  measure<with_all_of<memory, &make_dict, [](numbers_by_number& dict) {
    std::size_t found = 0;
    for (const auto& each : dict) found += each.second == nullptr ? 1 : 0;
    sink = found;
  }>>("dict: iterate, for each element", 1000);
  measure<with_all_of<memory, &make_dict, [](numbers_by_number& dict) { const numbers_by_number copied = dict; }>>(
      "dict: copy, for each element", 1000);
  measure<
      with_all_of<memory, &make_dict, [](numbers_by_number& dict) { sink = dict == numbers_by_number(dict) ? 1 : 0; }>>(
      "dict: copy and compare, for each element", 1000);
  measure<with_all_of<memory, &make_dict, [](numbers_by_number& dict) { dict.clear(); }>>(
      "dict: clear, for each element", 1000);
}

/// A weak container and the objects that it watches.
template <class Container>
struct watched_objects {
  std::vector<number> objects;
  Container container;
};

using weak_numbers = watched_objects<ouro::weak_set<int>>;
using weak_numbers_by_number = watched_objects<ouro::weak_value_map<std::size_t, int>>;
using numbers_by_object = watched_objects<ouro::weak_key_map<int, std::size_t>>;

template <class Watched, auto Insert>
std::unique_ptr<Watched> make_watched(std::size_t n) {
  auto made = std::make_unique<Watched>();
  for (std::size_t i = 0; i != n; ++i) {
    made->objects.push_back(ouro::make<int>(static_cast<int>(i)));
    Insert(made->container, i, made->objects.back());
  }
  return made;
}

template <class Watched, auto Insert, auto Contains>
void measure_weak_container(const std::string& name) {
  using made = std::unique_ptr<Watched>;
  constexpr auto make = &make_watched<Watched, Insert>;
  measure<build<make>>(name + ": insert, for each object", 1000);
  measure<on_container<make, [](made& here, std::size_t i) {
    number object = ouro::make<int>(1);
    Insert(here->container, i, object);
    sink = Contains(here->container, i, object) && Contains(here->container, i / 2, here->objects[i / 2]) ? 1 : 0;
  }>>(name + ": insert, find, and the object dies", 1000);
  measure<with_all_of<ouro::default_memory, make, [](made& here) {
    std::size_t found = 0;
    for (const auto& each : here->container) {
      static_cast<void>(each);
      ++found;
    }
    sink = found;
  }>>(name + ": iterate, for each object", 1000);
  measure<with_all_of<ouro::default_memory, make, [](made& here) { here->objects.clear(); }>>(
      name + ": the objects die, for each", 1000);
  measure<with_all_of<ouro::default_memory, make, [](made& here) { here->container.clear(); }>>(
      name + ": clear, for each object", 1000);
}

inline void measure_weak_containers() {
  measure_weak_container<weak_numbers, [](auto& here, std::size_t, const number& object) { here.insert(object); },
                         [](auto& here, std::size_t, const number& object) { return here.contains(object); }>(
      "weak_set");
  measure_weak_container<weak_numbers_by_number,
                         [](auto& here, std::size_t i, const number& object) { here.insert_or_assign(i, object); },
                         [](auto& here, std::size_t i, const number&) { return here.contains(i); }>("weak_value_map");
  measure_weak_container<numbers_by_object,
                         [](auto& here, std::size_t i, const number& object) { here.insert_or_assign(object, i); },
                         [](auto& here, std::size_t, const number& object) { return here.contains(object); }>(
      "weak_key_map");
}

using fields = ouro::attributes<int>;

inline const ouro::interned_string x{"x"}, y{"y"}, z{"z"};

/// All have the same three names.
inline std::vector<fields> make_records(std::size_t n) {
  std::vector<fields> made(n);
  for (fields& each : made) each[x] = each[y] = each[z] = 1;
  return made;
}

inline void measure_attributes() {
  measure<build<&make_records>>("attributes: three names, for each object", 1000);
  measure<on_container<&make_records, [](std::vector<fields>& records, std::size_t i) {
    fields& record = records[i / 2];
    record[y] = record[z] + (record.contains(x) ? 1 : 0);
  }>>("attributes: read and write", 1000);
  measure<build<[](std::size_t n) {
    fields made;
    for (std::size_t i = 0; i != n; ++i) made[ouro::interned_string{"name " + std::to_string(i)}] = 1;
    return made;
  }>>("attributes: many names, for each", 1000);
}

inline void measure_containers() {
  measure_lists();
  measure_dicts();
  measure_weak_containers();
  measure_attributes();
}

}  // namespace growth
