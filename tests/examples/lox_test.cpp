// The language as a library: what is left of its programs, and how they are kept from harming their host.

#include "lox/guest.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>

using guest = lox::guest<ouro::default_memory>;
using lox::outcome;

namespace {

/// The name of one field, which the shape of its objects keeps.
constexpr std::size_t most_left = 32;

outcome run(guest& in, const std::string& source) { return in.interpret(source); }

}  // namespace

TEST_CASE("lox: a million closures that refer to themselves are collected") {
  guest lox;
  CHECK(run(lox, R"(
    fun leak() { var self; fun closure() { return self; } self = closure; }
    for (var i = 0; i < 1000000; i = i + 1) leak();
  )") == outcome::success);
  const lox::statistics sums = lox.end();
  CHECK(sums.made > 2'000'000);
  CHECK(sums.by_collector >= 2'000'000);
  CHECK(sums.bytes < 10'000'000);
  CHECK(sums.bytes_left == 0);
}

TEST_CASE("lox: a list and a ring of a million nodes are destroyed without a deep stack") {
  guest lox;
  CHECK(run(lox, R"(
    class Node { init(next) { this.next = next; } }
    var list = nil;
    for (var i = 0; i < 1000000; i = i + 1) list = Node(list);
    list = nil;
    var first = Node(nil);
    var ring = first;
    for (var i = 0; i < 100000; i = i + 1) ring = Node(ring);
    first.next = ring;
    first = nil;
    ring = nil;
  )") == outcome::success);
  const lox::statistics sums = lox.end();
  CHECK(sums.by_collector >= 100'001);
  CHECK(sums.bytes_left <= most_left);
}

TEST_CASE("lox: a program that needs too much memory ends with an error, and the next one runs") {
  guest lox{std::size_t{4} << 20};
  CHECK(run(lox, R"(
    class Node { init(next) { this.next = next; } }
    var list = nil;
    for (;;) list = Node(list);
  )") == outcome::runtime_error);
  CHECK(run(lox, "list = nil; var i = 0; while (i < 100000) { Node(nil); i = i + 1; }") == outcome::success);
  CHECK(run(lox, "var text = \"x\"; for (;;) text = text + text;") == outcome::runtime_error);
  CHECK(lox.end().bytes_left <= most_left);
}

TEST_CASE("lox: variables stay from program to program, also after an error") {
  guest lox;
  CHECK(run(lox, "var a = 1; fun f() { return a; } nil();") == outcome::runtime_error);
  CHECK(run(lox, "var;") == outcome::compile_error);
  CHECK(run(lox, "a = f() + 1; if (f() != 2) nil();") == outcome::success);
  CHECK(run(lox, "var kept; { var inner = 1; fun g() { return inner; } kept = g; inner = 7; nil(); }") ==
        outcome::runtime_error);
  CHECK(run(lox, "if (kept() != 7) nil();") == outcome::success);
}

TEST_CASE("lox: guests run on threads of their own, and can be moved between threads") {
  guest lox;
  CHECK(run(lox, "var a = \"made here\"; class A { m() { return a; } } var b = A();") == outcome::success);
  std::thread{[&] {
    guest own;
    CHECK(run(own, "var a = \"made there\";") == outcome::success);
    CHECK(run(lox, "if (b.m() != \"made\" + \" here\") nil();") == outcome::success);
  }}.join();
  CHECK(run(lox, "b.self = b; b = nil;") == outcome::success);
  CHECK(lox.end().bytes_left <= most_left);
}

TEST_CASE("lox: a host can limit how long a program runs") {
  guest lox;
  lox.set_patience(1000);
  CHECK(run(lox, "for (var i = 0; i < 400; i = i + 1) {}") == outcome::success);
  lox.set_patience(1000);
  CHECK(run(lox, "for (;;) {}") == outcome::runtime_error);
  lox.set_patience(1000);
  CHECK(run(lox, "fun f() {} while (true) f();") == outcome::runtime_error);
}

TEST_CASE("lox: a source is not compiled again while the host keeps its program") {
  guest lox;
  const char* const source = "fun f() {} f();";
  {
    const guest::script once = lox.load(source);
    guest::script again = lox.load(source);
    CHECK(lox.interpret(once) == outcome::success);
    CHECK(lox.interpret(again) == outcome::success);
    again = lox.load(source);
    CHECK(lox.interpret(again) == outcome::success);
  }
  CHECK(lox.interpret(lox.load(source)) == outcome::success);
  const guest::script faulty = lox.load("var;");
  CHECK(!faulty);
  CHECK(lox.interpret(faulty) == outcome::compile_error);
  const lox::statistics sums = lox.end();
  // `clock`; the program with `f` and the closures of both, of which two were compiled and four run; the faulty
  // program.
  CHECK(sums.made == 1 + 2 * 2 + 4 * 2 + 1);
  CHECK(sums.bytes_left == 0);
}

TEST_CASE("lox: the statistics count no more objects freed by collections than were made") {
  guest lox;
  CHECK(run(lox, "{ var self; fun a() { fun b() { fun c() {} } return self; } self = a; }") == outcome::success);
  const lox::statistics sums = lox.end();
  // The closure, its variable, and the functions a, b and c that only it leads to.
  CHECK(sums.by_collector == 5);
  // `clock`, the program, its closure.
  CHECK(sums.by_count == 3);
  CHECK(sums.bytes_left == 0);
}

TEST_CASE("lox: a NaN of any bits is a number") {
  using value = lox::value<ouro::default_memory>;
  for (const std::uint64_t bits :
       {0x7FF0'0000'0000'0001U, 0x7FF8'0000'0000'0000U, 0x7FFF'FFFF'FFFF'FFFFU, 0xFFF0'0000'0000'0001U,
        0xFFF8'0000'0000'0000U, 0xFFFF'0000'0000'0000U, 0xFFFF'FFFF'FFFF'FFF8U, 0xFFFF'FFFF'FFFF'FFFFU}) {
    const value made = std::bit_cast<double>(std::uint64_t{bits});
    CHECK(made.is_number());
    CHECK(!made.is_object());
    CHECK(!made.is_string());
    CHECK(!made.is_nil());
    CHECK(std::isnan(made.as_number()));
    value negated = made;
    negated.become(-made.as_number());
    CHECK(negated.is_number());
  }
  CHECK(value{std::numeric_limits<double>::infinity()}.as_number() > 0);
  CHECK(value{-std::numeric_limits<double>::infinity()}.as_number() < 0);
}

namespace {

/// Bytes of a thousand instances of a class, each with one field, that come after the statement `first`.
std::size_t bytes_of_instances(const std::string& declared, const std::string& first) {
  guest lox;
  CHECK(run(lox, declared + "fun make(next) { var made = Node(); made.next = next; return made; }" + first) ==
        outcome::success);
  CHECK(run(lox, "make(nil); var list; for (var i = 0; i < 1000; i = i + 1) list = make(list);") == outcome::success);
  return lox.end().bytes;
}

}  // namespace

TEST_CASE("lox: an instance with many fields does not make the others of its class larger") {
  std::string wide = "var wide = Node();";
  for (int i = 0; i != 50; ++i) wide += "wide.field" + std::to_string(i) + " = nil;";
  wide += "wide = nil;";
  for (const char* const declared : {"class Node { init() { this.next = nil; } }", "class Node {}"}) {
    CHECK(bytes_of_instances(declared, wide) < bytes_of_instances(declared, "") + 5000);
  }
}

TEST_CASE("lox: the source of a program that has run takes no memory of its heap") {
  guest lox{std::size_t{1} << 18};
  CHECK(run(lox, "// " + std::string(std::size_t{1} << 19, 'x') + "\nvar a = 1;") == outcome::success);
  CHECK(run(lox, "if (a != 1) nil();") == outcome::success);
}

TEST_CASE("lox: clock() gives processor time, which does not advance while the host sleeps") {
  guest lox;
  CHECK(run(lox, "var before = clock();") == outcome::success);
  std::this_thread::sleep_for(std::chrono::milliseconds{500});
  CHECK(run(lox, "if (clock() - before > 0.25) nil();") == outcome::success);
}

TEST_CASE("lox: a host adds functions, whose arguments are counted and whose exceptions are errors of the program") {
  guest lox;
  lox.define("sqrt", 1, [](guest::argument_list given) -> lox::value<ouro::default_memory> {
    if (!given[0].is_number()) throw std::runtime_error{"Argument must be a number."};
    return std::sqrt(given[0].as_number());
  });
  lox.define("greet", 2, [](guest::argument_list given) -> lox::value<ouro::default_memory> {
    if (!given[0].is_string()) throw std::runtime_error{"The name must be a string."};
    return lox::string{"Hello, " + std::string{given[0].characters()}};
  });
  CHECK(run(lox, "if (sqrt(16) != 4) nil();") == outcome::success);
  CHECK(run(lox, "var kept = greet(\"A\" + \"nn\", nil); if (kept != \"Hello, Ann\") nil();") == outcome::success);
  CHECK(run(lox, "sqrt();") == outcome::runtime_error);
  CHECK(run(lox, "sqrt(1, 2);") == outcome::runtime_error);
  CHECK(run(lox, "class A {} fun f(x) { return sqrt(x); } f(A());") == outcome::runtime_error);
  CHECK(run(lox, "if (sqrt(f(16)) != 2) nil();") == outcome::success);
  CHECK(lox.end().bytes_left == 0);
}

TEST_CASE("lox: a native function that runs out of memory ends its program, and the next one runs") {
  guest lox{std::size_t{1} << 19};
  lox.define("twice", 1, [](guest::argument_list given) -> lox::value<ouro::default_memory> {
    return lox::string{std::string{given[0].characters()} + std::string{given[0].characters()}};
  });
  CHECK(run(lox, "var text = \"x\"; for (;;) text = twice(text);") == outcome::runtime_error);
  CHECK(run(lox, "if (twice(\"ab\") != \"abab\") nil();") == outcome::success);
}
