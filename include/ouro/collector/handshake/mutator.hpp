#pragma once
/// \file
/// What a thread is to collections of objects that threads share: a mutator, which must stand while one looks at them.

#include <ouro/config.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// What the word of a mutator says. A thread may use shared objects while its word is odd.
///
/// ```
///   outside  --- the thread ---------->  running     it enters: its first use, or the end of `blocking`
///   running  --- the thread ---------->  outside     it leaves: `blocking`, a safe point, its end
///   running  --- a thread that stops ->  asked       please come to a safe point
///   outside  --- a thread that stops ->  held        do not enter
///   asked    --- the thread ---------->  outside     it has come to a safe point
///   held     -- the same thread ------>  outside     the world goes on; a thread that was asked stays so
/// ```
/// Each step is one atomic operation on one word, so that no order between two variables matters.
struct mutator_word {
  static constexpr std::uint32_t outside = 0;
  static constexpr std::uint32_t running = 1;
  static constexpr std::uint32_t held = 2;
  static constexpr std::uint32_t asked = 3;

  [[nodiscard]] static constexpr bool is_inside(std::uint32_t word) noexcept { return (word & 1) != 0; }
};

/// One for each thread.
struct mutator {
  static constexpr std::size_t most_name = 24;  ///< bytes, with the zero at the end

  std::atomic<std::uint32_t> word{mutator_word::outside};
  bool is_registered = false;
  bool was_asked = false;       ///< it went outside while a stop waited for it
  std::uint32_t ends = 0;       ///< how often the system has said that the thread ends
  std::uint32_t blockings = 0;  ///< `blocking` objects that live
  std::uint32_t pauses = 0;     ///< `gc::pause` objects of shared memories that live
  std::uint64_t number = 0;     ///< in the order of registration, from 1
  char name[most_name] = {};    ///< that the thread has given itself
  mutator* next = nullptr;      ///< registered before this one; guarded by the world
  mutator* previous = nullptr;

  /// Whether this thread may use shared objects at this moment.
  [[nodiscard]] OURO_ALWAYS_INLINE bool is_inside() const noexcept {
    // relaxed: only this thread makes its word odd or even.
    return mutator_word::is_inside(word.load(std::memory_order_relaxed));
  }

  /// Whether a collection waits for this thread to come to a safe point. May miss one that has just begun.
  [[nodiscard]] OURO_ALWAYS_INLINE bool is_asked() const noexcept {
    return word.load(std::memory_order_relaxed) == mutator_word::asked;
  }

  /// Whether this thread may use shared objects, and no collection waits for it. May miss one that has just begun.
  [[nodiscard]] OURO_ALWAYS_INLINE bool is_undisturbed() const noexcept {
    return word.load(std::memory_order_relaxed) == mutator_word::running;
  }
};

OURO_SHARED_STATE inline constinit thread_local mutator this_mutator{};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
