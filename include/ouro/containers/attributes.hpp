#pragma once
/// \file
/// Python's `__dict__`: attributes that an object gets while the program runs.

#include <ouro/allocator/throw.hpp>
#include <ouro/containers/shape.hpp>
#include <ouro/fwd.hpp>
#include <ouro/intern/interned_string.hpp>
#include <ouro/object/leaf.hpp>
#include <ouro/object/type_name.hpp>
#include <ouro/pointer/memory.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

namespace ouro {

/// Names with values, for one object of many that have the same names: the names are kept once for all objects that got
/// them in the same order (`shape`), and each object has its values alone, 24 bytes on 64 bits and one value a name. As
/// CPython's split dictionaries. For a few names; a `dict` is for many.
///
/// Belongs to the thread that made it, as its shapes do. References are good until the next new name or removal.
template <class T, class Memory = default_memory>
class attributes {
  using allocator = typename Memory::template std_allocator<T>;
  using shape = detail::shape<interned_string>;
  static_assert(std::is_nothrow_move_constructible_v<T>, "ouro: attributes are moved, and must not throw then");

 public:
  using mapped_type = T;
  using size_type = std::size_t;

  attributes() noexcept = default;
  attributes(const attributes& from) : attributes{} {
    grow(from.size());
    for (const T& each : from.values()) add(each);
    shape_ = from.shape_;
  }
  attributes(attributes&& from) noexcept : attributes{} { swap(from); }
  attributes& operator=(attributes from) noexcept {
    swap(from);
    return *this;
  }
  ~attributes() {
    std::destroy_n(values_, size_);
    if (values_ != nullptr) allocator{}.deallocate(values_, capacity_);
  }

  void swap(attributes& with) noexcept {
    std::swap(shape_, with.shape_);
    std::swap(values_, with.values_);
    std::swap(size_, with.size_);
    std::swap(capacity_, with.capacity_);
  }
  friend void swap(attributes& left, attributes& right) noexcept { left.swap(right); }

  [[nodiscard]] size_type size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// The value of `name`, or null. O(names).
  [[nodiscard]] T* find(const interned_string& name) noexcept {
    const std::size_t index = index_of(name);
    return index == shape::none ? nullptr : values_ + index;
  }
  [[nodiscard]] const T* find(const interned_string& name) const noexcept {
    return const_cast<attributes*>(this)->find(name);
  }
  [[nodiscard]] bool contains(const interned_string& name) const noexcept { return find(name) != nullptr; }

  /// Remembers where one name was found: for a place in a program that asks objects of one shape for it again and again
  /// (the inline caches of Deutsch and Schiffman 1984). Belongs to the heap whose objects it has met.
  class cache {
    friend attributes;
    const shape* seen_ = nullptr;
    shape* next_ = nullptr;            ///< that of an object which gets the name; null: not asked for yet
    std::size_t index_ = shape::none;  ///< in objects of the shape that was seen
  };

  /// `find`, for one name. O(1) where the object has the shape of the one before.
  [[nodiscard]] T* find(const interned_string& name, cache& last) noexcept {
    if (last.seen_ != shape_) {
      last.seen_ = shape_;
      last.next_ = nullptr;
      last.index_ = index_of(name);
    }
    return last.index_ == shape::none ? nullptr : values_ + last.index_;
  }

  /// `operator[]`, for one name. O(1) where the object has the shape of the one before.
  T& get_or_add(const interned_string& name, cache& last) {
    if (T* const found = find(name, last); found != nullptr) return *found;
    if (last.next_ == nullptr) last.next_ = &(shape_ == nullptr ? shape::root() : *shape_).with(name);
    return add_as(*last.next_);
  }

  /// The value of `name`, made by default if there is none: then the object changes its shape.
  /// \throws std::bad_alloc, and what making a value throws; then nothing has changed
  T& operator[](const interned_string& name) {
    cache fresh;
    return get_or_add(name, fresh);
  }

  /// \throws std::out_of_range
  [[nodiscard]] T& at(const interned_string& name) {
    T* const found = find(name);
    if (found == nullptr) detail::throw_out_of_range("ouro::attributes::at: no such attribute", type_name<T>());
    return *found;
  }
  [[nodiscard]] const T& at(const interned_string& name) const { return const_cast<attributes*>(this)->at(name); }

  /// Gives the others the shape that they would have without it. O(names). \throws std::bad_alloc
  bool erase(const interned_string& name) {
    const std::size_t index = index_of(name);
    if (index == shape::none) return false;
    shape* without = &shape::root();
    for (std::size_t i = 0; i != size(); ++i) {
      if (i != index) without = &without->with(shape_->name(i));
    }
    std::rotate(values_ + index, values_ + index + 1, values_ + size_);
    shape_ = without;
    --size_;
    [[maybe_unused]] const T taken = std::move(values_[size_]);
    std::destroy_at(values_ + size_);
    return true;  // calls user code when `taken` goes: the attribute is gone
  }

  void clear() noexcept { attributes{}.swap(*this); }

  /// Calls `see(name, value)` for all, in the order in which they came.
  void each(auto see) const {
    for (std::size_t i = 0; i != size(); ++i) see(shape_->name(i), values_[i]);
  }

  [[nodiscard]] std::span<T> values() noexcept { return {values_, size_}; }
  [[nodiscard]] std::span<const T> values() const noexcept { return {values_, size_}; }

  /// Whether both objects have the same names, in the same order, and so share them.
  [[nodiscard]] bool has_shape_of(const attributes& other) const noexcept {
    return (empty() && other.empty()) || shape_ == other.shape_;
  }

  /// Bytes that this object alone takes: itself and its values.
  [[nodiscard]] std::size_t own_bytes() const noexcept { return sizeof *this + capacity_ * sizeof(T); }

  /// Bytes that all objects of its shape share.
  [[nodiscard]] std::size_t shared_bytes() const noexcept { return shape_ == nullptr ? 0 : shape_->bytes(); }

  void trace(auto&& visit) {
    for (T& each : values()) visit(each);
  }

 private:
  [[nodiscard]] std::size_t index_of(const interned_string& name) const noexcept {
    return shape_ == nullptr ? shape::none : shape_->find(name);
  }

  /// Gets the last name of `next`, which is its own shape but for that.
  T& add_as(shape& next) {
    grow(next.size());
    T& made = add();
    shape_ = &next;
    return made;
  }

  /// By two at a time: objects do not get many attributes, and there are many objects.
  void grow(std::size_t wanted) {
    if (wanted <= capacity_) return;
    const std::size_t wider = wanted + wanted % 2;
    T* const moved = allocator{}.allocate(wider);
    std::uninitialized_move_n(values_, size_, moved);
    std::destroy_n(values_, size_);
    if (values_ != nullptr) allocator{}.deallocate(values_, capacity_);
    values_ = moved;
    capacity_ = static_cast<std::uint32_t>(wider);
  }

  /// \pre there is room
  template <class... Args>
  T& add(Args&&... args) {
    T& made = *std::construct_at(values_ + size_, std::forward<Args>(args)...);
    ++size_;
    return made;
  }

  shape* shape_ = nullptr;  ///< of the thread's tree, with `size_` names; null is the root
  T* values_ = nullptr;     ///< in the order of the shape's names
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

template <class T, class Memory>
  requires(detail::is_leaf<T>())
inline constexpr bool leaf<attributes<T, Memory>> = true;

}  // namespace ouro
