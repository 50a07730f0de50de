// Keys that are chosen to collide do not collide, so that probes stay short for any input of a program.

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

using ouro::intern;
using ouro::detail::equal_bytes;
using ouro::detail::hash_bytes;

namespace {

constexpr std::size_t keys = 100'000;

std::string word(std::uint64_t value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

/// The largest number of keys in one slot of a table with some twice as many slots.
std::size_t fullest_slot(const std::vector<std::string>& all) {
  std::unordered_map<std::uint64_t, std::size_t> slots;
  std::size_t most = 0;
  for (const std::string& key : all) {
    std::size_t& here = slots[hash_bytes(key.data(), key.size()) % (1u << 18)];
    if (++here > most) most = here;
  }
  return most;
}

}  // namespace

TEST_CASE("intern_hash: keys that make a factor of the hash zero do not collide") {
  // With a factor of zero the other half of such keys would not matter. These are the constants of the hash, and the
  // factors that they would give without the seed.
  for (const std::uint64_t constant :
       {0xA0761D6478BD642Fu, 0xE7037ED1A0B428DBu, 0x9E3779B97F4A7C15u, 0xA0761D6478BD642Fu ^ 0xE7037ED1A0B428DBu,
        ~0xA0761D6478BD642Fu, std::uint64_t{0}}) {
    std::vector<std::string> first;
    std::vector<std::string> last;
    std::vector<std::string> long_keys;
    for (std::uint64_t i = 0; i != keys; ++i) {
      first.push_back(word(constant) + word(i));
      last.push_back(word(i) + word(constant));
      long_keys.push_back(word(constant) + word(i) + word(constant) + word(~i) + word(constant) + word(i * i));
    }
    CHECK(fullest_slot(first) <= 12);
    CHECK(fullest_slot(last) <= 12);
    CHECK(fullest_slot(long_keys) <= 12);
  }
}

TEST_CASE("intern_hash: keys of each length up to 40 that differ in two bytes spread over the table") {
  for (std::size_t length = 3; length <= 40; ++length) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i != 10'000; ++i) {
      std::string key(length, 'a');
      const std::size_t at = i % (length - 2);
      key[at] = static_cast<char>(i >> 8);
      key[at + 1] = static_cast<char>(i);
      all.push_back(key);
    }
    const std::unordered_set<std::string> different(all.begin(), all.end());
    all.assign(different.begin(), different.end());
    CHECK(fullest_slot(all) <= 8);
  }
}

TEST_CASE("intern_hash: hash_bytes and equal_bytes read each byte, and none beyond the length") {
  for (std::size_t length = 0; length <= 40; ++length) {
    // Blocks of exactly that length, so that a sanitizer notices reads beyond them.
    const std::vector<char> a(length, 'x');
    std::vector<char> b = a;
    REQUIRE(equal_bytes({a.data(), length}, {b.data(), length}));
    for (char& each : b) {
      each = 'y';
      REQUIRE_FALSE(equal_bytes({a.data(), length}, {b.data(), length}));
      each = 'x';
    }
    const std::uint64_t hash = hash_bytes(a.data(), length);
    REQUIRE(hash == hash_bytes(b.data(), length));
    for (char& each : b) {
      each = 'y';
      REQUIRE(hash != hash_bytes(b.data(), length));
      each = 'x';
    }
  }
}

namespace {

/// The string and 16 more bytes that make its hash 0. Needs the seed.
/// \pre a multiple of 16 bytes, and at least 32
std::string with_hash_zero(const std::string& begin) {
  constexpr std::uint64_t k0 = 0xA0761D6478BD642Fu;
  constexpr std::uint64_t k1 = 0xE7037ED1A0B428DBu;
  const std::uint64_t seed = ouro::detail::hash_seed();
  const std::uint64_t other = seed * k0;
  std::uint64_t state = seed;
  for (const char* at = begin.data(); at != begin.data() + begin.size(); at += 16) {
    state = ouro::detail::multiply_fold(ouro::detail::load_8(at) ^ other, ouro::detail::load_8(at + 8) ^ state) + seed;
  }
  // A factor of one has the other as its product, and one of zero has zero, whatever the length is.
  return begin + word(other ^ 1) + word(state ^ k1);
}

}  // namespace

TEST_CASE("intern_hash: different strings of equal hash are different objects") {
  const std::string one = with_hash_zero(std::string(32, 'x'));
  const std::string all[] = {one, with_hash_zero(std::string(32, 'y')), with_hash_zero(one)};
  for (const std::string& each : all) REQUIRE(hash_bytes(each.data(), each.size()) == 0);
  const std::size_t before = ouro::interned_string::interned_count();
  std::vector<ouro::interned_string> interned(std::begin(all), std::end(all));
  CHECK(ouro::interned_string::interned_count() == before + 3);
  for (std::size_t i = 0; i != 3; ++i) {
    CHECK((interned[i].view() == all[i]));
    CHECK(ouro::interned_string{all[i]}.pointer() == interned[i].pointer());
  }
  interned.erase(interned.begin() + 1);
  CHECK(ouro::interned_string::interned_count() == before + 2);
  CHECK(ouro::interned_string{all[0]}.pointer() == interned[0].pointer());
  CHECK(ouro::interned_string{all[2]}.pointer() == interned[1].pointer());
}

TEST_CASE("intern_hash: the padding of a long double is neither hashed nor compared") {
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
