#pragma once
/// \file
/// The atomic functions of C++11 to C++23 on plain shared pointers: `atomic_load(&p)` and its like.
///
/// The pointer shares one of a few locks with others, by its address. New code uses `basic_atomic_shared_ptr`.

#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>
#include <ouro/standard/shared_ptr.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

inline constexpr std::size_t pointer_locks = 16;
struct pointer_lock_array {
  static_mutex at[pointer_locks];
};
OURO_SHARED_STATE inline constinit pointer_lock_array all_pointer_locks{};

[[nodiscard]] inline static_mutex& lock_of_pointer(const void* pointer) noexcept {
  return all_pointer_locks.at[reinterpret_cast<std::uintptr_t>(pointer) / 16 % pointer_locks];
}

}  // namespace detail

/// False: a lock of the library guards the pointer.
template <class T, class Memory>
[[nodiscard]] bool atomic_is_lock_free(const basic_shared_ptr<T, Memory>*) noexcept {
  return false;
}

/// A copy of the pointer, while other threads may store to it by these functions.
template <class T, class Memory>
[[nodiscard]] basic_shared_ptr<T, Memory> atomic_load(const basic_shared_ptr<T, Memory>* from) noexcept {
  const detail::lock_guard lock{detail::lock_of_pointer(from)};
  return *from;
}
/// `atomic_load`; the order is at least the one that is asked for.
template <class T, class Memory>
[[nodiscard]] basic_shared_ptr<T, Memory> atomic_load_explicit(const basic_shared_ptr<T, Memory>* from,
                                                               std::memory_order) noexcept {
  return atomic_load(from);
}

/// What leaves the pointer is dropped outside the lock.
template <class T, class Memory>
void atomic_store(basic_shared_ptr<T, Memory>* to, basic_shared_ptr<T, Memory> desired) noexcept {
  const detail::lock_guard lock{detail::lock_of_pointer(to)};
  to->swap(desired);
}
/// `atomic_store`; the order is at least the one that is asked for.
template <class T, class Memory>
void atomic_store_explicit(basic_shared_ptr<T, Memory>* to, basic_shared_ptr<T, Memory> desired,
                           std::memory_order) noexcept {
  atomic_store(to, std::move(desired));
}

/// Stores `desired`, and returns what was there.
template <class T, class Memory>
[[nodiscard]] basic_shared_ptr<T, Memory> atomic_exchange(basic_shared_ptr<T, Memory>* at,
                                                          basic_shared_ptr<T, Memory> desired) noexcept {
  const detail::lock_guard lock{detail::lock_of_pointer(at)};
  at->swap(desired);
  return desired;
}
/// `atomic_exchange`; the order is at least the one that is asked for.
template <class T, class Memory>
[[nodiscard]] basic_shared_ptr<T, Memory> atomic_exchange_explicit(basic_shared_ptr<T, Memory>* at,
                                                                   basic_shared_ptr<T, Memory> desired,
                                                                   std::memory_order) noexcept {
  return atomic_exchange(at, std::move(desired));
}

/// Stores `desired` if the value has the address and the owner of `*expected`; otherwise assigns it to that.
template <class T, class Memory>
bool atomic_compare_exchange_strong(basic_shared_ptr<T, Memory>* at, basic_shared_ptr<T, Memory>* expected,
                                    basic_shared_ptr<T, Memory> desired) noexcept {
  basic_shared_ptr<T, Memory> found;
  {
    const detail::lock_guard lock{detail::lock_of_pointer(at)};
    if (at->get() == expected->get() && at->owner() == expected->owner()) {
      at->swap(desired);
      return true;
    }
    found = *at;
  }
  *expected = std::move(found);
  return false;
}
/// `atomic_compare_exchange_strong`; never fails by chance.
template <class T, class Memory>
bool atomic_compare_exchange_weak(basic_shared_ptr<T, Memory>* at, basic_shared_ptr<T, Memory>* expected,
                                  basic_shared_ptr<T, Memory> desired) noexcept {
  return atomic_compare_exchange_strong(at, expected, std::move(desired));
}
/// `atomic_compare_exchange_strong`; the orders are at least those that are asked for.
template <class T, class Memory>
bool atomic_compare_exchange_strong_explicit(basic_shared_ptr<T, Memory>* at, basic_shared_ptr<T, Memory>* expected,
                                             basic_shared_ptr<T, Memory> desired, std::memory_order,
                                             std::memory_order) noexcept {
  return atomic_compare_exchange_strong(at, expected, std::move(desired));
}
/// `atomic_compare_exchange_weak`; the orders are at least those that are asked for.
template <class T, class Memory>
bool atomic_compare_exchange_weak_explicit(basic_shared_ptr<T, Memory>* at, basic_shared_ptr<T, Memory>* expected,
                                           basic_shared_ptr<T, Memory> desired, std::memory_order,
                                           std::memory_order) noexcept {
  return atomic_compare_exchange_strong(at, expected, std::move(desired));
}

}  // namespace ouro

#include <ouro/macros/restore.hpp>
