#pragma once
/// \file
/// The walk that proves that nothing outside of a structure points into it.
///
/// It follows all edges from the root, also those that no collector follows. Each object that it meets is marked in its
/// count word, and the worklist keeps the word and the number of edges that lead to the object:
/// ```
///   0 1 0 nnn … n   the object is number n of the worklist
/// ```
/// The structure is closed if each object has as many pointers as edges lead to it, the pointer that becomes the island
/// being an edge to the root.
///
/// | met | is |
/// | --- | --- |
/// | object of this refcount policy, whatever its other policies are | a part of the structure |
/// | object that threads share | no obstacle, and not followed: its count holds everywhere |
/// | object of another policy for one thread; one that counts itself | an obstacle |
/// | immortal object | no obstacle; followed, and an edge from there to a mortal object is an obstacle |
/// | object that is dying, under construction, or garbage that a collection ends | an obstacle |
/// | candidate | leaves its root buffer; its next drop makes it one again, in the new heap |
/// | frozen object | is frozen no more |
/// | weak pointer, and what it watches is in the structure | goes along |
/// | weak pointer across the border of the structure, either way | expires; with a callback it is an obstacle |
/// | weak pointer to a dead or immortal object | goes along, with a record of its own if others use the record, too |
/// | interned value that no thread shares | goes along, or a copy where the heap has other handles to it |
/// | part that nobody sees through | an obstacle |
///
/// A weak pointer outside cannot hold an object, and so it does not keep it from leaving. It must not lock an object of
/// another thread, and so it expires: for its heap the object is gone. A callback, however, waits for the death of the
/// object, of which it would never hear.

#include <ouro/allocator/pool/pool.hpp>
#include <ouro/base/address_map.hpp>
#include <ouro/base/diagnostics.hpp>
#include <ouro/base/raw_array.hpp>
#include <ouro/collector/engine/trace_audit.hpp>
#include <ouro/collector/engine/trace_guard.hpp>
#include <ouro/collector/surveyed_memory.hpp>
#include <ouro/config.hpp>
#include <ouro/intern/interned_verbs.hpp>
#include <ouro/island/interned_renamer.hpp>
#include <ouro/island/island_cargo.hpp>
#include <ouro/island/not_an_island.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/owner_tag.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/object/weak_record.hpp>
#include <ouro/object/worklist_entry.hpp>
#include <ouro/trace/survey.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// One walk, over objects of one refcount policy in the current heap. After it the count words of these objects are
/// marks, until the departure or `restore` (island_departure.hpp).
template <class RefcountPolicy>
class island_walk : survey_guide {
 public:
  using header_type = header<RefcountPolicy>;
  using record = weak_record<RefcountPolicy>;
  using table = weak_table<RefcountPolicy>;
  using cargo_type = island_cargo<RefcountPolicy>;

  island_walk(cargo_type& to, island_obstacles& obstacles) noexcept : cargo_{to}, obstacles_{obstacles} {}
  island_walk(const island_walk&) = delete;
  island_walk& operator=(const island_walk&) = delete;
  ~island_walk() {
    members_.release();
    weak_slots_.release();
    records_.release();
    watched_.release();
    immortals_.release();
  }

  /// Walks over all that the root reaches, and notes obstacles. O(objects + edges), no recursion
  void survey(header_type& root, const surveyed_memory& memory) noexcept {
    {
      const trace_guard guard;
      survey_sink sink{*this, survey_purpose::look};
      OURO_TRY {
        meet(root, memory);
        survey_objects(sink);
        survey_immortals(sink);
      }
      OURO_CATCH_ALL {
        unraisable(surveyed_name_);
        refuse("its trace has thrown");
      }
    }
    if (obstacles_.is_out_of_memory()) return;
    cargo_.may_be_cyclic = (seen_flags_ & info_word::tracked) != 0;
    check_counts();
    check_weak();
    check_values();
  }

  /// Whether some object has more pointers, or fewer, than edges lead to it.
  [[nodiscard]] bool has_surplus() const noexcept { return has_surplus_; }

  /// Calls `see(object, surplus)` with each object that has more pointers than edges lead to it.
  template <class See>
  void each_held(See see) {
    for (std::size_t i = 0; i != objects().size; ++i) {
      const worklist_entry& each = objects().items[i];
      const std::uint32_t pointers = count_word::pointers(each.count);
      if (pointers > each.edges) see(object_at(i), pointers - each.edges);
    }
  }

