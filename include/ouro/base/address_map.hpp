#pragma once
/// \file
/// A hash map from addresses to values, for what few objects have: nothing in their headers is spent on it.

#include <ouro/base/integer_cast.hpp>
#include <ouro/base/throw.hpp>

#include <cstddef>
#include <cstdint>
#include <new>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Open addressing with linear probing; backward shift on erasure (Knuth, TAOCP 3, 6.4, algorithm R), so that there are
/// no tombstones. Insertion is amortised O(1) and throws `std::bad_alloc`, leaving the map as it was; the rest is O(1)
/// and neither allocates nor throws. Constant-initialised, and without a destructor, so that it can be used until the
/// process ends: it frees its memory when it becomes empty. Not thread-safe.
template <class Value>
class address_map {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// The value at `key`, or null.
  [[nodiscard]] Value* find(const void* key) noexcept {
    if (capacity_ == 0) return nullptr;
    slot& found = slots_[place(key)];
    return found.key == nullptr ? nullptr : &found.value;
  }

  /// The value at `key`. \pre there is one
  [[nodiscard]] Value& at(const void* key) noexcept { return slots_[place(key)].value; }

  /// The value at `key`, made by default if there was none. \pre `key != nullptr`
  Value& operator[](const void* key) {
    Value* const made = try_insert(key);
    if (made == nullptr) throw_bad_alloc();
    return *made;
  }

  /// The value at `key`, made by default if there was none. If memory is exhausted, returns null and changes nothing.
  /// \pre `key != nullptr`
  [[nodiscard]] Value* try_insert(const void* key) noexcept {
    if (Value* const found = find(key); found != nullptr) return found;
    if ((size_ + 1) * 4 > capacity_ * 3 && !try_grow()) return nullptr;
    slot& made = slots_[place(key)];
    made.key = key;
    ++size_;
    return &made.value;
  }

  /// Calls `see` with each value.
  template <class See>
  void each(See see) noexcept {
    for (std::size_t i = 0; i != capacity_; ++i) {
      if (slots_[i].key != nullptr) see(slots_[i].value);
    }
  }

  /// Calls `see` with each value, and clears the map.
  template <class See>
  void drain(See see) noexcept {
    each(see);
    delete[] slots_;
    *this = {};
  }

  void clear() noexcept {
    drain([](Value&) {});
  }

  void erase(const void* key) noexcept {
    if (capacity_ == 0) return;
    std::size_t hole = place(key);
    if (slots_[hole].key == nullptr) return;
    for (std::size_t i = next(hole); slots_[i].key != nullptr; i = next(i)) {
      // An entry may move into the hole unless its home lies behind the hole, up to itself.
      const std::size_t distance = (i - home(slots_[i].key)) & (capacity_ - 1);
      if (distance < ((i - hole) & (capacity_ - 1))) continue;
      slots_[hole] = slots_[i];
      hole = i;
    }
    slots_[hole] = {};
    --size_;
    if (size_ == 0) {
      delete[] slots_;
      *this = {};
    }
  }

 private:
  struct slot {
    const void* key = nullptr;
    Value value{};
  };

  [[nodiscard]] std::size_t home(const void* key) const noexcept {
    // Fibonacci hashing (TAOCP 3, 6.4): the low bits of addresses are alike, the high bits of the product are not.
    const std::uint64_t mixed = reinterpret_cast<std::uintptr_t>(key) * 0x9E3779B97F4A7C15u;
    return integer_cast<std::size_t>(mixed >> 32) & (capacity_ - 1);
  }

  [[nodiscard]] std::size_t next(std::size_t i) const noexcept { return (i + 1) & (capacity_ - 1); }

  /// The slot that has `key`, or else the empty one where it would lie. \pre `capacity_ != 0`
  [[nodiscard]] std::size_t place(const void* key) const noexcept {
    std::size_t i = home(key);
    while (slots_[i].key != key && slots_[i].key != nullptr) i = next(i);
    return i;
  }

  [[nodiscard]] bool try_grow() noexcept {
    address_map wider;
    wider.capacity_ = capacity_ == 0 ? 16 : capacity_ * 2;
    wider.slots_ = new (std::nothrow) slot[wider.capacity_];
    if (wider.slots_ == nullptr) return false;
    for (std::size_t i = 0; i != capacity_; ++i) {
      if (slots_[i].key == nullptr) continue;
      wider.slots_[wider.place(slots_[i].key)] = slots_[i];
      ++wider.size_;
    }
    delete[] slots_;
    *this = wider;
    return true;
  }

  slot* slots_ = nullptr;
  std::size_t capacity_ = 0;  ///< a power of two, or 0
  std::size_t size_ = 0;      ///< < capacity_, at most three quarters of it
};

/// An `address_map` that frees its memory at the end of its scope.
template <class Value>
class local_address_map : public address_map<Value> {
 public:
  local_address_map() = default;
  local_address_map(const local_address_map&) = delete;
  local_address_map& operator=(const local_address_map&) = delete;
  ~local_address_map() { this->clear(); }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
