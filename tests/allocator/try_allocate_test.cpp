#include <ouro/allocator/try_allocate.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <new>
#include <string>
#include <string_view>

namespace {

using ouro::detail::allocate_for;
using ouro::detail::try_allocate;

char place[8];

/// Notes what it is asked for.
struct plain {
  static inline std::size_t bytes = 0;
  static inline std::size_t alignment = 0;

  static void* allocate(std::size_t wanted, std::size_t aligned) noexcept {
    bytes = wanted;
    alignment = aligned;
    return place;
  }
};

struct curious : plain {
  static inline std::string told;

  static void* allocate_for(std::size_t, std::size_t, std::string_view type) noexcept {
    told = type;
    return place;
  }
};

struct throwing {
  static void* allocate(std::size_t, std::size_t) { throw std::bad_alloc{}; }
};

struct empty_handed {
  static void* allocate(std::size_t, std::size_t) noexcept { return nullptr; }
};

static_assert(ouro::has_allocate_for<curious> && !ouro::has_allocate_for<plain>);
static_assert(noexcept(allocate_for<plain>(8, 8, {})) && !noexcept(allocate_for<throwing>(8, 8, {})));

}  // namespace

TEST_CASE("try_allocate: asks for what it was asked for, and names the type to a policy that wants to know") {
  CHECK(try_allocate<plain>(24, 16, "node") == place);
  CHECK(plain::bytes == 24);
  CHECK(plain::alignment == 16);
  CHECK(try_allocate<curious>(24, 16, "node") == place);
  CHECK(curious::told == "node");
}

TEST_CASE("try_allocate: null and an exception of the policy are null; allocate_for lets the exception through") {
  CHECK(try_allocate<empty_handed>(8, 8, "node") == nullptr);
  CHECK(try_allocate<throwing>(8, 8, "node") == nullptr);
  CHECK_THROWS_AS(static_cast<void>(allocate_for<throwing>(8, 8, "node")), std::bad_alloc);
}
