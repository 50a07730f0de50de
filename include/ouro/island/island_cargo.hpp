#pragma once
/// \file
/// What an island has besides its objects: all that must be told to the heap in which it is opened.

#include <ouro/base/raw_array.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/collector/surveyed_memory.hpp>
#include <ouro/config.hpp>
#include <ouro/intern/interned_verbs.hpp>
#include <ouro/island/interned_renamer.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/owner_tag.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/object/weak_record.hpp>
#include <ouro/object/worklist_entry.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// An object that the collector of the new heap has to know.
struct island_member {
  void* header;
  const surveyed_memory* memory;
};

/// An object that weak pointers lead to, and their records, which are in no table.
template <class RefcountPolicy>
struct island_watched {
  header<RefcountPolicy>* target;
  weak_record<RefcountPolicy>* first;
  weak_record<RefcountPolicy>* last;
};

/// While an island is on its way, none of its objects is in a root buffer, none of its weak records in a table, and
/// none of its interned values in one, apart from immortal values. Counts are what they were; the pointer that has
/// become the island is one of them.
template <class RefcountPolicy>
struct island_cargo {
  using header_type = header<RefcountPolicy>;
  using table = weak_table<RefcountPolicy>;

  raw_array<worklist_entry> objects;  ///< all; empty where checks are off, since nobody asks who owns them
  raw_array<island_member> tracked;
  raw_array<island_watched<RefcountPolicy>> watched;
  raw_array<island_value> values;
  raw_array<void*> named;  ///< the headers of objects with handles to `values`
  bool may_be_cyclic = false;

  island_cargo() = default;
  island_cargo(const island_cargo&) = delete;
  island_cargo& operator=(const island_cargo&) = delete;
  ~island_cargo() {
    objects.release();
    tracked.release();
    watched.release();
    values.release();
    named.release();
  }

  /// Becomes a part of the current heap. O(1), and O(1) for each weak record, for each interned value that is not
  /// shared by all threads, and for each object where the collector knows all objects, or the build is checked; where
  /// the heap has an equal interned value already, O(objects with such handles).
  /// \throws std::bad_alloc, and what comparisons of interned values throw; then nothing has changed
  void enter_heap() {
    undo back{*this};
    for (std::size_t i = 0; i != tracked.size; ++i) {
      const surveyed_memory& memory = *tracked.items[i].memory;
      if ((i == 0 || tracked.items[i - 1].memory != &memory) && !memory.reserve(tracked.size)) throw_bad_alloc();
    }
    for (; back.watched != watched.size; ++back.watched) {
      const auto& each = watched.items[back.watched];
      if (!table::put_records(*each.target, each.first, each.last)) throw_bad_alloc();
    }
    for (; back.found != values.size; ++back.found) {
      island_value& each = values.items[back.found];
      each.other = each.verbs->find(each.value);  // calls user code
    }
    for (; back.listed != values.size; ++back.listed) {
      island_value& each = values.items[back.listed];
      if (each.other == nullptr) each.verbs->list(each.value);
    }
    interned_renamer<RefcountPolicy> renamer{values, named};
    renamer.prepare([](header_type& object) -> const type_record& { return record_of(object.load_info()); });
    back.is_done = true;
    set_owner(owner_tag());
    renamer.run();
    track();
  }

  /// The same for an island that nobody opens: its weak pointers expire, and its interned values are in no table.
  void enter_heap_to_end() noexcept {
    for (std::size_t i = 0; i != watched.size; ++i) table::expire_taken(watched.items[i].first);
    set_owner(owner_tag());
    track();
  }

  /// In a checked build.
  void set_owner(std::uint32_t tag) noexcept {
    if constexpr (check_level >= 1) {
      for (std::size_t i = 0; i != objects.size; ++i) {
        fetch_ahead(objects.items, i, objects.size);
        static_cast<header_type*>(objects.items[i].header)->set_owner(tag);
      }
      for (std::size_t i = 0; i != values.size; ++i) {
        const island_value& each = values.items[i];
        if (each.verbs->handles(each.value) != 0) each.verbs->set_owner(each.value, tag);
      }
    }
  }

 private:
  struct undo {
    island_cargo& of;
    std::size_t watched = 0;
    std::size_t found = 0;
    std::size_t listed = 0;
    bool is_done = false;

    ~undo() {
      if (is_done) return;
      for (std::size_t i = 0; i != watched; ++i) {
        const auto& each = of.watched.items[i];
        table::take_back(*each.target, each.first, each.last);
      }
      for (std::size_t i = 0; i != found; ++i) {
        island_value& each = of.values.items[i];
        if (each.other != nullptr) {
          each.verbs->end(std::exchange(each.other, nullptr));
        } else if (i < listed) {
          each.verbs->unlist(each.value);
        }
      }
    }
  };

  void track() noexcept {
    for (std::size_t i = 0; i != tracked.size; ++i) {
      const island_member& each = tracked.items[i];
      each.memory->track(each.header);
    }
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
