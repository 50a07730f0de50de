#pragma once
/// \file
/// What programs can do with pointers that threads change at the same time.

#include <ouro/config.hpp>
#include <ouro/trace/survey.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <atomic>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The members that all atomic pointers share: those of `std::atomic<std::shared_ptr<T>>`. The orders of memory are
/// taken and not needed: each operation is sequentially consistent. `Slot` holds the pointer:
///
/// | expression | meaning |
/// | --- | --- |
/// | `Slot::value_type` | the pointer's type |
/// | `Slot::is_always_lock_free` | as in `std::atomic` |
/// | `s.load()` | a copy |
/// | `s.exchange(p)` | exchanges it with `p` |
/// | `s.compare_exchange(expected, p)` | the same, if it is equivalent to `expected`, which becomes a copy otherwise |
/// | `s.wait(old)`, `s.notify_one()`, `s.notify_all()` | waits until it is not equivalent to `old`; wakes |
template <class Slot>
class atomic_interface {
 public:
  using value_type = typename Slot::value_type;
  static constexpr bool is_always_lock_free = Slot::is_always_lock_free;

  constexpr atomic_interface() noexcept = default;
  atomic_interface(value_type desired) noexcept : slot_{std::move(desired)} {}
  atomic_interface(const atomic_interface&) = delete;
  atomic_interface& operator=(const atomic_interface&) = delete;
  ~atomic_interface() = default;

  [[nodiscard]] bool is_lock_free() const noexcept { return is_always_lock_free; }

  void operator=(value_type desired) noexcept { store(std::move(desired)); }
  operator value_type() const noexcept { return load(); }

  void store(value_type desired, std::memory_order = std::memory_order_seq_cst) noexcept { slot_.exchange(desired); }
  [[nodiscard]] value_type load(std::memory_order = std::memory_order_seq_cst) const noexcept { return slot_.load(); }
  [[nodiscard]] value_type exchange(value_type desired, std::memory_order = std::memory_order_seq_cst) noexcept {
    slot_.exchange(desired);
    return desired;
  }

  /// Stores `desired` if the value has the address and the owner of `expected`; otherwise assigns it to `expected`.
  bool compare_exchange_strong(value_type& expected, value_type desired,
                               std::memory_order = std::memory_order_seq_cst) noexcept {
    return slot_.compare_exchange(expected, desired);
  }
  bool compare_exchange_strong(value_type& expected, value_type desired, std::memory_order,
                               std::memory_order) noexcept {
    return slot_.compare_exchange(expected, desired);
  }
  bool compare_exchange_weak(value_type& expected, value_type desired,
                             std::memory_order = std::memory_order_seq_cst) noexcept {
    return slot_.compare_exchange(expected, desired);
  }
  bool compare_exchange_weak(value_type& expected, value_type desired, std::memory_order, std::memory_order) noexcept {
    return slot_.compare_exchange(expected, desired);
  }

  /// Returns once the value has another address or owner than `old`, and a `notify` has said so.
  void wait(value_type old, std::memory_order = std::memory_order_seq_cst) const noexcept { slot_.wait(old); }
  void notify_one() noexcept { slot_.notify_one(); }
  void notify_all() noexcept { slot_.notify_all(); }

 protected:
  template <class>
  friend struct edge_traits;
  template <class>
  friend struct handle_traits;

  Slot slot_;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
