#pragma once
/// \file
/// Makes managed objects, with header and object in one block.

#include <ouro/allocator/try_allocate.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/collector/emergency_collection.hpp>
#include <ouro/collector/engine/death.hpp>
#include <ouro/collector/engine/trace_guard.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/heap/private_heap.hpp>
#include <ouro/object/owner_tag.hpp>
#include <ouro/pointer/array_under_construction.hpp>
#include <ouro/pointer/birth.hpp>
#include <ouro/pointer/block.hpp>
#include <ouro/pointer/can_be_made.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/trace/hidden_parts.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// Allocates a block for an object, if `Walked` in a pool that the collector walks. Null when memory is exhausted.
template <class AllocatorPolicy, bool Walked>
[[nodiscard]] OURO_ALWAYS_INLINE void* allocate_once(std::size_t bytes, std::size_t alignment,
                                                     std::string_view type) noexcept {
  if constexpr (Walked) {
    return AllocatorPolicy::allocate_walkable(bytes, alignment);
  } else {
    return try_allocate<AllocatorPolicy>(bytes, alignment, type);
  }
}

/// Allocates a block when the heap has none, or when the object must not lie in the current private heap. Types share
/// its code. \throws std::bad_alloc after an emergency collection
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy, bool Walked>
[[nodiscard]] OURO_NOINLINE void* allocate_elsewhere(std::size_t bytes, std::size_t alignment, std::string_view type) {
  const auto allocate = [&] {
    const home_of<RefcountPolicy> home;
    return allocate_once<AllocatorPolicy, Walked>(bytes, alignment, type);
  };
  if (RefcountPolicy::is_thread_safe && current_private_heap != nullptr) {
    if (void* const raw = allocate(); raw != nullptr) return raw;
  }
  const auto collect = [] {
    bool found = private_heap::collect_current();
    if constexpr (finds_cycles<CollectorPolicy>) {
      // The library's own collectors have collected with the private heap.
      constexpr bool is_part = cycle_finder_of_ours<CollectorPolicy> && !RefcountPolicy::is_thread_safe;
      if (!is_part || current_private_heap == nullptr) {
        if (emergency_collection<RefcountPolicy, CollectorPolicy>::run() != 0) found = true;
      }
    }
    return found;
  };
  void* const raw = try_in_emergency(private_heap::back_off_here(), *current_pool_heap, collect, allocate);
  if (raw != nullptr) return raw;
  throw_bad_alloc();
}

/// An object under construction. Its header has the flag `unborn` until `publish`, and the maker owns one count of it.
/// `Throws`: whether the constructor may throw. If it cannot, and no collector traces objects of the type, the flag is
/// not needed, and `publish` does nothing.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy, bool Throws,
          class Layout = block<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>>
class maker {
 public:
  static constexpr bool throws = Throws && has_exceptions;
  using layout = Layout;
  using element = typename layout::element;
  using header_type = header<RefcountPolicy>;

  /// Allocates a block by the policy, and writes its header. \throws std::bad_alloc after an emergency collection
  OURO_ALWAYS_INLINE explicit maker(std::size_t elements = 1)
      : maker{elements, [](std::size_t bytes) {
                void* raw = nullptr;
                if (!RefcountPolicy::is_thread_safe || current_private_heap == nullptr) [[likely]]
                  raw = allocate_once<AllocatorPolicy, layout::is_heap_walkable>(bytes, layout::alignment,
                                                                                 type_name<T>());
                if (raw == nullptr) [[unlikely]]
                  raw = allocate_elsewhere<RefcountPolicy, CollectorPolicy, AllocatorPolicy, layout::is_heap_walkable>(
                      bytes, layout::alignment, type_name<T>());
                return raw;
              }} {}

