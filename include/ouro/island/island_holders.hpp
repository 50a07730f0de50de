#pragma once
/// \file
/// Finds who holds a structure from outside, among the objects that the collector has in view.

#include <ouro/base/address_map.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/engine/trace_guard.hpp>
#include <ouro/collector/heap_view.hpp>
#include <ouro/collector/surveyed_memory.hpp>
#include <ouro/config.hpp>
#include <ouro/island/island_walk.hpp>
#include <ouro/island/not_an_island.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/trace/fields.hpp>
#include <ouro/trace/survey.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A collector whose objects can be listed.
template <class CollectorPolicy, class RefcountPolicy>
concept shows_objects =
    finds_cycles<CollectorPolicy> && requires { CollectorPolicy::template current<RefcountPolicy>().candidates(); };

/// \see run
template <class RefcountPolicy, class CollectorPolicy>
class island_holders final : survey_guide {
 public:
  using header_type = header<RefcountPolicy>;

  island_holders(island_walk<RefcountPolicy>& walk, island_obstacles& to) noexcept : walk_{walk}, obstacles_{to} {}

  /// Notes the holders of all objects of the structure that have more pointers than edges from inside. Those in view
  /// come first. O(objects and edges in view). \pre the counts are still those of the walk
  void run() noexcept {
    OURO_TRY {
      walk_.each_held(
          [this](header_type& object, std::uint32_t surplus) { unexplained_[&object] = {&object, surplus}; });
      if (unexplained_.size() != 0) look_at_view();
    }
    OURO_CATCH_ALL {
      // Without memory, or with a trace that throws, holders are not known by name.
    }
    walk_.each_held([this](header_type& object, std::uint32_t surplus) {
      const held* const known = unexplained_.find(&object);
      const std::uint32_t pointers = known == nullptr ? surplus : known->surplus;
      if (pointers != 0) obstacles_.add({walk_.name_of(object), {}, nullptr, nullptr, pointers});
    });
  }

 private:
  struct held {
    header_type* object;
    std::uint32_t surplus;  ///< pointers whose holders were not found yet
  };

  void look_at_view() {
    if constexpr (shows_objects<CollectorPolicy, RefcountPolicy>) {
      for (header_type* const each : heap_view<RefcountPolicy, CollectorPolicy>::all()) {
        const type_record& record = record_of(info_of<CollectorPolicy>(*each));
        if (walk_.has(*each) || record.survey == nullptr) continue;
        holder_ = each;
        record_ = &record;
        const trace_guard guard;
        survey_sink sink{*this, survey_purpose::look};
        record.survey(each->object(), sink);  // calls user code: a trace, which only reports
        sink.flush();
      }
    }
  }

  void see_edges(const surveyed_edge* first, const surveyed_edge* last) override {
    for (; first != last; ++first) {
      if (first->memory->refcount != &surveyed_refcount<RefcountPolicy>) continue;
      held* const found = unexplained_.find(first->target);
      if (found == nullptr || found->surplus == 0) continue;
      --found->surplus;
      const auto offset =
          reinterpret_cast<std::uintptr_t>(first->slot) - reinterpret_cast<std::uintptr_t>(holder_->object());
      obstacles_.add(
          {walk_.name_of(*found->object), record_->name, name_of_field(record_->fields, offset), nullptr, 1});
    }
  }

  island_walk<RefcountPolicy>& walk_;
  island_obstacles& obstacles_;
  local_address_map<held> unexplained_;
  header_type* holder_ = nullptr;
  const type_record* record_ = nullptr;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
