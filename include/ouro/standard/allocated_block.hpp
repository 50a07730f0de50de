#pragma once
/// \file
/// Blocks whose memory comes from an allocator of the program: those of `allocate_shared`, and of a `shared_ptr` that
/// is given a deleter and an allocator.
///
/// ```
///   ┌─────────┬──────────────────┬────────────┬──────────────┬───────────┐
///   │ padding │ length, if array │   header   │ T, or T[n]   │ allocator │
///   └─────────┴──────────────────┴────────────┴──────────────┴───────────┘
/// ```

#include <ouro/base/throw.hpp>
#include <ouro/collector/engine/death.hpp>
#include <ouro/config.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/object/worklist_entry.hpp>
#include <ouro/pointer/block.hpp>
#include <ouro/standard/shared_object.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// An object that an allocator constructs and destroys. \see shared_object
template <class T>
struct allocated_object {
  allocated_object() noexcept {}   // NOLINT(cppcoreguidelines-pro-type-member-init): by the allocator, below
  ~allocated_object() noexcept {}  // NOLINT(modernize-use-equals-default): `value` is not destroyed
  allocated_object(const allocated_object&) = delete;
  allocated_object& operator=(const allocated_object&) = delete;

  void trace(auto&& visit) {
    if constexpr (requires { visit.visit_what_is_seen(value); }) visit.visit_what_is_seen(value);
  }

  OURO_NO_UNIQUE_ADDRESS count_of_opaque<T> opaque{};
  union {
    T value;
  };
};

template <class T>
inline constexpr std::string_view object_name_of<allocated_object<T>> = type_name_of<T>;
template <class T>
inline constexpr std::string_view object_name_of<allocated_object<T>[]> = type_name_of<T[]>;

template <class T, class CollectorPolicy>
inline constexpr bool is_examined_in_shared<allocated_object<T>, CollectorPolicy> =
    is_examined_as_shared<T, CollectorPolicy>();

/// How a `Held` ends. One that the allocator has constructed ends by that.
template <class Allocator, class Held>
void destroy_held(const Allocator&, Held& held) {
  std::destroy_at(std::addressof(held));
}
template <class Allocator, class T>
void destroy_held(const Allocator& allocator, allocated_object<T>& held) {
  typename std::allocator_traits<Allocator>::template rebind_alloc<T> destroys{allocator};
  std::allocator_traits<decltype(destroys)>::destroy(destroys, std::addressof(held.value));
  std::destroy_at(std::addressof(held));
}

/// The layout, and the functions of the type record. \see block
template <class Held, class Allocator, class Memory>
struct allocated_block : shared_block<Held, Memory> {
  using base = shared_block<Held, Memory>;
  using element = typename base::element;
  using header_type = typename base::header_type;

  static constexpr bool is_heap_walkable = false;
  /// Whether the block has the allocator in it; otherwise all such allocators are the same.
  static constexpr bool stores_allocator = !std::is_empty_v<Allocator> ||
                                           !std::allocator_traits<Allocator>::is_always_equal::value ||
                                           !std::is_default_constructible_v<Allocator>;
  static constexpr std::size_t allocator_bytes = stores_allocator ? sizeof(Allocator) : 0;
  static constexpr std::size_t unit = base::alignment > alignof(Allocator) ? base::alignment : alignof(Allocator);

  /// What memory is asked for: so many of these.
  struct alignas(unit) chunk {
    std::byte bytes[unit];
  };
  using chunk_allocator = typename std::allocator_traits<Allocator>::template rebind_alloc<chunk>;
  using chunk_traits = std::allocator_traits<chunk_allocator>;

  [[nodiscard]] static constexpr std::size_t bytes(std::size_t elements) noexcept {
    return (base::bytes(elements) + allocator_bytes + unit - 1) / unit * unit;
  }

  [[nodiscard]] static constexpr bool fits(std::size_t elements) noexcept {
    constexpr std::size_t room_for_more = (allocator_bytes + unit) / sizeof(element) + 1;
    return elements <= std::numeric_limits<std::size_t>::max() - room_for_more && base::fits(elements + room_for_more);
  }

  /// Memory for a block of so many bytes. \throws what the allocator throws
  [[nodiscard]] static void* allocate(const Allocator& allocator, std::size_t bytes) {
    chunk_allocator allocates{allocator};
    void* const raw = std::to_address(chunk_traits::allocate(allocates, bytes / unit));
    if constexpr (stores_allocator)
      ::new (static_cast<void*>(static_cast<std::byte*>(raw) + bytes - sizeof(Allocator))) Allocator(allocator);
    return raw;
  }

  static void destroy(void* object) noexcept {
    auto&& allocator = allocator_of(object);
    OURO_TRY {
      for (std::size_t i = base::length(object); i != 0; --i)
        destroy_held(allocator, static_cast<element*>(object)[i - 1]);  // calls user code
    }
    OURO_CATCH_ALL {
      unraisable(object_name_of<Held>);  // GCOVR_EXCL_LINE: no destructor of a test throws here
    }
  }

  static void destroy_run(const worklist_entry* at, const worklist_entry* last) noexcept {
    for (; at != last; ++at) destroy(base::object_of(*at));
  }

  static void deallocate(void* object) noexcept {
    const std::size_t size = bytes(base::length(object));
    auto&& stored = allocator_of(object);
    chunk_allocator allocator{stored};
    if constexpr (stores_allocator) std::destroy_at(std::addressof(stored));
    auto* const raw = reinterpret_cast<chunk*>(static_cast<std::byte*>(object) - base::front);
    using pointer = typename chunk_traits::pointer;
    if constexpr (std::is_pointer_v<pointer>) {
      chunk_traits::deallocate(allocator, raw, size / unit);
    } else {
      chunk_traits::deallocate(allocator, std::pointer_traits<pointer>::pointer_to(*raw), size / unit);
    }
  }

  static void deallocate_run(const worklist_entry* at, const worklist_entry* last) noexcept {
    for (; at != last; ++at) deallocate(base::object_of(*at));
  }

  [[nodiscard]] static std::size_t bytes_of(const void* object) noexcept {  // GCOVR_EXCL_LINE: as the next
    return bytes(base::length(object));  // GCOVR_EXCL_LINE: asked for by looks at the heap alone
  }

  OURO_SHARED_STATE static constexpr type_record record{
      &destroy_run,
      &deallocate_run,
      base::trace_if_tracked(),
      nullptr,
      &death<typename Memory::refcount, typename Memory::collector>::end,
      &death<typename Memory::refcount, typename Memory::collector>::die,
      &bytes_of,
      nullptr,
      object_name_of<Held>,
      check_level,
      std::uint32_t{base::front},
      find_deleter_of<element>(),
      base::fields_if_tracked(),
      base::begin_if_tracked(),
  };

  /// The info word of a new object, without its owner.
  [[nodiscard]] static std::uint32_t plain_info() {
    return info_.get(record, base::is_tracked ? info_word::tracked : 0);
  }

  /// The allocator in the block, or one like it.
  [[nodiscard]] static decltype(auto) allocator_of([[maybe_unused]] void* object) noexcept {
    if constexpr (stores_allocator) {
      std::byte* const raw = static_cast<std::byte*>(object) - base::front;
      const std::size_t at = bytes(base::length(object)) - sizeof(Allocator);
      return *std::launder(reinterpret_cast<Allocator*>(raw + at));
    } else {
      return Allocator();
    }
  }

 private:
  OURO_SHARED_STATE static inline constinit type_info_word info_{};
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
