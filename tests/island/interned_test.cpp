#include "island/nodes.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <set>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

using namespace ouro::test;
using ouro::interned;
using ouro::interned_string;
using ouro::interner;
using ouro::make;
using ouro::ptr;
using ouro::small_int;
using namespace ouro::literals;

namespace {

struct element {
  interned_string tag;
  std::vector<ptr<element>> children;
  ouro::dict<interned_string, interned_string> attributes;
};

struct by_address {
  bool operator()(const interned_string& left, const interned_string& right) const {
    return std::less<>{}(left.data(), right.data());
  }
};

/// Each kind of container that finds elements by their keys.
struct keyed {
  ouro::dict<interned_string, int> dict;
  std::unordered_map<interned_string, interned_string> map;
  std::unordered_set<interned_string> set;
  std::unordered_multimap<interned_string, int> multimap;
  std::map<interned_string, int, by_address> ordered;
  std::set<interned_string> by_text;
  std::map<int, std::unordered_map<interned_string, int>> nested;
  std::priority_queue<std::pair<interned_string, int>> queue;

  void fill(const std::vector<interned_string>& names) {
    int i = 0;
    for (const auto& each : names) {
      dict[each] = i;
      map.emplace(each, each);
      set.insert(each);
      multimap.emplace(each, i);
      multimap.emplace(each, i);
      ordered[each] = i;
      by_text.insert(each);
      nested[i % 3][each] = i;
      queue.emplace(each, i++);
    }
  }

  [[nodiscard]] bool finds(const std::vector<interned_string>& names) {
    int i = 0;
    for (const auto& each : names) {
      if (!dict.contains(each) || dict.at(each) != i || !map.contains(each) || map.at(each) != each) return false;
      if (!set.contains(each) || multimap.count(each) != 2) return false;
      if (!ordered.contains(each) || !by_text.contains(each) || nested[i % 3].at(each) != i) return false;
      ++i;
    }
    return queue.size() == names.size() && set.size() == names.size();
  }
};

using walking = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;

template <class Memory>
struct crowded {
  std::vector<typename Memory::template ptr<crowded>> children;
  ouro::dict<interned_string, int> numbers;
};

struct point {
  int x;
  int y;
  bool operator==(const point&) const = default;
};

std::vector<interned_string> some_names(int many) {
  std::vector<interned_string> names;
  for (int i = 0; i != many; ++i) names.emplace_back("name number " + std::to_string(i));
  return names;
}

}  // namespace

template <>
struct std::hash<point> {
  std::size_t operator()(const point& of) const noexcept { return static_cast<std::size_t>(of.x * 31 + of.y); }
};

TEST_CASE("island: strings that nothing else uses leave the table of their thread, and come into that of another") {
  const std::size_t before = interned_string::interned_count();
  auto root = make<element>();
  root->tag = "a tag of a document"_is;
  root->children.push_back(make<element>());
  root->children[0]->tag = root->tag;
  const char* const address = root->tag.data();
  auto gone = leave(root);
  CHECK(interned_string::interned_count() == before);
  elsewhere([&] {
    const auto here = std::move(gone).open();
    CHECK(here->tag.data() == address);  // not copied
    CHECK("a tag of a document"_is == here->tag);
    CHECK(interned_string::interned_count() == 1);
    CHECK(here->children[0]->tag == here->tag);
  });
}

TEST_CASE("island: strings that the other thread has, too, are those there") {
  auto root = make<element>();
  root->tag = "a tag of two threads"_is;
  root->children.push_back(make<element>());
  root->attributes["first"_is] = "a tag of two threads"_is;
  root->attributes["another name"_is] = "value"_is;
  auto gone = leave(root);
  elsewhere([&] {
    const auto known = "a tag of two threads"_is;
    const auto name = "another name"_is;
    const std::size_t before = interned_string::interned_count();
    {
      const auto here = std::move(gone).open();
      CHECK(here->tag == known);
      CHECK(here->attributes.at("first"_is) == known);
      CHECK(here->attributes.at(name) == "value"_is);
      CHECK(ouro::ref_count(known) == 3);
      CHECK(interned_string::interned_count() == before + 2);
    }
    CHECK(ouro::ref_count(known) == 1);
    CHECK(interned_string::interned_count() == before);
  });
}

