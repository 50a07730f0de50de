#pragma once
/// \file
/// A program of the graph fuzzer as C++, with the public names of the library.

#include <fuzz/graph/behaviour.hpp>
#include <fuzz/graph/bundles.hpp>
#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/graph.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ouro::fuzz {

/// What an operation is in C++, where a letter and the name of an operand stand for a handle or a number:
/// r, l, y, p, t, w, x for root, loose, array, part, tuples, watch and text; e for an edge, k for an element, n for a
/// name, s for 1 << operand, u for what a constructor or finalizer does, v for what a destructor or callback does, and
/// i for the operand itself.
[[nodiscard]] constexpr std::string_view statement_of(opcode what) noexcept {
  switch (what) {
    case opcode::make_plain:
      return "$ra = memory::make<node>(in, $vb, $ic);";
    case opcode::make_rich:
      return "$ra = memory::make<rich>(in, $vb, $ic);";
    case opcode::make_rising:
      return "$ra = memory::make<rising<node>>(in, $uc, $vb, $ic);";
    case opcode::make_rising_rich:
      return "$ra = memory::make<rising<rich>>(in, $uc, $vb, $ic);";
    case opcode::make_eager:
      return "try { $ra = memory::make<eager<node>>(in, $ub, $ic); } catch (int) {}";
    case opcode::copy_root:
      return "$ra = $rb;";
    case opcode::move_root:
      return "if (&$ra != &$rb) $ra = std::move($rb);";
    case opcode::drop_root:
      return "$ra.reset();";
    case opcode::link:
      return "if ($ra) $ra->$ec = $rb;";
    case opcode::cut:
      return "if ($ra) $ra->$ec.reset();";
    case opcode::walk:
      return "if ($rb) $ra = $rb->$ec;";
    case opcode::step_over:
      return "if ($ra) $ra = $ra->$ec;";
    case opcode::swap_edges:
      return "if ($ra && $rb) swap($ra->left, $rb->right);";
    case opcode::from_this:
      return "if ($rb) $ra = memory::from_this($rb.get());";
    case opcode::adopt:
      return "$ra = pointer::adopt($rb.release());";
    case opcode::make_array:
      return "try { $ya = memory::make<element[]>(4, plan{in, $ib % 16}); } catch (int) {}";
    case opcode::link_cell:
      return "if ($ya) $ya[$kc].edge = $rb;";
    case opcode::walk_cell:
      return "if ($yb) $ra = $yb[$kc].edge;";
    case opcode::make_part:
      return "if ($yb) $pa = part_of{$yb, &$yb[$kc]};";
    case opcode::link_part:
      return "if (rich* at = rich_of($ra)) at->part = $pb;";
    case opcode::walk_part:
      return "if (rich* at = rich_of($rb)) $pa = at->part;";
    case opcode::write_part:
      return "if ($pa) $pa->edge = $rb;";
    case opcode::make_tuple:
      return "$ta = tuple(in, $rb, $rc, $lc);";
    case opcode::loosen:
      return "$la = $ob;";
    case opcode::link_any:
      return "if (rich* at = rich_of($ra)) at->any = $lb;";
    case opcode::walk_any:
      return "if (rich* at = rich_of($rb)) $la = at->any;";
    case opcode::drop_few:
      return "$da = {};";
    case opcode::push_item:
      return "if (rich* at = rich_of($rb)) at->items.push_back($ra);";
    case opcode::insert_item:
      return "if (rich* at = rich_of($rb)) at->items.insert(at->items.begin() + $ic % (at->items.size() + 1), $ra);";
    case opcode::pop_item:
      return "if (rich* at = rich_of($ra); at && !at->items.empty()) at->items.pop_back();";
    case opcode::erase_item:
      return "if (rich* at = rich_of($ra); at && !at->items.empty()) "
             "at->items.erase(at->items.begin() + $ic % at->items.size());";
    case opcode::clear_items:
      return "if (rich* at = rich_of($ra)) at->items.clear();";
    case opcode::swap_items:
      return "if (rich *at = rich_of($ra), *with = rich_of($rb); at && with) at->items.swap(with->items);";
    case opcode::walk_item:
      return "if (rich* at = rich_of($rb); at && !at->items.empty()) $ra = at->items[$ic % at->items.size()];";
    case opcode::put_name:
      return "if (rich* at = rich_of($rb)) at->named.insert_or_assign($nc, $ra);";
    case opcode::erase_name:
      return "if (rich* at = rich_of($ra)) at->named.erase($nc);";
    case opcode::clear_names:
      return "if (rich* at = rich_of($ra)) at->named.clear();";
    case opcode::pop_name:
      return "if (rich* at = rich_of($rb); at && !at->named.empty()) $ra = at->named.popitem().second;";
    case opcode::walk_name:
      return "if (rich* at = rich_of($rb)) $ra = at->named.get($nc);";
    case opcode::collect:
      return "while (gc::collect() != 0) {}";
    case opcode::collect_young:
      return "gc::collect(0);";
    case opcode::step:
      return "gc::step($sa);";
    case opcode::watch:
      return "$wa = {$rb, [&] { in.act($vc, $ic / 2, nullptr, moment::callback); }};";
    case opcode::lock:
      return "$ra = $wb.lock();";
    case opcode::unwatch:
      return "$wa.reset();";
    case opcode::intern:
      return "$xa = in.word($ib);";
    case opcode::copy:
      return "$ra = ouro::copy($rb);";
    case opcode::deepcopy:
      return "$ra = ouro::deepcopy($rb);";
    case opcode::freeze:
      return "gc::freeze();";
    case opcode::unfreeze:
      return "gc::unfreeze();";
    case opcode::immortalize:
      return "if ($ra) ouro::immortalize($ra);";
    case opcode::defer:
      return "if (!deferred) deferred.emplace();";
    case opcode::undefer:
      return "deferred.reset();";
    case opcode::drain:
      return "gc::drain($ia % 8);";
    case opcode::set_nesting:
      return "gc::set_destruction_stack(1024 * $ia);";
    case opcode::set_threshold:
      return "gc::set_threshold($ia % 32);";
    case opcode::pause:
      return "if (pause) pause.reset(); else pause.emplace();";
    case opcode::set_trigger:
      return "gc::set_trigger($ia % 2 != 0 ? ouro::gc_trigger::safepoint : ouro::gc_trigger::allocation);";
    case opcode::safepoint:
      return "gc::safepoint();";
    case opcode::enable:
      return "$ia % 2 != 0 ? gc::enable() : gc::disable();";
    case opcode::inspect:
      return "{ const auto all = {gc::referents($ra), gc::referrers($ra), gc::objects()}; }";
    case opcode::fail_trace:
      return "in.traces_left = $ia;";
    case opcode::fail:
      return "ouro::fuzz::faulty_allocator::left = $ia % 32;";
    case opcode::enter:
      return "// From here on in the private heap $ia % 3, of which each has its own `in`; 0 is none.";
    case opcode::limit:
      return "// The private heap is limited to $ia % 16 pools of 32 KiB.";
    case opcode::end_heap:
      return "// The private heap $ia % 3 ends, with all that lives in it.";
    case opcode::move_thread:
      return "// From here on on thread $ia % 3; 0 is the first one.";
    case opcode::end_thread:
      return "// Thread $ia % 3 ends.";
    case opcode::share:
      return "$ra.reset();  // while other threads copy, watch and drop handles of all roots";
    case opcode::restart:
      return "deferred.reset(); in.drop_all(); gc::unfreeze(); while (gc::collect() != 0) {}";
    case opcode::count:
      return "";
  }
  return "";
}

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
      case 'w':
        return indexed("in.watch", number, watches) + ".to";
      case 'x':
        return indexed("in.text", number, words);
      case 'e':
        return number % 2 == 0 ? "left" : "right";
      case 'k':
        return std::to_string(number % cells);
      case 'n':
        return std::to_string(number % 6);
      case 's':
        return std::to_string(std::size_t{1} << number % 8);
      case 'u':
        return "behaviour::" + std::string{name_of(rising_behaviour_of(number))};
      case 'v':
        return "behaviour::" + std::string{name_of(behaviour_of(number))};
      case 'o':
        return what_.c % 3 == 0   ? part('r', number)
               : what_.c % 3 == 1 ? part('y', number)
                                  : part('t', number) + ".block()";
      case 'd':
        return part("lypt"[what_.b % 4], number);
      default:
        return std::to_string(number);
    }
  }

  operation what_;
};

