#pragma once
/// \file
/// From source to code in one pass (Pratt, "Top down operator precedence", POPL 1973, for the expressions).

#include "function_builder.hpp"
#include "globals.hpp"
#include "object.hpp"
#include "op.hpp"
#include "scanner.hpp"
#include "token.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace lox {

template <class Memory>
class compiler {
  using builder = function_builder<Memory>;

 public:
  using function_pointer = typename Memory::template ptr<function<Memory>>;

  /// Faults go to `stderr`. Adds to `made` the functions that it makes, with that of the program.
  compiler(std::string_view source, globals<Memory>& known, std::size_t& made)
      : scanner_{source}, globals_{known}, made_{made} {}

  /// The whole program as a function without parameters; null when it has faults. \throws std::bad_alloc
  [[nodiscard]] function_pointer compile() {
    builder script{function_kind::script, nullptr};
    ++made_;
    current_ = &script;
    advance();
    while (!match(token_kind::end)) declaration();
    emit_return();
    return had_fault_ ? nullptr : script.made;
  }

 private:
  enum precedence : std::uint8_t {
    none,
    assignment,
    or_,
    and_,
    equality,
    comparison,
    term,
    factor,
    unary,
    call,
  };

  using parse_function = void (compiler::*)(bool can_assign);
  struct rule {
    parse_function prefix = nullptr;
    parse_function infix = nullptr;
    precedence level = none;
  };

  struct class_scope {
    class_scope* enclosing;
    bool has_superclass;
  };

  /// Deeper than anybody writes, and shallow enough for the stack of C++.
  static constexpr int deepest = 1000;

  [[nodiscard]] static rule rule_of(token_kind kind) noexcept {
    switch (kind) {
      case token_kind::left_paren:
        return {&compiler::grouping, &compiler::call_arguments, call};
      case token_kind::dot:
        return {nullptr, &compiler::property, call};
      case token_kind::minus:
        return {&compiler::unary_operator, &compiler::binary_operator, term};
      case token_kind::plus:
        return {nullptr, &compiler::binary_operator, term};
      case token_kind::slash:
      case token_kind::star:
        return {nullptr, &compiler::binary_operator, factor};
      case token_kind::bang:
        return {&compiler::unary_operator, nullptr, none};
      case token_kind::bang_equal:
      case token_kind::equal_equal:
        return {nullptr, &compiler::binary_operator, equality};
      case token_kind::greater:
      case token_kind::greater_equal:
      case token_kind::less:
      case token_kind::less_equal:
        return {nullptr, &compiler::binary_operator, comparison};
      case token_kind::identifier:
        return {&compiler::variable, nullptr, none};
      case token_kind::text:
        return {&compiler::string_literal, nullptr, none};
      case token_kind::number:
        return {&compiler::number_literal, nullptr, none};
      case token_kind::and_:
        return {nullptr, &compiler::and_operator, and_};
      case token_kind::or_:
        return {nullptr, &compiler::or_operator, or_};
      case token_kind::false_:
      case token_kind::nil:
      case token_kind::true_:
        return {&compiler::literal, nullptr, none};
      case token_kind::super:
        return {&compiler::super, nullptr, none};
      case token_kind::this_:
        return {&compiler::this_, nullptr, none};
      default:
        return {};
    }
  }

  // Tokens and faults.

  void advance() {
    previous_ = next_;
    for (;;) {
      next_ = is_given_up_ ? token{token_kind::end, {}, previous_.line} : scanner_.next();
      if (next_.kind != token_kind::error) return;
      fault_at(next_, next_.text);
    }
  }

  [[nodiscard]] bool check(token_kind kind) const noexcept { return next_.kind == kind; }

  [[nodiscard]] bool match(token_kind kind) {
    if (!check(kind)) return false;
    advance();
    return true;
  }

  void consume(token_kind kind, const char* otherwise) {
    if (!match(kind)) fault_at(next_, otherwise);
  }

  /// Only the first of those that follow from each other is told, and none after it has given up.
  void fault_at(const token& at, std::string_view what) {
    if (is_panicking_ || is_given_up_) return;
    is_panicking_ = true;
    had_fault_ = true;
    std::fprintf(stderr, "[line %d] Error", at.line);
    if (at.kind == token_kind::end) {
      std::fprintf(stderr, " at end");
    } else if (at.kind != token_kind::error) {
      std::fprintf(stderr, " at '%.*s'", static_cast<int>(at.text.size()), at.text.data());
    }
    std::fprintf(stderr, ": %.*s\n", static_cast<int>(what.size()), what.data());
  }
  void fault(std::string_view what) { fault_at(previous_, what); }

