#pragma once
/// \file
/// The counterparts of `std::atomic<std::shared_ptr<T>>` and `std::atomic<std::weak_ptr<T>>`.

#include <ouro/collector/handshake/mutator_use.hpp>
#include <ouro/config.hpp>
#include <ouro/standard/fwd.hpp>
#include <ouro/standard/shared_ptr.hpp>
#include <ouro/standard/weak_ptr.hpp>
#include <ouro/trace/edge_sink.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// A pointer behind a lock of one bit; the other bits count the stores, for `wait`. Pointers that leave it are dropped
/// outside the lock, since a destructor may use the atomic again.
template <class Pointer>
class locked_pointer {
 public:
  constexpr locked_pointer() noexcept = default;
  explicit locked_pointer(Pointer&& desired) noexcept : value_{std::move(desired)} {}
  locked_pointer(const locked_pointer&) = delete;
  locked_pointer& operator=(const locked_pointer&) = delete;
  ~locked_pointer() = default;

  [[nodiscard]] Pointer load() const noexcept {
    const turn locked{state_};
    return value_;
  }

  void exchange(Pointer& with) noexcept {
    turn locked{state_};
    value_.swap(with);
    locked.change();
  }

  /// Exchanges the pointers if the value is equivalent to `expected`, to which it is assigned otherwise.
  [[nodiscard]] bool compare_exchange(Pointer& expected, Pointer& desired) noexcept {
    Pointer found;
    {
      turn locked{state_};
      if (is_equivalent(value_, expected)) {
        value_.swap(desired);
        locked.change();
        return true;
      }
      found = value_;
    }
    expected = std::move(found);
    return false;
  }

  void wait(const Pointer& old) const noexcept {
    for (;;) {
      std::uint32_t seen;
      {
        const turn locked{state_};
        if (!is_equivalent(value_, old)) return;
        seen = locked.unlocked();
      }
      state_.wait(seen, std::memory_order_relaxed);
    }
  }
  void notify_one() noexcept { state_.notify_one(); }
  void notify_all() noexcept { state_.notify_all(); }

  /// For a trace, which runs while no other thread uses the object.
  [[nodiscard]] Pointer& value() noexcept { return value_; }

 private:
  static constexpr std::uint32_t is_locked = 1;

  class turn {
   public:
    explicit turn(std::atomic<std::uint32_t>& state) noexcept : state_{state} {
      // Not while it is locked: the thread may have to wait for the end of a collection, and the next one for this one.
      note_use<typename Pointer::memory_type::refcount, typename Pointer::memory_type::collector>();
      for (int tries = 0; ((seen_ = state.fetch_or(is_locked, std::memory_order_acquire)) & is_locked) != 0; ++tries)
        tries % 64 != 63 ? spin_pause() : yield_to_others();  // GCOVR_EXCL_LINE: another thread has it for a moment
    }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    ~turn() { state_.store(seen_, std::memory_order_release); }

    void change() noexcept { seen_ += 2; }
    [[nodiscard]] std::uint32_t unlocked() const noexcept { return seen_; }

   private:
    std::atomic<std::uint32_t>& state_;
    std::uint32_t seen_;  ///< without the lock
  };

  /// Whether two pointers lead to one part and share one owner.
  template <class T, class Memory>
  [[nodiscard]] static bool is_equivalent(const basic_shared_ptr<T, Memory>& left,
                                          const basic_shared_ptr<T, Memory>& right) noexcept {
    return left.get() == right.get() && left.owner_equal(right);
  }
  template <class T, class Memory>
  [[nodiscard]] static bool is_equivalent(const basic_weak_ptr<T, Memory>& left,
                                          const basic_weak_ptr<T, Memory>& right) noexcept {
    return shared_access::part(left) == shared_access::part(right) && left.owner_equal(right);
  }

  mutable std::atomic<std::uint32_t> state_{0};
  Pointer value_;
};

/// The members that the two atomics share. The orders of memory are taken and not needed: each operation is a turn with
/// a lock, and so no weaker than any of them.
template <class Pointer>
class atomic_pointer {
 public:
  using value_type = Pointer;
  static constexpr bool is_always_lock_free = false;

  constexpr atomic_pointer() noexcept = default;
  atomic_pointer(Pointer desired) noexcept : locked_{std::move(desired)} {}
  atomic_pointer(const atomic_pointer&) = delete;
  atomic_pointer& operator=(const atomic_pointer&) = delete;
  ~atomic_pointer() = default;

  [[nodiscard]] bool is_lock_free() const noexcept { return false; }

  void operator=(Pointer desired) noexcept { store(std::move(desired)); }
  operator Pointer() const noexcept { return load(); }

  void store(Pointer desired, std::memory_order = std::memory_order_seq_cst) noexcept { locked_.exchange(desired); }
  [[nodiscard]] Pointer load(std::memory_order = std::memory_order_seq_cst) const noexcept { return locked_.load(); }
  [[nodiscard]] Pointer exchange(Pointer desired, std::memory_order = std::memory_order_seq_cst) noexcept {
    locked_.exchange(desired);
    return desired;
  }

