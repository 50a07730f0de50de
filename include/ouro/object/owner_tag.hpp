#pragma once
/// \file
/// Tells threads apart in 6 bits of a header, so that a checked build notices objects used by a thread that does not
/// own them.

#include <ouro/config.hpp>

#include <atomic>
#include <cstdint>

namespace ouro::detail {

OURO_SHARED_STATE inline constinit std::atomic<std::uint32_t> owner_tags_given{0};
OURO_SHARED_STATE inline constinit thread_local std::uint32_t owner_tag_of_thread = 0;

/// 1 to 63. Two threads share one when 63 others began between them: the check may miss, it never accuses wrongly.
[[nodiscard]] inline std::uint32_t owner_tag() noexcept {
  if (owner_tag_of_thread == 0) {
    owner_tag_of_thread = owner_tags_given.fetch_add(1, std::memory_order_relaxed) % 63 + 1;
  }
  return owner_tag_of_thread;
}

}  // namespace ouro::detail
