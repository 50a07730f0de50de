#pragma once
/// \file
/// The contract of the refcount axis: what a count is, and how it is changed.
///
/// A policy that counts in the header (`count_word.hpp` says what the bits mean):
///
/// | expression | returns | meaning |
/// | --- | --- | --- |
/// | `R::count_type` | type | holds 32 bits; the header has two of them, unless there is an `R::info_type` |
/// | `R::is_thread_safe` | `bool` | whether objects may be shared between threads |
/// | `R::load(c)` | `std::uint32_t` | the word |
/// | `R::store(c, word)` | `void` | sets it; no other thread uses the object |
/// | `R::compare_exchange(c, expected, word)` | `bool` | sets it if it is `expected`, else loads `expected` |
/// | `R::increment(c)` | `void` | one pointer more; pins the count when it reaches the immortal range |
/// | `R::decrement(c)` | `drop_result` | one pointer fewer, or says why not |
///
/// Optional, for counts that are more than an integer:
///
/// | expression | returns | meaning |
/// | --- | --- | --- |
/// | `R::info_type` | type | holds 32 bits: the other word of the header, for which there are the verbs above as well |
/// | `R::decrement_plainly(c)` | `drop_result` | one pointer fewer, whether the object has `suspect_on_drop` or not |
/// | `R::store_trial(c, word)` | `void` | `store` by a collection, after which `load` gives the word |
/// | `R::restore(c, word)` | `void` | the end of that: the count is what it was, or `store(c, word)` |
/// | `R::enqueue(c, die)` | `void` | after `drop_result::queued`: queues the object for its owner, see below |
/// | `R::enqueue_collected(c, die)` | `void` | the same, for an object that a collector looks at |
/// | `R::drain_merge_queue()` | `void` | merges what was queued for the calling thread; objects may die |
/// | `R::merge_all_queues()` | `void` | merges all that `enqueue_collected` has queued; nothing dies, see below |
/// | `R::end_merged()` | `void` | ends what `merge_all_queues` has found without pointers |
///
/// `enqueue` and `enqueue_collected` call `die(c)` if no pointer is left. While `merge_all_queues` runs, no other
/// thread uses such objects.
///
/// A policy for types that count themselves:
///
/// | expression | returns | meaning |
/// | --- | --- | --- |
/// | `R::counts_itself` | `true` | the object has no header |
/// | `R::increment(p)`, `R::decrement(p)` | `void` | one pointer to `*p` more or fewer; the latter may destroy `*p` |
///
/// All verbs are static and noexcept. A policy has no state of its own. To write one, inherit `count_verbs` and write
/// `count_type`, `is_thread_safe`, `load`, `store` and `compare_exchange` (count_verbs.hpp), or inherit from one of
/// ours and hide the verbs that differ.

#include <ouro/base/policy_axis.hpp>
#include <ouro/config.hpp>
#include <ouro/refcount/count_word.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {

struct OURO_SHARED_TYPE local_refcount;
struct OURO_SHARED_TYPE atomic_refcount;
struct OURO_SHARED_TYPE biased_refcount;
struct OURO_SHARED_TYPE self_refcount;

namespace detail {

template <>
inline constexpr policy_axis axis_of<local_refcount> = policy_axis::refcount;
template <>
inline constexpr policy_axis axis_of<atomic_refcount> = policy_axis::refcount;
template <>
inline constexpr policy_axis axis_of<biased_refcount> = policy_axis::refcount;
template <>
inline constexpr policy_axis axis_of<self_refcount> = policy_axis::refcount;

/// Ours fulfil the contract before they are defined, so that pointers can be declared (fwd.hpp).
template <class RefcountPolicy>
concept refcount_policy_of_ours =
    std::same_as<RefcountPolicy, local_refcount> || std::same_as<RefcountPolicy, atomic_refcount> ||
    std::same_as<RefcountPolicy, biased_refcount>;

}  // namespace detail

/// Leaves counting to the object.
template <class RefcountPolicy>
concept counts_itself =
    std::same_as<RefcountPolicy, self_refcount> ||
    (!detail::refcount_policy_of_ours<RefcountPolicy> && requires { requires RefcountPolicy::counts_itself; });

namespace detail {

template <class RefcountPolicy>
concept needs_no_verbs = refcount_policy_of_ours<RefcountPolicy> || counts_itself<RefcountPolicy>;

}  // namespace detail

// Each verb is asked for by itself, so that a compiler names the one that is missing. A policy that leaves counting to
// the object needs none of them.

template <class RefcountPolicy>
concept has_info_type = requires { typename RefcountPolicy::info_type; } &&
                        sizeof(typename RefcountPolicy::info_type) == sizeof(std::uint32_t);

template <class RefcountPolicy>
concept has_count_type =
    detail::needs_no_verbs<RefcountPolicy> || (requires {
      typename RefcountPolicy::count_type;
    } && (sizeof(typename RefcountPolicy::count_type) == sizeof(std::uint32_t) || has_info_type<RefcountPolicy>));

template <class RefcountPolicy>
concept has_is_thread_safe = detail::needs_no_verbs<RefcountPolicy> || requires {
  { RefcountPolicy::is_thread_safe } -> std::convertible_to<bool>;
};

