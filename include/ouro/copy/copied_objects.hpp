#pragma once
/// \file
/// The objects that a deep copy has copied so far, each with its copy.

#include <ouro/base/address_map.hpp>
#include <ouro/base/diagnostics.hpp>
#include <ouro/config.hpp>
#include <ouro/object/clone_record.hpp>
#include <ouro/object/header.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <cstddef>
#include <utility>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class copied_objects {
 public:
  using pointer = managed_ptr<void, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using header_type = header<RefcountPolicy>;

  struct entry {
    pointer original;           ///< kept alive, so that no other object gets its address
    pointer copy;               ///< may be null, or the original itself
    const edge_record* edges;   ///< of the copy
    bool is_new;                ///< made by this deep copy, not an existing object that a `deep_copy` has returned
    bool is_immutable = false;  ///< shared instead of copied if no edge of the copy changes

    [[nodiscard]] bool has_edges() const noexcept {
      return edges->see != nullptr && copy != nullptr && copy != original;
    }
  };

  [[nodiscard]] static pointer pointer_to(header_type& object) noexcept {
    RefcountPolicy::increment(object.count);
    return pointer_access::take<pointer>(object.object());
  }

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] entry& operator[](std::size_t at) noexcept { return entries_[at]; }

  /// The entry of the original, or null.
  [[nodiscard]] entry* find(header_type& original) noexcept {
    const std::size_t* const found = numbers_.find(&original);
    return found == nullptr ? nullptr : &entries_[*found];
  }

  /// \pre the original has been copied
  [[nodiscard]] entry& at(header_type& original) noexcept { return entries_[numbers_.at(&original)]; }

  /// Adds an entry, or changes the copy of an existing one, and returns its number. \throws std::bad_alloc
  std::size_t add(header_type& original, pointer copy, const edge_record* edges, bool is_new) {
    if (const std::size_t* const found = numbers_.find(&original); found != nullptr) {
      entry& known = entries_[*found];
      known.edges = edges;
      if (known.copy != copy) {
        known.copy = std::move(copy);
        known.is_new = is_new;
      }
      return *found;
    }
    entries_.push_back({pointer_to(original), std::move(copy), edges, is_new});
    numbers_[&original] = entries_.size() - 1;
    return entries_.size() - 1;
  }

  /// Removes all entries from number `left` on. First calls `cut(entry)` for each new copy that has edges, which must
  /// set these to null, since they may form cycles. Existing objects that a `deep_copy` has returned stay unchanged; a
  /// cycle through one of them leads through new copies as well.
  template <class Cut>
  void shrink(std::size_t left, Cut cut) noexcept {
    for (std::size_t i = left; i != entries_.size(); ++i) {
      const entry& each = entries_[i];
      numbers_.erase(each.original.owner());
      OURO_TRY {
        if (each.is_new && each.has_edges()) cut(each);
      }
      OURO_CATCH_ALL {
        unraisable("deepcopy");
      }
    }
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(left), entries_.end());
  }

 private:
  local_address_map<std::size_t> numbers_;  ///< by the original's header
  std::vector<entry> entries_;              ///< in the order in which they were added
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
