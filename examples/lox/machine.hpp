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
#include "registers.hpp"
#include "script_cache.hpp"
#include "text.hpp"
#include "value.hpp"

#include <ouro/ouro.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>
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
  machine() { define("clock", 0, &clock); }
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;
  ~machine() { unwind(); }

  using argument_list = typename native<Memory>::argument_list;
  using native_function = typename native<Memory>::native_function;

  /// Makes a function of the host a global variable. \see native. \throws std::bad_alloc
  void define(std::string_view name, std::size_t arity, native_function of) {
    globals_.define(string{name}, make<native<Memory>>(arity, of));
  }

  using script = ptr<function<Memory>>;

  /// Compiles a program, unless somebody has it already. Null when it has faults, which go to `stderr`. The cache keeps
  /// the source, as an interned string, for as long as somebody has the program.
  /// \throws std::bad_alloc
  [[nodiscard]] script load(std::string_view source) {
    const string text{source};
    if (script known = scripts_.find(text); known != nullptr) return known;
    script compiled = compile(source);
    if (compiled != nullptr) scripts_.insert(text, compiled);
    return compiled;
  }

  /// Output goes to `stdout`, faults to `stderr`.
  outcome interpret(script code) {
    if (code == nullptr) return outcome::compile_error;
    return guarded([&] {
      push(make<closure<Memory>>(std::move(code)));
      return call(*as<closure<Memory>>(peek()), 0) && run() ? outcome::success : outcome::runtime_error;
    });
  }
  /// Runs a program once, and does not keep its source.
  outcome interpret(std::string_view source) {
    return guarded([&] { return interpret(compile(source)); });
  }

  /// Programs end with a fault after so many calls and jumps backwards more (a `for` jumps twice each time): for hosts
  /// that must go on.
  void set_patience(std::uint64_t calls_and_jumps) noexcept { patience_ = calls_and_jumps; }

  /// Objects made so far, strings aside.
  [[nodiscard]] std::size_t made() const noexcept { return made_; }

 private:
  static constexpr std::size_t most_frames = 64;
  static constexpr std::size_t most_values = most_frames * 256;

  static constexpr const char* not_numbers = "Operands must be numbers.";
  static constexpr const char* not_addable = "Operands must be two numbers or two strings.";

  using frame = lox::frame<Memory>;
  using registers = lox::registers<Memory>;

  /// Null when the program has faults. \throws std::bad_alloc
  [[nodiscard]] script compile(std::string_view source) {
    compiler<Memory> from{source, globals_, made_};
    return from.compile();
  }

  // Exchange the registers with the members that all but `run` looks at. `run` saves before it does anything that may
  // fail, throw, or read the stack: making an object, a string or an error message, and each call of a function of the
  // machine that is not `noexcept`. An exception leaves `run` with the members alone, and `unwind` destroys the values
  // up to `top_`: without a save it leaks values, or destroys some twice.
  OURO_ALWAYS_INLINE void save(const registers& from) noexcept {
    from.at->next = from.next;
    top_ = from.top;
  }
  OURO_ALWAYS_INLINE registers load() const noexcept { return {innermost_, innermost_->next, innermost_->slots, top_}; }

  template <class T, class... Args>
  [[nodiscard]] ptr<T> make(Args&&... args) {
    ++made_;
    return Memory::template make<T>(std::forward<Args>(args)...);
  }

  /// What `act` comes to, without an exception.
  template <class Act>
  [[nodiscard]] outcome guarded(Act act) noexcept {
    try {
      return act();
    } catch (const std::bad_alloc&) {
      static_cast<void>(fail("Out of memory."));
      return outcome::runtime_error;
    }
  }

  /// Seconds of processor time, as the book's.
  static any clock(argument_list) { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

  // The stack.

  /// Whoever calls has checked that there is room (`call`).
  void push(any pushed) noexcept { std::construct_at(top_++, std::move(pushed)); }
  any pop() noexcept { return any::relocated(*--top_); }
  void drop() noexcept { std::destroy_at(--top_); }
  [[nodiscard]] any& peek(std::size_t below = 0) const noexcept { return *(top_ - 1 - below); }

  void drop_down_to(const any* end) noexcept {
    while (top_ != end) drop();
  }

  /// Ends all calls.
  void unwind() noexcept {
    close_upvalues(stack_);
    drop_down_to(stack_);
    innermost_ = frames_.data();
  }

  // Faults.

  /// Tells what is wrong and where, and ends the program. Returns false.
  [[nodiscard]] bool fail(std::string_view what) noexcept {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
    for (const frame* at = innermost_; at != frames_.data(); --at) {
      const function<Memory>& in = *at->running->made_of;
      const auto instruction = static_cast<std::size_t>(at->next - in.code.data()) - 1;
      if (in.is_named) {
        std::fprintf(stderr, "[line %d] in %s()\n", in.lines[instruction], in.name.c_str());
      } else {
        std::fprintf(stderr, "[line %d] in script\n", in.lines[instruction]);
      }
    }
    unwind();
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

  OURO_NOINLINE static void print(const any& printed) {
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
  OURO_NOINLINE void close_upvalues(const any* last) noexcept {
    while (!open_.empty() && open_.back()->place >= last) {
      open_.back()->close();
      open_.pop_back();
    }
  }

  // Calls. The callee and its arguments are on the stack; false after a fault.

  [[nodiscard]] OURO_ALWAYS_INLINE bool call(const closure<Memory>& called, std::size_t arguments) {
    function<Memory>& code = *called.made_of;
    any* const slots = top_ - arguments - 1;
    if (arguments != code.arity || !has_room(slots, code) || patience_-- == 0) [[unlikely]]
      return fail_to_call(slots, code, arguments);
    *++innermost_ = {&called, code.code.data(), slots, code.constants.data(), code.sites.data()};
    return true;
  }

  [[nodiscard]] OURO_ALWAYS_INLINE bool has_room(const any* slots, const function<Memory>& code) const noexcept {
    return innermost_ != &frames_.back() && code.most_stack <= static_cast<std::size_t>(stack_ + most_values - slots);
  }

  [[nodiscard]] OURO_NOINLINE bool fail_to_call(const any* slots, const function<Memory>& code, std::size_t arguments) {
    if (arguments != code.arity) return fail_arity(code.arity, arguments);
    return fail(has_room(slots, code) ? "The program takes too long." : "Stack overflow.");
  }

  [[nodiscard]] bool fail_arity(std::size_t expected, std::size_t got) {
    return fail("Expected " + std::to_string(expected) + " arguments but got " + std::to_string(got) + ".");
  }

  [[nodiscard]] OURO_NOINLINE bool call_value(std::size_t arguments) {
    any& callee = peek(arguments);
    if (callee.is_object()) {
      switch (callee.as_object()->kind) {
        case object_kind::closure:
          return call(*as<closure<Memory>>(callee), arguments);
        case object_kind::class_:
          return call_class(callee, arguments);
        case object_kind::bound_method: {
          const ptr<closure<Memory>> method = as<bound_method<Memory>>(callee)->method;
          callee = any{as<bound_method<Memory>>(callee)->receiver};
          return call(*method, arguments);
        }
        case object_kind::native:
          return call_native(*as<native<Memory>>(callee), arguments);
        default:
          break;
      }
    }
    return fail("Can only call functions and classes.");
  }

  [[nodiscard]] bool call_class(any& callee, std::size_t arguments) {
    class_<Memory>& called = *as<class_<Memory>>(callee);  // which its instance keeps alive
    callee = make<instance<Memory>>(static_pointer_cast<class_<Memory>>(std::move(callee).to_object()));
    if (called.initializer != nullptr) return call(*called.initializer, arguments);
    if (arguments == 0) return true;
    return fail_arity(0, arguments);
  }

  [[nodiscard]] bool call_native(const native<Memory>& called, std::size_t arguments) {
    if (arguments != called.arity) return fail_arity(called.arity, arguments);
    try {
      any result = called.call({top_ - arguments, arguments});
      drop_down_to(top_ - arguments - 1);
      push(std::move(result));
      return true;
    } catch (const std::runtime_error& error) {
      return fail(error.what());
    }
  }

  // Properties.

  /// Null where the value is no instance, or has no such field.
  [[nodiscard]] OURO_ALWAYS_INLINE static any* find_field(const any& of, property_site<Memory>& at) noexcept {
    return is(of, object_kind::instance) ? as<instance<Memory>>(of)->fields.find(at.name, at.field) : nullptr;
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

  [[nodiscard]] OURO_NOINLINE bool invoke(property_site<Memory>& at, std::size_t arguments) {
    any& receiver = peek(arguments);
    if (!is(receiver, object_kind::instance)) return fail("Only instances have methods.");
    if (const any* const field = find_field(receiver, at); field != nullptr) {
      receiver = any{*field};
      return call_value(arguments);
    }
    const closure<Memory>* const method = find_method(*as<instance<Memory>>(receiver)->of, at);
    return method != nullptr && call(*method, arguments);
  }

  /// Of an instance that has no such field: pushes its method.
  [[nodiscard]] OURO_NOINLINE bool bind_method(const any& receiver, property_site<Memory>& at) {
    if (!is(receiver, object_kind::instance)) return fail("Only instances have properties.");
    return bind(receiver, *as<instance<Memory>>(receiver)->of, at);
  }

  [[nodiscard]] OURO_NOINLINE bool bind(const any& receiver, const class_<Memory>& in, property_site<Memory>& at) {
    const closure<Memory>* const method = find_method(in, at);
    if (method == nullptr) return false;
    push(make<bound_method<Memory>>(receiver, pointer_to(const_cast<closure<Memory>*>(method))));
    return true;
  }

  // Others.

  [[nodiscard]] OURO_NOINLINE bool concatenate() {
    if (!peek().is_string() || !peek(1).is_string()) return fail(not_addable);
    text_.assign(peek(1).characters());
    text_ += peek().characters();
    drop();
    peek() = string{text_};
    return true;
  }

  OURO_NOINLINE void make_closure() {
    frame& at = *innermost_;
    auto made = make<closure<Memory>>(pointer_to(as<function<Memory>>(at.constants[*at.next++])));
    const std::size_t upvalues = made->made_of->upvalues;
    made->upvalues.reserve(upvalues);
    for (std::size_t i = 0; i != upvalues; ++i) {
      const bool is_local = *at.next++ != 0;
      const std::size_t index = *at.next++;
      made->upvalues.push_back(is_local ? capture(at.slots + index) : at.running->upvalues[index]);
    }
    push(std::move(made));
  }

  [[nodiscard]] OURO_NOINLINE bool inherit() {
    if (!is(peek(1), object_kind::class_)) return fail("Superclass must be a class.");
    const auto& from = *as<class_<Memory>>(peek(1));
    auto& to = *as<class_<Memory>>(peek());
    to.methods = from.methods;
    to.initializer = from.initializer;
    drop();
    return true;
  }

  OURO_NOINLINE void define_method(const any& name) {
    const string called = name.as_string();
    auto& in = *as<class_<Memory>>(peek(1));
    const auto method = pointer_to(as<closure<Memory>>(peek()));
    if (called.view() == "init") in.initializer = method;
    in.methods.insert_or_assign(called, method);
    drop();
  }

  // Instructions.

  /// Of a receiver that stays where it is.
  [[nodiscard]] OURO_ALWAYS_INLINE bool push_property(registers& r, const any& receiver) {
    auto& named = r.site();
    if (const any* const field = find_field(receiver, named); field != nullptr) [[likely]] {
      r.push(*field);
      return true;
    }
    save(r);
    if (!bind_method(receiver, named)) return false;
    ++r.top;
    return true;
  }

  /// Null where the value is no instance.
  [[nodiscard]] OURO_ALWAYS_INLINE any* field_to_set(registers& r, const any& of) {
    auto& named = r.site();
    if (!is(of, object_kind::instance)) [[unlikely]]
      return nullptr;
    auto& object = *as<instance<Memory>>(of);
    if (any* const field = object.fields.find(named.name, named.field); field != nullptr) [[likely]]
      return field;
    save(r);
    return add_field(object, named);
  }

  [[nodiscard]] OURO_NOINLINE static any* add_field(instance<Memory>& to, property_site<Memory>& at) {
    any& made = to.fields.get_or_add(at.name, at.field);
    if (to.of->initializer == nullptr) to.note_usual_fields();
    return &made;
  }

  /// Ends a call whose result is in its first slot. Whether it was the outermost one.
  [[nodiscard]] OURO_ALWAYS_INLINE bool leave(registers& r) noexcept {
    any* const end = r.slots + 1;
    while (r.top != end) r.drop();
    top_ = end;
    --innermost_;
    if (innermost_ == frames_.data()) [[unlikely]] {
      drop();
      return true;
    }
    r = load();
    return false;
  }

  [[nodiscard]] OURO_NOINLINE bool fail_at(registers r, const char* what) noexcept {
    save(r);
    return fail(what);
  }

  [[nodiscard]] OURO_NOINLINE bool fail_undefined_at(registers r, const char* what, const string& name) {
    save(r);
    return fail_undefined(what, name);
  }

  /// Until the outermost call returns, or fails. \throws std::bad_alloc
  [[nodiscard]] bool run();

  const std::unique_ptr<std::byte[]> memory_ = std::make_unique_for_overwrite<std::byte[]>(most_values * sizeof(any));
  any* const stack_ = reinterpret_cast<any*>(memory_.get());
  any* top_ = stack_;  ///< values [stack_, top_) are alive
  std::array<frame, most_frames + 1> frames_{};
  frame* innermost_ = frames_.data();       ///< of the calls under way; the first of all, when there is none
  std::vector<ptr<upvalue<Memory>>> open_;  ///< of variables on the stack, the topmost last
  globals<Memory> globals_;
  script_cache<Memory> scripts_;
  std::string text_;
  std::uint64_t classes_ = 0;  ///< declared so far
  std::size_t made_ = 0;
  std::uint64_t patience_ = std::numeric_limits<std::uint64_t>::max();  ///< calls and jumps that are left
};

}  // namespace lox

#include "run.hpp"
