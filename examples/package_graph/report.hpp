#pragma once
/// \file
/// What people see.

#include "comparison.hpp"
#include "dependency_plan.hpp"

namespace package_graph {

/// Prints to the standard output. Returns whether every check holds.
bool print_report(const package_database& database, const dependency_plan& plan, const comparison& result);

}  // namespace package_graph
