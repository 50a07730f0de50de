#pragma once
/// \file
/// A call that is under way, and the part of it that changes with every instruction.

#include "object.hpp"
#include "value.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace lox {

template <class Memory>
struct frame {
  const closure<Memory>* running;  ///< kept alive by the stack, or by the class of the receiver there
  const std::uint8_t* next;        ///< instruction
  value<Memory>* slots;            ///< of the function's local variables
  const value<Memory>* constants;  ///< of the function
  property_site<Memory>* sites;    ///< of the function
};

/// What changes with every instruction: a copy of the innermost frame, and of the stack's top. `run` hands them to
/// nothing that is not inlined, so that they stay in the registers of the processor.
template <class Memory>
struct registers {
  using any = value<Memory>;

  frame<Memory>* at;
  const std::uint8_t* next;
  any* slots;
  any* top;

  OURO_ALWAYS_INLINE std::size_t byte() noexcept { return *next++; }
  OURO_ALWAYS_INLINE std::size_t wide() noexcept {
    next += 2;
    return static_cast<std::size_t>(next[-2] << 8 | next[-1]);
  }
  OURO_ALWAYS_INLINE const any& constant() noexcept { return at->constants[byte()]; }
  OURO_ALWAYS_INLINE property_site<Memory>& site() noexcept { return at->sites[wide()]; }

  OURO_ALWAYS_INLINE void push(const any& copied) noexcept { std::construct_at(top++, copied); }
  OURO_ALWAYS_INLINE void push(any&& moved) noexcept { std::construct_at(top++, std::move(moved)); }
  OURO_ALWAYS_INLINE any pop() noexcept { return any::relocated(*--top); }
  OURO_ALWAYS_INLINE void drop() noexcept { std::destroy_at(--top); }
  OURO_ALWAYS_INLINE void jump_if(bool condition) noexcept {
    const std::size_t distance = wide();
    if (condition) next += distance;
  }

  /// Of two numbers, neither of which is counted. False where one is none.
  template <class With>
  [[nodiscard]] OURO_ALWAYS_INLINE bool compute(With with) noexcept {
    if (!top[-1].is_number() || !top[-2].is_number()) [[unlikely]]
      return false;
    --top;
    top[-1].become(with(top[-1].as_number(), top[0].as_number()));
    return true;
  }

  template <class With>
  [[nodiscard]] OURO_ALWAYS_INLINE bool compute_with_constant(With with) noexcept {
    const any& right = constant();
    if (!top[-1].is_number() || !right.is_number()) [[unlikely]]
      return false;
    top[-1].become(with(top[-1].as_number(), right.as_number()));
    return true;
  }

  template <class Is>
  [[nodiscard]] OURO_ALWAYS_INLINE bool compare_and_jump(Is is) noexcept {
    if (!top[-1].is_number() || !top[-2].is_number()) [[unlikely]] {
      next += 2;
      return false;
    }
    top -= 2;
    jump_if(is(top[0].as_number(), top[1].as_number()));
    return true;
  }

  [[nodiscard]] OURO_ALWAYS_INLINE bool take_equality() noexcept {
    const any right = pop();
    const any left = pop();
    return left == right;
  }
};

}  // namespace lox
