#include "collector/quiet_heap.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using ouro::test::by_generation;
using ouro::test::by_trial;
using ouro::test::make_ring;
using ouro::test::quiet_heap;
using ouro::test::unraisable_reports;

TEST_CASE("gc_callbacks: a callback is called at the start and at the stop, with the sums of the collection") {
  const quiet_heap<by_trial> heap;
  using gc = by_trial::gc;
  std::vector<ouro::gc_info> heard;
  const auto listener = gc::callbacks().add([&heard](const ouro::gc_info& info) { heard.push_back(info); });
  for (int i = 0; i != 3; ++i) make_ring<by_trial>(1);
  gc::collect();
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].phase == ouro::gc_phase::start);
  CHECK(heard[1].phase == ouro::gc_phase::stop);
  CHECK(heard[1].collected == 3);
  CHECK(heard[1].examined == 3);
  CHECK_FALSE(heard[1].automatic);
  gc::callbacks().remove(listener);
  gc::collect();
  CHECK(heard.size() == 2);
}

TEST_CASE_TEMPLATE("gc_callbacks: a callback is told the generation that is collected", Memory, by_trial,
                   by_generation) {
  const quiet_heap<Memory> heap;
  std::vector<std::size_t> told;
  const auto listener =
      Memory::gc::callbacks().add([&](const ouro::gc_info& info) { told.push_back(info.generation); });
  Memory::gc::collect(0);
  Memory::gc::collect();
  Memory::gc::callbacks().remove(listener);
  CHECK(told == std::vector<std::size_t>{0, 0, 1, 1});
}

TEST_CASE("gc_callbacks: the next callback is called after one that removes itself and an earlier one") {
  const quiet_heap<by_trial> heap;
  auto& callbacks = by_trial::gc::callbacks();
  std::string called;
  ouro::gc_callbacks::handle itself = 0;
  const auto first = callbacks.add([&](const ouro::gc_info&) { called += 'a'; });
  itself = callbacks.add([&](const ouro::gc_info&) {
    called += 'b';
    callbacks.remove(first);
    callbacks.remove(itself);
  });
  const auto last = callbacks.add([&](const ouro::gc_info&) { called += 'c'; });
  by_trial::gc::collect();
  CHECK(called == "abcc");  // at the start, and at the end
  callbacks.remove(first);  // removed before, with another behind it
  CHECK(callbacks.size() == 1);
  callbacks.remove(last);
  callbacks.remove(last);
  CHECK(callbacks.size() == 0);
}

TEST_CASE("gc_callbacks: the destructor of a removed callback may add callbacks") {
  struct adds_one {
    explicit adds_one(int& to) : calls{&to} {}
    adds_one(adds_one&& from) noexcept : calls{std::exchange(from.calls, nullptr)} {}
    adds_one& operator=(adds_one&&) = delete;
    ~adds_one() {
      if (calls != nullptr) by_trial::gc::callbacks().add([to = calls](const ouro::gc_info&) { ++*to; });
    }
    int* calls;
  };
  const quiet_heap<by_trial> heap;
  auto& callbacks = by_trial::gc::callbacks();
  int calls = 0;
  const auto add = [&] { return callbacks.add([held = adds_one{calls}](const ouro::gc_info&) {}); };
  const auto first = add();
  add();
  callbacks.remove(first);
  CHECK(callbacks.size() == 2);
  callbacks.clear();
  CHECK(callbacks.size() == 1);
  by_trial::gc::collect();
  CHECK(calls == 2);
  callbacks.clear();
}

TEST_CASE("gc_callbacks: what a callback throws goes to the unraisable handler, and the next is called") {
  const quiet_heap<by_trial> heap;
  const unraisable_reports reports;
  int called = 0;
  auto& callbacks = by_trial::gc::callbacks();
  callbacks.add([](const ouro::gc_info&) { throw 1; });
  callbacks.add([&called](const ouro::gc_info&) { ++called; });
  CHECK(callbacks.size() == 2);
  by_trial::gc::collect();
  CHECK(reports.count == 2);
  CHECK(reports.last_type == "gc callback");
  CHECK(called == 2);
  callbacks.clear();
  CHECK(callbacks.size() == 0);
  by_trial::gc::collect();
  CHECK(called == 2);
  CHECK(reports.count == 2);
}
