#pragma once
/// \file
/// Python's `dict`: a compact hash map in the order of insertion.

#include <ouro/base/throw.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/config.hpp>
#include <ouro/containers/calls_user_code.hpp>
#include <ouro/containers/detached_content.hpp>
#include <ouro/containers/dict_table.hpp>
#include <ouro/containers/equal_values.hpp>
#include <ouro/containers/lifetime_watch.hpp>
#include <ouro/containers/storage_pin.hpp>
#include <ouro/fwd.hpp>
#include <ouro/pointer/memory.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A map with the interface of `std::unordered_map`. The elements lie side by side in the order of insertion, in the
/// private heap of `Memory`; a hash index refers to them by narrow numbers. That takes half the memory of a table of
/// nodes, and iteration is sequential in memory. The design is that of CPython (Raymond Hettinger's compact
/// dictionary): at least 8 slots, at most two thirds of them used, and room for three times the elements after growth.
///
/// Assignment to a key keeps its place; a key that was erased and inserted again is last. Insertion and removal are
/// amortised O(1) on average. They invalidate references and iterators, but for those to elements before an erased one.
/// A step of an iterator is O(1), and so is `begin`, wherever elements were erased, so that a dict can serve as a
/// queue. `clear` and the destructor destroy the first element first, and of each element the value before the key,
/// since the value may refer to the key.
///
/// The user code that an operation calls may use the dict:
/// - Destructors of removed elements find the dict valid and without these elements; they may also destroy the dict.
/// - While elements are moved, user code finds the dict empty; what it inserts then is dropped afterwards.
/// - While keys are compared or elements copied, elements that are removed stay alive. A look-up starts again if
/// elements
///   were moved during it, as in CPython.
template <class Key, class T, class Memory = default_memory, class Hash = std::hash<Key>,
          class Equal = detail::equal_values>
class OURO_SHARED_TYPE dict {
  using table = detail::dict_table<Key, T, Memory>;
  using entry = typename table::entry;
  using entries = typename table::entries;
  using storage_pin = detail::storage_pin<entries>;

  static constexpr bool elements_call_user_code = detail::calls_user_code<Key> || detail::calls_user_code<T>;
  static constexpr bool comparisons_call_user_code =
      detail::calls_user_code<Key> || !std::is_same_v<Equal, detail::equal_values>;

 public:
  using key_type = Key;
  using mapped_type = T;
  using value_type = std::pair<const Key, T>;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using hasher = Hash;
  using key_equal = Equal;
  using reference = value_type&;
  using const_reference = const value_type&;
  using iterator = typename table::iterator;
  using const_iterator = typename table::const_iterator;

  dict() = default;
  dict(std::initializer_list<value_type> elements) : dict(elements.begin(), elements.end()) {}
  template <std::input_iterator It>
  dict(It first, It last) {
    for (; first != last; ++first) insert_or_assign(first->first, first->second);
  }
  dict(const dict& from) {
    // The allocations may begin a collection whose destructors change `from`.
    while (table_.room() < from.size()) table_.reserve(from.size());
    const storage_pin pin{from.table_.all()};
    for (const entry& each : pin) {
      if (each.has_value()) table_.append(entry{each.hash, each.value.first, each.value.second});  // calls user code
    }
  }
  dict(dict&& from) noexcept = default;
  dict& operator=(const dict& from) {
    dict{from}.swap(*this);
    return *this;
  }
  dict& operator=(dict&& from) noexcept {
    dict{std::move(from)}.swap(*this);
    return *this;
  }
  ~dict() {
    if constexpr (!std::is_trivially_destructible_v<value_type>) detail::lifetime_watch::end(this);
    while (!empty()) clear();  // a destructor may have inserted an element
  }

  void swap(dict& with) noexcept { table_.swap(with.table_); }
  friend void swap(dict& left, dict& right) noexcept { left.swap(right); }

  [[nodiscard]] iterator begin() noexcept { return table_.begin(); }
  [[nodiscard]] iterator end() noexcept { return table_.end(); }
  [[nodiscard]] const_iterator begin() const noexcept { return const_cast<dict*>(this)->begin(); }
  [[nodiscard]] const_iterator end() const noexcept { return const_cast<dict*>(this)->end(); }
  [[nodiscard]] const_iterator cbegin() const noexcept { return begin(); }
  [[nodiscard]] const_iterator cend() const noexcept { return end(); }

