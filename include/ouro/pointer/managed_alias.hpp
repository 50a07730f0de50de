#pragma once
/// \file
/// A pointer to a part of an object that keeps the whole object alive.

#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/owner_order.hpp>
#include <ouro/pointer/pointer_access.hpp>
#include <ouro/trace/edge_sink.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// The counterpart of the aliasing constructor of `std::shared_ptr`: points to any `T`, a member for example, and owns
/// the object that contains the `T`. A `managed_ptr` cannot do that, since it finds the header in front of its target.
/// It has the size of two pointers. Comparisons and hashes use the address of the `T`, `owner_before` the owned object.
/// An alias in an object is an edge to the owned object.
///
/// `managed_weak<void>` may be made from an alias, and no other weak pointer: that would lock to a `managed_ptr<T>`,
/// which needs a header in front of the `T`, and no type says whether the `T` of an alias is a part or the whole
/// object. `if (auto whole = weak.lock()) … managed_alias<T>{whole, part}` makes such an alias again.
template <class T, counts_in_header RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
class managed_alias {
  template <class U>
  using other = managed_alias<U, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using reference =
      typename std::conditional_t<std::is_void_v<T>, std::type_identity<void>, std::add_lvalue_reference<T>>::type;
  template <class U>
  using strong = managed_ptr<U, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

 public:
  using element_type = T;
  using owner_type = strong<void>;

  constexpr managed_alias() noexcept = default;
  constexpr managed_alias(std::nullptr_t) noexcept {}

  managed_alias(const managed_alias& from) noexcept = default;
  constexpr managed_alias(managed_alias&& from) noexcept
      : owner_{std::move(from.owner_)}, part_{std::exchange(from.part_, nullptr)} {}
  template <class U>
    requires std::is_convertible_v<U*, T*>
  constexpr managed_alias(const other<U>& from) noexcept : owner_{from.owner_}, part_{from.part_} {}
  template <class U>
    requires std::is_convertible_v<U*, T*>
  constexpr managed_alias(other<U>&& from) noexcept
      : owner_{std::move(from.owner_)}, part_{std::exchange(from.part_, nullptr)} {}

  /// \pre `part` lives as long as `whole` does
  template <class U>
  constexpr managed_alias(strong<U> whole, T* part) noexcept : owner_{owner_from(std::move(whole))}, part_{part} {}

  /// Points to the whole object.
  template <class U>
    requires std::is_convertible_v<U*, T*>
  constexpr managed_alias(strong<U> whole) noexcept : part_{whole.get()} {
    owner_ = owner_from(std::move(whole));
  }

  /// Points to a part of the object that `from` owns.
  template <class U>
  constexpr managed_alias(other<U> from, T* part) noexcept : owner_{std::move(from).owner()}, part_{part} {}

  constexpr ~managed_alias() = default;

  constexpr managed_alias& operator=(const managed_alias& from) noexcept {
    managed_alias{from}.swap(*this);
    return *this;
  }
  constexpr managed_alias& operator=(managed_alias&& from) noexcept {
    managed_alias{std::move(from)}.swap(*this);
    return *this;
  }
  template <class U>
    requires std::is_convertible_v<U*, T*>
  constexpr managed_alias& operator=(const other<U>& from) noexcept {
    managed_alias{from}.swap(*this);
    return *this;
  }
  template <class U>
    requires std::is_convertible_v<U*, T*>
  constexpr managed_alias& operator=(other<U>&& from) noexcept {
    managed_alias{std::move(from)}.swap(*this);
    return *this;
  }
  constexpr managed_alias& operator=(std::nullptr_t) noexcept {
    reset();
    return *this;
  }

  constexpr void reset() noexcept { managed_alias{}.swap(*this); }
  constexpr void reset(std::nullptr_t) noexcept { reset(); }

  constexpr void swap(managed_alias& with) noexcept {
    owner_.swap(with.owner_);
    std::swap(part_, with.part_);
  }
  friend constexpr void swap(managed_alias& first, managed_alias& second) noexcept { first.swap(second); }

