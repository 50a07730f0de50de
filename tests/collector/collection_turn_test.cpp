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

TEST_CASE("collection_turn: one thread at a time has the turn of a shared collector") {
  static ouro::detail::shared_turn turn;
  REQUIRE(turn.try_begin());
  CHECK_FALSE(turn.try_begin());
  bool other_began = true;
  std::thread{[&] { other_began = turn.try_begin(); }}.join();
  CHECK_FALSE(other_began);
  turn.end();
  std::thread{[&] {
    other_began = turn.try_begin();
    if (other_began) turn.end();
  }}.join();
  CHECK(other_began);
}
