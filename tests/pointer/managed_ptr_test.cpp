#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using ouro::make;
using ouro::ptr;

namespace {

struct incomplete;

/// What a class may hold of a type that nobody has defined yet (trap 15).
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

struct plain_base {
  int value = 1;
};

/// Its base has no virtual destructor.
struct plain_derived : plain_base {
  ~plain_derived() { ++destroyed; }
  std::string text = std::string(50, 'x');
  static inline int destroyed = 0;
};

struct second_base {
  virtual ~second_base() = default;
  int second = 2;
};

struct two_bases final : counted, second_base {
  ~two_bases() override { ++destroyed; }
  static inline int destroyed = 0;
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

template <>
inline constexpr bool ouro::leaf<plain_derived> = true;

/// Pointers to the second base lead into the middle of the object.
template <>
inline constexpr bool ouro::interior_base<second_base> = true;

static_assert(sizeof(ptr<counted>) == sizeof(void*));
static_assert(sizeof(ptr<void>) == sizeof(void*));
static_assert(std::is_nothrow_move_constructible_v<ptr<counted>> && std::is_nothrow_move_assignable_v<ptr<counted>>);
static_assert(std::is_nothrow_copy_constructible_v<ptr<counted>>);
static_assert(std::is_convertible_v<ptr<derived>, ptr<counted>> && !std::is_convertible_v<ptr<counted>, ptr<derived>>);
static_assert(std::is_convertible_v<ptr<int>, ptr<const int>> && !std::is_convertible_v<ptr<const int>, ptr<int>>);
static_assert(std::is_convertible_v<ptr<int>, ptr<void>> && !std::is_convertible_v<ptr<void>, ptr<int>>);
static_assert(!std::is_convertible_v<int*, ptr<int>> && !std::is_constructible_v<ptr<int>, int*>);
static_assert(!std::is_convertible_v<std::unique_ptr<int>, ptr<int>> && !std::is_assignable_v<ptr<int>&, int*>);
// Arrays of a derived class are no arrays of its base (trap 19).
static_assert(!std::is_convertible_v<ptr<plain_derived[]>, ptr<plain_base[]>>);
static_assert(std::is_convertible_v<ptr<int[]>, ptr<const int[]>> && std::is_convertible_v<ptr<int[3]>, ptr<int[]>>);
static_assert(!std::is_convertible_v<ptr<int[]>, ptr<int>> && !std::is_convertible_v<ptr<int[3]>, ptr<int[4]>>);
static_assert(std::is_same_v<ptr<int[]>::element_type, int>);

constinit ptr<counted> null_before_main;
constexpr ptr<int> null_constant{nullptr};
static_assert(null_constant == nullptr && !null_constant && null_constant.get() == nullptr);

TEST_CASE("managed_ptr: copies share, moves hand over, self-assignment changes nothing (trap 1)") {
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

TEST_CASE("managed_ptr: assigning a list's next to its head keeps the next alive (trap 2)") {
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

TEST_CASE("managed_ptr: a destructor reads the new state of the pointer being assigned (traps 3, 4)") {
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

TEST_CASE("managed_ptr: copying an object copies not its count (trap 5)") {
  const auto a = make<counted>('a');
  const auto shared = a;
  const auto b = make<counted>(*a);
  CHECK(a.use_count() == 2);
  CHECK(b.use_count() == 1);
  *b = *a;
  CHECK(b.use_count() == 1);
}

TEST_CASE("managed_ptr: the destructor of the made type runs, whatever the pointer's type (traps 12, 13)") {
  ptr<plain_base> base = make<plain_derived>();
  CHECK(base->value == 1);
  base.reset();
  CHECK(plain_derived::destroyed == 1);
  ptr<void> erased = make<plain_derived>();
  erased.reset();
  CHECK(plain_derived::destroyed == 2);
  const ptr<const volatile void> qualified = make<plain_derived>();
  CHECK(qualified.use_count() == 1);
}

TEST_CASE("managed_ptr: a second base that was declared interior finds the header of the whole object (trap 11)") {
  auto whole = make<two_bases>();
  ptr<second_base> second = whole;
  CHECK(static_cast<void*>(second.get()) != static_cast<void*>(whole.get()));
  CHECK(whole.use_count() == 2);
  CHECK(second.owner() == whole.owner());
  CHECK_FALSE(second.owner_before(whole));
  CHECK_FALSE(whole.owner_before(second));
  CHECK(second.owner_hash() == whole.owner_hash());
  const ouro::weak<second_base> watcher = second;
  whole.reset();
  CHECK(second.use_count() == 1);
  CHECK(watcher.lock() == second);
  second.reset();
  CHECK(two_bases::destroyed == 1);
  CHECK(watcher.expired());
}

TEST_CASE("managed_ptr: a pointer to void of an interior base leads to the whole object (traps 11, 13)") {
  const auto whole = make<two_bases>();
  const ptr<second_base> second = whole;
  const ptr<void> erased = second;
  CHECK(erased.get() == whole.get());
  CHECK(erased.owner() == whole.owner());
  CHECK(whole.use_count() == 3);
}

TEST_CASE("managed_ptr: over-aligned objects lie where their type wants them (trap 16)") {
  struct alignas(64) line {
    char bytes[64] = {};
  };
  struct alignas(4096) page {
    char byte = 1;
  };
  struct alignas(16) half {
    long double number = 1;
  };
  const auto check = [](const auto& object) {
    using type = std::remove_cvref_t<decltype(*object)>;
    CHECK(reinterpret_cast<std::uintptr_t>(object.get()) % alignof(type) == 0);
    CHECK(object.use_count() == 1);
  };
  std::vector<ptr<line>> lines;
  for (int i = 0; i != 20; ++i) check(lines.emplace_back(make<line>()));
  check(make<page>());
  check(make<half>());
  const auto array = make<line[]>(3);
  CHECK(reinterpret_cast<std::uintptr_t>(&array[1]) % 64 == 0);
}

TEST_CASE("managed_ptr: empty classes and arrays of nothing have addresses of their own (trap 17)") {
  struct empty {};
  const auto a = make<empty>();
  const auto b = make<empty>();
  CHECK(a != b);
  CHECK(ouro::id(a) != ouro::id(b));
  const auto none = make<int[]>(0);
  const auto other = make<int[]>(0);
  CHECK(none != nullptr);
  CHECK(none != other);
}

TEST_CASE("managed_ptr: arrays count, convert and destroy their elements backwards") {
  counted::log.clear();
  auto three = make<counted[]>(3, counted{'n'});
  counted::log.clear();
  three[0].name = '0';
  three[1].name = '1';
  three[2].name = '2';
  const ptr<const counted[]> constant = three;
  CHECK(three.use_count() == 2);
  three.reset();
  CHECK(constant[2].name == '2');
  const_cast<ptr<const counted[]>&>(constant).reset();
  CHECK(counted::log == "210");
  const ptr<int[4]> fixed = make<int[4]>(7);
  CHECK(fixed[3] == 7);
  const ptr<int[]> open = fixed;
  CHECK(open[0] == 7);
}

TEST_CASE("managed_ptr: an element's constructor that throws destroys what is there, last first, and frees (trap 18)") {
  static std::string log;
  static int made;
  struct bomb {
    bomb() : number{made} {
      if (made == 3) throw 1;
      ++made;
    }
    ~bomb() { log += static_cast<char>('0' + number); }
    int number;
  };
  using untraced = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;
  log.clear();
  made = 0;
  const std::size_t before = ouro::pool_allocator::statistics().used_blocks;
  CHECK_THROWS_AS(untraced::make<bomb[]>(5), int);
  CHECK(log == "210");
  CHECK(ouro::pool_allocator::statistics().used_blocks == before);
}

TEST_CASE("managed_ptr: overloaded & and operator new are not called (trap 20)") {
  struct devious {
    devious* operator&() { return nullptr; }
    static void* operator new(std::size_t) { throw 1; }
    static void* operator new(std::size_t, void*) { throw 2; }
    int value = 3;
  };
  const auto object = make<devious>();
  CHECK(object->value == 3);
  const auto array = make<devious[]>(2);
  CHECK(array[1].value == 3);
}

TEST_CASE("managed_ptr: compares by address, with any pointer to the same object and with null") {
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

TEST_CASE("managed_ptr: streams its address") {
  const auto a = make<int>(1);
  std::ostringstream ours;
  std::ostringstream raw;
  ours << a;
  raw << static_cast<const void*>(a.get());
  CHECK(ours.str() == raw.str());
}

TEST_CASE("managed_ptr: release and adopt hand one count through a raw pointer") {
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

TEST_CASE("managed_ptr: swap and the four casts change no count") {
  auto a = make<derived>('a');
  auto b = make<derived>('b');
  swap(a, b);
  CHECK(a->name == 'b');
  const ptr<counted> base = a;
  CHECK(ouro::static_pointer_cast<derived>(base) == a);
  CHECK(ouro::dynamic_pointer_cast<derived>(base)->more == 5);
  CHECK(ouro::dynamic_pointer_cast<two_bases>(base) == nullptr);
  CHECK(base.use_count() == 2);
  const ptr<const counted> constant = base;
  CHECK(ouro::const_pointer_cast<counted>(constant) == base);
  CHECK(ouro::reinterpret_pointer_cast<std::byte>(base).use_count() == 4);
  ptr<counted> moved = base;
  CHECK(ouro::static_pointer_cast<derived>(std::move(moved)).use_count() == 4);
}

TEST_CASE("managed_ptr: deduces its arguments") {
  const auto a = make<int>(1);
  const ouro::managed_ptr copy{a};
  const ouro::managed_weak weak{a};
  const ouro::managed_ptr locked{weak};
  static_assert(std::is_same_v<decltype(copy), const ptr<int>> && std::is_same_v<decltype(locked), const ptr<int>>);
  CHECK(a.use_count() == 3);
}

TEST_CASE("managed_ptr: objects die in the order in which std::shared_ptr would destroy them (invariant 5)") {
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

TEST_CASE("managed_ptr: no object of these tests is left") {
  CHECK(counted::alive == 0);
  CHECK(null_before_main == nullptr);
  CHECK(holder_of_incomplete{}.other == nullptr);
}
namespace {
struct incomplete {};
}  // namespace

TEST_CASE("managed_ptr: is reset by null, and asked for its object") {
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

TEST_CASE("managed_ptr: released when it is null, it gives null, which is adopted as null") {
  ptr<counted> none;
  CHECK(none.release() == nullptr);
  CHECK(ptr<counted>::adopt(nullptr) == nullptr);
}

TEST_CASE("managed_ptr: a dynamic cast of an expiring pointer to a base hands over its count") {
  auto object = make<derived>('d');
  const counted* const raw = object.get();
  const ptr<counted> base = ouro::dynamic_pointer_cast<counted>(std::move(object));
  CHECK(base.get() == raw);
  CHECK(base.use_count() == 1);
  CHECK(object == nullptr);
  ptr<counted> none;
  CHECK(ouro::dynamic_pointer_cast<derived>(none) == nullptr);
  CHECK(ouro::dynamic_pointer_cast<derived>(std::move(none)) == nullptr);
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
