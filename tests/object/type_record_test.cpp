#include "support/child.hpp"

#include <ouro/object/type_record.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace {

using ouro::detail::info_word;
using ouro::detail::type_info_word;
using ouro::detail::type_record;
using ouro::detail::type_table;
using ouro::detail::worklist_entry;
using ouro::test::run_in_child;

std::vector<const void*> destroyed;
std::vector<const void*> deallocated;

void note_into(std::vector<const void*>& noted, const worklist_entry* first, const worklist_entry* last) {
  for (; first != last; ++first) noted.push_back(first->header);
}

type_record record_called(const char* name) {
  return {[](const worklist_entry* first, const worklist_entry* last) noexcept { note_into(destroyed, first, last); },
          [](const worklist_entry* first, const worklist_entry* last) noexcept { note_into(deallocated, first, last); },
          nullptr,
          nullptr,
          nullptr,
          nullptr,
          nullptr,
          nullptr,
          name};
}

constinit type_table own{};

}  // namespace

TEST_CASE("type_table: numbers types from 1 on, and has none under other numbers") {
  static const type_record first = record_called("first");
  static const type_record second = record_called("second");
  CHECK(own.find(0) == nullptr);
  CHECK(own.find(1) == nullptr);
  CHECK(own.add(first) == 1);
  CHECK(own.add(second) == 2);
  CHECK(own.find(1) == &first);
  CHECK(&own[2] == &second);
  CHECK(own.find(3) == nullptr);
  CHECK(own.find(type_table::capacity - 1) == nullptr);
}

TEST_CASE("type_table: refuses types of another check level, and more types than there are numbers") {
  static type_record record = record_called("some::type");
  own.add(record);
  const auto other_level = run_in_child([] {
    record.level = ouro::check_level + 1;
    own.add(record);
  });
  CHECK(other_level.aborted);
  CHECK(other_level.text == "ouro: shared objects of different check levels [type: some::type]\n");
  const auto full = run_in_child([] {
    own.size = type_table::capacity - 2;
    own.add(record);  // the last number
    std::fputs("one more: ", stderr);
    own.add(record);
  });
  CHECK(full.aborted);
  CHECK(full.text == "one more: ouro: more than 65535 managed types [type: some::type]\n");
}

TEST_CASE("type_record: destroy_one and deallocate_one call the functions for ranges with one object") {
  const type_record record = record_called("one");
  int header = 0;
  destroyed.clear();
  deallocated.clear();
  record.destroy_one(&header);
  CHECK(destroyed == std::vector<const void*>{&header});
  CHECK(deallocated.empty());
  record.deallocate_one(&header);
  CHECK(deallocated == std::vector<const void*>{&header});
}

TEST_CASE("type_info_word: registers its type once, and leads from the info word of an object to the record") {
  static const type_record record = record_called("known");
  type_info_word word;
  CHECK(word.load() == 0);
  const std::uint32_t info = word.get(record, info_word::tracked);
  CHECK(word.load() == info);
  CHECK(word.get(record, info_word::tracked) == info);
  CHECK((info & ((1u << info_word::type_shift) - 1)) == info_word::tracked);
  CHECK(&ouro::detail::record_of(info) == &record);
  CHECK(ouro::detail::name_in_report(info) == "known");
  CHECK(ouro::detail::name_in_report(0xFFFFu << info_word::type_shift) == "unknown");
}
