#pragma once
/// \file
/// The counterpart of `std::shared_ptr`, whose cycles are collected.

#include <ouro/base/throw.hpp>
#include <ouro/config.hpp>
#include <ouro/pointer/conversion.hpp>
#include <ouro/pointer/managed_alias.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/owner_order.hpp>
#include <ouro/standard/enable_shared_from_this.hpp>
#include <ouro/standard/fwd.hpp>
#include <ouro/standard/kept_standard.hpp>
#include <ouro/standard/shared_access.hpp>
#include <ouro/standard/shared_object.hpp>
#include <ouro/standard/shared_owner.hpp>
#include <ouro/trace/edge_sink.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <compare>
#include <concepts>
#include <cstddef>
#include <iosfwd>
#include <memory>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// Whether `delete` of the form that arrays of `T` need can end a `Y*`.
template <class Y, class T>
concept deletable_as = !std::is_void_v<Y> && ((std::is_array_v<T> && requires(Y* object) { delete[] object; }) ||
                                              (!std::is_array_v<T> && requires(Y* object) { delete object; }));

/// Whether a `shared_ptr<T>` can own a `Y*` ([util.smartptr.shared.const]).
template <class Y, class T>
concept ownable_as = (std::is_unbounded_array_v<T> && std::is_convertible_v<Y (*)[], T*>) ||
                     (std::is_bounded_array_v<T> && std::is_convertible_v<Y (*)[std::extent_v<T>], T*>) ||
                     (!std::is_array_v<T> && std::is_convertible_v<Y*, T*>);

template <class Deleter, class Pointer>
concept deleter_for =
    std::is_move_constructible_v<Deleter> && requires(Deleter& deleter, Pointer object) { deleter(object); };

}  // namespace detail

/// Shares an object with the semantics and the interface of `std::shared_ptr`, in the memory of a `memory<R, C, A>`;
/// garbage cycles of such pointers are collected. It consists of a pointer to a part and a counted owner.
///
/// Differences: collections find cycles through all objects that the library can see through, and end them
/// (`opaque_types` lists the others). `make_shared` frees the memory of an object with the object, weak pointers or
/// not. A first weak pointer to an object allocates.
///
/// Copying, moving and dropping is O(1) and allocates nothing. Thread-safety: that of `std::shared_ptr` with a
/// thread-safe refcount policy; otherwise one thread at a time uses all pointers to an object.
template <class T, class Memory>
class basic_shared_ptr {
  using refcount = typename Memory::refcount;
  using collector = typename Memory::collector;
  using allocator = typename Memory::allocator;
  template <class U>
  using managed = managed_ptr<U, refcount, collector, allocator>;
  template <class U>
  using alias = managed_alias<U, refcount, collector, allocator>;
  template <class U>
  using other = basic_shared_ptr<U, Memory>;
  using reference = typename std::conditional_t<std::is_void_v<T>, std::type_identity<void>,
                                                std::add_lvalue_reference<std::remove_extent_t<T>>>::type;

 public:
  using element_type = std::remove_extent_t<T>;
  using weak_type = basic_weak_ptr<T, Memory>;
  using memory_type = Memory;

  constexpr basic_shared_ptr() noexcept = default;
  constexpr basic_shared_ptr(std::nullptr_t) noexcept {}

  /// Owns an object that `new` has made. \throws std::bad_alloc, after deleting the object
  template <class Y>
    requires detail::ownable_as<Y, T> && detail::deletable_as<Y, T>
  explicit basic_shared_ptr(Y* object) {
    static_assert(requires { sizeof(Y); }, "ouro: an incomplete object cannot be deleted");
    detail::plain_delete<std::conditional_t<std::is_array_v<T>, Y[], Y>> deleter;
    own(object, deleter);
  }

  /// Owns an object that the deleter ends. \throws std::bad_alloc, after calling the deleter
  template <class Y, class Deleter>
    requires detail::ownable_as<Y, T> && detail::deleter_for<Deleter, Y*>
  basic_shared_ptr(Y* object, Deleter deleter) {
    own(object, deleter);
  }
  template <class Deleter>
    requires detail::deleter_for<Deleter, std::nullptr_t>
  basic_shared_ptr(std::nullptr_t object, Deleter deleter) {
    own(object, deleter);
  }

  /// Owns `object`, with memory of the allocator for the owner. \throws what the allocator throws, after calling the
  /// deleter
  template <class Y, class Deleter, class Allocator>
    requires detail::ownable_as<Y, T> && detail::deleter_for<Deleter, Y*>
  basic_shared_ptr(Y* object, Deleter deleter, Allocator memory) {
    own(object, deleter, memory);
  }
  template <class Deleter, class Allocator>
    requires detail::deleter_for<Deleter, std::nullptr_t>
  basic_shared_ptr(std::nullptr_t object, Deleter deleter, Allocator memory) {
    own(object, deleter, memory);
  }

