#pragma once
/// \file
/// An object of a graph that logs its end.

#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <functional>
#include <string>
#include <vector>

namespace ouro::test {

/// Has a name of one character, edges of several kinds, and writes its end into `log`: its name in upper case when it
/// is finalized, in lower case when it is destroyed, `!` behind that if an edge still led to an object then.
template <class Memory>
struct basic_mortal : counted<basic_mortal<Memory>> {
  using pointer = typename Memory::template ptr<basic_mortal>;

  static inline std::string log;

  explicit basic_mortal(char called) : name{called} {}
  basic_mortal(const basic_mortal&) = delete;
  basic_mortal& operator=(const basic_mortal&) = delete;
  ~basic_mortal() noexcept(false) {
    log += name;
    if (left != nullptr || right != nullptr) log += '!';
    if (at_destruction) at_destruction();
  }

  void trace(auto&& visit) { visit(left, right, many); }

  char name;
  pointer left;
  pointer right;
  std::vector<pointer> many;
  std::function<void()> at_destruction;
};

/// The same with a finalizer.
template <class Memory>
struct basic_finalized : basic_mortal<Memory> {
  using pointer = typename Memory::template ptr<basic_finalized>;
  using basic_mortal<Memory>::basic_mortal;

  void finalize() {
    basic_mortal<Memory>::log += static_cast<char>(this->name - 'a' + 'A');
    if (at_finalization) at_finalization();
  }

  void trace(auto&& visit) {
    basic_mortal<Memory>::trace(visit);
    visit(peer, other);
  }

  pointer peer;
  pointer other;
  std::function<void()> at_finalization;
};

using mortal = basic_mortal<default_memory>;
using finalized = basic_finalized<default_memory>;

}  // namespace ouro::test
