#pragma once
/// \file
/// Atomic access to variables that are no `std::atomic`. For large tables: thousands of `std::atomic`s would be
/// constructed at compile time, one by one. `std::atomic_ref` would be the language's word; not all of the standard
/// libraries that the library is used with have it.

#include <ouro/config/compiler.hpp>

#if OURO_IS_MSVC
#include <atomic>
#endif

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

template <class T>
[[nodiscard]] OURO_ALWAYS_INLINE T load_relaxed(const T& from) noexcept {
#if OURO_IS_MSVC
  return std::atomic_ref<T>{const_cast<T&>(from)}.load(std::memory_order_relaxed);
#else
  return __atomic_load_n(&from, __ATOMIC_RELAXED);
#endif
}

template <class T>
[[nodiscard]] OURO_ALWAYS_INLINE T load_acquire(const T& from) noexcept {
#if OURO_IS_MSVC
  return std::atomic_ref<T>{const_cast<T&>(from)}.load(std::memory_order_acquire);
#else
  return __atomic_load_n(&from, __ATOMIC_ACQUIRE);
#endif
}

template <class T>
OURO_ALWAYS_INLINE void store_relaxed(T& to, T value) noexcept {
#if OURO_IS_MSVC
  std::atomic_ref<T>{to}.store(value, std::memory_order_relaxed);
#else
  __atomic_store_n(&to, value, __ATOMIC_RELAXED);
#endif
}

template <class T>
OURO_ALWAYS_INLINE void store_release(T& to, T value) noexcept {
#if OURO_IS_MSVC
  std::atomic_ref<T>{to}.store(value, std::memory_order_release);
#else
  __atomic_store_n(&to, value, __ATOMIC_RELEASE);
#endif
}

template <class T>
OURO_ALWAYS_INLINE void set_bits_relaxed(T& in, T bits) noexcept {
#if OURO_IS_MSVC
  std::atomic_ref<T>{in}.fetch_or(bits, std::memory_order_relaxed);
#else
  __atomic_fetch_or(&in, bits, __ATOMIC_RELAXED);
#endif
}

template <class T>
OURO_ALWAYS_INLINE void clear_bits_relaxed(T& in, T bits) noexcept {
#if OURO_IS_MSVC
  std::atomic_ref<T>{in}.fetch_and(static_cast<T>(~bits), std::memory_order_relaxed);
#else
  __atomic_fetch_and(&in, static_cast<T>(~bits), __ATOMIC_RELAXED);
#endif
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
