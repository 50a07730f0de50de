#pragma once
/// \file
/// The pointer.

#include <ouro/allocator/pool/pool_allocator.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/base/type_list.hpp>
#include <ouro/collector/trial_deletion.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/object/detached_pointers.hpp>
#include <ouro/pointer/block.hpp>
#include <ouro/pointer/conversion.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/owner_order.hpp>
#include <ouro/refcount/local_refcount.hpp>
#include <ouro/trace/cyclic_types.hpp>
#include <ouro/trace/edge_sink.hpp>
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

/// Says that a raw pointer brings its count along.
struct adopt_ref_t {
  explicit adopt_ref_t() = default;
};
/// The one of its type: `managed_ptr{adopt_ref, raw}`.
inline constexpr adopt_ref_t adopt_ref{};

namespace detail {

/// Makes pointers of counts that the library itself holds, which no `release` has noted.
struct pointer_access {
  template <class Pointer>
  [[nodiscard]] OURO_ALWAYS_INLINE static Pointer take(typename Pointer::pointer counted) noexcept {
    Pointer taken;
    taken.pointee_ = counted;
    return taken;
  }

  /// Makes `from` null without counting: its count has gone elsewhere.
  template <class Pointer>
  OURO_ALWAYS_INLINE static void forget(Pointer& from) noexcept {
    from.pointee_ = nullptr;
  }
};

/// Whether a collection may have to look at what a `managed_ptr<T>` points to, as far as this file knows `T`.
template <class CollectorPolicy, class T>
[[nodiscard]] consteval bool is_looked_at() {
  if constexpr (!finds_cycles<CollectorPolicy>) {
    return false;
  } else if constexpr (edges_known<pointee_node<T>>()) {
    return may_be_cyclic<std::remove_cv_t<T>>();
  } else {
    return true;
  }
}

}  // namespace detail

