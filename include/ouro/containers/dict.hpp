#pragma once
/// \file
/// Python's `dict`: compact, and in the order of insertion.

#include <ouro/base/throw.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/config.hpp>
#include <ouro/containers/dict_index.hpp>
#include <ouro/containers/equal_values.hpp>
#include <ouro/containers/lifetime_watch.hpp>
#include <ouro/containers/loan.hpp>
#include <ouro/containers/quiet.hpp>
#include <ouro/containers/set_aside.hpp>
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
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A map with the interface of `std::unordered_map`, whose elements lie side by side in the order in which they were
/// inserted, in the private heap of `Memory`; a hash index of narrow numbers leads to them. That takes half the memory
/// of a table of nodes, and goes over the elements in a straight line. Built as CPython's (Raymond Hettinger's compact
/// dictionary): 8 slots at least, two thirds used at most, room for three times the elements when it must grow.
///
/// Assignment to a key keeps its place; a key that was erased and comes again is last. Insertion and removal are
/// amortised O(1) on average, and make references and iterators invalid, but for those before an erased element. A step
/// of an iterator is O(1), and so is `begin`, wherever elements were erased: a dict is a queue, too. One that is
/// cleared or ends drops its first element first, and of each element the value, which may refer to the key, before
/// the key.
///
/// Elements, hashes and comparisons may change the dict while it works on them. Destructors of what leaves it find it
/// without that, and whole; they may also end it. What is done to it while elements are moved finds it empty, and is
/// undone. While keys are compared and elements copied, those that leave the dict stay alive; a look-up during which
/// elements moved begins again, as in CPython.
template <class Key, class T, class Memory = default_memory, class Hash = std::hash<Key>,
          class Equal = detail::equal_values>
class OURO_SHARED_TYPE dict {
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

 private:
  /// An element, or the place of one that was erased. Places of erased elements that lie side by side are a run, over
  /// which iterators go in one step: the first place of a run knows how many there are, and the last one too.
  struct entry {
    struct gap {
      std::size_t to_end;
      std::size_t to_here;
    };
    static constexpr std::size_t occupied = ~(static_cast<std::size_t>(-1) >> 1);

    template <class... Args>
    explicit entry(std::size_t hashed, Args&&... args) : hash{hashed | occupied}, value(std::forward<Args>(args)...) {}
    /// \pre there is an element: a place moves nowhere
    entry(entry&& from) noexcept(std::is_nothrow_move_constructible_v<Key> && std::is_nothrow_move_constructible_v<T>)
        : hash{from.hash},
          // A key is const to all but its owner.
          value(std::move(const_cast<Key&>(from.value.first)), std::move(from.value.second)) {}
    entry& operator=(entry&&) = delete;
    /// The place of an erased element.
    explicit entry(gap from) noexcept : hash{from.to_end}, run_to_here{from.to_here} {}
    ~entry() {
      if (has_value()) std::destroy_at(&value);
    }

    [[nodiscard]] bool has_value() const noexcept { return (hash & occupied) != 0; }

    std::size_t hash;  ///< its highest bit says that there is an element; if there is none: the places from here to the
                       ///< end of the run, or of what was the run when this place came to it
    union {
      value_type value;
      std::size_t run_to_here;  ///< in the last place of a run: the places of the run
    };
  };
  using entries = std::vector<entry, typename Memory::template std_allocator<entry>>;
  using index = detail::dict_index<typename Memory::template std_allocator<unsigned char>>;
  using loan = detail::loan<entries>;

  /// Making, moving and comparing elements runs no code of the program.
  static constexpr bool is_quiet = detail::is_quiet<Key> && detail::is_quiet<T>;
  static constexpr bool compares_quietly = detail::is_quiet<Key> && std::is_same_v<Equal, detail::equal_values>;

  template <class Entry, class Value>
  class basic_iterator {
   public:
    using value_type = dict::value_type;
    using reference = Value&;
    using pointer = Value*;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::bidirectional_iterator_tag;

