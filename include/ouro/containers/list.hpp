#pragma once
/// \file
/// Python's `list`: a vector that grows and shrinks as CPython's does.

#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/object/leaf.hpp>
#include <ouro/pointer/memory.hpp>

#include <compare>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

namespace ouro {

/// A sequence container with the interface of `std::vector`, whose elements lie in the private heap of `Memory`. Where
/// it must grow, it takes an eighth more than it needs, and a few: room for 0, 4, 8, 16, 24, 32, 40, 52, 64, …
/// elements; once fewer than half of its room is used it shrinks by the same rule (CPython 3.11, `list_resize`). So
/// appending is amortised O(1), and a list that was large once does not stay so.
///
/// References, pointers and iterators to elements are good until the next insertion or removal. Thread-safety is that
/// of a `std::vector`.
template <class T, class Memory = default_memory>
class OURO_SHARED_TYPE list {
  using vector = std::vector<T, typename Memory::template std_allocator<T>>;

 public:
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using reference = T&;
  using const_reference = const T&;
  using iterator = typename vector::iterator;
  using const_iterator = typename vector::const_iterator;
  using reverse_iterator = typename vector::reverse_iterator;
  using const_reverse_iterator = typename vector::const_reverse_iterator;

  list() noexcept = default;
  explicit list(size_type elements, const T& value = T()) : items_(elements, value) {}
  list(std::initializer_list<T> elements) : items_{elements} {}
  template <std::input_iterator It, std::sentinel_for<It> End>
  list(It first, End last) {
    insert(end(), std::move(first), std::move(last));
  }
  list(const list& from) { assign(from.begin(), from.end()); }
  list(list&& from) noexcept = default;
  list& operator=(const list& from) {
    list{from}.swap(*this);
    return *this;
  }
  list& operator=(list&& from) noexcept {
    list{std::move(from)}.swap(*this);
    return *this;
  }
  list& operator=(std::initializer_list<T> elements) {
    list{elements}.swap(*this);
    return *this;
  }
  ~list() = default;

  void swap(list& with) noexcept { items_.swap(with.items_); }
  friend void swap(list& left, list& right) noexcept { left.swap(right); }

  [[nodiscard]] iterator begin() noexcept { return items_.begin(); }
  [[nodiscard]] const_iterator begin() const noexcept { return items_.begin(); }
  [[nodiscard]] const_iterator cbegin() const noexcept { return items_.begin(); }
  [[nodiscard]] iterator end() noexcept { return items_.end(); }
  [[nodiscard]] const_iterator end() const noexcept { return items_.end(); }
  [[nodiscard]] const_iterator cend() const noexcept { return items_.end(); }
  [[nodiscard]] reverse_iterator rbegin() noexcept { return items_.rbegin(); }
  [[nodiscard]] const_reverse_iterator rbegin() const noexcept { return items_.rbegin(); }
  [[nodiscard]] reverse_iterator rend() noexcept { return items_.rend(); }
  [[nodiscard]] const_reverse_iterator rend() const noexcept { return items_.rend(); }

  [[nodiscard]] size_type size() const noexcept { return items_.size(); }
  [[nodiscard]] size_type max_size() const noexcept { return items_.max_size(); }
  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }

  /// Elements that there is room for.
  [[nodiscard]] size_type capacity() const noexcept { return items_.capacity(); }

  /// Bytes of the private heap that the elements take, used or not.
  [[nodiscard]] size_type allocated_bytes() const noexcept { return capacity() * sizeof(T); }

  /// \pre `index < size()`, and for `front` and `back`: not empty
  [[nodiscard]] reference operator[](size_type index) { return items_[index]; }
  [[nodiscard]] const_reference operator[](size_type index) const { return items_[index]; }
  /// \throws std::out_of_range
  [[nodiscard]] reference at(size_type index) { return items_.at(index); }
  [[nodiscard]] const_reference at(size_type index) const { return items_.at(index); }
  [[nodiscard]] reference front() { return items_.front(); }
  [[nodiscard]] const_reference front() const { return items_.front(); }
  [[nodiscard]] reference back() { return items_.back(); }
  [[nodiscard]] const_reference back() const { return items_.back(); }
  [[nodiscard]] T* data() noexcept { return items_.data(); }
  [[nodiscard]] const T* data() const noexcept { return items_.data(); }

  /// Amortised O(1). What throws, here and below, leaves the list as it was, but for `insert` of several.
  void push_back(const T& value) { emplace_back(value); }
  void push_back(T&& value) { emplace_back(std::move(value)); }
  template <class... Args>
  reference emplace_back(Args&&... args) {
    if (size() != capacity()) return items_.emplace_back(std::forward<Args>(args)...);
    T made(std::forward<Args>(args)...);  // the arguments may lie in this list
    change_room(size() + 1);
    return items_.emplace_back(std::move(made));
  }

