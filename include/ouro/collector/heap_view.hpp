#pragma once
/// \file
/// The objects that a collector has in view, and what points to what among them.

#include <ouro/base/address_map.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/engine/trace_guard.hpp>
#include <ouro/collector/engine/trace_worklist.hpp>
#include <ouro/collector/root_buffer.hpp>
#include <ouro/heap/adapters/walkable_pools.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/trace/edge_sink.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Of the calling thread's heap, or of that which all threads share. Whole objects only: neither unborn nor dead. All
/// functions throw `std::bad_alloc`, and what traces throw, and change nothing.
template <class RefcountPolicy, class CollectorPolicy>
class heap_view {
 public:
  using header_type = header<RefcountPolicy>;
  using list = std::vector<header_type*>;

  /// The targets of the object's edges, in the order of its trace.
  [[nodiscard]] static list edges_of(header_type& object) {
    check_not_tracing("ouro::gc");
    list targets;
    const type_record& record = record_of(info_of<CollectorPolicy>(object));
    if (record.trace == nullptr) return targets;
    edge_sink sink{&append, &targets};
    trace_one(&object, record, sink);
    return targets;
  }

  /// What the generation has: the tracked objects, or the candidates.
  [[nodiscard]] static list generation(bool minor) {
    check_not_tracing("ouro::gc");
    list found;
    auto& candidates = CollectorPolicy::template current<RefcountPolicy>().candidates();
    append_all(minor ? candidates.young() : candidates.old(), found);
    if constexpr (walks_pools<CollectorPolicy, RefcountPolicy>) {
      found.reserve(found.size() + (minor ? 0 : walkable_pools<RefcountPolicy>::most()));  // the walk must not throw
      if (!minor) walkable_pools<RefcountPolicy>::each([&found](header_type& object) { found.push_back(&object); });
    }
    return found;
  }

  /// All that is in view: the tracked objects; or else the candidates, and what they reach.
  [[nodiscard]] static list all() {
    list found = generation(false);
    const list young = generation(true);
    found.insert(found.end(), young.begin(), young.end());
    CollectorPolicy::template current<RefcountPolicy>().candidates().each_frozen(
        [&found](const root_buffer<RefcountPolicy>& frozen) { append_all(frozen, found); });
    if constexpr (!tracks_all<CollectorPolicy>) {
      local_address_map<bool> met;
      for (header_type* const each : found) met[each] = true;
      for (std::size_t i = 0; i != found.size(); ++i) {
        for (header_type* const target : edges_of(*found[i])) {
          if (is_whole(*target) && !std::exchange(met[target], true)) found.push_back(target);
        }
      }
    }
    return found;
  }

 private:
  static void append(void* to, edge* first, edge* last) {
    auto& targets = *static_cast<list*>(to);
    for (; first != last; ++first) targets.push_back(static_cast<header_type*>(first->target));
  }

  static void append_all(const root_buffer<RefcountPolicy>& of, list& to) {
    for (std::size_t slot = 0; slot != of.slots(); ++slot) {
      if (header_type* const object = of.at(slot); object != nullptr && is_whole(*object)) to.push_back(object);
    }
  }

  [[nodiscard]] static bool is_whole(header_type& object) noexcept {
    constexpr std::uint32_t not_whole = info_word::unborn | info_word::dead;
    const std::uint32_t info = info_of<CollectorPolicy>(object);
    return (info & info_word::tracked) != 0 && (info & not_whole) == 0;
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