  /// Goes on behind the statement that has a fault.
  void synchronize() {
    is_panicking_ = false;
    while (!check(token_kind::end)) {
      if (previous_.kind == token_kind::semicolon) return;
      switch (next_.kind) {
        case token_kind::class_:
        case token_kind::fun:
        case token_kind::var:
        case token_kind::for_:
        case token_kind::if_:
        case token_kind::while_:
        case token_kind::print:
        case token_kind::return_:
          return;
        default:
          advance();
      }
    }
  }

  /// Counts what is nested, and gives up on what is nested too deeply.
  class nesting {
   public:
    explicit nesting(compiler& of) : of_{of} {
      if (++of_.nested_ <= deepest || of_.is_given_up_) return;
      of_.fault("Code is nested too deeply.");
      of_.is_given_up_ = true;
      of_.advance();
    }
    nesting(const nesting&) = delete;
    nesting& operator=(const nesting&) = delete;
    ~nesting() { --of_.nested_; }

   private:
    compiler& of_;
  };

  // Code.

  void emit(op code, int effect) { current_->emit(code, effect, previous_.line); }
  void emit_byte(std::size_t byte) { current_->emit_byte(static_cast<std::uint8_t>(byte), previous_.line); }
  void emit_wide(std::size_t number) { current_->emit_wide(number, previous_.line); }
  [[nodiscard]] std::size_t emit_jump(op code, int effect = 0) {
    return current_->emit_jump(code, effect, previous_.line);
  }

  void patch_jump(std::size_t at) {
    if (!current_->patch_jump(at)) fault("Too much code to jump over.");
  }

  void emit_loop(std::size_t start) {
    emit(op::loop, 0);
    const std::size_t distance = current_->label() - start + 2;
    if (distance > builder::longest_jump) fault("Loop body too large.");
    emit_wide(distance);
  }

  void emit_return() { emit(current_->kind == function_kind::initializer ? op::return_this : op::return_nil, 0); }

  [[nodiscard]] std::size_t add_constant(value<Memory> constant) {
    auto& constants = current_->made->constants;
    if (constants.size() == builder::most_constants) {
      fault("Too many constants in one chunk.");
      return 0;
    }
    constants.push_back(std::move(constant));
    return constants.size() - 1;
  }

  void emit_constant(value<Memory> constant) {
    const std::size_t index = add_constant(std::move(constant));
    emit(op::constant, 1);
    emit_byte(index);
  }

  void emit_site(const token& name) {
    auto& sites = current_->made->sites;
    if (sites.size() > builder::longest_jump) return fault("Too many properties in one chunk.");
    sites.push_back({string{name.text}});
    emit_wide(sites.size() - 1);
  }

  void emit_global(op code, int effect, std::size_t number) {
    emit(code, effect);
    emit_wide(number);
  }

  [[nodiscard]] std::size_t global_of(const token& name) {
    const string known{name.text};
    if (globals_.size() == globals<Memory>::most) {
      fault("Too many global variables.");
      return 0;
    }
    return globals_.number_of(known);
  }

  // Variables.

  void begin_scope() noexcept { ++current_->depth; }

  void end_scope() {
    --current_->depth;
    auto& locals = current_->locals;
    while (!locals.empty() && locals.back().depth > current_->depth) {
      emit(locals.back().is_captured ? op::close_upvalue : op::pop, -1);
      locals.pop_back();
    }
  }

  void add_local(std::string_view name) {
    if (current_->locals.size() == builder::most_locals) return fault("Too many local variables in function.");
    current_->locals.push_back({name, -1, false});
  }

  /// A name has been declared; in the outermost scope of the script, a global one.
  void declare_local(const token& name) {
    if (current_->depth == 0) return;
    const auto& locals = current_->locals;
    for (std::size_t i = locals.size(); i != 0; --i) {
      const auto& each = locals[i - 1];
      if (each.depth != -1 && each.depth < current_->depth) break;
      if (each.name == name.text) fault("Already a variable with this name in this scope.");
    }
    add_local(name.text);
  }

  /// From here on the local variable that was declared last may be used.
  void mark_initialized() noexcept {
    if (current_->depth != 0) current_->locals.back().depth = current_->depth;
  }

  /// Returns the number of a global one.
  [[nodiscard]] std::size_t parse_variable(const char* otherwise) {
    consume(token_kind::identifier, otherwise);
    declare_local(previous_);
    return current_->depth != 0 ? 0 : global_of(previous_);
  }

  /// Its value is on the stack, where a local one stays.
  void define_variable(std::size_t global) {
    if (current_->depth != 0) {
      mark_initialized();
    } else {
      emit_global(op::define_global, -1, global);
    }
  }

