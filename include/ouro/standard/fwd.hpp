#pragma once
/// \file
/// Forward declarations of the pointers with the interface of the standard's, and the memory of those that threads
/// share.

#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/pointer/memory.hpp>
#include <ouro/pointer/owner_order.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro {

template <class T, class Memory>
class OURO_SHARED_TYPE basic_shared_ptr;
template <class T, class Memory>
class OURO_SHARED_TYPE basic_weak_ptr;
template <class T, class Memory>
class OURO_SHARED_TYPE basic_enable_shared_from_this;
template <class T, class Memory>
class OURO_SHARED_TYPE basic_atomic_shared_ptr;
template <class T, class Memory>
class OURO_SHARED_TYPE basic_atomic_weak_ptr;

namespace detail {

template <class T, class Memory>
inline constexpr bool is_weak<basic_weak_ptr<T, Memory>> = true;

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
