#pragma once
/// \file
/// Placeholders for copies that are made later.

#include <ouro/base/address_map.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/copy/copy_errors.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/make_managed.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <cstddef>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A placeholder is an array of these: an object of its own, as large as the copy that it represents, and full of
/// zeros. It is counted like any other object, so that its count says whether all pointers to it have been replaced.
struct alignas(std::max_align_t) placeholder_unit {
  unsigned char zeros[alignof(std::max_align_t)];
};

/// The placeholders of a deep copy, in the order in which they were made. Amortised O(1).
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class copy_placeholders {
 public:
  using pointer = managed_ptr<void, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using header_type = header<RefcountPolicy>;

  struct entry {
    pointer original;
    pointer placeholder;  ///< for the copy of the original
    std::size_t units;    ///< of the placeholder
  };

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  /// The entry of this original, or null.
  [[nodiscard]] const entry* find(const pointer& original) noexcept {
    const std::size_t* const found = numbers_.find(original.owner());
    return found == nullptr ? nullptr : &entries_[*found];
  }

  /// The entry of this placeholder; null if the object is none.
  [[nodiscard]] const entry* find_placeholder(header_type& object) noexcept {
    const std::size_t* const found = numbers_.find(&object);
    return found != nullptr && entries_[*found].placeholder == object.object() ? &entries_[*found] : nullptr;
  }

  /// Makes a placeholder of at least so many bytes for the copy of `original`. \throws std::bad_alloc
  const pointer& make(const pointer& original, std::size_t bytes) {
    const std::size_t units = (bytes + sizeof(placeholder_unit) - 1) / sizeof(placeholder_unit);
    const pointer made = make_managed<placeholder_unit[], RefcountPolicy, CollectorPolicy, AllocatorPolicy>(units);
    entries_.push_back({original, made, units});
    numbers_[original.owner()] = entries_.size() - 1;
    numbers_[made.owner()] = entries_.size() - 1;
    return entries_.back().placeholder;
  }

  /// Checks that no pointer leads to the placeholders from number `first` on, and that none of them was written to.
  /// \throws copy_unfinished
  void check_replaced(std::size_t first) const {
    for (std::size_t i = first; i != entries_.size(); ++i) {
      const entry& each = entries_[i];
      if (each.placeholder.use_count() != 1) throw_unfinished(each);
      const auto* const bytes = static_cast<const unsigned char*>(each.placeholder.get());
      for (std::size_t at = 0; at != each.units * sizeof(placeholder_unit); ++at) {
        if (bytes[at] != 0) throw_unfinished(each);
      }
    }
  }

  [[noreturn]] static void throw_unfinished(const entry& at) {
    throw_copy_unfinished(record_of(info_of<CollectorPolicy>(*header_of<RefcountPolicy>(at.original.get()))).name);
  }

  /// Drops the placeholders from number `left` on.
  void shrink(std::size_t left) noexcept {
    for (; entries_.size() != left; entries_.pop_back()) {
      numbers_.erase(entries_.back().original.owner());
      numbers_.erase(entries_.back().placeholder.owner());
    }
  }

 private:
  std::vector<entry> entries_;
  local_address_map<std::size_t> numbers_;  ///< of entries, by the headers of original and placeholder
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
