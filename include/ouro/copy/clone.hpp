#pragma once
/// \file
/// Copies of single objects: what `copy` and `deepcopy` are made of.

#include <ouro/collector/collector_policy.hpp>
#include <ouro/config.hpp>
#include <ouro/object/clone_record.hpp>
#include <ouro/object/leaf.hpp>
#include <ouro/object/nesting.hpp>
#include <ouro/object/reach.hpp>
#include <ouro/object/trace.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/pointer/block.hpp>
#include <ouro/pointer/make_managed.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>

namespace ouro {

/// Says that copies share objects of this type instead of copying them: what cannot change need not be there twice.
/// True by itself for `const` types without edges: `ptr<const std::string>` is shared.
template <class T>
inline constexpr bool shared_by_copies = [] {
  if constexpr (std::is_const_v<T> && detail::is_complete<T>) {
    return detail::is_leaf<std::remove_const_t<T>>();
  } else {
    return false;
  }
}();

/// Thrown by `copy` and `deepcopy`: the object was made as a class that is not `clonable`, and is met through a pointer
/// to another one.
class not_copyable : public std::exception {
 public:
  explicit not_copyable(std::string_view type)
      : what_{"ouro: an object is to be copied through a base, but is not clonable [type: " + std::string{type} + "]"} {
  }
  [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }

 private:
  std::string what_;
};

template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class deepcopy_memo;

namespace detail {

[[noreturn]] OURO_NOINLINE inline void throw_not_copyable(std::string_view type) {
#if OURO_HAS_EXCEPTIONS
  throw not_copyable{type};
#else
  misuse("an object is to be copied through a base, but is not clonable", type);
#endif
}

template <class T>
concept has_shallow_copy = requires(const T& object) { object.shallow_copy(); };
template <class T, class Memo>
concept has_deep_copy = requires(const T& object, Memo& memo) { object.deep_copy(memo); };

/// Gives each edge of a copy to the memo, for what it should point to.
template <class Memo>
struct edge_copier {
  static constexpr bool changes_edges = true;

  template <class Edge>
  void operator()(Edge& edge) const {
    // Edges of other heaps are copied as the pointers they are.
    if constexpr (requires { edge.deepen(memo); }) {
      edge.deepen(memo);
    } else if constexpr (requires { memo.copy_of(edge); }) {
      edge = memo.copy_of(edge);
    }
  }

  [[nodiscard]] nesting& within() const noexcept { return memo.within_; }

  Memo& memo;
};

template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
struct clone_functions {
  using layout = block<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using element = typename layout::element;
  using memo_type = deepcopy_memo<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using pointer = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

  static constexpr bool copies_itself_deeply = has_deep_copy<element, memo_type>;

  [[nodiscard]] static void* copy(void* object) {
    if constexpr (has_shallow_copy<element>) {
      return give_up(static_cast<const element*>(object)->shallow_copy());  // calls user code: the object is whole
    } else {
      return copy_construct(object);
    }
  }

  [[nodiscard]] static void* deepcopy(void* object, void* memo) {
    if constexpr (copies_itself_deeply) {
      // calls user code: the memo knows what was copied so far
      return give_up(static_cast<const element*>(object)->deep_copy(*static_cast<memo_type*>(memo)));
    } else {
      return copy_construct(object);
    }
  }

  static void rewire(void* object, void* memo) {
    const edge_copier<memo_type> to{*static_cast<memo_type*>(memo)};
    const edge_visitor visit{to};
    for (std::size_t i = 0, end = layout::length(object); i != end; ++i)
      visit.visit_object(static_cast<element*>(object)[i]);
  }

  static constexpr clone_record record{&copy, &deepcopy, copies_itself_deeply ? nullptr : &rewire};

 private:
  [[nodiscard]] static void* copy_construct(void* object) {
    static_assert(std::is_copy_constructible_v<element>,
                  "ouro: copies need a copy constructor, or the members shallow_copy() and deep_copy(memo)");
    const auto* const from = static_cast<const element*>(object);
    if constexpr (std::is_array_v<T>) {
      return give_up(
          make_array_from<element, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(layout::length(object), from));
    } else {
      return give_up(make_managed<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(*from));
    }
  }

  /// The count that a pointer holds becomes the caller's.
  [[nodiscard]] static void* give_up(pointer made) noexcept {
    void* const object = made == nullptr ? nullptr : header_of<RefcountPolicy>(made.get())->object();
    pointer_access::forget(made);
    return object;
  }
};

/// Whether objects made as `T` can be copied, as far as the type shows. What is only a base class need not be.
template <class T>
[[nodiscard]] consteval bool may_be_copied() {
  if constexpr (std::is_void_v<T> || std::is_abstract_v<std::remove_extent_t<T>>) {
    return false;
  } else {
    return is_closed<T>() ||
           (sight_of<T>() != sight::opaque && (std::is_copy_constructible_v<T> || has_shallow_copy<T>));
  }
}

/// How to copy the object behind a `managed_ptr<T>`. \throws not_copyable
template <class T, class R, class C, class A>
[[nodiscard]] const clone_record& clone_record_of(header<R>& object) {
  using held = pointee_node<T>;
  const type_record& record = record_of(info_of<C>(object));
  if constexpr (may_be_copied<held>()) {
    if (is_closed<held>() || &record == &block<held, R, C, A>::record) return clone_functions<held, R, C, A>::record;
  }
  if (record.clone == nullptr) throw_not_copyable(record.name);
  return *record.clone;
}

/// The pointer to a copy that `original` would be, if it pointed there.
template <class T, class R, class C, class A>
[[nodiscard]] managed_ptr<T, R, C, A> at_same_place(const managed_ptr<T, R, C, A>& original, void* from,
                                                    void* copy) noexcept {
  if constexpr (std::is_void_v<T>) {
    return pointer_access::take<managed_ptr<T, R, C, A>>(copy);
  } else {
    // A base class lies where it lies in every object of the class.
    const auto offset = reinterpret_cast<const volatile std::byte*>(original.get()) - static_cast<std::byte*>(from);
    using pointer = typename managed_ptr<T, R, C, A>::pointer;
    return pointer_access::take<managed_ptr<T, R, C, A>>(
        reinterpret_cast<pointer>(static_cast<std::byte*>(copy) + offset));
  }
}

}  // namespace detail
}  // namespace ouro
