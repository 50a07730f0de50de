#pragma once
/// \file
/// Python's `list`: a vector that grows and shrinks as CPython's does.

#include <ouro/config.hpp>
#include <ouro/containers/calls_user_code.hpp>
#include <ouro/containers/detached_content.hpp>
#include <ouro/containers/lifetime_watch.hpp>
#include <ouro/containers/list_growth.hpp>
#include <ouro/containers/storage_pin.hpp>
#include <ouro/fwd.hpp>
#include <ouro/pointer/memory.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <compare>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A sequence container with the interface of `std::vector`, whose elements lie in the private heap of `Memory`. It
/// grows and shrinks as CPython's list: it takes room for an eighth more elements than it needs, and a few (0, 4, 8,
/// 16, 24, 32, 40, 52, 64, …), and shrinks by the same rule when less than half of its room is used. So appending is
/// amortised O(1), and a list that becomes small gives its memory back. A list that is constructed from n elements has
/// room for n, rounded up to an even number. `clear` and the destructor destroy the last element first.
///
/// The user code that an operation calls may use the list:
/// - Destructors of removed elements find the list valid and without these elements; they may also destroy the list.
/// - While elements are moved, user code finds the list empty; what it inserts then is dropped afterwards.
/// - While elements are compared or copied, elements that are removed stay alive.
///
/// References, pointers and iterators to elements are valid until the next insertion or removal. Thread-safety is that
/// of a `std::vector`.
template <class T, class Memory = default_memory>
class OURO_SHARED_TYPE list {
  using vector = std::vector<T, typename Memory::template std_allocator<T>>;
  using storage_pin = detail::storage_pin<vector>;

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
  list(std::initializer_list<T> elements) : list(elements.begin(), elements.end()) {}
  template <std::input_iterator It, std::sentinel_for<It> End>
  list(It first, End last) {
    if constexpr (std::forward_iterator<It>)
      items_.reserve((static_cast<size_type>(std::ranges::distance(first, last)) + 1) & ~size_type{1});
    for (; first != last; ++first) emplace_back(*first);
  }
  list(const list& from) {
    // The allocation may begin a collection whose destructors change `from`.
    while (items_.capacity() < from.size()) items_.reserve(from.size());
    const storage_pin pin{from.items_};
    for (const T& each : pin) items_.push_back(each);  // calls user code
  }
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
  ~list() {
    if constexpr (!std::is_trivially_destructible_v<T>) {
      detail::lifetime_watch::end(this);
      while (!empty()) clear();  // a destructor may have inserted an element
    }
  }

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

  /// The number of elements that there is room for.
  [[nodiscard]] size_type capacity() const noexcept { return items_.capacity(); }

  /// Bytes of the private heap that the list takes for its elements, unused capacity included.
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

  /// Amortised O(1). An exception, here and in the functions below, leaves the list unchanged, except in an `insert` of
  /// several elements.
  void push_back(const T& value) { emplace_back(value); }
  void push_back(T&& value) { emplace_back(std::move(value)); }
  template <class... Args>
  reference emplace_back(Args&&... args) {
    T made(std::forward<Args>(args)...);  // calls user code; the arguments may lie in this list
    return change([&](list& here) -> reference {
      detail::make_list_room(here.items_, 1);
      return here.items_.emplace_back(std::move(made));
    });
  }

  /// \pre not empty
  void pop_back() {
    [[maybe_unused]] const T taken = take(size() - 1);
    // calls user code when `taken` is destroyed: the list is valid and does not have it
  }

  iterator insert(const_iterator at, const T& value) { return emplace(at, value); }
  iterator insert(const_iterator at, T&& value) { return emplace(at, std::move(value)); }
  template <class... Args>
  iterator emplace(const_iterator at, Args&&... args) {
    const difference_type index = at - cbegin();
    const detail::lifetime_watch watch{this};
    {
      T made(std::forward<Args>(args)...);
      change([&](list& here) {
        detail::make_list_room(here.items_, 1);
        here.items_.emplace(here.place(index), std::move(made));
      });
    }
    return place_after(watch, index);
  }
  iterator insert(const_iterator at, size_type elements, const T& value) {
    const difference_type index = at - cbegin();
    return insert_all(index, vector(elements, value));  // calls user code, which may change the list
  }
  /// Python's `extend`, at any place.
  template <std::input_iterator It, std::sentinel_for<It> End>
  iterator insert(const_iterator at, It first, End last) {
    const difference_type index = at - cbegin();
    vector made;
    if constexpr (std::forward_iterator<It>) made.reserve(static_cast<size_type>(std::ranges::distance(first, last)));
    for (; first != last; ++first) made.emplace_back(*first);
    return insert_all(index, std::move(made));
  }
  iterator insert(const_iterator at, std::initializer_list<T> elements) {
    return insert(at, elements.begin(), elements.end());
  }

