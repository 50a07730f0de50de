#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <memory_resource>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using ouro::intern;
using ouro::interned_string;
using ouro::is;
using namespace ouro::literals;
using namespace std::string_view_literals;

namespace {

struct folding : std::char_traits<char> {};

template <class Text>
constexpr bool is_text = std::is_same_v<decltype(intern(std::declval<Text>())), interned_string>;

static_assert(is_text<std::string> && is_text<std::string&> && is_text<const std::string&> &&
              is_text<const std::string>);
static_assert(is_text<std::string_view> && is_text<std::string_view&> && is_text<std::pmr::string>);
static_assert(is_text<const char (&)[5]> && is_text<char (&)[5]> && is_text<char (&&)[5]> &&
              is_text<const char (&)[1]>);
static_assert(is_text<const char*> && is_text<char*> && is_text<const char*&> && is_text<char* const&>);
static_assert(!is_text<std::u8string> && !is_text<int> && !is_text<char>);

template <class Text, class Char>
constexpr bool is_text_of =
    std::is_same_v<decltype(intern(std::declval<Text>())), ouro::interned<std::basic_string<Char>>>;

static_assert(is_text_of<const char8_t (&)[3], char8_t> && is_text_of<std::u8string_view, char8_t>);
static_assert(is_text_of<const wchar_t (&)[3], wchar_t> && is_text_of<std::wstring&, wchar_t>);
static_assert(is_text_of<const char16_t*, char16_t> && is_text_of<const std::u32string&, char32_t>);

using folded = std::basic_string<char, folding>;
static_assert(ouro::detail::text<std::string> && !ouro::detail::text<folded> && !ouro::detail::text<signed char[4]>);
static_assert(std::is_same_v<decltype(intern(1)), ouro::interned<int>>);
static_assert(std::is_same_v<decltype(intern('x')), ouro::interned<char>>);

}  // namespace

TEST_CASE("intern: a text is one interned_string, in whichever form it comes") {
  const std::size_t before = interned_string::interned_count();
  {
    const interned_string known = intern("a longer text");
    CHECK(interned_string::interned_count() == before + 1);
    char buffer[32] = "a longer text";
    const std::string string{buffer};
    CHECK(is(known, intern(string)));
    CHECK(is(known, intern(std::string{"a longer "} + "text")));
    CHECK(is(known, intern(std::string_view{string})));
    CHECK(is(known, intern("a longer text, cut off"sv.substr(0, 13))));
    CHECK(is(known, intern(std::pmr::string{buffer})));
    CHECK(is(known, intern(buffer)));
    CHECK(is(known, intern(static_cast<const char*>(buffer))));
    CHECK(is(known, intern(static_cast<char*>(buffer))));
    CHECK(is(known, interned_string{"a longer text"}));
    CHECK(ouro::ref_count(known) == 1);
    buffer[0] = 'A';
    CHECK_FALSE(is(known, intern(buffer)));
    CHECK(known.view() == "a longer text");
  }
  CHECK(interned_string::interned_count() == before);
  CHECK(is(intern(""), interned_string{}));
  CHECK(is(intern("x"), interned_string{'x'}));
}

TEST_CASE("intern: strings and views keep their NULs, and arrays end with the first one (trap 74)") {
  const char text[] = "one\0two";
  CHECK(intern(std::string{"one\0two", 7}).view() == "one\0two"sv);
  CHECK(intern("one\0two"sv).size() == 7);
  CHECK(is(intern("one\0two"sv), "one\0two"_is));
  CHECK(is(intern(text), intern("one")));
  const char open[3] = {'o', 'n', 'e'};
  CHECK(is(intern(open), intern("one")));
  const char empty[2] = {'\0', 'x'};
  CHECK(is(intern(empty), interned_string{}));
}

TEST_CASE("intern: texts of other characters are one object for each text and type of character") {
  const auto wide = intern(L"wide");
  CHECK(is(wide, intern(std::wstring{L"wide"})));
  CHECK(is(wide, intern(std::wstring_view{L"wide"})));
  CHECK(*wide == L"wide");
  const char16_t open[2] = {u'a', u'b'};
  CHECK(is(intern(open), intern(u"ab")));
  CHECK(is(intern(u8"ab"), intern(std::u8string{u8"ab"})));
  CHECK(intern(U"a\0b"sv)->size() == 3);
  CHECK(ouro::interner<std::wstring>::size() == 1);
}
