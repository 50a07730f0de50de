// Built without exceptions and without RTTI; passes by its exit code. Structures that leave their heap, and one that
// cannot.

#include "support/child.hpp"

#include <ouro/ouro.hpp>

#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

struct node {
  std::vector<ouro::ptr<node>> edges;
  ouro::weak<node> weak;
  ouro::interned_string name{"the name of a node"};
  int number = 0;
};

ouro::ptr<node> structure() {
  auto root = ouro::make<node>();
  for (int i = 0; i != 10; ++i) root->edges.push_back(ouro::make<node>());
  root->edges[3]->edges.push_back(root);
  root->weak = root->edges[3];
  return root;
}

bool goes_to_another_thread() {
  auto root = structure();
  auto gone = ouro::heap::current().detach(std::move(root));
  bool arrives = false;
  std::thread{[&] {
    const auto here = std::move(gone).open();
    arrives = here->weak.lock() == here->edges[3] && here->name == ouro::interned_string{"the name of a node"};
  }}.join();
  return arrives && !gone;
}

bool says_what_holds_it() {
  auto root = structure();
  const auto held = root->edges[5];
  ouro::not_an_island why;
  const auto gone = ouro::heap::current().try_detach(std::move(root), &why);
  return !gone && root != nullptr && why.holders().size() == 1 && !ouro::heap::current().try_detach(std::move(root)) &&
         std::string_view{why.what()}.find("is held by 1 pointer") != std::string_view::npos;
}

bool ends_where_others_throw() {
  const auto said = ouro::test::run_in_child([] {
    auto root = structure();
    const auto held = root;
    static_cast<void>(ouro::heap::current().detach(std::move(root)));
  });
  return said.aborted && said.text.find("not an island") != std::string::npos;
}

}  // namespace

int main() { return goes_to_another_thread() && says_what_holds_it() && ends_where_others_throw() ? 0 : 1; }
