#pragma once
/// \file
/// The contracts of the two axes of an interner besides hash and equality: how long entries live, and which threads may
/// look them up.
///
/// | expression | meaning |
/// | --- | --- |
/// | `Lifetime::is_immortal` | whether an entry stays for good, or goes with the last handle to it |
/// | `Locking::mutex` | what guards the table; default-constructible at compile time |
/// | `Locking::is_shared` | whether all threads share one table, or each has its own |
/// | `Locking::refcount` | how handles to the entries are counted |

#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>

#include <concepts>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// An entry dies with its last handle. The table does not count as one.
struct OURO_SHARED_TYPE weak_entries {
  static constexpr bool is_immortal = false;
};

/// An entry stays until the process ends: for what is looked up again and again with pauses in between.
struct OURO_SHARED_TYPE immortal_entries {
  static constexpr bool is_immortal = true;
};

/// Every thread has a table of its own; equal values of two threads are two objects.
struct OURO_SHARED_TYPE no_locking {
  using mutex = detail::no_mutex;
  using refcount = local_refcount;
  static constexpr bool is_shared = false;
};

/// All threads share one table. The mutex is recursive, because comparing two values may run any code. A `fork` waits
/// for it; a mutex of a program's own must be looked after by the program.
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

/// A table that threads share needs a count that they can share, too.
template <class Locking>
concept count_suits_table = !Locking::is_shared || Locking::refcount::is_thread_safe;

/// How long entries live.
template <class Lifetime>
concept lifetime_policy = has_is_immortal<Lifetime>;

/// Which threads may look entries up.
template <class Locking>
concept locking_policy =
    has_mutex<Locking> && has_is_shared<Locking> && has_refcount<Locking> && count_suits_table<Locking>;

}  // namespace ouro

#include <ouro/macros/restore.hpp>
