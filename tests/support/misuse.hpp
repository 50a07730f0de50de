#pragma once
/// \file
/// Checks that a misuse ends the program with a report.

#include "support/child.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace ouro::test {

/// The report has both texts: what was done, and to which type.
inline void check_misuse(const last_words& said, std::string_view what, std::string_view type = {}) {
  INFO(said.text);
  CHECK(said.aborted);
  CHECK(said.text.find(what) != std::string::npos);
  CHECK(said.text.find(type) != std::string::npos);
}

/// Runs `action` in a child.
template <class Action>
void check_misuse(Action action, std::string_view what, std::string_view type = {}) {
  check_misuse(run_in_child(action), what, type);
}

}  // namespace ouro::test