  [[nodiscard]] int resolve_local(const builder& in, std::string_view name) {
    const int found = in.find_local(name);
    if (found != -1 && in.locals[static_cast<std::size_t>(found)].depth == -1) {
      fault("Can't read local variable in its own initializer.");
    }
    return found;
  }

  [[nodiscard]] int add_upvalue(builder& to, typename builder::captured wanted) {
    for (std::size_t i = 0; i != to.upvalues.size(); ++i) {
      if (to.upvalues[i] == wanted) return static_cast<int>(i);
    }
    if (to.upvalues.size() == builder::most_upvalues) {
      fault("Too many closure variables in function.");
      return 0;
    }
    to.upvalues.push_back(wanted);
    to.made->upvalues = to.upvalues.size();
    return static_cast<int>(to.upvalues.size()) - 1;
  }

  /// -1 where no function around has such a variable.
  [[nodiscard]] int resolve_upvalue(builder& in, std::string_view name) {
    if (in.enclosing == nullptr) return -1;
    if (const int found = resolve_local(*in.enclosing, name); found != -1) {
      in.enclosing->locals[static_cast<std::size_t>(found)].is_captured = true;
      return add_upvalue(in, {static_cast<std::uint8_t>(found), true});
    }
    const int found = resolve_upvalue(*in.enclosing, name);
    return found == -1 ? -1 : add_upvalue(in, {static_cast<std::uint8_t>(found), false});
  }

  void named_variable(const token& name, bool can_assign) {
    op get = op::get_local;
    op set = op::set_local;
    int found = resolve_local(*current_, name.text);
    if (found == -1) {
      get = op::get_upvalue;
      set = op::set_upvalue;
      found = resolve_upvalue(*current_, name.text);
    }
    const bool is_global = found == -1;
    const std::size_t number = is_global ? global_of(name) : static_cast<std::size_t>(found);
    const bool assigns = can_assign && match(token_kind::equal);
    if (assigns) expression();
    if (is_global) {
      emit_global(assigns ? op::set_global : op::get_global, assigns ? 0 : 1, number);
    } else {
      emit(assigns ? set : get, assigns ? 0 : 1);
      emit_byte(number);
    }
  }

  [[nodiscard]] static token synthetic(std::string_view text) noexcept { return {token_kind::identifier, text, 0}; }

  // Expressions.

  void expression() { parse(assignment); }

  void parse(precedence least) {
    const nesting deeper{*this};
    if (is_given_up_) return;
    advance();
    const parse_function prefix = rule_of(previous_.kind).prefix;
    if (prefix == nullptr) return fault("Expect expression.");
    const bool can_assign = least <= assignment;
    (this->*prefix)(can_assign);
    while (least <= rule_of(next_.kind).level) {
      advance();
      (this->*rule_of(previous_.kind).infix)(can_assign);
    }
    if (can_assign && match(token_kind::equal)) fault("Invalid assignment target.");
  }

  void grouping(bool) {
    expression();
    consume(token_kind::right_paren, "Expect ')' after expression.");
  }

  void number_literal(bool) { emit_constant(std::strtod(std::string{previous_.text}.c_str(), nullptr)); }

  void string_literal(bool) { emit_constant(string{previous_.text.substr(1, previous_.text.size() - 2)}); }

  void literal(bool) {
    emit(previous_.kind == token_kind::nil ? op::nil : previous_.kind == token_kind::true_ ? op::true_ : op::false_, 1);
  }

  void variable(bool can_assign) { named_variable(previous_, can_assign); }

  void unary_operator(bool) {
    const token_kind kind = previous_.kind;
    parse(unary);
    emit(kind == token_kind::minus ? op::negate : op::not_, 0);
  }

  void binary_operator(bool) {
    const token_kind kind = previous_.kind;
    parse(static_cast<precedence>(rule_of(kind).level + 1));
    switch (kind) {
      case token_kind::bang_equal:
        return emit(op::not_equal, -1);
      case token_kind::equal_equal:
        return emit(op::equal, -1);
      case token_kind::greater:
        return emit(op::greater, -1);
      case token_kind::greater_equal:
        return emit(op::not_less, -1);
      case token_kind::less:
        return emit(op::less, -1);
      case token_kind::less_equal:
        return emit(op::not_greater, -1);
      case token_kind::plus:
        return emit(op::add, -1);
      case token_kind::minus:
        return emit(op::subtract, -1);
      case token_kind::star:
        return emit(op::multiply, -1);
      default:
        return emit(op::divide, -1);
    }
  }

