#pragma once
/// \file
/// A plain integer, for objects that one thread uses at a time.

#include <ouro/config.hpp>
#include <ouro/refcount/count_verbs.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Not thread-safe: an object and all pointers to it belong to one thread at a time. No verb allocates; all are O(1).
struct OURO_SHARED_TYPE local_refcount : count_verbs<local_refcount> {
  using count_type = std::uint32_t;
  static constexpr bool is_thread_safe = false;

  [[nodiscard]] static std::uint32_t load(const count_type& count) noexcept { return count; }
  static void store(count_type& count, std::uint32_t word) noexcept { count = word; }

  static bool compare_exchange(count_type& count, std::uint32_t& expected, std::uint32_t word) noexcept {
    if (count != expected) {
      expected = count;
      return false;
    }
    count = word;
    return true;
  }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
