#pragma once
/// \file
/// Takes a structure that a walk has found closed out of its heap.

#include <ouro/allocator/pool/pool.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/allocator/pool/pool_walk.hpp>
#include <ouro/base/raw_array.hpp>
#include <ouro/collector/surveyed_memory.hpp>
#include <ouro/config.hpp>
#include <ouro/intern/interned_verbs.hpp>
#include <ouro/island/interned_renamer.hpp>
#include <ouro/island/island_cargo.hpp>
#include <ouro/island/island_walk.hpp>
#include <ouro/island/not_an_island.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/owner_tag.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/object/weak_record.hpp>
#include <ouro/object/worklist_entry.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// In two steps: `prepare` may fail, and then nothing has changed; `leave_heap` cannot.
template <class RefcountPolicy>
class island_departure : public island_walk<RefcountPolicy> {
  using walk = island_walk<RefcountPolicy>;

 public:
  using typename walk::cargo_type;
  using typename walk::header_type;
  using typename walk::record;
  using typename walk::table;

  island_departure(cargo_type& to, island_obstacles& obstacles) noexcept
      : walk{to, obstacles}, renamer_{to.values, to.named} {}
  ~island_departure() { splits_.release(); }

  /// Makes all that `leave_heap` needs, or notes an obstacle, and then nothing has changed. The copy constructor of an
  /// interned value, or the collection of a heap at its limit, may take a pointer to an object of the structure: then
  /// it stays.
  void prepare() noexcept {
    undo back{*this};
    bool has_copies = false;
    OURO_TRY {
      back.is_done = prepare_weak() && prepare_values(has_copies) && cargo_.tracked.reserve(members_.size) &&
                     cargo_.watched.reserve(watched_.size + splits_.size);
    }
    OURO_CATCH_ALL {
    }
    if (!back.is_done) return this->obstacles().note_out_of_memory();
    if (!has_copies || are_counts_untouched()) return;
    back.is_done = false;
    this->refuse("it was used while it was about to leave");
  }

  /// Puts all counts back, where the structure stays, with what user code has changed since. To a collection that has
  /// come since, the objects were immortal, and so no candidates.
  void restore() noexcept {
    for (std::size_t i = 0; i != objects().size; ++i) {
      fetch_ahead(objects().items, i, objects().size);
      header_type& object = this->object_at(i);
      RefcountPolicy::store(object.count, objects().items[i].count + (object.load_count() - walk::mark_of(i)));
    }
    for (std::size_t i = 0; i != members_.size; ++i) {
      const auto& each = members_.items[i];
      header_type& object = this->object_at(each.number);
      if (!each.is_buffered || info_word::is_buffered(object.load_info())) continue;
      if (each.memory->track != nullptr) {
        each.memory->track(&object);
      } else {
        object.set_suspect_on_drop();
      }
    }
  }

  /// \pre there is no obstacle, and `prepare` has returned true
  void leave_heap() noexcept {
    leave_root_buffers();
    leave_weak_table();
    for (std::size_t i = 0; i != objects().size; ++i) {
      fetch_ahead(objects().items, i, objects().size);
      header_type& object = this->object_at(i);
      RefcountPolicy::store(object.count, objects().items[i].count);
      constexpr std::uint32_t of_heap = info_word::frozen | info_word::heap_walkable;
      const std::uint32_t info = object.load_info();
      if ((info & of_heap) != 0) RefcountPolicy::store(object.info, info & ~of_heap);
    }
    walked_pools_.each([](const walked_pool& each) { end_walks(each); });
    leave_intern_tables();
    cargo_.set_owner(no_owner_tag);
    if constexpr (check_level == 0) objects().release();
    if (current_pool_heap != &no_pool_heap) {
      // Checks of other heaps, and the end of a private one, must know.
      current_pool_heap->has_given_islands.store(true, std::memory_order_relaxed);
    }
  }

 private:
  using typename walk::walked_pool;
  using walk::cargo_;
  using walk::members_;
  using walk::objects;
  using walk::pins_inside;
  using walk::records_;
  using walk::walked_pools_;
  using walk::watched_;
  using walk::weak_slots_;

  /// Where the target of a weak record is.
  enum class place { in_structure, outside, immortal, dead };

  /// A record that weak pointers outside use, too, or whose target stays: those in the structure get `fresh`.
  struct split {
    record* old;
    record* fresh;
    header_type* target;  ///< null if it is dead
    place where;
  };

  struct undo {
    island_departure& of;
    bool is_done = false;

    ~undo() {
      if (is_done) return;
      for (std::size_t i = 0; i != of.splits_.size; ++i) delete of.splits_.items[i].fresh;
      for (std::size_t i = 0; i != of.cargo_.values.size; ++i) {
        island_value& each = of.cargo_.values.items[i];
        if (each.other != nullptr) each.verbs->end(std::exchange(each.other, nullptr));
      }
    }
  };

  [[nodiscard]] bool are_counts_untouched() const noexcept {
    for (std::size_t i = 0; i != objects().size; ++i) {
      if (this->object_at(i).load_count() != walk::mark_of(i)) return false;
    }
    return true;
  }

  [[nodiscard]] place place_of(header_type* target) const noexcept {
    if (target == nullptr) return place::dead;
    if (this->has(*target)) return place::in_structure;
    return count_word::is_immortal(target->load_count()) ? place::immortal : place::outside;
  }

