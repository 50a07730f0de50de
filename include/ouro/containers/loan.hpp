#pragma once
/// \file
/// Keeps the elements of a container alive while user code has references to them.

#include <ouro/config.hpp>
#include <ouro/containers/quiet.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Lends the elements of `Storage`, a `std::vector`, to user code: to a comparison, or a copy constructor. While it
/// lives, each operation of the container that moves or destroys elements calls `of`; if that finds a loan, the
/// elements go on in new storage, and the old one is left to the loan. Elements may be appended where they are if there
/// is room. Known by the address of the storage, so that it may be swapped and moved meanwhile. Lies on the stack;
/// those of one thread and one type form a chain, the innermost first.
template <class Storage>
class OURO_SHARED_TYPE loan {
 public:
  using element = typename Storage::value_type;

  explicit loan(const Storage& of) noexcept : first_{of.data()}, size_{of.size()}, outer_{innermost_} {
    innermost_ = this;
  }
  loan(const loan&) = delete;
  loan& operator=(const loan&) = delete;
  ~loan() {
    innermost_ = outer_;
    // calls user code when the kept elements end; they are in no container
  }

  /// The elements that there were when it was made.
  [[nodiscard]] const element* begin() const noexcept { return first_; }
  [[nodiscard]] const element* end() const noexcept { return first_ + size_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Whether `storage` still has the elements that are lent.
  [[nodiscard]] bool is_of(const Storage& storage) const noexcept { return storage.data() == first_; }

  /// The loan that must keep the elements of `storage`: the outermost, which ends last. Null if they are not lent.
  [[nodiscard]] static loan* of(const Storage& storage) noexcept {
    loan* found = nullptr;
    for (loan* each = innermost_; each != nullptr; each = each->outer_) {
      if (each->is_of(storage)) found = each;
    }
    return storage.data() == nullptr ? nullptr : found;
  }

  /// What the loan keeps until it ends: the storage that it lends, if the container has left it.
  [[nodiscard]] Storage& kept() noexcept { return kept_; }

 private:
  OURO_SHARED_STATE static inline constinit thread_local loan* innermost_ = nullptr;

  const element* first_;
  std::size_t size_;
  loan* outer_;
  Storage kept_{};
};

/// A copy, where that runs no user code, so that the element which is lent stays as it is; or else the element itself.
template <class T>
[[nodiscard]] T copied_or_moved(T& from) noexcept(std::is_nothrow_move_constructible_v<T>) {
  if constexpr (moves_quietly<T> && std::is_copy_constructible_v<T>) {
    return static_cast<const T&>(from);
  } else {
    return std::move(from);
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