    basic_iterator() noexcept = default;
    operator basic_iterator<const Entry, const dict::value_type>() const noexcept { return {at_, end_}; }

    [[nodiscard]] reference operator*() const noexcept { return at_->value; }
    [[nodiscard]] pointer operator->() const noexcept { return &at_->value; }
    basic_iterator& operator++() noexcept {
      ++at_;
      skip();
      return *this;
    }
    basic_iterator operator++(int) noexcept {
      basic_iterator before = *this;
      ++*this;
      return before;
    }
    /// \pre not at the first
    basic_iterator& operator--() noexcept {
      --at_;
      if (!at_->has_value()) at_ -= at_->run_to_here;
      return *this;
    }
    basic_iterator operator--(int) noexcept {
      basic_iterator before = *this;
      --*this;
      return before;
    }
    [[nodiscard]] friend bool operator==(const basic_iterator& left, const basic_iterator& right) noexcept {
      return left.at_ == right.at_;
    }

   private:
    friend class dict;
    template <class, class>
    friend class basic_iterator;

    basic_iterator(Entry* at, Entry* end) noexcept : at_{at}, end_{end} {}
    /// From a place of an erased element to the next element, or to the end. From the first place of a run, in one
    /// step.
    void skip() noexcept {
      while (at_ != end_ && !at_->has_value()) at_ += at_->hash;
    }

    Entry* at_ = nullptr;
    Entry* end_ = nullptr;
  };

 public:
  using iterator = basic_iterator<entry, value_type>;
  using const_iterator = basic_iterator<const entry, const value_type>;