  /// Makes the records that weak pointers in the structure get. False when memory is exhausted.
  [[nodiscard]] bool prepare_weak() noexcept {
    for (std::size_t i = 0; i != records_.size; ++i) {
      record& at = *records_.items[i];
      header_type* const target = table::target_of(at);
      const place where = place_of(target);
      const bool may_go_along = where == place::in_structure || where == place::dead;
      if (may_go_along && pins_inside(at) == table::pins_of(at)) continue;
      record** const fresh = fresh_records_.try_insert(&at);
      record* const made = fresh == nullptr ? nullptr : table::try_copy(at);
      if (made == nullptr || !splits_.push({&at, made, target, where})) {
        delete made;
        return false;
      }
      *fresh = made;
    }
    return true;
  }

  /// Copies the interned values that the heap has other handles to. False when memory is exhausted. \throws what the
  /// copies throw
  [[nodiscard]] bool prepare_values(bool& has_copies) {
    for (std::size_t i = 0; i != cargo_.values.size; ++i) {
      island_value& each = cargo_.values.items[i];
      if (!each.needs_copy()) continue;
      each.other = each.verbs->copy(each.value);  // calls user code, unless it is a string or a number
      if (each.other == nullptr) return false;
      has_copies = true;
    }
    renamer_.prepare([this](header_type& object) -> const type_record& { return this->record_of_part(object); });
    return true;
  }

  void leave_root_buffers() noexcept {
    for (std::size_t i = 0; i != members_.size; ++i) {
      const auto& each = members_.items[i];
      worklist_entry& entry = objects().items[each.number];
      static_cast<void>(each.memory->unbuffer(entry.header));
      if (each.memory->track != nullptr) {
        static_cast<void>(cargo_.tracked.push({entry.header, each.memory}));  // there is room
      } else {
        entry.count = count_word::with_suspect_on_drop(entry.count);
      }
    }
  }

  /// Weak pointers across the border expire, and the other records leave the table of the heap.
  void leave_weak_table() noexcept {
    for (std::size_t i = 0; splits_.size != 0 && i != weak_slots_.size; ++i) {
      const auto& each = weak_slots_.items[i];
      if (record* const* const fresh = fresh_records_.find(each.watching)) std::memcpy(each.slot, fresh, sizeof *fresh);
    }
    for (std::size_t i = 0; i != watched_.size; ++i) take_list(*watched_.items[i]);
    for (std::size_t i = 0; i != splits_.size; ++i) {
      const split& each = splits_.items[i];
      if (each.where == place::in_structure) continue;
      table::move_pins(*each.old, *each.fresh, pins_inside(*each.old));
      if (each.where == place::dead) continue;
      if (each.where == place::outside) {
        each.fresh->target.clear();
      } else {
        static_cast<void>(cargo_.watched.push({each.target, each.fresh, each.fresh}));  // there is room
      }
      table::end_if_unused(each.old);
    }
  }

  /// Takes the records of weak pointers in the structure off the list of an object, and has the others expire.
  void take_list(header_type& target) noexcept {
    record* first = nullptr;
    record* last = nullptr;
    for (record* at = table::records_of(target); at != nullptr;) {
      record* const next = at->next;
      record* const leaving = leave_record(at);
      if (leaving != nullptr) {
        leaving->heap = 0;
        leaving->previous = last;
        leaving->next = nullptr;
        (last == nullptr ? first : last->next) = leaving;
        last = leaving;
      }
      at = next;
    }
    table::take_records(target);
    if (first != nullptr) {
      static_cast<void>(cargo_.watched.push({&target, first, last}));  // there is room
    } else {
      target.clear_info(info_word::watched);
    }
  }

  /// The record that the structure takes along of one in the list of an object of it; or null.
  [[nodiscard]] record* leave_record(record* at) noexcept {
    const std::uint32_t inside = pins_inside(*at);
    const std::uint32_t pins = table::pins_of(*at);
    if (pins != 0 && pins == inside) return at;
    record* fresh = nullptr;
    if (inside != 0) {
      fresh = fresh_records_.at(at);
      table::move_pins(*at, *fresh, inside);
    }
    at->target.clear();
    at->previous = at->next = nullptr;
    if (pins == 0) delete at;
    return fresh;
  }

  /// The pool becomes a plain one: its collector must not look at objects of other threads. It gets to know the other
  /// objects in the pool by its table; where there is no memory for that, garbage cycles through them leak.
  static void end_walks(const walked_pool& at) noexcept {
    if (!at.where->heap_walkable) return;
    current_pool_heap->take_all_remote();
    each_used_block(*at.where, [&at](void* block) {
      auto& object = *static_cast<header_type*>(block);
      const bool was_buffered = info_word::is_buffered(object.load_info());
      const std::uint32_t info = at.memory->unbuffer(block);
      if ((info & info_word::heap_walkable) == 0) return;  // it has left
      RefcountPolicy::store(object.info, info & ~info_word::heap_walkable);
      if (was_buffered || is_old_and_whole(object, info)) at.memory->track(block);
    });
    current_pool_heap->end_walks(at.where);
  }

  [[nodiscard]] static bool is_old_and_whole(const header_type& object, std::uint32_t info) noexcept {
    constexpr std::uint32_t asked =
        info_word::tracked | info_word::old | info_word::unborn | info_word::dead | info_word::gray;
    return (info & asked) == (info_word::tracked | info_word::old) && object.load_count() != count_word::none;
  }

  /// Values that the heap has no other handles to leave its tables, and copies take the place of the others.
  void leave_intern_tables() noexcept {
    renamer_.run();
    for (std::size_t i = 0; i != cargo_.values.size; ++i) {
      island_value& each = cargo_.values.items[i];
      if (each.other != nullptr) {
        each.value = std::exchange(each.other, nullptr);
      } else if (each.verbs->handles(each.value) != 0) {
        each.verbs->unlist(each.value);
      }
    }
  }

  local_address_map<record*> fresh_records_;  ///< by the records in whose place they come
  raw_array<split> splits_;
  interned_renamer<RefcountPolicy> renamer_;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
