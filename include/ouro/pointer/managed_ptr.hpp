#pragma once
/// \file
/// The counted pointer to a managed object.

#include <ouro/allocator/pool/pool_allocator.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/base/type_list.hpp>
#include <ouro/collector/handshake/mutator_use.hpp>
#include <ouro/collector/trial_deletion.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/object/detached_pointers.hpp>
#include <ouro/pointer/conversion.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/known_block.hpp>
#include <ouro/pointer/managed_edge.hpp>
#include <ouro/pointer/owner_order.hpp>
#include <ouro/pointer/pointer_access.hpp>
#include <ouro/refcount/local_refcount.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Tag: the new pointer takes over a count of the raw pointer, as `managed_ptr{adopt_ref, raw}`.
struct adopt_ref_t {
  explicit adopt_ref_t() = default;
};
/// The object of this type.
inline constexpr adopt_ref_t adopt_ref{};

/// A counted pointer to an object made by `make_managed`. It has the size of a raw pointer. `T` may be const,
/// incomplete, an array (`T[]`, `T[N]`) or void.
///
/// Copying and dropping a pointer is O(1) and allocates nothing, with two exceptions: dropping the last pointer
/// destroys the object, and dropping another one may make the object a candidate of the collector. Functions throw
/// nothing unless they say so. Thread-safety is that of a raw pointer for the `managed_ptr` itself, and that of the
/// refcount policy for the object. With `self_refcount` the object counts itself, and raw pointers convert as they do
/// to `boost::intrusive_ptr`.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
  requires compatible_policies<RefcountPolicy, CollectorPolicy, AllocatorPolicy>
class managed_ptr {
  using counting = detail::counting<RefcountPolicy, CollectorPolicy>;
  static constexpr bool has_header = counts_in_header<RefcountPolicy>;

  template <class U>
  using other = managed_ptr<U, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

 public:
  using element_type = std::remove_extent_t<T>;
  using pointer = element_type*;
  using reference = typename std::conditional_t<std::is_void_v<T>, std::type_identity<void>,
                                                std::add_lvalue_reference<element_type>>::type;

  constexpr managed_ptr() noexcept = default;
  constexpr managed_ptr(std::nullptr_t) noexcept
    requires has_header
  {}

  constexpr managed_ptr(const managed_ptr& from) noexcept : pointee_{retained(from.pointee_)} {}
  constexpr managed_ptr(managed_ptr&& from) noexcept : pointee_{from.taken()} {}

  template <class U>
    requires detail::pointer_converts_to<U, T>
  constexpr managed_ptr(const other<U>& from) noexcept : pointee_{retained(converted<U>(from.get()))} {}

  template <class U>
    requires detail::pointer_converts_to<U, T>
  constexpr managed_ptr(other<U>&& from) noexcept : pointee_{converted<U>(from.get())} {
    detail::pointer_access::forget(from);
  }

  /// Takes over a count of a raw pointer that a `release` has returned. \see adopt
  managed_ptr(adopt_ref_t, pointer counted) noexcept : pointee_{counted} {
    if constexpr (has_header && check_level >= 1) check_adopted();
  }

  /// Locks a weak pointer. \throws std::bad_weak_ptr if it has expired
  template <class U>
    requires detail::pointer_converts_to<U, T> && has_header
  explicit managed_ptr(const managed_weak<U, RefcountPolicy, CollectorPolicy, AllocatorPolicy>& from)
      : managed_ptr{from.lock()} {
    if (pointee_ == nullptr) detail::throw_bad_weak_ptr();
  }

  /// A template where raw pointers convert, so that 0 and `NULL` convert as raw pointers and this is for `nullptr`
  /// only.
  template <std::same_as<std::nullptr_t> Null>
  constexpr managed_ptr(Null) noexcept
    requires(!has_header)
  {}

  /// Shares an object that counts itself. With `add_ref` false, takes over a count instead.
  constexpr managed_ptr(pointer object, bool add_ref = true) noexcept
    requires(!has_header)
      : pointee_{add_ref ? retained(object) : object} {}

  /// Refused: an object that `make` has not made has no header.
  template <class U, detail::fixed_string Remedy = "ouro: make the object by `ouro::make<T>(args...)` instead of `new`">
    requires has_header && std::is_convertible_v<U*, pointer>
  managed_ptr(U*) OURO_REFUSE("ouro: make the object by `ouro::make<T>(args...)` instead of `new`");
  template <
      class U, class Deleter,
      detail::fixed_string Remedy = "ouro: make the object by `ouro::make<T>(args...)` instead of `std::make_unique`">
    requires has_header && std::is_convertible_v<U*, pointer>
  managed_ptr(const std::unique_ptr<U, Deleter>&)
      OURO_REFUSE("ouro: make the object by `ouro::make<T>(args...)` instead of `std::make_unique`");

  /// Inlined always: g++ leaves it out of line in most of the places where pointers die.
  OURO_ALWAYS_INLINE constexpr ~managed_ptr() {
    if (pointee_ != nullptr) drop(pointee_at_end());
  }

