#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>

using ouro::make;

namespace {

using placeholders = ouro::detail::copy_placeholders<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>;
using header = ouro::detail::header<ouro::local_refcount>;

constexpr std::size_t unit = sizeof(ouro::detail::placeholder_unit);

/// What the pointer leads to, as its header.
header& header_of(const placeholders::pointer& object) {
  return *static_cast<header*>(const_cast<void*>(object.owner()));
}

}  // namespace

TEST_CASE(
    "copy_placeholders: a placeholder is an object of its own, as large as the original at least, and full of zeros") {
  placeholders made;
  const placeholders::pointer original = make<std::string>("original");
  CHECK(made.find(original) == nullptr);
  for (const std::size_t bytes : {std::size_t{1}, unit, unit + 1}) {
    placeholders one;
    const placeholders::pointer placeholder = one.make(original, bytes);
    CHECK(placeholder.use_count() == 2);
    CHECK(original.use_count() == 2);
    const auto* const zeros = static_cast<const unsigned char*>(placeholder.get());
    CHECK(std::all_of(zeros, zeros + bytes, [](unsigned char byte) { return byte == 0; }));
    REQUIRE(one.find(original) != nullptr);
    CHECK(one.find(original)->placeholder == placeholder);
    CHECK(one.find(original)->units == (bytes == unit + 1 ? 2 : 1));
    CHECK(one.find_placeholder(header_of(placeholder)) == one.find(original));
    CHECK(one.find_placeholder(header_of(original)) == nullptr);
  }
  CHECK(original.use_count() == 1);
}

TEST_CASE("copy_placeholders: check_replaced finds a placeholder that a pointer leads to, or that was written to") {
  placeholders made;
  const placeholders::pointer original = make<std::string>("original");
  placeholders::pointer held = made.make(original, 2 * unit);
  CHECK_THROWS_AS(made.check_replaced(0), ouro::copy_unfinished);
  CHECK_NOTHROW(made.check_replaced(1));
  auto* const bytes = static_cast<unsigned char*>(held.get());
  held.reset();
  CHECK_NOTHROW(made.check_replaced(0));
  for (const std::size_t at : {std::size_t{0}, 2 * unit - 1}) {
    bytes[at] = 1;
    CHECK_THROWS_WITH_AS(made.check_replaced(0), doctest::Contains("string"), ouro::copy_unfinished);
    bytes[at] = 0;
  }
  CHECK_NOTHROW(made.check_replaced(0));
}

TEST_CASE("copy_placeholders: shrink drops the placeholders that were made last") {
  placeholders made;
  const placeholders::pointer first = make<int>(1);
  const placeholders::pointer second = make<int>(2);
  const placeholders::pointer placeholder = made.make(first, unit);
  made.make(second, unit);
  CHECK(made.size() == 2);
  made.shrink(1);
  CHECK(made.size() == 1);
  CHECK(made.find(second) == nullptr);
  CHECK(second.use_count() == 1);
  CHECK(made.find_placeholder(header_of(placeholder)) == made.find(first));
}
