#pragma once
/// \file
/// Forward declarations of the pointers and their functions, with the default policies: for headers that name pointers
/// and do not use them. The policies are declared in the files of their concepts.

#include <ouro/collector/compatible_policies.hpp>
#include <ouro/config.hpp>

#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {

template <class T, class RefcountPolicy = local_refcount, class CollectorPolicy = trial_deletion,
          class AllocatorPolicy = pool_allocator>
  requires compatible_policies<RefcountPolicy, CollectorPolicy, AllocatorPolicy>
class OURO_SHARED_TYPE managed_ptr;

template <class T, class RefcountPolicy = local_refcount, class CollectorPolicy = trial_deletion,
          class AllocatorPolicy = pool_allocator>
  requires compatible_policies<RefcountPolicy, CollectorPolicy, AllocatorPolicy> && counts_in_header<RefcountPolicy>
class OURO_SHARED_TYPE managed_weak;

template <class T, counts_in_header RefcountPolicy = local_refcount, collector_policy CollectorPolicy = trial_deletion,
          allocator_policy AllocatorPolicy = pool_allocator>
class OURO_SHARED_TYPE managed_alias;

template <class T, class RefcountPolicy = biased_refcount, class CollectorPolicy = trial_deletion,
          class AllocatorPolicy = pool_allocator>
  requires compatible_policies<RefcountPolicy, CollectorPolicy, AllocatorPolicy> && counts_in_header<RefcountPolicy>
class OURO_SHARED_TYPE managed_atomic;

template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
  requires compatible_policies<RefcountPolicy, CollectorPolicy, AllocatorPolicy>
struct OURO_SHARED_TYPE memory;

template <refcount_policy RefcountPolicy = local_refcount, collector_policy CollectorPolicy = trial_deletion,
          allocator_policy AllocatorPolicy = pool_allocator>
class OURO_SHARED_TYPE basic_gc;

template <refcount_policy RefcountPolicy = local_refcount, collector_policy CollectorPolicy = trial_deletion,
          allocator_policy AllocatorPolicy = pool_allocator>
class OURO_SHARED_TYPE basic_heap;

template <class T, class RefcountPolicy = local_refcount, class CollectorPolicy = trial_deletion,
          class AllocatorPolicy = pool_allocator>
class OURO_SHARED_TYPE basic_island;

class OURO_SHARED_TYPE not_an_island;

/// The bundle of policies that names without a bundle use.
using default_memory = memory<local_refcount, trial_deletion, pool_allocator>;
/// The bundle for objects that threads share. Collections stop the threads that use them for a moment.
using shared_memory = memory<biased_refcount, trial_deletion, pool_allocator>;
/// The collector of default memory: Python's `gc` module.
using gc = basic_gc<>;
/// A private heap of default memory.
using heap = basic_heap<>;

/// A structure of default memory on its way to another thread.
template <class T>
using island = basic_island<T>;

/// The counted pointer of default memory.
template <class T>
using ptr = managed_ptr<T>;
/// The weak pointer of default memory.
template <class T>
using weak = managed_weak<T>;

/// The pointer of shared memory that threads change at the same time.
template <class T>
using atomic_ptr = managed_atomic<T>;

namespace functions {

template <class T, refcount_policy RefcountPolicy = local_refcount, collector_policy CollectorPolicy = trial_deletion,
          allocator_policy AllocatorPolicy = pool_allocator, class... Args>
managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> make_managed(Args&&... args);

template <class T, counts_in_header RefcountPolicy = local_refcount, collector_policy CollectorPolicy = trial_deletion,
          allocator_policy AllocatorPolicy = pool_allocator, class Length>
  requires std::is_unbounded_array_v<T>
managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> make_managed(Length length,
                                                                              const std::remove_extent_t<T>& value);

template <class T, counts_in_header RefcountPolicy = local_refcount, collector_policy CollectorPolicy = trial_deletion,
          allocator_policy AllocatorPolicy = pool_allocator>
  requires std::is_bounded_array_v<T>
managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> make_managed(const std::remove_extent_t<T>& value);

template <class T, refcount_policy RefcountPolicy = local_refcount, collector_policy CollectorPolicy = trial_deletion,
          allocator_policy AllocatorPolicy = pool_allocator, class... Length>
managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> make_managed_for_overwrite(Length... length);

template <refcount_policy RefcountPolicy = local_refcount, collector_policy CollectorPolicy = trial_deletion,
          allocator_policy AllocatorPolicy = pool_allocator, class T>
[[nodiscard]] managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> managed_from_this(T* self) noexcept;

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
