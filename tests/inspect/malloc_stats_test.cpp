#include "support/own_heap.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

namespace {

struct large {
  long at[10] = {};
};

}  // namespace

TEST_CASE_FIXTURE(ouro::test::own_heap<>,
                  "debug_malloc_stats: shows each class with its used and free blocks, and a map of the pools") {
  std::vector<ouro::ptr<large>> full;
  for (int i = 0; i != 1000; ++i) full.push_back(ouro::make<large>());
  const std::string text = ouro::debug_malloc_stats();
  CAPTURE(text);
  CHECK(text.find("88") != std::string::npos);
  CHECK(text.find(" 1000 ") != std::string::npos);
  CHECK(text.find("1 arenas of 2097152 bytes") != std::string::npos);
  CHECK(text.find('#') != std::string::npos);
  CHECK(text.find(std::string(60, '.')) != std::string::npos);
  full.clear();
  CHECK(ouro::debug_malloc_stats().find("88 ") != std::string::npos);
}

TEST_CASE("debug_malloc_stats: a thread without pools has nothing to print") {
  std::thread{[] {
    const std::string text = ouro::debug_malloc_stats();
    CHECK(text.find("0 bytes in used blocks, 0 in free blocks of used pools\n0 arenas") != std::string::npos);
  }}.join();
}
