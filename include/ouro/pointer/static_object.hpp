#pragma once
/// \file
/// Managed objects in static storage.

#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/object/header.hpp>
#include <ouro/pointer/block.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/memory.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// An object in static storage that managed pointers may point to: `constinit ouro::static_object<token> nothing{…};`,
/// and `nothing.pointer()` is a pointer to it. Examples are the static types and singletons of CPython. The object is
/// immortal: its pointers are not counted, and its edges count as external references.
///
/// Thread-safe as `T` is. Pointers to it must not be used once it is destroyed.
template <class T, class Memory = default_memory>
class OURO_SHARED_TYPE static_object {
  using header_type = detail::header<typename Memory::refcount>;
  static_assert(counts_in_header<typename Memory::refcount>, "ouro: an object that counts itself needs no header");
  static_assert(alignof(T) <= sizeof(header_type), "ouro: no header fits in front of an object of this alignment");

 public:
  template <class... Args>
  constexpr explicit static_object(Args&&... args)
      : in_place_{{count_word::pinned, 0}, T(std::forward<Args>(args)...)} {}
  static_object(const static_object&) = delete;
  static_object& operator=(const static_object&) = delete;
  ~static_object() = default;

  /// O(1).
  [[nodiscard]] typename Memory::template ptr<T> pointer() noexcept {
    // Written here and not in the constructor, since types are numbered at run time.
    using refcount = typename Memory::refcount;
    using layout = detail::block<T, refcount, typename Memory::collector, typename Memory::allocator>;
    if (in_place_.head.load_info() == 0) refcount::store(in_place_.head.info, layout::plain_info());
    return detail::pointer_access::take<typename Memory::template ptr<T>>(&in_place_.object);
  }

  [[nodiscard]] T& operator*() noexcept { return in_place_.object; }
  [[nodiscard]] T* operator->() noexcept { return &in_place_.object; }

 private:
  /// The layout of a block: the header directly in front of the object.
  struct cell {
    header_type head;
    T object;
  };

  cell in_place_;
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