  /// Whether the object is a part of the structure.
  [[nodiscard]] bool has(const header_type& object) const noexcept { return number_of(object) != none; }

  /// The name of the type of an object of the structure.
  [[nodiscard]] std::string_view name_of(header_type& object) const noexcept { return record_of_part(object).name; }

 protected:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// An object that is, or was to be, known to a collector.
  struct member {
    std::size_t number;
    const surveyed_memory* memory;
    bool is_buffered;
  };

  struct walked_pool {
    pool* where;
    const surveyed_memory* memory;  ///< whose collector walks it
  };

  /// A weak pointer in the structure.
  struct weak_slot {
    void* slot;
    record* watching;
  };

  [[nodiscard]] raw_array<worklist_entry>& objects() const noexcept { return cargo_.objects; }

  [[nodiscard]] header_type& object_at(std::size_t number) const noexcept {
    return *static_cast<header_type*>(objects().items[number].header);
  }

  /// The count word of number `number` of the worklist.
  [[nodiscard]] static constexpr std::uint32_t mark_of(std::size_t number) noexcept {
    return mark | static_cast<std::uint32_t>(number);
  }

  /// The number of the object in the worklist; `none` if it is not there.
  [[nodiscard]] OURO_ALWAYS_INLINE std::size_t number_of(const header_type& object) const noexcept {
    const std::uint32_t word = object.load_count();
    if ((word & mark_mask) != mark) return none;
    const std::size_t number = word & ~mark_mask;
    // The count of an object with 2^30 pointers looks like a mark.
    return number < objects().size && objects().items[number].header == &object ? number : none;
  }

  /// The record of an object of the structure, buffered or not.
  [[nodiscard]] const type_record& record_of_part(header_type& object) const noexcept {
    std::uint32_t info = object.load_info();
    if (info_word::is_buffered(info)) info = memory_of(number_of(object)).info(&object);
    return detail::record_of(info);
  }

  /// How many weak pointers in the structure use the record.
  [[nodiscard]] std::uint32_t pins_inside(const record& of) noexcept {
    const std::uint32_t* const found = pins_inside_.find(&of);
    return found == nullptr ? 0 : *found;
  }

  [[nodiscard]] island_obstacles& obstacles() noexcept { return obstacles_; }

  void refuse(const char* why, std::string_view part = {}) noexcept {
    obstacles_.add({surveyed_name_, part, nullptr, why, 1});
  }

  cargo_type& cargo_;
  raw_array<member> members_;  ///< in the order of their numbers
  raw_array<weak_slot> weak_slots_;
  raw_array<record*> records_;                    ///< that weak pointers in the structure use, each once
  raw_array<header_type*> watched_;               ///< objects of the structure with weak records
  local_address_map<std::uint32_t> pins_inside_;  ///< of each weak record that the structure uses
  local_address_map<walked_pool> walked_pools_;   ///< that objects of the structure lie in

 private:
  static constexpr std::uint32_t mark = count_word::immortal;
  static constexpr std::uint32_t mark_mask =
      count_word::suspect_on_drop | count_word::immortal | count_word::immortal >> 1;
  static constexpr std::size_t most_objects = count_word::immortal >> 1;

  struct immortal_object {
    header_type* object;
    const surveyed_memory* memory;
  };

  void fail() noexcept { obstacles_.note_out_of_memory(); }

  /// The memory of a member. \pre the object is one
  [[nodiscard]] const surveyed_memory& memory_of(std::size_t number) const noexcept {
    std::size_t first = 0;
    for (std::size_t last = members_.size; last - first > 1;) {
      const std::size_t middle = first + (last - first) / 2;
      (members_.items[middle].number <= number ? first : last) = middle;
    }
    return *members_.items[first].memory;
  }

  void survey_objects(survey_sink& sink) {
    std::size_t next_member = 0;
    for (std::size_t i = 0;; ++i) {
      if (i == objects().size) sink.flush();
      if (i == objects().size || obstacles_.is_out_of_memory()) return;
      fetch_ahead(objects().items, i, objects().size);
      surveyed_ = &object_at(i);
      std::uint32_t info = surveyed_->load_info();
      while (next_member != members_.size && members_.items[next_member].number < i) ++next_member;
      if (info_word::is_buffered(info)) info = members_.items[next_member].memory->info(surveyed_);
      const type_record& type = detail::record_of(info);
      if (type.survey == nullptr) continue;
      surveyed_name_ = type.name;
      if (trace_audit::is_wrong(info_word::type(info))) refuse("its trace has reported an edge twice");
      type.survey(surveyed_->object(), sink);  // calls user code: a trace, which only reports
    }
  }

