// A program and two shared libraries, each compiled with the library, have one heap between them (design: invariant 10;
// traps 59, 61 and 64).
#define OURO_TEST_SIDE "host"
#include "shared_objects/side_table.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

namespace {

using namespace ouro::test;
using ouro::gc;

const side& host() { return table; }

std::vector<const side*> all() { return {&host(), &left(), &right()}; }

void check_same(const std::vector<const void*>& places, const std::vector<const void*>& others) {
  REQUIRE(places.size() == others.size());
  for (std::size_t i = 0; i != places.size(); ++i) {
    CAPTURE(i);
    CHECK(places[i] == others[i]);
  }
}

}  // namespace

TEST_CASE("shared objects: the state of the library is in one place") {
  const places here = host().state();
  for (const side* each : all()) {
    const places there = each->state();
    check_same(there.of_process, here.of_process);
    check_same(there.of_thread, here.of_thread);
  }
}

TEST_CASE("shared objects: so says the count of heaps") {
  for (const side* each : all()) CHECK(each->heaps() == 1);
}

TEST_CASE("shared objects: another thread has a heap of its own, and that one is one, too") {
  const places of_main = host().state();
  std::vector<places> seen;
  std::thread{[&] {
    for (const side* each : all()) seen.push_back(each->state());
  }}.join();
  for (const places& each : seen) {
    check_same(each.of_process, of_main.of_process);
    check_same(each.of_thread, seen[0].of_thread);
  }
  for (std::size_t i = 0; i != of_main.of_thread.size(); ++i) {
    CAPTURE(i);
    CHECK(seen[0].of_thread[i] != of_main.of_thread[i]);
  }
}

TEST_CASE("shared objects: what one makes, each can drop") {
  gc::collect();
  for (const side* maker : all()) {
    for (const side* dropper : all()) {
      const view before = host().see();
      std::string log;
      dropper->drop(maker->make(log, 'a'));
      dropper->drop_hidden(maker->make_hidden(log, 'b'));
      {
        const auto known = maker->make_own(log);
        CHECK(known->maker() == (maker == &left() ? "left" : maker == &right() ? "right" : "host"));
      }
      CHECK(log == (maker == &left() ? "ableft" : maker == &right() ? "abright" : "abhost"));
      CHECK(host().see().pools.used_blocks == before.pools.used_blocks);
    }
  }
}

TEST_CASE("shared objects: a dropped list of objects of three dies in the order of shared_ptr") {
  std::string log;
  auto first = left().make(log, 'a');
  first->edges = {right().make(log, 'b'), host().make(log, 'd')};
  first->edges[0]->edges = {left().make(log, 'c')};
  right().drop(std::move(first));
  CHECK(log == "abcd");
}

TEST_CASE("shared objects: a cycle through objects of three is found by each") {
  for (const side* collector : all()) {
    gc::collect();
    std::string log;
    {
      const auto a = left().make(log, 'a');
      const auto b = right().make(log, 'b');
      const auto c = host().make(log, 'c');
      a->edges = {b};
      b->edges = {c};
      c->edges = {a};
      const auto hidden = left().make_hidden(log, 'h');
      hidden->edges = {right().make_hidden(log, 'h')};
      hidden->edges[0]->edges = {host().make_hidden(log, 'h')};
      hidden->edges[0]->edges[0]->edges = {hidden};
    }
    CHECK(log.empty());
    CHECK(collector->collect() == 6);
    CHECK(log.size() == 6);
    for (const side* other : all()) CHECK(other->collect() == 0);
  }
}

TEST_CASE("shared objects: cycles of classes that only their makers know") {
  for (const side* collector : all()) {
    gc::collect();
    std::string log;
    {
      const auto a = left().make_own(log);
      const auto b = right().make_own(log);
      const auto c = host().make_own(log);
      a->edges = {b};
      b->edges = {c};
      c->edges = {a, a};
    }
    CHECK(collector->collect() == 3);
    CHECK(log.size() == std::string{"leftrighthost"}.size());
  }
}

