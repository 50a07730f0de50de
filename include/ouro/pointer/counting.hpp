#pragma once
/// \file
/// How a pointer counts: in the header of the object, or by the object's own functions.

#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/death.hpp>
#include <ouro/collector/trace_guard.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/hooks.hpp>
#include <ouro/object/owner_tag.hpp>
#include <ouro/object/type_name.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

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

/// In the header.
template <counts_in_header RefcountPolicy, class CollectorPolicy>
struct counting<RefcountPolicy, CollectorPolicy> {
  using header_type = header<RefcountPolicy>;

  template <class T>
  OURO_ALWAYS_INLINE static void increment(T* pointee) noexcept {
    header_type& object = *header_of<RefcountPolicy>(pointee);
    check_use(object);
    RefcountPolicy::increment(object.count);
  }

  /// One pointer fewer. `Block` is the layout of objects made as the pointer's type, or void where that is not known.
  template <class Block, class T>
  OURO_ALWAYS_INLINE static void decrement(T* pointee) noexcept {
    header_type& object = *header_of<RefcountPolicy>(pointee);
    check_use(object);
    if constexpr (decrements_in_parts<RefcountPolicy>) {
      if (!RefcountPolicy::try_keep(object.count)) [[unlikely]]
        decrement_rarely<Block>(object);
    } else {
      const released found = RefcountPolicy::decrement(object.count);
      if (found != released::kept) [[unlikely]]
        follow<Block>(object, found);
    }
  }

  template <class T>
  [[nodiscard]] static std::uint32_t strong(T* pointee) noexcept {
    return count_word::strong(header_of<RefcountPolicy>(pointee)->load_count());
  }

  /// Misuse that a few instructions can notice.
  OURO_ALWAYS_INLINE static void check_use([[maybe_unused]] header_type& object) noexcept {
    if constexpr (check_level >= 1) check_use_slowly(object);
  }

  /// Reports a use of objects that another thread is collecting, and so has to itself.
  static void check_not_collected([[maybe_unused]] std::string_view name) {
    if constexpr (check_level >= 1 && says_where_it_collects<CollectorPolicy, RefcountPolicy>) {
      if (CollectorPolicy::template is_collecting_elsewhere<RefcountPolicy>())
        misuse("a thread used a shared object while another thread was collecting", name);
    }
  }

  template <class Block>
  OURO_NOINLINE static void decrement_rarely(header_type& object) noexcept {
    follow<Block>(object, RefcountPolicy::decrement_rarely(object.count));
  }

  /// What follows a decrement. Here, where few callers are, a plain object's death is written out.
  template <class Block>
  OURO_ALWAYS_INLINE static void follow(header_type& object, released found) noexcept {
    if constexpr (!std::is_void_v<Block>) {
      if (found == released::last && Block::is_plain(object)) [[likely]]
        return Block::die_plainly(object);
    }
    if (found != released::kept) death<RefcountPolicy, CollectorPolicy>::follow(object, found);
  }

 private:
  OURO_NOINLINE static void check_use_slowly(header_type& object) noexcept {
    const std::uint32_t count = object.load_count();
    if (count_word::is_immortal(count)) return;
    // What the other thread's collector keeps of a candidate in place of its info word must not be looked at.
    const std::uint32_t word = object.load_info();
    check_not_collected(info_word::is_listed(word) ? "unknown" : name_in_report(word));
    const std::uint32_t info = info_of<CollectorPolicy>(object);
    const std::string_view name = name_in_report(info);
    check_not_tracing(name);
    if (count == count_word::none && (info & info_word::dead) == 0) {
      misuse("a pointer to an object without pointers was used: the count would fall below zero", name);
    }
    if constexpr (!RefcountPolicy::is_thread_safe) {
      const std::uint32_t owner = (info & info_word::owner_mask) >> info_word::owner_shift;
      if (owner != 0 && owner != owner_tag()) {
        misuse("a thread that does not own the object has used it, or it was used outside its private heap", name);
      }
    }
  }
};

/// By the object's own functions.
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
