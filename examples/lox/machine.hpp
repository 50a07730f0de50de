#pragma once
/// \file
/// Runs code: a stack of values, and a frame for each call that is under way.
///
/// The stack owns what it holds. Reading a variable copies a value, and so counts; operators and calls move what they
/// take. Numbers are not counted at all. No global, property or method is looked up by name twice at the same place of
/// a program while that meets the same class.

#include "compiler.hpp"
#include "globals.hpp"
#include "object.hpp"
#include "op.hpp"
#include "value.hpp"

#include <ouro/ouro.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lox {

enum class outcome : std::uint8_t { success, compile_error, runtime_error };

template <class Memory>
class machine {
  using any = value<Memory>;
  template <class T>
  using ptr = typename Memory::template ptr<T>;

 public:
  machine() { globals_.define(string{"clock"}, make<native<Memory>>(&clock)); }
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;
  ~machine() { unwind(0); }

  /// Output goes to `stdout`, faults to `stderr`.
  outcome interpret(std::string_view source) {
    try {
      auto script = compiler<Memory>{source, globals_}.compile();
      if (script == nullptr) return outcome::compile_error;
      push(make<closure<Memory>>(std::move(script)));
      if (call(as<closure<Memory>>(peek()), 0) && run()) return outcome::success;
    } catch (const std::bad_alloc&) {
      static_cast<void>(fail("Out of memory."));
    }
    return outcome::runtime_error;
  }

  /// Programs end with a fault after so many calls and jumps backwards more (a `for` jumps twice each time): for hosts
  /// that must go on.
  void set_patience(std::uint64_t calls_and_jumps) noexcept { patience_ = calls_and_jumps; }

  /// Objects made so far, strings aside.
  [[nodiscard]] std::size_t made() const noexcept { return made_; }

 private:
  struct frame {
    const closure<Memory>* running;  ///< kept alive by the stack, or by the class of the receiver there
    const std::uint8_t* next;        ///< instruction
    any* slots;                      ///< of the function's local variables
    const any* constants;            ///< of the function
    property_site<Memory>* sites;    ///< of the function
  };

  static constexpr std::size_t most_frames = 64;
  static constexpr std::size_t most_values = most_frames * 256;

  template <class T, class... Args>
  [[nodiscard]] ptr<T> make(Args&&... args) {
    ++made_;
    return Memory::template make<T>(std::forward<Args>(args)...);
  }

  static any clock(int, const any*) {
    using namespace std::chrono;
    return duration<double>(steady_clock::now().time_since_epoch()).count();
  }

  // The stack.

  /// Whoever calls has checked that there is room (`call`).
  void push(any pushed) noexcept { std::construct_at(top_++, std::move(pushed)); }
  any pop() noexcept { return any::relocated(*--top_); }
  void drop() noexcept { std::destroy_at(--top_); }
  [[nodiscard]] any& peek(std::size_t below = 0) const noexcept { return *(top_ - 1 - below); }

  void drop_down_to(const any* end) noexcept {
    while (top_ != end) drop();
  }

  /// Ends all calls but the first `frames`.
  void unwind(std::size_t frames) noexcept {
    any* const end = frames == 0 ? stack_ : frames_[frames].slots;
    close_upvalues(end);
    drop_down_to(end);
    depth_ = frames;
  }

  // Faults.

  /// Tells what is wrong and where, and ends the program. Returns false.
  [[nodiscard]] bool fail(std::string_view what) noexcept {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
    for (std::size_t i = depth_; i != 0; --i) {
      const frame& at = frames_[i - 1];
      const function<Memory>& in = *at.running->made_of;
      const auto instruction = static_cast<std::size_t>(at.next - in.code.data()) - 1;
      if (in.is_named) {
        std::fprintf(stderr, "[line %d] in %s()\n", in.lines[instruction], in.name.c_str());
      } else {
        std::fprintf(stderr, "[line %d] in script\n", in.lines[instruction]);
      }
    }
    unwind(0);
    return false;
  }

