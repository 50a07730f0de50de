// The same editor with ouro's pointers for one thread. Those for several are called `ouro::shared_ptr`, and so on.

#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

namespace editor {

using ouro::local::dynamic_pointer_cast;
using ouro::local::enable_shared_from_this;
using ouro::local::make_shared;
using ouro::local::shared_ptr;
using ouro::local::static_pointer_cast;
using ouro::local::weak_ptr;

}  // namespace editor

#include "editor.hpp"

int main() {
  return editor::run("ouro::local::shared_ptr", [] { ouro::gc::collect(); });
}