  /// Has `allocate(bytes)` allocate a block, and writes its header. \throws what `allocate` throws
  template <class Allocate>
  OURO_ALWAYS_INLINE maker(std::size_t elements, Allocate allocate) {
    check_not_tracing(type_name<T>());
    if constexpr (queues_for_owners<RefcountPolicy>) RefcountPolicy::drain_merge_queue();
    if constexpr (layout::is_tracked) CollectorPolicy::template before_make<RefcountPolicy>();
    if constexpr (layout::is_array) {
      if (!layout::fits(elements)) throw_bad_array_length();
    }
    plain_info_ = layout::plain_info() | owner();
    void* const object = static_cast<std::byte*>(allocate(layout::bytes(elements))) + layout::front;
    header_ = ::new (static_cast<void*>(header_type::of(object))) header_type{layout::first_count, first_info()};
    if constexpr (layout::is_array)
      ::new (static_cast<void*>(reinterpret_cast<std::size_t*>(header_) - 1)) std::size_t{elements};
  }

  [[nodiscard]] element* object() const noexcept { return static_cast<element*>(header_->object()); }

  /// To be called when the constructor has returned. \post the caller owns the maker's count
  OURO_ALWAYS_INLINE void publish() const noexcept {
    if constexpr (must_wait) {
      std::uint32_t expected = first_info();
      if (is_only_pointer() && header_->load_info() == expected) [[likely]] {
        RefcountPolicy::store(header_->info, plain_info_);
      } else if (!RefcountPolicy::compare_exchange(header_->info, expected, plain_info_)) {
        birth<RefcountPolicy, CollectorPolicy>::publish_late(*header_);
      }
    }
    if constexpr (layout::is_tracked && tracks_all<CollectorPolicy>) CollectorPolicy::track(*header_);
  }

  /// To be called when the constructor has thrown, so that there is no object. \see birth
  void roll_back() const noexcept { birth<RefcountPolicy, CollectorPolicy>::roll_back(*header_); }

 private:
  static constexpr bool must_wait = throws || layout::is_tracked;

  [[nodiscard]] OURO_ALWAYS_INLINE std::uint32_t first_info() const noexcept {
    return plain_info_ | (must_wait ? info_word::unborn : 0);
  }

  /// Whether no other thread can have a pointer to the object, as far as the policy sees.
  [[nodiscard]] OURO_ALWAYS_INLINE bool is_only_pointer() const noexcept {
    if constexpr (sees_only_pointer<RefcountPolicy>) {
      return RefcountPolicy::is_only_pointer(header_->count);
    } else {
      return false;
    }
  }

  [[nodiscard]] static std::uint32_t owner() noexcept {
    if constexpr (check_level >= 1 && !RefcountPolicy::is_thread_safe) {
      return owner_tag() << info_word::owner_shift;
    } else {
      return 0;
    }
  }

  header_type* header_;
  std::uint32_t plain_info_;
};

/// Calls `call`, which constructs the maker's object, and publishes the object. Rolls back if `call` throws.
template <class Maker, class Call>
OURO_ALWAYS_INLINE void construct(const Maker& maker, Call call) {
  if constexpr (Maker::throws) {
    OURO_TRY {
      call(maker.object());  // calls user code: the header is written, with the flag `unborn`
    }
    OURO_CATCH_ALL {
      maker.roll_back();
      OURO_RETHROW;
    }
  } else {
    call(maker.object());  // calls user code: as above
  }
  maker.publish();
}

OURO_CONSTRUCTION_WARNINGS_OFF

template <class T, class R, class C, class A, class... Args>
[[nodiscard]] OURO_ALWAYS_INLINE managed_ptr<T, R, C, A> make_object(Args&&... args) {
  using element = std::remove_cv_t<T>;
  if constexpr (finds_cycles<C>) warn_of_untraced_members<element>();
  const maker<element, R, C, A, !std::is_nothrow_constructible_v<element, Args...>> maker;
  construct(maker, [&](element* at) { ::new (static_cast<void*>(at)) element(std::forward<Args>(args)...); });
  return pointer_access::take<managed_ptr<T, R, C, A>>(maker.object());
}

OURO_CONSTRUCTION_WARNINGS_RESTORE

