#pragma once
/// \file
/// The iterators of a `dict`.

#include <ouro/config.hpp>

#include <cstddef>
#include <iterator>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

template <class Key, class T, class Memory>
class OURO_SHARED_TYPE dict_table;

/// Goes over the elements and skips the empty places. A step is O(1). `Entry` is a `dict_entry`, const or not, and
/// `Value` its value.
template <class Entry, class Value>
class OURO_SHARED_TYPE dict_iterator {
 public:
  using value_type = std::remove_const_t<Value>;
  using reference = Value&;
  using pointer = Value*;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::bidirectional_iterator_tag;

  dict_iterator() noexcept = default;
  operator dict_iterator<const Entry, const Value>() const noexcept { return {at_, end_}; }

  [[nodiscard]] reference operator*() const noexcept { return at_->value; }
  [[nodiscard]] pointer operator->() const noexcept { return &at_->value; }
  dict_iterator& operator++() noexcept {
    ++at_;
    skip();
    return *this;
  }
  dict_iterator operator++(int) noexcept {
    dict_iterator before = *this;
    ++*this;
    return before;
  }
  /// \pre not at the first element
  dict_iterator& operator--() noexcept {
    --at_;
    if (!at_->has_value()) at_ -= at_->run_to_here;
    return *this;
  }
  dict_iterator operator--(int) noexcept {
    dict_iterator before = *this;
    --*this;
    return before;
  }
  [[nodiscard]] friend bool operator==(const dict_iterator& left, const dict_iterator& right) noexcept {
    return left.at_ == right.at_;
  }

 private:
  template <class, class, class>
  friend class dict_table;
  template <class, class>
  friend class dict_iterator;

  dict_iterator(Entry* at, Entry* end) noexcept : at_{at}, end_{end} {}
  /// From an empty place to the next element, or to the end: one step from the first place of a run.
  void skip() noexcept {
    while (at_ != end_ && !at_->has_value()) at_ += at_->hash;
  }

  Entry* at_ = nullptr;
  Entry* end_ = nullptr;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
