#pragma once
/// \file
/// Objects that note when they are copied.

#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <string>

namespace ouro::test {

/// Notes the order in which copies are made.
struct noted : counted<noted> {
  static inline std::string log;

  explicit noted(char called = '?') : name{called} {}
  noted(const noted& from) : counted<noted>{from}, name{from.name}, x{from.x}, y{from.y} { log += name; }
  void trace(auto&& visit) { visit(x, y); }

  char name;
  ptr<noted> x;
  ptr<noted> y;
};

/// Four of them, without edges.
struct graph {
  ptr<noted> a = make<noted>('a');
  ptr<noted> b = make<noted>('b');
  ptr<noted> c = make<noted>('c');
  ptr<noted> d = make<noted>('d');
};

}  // namespace ouro::test
