#pragma once
/// \file
/// The block that holds a managed object: padding, the length of an array, the header, the object.
///
/// ```
///   ┌─────────┬──────────────────┬────────────┬──────────────┐
///   │ padding │ length, if array │   header   │ T, or T[n]   │
///   └─────────┴──────────────────┴────────────┴──────────────┘
///   ▲ aligned                                 ▲ aligned; a managed_ptr points here
/// ```

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/base/diagnostics.hpp>
#include <ouro/base/integer_cast.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/emergency_collection.hpp>
#include <ouro/collector/engine/death.hpp>
#include <ouro/config.hpp>
#include <ouro/object/clone_record.hpp>
#include <ouro/object/destroy.hpp>
#include <ouro/object/destruction_queue.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/object/worklist_entry.hpp>
#include <ouro/trace/cyclic_types.hpp>
#include <ouro/trace/edge_sink.hpp>
#include <ouro/trace/fields.hpp>
#include <ouro/trace/survey.hpp>
#include <ouro/trace/trace.hpp>
#include <ouro/trace/trace_kind.hpp>
#include <ouro/trace/visitor.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

template <class T>
concept has_finalize = requires(T& object) { object.finalize(); };

/// The functions for blocks of single objects that depend only on sizes: types of equal sizes share their code.
template <class AllocatorPolicy, std::size_t Padding, std::size_t Bytes, std::size_t Alignment>
struct sized_block {
  static void deallocate(const worklist_entry* at, const worklist_entry* last) noexcept {
    for (; at != last; ++at) {
      AllocatorPolicy::deallocate(static_cast<std::byte*>(at->header) - Padding, Bytes, Alignment);
    }
  }

  [[nodiscard]] static std::size_t bytes_of(const void*) noexcept { return Bytes; }
};

/// What is known of objects in blocks that hold a `T` as the name of their type. Specialised for what wraps objects.
template <class T>
inline constexpr std::string_view object_name_of = type_name_of<T>;

/// How an owner shows the deleter of its object, see `type_record::find_deleter`.
template <class T>
[[nodiscard]] consteval auto find_deleter_of() -> void* (*)(void*, const void*) noexcept {
  if constexpr (requires { &T::find_deleter; }) {
    return &T::find_deleter;
  } else {
    return nullptr;
  }
}

/// Whether objects of `T` may be part of a cycle, as far as this file knows the types that they lead to.
template <class T, class CollectorPolicy>
[[nodiscard]] consteval bool may_be_tracked() {
  using element = std::remove_cv_t<std::remove_extent_t<T>>;
  if constexpr (finds_cycles<CollectorPolicy>) {
    return !is_leaf<element>() && may_be_cyclic<std::conditional_t<std::is_array_v<T>, element[], element>>();
  } else {
    return false;
  }
}

/// The layout of blocks of `T`, and the functions of the type record. \pre `T` is not an array of known bounds, since
/// these are stored as arrays of unknown bounds
///
/// Whether a type is tracked may differ between files: it is in a file that knows less about the type. `Tracked` is a
/// parameter, so that such files have different type records, since the linker keeps only one of the functions and
/// variables of one name. Both kinds may be used in one program: a trace may report an edge to an untracked object,
/// which collections ignore.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy,
          bool Tracked = may_be_tracked<T, CollectorPolicy>()>
struct block {
  using element = std::remove_cv_t<std::remove_extent_t<T>>;
  using header_type = header<RefcountPolicy>;

  static constexpr bool is_array = std::is_array_v<T>;
  static constexpr std::size_t length_bytes = is_array ? sizeof(std::size_t) : 0;
  static constexpr std::size_t alignment = alignof(element) > alignof(std::size_t) ? alignof(element)
                                                                                   : alignof(std::size_t);
  /// Bytes in front of the object, a multiple of its alignment.
  static constexpr std::size_t front = (sizeof(header_type) + length_bytes + alignment - 1) / alignment * alignment;

  static constexpr bool is_tracked = Tracked;

