#include "support/counted.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

using ouro::make;
using ouro::ptr;
using ouro::test::unraisable_reports;

namespace {

struct node {
  ptr<node> next;
  int value = 0;
};

struct owner {
  ouro::weak_key_map<node, ptr<owner>> peers;
  ouro::weak_value_map<ptr<owner>, node> by_owner;
  void trace(auto&& visit) { visit(peers, by_owner); }
};

struct counted : ouro::test::counted<counted> {};

[[nodiscard]] ptr<node> make_node(int value) { return make<node>(nullptr, value); }

template <class Map>
[[nodiscard]] std::vector<int> values_of(const Map& map) {
  std::vector<int> values;
  for (const auto& [key, object] : map) values.push_back(object->value);
  std::ranges::sort(values);
  return values;
}

}  // namespace

TEST_CASE("weak_value_map: an entry goes with its object, and its key with it") {
  ouro::weak_value_map<std::shared_ptr<std::string>, node> map;
  const auto key = std::make_shared<std::string>("one");
  auto object = make_node(1);
  map.insert_or_assign(key, object);
  CHECK(map.size() == 1);
  CHECK(map.get(key) == object);
  CHECK(object.use_count() == 1);
  CHECK(key.use_count() == 2);
  object.reset();
  CHECK(map.empty());
  CHECK_FALSE(map.contains(key));
  CHECK(map.get(key) == nullptr);
  CHECK(key.use_count() == 1);
}

TEST_CASE("weak_value_map: setdefault, pop, erase and an assignment do what Python's do") {
  ouro::weak_value_map<std::string, node> map;
  const auto one = make_node(1);
  const auto two = make_node(2);
  CHECK(map.setdefault("a", one) == one);
  CHECK(map.setdefault("a", two) == one);
  map.insert_or_assign("a", two);
  CHECK(map.get("a") == two);
  CHECK(map.size() == 1);
  CHECK(map.pop("a") == two);
  CHECK(map.pop("a") == nullptr);
  map.insert_or_assign("b", one);
  CHECK(map.erase("b") == 1);
  CHECK(map.erase("b") == 0);
  CHECK(one.use_count() == 1);
}

TEST_CASE("weak_value_map: the death of an object that was replaced takes nothing away") {
  ouro::weak_value_map<std::string, node> map;
  auto old = make_node(1);
  const auto now = make_node(2);
  map.insert_or_assign("a", old);
  map.insert_or_assign("a", now);
  old.reset();
  CHECK(map.get("a") == now);
}

TEST_CASE("weak_value_map: entries of collected garbage go") {
  ouro::weak_value_map<int, node> map;
  {
    const auto ring = make_node(1);
    ring->next = make_node(2);
    ring->next->next = ring;
    map.insert_or_assign(1, ring);
    map.insert_or_assign(2, ring->next);
  }
  CHECK(map.size() == 2);
  CHECK(ouro::gc::collect() == 2);
  CHECK(map.empty());
}

TEST_CASE(
    "weak_value_map: objects that die while it is read stay out of sight, and leave when that is over (trap 31)") {
  ouro::weak_value_map<int, node> map;
  std::vector<ptr<node>> kept;
  for (int i = 0; i != 10; ++i) {
    kept.push_back(make_node(i));
    map.insert_or_assign(i, kept.back());
  }
  int met = 0;
  {
    auto at = map.begin();
    kept.clear();  // the one that the iterator is at lives on
    CHECK(map.size() == 1);
    for (; at != map.end(); ++at) {
      CHECK((*at).second.use_count() == 2);
      ++met;
    }
  }
  CHECK(met == 1);
  CHECK(map.empty());
}

TEST_CASE("weak_value_map: insertions and erasures while it is read move nothing under the reader (trap 31)") {
  ouro::weak_value_map<int, node> map;
  std::vector<ptr<node>> kept;
  const auto put = [&](int i) {
    kept.push_back(make_node(i));
    map.insert_or_assign(i, kept.back());
  };
  for (int i = 0; i != 8; ++i) put(i);
  std::vector<int> met;
  int next = 100;
  for (const auto& [key, object] : map) {
    REQUIRE(key < 100);  // what comes later is for the next reader
    met.push_back(key);
    map.erase(key);
    map.erase((key + 1) % 8);
    for (int i = 0; i != 50; ++i) put(next++);
  }
  CHECK(met.size() >= 4);
  CHECK(map.size() == met.size() * 50);
  CHECK(values_of(map).front() == 100);
}

