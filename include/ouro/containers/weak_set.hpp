#pragma once
/// \file
/// Python's `weakref.WeakSet`.

#include <ouro/config.hpp>
#include <ouro/containers/equal_values.hpp>
#include <ouro/containers/weak_container.hpp>
#include <ouro/fwd.hpp>
#include <ouro/pointer/memory.hpp>

#include <cstddef>
#include <iterator>
#include <memory>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A set of objects by their identity; it does not keep them alive. An object that dies is removed. Iteration gives
/// strong pointers in the order of insertion. It stays valid while objects are inserted, erased or die; it may skip
/// objects that are inserted meanwhile. Neither copyable nor movable.
///
/// With a thread-safe refcount policy, threads may call all members at the same time, but the constructor, which may
/// throw `std::bad_alloc`, and the destructor. `begin()` is O(objects) then: it lists what is in the set, and the
/// iteration meets of that what lives still.
template <class T, class Memory = default_memory>
class OURO_SHARED_TYPE weak_set {
  struct nothing {};
  using entries =
      detail::weak_entries_of<const void*, T, nothing, Memory, std::hash<const void*>, detail::equal_values>;

  struct as_pointer {
    [[nodiscard]] static typename entries::strong of(const typename entries::cursor& at) { return at.object(); }
  };

 public:
  using value_type = typename entries::strong;
  using size_type = std::size_t;
  using iterator = detail::weak_iterator<entries, as_pointer>;

  /// Returns whether the object is new in the set. \pre not null. \throws std::bad_alloc
  bool insert(const value_type& object) {
    if (contains(object)) return false;
    if constexpr (detail::are_watched_by_threads<Memory>()) {
      return entries_.find_or_put(object.owner(), object, {}).is_new;
    } else {
      entries_.put(object.owner(), object, {});
      return true;
    }
  }

  [[nodiscard]] bool contains(const value_type& object) const {
    return entries_.find(object.owner(), [](const auto* found) { return found != nullptr; });
  }

  size_type erase(const value_type& object) { return entries_.erase(object.owner()) ? 1 : 0; }
  void clear() noexcept { entries_.clear(); }

  [[nodiscard]] size_type size() const noexcept { return entries_.size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  [[nodiscard]] iterator begin() const { return iterator{entries_}; }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  void trace(auto&& visit) { entries_.trace_weak(visit); }

 private:
  mutable entries entries_;  ///< mutable, since iterators register in it
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
