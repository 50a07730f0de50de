// Replaces `operator new` of the program that has the tests of this folder.
#include "standard/heap_watch.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

using namespace ouro::test::standard;

namespace {

/// `malloc` of the address sanitizer ends the program where it should return null.
constexpr std::size_t most_bytes = std::size_t{1} << (sizeof(std::size_t) * 8 - 4);

[[nodiscard]] void* requested(std::size_t bytes) noexcept {
  if (heap_watch::must_fail || bytes > most_bytes) return nullptr;
  ++heap_watch::requests;
  return std::malloc(bytes == 0 ? 1 : bytes);
}

}  // namespace

void* operator new(std::size_t bytes) {
  void* const made = requested(bytes);
  if (made == nullptr) throw std::bad_alloc{};
  return made;
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return requested(bytes); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { std::free(block); }

TEST_CASE("heap_watch: sees requests, and lets them fail") {
  const void* volatile seen = nullptr;  // a request whose block nobody sees may be left out
  const auto make = [&seen] {
    const auto made = std::make_unique<int>(1);
    seen = made.get();
  };
  CHECK(requests_of(make) == 1);
  bool has_thrown = false;
  try {
    const no_memory now;
    make();
  } catch (const std::bad_alloc&) {
    has_thrown = true;
  }
  CHECK(has_thrown);
}
