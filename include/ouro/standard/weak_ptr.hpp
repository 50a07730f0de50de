#pragma once
/// \file
/// The counterpart of `std::weak_ptr`.

#include <ouro/config.hpp>
#include <ouro/pointer/conversion.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/managed_weak.hpp>
#include <ouro/pointer/owner_order.hpp>
#include <ouro/pointer/pointer_access.hpp>
#include <ouro/pointer/weak_handle.hpp>
#include <ouro/standard/fwd.hpp>
#include <ouro/standard/shared_access.hpp>
#include <ouro/standard/shared_ptr.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Watches what a `basic_shared_ptr` owns, with the semantics and the interface of `std::weak_ptr`. It keeps no memory
/// of the object. The first weak pointer to an object allocates, and ends the program when memory is exhausted; all
/// else is O(1) and allocates nothing. Thread-safety: that of `basic_shared_ptr`.
template <class T, class Memory>
class basic_weak_ptr {
  using refcount = typename Memory::refcount;
  using collector = typename Memory::collector;
  using handle = detail::weak_handle<T, refcount, collector>;
  template <class U>
  using other = basic_weak_ptr<U, Memory>;

 public:
  using element_type = std::remove_extent_t<T>;
  using memory_type = Memory;

  constexpr basic_weak_ptr() noexcept = default;

  basic_weak_ptr(const basic_weak_ptr& from) noexcept = default;
  basic_weak_ptr(basic_weak_ptr&& from) noexcept
      : part_{std::exchange(from.part_, nullptr)}, handle_{std::move(from.handle_)} {}

  template <class Y>
    requires detail::pointer_converts_to<Y, T>
  basic_weak_ptr(const basic_shared_ptr<Y, Memory>& to) noexcept : part_{to.get()} {
    if (const auto& owner = detail::shared_access::owner(to); owner != nullptr)
      handle_ = handle{*detail::header_of<refcount>(owner.get())};
  }
  template <class Y>
    requires detail::pointer_converts_to<Y, T>
  basic_weak_ptr(const other<Y>& from) noexcept : part_{converted(from)}, handle_{from.handle_} {}
  template <class Y>
    requires detail::pointer_converts_to<Y, T>
  basic_weak_ptr(other<Y>&& from) noexcept : part_{converted(from)}, handle_{std::move(from.handle_)} {
    from.part_ = nullptr;
  }

  /// Watches an object of `make`.
  template <class Y>
    requires detail::pointer_converts_to<Y, T>
  basic_weak_ptr(const managed_weak<Y, refcount, collector, typename Memory::allocator>& from) noexcept
      : basic_weak_ptr{basic_shared_ptr<Y, Memory>{from.lock()}} {}

  ~basic_weak_ptr() = default;

  basic_weak_ptr& operator=(const basic_weak_ptr& from) noexcept {
    basic_weak_ptr{from}.swap(*this);
    return *this;
  }
  basic_weak_ptr& operator=(basic_weak_ptr&& from) noexcept {
    basic_weak_ptr{std::move(from)}.swap(*this);
    return *this;
  }
  template <class Y>
    requires detail::pointer_converts_to<Y, T>
  basic_weak_ptr& operator=(const other<Y>& from) noexcept {
    basic_weak_ptr{from}.swap(*this);
    return *this;
  }
  template <class Y>
    requires detail::pointer_converts_to<Y, T>
  basic_weak_ptr& operator=(other<Y>&& from) noexcept {
    basic_weak_ptr{std::move(from)}.swap(*this);
    return *this;
  }
  template <class Y>
    requires detail::pointer_converts_to<Y, T>
  basic_weak_ptr& operator=(const basic_shared_ptr<Y, Memory>& to) noexcept {
    basic_weak_ptr{to}.swap(*this);
    return *this;
  }

  void reset() noexcept { basic_weak_ptr{}.swap(*this); }

  void swap(basic_weak_ptr& with) noexcept {
    std::swap(part_, with.part_);
    handle_.swap(with.handle_);
  }

  /// The number of `basic_shared_ptr`s that share the owner; 0 if it has none any more.
  [[nodiscard]] long use_count() const noexcept { return handle_.use_count(); }
  [[nodiscard]] bool expired() const noexcept { return use_count() == 0; }

  /// A pointer that shares the owner, or an empty one.
  [[nodiscard]] basic_shared_ptr<T, Memory> lock() const noexcept {
    auto* const target = handle_.lock();
    if (target == nullptr) return {};
    return {detail::pointer_access::take<detail::owner_of_memory<Memory>>(target->object()), part_};
  }

  /// Orders by owner, also after its death, when another owner may have its address.
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

  /// The address of the owner, also after its death; null for none.
  [[nodiscard]] const void* owner() const noexcept { return handle_.owner(); }

 private:
  template <class, class>
  friend class basic_weak_ptr;
  friend struct detail::shared_access;
  friend struct detail::owner_order;
  friend struct detail::handle_traits<basic_weak_ptr>;

  [[nodiscard]] std::uint64_t lifetime() const noexcept { return handle_.lifetime(); }
  [[nodiscard]] bool has_died() const noexcept { return handle_.has_died(); }

  template <class Y>
  [[nodiscard]] static element_type* converted(const other<Y>& from) noexcept {
    // Only a living object shows where its virtual base lies.
    if constexpr (detail::converts_by_object<T, Y>()) {
      return from.lock().get();
    } else {
      return from.part_;
    }
  }

  element_type* part_ = nullptr;
  handle handle_;
};

template <class T, class Memory>
basic_weak_ptr(basic_shared_ptr<T, Memory>) -> basic_weak_ptr<T, Memory>;

/// `first.swap(second)`. O(1)
template <class T, class Memory>
void swap(basic_weak_ptr<T, Memory>& first, basic_weak_ptr<T, Memory>& second) noexcept {
  first.swap(second);
}

namespace detail {

template <class T, class Memory>
struct handle_traits<basic_weak_ptr<T, Memory>> {
  static void survey(basic_weak_ptr<T, Memory>& handle, survey_sink& sink) { handle.handle_.survey(sink); }
};

}  // namespace detail

/// A weak pointer is no edge.
template <class T, class Memory>
inline constexpr bool leaf<basic_weak_ptr<T, Memory>> = true;

}  // namespace ouro

#include <ouro/macros/restore.hpp>
