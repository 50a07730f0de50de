#include <ouro/allocator/decorators/call_frames.hpp>

#include <doctest/doctest.h>

TEST_CASE("call_frames: gives at most 64 addresses, and none if none are wanted") {
  CHECK(ouro::detail::call_frames(0).empty());
  CHECK(ouro::detail::call_frames(1).size() <= 1);
  CHECK(ouro::detail::call_frames(1000).size() <= 64);
  CHECK_FALSE(ouro::detail::name_of_frame(nullptr).empty());
  CHECK(ouro::detail::name_of_frame(reinterpret_cast<const void*>(0x1234)) == "0x1234");
}