template <class RefcountPolicy>
concept has_load =
    detail::needs_no_verbs<RefcountPolicy> || requires(const typename RefcountPolicy::count_type& count) {
      { RefcountPolicy::load(count) } noexcept -> std::same_as<std::uint32_t>;
    };

template <class RefcountPolicy>
concept has_store =
    detail::needs_no_verbs<RefcountPolicy> || requires(typename RefcountPolicy::count_type& count, std::uint32_t word) {
      { RefcountPolicy::store(count, word) } noexcept;
    };

template <class RefcountPolicy>
concept has_compare_exchange =
    detail::needs_no_verbs<RefcountPolicy> ||
    requires(typename RefcountPolicy::count_type& count, std::uint32_t& expected, std::uint32_t word) {
      { RefcountPolicy::compare_exchange(count, expected, word) } noexcept -> std::same_as<bool>;
    };

template <class RefcountPolicy>
concept has_increment = detail::needs_no_verbs<RefcountPolicy> || requires(typename RefcountPolicy::count_type& count) {
  { RefcountPolicy::increment(count) } noexcept;
};

template <class RefcountPolicy>
concept has_decrement = detail::needs_no_verbs<RefcountPolicy> || requires(typename RefcountPolicy::count_type& count) {
  { RefcountPolicy::decrement(count) } noexcept -> std::same_as<drop_result>;
};

/// Optional: `decrement` in two parts, of which the first, inlined into every drop, does the common case and says
/// whether it was that. A policy that inherits from one of ours names itself in `decrements_in_parts`, or its
/// `decrement` is used.
template <class RefcountPolicy>
concept decrements_in_parts = requires(typename RefcountPolicy::count_type& count) {
  requires std::same_as<typename RefcountPolicy::decrements_in_parts, RefcountPolicy>;
  { RefcountPolicy::try_keep(count) } noexcept -> std::same_as<bool>;
  { RefcountPolicy::decrement_rarely(count) } noexcept -> std::same_as<drop_result>;
};

/// Optional, with the verb above: whether the caller's pointer is the only strong one, and what other threads did to
/// the object before they dropped theirs has happened. May be false where it is.
template <class RefcountPolicy>
concept sees_only_pointer =
    decrements_in_parts<RefcountPolicy> && requires(const typename RefcountPolicy::count_type& count) {
      { RefcountPolicy::is_only_pointer(count) } noexcept -> std::same_as<bool>;
    };

/// Optional, with the verb above: one pointer more, if the caller's thread has one that it counts by itself.
template <class RefcountPolicy>
concept increments_alone = decrements_in_parts<RefcountPolicy> && requires(typename RefcountPolicy::count_type& count) {
  { RefcountPolicy::try_increment(count) } noexcept -> std::same_as<bool>;
};

/// Optional: a count is more than its word, and collections may put the rest back.
template <class RefcountPolicy>
concept restores_counts = requires(typename RefcountPolicy::count_type& count, std::uint32_t word) {
  { RefcountPolicy::store_trial(count, word) } noexcept;
  { RefcountPolicy::restore(count, word) } noexcept;
};

/// Optional: objects belong to owner threads, and the drops of other threads may be queued for the owner to merge.
template <class RefcountPolicy>
concept queues_for_owners =
    requires(typename RefcountPolicy::count_type& count, void (*die)(typename RefcountPolicy::count_type&) noexcept) {
      { RefcountPolicy::enqueue(count, die) } noexcept;
      { RefcountPolicy::enqueue_collected(count, die) } noexcept;
      { RefcountPolicy::drain_merge_queue() } noexcept;
      { RefcountPolicy::merge_all_queues() } noexcept;
      { RefcountPolicy::end_merged() } noexcept;
    };

/// False for a policy that we know to be of another axis. A variable and no concept, so that g++ names it where it is
/// false.
template <class RefcountPolicy>
inline constexpr bool is_first_of_refcount_collector_allocator =
    detail::may_be_of<RefcountPolicy, detail::policy_axis::refcount>;

/// All of them.
template <class RefcountPolicy>
concept refcount_policy =
    is_first_of_refcount_collector_allocator<RefcountPolicy> &&
    (detail::needs_no_verbs<RefcountPolicy> || std::is_empty_v<RefcountPolicy>) && has_count_type<RefcountPolicy> &&
    has_is_thread_safe<RefcountPolicy> && has_load<RefcountPolicy> && has_store<RefcountPolicy> &&
    has_compare_exchange<RefcountPolicy> && has_increment<RefcountPolicy> && has_decrement<RefcountPolicy>;

namespace detail {

template <class RefcountPolicy>
struct info_type_of {
  using type = typename RefcountPolicy::count_type;
};
template <has_info_type RefcountPolicy>
struct info_type_of<RefcountPolicy> {
  using type = typename RefcountPolicy::info_type;
};

}  // namespace detail

/// Counts in the header that `make_managed` puts in front of the object.
template <class RefcountPolicy>
concept counts_in_header = refcount_policy<RefcountPolicy> && !counts_itself<RefcountPolicy>;

}  // namespace ouro

#include <ouro/macros/restore.hpp>
