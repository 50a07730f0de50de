#pragma once
/// \file
/// The values of an object's attributes, side by side.

#include <ouro/base/throw.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A fixed amount of room for values, the first of which are constructed: a `std::vector` that never grows, with two
/// thirds of its size. User code must not reach the block while one of its functions runs.
template <class T, class Allocator>
class OURO_SHARED_TYPE value_block {
 public:
  using value_type = T;

  value_block() noexcept = default;
  /// An empty block with this room, rounded up to an even number. Not more, since most objects have few attributes.
  /// \throws std::bad_alloc
  explicit value_block(std::size_t room) : room_{even(room)} {
    if (room_ != 0) first_ = Allocator{}.allocate(room_);
  }
  value_block(value_block&& from) noexcept { swap(from); }
  value_block& operator=(value_block from) noexcept {
    swap(from);
    return *this;
  }
  /// Destroys the first value first.
  ~value_block() {
    std::destroy_n(first_, size_);
    if (first_ != nullptr) Allocator{}.deallocate(first_, room_);
  }

  void swap(value_block& with) noexcept {
    std::swap(first_, with.first_);
    std::swap(size_, with.size_);
    std::swap(room_, with.room_);
  }

  [[nodiscard]] T* data() noexcept { return first_; }
  [[nodiscard]] const T* data() const noexcept { return first_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t room() const noexcept { return room_; }

  /// \pre there is room
  template <class... From>
  T& append(From&&... from) {
    T& made = *std::construct_at(first_ + size_, std::forward<From>(from)...);
    ++size_;
    return made;
  }

  /// Moves all values of `from` to the end. \pre there is room
  void append_all(value_block& from) noexcept {
    std::uninitialized_move_n(from.first_, from.size_, first_ + size_);
    size_ += from.size_;
  }

  /// Removes one value and returns it; the following ones move up. O(values).
  [[nodiscard]] T take(std::size_t index) noexcept {
    T taken(std::move(first_[index]));
    std::destroy_at(first_ + index);
    for (std::size_t i = index + 1; i != size_; ++i) {
      std::construct_at(first_ + i - 1, std::move(first_[i]));
      std::destroy_at(first_ + i);
    }
    --size_;
    return taken;
  }

 private:
  [[nodiscard]] static std::uint32_t even(std::size_t room) {
    if (room >= std::numeric_limits<std::uint32_t>::max()) throw_bad_alloc();
    return static_cast<std::uint32_t>(room + room % 2);
  }

  T* first_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t room_ = 0;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
