#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <compare>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using ouro::make;
using ouro::ptr;

namespace {

struct incomplete;

/// Has members that point to a type which is not defined yet (trap 15).
struct holder_of_incomplete {
  ptr<incomplete> null;
  ptr<incomplete> other = std::move(null);
};

struct counted : ouro::test::counted<counted> {
  static inline std::string log;
  explicit counted(char called = '.') : name{called} {}
  counted(const counted&) = default;
  counted& operator=(const counted&) = default;
  virtual ~counted() { log += name; }
  void trace(auto&&) {}
  char name;
};

struct derived : counted {
  using counted::counted;
  int more = 5;
  void trace(auto&&) {}
};

struct reader final : counted {
  static inline ptr<counted> read;
  explicit reader(bool& to) : was_null{to} {}
  ~reader() override { was_null = read == nullptr; }
  void trace(auto&&) {}
  bool& was_null;
};

}  // namespace

static_assert(sizeof(ptr<counted>) == sizeof(void*));
static_assert(sizeof(ptr<void>) == sizeof(void*));
static_assert(std::is_nothrow_move_constructible_v<ptr<counted>> && std::is_nothrow_move_assignable_v<ptr<counted>>);
static_assert(std::is_nothrow_copy_constructible_v<ptr<counted>>);
static_assert(std::is_same_v<ptr<int[]>::element_type, int>);

constinit ptr<counted> null_before_main;
constexpr ptr<int> null_constant{nullptr};
static_assert(null_constant == nullptr && !null_constant && null_constant.get() == nullptr);

TEST_CASE("managed_ptr: copies share, moves take the count over, self-assignment changes nothing (trap 1)") {
  auto a = make<counted>('a');
  CHECK(a.use_count() == 1);
  ptr<counted> b = a;
  CHECK(a.use_count() == 2);
  const ptr<counted> c = std::move(b);
  CHECK(b == nullptr);  // NOLINT(bugprone-use-after-move): what a move leaves behind
  CHECK(c.use_count() == 2);
  auto& same = a;
  a = same;
  CHECK(a.use_count() == 2);
  a = std::move(same);
  CHECK(a.use_count() == 2);
  a = nullptr;
  CHECK(c.use_count() == 1);
  CHECK(counted::alive == 1);
}

TEST_CASE("managed_ptr: a list's head that is assigned its own next node keeps that node alive (trap 2)") {
  struct node {
    int value;
    ptr<node> next;
  };
  auto list = make<node>(1, make<node>(2, make<node>(3)));
  list = list->next;
  CHECK(list->value == 2);
  CHECK(list.use_count() == 1);
  list = std::move(list->next);
  CHECK(list->value == 3);
}

TEST_CASE("managed_ptr: a destructor reads the new value of the pointer that is being assigned (traps 3, 4)") {
  static ptr<counted>& global = reader::read;
  bool was_null = false;
  global = make<reader>(was_null);
  global.reset();
  CHECK(was_null);

  struct writer : counted {
    ~writer() override { global = make<counted>('w'); }
  };
  global = make<writer>();
  global = make<counted>('o');
  CHECK(global->name == 'w');  // what the destructor stored came last
  global.reset();
  CHECK(counted::alive == 0);
}

TEST_CASE("managed_ptr: a copied object has a count of its own (trap 5)") {
  const auto a = make<counted>('a');
  const auto shared = a;
  const auto b = make<counted>(*a);
  CHECK(a.use_count() == 2);
  CHECK(b.use_count() == 1);
  *b = *a;
  CHECK(b.use_count() == 1);
}

TEST_CASE("managed_ptr: compares by address with pointers of related types, raw pointers and null") {
  const auto a = make<derived>('a');
  const auto b = make<derived>('b');
  const ptr<counted> base = a;
  CHECK(a == base);
  CHECK(base == a);
  CHECK(a != b);
  CHECK(((a < b) != (b < a)));
  CHECK((a <=> base) == std::strong_ordering::equal);
  CHECK(a != nullptr);
  CHECK((a <=> nullptr) == std::strong_ordering::greater);
  CHECK(a == a.get());
  CHECK(get_pointer(a) == a.get());
  CHECK(std::hash<ptr<counted>>{}(base) == std::hash<counted*>{}(base.get()));
  CHECK(hash_value(a) == std::hash<ptr<derived>>{}(a));
  const std::map<ptr<derived>, int> ordered{{a, 1}, {b, 2}};
  CHECK(ordered.at(b) == 2);
}

