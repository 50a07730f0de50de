#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

using ouro::make;
using ouro::ptr;
using ouro::weak;

namespace {

struct counted {
  static inline int alive = 0;
  static inline std::string log;
  explicit counted(char called = '.') : name{called} { ++alive; }
  counted(const counted& from) : name{from.name} { ++alive; }
  counted& operator=(const counted&) = default;
  virtual ~counted() {
    --alive;
    log += name;
  }
  void trace(auto&&) {}
  char name;
};

/// Uses its own pointer while it is being made.
class subscriber {
 public:
  explicit subscriber(bool throws) {
    const auto self = ouro::managed_from_this(this);
    CHECK(self.use_count() == 2);
    last = self;
    if (throws) {
      escaped = self;
      throw 1;
    }
  }
  ~subscriber() {
    ++destroyed;
    CHECK(ouro::managed_from_this(this) == nullptr);
  }
  void trace(auto&&) {}

  static inline weak<subscriber> last;
  static inline ptr<subscriber> escaped;
  static inline int destroyed = 0;
};

/// Has given a weak pointer to itself away before its constructor returns.
struct watches_itself {
  ouro::weak<watches_itself> self;
  ptr<watches_itself> edge;
  watches_itself() : self{ouro::managed_from_this(this)} {}
  void trace(auto&& visit) { visit(edge); }
};

}  // namespace

TEST_CASE("make_managed: an over-aligned object lies at a multiple of its alignment (trap 16)") {
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

TEST_CASE("make_managed: empty objects and arrays without elements have distinct addresses (trap 17)") {
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

TEST_CASE("make_managed: an array has one count, converts to constant elements, and destroys them last first") {
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

TEST_CASE("make_managed: an element's constructor that throws ends the earlier elements, last first (trap 18)") {
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

TEST_CASE("make_managed: overloaded & and operator new of the class are not called (trap 20)") {
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

TEST_CASE("make_managed: the last escaped handle frees the block of an object whose constructor threw (trap 6)") {
  const std::size_t before = ouro::pool_allocator::statistics().used_blocks;
  const int destroyed = subscriber::destroyed;
  CHECK_THROWS_AS(make<subscriber>(true), int);
  CHECK(subscriber::last.expired());
  CHECK(ouro::gc::collect() == 0);
  CHECK(ouro::managed_from_this(subscriber::escaped.get()) == nullptr);
  subscriber::escaped.reset();
  CHECK(subscriber::destroyed == destroyed);  // there never was an object to destroy
  CHECK(ouro::pool_allocator::statistics().used_blocks == before);
  CHECK(ouro::gc::count() == 0);
}

TEST_CASE("make_managed: an object that gave away a weak pointer to itself in its constructor is made as any other") {
  const auto object = make<watches_itself>();
  CHECK(object->self.lock() == object);
  CHECK(object.use_count() == 1);
  CHECK(ouro::gc::is_tracked(object));
}