TEST_CASE("island: strings that their thread goes on using are copied") {
  const auto kept = "a string that stays"_is;
  auto root = make<element>();
  root->tag = kept;
  root->attributes[kept] = kept;
  CHECK(ouro::ref_count(kept) == 4);
  auto gone = leave(root);
  CHECK(ouro::ref_count(kept) == 1);
  CHECK("a string that stays"_is == kept);
  elsewhere([&] {
    const auto here = std::move(gone).open();
    CHECK(here->tag.data() != kept.data());
    CHECK(here->tag.view() == kept.view());
    CHECK(here->attributes.at(here->tag) == here->tag);
    CHECK(ouro::ref_count(here->tag) == 3);
  });
}

TEST_CASE("island: a structure that stays has the strings that it had") {
  const auto kept = "a string that stays"_is;
  auto root = make<element>();
  root->tag = kept;
  root->attributes["another"_is] = kept;
  const auto held = root;
  static_cast<void>(reason_to_stay(root));
  CHECK(root->tag == kept);
  CHECK(ouro::ref_count(kept) == 3);
  CHECK(root->attributes.at("another"_is) == kept);
}

TEST_CASE("island: containers that find elements by strings find them again") {
  for (const bool keeps : {false, true}) {
    for (const bool knows : {false, true}) {
      CAPTURE(keeps);
      CAPTURE(knows);
      auto root = make<keyed>();
      std::vector<interned_string> names = some_names(50);
      root->fill(names);
      CHECK(root->finds(names));
      if (!keeps) names.clear();
      auto gone = leave(root);
      elsewhere([&] {
        std::vector<interned_string> known;
        if (knows) known = some_names(50);
        const auto here = std::move(gone).open();
        if (!knows) known = some_names(50);
        CHECK(here->finds(known));
      });
      CHECK(some_names(50) == (keeps ? names : some_names(50)));
    }
  }
}

TEST_CASE("island: back in the heap that it came from") {
  auto names = some_names(10);
  auto root = make<keyed>();
  root->fill(names);
  auto gone = leave(root);
  root = std::move(gone).open();
  CHECK(root->finds(names));
  for (const auto& each : names) CHECK(ouro::ref_count(each) > 10);
  names.clear();
  gone = leave(root);
  root = std::move(gone).open();
  CHECK(root->finds(some_names(10)));
}

TEST_CASE("island: an island that nobody opens ends its strings") {
  const std::size_t before = interned_string::interned_count();
  const auto kept = "a string that stays"_is;
  auto root = make<element>();
  root->tag = kept;
  root->attributes["a string that nobody else has"_is] = kept;
  auto gone = leave(root);
  elsewhere([&] { const auto ended = std::move(gone); });
  CHECK(ouro::ref_count(kept) == 1);
  CHECK(interned_string::interned_count() == before + 1);
}

TEST_CASE("island: small integers are everybody's, and larger ones go along or are copied") {
  struct numbers {
    small_int small = 5;
    small_int own = 5'000'000;
    small_int also_kept = 6'000'000;
    std::vector<small_int> same;
  };
  auto root = make<numbers>();
  root->same.push_back(root->own);
  const small_int kept = root->also_kept;
  const small_int small = root->small;
  const auto own = ouro::id(root->own);
  auto gone = leave(root);
  CHECK(ouro::ref_count(kept) == 1);
  elsewhere([&] {
    const auto here = std::move(gone).open();
    CHECK(ouro::is(here->small, small));
    CHECK(ouro::id(here->own) == own);
    CHECK(ouro::is(here->same[0], here->own));
    CHECK(here->also_kept == 6'000'000);
    CHECK_FALSE(ouro::is(here->also_kept, kept));
  });
  CHECK(kept == 6'000'000);
}