  basic_shared_ptr(const basic_shared_ptr& from) noexcept = default;
  basic_shared_ptr(basic_shared_ptr&& from) noexcept = default;

  template <class Y>
    requires detail::pointer_converts_to<Y, T>
  basic_shared_ptr(const other<Y>& from) noexcept : alias_{from.alias_} {}
  template <class Y>
    requires detail::pointer_converts_to<Y, T>
  basic_shared_ptr(other<Y>&& from) noexcept : alias_{std::move(from.alias_)} {}

  /// Points to `part` and owns what `owner` owns; either may be null. \pre `part` lives as long as that
  template <class Y>
  basic_shared_ptr(const other<Y>& owner, element_type* part) noexcept : alias_{owner.alias_, part} {}
  template <class Y>
  basic_shared_ptr(other<Y>&& owner, element_type* part) noexcept : alias_{std::move(owner.alias_), part} {}

  /// \throws std::bad_weak_ptr if it has expired
  template <class Y>
    requires detail::pointer_converts_to<Y, T>
  explicit basic_shared_ptr(const basic_weak_ptr<Y, Memory>& from) : basic_shared_ptr{from.lock()} {
    if (alias_.owner() == nullptr) detail::throw_bad_weak_ptr();
  }

  /// Takes over the object and its deleter; empty if there is none. \throws std::bad_alloc, and `from` keeps the object
  template <class Y, class Deleter>
    requires detail::pointer_converts_to<Y, T> &&
             std::is_convertible_v<typename std::unique_ptr<Y, Deleter>::pointer, element_type*>
  basic_shared_ptr(std::unique_ptr<Y, Deleter>&& from) {
    if (from.get() != nullptr) own_unique(from);
  }

  /// Shares an object of `make`.
  template <class Y>
    requires detail::pointer_converts_to<Y, T>
  basic_shared_ptr(managed<Y> object) noexcept {
    auto* const pointee = object.get();
    if (pointee == nullptr) return;
    adopt(managed<void>{std::move(object)}, pointee);
  }
  template <class Y>
  basic_shared_ptr(managed<Y> owner, element_type* part) noexcept : alias_{managed<void>{std::move(owner)}, part} {}
  template <class Y>
    requires std::is_convertible_v<Y*, element_type*>
  basic_shared_ptr(alias<Y> part) noexcept : alias_{std::move(part)} {}
  /// \throws std::bad_weak_ptr if it has expired
  template <class Y>
    requires detail::pointer_converts_to<Y, T>
  explicit basic_shared_ptr(const managed_weak<Y, refcount, collector, allocator>& from)
      : basic_shared_ptr{managed<Y>{from}} {}

  /// Keeps the owner of a `std::shared_ptr` alive. One that was made from a `basic_shared_ptr` gives that back.
  /// \throws std::bad_alloc
  template <class Y>
    requires detail::pointer_converts_to<Y, T>
  basic_shared_ptr(const std::shared_ptr<Y>& from)
      : alias_{detail::owner_from_standard<Memory>(from), static_cast<element_type*>(from.get())} {}

  /// The reverse. \throws std::bad_alloc
  template <class Y>
    requires detail::pointer_converts_to<T, Y>
  operator std::shared_ptr<Y>() const {
    return {detail::standard_from_owner<Memory>(alias_.owner()), get()};
  }

  ~basic_shared_ptr() { detail::pointer_access::drop_owner(alias_); }

  basic_shared_ptr& operator=(const basic_shared_ptr& from) noexcept {
    basic_shared_ptr{from}.swap(*this);
    return *this;
  }
  basic_shared_ptr& operator=(basic_shared_ptr&& from) noexcept {
    basic_shared_ptr{std::move(from)}.swap(*this);
    return *this;
  }
  template <class Y>
    requires detail::pointer_converts_to<Y, T>
  basic_shared_ptr& operator=(const other<Y>& from) noexcept {
    basic_shared_ptr{from}.swap(*this);
    return *this;
  }
  template <class Y>
    requires detail::pointer_converts_to<Y, T>
  basic_shared_ptr& operator=(other<Y>&& from) noexcept {
    basic_shared_ptr{std::move(from)}.swap(*this);
    return *this;
  }
  template <class Y, class Deleter>
    requires detail::pointer_converts_to<Y, T> &&
             std::is_convertible_v<typename std::unique_ptr<Y, Deleter>::pointer, element_type*>
  basic_shared_ptr& operator=(std::unique_ptr<Y, Deleter>&& from) {
    basic_shared_ptr{std::move(from)}.swap(*this);
    return *this;
  }

