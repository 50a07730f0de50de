#pragma once
/// \file
/// The weak pointer to a managed object.

#include <ouro/collector/collector_policy.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/object/weak_record.hpp>
#include <ouro/pointer/conversion.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/owner_order.hpp>
#include <ouro/pointer/pointer_access.hpp>
#include <ouro/pointer/weak_handle.hpp>

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Points to an object and keeps neither it nor its memory alive: the block is freed with the last strong pointer.
/// Objects without weak pointers have no cost from them.
///
/// A weak pointer expires before the destructor of the object runs. It may have a callback, which runs after the
/// destructor, unless the weak pointer and its copies are destroyed before. Callbacks run newest first. The first weak
/// pointer to an object allocates a record outside the private heap; copies and `lock` do not allocate. All functions
/// are O(1), and the death of the object is O(its weak pointers). Thread-safety is that of a raw pointer for the
/// `managed_weak` itself, and that of the refcount policy for the object.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
  requires compatible_policies<RefcountPolicy, CollectorPolicy, AllocatorPolicy> && counts_in_header<RefcountPolicy>
class managed_weak {
  using handle = detail::weak_handle<T, RefcountPolicy, CollectorPolicy>;

  template <class U>
  using other = managed_weak<U, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  template <class U>
  using strong = managed_ptr<U, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

 public:
  using element_type = std::remove_extent_t<T>;

  constexpr managed_weak() noexcept = default;

  /// \throws std::bad_alloc
  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_weak(const strong<U>& to) : pointee_{detail::convert<CollectorPolicy, T, U>(to.get())} {
    if (to) handle_ = handle{*detail::header_of<RefcountPolicy>(to.get())};
  }

  /// Calls `callback()` when the object has been destroyed. The callback may use the library without restrictions; its
  /// exceptions go to the unraisable handler. \throws std::bad_alloc, and what moving `callback` throws
  template <class U, std::invocable Callback>
    requires detail::pointer_converts_to<U, T>
  managed_weak(const strong<U>& to, Callback callback) : pointee_{detail::convert<CollectorPolicy, T, U>(to.get())} {
    if (!to) return;
    auto owned = std::make_unique<callback_of<Callback>>(std::move(callback));
    handle_ = handle{*detail::header_of<RefcountPolicy>(to.get()), owned.get()};
    static_cast<void>(owned.release());
  }

  /// Watches the object that the alias owns. \throws std::bad_alloc
  template <class U>
    requires std::is_void_v<T>
  managed_weak(const managed_alias<U, RefcountPolicy, CollectorPolicy, AllocatorPolicy>& to)
      : managed_weak{to.owner()} {}

  template <class U, std::invocable Callback>
    requires std::is_void_v<T>
  managed_weak(const managed_alias<U, RefcountPolicy, CollectorPolicy, AllocatorPolicy>& to, Callback callback)
      : managed_weak{to.owner(), std::move(callback)} {}

  /// Refused: the part may lie anywhere in its object, and `lock` needs the header in front.
  template <class U, detail::fixed_string Remedy =
                         "ouro: an alias may point to a part, which has no header: watch its object by `weak<void>`">
    requires(!std::is_void_v<T>)
  managed_weak(const managed_alias<U, RefcountPolicy, CollectorPolicy, AllocatorPolicy>&)
      OURO_REFUSE("ouro: an alias may point to a part, which has no header: watch its object by `weak<void>`");

  constexpr managed_weak(const managed_weak& from) noexcept = default;
  constexpr managed_weak(managed_weak&& from) noexcept
      : pointee_{std::exchange(from.pointee_, nullptr)}, handle_{std::move(from.handle_)} {}

  template <class U>
    requires detail::pointer_converts_to<U, T>
  constexpr managed_weak(const other<U>& from) noexcept : pointee_{converted(from)}, handle_{from.handle_} {}
  template <class U>
    requires detail::pointer_converts_to<U, T>
  constexpr managed_weak(other<U>&& from) noexcept : pointee_{converted(from)}, handle_{std::move(from.handle_)} {
    from.pointee_ = nullptr;
  }

  constexpr ~managed_weak() = default;

