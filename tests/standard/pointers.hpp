#pragma once
/// \file
/// Short names for the pointers of a family.

#include "standard/families.hpp"

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
// Optimising, it takes arrays of the tests for deleted, those that std::shared_ptr owns, too.
#pragma GCC diagnostic ignored "-Wuse-after-free"
#endif

namespace ouro::test::standard {

template <class F, class T>
using shared = typename F::template shared_ptr<T>;
template <class F, class T>
using weak = typename F::template weak_ptr<T>;
template <class F, class T>
using atomic_shared = typename F::template atomic_shared_ptr<T>;
template <class F, class T>
using atomic_weak = typename F::template atomic_weak_ptr<T>;
template <class F, class T>
using from_this = typename F::template enable_shared_from_this<T>;

/// `families` for which `Chosen<F>::value` holds.
template <template <class> class Chosen, class Families>
struct chosen_families;
template <template <class> class Chosen, class... Families>
struct chosen_families<Chosen, std::tuple<Families...>> {
  using type =
      decltype(std::tuple_cat(std::conditional_t<Chosen<Families>::value, std::tuple<Families>, std::tuple<>>{}...));
};

template <class F>
using has_atomic = std::bool_constant<F::has_atomic>;
using families_with_atomics = typename chosen_families<has_atomic, families>::type;

template <class F>
using is_thread_safe = std::bool_constant<F::is_thread_safe>;
using thread_safe_families = typename chosen_families<is_thread_safe, families>::type;

template <class F>
using has_owner_hash = std::bool_constant<F::has_owner_hash>;
using families_with_owner_hash = typename chosen_families<has_owner_hash, families>::type;

template <class F>
using has_out_ptr = std::bool_constant<F::has_out_ptr>;
using families_with_out_ptr = typename chosen_families<has_out_ptr, families>::type;

template <class F>
using can_run_out_of_memory = std::bool_constant<F::can_run_out_of_memory>;
using families_that_run_out_of_memory = typename chosen_families<can_run_out_of_memory, families>::type;

/// Whether two pointers share ownership, or are both empty.
template <class Left, class Right>
[[nodiscard]] bool same_owner(const Left& left, const Right& right) noexcept {
  return !left.owner_before(right) && !right.owner_before(left);
}

}  // namespace ouro::test::standard
