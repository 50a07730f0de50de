#pragma once
/// \file
/// Keeps the elements of a container alive and in place while user code has references to them.

#include <ouro/config.hpp>
#include <ouro/containers/calls_user_code.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Pins the elements of `Storage`, a `std::vector` or a `value_block`, while user code has references to them: a
/// comparison or a copy constructor, for example. Before an operation of the container moves or destroys elements, it
/// calls `of`. If that returns a pin, the container gives its old storage to the pin and goes on with new storage.
/// Elements may be appended to pinned storage if it has room.
///
/// A pin knows its storage by address, so that containers may be swapped and moved while it lives. It lies on the
/// stack; the pins of one thread and one type form a linked list, the innermost first.
template <class Storage>
class OURO_SHARED_TYPE storage_pin {
 public:
  using element = typename Storage::value_type;

  explicit storage_pin(const Storage& pinned) noexcept
      : first_{pinned.data()}, size_{pinned.size()}, outer_{innermost_} {
    innermost_ = this;
  }
  storage_pin(const storage_pin&) = delete;
  storage_pin& operator=(const storage_pin&) = delete;
  ~storage_pin() {
    innermost_ = outer_;
    // calls user code when the destructors of the kept elements run; they are in no container
  }

  /// The elements that the storage had when the pin was made.
  [[nodiscard]] const element* begin() const noexcept { return first_; }
  [[nodiscard]] const element* end() const noexcept { return first_ + size_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Whether `storage` holds the pinned elements still.
  [[nodiscard]] bool is_of(const Storage& storage) const noexcept { return storage.data() == first_; }

  /// The pin that must keep the elements of `storage`: the outermost one, which ends last. Null if they are not pinned.
  [[nodiscard]] static storage_pin* of(const Storage& storage) noexcept {
    storage_pin* found = nullptr;
    for (storage_pin* each = innermost_; each != nullptr; each = each->outer_) {
      if (each->is_of(storage)) found = each;
    }
    return storage.data() == nullptr ? nullptr : found;
  }

  /// The pinned storage, once the container has given it to the pin; it is destroyed with the pin.
  [[nodiscard]] Storage& kept() noexcept { return kept_; }

 private:
  OURO_SHARED_STATE static inline constinit thread_local storage_pin* innermost_ = nullptr;

  const element* first_;
  std::size_t size_;
  storage_pin* outer_;
  Storage kept_{};
};

/// A copy of a pinned element if copies call no user code, so that the element keeps its value; otherwise the element
/// is moved from.
template <class T>
[[nodiscard]] T copied_or_moved(T& from) noexcept(std::is_nothrow_move_constructible_v<T>) {
  if constexpr (!moves_call_user_code<T> && std::is_copy_constructible_v<T>) {
    return static_cast<const T&>(from);
  } else {
    return std::move(from);
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
