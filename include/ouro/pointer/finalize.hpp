#pragma once
/// \file
/// Python's `weakref.finalize`: a function that is called once, when an object has died or earlier on request.

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

/// The state of a finalizer, without the type of its function. The callback of its weak pointer owns it until the
/// function is called or detached.
class finalizer_state {
 public:
  finalizer_state() = default;
  finalizer_state(const finalizer_state&) = delete;
  finalizer_state& operator=(const finalizer_state&) = delete;
  virtual ~finalizer_state() = default;

  [[nodiscard]] bool is_alive() const noexcept { return !is_done_.load(std::memory_order_acquire); }

  /// Ends the finalizer. Returns whether this call did, and not an earlier one.
  [[nodiscard]] bool end() noexcept { return !is_done_.exchange(true, std::memory_order_acq_rel); }

  virtual void call() = 0;
  virtual void release_target() noexcept = 0;

 private:
  std::atomic<bool> is_done_{false};
};

struct finalizer_access;

template <class Weak, class Function>
class finalizer_of final : public finalizer_state {
 public:
  explicit finalizer_of(Function function) : function_{std::move(function)} {}

  void call() override {
    function_();  // calls user code: the object is destroyed, or the program calls the finalizer
  }

  void release_target() noexcept override { watched.reset(); }

  Weak watched;

 private:
  Function function_;
};

}  // namespace detail

/// A handle to a function that will be called when an object has died. Copies refer to the same function; it is called
/// even if all handles are destroyed. Thread-safe if the refcount policy of the object is.
class OURO_SHARED_TYPE finalizer {
 public:
  finalizer() noexcept = default;

  /// Whether the function has neither been called nor detached.
  [[nodiscard]] bool alive() const noexcept { return state_ != nullptr && state_->is_alive(); }

  /// Calls the function now, if it is alive; it will not be called again. Returns whether it was called.
  /// \throws what the function throws
  bool operator()() {
    if (state_ == nullptr || !state_->end()) return false;
    state_->release_target();
    state_->call();
    return true;
  }

  /// The function will not be called. Returns whether it was alive. O(1)
  bool detach() noexcept {
    if (state_ == nullptr || !state_->end()) return false;
    state_->release_target();
    return true;
  }

 private:
  friend detail::finalizer_access;

  explicit finalizer(std::shared_ptr<detail::finalizer_state> state) noexcept : state_{std::move(state)} {}

  std::shared_ptr<detail::finalizer_state> state_;
};

namespace detail {

/// Constructs finalizers for `finalize`, which is no friend itself: clang 16 does not match a friend declaration with a
/// constrained function template.
struct finalizer_access {
  [[nodiscard]] static finalizer make(std::shared_ptr<finalizer_state> state) noexcept {
    return finalizer{std::move(state)};
  }
};

}  // namespace detail

namespace functions {

/// Calls `function()` once, when `object` has been destroyed. Unlike a member `finalize` it needs no change of the
/// class, and cannot resurrect the object. Pointers that the function captures count as external references, so it must
/// not capture a strong pointer to the object. Its exceptions go to the unraisable handler. The end of the program does
/// not finalize objects that are alive: call the finalizer if it must run.
/// \pre not null. \throws std::bad_alloc, and what moving `function` throws
template <class T, counts_in_header R, class C, class A, std::invocable Function>
finalizer finalize(const managed_ptr<T, R, C, A>& object, Function function) {
  using weak = managed_weak<T, R, C, A>;
  auto state = std::make_shared<detail::finalizer_of<weak, Function>>(std::move(function));
  state->watched = weak{object, [kept = std::shared_ptr<detail::finalizer_state>{state}] {
                          if (!kept->end()) return;
                          // Keeps the state alive: `release_target` destroys the running callback with its weak
                          // pointer.
                          const std::shared_ptr<detail::finalizer_state> last = kept;
                          last->release_target();
                          last->call();
                        }};
  return detail::finalizer_access::make(std::move(state));
}

}  // namespace functions

namespace detail {

/// Its function may have to be called on the thread that it was made on.
template <>
struct handle_traits<finalizer> {
  static void survey(const finalizer& handle, survey_sink& sink) {
    if (handle.alive()) sink.guide().see_unknown("ouro::finalizer", "its function has not been called");
  }
};

}  // namespace detail

/// It has no edges; pointers that its function captures count as external references.
template <>
inline constexpr bool leaf<finalizer> = true;

}  // namespace ouro

#include <ouro/macros/restore.hpp>