/// All operations there are, for a test of what is printed.
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
      "#include <fuzz/graph/faulty_allocator.hpp>\n#include <fuzz/graph/graph.hpp>\n#include <ouro/ouro.hpp>\n\n"
      "#include <optional>\n#include <utility>\n\nusing namespace ouro::fuzz;\n\nusing memory = " +
      std::string{under.spelled} +
      ";\nusing gc = memory::gc;\n"
      "struct kit {\n  using memory = ::memory;\n  using oracle = no_oracle;\n};\n"
      "using node = plain_node<kit>;\nusing rich = rich_node<kit>;\nusing element = cell<kit>;\n"
      "using plan = array_plan<kit>;\nusing part_of = part_of_array<kit>;\nusing tuple = graph<kit>::tuple;\n"
      "using pointer = memory::ptr<node>;\n\n"
      "rich* rich_of(const pointer& of) { return of ? of->as_rich() : nullptr; }\n\n"
      "int main() {\n  graph<kit> in;\n  std::optional<gc::deferred_drops> deferred;\n  std::optional<gc::pause> "
      "pause;\n";
  for (const operation& each : what) text += "  " + statement_printer{each}.print() + "\n";
  return text + "  deferred.reset();\n  in.drop_all();\n  gc::unfreeze();\n  gc::collect();\n}\n";
}

}  // namespace ouro::fuzz
