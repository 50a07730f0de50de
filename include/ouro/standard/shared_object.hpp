#pragma once
/// \file
/// What the objects of `shared_ptr` are made of: the block of `make_shared`, and the owner of an object that came from
/// elsewhere.

#include <ouro/base/type_list.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/pointer/block.hpp>
#include <ouro/standard/enable_shared_from_this.hpp>
#include <ouro/standard/opaque_types.hpp>
#include <ouro/trace/cyclic_types.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Says that a deleter does what `delete` does: it ends the object for good. Then the object belongs to its pointers
/// alone, and collections look into it. Of other deleters nobody knows: the object may be a variable of the program,
/// and outlive its pointers.
/// `template <> inline constexpr bool ouro::destroys_pointee<my_pool_deleter> = true;`
template <class Deleter>
inline constexpr bool destroys_pointee = false;
template <class T>
inline constexpr bool destroys_pointee<std::default_delete<T>> = true;

namespace detail {

struct default_initialised {};

/// An object as `make_shared` makes it. The library need not see through it, and does not call a `finalize` that it may
/// have: a class that was written for `std::shared_ptr` means something else by the name.
template <class T>
struct shared_object {
  OURO_CONSTRUCTION_WARNINGS_OFF
  template <class... Args>
  OURO_ALWAYS_INLINE explicit shared_object(std::in_place_t,
                                            Args&&... args) noexcept(std::is_nothrow_constructible_v<T, Args...>)
      : value(std::forward<Args>(args)...) {}
  OURO_CONSTRUCTION_WARNINGS_RESTORE

  explicit shared_object(default_initialised) {}  // NOLINT(cppcoreguidelines-pro-type-member-init): as it was asked for

  void trace(auto&& visit) {
    if constexpr (requires { visit.visit_what_is_seen(value); }) visit.visit_what_is_seen(value);
  }

  OURO_NO_UNIQUE_ADDRESS count_of_opaque<T> opaque{};
  T value;
};

template <class T>
inline constexpr std::string_view object_name_of<shared_object<T>> = type_name_of<T>;
template <class T>
inline constexpr std::string_view object_name_of<shared_object<T>[]> = type_name_of<T[]>;

/// Whether collections examine objects of `T` that `shared_ptr` owns.
template <class T, class CollectorPolicy>
[[nodiscard]] consteval bool is_examined_as_shared() {
  if constexpr (!finds_cycles<CollectorPolicy>) {
    return false;
  } else if constexpr (!has_visible_edges<T>()) {
    return false;
  } else {
    return may_be_cyclic<T>();
  }
}

/// Ends an object as the constructor of `shared_ptr` from a plain pointer does. No program can name it, so that
/// `get_deleter` does not find it.
template <class T>
struct plain_delete {
  void operator()(std::remove_extent_t<T>* object) const {
    if constexpr (std::is_array_v<T>) {
      delete[] object;
    } else {
      delete object;
    }
  }
};

template <class T>
inline constexpr bool ends_object = destroys_pointee<T>;
template <class T>
inline constexpr bool ends_object<plain_delete<T>> = true;

/// Whether a deleter ends arrays, whose lengths nobody knows.
template <class Deleter>
struct ends_arrays : std::false_type {};
template <class T>
struct ends_arrays<plain_delete<T[]>> : std::true_type {};
template <class T>
struct ends_arrays<std::default_delete<T[]>> : std::true_type {};

/// Whether `Deleter` makes `Pointer` point to one whole object that nobody else owns.
template <class Pointer, class Deleter>
inline constexpr bool owns_one_object = false;
template <class T, class Deleter>
  requires(ends_object<Deleter> && !ends_arrays<Deleter>::value && !std::is_void_v<T> && is_complete<T>)
inline constexpr bool owns_one_object<T*, Deleter> = true;

template <class Pointer, class Deleter>
[[nodiscard]] consteval auto list_hidden_by_owner() {
  using pointee = std::remove_cv_t<std::remove_pointer_t<Pointer>>;
  if constexpr (std::is_null_pointer_v<pointee>) {
    return types<>{};
  } else if constexpr (owns_one_object<Pointer, Deleter> || trace_kind_of<pointee>() == trace_kind::none) {
    return list_hidden<pointee>();
  } else {
    return types<ended_by<pointee, Deleter>>{};
  }
}

/// Names a deleter's type at run time, without RTTI.
template <class Deleter>
OURO_SHARED_STATE inline constexpr char deleter_key = 0;

/// Owns an object that `make_shared` has not made, and calls the deleter for it. A `shared_ptr` counts in this owner's
/// header.
template <class Pointer, class Deleter, class Memory>
class pointer_owner {
 public:
  static constexpr bool looks_into = owns_one_object<Pointer, Deleter>;

  pointer_owner(Pointer object, Deleter&& deleter) : object_{object}, deleter_(std::move(deleter)) {}
  pointer_owner(const pointer_owner&) = delete;
  pointer_owner& operator=(const pointer_owner&) = delete;

  ~pointer_owner() noexcept(false) {
    // A deleter may leave the object alive.
    if constexpr (!ends_object<Deleter>)
      enabled_access::disown<Memory>(object_, header<typename Memory::refcount>::of(this));
    deleter_(object_);  // calls user code: no pointer, weak or strong, leads to this owner
  }

  void trace(auto&& visit) {
    if constexpr (looks_into && requires { visit.visit_what_is_seen(*object_); }) {
      if (object_ != nullptr) visit.visit_what_is_seen(*const_cast<pointee*>(object_));
    }
    if constexpr (requires { visit.visit_what_is_seen(deleter_); }) visit.visit_what_is_seen(deleter_);
  }

  /// The deleter, if it is of the type that `key` names; for `get_deleter`.
  [[nodiscard]] static void* find_deleter(void* owner, const void* key) noexcept {
    if (key != &deleter_key<Deleter>) return nullptr;
    return std::addressof(static_cast<pointer_owner*>(owner)->deleter_);
  }

 private:
  using pointee = std::remove_cv_t<std::remove_pointer_t<Pointer>>;

  OURO_NO_UNIQUE_ADDRESS opaque_counter<decltype(distinct(list_hidden_by_owner<Pointer, Deleter>()))> opaque_{};
  Pointer object_;
  OURO_NO_UNIQUE_ADDRESS Deleter deleter_;
};

template <class Held, class CollectorPolicy>
inline constexpr bool is_examined_in_shared = false;
template <class T, class CollectorPolicy>
inline constexpr bool is_examined_in_shared<shared_object<T>, CollectorPolicy> =
    is_examined_as_shared<T, CollectorPolicy>();
template <class Pointer, class Deleter, class Memory, class CollectorPolicy>
inline constexpr bool is_examined_in_shared<pointer_owner<Pointer, Deleter, Memory>, CollectorPolicy> =
    is_examined_as_shared<Deleter, CollectorPolicy>();
template <class Pointer, class Deleter, class Memory, class CollectorPolicy>
  requires(owns_one_object<Pointer, Deleter>)
inline constexpr bool is_examined_in_shared<pointer_owner<Pointer, Deleter, Memory>, CollectorPolicy> =
    is_examined_as_shared<std::remove_cv_t<std::remove_pointer_t<Pointer>>, CollectorPolicy>() ||
    is_examined_as_shared<Deleter, CollectorPolicy>();

/// The layout of the blocks that hold a `Held`, or an array of them. \see block
template <class Held, class Memory>
using shared_block = block<Held, typename Memory::refcount, typename Memory::collector, typename Memory::allocator,
                           is_examined_in_shared<std::remove_extent_t<Held>, typename Memory::collector>>;

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
