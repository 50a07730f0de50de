#pragma once
/// \file
/// The objects that a collector knows, as pointers: what `basic_gc` lists, examines and freezes.

#include <ouro/base/throw.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/heap_view.hpp>
#include <ouro/fwd.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// \see basic_gc for what the functions do, cost and throw
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
struct gc_objects {
  using object = managed_ptr<void, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using header_type = header<RefcountPolicy>;
  using view = heap_view<RefcountPolicy, CollectorPolicy>;

  template <class Pointer>
  [[nodiscard]] static header_type& header_of(const Pointer& of) noexcept {
    auto& target = *static_cast<header_type*>(const_cast<void*>(of.owner()));
    counting<RefcountPolicy, CollectorPolicy>::template check_read<typename Pointer::element_type>(target);
    return target;
  }

  /// The info word of the object; 0 for null.
  template <class Pointer>
  [[nodiscard]] static std::uint32_t info(const Pointer& of) noexcept {
    return of == nullptr ? 0 : info_of<CollectorPolicy>(header_of(of));
  }

  /// Pointers to the objects that are alive.
  [[nodiscard]] static std::vector<object> pointers_to(header_type* const* headers, std::size_t count) {
    std::vector<object> pointers;
    pointers.reserve(count);
    for (std::size_t i = 0; i != count; ++i) {
      if (headers[i]->try_increment()) pointers.push_back(pointer_access::take<object>(headers[i]->object()));
    }
    return pointers;
  }
  [[nodiscard]] static std::vector<object> pointers_to(const std::vector<header_type*>& headers) {
    return pointers_to(headers.data(), headers.size());
  }

  template <class... Pointers>
  [[nodiscard]] static std::vector<object> referrers(const Pointers&... to) {
    std::vector<header_type*> found;
    for (header_type* const each : view::all()) {
      for (const header_type* const target : view::edges_of(*each)) {
        if (((target == to.owner()) || ...)) {
          found.push_back(each);
          break;
        }
      }
    }
    return pointers_to(found);
  }

  static void freeze() {
    const auto all = view::all();
    auto& collector = CollectorPolicy::template current<RefcountPolicy>();
    if (!collector.reserve_for_freeze()) throw_bad_alloc();
    for (header_type* const each : all) collector.freeze(*each);
  }

  static void unfreeze() {
    const auto all = view::all();
    auto& collector = CollectorPolicy::template current<RefcountPolicy>();
    if (!collector.reserve_for_unfreeze()) throw_bad_alloc();
    for (header_type* const each : all) collector.unfreeze(*each);
  }

  [[nodiscard]] static std::size_t frozen_count() {
    std::size_t frozen = 0;
    for (header_type* const each : view::all()) {
      if ((info_of<CollectorPolicy>(*each) & info_word::frozen) != 0) ++frozen;
    }
    return frozen;
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