  void survey_immortals(survey_sink& sink) {
    is_plain_walk_ = false;
    for (std::size_t i = 0; i != immortals_.size && !obstacles_.is_out_of_memory(); ++i) {
      const immortal_object& each = immortals_.items[i];
      surveyed_ = each.object;
      const type_record& type = detail::record_of(each.memory->info(each.object));
      surveyed_name_ = type.name;
      type.survey(surveyed_->object(), sink);  // calls user code: as above
      sink.flush();
    }
    is_plain_walk_ = true;
  }

  void see_edges(const surveyed_edge* first, const surveyed_edge* last) final {
    for (; first != last; ++first) {
      if (first->memory->refcount != &surveyed_refcount<RefcountPolicy>) {
        refuse("it leads to an object of another policy for one thread");
      } else {
        meet(*static_cast<header_type*>(first->target), *first->memory);
      }
    }
  }

  /// An edge leads to the object.
  OURO_ALWAYS_INLINE void meet(header_type& object, const surveyed_memory& memory) {
    const std::uint32_t count = object.load_count();
    const std::uint32_t info = object.load_info();
    constexpr std::uint32_t rare = info_word::buffered | info_word::watched | info_word::unborn | info_word::dead |
                                   info_word::gray | info_word::heap_walkable;
    if ((count & count_word::immortal) == 0 && (info & rare) == 0 && is_plain_walk_ && memory.track == nullptr)
        [[likely]] {
      seen_flags_ |= info;
      static_cast<void>(add(object, count));
      return;
    }
    meet_rarely(object, count, memory);
  }

  /// False, and nothing has changed, when memory is exhausted.
  OURO_ALWAYS_INLINE bool add(header_type& object, std::uint32_t count) {
    const std::size_t number = objects().size;
    if (number == most_objects || !objects().push({&object, count, 1})) [[unlikely]] {
      fail();
      return false;
    }
    RefcountPolicy::store(object.count, mark_of(number));
    return true;
  }

  OURO_NOINLINE void meet_rarely(header_type& object, std::uint32_t count, const surveyed_memory& memory) {
    const std::size_t known = number_of(object);
    if (known != none && is_plain_walk_) {
      ++objects().items[known].edges;
      return;
    }
    if (known == none && count_word::is_immortal(count)) return meet_immortal(object, memory);
    if (!is_plain_walk_) return refuse("it is immortal, and leads to an object that is not");
    if (count == count_word::none) return refuse("it leads to an object that is dying");
    const std::uint32_t word = object.load_info();
    const bool is_buffered = info_word::is_buffered(word);
    const std::uint32_t info = is_buffered ? memory.info(&object) : word;
    if ((info & (info_word::unborn | info_word::dead | info_word::gray)) != 0) {
      return refuse("it leads to an object that is under construction or dying");
    }
    const std::size_t number = objects().size;
    if (!add(object, count)) return;
    seen_flags_ |= info;
    const bool is_known = is_buffered || ((info & info_word::tracked) != 0 && memory.track != nullptr);
    if (is_known && !members_.push({number, &memory, is_buffered})) fail();
    if ((info & info_word::watched) != 0 && !watched_.push(&object)) fail();
    if ((info & info_word::heap_walkable) == 0) return;
    walked_pool* const lies_in = walked_pools_.try_insert(pool::of(&object));
    if (lies_in == nullptr) return fail();
    *lies_in = {pool::of(&object), &memory};
  }

  OURO_NOINLINE void meet_immortal(header_type& object, const surveyed_memory& memory) {
    const std::uint32_t info = memory.info(&object);
    // What is made at compile time has no type, and no edges.
    if (info_word::type(info) == 0 || detail::record_of(info).survey == nullptr) return;
    bool* const is_known = known_immortals_.try_insert(&object);
    if (is_known == nullptr) return fail();
    if (!*is_known && !immortals_.push({&object, &memory})) return fail();
    *is_known = true;
  }

