#pragma once
/// \file
/// How a pointer counts: in the header of the object, or by the object's own functions.

#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/allocator/pool/thread_heap.hpp>
#include <ouro/base/diagnostics.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/engine/death.hpp>
#include <ouro/collector/engine/trace_guard.hpp>
#include <ouro/collector/handshake/mutator_use.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/owner_tag.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Says that pointers to `T` may point into the middle of an object, at a base class that does not lie at its beginning
/// (a second base, a virtual one). The header is then found through `dynamic_cast<void*>`, so `T` must be polymorphic.
/// `template <> inline constexpr bool ouro::interior_base<widget> = true;`
template <class T>
inline constexpr bool interior_base = false;

namespace detail {

/// The header of the object that `pointee` belongs to. O(1); a load from the vtable where `interior_base<T>`.
template <class RefcountPolicy, class T>
[[nodiscard]] OURO_ALWAYS_INLINE header<RefcountPolicy>* header_of(T* pointee) noexcept {
  using plain = std::remove_cv_t<T>;
  if constexpr (std::is_class_v<plain>) {
    if constexpr (interior_base<plain>) {
      static_assert(std::is_polymorphic_v<plain>, "ouro: an interior_base must be polymorphic");
      return header<RefcountPolicy>::of(dynamic_cast<const volatile void*>(pointee));
    }
  }
  return header<RefcountPolicy>::of(pointee);
}

template <class RefcountPolicy, class CollectorPolicy>
struct counting;

/// Counts in the header.
template <counts_in_header RefcountPolicy, class CollectorPolicy>
struct counting<RefcountPolicy, CollectorPolicy> {
  using header_type = header<RefcountPolicy>;

  template <class T>
  OURO_ALWAYS_INLINE static void increment(T* pointee) noexcept {
    note_use<RefcountPolicy, CollectorPolicy>();
    header_type& object = *header_of<RefcountPolicy>(pointee);
    check_use<T>(object, {});
    RefcountPolicy::increment(object.count);
  }

  /// One pointer fewer. `Block` is the layout of objects made as the pointer's type, or void where that is not known.
  template <class Block, class T>
  OURO_ALWAYS_INLINE static void decrement(T* pointee) noexcept {
    note_use<RefcountPolicy, CollectorPolicy>();
    header_type& object = *header_of<RefcountPolicy>(pointee);
    check_use<T>(object, array_name<Block>());
    if constexpr (decrements_in_parts<RefcountPolicy>) {
      if (!RefcountPolicy::try_keep(object.count)) [[unlikely]]
        decrement_rarely<Block>(object);
    } else {
      const drop_result found = RefcountPolicy::decrement(object.count);
      if (found == drop_result::last) [[unlikely]]
        return handle_last_drop<Block>(object);
      if (found != drop_result::kept) [[unlikely]]
        death<RefcountPolicy, CollectorPolicy>::handle_drop(object, found);
    }
  }

  template <class T>
  [[nodiscard]] static std::uint32_t strong(T* pointee) noexcept {
    return count_word::strong(header_of<RefcountPolicy>(pointee)->load_count());
  }

  /// Reports misuse that takes few instructions to detect. `array`: the name of the type that the object must have, or
  /// empty.
  template <class T>
  OURO_ALWAYS_INLINE static void check_use([[maybe_unused]] header_type& object,
                                           [[maybe_unused]] std::string_view array) noexcept {
    if constexpr (check_level >= 1) {
      if (array.empty() && is_used_well(object)) [[likely]]
        return;
      check_use_slowly(object, type_name_of<T>, array);
    }
  }

  /// `check_use` for a function that only reads the object, and so may be called from a trace.
  template <class T>
  OURO_ALWAYS_INLINE static void check_read([[maybe_unused]] header_type& object) noexcept {
    if constexpr (check_level >= 1) check_read_slowly(object, type_name_of<T>, {});
  }

