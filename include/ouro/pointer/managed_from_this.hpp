#pragma once
/// \file
/// From `this` to the pointer that owns it, without a base class.

#include <ouro/collector/collector_policy.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/object/header.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <cstdint>

namespace ouro {
namespace functions {

/// A pointer to the object that `self` is. Works in the constructor too; in the destructor it is null, since nothing
/// can keep the object any more. O(1).
/// \pre `*self` was made by `make_managed` with these policies, and is the whole object, its first base, or an
/// `interior_base`
template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy, class T>
managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> managed_from_this(T* self) noexcept {
  using pointer = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  if constexpr (counts_itself<RefcountPolicy>) {
    return pointer{self};
  } else {
    auto& object = *detail::header_of<RefcountPolicy>(self);
    if ((detail::info_of<CollectorPolicy>(object) & detail::info_word::dead) != 0) return nullptr;
    if (!object.try_increment()) return nullptr;
    return detail::pointer_access::take<pointer>(self);
  }
}

}  // namespace functions
}  // namespace ouro
