#pragma once
/// \file
/// The instructions: one byte, and operands behind it.

#include <cstdint>
#include <optional>

namespace lox {

/// Operands: u8 one byte, u16 two, the more significant one first. The stack before and after, its top at the right.
enum class op : std::uint8_t {
  constant,             ///< u8 constant          -> value
  nil,                  ///<                      -> nil
  true_,                ///<                      -> true
  false_,               ///<                      -> false
  pop,                  ///< value                ->
  get_local,            ///< u8 slot              -> value
  set_local,            ///< u8 slot        value -> value
  store_local,          ///< u8 slot        value ->
  get_global,           ///< u16 global           -> value
  set_global,           ///< u16 global     value -> value
  store_global,         ///< u16 global     value ->
  define_global,        ///< u16 global     value ->
  get_upvalue,          ///< u8 upvalue           -> value
  set_upvalue,          ///< u8 upvalue     value -> value
  store_upvalue,        ///< u8 upvalue     value ->
  get_property,         ///< u16 site    instance -> value
  get_local_property,   ///< u8 slot, u16 site    -> value
  get_global_property,  ///< u16 global, u16 site -> value
  set_property,         ///< u16 site    instance value -> value
  store_property,       ///< u16 site    instance value ->
  set_this_property,    ///< u16 site       value -> value
  store_this_property,  ///< u16 site       value ->
  get_super,            ///< u16 site    this superclass -> bound method
  equal,                ///< value value          -> truth
  equal_constant,       ///< u8 constant     value -> truth
  equal_local,          ///< u8 slot         value -> truth
  equal_global,         ///< u16 global      value -> truth
  not_equal,
  greater,  ///< number number        -> truth
  not_greater,
  less,  ///< number number        -> truth
  not_less,
  add,           ///< two numbers, or two strings
  add_constant,  ///< u8 constant   number, or string -> likewise
  subtract,
  subtract_constant,  ///< u8 constant   number -> number
  multiply,
  divide,
  not_,
  negate,
  print,              ///< value                ->
  jump,               ///< u16 forwards
  jump_if_false,      ///< u16 forwards   value -> value
  pop_jump_if_false,  ///< u16 forwards   value ->
  jump_if_equal,      ///< u16 forwards   value value ->
  jump_unless_equal,
  jump_if_greater,  ///< u16 forwards   number number ->
  jump_unless_greater,
  jump_if_less,  ///< u16 forwards   number number ->
  jump_unless_less,
  loop,           ///< u16 backwards
  call,           ///< u8 arguments   callee arguments -> result
  invoke,         ///< u16 site, u8 arguments   receiver arguments -> result
  super_invoke,   ///< u16 site, u8 arguments   receiver arguments superclass -> result
  closure,        ///< u8 constant, and for each upvalue u8 whether it is the maker's local, u8 which -> closure
  close_upvalue,  ///< value                ->
  return_,        ///< value                -> (in the caller) value
  return_nil,     ///<                      -> (in the caller) nil
  return_this,    ///<                      -> (in the caller) the value of slot 0
  class_,         ///< u8 constant          -> class
  inherit,        ///< superclass class     -> superclass
  method,         ///< u8 constant    class closure -> class
};

/// The instruction that does what two do, one right behind the other: it is dispatched once, and what only goes to the
/// stack to be used up is not copied. The operands of the first one, if it has any, come first.
[[nodiscard]] constexpr std::optional<op> fused(op first, op second) noexcept {
  switch (second) {
    case op::pop:
      switch (first) {
        case op::set_local:
          return op::store_local;
        case op::set_global:
          return op::store_global;
        case op::set_upvalue:
          return op::store_upvalue;
        case op::set_property:
          return op::store_property;
        case op::set_this_property:
          return op::store_this_property;
        default:
          return {};
      }
    case op::pop_jump_if_false:
      switch (first) {
        case op::equal:
          return op::jump_unless_equal;
        case op::not_equal:
          return op::jump_if_equal;
        case op::greater:
          return op::jump_unless_greater;
        case op::not_greater:
          return op::jump_if_greater;
        case op::less:
          return op::jump_unless_less;
        case op::not_less:
          return op::jump_if_less;
        default:
          return {};
      }
    case op::equal:
      switch (first) {
        case op::constant:
          return op::equal_constant;
        case op::get_local:
          return op::equal_local;
        case op::get_global:
          return op::equal_global;
        default:
          return {};
      }
    case op::add:
      if (first == op::constant) return op::add_constant;
      return {};
    case op::subtract:
      if (first == op::constant) return op::subtract_constant;
      return {};
    case op::get_property:
      switch (first) {
        case op::get_local:
          return op::get_local_property;
        case op::get_global:
          return op::get_global_property;
        default:
          return {};
      }
    default:
      return {};
  }
}

}  // namespace lox