  [[nodiscard]] size_type size() const noexcept { return table_.size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  /// Bytes of the private heap that elements and index take, unused capacity included.
  [[nodiscard]] size_type allocated_bytes() const noexcept { return table_.allocated_bytes(); }

  [[nodiscard]] iterator find(const Key& key) { return table_.at(number_of(key)); }
  [[nodiscard]] const_iterator find(const Key& key) const { return const_cast<dict*>(this)->find(key); }
  [[nodiscard]] bool contains(const Key& key) const { return number_of(key) != table::none; }
  [[nodiscard]] size_type count(const Key& key) const { return contains(key) ? 1 : 0; }

  /// \throws std::out_of_range
  [[nodiscard]] T& at(const Key& key) {
    const std::size_t number = number_of(key);
    if (number == table::none) detail::throw_out_of_range("ouro::dict::at: no such key", type_name<Key>());
    return table_[number].value.second;
  }
  [[nodiscard]] const T& at(const Key& key) const { return const_cast<dict*>(this)->at(key); }

  /// A copy of the value of `key`, or `otherwise` if there is none: Python's `get`.
  [[nodiscard]] T get(const Key& key, T otherwise = T()) const {
    const std::size_t number = number_of(key);
    const storage_pin pin{table_.all()};
    return number == table::none ? std::move(otherwise) : pin.begin()[number].value.second;
  }

  T& operator[](const Key& key) { return try_emplace(key).first->second; }
  T& operator[](Key&& key) { return try_emplace(std::move(key)).first->second; }

  /// An exception, here and in the functions below, leaves the dict unchanged, unless the move of an element throws.
  template <class K, class... Args>
  std::pair<iterator, bool> try_emplace(K&& key, Args&&... args) {
    const std::size_t hash = hash_of(key);
    if (const std::size_t found = number_of(key, hash); found != table::none) return {table_.at(found), false};
    const auto insert = [&] {
      // Made before the dict changes, since the arguments may lie in it. Calls user code, which may insert the key.
      entry made{hash, std::piecewise_construct, std::forward_as_tuple(std::forward<K>(key)),
                 std::forward_as_tuple(std::forward<Args>(args)...)};
      return insert_new(made);
    };
    if constexpr (elements_call_user_code) {
      return iterator_after(insert);
    } else {
      const placed at = insert();
      return {table_.at(at.number), at.is_new};
    }
  }
  template <class K, class V>
  std::pair<iterator, bool> emplace(K&& key, V&& value) {
    return try_emplace(std::forward<K>(key), std::forward<V>(value));
  }
  std::pair<iterator, bool> insert(const value_type& element) { return try_emplace(element.first, element.second); }
  std::pair<iterator, bool> insert(value_type&& element) {
    return try_emplace(element.first, std::move(element.second));
  }
  /// The old value is destroyed when the new one is in its place. If its destructor changes the dict, the returned
  /// iterator is at the element that is at that place then, or at the end; if it destroys the dict, the iterator is
  /// singular.
  template <class K, class V>
  std::pair<iterator, bool> insert_or_assign(K&& key, V&& value) {
    const std::size_t hash = hash_of(key);
    return iterator_after([&] {
      T fresh(std::forward<V>(value));  // calls user code; the value may lie in this dict
      if (const std::size_t found = number_of(key, hash); found != table::none) return replace(found, fresh);
      entry made{hash, std::piecewise_construct, std::forward_as_tuple(std::forward<K>(key)),
                 std::forward_as_tuple(std::move(fresh))};
      const placed at = insert_new(made);
      return at.is_new ? at : replace(at.number, made.value.second);
      // calls user code when the old value is destroyed: the dict has the new one
    });
  }

  size_type erase(const Key& key) {
    const std::size_t number = number_of(key);
    if (number == table::none) return 0;
    [[maybe_unused]] const entry taken = take(number);
    return 1;  // calls user code when `taken` is destroyed: the dict is valid and does not have it
  }
  /// Returns the next element. If the destructor of the erased one changes the dict, returns an element behind that
  /// place or the end; if it destroys the dict, a singular iterator.
  iterator erase(const_iterator at) {
    const std::size_t number = table_.number_at(at);
    const detail::lifetime_watch watch{this};
    {
      [[maybe_unused]] const entry taken = take(number);
      // calls user code when `taken` is destroyed: the dict is valid and does not have it
    }
    return watch.has_ended() ? iterator{} : table_.at_or_behind(number);
  }

  /// Removes the element that was inserted last, and returns it: Python's `popitem`. \pre not empty
  std::pair<Key, T> popitem() {
    entry taken = take(table_.places() - 1);
    return {std::move(const_cast<Key&>(taken.value.first)), std::move(taken.value.second)};
  }

  /// Makes the dict empty, then destroys the elements, the first one first.
  void clear() noexcept {
    entries taken = table_.take_all();
    if (storage_pin* const pin = pin_of(taken); pin != nullptr) {
      pin->kept() = std::move(taken);
    } else {
      table::destroy(taken);
    }
  }

  void reserve(size_type elements) {
    if (elements > table_.room()) change([&](dict& here) { here.table_.reserve(elements); });
  }

  /// Calls `see` with each key and each value; `see` may change them. For `deepcopy`.
  void rekey(auto see) {
    detail::detached_content<dict> detached{*this};
    dict changed;
    changed.reserve(detached.content().size());
    for (value_type& each : detached.content()) {
      Key key = each.first;
      see(key);  // calls user code, and so does the next call
      see(each.second);
      changed.insert_or_assign(std::move(key), std::move(each.second));
    }
    detached.content().swap(changed);
  }

  /// Calls `see` with each key and each value, which may change them, and gives the elements new places. `spare` has
  /// room for them: nothing is allocated. \pre hashes and comparisons of keys neither throw nor use the dict
  void rekey_into(dict& spare, auto see) {
    for (value_type& each : *this) {
      Key key = each.first;
      see(key);
      see(each.second);
      spare.insert_or_assign(std::move(key), std::move(each.second));
    }
    swap(spare);
  }

  /// Whether both have the same keys with equal values. The order does not count.
  [[nodiscard]] friend bool operator==(const dict& left, const dict& right) {
    if (left.size() != right.size()) return false;
    const storage_pin left_pin{left.table_.all()};
    for (const entry& each : left_pin) {
      if (!each.has_value()) continue;
      const std::size_t found = right.number_of(each.value.first, each.hash);
      const storage_pin right_pin{right.table_.all()};
      // calls user code, which may change both dicts
      if (found == table::none || !(right_pin.begin()[found].value.second == each.value.second)) return false;
    }
    return true;
  }

 private:
  [[nodiscard]] static std::size_t hash_of(const Key& key) {
    return static_cast<std::size_t>(Hash{}(key)) | entry::occupied;
  }

  [[nodiscard]] std::size_t number_of(const Key& key) const { return number_of(key, hash_of(key)); }
  [[nodiscard]] std::size_t number_of(const Key& key, std::size_t hash) const {
    if constexpr (comparisons_call_user_code) {
      for (;;) {
        const storage_pin pin{table_.all()};
        const std::size_t found = table_.find(hash, [&](std::size_t number) {
          const entry& seen = pin.begin()[number];
          // calls user code: if it moves the elements, this search ends and another one begins
          return seen.hash == hash && (Equal{}(seen.value.first, key) || !pin.is_of(table_.all()));
        });
        if (pin.is_of(table_.all())) return found;
      }
    } else {
      return table_.find(hash, [&](std::size_t number) {
        return table_[number].hash == hash && Equal{}(table_[number].value.first, key);
      });
    }
  }

  /// The number of an element, and whether it was inserted.
  struct placed {
    std::size_t number;
    bool is_new;
  };

  /// Runs `work`, which places an element, and returns an iterator to that place. The user code that `work` calls may
  /// change the dict or destroy it.
  template <class Work>
  std::pair<iterator, bool> iterator_after(Work work) {
    const detail::lifetime_watch watch{this};
    const placed at = work();
    if (watch.has_ended()) return {iterator{}, at.is_new};
    const bool is_there = at.number < table_.places() && table_[at.number].has_value();
    return {is_there ? table_.at(at.number) : end(), at.is_new};
  }

  /// \post `with` is the old value
  placed replace(std::size_t number, T& with) {
    change([&](dict& here) { std::swap(here.table_[number].value.second, with); });
    return {number, false};
  }

  /// \pre the key was not there before the element was made
  placed insert_new(entry& made) {
    if (elements_call_user_code || !table_.has_room()) {
      do {
        // The allocation may begin a collection whose destructors change the dict.
        while (!table_.has_room()) change([](dict& here) { here.table_.grow(); });
        const std::size_t found = number_of(made.value.first, made.hash);
        if (found != table::none) return {found, false};
      } while (!table_.has_room());  // the comparison has filled it
    }
    change_detached([&](dict& here) { here.table_.append(std::move(made)); });
    return {table_.places() - 1, true};
  }

  /// The pin on these entries, or null.
  [[nodiscard]] static storage_pin* pin_of(const entries& elements) noexcept {
    if constexpr (elements_call_user_code || comparisons_call_user_code) {
      return storage_pin::of(elements);
    } else {
      return nullptr;
    }
  }

  /// Runs `change(dict)` where user code cannot reach the elements while they are moved.
  template <class Change>
  decltype(auto) change_detached(Change change) {
    constexpr bool moves_call_user_code = detail::moves_call_user_code<Key> || detail::moves_call_user_code<T>;
    return detail::change_detached<moves_call_user_code>(*this, change);
  }

  /// `change_detached` for changes that move or destroy elements: leaves pinned storage first. Numbers of elements
  /// stay.
  template <class Change>
  decltype(auto) change(Change change) {
    leave_pinned_storage();
    return change_detached(change);
  }

  /// If the storage is pinned, gives it to the pin and goes on with storage of its own.
  /// \throws std::bad_alloc, and what moving throws
  void leave_pinned_storage() {
    storage_pin* const pin = pin_of(table_.all());
    if (pin == nullptr) return;
    detail::detached_content<dict> detached{*this};
    entries& own = detached.content().table_.all();
    pin->kept() = std::exchange(own, entries{});
    OURO_TRY { table::copy_or_move(pin->kept(), own); }
    OURO_CATCH_ALL {
      pin->kept().swap(own);
      OURO_RETHROW;
    }
  }

  /// Removes the element from the dict and returns it.
  [[nodiscard]] entry take(std::size_t number) {
    return change([&](dict& here) { return here.table_.take(number); });
  }

  table table_;
};

namespace detail {

template <class Key, class T, class Memory, class Hash, class Equal>
inline constexpr bool shows_parts<dict<Key, T, Memory, Hash, Equal>> = true;

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
