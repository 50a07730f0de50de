#pragma once
/// \file
/// The families of shared pointers of this library.

#include "standard/exhausted_pools.hpp"

#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace ouro::test::standard {

/// What both have in common. \see of_std
struct of_ours {
  static constexpr bool collects = true;
  static constexpr bool constrains_deleters = true;
  static constexpr bool has_atomic = true;
  static constexpr bool has_atomic_of_null = true;
  static constexpr bool has_sanitized_atomics = true;
  static constexpr bool has_out_ptr = true;
  static constexpr bool has_owner_hash = true;
  static constexpr bool makes_const_arrays = true;
  static constexpr bool refuses_endless_arrays = true;
  static constexpr bool undoes_arrays_backwards = true;
  static constexpr bool converts_weak_arrays = true;
  static constexpr bool keeps_weak_moved_to_itself = true;
  static constexpr bool lacks_unique = false;
  static constexpr bool watchers_need_no_memory = false;

  static constexpr bool can_run_out_of_memory = true;

  template <class T = void>
  using owner_less = ouro::owner_less<T>;
  using owner_hash = ouro::owner_hash;
  using owner_equal = ouro::owner_equal;
  using bad_weak_ptr = ouro::bad_weak_ptr;

  template <class Argument>
  using deduced_shared_ptr = decltype(basic_shared_ptr(std::declval<Argument>()));
  template <class Argument>
  using deduced_weak_ptr = decltype(basic_weak_ptr(std::declval<Argument>()));

  template <class T, class From>
  static auto static_pointer_cast(From&& from) noexcept(
      noexcept(ouro::static_pointer_cast<T>(std::forward<From>(from)))) {
    return ouro::static_pointer_cast<T>(std::forward<From>(from));
  }
  template <class T, class From>
  static auto dynamic_pointer_cast(From&& from) noexcept(
      noexcept(ouro::dynamic_pointer_cast<T>(std::forward<From>(from)))) {
    return ouro::dynamic_pointer_cast<T>(std::forward<From>(from));
  }
  template <class T, class From>
  static auto const_pointer_cast(From&& from) noexcept(
      noexcept(ouro::const_pointer_cast<T>(std::forward<From>(from)))) {
    return ouro::const_pointer_cast<T>(std::forward<From>(from));
  }
  template <class T, class From>
  static auto reinterpret_pointer_cast(From&& from) noexcept(
      noexcept(ouro::reinterpret_pointer_cast<T>(std::forward<From>(from)))) {
    return ouro::reinterpret_pointer_cast<T>(std::forward<From>(from));
  }
  template <class D, class Pointer>
  static D* get_deleter(const Pointer& of) noexcept {
    static_assert(noexcept(ouro::get_deleter<D>(of)));
    return ouro::get_deleter<D>(of);
  }

  template <class Pointer = void, class Smart, class... Args>
  static auto out_ptr(Smart& to, Args&&... args) {
    return ouro::out_ptr<Pointer>(to, std::forward<Args>(args)...);
  }
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"  // of a length that is a literal where the test writes it

/// For objects that threads share.
struct of_shared : of_ours {
  static constexpr bool deduces_from_unique_ptr = true;
  static constexpr bool is_thread_safe = true;
  using out_of_memory = exhausted_pools<shared_memory>;

  template <class T>
  using shared_ptr = ouro::shared_ptr<T>;
  template <class T>
  using weak_ptr = ouro::weak_ptr<T>;
  template <class T>
  using enable_shared_from_this = ouro::enable_shared_from_this<T>;
  template <class T>
  using atomic_shared_ptr = ouro::atomic_shared_ptr<T>;
  template <class T>
  using atomic_weak_ptr = ouro::atomic_weak_ptr<T>;

  static std::size_t collect() { return shared_memory::gc::collect(); }

  template <class T, class... Args>
  static auto make_shared(Args&&... args) -> decltype(ouro::make_shared<T>(std::forward<Args>(args)...)) {
    return ouro::make_shared<T>(std::forward<Args>(args)...);
  }
  template <class T>
  static ouro::shared_ptr<T> make_shared_of(std::size_t length, const std::remove_extent_t<T>& value) {
    return ouro::make_shared<T>(length, value);
  }
  template <class T>
  static ouro::shared_ptr<T> make_shared_of(const std::remove_extent_t<T>& value) {
    return ouro::make_shared<T>(value);
  }
  template <class T, class... Args>
  static auto allocate_shared(Args&&... args) -> decltype(ouro::allocate_shared<T>(std::forward<Args>(args)...)) {
    return ouro::allocate_shared<T>(std::forward<Args>(args)...);
  }
  template <class T, class... Args>
  static auto make_shared_for_overwrite(Args&&... args)
      -> decltype(ouro::make_shared_for_overwrite<T>(std::forward<Args>(args)...)) {
    return ouro::make_shared_for_overwrite<T>(std::forward<Args>(args)...);
  }
  template <class T, class... Args>
  static auto allocate_shared_for_overwrite(Args&&... args)
      -> decltype(ouro::allocate_shared_for_overwrite<T>(std::forward<Args>(args)...)) {
    return ouro::allocate_shared_for_overwrite<T>(std::forward<Args>(args)...);
  }
};

/// For objects that belong to one thread.
struct of_local : of_ours {
  static constexpr bool deduces_from_unique_ptr = false;
  static constexpr bool is_thread_safe = false;
  using out_of_memory = exhausted_pools<default_memory>;

  template <class T>
  using shared_ptr = ouro::local::shared_ptr<T>;
  template <class T>
  using weak_ptr = ouro::local::weak_ptr<T>;
  template <class T>
  using enable_shared_from_this = ouro::local::enable_shared_from_this<T>;
  template <class T>
  using atomic_shared_ptr = ouro::local::atomic_shared_ptr<T>;
  template <class T>
  using atomic_weak_ptr = ouro::local::atomic_weak_ptr<T>;

  static std::size_t collect() { return default_memory::gc::collect(); }

  template <class T, class... Args>
  static auto make_shared(Args&&... args) -> decltype(ouro::local::make_shared<T>(std::forward<Args>(args)...)) {
    return ouro::local::make_shared<T>(std::forward<Args>(args)...);
  }
  template <class T>
  static ouro::local::shared_ptr<T> make_shared_of(std::size_t length, const std::remove_extent_t<T>& value) {
    return ouro::local::make_shared<T>(length, value);
  }
  template <class T>
  static ouro::local::shared_ptr<T> make_shared_of(const std::remove_extent_t<T>& value) {
    return ouro::local::make_shared<T>(value);
  }
  template <class T, class... Args>
  static auto allocate_shared(Args&&... args)
      -> decltype(ouro::local::allocate_shared<T>(std::forward<Args>(args)...)) {
    return ouro::local::allocate_shared<T>(std::forward<Args>(args)...);
  }
  template <class T, class... Args>
  static auto make_shared_for_overwrite(Args&&... args)
      -> decltype(ouro::local::make_shared_for_overwrite<T>(std::forward<Args>(args)...)) {
    return ouro::local::make_shared_for_overwrite<T>(std::forward<Args>(args)...);
  }
  template <class T, class... Args>
  static auto allocate_shared_for_overwrite(Args&&... args)
      -> decltype(ouro::local::allocate_shared_for_overwrite<T>(std::forward<Args>(args)...)) {
    return ouro::local::allocate_shared_for_overwrite<T>(std::forward<Args>(args)...);
  }
};

#pragma GCC diagnostic pop

}  // namespace ouro::test::standard
