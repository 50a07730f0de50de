#pragma once
/// \file
/// Prints a program of the graph fuzzer as C++ that uses the public names of the library.

#include <fuzz/graph/behaviour.hpp>
#include <fuzz/graph/bundles.hpp>
#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/graph.hpp>
#include <fuzz/graph/standing.hpp>
#include <fuzz/graph/statements.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ouro::fuzz {

/// Puts the operands of an operation into its statement.
class statement_printer {
 public:
  explicit statement_printer(operation what) : what_{what} {}

  [[nodiscard]] std::string print() const {
    const std::string_view pattern = statement_of(what_.what);
    std::string made;
    for (std::size_t i = 0; i != pattern.size(); ++i) {
      if (pattern[i] != '$') {
        made += pattern[i];
        continue;
      }
      made += part(pattern[i + 1], operand(pattern[i + 2]));
      i += 2;
    }
    return made;
  }

 private:
  [[nodiscard]] std::uint8_t operand(char name) const noexcept {
    return name == 'a' ? what_.a : name == 'b' ? what_.b : what_.c;
  }

  [[nodiscard]] static std::string indexed(std::string_view name, std::size_t number, std::size_t of) {
    return std::string{name} + "[" + std::to_string(number % of) + "]";
  }

  [[nodiscard]] std::string part(char kind, std::uint8_t number) const {
    switch (kind) {
      case 'r':
        return indexed("in.root", number, handles);
      case 'l':
        return indexed("in.loose", number, few);
      case 'y':
        return indexed("in.array", number, few);
      case 'p':
        return indexed("in.part", number, few);
      case 't':
        return indexed("in.tuples", number, few);
      case 'f':
        return indexed("in.frozen", number, few);
      case 'h':
        return indexed("finalizers", number, few);
      case 'c':
        return indexed("callbacks", number, few);
      case 'w':
        return indexed("in.watch", number, watches) + ".to";
      case 'x':
        return indexed("in.text", number, words);
      case 'e':
        return number % 2 == 0 ? "left" : "right";
      case 'k':
        return std::to_string(number % cells);
      case 'g':
        return std::string{name_of(standing_of(number))};
      case 'n':
        return std::to_string(number % 6);
      case 's':
        return std::to_string(std::size_t{1} << number % 8);
      case 'u':
        return "behaviour::" + std::string{name_of(rising_behaviour_of(number))};
      case 'v':
        return "behaviour::" + std::string{name_of(behaviour_of(number))};
      case 'o':
        return what_.c % 4 == 0   ? part('r', number)
               : what_.c % 4 == 1 ? part('y', number)
               : what_.c % 4 == 2 ? part('t', number) + ".block()"
                                  : part('f', number) + ".block()";
      case 'd':
        return part("lyptf"[what_.b % 5], number);
      default:
        return std::to_string(number);
    }
  }

  operation what_;
};

/// A program of all operations, for a test of the printed code.
[[nodiscard]] inline program every_operation() {
  program all;
  for (std::size_t i = 0; i != opcodes; ++i) {
    for (std::uint8_t k = 0; k != 4; ++k)
      all.push_back({static_cast<opcode>(i), k, static_cast<std::uint8_t>(k + 1), static_cast<std::uint8_t>(3 * k)});
  }
  return all;
}

/// To be compiled with `-Iinclude -Itests`.
[[nodiscard]] inline std::string as_cpp(const bundle& under, const program& what) {
  std::string text =
      "#include <fuzz/graph/faulty_allocator.hpp>\n#include <fuzz/graph/graph.hpp>\n#include "
      "<fuzz/graph/no_oracle.hpp>\n#include <ouro/ouro.hpp>\n\n"
      "#include <array>\n#include <optional>\n#include <utility>\n\nusing namespace ouro::fuzz;\n\nusing memory = " +
      std::string{under.spelled} +
      ";\nusing gc = memory::gc;\n"
      "struct kit {\n  using memory = ::memory;\n  using oracle = no_oracle;\n};\n"
      "using node = plain_node<kit>;\nusing rich = rich_node<kit>;\nusing wide = wide_node<kit>;\nusing element = "
      "cell<kit>;\n"
      "using plan = array_plan<kit>;\nusing part_of = part_of_array<kit>;\nusing tuple = graph<kit>::tuple;\n"
      "using pointer = memory::ptr<node>;\n\n"
      "rich* rich_of(const pointer& of) { return of ? of->as_rich() : nullptr; }\n"
      "pointer as_node(const gc::object& of) { return memory::from_this(static_cast<node*>(of.get())); }\n\n"
      "int main() {\n  graph<kit> in;\n  std::optional<gc::deferred_drops> deferred;\n  std::optional<gc::pause> "
      "pause;\n  std::array<ouro::finalizer, 2> finalizers;\n  std::array<ouro::gc_callbacks::handle, 2> callbacks{};\n"
      "  const auto end = [&] {\n    for (auto& each : finalizers) each.detach();\n    gc::callbacks().clear();\n"
      "    gc::set_debug(ouro::gc_debug::none);\n    gc::clear_garbage();\n    deferred.reset();\n    in.drop_all();\n"
      "    gc::unfreeze();\n    while (gc::collect() != 0) {\n    }\n  };\n";
  for (const operation& each : what) text += "  " + statement_printer{each}.print() + "\n";
  return text + "  end();\n}\n";
}

}  // namespace ouro::fuzz