  /// Whether objects lie in pools that the collector walks: single ones whose header is the first of the block.
  static constexpr bool is_heap_walkable = [] {
    if constexpr (is_tracked && walks_pools<CollectorPolicy, RefcountPolicy> &&
                  has_allocate_walkable<AllocatorPolicy>) {
      return !is_array && front == sizeof(header_type) && AllocatorPolicy::walks(front + sizeof(element), alignment);
    } else {
      return false;
    }
  }();

  [[nodiscard]] static constexpr std::size_t bytes(std::size_t elements) noexcept {
    // An array without elements needs an address of its own.
    return front + (elements == 0 ? 1 : elements * sizeof(element));
  }

  [[nodiscard]] static constexpr bool fits(std::size_t elements) noexcept {
    return elements <= (static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max()) - front) / sizeof(element);
  }

  [[nodiscard]] static void* object_of(const worklist_entry& at) noexcept {
    return static_cast<header_type*>(at.header)->object();
  }

  [[nodiscard]] static std::size_t length(const void* object) noexcept {
    if constexpr (is_array) {
      return *(reinterpret_cast<const std::size_t*>(header_type::of(object)) - 1);
    } else {
      return 1;
    }
  }

  OURO_ALWAYS_INLINE static void destroy(void* object) noexcept {
    OURO_TRY {
      // Last element first, as the language destroys arrays. Calls user code: no pointer, weak or strong, leads here.
      for (std::size_t i = length(object); i != 0; --i)
        destroyer<element>::destroy(static_cast<element*>(object) + (i - 1));
    }
    OURO_CATCH_ALL {
      unraisable(type_name_of<T>);
    }
  }

  static void destroy_run(const worklist_entry* at, const worklist_entry* last) noexcept {
    for (; at != last; ++at) destroy(object_of(*at));
  }

  OURO_ALWAYS_INLINE static void deallocate(void* object) noexcept {
    AllocatorPolicy::deallocate(static_cast<std::byte*>(object) - front, bytes(length(object)), alignment);
  }

  /// \see trace_function
  static std::size_t trace(worklist_entry* const& worklist, std::size_t i, std::size_t last, edge_sink& sink) {
    const std::uint32_t type = info_word::type(info_.load());
    std::size_t before = sink.pushed();
    do {
      fetch_ahead(worklist, i, last);
      void* const object = object_of(worklist[i]);
      for (std::size_t at = 0, end = length(object); at != end; ++at) {
        trace_object<RefcountPolicy, CollectorPolicy>(static_cast<element*>(object)[at], sink);
      }
      const std::size_t pushed = sink.pushed();
      worklist[i++].edges = integer_cast<std::uint32_t>(pushed - before);
      before = pushed;
    } while (i != last && info_word::type(static_cast<header_type*>(worklist[i].header)->load_info()) == type);
    return i;
  }

  static void finalize(void* object) {
    if constexpr (has_finalize<element>) {
      for (std::size_t i = 0, end = length(object); i != end; ++i) static_cast<element*>(object)[i].finalize();
    }
  }

  static void deallocate_arrays(const worklist_entry* at, const worklist_entry* last) noexcept {
    for (; at != last; ++at) deallocate(object_of(*at));
  }

  [[nodiscard]] static std::size_t bytes_of_array(const void* object) noexcept { return bytes(length(object)); }

  /// Instantiates the trace only if it is called, since other types need not be traceable.
  [[nodiscard]] static consteval trace_function trace_if_tracked() {
    if constexpr (is_tracked) {
      return &trace;
    } else {
      return nullptr;
    }
  }

  /// \see survey_function
  static void survey(void* object, survey_sink& sink) {
    const survey_reporter report{sink};
    const visitor visit{report};
    for (std::size_t at = 0, end = length(object); at != end; ++at)
      visit.visit_object(static_cast<element*>(object)[at]);
  }

  [[nodiscard]] static consteval survey_function survey_if_bound() {
    if constexpr (RefcountPolicy::is_thread_safe) {
      return nullptr;
    } else if constexpr (is_free_of_heap<element>()) {
      return nullptr;
    } else {
      return &survey;
    }
  }

  [[nodiscard]] static consteval std::span<const field> fields_if_tracked() {
    if constexpr (is_tracked) {
      return fields_of<element>();
    } else {
      return {};
    }
  }

  [[nodiscard]] static consteval auto begin_if_tracked() -> void (*)() noexcept {
    if constexpr (is_tracked) {
      return &emergency_collection<RefcountPolicy, CollectorPolicy>::enable;
    } else {
      return nullptr;
    }
  }

  [[nodiscard]] static consteval const clone_record* clone_if_clonable() {
    if constexpr (clonable<element>) {
      return &clone_functions<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>::record;
    } else {
      return nullptr;
    }
  }

  static constexpr bool can_die_plainly = !has_finalize<element>;

  /// Ends an object whose info word is plain: destructor and size class are constants here. Not inlined, since a drop
  /// that only makes a candidate would have to save the registers that this function needs.
  OURO_NOINLINE static void die(void* header) noexcept {
    auto& at = *static_cast<header_type*>(header);
    if constexpr (std::is_trivially_destructible_v<element>) {
      deallocate(at.object());
    } else {
      destruction_queue<RefcountPolicy>& queue = destructions<RefcountPolicy>;
      if (queue.must_wait()) [[unlikely]]
        return death<RefcountPolicy, CollectorPolicy>::end_or_wait(at);
      RefcountPolicy::store(at.info, at.load_info() | info_word::dead);
      const std::uintptr_t outer = queue.enter();
      destroy(at.object());
      queue.leave(outer);
      deallocate(at.object());
      if (weak_table<RefcountPolicy>::has_callbacks() && outer == 0) [[unlikely]]
        death<RefcountPolicy, CollectorPolicy>::run_weak_callbacks();
    }
  }

  using sized = sized_block<AllocatorPolicy, front - sizeof(header_type), bytes(1), alignment>;

  OURO_SHARED_STATE static constexpr type_record record{
      &destroy_run,
      is_array ? &deallocate_arrays : &sized::deallocate,
      trace_if_tracked(),
      has_finalize<element> ? &finalize : nullptr,
      &death<RefcountPolicy, CollectorPolicy>::end,
      can_die_plainly ? &die : &death<RefcountPolicy, CollectorPolicy>::die,
      is_array ? &bytes_of_array : &sized::bytes_of,
      clone_if_clonable(),
      object_name_of<T>,
      check_level,
      std::uint32_t{front},
      find_deleter_of<element>(),
      fields_if_tracked(),
      begin_if_tracked(),
      survey_if_bound(),
  };

  /// The info word of a new object, without its owner.
  [[nodiscard]] OURO_ALWAYS_INLINE static std::uint32_t plain_info() {
    return info_.get(record, (is_tracked ? info_word::tracked : 0) | (is_heap_walkable ? info_word::heap_walkable : 0));
  }

  /// Whether the object was made as exactly this type, is no candidate and has no weak pointers. Then its destruction
  /// needs neither its type record, nor the root buffer, nor the weak table. Its age does not matter.
  [[nodiscard]] OURO_ALWAYS_INLINE static bool is_plain(const header_type& at) noexcept {
    constexpr std::uint32_t owner = check_level >= 1 ? info_word::owner_mask : 0;
    constexpr std::uint32_t age = is_tracked ? info_word::old : 0;
    return (at.load_info() & ~(owner | age)) == info_.load();
  }

  /// `die` for an object of exactly this type. \pre `is_plain(at)`, and its count is zero
  OURO_ALWAYS_INLINE static void die_plainly(header_type& at) noexcept {
    if constexpr (std::is_trivially_destructible_v<element>) {
      deallocate(at.object());
    } else {
      die(&at);
    }
  }

  static constexpr std::uint32_t first_count =
      is_tracked && !tracks_all<CollectorPolicy> ? count_word::with_suspect_on_drop(count_word::one) : count_word::one;

 private:
  OURO_SHARED_STATE static inline constinit type_info_word info_{};
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
