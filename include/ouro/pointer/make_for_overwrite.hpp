#pragma once
/// \file
/// Makes managed objects without a value, for programs that write one next.

#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/pointer/array_under_construction.hpp>
#include <ouro/pointer/can_be_made.hpp>
#include <ouro/pointer/make_managed.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/pointer_access.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstddef>
#include <new>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

template <class T, class R, class C, class A>
[[nodiscard]] managed_ptr<T, R, C, A> make_object_for_overwrite() {
  using element = std::remove_cv_t<T>;
  const maker<element, R, C, A, !std::is_nothrow_default_constructible_v<element>> maker;
  construct(maker, [](element* at) { ::new (static_cast<void*>(at)) element; });
  return pointer_access::take<managed_ptr<T, R, C, A>>(maker.object());
}

template <class T, class R, class C, class A, class Length>
[[nodiscard]] managed_ptr<T, R, C, A> make_array_for_overwrite(Length length) {
  using element = std::remove_cv_t<std::remove_all_extents_t<T>>;
  const std::size_t elements = elements_of<std::remove_extent_t<T>>(static_cast<std::size_t>(length));
  const maker<element[], R, C, A, !std::is_nothrow_default_constructible_v<element>> maker{elements};
  construct(maker, [&](element* at) {
    if constexpr (!std::is_trivially_default_constructible_v<element>) {
      array_under_construction<element> array{at};
      for (std::size_t i = 0; i != elements; ++i) array.add_for_overwrite();
      array.keep();
    }
  });
  return take_array<managed_ptr<T, R, C, A>>(maker);
}

}  // namespace detail

namespace functions {

/// Makes a `T` by default-initialisation, as `std::make_shared_for_overwrite` does: `make_managed_for_overwrite<T>()`,
/// `<T[]>(n)`, `<T[N]>()`. Scalars, also those in aggregates and arrays, have no value until the program writes one;
/// classes are made by their default constructors, the elements of arrays from the first to the last.
///
/// O(1), and the time of the constructors: an array of scalars of any length is not written to. Otherwise, and in what
/// it throws, as `make_managed`.
template <class T, refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy,
          class... Length>
managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> make_managed_for_overwrite(Length... length) {
  if constexpr (!detail::can_be_made_for_overwrite<T, Length...>()) {
    return nullptr;  // does not compile
  } else if constexpr (counts_itself<RefcountPolicy>) {
    OURO_REQUIRE(T, "ouro: an array does not count itself: use a refcount policy that counts in the header",
                 !std::is_array_v<T>);
    return managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>{new T};
  } else if constexpr (std::is_unbounded_array_v<T>) {
    return detail::make_array_for_overwrite<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(length...);
  } else if constexpr (std::is_bounded_array_v<T>) {
    return detail::make_array_for_overwrite<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(std::extent_v<T>);
  } else {
    return detail::make_object_for_overwrite<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>();
  }
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
