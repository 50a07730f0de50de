#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <compare>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace ouro::literals;
using ouro::interned_string;
using ouro::is;

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

TEST_CASE("interned_string: dies with its last handle, and the same characters can be interned again") {
  const std::size_t before = interned_string::interned_count();
  {
    const auto word = "ephemeral"_is;
    CHECK(interned_string::interned_count() == before + 1);
  }
  CHECK(interned_string::interned_count() == before);
  CHECK("ephemeral"_is.view() == "ephemeral");
}

TEST_CASE("interned_string: the empty string and strings of one character are immortal") {
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

TEST_CASE("interned_string: is ordered by content, and a stream writes its characters") {
  CHECK("abc"_is < "abd"_is);
  CHECK(("abc"_is <=> "abc"_is) == std::strong_ordering::equal);
  CHECK("abc"_is == "abc");
  std::ostringstream out;
  out << "some text"_is;
  CHECK(out.str() == "some text");
}

TEST_CASE("interned_string: interning a known string allocates nothing") {
  const auto word = "a word that is long enough for a block"_is;
  const auto before = ouro::pool_allocator::statistics();
  for (int i = 0; i != 100; ++i) CHECK(is(word, interned_string{"a word that is long enough for a block"}));
  const auto after = ouro::pool_allocator::statistics();
  CHECK(after.used_blocks == before.used_blocks);
  CHECK(after.pools == before.pools);
}

TEST_CASE("interned_string: after random interning and dropping there are as many objects as values (trap 71)") {
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

TEST_CASE("interned_string: while disabled, equal strings are two objects") {
  const auto word = "word"_is;
  interned_string::disable();
  CHECK_FALSE(is(word, "word"_is));
  CHECK("word"_is.view() == "word");
  interned_string::enable();
  CHECK(is(word, "word"_is));
}

TEST_CASE("interned_string: intern_all gives the same objects as interning one by one") {
  // More than one group of 16, with repetitions, short strings and known strings.
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

TEST_CASE("interned_string: release, share and adopt keep the count exact, also of immortal strings") {
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

TEST_CASE("interned_string: converts to a view of its characters") {
  const auto word = "characters"_is;
  CHECK(static_cast<std::string_view>(word) == "characters");
  CHECK(static_cast<std::string_view>(word).data() == word.data());
}
