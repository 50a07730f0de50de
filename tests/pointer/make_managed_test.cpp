#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
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

namespace {

/// Writes its moves into a log, and throws when it is the element of `throws_at`.
struct logged {
  static inline std::string log;
  static inline int made = 0;
  static inline int throws_at = -1;
  static void begin(int at = -1) {
    log.clear();
    made = 0;
    throws_at = at;
  }

  logged() { enter(); }
  explicit logged(int) { enter(); }
  logged(const logged& from) : copied{from.number} { enter(); }
  logged& operator=(const logged&) = default;
  ~logged() {
    log += '-';
    log += static_cast<char>('0' + number);
  }
  void enter() {
    if (made == throws_at) throw made;
    number = made++;
    log += '+';
    log += static_cast<char>('0' + number);
  }
  void trace(auto&&) {}

  int number = 0;
  int copied = -1;
};

struct point {
  int x;
  int y;
};

}  // namespace

TEST_CASE("make_managed: an array of arrays is one block, filled row by row, and destroyed last element first") {
  const int row[2] = {1, 2};
  const ptr<int[][2]> rows = make<int[][2]>(3, row);
  CHECK(ouro::size_of(rows) == ouro::size_of(make<int[]>(6)));
  for (std::ptrdiff_t i = 0; i != 3; ++i) {
    CHECK(rows[i][0] == 1);
    CHECK(rows[i][1] == 2);
  }
  CHECK(&rows[1][0] == &rows[0][0] + 2);
  const auto zeros = make<int[][2][2]>(2);
  CHECK(zeros[1][1][1] == 0);
  const ptr<int[2][2]> fixed = make<int[2][2]>(row);
  CHECK(fixed[1][1] == 2);
  const ptr<const int[][2]> open = fixed;
  CHECK(open[1][0] == 1);
  CHECK(fixed.use_count() == 2);

  logged::begin();
  auto grid = make<logged[][2]>(2);
  CHECK(logged::log == "+0+1+2+3");
  CHECK(grid[1][0].number == 2);
  grid.reset();
  CHECK(logged::log == "+0+1+2+3-3-2-1-0");
  logged::begin();
  {
    const logged pair[2];
    logged::begin();
    auto copies = make<logged[2][2]>(pair);
    CHECK(copies[0][1].copied == 1);
    CHECK(copies[1][0].copied == 0);
    CHECK(copies[1][1].copied == 1);
    copies.reset();
    CHECK(logged::log == "+0+1+2+3-3-2-1-0");
  }
}

TEST_CASE(
    "make_managed: in an array of arrays, a constructor that throws ends the earlier elements, last first (trap 18)") {
  const std::size_t before = ouro::pool_allocator::statistics().used_blocks;
  logged::begin(3);
  CHECK_THROWS_AS(make<logged[][2]>(4), int);
  CHECK(logged::log == "+0+1+2-2-1-0");
  logged::begin();
  {
    const logged pair[2];
    logged::begin(3);
    CHECK_THROWS_AS(make<logged[][2]>(4, pair), int);
    CHECK(logged::log == "+0+1+2-2-1-0");
    logged::begin();
  }
  CHECK(ouro::pool_allocator::statistics().used_blocks == before);
}

TEST_CASE("make_managed: an array of arrays that is longer than any memory is refused before its size wraps around") {
  // The rows have four elements, modulo the range of `std::size_t`.
  CHECK_THROWS_AS(static_cast<void>(make<int[][5]>(static_cast<std::size_t>(-1) / 5 + 1)), std::bad_array_new_length);
  CHECK_THROWS_AS(static_cast<void>(make<int[][2]>(-1)), std::bad_array_new_length);
  const auto none = make<int[][2]>(0);
  CHECK(none != nullptr);
}

TEST_CASE("make_managed: an array is filled with a braced list as the value of its elements") {
  const auto points = make<point[]>(3, {1, 2});
  CHECK(points[2].x == 1);
  CHECK(points[2].y == 2);
  const auto fixed = make<point[3]>({3, 4});
  CHECK(fixed[2].y == 4);
  const auto texts = make<std::string[]>(2, {"abc", 2});
  CHECK(texts[1] == "ab");
  const auto rows = make<int[][3]>(2, {1, 2});
  CHECK(rows[1][1] == 2);
  CHECK(rows[1][2] == 0);
  const auto zeros = make<const int[]>(2, {});
  CHECK(zeros[1] == 0);
  using untraced = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::system_allocator>;
  CHECK(untraced::make<point[]>(2, {5, 6})[1].x == 5);
  CHECK(untraced::make<point[2]>({5, 6})[1].y == 6);
  CHECK(ouro::make_managed<point[], ouro::local_refcount, ouro::no_collector>(2, {7, 8})[0].y == 8);
  // A value that is there already makes no copy more than one for each element.
  const logged value;
  logged::begin();
  const std::size_t length = 2;
  CHECK(make<logged[]>(length, value).use_count() == 1);
  CHECK(make<logged[2]>(value).use_count() == 1);
  CHECK(logged::log == "+0+1-1-0+2+3-3-2");
}

TEST_CASE("make_managed: the edges of an array of arrays are traced, and its copies are of the same shape") {
  struct cell {
    ptr<cell[][2]> grid;
    std::unique_ptr<counted> held;
  };
  const int before = counted::alive;
  {
    auto grid = make<cell[][2]>(3);
    grid[2][1].grid = grid;
    grid[0][0].held = std::make_unique<counted>();
  }
  CHECK(counted::alive == before + 1);
  CHECK(ouro::gc::collect() == 1);
  CHECK(counted::alive == before);
  const ptr<int[][2]> numbers = make<int[][2]>(3, {1, 2});
  const ptr<int[][2]> copied = ouro::copy(numbers);
  numbers[2][1] = 3;
  const ptr<int[][2]> deep = ouro::deepcopy(numbers);
  CHECK(copied[2][1] == 2);
  CHECK(deep[2][1] == 3);
  CHECK(ouro::deep_size_of(deep) == ouro::size_of(numbers));
}
