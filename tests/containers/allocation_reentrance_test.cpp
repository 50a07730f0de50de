// A request for memory may begin a collection, whose destructors may use the very container that asks: ouro's
// containers are whole then, and go on with what they find.

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

namespace {

/// Runs user code at a request for memory, as a collection does.
struct calling {
  static inline std::function<void()> call;
  static inline std::size_t left = 0;  ///< requests until the one that calls

  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (call != nullptr && left-- == 0) std::exchange(call, nullptr)();
    return ouro::pool_allocator::allocate(bytes, alignment);
  }
  static void deallocate(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    ouro::pool_allocator::deallocate(block, bytes, alignment);
  }
};

using memory = ouro::memory<ouro::local_refcount, ouro::trial_deletion, calling>;
using object = ouro::attributes<int, memory>;

ouro::interned_string name(int number) { return ouro::interned_string{"name " + std::to_string(number)}; }

/// Gives an object with the first `names` names one more, and runs `call(object)` at each of the requests for memory in
/// turn. `check(object, value)` sees what has become of it.
template <class Call, class Check>
void add_one(int names, Call call, Check check) {
  for (std::size_t request = 0;; ++request) {
    object changed;
    for (int i = 0; i != names; ++i) changed[name(i)] = i;
    bool was_called = false;
    calling::left = request;
    calling::call = [&] {
      was_called = true;
      call(changed);
    };
    changed[name(names)] = 1000;
    calling::call = nullptr;
    if (!was_called) break;
    CAPTURE(request);
    CHECK(changed.at(name(names)) == 1000);
    check(changed);
    // Names and values belong together, each name once.
    std::size_t met = 0;
    changed.each([&](const ouro::interned_string& each, int value) {
      ++met;
      CHECK(changed.at(each) == value);
    });
    CHECK(met == changed.size());
    changed[name(5000)] = 5000;
    CHECK(changed.at(name(5000)) == 5000);
  }
}

}  // namespace

TEST_CASE("attributes: an object that gets names while it asks for memory for another one") {
  for (const int names : {0, 2, 4, 62, 63, 64, 80, 128, 200}) {
    CAPTURE(names);
    for (const int more : {1, 2, 3, 200}) {
      add_one(
          names,
          [&](object& changed) {
            for (int i = 0; i != more; ++i) changed[name(2000 + i)] = i;
          },
          [&](object& changed) {
            CHECK(changed.size() == static_cast<std::size_t>(names + 1 + more));
            for (int i = 0; i != more; ++i) CHECK(changed.at(name(2000 + i)) == i);
            for (int i = 0; i != names; ++i) CHECK(changed.at(name(i)) == i);
          });
    }
  }
}

TEST_CASE("attributes: an object that gets the very name that it asks for memory for") {
  for (const int names : {0, 2, 63, 64, 80, 128}) {
    add_one(
        names, [&](object& changed) { changed[name(names)] = 7; },
        [&](object& changed) { CHECK(changed.size() == static_cast<std::size_t>(names + 1)); });
  }
}

TEST_CASE("attributes: an object that loses names while it asks for memory for one") {
  for (const int names : {2, 63, 64, 65, 80, 128}) {
    add_one(names, [](object& changed) { changed.clear(); }, [](object& changed) { CHECK(changed.size() == 1); });
    add_one(
        names,
        [&](object& changed) {
          for (int i = 0; i != names; i += 2) changed.erase(name(i));
        },
        [&](object& changed) { CHECK(changed.size() == static_cast<std::size_t>(names / 2 + 1)); });
  }
}

TEST_CASE("attributes: an object that is changed while a copy of it is made") {
  for (const int names : {2, 64, 80, 200}) {
    for (const int change : {0, 1, 2}) {
      for (std::size_t request = 0;; ++request) {
        object from;
        for (int i = 0; i != names; ++i) from[name(i)] = i;
        bool was_called = false;
        calling::left = request;
        calling::call = [&] {
          was_called = true;
          if (change == 0) from.clear();
          if (change == 1) from[name(1000)] = 1000;
          for (int i = 0; change == 2 && i != 500; ++i) from[name(1000 + i)] = 1000 + i;
        };
        const object copy{from};
        calling::call = nullptr;
        if (!was_called) break;
        REQUIRE(copy.size() == from.size());
        from.each([&](const ouro::interned_string& each, int value) { CHECK(copy.at(each) == value); });
      }
    }
  }
}

TEST_CASE("attributes: a copy has room for more names of its own") {
  object from;
  for (int i = 0; i != 100; ++i) from[name(i)] = i;
  object copy{from};
  for (int i = 100; i != 300; ++i) copy[name(i)] = i;
  for (int i = 0; i != 300; i += 3) CHECK(copy.erase(name(i)));
  CHECK(copy.size() == 200);
  for (int i = 0; i != 300; ++i) CHECK(copy.contains(name(i)) == (i % 3 != 0));
  CHECK(from.size() == 100);
}