/// A counted pointer to an object made by `make_managed`: 8 bytes, the size of a raw one. `T` may be const, incomplete,
/// an array (`T[]`, `T[N]`) or void.
///
/// Copying and dropping are O(1) and allocate nothing, but that the drop of the last pointer destroys the object, and a
/// drop that leaves others may make it a candidate of the collector. Nothing throws unless it says so. Thread-safety is
/// that of a raw pointer for the `managed_ptr` itself, and that of the refcount policy for the object. With
/// `self_refcount` the object counts itself, and raw pointers convert as they do to `boost::intrusive_ptr`.
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

  managed_ptr(const managed_ptr& from) noexcept : pointee_{from.pointee_} { retain(); }
  managed_ptr(managed_ptr&& from) noexcept : pointee_{std::exchange(from.pointee_, nullptr)} {}

  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_ptr(const other<U>& from) noexcept : pointee_{converted<U>(from.get())} {
    retain();
  }

  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_ptr(other<U>&& from) noexcept : pointee_{converted<U>(from.get())} {
    detail::pointer_access::forget(from);
  }

  /// Takes over a count: that of a raw pointer from `release`, of this or another `managed_ptr`. \see adopt
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

  /// Where raw pointers convert, a template: 0 and `NULL` are raw pointers then, and `nullptr` alone is a constant.
  template <std::same_as<std::nullptr_t> Null>
  constexpr managed_ptr(Null) noexcept
    requires(!has_header)
  {}

  /// Shares an object that counts itself; without `add_ref` the pointer takes over a count.
  managed_ptr(pointer object, bool add_ref = true) noexcept
    requires(!has_header)
      : pointee_{object} {
    if (add_ref) retain();
  }

  /// An object that lies elsewhere has no header. `make` makes one that has.
  template <class U, detail::sentence Remedy = "ouro: make the object by `ouro::make<T>(args...)` instead of `new`">
    requires has_header && std::is_convertible_v<U*, pointer>
  managed_ptr(U*) OURO_REFUSE("ouro: make the object by `ouro::make<T>(args...)` instead of `new`");
  template <class U, class Deleter,
            detail::sentence Remedy = "ouro: make the object by `ouro::make<T>(args...)` instead of `std::make_unique`">
    requires has_header && std::is_convertible_v<U*, pointer>
  managed_ptr(const std::unique_ptr<U, Deleter>&)
      OURO_REFUSE("ouro: make the object by `ouro::make<T>(args...)` instead of `std::make_unique`");

  constexpr ~managed_ptr() {
    if (pointee_ != nullptr) drop();
  }

  managed_ptr& operator=(const managed_ptr& from) noexcept {
    managed_ptr{from}.swap(*this);
    return *this;
  }
  managed_ptr& operator=(managed_ptr&& from) noexcept {
    managed_ptr{std::move(from)}.swap(*this);
    return *this;
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_ptr& operator=(const other<U>& from) noexcept {
    managed_ptr{from}.swap(*this);
    return *this;
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_ptr& operator=(other<U>&& from) noexcept {
    managed_ptr{std::move(from)}.swap(*this);
    return *this;
  }
  managed_ptr& operator=(std::nullptr_t) noexcept
    requires has_header
  {
    reset();
    return *this;
  }
  managed_ptr& operator=(pointer object) noexcept
    requires(!has_header)
  {
    managed_ptr{object}.swap(*this);
    return *this;
  }

  /// Becomes null, and then drops the object: a destructor that reads this pointer sees null.
  void reset() noexcept { managed_ptr{}.swap(*this); }
  void reset(std::nullptr_t) noexcept
    requires has_header
  {
    reset();
  }
  void reset(pointer object, bool add_ref = true) noexcept
    requires(!has_header)
  {
    managed_ptr{object, add_ref}.swap(*this);
  }

  void swap(managed_ptr& with) noexcept { std::swap(pointee_, with.pointee_); }
  friend void swap(managed_ptr& first, managed_ptr& second) noexcept { first.swap(second); }

  /// Takes over the count of a raw pointer that `release` of a pointer with the same policies returned, or a conversion
  /// of it to the first base: each count once. In checked builds any other one is reported here. Whether the object
  /// belongs to this thread and heap is not asked here, but where the pointer is copied or dropped.
  [[nodiscard]] static managed_ptr adopt(pointer counted) noexcept {
    if constexpr (has_header) {
      return managed_ptr{adopt_ref, counted};
    } else {
      return managed_ptr{counted, false};
    }
  }

  /// Returns the object with its count, for a later `adopt`. Null afterwards.
  /// In checked builds it notes the address, and ends the program if there is no memory for that.
  [[nodiscard]] pointer release() noexcept {
    pointer const counted = std::exchange(pointee_, nullptr);
    if constexpr (has_header && check_level >= 1) {
      if (counted != nullptr) detail::all_detached_pointers.add(detail::header_of<RefcountPolicy>(counted));
    }
    return counted;
  }

  /// What `boost::intrusive_ptr` calls `release`.
  [[nodiscard]] pointer detach() noexcept { return release(); }

  [[nodiscard]] constexpr pointer get() const noexcept { return pointee_; }

  /// For `boost::mem_fn` and its like, found by its argument.
  [[nodiscard]] friend constexpr pointer get_pointer(const managed_ptr& from) noexcept { return from.pointee_; }

  [[nodiscard]] constexpr explicit operator bool() const noexcept { return pointee_ != nullptr; }

  /// \pre not null
  [[nodiscard]] constexpr reference operator*() const noexcept
    requires(!std::is_void_v<T> && !std::is_array_v<T>)
  {
    return *pointee_;
  }

  /// \pre not null
  constexpr pointer operator->() const noexcept
    requires(!std::is_array_v<T>)
  {
    return pointee_;
  }

  /// \pre not null, and the array has more than `index` elements
  [[nodiscard]] constexpr reference operator[](std::ptrdiff_t index) const noexcept
    requires std::is_array_v<T>
  {
    return pointee_[index];
  }

  /// How many strong pointers there are; 0 for null. Of an immortal object, at least 2^29. Under a thread-safe policy a
  /// number that was true a moment ago.
  [[nodiscard]] long use_count() const noexcept
    requires has_header
  {
    return pointee_ == nullptr ? 0 : static_cast<long>(counting::strong(pointee_));
  }

  /// Orders by object instead of address: equal for pointers to one object through different bases, and for a weak
  /// pointer or an alias of it.
  template <detail::has_owner Handle>
  [[nodiscard]] bool owner_before(const Handle& with) const noexcept {
    return detail::owner_before(*this, with);
  }
  template <detail::has_owner Handle>
  [[nodiscard]] bool owner_equal(const Handle& with) const noexcept {
    return owner() == detail::owner_of(with);
  }
  [[nodiscard]] std::size_t owner_hash() const noexcept { return detail::hash_of_owner(*this); }

  /// The identity of the object whatever the pointer's type; null for null.
  [[nodiscard]] const void* owner() const noexcept {
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
  [[nodiscard]] friend std::strong_ordering operator<=>(const managed_ptr& left, const other<U>& right) noexcept {
    return std::compare_three_way{}(static_cast<const volatile void*>(left.get()),
                                    static_cast<const volatile void*>(right.get()));
  }
  [[nodiscard]] friend constexpr bool operator==(const managed_ptr& left, std::nullptr_t) noexcept {
    return left.pointee_ == nullptr;
  }
  [[nodiscard]] friend std::strong_ordering operator<=>(const managed_ptr& left, std::nullptr_t) noexcept {
    return std::compare_three_way{}(left.pointee_, static_cast<pointer>(nullptr));
  }
  /// A template, so that 0 and `NULL` are null pointers alone.
  template <class U>
    requires std::is_convertible_v<U*, const volatile element_type*>
  [[nodiscard]] friend constexpr bool operator==(const managed_ptr& left, U* right) noexcept {
    return left.pointee_ == right;
  }

  /// Writes the address. A program that has a stream has included its header.
  template <class Char, class Traits>
  friend std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                                      const managed_ptr& printed) {
    return out << const_cast<const void*>(static_cast<const volatile void*>(printed.pointee_));
  }

  /// For `boost::hash`, found by its argument.
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

  /// The block of an object made as `T`, where `T` is known well enough here: what most pointers point to.
  [[nodiscard]] static auto find_known_block() noexcept {
    using object = std::remove_cv_t<std::remove_extent_t<T>>;
    if constexpr (!has_header || std::is_array_v<object> || !detail::is_complete<object>) {
      return std::type_identity<void>{};
    } else if constexpr (std::is_abstract_v<object> || !std::is_destructible_v<object>) {
      return std::type_identity<void>{};
    } else {
      using held = std::conditional_t<std::is_array_v<T>, object[], object>;
      using known = detail::block<held, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
      return std::type_identity<std::conditional_t<known::can_die_plainly, known, void>>{};
    }
  }

  template <class U>
  [[nodiscard]] static pointer converted(std::remove_extent_t<U>* from) noexcept {
    if constexpr (has_header) {
      return detail::convert<CollectorPolicy, T, U>(from);
    } else {
      return from;
    }
  }

  OURO_ALWAYS_INLINE void retain() const noexcept {
    if (pointee_ != nullptr) counting::increment(pointee_);
  }

  OURO_ALWAYS_INLINE void drop() noexcept {
    using known_block = typename decltype(find_known_block())::type;
    pointer const dropped = pointee_;
    // A trace may meet this pointer after its end, in a container that is being emptied, and must read null: so the
    // store has to happen although the pointer's lifetime is over. Whatever this file knows of `T`: another one may
    // know less, and have a trace that reports the pointer.
    if constexpr (finds_cycles<CollectorPolicy>) {
      *const_cast<element_type* volatile*>(std::addressof(pointee_)) = nullptr;
    }
    counting::template decrement<known_block>(dropped);
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

namespace detail {

/// How a trace reports a `managed_ptr`: to collectors of its own heap only, and not when nothing behind it can be
/// garbage.
template <class T, class R, class C, class A>
struct edge_traits<managed_ptr<T, R, C, A>> {
  using pointee = T;

  template <class TracingRefcount, class TracingCollector>
  OURO_ALWAYS_INLINE static void report(managed_ptr<T, R, C, A>& edge, edge_sink& sink) {
    if constexpr (std::is_same_v<R, TracingRefcount> && std::is_same_v<C, TracingCollector>) {
      if constexpr (is_looked_at<C, T>()) {
        if (edge.pointee_ != nullptr) sink.push(header_of<R>(edge.pointee_), std::addressof(edge.pointee_));
      }
    }
  }
};

}  // namespace detail
}  // namespace ouro

template <class T, class R, class C, class A>
struct std::hash<ouro::managed_ptr<T, R, C, A>> {
  [[nodiscard]] std::size_t operator()(const ouro::managed_ptr<T, R, C, A>& hashed) const noexcept {
    return hash_value(hashed);
  }
};

#include <ouro/macros/restore.hpp>
