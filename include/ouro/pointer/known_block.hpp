#pragma once
/// \file
/// The block layout that a pointer's type determines, for the fast path of its destructor.

#include <ouro/config.hpp>
#include <ouro/pointer/block.hpp>
#include <ouro/refcount/refcount_policy.hpp>
#include <ouro/trace/cyclic_types.hpp>

#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// As a `std::type_identity`: the block of objects that are made as `T`. Most pointers to `T` point to such an object.
/// Void if the type is not complete enough here, or if the death of such an object always needs its type record.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
[[nodiscard]] auto find_known_block() noexcept {
  using object = std::remove_cv_t<std::remove_all_extents_t<T>>;
  if constexpr (!counts_in_header<RefcountPolicy> || !is_complete<object>) {
    return std::type_identity<void>{};
  } else if constexpr (std::is_abstract_v<object> || !std::is_destructible_v<object>) {
    return std::type_identity<void>{};
  } else {
    using held = std::conditional_t<std::is_array_v<T>, object[], object>;
    using known = block<held, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
    return std::type_identity<std::conditional_t<known::can_die_plainly, known, void>>{};
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