TEST_CASE("weak_value_map: a destructor of a key may come back to the map") {
  struct returning {
    ouro::weak_value_map<int, node>* map;
    ~returning() {
      if (map != nullptr) map->clear();
    }
  };
  ouro::weak_value_map<int, node> other;
  const auto stays = make_node(7);
  other.insert_or_assign(1, stays);
  ouro::weak_key_map<node, std::unique_ptr<returning>> notes;
  auto object = make_node(1);
  notes.insert_or_assign(object, std::make_unique<returning>(&other));
  object.reset();
  CHECK(notes.empty());
  CHECK(other.empty());
}

TEST_CASE(
    "weak containers: entries are met in the order of their insertion, whatever has left and whatever was replaced") {
  std::mt19937 random{7};
  ouro::weak_value_map<int, node> map;
  std::vector<std::pair<int, ptr<node>>> model;  // in that order
  for (int step = 0; step != 5'000; ++step) {
    const int key = static_cast<int>(random() % 200);
    const auto at = std::ranges::find(model, key, &std::pair<int, ptr<node>>::first);
    // Now mostly insertions, then mostly deaths: so the table grows, and closes its gaps up.
    if (random() % 100 < (step / 500 % 2 == 0 ? 90u : 15u)) {
      const auto object = make_node(step);
      map.insert_or_assign(key, object);
      if (at == model.end()) {
        model.emplace_back(key, object);
      } else {
        at->second = object;
      }
    } else if (at != model.end()) {
      model.erase(at);
    }
    std::size_t met = 0;
    for (const auto& [name, object] : map) {
      REQUIRE(met < model.size());
      REQUIRE(name == model[met].first);
      REQUIRE(object == model[met].second);
      ++met;
    }
    REQUIRE(met == model.size());
  }
}

