#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <thread>

TEST_CASE("collection_turn: a collector of one thread begins one collection at a time") {
  ouro::detail::local_turn turn;
  CHECK(turn.try_begin());
  CHECK_FALSE(turn.try_begin());
  turn.end();
  CHECK(turn.try_begin());
}

TEST_CASE(
    "collection_turn: one thread at a time has the turn of a shared collector, and each knows whether it has it") {
  static ouro::detail::shared_turn turn;
  CHECK_FALSE(turn.is_here());
  CHECK_FALSE(turn.is_elsewhere());
  REQUIRE(turn.try_begin());
  CHECK(turn.is_here());
  CHECK_FALSE(turn.is_elsewhere());
  bool other_began = true;
  bool other_is_here = true;
  bool other_is_elsewhere = false;
  std::thread{[&] {
    other_began = turn.try_begin();
    other_is_here = turn.is_here();
    other_is_elsewhere = turn.is_elsewhere();
  }}.join();
  CHECK_FALSE(other_began);
  CHECK_FALSE(other_is_here);
  CHECK(other_is_elsewhere);
  turn.end();
  CHECK_FALSE(turn.is_here());
  std::thread{[&] {
    other_began = turn.try_begin();
    if (other_began) turn.end();
  }}.join();
  CHECK(other_began);
}
