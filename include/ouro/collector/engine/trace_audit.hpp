#pragma once
/// \file
/// Finds traces that report an edge twice.
///
/// Such a trace has a collection subtract one reference too many from the target, and free it although a pointer from
/// outside leads to it. A wrong trace is wrong for its whole type. So the addresses of the edges that an object reports
/// are compared for the first objects of each type, for one in so many objects later on, and for all in checked builds.
/// Objects of a type that was found out count as held from outside from then on, with all that they reach.
///
/// Costs an entry in a hash table for each edge of the objects that are audited.

#include <ouro/base/diagnostics.hpp>
#include <ouro/base/raw_array.hpp>
#include <ouro/collector/engine/trace_worklist.hpp>
#include <ouro/config.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/object/worklist_entry.hpp>
#include <ouro/trace/edge_sink.hpp>
#include <ouro/trace/fields.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// What the unraisable handler is told where a trace has reported an edge twice. `what()` says at which byte of the
/// object the edge lies, and with reflection in which member.
class wrong_trace : public std::exception {
 public:
  /// `offset`: of the edge in the object, in bytes; past `size` if it lies in a container. `member`: null if not known
  wrong_trace(std::size_t offset, std::size_t size, const char* member = nullptr) noexcept {
    if (offset < size && member != nullptr) {
      std::snprintf(what_, sizeof what_, "a trace reported the edge at byte %zu of its object twice: `%.40s`", offset,
                    member);
    } else if (offset < size) {
      std::snprintf(what_, sizeof what_, "a trace reported the edge at byte %zu of its object twice", offset);
    } else {
      std::snprintf(what_, sizeof what_, "a trace reported an edge twice, in memory that its object owns");
    }
  }
  [[nodiscard]] const char* what() const noexcept override { return what_; }

 private:
  char what_[128];
};

namespace detail {

/// How many objects of each type have been audited, by all threads. All zero at first, as the table of types.
struct audited_types {
  static constexpr std::uint8_t first_objects = 16;  ///< of each type
  static constexpr std::uint8_t wrong = 255;

  std::uint8_t audits[type_table::capacity];

  [[nodiscard]] std::uint8_t of(std::uint32_t type) const noexcept { return load_relaxed(audits[type]); }
  void set(std::uint32_t type, std::uint8_t state) noexcept { store_relaxed(audits[type], state); }
};

OURO_SHARED_STATE inline constinit audited_types audits_of_types{};

/// What a collector keeps for audits.
class trace_audit {
 public:
  /// Whether an object of the type is to be looked at before it is traced.
  [[nodiscard]] OURO_ALWAYS_INLINE bool is_due(std::uint32_t type) const noexcept {
    return check_level >= 1 || audits_of_types.of(type) != audited_types::first_objects || until_next_ == 0;
  }

  /// How many of so many objects may be traced until the next is to be looked at. \pre none is due
  [[nodiscard]] OURO_ALWAYS_INLINE std::size_t at_most(std::size_t objects) const noexcept {
    return objects < until_next_ ? objects : until_next_;
  }

  void count_traced(std::size_t objects) noexcept { until_next_ -= objects; }

  /// Whether the trace of the type was found to be wrong.
  [[nodiscard]] static bool is_wrong(std::uint32_t type) noexcept {
    return audits_of_types.of(type) == audited_types::wrong;
  }

  /// Has the object `worklist[i]` traced, its edges compared and then pushed to `to`, and moves `i` on. False if the
  /// trace throws, or is found to be wrong, which is reported: then not all edges have been pushed. Where memory is
  /// exhausted, edges are not compared. \pre `object` is its address, and `record` that of its type; a `trace_guard` is
  /// alive
  [[nodiscard]] bool trace(worklist_entry* const& worklist, std::size_t& i, const void* object, std::uint32_t type,
                           const type_record& record, edge_sink& to) noexcept {
    until_next_ = interval;
    slots_.size = 0;
    places_ = 0;
    twice_ = nullptr;
    to_ = &to;
    edge_sink sink{&compare, this};
    if (!trace_some(worklist, i, i + 1, record, sink)) return false;
    sink.flush();
    if (twice_ != nullptr) {
      audits_of_types.set(type, audited_types::wrong);
      report(object, twice_, record);
      return false;
    }
    if (const std::uint8_t audits = audits_of_types.of(type); audits != audited_types::first_objects)
      audits_of_types.set(type, static_cast<std::uint8_t>(audits + 1));
    return true;
  }

  void release() noexcept {
    slots_.release();
    table_.release();
  }

 private:
  static constexpr std::size_t interval = 1024;  ///< objects
  static constexpr std::size_t least_places = 16;

  static void compare(void* context, edge* first, edge* last) {
    auto& self = *static_cast<trace_audit*>(context);
    for (const edge* at = first; at != last && self.has_room(); ++at) {
      if (!self.enter(at->address())) self.twice_ = at->address();
    }
    for (; first != last && self.twice_ == nullptr; ++first) self.to_->push(first->target, first->slot);
  }

  /// Makes room for one slot more: half of the places stay empty. False when memory is exhausted.
  [[nodiscard]] bool has_room() noexcept {
    if (2 * slots_.size < places_) return true;
    const std::size_t wider = places_ == 0 ? least_places : 2 * places_;
    if (!slots_.reserve(wider / 2) || !table_.reserve(wider)) return false;
    places_ = wider;
    for (std::size_t i = 0; i != places_; ++i) table_.items[i] = nullptr;
    const std::size_t entered = std::exchange(slots_.size, 0);
    for (std::size_t i = 0; i != entered; ++i) static_cast<void>(enter(slots_.items[i]));
    return true;
  }

  /// False if the slot is in the table already. \pre `has_room()`
  bool enter(const void* slot) noexcept {
    std::size_t at = (reinterpret_cast<std::uintptr_t>(slot) / sizeof(void*)) & (places_ - 1);
    for (; table_.items[at] != nullptr; at = (at + 1) & (places_ - 1)) {
      if (table_.items[at] == slot) return false;
    }
    table_.items[at] = slot;
    slots_.items[slots_.size++] = slot;
    return true;
  }

  static void report(const void* object, const void* slot, const type_record& record) noexcept {
    const auto offset = reinterpret_cast<std::uintptr_t>(slot) - reinterpret_cast<std::uintptr_t>(object);
    const wrong_trace found{offset, record.bytes(object) - sizeof(std::size_t), name_of_field(record.fields, offset)};
    if constexpr (check_level >= 1) {
      misuse(found.what(), record.name);
    } else {
#if OURO_HAS_EXCEPTIONS
      current_unraisable_handler.load(std::memory_order_acquire)(std::make_exception_ptr(found), record.name);
#else
      report_misuse(found.what(), record.name);
#endif
    }
  }

  raw_array<const void*> slots_;       ///< of the edges that the object has reported so far
  raw_array<const void*> table_;       ///< a hash set of them in `places_` places, by linear probing; null is empty
  std::size_t places_ = 0;             ///< a power of two, or 0
  const void* twice_ = nullptr;        ///< an edge that was reported twice
  edge_sink* to_ = nullptr;            ///< where the edges go, while an object is traced
  std::size_t until_next_ = interval;  ///< objects
};

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
