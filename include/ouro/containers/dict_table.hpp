#pragma once
/// \file
/// The data structure of a `dict`: its entries in the order of insertion, and the hash index of them.

#include <ouro/config.hpp>
#include <ouro/containers/dict_entry.hpp>
#include <ouro/containers/dict_index.hpp>
#include <ouro/containers/dict_iterator.hpp>
#include <ouro/containers/storage_pin.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Does not hash or compare keys; `dict` does. The number of an element is its index in the vector of entries. User
/// code must not reach the table while one of its functions runs, except in functions that allocate: when an allocation
/// begins a collection, the table is valid.
template <class Key, class T, class Memory>
class OURO_SHARED_TYPE dict_table {
 public:
  using entry = dict_entry<Key, T>;
  using value_type = std::pair<const Key, T>;
  using entries = std::vector<entry, typename Memory::template std_allocator<entry>>;
  using index = dict_index<typename Memory::template std_allocator<unsigned char>>;
  using iterator = dict_iterator<entry, value_type>;
  using const_iterator = dict_iterator<const entry, const value_type>;

  static constexpr std::size_t none = index::none;

  dict_table() = default;
  dict_table(dict_table&& from) noexcept
      : entries_{std::move(from.entries_)},
        index_{std::exchange(from.index_, index{})},
        size_{std::exchange(from.size_, 0)} {}
  dict_table& operator=(dict_table&&) = delete;
  ~dict_table() = default;

  void swap(dict_table& with) noexcept {
    entries_.swap(with.entries_);
    std::swap(index_, with.index_);
    std::swap(size_, with.size_);
  }

  [[nodiscard]] iterator begin() noexcept { return at_or_behind(0); }
  [[nodiscard]] iterator end() noexcept { return {past(), past()}; }

  /// An iterator to the element of this number, or to the end for `none`.
  [[nodiscard]] iterator at(std::size_t number) noexcept {
    return number == none ? end() : iterator{entries_.data() + number, past()};
  }
  /// An iterator to the first element whose number is not smaller, or to the end.
  [[nodiscard]] iterator at_or_behind(std::size_t number) noexcept {
    iterator first{number < entries_.size() ? entries_.data() + number : past(), past()};
    first.skip();
    return first;
  }
  [[nodiscard]] std::size_t number_at(const_iterator at) const noexcept {
    return static_cast<std::size_t>(at.at_ - entries_.data());
  }

  /// Elements.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Elements and empty places: numbers are smaller than that.
  [[nodiscard]] std::size_t places() const noexcept { return entries_.size(); }
  /// Elements and empty places that there is room for.
  [[nodiscard]] std::size_t room() const noexcept { return index_.room(); }
  [[nodiscard]] bool has_room() const noexcept { return places() < room(); }
  [[nodiscard]] std::size_t allocated_bytes() const noexcept {
    return entries_.capacity() * sizeof(entry) + index_.bytes();
  }

  [[nodiscard]] entry& operator[](std::size_t number) noexcept { return entries_[number]; }
  [[nodiscard]] const entry& operator[](std::size_t number) const noexcept { return entries_[number]; }
  [[nodiscard]] entries& all() noexcept { return entries_; }
  [[nodiscard]] const entries& all() const noexcept { return entries_; }

  /// The number of the element with this hash for which `is_it(number)` is true, or `none`. O(1) on average.
  template <class IsIt>
  [[nodiscard]] std::size_t find(std::size_t hash, IsIt is_it) const {
    return index_.find(hash, is_it);
  }

  /// \pre has room, and the key is new
  void append(entry&& made) {
    entries_.push_back(std::move(made));
    index_.insert(entries_.back().hash, entries_.size() - 1);
    ++size_;
  }

  /// Removes the element and returns it. The numbers of the others stay. Amortised O(1).
  [[nodiscard]] entry take(std::size_t number) {
    entry taken{std::move(entries_[number])};
    index_.remove(number, [&](std::size_t of) { return entries_[of].hash; });
    --size_;
    std::destroy_at(&entries_[number].value);
    join_runs(number);
    return taken;
  }

  /// Becomes empty. Returns all entries.
  [[nodiscard]] entries take_all() noexcept {
    entries taken;
    taken.swap(entries_);
    index_ = index{};
    size_ = 0;
    return taken;
  }

  /// Makes room for `elements`. \see rebuild
  void reserve(std::size_t elements) { rebuild(index::slots_for(elements)); }
  /// Makes room for about twice the elements. \see rebuild
  void grow() { rebuild(index::grown_slots_for(size_)); }

  /// Fills `to`, which is empty, with the places of `from`: elements are copied, or moved if copies call user code.
  static void copy_or_move(entries& from, entries& to) {
    to.reserve(from.capacity());
    for (entry& each : from) {
      if (each.has_value()) {
        to.emplace_back(each.hash, copied_or_moved(const_cast<Key&>(each.value.first)),
                        copied_or_moved(each.value.second));
      } else {
        to.emplace_back(typename entry::gap{each.hash, each.run_to_here});
      }
    }
  }

  /// Destroys the elements, the first one first.
  static void destroy(entries& taken) noexcept {
    if constexpr (!std::is_trivially_destructible_v<value_type>) {
      for (entry& each : taken) {
        if (!each.has_value()) continue;
        std::destroy_at(&each.value);  // calls user code, which cannot reach `taken`
        each.hash = 0;
      }
    }
  }

 private:
  [[nodiscard]] entry* past() noexcept { return entries_.data() + entries_.size(); }

  /// Joins the place with the runs at both of its sides. Empty places behind the last element are removed.
  /// Amortised O(1). \pre the element of the place has been destroyed
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

  /// Moves the elements to new storage without empty places, and makes an index of `slots`. The capacity for entries is
  /// the room of the index, so that appending does not move them. An allocation may begin a collection whose
  /// destructors fill the table: then it stays as it is, and may have less room than asked for. \throws std::bad_alloc
  void rebuild(std::size_t slots) {
    index wider{slots};
    entries compacted;
    compacted.reserve(wider.room());
    if (wider.room() < size_) return;
    for (entry& each : entries_) {
      if (!each.has_value()) continue;
      wider.insert(each.hash, compacted.size());
      compacted.push_back(std::move(each));
    }
    entries_.swap(compacted);
    std::swap(index_, wider);
  }

  entries entries_;
  index index_{};
  std::size_t size_ = 0;  ///< entries with an element
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