  /// Returns the type record of the object if its header is valid for an object of this heap. Reports `not_buffered` if
  /// the header wrongly says that the object is in a root buffer, and `no_type` if it has no registered type.
  [[nodiscard]] static const type_record& check_header(header_type& object, std::string_view pointee,
                                                       std::string_view not_buffered,
                                                       std::string_view no_type) noexcept {
    // The place is checked first, since the header is meaningful only in the heap of the object.
    if constexpr (!RefcountPolicy::is_thread_safe) check_place(object, pointee);
    if constexpr (requires { CollectorPolicy::knows(object); }) {
      if (!CollectorPolicy::knows(object)) misuse(not_buffered, pointee);
    }
    const type_record* const record = registered_types.find(info_word::type(info_of<CollectorPolicy>(object)));
    if (record == nullptr) misuse(no_type, pointee);
    return *record;
  }

  template <class Block>
  OURO_NOINLINE static void decrement_rarely(header_type& object) noexcept {
    if constexpr (sees_only_pointer<RefcountPolicy>) {
      // Nobody else can reach the object, since no other pointer leads there, strong or weak.
      if (RefcountPolicy::is_only_pointer(object.count)) [[likely]] {
        if constexpr (!std::is_void_v<Block>) {
          if (Block::is_plain(object)) [[likely]] {
            RefcountPolicy::store(object.count, count_word::none);
            return Block::die_plainly(object);
          }
        }
        if (const std::uint32_t info = object.load_info(); info_word::is_plain(info)) [[likely]] {
          RefcountPolicy::store(object.count, count_word::none);
          return record_of(info).die(&object);
        }
      }
    }
    const drop_result found = RefcountPolicy::decrement_rarely(object.count);
    if constexpr (std::is_void_v<Block>) {
      if (found == drop_result::last) [[likely]]
        return death<RefcountPolicy, CollectorPolicy>::on_zero(object);
    }
    handle_drop<Block>(object, found);
  }

  /// `handle_drop` of the last pointer, for callers that are inlined.
  template <class Block>
  OURO_NOINLINE static void handle_last_drop(header_type& object) noexcept {
    handle_drop<Block>(object, drop_result::last);
  }

  /// The rest of a decrement. Few callers inline it, so that the destruction of a plain object is inlined here.
  template <class Block>
  OURO_ALWAYS_INLINE static void handle_drop(header_type& object, drop_result found) noexcept {
    if constexpr (!std::is_void_v<Block>) {
      if (found == drop_result::last) [[likely]] {
        if (Block::is_plain(object)) [[likely]]
          return Block::die_plainly(object);
        return death<RefcountPolicy, CollectorPolicy>::on_zero_apart(object);
      }
    }
    if (found != drop_result::kept) death<RefcountPolicy, CollectorPolicy>::handle_drop(object, found);
  }

 private:
  /// An array has exactly the type of its pointer; other objects may be of a derived class.
  template <class Block>
  [[nodiscard]] static consteval std::string_view array_name() noexcept {
    if constexpr (check_level >= 1 && !std::is_void_v<Block>) {
      if constexpr (Block::is_array) return Block::record.name;
    }
    return {};
  }

  /// Whether nothing is wrong with a use of the object, as far as few instructions can tell.
  [[nodiscard]] OURO_NOINLINE static bool is_used_well(header_type& object) noexcept {
    const std::uint32_t count = object.load_count();
    if (count_word::is_immortal(count)) return true;
    if (count == count_word::none || trace_is_running) return false;
    // The place is checked first, as in `check_header`.
    if constexpr (!RefcountPolicy::is_thread_safe) {
      if (pool_heap_of(&object) != current_pool_heap) return false;
    }
    std::uint32_t word = object.load_info();
    if constexpr (requires { CollectorPolicy::knows(object); }) {
      if (info_word::is_buffered(word)) {
        if (!CollectorPolicy::knows(object)) return false;
        word = info_of<CollectorPolicy>(object);
      }
    }
    if (registered_types.find(info_word::type(word)) == nullptr) return false;
    if constexpr (!RefcountPolicy::is_thread_safe) {
      const std::uint32_t owner = info_word::owner(word);
      return owner == 0 || owner == owner_tag();
    }
    return true;
  }