  void and_operator(bool) {
    const std::size_t end = emit_jump(op::jump_if_false);
    emit(op::pop, -1);
    parse(and_);
    patch_jump(end);
  }

  void or_operator(bool) {
    const std::size_t otherwise = emit_jump(op::jump_if_false);
    const std::size_t end = emit_jump(op::jump);
    patch_jump(otherwise);
    emit(op::pop, -1);
    parse(or_);
    patch_jump(end);
  }

  [[nodiscard]] std::size_t arguments() {
    std::size_t given = 0;
    if (!check(token_kind::right_paren)) {
      do {
        expression();
        if (given == 255) fault("Can't have more than 255 arguments.");
        ++given;
      } while (match(token_kind::comma));
    }
    consume(token_kind::right_paren, "Expect ')' after arguments.");
    return given;
  }

  void call_arguments(bool) {
    const std::size_t given = arguments();
    emit(op::call, -static_cast<int>(given));
    emit_byte(given);
  }

  void property(bool can_assign) {
    consume(token_kind::identifier, "Expect property name after '.'.");
    const token name = previous_;
    if (can_assign && match(token_kind::equal)) {
      const bool of_this = current_->take_back_this();
      expression();
      emit(of_this ? op::set_this_property : op::set_property, of_this ? 0 : -1);
      emit_site(name);
    } else if (match(token_kind::left_paren)) {
      const std::size_t given = arguments();
      emit(op::invoke, -static_cast<int>(given));
      emit_site(name);
      emit_byte(given);
    } else {
      emit(op::get_property, 0);
      emit_site(name);
    }
  }

  void this_(bool) {
    if (class_ == nullptr) return fault("Can't use 'this' outside of a class.");
    named_variable(previous_, false);
  }

  void super(bool) {
    if (class_ == nullptr) {
      fault("Can't use 'super' outside of a class.");
    } else if (!class_->has_superclass) {
      fault("Can't use 'super' in a class with no superclass.");
    }
    consume(token_kind::dot, "Expect '.' after 'super'.");
    consume(token_kind::identifier, "Expect superclass method name.");
    const token name = previous_;
    named_variable(synthetic("this"), false);
    if (match(token_kind::left_paren)) {
      const std::size_t given = arguments();
      named_variable(synthetic("super"), false);
      emit(op::super_invoke, -static_cast<int>(given) - 1);
      emit_site(name);
      emit_byte(given);
    } else {
      named_variable(synthetic("super"), false);
      emit(op::get_super, -1);
      emit_site(name);
    }
  }

  // Statements.

  void declaration() {
    if (match(token_kind::class_)) {
      class_declaration();
    } else if (match(token_kind::fun)) {
      const std::size_t global = parse_variable("Expect function name.");
      mark_initialized();  // it may call itself
      function_body(function_kind::function);
      define_variable(global);
    } else if (match(token_kind::var)) {
      variable_declaration();
    } else {
      statement();
    }
    if (is_panicking_) synchronize();
  }

  void variable_declaration() {
    const std::size_t global = parse_variable("Expect variable name.");
    if (match(token_kind::equal)) {
      expression();
    } else {
      emit(op::nil, 1);
    }
    consume(token_kind::semicolon, "Expect ';' after variable declaration.");
    define_variable(global);
  }

  void function_body(function_kind kind) {
    const nesting deeper{*this};
    builder inner{kind, current_};
    ++made_;
    inner.made->name = string{previous_.text};
    inner.made->is_named = true;
    current_ = &inner;
    begin_scope();
    consume(token_kind::left_paren, "Expect '(' after function name.");
    if (!check(token_kind::right_paren)) {
      do {
        if (++inner.made->arity > 255) fault_at(next_, "Can't have more than 255 parameters.");
        define_variable(parse_variable("Expect parameter name."));
      } while (match(token_kind::comma));
    }
    inner.set_height(1 + static_cast<int>(inner.made->arity));
    consume(token_kind::right_paren, "Expect ')' after parameters.");
    consume(token_kind::left_brace, "Expect '{' before function body.");
    block();
    emit_return();
    current_ = inner.enclosing;

    const std::size_t constant = add_constant(inner.made);
    emit(op::closure, 1);
    emit_byte(constant);
    for (const auto& each : inner.upvalues) {
      emit_byte(each.is_local ? 1 : 0);
      emit_byte(each.index);
    }
  }