TEST_CASE("managed_ptr: a stream writes its address") {
  const auto a = make<int>(1);
  std::ostringstream ours;
  std::ostringstream raw;
  ours << a;
  raw << static_cast<const void*>(a.get());
  CHECK(ours.str() == raw.str());
}

TEST_CASE("managed_ptr: release and adopt pass one count through a raw pointer") {
  auto a = make<counted>('a');
  counted* const raw = a.release();
  CHECK(a == nullptr);
  CHECK(counted::alive == 1);
  const auto back = ptr<counted>::adopt(raw);
  CHECK(back.use_count() == 1);
  auto second = back;
  const ptr<counted> tagged{ouro::adopt_ref, second.release()};
  CHECK(back.use_count() == 2);
}

TEST_CASE("managed_ptr: template arguments are deduced from pointers and weak pointers") {
  const auto a = make<int>(1);
  const ouro::managed_ptr copy{a};
  const ouro::managed_weak weak{a};
  const ouro::managed_ptr locked{weak};
  static_assert(std::is_same_v<decltype(copy), const ptr<int>> && std::is_same_v<decltype(locked), const ptr<int>>);
  CHECK(a.use_count() == 3);
}

TEST_CASE("managed_ptr: objects are destroyed in the order in which std::shared_ptr would destroy them (invariant 5)") {
  static std::string log;
  struct noisy {
    char name;
    ~noisy() { log += name; }
  };
  struct ours {
    noisy first;
    std::vector<ptr<ours>> many;
    ptr<ours> one;
    noisy last;
  };
  struct theirs {
    noisy first;
    std::vector<std::shared_ptr<theirs>> many;
    std::shared_ptr<theirs> one;
    noisy last;
  };
  const auto run = []<class T>(std::type_identity<T>, auto maker) {
    log.clear();
    {
      auto chain = maker('z');
      for (char name = 'y'; name != 'f'; --name) {
        auto next = maker(name);
        next->one = std::move(chain);
        if (name % 3 == 0) next->many = {maker('1'), maker('2'), next->one->one};
        chain = std::move(next);
      }
    }
    return log;
  };
  const std::string expected = run(std::type_identity<theirs>{}, [](char name) {
    auto made = std::make_shared<theirs>();
    made->first.name = name;
    made->last.name = static_cast<char>(name - 'a' + 'A');
    return made;
  });
  const std::string found = run(std::type_identity<ours>{}, [](char name) {
    auto made = make<ours>();
    made->first.name = name;
    made->last.name = static_cast<char>(name - 'a' + 'A');
    return made;
  });
  CHECK(found == expected);
  ouro::gc::collect();
}

TEST_CASE("managed_ptr: a destroyed pointer reads as null where a trace may meet it (invariant 3)") {
  struct node {
    ptr<node> next;
  };
  alignas(ptr<node>) std::byte room[sizeof(ptr<node>)];
  auto* const pointer = ::new (static_cast<void*>(room)) ptr<node>{make<node>()};
  std::destroy_at(pointer);
  for (const std::byte each : room) CHECK(each == std::byte{0});
}

TEST_CASE("managed_ptr: these tests have left no object, and pointers to incomplete types are null") {
  CHECK(counted::alive == 0);
  CHECK(null_before_main == nullptr);
  CHECK(holder_of_incomplete{}.other == nullptr);
}

namespace {

struct incomplete {};

}  // namespace

TEST_CASE("managed_ptr: reset(nullptr) gives one count up; owner_equal and get_pointer look at the object") {
  auto first = make<counted>('f');
  const ptr<counted> same = first;
  const auto other = make<counted>('o');
  CHECK(first.owner_equal(same));
  CHECK_FALSE(first.owner_equal(other));
  CHECK(get_pointer(first) == first.get());
  CHECK(get_pointer(ptr<counted>{}) == nullptr);
  first.reset(nullptr);
  CHECK(first == nullptr);
  CHECK(same.use_count() == 1);
}

TEST_CASE("managed_ptr: release of a null pointer gives null, and adopt of null gives a null pointer") {
  ptr<counted> none;
  CHECK(none.release() == nullptr);
  CHECK(ptr<counted>::adopt(nullptr) == nullptr);
}

TEST_CASE("managed_ptr: two counts of one object are released, and adopted again one by one") {
  auto first = make<counted>('c');
  auto second = first;
  counted* const one = first.release();
  counted* const two = second.release();
  CHECK(one == two);
  const auto third = ptr<counted>::adopt(one);
  CHECK(third.use_count() == 2);
  const auto fourth = ptr<counted>::adopt(two);
  CHECK(third.use_count() == 2);
}
