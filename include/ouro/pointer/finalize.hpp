#pragma once
/// \file
/// Python's `weakref.finalize`: a function that is called once, when an object has died or before.

#include <ouro/base/diagnostics.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/managed_weak.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <atomic>
#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// A finalizer, whatever its function. It keeps itself, by the callback that it gives its weak pointer, until it is
/// over.
class finalizer_state {
 public:
  finalizer_state() = default;
  finalizer_state(const finalizer_state&) = delete;
  finalizer_state& operator=(const finalizer_state&) = delete;
  virtual ~finalizer_state() = default;

  [[nodiscard]] bool is_alive() const noexcept { return !is_over_.load(std::memory_order_acquire); }

  /// Whether this was the one that ended it.
  [[nodiscard]] bool end() noexcept { return !is_over_.exchange(true, std::memory_order_acq_rel); }

  virtual void call() = 0;
  virtual void let_go() noexcept = 0;

 private:
  std::atomic<bool> is_over_{false};
};

struct finalizing;

template <class Weak, class Function>
class finalizer_of final : public finalizer_state {
 public:
  explicit finalizer_of(Function function) : function_{std::move(function)} {}

  void call() override {
    function_();  // calls user code: the object is gone, or the program has asked
  }

  void let_go() noexcept override { watched.reset(); }

  Weak watched;

 private:
  Function function_;
};

}  // namespace detail

/// Speaks of a function that waits for the death of an object. Copies speak of the same one, which waits whether any of
/// them is there or not. Thread-safe as the object's refcount policy is.
class OURO_SHARED_TYPE finalizer {
 public:
  finalizer() noexcept = default;

  /// Whether the function has neither been called nor detached.
  [[nodiscard]] bool alive() const noexcept { return state_ != nullptr && state_->is_alive(); }

  /// Calls the function now, if it is alive, and not again. Returns whether it did. \throws what the function throws
  bool operator()() {
    if (state_ == nullptr || !state_->end()) return false;
    state_->let_go();
    state_->call();
    return true;
  }

  /// The function will not be called. Returns whether it was alive. O(1)
  bool detach() noexcept {
    if (state_ == nullptr || !state_->end()) return false;
    state_->let_go();
    return true;
  }

 private:
  friend detail::finalizing;

  explicit finalizer(std::shared_ptr<detail::finalizer_state> state) noexcept : state_{std::move(state)} {}

  std::shared_ptr<detail::finalizer_state> state_;
};

namespace detail {

/// `finalize`, with access to what it makes: clang 16 takes a constrained function template for another one than its
/// friend.
struct finalizing {
  [[nodiscard]] static finalizer by(std::shared_ptr<finalizer_state> state) noexcept {
    return finalizer{std::move(state)};
  }
};

}  // namespace detail

namespace functions {

/// Calls `function()` once, when `object` has been destroyed. Unlike a member `finalize` it needs no change of the
/// class, and cannot resurrect the object. What it captures counts as held from outside, so it must not capture a
/// strong pointer to the object. What it throws goes to the unraisable handler. Objects that live when the program ends
/// are not finalized by that: call the finalizer where it must be.
/// \pre not null. \throws std::bad_alloc, and what moving `function` throws
template <class T, counts_in_header R, class C, class A, std::invocable Function>
finalizer finalize(const managed_ptr<T, R, C, A>& object, Function function) {
  using weak = managed_weak<T, R, C, A>;
  auto state = std::make_shared<detail::finalizer_of<weak, Function>>(std::move(function));
  state->watched = weak{object, [kept = std::shared_ptr<detail::finalizer_state>{state}] {
                          if (!kept->end()) return;
                          // Outlives the callback that is running, which goes with the weak pointer.
                          const std::shared_ptr<detail::finalizer_state> last = kept;
                          last->let_go();
                          last->call();
                        }};
  return detail::finalizing::by(std::move(state));
}

}  // namespace functions

/// Owns nothing of a heap; what its function captures counts as held from outside.
template <>
inline constexpr bool leaf<finalizer> = true;

}  // namespace ouro

#include <ouro/macros/restore.hpp>
