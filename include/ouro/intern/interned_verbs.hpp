#pragma once
/// \file
/// What can be done to an interned value that goes to another thread, behind a table of functions: one structure may
/// have values of many types.

#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/intern/interned.hpp>
#include <ouro/object/header.hpp>
#include <ouro/pointer/make_managed.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/pointer_access.hpp>
#include <ouro/trace/survey.hpp>

#include <cstdint>
#include <new>
#include <string_view>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Of one kind of values. Each function is given the address of a value, and is of the calling thread's heap.
struct interned_verbs {
  std::string_view name;
  bool is_free_of_heap;                                        ///< whether a value leads to nothing of its heap
  bool can_copy;                                               ///< whether `copy` has a way
  bool (*is_of_all)(const void* value) noexcept;               ///< whether all threads share it
  std::uint32_t (*handles)(const void* value) noexcept;        ///< how many there are; 0: it is immortal
  void (*raise)(void* value, std::uint32_t handles) noexcept;  ///< so many handles more; nothing if it is immortal
  void (*lower)(void* value, std::uint32_t handles) noexcept;  ///< so many fewer; others remain
  void (*end)(void* value) noexcept;                           ///< drops the last handle
  void (*set_owner)(void* value, std::uint32_t tag) noexcept;  ///< of a mortal value, in a checked build
  /// One that is equal, with one handle, in no table; null when memory is exhausted. Does not collect. May throw
  void* (*copy)(const void* value);
  void* (*find)(const void* value);      ///< the equal one in the table, with one handle more; or null. May throw
  void (*list)(void* value);             ///< adds it to the table. \throws std::bad_alloc
  void (*unlist)(void* value) noexcept;  ///< the reverse, if it is there
};

/// The verbs that depend on nothing but how the values are counted.
template <class Value, class RefcountPolicy>
struct interned_counts {
  using header_type = header<RefcountPolicy>;
  using counted = managed_ptr<Value, RefcountPolicy, no_collector, pool_allocator>;

  [[nodiscard]] static header_type& header_at(const void* value) noexcept { return *header_type::of(value); }

  [[nodiscard]] static std::uint32_t handles(const void* value) noexcept {
    const std::uint32_t count = header_at(value).load_count();
    return count_word::is_immortal(count) ? 0 : count_word::strong(count);
  }
  static void raise(void* value, std::uint32_t more) noexcept {
    for (; more != 0; --more) RefcountPolicy::increment(header_at(value).count);
  }
  static void lower(void* value, std::uint32_t fewer) noexcept {
    for (; fewer != 0; --fewer) static_cast<void>(header_at(value).decrement_plainly());
  }
  static void end(void* value) noexcept {
    static_cast<void>(pointer_access::take<counted>(static_cast<Value*>(value)));
  }
  static void set_owner(void* value, std::uint32_t tag) noexcept { header_at(value).set_owner(tag); }

  /// The value in a pointer that gives up its handle.
  [[nodiscard]] static void* release(counted&& from) noexcept {
    Value* const value = const_cast<Value*>(from.get());
    pointer_access::forget(from);
    return value;
  }
};

/// Makes a `T(args...)` without a collection before. Null when memory is exhausted. \throws what the constructor throws
template <class T, class R, class C, class A, class... Args>
[[nodiscard]] T* try_copy_managed(const Args&... args) {
  using layout = block<T, R, C, A>;
  void* const raw = A::allocate(layout::bytes(1), layout::alignment);
  if (raw == nullptr) return nullptr;
  const maker<T, R, C, A, !std::is_nothrow_constructible_v<T, const Args&...>> maker{
      1, [raw](std::size_t) { return raw; }};
  construct(maker, [&](T* at) { ::new (static_cast<void*>(at)) T(args...); });
  return maker.object();
}

/// Shows a survey a handle to a value that threads do not share.
template <class Pointer>
void survey_interned(Pointer& pointer, const interned_verbs& verbs, survey_sink& sink) {
  if (pointer != nullptr) sink.guide().see_interned(pointer_access::slot(pointer), verbs);
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