  /// Stores `desired` if the value has the address and the owner of `expected`; otherwise assigns it to `expected`.
  bool compare_exchange_strong(Pointer& expected, Pointer desired,
                               std::memory_order = std::memory_order_seq_cst) noexcept {
    return locked_.compare_exchange(expected, desired);
  }
  bool compare_exchange_strong(Pointer& expected, Pointer desired, std::memory_order, std::memory_order) noexcept {
    return locked_.compare_exchange(expected, desired);
  }
  bool compare_exchange_weak(Pointer& expected, Pointer desired,
                             std::memory_order = std::memory_order_seq_cst) noexcept {
    return locked_.compare_exchange(expected, desired);
  }
  bool compare_exchange_weak(Pointer& expected, Pointer desired, std::memory_order, std::memory_order) noexcept {
    return locked_.compare_exchange(expected, desired);
  }

  /// Returns once the value has another address or owner than `old`, and a `notify` has said so.
  void wait(Pointer old, std::memory_order = std::memory_order_seq_cst) const noexcept { locked_.wait(old); }
  void notify_one() noexcept { locked_.notify_one(); }
  void notify_all() noexcept { locked_.notify_all(); }

 protected:
  template <class>
  friend struct edge_traits;
  template <class>
  friend struct handle_traits;

  locked_pointer<Pointer> locked_;
};

}  // namespace detail

/// A `basic_shared_ptr` that several threads may change at once, if the memory's refcount policy is thread-safe: the
/// counterpart of `std::atomic<std::shared_ptr<T>>`. Each operation takes a lock of its own for a few instructions.
/// In an object, it is an edge to the owner.
template <class T, class Memory>
class basic_atomic_shared_ptr : public detail::atomic_pointer<basic_shared_ptr<T, Memory>> {
  using base = detail::atomic_pointer<basic_shared_ptr<T, Memory>>;

 public:
  using base::base;
  constexpr basic_atomic_shared_ptr() noexcept = default;
  constexpr basic_atomic_shared_ptr(std::nullptr_t) noexcept {}
  using base::operator=;
  void operator=(std::nullptr_t) noexcept { base::store(nullptr); }

 private:
  template <class>
  friend struct detail::edge_traits;
};

/// The counterpart of `std::atomic<std::weak_ptr<T>>`.
template <class T, class Memory>
class basic_atomic_weak_ptr : public detail::atomic_pointer<basic_weak_ptr<T, Memory>> {
  using base = detail::atomic_pointer<basic_weak_ptr<T, Memory>>;

 public:
  using base::base;
  constexpr basic_atomic_weak_ptr() noexcept = default;
  using base::operator=;

 private:
  friend struct detail::handle_traits<basic_atomic_weak_ptr>;
};

/// Weak pointers are no edges.
template <class T, class Memory>
inline constexpr bool leaf<basic_atomic_weak_ptr<T, Memory>> = true;

namespace detail {

template <class T, class Memory>
struct handle_traits<basic_atomic_weak_ptr<T, Memory>> {
  static void survey(basic_atomic_weak_ptr<T, Memory>& handle, survey_sink& sink) {
    handle_traits<basic_weak_ptr<T, Memory>>::survey(handle.locked_.value(), sink);
  }
};
template <class T, class Memory>
struct handle_traits<std::atomic<basic_weak_ptr<T, Memory>>> : handle_traits<basic_atomic_weak_ptr<T, Memory>> {};

template <class T, class Memory>
struct edge_traits<basic_atomic_shared_ptr<T, Memory>> {
  using refcount = typename Memory::refcount;
  using collector = typename Memory::collector;
  using pointee = void;

  template <class TracingRefcount, class TracingCollector>
  OURO_ALWAYS_INLINE static void report(basic_atomic_shared_ptr<T, Memory>& from, edge_sink& sink) {
    using pointer = basic_shared_ptr<T, Memory>;
    edge_traits<pointer>::template report<TracingRefcount, TracingCollector>(from.locked_.value(), sink);
  }

  OURO_ALWAYS_INLINE static void survey(basic_atomic_shared_ptr<T, Memory>& from, survey_sink& sink) {
    edge_traits<basic_shared_ptr<T, Memory>>::survey(from.locked_.value(), sink);
  }
};

/// So that `std::atomic<ouro::shared_ptr<T>>` in a trace is seen as what it is.
template <class T, class Memory>
struct edge_traits<std::atomic<basic_shared_ptr<T, Memory>>> : edge_traits<basic_atomic_shared_ptr<T, Memory>> {};

}  // namespace detail
}  // namespace ouro

template <class T, class Memory>
struct std::atomic<ouro::basic_shared_ptr<T, Memory>> : ouro::basic_atomic_shared_ptr<T, Memory> {
  using ouro::basic_atomic_shared_ptr<T, Memory>::basic_atomic_shared_ptr;
  using ouro::basic_atomic_shared_ptr<T, Memory>::operator=;
};
template <class T, class Memory>
struct std::atomic<ouro::basic_weak_ptr<T, Memory>> : ouro::basic_atomic_weak_ptr<T, Memory> {
  using ouro::basic_atomic_weak_ptr<T, Memory>::basic_atomic_weak_ptr;
  using ouro::basic_atomic_weak_ptr<T, Memory>::operator=;
};

#include <ouro/macros/restore.hpp>
