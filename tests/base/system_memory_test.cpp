#include <ouro/base/system_memory.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <limits>
#include <utility>

#ifdef __linux__
#include <fcntl.h>
#include <unistd.h>
#endif

namespace {

using ouro::detail::map_pages;
using ouro::detail::unmap_pages;

constexpr std::size_t kib = 1024;  ///< bytes

#ifdef __linux__
/// The bytes of address space that the process has. Allocates nothing.
std::size_t mapped_bytes() {
  char text[128] = {};
  const int file = ::open("/proc/self/statm", O_RDONLY);
  REQUIRE(::read(file, text, sizeof text - 1) > 0);
  ::close(file);
  return static_cast<std::size_t>(std::strtoul(text, nullptr, 10)) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}
#endif

}  // namespace

TEST_CASE("map_pages: gives zeroed memory at a multiple of the alignment, whichever of both is larger") {
  for (const auto& [bytes, alignment] :
       {std::pair{64 * kib, 64 * kib}, std::pair{64 * kib, 1024 * kib}, std::pair{4096 * kib, 64 * kib}}) {
    auto* const pages = static_cast<unsigned char*>(map_pages(bytes, alignment));
    REQUIRE(pages != nullptr);
    CHECK(reinterpret_cast<std::uintptr_t>(pages) % alignment == 0);
    CHECK(std::count(pages, pages + bytes, 0) == static_cast<std::ptrdiff_t>(bytes));
    std::fill(pages, pages + bytes, static_cast<unsigned char>(0xAB));
    ouro::detail::advise_huge(pages, bytes);  // changes no byte
    CHECK(std::count(pages, pages + bytes, 0xAB) == static_cast<std::ptrdiff_t>(bytes));
    unmap_pages(pages, bytes, alignment);
  }
}

TEST_CASE("map_pages: is null where the system has no more") {
  CHECK(map_pages((std::numeric_limits<std::size_t>::max() / (64 * kib) - 2) * (64 * kib), 64 * kib) == nullptr);
}

#ifdef __linux__
TEST_CASE("map_pages: adds as many bytes of address space as were asked for, and unmap_pages takes them away") {
  const std::size_t before = mapped_bytes();
  void* const pages = map_pages(256 * kib, 2048 * kib);
  CHECK(mapped_bytes() == before + 256 * kib);
  unmap_pages(pages, 256 * kib, 2048 * kib);
  CHECK(mapped_bytes() == before);
}
#endif
