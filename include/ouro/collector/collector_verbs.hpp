#pragma once
/// \file
/// The verbs of our collectors, as calls of the state that the calling thread's objects belong to.

#include <ouro/collector/cycle_collector.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

template <class Policy>
struct collector_verbs {
  static constexpr bool finds_cycles = true;

  template <class RefcountPolicy>
  using state = cycle_collector<RefcountPolicy, Policy>;

  /// The collector that objects of this policy on this thread belong to.
  template <class RefcountPolicy>
  [[nodiscard]] static state<RefcountPolicy>& current() noexcept {
    return state<RefcountPolicy>::current();
  }

  template <class RefcountPolicy>
  [[nodiscard]] OURO_NOINLINE static bool add_root(header<RefcountPolicy>& object) noexcept {
    return current<RefcountPolicy>().add_root(object);
  }

  template <class RefcountPolicy>
  OURO_ALWAYS_INLINE static void track(header<RefcountPolicy>& object) noexcept {
    current<RefcountPolicy>().track(object);
  }

  template <class RefcountPolicy>
  static std::uint32_t remove_root(header<RefcountPolicy>& object) noexcept {
    return current<RefcountPolicy>().remove_root(object);
  }

  template <class RefcountPolicy>
  [[nodiscard]] static bool knows(header<RefcountPolicy>& object) noexcept {
    return current<RefcountPolicy>().knows(object);
  }

  template <class RefcountPolicy>
  [[nodiscard]] static std::uint32_t info(header<RefcountPolicy>& object) noexcept {
    return current<RefcountPolicy>().info(object);
  }

  template <class RefcountPolicy>
  static void add_flags(header<RefcountPolicy>& object, std::uint32_t bits) noexcept {
    current<RefcountPolicy>().add_flags(object, bits);
  }

  template <class RefcountPolicy>
  OURO_ALWAYS_INLINE static void before_make() noexcept {
    current<RefcountPolicy>().before_make();
  }

  template <class RefcountPolicy>
  static std::size_t collect() noexcept {
    return current<RefcountPolicy>().collect();
  }

  template <class RefcountPolicy>
  static std::size_t emergency() noexcept {
    return current<RefcountPolicy>().emergency();
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
