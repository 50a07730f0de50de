#pragma once
/// \file
/// Synchronous cycle collection by trial deletion.

#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/cycle_collector.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>

#include <cstddef>
#include <cstdint>

namespace ouro {

/// Finds garbage cycles among what the objects reach whose count has fallen to a non-zero value (Bacon and Rajan 2001).
/// A collection costs O(objects and edges reached from its candidates), not O(heap); types that cannot reach themselves
/// are never candidates, and never looked at. Most automatic collections are minor ones, which do not walk into what an
/// earlier one has found alive: their pauses do not grow with the heap (generations.hpp, trigger.hpp).
///
/// With `local_refcount`, collections start by themselves inside `make_managed`, on the thread that makes. With
/// `atomic_refcount` and `biased_refcount`, objects are shared between threads, and a collection must have them to
/// itself: it runs only when called for, and the program must see to it that no other thread uses such objects
/// meanwhile.
struct trial_deletion {
  static constexpr bool finds_cycles = true;

  template <class RefcountPolicy>
  using state = detail::cycle_collector<RefcountPolicy, trial_deletion>;

  /// The collector that objects of this policy on this thread belong to.
  template <class RefcountPolicy>
  [[nodiscard]] static state<RefcountPolicy>& current() noexcept {
    return state<RefcountPolicy>::current();
  }

  template <class RefcountPolicy>
  [[nodiscard]] OURO_NOINLINE static bool suspect(detail::header<RefcountPolicy>& object) noexcept {
    return current<RefcountPolicy>().suspect(object);
  }

  template <class RefcountPolicy>
  static std::uint32_t forget(detail::header<RefcountPolicy>& object) noexcept {
    return current<RefcountPolicy>().forget(object);
  }

  template <class RefcountPolicy>
  [[nodiscard]] static std::uint32_t info(detail::header<RefcountPolicy>& object) noexcept {
    return current<RefcountPolicy>().info(object);
  }

  template <class RefcountPolicy>
  static void add_flags(detail::header<RefcountPolicy>& object, std::uint32_t bits) noexcept {
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

  /// With a thread-safe refcount policy nothing: other threads may be using the objects.
  template <class RefcountPolicy>
  static std::size_t emergency() noexcept {
    return RefcountPolicy::is_thread_safe ? 0 : current<RefcountPolicy>().collect();
  }
};

}  // namespace ouro