  void class_declaration() {
    consume(token_kind::identifier, "Expect class name.");
    const token name = previous_;
    declare_local(name);
    const std::size_t global = current_->depth != 0 ? 0 : global_of(name);
    const std::size_t constant = add_constant(string{name.text});
    emit(op::class_, 1);
    emit_byte(constant);
    define_variable(global);

    class_scope scope{class_, false};
    class_ = &scope;
    if (match(token_kind::less)) {
      consume(token_kind::identifier, "Expect superclass name.");
      variable(false);
      if (name.text == previous_.text) fault("A class can't inherit from itself.");
      begin_scope();
      add_local("super");
      define_variable(0);
      named_variable(name, false);
      emit(op::inherit, -1);
      scope.has_superclass = true;
    }
    named_variable(name, false);
    consume(token_kind::left_brace, "Expect '{' before class body.");
    while (!check(token_kind::right_brace) && !check(token_kind::end)) method();
    consume(token_kind::right_brace, "Expect '}' after class body.");
    emit(op::pop, -1);
    if (scope.has_superclass) end_scope();
    class_ = scope.enclosing;
  }

  void method() {
    consume(token_kind::identifier, "Expect method name.");
    const std::size_t constant = add_constant(string{previous_.text});
    function_body(previous_.text == "init" ? function_kind::initializer : function_kind::method);
    emit(op::method, -1);
    emit_byte(constant);
  }

  void block() {
    while (!check(token_kind::right_brace) && !check(token_kind::end)) declaration();
    consume(token_kind::right_brace, "Expect '}' after block.");
  }

  void statement() {
    const nesting deeper{*this};
    if (match(token_kind::print)) {
      expression();
      consume(token_kind::semicolon, "Expect ';' after value.");
      emit(op::print, -1);
    } else if (match(token_kind::for_)) {
      for_statement();
    } else if (match(token_kind::if_)) {
      if_statement();
    } else if (match(token_kind::return_)) {
      return_statement();
    } else if (match(token_kind::while_)) {
      while_statement();
    } else if (match(token_kind::left_brace)) {
      begin_scope();
      block();
      end_scope();
    } else {
      expression();
      consume(token_kind::semicolon, "Expect ';' after expression.");
      emit(op::pop, -1);
    }
  }

  void if_statement() {
    consume(token_kind::left_paren, "Expect '(' after 'if'.");
    expression();
    consume(token_kind::right_paren, "Expect ')' after condition.");
    const std::size_t otherwise = emit_jump(op::pop_jump_if_false, -1);
    statement();
    if (match(token_kind::else_)) {
      const std::size_t end = emit_jump(op::jump);
      patch_jump(otherwise);
      statement();
      patch_jump(end);
    } else {
      patch_jump(otherwise);
    }
  }

  void while_statement() {
    const std::size_t start = current_->label();
    consume(token_kind::left_paren, "Expect '(' after 'while'.");
    expression();
    consume(token_kind::right_paren, "Expect ')' after condition.");
    const std::size_t end = emit_jump(op::pop_jump_if_false, -1);
    statement();
    emit_loop(start);
    patch_jump(end);
  }

  void for_statement() {
    begin_scope();
    consume(token_kind::left_paren, "Expect '(' after 'for'.");
    if (match(token_kind::var)) {
      variable_declaration();
    } else if (!match(token_kind::semicolon)) {
      expression();
      consume(token_kind::semicolon, "Expect ';' after expression.");
      emit(op::pop, -1);
    }
    std::size_t start = current_->label();
    std::size_t end = 0;
    const bool has_condition = !match(token_kind::semicolon);
    if (has_condition) {
      expression();
      consume(token_kind::semicolon, "Expect ';' after loop condition.");
      end = emit_jump(op::pop_jump_if_false, -1);
    }
    if (!match(token_kind::right_paren)) {
      const std::size_t body = emit_jump(op::jump);
      const std::size_t increment = current_->label();
      expression();
      emit(op::pop, -1);
      consume(token_kind::right_paren, "Expect ')' after for clauses.");
      emit_loop(start);
      start = increment;
      patch_jump(body);
    }
    statement();
    emit_loop(start);
    if (has_condition) patch_jump(end);
    end_scope();
  }

  void return_statement() {
    if (current_->kind == function_kind::script) fault("Can't return from top-level code.");
    if (match(token_kind::semicolon)) return emit_return();
    if (current_->kind == function_kind::initializer) fault("Can't return a value from an initializer.");
    expression();
    consume(token_kind::semicolon, "Expect ';' after return value.");
    emit(op::return_, -1);
  }

  scanner scanner_;
  globals<Memory>& globals_;
  token previous_;
  token next_;
  builder* current_ = nullptr;
  class_scope* class_ = nullptr;
  std::size_t& made_;
  int nested_ = 0;
  bool had_fault_ = false;
  bool is_panicking_ = false;
  bool is_given_up_ = false;  ///< the rest of the source is not read
};

}  // namespace lox