  dict() = default;
  dict(std::initializer_list<value_type> elements) : dict(elements.begin(), elements.end()) {}
  template <std::input_iterator It>
  dict(It first, It last) {
    for (; first != last; ++first) insert_or_assign(first->first, first->second);
  }
  dict(const dict& from) {
    // The allocations may begin a collection, whose destructors may change `from`.
    while (index_.room() < from.size_) rebuild(index::slots_for(from.size_));
    const loan lent{from.entries_};
    for (const entry& each : lent) {
      if (each.has_value()) append(entry{each.hash, each.value.first, each.value.second});  // calls user code
    }
  }
  dict(dict&& from) noexcept
      : entries_{std::move(from.entries_)},
        index_{std::exchange(from.index_, index{})},
        size_{std::exchange(from.size_, 0)} {}
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
    while (!empty()) clear();  // a destructor may have put something in
  }

  void swap(dict& with) noexcept {
    entries_.swap(with.entries_);
    std::swap(index_, with.index_);
    std::swap(size_, with.size_);
  }
  friend void swap(dict& left, dict& right) noexcept { left.swap(right); }

  [[nodiscard]] iterator begin() noexcept { return first(entries_); }
  [[nodiscard]] iterator end() noexcept { return {past(entries_), past(entries_)}; }
  [[nodiscard]] const_iterator begin() const noexcept { return const_cast<dict*>(this)->begin(); }
  [[nodiscard]] const_iterator end() const noexcept { return const_cast<dict*>(this)->end(); }
  [[nodiscard]] const_iterator cbegin() const noexcept { return begin(); }
  [[nodiscard]] const_iterator cend() const noexcept { return end(); }

  [[nodiscard]] size_type size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// Bytes of the private heap that elements and index take, used or not.
  [[nodiscard]] size_type allocated_bytes() const noexcept {
    return entries_.capacity() * sizeof(entry) + index_.bytes();
  }

  [[nodiscard]] iterator find(const Key& key) { return at_number(number_of(key)); }
  [[nodiscard]] const_iterator find(const Key& key) const { return const_cast<dict*>(this)->find(key); }
  [[nodiscard]] bool contains(const Key& key) const { return number_of(key) != index::none; }
  [[nodiscard]] size_type count(const Key& key) const { return contains(key) ? 1 : 0; }

  /// \throws std::out_of_range
  [[nodiscard]] T& at(const Key& key) {
    const std::size_t number = number_of(key);
    if (number == index::none) detail::throw_out_of_range("ouro::dict::at: no such key", type_name<Key>());
    return entries_[number].value.second;
  }
  [[nodiscard]] const T& at(const Key& key) const { return const_cast<dict*>(this)->at(key); }

  /// The value of `key`, or `otherwise`: Python's `get`.
  [[nodiscard]] T get(const Key& key, T otherwise = T()) const {
    const std::size_t number = number_of(key);
    const loan lent{entries_};
    return number == index::none ? std::move(otherwise) : lent.begin()[number].value.second;
  }

  T& operator[](const Key& key) { return try_emplace(key).first->second; }
  T& operator[](Key&& key) { return try_emplace(std::move(key)).first->second; }

  /// What throws, here and below, leaves the dict as it was, unless it is the move of an element.
  template <class K, class... Args>
  std::pair<iterator, bool> try_emplace(K&& key, Args&&... args) {
    const std::size_t hash = hash_of(key);
    if (const std::size_t found = number_of(key, hash); found != index::none) return {at_number(found), false};
    const auto insert = [&] {
      // First: the arguments may lie in this dict. Calls user code, which may insert the key.
      entry made{hash, std::piecewise_construct, std::forward_as_tuple(std::forward<K>(key)),
                 std::forward_as_tuple(std::forward<Args>(args)...)};
      return insert_new(made);
    };
    if constexpr (is_quiet) {
      const placed at = insert();
      return {at_number(at.number), at.is_new};
    } else {
      return iterator_after(insert);
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
  /// The old value goes when the new one is in its place. If its destructor has changed the dict, the iterator is at
  /// what lies at that place, or at the end; if it has ended the dict, at none.
  template <class K, class V>
  std::pair<iterator, bool> insert_or_assign(K&& key, V&& value) {
    const std::size_t hash = hash_of(key);
    return iterator_after([&] {
      T fresh(std::forward<V>(value));  // calls user code; the value may lie in this dict
      if (const std::size_t found = number_of(key, hash); found != index::none) return replace(found, fresh);
      entry made{hash, std::piecewise_construct, std::forward_as_tuple(std::forward<K>(key)),
                 std::forward_as_tuple(std::move(fresh))};
      const placed at = insert_new(made);
      return at.is_new ? at : replace(at.number, made.value.second);
      // calls user code when the old value goes: the dict has the new one
    });
  }

  size_type erase(const Key& key) {
    const std::size_t number = number_of(key);
    if (number == index::none) return 0;
    [[maybe_unused]] const entry taken = take(number);
    return 1;  // calls user code when `taken` goes: the dict is whole without it
  }
  /// The element behind. If the destructor has changed the dict, one that lies behind that place, or the end; if it has
  /// ended the dict, none.
  iterator erase(const_iterator at) {
    const std::size_t number = number_at(at);
    const detail::lifetime_watch watch{this};
    {
      [[maybe_unused]] const entry taken = take(number);
      // calls user code when `taken` goes: the dict is whole without it
    }
    if (watch.has_ended()) return {};
    // The places of erased elements at the end are gone.
    iterator next{number < entries_.size() ? entries_.data() + number : past(entries_), past(entries_)};
    next.skip();
    return next;
  }

  /// Takes the element out that was inserted last: Python's `popitem`. \pre not empty
  std::pair<Key, T> popitem() {
    entry taken = take(entries_.size() - 1);
    return {std::move(const_cast<Key&>(taken.value.first)), std::move(taken.value.second)};
  }

  /// Empty first, and then the elements are destroyed, the first of them first.
  void clear() noexcept {
    entries taken;
    taken.swap(entries_);
    index_ = index{};
    size_ = 0;
    if (loan* const holder = loan_of(taken); holder != nullptr) {
      holder->kept() = std::move(taken);
    } else if constexpr (!std::is_trivially_destructible_v<value_type>) {
      for (entry& each : taken) {
        if (!each.has_value()) continue;
        std::destroy_at(&each.value);  // calls user code, which cannot reach `taken`
        each.hash = 0;
      }
    }
  }

  void reserve(size_type elements) {
    if (elements > index_.room()) change([&](dict& here) { here.rebuild(index::slots_for(elements)); });
  }

  /// Calls `see` with each key and each value, either of which it may change: for `deepcopy`.
  void rekey(auto see) {
    detail::set_aside<dict> aside{*this};
    dict changed;
    changed.reserve(aside.content().size());
    for (value_type& each : aside.content()) {
      Key key = each.first;
      see(key);  // calls user code, and so the next one does
      see(each.second);
      changed.insert_or_assign(std::move(key), std::move(each.second));
    }
    aside.content().swap(changed);
  }

  /// The same keys with the same values, in whatever order.
  [[nodiscard]] friend bool operator==(const dict& left, const dict& right) {
    if (left.size() != right.size()) return false;
    const loan lent{left.entries_};
    for (const entry& each : lent) {
      if (!each.has_value()) continue;
      const std::size_t found = right.number_of(each.value.first, each.hash);
      const loan other{right.entries_};
      // calls user code: which may change both
      if (found == index::none || !(other.begin()[found].value.second == each.value.second)) return false;
    }
    return true;
  }

 private:
  [[nodiscard]] static entry* past(entries& of) noexcept { return of.data() + of.size(); }
  [[nodiscard]] static iterator first(entries& of) noexcept {
    iterator at{of.data(), past(of)};
    at.skip();
    return at;
  }

  [[nodiscard]] static std::size_t hash_of(const Key& key) {
    return static_cast<std::size_t>(Hash{}(key)) | entry::occupied;
  }

  [[nodiscard]] std::size_t number_of(const Key& key) const { return number_of(key, hash_of(key)); }
  [[nodiscard]] std::size_t number_of(const Key& key, std::size_t hash) const {
    if constexpr (compares_quietly) {
      return index_.find(hash, [&](std::size_t number) {
        return entries_[number].hash == hash && Equal{}(entries_[number].value.first, key);
      });
    } else {
      for (;;) {
        const loan lent{entries_};
        const std::size_t found = index_.find(hash, [&](std::size_t number) {
          const entry& seen = lent.begin()[number];
          // calls user code: if it has moved the elements, the search ends, and begins again
          return seen.hash == hash && (Equal{}(seen.value.first, key) || !lent.is_of(entries_));
        });
        if (lent.is_of(entries_)) return found;
      }
    }
  }

  [[nodiscard]] iterator at_number(std::size_t number) noexcept {
    return number == index::none ? end() : iterator{entries_.data() + number, past(entries_)};
  }
  [[nodiscard]] std::size_t number_at(const_iterator at) const noexcept {
    return static_cast<std::size_t>(at.at_ - entries_.data());
  }

  /// The number of an element, and whether it was inserted.
  struct placed {
    std::size_t number;
    bool is_new;
  };

  /// What `work` has placed. The user code that it runs may have changed the dict, or ended it.
  template <class Work>
  std::pair<iterator, bool> iterator_after(Work work) {
    const detail::lifetime_watch watch{this};
    const placed at = work();
    if (watch.has_ended()) return {iterator{}, at.is_new};
    const bool is_there = at.number < entries_.size() && entries_[at.number].has_value();
    return {is_there ? at_number(at.number) : end(), at.is_new};
  }

  /// \post `with` is what was there
  placed replace(std::size_t number, T& with) {
    change([&](dict& here) { std::swap(here.entries_[number].value.second, with); });
    return {number, false};
  }

  /// \pre the key was not there before the element was made
  placed insert_new(entry& made) {
    if (!is_quiet || !has_room()) {
      do {
        // The allocation may begin a collection, whose destructors may change the dict.
        while (!has_room()) change([](dict& here) { here.rebuild(index::grown_slots_for(here.size_)); });
        const std::size_t found = number_of(made.value.first, made.hash);
        if (found != index::none) return {found, false};
      } while (!has_room());  // a comparison has filled it
    }
    move_aside([&](dict& here) { here.append(std::move(made)); });
    return {entries_.size() - 1, true};
  }

  [[nodiscard]] bool has_room() const noexcept { return entries_.size() < index_.room(); }

  /// \pre has room, and the key is new
  void append(entry&& made) {
    entries_.push_back(std::move(made));
    index_.insert(entries_.back().hash, entries_.size() - 1);
    ++size_;
  }

  [[nodiscard]] static loan* loan_of(const entries& elements) noexcept {
    if constexpr (is_quiet && compares_quietly) {
      return nullptr;
    } else {
      return loan::of(elements);
    }
  }

  /// Runs `change(dict)` where no user code meets the elements while they move.
  template <class Change>
  decltype(auto) move_aside(Change change) {
    return detail::move_aside < detail::moves_quietly<Key> && detail::moves_quietly < T >> (*this, change);
  }

  /// `move_aside`, after which user code keeps the elements that it has references to: for changes that move or destroy
  /// elements of the dict. The numbers of elements stay.
  template <class Change>
  decltype(auto) change(Change change) {
    leave_lent_elements();
    return move_aside(change);
  }

  /// Goes on with elements of its own where user code has references to these. \throws std::bad_alloc, and what moving
  /// throws
  void leave_lent_elements() {
    loan* const holder = loan_of(entries_);
    if (holder == nullptr) return;
    detail::set_aside<dict> aside{*this};
    entries& lent = holder->kept();
    lent = std::exchange(aside.content().entries_, entries{});
    OURO_TRY {
      entries& own = aside.content().entries_;
      own.reserve(lent.capacity());
      for (entry& each : lent) {
        if (each.has_value()) {
          own.emplace_back(each.hash, detail::copied_or_moved(const_cast<Key&>(each.value.first)),
                           detail::copied_or_moved(each.value.second));
        } else {
          own.emplace_back(typename entry::gap{each.hash, each.run_to_here});
        }
      }
    }
    OURO_CATCH_ALL {
      lent.swap(aside.content().entries_);
      OURO_RETHROW;
    }
  }

  /// An element, which is no longer in the dict.
  [[nodiscard]] entry take(std::size_t number) {
    return change([&](dict& here) {
      entry taken{std::move(here.entries_[number])};
      here.index_.remove(number, [&](std::size_t of) { return here.entries_[of].hash; });
      --here.size_;
      std::destroy_at(&here.entries_[number].value);
      here.join_runs(number);
      return taken;
    });
  }

  /// Makes the place one run with those at its sides. Behind the last element there is none: then their places go.
  /// Amortised O(1). \pre its element has been destroyed
  void join_runs(std::size_t number) noexcept {
    entries_[number].hash = 1;
    entries_[number].run_to_here = 1;
    std::size_t first = number;
    if (number != 0 && !entries_[number - 1].has_value()) first -= entries_[number - 1].run_to_here;
    std::size_t past = number + 1;
    if (past == entries_.size()) {
      while (entries_.size() != first) entries_.pop_back();
      return;
    }
    if (!entries_[past].has_value()) past += entries_[past].hash;
    entries_[number].hash = past - number;
    entries_[first].hash = past - first;
    entries_[past - 1].run_to_here = past - first;
  }

  /// Without the places of erased elements, and with an index of `slots`. The room for entries is that of the index, so
  /// that they do not move before it is rebuilt. \pre is changing
  void rebuild(std::size_t slots) {
    index wider{slots};
    entries closed_up;
    closed_up.reserve(wider.room());
    if (wider.room() < size_) return;  // the allocation has filled the dict
    for (entry& each : entries_) {
      if (!each.has_value()) continue;
      wider.insert(each.hash, closed_up.size());
      closed_up.push_back(std::move(each));
    }
    entries_.swap(closed_up);
    std::swap(index_, wider);
  }

  entries entries_;
  index index_{};
  std::size_t size_ = 0;  ///< entries with a value
};

namespace detail {

template <class Key, class T, class Memory, class Hash, class Equal>
inline constexpr bool shows_parts<dict<Key, T, Memory, Hash, Equal>> = true;

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