  OURO_NOINLINE static void check_use_slowly(header_type& object, std::string_view pointee,
                                             std::string_view array) noexcept {
    if (count_word::is_immortal(object.load_count())) return;
    if (trace_is_running) check_not_tracing(name_behind(object, pointee));
    check_read_slowly(object, pointee, array);
  }

  OURO_NOINLINE static void check_read_slowly(header_type& object, std::string_view pointee,
                                              std::string_view array) noexcept {
    const std::uint32_t count = object.load_count();
    if (count_word::is_immortal(count)) return;
    const type_record& record = check_header(object, pointee, not_here_or_overwritten, overwritten);
    if (!array.empty() && record.name != array) misuse(overwritten, pointee);
    const std::uint32_t info = info_of<CollectorPolicy>(object);
    if (count == count_word::none && (info & info_word::dead) == 0) {
      misuse("a pointer to an object without pointers was used: the count would fall below zero", record.name);
    }
    if constexpr (!RefcountPolicy::is_thread_safe) {
      const std::uint32_t owner = info_word::owner(info);
      if (owner != 0 && owner != owner_tag()) misuse(owner == no_owner_tag ? on_its_way : not_here, record.name);
    }
  }

  /// What a report calls the object: a pointer to `void` does not know, but the header may. `pointee` where it does
  /// not.
  [[nodiscard]] static std::string_view name_behind(header_type& object, std::string_view pointee) noexcept {
    if (pointee != type_name_of<void>) return pointee;
    const std::uint32_t word = object.load_info();
    if (!info_word::is_buffered(word)) return name_in_report(word);
    if constexpr (requires { CollectorPolicy::knows(object); }) {
      if (CollectorPolicy::knows(object)) return name_in_report(CollectorPolicy::info(object));
    }
    return pointee;
  }

  /// Reports an object in a pool of another heap. Objects that are not in pools have an owner tag in their header.
  static void check_place(header_type& object, std::string_view pointee) noexcept {
    const pool_heap* const home = pool_heap_of(&object);
    // At the end of a thread its heap has been abandoned.
    if (home == nullptr || home == current_pool_heap || home->is_for_any_thread || thread_heap_has_ended) return;
    // It may have come in an island: then its owner tag tells.
    if (home->has_given_islands.load(std::memory_order_relaxed)) return;
    const std::uint32_t word = object.load_info();
    const std::string_view name = info_word::is_buffered(word) ? pointee : name_in_report(word);
    misuse(home == &ended_pool_heap ? "a pointer has outlived the private heap of its object" : not_here, name);
  }

  static constexpr const char* on_its_way = "an object was used that had left its heap in an island";
  static constexpr const char* not_here =
      "a thread that does not own the object has used it, or it was used outside its private heap";
  static constexpr const char* not_here_or_overwritten =
      "a thread that does not own the object has used it, or it was used outside its private heap, or its header was "
      "overwritten";
  static constexpr const char* overwritten =
      "a pointer was used that leads to no object, or to one whose header was overwritten";
};

/// Counts by the functions of the object.
template <counts_itself RefcountPolicy, class CollectorPolicy>
struct counting<RefcountPolicy, CollectorPolicy> {
  template <class T>
  OURO_ALWAYS_INLINE static void increment(T* pointee) noexcept {
    RefcountPolicy::increment(pointee);
  }
  template <class Block, class T>
  OURO_ALWAYS_INLINE static void decrement(T* pointee) noexcept {
    RefcountPolicy::decrement(pointee);
  }
};

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
