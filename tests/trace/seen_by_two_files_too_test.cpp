#include "trace/seen_by_two_files.hpp"

#include <ouro/ouro.hpp>

// The other half of seen_by_two_files_test.cpp.

namespace seen_by_two_files {

template <>
struct later<2> : complete {};

const uses<1> of_1_in_other = uses_of_this_file<1>;
const uses<2> of_2_in_other{uses_of_this_file<2>.make, [] { return ouro::make<later<2>>(); },
                            uses_of_this_file<2>.suspect, uses_of_this_file<2>.make_list};

}  // namespace seen_by_two_files
