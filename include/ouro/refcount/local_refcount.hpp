#pragma once
/// \file
/// A plain integer, for objects that one thread uses at a time.

#include <ouro/config.hpp>
#include <ouro/refcount/count_word.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Not thread-safe: an object and all pointers to it belong to one thread at a time. No verb allocates; all are O(1).
struct OURO_SHARED_TYPE local_refcount {
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

  OURO_ALWAYS_INLINE static void increment(count_type& count) noexcept {
    const std::uint32_t raised = count + 1;
    if (count_word::is_suspect_on_drop(raised)) [[unlikely]] {
      if (!count_word::is_suspect_sum(raised)) return pin(count);
    }
    count = raised;
  }

  using decrements_in_parts = local_refcount;

  OURO_ALWAYS_INLINE static bool try_keep(count_type& count) noexcept {
    const std::uint32_t lowered = count - 1;
    if (count_word::is_suspect_on_drop(lowered)) return false;
    count = lowered;
    return true;
  }

  static drop_result decrement(count_type& count) noexcept {
    return try_keep(count) ? drop_result::kept : decrement_rarely(count);
  }

  static drop_result decrement_rarely(count_type& count) noexcept {
    if (count_word::is_last(count)) {
      count = count_word::none;
      return drop_result::last;
    }
    if ((count & count_word::immortal) == 0) return drop_result::suspect;
    if (count != count_word::none) pin(count);
    return drop_result::kept;
  }

 private:
  /// Does not write what stands there already: immortal objects that are made at compile time are shared by all
  /// threads.
  OURO_NOINLINE static void pin(count_type& count) noexcept {
    if (count != count_word::pinned) count = count_word::pinned;
  }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