  [[nodiscard]] bool fail_undefined(const char* what, const string& name) {
    return fail(std::string{"Undefined "} + what + " '" + name.c_str() + "'.");
  }

  // Objects.

  template <class T>
  [[nodiscard]] static T* as(const any& of) noexcept {
    return static_cast<T*>(of.as_object());
  }
  template <class T>
  [[nodiscard]] static ptr<T> pointer_to(T* object) noexcept {
    return Memory::from_this(object);
  }
  [[nodiscard]] static bool is(const any& of, object_kind kind) noexcept {
    return of.is_object() && of.as_object()->kind == kind;
  }

  static std::string text_of(const any& of) {
    if (of.is_nil()) return "nil";
    if (of.is_bool()) return of.as_bool() ? "true" : "false";
    if (of.is_string()) return std::string{of.characters()};
    if (of.is_number()) {
      std::array<char, 32> text;
      std::snprintf(text.data(), text.size(), "%g", of.as_number());
      return text.data();
    }
    switch (of.as_object()->kind) {
      case object_kind::closure:
        return text_of(*as<closure<Memory>>(of)->made_of);
      case object_kind::bound_method:
        return text_of(*as<bound_method<Memory>>(of)->method->made_of);
      case object_kind::function:
        return text_of(*as<function<Memory>>(of));
      case object_kind::class_:
        return as<class_<Memory>>(of)->name.c_str();
      case object_kind::instance:
        return std::string{as<instance<Memory>>(of)->of->name.view()} + " instance";
      case object_kind::native:
        return "<native fn>";
      case object_kind::upvalue:
        break;
    }
    return "upvalue";
  }
  static std::string text_of(const function<Memory>& of) {
    return of.is_named ? "<fn " + std::string{of.name.view()} + ">" : "<script>";
  }

  static void print(const any& printed) {
    const std::string text = text_of(printed);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fputc('\n', stdout);
  }

  // Upvalues.

  [[nodiscard]] ptr<upvalue<Memory>> capture(any* place) {
    auto at = open_.end();
    while (at != open_.begin() && (*(at - 1))->place > place) --at;
    if (at != open_.begin() && (*(at - 1))->place == place) return *(at - 1);
    return *open_.insert(at, make<upvalue<Memory>>(place));
  }

  /// Those of variables from `last` on.
  void close_upvalues(const any* last) noexcept {
    while (!open_.empty() && open_.back()->place >= last) {
      open_.back()->close();
      open_.pop_back();
    }
  }

  // Calls. The callee and its arguments are on the stack; false after a fault.

  [[nodiscard]] bool call(const closure<Memory>* called, int arguments) {
    function<Memory>& code = *called->made_of;
    if (arguments != code.arity) [[unlikely]] {
      return fail("Expected " + std::to_string(code.arity) + " arguments but got " + std::to_string(arguments) + ".");
    }
    any* const slots = top_ - arguments - 1;
    if (depth_ == most_frames || slots + code.most_stack > stack_ + most_values) [[unlikely]] {
      return fail("Stack overflow.");
    }
    if (patience_-- == 0) [[unlikely]]
      return fail("The program takes too long.");
    frames_[depth_++] = {called, code.code.data(), slots, code.constants.data(), code.sites.data()};
    return true;
  }

  [[nodiscard]] bool call_value(int arguments) {
    any& callee = peek(static_cast<std::size_t>(arguments));
    if (callee.is_object()) {
      switch (callee.as_object()->kind) {
        case object_kind::closure:
          return call(as<closure<Memory>>(callee), arguments);
        case object_kind::class_:
          return call_class(callee, arguments);
        case object_kind::bound_method: {
          const ptr<closure<Memory>> method = as<bound_method<Memory>>(callee)->method;
          callee = any{as<bound_method<Memory>>(callee)->receiver};
          return call(method.get(), arguments);
        }
        case object_kind::native: {
          any result = as<native<Memory>>(callee)->call(arguments, top_ - arguments);
          drop_down_to(top_ - arguments - 1);
          push(std::move(result));
          return true;
        }
        default:
          break;
      }
    }
    return fail("Can only call functions and classes.");
  }

