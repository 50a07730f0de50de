#pragma once
/// \file
/// One entry of a `dict`: an element, or the empty place of an erased one.

#include <ouro/config.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Neighbouring empty places form a run. The first place of a run stores its length, and so does the last, so that
/// iterators cross a run in one step in either direction.
template <class Key, class T>
struct OURO_SHARED_TYPE dict_entry {
  using value_type = std::pair<const Key, T>;

  /// What an empty place stores.
  struct gap {
    std::size_t to_end;
    std::size_t to_here;
  };
  static constexpr std::size_t occupied = ~(static_cast<std::size_t>(-1) >> 1);

  template <class... Args>
  explicit dict_entry(std::size_t hashed, Args&&... args)
      : hash{hashed | occupied}, value(std::forward<Args>(args)...) {}
  /// \pre `from` has an element
  dict_entry(dict_entry&& from) noexcept(std::is_nothrow_move_constructible_v<Key> &&
                                         std::is_nothrow_move_constructible_v<T>)
      : hash{from.hash},
        // The dict owns the key and may move it, although users see it as const.
        value(std::move(const_cast<Key&>(from.value.first)), std::move(from.value.second)) {}
  dict_entry& operator=(dict_entry&&) = delete;
  /// An empty place.
  explicit dict_entry(gap from) noexcept : hash{from.to_end}, run_to_here{from.to_here} {}
  ~dict_entry() {
    if (has_value()) std::destroy_at(&value);
  }

  [[nodiscard]] bool has_value() const noexcept { return (hash & occupied) != 0; }

  /// With an element: its hash, and the highest bit is set. Without one: the number of places from here to the end of
  /// the run as it was when this place joined it; exact in the first place of the run.
  std::size_t hash;
  union {
    value_type value;
    std::size_t run_to_here;  ///< in the last place of a run: the length of the run
  };
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