TEST_CASE("island: short strings, and values that threads share, are everybody's") {
  using shared_interner =
      interner<point, ouro::intern_hash<point>, ouro::intern_equal<point>, ouro::weak_entries, ouro::mutex_locking>;
  struct values {
    interned_string one{"x"};
    interned_string none;
    interned<point, shared_interner> shared{point{1, 2}};
    ouro::basic_interned_string<ouro::mutex_locking> text{"a text for all threads"};
  };
  auto root = make<values>();
  const auto shared = root->shared;
  auto gone = leave(root);
  elsewhere([&] {
    const auto here = std::move(gone).open();
    CHECK(here->one == "x"_is);
    CHECK(here->none.empty());
    CHECK(here->shared == shared);
  });
  CHECK(ouro::ref_count(shared) == 1);
}

TEST_CASE("island: values of other types are interned anew") {
  struct values {
    interned<point> first{point{1, 2}};
    interned<point> second{point{3, 4}};
    interned<std::string> text{std::string{"text"}};
  };
  auto root = make<values>();
  const auto kept = root->first;
  const auto* const moved = &*root->second;
  const std::size_t before = interner<point>::size();
  auto gone = leave(root);
  CHECK(interner<point>::size() == before - 1);
  elsewhere([&] {
    const interned<std::string> known{std::string{"text"}};
    const auto here = std::move(gone).open();
    CHECK(here->first == interned<point>{point{1, 2}});
    CHECK(here->first.get() == kept.get());
    CHECK_FALSE(ouro::is(here->first, kept));
    CHECK(&*here->second == moved);
    CHECK(here->second == interned<point>{point{3, 4}});
    CHECK(here->text == known);
    CHECK(ouro::ref_count(known) == 2);
  });
}

TEST_CASE("island: immortal values of a thread are carried over as they are") {
  using immortal = interner<point, ouro::intern_hash<point>, ouro::intern_equal<point>, ouro::immortal_entries>;
  struct values {
    interned<point, immortal> first{point{1, 2}};
    interned<point, immortal> known{point{3, 4}};
  };
  auto root = make<values>();
  const auto first = root->first;
  auto gone = leave(root);
  CHECK(interned<point, immortal>{point{1, 2}} == first);
  ouro::heap other;  // the table of a thread that ends is never freed, if it has immortal values
  {
    const ouro::heap::scope in{other};
    const interned<point, immortal> known{point{3, 4}};
    auto here = std::move(gone).open();
    CHECK(here->first == first);
    CHECK(here->first == interned<point, immortal>{point{1, 2}});
    CHECK(here->known == known);
    gone = leave(here);
  }
  root = std::move(gone).open();
  CHECK(root->first == first);
  CHECK(root->known != interned<point, immortal>{point{1, 2}});
}

TEST_CASE("island: values that cannot be copied, or hold values of their thread, are obstacles") {
  struct uncopied {
    explicit uncopied(int of) : number{of} {}
    uncopied(uncopied&&) = default;
    int number;
  };
  struct number_hash {
    std::size_t operator()(const uncopied& of) const noexcept { return static_cast<std::size_t>(of.number); }
  };
  struct number_equal {
    bool operator()(const uncopied& left, const uncopied& right) const noexcept { return left.number == right.number; }
  };
  using numbers = interner<uncopied, number_hash, number_equal>;
  struct values {
    interned<uncopied, numbers> value{uncopied{3}};
  };
  auto root = make<values>();
  {
    const auto kept = root->value;
    CHECK(says(reason_to_stay(root), "an interned value that others use cannot be copied"));
  }
  CHECK(leave(root));

  struct string_hash {
    std::size_t operator()(const std::vector<interned_string>& of) const noexcept { return of.size(); }
  };
  using lists = interner<std::vector<interned_string>, string_hash>;
  struct nested {
    interned<std::vector<interned_string>, lists> value{std::vector<interned_string>{"a name of some length"_is}};
  };
  auto other = make<nested>();
  CHECK(says(reason_to_stay(other), "an interned value holds pointers or values of its thread"));
}

