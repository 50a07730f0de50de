#pragma once
/// \file
/// The grammar of Depends, Pre-Depends and Provides: `libc6 (>= 2.34), debconf (>= 0.5) | debconf-2.0, python3:any`.

#include "input_error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace package_graph {

/// One name with what it asks for: `python3:any (>= 3.11)`.
struct relation {
  std::string name;
  std::string architecture;  ///< "any", "amd64" …; empty where the field says nothing
  std::string constraint;    ///< ">= 3.11"; empty where any version does
};

/// `a | b | c`: any one of them satisfies the dependency.
using alternatives = std::vector<relation>;

/// Whether dpkg would take it for the name of a package.
bool is_package_name(std::string_view text);

/// Reads a whole field, which may run over several lines. \throws input_error that names the line within the field
/// \param begin where the field's text begins
std::vector<alternatives> parse_relations(std::string_view field, text_position begin);

}  // namespace package_graph
