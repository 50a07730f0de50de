#pragma once
/// \file
/// How one object is copied, by its type: the functions that `copy` and `deepcopy` call.

#include <ouro/base/type_list.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/config.hpp>
#include <ouro/copy/copy_errors.hpp>
#include <ouro/object/clone_record.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/pointer/block.hpp>
#include <ouro/pointer/make_managed.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/trace/cyclic_types.hpp>
#include <ouro/trace/nesting.hpp>
#include <ouro/trace/trace_kind.hpp>
#include <ouro/trace/visitor.hpp>

#include <cstddef>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Says that copies share objects of this type instead of copying them: for immutable types. True by default for
/// `const` types without edges: `ptr<const std::string>` is shared.
template <class T>
inline constexpr bool shared_by_copies = [] {
  if constexpr (std::is_const_v<T> && detail::is_complete<T>) {
    return detail::is_leaf<std::remove_const_t<T>>();
  } else {
    return false;
  }
}();

template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class deepcopy_memo;

namespace detail {

template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class deep_copier;

template <class T>
concept has_shallow_copy = requires(const T& object) { object.shallow_copy(); };
template <class T, class Memo>
concept has_deep_copy = requires(const T& object, Memo& memo) { object.deep_copy(memo); };

/// Whether the library can see all edges of a `T`. It need not where a class has a member `deep_copy`.
template <class T, class... Outer>
[[nodiscard]] consteval bool shows_edges() {
  constexpr trace_kind seen = trace_kind_of<T>();
  if constexpr ((std::is_same_v<T, Outer> || ...) || seen == trace_kind::none || seen == trace_kind::edge ||
                seen == trace_kind::foreign) {
    return true;
  } else if constexpr (seen == trace_kind::member) {
    return has_template_trace<T>;
  } else if constexpr (seen == trace_kind::opaque) {
    return false;
  } else {
    return []<class... Parts>(types<Parts...>) {
      return (shows_edges<Parts, T, Outer...>() && ...);
    }(typename parts_of<T>::type{});
  }
}

/// Passes each edge of an object to `see` of the copier.
template <class Copier>
struct edge_viewer {
  static constexpr bool changes_edges = false;

  template <class Edge>
  void operator()(Edge& edge) const {
    copier.see(edge);
  }

  [[nodiscard]] nesting& within() const noexcept { return copier.within_; }

  Copier& copier;
};

/// Passes each edge of an object to `change` of the copier, which may replace its pointer.
template <class Copier>
struct edge_changer {
  static constexpr bool changes_edges = true;

  template <class Edge>
  void operator()(Edge& edge) const {
    copier.change(edge);
  }

  [[nodiscard]] nesting& within() const noexcept { return copier.within_; }

  Copier& copier;
};

/// The `edge_record` of objects that are made as `T`.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
struct edge_functions {
  using layout = block<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using element = typename layout::element;
  using copier_type = deep_copier<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using memo_type = deepcopy_memo<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

  static void see(void* object, void* memo) { visit_all<edge_viewer<copier_type>>(object, memo); }
  static void rewire(void* object, void* memo) { visit_all<edge_changer<copier_type>>(object, memo); }

  [[nodiscard]] static std::size_t bytes(const void* object) noexcept {
    return layout::length(object) * sizeof(element);
  }

  static constexpr edge_record record = [] {
    if constexpr (is_leaf<element>() || !shows_edges<element>()) {
      return edge_record{nullptr, nullptr, &bytes};
    } else {
      return edge_record{&see, &rewire, &bytes};
    }
  }();

 private:
  template <class SeeEdge>
  static void visit_all(void* object, void* memo) {
    const SeeEdge see_edge{static_cast<memo_type*>(memo)->copier_};
    const visitor visit{see_edge};
    for (std::size_t i = 0, end = layout::length(object); i != end; ++i) {
      visit.visit_object(static_cast<element*>(object)[i]);
    }
  }
};

/// The `clone_record` of objects that are made as `T`.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
struct clone_functions {
  using layout = block<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using element = typename layout::element;
  using memo_type = deepcopy_memo<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using pointer = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