  constexpr managed_ptr& operator=(const managed_ptr& from) noexcept {
    detail::note_use<RefcountPolicy, CollectorPolicy>();
    replace(retained(from.pointee_));
    return *this;
  }
  constexpr managed_ptr& operator=(managed_ptr&& from) noexcept {
    replace(from.taken());
    return *this;
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  constexpr managed_ptr& operator=(const other<U>& from) noexcept {
    return *this = managed_ptr{from};
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  constexpr managed_ptr& operator=(other<U>&& from) noexcept {
    return *this = managed_ptr{std::move(from)};
  }
  constexpr managed_ptr& operator=(std::nullptr_t) noexcept
    requires has_header
  {
    reset();
    return *this;
  }
  constexpr managed_ptr& operator=(pointer object) noexcept
    requires(!has_header)
  {
    reset(object);
    return *this;
  }

  /// Becomes null first, and then drops the object: a destructor that reads this pointer sees null.
  constexpr void reset() noexcept {
    detail::note_use<RefcountPolicy, CollectorPolicy>();
    replace(nullptr);
  }
  constexpr void reset(std::nullptr_t) noexcept
    requires has_header
  {
    reset();
  }
  constexpr void reset(pointer object, bool add_ref = true) noexcept
    requires(!has_header)
  {
    *this = managed_ptr{object, add_ref};
  }

  constexpr void swap(managed_ptr& with) noexcept {
    detail::note_use<RefcountPolicy, CollectorPolicy>();
    pointer const mine = pointee_;
    pointee_ = with.pointee_;
    with.pointee_ = mine;
  }
  friend constexpr void swap(managed_ptr& first, managed_ptr& second) noexcept { first.swap(second); }

  /// Takes over a count of a raw pointer that `release` of a pointer with the same policies has returned, or of its
  /// conversion to the first base; each count once. Checked builds report any other raw pointer. They check whether the
  /// object belongs to this thread and heap when the pointer is copied or dropped.
  [[nodiscard]] static managed_ptr adopt(pointer counted) noexcept {
    if constexpr (has_header) {
      return managed_ptr{adopt_ref, counted};
    } else {
      return managed_ptr{counted, false};
    }
  }

  /// Returns the object with its count, for a later `adopt`. The pointer is null afterwards. Checked builds record the
  /// address, and end the program if there is no memory for that.
  [[nodiscard]] pointer release() noexcept {
    pointer const counted = taken();
    if constexpr (has_header && check_level >= 1) {
      if (counted != nullptr) detail::all_detached_pointers.add(detail::header_of<RefcountPolicy>(counted));
    }
    return counted;
  }

  /// The name that `boost::intrusive_ptr` has for `release`.
  [[nodiscard]] pointer detach() noexcept { return release(); }

  [[nodiscard]] constexpr pointer get() const noexcept {
    detail::note_use<RefcountPolicy, CollectorPolicy>();
    return pointee_;
  }

  /// For `boost::mem_fn` and similar functions, found by argument-dependent look-up.
  [[nodiscard]] friend constexpr pointer get_pointer(const managed_ptr& from) noexcept { return from.pointee_; }

  [[nodiscard]] constexpr explicit operator bool() const noexcept { return pointee_ != nullptr; }

  /// \pre not null
  [[nodiscard]] constexpr reference operator*() const noexcept
    requires(!std::is_void_v<T> && !std::is_array_v<T>)
  {
    return *get();
  }

  /// \pre not null
  constexpr pointer operator->() const noexcept
    requires(!std::is_array_v<T>)
  {
    return get();
  }

  /// \pre not null, and the array has more than `index` elements
  [[nodiscard]] constexpr reference operator[](std::ptrdiff_t index) const noexcept
    requires std::is_array_v<T>
  {
    return get()[index];
  }

  /// The number of strong pointers; 0 for null. At least 2^29 for an immortal object. With a thread-safe policy, other
  /// threads may have changed it already.
  [[nodiscard]] constexpr long use_count() const noexcept
    requires has_header
  {
    return pointee_ == nullptr ? 0 : static_cast<long>(counting::strong(pointee_));
  }

  /// Orders by object instead of address: equivalent are pointers to different bases of one object, weak pointers to it
  /// and aliases of it.
  template <detail::has_owner Handle>
  [[nodiscard]] constexpr bool owner_before(const Handle& with) const noexcept {
    return detail::owner_order::compare(*this, with) < 0;
  }
  template <detail::has_owner Handle>
  [[nodiscard]] constexpr bool owner_equal(const Handle& with) const noexcept {
    return detail::owner_order::compare(*this, with) == 0;
  }
  [[nodiscard]] std::size_t owner_hash() const noexcept { return detail::hash_of_owner(*this); }

  /// The identity of the object, which does not depend on the pointer's type; null for null.
  [[nodiscard]] constexpr const void* owner() const noexcept {
    if constexpr (has_header) {
      return pointee_ == nullptr ? nullptr : static_cast<const void*>(detail::header_of<RefcountPolicy>(pointee_));
    } else {
      return pointee_;
    }
  }

  template <class U>
  [[nodiscard]] friend constexpr bool operator==(const managed_ptr& left, const other<U>& right) noexcept {
    return left.get() == right.get();
  }
  template <class U>
  [[nodiscard]] friend constexpr std::strong_ordering operator<=>(const managed_ptr& left,
                                                                  const other<U>& right) noexcept {
    return std::compare_three_way{}(static_cast<const volatile void*>(left.get()),
                                    static_cast<const volatile void*>(right.get()));
  }
  [[nodiscard]] friend constexpr bool operator==(const managed_ptr& left, std::nullptr_t) noexcept {
    return left.pointee_ == nullptr;
  }
  [[nodiscard]] friend constexpr std::strong_ordering operator<=>(const managed_ptr& left, std::nullptr_t) noexcept {
    return std::compare_three_way{}(left.pointee_, static_cast<pointer>(nullptr));
  }
  /// A template, so that a comparison with 0 or `NULL` does not consider it.
  template <class U>
    requires std::is_convertible_v<U*, const volatile element_type*>
  [[nodiscard]] friend constexpr bool operator==(const managed_ptr& left, U* right) noexcept {
    return left.pointee_ == right;
  }

  /// Writes the address. The program includes the header of the stream.
  template <class Char, class Traits>
  friend std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                                      const managed_ptr& printed) {
    return out << const_cast<const void*>(static_cast<const volatile void*>(printed.pointee_));
  }

  /// For `boost::hash`, found by argument-dependent look-up.
  [[nodiscard]] friend std::size_t hash_value(const managed_ptr& hashed) noexcept {
    return std::hash<pointer>{}(hashed.pointee_);
  }

 private:
  template <class, class R, class C, class A>
    requires compatible_policies<R, C, A>
  friend class managed_ptr;
  template <class>
  friend struct detail::edge_traits;
  friend struct detail::pointer_access;

  template <class U>
  [[nodiscard]] static constexpr pointer converted(std::remove_extent_t<U>* from) noexcept {
    if constexpr (has_header) {
      return detail::convert<CollectorPolicy, T, U>(from);
    } else {
      return from;
    }
  }

  /// The object with its count. The pointer is null afterwards.
  [[nodiscard]] OURO_ALWAYS_INLINE constexpr pointer taken() noexcept {
    detail::note_use<RefcountPolicy, CollectorPolicy>();
    pointer const object = pointee_;
    pointee_ = nullptr;
    return object;
  }

  /// The object, with one count more.
  [[nodiscard]] OURO_ALWAYS_INLINE static constexpr pointer retained(pointer object) noexcept {
    if (object != nullptr) counting::increment(object);
    return object;
  }

  /// Takes over a count of `object`, and then drops what it pointed to, whose destructor sees the new value.
  OURO_ALWAYS_INLINE constexpr void replace(pointer object) noexcept {
    pointer const dropped = pointee_;
    pointee_ = object;
    if (dropped != nullptr) drop(dropped);
  }

  /// What the destructor drops. A trace may read this pointer after its lifetime, in a container that is being emptied,
  /// and must read null: so the store is volatile. It does not depend on what this file knows of `T`, since the trace
  /// may be compiled in another file that knows less and reports the pointer.
  [[nodiscard]] OURO_ALWAYS_INLINE pointer pointee_at_end() noexcept {
    pointer const dropped = pointee_;
    if constexpr (finds_cycles<CollectorPolicy>) {
      *const_cast<element_type* volatile*>(std::addressof(pointee_)) = nullptr;
    }
    return dropped;
  }

  /// Apart from the destructor, of which a compiler wants to know all where a constant is made, and `T` is incomplete.
  OURO_ALWAYS_INLINE static void drop(pointer dropped) noexcept {
    drop<typename decltype(detail::find_known_block<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>())::type>(
        dropped);
  }

  /// `KnownBlock`: see known_block.hpp.
  template <class KnownBlock>
  OURO_ALWAYS_INLINE static void drop(pointer dropped) noexcept {
    counting::template decrement<KnownBlock>(dropped);
  }

  void check_adopted() noexcept {
    if (pointee_ != nullptr && !detail::all_detached_pointers.remove(detail::header_of<RefcountPolicy>(pointee_))) {
      detail::misuse(
          "adopted a raw pointer that was not released by a pointer with these policies, or was adopted before",
          type_name<T>());
    }
  }

  element_type* pointee_ = nullptr;  ///< owns one count of the object
};

template <class T, class R, class C, class A>
managed_ptr(managed_weak<T, R, C, A>) -> managed_ptr<T, R, C, A>;

}  // namespace ouro

template <class T, class R, class C, class A>
struct std::hash<ouro::managed_ptr<T, R, C, A>> {
  [[nodiscard]] std::size_t operator()(const ouro::managed_ptr<T, R, C, A>& hashed) const noexcept {
    return hash_value(hashed);
  }
};

#include <ouro/macros/restore.hpp>