  constexpr managed_weak& operator=(const managed_weak& from) noexcept {
    managed_weak{from}.swap(*this);
    return *this;
  }
  constexpr managed_weak& operator=(managed_weak&& from) noexcept {
    managed_weak{std::move(from)}.swap(*this);
    return *this;
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  constexpr managed_weak& operator=(const other<U>& from) noexcept {
    managed_weak{from}.swap(*this);
    return *this;
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  constexpr managed_weak& operator=(other<U>&& from) noexcept {
    managed_weak{std::move(from)}.swap(*this);
    return *this;
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_weak& operator=(const strong<U>& to) {
    managed_weak{to}.swap(*this);
    return *this;
  }

  constexpr void reset() noexcept { managed_weak{}.swap(*this); }

  constexpr void swap(managed_weak& with) noexcept {
    std::swap(pointee_, with.pointee_);
    handle_.swap(with.handle_);
  }
  friend constexpr void swap(managed_weak& first, managed_weak& second) noexcept { first.swap(second); }

  /// A strong pointer to the object, or null if its last strong pointer has been dropped, even if it is not destroyed
  /// yet.
  [[nodiscard]] strong<T> lock() const noexcept {
    if (pointee_ == nullptr || handle_.lock_watched() == nullptr) return nullptr;
    return detail::pointer_access::take<strong<T>>(pointee_);
  }

  [[nodiscard]] constexpr long use_count() const noexcept { return pointee_ == nullptr ? 0 : handle_.use_count(); }

  [[nodiscard]] constexpr bool expired() const noexcept { return use_count() == 0; }

  /// Orders by object, also after its death, when another object may have its address.
  template <detail::has_owner Handle>
  [[nodiscard]] constexpr bool owner_before(const Handle& with) const noexcept {
    return detail::owner_order::compare(*this, with) < 0;
  }
  template <detail::has_owner Handle>
  [[nodiscard]] constexpr bool owner_equal(const Handle& with) const noexcept {
    return detail::owner_order::compare(*this, with) == 0;
  }
  [[nodiscard]] std::size_t owner_hash() const noexcept { return detail::hash_of_owner(*this); }

  /// The address of the object, as `managed_ptr::owner` gives it, also after its death; null for a weak pointer to
  /// nothing.
  [[nodiscard]] constexpr const void* owner() const noexcept { return handle_.owner(); }

  /// Whether both watch the same object, alive or dead, or nothing. The order is that of `owner_before`, and equal weak
  /// pointers have equal hashes; neither changes with the death of the object, so that weak pointers may be keys.
  ///
  /// `Left` is deduced, so that a strong pointer is not converted to a weak one for a comparison.
  template <std::same_as<managed_weak> Left, class U>
  [[nodiscard]] friend constexpr bool operator==(const Left& left, const other<U>& right) noexcept {
    return detail::owner_order::compare(left, right) == 0;
  }
  template <std::same_as<managed_weak> Left, class U>
  [[nodiscard]] friend constexpr std::strong_ordering operator<=>(const Left& left, const other<U>& right) noexcept {
    return detail::owner_order::compare(left, right);
  }

  /// For `boost::hash`, found by argument-dependent look-up.
  [[nodiscard]] friend std::size_t hash_value(const managed_weak& hashed) noexcept { return hashed.owner_hash(); }

 private:
  friend struct detail::owner_order;
  friend struct detail::handle_traits<managed_weak>;

  template <class, class R, class C, class A>
    requires compatible_policies<R, C, A> && counts_in_header<R>
  friend class managed_weak;

  template <class Callback>
  struct callback_of final : detail::weak_callback {
    explicit callback_of(Callback&& from) : call{std::move(from)} {}
    void run() override { call(); }
    Callback call;
  };

  /// Null if only the living object shows where the base lies, and it has died.
  template <class U>
  [[nodiscard]] static constexpr element_type* converted(const other<U>& from) noexcept {
    if constexpr (detail::converts_by_object<T, U>()) {
      return detail::convert<CollectorPolicy, T, U>(from.lock().get());
    } else {
      return detail::convert<CollectorPolicy, T, U>(from.pointee_);
    }
  }

  [[nodiscard]] constexpr std::uint64_t lifetime() const noexcept { return handle_.lifetime(); }
  [[nodiscard]] constexpr bool has_died() const noexcept { return handle_.has_died(); }

  element_type* pointee_ = nullptr;  ///< null if the handle is, or if a conversion needed the object after its death
  handle handle_;
};

template <class T, class R, class C, class A>
managed_weak(managed_ptr<T, R, C, A>) -> managed_weak<T, R, C, A>;
template <class T, class R, class C, class A, class Callback>
managed_weak(managed_ptr<T, R, C, A>, Callback) -> managed_weak<T, R, C, A>;
template <class T, class R, class C, class A>
managed_weak(managed_alias<T, R, C, A>) -> managed_weak<void, R, C, A>;
template <class T, class R, class C, class A, class Callback>
managed_weak(managed_alias<T, R, C, A>, Callback) -> managed_weak<void, R, C, A>;

namespace detail {

template <class T, class R, class C, class A>
struct handle_traits<managed_weak<T, R, C, A>> {
  static void survey(managed_weak<T, R, C, A>& handle, survey_sink& sink) { handle.handle_.survey(sink); }
};

}  // namespace detail

/// A weak pointer is no edge. Pointers that its callback captures count as external references.
template <class T, class R, class C, class A>
inline constexpr bool leaf<managed_weak<T, R, C, A>> = true;

}  // namespace ouro

template <class T, class R, class C, class A>
struct std::hash<ouro::managed_weak<T, R, C, A>> {
  [[nodiscard]] std::size_t operator()(const ouro::managed_weak<T, R, C, A>& hashed) const noexcept {
    return hash_value(hashed);
  }
};

#include <ouro/macros/restore.hpp>
