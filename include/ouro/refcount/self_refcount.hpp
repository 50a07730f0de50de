#pragma once
/// \file
/// No count of ours: the object brings its own.

#include <ouro/config.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// For a `T` with the functions `intrusive_ptr_add_ref(T*)` and `intrusive_ptr_release(T*)` in its namespace, as
/// Boost.SmartPtr's `intrusive_ptr` wants them (wrappers of COM or CPython objects have them too). The object is held
/// as it is, without a header, and destroys itself; `managed_ptr` takes raw pointers then. Goes with `no_collector`
/// alone. Thread-safe as the two functions are.
struct OURO_SHARED_TYPE self_refcount {
  static constexpr bool counts_itself = true;

  template <class T>
  static void increment(T* object) noexcept {
    intrusive_ptr_add_ref(object);  // calls user code: takes a count only
  }

  template <class T>
  static void decrement(T* object) noexcept {
    intrusive_ptr_release(object);  // calls user code: may destroy the object, which the caller has already let go of
  }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
