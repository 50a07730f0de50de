#pragma once
/// \file
/// Returns a `managed_ptr` to `this`, without a base class.

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/base/diagnostics.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/refcount/count_word.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// Reports a header that belongs to no object, as far as the header itself and the allocator show it.
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
OURO_NOINLINE void check_made(header<RefcountPolicy>& object, std::string_view pointee) noexcept {
  if (object.load_count() == count_word::pinned) return;  // a static object lies in no block
  constexpr std::string_view not_made =
      "`managed_from_this` was called for what `make` did not make, or for a part of an object";
  const type_record& record =
      counting<RefcountPolicy, CollectorPolicy>::check_header(object, pointee, not_made, not_made);
  if constexpr (has_begins_block<AllocatorPolicy>) {
    // The alignment of the object divides the number of bytes in front of it.
    const std::size_t alignment = record.front & (~record.front + 1);
    const std::byte* const block = static_cast<const std::byte*>(object.object()) - record.front;
    if (!AllocatorPolicy::begins_block(block, record.bytes(object.object()), alignment)) misuse(not_made, pointee);
  }
}

}  // namespace detail

namespace functions {

/// A pointer to the object `*self`. May be called in the constructor. In the destructor the result is null, since the
/// object can no longer be kept alive. O(1).
/// \pre `*self` was made by `make_managed` with these policies, and is the whole object, its first base, or an
/// `interior_base`. Checked builds report violations if the allocator can detect them; pools and `checked_allocator`
/// can.
template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy, class T>
managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> managed_from_this(T* self) noexcept {
  using pointer = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  if constexpr (counts_itself<RefcountPolicy>) {
    return pointer{self};
  } else {
    auto& object = *detail::header_of<RefcountPolicy>(self);
    if constexpr (check_level >= 1) {
      detail::check_made<RefcountPolicy, CollectorPolicy, AllocatorPolicy>(object, type_name<T>());
    }
    if ((detail::info_of<CollectorPolicy>(object) & detail::info_word::dead) != 0) return nullptr;
    if (!object.try_increment()) return nullptr;
    return detail::pointer_access::take<pointer>(self);
  }
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
