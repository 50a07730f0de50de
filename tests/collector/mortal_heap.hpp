#pragma once
/// \file
/// Fixtures that see what a test leaves of its mortal objects.

#include "support/mortal.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

namespace ouro::test {

/// Expects a heap without garbage and candidates before the test and after it.
struct clean_heap {
  clean_heap() {
    gc::collect();
    mortal::log.clear();
    REQUIRE(mortal::alive == 0);
  }
  clean_heap(const clean_heap&) = delete;
  clean_heap& operator=(const clean_heap&) = delete;
  ~clean_heap() {
    CHECK(gc::collect() == 0);
    CHECK(gc::count() == 0);
    CHECK(mortal::alive == 0);
  }
};

/// Begins with an empty log, and expects that a collection at the end leaves nothing.
struct fresh_log {
  fresh_log() {
    gc::collect();
    mortal::log.clear();
  }
  fresh_log(const fresh_log&) = delete;
  fresh_log& operator=(const fresh_log&) = delete;
  ~fresh_log() {
    gc::collect();
    CHECK(mortal::alive == 0);
    CHECK(gc::count() == 0);
  }
};

}  // namespace ouro::test
