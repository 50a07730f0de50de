#pragma once
/// \file
/// Python's `list`: a vector that grows and shrinks as CPython's does.

#include <ouro/config.hpp>
#include <ouro/containers/lifetime_watch.hpp>
#include <ouro/containers/loan.hpp>
#include <ouro/containers/quiet.hpp>
#include <ouro/containers/set_aside.hpp>
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

/// A sequence container with the interface of `std::vector`, whose elements lie in the private heap of `Memory`. Where
/// it must grow, it takes an eighth more than it needs, and a few: room for 0, 4, 8, 16, 24, 32, 40, 52, 64, …
/// elements; once fewer than half of its room is used it shrinks by the same rule (CPython 3.11, `list_resize`). So
/// appending is amortised O(1), and a list that was large once does not stay so. One that is made from n elements has
/// room for n, rounded up to an even number. A list that is cleared or ends drops its last element first.
///
/// Elements may change the list while it works on them. Their destructors find it without them, and whole; they may
/// also end it. What is done to it while elements are moved finds it empty, and is undone. While elements are compared
/// or copied, those that leave the list stay alive.
///
/// References, pointers and iterators to elements are good until the next insertion or removal. Thread-safety is that
/// of a `std::vector`.
template <class T, class Memory = default_memory>
class OURO_SHARED_TYPE list {
  using vector = std::vector<T, typename Memory::template std_allocator<T>>;
  using loan = detail::loan<vector>;

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
    // The allocation may begin a collection, whose destructors may change `from`.
    while (items_.capacity() < from.size()) items_.reserve(from.size());
    const loan lent{from.items_};
    for (const T& each : lent) items_.push_back(each);  // calls user code
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
      while (!empty()) clear();  // a destructor may have put something in
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
    T made(std::forward<Args>(args)...);  // calls user code; the arguments may lie in this list
    return change([&](list& here) -> reference {
      here.make_room(1);
      return here.items_.emplace_back(std::move(made));
    });
  }

  /// \pre not empty
  void pop_back() {
    [[maybe_unused]] const T taken = take(size() - 1);
    // calls user code when `taken` goes: the list is whole without it
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
        here.make_room(1);
        here.items_.emplace(here.place(index), std::move(made));
      });
    }
    return place_after(watch, index);
  }
  iterator insert(const_iterator at, size_type elements, const T& value) {
    const difference_type index = at - cbegin();
    return insert_all(index, vector(elements, value));  // calls user code, which may change the list
  }
  /// Python's `extend`, anywhere.
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

  /// The element behind. O(elements behind). If a destructor has changed the list, where that element would be, or the
  /// end; if one has ended the list, no iterator of any.
  iterator erase(const_iterator at) {
    const difference_type index = at - cbegin();
    const detail::lifetime_watch watch{this};
    {
      [[maybe_unused]] const T taken = take(static_cast<size_type>(index));
      // calls user code when `taken` goes: the list is whole without it
    }
    return place_after(watch, index);
  }
  /// The last is dropped first.
  iterator erase(const_iterator first, const_iterator last) {
    const difference_type index = first - cbegin();
    const detail::lifetime_watch watch{this};
    take_and_drop(static_cast<size_type>(index), static_cast<size_type>(last - first), watch);
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
      if (elements > here.capacity()) here.move_to(elements);
    });
  }
  void shrink_to_fit() {
    change([](list& here) { here.move_to(here.size()); });
  }

  /// Empty first, and then the elements are destroyed, the last of them first.
  void clear() noexcept {
    vector taken;
    taken.swap(items_);
    if (loan* const holder = loan_of(taken); holder != nullptr) {
      holder->kept() = std::move(taken);
    } else {
      drop(taken);
    }
  }

  [[nodiscard]] friend bool operator==(const list& left, const list& right) {
    if (left.size() != right.size()) return false;
    const loan first{left.items_};
    const loan second{right.items_};
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
    const loan first{left.items_};
    const loan second{right.items_};
    const T* at = first.begin();
    const T* with = second.begin();
    for (; at != first.end() && with != second.end(); ++at, ++with) {
      if (const ordering order = *at <=> *with; order != 0) return order;  // calls user code, as above
    }
    return ordering{first.size() <=> second.size()};
  }

 private:
  /// The room that CPython gives a list that is to have so many elements.
  [[nodiscard]] static constexpr size_type room_for(size_type elements) noexcept {
    return elements == 0 ? 0 : (elements + (elements >> 3) + 6) & ~size_type{3};
  }
  static_assert(room_for(1) == 4 && room_for(5) == 8 && room_for(9) == 16 && room_for(17) == 24 && room_for(25) == 32 &&
                room_for(33) == 40 && room_for(41) == 52 && room_for(53) == 64);

  /// A place that was there before user code ran, or the end.
  [[nodiscard]] iterator place(difference_type index) noexcept {
    return begin() + (index < end() - begin() ? index : end() - begin());
  }

  [[nodiscard]] iterator place_after(const detail::lifetime_watch& watch, difference_type index) noexcept {
    return watch.has_ended() ? iterator{} : place(index);
  }

  [[nodiscard]] static loan* loan_of(const vector& items) noexcept {
    if constexpr (detail::is_quiet<T>) {
      return nullptr;
    } else {
      return loan::of(items);
    }
  }

  /// Runs `change(list)` where no user code meets the elements while they move. All changes but for swaps go through
  /// it.
  template <class Change>
  decltype(auto) change(Change change) {
    leave_lent_elements();
    return detail::move_aside<detail::moves_quietly<T>>(*this, change);
  }

  /// Goes on with elements of its own where user code has references to these. \throws std::bad_alloc, and what moving
  /// throws
  void leave_lent_elements() {
    loan* const holder = loan_of(items_);
    if (holder == nullptr) return;
    vector& lent = holder->kept();
    lent = std::exchange(items_, vector{});
    detail::set_aside<list> aside{*this};
    OURO_TRY {
      vector& own = aside.content().items_;
      own.reserve(lent.size());
      for (T& each : lent) own.push_back(detail::copied_or_moved(each));
    }
    OURO_CATCH_ALL {
      lent.swap(aside.content().items_);
      OURO_RETHROW;
    }
  }

  /// Room for so many more. An allocation may begin a collection, whose destructors may change a list that is not set
  /// aside.
  void make_room(size_type more) {
    while (capacity() - size() < more) {
      const size_type wanted = size() + more;
      const size_type room = room_for(wanted);
      // Where several more are many, no more than they need.
      move_to(more > room - wanted ? (wanted + 3) & ~size_type{3} : room);
    }
  }

  /// Where there is no memory to move to, it stays large.
  void give_room_back() noexcept {
    if (size() >= capacity() / 2) return;
    OURO_TRY { move_to(room_for(size())); }
    OURO_CATCH_ALL {
    }
  }

  /// \pre is changing. \post has that room, unless what the allocation began has filled the list
  void move_to(size_type room) {
    if (room == capacity()) return;
    vector moved;
    moved.reserve(room);
    if (moved.capacity() < size()) return;
    if constexpr (std::is_nothrow_move_constructible_v<T> || !std::is_copy_constructible_v<T>) {
      moved.insert(moved.end(), std::make_move_iterator(items_.begin()), std::make_move_iterator(items_.end()));
    } else {
      moved.insert(moved.end(), items_.begin(), items_.end());
    }
    items_.swap(moved);
  }

  iterator insert_all(difference_type index, vector made) {
    const detail::lifetime_watch watch{this};
    change([&](list& here) {
      here.make_room(made.size());
      here.items_.insert(here.place(index), std::make_move_iterator(made.begin()), std::make_move_iterator(made.end()));
    });
    return place_after(watch, index);
  }

  /// One element, which is no longer in the list.
  [[nodiscard]] T take(size_type index) {
    return change([&](list& here) {
      const iterator at = here.begin() + static_cast<difference_type>(index);
      T taken(std::move(*at));
      here.items_.erase(at);
      here.give_room_back();
      return taken;
    });
  }

  /// Takes the elements out, and then drops them. Without memory to take them out to, one by one.
  void take_and_drop(size_type index, size_type elements, const detail::lifetime_watch& watch) {
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
      here.give_room_back();
    });
    drop(taken);
  }

  /// Destroys the elements, the last one first. Calls user code, which cannot reach `taken`.
  static void drop(vector& taken) noexcept {
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
