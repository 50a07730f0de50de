#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>

using ouro::make;

namespace {

using promises = ouro::detail::promised_copies<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>;
using header = ouro::detail::header<ouro::local_refcount>;

constexpr std::size_t unit = sizeof(ouro::detail::copy_to_come);

/// What the pointer leads to, as its header.
header& header_of(const promises::pointer& object) { return *static_cast<header*>(const_cast<void*>(object.owner())); }

}  // namespace

TEST_CASE("promised_copies: a stand-in is an object of its own, as large as the original at least, and full of zeros") {
  promises given;
  const promises::pointer original = make<std::string>("original");
  CHECK(given.find(original) == nullptr);
  for (const std::size_t bytes : {std::size_t{1}, unit, unit + 1}) {
    promises one;
    const promises::pointer stand_in = one.give(original, bytes);
    CHECK(stand_in.use_count() == 2);
    CHECK(original.use_count() == 2);
    const auto* const zeros = static_cast<const unsigned char*>(stand_in.get());
    CHECK(std::all_of(zeros, zeros + bytes, [](unsigned char byte) { return byte == 0; }));
    REQUIRE(one.find(original) != nullptr);
    CHECK(one.find(original)->stand_in == stand_in);
    CHECK(one.find(original)->units == (bytes == unit + 1 ? 2 : 1));
    CHECK(one.find_kept_by(header_of(stand_in)) == one.find(original));
    CHECK(one.find_kept_by(header_of(original)) == nullptr);
  }
  CHECK(original.use_count() == 1);
}

TEST_CASE("promised_copies: a stand-in that a pointer leads to, or that was written to, breaks its promise") {
  promises given;
  const promises::pointer original = make<std::string>("original");
  promises::pointer held = given.give(original, 2 * unit);
  CHECK_THROWS_AS(given.check_kept(0), ouro::copy_unfinished);
  CHECK_NOTHROW(given.check_kept(1));
  auto* const bytes = static_cast<unsigned char*>(held.get());
  held.reset();
  CHECK_NOTHROW(given.check_kept(0));
  for (const std::size_t at : {std::size_t{0}, 2 * unit - 1}) {
    bytes[at] = 1;
    CHECK_THROWS_WITH_AS(given.check_kept(0), doctest::Contains("string"), ouro::copy_unfinished);
    bytes[at] = 0;
  }
  CHECK_NOTHROW(given.check_kept(0));
}

TEST_CASE("promised_copies: shrink forgets the promises that were given last") {
  promises given;
  const promises::pointer first = make<int>(1);
  const promises::pointer second = make<int>(2);
  const promises::pointer stand_in = given.give(first, unit);
  given.give(second, unit);
  CHECK(given.size() == 2);
  given.shrink(1);
  CHECK(given.size() == 1);
  CHECK(given.find(second) == nullptr);
  CHECK(second.use_count() == 1);
  CHECK(given.find_kept_by(header_of(stand_in)) == given.find(first));
}
