#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <mutex>
#include <new>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

using namespace ouro::literals;
using ouro::intern;
using ouro::interned_string;
using ouro::interner;
using ouro::is;
using ouro::small_int;

namespace {

struct without_mutex {
  using refcount = ouro::local_refcount;
  static constexpr bool is_shared = false;
};
struct shared_with_local_count {
  using mutex = std::recursive_mutex;
  using refcount = ouro::local_refcount;
  static constexpr bool is_shared = true;
};
struct without_lifetime {};

}  // namespace

static_assert(sizeof(interned_string) == sizeof(void*) && sizeof(small_int) == sizeof(void*));
static_assert(sizeof(ouro::interned<std::string>) == sizeof(void*));
static_assert(ouro::locking_policy<ouro::no_locking> && ouro::locking_policy<ouro::mutex_locking>);
static_assert(!without_mutex::is_shared && !ouro::has_mutex<without_mutex> && !ouro::locking_policy<without_mutex>);
static_assert(!ouro::count_suits_table<shared_with_local_count> && !ouro::locking_policy<shared_with_local_count>);
static_assert(ouro::lifetime_policy<ouro::weak_entries> && ouro::lifetime_policy<ouro::immortal_entries>);
static_assert(!ouro::lifetime_policy<without_lifetime>);

TEST_CASE("interned_string: equal strings are one object in one block") {
  const auto before = ouro::pool_allocator::statistics();
  const interned_string a{"dependency"};
  const interned_string b{std::string("depend") + "ency"};
  CHECK(a == b);
  CHECK(is(a, b));
  CHECK(a.data() == b.data());
  CHECK(ouro::ref_count(a) == 2);
  CHECK(ouro::pool_allocator::statistics().used_blocks == before.used_blocks + 1);
  CHECK(ouro::size_of(a) == 8 + 2 * sizeof(std::size_t) + 11);
  CHECK(std::string_view{a.c_str()} == "dependency");
  CHECK(a != interned_string{"dependencies"});
  CHECK(std::hash<interned_string>{}(a) == std::hash<interned_string>{}(b));
}

TEST_CASE("interned_string: dies with its last handle, and its value may come again") {
  const std::size_t before = interned_string::interned_count();
  {
    const auto word = "ephemeral"_is;
    CHECK(interned_string::interned_count() == before + 1);
  }
  CHECK(interned_string::interned_count() == before);
  CHECK("ephemeral"_is.view() == "ephemeral");
}

TEST_CASE("interned_string: the empty string and single characters are there for good") {
  const auto before = ouro::pool_allocator::statistics();
  CHECK(interned_string{} == ""_is);
  CHECK(""_is.empty());
  for (int c = 0; c != 256; ++c) {
    const char character = static_cast<char>(c);
    const interned_string one{std::string_view{&character, 1}};
    REQUIRE(is(one, interned_string{character}));
    REQUIRE(one.size() == 1);
    REQUIRE(one.data()[0] == character);
    REQUIRE(one.data()[1] == '\0');
  }
  CHECK(ouro::pool_allocator::statistics().used_blocks == before.used_blocks);
}

TEST_CASE("interned_string: NUL is a character like any other (trap 74)") {
  using namespace std::string_view_literals;
  CHECK(interned_string{"a\0b"sv} != interned_string{"a\0c"sv});
  CHECK(interned_string{"a\0b"sv} != interned_string{"a"sv});
  CHECK(interned_string{"a\0b"sv}.size() == 3);
}

TEST_CASE("interned_string: orders by content, streams its characters") {
  CHECK("abc"_is < "abd"_is);
  CHECK(("abc"_is <=> "abc"_is) == std::strong_ordering::equal);
  CHECK("abc"_is == "abc");
  std::ostringstream out;
  out << "some text"_is;
  CHECK(out.str() == "some text");
}

TEST_CASE("interned_string: a hit allocates nothing") {
  const auto word = "a word that is long enough for a block"_is;
  const auto before = ouro::pool_allocator::statistics();
  for (int i = 0; i != 100; ++i) CHECK(is(word, interned_string{"a word that is long enough for a block"}));
  const auto after = ouro::pool_allocator::statistics();
  CHECK(after.used_blocks == before.used_blocks);
  CHECK(after.pools == before.pools);
}