  static constexpr bool copies_itself = has_deep_copy<element, memo_type>;
  static_assert(copies_itself || shows_edges<element>(),
                "ouro: deepcopy cannot see the edges of T: give it `void trace(auto&& visit) { visit(members...); }`, "
                "or the member deep_copy(memo)");

  [[nodiscard]] static void* copy(void* object) {
    if constexpr (has_shallow_copy<element>) {
      return release_count(
          static_cast<const element*>(object)->shallow_copy());  // calls user code: the object is unchanged
    } else {
      return copy_construct(object);
    }
  }

  [[nodiscard]] static void* deepcopy(void* object, void* memo) {
    if constexpr (copies_itself) {
      // calls user code: the memo has all copies made so far
      return release_count(static_cast<const element*>(object)->deep_copy(*static_cast<memo_type*>(memo)));
    } else {
      return copy_construct(object);
    }
  }

  static constexpr clone_record record{&copy, &deepcopy,
                                       &edge_functions<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>::record,
                                       copies_itself, shows_edges<element>()};

 private:
  [[nodiscard]] static void* copy_construct(void* object) {
    static_assert(std::is_copy_constructible_v<element>,
                  "ouro: copies need a copy constructor, or the members shallow_copy() and deep_copy(memo)");
    const auto* const from = static_cast<const element*>(object);
    if constexpr (std::is_array_v<T>) {
      return release_count(
          make_array_from<element, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(layout::length(object), from));
    } else {
      return release_count(make_managed<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(*from));
    }
  }

  /// Returns the object; the caller takes over the pointer's count.
  [[nodiscard]] static void* release_count(pointer made) noexcept {
    void* const object = made == nullptr ? nullptr : header_of<RefcountPolicy>(made.get())->object();
    pointer_access::forget(made);
    return object;
  }
};

/// Whether objects made as `T` can be copied, as far as `T` itself shows. A class that is only a base need not be.
template <class T>
[[nodiscard]] consteval bool may_be_copied() {
  if constexpr (std::is_void_v<T> || std::is_abstract_v<std::remove_extent_t<T>>) {
    return false;
  } else {
    return edges_known<T>() ||
           (trace_kind_of<T>() != trace_kind::opaque && (std::is_copy_constructible_v<T> || has_shallow_copy<T>));
  }
}

/// How to copy the object behind a `managed_ptr<T>`; null if that is not known.
template <class T, class R, class C, class A>
[[nodiscard]] const clone_record* find_clone_record(header<R>& object) noexcept {
  using held = pointee_node<T>;
  const type_record& record = record_of(info_of<C>(object));
  if constexpr (may_be_copied<held>()) {
    if (edges_known<held>() || &record == &block<held, R, C, A>::record) return &clone_functions<held, R, C, A>::record;
  }
  return record.clone;
}

/// \throws not_copyable
template <class T, class R, class C, class A>
[[nodiscard]] const clone_record& clone_record_of(header<R>& object) {
  const clone_record* const found = find_clone_record<T, R, C, A>(object);
  if (found == nullptr) throw_not_copyable(record_of(info_of<C>(object)).name);
  return *found;
}

/// A pointer to `copy` of the type of `original`, which points to `from` or to a base of it. Takes over a count of
/// `copy`.
template <class T, class R, class C, class A>
[[nodiscard]] managed_ptr<T, R, C, A> at_same_offset(const managed_ptr<T, R, C, A>& original, void* from,
                                                     void* copy) noexcept {
  if (copy == nullptr) return nullptr;
  if constexpr (std::is_void_v<T>) {
    return pointer_access::take<managed_ptr<T, R, C, A>>(copy);
  } else {
    // A base lies at the same offset in the copy, since both are objects of one class.
    const auto offset = reinterpret_cast<const volatile std::byte*>(original.get()) - static_cast<std::byte*>(from);
    using pointer = typename managed_ptr<T, R, C, A>::pointer;
    return pointer_access::take<managed_ptr<T, R, C, A>>(
        reinterpret_cast<pointer>(static_cast<std::byte*>(copy) + offset));
  }
}

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
