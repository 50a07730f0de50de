#pragma once
/// \file
/// The contract of the collector axis: what finds cycles.
///
/// | expression | returns | meaning |
/// | --- | --- | --- |
/// | `C::finds_cycles` | `bool` | when false, nothing below is asked for |
/// | `C::add_root(h)` | `bool` | the count of `h` is about to fall to a non-zero value, see below |
/// | `C::remove_root(h)` | info word | `h` is buffered and dies: takes it out, and puts its info word back |
/// | `C::info(h)` | info word | that of a buffered object |
/// | `C::add_flags(h, bits)` | `void` | sets flags in the info word of a buffered object |
/// | `C::before_make<R>()` | `void` | an object that may be cyclic is about to be made, see below |
/// | `C::collect<R>()` | `std::size_t` | a full collection: the number of objects destroyed |
/// | `C::emergency<R>()` | `std::size_t` | the same, when memory is exhausted, or 0: it must not collect now |
///
/// `add_root` adds the object to the root buffer and clears its `suspect_on_drop` bit; it returns false if there was no
/// memory for that. `before_make` and `emergency` are the only moments for an automatic collection, besides
/// `gc::safepoint()`.
///
/// Optional, for a collector of objects that threads share:
///
/// | expression | returns | meaning |
/// | --- | --- | --- |
/// | `C::threads_register_by_hand` | `bool` | each such thread has a `thread_scope`: pointers do not register it |
///
/// Optional, asked by checked builds:
///
/// | expression | returns | meaning |
/// | --- | --- | --- |
/// | `C::knows(h)` | `bool` | `h` is not buffered, or buffered by the current heap |
///
/// Optional, for a collector that knows all objects that may be cyclic:
///
/// | expression | returns | meaning |
/// | --- | --- | --- |
/// | `C::tracks_all` | `bool` | whether it knows all these objects, instead of candidate roots |
/// | `C::track(h)` | `void` | the constructor of `h` has returned; the collector must know `h` from now on |
/// | `C::walkable_refcount` | type | the refcount policy whose old objects are found by walking pools |
/// | `C::walk_owner` | type | the policy that this is said of: walkable pools hold the objects of one pair |
///
/// `h` is a `detail::header<R>&`. All verbs are static and noexcept; a policy has no state of its own. To write one,
/// inherit from one of ours and hide the verbs that differ.

#include <ouro/base/policy_axis.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {

struct OURO_SHARED_TYPE no_collector;
struct OURO_SHARED_TYPE trial_deletion;
struct OURO_SHARED_TYPE generational;

namespace detail {

template <>
inline constexpr policy_axis axis_of<no_collector> = policy_axis::collector;
template <>
inline constexpr policy_axis axis_of<trial_deletion> = policy_axis::collector;
template <>
inline constexpr policy_axis axis_of<generational> = policy_axis::collector;

/// Ours fulfil the contract before they are defined, so that pointers can be declared (fwd.hpp).
template <class CollectorPolicy>
concept cycle_finder_of_ours =
    std::same_as<CollectorPolicy, trial_deletion> || std::same_as<CollectorPolicy, generational>;
template <class CollectorPolicy>
concept collector_policy_of_ours = cycle_finder_of_ours<CollectorPolicy> || std::same_as<CollectorPolicy, no_collector>;

/// The least that `counts_in_header` asks for. Only named, never called.
struct refcount_archetype {
  using count_type = std::uint32_t;
  static constexpr bool is_thread_safe = false;
  static std::uint32_t load(const count_type& count) noexcept;
  static void store(count_type& count, std::uint32_t word) noexcept;
  static bool compare_exchange(count_type& count, std::uint32_t& expected, std::uint32_t word) noexcept;
  static void increment(count_type& count) noexcept;
  static drop_result decrement(count_type& count) noexcept;
};

using header_archetype = header<refcount_archetype>;

}  // namespace detail

template <class CollectorPolicy>
concept has_finds_cycles = detail::collector_policy_of_ours<CollectorPolicy> || requires {
  { CollectorPolicy::finds_cycles } -> std::convertible_to<bool>;
};

template <class CollectorPolicy>
concept has_suspect = requires(detail::header_archetype& object) {
  { CollectorPolicy::add_root(object) } noexcept -> std::same_as<bool>;
};

