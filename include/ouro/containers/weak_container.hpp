#pragma once
/// \file
/// What the weak containers have in common: their table, by the memory of the objects, and its iterator.

#include <ouro/config.hpp>
#include <ouro/containers/shared_weak_table.hpp>
#include <ouro/containers/weak_hash_table.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Whether threads share the objects of a weak container.
template <class Memory>
[[nodiscard]] consteval bool are_watched_by_threads() {
  static_assert(counts_in_header<typename Memory::refcount>,
                "ouro: a weak container needs a refcount policy with a header: an object that counts itself does not "
                "tell of its death");
  if constexpr (counts_in_header<typename Memory::refcount>) {
    return Memory::refcount::is_thread_safe;
  } else {
    return false;
  }
}

template <class Key, class T, class Content, class Memory, class Hash, class Equal>
using weak_entries_of =
    std::conditional_t<are_watched_by_threads<Memory>(), shared_weak_table<Key, T, Content, Memory, Hash, Equal>,
                       weak_hash_table<Key, T, Content, Memory, Hash, Equal>>;

/// An input iterator over a cursor; its elements are `As::of(cursor)`.
template <class Table, class As>
class weak_iterator {
 public:
  using cursor = typename Table::cursor;
  using value_type = decltype(As::of(std::declval<const cursor&>()));
  using reference = value_type;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;

  explicit weak_iterator(Table& of) : at_{of} {}

  [[nodiscard]] reference operator*() const { return As::of(at_); }
  weak_iterator& operator++() noexcept {
    at_.next();
    return *this;
  }
  void operator++(int) noexcept { at_.next(); }

  [[nodiscard]] friend bool operator==(const weak_iterator& at, std::default_sentinel_t) noexcept {
    return at.at_.is_at_end();
  }

 private:
  cursor at_;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
