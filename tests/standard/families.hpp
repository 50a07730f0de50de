#pragma once
/// \file
/// The families of shared pointers that the tests of this folder run on.

#include "standard/family_of_std.hpp"

#include <tuple>

namespace ouro::test::standard {

using families = std::tuple<of_std>;
/// Those whose `collect` finds cycles.
using collecting_families = std::tuple<>;

}  // namespace ouro::test::standard