  [[nodiscard]] bool call_class(any& callee, int arguments) {
    const ptr<class_<Memory>> called = pointer_to(as<class_<Memory>>(callee));
    callee = make<instance<Memory>>(called);
    if (called->initializer != nullptr) return call(called->initializer.get(), arguments);
    if (arguments == 0) return true;
    return fail("Expected 0 arguments but got " + std::to_string(arguments) + ".");
  }

  /// The method of a class, or null after a fault.
  [[nodiscard]] const closure<Memory>* find_method(const class_<Memory>& in, property_site<Memory>& at) {
    if (at.class_serial == in.serial) return at.method;
    const auto found = in.methods.find(at.name);
    if (found == in.methods.end()) {
      static_cast<void>(fail_undefined("property", at.name));
      return nullptr;
    }
    at.class_serial = in.serial;
    at.method = (*found).second.get();
    return at.method;
  }

  [[nodiscard]] bool invoke(property_site<Memory>& at, int arguments) {
    any& receiver = peek(static_cast<std::size_t>(arguments));
    if (!is(receiver, object_kind::instance)) return fail("Only instances have methods.");
    auto& object = *as<instance<Memory>>(receiver);
    if (const any* const field = object.fields.find(at.name, at.field); field != nullptr) {
      receiver = any{*field};
      return call_value(arguments);
    }
    const closure<Memory>* const method = find_method(*object.of, at);
    return method != nullptr && call(method, arguments);
  }

  [[nodiscard]] bool bind(any& receiver, const class_<Memory>& in, property_site<Memory>& at) {
    const closure<Memory>* const method = find_method(in, at);
    if (method == nullptr) return false;
    receiver = make<bound_method<Memory>>(receiver, pointer_to(const_cast<closure<Memory>*>(method)));
    return true;
  }

  [[nodiscard]] bool get_property(property_site<Memory>& at) {
    any& receiver = peek();
    if (!is(receiver, object_kind::instance)) return fail("Only instances have properties.");
    auto& object = *as<instance<Memory>>(receiver);
    if (const any* const field = object.fields.find(at.name, at.field); field != nullptr) {
      receiver = any{*field};
      return true;
    }
    return bind(receiver, *object.of, at);
  }

  [[nodiscard]] bool set_property(property_site<Memory>& at) {
    if (!is(peek(1), object_kind::instance)) return fail("Only instances have fields.");
    as<instance<Memory>>(peek(1))->fields.get_or_add(at.name, at.field) = peek();
    any assigned = pop();
    peek() = std::move(assigned);
    return true;
  }

  [[nodiscard]] bool add() {
    if (peek().is_string() && peek(1).is_string()) {
      text_.assign(peek(1).characters());
      text_ += peek().characters();
      drop();
      peek() = string{text_};
      return true;
    }
    return fail("Operands must be two numbers or two strings.");
  }

  void make_closure(frame& at) {
    const any& code = at.running->made_of->constants[*at.next++];
    auto made_closure = make<closure<Memory>>(pointer_to(as<function<Memory>>(code)));
    const auto upvalues = static_cast<std::size_t>(made_closure->made_of->upvalues);
    made_closure->upvalues.reserve(upvalues);
    for (std::size_t i = 0; i != upvalues; ++i) {
      const bool is_local = *at.next++ != 0;
      const std::size_t index = *at.next++;
      made_closure->upvalues.push_back(is_local ? capture(at.slots + index) : at.running->upvalues[index]);
    }
    push(std::move(made_closure));
  }

  [[nodiscard]] bool inherit() {
    if (!is(peek(1), object_kind::class_)) return fail("Superclass must be a class.");
    const auto& from = *as<class_<Memory>>(peek(1));
    auto& to = *as<class_<Memory>>(peek());
    to.methods = from.methods;
    to.initializer = from.initializer;
    drop();
    return true;
  }

  void define_method(const any& name) {
    const string called = name.as_string();
    auto& in = *as<class_<Memory>>(peek(1));
    const auto method = pointer_to(as<closure<Memory>>(peek()));
    if (called.view() == "init") in.initializer = method;
    in.methods.insert_or_assign(called, method);
    drop();
  }

