// The editor with the standard's pointers: what it leaks.

#include <memory>

namespace editor {

using std::dynamic_pointer_cast;
using std::enable_shared_from_this;
using std::make_shared;
using std::shared_ptr;
using std::static_pointer_cast;
using std::weak_ptr;

}  // namespace editor

#include "editor.hpp"

int main() {
  return editor::run("std::shared_ptr", [] {});
}
