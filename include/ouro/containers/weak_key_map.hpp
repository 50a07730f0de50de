#pragma once
/// \file
/// Python's `weakref.WeakKeyDictionary`.

#include <ouro/config.hpp>
#include <ouro/containers/equal_values.hpp>
#include <ouro/containers/weak_hash_table.hpp>
#include <ouro/fwd.hpp>
#include <ouro/pointer/memory.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A map from objects, by their identity, to values; it does not keep the objects alive. So a program can attach data
/// to objects of classes that it cannot change. When an object dies, its entry is removed and the value destroyed.
/// Iteration gives strong pointers in the order of insertion. It stays valid while objects are inserted, erased or die.
/// A value from which its key can be reached keeps both alive, as in Python. For policies whose objects belong to one
/// thread. Neither copyable nor movable.
template <class T, class Value, class Memory = default_memory>
class OURO_SHARED_TYPE weak_key_map {
  using entries = detail::weak_hash_table<const void*, T, Value, Memory, std::hash<const void*>, detail::equal_values>;

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

  /// A pointer to the value of `key`, or null. Valid until the entry is removed. O(1) on average.
  [[nodiscard]] Value* find(const key_type& key) const {
    return entries_.find(key.owner(), [](auto* found) { return found == nullptr ? nullptr : &found->content; });
  }

  [[nodiscard]] bool contains(const key_type& key) const { return find(key) != nullptr; }

  /// \pre `key` is not null. \throws std::bad_alloc, and what moving the value throws
  void insert_or_assign(key_type key, Value value) {
    const void* const identity = key.owner();
    entries_.put(identity, key, std::move(value));
  }

  /// The value of `key`, made by default if there is none. \pre, \throws as `insert_or_assign`
  Value& operator[](const key_type& key) {
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
  mutable entries entries_;  ///< mutable, since iterators register in it
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