  /// Until the outermost call returns, or fails. What changes with every instruction is kept in local variables, which
  /// `save` and `load` exchange with the members that all else looks at. \throws std::bad_alloc
  [[nodiscard]] bool run() {
    frame* at = nullptr;
    const std::uint8_t* next = nullptr;  ///< instruction
    any* slots = nullptr;
    any* top = nullptr;
    const any* constants = nullptr;
    const auto load = [&] {
      at = &frames_[depth_ - 1];
      next = at->next;
      slots = at->slots;
      constants = at->constants;
      top = top_;
    };
    const auto save = [&] {
      at->next = next;
      top_ = top;
    };
    const auto byte = [&]() -> std::size_t { return *next++; };
    const auto wide = [&]() -> std::size_t {
      next += 2;
      return static_cast<std::size_t>(next[-2] << 8 | next[-1]);
    };
    const auto site = [&]() -> property_site<Memory>& { return at->sites[wide()]; };
    const auto constant = [&]() -> const any& { return constants[byte()]; };
    const auto push_copy = [&](const any& of) { std::construct_at(top++, of); };
    const auto drop_here = [&] { std::destroy_at(--top); };
    const auto are_numbers = [&] { return top[-1].is_number() && top[-2].is_number(); };
    /// Of an operator with two numbers, neither of which is counted.
    const auto compute = [&](auto with) {
      if (!are_numbers()) [[unlikely]]
        return false;
      --top;
      top[-1].become(with(top[-1].as_number(), top[0].as_number()));
      return true;
    };
    const auto fail_here = [&](std::string_view what) {
      save();
      return fail(what);
    };

    load();
    for (;;) {
      switch (static_cast<op>(*next++)) {
        case op::constant:
          push_copy(constant());
          continue;
        case op::nil:
          std::construct_at(top++);
          continue;
        case op::true_:
          std::construct_at(top++, true);
          continue;
        case op::false_:
          std::construct_at(top++, false);
          continue;
        case op::pop:
          drop_here();
          continue;
        case op::get_local:
          push_copy(slots[byte()]);
          continue;
        case op::set_local:
          slots[byte()] = top[-1];
          continue;
        case op::get_global: {
          const auto& global = globals_[wide()];
          if (!global.is_defined) [[unlikely]] {
            save();
            return fail_undefined("variable", global.name);
          }
          push_copy(global.held);
          continue;
        }
        case op::set_global: {
          auto& global = globals_[wide()];
          if (!global.is_defined) [[unlikely]] {
            save();
            return fail_undefined("variable", global.name);
          }
          global.held = top[-1];
          continue;
        }
        case op::define_global: {
          auto& global = globals_[wide()];
          global.held = any::relocated(*--top);
          global.is_defined = true;
          continue;
        }
        case op::get_upvalue:
          push_copy(*at->running->upvalues[byte()]->place);
          continue;
        case op::set_upvalue:
          *at->running->upvalues[byte()]->place = top[-1];
          continue;
        case op::get_property: {
          auto& named = site();
          save();
          if (!get_property(named)) return false;
          continue;
        }
        case op::set_property: {
          auto& named = site();
          save();
          if (!set_property(named)) return false;
          --top;
          continue;
        }
        case op::get_super: {
          auto& named = site();
          const any superclass = any::relocated(*--top);
          save();
          if (!bind(peek(), *as<class_<Memory>>(superclass), named)) return false;
          continue;
        }
        case op::equal: {
          const any right = any::relocated(*--top);
          top[-1] = top[-1] == right;
          continue;
        }
        case op::greater:
          if (compute([](double left, double right) { return left > right; })) continue;
          return fail_here("Operands must be numbers.");
        case op::less:
          if (compute([](double left, double right) { return left < right; })) continue;
          return fail_here("Operands must be numbers.");
        case op::add:
          if (compute([](double left, double right) { return left + right; })) continue;
          save();
          if (!add()) return false;
          --top;
          continue;
        case op::subtract:
          if (compute([](double left, double right) { return left - right; })) continue;
          return fail_here("Operands must be numbers.");
        case op::multiply:
          if (compute([](double left, double right) { return left * right; })) continue;
          return fail_here("Operands must be numbers.");
        case op::divide:
          if (compute([](double left, double right) { return left / right; })) continue;
          return fail_here("Operands must be numbers.");
        case op::not_:
          top[-1] = !top[-1].is_true();
          continue;
        case op::negate:
          if (!top[-1].is_number()) [[unlikely]]
            return fail_here("Operand must be a number.");
          top[-1].become(-top[-1].as_number());
          continue;
        case op::print:
          save();  // making the text may run out of memory
          print(top[-1]);
          drop_here();
          continue;
        case op::jump: {
          const std::size_t distance = wide();
          next += distance;
          continue;
        }
        case op::jump_if_false: {
          const std::size_t distance = wide();
          if (!top[-1].is_true()) next += distance;
          continue;
        }
        case op::pop_jump_if_false: {
          const std::size_t distance = wide();
          if (!top[-1].is_true()) next += distance;
          drop_here();
          continue;
        }
        case op::loop: {
          const std::size_t distance = wide();
          if (patience_-- == 0) [[unlikely]]
            return fail_here("The program takes too long.");
          next -= distance;
          continue;
        }
        case op::call: {
          const auto arguments = static_cast<int>(byte());
          save();
          const any& callee = top[-1 - arguments];
          if (!(is(callee, object_kind::closure) ? call(as<closure<Memory>>(callee), arguments)
                                                 : call_value(arguments)))
            return false;
          load();
          continue;
        }
        case op::invoke: {
          auto& named = site();
          const auto arguments = static_cast<int>(byte());
          save();
          if (!invoke(named, arguments)) return false;
          load();
          continue;
        }
        case op::super_invoke: {
          auto& named = site();
          const auto arguments = static_cast<int>(byte());
          const any superclass = any::relocated(*--top);
          save();
          const closure<Memory>* const method = find_method(*as<class_<Memory>>(superclass), named);
          if (method == nullptr || !call(method, arguments)) return false;
          load();
          continue;
        }
        case op::closure:
          save();
          make_closure(*at);
          load();
          continue;
        case op::close_upvalue:
          close_upvalues(top - 1);
          drop_here();
          continue;
        case op::return_: {
          const any& result = *--top;
          if (!open_.empty()) close_upvalues(slots);
          // The lowest slot, which holds the callee, gets the result; the others go from the top.
          for (any* last = top; last != slots + 1;) std::destroy_at(--last);
          slots->~any();
          std::construct_at(slots, any::relocated(result));
          top_ = slots + 1;
          if (--depth_ == 0) {
            drop();
            return true;
          }
          load();
          continue;
        }
        case op::class_: {
          const any& name = constant();
          save();
          push(make<class_<Memory>>(name.as_string(), ++classes_));
          ++top;
          continue;
        }
        case op::inherit:
          save();
          if (!inherit()) return false;
          --top;
          continue;
        case op::method: {
          const any& name = constant();
          save();
          define_method(name);
          --top;
          continue;
        }
      }
      __builtin_unreachable();  // there is no other instruction
    }
  }

  const std::unique_ptr<std::byte[]> memory_ = std::make_unique_for_overwrite<std::byte[]>(most_values * sizeof(any));
  any* const stack_ = reinterpret_cast<any*>(memory_.get());
  any* top_ = stack_;  ///< values [stack_, top_) are alive
  std::array<frame, most_frames> frames_{};
  std::size_t depth_ = 0;                   ///< frames in use
  std::vector<ptr<upvalue<Memory>>> open_;  ///< of variables on the stack, the topmost last
  globals<Memory> globals_;
  std::string text_;
  std::uint64_t classes_ = 0;  ///< declared so far
  std::size_t made_ = 0;
  std::uint64_t patience_ = std::numeric_limits<std::uint64_t>::max();  ///< calls and jumps that are left
};

}  // namespace lox
