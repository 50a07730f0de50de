#pragma once
/// \file
/// A program of the graph fuzzer as C++, with the public names of the library.

#include <fuzz/graph/bundles.hpp>
#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/objects.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace ouro::fuzz {

/// Prints one operation after the other, in a program to be compiled with `-Iinclude -Itests`.
class cpp_printer {
 public:
  [[nodiscard]] std::string print(const bundle& under, const program& what) {
    text_ = "#include <fuzz/graph/objects.hpp>\n#include <ouro/ouro.hpp>\n\n#include <utility>\n\n";
    text_ += "using memory_used = " + std::string{under.spelled} + ";\n";
    text_ +=
        "struct kit {\n  using memory = memory_used;\n  using oracle = ouro::fuzz::no_oracle;\n};\n"
        "using node = ouro::fuzz::plain_node<kit>;\nusing ouro::fuzz::behaviour;\nusing gc = memory_used::gc;\n\n"
        "int main() {\n  ouro::fuzz::graph<kit> in;\n  auto& root = in.root;\n  auto& watch = in.watch;\n";
    for (const operation& each : what) add(each);
    text_ += "  for (auto& each : root) each.reset();\n  gc::collect();\n}\n";
    return text_;
  }

 private:
  [[nodiscard]] static std::string number(std::size_t of) { return std::to_string(of); }
  [[nodiscard]] static std::string root(std::size_t at) { return "root[" + number(at % handles) + "]"; }
  [[nodiscard]] static std::string watch(std::size_t at) { return "watch[" + number(at % watches) + "].to"; }
  [[nodiscard]] static std::string edge(std::size_t of, std::size_t at) {
    return root(of) + (at % 2 == 0 ? "->left" : "->right");
  }

  void line(const std::string& statement) { text_ += "  " + statement + ";\n"; }
  void if_there(std::size_t handle, const std::string& statement) {
    line("if (" + root(handle) + " != nullptr) " + statement);
  }

  void add(operation what) {
    const auto [_, a, b, c] = what;
    switch (what.what) {
      case opcode::make_plain:
        line(root(a) + " = memory_used::make<node>(in" +
             (behaviour_of(b) == behaviour::nothing
                  ? std::string{}
                  : ", behaviour::" + std::string{name_of(behaviour_of(b))} + ", " + number(c)) +
             ")");
        break;
      case opcode::copy_root:
        line(root(a) + " = " + root(b));
        break;
      case opcode::move_root:
        line(root(a) + " = std::move(" + root(b) + ")");
        break;
      case opcode::drop_root:
        line(root(a) + ".reset()");
        break;
      case opcode::link:
        if_there(a, edge(a, c) + " = " + root(b));
        break;
      case opcode::cut:
        if_there(a, edge(a, c) + ".reset()");
        break;
      case opcode::walk:
        if_there(b, root(a) + " = " + edge(b, c));
        break;
      case opcode::step_over:
        if_there(a, root(a) + " = " + edge(a, c));
        break;
      case opcode::swap_edges:
        if_there(a, "if (" + root(b) + " != nullptr) swap(" + root(a) + "->left, " + root(b) + "->right)");
        break;
      case opcode::collect:
        line("gc::collect()");
        break;
      case opcode::collect_young:
        line("gc::collect(0)");
        break;
      case opcode::step:
        line("gc::step(" + number(std::size_t{1} << a % 8) + ")");
        break;
      case opcode::watch:
        line(watch(a) + (c % 2 == 0 ? " = " + root(b)
                                    : " = {" + root(b) + ", [&] { in.act(behaviour::" +
                                          std::string{name_of(behaviour_of(c))} + ", " + number(c) + ", nullptr); }}"));
        break;
      case opcode::lock:
        line(root(a) + " = " + watch(b) + ".lock()");
        break;
      case opcode::unwatch:
        line(watch(a) + ".reset()");
        break;
      case opcode::count:
        break;
    }
  }

  std::string text_;
};

}  // namespace ouro::fuzz
