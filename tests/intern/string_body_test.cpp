#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <new>
#include <string_view>

TEST_CASE("string_body: a length beyond the address space throws bad_array_new_length") {
  constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max());
  using body = ouro::detail::string_body<ouro::no_locking>;
  const char character = 'x';
  CHECK_THROWS_AS(static_cast<void>(body::make(std::string_view{&character, most}, 0)), std::bad_array_new_length);
}

TEST_CASE("string_body: one block has the header, the hash, the length, the characters and a NUL") {
  using body = ouro::detail::string_body<ouro::no_locking>;
  const std::size_t before = ouro::interned_string::interned_count();
  const std::string_view characters{"one\0two", 7};
  {
    const auto made = body::make(characters, 0x1234);
    CHECK(made.use_count() == 1);
    CHECK(made->hash == 0x1234);
    CHECK(made->length == 7);
    CHECK(made->view() == characters);
    CHECK(static_cast<const void*>(made->view().data()) == made.get() + 1);
    CHECK(made->characters()[7] == '\0');
    CHECK(ouro::size_of(made) == 8 + 2 * sizeof(std::size_t) + 7 + 1);
    CHECK(ouro::type_name(made) == "ouro::interned_string");
    CHECK(made->holds(characters));
    CHECK_FALSE(made->holds("one"));
    CHECK_FALSE(made->holds({"one\0twx", 7}));
  }
  CHECK(ouro::interned_string::interned_count() == before);  // no table knows it
}

TEST_CASE("string_body: the strings of one character and the empty one are immortal objects that lie in no pool") {
  using strings = ouro::detail::short_strings<ouro::no_locking>;
  const std::size_t before = ouro::pool_allocator::statistics().used_blocks;
  for (int code = 0; code != 256; ++code) {
    const char character = static_cast<char>(code);
    const auto found = strings::get({&character, 1});
    REQUIRE(ouro::is_immortal(found));
    REQUIRE(found->view() == std::string_view{&character, 1});
    REQUIRE(found->characters()[1] == '\0');
    REQUIRE(strings::get({&character, 1}) == found);
  }
  CHECK(strings::get({})->view().empty());
  CHECK(strings::get({})->characters()[0] == '\0');
  CHECK(ouro::pool_allocator::statistics().used_blocks == before);
}
