#pragma once
/// \file
/// Defers the destruction of objects, and destroys them in portions.

#include <ouro/collector/engine/death.hpp>
#include <ouro/collector/engine/trace_guard.hpp>
#include <ouro/config.hpp>
#include <ouro/object/destruction_queue.hpp>

#include <cstddef>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// \see basic_gc::drain
template <class RefcountPolicy, class CollectorPolicy>
std::size_t drain_destructions(std::size_t most) noexcept {
  if (trace_is_running) return 0;
  const std::size_t ended = destructions<RefcountPolicy>.drain(most);
  death<RefcountPolicy, CollectorPolicy>::run_weak_callbacks();
  return ended;
}

/// \see basic_gc::deferred_drops
template <class RefcountPolicy, class CollectorPolicy>
class deferred_drops {
 public:
  deferred_drops() noexcept : was_deferring_{destructions<RefcountPolicy>.is_deferring()} {
    destructions<RefcountPolicy>.defer(true);
  }
  deferred_drops(const deferred_drops&) = delete;
  deferred_drops& operator=(const deferred_drops&) = delete;
  ~deferred_drops() {
    destructions<RefcountPolicy>.defer(was_deferring_);
    if (!was_deferring_) drain_destructions<RefcountPolicy, CollectorPolicy>(static_cast<std::size_t>(-1));
  }

 private:
  bool was_deferring_;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