TEST_CASE("island: while interning is switched off, each value remains one of its own") {
  auto root = make<element>();
  root->tag = "some tag or other"_is;
  auto gone = leave(root);
  elsewhere([&] {
    const auto known = "some tag or other"_is;
    interned_string::disable();
    interner<point>::disable();
    const auto here = std::move(gone).open();
    CHECK(here->tag != known);
    CHECK(here->tag.view() == known.view());
    struct values {
      interned<point> first{point{1, 2}};
    };
    auto other = make<values>();
    auto back = leave(other);
    CHECK(std::move(back).open()->first->x == 1);
    interned_string::enable();
    interner<point>::enable();
  });
}

TEST_CASE("island: an immortal object that leads to an interned value") {
  const auto immortal = make<element>();
  immortal->tag = "a tag that never dies"_is;
  ouro::immortalize(immortal);
  auto root = make<element>();
  root->children.push_back(immortal);
  CHECK(says(reason_to_stay(root), "it is immortal, and leads to an interned value of one thread"));
}

TEST_CASE_TEMPLATE("island: a heap at its limit collects while a structure is about to leave, and then refuses", Memory,
                   ouro::default_memory, walking) {
  typename Memory::heap full;
  const typename Memory::heap::scope in{full};
  using object = crowded<Memory>;
  auto root = Memory::template make<object>();
  root->children.push_back(Memory::template make<object>());
  root->children[0]->children.push_back(root);
  for (const auto& each : some_names(20'000)) root->numbers[each] = 1;
  const auto kept = root->numbers.begin()->first;
  {
    const auto candidate = root->children[0];
  }
  full.set_limit(full.statistics().pool_bytes + full.statistics().large_bytes);
  ouro::not_an_island why;
  CHECK_FALSE(full.try_detach(std::move(root), &why));
  CHECK(why.is_out_of_memory());
  CHECK(says(why, "memory is exhausted"));
  CHECK(root->numbers.contains(kept));
  full.set_limit(Memory::heap::unlimited);
  root.reset();
  CHECK(Memory::gc::collect() == 2);
}

namespace {

struct nosy;
using nosy_values = interner<nosy, struct nosy_hash>;
struct user_of_nosy;
ptr<user_of_nosy> taken;
const ptr<user_of_nosy>* to_take = nullptr;

/// A value whose copy takes a pointer to the object that it is copied for.
struct nosy {
  explicit nosy(int of) : number{of} {}
  nosy(nosy&&) = default;
  inline nosy(const nosy& from);
  bool operator==(const nosy& other) const { return number == other.number; }
  int number;
};
struct nosy_hash {
  std::size_t operator()(const nosy& of) const noexcept { return static_cast<std::size_t>(of.number); }
};
struct user_of_nosy {
  interned<nosy, nosy_values> value{nosy{1}};
};
nosy::nosy(const nosy& from) : number{from.number} {
  if (to_take != nullptr) taken = *to_take;
}

}  // namespace

TEST_CASE("island: a structure that is used while it is about to leave stays") {
  auto root = make<user_of_nosy>();
  const auto kept = root->value;
  const ptr<user_of_nosy>* const before = std::exchange(to_take, &root);
  ouro::not_an_island why;
  CHECK_FALSE(ouro::heap::current().try_detach(std::move(root), &why));
  CHECK(says(why, "it was used while it was about to leave"));
  to_take = before;
  CHECK(root.use_count() == 2);
  taken.reset();
  CHECK(root->value == kept);
  CHECK(leave(root));
}
