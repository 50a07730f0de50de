#pragma once
/// \file
/// The names that a program has after a change of `std::` to `ouro::`: those of objects that threads share, and under
/// `ouro::local` those of objects that belong to one thread at a time.

#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/refcount/biased/biased_refcount.hpp>
#include <ouro/standard/atomic_functions.hpp>
#include <ouro/standard/atomic_shared_ptr.hpp>
#include <ouro/standard/enable_shared_from_this.hpp>
#include <ouro/standard/fwd.hpp>
#include <ouro/standard/make_shared.hpp>
#include <ouro/standard/out_ptr.hpp>
#include <ouro/standard/owner_compare.hpp>
#include <ouro/standard/shared_cast.hpp>
#include <ouro/standard/shared_ptr.hpp>
#include <ouro/standard/weak_ptr.hpp>

#include <atomic>
#include <memory>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// The counterpart of `std::shared_ptr`: as thread-safe, and cycles are collected. \see basic_shared_ptr
template <class T>
using shared_ptr = basic_shared_ptr<T, shared_memory>;
/// The counterpart of `std::weak_ptr`. \see basic_weak_ptr
template <class T>
using weak_ptr = basic_weak_ptr<T, shared_memory>;
/// The counterpart of `std::enable_shared_from_this`. \see basic_enable_shared_from_this
template <class T>
using enable_shared_from_this = basic_enable_shared_from_this<T, shared_memory>;
/// The counterpart of `std::atomic<std::shared_ptr<T>>`. \see basic_atomic_shared_ptr
template <class T>
using atomic_shared_ptr = basic_atomic_shared_ptr<T, shared_memory>;
/// The counterpart of `std::atomic<std::weak_ptr<T>>`. \see basic_atomic_weak_ptr
template <class T>
using atomic_weak_ptr = basic_atomic_weak_ptr<T, shared_memory>;

/// The counterpart of `std::make_shared`. Types of arguments may be named behind `T`, as there. \see basic_make_shared
template <class T, class... Args>
inline constexpr detail::make_shared_function<T, shared_memory> make_shared{};
/// The counterpart of `std::make_shared_for_overwrite`. \see basic_make_shared_for_overwrite
template <class T>
inline constexpr detail::make_shared_for_overwrite_function<T, shared_memory> make_shared_for_overwrite{};
/// The counterpart of `std::allocate_shared`. \see basic_allocate_shared
template <class T, class... Args>
inline constexpr detail::allocate_shared_function<T, shared_memory> allocate_shared{};
/// The counterpart of `std::allocate_shared_for_overwrite`. \see basic_allocate_shared_for_overwrite
template <class T, class... Args>
inline constexpr detail::allocate_shared_for_overwrite_function<T, shared_memory> allocate_shared_for_overwrite{};

using std::bad_weak_ptr;

// So that one name serves the pointers of other libraries, too, where the names of a program are changed by a script.
using std::atomic_compare_exchange_strong;
using std::atomic_compare_exchange_strong_explicit;
using std::atomic_compare_exchange_weak;
using std::atomic_compare_exchange_weak_explicit;
using std::atomic_exchange;
using std::atomic_exchange_explicit;
using std::atomic_is_lock_free;
using std::atomic_load;
using std::atomic_load_explicit;
using std::atomic_store;
using std::atomic_store_explicit;
using std::const_pointer_cast;
using std::dynamic_pointer_cast;
#if OURO_HAS_GET_DELETER
using std::get_deleter;
#endif
using std::reinterpret_pointer_cast;
using std::static_pointer_cast;

/// The names of the pointers of `default_memory`, whose objects belong to one thread at a time. Copying such a pointer
/// takes no atomic instruction, and their cycles are collected automatically.
namespace local {

template <class T>
using shared_ptr = basic_shared_ptr<T, default_memory>;
template <class T>
using weak_ptr = basic_weak_ptr<T, default_memory>;
template <class T>
using enable_shared_from_this = basic_enable_shared_from_this<T, default_memory>;
template <class T>
using atomic_shared_ptr = basic_atomic_shared_ptr<T, default_memory>;
template <class T>
using atomic_weak_ptr = basic_atomic_weak_ptr<T, default_memory>;

template <class T, class... Args>
inline constexpr detail::make_shared_function<T, default_memory> make_shared{};
template <class T>
inline constexpr detail::make_shared_for_overwrite_function<T, default_memory> make_shared_for_overwrite{};
template <class T, class... Args>
inline constexpr detail::allocate_shared_function<T, default_memory> allocate_shared{};
template <class T, class... Args>
inline constexpr detail::allocate_shared_for_overwrite_function<T, default_memory> allocate_shared_for_overwrite{};

// These serve the pointers of every memory. They are here so that one namespace has all names of a program.
using ouro::atomic_compare_exchange_strong;
using ouro::atomic_compare_exchange_strong_explicit;
using ouro::atomic_compare_exchange_weak;
using ouro::atomic_compare_exchange_weak_explicit;
using ouro::atomic_exchange;
using ouro::atomic_exchange_explicit;
using ouro::atomic_is_lock_free;
using ouro::atomic_load;
using ouro::atomic_load_explicit;
using ouro::atomic_store;
using ouro::atomic_store_explicit;
using ouro::const_pointer_cast;
using ouro::dynamic_pointer_cast;
using ouro::get_deleter;
using ouro::inout_ptr;
using ouro::out_ptr;
using ouro::owner_equal;
using ouro::owner_hash;
using ouro::owner_less;
using ouro::reinterpret_pointer_cast;
using ouro::static_pointer_cast;
using std::bad_weak_ptr;

}  // namespace local
}  // namespace ouro

#include <ouro/macros/restore.hpp>
