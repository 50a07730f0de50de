#pragma once
/// \file
/// How far the stack has grown, for recursions that are to end in bounded stack.

#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

#if OURO_HAS_STACK_POINTER

/// One level of a recursion of the library. Costs nothing where the stack pointer can be asked for.
struct stack_level {
  OURO_ALWAYS_INLINE static void enter() noexcept {}
  OURO_ALWAYS_INLINE static void leave() noexcept {}
};

#else

/// One level of a recursion of the library. WebAssembly keeps return addresses, and most local variables, where no
/// program sees them: so levels are counted, and each is taken for so many bytes.
struct stack_level {
  static constexpr std::size_t bytes = 1024;

  static void enter() noexcept { ++entered_; }
  static void leave() noexcept { --entered_; }

  OURO_SHARED_STATE static inline constinit thread_local std::size_t entered_ = 0;
};

/// Stands for an address near the end of the stack, which grows towards lower addresses.
[[nodiscard]] inline std::uintptr_t stack_position() noexcept {
  return ~std::uintptr_t{0} / 2 - stack_level::entered_ * stack_level::bytes;
}

#endif

/// Is inside a level for as long as it lives.
class in_stack_level {
 public:
  OURO_ALWAYS_INLINE in_stack_level() noexcept { stack_level::enter(); }
  in_stack_level(const in_stack_level&) = delete;
  in_stack_level& operator=(const in_stack_level&) = delete;
  OURO_ALWAYS_INLINE ~in_stack_level() { stack_level::leave(); }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