  void see_weak(void* slot, const surveyed_memory& memory) final {
    if (memory.refcount != &surveyed_refcount<RefcountPolicy>) return refuse("it has a weak pointer of another policy");
    if (!is_plain_walk_) return refuse("it is immortal, and has a weak pointer");
    record* watching = nullptr;
    std::memcpy(static_cast<void*>(&watching), slot, sizeof watching);
    std::uint32_t* const pins = pins_inside_.try_insert(watching);
    if (pins == nullptr || (++*pins == 1 && !records_.push(watching))) return fail();
    if (!weak_slots_.push({slot, watching})) fail();
  }

  void see_interned(void* slot, const interned_verbs& verbs) final {
    void* value = nullptr;
    std::memcpy(&value, slot, sizeof value);
    if (verbs.is_of_all(value)) return;
    if (!is_plain_walk_) return refuse("it is immortal, and leads to an interned value of one thread", verbs.name);
    std::size_t* const number = numbers_of_values_.try_insert(value);
    if (number == nullptr) return fail();
    if (*number == 0) {
      if (!cargo_.values.push({value, &verbs, 0, nullptr})) return fail();
      *number = cargo_.values.size;
    }
    ++cargo_.values.items[*number - 1].handles;
    auto& named = cargo_.named;
    if (named.size == 0 || named.items[named.size - 1] != surveyed_) {
      if (!named.push(surveyed_)) fail();
    }
  }

  void see_unknown(std::string_view type, const char* why) final { refuse(why, type); }

  void check_counts() noexcept {
    std::uint32_t differences = 0;
    for (std::size_t i = 0; i != objects().size; ++i) {
      const worklist_entry& each = objects().items[i];
      differences |= each.edges ^ count_word::pointers(each.count);
    }
    has_surplus_ = differences != 0;
    for (std::size_t i = 0; has_surplus_ && i != objects().size; ++i) {
      const worklist_entry& each = objects().items[i];
      if (each.edges > count_word::pointers(each.count)) {
        surveyed_name_ = name_of(object_at(i));
        refuse("a trace reported an edge to it twice, or one that its object does not own");
      }
    }
  }

  /// A callback waits for the death of an object that may be on the other side of the border.
  void check_weak() noexcept {
    constexpr const char* waits = "a weak pointer with a callback leads across the border";
    for (header_type* const each : list_of_watched()) {
      for (const record* at = table::records_of(*each); at != nullptr; at = at->next) {
        const std::uint32_t pins = table::pins_of(*at);
        if (at->callback == nullptr || pins == 0 || pins == pins_inside(*at)) continue;
        surveyed_name_ = name_of(*each);
        refuse(waits);
      }
    }
    surveyed_name_ = "ouro::weak";
    for (std::size_t i = 0; i != records_.size; ++i) {
      record& at = *records_.items[i];
      header_type* const target = table::target_of(at);
      if (target != nullptr && at.heap != current_heap_number()) {
        refuse("it leads into another heap");
      } else if (at.callback != nullptr) {
        const bool is_inside = target == nullptr || has(*target);
        if (!is_inside || pins_inside(at) != table::pins_of(at)) refuse(waits);
      }
    }
  }

  void check_values() noexcept {
    for (std::size_t i = 0; i != cargo_.values.size; ++i) {
      const island_value& each = cargo_.values.items[i];
      surveyed_name_ = each.verbs->name;
      if (!each.verbs->is_free_of_heap) refuse("an interned value holds pointers or values of its thread");
      if (!each.verbs->can_copy && each.needs_copy()) refuse("an interned value that others use cannot be copied");
    }
  }

  struct watched_list {
    const raw_array<header_type*>& of;
    [[nodiscard]] header_type** begin() const noexcept { return of.items; }
    [[nodiscard]] header_type** end() const noexcept { return of.items + of.size; }
  };
  [[nodiscard]] watched_list list_of_watched() const noexcept { return {watched_}; }

  island_obstacles& obstacles_;
  raw_array<immortal_object> immortals_;
  local_address_map<bool> known_immortals_;
  local_address_map<std::size_t> numbers_of_values_;  ///< in `cargo_.values`, plus one
  header_type* surveyed_ = nullptr;                   ///< the object that is surveyed
  std::string_view surveyed_name_ = "the root";       ///< of its type
  std::uint32_t seen_flags_ = 0;                      ///< all that objects of the structure have in their info words
  bool is_plain_walk_ = true;                         ///< not over immortal objects
  bool has_surplus_ = false;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
