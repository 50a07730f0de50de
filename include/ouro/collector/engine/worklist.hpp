#pragma once
/// \file
/// What the phases of a collection do with its worklist.

#include <ouro/base/raw_array.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/worklist_entry.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The object of an entry.
template <class RefcountPolicy>
[[nodiscard]] OURO_ALWAYS_INLINE header<RefcountPolicy>& object_of(const worklist_entry& entry) noexcept {
  return *static_cast<header<RefcountPolicy>*>(entry.header);
}

/// Calls `visit(entry)` for each entry, in order, and prefetches the objects. `visit` may write to its entry, and to
/// entries before it.
template <class Visit>
void each_entry(raw_array<worklist_entry>& worklist, Visit visit) noexcept {
  for (std::size_t i = 0; i != worklist.size; ++i) {
    fetch_ahead(worklist.items, i, worklist.size);
    visit(worklist.items[i]);
  }
}

/// Appends the object, and makes it gray: it has its number of pointers in place of its count. `count` and `info` are
/// its words. False, and nothing has changed, when memory is exhausted.
template <class RefcountPolicy>
[[nodiscard]] OURO_ALWAYS_INLINE bool add_to_worklist(raw_array<worklist_entry>& worklist,
                                                      header<RefcountPolicy>& object, std::uint32_t count,
                                                      std::uint32_t info) noexcept {
  if (!worklist.push({&object, count, 0})) return false;
  object.set_trial_count(count_word::pointers(count));
  RefcountPolicy::store(object.info, info | info_word::gray);
  return true;
}

/// Whether a trial must leave the object with these words alone: it is immortal, without pointers, or not whole.
[[nodiscard]] inline bool is_out_of_trials(std::uint32_t count, std::uint32_t info) noexcept {
  static_assert((count_word::none & count_word::immortal) != 0);
  return (count & count_word::immortal) != 0 || (info & (info_word::unborn | info_word::dead)) != 0;
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
