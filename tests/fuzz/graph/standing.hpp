#pragma once
/// \file
/// How a thread of the graph fuzzer waits while another one has its turn.

#include <ouro/collector/handshake/thread_scope.hpp>
#include <ouro/collector/handshake/world.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <string_view>

namespace ouro::fuzz {

enum class standing : std::uint8_t {
  blocking,        ///< in an `ouro::blocking`, so that collections pass
  at_safe_points,  ///< it comes to safe points, where collections stop it
  asleep,          ///< neither: collections give up
  count
};

/// In the words of a sentence that says how it waits.
[[nodiscard]] constexpr std::string_view name_of(standing how) noexcept {
  constexpr std::string_view names[] = {"in `blocking`", "at safe points", "asleep, as far as collections know"};
  static_assert(std::size(names) == static_cast<std::size_t>(standing::count));
  return names[static_cast<std::size_t>(how)];
}

[[nodiscard]] constexpr standing standing_of(std::uint8_t operand) noexcept {
  return static_cast<standing>(operand % static_cast<std::uint8_t>(standing::count));
}

/// Waits until `is_over()`, which `lock` guards, and whose changes `changed` tells of. Calls no user code.
template <class IsOver>
void stand_until(standing how, std::condition_variable& changed, std::unique_lock<std::mutex>& lock, IsOver is_over) {
  switch (how) {
    case standing::at_safe_points:
      while (!changed.wait_for(lock, std::chrono::microseconds{50}, is_over)) {
        lock.unlock();
        detail::all_mutators.let_stop();  // `safepoint()` would begin a collection if one is due
        lock.lock();
      }
      return;
    case standing::asleep:
      return changed.wait(lock, is_over);
    default: {
      const ouro::blocking waits;
      return changed.wait(lock, is_over);
    }
  }
}

}  // namespace ouro::fuzz
