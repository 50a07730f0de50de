#pragma once
/// \file
/// The instructions: one byte, and operands behind it.

#include <cstdint>

namespace lox {

/// Operands: u8 one byte, u16 two, the more significant one first. The stack before and after, its top at the right.
enum class op : std::uint8_t {
  constant,       ///< u8 constant          -> value
  nil,            ///<                      -> nil
  true_,          ///<                      -> true
  false_,         ///<                      -> false
  pop,            ///< value                ->
  get_local,      ///< u8 slot              -> value
  set_local,      ///< u8 slot        value -> value
  get_global,     ///< u16 global           -> value
  set_global,     ///< u16 global     value -> value
  define_global,  ///< u16 global     value ->
  get_upvalue,    ///< u8 upvalue           -> value
  set_upvalue,    ///< u8 upvalue     value -> value
  get_property,   ///< u16 site    instance -> value
  set_property,   ///< u16 site    instance value -> value
  get_super,      ///< u16 site    this superclass -> bound method
  equal,          ///< value value          -> truth
  greater,        ///< number number        -> truth
  less,           ///< number number        -> truth
  add,            ///< two numbers, or two strings
  subtract,
  multiply,
  divide,
  not_,
  negate,
  print,              ///< value                ->
  jump,               ///< u16 forwards
  jump_if_false,      ///< u16 forwards   value -> value
  pop_jump_if_false,  ///< u16 forwards   value ->
  loop,               ///< u16 backwards
  call,               ///< u8 arguments   callee arguments -> result
  invoke,             ///< u16 site, u8 arguments   receiver arguments -> result
  super_invoke,       ///< u16 site, u8 arguments   receiver arguments superclass -> result
  closure,            ///< u8 constant, and for each upvalue u8 whether it is the maker's local, u8 which -> closure
  close_upvalue,      ///< value                ->
  return_,            ///< value                -> (in the caller) value
  class_,             ///< u8 constant          -> class
  inherit,            ///< superclass class     -> superclass
  method,             ///< u8 constant    class closure -> class
};

}  // namespace lox