TEST_CASE("interned_string: a random history has as many objects as values (trap 71)") {
  const std::size_t before = interned_string::interned_count();
  std::mt19937 random{4711};
  std::vector<interned_string> handles;
  std::map<std::string, std::size_t> model;
  for (int i = 0; i != 100'000; ++i) {
    if (handles.empty() || random() % 100 < (i / 10'000 % 2 == 0 ? 60u : 40u)) {
      const std::string text = "key-" + std::to_string(random() % 5000);
      handles.emplace_back(text);
      ++model[text];
    } else {
      std::swap(handles[random() % handles.size()], handles.back());
      const auto at = model.find(std::string{handles.back().view()});
      if (--at->second == 0) model.erase(at);
      handles.pop_back();
    }
    if (i % 5000 == 0) REQUIRE(interned_string::interned_count() - before == model.size());
  }
  for (const auto& [text, count] : model) REQUIRE(ouro::ref_count(interned_string{text}) == count + 1);
}

TEST_CASE("interned_string: switched off, equal strings are two objects") {
  const auto word = "word"_is;
  interned_string::disable();
  CHECK_FALSE(is(word, "word"_is));
  CHECK("word"_is.view() == "word");
  interned_string::enable();
  CHECK(is(word, "word"_is));
}

TEST_CASE("intern: any hashable value; equal ones are one object") {
  const auto a = intern(std::string("value"));
  const ouro::interned<std::string> b{"value"};
  CHECK(a == b);
  CHECK(a->size() == 5);
  CHECK(ouro::ref_count(a) == 2);
  CHECK(intern(7) != intern(8));
  const std::unordered_set<ouro::interned<std::string>> set{a, b};
  CHECK(set.size() == 1);
}

TEST_CASE("intern: 0.0 and -0.0 differ, a NaN is itself, and types are not mixed (trap 74)") {
  const auto zero = intern(0.0);
  CHECK(zero != intern(-0.0));
  const auto nan = intern(std::numeric_limits<double>::quiet_NaN());
  CHECK(nan == intern(std::numeric_limits<double>::quiet_NaN()));
  const auto one = intern(1);
  const auto truth = intern(true);
  const auto real = intern(1.0);
  CHECK(ouro::id(one) != ouro::id(truth));
  CHECK(ouro::id(one) != ouro::id(real));
  CHECK(interner<int>::size() == 1);
}

TEST_CASE("interner: weak entries go with the last handle, immortal ones stay") {
  using keeping = interner<long, ouro::intern_hash<long>, ouro::intern_equal<long>, ouro::immortal_entries>;
  {
    const auto gone = interner<long>::intern(12345L);
  }
  CHECK(interner<long>::size() == 0);
  {
    const auto stays = keeping::intern(12345L);
  }
  CHECK(keeping::size() == 1);
  const auto again = keeping::intern(12345L);
  CHECK(keeping::size() == 1);
  CHECK(ouro::is_immortal(again.pointer()));
}

namespace {

/// A value whose comparison throws, or uses the cache, when a test wants it to.
struct touchy {
  int value;
  static inline std::function<void()> at_comparison;
  friend bool operator==(const touchy& left, const touchy& right) {
    if (at_comparison) at_comparison();
    return left.value == right.value;
  }
};

struct touchy_hash {
  static inline bool throws = false;
  std::size_t operator()(const touchy&) const {
    if (throws) throw std::runtime_error{"hash"};
    return 1;  // all alike, so that each look-up compares
  }
};

using touchy_interner = interner<touchy, touchy_hash>;

}  // namespace

TEST_CASE("interner: a hash or an equality that throws leaves the cache as it was (trap 72)") {
  const auto first = touchy_interner::intern(touchy{1});
  touchy_hash::throws = true;
  CHECK_THROWS_AS(static_cast<void>(touchy_interner::intern(touchy{2})), std::runtime_error);
  touchy_hash::throws = false;
  touchy::at_comparison = [] { throw std::runtime_error{"equal"}; };
  CHECK_THROWS_AS(static_cast<void>(touchy_interner::intern(touchy{2})), std::runtime_error);
  touchy::at_comparison = nullptr;
  CHECK(touchy_interner::size() == 1);
  CHECK(ouro::ref_count(first) == 1);
  CHECK(touchy_interner::intern(touchy{1}) == first);
}

TEST_CASE("interner: an equality that uses the cache sees a table that is whole (trap 72)") {
  std::vector<touchy_interner::handle> made;
  for (int i = 0; i != 10; ++i) made.push_back(touchy_interner::intern(touchy{i}));
  int calls = 0;
  touchy::at_comparison = [&] {
    if (++calls > 20) return;
    const auto keep = std::exchange(touchy::at_comparison, nullptr);
    for (int i = 0; i != 30; ++i) made.push_back(touchy_interner::intern(touchy{1000 * calls + i}));
    touchy::at_comparison = keep;
  };
  const auto last = touchy_interner::intern(touchy{9});
  touchy::at_comparison = nullptr;
  CHECK(last == made[9]);
  CHECK(touchy_interner::size() == made.size());
}

namespace {

/// Has each comparison intern a value that nobody has interned before.
struct restless {
  std::vector<touchy_interner::handle> inserted;

  restless() {
    touchy::at_comparison = [this] {
      const auto keep = std::exchange(touchy::at_comparison, nullptr);
      inserted.push_back(touchy_interner::intern(touchy{100'000 + static_cast<int>(inserted.size())}));
      touchy::at_comparison = keep;
    };
  }
  restless(const restless&) = delete;
  restless& operator=(const restless&) = delete;
  ~restless() { touchy::at_comparison = nullptr; }
};

}  // namespace

TEST_CASE("interner: an equality that interns another value at each comparison comes to an end (trap 72)") {
  std::vector<touchy_interner::handle> known;
  for (int i = 0; i != 20; ++i) known.push_back(touchy_interner::intern(touchy{i}));
  restless equality;
  // One that is known, behind others that are compared before it; and one that is new.
  const auto again = touchy_interner::intern(touchy{19});
  CHECK(again == known[19]);
  CHECK(touchy_interner::size() == 20 + equality.inserted.size());
  const std::size_t before = equality.inserted.size();
  const auto fresh = touchy_interner::intern(touchy{20});
  CHECK(fresh->value == 20);
  CHECK(ouro::ref_count(fresh) == 1);
  // Each of the rounds compares what the round before has inserted.
  CHECK(equality.inserted.size() - before <= 17 * touchy_interner::size());
  CHECK(touchy_interner::size() == 21 + equality.inserted.size());
  touchy::at_comparison = nullptr;
  CHECK(touchy_interner::intern(touchy{20}) == fresh);
}

TEST_CASE("interner: an equality that interns the very value makes one object of it (trap 72)") {
  const auto other = touchy_interner::intern(touchy{1});
  std::vector<touchy_interner::handle> meanwhile;
  touchy::at_comparison = [&] {
    const auto keep = std::exchange(touchy::at_comparison, nullptr);
    meanwhile.push_back(touchy_interner::intern(touchy{2}));
    touchy::at_comparison = keep;
  };
  const auto made = touchy_interner::intern(touchy{2});
  touchy::at_comparison = nullptr;
  REQUIRE(!meanwhile.empty());
  for (const auto& each : meanwhile) CHECK(each == made);
  CHECK(touchy_interner::size() == 2);
}

TEST_CASE("interner: an equality that throws after it has changed the cache leaves it whole (trap 72)") {
  std::vector<touchy_interner::handle> known;
  for (int i = 0; i != 3; ++i) known.push_back(touchy_interner::intern(touchy{i}));
  std::vector<touchy_interner::handle> meanwhile;
  int comparisons = 0;
  touchy::at_comparison = [&] {
    if (++comparisons == 3) throw std::runtime_error{"equal"};
    const auto keep = std::exchange(touchy::at_comparison, nullptr);
    meanwhile.push_back(touchy_interner::intern(touchy{100 + comparisons}));
    touchy::at_comparison = keep;
  };
  CHECK_THROWS_AS(static_cast<void>(touchy_interner::intern(touchy{50})), std::runtime_error);
  touchy::at_comparison = nullptr;
  CHECK(touchy_interner::size() == 3 + meanwhile.size());
  for (const auto& each : known) CHECK(ouro::ref_count(each) == 1);
  for (const auto& each : meanwhile) CHECK(ouro::ref_count(each) == 1);
}

TEST_CASE("small_int: from -5 to 256 there is one object per value, made before the program starts") {
  const auto before = ouro::pool_allocator::statistics();
  for (long long i = -5; i <= 256; ++i) {
    REQUIRE(is(small_int{i}, small_int{i}));
    REQUIRE(small_int{i}.value() == i);
  }
  CHECK(ouro::pool_allocator::statistics().used_blocks == before.used_blocks);
  for (const long long i :
       {-6LL, 257LL, std::numeric_limits<long long>::min(), std::numeric_limits<long long>::max()}) {
    CHECK_FALSE(is(small_int{i}, small_int{i}));
    CHECK(small_int{i} == small_int{i});
    CHECK(small_int{i}.value() == i);
  }
  CHECK(small_int{3} < small_int{1000});
  CHECK(ouro::id(small_int{1}) != ouro::id(small_int{2}));
}

TEST_CASE("small_int: the range is a parameter") {
  using python_3_15 = ouro::basic_small_int<int, -5, 1024>;
  CHECK(is(python_3_15{1024}, python_3_15{1024}));
  CHECK_FALSE(is(python_3_15{1025}, python_3_15{1025}));
}

TEST_CASE("interned_string: many at a time are the same objects as one by one") {
  // More than a group, with repetitions, short ones and such as are there already.
  std::vector<std::string> texts;
  for (std::size_t i = 0; i != 50; ++i) texts.push_back("text " + std::to_string(i % 20));
  texts.insert(texts.end(), {"", "x", "a string that is longer than what four loads of eight bytes reach"});
  const std::size_t before = interned_string::interned_count();
  const interned_string known{texts[3]};
  std::vector<interned_string> all;
  interned_string::intern_all(texts.begin(), texts.end(), std::back_inserter(all));
  REQUIRE(all.size() == texts.size());
  for (std::size_t i = 0; i != texts.size(); ++i) CHECK(all[i] == interned_string{texts[i]});
  CHECK(all[3] == known);
  CHECK(all[23] == known);
  CHECK(interned_string::interned_count() == before + 21);

  std::string_view views[] = {"one", "two"};
  interned_string two[2];
  CHECK(interned_string::intern_all(views, views + 2, two) == two + 2);
  CHECK(two[1].view() == "two");
  CHECK(interned_string::intern_all(views, views, two) == two);
}

TEST_CASE("small_int: handles to the integers of the table move, swap and leave as the others do") {
  small_int small{7};
  small_int large{1000};
  const small_int copy = large;
  CHECK(ouro::ref_count(large.pointer()) == 2);
  std::swap(small, large);
  CHECK(small.value() == 1000);
  CHECK(large.value() == 7);
  CHECK(is(small, copy));
  small = large;
  CHECK(ouro::ref_count(copy.pointer()) == 1);
  small = std::move(large);
  CHECK(is(small, small_int{7}));
  small_int& alias = small;
  small = alias;
  CHECK(small.value() == 7);
  CHECK(ouro::is_immortal(small.pointer()));
}

TEST_CASE(
    "interned_string: released, shared and adopted, a handle counts as before; those made at compile time not at all") {
  for (const char* const text : {"a string of its own", "x", ""}) {
    const ouro::interned_string kept{text};
    const std::size_t before = ouro::ref_count(kept);
    const auto raw = ouro::interned_string{kept}.release();
    CHECK(raw == kept.pointer().get());
    const bool is_counted = !ouro::is_immortal(kept.pointer());
    CHECK(ouro::ref_count(kept) == before + (is_counted ? 1 : 0));
    {
      const ouro::interned_string shared = ouro::interned_string::share(raw);
      CHECK(is(shared, kept));
      CHECK(ouro::ref_count(kept) == before + (is_counted ? 2 : 0));
    }
    const ouro::interned_string adopted = ouro::interned_string::adopt(raw);
    CHECK(is(adopted, kept));
    CHECK(ouro::ref_count(kept) == before + (is_counted ? 1 : 0));
  }
}

TEST_CASE("interner: switched off, equal values are two objects, and the cache knows neither") {
  using longs = interner<long>;
  const auto known = longs::intern(77L);
  CHECK(longs::is_enabled());
  longs::disable();
  CHECK_FALSE(longs::is_enabled());
  const auto one = longs::intern(77L);
  const auto two = longs::intern(77L);
  CHECK(one != known);
  CHECK(one != two);
  CHECK(*one == *two);
  CHECK(longs::size() == 1);
  longs::enable();
  CHECK(longs::is_enabled());
  CHECK(longs::intern(77L) == known);
}

namespace {

/// Of a cache that no heap knows before its test.
struct unmet {
  int value;
  friend bool operator==(const unmet&, const unmet&) = default;
};

struct unmet_hash {
  std::size_t operator()(const unmet& of) const { return static_cast<std::size_t>(of.value); }
};

}  // namespace

TEST_CASE("interner: switched off in one heap, it is on in the others") {
  using cache = interner<unmet, unmet_hash>;
  ouro::heap one;
  {
    const ouro::heap::scope in{one};
    cache::disable();
    CHECK_FALSE(cache::is_enabled());
  }
  CHECK(cache::is_enabled());
  {
    const ouro::heap::scope in{one};
    CHECK_FALSE(cache::is_enabled());
    cache::enable();
  }
  cache::disable();
  {
    const ouro::heap::scope in{one};
    CHECK(cache::is_enabled());
    const auto made = cache::intern(unmet{1});
  }
  CHECK_FALSE(cache::is_enabled());
  cache::enable();
}

namespace {

/// A value whose copy interns its like.
struct nested {
  int value;
  static inline bool interns = false;
  explicit nested(int of) : value{of} {}
  nested(const nested& from);
  friend bool operator==(const nested& left, const nested& right) { return left.value == right.value; }
};

struct nested_hash {
  std::size_t operator()(const nested& of) const { return static_cast<std::size_t>(of.value); }
};

std::vector<interner<nested, nested_hash>::handle> made_meanwhile;

nested::nested(const nested& from) : value{from.value} {
  if (!std::exchange(interns, false)) return;
  made_meanwhile.push_back(interner<nested, nested_hash>::intern(nested{from.value}));
}

}  // namespace

TEST_CASE("interner: a value whose copy has interned an equal one comes back as that one (trap 72)") {
  nested::interns = true;
  const nested original{5};
  const auto made = interner<nested, nested_hash>::intern(original);
  REQUIRE(made_meanwhile.size() == 1);
  CHECK(made == made_meanwhile[0]);
  CHECK((interner<nested, nested_hash>::size() == 1));
  made_meanwhile.clear();
}

TEST_CASE("small_int: is the integer that it holds") {
  const small_int small{7};
  const small_int large{1'000'000};
  CHECK(*small == 7);
  CHECK(static_cast<long long>(large) == 1'000'000);
  CHECK(std::hash<small_int>{}(large) == std::hash<long long>{}(1'000'000));
  CHECK(std::hash<small_int>{}(large) == std::hash<small_int>{}(small_int{1'000'000}));
  CHECK(ouro::type_name(small.pointer()) == ouro::type_name<long long>());
  CHECK(ouro::type_name(large.pointer()) == ouro::type_name<long long>());
}

TEST_CASE("interned_string: converts to a view of its characters") {
  const auto word = "characters"_is;
  CHECK(static_cast<std::string_view>(word) == "characters");
  CHECK(static_cast<std::string_view>(word).data() == word.data());
}

TEST_CASE("interned_string: more characters than memory has addresses are refused") {
  constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max());
  using body = ouro::detail::string_body<ouro::no_locking>;
  const char character = 'x';
  CHECK_THROWS_AS(static_cast<void>(body::make(std::string_view{&character, most}, 0)), std::bad_array_new_length);
}

namespace {

struct entry {
  std::size_t hash;
};

}  // namespace

TEST_CASE("intern_table: empty, it has nothing to find, to bring near or to take out") {
  ouro::detail::intern_table<entry> table;
  entry one{1};
  const auto any = [](entry&) { return true; };
  table.fetch_slot(1);
  table.fetch_entry(1);
  table.erase(one);
  CHECK(table.size() == 0);
  CHECK(table.bytes() == 0);
  CHECK(table.find(1, any) == nullptr);
  table.reserve();
  table.insert(one);
  table.fetch_slot(1);
  table.fetch_entry(1);
  CHECK(table.find(1, any) == &one);
  table.erase(one);
  CHECK(table.bytes() == 0);
}

TEST_CASE("intern_table: the place of one that was taken out is passed over, and used again") {
  ouro::detail::intern_table<entry> table;
  entry all[4] = {{0}, {0}, {0}, {0}};  // one behind the other, with the tag of a place that is erased
  for (entry& each : all) {
    table.reserve();
    table.insert(each);
  }
  table.erase(all[1]);
  std::vector<entry*> met;
  const auto note = [&met](entry& each) {
    met.push_back(&each);
    return false;
  };
  CHECK(table.find(0, note) == nullptr);
  CHECK(met == std::vector<entry*>{&all[0], &all[2], &all[3]});
  met.clear();
  table.reserve();
  table.insert(all[1]);
  CHECK(table.find(0, note) == nullptr);
  CHECK(met == std::vector<entry*>{&all[0], &all[1], &all[2], &all[3]});
  table.clear();
}

TEST_CASE("intern: the padding of a long double is no part of it") {
  alignas(long double) unsigned char room[2][sizeof(long double)];
  std::memset(room[0], 0x00, sizeof room[0]);
  std::memset(room[1], 0xFF, sizeof room[1]);
  const auto* const one = ::new (static_cast<void*>(room[0])) long double(1.5L);
  const auto* const other = ::new (static_cast<void*>(room[1])) long double(1.5L);
  CHECK(ouro::intern_hash<long double>{}(*one) == ouro::intern_hash<long double>{}(*other));
  CHECK(ouro::intern_equal<long double>{}(*one, *other));
  CHECK(intern(*one) == intern(*other));
  CHECK(intern(*one) != intern(-1.5L));
}
