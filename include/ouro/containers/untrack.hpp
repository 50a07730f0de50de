#pragma once
/// \file
/// Makes immutable objects untracked if they point to no tracked object.

#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/engine/trace_worklist.hpp>
#include <ouro/object/header.hpp>
#include <ouro/pointer/block.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/trace/edge_sink.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Makes the object untracked if none of its edges leads to a tracked object. Its edges never change, and an untracked
/// object never becomes tracked, so that no cycle can lead through it. (CPython untracks tuples during collections.)
/// O(edges). \pre `made` is the only pointer to the object, which is immutable
template <class T, class R, class C, class A>
void untrack_if_acyclic(const managed_ptr<T, R, C, A>& made) {
  if constexpr (block<T, R, C, A>::is_tracked) {
    header<R>& object = *header_of<R>(made.get());
    bool finds_tracked = false;
    const auto look = [](void* context, edge* first, edge* last) {
      for (; first != last; ++first) {
        if ((info_of<C>(*static_cast<header<R>*>(first->target)) & info_word::tracked) != 0)
          *static_cast<bool*>(context) = true;
      }
    };
    edge_sink sink{look, &finds_tracked};
    trace_one(&object, block<T, R, C, A>::record, sink);
    if (finds_tracked) return;
    const std::uint32_t info = unbuffered_info_of<C>(object);
    R::store(object.info, info & ~info_word::tracked);
    object.clear_suspect_on_drop();
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