  /// Becomes null first, and then drops the object: a destructor that reads this pointer sees null.
  void reset() noexcept { basic_shared_ptr{}.swap(*this); }
  /// Owns another object. \throws as the constructor with these arguments does
  template <class Y>
    requires std::is_constructible_v<basic_shared_ptr, Y*>
  void reset(Y* object) {
    basic_shared_ptr{object}.swap(*this);
  }
  template <class Y, class Deleter>
    requires std::is_constructible_v<basic_shared_ptr, Y*, Deleter>
  void reset(Y* object, Deleter deleter) {
    basic_shared_ptr{object, std::move(deleter)}.swap(*this);
  }
  template <class Y, class Deleter, class Allocator>
    requires std::is_constructible_v<basic_shared_ptr, Y*, Deleter, Allocator>
  void reset(Y* object, Deleter deleter, Allocator memory) {
    basic_shared_ptr{object, std::move(deleter), std::move(memory)}.swap(*this);
  }

  void swap(basic_shared_ptr& with) noexcept { alias_.swap(with.alias_); }

  [[nodiscard]] element_type* get() const noexcept { return alias_.get(); }

  /// \pre not null
  [[nodiscard]] reference operator*() const noexcept
    requires(!std::is_void_v<T> && !std::is_array_v<T>)
  {
    return *get();
  }
  /// \pre not null
  element_type* operator->() const noexcept
    requires(!std::is_array_v<T>)
  {
    return get();
  }
  /// \pre not null, and the array has more than `index` elements
  [[nodiscard]] reference operator[](std::ptrdiff_t index) const noexcept
    requires std::is_array_v<T>
  {
    return get()[index];
  }

  /// The number of pointers that share the owner; 0 for none. Other threads may have changed it already.
  [[nodiscard]] long use_count() const noexcept { return alias_.use_count(); }
  /// As `std::shared_ptr` had it until C++17.
  [[nodiscard]] bool unique() const noexcept { return use_count() == 1; }

  [[nodiscard]] explicit operator bool() const noexcept { return get() != nullptr; }

  /// Orders by owner; comparable with any `basic_shared_ptr` and `basic_weak_ptr` of the memory.
  template <class U>
  [[nodiscard]] bool owner_before(const basic_shared_ptr<U, Memory>& with) const noexcept {
    return detail::owner_order::compare(*this, with) < 0;
  }
  template <class U>
  [[nodiscard]] bool owner_before(const basic_weak_ptr<U, Memory>& with) const noexcept {
    return detail::owner_order::compare(*this, with) < 0;
  }
  template <class U>
  [[nodiscard]] bool owner_equal(const basic_shared_ptr<U, Memory>& with) const noexcept {
    return detail::owner_order::compare(*this, with) == 0;
  }
  template <class U>
  [[nodiscard]] bool owner_equal(const basic_weak_ptr<U, Memory>& with) const noexcept {
    return detail::owner_order::compare(*this, with) == 0;
  }
  [[nodiscard]] std::size_t owner_hash() const noexcept { return detail::hash_of_owner(*this); }

  /// The address of the owner; null for none.
  [[nodiscard]] const void* owner() const noexcept { return alias_.owner().owner(); }

 private:
  template <class, class>
  friend class basic_shared_ptr;
  template <class, class>
  friend class basic_weak_ptr;
  friend struct detail::shared_access;

  template <class Y>
  void adopt(managed<void> owner, Y* object) noexcept {
    // Only of whole objects: an array's first element does not own the array.
    if constexpr (!std::is_array_v<T>)
      detail::enabled_access::own<Memory>(object, detail::header_of<refcount>(owner.get()));
    alias_ = alias<element_type>{std::move(owner), object};
  }

  template <class Y, class Deleter>
  void own(Y* object, Deleter& deleter) {
    adopt(detail::own<Memory>(object, deleter), object);
  }
  template <class Y, class Deleter, class Allocator>
  void own(Y* object, Deleter& deleter, const Allocator& memory) {
    adopt(detail::own<Memory>(object, deleter, memory), object);
  }
  template <class Deleter, class... Allocator>
  void own(std::nullptr_t, Deleter& deleter, const Allocator&... memory) {
    alias_ = alias<element_type>{detail::own<Memory>(nullptr, deleter, memory...), nullptr};
  }

  template <class Y, class Deleter>
  void own_unique(std::unique_ptr<Y, Deleter>& from) {
    using pointer = typename std::unique_ptr<Y, Deleter>::pointer;
    if constexpr (std::is_reference_v<Deleter>) {
      // Declared by <memory>, for the same use; <functional> would double the time to compile standard headers.
      using deleter = std::reference_wrapper<std::remove_reference_t<Deleter>>;
      deleter wrapped{from.get_deleter()};
      take_from<detail::pointer_owner<pointer, deleter, Memory>>(from, wrapped);
    } else {
      take_from<detail::pointer_owner<pointer, Deleter, Memory>>(from, from.get_deleter());
    }
  }

