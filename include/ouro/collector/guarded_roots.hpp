#pragma once
/// \file
/// The root buffers of a collector, with the lock that a collector of several threads needs.

#include <ouro/base/static_mutex.hpp>
#include <ouro/collector/generations.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstdint>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// What is asked of buffered objects, and done to them, outside a collection. O(1), apart from the reservations.
template <class RefcountPolicy>
class guarded_roots {
 public:
  using header_type = header<RefcountPolicy>;

  /// Gives the object its info word back, and returns it. \pre buffered
  std::uint32_t remove_root(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    return candidates_.leave(object);
  }

  /// Whether the object is not buffered, or is in a root buffer of this collector.
  [[nodiscard]] bool knows(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    const std::uint32_t word = object.load_info();
    return !info_word::is_buffered(word) || candidates_.hold(object, word);
  }

  /// The info word of the object, buffered or not.
  [[nodiscard]] std::uint32_t info(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    const std::uint32_t word = object.load_info();
    return info_word::is_buffered(word) ? candidates_.info(object) : word;
  }

  /// Sets these bits in the info word of the object, buffered or not.
  void add_flags(header_type& object, std::uint32_t bits) noexcept {
    const lock_guard lock{mutex_};
    if (info_word::is_buffered(object.load_info())) {
      candidates_.info(object) |= bits;
    } else {
      object.set_info(bits);
    }
  }

  /// Before `freeze` is called for objects that the collector has in view. False when memory is exhausted.
  [[nodiscard]] bool reserve_for_freeze() noexcept {
    const lock_guard lock{mutex_};
    return candidates_.reserve_for_freeze();
  }
  void freeze(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    candidates_.freeze(object);
  }

  /// Before `unfreeze` is called for objects that the collector has in view. False when memory is exhausted.
  [[nodiscard]] bool reserve_for_unfreeze() noexcept {
    const lock_guard lock{mutex_};
    return candidates_.reserve_for_unfreeze();
  }
  void unfreeze(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    candidates_.unfreeze(object);
  }

  /// For the thread that collects, and for one that has the objects to itself: without the lock.
  [[nodiscard]] generations<RefcountPolicy>& candidates() noexcept { return candidates_; }

 protected:
  /// Guards `candidates_`, and the trigger of the collector.
  OURO_NO_UNIQUE_ADDRESS std::conditional_t<RefcountPolicy::is_thread_safe, static_mutex, no_mutex> mutex_{};
  generations<RefcountPolicy> candidates_{};
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
