#pragma once
/// \file
/// Python's `gc` module, name by name, for one set of policies.

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/gc_callbacks.hpp>
#include <ouro/collector/gc_stats.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstddef>

namespace ouro {

/// The collector of the calling thread's heap (with a thread-safe refcount policy: of the heap that all threads share;
/// then no other thread may use its objects during `collect`). Without a collector there is nothing to find, and
/// nothing to set.
/// \see ouro/fwd.hpp for the defaults
template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
class basic_gc {
  static constexpr bool has_collector = finds_cycles<CollectorPolicy>;

 public:
  basic_gc() = delete;

  /// Destroys all garbage. Returns the number of garbage objects destroyed. With `biased_refcount`, first what other
  /// threads have left to this one.
  /// Called from a destructor, a `finalize`, a callback or a trace it does nothing and returns 0.
  /// O(objects and edges that the candidates reach). Never throws.
  static std::size_t collect() noexcept {
    if constexpr (leaves_to_owners<RefcountPolicy>) RefcountPolicy::settle();
    if constexpr (has_collector) {
      return CollectorPolicy::template collect<RefcountPolicy>();
    } else {
      return 0;
    }
  }

  /// Automatic collections: `make_managed` collects when enough candidates have come together. On by default.
  static void enable() noexcept
    requires has_collector
  {
    current().schedule().enable(true);
  }
  static void disable() noexcept
    requires has_collector
  {
    current().schedule().enable(false);
  }
  [[nodiscard]] static bool is_enabled() noexcept {
    if constexpr (has_collector) {
      return current().schedule().was_enabled();
    } else {
      return false;
    }
  }

  /// How many candidates make an automatic collection due, at the least; 0 switches them off. Ten times as many objects
  /// that such collections have found alive make a full one due, at the least.
  static void set_threshold(std::size_t candidates) noexcept
    requires has_collector
  {
    current().schedule().set_threshold(candidates);
  }
  [[nodiscard]] static std::size_t threshold() noexcept
    requires has_collector
  {
    return current().schedule().threshold();
  }

  /// Candidates that wait for the next collection.
  [[nodiscard]] static std::size_t count() noexcept {
    if constexpr (has_collector) {
      return current().count();
    } else {
      return 0;
    }
  }

  [[nodiscard]] static gc_stats stats() noexcept {
    if constexpr (has_collector) {
      return current().stats();
    } else {
      return {};
    }
  }

  /// The functions called before and after each collection. \throws std::bad_alloc at the first call
  [[nodiscard]] static gc_callbacks& callbacks()
    requires has_collector
  {
    return current().callbacks();
  }

  /// Whether the object may be part of a cycle, so that the collector looks at it. False for null.
  template <class Pointer>
  [[nodiscard]] static bool is_tracked(const Pointer& object) noexcept {
    return (info(object) & detail::info_word::tracked) != 0;
  }

  /// Whether `finalize` has been called for the object. False for null.
  template <class Pointer>
  [[nodiscard]] static bool is_finalized(const Pointer& object) noexcept {
    return (info(object) & detail::info_word::finalized) != 0;
  }

 private:
  [[nodiscard]] static auto& current() noexcept { return CollectorPolicy::template current<RefcountPolicy>(); }

  template <class Pointer>
  [[nodiscard]] static std::uint32_t info(const Pointer& object) noexcept {
    if (object == nullptr) return 0;
    auto* const header = static_cast<detail::header<RefcountPolicy>*>(const_cast<void*>(object.owner()));
    return detail::info_of<CollectorPolicy>(*header);
  }
};

}  // namespace ouro
