#pragma once
/// \file
/// A function while it is being compiled: its code so far, its local variables, and those of the functions around it
/// that it uses.

#include "globals.hpp"
#include "object.hpp"
#include "op.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace lox {

enum class function_kind : std::uint8_t { script, function, method, initializer };

template <class Memory>
class function_builder {
 public:
  static constexpr std::size_t most_locals = 256;
  static constexpr std::size_t most_upvalues = 256;
  static constexpr std::size_t most_constants = 256;
  static constexpr std::size_t longest_jump = std::numeric_limits<std::uint16_t>::max();  ///< bytes

  struct local {
    std::string_view name;
    int depth;         ///< of its block; -1 until its initialiser is over
    bool is_captured;  ///< by a closure
  };
  struct captured {
    std::uint8_t index;
    bool is_local;  ///< of the function around, or else one of its upvalues

    [[nodiscard]] friend bool operator==(captured, captured) = default;
  };

  /// Slot 0 holds the function itself, or `this`. \throws std::bad_alloc
  function_builder(function_kind of, function_builder* around)
      : kind{of}, enclosing{around}, made{Memory::template make<function<Memory>>()} {
    const bool has_this = of == function_kind::method || of == function_kind::initializer;
    locals.push_back({has_this ? "this" : "", 0, false});
  }

  /// `effect`: by how much the instruction changes the height of the stack. Becomes one with the instruction before
  /// where there is one that does both.
  void emit(op code, int effect, int line) {
    const op before = last_ == nowhere ? op::close_upvalue : op{made->code[last_]};
    if (const std::optional<op> both = fused(before, code)) {
      made->code[last_] = static_cast<std::uint8_t>(*both);
      if (before == op::constant) made->lines.back() = line;  // which cannot fail by itself
    } else {
      last_ = made->code.size();
      emit_byte(static_cast<std::uint8_t>(code), line);
    }
    height_ += effect;
    made->most_stack = std::max(made->most_stack, static_cast<std::size_t>(height_));
  }
  void emit_byte(std::uint8_t byte, int line) {
    made->code.push_back(byte);
    made->lines.push_back(line);
  }
  void emit_wide(std::size_t number, int line) {
    emit_byte(static_cast<std::uint8_t>(number >> 8), line);
    emit_byte(static_cast<std::uint8_t>(number & 0xFF), line);
  }

  /// Whether the instruction before pushes `this`; then it is taken back. Nobody assigns to `this`: it need not be on
  /// the stack while the value is made that one of its fields is to have.
  [[nodiscard]] bool take_back_this() {
    if (last_ == nowhere || op{made->code[last_]} != op::get_local || made->code.back() != 0) return false;
    made->code.resize(last_);
    made->lines.resize(last_);
    last_ = nowhere;
    --height_;
    return true;
  }

  /// Returns where the distance stands. A comparison that jumps fails in the line of the comparison.
  [[nodiscard]] std::size_t emit_jump(op code, int effect, int line) {
    emit(code, effect, line);
    emit_wide(longest_jump, made->lines[last_]);
    return made->code.size() - 2;
  }

  /// Lets a jump lead to the next instruction. False when that is too far.
  [[nodiscard]] bool patch_jump(std::size_t at) noexcept {
    last_ = nowhere;
    const std::size_t distance = made->code.size() - at - 2;
    if (distance > longest_jump) return false;
    made->code[at] = static_cast<std::uint8_t>(distance >> 8);
    made->code[at + 1] = static_cast<std::uint8_t>(distance & 0xFF);
    return true;
  }

  /// Where a jump backwards leads to.
  [[nodiscard]] std::size_t label() noexcept {
    last_ = nowhere;
    return made->code.size();
  }

  /// Of the stack, as the caller of the function has left it.
  void set_height(int height) noexcept { height_ = height; }

  /// The innermost local variable of that name, or -1.
  [[nodiscard]] int find_local(std::string_view name) const noexcept {
    for (std::size_t i = locals.size(); i != 0; --i) {
      if (locals[i - 1].name == name) return static_cast<int>(i - 1);
    }
    return -1;
  }

  const function_kind kind;
  function_builder* const enclosing;
  const typename Memory::template ptr<function<Memory>> made;
  std::vector<local> locals;
  std::vector<captured> upvalues;
  int depth = 0;  ///< nested blocks

 private:
  static constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

  int height_ = 1;
  std::size_t last_ = nowhere;  ///< the instruction before, unless a jump leads behind it
};

}  // namespace lox