  /// Returns the next element. O(elements behind it). If a destructor changes the list, returns an iterator to the same
  /// index, or to the end; if one destroys the list, a singular iterator.
  iterator erase(const_iterator at) {
    const difference_type index = at - cbegin();
    const detail::lifetime_watch watch{this};
    {
      [[maybe_unused]] const T taken = take(static_cast<size_type>(index));
      // calls user code when `taken` is destroyed: the list is valid and does not have it
    }
    return place_after(watch, index);
  }
  /// Destroys the last element first.
  iterator erase(const_iterator first, const_iterator last) {
    const difference_type index = first - cbegin();
    const detail::lifetime_watch watch{this};
    take_and_destroy(static_cast<size_type>(index), static_cast<size_type>(last - first), watch);
    return place_after(watch, index);
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
  void reserve(size_type elements) {
    change([&](list& here) {
      if (elements > here.capacity()) detail::move_to_room(here.items_, elements);
    });
  }
  void shrink_to_fit() {
    change([](list& here) { detail::move_to_room(here.items_, here.size()); });
  }

  /// Makes the list empty, then destroys the elements, the last one first.
  void clear() noexcept {
    vector taken;
    taken.swap(items_);
    if (storage_pin* const pin = pin_of(taken); pin != nullptr) {
      pin->kept() = std::move(taken);
    } else {
      destroy(taken);
    }
  }

  [[nodiscard]] friend bool operator==(const list& left, const list& right) {
    if (left.size() != right.size()) return false;
    const storage_pin first{left.items_};
    const storage_pin second{right.items_};
    const T* with = second.begin();
    for (const T& each : first) {
      if (!(each == *with++)) return false;  // calls user code, which may change both lists
    }
    return true;
  }
  [[nodiscard]] friend auto operator<=>(const list& left, const list& right)
    requires std::three_way_comparable<T>
  {
    using ordering = std::compare_three_way_result_t<T>;
    const storage_pin first{left.items_};
    const storage_pin second{right.items_};
    const T* at = first.begin();
    const T* with = second.begin();
    for (; at != first.end() && with != second.end(); ++at, ++with) {
      if (const ordering order = *at <=> *with; order != 0) return order;  // calls user code, as above
    }
    return ordering{first.size() <=> second.size()};
  }

 private:
  /// An iterator to this index, or to the end if user code has made the list shorter.
  [[nodiscard]] iterator place(difference_type index) noexcept {
    return begin() + (index < end() - begin() ? index : end() - begin());
  }

  [[nodiscard]] iterator place_after(const detail::lifetime_watch& watch, difference_type index) noexcept {
    return watch.has_ended() ? iterator{} : place(index);
  }

  /// The pin on these elements, or null.
  [[nodiscard]] static storage_pin* pin_of(const vector& items) noexcept {
    if constexpr (detail::calls_user_code<T>) {
      return storage_pin::of(items);
    } else {
      return nullptr;
    }
  }

  /// Runs `change(list)` where user code cannot reach the elements while they are moved. All changes but swaps go
  /// through it.
  template <class Change>
  decltype(auto) change(Change change) {
    leave_pinned_storage();
    return detail::change_detached<detail::moves_call_user_code<T>>(*this, change);
  }

  /// If the storage is pinned, gives it to the pin and goes on with storage of its own.
  /// \throws std::bad_alloc, and what moving throws
  void leave_pinned_storage() {
    storage_pin* const pin = pin_of(items_);
    if (pin == nullptr) return;
    vector& pinned = pin->kept();
    pinned = std::exchange(items_, vector{});
    detail::detached_content<list> detached{*this};
    OURO_TRY {
      vector& own = detached.content().items_;
      own.reserve(pinned.size());
      for (T& each : pinned) own.push_back(detail::copied_or_moved(each));
    }
    OURO_CATCH_ALL {
      pinned.swap(detached.content().items_);
      OURO_RETHROW;
    }
  }

  iterator insert_all(difference_type index, vector made) {
    const detail::lifetime_watch watch{this};
    change([&](list& here) {
      detail::make_list_room(here.items_, made.size());
      here.items_.insert(here.place(index), std::make_move_iterator(made.begin()), std::make_move_iterator(made.end()));
    });
    return place_after(watch, index);
  }

  /// Removes one element from the list and returns it.
  [[nodiscard]] T take(size_type index) {
    return change([&](list& here) {
      const iterator at = here.begin() + static_cast<difference_type>(index);
      T taken(std::move(*at));
      here.items_.erase(at);
      detail::shrink_list_room(here.items_);
      return taken;
    });
  }

  /// Moves the elements to a vector of their own, then destroys them. Without memory for that, erases them one by one.
  void take_and_destroy(size_type index, size_type elements, const detail::lifetime_watch& watch) {
    vector taken;
    OURO_TRY { taken.reserve(elements); }
    OURO_CATCH_ALL {
      for (size_type left = elements; left-- != 0 && !watch.has_ended();) {
        if (index + left < size()) erase(cbegin() + static_cast<difference_type>(index + left));
      }
      return;
    }
    change([&](list& here) {
      // The allocation may have changed the list.
      const iterator first = here.place(static_cast<difference_type>(index));
      const iterator last = here.place(static_cast<difference_type>(index + elements));
      taken.insert(taken.end(), std::make_move_iterator(first), std::make_move_iterator(last));
      here.items_.erase(first, last);
      detail::shrink_list_room(here.items_);
    });
    destroy(taken);
  }

  /// Destroys the elements, the last one first. Calls user code, which cannot reach `taken`.
  static void destroy(vector& taken) noexcept {
    if constexpr (!std::is_trivially_destructible_v<T>) {
      while (!taken.empty()) taken.pop_back();
    }
  }

  vector items_;
};

namespace detail {

template <class T, class Memory>
inline constexpr bool shows_parts<list<T, Memory>> = true;

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
