#pragma once
/// \file
/// The pointer that does not own.

#include <ouro/collector/collector_policy.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/object/weak_record.hpp>
#include <ouro/pointer/conversion.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/owner_order.hpp>

#include <compare>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Points to an object without keeping it alive, and without keeping its memory: the object's block is freed with its
/// last strong pointer. Objects that have no weak pointers pay nothing for them.
///
/// Expires before the destructor of the object runs. May be given a callback, which runs when that is over; not
/// when the weak pointer and its copies are gone by then. The first weak pointer to an object allocates a record of its
/// own, outside the private heap; copies and `lock` do not allocate. Everything is O(1), however many weak pointers the
/// object has; its death is O(these). Callbacks run newest first. Thread-safety is that of a raw pointer for the
/// `managed_weak` itself, and that of the refcount policy for the object.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
  requires compatible_policies<RefcountPolicy, CollectorPolicy, AllocatorPolicy> && counts_in_header<RefcountPolicy>
class managed_weak {
  using table = detail::weak_table<RefcountPolicy>;
  using record = detail::weak_record<RefcountPolicy>;
  using counting = detail::counting<RefcountPolicy, CollectorPolicy>;

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
  managed_weak(const strong<U>& to)
      : pointee_{detail::convert<CollectorPolicy, T, U>(to.get())}, record_{to ? watch(to) : nullptr} {}

  /// Calls `callback()` when the object has been destroyed. It may do anything; what it throws goes to the unraisable
  /// handler. \throws std::bad_alloc, and what moving `callback` throws
  template <class U, std::invocable Callback>
    requires detail::pointer_converts_to<U, T>
  managed_weak(const strong<U>& to, Callback callback) : pointee_{detail::convert<CollectorPolicy, T, U>(to.get())} {
    if (!to) return;
    auto& target = *detail::header_of<RefcountPolicy>(to.get());
    counting::template check_use<U>(target, {});
    auto owned = std::make_unique<callback_of<Callback>>(std::move(callback));
    record_ = table::watch(target, owned.get());
    static_cast<void>(owned.release());
    detail::add_flags<CollectorPolicy>(target, detail::info_word::watched);
  }

  managed_weak(const managed_weak& from) noexcept : pointee_{from.pointee_}, record_{from.record_} { pin(); }
  managed_weak(managed_weak&& from) noexcept
      : pointee_{std::exchange(from.pointee_, nullptr)}, record_{std::exchange(from.record_, nullptr)} {}

  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_weak(const other<U>& from) noexcept : pointee_{converted(from)}, record_{from.record_} {
    pin();
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_weak(other<U>&& from) noexcept : pointee_{converted(from)}, record_{std::exchange(from.record_, nullptr)} {
    from.pointee_ = nullptr;
  }

  ~managed_weak() { unpin(); }

  managed_weak& operator=(const managed_weak& from) noexcept {
    managed_weak{from}.swap(*this);
    return *this;
  }
  managed_weak& operator=(managed_weak&& from) noexcept {
    managed_weak{std::move(from)}.swap(*this);
    return *this;
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_weak& operator=(const other<U>& from) noexcept {
    managed_weak{from}.swap(*this);
    return *this;
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_weak& operator=(other<U>&& from) noexcept {
    managed_weak{std::move(from)}.swap(*this);
    return *this;
  }
  template <class U>
    requires detail::pointer_converts_to<U, T>
  managed_weak& operator=(const strong<U>& to) {
    managed_weak{to}.swap(*this);
    return *this;
  }

  void reset() noexcept { managed_weak{}.swap(*this); }

  void swap(managed_weak& with) noexcept {
    std::swap(pointee_, with.pointee_);
    std::swap(record_, with.record_);
  }
  friend void swap(managed_weak& first, managed_weak& second) noexcept { first.swap(second); }

  /// A strong pointer to the object, or null if it has died or is dying. Never brings an object back from its last
  /// drop.
  [[nodiscard]] strong<T> lock() const noexcept {
    counting::check_not_collected(type_name<T>());
    if (pointee_ == nullptr || table::lock(*record_) == nullptr) return nullptr;
    return detail::pointer_access::take<strong<T>>(pointee_);
  }

  [[nodiscard]] long use_count() const noexcept {
    return pointee_ == nullptr ? 0 : static_cast<long>(table::use_count(*record_));
  }

  [[nodiscard]] bool expired() const noexcept { return use_count() == 0; }

  /// Orders by object, also after its death; an address that has been used again counts as the same object.
  template <detail::has_owner Handle>
  [[nodiscard]] bool owner_before(const Handle& with) const noexcept {
    return detail::owner_before(*this, with);
  }
  template <detail::has_owner Handle>
  [[nodiscard]] bool owner_equal(const Handle& with) const noexcept {
    return owner() == detail::owner_of(with);
  }
  [[nodiscard]] std::size_t owner_hash() const noexcept { return detail::hash_of_owner(*this); }

  /// The identity of the object, as `managed_ptr::owner` gives it; null for a weak pointer to nothing.
  [[nodiscard]] const void* owner() const noexcept { return record_ == nullptr ? nullptr : record_->owner; }

 private:
  template <class, class R, class C, class A>
    requires compatible_policies<R, C, A> && counts_in_header<R>
  friend class managed_weak;

  template <class Callback>
  struct callback_of final : detail::weak_callback {
    explicit callback_of(Callback&& from) : call{std::move(from)} {}
    void run() override { call(); }
    Callback call;
  };

  template <class U>
  [[nodiscard]] static record* watch(const strong<U>& to) {
    auto& target = *detail::header_of<RefcountPolicy>(to.get());
    counting::template check_use<U>(target, {});
    record* const made = table::watch(target);
    detail::add_flags<CollectorPolicy>(target, detail::info_word::watched);
    return made;
  }

  /// Null if the object must be asked where the base lies, and cannot be any more.
  template <class U>
  [[nodiscard]] static element_type* converted(const other<U>& from) noexcept {
    if constexpr (detail::converts_by_object<T, U>()) {
      return detail::convert<CollectorPolicy, T, U>(from.lock().get());
    } else {
      return detail::convert<CollectorPolicy, T, U>(from.pointee_);
    }
  }

  void pin() const noexcept {
    if (record_ == nullptr) return;
    check_use();
    table::pin(*record_);
  }

  void unpin() noexcept {
    if (record_ == nullptr) return;
    check_use();
    table::unpin(record_);
  }

  void check_use() const noexcept {
    if constexpr (check_level >= 1) {
      if (!table::may_be_used_here(*record_)) {
        detail::misuse(
            "a weak pointer was copied or dropped by a thread that does not own the object, or outside its private "
            "heap",
            type_name<T>());
      }
    }
  }

  element_type* pointee_ = nullptr;  ///< null if `record_` is, and where a conversion came too late to find it
  record* record_ = nullptr;         ///< owns one pin
};

template <class T, class R, class C, class A>
managed_weak(managed_ptr<T, R, C, A>) -> managed_weak<T, R, C, A>;
template <class T, class R, class C, class A, class Callback>
managed_weak(managed_ptr<T, R, C, A>, Callback) -> managed_weak<T, R, C, A>;

/// Does not own, and so is no edge. A callback's captures count as held from outside.
template <class T, class R, class C, class A>
inline constexpr bool leaf<managed_weak<T, R, C, A>> = true;

}  // namespace ouro

#include <ouro/macros/restore.hpp>