  /// \pre not empty
  void pop_back() {
    items_.pop_back();
    give_room_back();
  }

  iterator insert(const_iterator at, const T& value) { return emplace(at, value); }
  iterator insert(const_iterator at, T&& value) { return emplace(at, std::move(value)); }
  template <class... Args>
  iterator emplace(const_iterator at, Args&&... args) {
    const difference_type index = at - cbegin();
    T made(std::forward<Args>(args)...);
    if (size() == capacity()) change_room(size() + 1);
    return items_.emplace(items_.cbegin() + index, std::move(made));
  }
  iterator insert(const_iterator at, size_type elements, const T& value) {
    const difference_type index = at - cbegin();
    const T copied = value;
    make_room(elements);
    return items_.insert(items_.cbegin() + index, elements, copied);
  }
  /// Python's `extend`, anywhere. \pre the range is not of this list
  template <std::input_iterator It, std::sentinel_for<It> End>
  iterator insert(const_iterator at, It first, End last) {
    const difference_type index = at - cbegin();
    if constexpr (std::forward_iterator<It>) make_room(static_cast<size_type>(std::ranges::distance(first, last)));
    if constexpr (requires { items_.insert(items_.cbegin(), first, last); }) {
      // What follows moves once, and there is room.
      if constexpr (std::forward_iterator<It>) return items_.insert(items_.cbegin() + index, first, last);
    }
    difference_type next = index;
    for (; first != last; ++first) emplace(cbegin() + next++, *first);
    return items_.begin() + index;
  }
  iterator insert(const_iterator at, std::initializer_list<T> elements) {
    return insert(at, elements.begin(), elements.end());
  }

  iterator erase(const_iterator at) { return erase(at, at + 1); }
  iterator erase(const_iterator first, const_iterator last) {
    const difference_type index = first - cbegin();
    items_.erase(first, last);
    give_room_back();
    return items_.begin() + index;
  }

  template <std::input_iterator It, std::sentinel_for<It> End>
  void assign(It first, End last) {
    list other;
    if constexpr (std::forward_iterator<It>)
      other.items_.reserve(static_cast<size_type>(std::ranges::distance(first, last)));
    for (; first != last; ++first) other.emplace_back(*first);
    swap(other);
  }
  void assign(size_type elements, const T& value) { list(elements, value).swap(*this); }
  void assign(std::initializer_list<T> elements) { list{elements}.swap(*this); }

  void resize(size_type elements, const T& value = T()) {
    if (elements > size()) {
      insert(cend(), elements - size(), value);
    } else {
      erase(cbegin() + static_cast<difference_type>(elements), cend());
    }
  }
  void reserve(size_type elements) { items_.reserve(elements); }
  void shrink_to_fit() { move_to(size()); }

  /// Empty first, and then the elements are destroyed.
  void clear() noexcept { vector{}.swap(items_); }

  [[nodiscard]] friend bool operator==(const list& left, const list& right) { return left.items_ == right.items_; }
  [[nodiscard]] friend auto operator<=>(const list& left, const list& right)
    requires std::three_way_comparable<T>
  {
    return left.items_ <=> right.items_;
  }

 private:
  /// The room that CPython gives a list that is to have so many elements.
  [[nodiscard]] static constexpr size_type room_for(size_type elements) noexcept {
    return elements == 0 ? 0 : (elements + (elements >> 3) + 6) & ~size_type{3};
  }
  static_assert(room_for(1) == 4 && room_for(5) == 8 && room_for(9) == 16 && room_for(17) == 24 && room_for(25) == 32 &&
                room_for(33) == 40 && room_for(41) == 52 && room_for(53) == 64);

  void change_room(size_type elements) { move_to(room_for(elements)); }

  /// For several more: no more than they need, where they are many.
  void make_room(size_type more) {
    const size_type wanted = size() + more;
    if (wanted <= capacity()) return;
    const size_type room = room_for(wanted);
    move_to(more > room - wanted ? (wanted + 3) & ~size_type{3} : room);
  }

  /// Where there is no memory to move to, it stays large.
  void give_room_back() noexcept {
    if (size() >= capacity() / 2) return;
    OURO_TRY { change_room(size()); }
    OURO_CATCH_ALL {
    }
  }

  void move_to(size_type room) {
    if (room == capacity()) return;
    vector moved;
    moved.reserve(room);
    if constexpr (std::is_nothrow_move_constructible_v<T> || !std::is_copy_constructible_v<T>) {
      moved.insert(moved.end(), std::make_move_iterator(items_.begin()), std::make_move_iterator(items_.end()));
    } else {
      moved.insert(moved.end(), items_.begin(), items_.end());
    }
    items_.swap(moved);
  }

  vector items_;
};

namespace detail {

template <class T, class Memory>
inline constexpr bool shows_parts<list<T, Memory>> = true;

}  // namespace detail
}  // namespace ouro
