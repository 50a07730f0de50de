#include "containers/weakly_held.hpp"
#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

using ouro::make;
using ouro::ptr;
using namespace ouro::test::weakly;

namespace {

struct node {
  ptr<node> next;
  int value = 0;
};

struct counted : ouro::test::counted<counted> {};

[[nodiscard]] ptr<node> make_node(int value) { return make<node>(nullptr, value); }

}  // namespace

TEST_CASE("weak_key_map: values keep their addresses while other entries come and go") {
  ouro::weak_key_map<node, int> notes;
  const auto first = make_node(0);
  notes[first] = 42;
  const int* const value = notes.find(first);
  std::vector<ptr<node>> others;
  for (int i = 0; i != 1000; ++i) {
    others.push_back(make_node(i));
    notes[others.back()] = i;
  }
  others.erase(others.begin(), others.begin() + 990);
  CHECK(notes.size() == 11);
  CHECK(notes.find(first) == value);
  CHECK(*value == 42);
  for (const auto& each : others) CHECK(*notes.find(each) == each->value);
}

TEST_CASE("weak_key_map: its memory comes from the heap of its policies, and goes back there") {
  using pools = ouro::pool_allocator;
  const auto object = make_node(1);
  ouro::weak<node>{object, [] {}};  // allocates what stays for good
  const std::size_t before = pools::statistics().used_bytes;
  {
    ouro::weak_key_map<node, std::array<char, 200>> notes;
    notes[object] = {};
    CHECK(pools::statistics().used_bytes >= before + 200);
    CHECK(pools::statistics().used_bytes < before + 600);
  }
  CHECK(pools::statistics().used_bytes == before);
}

TEST_CASE(
    "weak_key_map: an iteration that begins while dead entries are taken out keeps the remaining ones (trap 31)") {
  struct reading_at_end;
  using map = ouro::weak_key_map<node, std::unique_ptr<reading_at_end>>;
  struct reading_at_end {
    map* of;
    std::optional<map::iterator>* reader;
    ~reading_at_end() {
      if (!reader->has_value()) reader->emplace(of->begin());
    }
  };
  map notes;
  std::optional<map::iterator> reader;
  std::vector<ptr<node>> objects;
  std::vector<reading_at_end*> contents;
  for (int i = 0; i != 4; ++i) {
    objects.push_back(make_node(i));
    auto made = std::make_unique<reading_at_end>(&notes, &reader);
    contents.push_back(made.get());
    notes.insert_or_assign(objects.back(), std::move(made));
  }
  {
    const auto first = notes.begin();
    notes.erase(objects[0]);
    notes.erase(objects[1]);
    CHECK(notes.size() == 2);
  }
  REQUIRE(reader.has_value());  // by the content of the first
  CHECK(contents[1]->of == &notes);
  CHECK(notes.size() == 2);
  CHECK((**reader).first == objects[2]);
  CHECK(contents[2] == (**reader).second.get());
  reader.reset();
  CHECK(notes.size() == 2);
  CHECK_FALSE(notes.contains(objects[1]));
  notes.clear();
  reader.reset();
  CHECK(notes.empty());
}

TEST_CASE_TEMPLATE("weak_key_map: a value is destroyed when the object that is its key dies", Memory,
                   OURO_TEST_WEAK_MEMORIES) {
  ouro::weak_key_map<item<Memory>, std::shared_ptr<int>, Memory> notes;
  const auto note = std::make_shared<int>(5);
  auto object = make_item<Memory>(1);
  notes.insert_or_assign(object, note);
  CHECK(*notes.find(object) == note);
  CHECK(notes.contains(object));
  CHECK_FALSE(notes.contains(make_item<Memory>(1)));
  notes.insert_or_assign(object, nullptr);
  CHECK(note.use_count() == 1);
  notes.insert_or_assign(object, note);
  for (const auto& [key, value] : notes) {
    CHECK(key == object);
    CHECK(value == note);
  }
  object.reset();
  CHECK(notes.empty());
  CHECK(note.use_count() == 1);
}

TEST_CASE_TEMPLATE("weak_key_map: a new object at the address of a dead one is another key", Memory,
                   OURO_TEST_WEAK_MEMORIES) {
  ouro::weak_key_map<item<Memory>, int, Memory> notes;
  for (int i = 0; i != 100; ++i) {
    const auto object = make_item<Memory>(i);
    CHECK(notes.find(object) == nullptr);
    notes.insert_or_assign(object, i);
    CHECK(notes.size() == 1);
  }
  CHECK(notes.empty());
}

TEST_CASE("weak_key_map: values that hold the last pointers to keys of the map are destroyed with it, in any order") {
  {
    ouro::weak_key_map<counted, ptr<counted>> own;
    ouro::weak_key_map<counted, ptr<counted>> other;
    std::vector<ptr<counted>> all;
    for (int i = 0; i != 10; ++i) all.push_back(make<counted>());
    for (std::size_t i = 0; i != 10; ++i) {
      own.insert_or_assign(all[i], all[i]);
      other.insert_or_assign(all[i], all[(i + 3) % 10]);
    }
    all.clear();
    CHECK(own.size() == 10);
    CHECK(counted::alive == 10);
    own.clear();
    CHECK(other.size() == 10);
    other.erase((*other.begin()).first);
    CHECK(other.size() < 10);
  }
  CHECK(counted::alive == 0);
}

TEST_CASE("weak_key_map: a key that is erased and inserted again in an iteration takes its old place") {
  ouro::weak_key_map<node, std::shared_ptr<int>> notes;
  const auto note = std::make_shared<int>(1);
  const auto one = make_node(1);
  const auto two = make_node(2);
  notes.insert_or_assign(one, note);
  notes.insert_or_assign(two, note);
  {
    const auto reading = notes.begin();
    CHECK(notes.erase(one) == 1);
    CHECK(notes.size() == 1);
    CHECK(notes.find(one) == nullptr);
    notes[one] = std::make_shared<int>(3);
    CHECK(notes.size() == 2);
    CHECK(note.use_count() == 2);  // what was in that place has gone
  }
  CHECK(notes.size() == 2);
  CHECK(**notes.find(one) == 3);
  notes[one] = note;  // which is there
  CHECK(note.use_count() == 3);
  notes.clear();
  CHECK(note.use_count() == 1);
}
