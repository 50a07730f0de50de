#pragma once
/// \file
/// How many objects of each opaque type live, in numbers of each thread: it counts what it makes and what it destroys,
/// without atomic read-modify-writes. The sum over all threads is the answer.

#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// What is known of an opaque type. Entries are listed once their first object is made, and for good.
struct opaque_entry {
  std::string_view name;
  std::string_view deleter{};
  std::string_view member{};
  std::atomic<std::size_t> of_no_thread{0};    ///< counted by threads that have ended, or have no counts
  std::atomic<std::uint32_t> index{unlisted};  ///< in the counts of each thread
  opaque_entry* next{nullptr};

  static constexpr std::uint32_t unlisted = static_cast<std::uint32_t>(-1);
};

/// The counts of a thread, for the first types that were listed. Only this thread writes to them; each is less than 0
/// where other threads have made what this one has destroyed.
struct opaque_counts {
  static constexpr std::uint32_t capacity = 128;

  std::atomic<std::size_t> at[capacity]{};
  opaque_counts* next = nullptr;
};

/// Null before a thread's first count, and at its end. Declared apart, so that a count is a load, a test and an
/// addition.
OURO_SHARED_STATE inline constinit thread_local opaque_counts* opaque_counts_here = nullptr;
OURO_SHARED_STATE inline constinit thread_local bool opaque_counts_have_ended = false;

/// All counts and entries. The mutex guards the lists.
struct opaque_registry {
  static_mutex mutex{};
  opaque_counts* counts{nullptr};
  opaque_entry* first{nullptr};
  std::uint32_t entries{0};
};
OURO_SHARED_STATE inline constinit opaque_registry all_opaque{};

/// Leaves the counts of a thread to the entries.
inline void end_opaque_counts() noexcept {
  opaque_counts* const ended = opaque_counts_here;
  opaque_counts_have_ended = true;
  opaque_counts_here = nullptr;
  if (ended == nullptr) return;
  {
    const lock_guard lock{all_opaque.mutex};
    for (opaque_entry* at = all_opaque.first; at != nullptr; at = at->next) {
      const std::uint32_t index = at->index.load(std::memory_order_relaxed);
      if (index < opaque_counts::capacity)
        at->of_no_thread.fetch_add(ended->at[index].load(std::memory_order_relaxed), std::memory_order_relaxed);
    }
    opaque_counts** link = &all_opaque.counts;
    while (*link != ended) link = &(*link)->next;
    *link = ended->next;
  }
  delete ended;
}

/// Gives the calling thread counts, unless it is about to end or there is no memory.
OURO_SHARED_STATE inline void begin_opaque_counts() noexcept {
  if (opaque_counts_have_ended) return;
  auto* const made = new (std::nothrow) opaque_counts;
  if (made == nullptr) return;
  {
    const lock_guard lock{all_opaque.mutex};
    made->next = all_opaque.counts;
    all_opaque.counts = made;
  }
  opaque_counts_here = made;
  struct end {
    end() noexcept = default;
    end(const end&) = delete;
    end& operator=(const end&) = delete;
    ~end() { end_opaque_counts(); }
  };
  static thread_local const end at_end;
  static_cast<void>(at_end);
}

/// `count_opaque` where the thread has no counts yet, or none for the type. Defined in opaque_types.hpp, which lists
/// it.
void count_opaque_rarely(opaque_entry& entry, std::size_t change) noexcept;

/// `change` is 1 or -1.
OURO_ALWAYS_INLINE void count_opaque(opaque_entry& entry, std::size_t change) noexcept {
  opaque_counts* const here = opaque_counts_here;
  const std::uint32_t index = entry.index.load(std::memory_order_relaxed);
  if (here == nullptr || index >= opaque_counts::capacity) [[unlikely]]
    return count_opaque_rarely(entry, change);
  std::atomic<std::size_t>& count = here->at[index];
  count.store(count.load(std::memory_order_relaxed) + change, std::memory_order_relaxed);
}

/// How many live. \pre the caller holds the registry's mutex
[[nodiscard]] inline std::size_t living_of(const opaque_entry& entry) noexcept {
  std::size_t sum = entry.of_no_thread.load(std::memory_order_relaxed);
  const std::uint32_t index = entry.index.load(std::memory_order_relaxed);
  if (index < opaque_counts::capacity) {
    for (const opaque_counts* at = all_opaque.counts; at != nullptr; at = at->next)
      sum += at->at[index].load(std::memory_order_relaxed);
  }
  // Files of a program may know different parts of a type, and so count the beginning of an object and not its end.
  return static_cast<std::ptrdiff_t>(sum) < 0 ? 0 : sum;
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