  [[nodiscard]] constexpr T* get() const noexcept {
    detail::note_use<RefcountPolicy, CollectorPolicy>();
    return part_;
  }
  [[nodiscard]] constexpr reference operator*() const noexcept
    requires(!std::is_void_v<T>)
  {
    return *get();
  }
  constexpr T* operator->() const noexcept { return get(); }
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return part_ != nullptr; }

  /// The pointer to the owned object, not to const even if the alias was made from a pointer to const. A weak pointer
  /// made from it expires with the object, not with the alias.
  [[nodiscard]] constexpr const owner_type& owner() const& noexcept { return owner_; }
  [[nodiscard]] constexpr owner_type owner() && noexcept {
    part_ = nullptr;
    return std::move(owner_);
  }

  [[nodiscard]] constexpr long use_count() const noexcept { return owner_.use_count(); }

  /// Orders by the owned object; comparable with other aliases, `managed_ptr` and `managed_weak`.
  template <detail::has_owner Handle>
  [[nodiscard]] constexpr bool owner_before(const Handle& with) const noexcept {
    return detail::owner_order::compare(*this, with) < 0;
  }
  template <detail::has_owner Handle>
  [[nodiscard]] constexpr bool owner_equal(const Handle& with) const noexcept {
    return detail::owner_order::compare(*this, with) == 0;
  }
  [[nodiscard]] std::size_t owner_hash() const noexcept { return owner_.owner_hash(); }

  template <class U>
  [[nodiscard]] friend constexpr bool operator==(const managed_alias& left, const other<U>& right) noexcept {
    return left.get() == right.get();
  }
  template <class U>
  [[nodiscard]] friend constexpr std::strong_ordering operator<=>(const managed_alias& left,
                                                                  const other<U>& right) noexcept {
    return std::compare_three_way{}(static_cast<const volatile void*>(left.get()),
                                    static_cast<const volatile void*>(right.get()));
  }
  [[nodiscard]] friend constexpr bool operator==(const managed_alias& left, std::nullptr_t) noexcept {
    return left.part_ == nullptr;
  }
  [[nodiscard]] friend constexpr std::strong_ordering operator<=>(const managed_alias& left, std::nullptr_t) noexcept {
    return std::compare_three_way{}(left.part_, static_cast<T*>(nullptr));
  }

  /// Writes the address of the part. The program includes the header of the stream.
  template <class Char, class Traits>
  friend std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                                      const managed_alias& printed) {
    return out << const_cast<const void*>(static_cast<const volatile void*>(printed.part_));
  }

  /// For `boost::hash`, found by argument-dependent look-up.
  [[nodiscard]] friend std::size_t hash_value(const managed_alias& hashed) noexcept {
    return std::hash<T*>{}(hashed.part_);
  }

 private:
  template <class, counts_in_header, collector_policy, allocator_policy>
  friend class managed_alias;
  friend struct detail::edge_traits<managed_alias>;
  friend struct detail::pointer_access;

  /// Takes over the count of `whole`, which may point to const.
  template <class U>
  [[nodiscard]] static constexpr owner_type owner_from(strong<U>&& whole) noexcept {
    strong<const volatile void> erased = std::move(whole);
    void* const object = const_cast<void*>(erased.get());
    detail::pointer_access::forget(erased);
    return detail::pointer_access::take<owner_type>(object);
  }

  owner_type owner_;
  T* part_ = nullptr;
};

template <class T, class R, class C, class A>
managed_alias(managed_ptr<T, R, C, A>) -> managed_alias<T, R, C, A>;
template <class U, class T, class R, class C, class A>
managed_alias(managed_ptr<U, R, C, A>, T*) -> managed_alias<T, R, C, A>;
template <class U, class T, class R, class C, class A>
managed_alias(managed_alias<U, R, C, A>, T*) -> managed_alias<T, R, C, A>;

namespace detail {

/// An alias is an edge to the object that it owns.
template <class T, class R, class C, class A>
struct edge_traits<managed_alias<T, R, C, A>> {
  using refcount = R;
  using collector = C;
  using pointee = void;
  using alias = managed_alias<T, R, C, A>;
  using pointer = typename alias::owner_type;

  static constexpr bool is_immutable = false;
  [[nodiscard]] static const pointer& block(const alias& edge) noexcept { return edge.owner_; }

  /// Makes the alias own `to`, a copy of the object that it owns, and point to the same part of it. Both have `bytes`.
  /// An alias that points outside of its object stays unchanged.
  static void set_block(alias& edge, pointer to, std::size_t bytes) noexcept {
    const auto offset =
        reinterpret_cast<std::uintptr_t>(edge.part_) - reinterpret_cast<std::uintptr_t>(edge.owner_.get());
    if (edge.part_ != nullptr && offset >= bytes) return;
    if (edge.part_ != nullptr) edge.part_ = reinterpret_cast<T*>(static_cast<std::byte*>(to.get()) + offset);
    edge.owner_ = std::move(to);
  }

  template <class TracingRefcount, class TracingCollector>
  OURO_ALWAYS_INLINE static void report(alias& edge, edge_sink& sink) {
    static_assert(std::is_standard_layout_v<alias> && sizeof(alias) == 2 * sizeof(void*));
    if constexpr (std::is_same_v<R, TracingRefcount> && std::is_same_v<C, TracingCollector> && finds_cycles<C>) {
      // Who sees the owner as null must not see the part, which may be gone.
      if (edge.owner_ != nullptr) sink.push_with_part(header_of<R>(edge.owner_.get()), std::addressof(edge));
    }
  }

  OURO_ALWAYS_INLINE static void survey(alias& edge, survey_sink& sink) {
    if (edge.owner_ == nullptr) return;
    survey_edge<R, C>(header_of<R>(edge.owner_.get()), std::addressof(edge), sink);
  }
};

}  // namespace detail
}  // namespace ouro

template <class T, class R, class C, class A>
struct std::hash<ouro::managed_alias<T, R, C, A>> {
  [[nodiscard]] std::size_t operator()(const ouro::managed_alias<T, R, C, A>& hashed) const noexcept {
    return hash_value(hashed);
  }
};

#include <ouro/macros/restore.hpp>
