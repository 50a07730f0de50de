#pragma once
/// \file
/// How a pointer of the standard library keeps an owner of ours alive, and the reverse.

#include <ouro/config.hpp>
#include <ouro/standard/shared_object.hpp>
#include <ouro/standard/shared_owner.hpp>

#include <memory>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The deleter of a `std::shared_ptr` that was made from one of ours. It deletes nothing: the owner goes with it.
template <class Memory>
struct keeps_owner {
  void operator()(std::nullptr_t) const noexcept {}

  owner_of_memory<Memory> owner;
};

/// The deleter of a `shared_ptr` that was made from one of the standard library's.
struct keeps_standard {
  void operator()(std::nullptr_t) const noexcept {}

  std::shared_ptr<const volatile void> kept;
};

/// The owner behind a pointer of the standard library: the one that it keeps, if it was made from a pointer of ours;
/// otherwise, and where the standard library does not tell, a new one, which keeps it. Null if it owns nothing. \throws
/// std::bad_alloc
template <class Memory, class T>
[[nodiscard]] owner_of_memory<Memory> owner_from_standard(const std::shared_ptr<T>& from) {
  if (from.use_count() == 0) return nullptr;
#if OURO_HAS_GET_DELETER
  if (const auto* const keeper = std::get_deleter<keeps_owner<Memory>>(from)) return keeper->owner;
#endif
  keeps_standard deleter{from};
  return own<Memory>(nullptr, deleter);
}

/// The reverse: a pointer of the standard library that owns what `owner` does. \throws std::bad_alloc
template <class Memory>
[[nodiscard]] std::shared_ptr<const volatile void> standard_from_owner(const owner_of_memory<Memory>& owner) {
  if (owner == nullptr) return nullptr;
  if (const auto* const keeper = find_deleter<keeps_standard, Memory>(owner)) return keeper->kept;
  return {nullptr, keeps_owner<Memory>{owner}};
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
