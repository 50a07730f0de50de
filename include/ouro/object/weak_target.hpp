#pragma once
/// \file
/// What a weak record points to, against threads that lock weak pointers while the target dies.

#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <atomic>
#include <cstdint>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The address of an object, until it begins to die. Where threads share objects, one at a time looks at the object
/// through it: the lowest bit of the address says so, as in libstdc++'s `std::atomic<std::shared_ptr>`, and the others
/// wait in a loop, since a look takes a few instructions. An object whose address has been cleared is no longer looked
/// at, and its memory may go. O(1) but for that wait.
template <class RefcountPolicy>
class weak_target {
 public:
  using header_type = header<RefcountPolicy>;

  explicit weak_target(header_type& to) noexcept : address_{reinterpret_cast<std::uintptr_t>(&to)} {}

  /// What `look` says of the object, or of null. \pre `look` neither throws nor blocks
  template <class Look>
  [[nodiscard]] OURO_ALWAYS_INLINE auto look(Look look) noexcept {
    const std::uintptr_t address = acquire();
    const auto seen = look(reinterpret_cast<header_type*>(address));
    if constexpr (is_shared) release(address);
    return seen;
  }

  void clear() noexcept {
    static_cast<void>(acquire());
    release(0);
  }

  /// In a child after a fork: threads that it has not got look no more. \pre the process has one thread
  void end_looks() noexcept {
    // A target that no thread was looking at is not written to, so that its page stays shared with the parent.
    const std::uintptr_t seen = address_.load(std::memory_order_relaxed);
    if ((seen & busy) != 0) address_.store(seen & ~busy, std::memory_order_relaxed);
  }

  /// \pre the caller prevents that the target is cleared meanwhile
  [[nodiscard]] bool is_cleared() const noexcept {
    if constexpr (is_shared) {
      return (address_.load(std::memory_order_relaxed) & ~busy) == 0;
    } else {
      return address_ == 0;
    }
  }

 private:
  static constexpr bool is_shared = RefcountPolicy::is_thread_safe;
  static constexpr std::uintptr_t busy = 1;

  [[nodiscard]] OURO_ALWAYS_INLINE std::uintptr_t acquire() noexcept {
    if constexpr (is_shared) {
      std::uintptr_t seen = address_.load(std::memory_order_relaxed) & ~busy;
      // acquire: pairs with `release`; a thread that finds the address cleared does not touch the object.
      while (!address_.compare_exchange_weak(seen, seen | busy, std::memory_order_acquire, std::memory_order_relaxed)) {
        seen &= ~busy;
        spin_pause();
      }
      return seen;
    } else {
      return address_;
    }
  }

  OURO_ALWAYS_INLINE void release(std::uintptr_t address) noexcept {
    if constexpr (is_shared) {
      // release: what was done with the object happens before it is cleared, and so before its memory goes.
      address_.store(address, std::memory_order_release);
    } else {
      address_ = address;
    }
  }

  std::conditional_t<is_shared, std::atomic<std::uintptr_t>, std::uintptr_t> address_;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
