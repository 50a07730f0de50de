#pragma once
/// \file
/// Makes the objects that a `shared_ptr` counts: those of `make_shared`, and owners of objects that came from
/// elsewhere.

#include <ouro/config.hpp>
#include <ouro/pointer/make_managed.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/pointer_access.hpp>
#include <ouro/standard/allocated_block.hpp>
#include <ouro/standard/shared_object.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// What a `shared_ptr` of the memory counts by.
template <class Memory>
using owner_of_memory =
    managed_ptr<void, typename Memory::refcount, typename Memory::collector, typename Memory::allocator>;

template <class Held, class Memory, class Layout, bool Throws>
using shared_maker =
    maker<Held, typename Memory::refcount, typename Memory::collector, typename Memory::allocator, Throws, Layout>;

/// Makes a block and has `fill(elements)` construct what it holds.
template <bool Throws, class Held, class Memory, class Fill>
[[nodiscard]] OURO_ALWAYS_INLINE owner_of_memory<Memory> make_owner(std::size_t elements, Fill fill) {
  const shared_maker<Held, Memory, shared_block<Held, Memory>, Throws> maker{elements};
  construct(maker, fill);
  return pointer_access::take<owner_of_memory<Memory>>(maker.object());
}

/// `make_owner` with memory of an allocator.
template <class Held, class Memory, class Allocator, class Fill>
[[nodiscard]] owner_of_memory<Memory> allocate_owner(const Allocator& allocator, std::size_t elements, Fill fill) {
  using layout = allocated_block<Held, Allocator, Memory>;
  const shared_maker<Held, Memory, layout, true> maker{
      elements, [&allocator](std::size_t bytes) { return layout::allocate(allocator, bytes); }};
  construct(maker, fill);
  return pointer_access::take<owner_of_memory<Memory>>(maker.object());
}

/// Makes an owner of `object`, with memory of the allocator if there is one. If it cannot be made, calls the deleter
/// for the object.
template <class Memory, class Pointer, class Deleter, class... Allocator>
[[nodiscard]] owner_of_memory<Memory> own(Pointer object, Deleter& deleter, const Allocator&... allocator) {
  using held = pointer_owner<Pointer, Deleter, Memory>;
  const auto fill = [&](held* at) { ::new (static_cast<void*>(at)) held(object, std::move(deleter)); };
  OURO_TRY {
    if constexpr (sizeof...(Allocator) == 0) {
      return make_owner<!std::is_nothrow_move_constructible_v<Deleter>, held, Memory>(1, fill);
    } else {
      return allocate_owner<held, Memory>(allocator..., 1, fill);
    }
  }
  OURO_CATCH_ALL {
    deleter(object);
    OURO_RETHROW;
  }
}

/// The deleter with which the owner was made, if it is a `Deleter`; otherwise null. O(1)
template <class Deleter, class Memory>
[[nodiscard]] Deleter* find_deleter(const owner_of_memory<Memory>& owner) noexcept {
  if (owner == nullptr) return nullptr;
  auto& object = *header_of<typename Memory::refcount>(owner.get());
  const type_record& record = record_of(info_of<typename Memory::collector>(object));
  if (record.find_deleter == nullptr) return nullptr;
  return static_cast<Deleter*>(record.find_deleter(owner.get(), &deleter_key<std::remove_cv_t<Deleter>>));
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
