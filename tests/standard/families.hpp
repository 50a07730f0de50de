#pragma once
/// \file
/// The families of shared pointers that the tests of this folder run on.

#include "standard/families_of_ours.hpp"
#include "standard/family_of_std.hpp"

#include <tuple>

namespace ouro::test::standard {

using families = std::tuple<of_std, of_shared, of_local>;
/// Those whose `collect` finds cycles.
using collecting_families = std::tuple<of_shared, of_local>;

}  // namespace ouro::test::standard
