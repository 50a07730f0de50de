// The language over other policies than the default ones.

#include "lox/guest.hpp"

#include <doctest/doctest.h>

#include <cstddef>

using lox::outcome;

TEST_CASE("lox: a program that exceeds the limit of its allocator ends with an error, and the host goes on") {
  struct budget {};
  using limited = ouro::limited_allocator<ouro::pool_allocator, budget>;
  using memory = ouro::memory<ouro::local_refcount, ouro::trial_deletion, limited>;
  {
    lox::guest<memory> lox;
    limited::set_limit(limited::used() + (std::size_t{1} << 20));
    CHECK(lox.interpret("class Node { init(next) { this.next = next; } } var list; for (;;) list = Node(list);") ==
          outcome::runtime_error);
    limited::set_limit(limited::limit() + (std::size_t{1} << 16));  // for the next program, before it drops the list
    CHECK(lox.interpret("list = nil; fun f() { var self; fun g() { return self; } self = g; }"
                        "for (var i = 0; i < 50000; i = i + 1) f();") == outcome::success);
    CHECK(limited::peak() <= limited::limit());
  }
  limited::set_limit(limited::unlimited);
  CHECK(limited::used() == 0);
}

TEST_CASE_TEMPLATE("lox: programs run under other policies, and their collectors leave no garbage", Memory,
                   ouro::memory<ouro::local_refcount, ouro::trial_deletion, ouro::system_allocator>,
                   ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>,
                   ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>) {
  lox::guest<Memory> lox;
  CHECK(lox.interpret("class A { init(x) { this.x = x; this.self = this; } get() { return this.x; } }"
                      "var sum = 0; for (var i = 0; i < 1000; i = i + 1) sum = sum + A(i).get();"
                      "if (sum != 499500) nil();") == outcome::success);
  const lox::statistics sums = lox.end();
  CHECK(sums.made > 1000);
  CHECK(sums.by_collector >= 1000);
}
