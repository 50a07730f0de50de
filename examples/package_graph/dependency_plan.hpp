#pragma once
/// \file
/// Which package needs which: the names in the database resolved to packages, as plain numbers. Both graphs, the
/// managed one and the one of `std::shared_ptr`, are built to this plan, so that only their memory differs.

#include "dpkg_status.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace package_graph {

struct planned_edge {
  std::size_t target;           ///< index into the packages of the database
  std::string_view constraint;  ///< which versions do; the text belongs to the database
};

struct dependency_plan {
  std::vector<std::vector<planned_edge>> edges;  ///< by package
  std::size_t dependencies = 0;                  ///< entries of Pre-Depends and Depends
  std::size_t unmet = 0;                         ///< those that no installed package answers
  std::size_t virtual_names = 0;                 ///< names that exist through Provides alone
};

/// One edge for each dependency and each package that answers one of its alternatives, by its name or by what it
/// provides. Versions are not compared: dpkg did that when it installed the package.
dependency_plan resolve(const package_database& database);

}  // namespace package_graph
