// The sides when the host is linked with them.
#include "shared_objects/side.hpp"

extern "C" const ouro::test::side* left_side();
extern "C" const ouro::test::side* right_side();

namespace ouro::test {

const side& left() { return *left_side(); }
const side& right() { return *right_side(); }

}  // namespace ouro::test