TEST_CASE("weak_key_map: values stay where they are while others come and go") {
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

TEST_CASE("weak_key_map: what it needs comes from the heap of its policies, and goes back") {
  using pools = ouro::pool_allocator;
  const auto object = make_node(1);
  ouro::weak<node>{object, [] {}};  // whatever the first one makes for good
  const std::size_t before = pools::statistics().used_bytes;
  {
    ouro::weak_key_map<node, std::array<char, 200>> notes;
    notes[object] = {};
    CHECK(pools::statistics().used_bytes >= before + 200);
    CHECK(pools::statistics().used_bytes < before + 600);
  }
  CHECK(pools::statistics().used_bytes == before);
}

TEST_CASE("weak_set: does not grow with what has left it") {
  ouro::heap heap;
  const ouro::heap::scope inside{heap};
  const auto bytes = [&] { return heap.statistics().used_bytes + heap.statistics().large_bytes; };
  ouro::weak_set<node> set;
  std::array<ptr<node>, 10> latest;
  for (auto& each : latest) set.insert(each = make_node(0));
  const std::size_t before = bytes();
  for (std::size_t i = 0; i != 10'000; ++i) {
    ptr<node>& each = latest[i % latest.size()];  // the oldest goes
    set.insert(each = make_node(0));
  }
  CHECK(set.size() == latest.size());
  CHECK(bytes() < before + 1000);
}

TEST_CASE("weak_key_map: who begins to read while empty places are taken out keeps those that are left (trap 31)") {
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

TEST_CASE("weak_key_map: notes about objects go with them") {
  ouro::weak_key_map<node, std::shared_ptr<int>> notes;
  const auto note = std::make_shared<int>(5);
  auto object = make_node(1);
  notes.insert_or_assign(object, note);
  CHECK(*notes.find(object) == note);
  CHECK(notes.contains(object));
  CHECK_FALSE(notes.contains(make_node(1)));
  notes[object] = nullptr;
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

TEST_CASE("weak_key_map: a new object at the address of a dead one is another key") {
  ouro::weak_key_map<node, int> notes;
  for (int i = 0; i != 100; ++i) {
    const auto object = make_node(i);
    CHECK(notes.find(object) == nullptr);
    notes.insert_or_assign(object, i);
    CHECK(notes.size() == 1);
  }
  CHECK(notes.empty());
}

TEST_CASE("weak_set: an object is in it once, while it lives") {
  ouro::weak_set<node> set;
  auto one = make_node(1);
  const auto two = make_node(2);
  CHECK(set.insert(one));
  CHECK_FALSE(set.insert(one));
  CHECK(set.insert(two));
  CHECK(set.size() == 2);
  one.reset();
  CHECK(set.size() == 1);
  for (const auto& each : set) CHECK(each == two);
  CHECK(set.erase(two) == 1);
  CHECK(set.empty());
}

TEST_CASE("weak containers: what they hold strongly is traced, and a cycle through it is found") {
  const auto outside = make_node(1);
  {
    const auto first = make<owner>();
    const auto second = make<owner>();
    first->peers.insert_or_assign(make_node(2), second);  // which dies, and leaves a gap in front of the other
    first->peers.insert_or_assign(outside, second);
    CHECK(second.use_count() == 2);
    second->by_owner.insert_or_assign(first, outside);
  }
  CHECK(ouro::gc::collect() == 2);
}

TEST_CASE("weak_value_map: keys of one hash are told apart") {
  struct same_hash {
    std::size_t operator()(int) const noexcept { return 7; }
  };
  ouro::weak_value_map<int, node, ouro::default_memory, same_hash> map;
  std::vector<ptr<node>> kept;
  for (int i = 0; i != 100; ++i) {
    kept.push_back(make_node(i));
    map.insert_or_assign(i, kept.back());
  }
  kept.erase(kept.begin() + 10, kept.begin() + 80);
  CHECK(map.size() == 30);
  for (const auto& each : kept) CHECK(map.get(each->value) == each);
  CHECK_FALSE(map.contains(10));
}

TEST_CASE("weak containers: random insertions, erasures, deaths and readings agree with a model") {
  std::mt19937 random{31};
  ouro::weak_value_map<int, node> map;
  std::map<int, ptr<node>> model;
  for (int step = 0; step != 20'000; ++step) {
    const int key = static_cast<int>(random() % 50);
    switch (random() % 5) {
      case 0:
      case 1: {
        const auto object = make_node(key);
        map.insert_or_assign(key, object);
        model[key] = object;
        break;
      }
      case 2: {
        const std::size_t erased = map.erase(key);
        REQUIRE(erased == model.erase(key));
        break;
      }
      case 3:
        model.erase(key);  // the last pointer
        break;
      default: {
        std::size_t met = 0;
        for (const auto& [name, object] : map) {
          ++met;
          REQUIRE(model.at(name) == object);
          if (name % 7 == 0) model.erase(name);
        }
        REQUIRE(met >= model.size());
      }
    }
    REQUIRE(map.size() == model.size());
    REQUIRE(map.get(key) == (model.contains(key) ? model.at(key) : nullptr));
  }
}

TEST_CASE("finalize: the function is called once, after the object has died") {
  int calls = 0;
  auto object = make_node(1);
  const ouro::weak<node> watcher{object};
  ouro::finalizer end = ouro::finalize(object, [&] {
    ++calls;
    CHECK(watcher.expired());
  });
  CHECK(end.alive());
  object.reset();
  CHECK(calls == 1);
  CHECK_FALSE(end.alive());
  CHECK_FALSE(end());
  CHECK(calls == 1);
}

TEST_CASE("finalize: waits without its handle; called or detached, it waits no more") {
  int calls = 0;
  auto object = make_node(1);
  ouro::finalize(object, [&] { calls += 1; });
  ouro::finalizer called = ouro::finalize(object, [&] { calls += 10; });
  ouro::finalizer detached = ouro::finalize(object, [&] { calls += 100; });
  CHECK(called());
  CHECK(calls == 10);
  CHECK(detached.detach());
  CHECK_FALSE(detached.detach());
  object.reset();
  CHECK(calls == 11);
}

TEST_CASE("finalize: what the function holds goes when it is over") {
  const auto held = std::make_shared<int>(1);
  auto object = make_node(1);
  ouro::finalizer end = ouro::finalize(object, [held] {});
  CHECK(held.use_count() == 2);
  end.detach();
  end = {};
  CHECK(held.use_count() == 1);
  ouro::finalize(object, [held] {});
  object.reset();
  CHECK(held.use_count() == 1);
}

TEST_CASE("finalize: garbage is finalized when it is collected; an exception goes to the handler") {
  const unraisable_reports reports;
  int calls = 0;
  {
    const auto ring = make_node(1);
    ring->next = ring;
    ouro::finalize(ring, [&] { ++calls; });
    ouro::finalize(ring, [] { throw 7; });
  }
  CHECK(calls == 0);
  ouro::gc::collect();
  CHECK(calls == 1);
  CHECK(reports.count == 1);
}

TEST_CASE("weak_key_map: values that hold the last pointers to keys of the map go with it, in any order") {
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

TEST_CASE("weak_set: cleared while it is read, it is empty, and the reader meets nobody else (trap 31)") {
  ouro::weak_set<node> set;
  std::vector<ptr<node>> kept;
  for (int i = 0; i != 5; ++i) {
    kept.push_back(make_node(i));
    CHECK(set.insert(kept.back()));
  }
  {
    auto at = set.begin();
    kept.front().reset();
    kept[1].reset();  // its place is empty, and is not emptied again
    CHECK(set.size() == 4);
    set.clear();
    CHECK(set.empty());
    CHECK_FALSE(set.contains(kept.back()));
    CHECK(set.erase(kept.back()) == 0);
    ++at;
    CHECK(at == set.end());
    CHECK(set.insert(kept.back()));
    CHECK(set.size() == 1);
  }
  CHECK(set.size() == 1);
  CHECK(set.contains(kept.back()));
  CHECK(kept.back().use_count() == 1);
  set.clear();
  CHECK(set.empty());
  CHECK(set.erase(kept.back()) == 0);
}

TEST_CASE("weak_key_map: an entry that comes again while it is read takes its old place") {
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

TEST_CASE("weak containers: readers are copied and assigned, and the table waits for the last") {
  ouro::weak_set<node> set;
  std::vector<ptr<node>> kept;
  for (int i = 0; i != 4; ++i) {
    kept.push_back(make_node(i));
    set.insert(kept.back());
  }
  auto one = set.begin();
  int met = 0;
  {
    auto two = one;
    CHECK(*two == *one);
    two++;
    CHECK(*two != *one);
    kept.clear();
    CHECK(set.size() == 2);  // one that each is at
    one = two;
    CHECK(*one == *two);
    CHECK(set.size() == 1);
  }
  for (; one != set.end(); ++one) ++met;
  CHECK(met == 1);
  CHECK(set.empty());
}

TEST_CASE("finalize: a finalizer of nothing is not alive, is not called, and not detached") {
  ouro::finalizer none;
  CHECK_FALSE(none.alive());
  CHECK_FALSE(none());
  CHECK_FALSE(none.detach());
}

TEST_CASE("weak_value_map: entries leave by the front, as from a queue, in one step each") {
  constexpr int n = 100'000;
  ouro::weak_value_map<int, node> of;
  std::vector<ptr<node>> held;
  for (int i = 0; i != n; ++i) {
    held.push_back(make_node(i));
    of.insert_or_assign(i, held.back());
  }
  int wrong = 0;
  for (int i = 0; i != n; ++i) {
    const int front = [&] {
      const auto first = of.begin();
      const int key = (*first).first;
      if (i % 2 == 0) of.erase(key);  // while it is read
      return key;
    }();
    if (i % 2 != 0) of.erase(front);
    wrong += front != i;
  }
  CHECK(wrong == 0);
  CHECK(of.empty());
}
