#pragma once
/// \file
/// What stands for copies that are made later.

#include <ouro/base/address_map.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/copy/clone.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/make_managed.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <cstddef>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A stand-in is an object of its own, as large as what it stands for, and full of zeros. It is counted like any other,
/// so that the number of its pointers tells whether all of them have been replaced.
struct alignas(std::max_align_t) copy_to_come {
  unsigned char zeros[alignof(std::max_align_t)];
};

template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class promised_copies {
 public:
  using pointer = managed_ptr<void, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using header_type = header<RefcountPolicy>;

  struct promise {
    pointer original;
    pointer stand_in;
    std::size_t units;  ///< of the stand-in
  };

  [[nodiscard]] std::size_t size() const noexcept { return promises_.size(); }

  /// The promise that has been given for the original, or null.
  [[nodiscard]] const promise* find(const pointer& original) noexcept {
    const std::size_t* const found = numbers_.find(original.owner());
    return found == nullptr ? nullptr : &promises_[*found];
  }

  /// The promise that the object stands for; null if it is no stand-in.
  [[nodiscard]] const promise* find_kept_by(header_type& object) noexcept {
    const std::size_t* const found = numbers_.find(&object);
    return found != nullptr && promises_[*found].stand_in == object.object() ? &promises_[*found] : nullptr;
  }

  /// Returns the stand-in. \throws std::bad_alloc
  const pointer& give(const pointer& original, std::size_t bytes) {
    const std::size_t units = (bytes + sizeof(copy_to_come) - 1) / sizeof(copy_to_come);
    const pointer stand_in = make_managed<copy_to_come[], RefcountPolicy, CollectorPolicy, AllocatorPolicy>(units);
    promises_.push_back({original, stand_in, units});
    numbers_[original.owner()] = promises_.size() - 1;
    numbers_[stand_in.owner()] = promises_.size() - 1;
    return promises_.back().stand_in;
  }

  /// Checks that no pointer leads to the stand-ins of the promises from number `first` on, and that none of them was
  /// written to.
  /// \throws copy_unfinished
  void check_kept(std::size_t first) const {
    for (std::size_t i = first; i != promises_.size(); ++i) {
      const promise& each = promises_[i];
      if (each.stand_in.use_count() != 1) break_promise(each);
      const auto* const bytes = static_cast<const unsigned char*>(each.stand_in.get());
      for (std::size_t at = 0; at != each.units * sizeof(copy_to_come); ++at) {
        if (bytes[at] != 0) break_promise(each);
      }
    }
  }

  [[noreturn]] static void break_promise(const promise& given) {
    throw_copy_unfinished(record_of(info_of<CollectorPolicy>(*header_of<RefcountPolicy>(given.original.get()))).name);
  }

  void shrink(std::size_t left) noexcept {
    for (; promises_.size() != left; promises_.pop_back()) {
      numbers_.erase(promises_.back().original.owner());
      numbers_.erase(promises_.back().stand_in.owner());
    }
  }

 private:
  std::vector<promise> promises_;           ///< in the order in which they were given
  local_address_map<std::size_t> numbers_;  ///< by the headers of original and stand-in
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