template <class CollectorPolicy>
concept has_forget = requires(detail::header_archetype& object) {
  { CollectorPolicy::remove_root(object) } noexcept -> std::same_as<std::uint32_t>;
};

template <class CollectorPolicy>
concept has_info = requires(detail::header_archetype& object, std::uint32_t bits) {
  { CollectorPolicy::info(object) } noexcept -> std::same_as<std::uint32_t>;
  { CollectorPolicy::add_flags(object, bits) } noexcept -> std::same_as<void>;
};

template <class CollectorPolicy>
concept has_before_make = requires {
  { CollectorPolicy::template before_make<detail::refcount_archetype>() } noexcept -> std::same_as<void>;
};

template <class CollectorPolicy>
concept has_collect = requires {
  { CollectorPolicy::template collect<detail::refcount_archetype>() } noexcept -> std::same_as<std::size_t>;
  { CollectorPolicy::template emergency<detail::refcount_archetype>() } noexcept -> std::same_as<std::size_t>;
};

/// Is a collector, and not the lack of one.
template <class CollectorPolicy>
concept finds_cycles = detail::cycle_finder_of_ours<CollectorPolicy> ||
                       (!detail::collector_policy_of_ours<CollectorPolicy> && has_finds_cycles<CollectorPolicy> &&
                        static_cast<bool>(CollectorPolicy::finds_cycles));

/// Knows all objects that may be cyclic, not only those whose count fell.
template <class CollectorPolicy>
concept tracks_all = finds_cycles<CollectorPolicy> && requires { requires CollectorPolicy::tracks_all; };

/// Finds its old objects by walking the pools that hold them.
template <class CollectorPolicy, class RefcountPolicy>
concept walks_pools =
    tracks_all<CollectorPolicy> && std::same_as<typename CollectorPolicy::walkable_refcount, RefcountPolicy> &&
    std::same_as<typename CollectorPolicy::walk_owner, CollectorPolicy>;

/// What a collector that finds cycles must offer besides.
template <class CollectorPolicy>
concept cycle_finder = has_suspect<CollectorPolicy> && has_forget<CollectorPolicy> && has_info<CollectorPolicy> &&
                       has_before_make<CollectorPolicy> && has_collect<CollectorPolicy>;

/// False for a policy that we know to be of another axis. A variable and no concept, so that g++ names it where it is
/// false.
template <class CollectorPolicy>
inline constexpr bool is_second_of_refcount_collector_allocator =
    detail::may_be_of<CollectorPolicy, detail::policy_axis::collector>;

/// Finds cycles, or says that it does not. \see the table above
template <class CollectorPolicy>
concept collector_policy = is_second_of_refcount_collector_allocator<CollectorPolicy> &&
                           (detail::collector_policy_of_ours<CollectorPolicy> || std::is_empty_v<CollectorPolicy>) &&
                           has_finds_cycles<CollectorPolicy> &&
                           (detail::collector_policy_of_ours<CollectorPolicy> || !finds_cycles<CollectorPolicy> ||
                            cycle_finder<CollectorPolicy>);

namespace detail {

/// The info word of an object, buffered or not.
template <class CollectorPolicy, class RefcountPolicy>
[[nodiscard]] std::uint32_t info_of(header<RefcountPolicy>& object) noexcept {
  const std::uint32_t word = object.load_info();
  if constexpr (finds_cycles<CollectorPolicy>) {
    if (info_word::is_buffered(word)) return CollectorPolicy::info(object);
  }
  return word;
}

template <class CollectorPolicy, class RefcountPolicy>
void add_flags(header<RefcountPolicy>& object, std::uint32_t bits) noexcept {
  std::uint32_t seen = object.load_info();
  for (;;) {
    if constexpr (finds_cycles<CollectorPolicy>) {
      if (info_word::is_buffered(seen)) return CollectorPolicy::add_flags(object, bits);
    }
    if (RefcountPolicy::compare_exchange(object.info, seen, seen | bits)) return;
  }
}

/// The info word of an object, which leaves its root buffer if it is in one. \pre no other thread uses the object
template <class CollectorPolicy, class RefcountPolicy>
[[nodiscard]] std::uint32_t unbuffered_info_of(header<RefcountPolicy>& object) noexcept {
  const std::uint32_t word = object.load_info();
  if constexpr (finds_cycles<CollectorPolicy>) {
    if (info_word::is_buffered(word)) return CollectorPolicy::remove_root(object);
  }
  return word;
}

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
