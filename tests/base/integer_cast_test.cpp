#include <ouro/base/integer_cast.hpp>

#include <cstdint>
#include <type_traits>

namespace {

using ouro::detail::integer_cast;

static_assert(integer_cast<std::uint32_t>(std::uint64_t{0x1'2345'6789}) == 0x2345'6789);
static_assert(integer_cast<std::uint32_t>(-1) == 0xFFFF'FFFF);
static_assert(integer_cast<std::uint64_t>(std::uint32_t{7}) == 7);
static_assert(integer_cast<int>(7) == 7);
static_assert(std::is_same_v<decltype(integer_cast<std::uint8_t>(0)), std::uint8_t>);
static_assert(noexcept(integer_cast<std::uint8_t>(0)));

}  // namespace
