#pragma once
/// \file
/// Python's `weakref.WeakKeyDictionary`.

#include <ouro/config.hpp>
#include <ouro/containers/equal_values.hpp>
#include <ouro/containers/weak_container.hpp>
#include <ouro/fwd.hpp>
#include <ouro/pointer/memory.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A map from objects, by their identity, to values; it does not keep the objects alive. So a program can attach data
/// to objects of classes that it cannot change. When an object dies, its entry is removed and the value destroyed.
/// Iteration gives strong pointers in the order of insertion. It stays valid while objects are inserted, erased or die.
/// A value from which its key can be reached keeps both alive, as in Python. Neither copyable nor movable.
///
/// With a thread-safe refcount policy, threads may call all members at the same time, but the constructor, which may
/// throw `std::bad_alloc`, and the destructor. The map does not guard the values themselves. It gives them out by
/// `std::shared_ptr`s, which keep a value, and not the object, when another thread removes the entry; so it has no
/// `operator[]`. `begin()` is O(entries): it lists the entries, and the iteration meets those of them that are in the
/// map still, and keeps the values until the last copy of the iterator ends. A value is destroyed on the thread where
/// its object dies, or where the last thread ceases to look at it. Where the map is a member of an object of another
/// memory, pointers in values count as held from outside: cycles through them are not collected.
template <class T, class Value, class Memory = default_memory>
class OURO_SHARED_TYPE weak_key_map {
  static constexpr bool is_shared = detail::are_watched_by_threads<Memory>();
  using entries = detail::weak_entries_of<const void*, T, Value, Memory, std::hash<const void*>, detail::equal_values>;

  struct as_pair {
    [[nodiscard]] static std::pair<typename entries::strong, Value&> of(const typename entries::cursor& at) {
      return {at.object(), at.content()};
    }
  };

 public:
  using key_type = typename entries::strong;
  using mapped_type = Value;
  using size_type = std::size_t;
  using iterator = detail::weak_iterator<entries, as_pair>;

  /// Leads to a value. Where one thread uses the map, it is valid until the entry is removed or replaced.
  using value_pointer = std::conditional_t<is_shared, std::shared_ptr<Value>, Value*>;

  /// The value of `key`, or null. O(1) on average.
  [[nodiscard]] value_pointer find(const key_type& key) const {
    if constexpr (is_shared) {
      const auto found = entries_.find(key.owner());
      return found == nullptr || found->object.expired() ? nullptr : value_of(found);
    } else {
      return entries_.find(key.owner(), [](auto* found) { return found == nullptr ? nullptr : &found->content; });
    }
  }

  [[nodiscard]] bool contains(const key_type& key) const { return find(key) != nullptr; }

  /// \pre `key` is not null. \throws std::bad_alloc, and what moving the value throws
  void insert_or_assign(key_type key, Value value) {
    const void* const identity = key.owner();
    entries_.put(identity, key, std::move(value));
  }

  /// The value of `key`; if there is none, inserts `value`. Null only if the entry was removed meanwhile, by a move or
  /// destructor of the program's. \pre, \throws as `insert_or_assign`
  value_pointer setdefault(key_type key, Value value) {
    if constexpr (is_shared) {
      const void* const identity = key.owner();
      return value_of(entries_.find_or_put(identity, key, std::move(value)).at);
    } else {
      if (Value* const found = find(key); found != nullptr) return found;
      insert_or_assign(key, std::move(value));
      return find(key);
    }
  }

  /// The value of `key`, made by default if there is none. \pre, \throws as `insert_or_assign`
  Value& operator[](const key_type& key)
    requires(!is_shared)
  {
    for (;;) {
      if (Value* const found = find(key); found != nullptr) return *found;
      insert_or_assign(key, Value{});  // calls user code, which may remove the entry
    }
  }

  size_type erase(const key_type& key) { return entries_.erase(key.owner()) ? 1 : 0; }
  void clear() noexcept { entries_.clear(); }

  [[nodiscard]] size_type size() const noexcept { return entries_.size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  [[nodiscard]] iterator begin() const { return iterator{entries_}; }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  void trace(auto&& visit) {
    entries_.each([&](const void*, const Value& value) { visit(value); });
    entries_.trace_weak(visit);
  }

 private:
  [[nodiscard]] static value_pointer value_of(const auto& found) noexcept
    requires is_shared
  {
    return {found, std::addressof(found->content)};
  }

  mutable entries entries_;  ///< mutable, since iterators register in it
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
