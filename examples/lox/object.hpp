#pragma once
/// \file
/// What lives in the heap of a machine, besides strings.
///
/// To add a kind of object:
/// 1. name it in `object_kind`;
/// 2. write a struct derived from `object<Memory>`; its `trace` visits all pointers and values that it holds;
/// 3. say in text.hpp what `print` shows of it: the compiler warns of a switch that lacks a kind;
/// 4. make it where a program asks for one, with `machine::make`: in an instruction, in a call, in a native function;
/// 5. where it may be called, or has properties, add it to `call_value`, or to the `get_property` of run.hpp.

#include "value.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace lox {

enum class object_kind : std::uint8_t { function, native, closure, upvalue, class_, instance, bound_method };

template <class Memory>
struct closure;
template <class Memory>
struct instance;

/// What all objects begin with.
template <class Memory>
struct object {
  using pointer = typename Memory::template ptr<object>;

  explicit object(object_kind of) noexcept : kind{of} {}

  /// Drops a pointer that was released. The end of an instance, the most frequent one, is compiled for it; that of
  /// others is looked up in their headers.
  static void drop(object* released) noexcept {
    if (released->kind == object_kind::instance) {
      static_cast<void>(Memory::template ptr<instance<Memory>>::adopt(static_cast<instance<Memory>*>(released)));
    } else {
      static_cast<void>(pointer::adopt(released));
    }
  }

  const object_kind kind;
};

/// A place in a function's code that names a property, and what was found there the last time: most places meet
/// instances of one class (the inline caches of Deutsch and Schiffman, 1984).
template <class Memory>
struct property_site {
  string name;
  typename ouro::attributes<value<Memory>, Memory>::cache field{};
  std::uint64_t class_serial = 0;           ///< of the class that was asked for the method; 0: none yet
  const closure<Memory>* method = nullptr;  ///< which that class, or a superclass, keeps alive
};

/// A function as it is written.
template <class Memory>
struct function : object<Memory> {
  function() noexcept : object<Memory>{object_kind::function} {}
  void trace(auto&& visit) { visit(constants); }

  std::size_t arity = 0;
  std::size_t upvalues = 0;
  std::size_t most_stack = 0;  ///< values that a call needs at the most, arguments included
  bool is_named = false;
  string name;
  std::vector<std::uint8_t> code;
  std::vector<int> lines;  ///< of each byte of `code`
  std::vector<value<Memory>> constants;
  std::vector<property_site<Memory>> sites;
};

/// A function of the host. It gets as many arguments as it wants, of any kind: it asks what they are. It returns a
/// value, or throws `std::runtime_error`: then the program ends with that message. It must not run programs of the same
/// machine. \see guest::define
template <class Memory>
struct native : object<Memory> {
  using argument_list = std::span<const value<Memory>>;
  using native_function = value<Memory> (*)(argument_list);

  native(std::size_t wanted, native_function of) noexcept
      : object<Memory>{object_kind::native}, arity{wanted}, call{of} {}

  const std::size_t arity;
  const native_function call;
};

/// A variable that a closure holds on to: on the stack while its function runs, in here afterwards.
template <class Memory>
struct upvalue : object<Memory> {
  explicit upvalue(value<Memory>* on_stack) noexcept : object<Memory>{object_kind::upvalue}, place{on_stack} {}
  void trace(auto&& visit) { visit(closed); }

  void close() noexcept {
    closed = std::move(*place);
    place = &closed;
  }

  value<Memory>* place;
  value<Memory> closed;
};

/// A function with the variables around it.
template <class Memory>
struct closure : object<Memory> {
  explicit closure(typename Memory::template ptr<function<Memory>> of)
      : object<Memory>{object_kind::closure}, made_of{std::move(of)} {}
  void trace(auto&& visit) { visit(made_of, upvalues); }

  typename Memory::template ptr<function<Memory>> made_of;
  using upvalue_pointer = typename Memory::template ptr<upvalue<Memory>>;

  std::vector<upvalue_pointer, typename Memory::template std_allocator<upvalue_pointer>> upvalues;
};

template <class Memory>
struct class_ : object<Memory> {
  class_(string called, std::uint64_t number)
      : object<Memory>{object_kind::class_}, name{std::move(called)}, serial{number} {}
  void trace(auto&& visit) { visit(methods, initializer); }

  using closure_pointer = typename Memory::template ptr<closure<Memory>>;

  string name;
  const std::uint64_t serial;                           ///< no other class of the machine ever had it
  ouro::dict<string, closure_pointer, Memory> methods;  ///< those of superclasses included
  closure_pointer initializer;                          ///< or null
  std::size_t usual_fields = 0;  ///< of the last instance whose `init` returned; without `init`, that got a field last
};

template <class Memory>
struct instance : object<Memory> {
  explicit instance(typename Memory::template ptr<class_<Memory>> made_of)
      : object<Memory>{object_kind::instance}, of{std::move(made_of)} {
    fields.reserve(of->usual_fields);
  }
  void trace(auto&& visit) { visit(of, fields); }

  /// Lets the next instances of the class have room for as many fields as this one has now.
  void note_usual_fields() noexcept { of->usual_fields = fields.size(); }

  typename Memory::template ptr<class_<Memory>> of;
  ouro::attributes<value<Memory>, Memory> fields;
};

/// A method that was asked for without being called.
template <class Memory>
struct bound_method : object<Memory> {
  bound_method(value<Memory> of, typename Memory::template ptr<closure<Memory>> which)
      : object<Memory>{object_kind::bound_method}, receiver{std::move(of)}, method{std::move(which)} {}
  void trace(auto&& visit) { visit(receiver, method); }

  value<Memory> receiver;
  typename Memory::template ptr<closure<Memory>> method;
};

}  // namespace lox

/// Values point to objects by their base; the library finds the edges of the whole object through its header.
template <class Memory>
inline constexpr bool ouro::extensible<lox::object<Memory>> = true;
