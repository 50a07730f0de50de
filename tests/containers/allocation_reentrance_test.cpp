// An allocation may begin a collection, whose destructors may use the container that allocates. The containers of the
// library are valid then, and continue with what they find.

#include "support/reentrance.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <new>
#include <string>
#include <utility>

namespace {

/// Runs user code in an allocation, as a collection does.
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

/// A value with moves and copies of the program's own, so that its container is set aside while it is moved.
struct number {
  number() noexcept = default;
  number(int of) noexcept : value{of} {}
  number(const number& from) noexcept : value{from.value} {}
  number& operator=(const number& from) noexcept {
    value = from.value;
    return *this;
  }
  operator int() const noexcept { return value; }
  int value = 0;
};

template <class Value>
using object_of = ouro::attributes<Value, memory>;

ouro::interned_string name(int number) { return ouro::interned_string{"name " + std::to_string(number)}; }

/// Gives an object with the first `names` names one more, and runs `call(object)` in the first allocation of that, then
/// in the second one, and so on. `check(object, value)` checks the result.
template <class Value, class Call, class Check>
void add_one(int names, Call call, Check check) {
  for (std::size_t request = 0;; ++request) {
    object_of<Value> changed;
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
    // Each name is there once, with its value.
    std::size_t met = 0;
    changed.each([&](const ouro::interned_string& each, const auto& value) {
      ++met;
      CHECK(changed.at(each) == value);
    });
    CHECK(met == changed.size());
    changed[name(5000)] = 5000;
    CHECK(changed.at(name(5000)) == 5000);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("attributes: an allocation for a new name may give the object other names", Value, int, number) {
  for (const int names : {0, 2, 4, 62, 63, 64, 80, 128, 200}) {
    CAPTURE(names);
    for (const int more : {1, 2, 3, 200}) {
      add_one<Value>(
          names,
          [&](object_of<Value>& changed) {
            for (int i = 0; i != more; ++i) changed[name(2000 + i)] = i;
          },
          [&](object_of<Value>& changed) {
            CHECK(changed.size() == static_cast<std::size_t>(names + 1 + more));
            for (int i = 0; i != more; ++i) CHECK(changed.at(name(2000 + i)) == i);
            for (int i = 0; i != names; ++i) CHECK(changed.at(name(i)) == i);
          });
    }
  }
}

TEST_CASE_TEMPLATE("attributes: an allocation for a new name may give the object that same name", Value, int, number) {
  for (const int names : {0, 2, 63, 64, 80, 128}) {
    add_one<Value>(
        names, [&](object_of<Value>& changed) { changed[name(names)] = 7; },
        [&](object_of<Value>& changed) { CHECK(changed.size() == static_cast<std::size_t>(names + 1)); });
  }
}

TEST_CASE_TEMPLATE("attributes: an allocation for an assigned value may give the object the assigned name", Value, int,
                   number) {
  for (const int names : {0, 2, 64, 128}) {
    for (std::size_t request = 0;; ++request) {
      object_of<Value> changed;
      for (int i = 0; i != names; ++i) changed[name(i)] = i;
      calling::left = request;
      calling::call = [&] { changed[name(names)] = 7; };
      const bool is_new = changed.insert_or_assign(name(names), 1000);
      const bool was_called = std::exchange(calling::call, nullptr) == nullptr;
      CHECK(is_new != was_called);
      CHECK(changed.size() == static_cast<std::size_t>(names + 1));
      CHECK(changed.at(name(names)) == 1000);
      if (!was_called) break;
    }
  }
}

TEST_CASE_TEMPLATE("attributes: an allocation for a new name may take names from the object", Value, int, number) {
  for (const int names : {2, 63, 64, 65, 80, 128}) {
    add_one<Value>(
        names, [](object_of<Value>& changed) { changed.clear(); },
        [](object_of<Value>& changed) { CHECK(changed.size() == 1); });
    add_one<Value>(
        names,
        [&](object_of<Value>& changed) {
          for (int i = 0; i != names; i += 2) changed.erase(name(i));
        },
        [&](object_of<Value>& changed) { CHECK(changed.size() == static_cast<std::size_t>(names / 2 + 1)); });
  }
}

TEST_CASE_TEMPLATE("attributes: an allocation for a copy may change the original", Value, int, number) {
  for (const int names : {2, 64, 80, 200}) {
    for (const int change : {0, 1, 2}) {
      for (std::size_t request = 0;; ++request) {
        object_of<Value> from;
        for (int i = 0; i != names; ++i) from[name(i)] = i;
        bool was_called = false;
        calling::left = request;
        calling::call = [&] {
          was_called = true;
          if (change == 0) from.clear();
          if (change == 1) from[name(1000)] = 1000;
          for (int i = 0; change == 2 && i != 500; ++i) from[name(1000 + i)] = 1000 + i;
        };
        const object_of<Value> copy{from};
        calling::call = nullptr;
        if (!was_called) break;
        REQUIRE(copy.size() == from.size());
        from.each([&](const ouro::interned_string& each, const auto& value) { CHECK(copy.at(each) == value); });
      }
    }
  }
}

TEST_CASE("attributes: a copy with own names has room for more of them") {
  object_of<int> from;
  for (int i = 0; i != 100; ++i) from[name(i)] = i;
  object_of<int> copy{from};
  for (int i = 100; i != 300; ++i) copy[name(i)] = i;
  for (int i = 0; i != 300; i += 3) CHECK(copy.erase(name(i)));
  CHECK(copy.size() == 200);
  for (int i = 0; i != 300; ++i) CHECK(copy.contains(name(i)) == (i % 3 != 0));
  CHECK(from.size() == 100);
}

TEST_CASE("attributes: an allocation for a copy may shrink the original and let it grow again") {
  object_of<int> from;
  for (int i = 0; i != 200; ++i) from[name(i)] = i;
  calling::left = 0;
  calling::call = [&] {
    for (int i = 0; i != 130; ++i) from.erase(name(i));
    // The copy has room for many values, and now allocates the room of few names.
    calling::left = 0;
    calling::call = [&] {
      for (int i = 0; i != 130; ++i) from[name(i)] = i;
    };
  };
  const object_of<int> copy{from};
  CHECK(calling::call == nullptr);
  CHECK(copy.size() == 200);
  for (int i = 0; i != 200; ++i) CHECK(copy.at(name(i)) == i);
}

namespace {

/// Calls a function while it is copied.
struct calling_copy {
  static inline std::function<void()> call;

  calling_copy() noexcept = default;
  calling_copy(int of) noexcept : value{of} {}
  calling_copy(const calling_copy& from) : value{from.value} {
    if (call != nullptr) std::exchange(call, nullptr)();
    value = from.value;  // which is still there
  }
  calling_copy(calling_copy&& from) noexcept : value{std::exchange(from.value, -1)} {}
  calling_copy& operator=(calling_copy from) noexcept {
    value = from.value;
    return *this;
  }
  int value = 0;
};

}  // namespace

TEST_CASE("attributes: a failed allocation while values are copied leaves the object as it was") {
  using record = ouro::attributes<calling_copy, ouro::test::calling_memory>;
  {
    record from;
    for (int i = 0; i != 4; ++i) from[name(i)] = i;
    bool has_thrown = false;
    calling_copy::call = [&] {
      ouro::test::calling_allocator::failures = 1;
      try {
        from.erase(name(0));
      } catch (const std::bad_alloc&) {
        has_thrown = true;
      }
    };
    const record copy{from};
    CHECK(has_thrown);
    CHECK(from.size() == 4);
    for (int i = 0; i != 4; ++i) CHECK(copy.at(name(i)).value == i);
    for (int i = 0; i != 4; ++i) CHECK(from.at(name(i)).value == i);
  }
  CHECK(ouro::test::calling_allocator::blocks == 0);
}

TEST_CASE("attributes: an allocation that leaves copied values behind may change the object") {
  using record = ouro::attributes<calling_copy, ouro::test::calling_memory>;
  for (const int change : {0, 1, 2}) {
    record from;
    for (int i = 0; i != 4; ++i) from[name(i)] = i;
    calling_copy::call = [&] {
      ouro::test::calling_allocator::action = [&] {
        if (change == 0) from.clear();
        if (change == 1) CHECK(from.erase(name(1)));
        for (int i = 10; change == 2 && i != 30; ++i) from[name(i)] = i;
      };
      // It was erased meanwhile, or will be.
      CHECK(from.erase(name(1)) == (change == 2));
    };
    const record copy{from};
    CHECK(copy.size() == 4);
    // The values that stay with the object have been moved from.
    for (int i = 0; i != 4; ++i) CHECK(copy.at(name(i)).value == (change == 0 ? i : -1));
    CHECK(from.size() == (change == 0 ? 0u : change == 1 ? 3u : 23u));
  }
  CHECK(ouro::test::calling_allocator::blocks == 0);
}
