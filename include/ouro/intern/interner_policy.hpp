#pragma once
/// \file
/// The concepts of two policies of an interner: how long entries live, and which threads share them.
///
/// | expression | meaning |
/// | --- | --- |
/// | `Lifetime::is_immortal` | whether an entry is never destroyed, or destroyed with the last handle to it |
/// | `Locking::mutex` | the mutex of the table; default-constructible at compile time |
/// | `Locking::is_shared` | whether all threads share one table, or each has its own |
/// | `Locking::refcount` | how handles to the entries are counted |

#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>

#include <concepts>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// An entry is destroyed with its last handle. The table owns no handle.
struct OURO_SHARED_TYPE weak_entries {
  static constexpr bool is_immortal = false;
};

/// An entry stays until the process ends: for values that are interned repeatedly, with times without handles between.
struct OURO_SHARED_TYPE immortal_entries {
  static constexpr bool is_immortal = true;
};

/// Every thread has a table of its own; equal values of two threads are two objects.
struct OURO_SHARED_TYPE no_locking {
  using mutex = detail::no_mutex;
  using refcount = local_refcount;
  static constexpr bool is_shared = false;
};

/// All threads share one table. The mutex is recursive, because comparing two values may run any code. A fork handler
/// locks it before a `fork`; for the mutex of a policy of its own, a program must do that itself.
struct OURO_SHARED_TYPE mutex_locking {
  using mutex = detail::recursive_mutex;
  using refcount = atomic_refcount;
  static constexpr bool is_shared = true;
};

template <class Lifetime>
concept has_is_immortal = requires {
  { Lifetime::is_immortal } -> std::convertible_to<bool>;
};

template <class Locking>
concept has_mutex = requires(typename Locking::mutex& mutex) {
  mutex.lock();
  mutex.unlock();
};

template <class Locking>
concept has_is_shared = requires {
  { Locking::is_shared } -> std::convertible_to<bool>;
};

template <class Locking>
concept has_refcount = counts_in_header<typename Locking::refcount>;

/// A table that threads share needs a thread-safe refcount policy, and one that does not take a single pointer for the
/// only way to an object: a look-up finds the entry without one, which excludes `biased_refcount`.
template <class Locking>
concept count_suits_table =
    !Locking::is_shared || (Locking::refcount::is_thread_safe && !sees_only_pointer<typename Locking::refcount>);

/// How long entries live.
template <class Lifetime>
concept lifetime_policy = has_is_immortal<Lifetime>;

/// Which threads share entries.
template <class Locking>
concept locking_policy =
    has_mutex<Locking> && has_is_shared<Locking> && has_refcount<Locking> && count_suits_table<Locking>;

}  // namespace ouro

#include <ouro/macros/restore.hpp>
