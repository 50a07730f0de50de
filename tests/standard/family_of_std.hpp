#pragma once
/// \file
/// The family of shared pointers of the standard library: the reference.

#include "standard/heap_watch.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace ouro::test::standard {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"  // of a length that is a literal where the test writes it

/// What a family provides: the names of the standard, and what it does in its own way.
struct of_std {
  static constexpr bool is_thread_safe = true;
  /// Whether `collect` finds cycles.
  static constexpr bool collects = false;
  /// Whether the last drop destroys the object on the thread that drops it.
  /// Whether a constructor is no candidate for a deleter that cannot be moved or called, or for what cannot be deleted.
  static constexpr bool constrains_deleters = false;
  /// Whether `constexpr` constructors of `atomic_shared_ptr` and assignments from `nullptr` are there (LWG 3661, 3893).
  static constexpr bool has_atomic_of_null = false;
  /// Whether the thread sanitizer sees why operations on atomic pointers do not race.
  static constexpr bool has_sanitized_atomics = false;
  /// libstdc++ 12 does not compile `make_shared<const T[]>`.
  static constexpr bool makes_const_arrays = false;
  /// libstdc++ 12 writes behind the block that `make_shared<T[]>(n)` gets when the bytes of `n` elements have no
  /// number.
  static constexpr bool refuses_endless_arrays = false;
  /// Whether the elements of an array are destroyed last to first also when another one throws, and when they were made
  /// for overwriting. libstdc++ 12 destroys them first to last then.
  static constexpr bool undoes_arrays_backwards = false;
  /// libstdc++ 12 does not compile conversions between `weak_ptr`s of arrays.
  static constexpr bool converts_weak_arrays = false;
  /// Whether a `weak_ptr` that is moved to itself is as it was. libstdc++ makes it null, as the rules for arguments
  /// allow.
  static constexpr bool keeps_weak_moved_to_itself = false;
  /// libstdc++ keeps `unique()` as deprecated.
  static constexpr bool lacks_unique = false;
  static constexpr bool has_out_ptr = false;
  static constexpr bool has_owner_hash = false;
#ifdef __cpp_lib_atomic_shared_ptr
  static constexpr bool has_atomic = true;
#else
  static constexpr bool has_atomic = false;
#endif

  static constexpr bool watchers_need_no_memory = true;
  /// While one lives, the family finds no memory.
  using out_of_memory = no_memory;
  static constexpr bool can_run_out_of_memory = true;

  template <class T>
  using shared_ptr = std::shared_ptr<T>;
  template <class T>
  using weak_ptr = std::weak_ptr<T>;
  template <class T>
  using enable_shared_from_this = std::enable_shared_from_this<T>;
  template <class T>
  using atomic_shared_ptr = std::atomic<std::shared_ptr<T>>;
  template <class T>
  using atomic_weak_ptr = std::atomic<std::weak_ptr<T>>;
  template <class T = void>
  using owner_less = std::owner_less<T>;
  using bad_weak_ptr = std::bad_weak_ptr;

  /// What the deduction guides make of an argument.
  template <class Argument>
  using deduced_shared_ptr = decltype(std::shared_ptr(std::declval<Argument>()));
  template <class Argument>
  using deduced_weak_ptr = decltype(std::weak_ptr(std::declval<Argument>()));
  /// Whether a `std::unique_ptr` says to which family the pointer belongs.
  static constexpr bool deduces_from_unique_ptr = true;

  template <class T, class... Args>
  static auto make_shared(Args&&... args) -> decltype(std::make_shared<T>(std::forward<Args>(args)...)) {
    return std::make_shared<T>(std::forward<Args>(args)...);
  }
  template <class T>
  static std::shared_ptr<T> make_shared_of(std::size_t length, const std::remove_extent_t<T>& value) {
    return std::make_shared<T>(length, value);
  }
  template <class T>
  static std::shared_ptr<T> make_shared_of(const std::remove_extent_t<T>& value) {
    return std::make_shared<T>(value);
  }
  template <class T, class... Args>
  static auto allocate_shared(Args&&... args) -> decltype(std::allocate_shared<T>(std::forward<Args>(args)...)) {
    return std::allocate_shared<T>(std::forward<Args>(args)...);
  }
  template <class T, class... Args>
  static auto make_shared_for_overwrite(Args&&... args)
      -> decltype(std::make_shared_for_overwrite<T>(std::forward<Args>(args)...)) {
    return std::make_shared_for_overwrite<T>(std::forward<Args>(args)...);
  }
  template <class T, class... Args>
  static auto allocate_shared_for_overwrite(Args&&... args)
      -> decltype(std::allocate_shared_for_overwrite<T>(std::forward<Args>(args)...)) {
    return std::allocate_shared_for_overwrite<T>(std::forward<Args>(args)...);
  }

  template <class T, class From>
  static auto static_pointer_cast(From&& from) noexcept(
      noexcept(std::static_pointer_cast<T>(std::forward<From>(from)))) {
    return std::static_pointer_cast<T>(std::forward<From>(from));
  }
  template <class T, class From>
  static auto dynamic_pointer_cast(From&& from) noexcept(
      noexcept(std::dynamic_pointer_cast<T>(std::forward<From>(from)))) {
    return std::dynamic_pointer_cast<T>(std::forward<From>(from));
  }
  template <class T, class From>
  static auto const_pointer_cast(From&& from) noexcept(noexcept(std::const_pointer_cast<T>(std::forward<From>(from)))) {
    return std::const_pointer_cast<T>(std::forward<From>(from));
  }
  template <class T, class From>
  static auto reinterpret_pointer_cast(From&& from) noexcept(
      noexcept(std::reinterpret_pointer_cast<T>(std::forward<From>(from)))) {
    return std::reinterpret_pointer_cast<T>(std::forward<From>(from));
  }
  template <class D, class T>
  static D* get_deleter(const std::shared_ptr<T>& of) noexcept {
    static_assert(noexcept(std::get_deleter<D>(of)));
    return std::get_deleter<D>(of);
  }
};

#pragma GCC diagnostic pop

}  // namespace ouro::test::standard