/// The pointer to an array that takes over the maker's count.
template <class Pointer, class Maker>
[[nodiscard]] Pointer take_array(const Maker& maker) noexcept {
  return pointer_access::take<Pointer>(reinterpret_cast<typename Pointer::pointer>(maker.object()));
}

template <class T, class R, class C, class A, class Length, class... Args>
[[nodiscard]] managed_ptr<T, R, C, A> make_array(Length length, const Args&... args) {
  using row = std::remove_extent_t<T>;
  using element = std::remove_cv_t<std::remove_all_extents_t<T>>;
  constexpr bool throws =
      !(std::is_array_v<row> && sizeof...(Args) != 0 ? std::is_nothrow_copy_constructible_v<element>
                                                     : std::is_nothrow_constructible_v<element, const Args&...>);
  const auto rows = static_cast<std::size_t>(length);
  const maker<element[], R, C, A, throws> maker{elements_of<row>(rows)};
  construct(maker, [&](element* at) {
    array_under_construction<element> array{at};
    for (std::size_t i = 0; i != rows; ++i) array.template add_row<row>(args...);
    array.keep();
  });
  return take_array<managed_ptr<T, R, C, A>>(maker);
}

/// Makes an array of copies of the `elements` elements that begin at `from`.
template <class T, class R, class C, class A, class It>
[[nodiscard]] managed_ptr<T[], R, C, A> make_array_from(std::size_t elements, It from) {
  const maker<T[], R, C, A, !std::is_nothrow_copy_constructible_v<T>> maker{elements};
  construct(maker, [&](T* at) {
    array_under_construction<T> array{at};
    for (std::size_t i = 0; i != elements; ++i, ++from) array.add(*from);
    array.keep();
  });
  return pointer_access::take<managed_ptr<T[], R, C, A>>(maker.object());
}

}  // namespace detail

namespace functions {

/// Makes a `T(args...)`. For arrays, `make_managed<T[]>(n)` and `make_managed<T[N]>()` make value-initialised elements,
/// from the first to the last; with one argument more, which may be a braced list, each element is copied from that.
/// The elements may be arrays. They are destroyed from the last to the first.
///
/// O(1), and the time of the constructor; with a collector, an automatic collection may come first. Inside the
/// constructor, `managed_from_this(this)` returns a pointer to the object.
/// \throws std::bad_alloc when memory is exhausted even after a collection, std::bad_array_new_length, and what the
/// constructor throws; then there is no object, and a pointer to it that the constructor has stored must not be used.
template <class T, refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy,
          class... Args>
OURO_ALWAYS_INLINE managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> make_managed(Args&&... args) {
  if constexpr (!detail::can_be_made<T, Args...>()) {
    return nullptr;  // does not compile
  } else if constexpr (counts_itself<RefcountPolicy>) {
    OURO_REQUIRE(T, "ouro: an array does not count itself: use a refcount policy that counts in the header",
                 !std::is_array_v<T>);
    return managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>{new T(std::forward<Args>(args)...)};
  } else if constexpr (std::is_unbounded_array_v<T>) {
    return detail::make_array<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(args...);
  } else if constexpr (std::is_bounded_array_v<T>) {
    return detail::make_array<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(std::extent_v<T>, args...);
  } else {
    return detail::make_object<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(std::forward<Args>(args)...);
  }
}

/// For a braced list as the value of the elements.
template <class T, counts_in_header RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy,
          class Length>
  requires std::is_unbounded_array_v<T>
managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> make_managed(Length length,
                                                                              const std::remove_extent_t<T>& value) {
  if constexpr (!detail::can_be_made<T, Length, const std::remove_extent_t<T>&>()) {
    return nullptr;  // does not compile
  } else {
    return detail::make_array<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(length, value);
  }
}
template <class T, counts_in_header RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
  requires std::is_bounded_array_v<T>
managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy> make_managed(const std::remove_extent_t<T>& value) {
  if constexpr (!detail::can_be_made<T, const std::remove_extent_t<T>&>()) {
    return nullptr;  // does not compile
  } else {
    return detail::make_array<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(std::extent_v<T>, value);
  }
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