  template <class Owner, class Y, class Deleter, class Moved>
  void take_from(std::unique_ptr<Y, Deleter>& from, Moved& deleter) {
    managed<void> owner = detail::make_owner<true, Owner, Memory>(
        1, [&](Owner* at) { ::new (static_cast<void*>(at)) Owner(from.get(), std::move(deleter)); });
    adopt(std::move(owner), static_cast<element_type*>(from.release()));
  }

  alias<element_type> alias_;
};

template <class T, class Memory>
basic_shared_ptr(basic_weak_ptr<T, Memory>) -> basic_shared_ptr<T, Memory>;
template <class T, class Deleter, class Memory = shared_memory>
basic_shared_ptr(std::unique_ptr<T, Deleter>) -> basic_shared_ptr<T, Memory>;

/// `first.swap(second)`. O(1)
template <class T, class Memory>
void swap(basic_shared_ptr<T, Memory>& first, basic_shared_ptr<T, Memory>& second) noexcept {
  first.swap(second);
}

template <class T, class U, class Memory>
[[nodiscard]] bool operator==(const basic_shared_ptr<T, Memory>& left,
                              const basic_shared_ptr<U, Memory>& right) noexcept {
  return left.get() == right.get();
}
template <class T, class U, class Memory>
[[nodiscard]] std::strong_ordering operator<=>(const basic_shared_ptr<T, Memory>& left,
                                               const basic_shared_ptr<U, Memory>& right) noexcept {
  return std::compare_three_way{}(left.get(), right.get());
}
template <class T, class Memory>
[[nodiscard]] bool operator==(const basic_shared_ptr<T, Memory>& left, std::nullptr_t) noexcept {
  return left.get() == nullptr;
}
template <class T, class Memory>
[[nodiscard]] std::strong_ordering operator<=>(const basic_shared_ptr<T, Memory>& left, std::nullptr_t) noexcept {
  using pointer = typename basic_shared_ptr<T, Memory>::element_type*;
  return std::compare_three_way{}(left.get(), static_cast<pointer>(nullptr));
}

/// Writes the address. The program includes the header of the stream.
template <class Char, class Traits, class T, class Memory>
std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                             const basic_shared_ptr<T, Memory>& printed) {
  return out << printed.get();
}

/// The deleter of the pointer's owner, if it is a `Deleter`; otherwise null. It lives as long as the owner. O(1)
template <class Deleter, class T, class Memory>
[[nodiscard]] Deleter* get_deleter(const basic_shared_ptr<T, Memory>& from) noexcept {
  return detail::find_deleter<Deleter, Memory>(detail::shared_access::owner(from));
}

/// For `boost::mem_fn` and similar functions.
template <class T, class Memory>
[[nodiscard]] typename basic_shared_ptr<T, Memory>::element_type* get_pointer(
    const basic_shared_ptr<T, Memory>& from) noexcept {
  return from.get();
}

/// For `boost::hash`.
template <class T, class Memory>
[[nodiscard]] std::size_t hash_value(const basic_shared_ptr<T, Memory>& hashed) noexcept {
  return std::hash<typename basic_shared_ptr<T, Memory>::element_type*>{}(hashed.get());
}

namespace detail {

/// A `shared_ptr` is an edge to its owner.
template <class T, class Memory>
struct edge_traits<basic_shared_ptr<T, Memory>> {
  using refcount = typename Memory::refcount;
  using collector = typename Memory::collector;
  using pointee = void;
  using edge = basic_shared_ptr<T, Memory>;
  using alias = std::remove_cvref_t<decltype(shared_access::alias(std::declval<edge&>()))>;
  using pointer = typename alias::owner_type;

  static constexpr bool is_immutable = false;
  [[nodiscard]] static const pointer& block(const edge& from) noexcept { return shared_access::owner(from); }

  static void set_block(edge& from, pointer to, std::size_t bytes) noexcept {
    edge_traits<alias>::set_block(shared_access::alias(from), std::move(to), bytes);
  }

  template <class TracingRefcount, class TracingCollector>
  OURO_ALWAYS_INLINE static void report(edge& from, edge_sink& sink) {
    edge_traits<alias>::template report<TracingRefcount, TracingCollector>(shared_access::alias(from), sink);
  }

  OURO_ALWAYS_INLINE static void survey(edge& from, survey_sink& sink) {
    edge_traits<alias>::survey(shared_access::alias(from), sink);
  }
};

}  // namespace detail
}  // namespace ouro

template <class T, class Memory>
struct std::hash<ouro::basic_shared_ptr<T, Memory>> {
  [[nodiscard]] std::size_t operator()(const ouro::basic_shared_ptr<T, Memory>& hashed) const noexcept {
    return hash_value(hashed);
  }
};

#include <ouro/macros/restore.hpp>