TEST_CASE("shared objects: a weak pointer expires wherever its object dies, and its maker is called") {
  std::string log;
  const auto watched = left().make(log, 'a');
  const ouro::weak<node> by_right = right().watch(watched, log);
  const ouro::weak<node> by_left = left().watch(watched, log);
  CHECK(by_right.lock() == watched);
  host().drop(std::move(const_cast<ouro::ptr<node>&>(watched)));
  CHECK(by_right.expired());
  CHECK(by_left.expired());
  CHECK((log == "aleftright" || log == "arightleft"));
}

TEST_CASE("shared objects: equal strings and values are one object") {
  const auto text = host().intern("a word of some length");
  const auto value = host().intern_value("a value of some length");
  const auto shared = host().intern_shared("a word between threads");
  for (const side* each : all()) {
    CHECK(each->intern("a word of some length").data() == text.data());
    CHECK(each->intern_value("a value of some length") == value);
    CHECK(each->intern_shared("a word between threads").data() == shared.data());
    CHECK(each->intern("x").data() == host().intern("x").data());
  }
  const auto left_text = left().intern("first said on the left");
  CHECK(right().intern("first said on the left") == left_text);
  CHECK(ouro::interned_string{"first said on the left"} == left_text);
}

TEST_CASE("shared objects: objects with the same attributes have one shape") {
  const auto here = host().name_attributes();
  CHECK(left().name_attributes().has_shape_of(here));
  CHECK(right().name_attributes().has_shape_of(here));
}

TEST_CASE("shared objects: each sees the same statistics") {
  gc::collect();
  std::string log;
  const auto held = left().make(log, 'a');
  const auto limited = right().make_limited(1);
  const auto text = right().intern("counted among the interned");
  const auto copy = held;
  {
    const auto candidate = held;
  }
  left().collect();
  {
    const auto candidate = held;
  }
  const view here = host().see();
  CHECK(here.candidates == 1);
  CHECK(here.limited_bytes == 12);
  for (const side* each : all()) {
    const view there = each->see();
    CHECK(there.pools.used_blocks == here.pools.used_blocks);
    CHECK(there.pools.used_bytes == here.pools.used_bytes);
    CHECK(there.pools.arenas == here.pools.arenas);
    CHECK(there.collections.collections == here.collections.collections);
    CHECK(there.collections.collected == here.collections.collected);
    CHECK(there.candidates == here.candidates);
    CHECK(there.strings == here.strings);
    CHECK(there.limited_bytes == here.limited_bytes);
  }
}

TEST_CASE("shared objects: a private heap is entered for all of them") {
  ouro::heap guest;
  std::string log;
  {
    const ouro::heap::scope in{guest};
    const std::vector<const void*> here = host().state().of_thread;
    check_same(left().state().of_thread, here);
    check_same(right().state().of_thread, here);
    const auto before = guest.statistics().used_blocks;
    const auto a = left().make(log, 'a');
    const auto b = right().make(log, 'b');
    CHECK(guest.statistics().used_blocks == before + 2);
    const auto text = left().intern("said inside the heap");
    CHECK(right().intern("said inside the heap").data() == text.data());
    a->edges = {b};
    b->edges = {a};
  }
  const auto outside = left().intern("said inside the heap");
  CHECK(right().intern("said inside the heap").data() == outside.data());
  CHECK(gc::collect() == 0);
  CHECK(log.empty());
  guest = ouro::heap{};
  CHECK((log == "ab" || log == "ba"));
}

TEST_CASE("shared objects: the other policies have one state each") {
  for (const side* collector : all()) {
    for (const side* maker : all()) {
      auto shared = maker->make_shared();
      shared->to = shared;
      auto young = maker->make_young();
      young->to = young;
      auto biased = maker->make_biased();
      biased->to = biased;
    }
    CHECK(shared_memory::gc::collect() == 3);
    CHECK(young_memory::gc::collect() == 3);
    CHECK(biased_memory::gc::collect() == 3);
    static_cast<void>(collector);
  }
}

TEST_CASE("shared objects: what a thread of one leaves is taken over by a thread of another") {
  std::string log;
  const void* pools[3];
  for (int i = 0; i != 3; ++i) {
    std::thread{[&] {
      const side& here = *all()[static_cast<std::size_t>(i)];
      here.drop(here.make(log, 'a'));
      pools[i] = here.state().of_thread[0];
    }}.join();
  }
  CHECK(pools[0] == pools[1]);
  CHECK(pools[0] == pools[2]);
  CHECK(log == "aaa");
}
