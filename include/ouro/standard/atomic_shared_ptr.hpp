#pragma once
/// \file
/// The counterparts of `std::atomic<std::shared_ptr<T>>` and `std::atomic<std::weak_ptr<T>>`.

#include <ouro/collector/handshake/mutator_use.hpp>
#include <ouro/collector/handshake/thread_scope.hpp>
#include <ouro/config.hpp>
#include <ouro/pointer/atomic_interface.hpp>
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
  using value_type = Pointer;
  static constexpr bool is_always_lock_free = false;

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
      const blocking lets_collections_pass;
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

}  // namespace detail

/// A `basic_shared_ptr` that several threads may change at once, if the memory's refcount policy is thread-safe: the
/// counterpart of `std::atomic<std::shared_ptr<T>>`. Each operation takes a lock of its own for a few instructions.
/// In an object, it is an edge to the owner.
template <class T, class Memory>
class basic_atomic_shared_ptr : public detail::atomic_interface<detail::locked_pointer<basic_shared_ptr<T, Memory>>> {
  using base = typename basic_atomic_shared_ptr::atomic_interface;

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
class basic_atomic_weak_ptr : public detail::atomic_interface<detail::locked_pointer<basic_weak_ptr<T, Memory>>> {
  using base = typename basic_atomic_weak_ptr::atomic_interface;

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
    handle_traits<basic_weak_ptr<T, Memory>>::survey(handle.slot_.value(), sink);
  }
};
template <class T, class Memory>
struct handle_traits<std::atomic<basic_weak_ptr<T, Memory>>> : handle_traits<basic_atomic_weak_ptr<T, Memory>> {};

template <class T, class Memory>
struct edge_traits<basic_atomic_shared_ptr<T, Memory>> {
  using refcount = typename Memory::refcount;
  using collector = typename Memory::collector;
  using pointee = void;
  using edge = basic_atomic_shared_ptr<T, Memory>;
  using held = edge_traits<basic_shared_ptr<T, Memory>>;
  using pointer = typename held::pointer;

  static constexpr bool is_immutable = false;
  [[nodiscard]] static pointer block(const edge& from) noexcept { return held::block(from.load()); }

  /// \pre no other thread uses the edge
  static void set_block(edge& from, pointer to, std::size_t bytes) noexcept {
    held::set_block(from.slot_.value(), std::move(to), bytes);
  }

  template <class TracingRefcount, class TracingCollector>
  OURO_ALWAYS_INLINE static void report(edge& from, edge_sink& sink) {
    held::template report<TracingRefcount, TracingCollector>(from.slot_.value(), sink);
  }

  OURO_ALWAYS_INLINE static void survey(edge& from, survey_sink& sink) { held::survey(from.slot_.value(), sink); }
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
