#pragma once
/// \file
/// Python's `weakref.WeakValueDictionary`.

#include <ouro/config.hpp>
#include <ouro/containers/equal_values.hpp>
#include <ouro/containers/weak_container.hpp>
#include <ouro/fwd.hpp>
#include <ouro/pointer/memory.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A map from keys to objects, for caches; it does not keep the objects alive. When an object dies, its entry is
/// removed and the key destroyed. Iteration gives strong pointers in the order of insertion. It stays valid while
/// objects are inserted, erased or die. Neither copyable nor movable.
///
/// With a thread-safe refcount policy, threads may call all members at the same time, but the constructor, which may
/// throw `std::bad_alloc`, and the destructor; `Hash` and `Equal` are called by several at once. `begin()` is
/// O(entries) then: it lists the entries, and the iteration meets those of them that are in the map still, and keeps
/// the keys until the last copy of the iterator ends. An entry whose object is replaced has the new key. A key is
/// destroyed on the thread where its object dies, or where the last thread ceases to look at it. Where the map is a
/// member of an object of another memory, pointers in keys count as held from outside: cycles through them are not
/// collected.
template <class Key, class T, class Memory = default_memory, class Hash = std::hash<Key>,
          class Equal = detail::equal_values>
class OURO_SHARED_TYPE weak_value_map {
  static constexpr bool is_shared = detail::are_watched_by_threads<Memory>();
  struct nothing {};
  using entries = detail::weak_entries_of<Key, T, nothing, Memory, Hash, Equal>;

  struct as_pair {
    [[nodiscard]] static std::pair<const Key&, typename entries::strong> of(const typename entries::cursor& at) {
      return {at.key(), at.object()};
    }
  };

 public:
  using key_type = Key;
  using mapped_type = typename entries::strong;
  using size_type = std::size_t;
  using iterator = detail::weak_iterator<entries, as_pair>;

  /// The object of `key`, or null. O(1) on average.
  [[nodiscard]] mapped_type get(const Key& key) const {
    return entries_.find(key,
                         [](const auto* found) { return found == nullptr ? mapped_type{} : found->object.lock(); });
  }

  [[nodiscard]] bool contains(const Key& key) const {
    return entries_.find(key, [](const auto* found) { return found != nullptr; });
  }

  /// \pre `object` is not null. \throws std::bad_alloc, and what moving the key throws
  void insert_or_assign(Key key, mapped_type object) { entries_.put(std::move(key), object, {}); }

  /// Returns the object of `key`; if there is none, inserts `object` and returns it. \pre, \throws as
  /// `insert_or_assign`
  mapped_type setdefault(Key key, mapped_type object) {
    if (mapped_type found = get(key); found != nullptr) return found;
    if constexpr (is_shared) {
      return entries_.find_or_put(std::move(key), object, {}).object;
    } else {
      insert_or_assign(std::move(key), object);
      return object;
    }
  }

  /// Removes the entry of `key` and returns its object, or null.
  mapped_type pop(const Key& key) {
    if constexpr (is_shared) {
      const auto taken = entries_.take(key);
      return taken == nullptr ? nullptr : taken->object.lock();
    } else {
      mapped_type found = get(key);
      entries_.erase(key);
      return found;
    }
  }

  size_type erase(const Key& key) { return entries_.erase(key) ? 1 : 0; }
  void clear() noexcept { entries_.clear(); }

  [[nodiscard]] size_type size() const noexcept { return entries_.size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  [[nodiscard]] iterator begin() const { return iterator{entries_}; }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  void trace(auto&& visit) {
    entries_.each([&](const Key& key, nothing) { visit(key); });
    entries_.trace_weak(visit);
  }

 private:
  mutable entries entries_;  ///< mutable, since iterators register in it
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
