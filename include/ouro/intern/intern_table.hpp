#pragma once
/// \file
/// The hash table of an interner, from values to entries.
///
/// Threads that share a table may race as follows. Thread A drops the last handle to an entry: the count is zero, and A
/// is about to erase the entry from the table. Before A gets the lock, thread B looks the same value up and finds the
/// entry. If B used the entry, A would free it while B has a handle. If B waited until A has erased it, B would wait
/// with the lock that A needs. So B increments the count only if it is not zero. If it is zero, B ignores the entry and
/// inserts a new one with the same value. A then erases the entry that died, by its address, and the new one stays.
///
/// An entry whose destruction waits in the destruction queue of its thread is in the same state for a longer time. The
/// table itself owns no count, since that would keep every entry alive.

#include <ouro/base/diagnostics.hpp>
#include <ouro/base/heap_local.hpp>
#include <ouro/base/integer_cast.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Open addressing with linear probing. A slot is one word: the address of the entry and 16 bits of its hash, so that a
/// probe reads the memory of a wrong entry once in 65536 times. `Entry` has a member `hash`. Amortised O(1); only
/// `reserve` allocates. Constant-initialised, and without a destructor: it frees its memory when it becomes empty. Not
/// thread-safe.
template <class Entry>
class intern_table {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Bytes of the table itself.
  [[nodiscard]] std::size_t bytes() const noexcept { return capacity_ * sizeof(std::uint64_t); }

  /// Changes with every change of the table.
  [[nodiscard]] std::size_t version() const noexcept { return version_; }

  /// The first entry of this hash for which `matches(entry)` is true; null if there is none. `matches` may change the
  /// table: then the search ends, which the caller detects by `version`.
  template <class Matches>
  [[nodiscard]] OURO_ALWAYS_INLINE Entry* find(std::size_t hash, Matches&& matches) {
    if (capacity_ == 0) return nullptr;
    const std::uint64_t tag = tag_of(hash);
    const std::size_t version = version_;
    for (std::size_t i = home(hash);; i = next(i)) {
      const std::uint64_t slot = slots_[i];
      if (slot == empty) return nullptr;
      if ((slot & tag_mask) != tag || slot == erased) continue;
      Entry* const entry = entry_in(slot);
      if (entry->hash != hash) continue;
      const bool found = matches(*entry);  // calls user code, which may use this table
      if (found) return entry;
      if (version != version_) return nullptr;
    }
  }

  /// Prefetches the first slot that `find` reads. `fetch_entry`, called some time later, prefetches the entry of that
  /// slot.
  void fetch_slot(std::size_t hash) const noexcept {
    if (capacity_ != 0) prefetch(slots_ + home(hash));
  }
  void fetch_entry(std::size_t hash) const noexcept {
    if (capacity_ != 0) prefetch(entry_in(slots_[home(hash)]));
  }

  /// Makes room for one more entry. \throws std::bad_alloc, and nothing has changed then
  void reserve() {
    if ((size_ + erased_ + 1) * 4 <= capacity_ * 3) return;
    std::size_t wider = 16;
    while (wider * 3 < (size_ + 1) * 4 + size_) wider *= 2;
    auto* const slots = new std::uint64_t[wider]{};
    const std::uint64_t* const old = slots_;
    const std::size_t old_capacity = capacity_;
    slots_ = slots;
    capacity_ = wider;
    erased_ = 0;
    ++version_;
    for (std::size_t i = 0; i != old_capacity; ++i) {
      if (old[i] != empty && old[i] != erased) place(old[i], entry_in(old[i])->hash);
    }
    delete[] old;
    check_whole(*this, "intern_table");
  }

  /// \pre `reserve` has been called since the last insertion
  void insert(Entry& entry) noexcept {
    place(tag_of(entry.hash) | reinterpret_cast<std::uintptr_t>(&entry), entry.hash);
    ++size_;
    ++version_;
  }

  /// Erases this entry, found by its address; does nothing if it is not in the table.
  void erase(const Entry& entry) noexcept {
    if (capacity_ == 0) return;
    const std::uint64_t wanted = tag_of(entry.hash) | reinterpret_cast<std::uintptr_t>(&entry);
    for (std::size_t i = home(entry.hash); slots_[i] != empty; i = next(i)) {
      if (slots_[i] != wanted) continue;
      slots_[i] = slots_[next(i)] == empty ? empty : erased;
      erased_ += slots_[i] == erased ? 1 : 0;
      --size_;
      ++version_;
      break;
    }
    if (size_ == 0) clear();
  }

  /// Whether a search by hash reaches each entry, and the counters are right. O(capacity)
  [[nodiscard]] bool is_valid() const noexcept {
    std::size_t entries = 0;
    std::size_t erased_slots = 0;
    for (std::size_t i = 0; i != capacity_; ++i) {
      if (slots_[i] == empty) continue;
      if (slots_[i] == erased) {
        ++erased_slots;
        continue;
      }
      ++entries;
      const std::size_t hash = entry_in(slots_[i])->hash;
      if ((slots_[i] & tag_mask) != tag_of(hash)) return false;
      std::size_t at = home(hash);
      while (at != i && slots_[at] != empty) at = next(at);
      if (at != i) return false;
    }
    return entries == size_ && erased_slots == erased_;
  }

  /// Removes all entries and frees the memory of the table.
  void clear() noexcept {
    delete[] slots_;
    slots_ = nullptr;
    capacity_ = 0;
    size_ = 0;
    erased_ = 0;
    ++version_;
  }

 private:
  static constexpr std::uint64_t empty = 0;
  static constexpr std::uint64_t erased = 1;
  static constexpr std::uint64_t tag_mask = 0xFFFF000000000000u;

  [[nodiscard]] static std::uint64_t tag_of(std::size_t hash) noexcept {
    const std::uint64_t wide = hash;
    if constexpr (sizeof(hash) == 8) {
      return wide & tag_mask;
    } else {
      return wide << 48;
    }
  }

  [[nodiscard]] static Entry* entry_in(std::uint64_t slot) noexcept {
    return reinterpret_cast<Entry*>(integer_cast<std::uintptr_t>(slot & ~tag_mask));
  }

  [[nodiscard]] std::size_t home(std::size_t hash) const noexcept { return hash & (capacity_ - 1); }
  [[nodiscard]] std::size_t next(std::size_t i) const noexcept { return (i + 1) & (capacity_ - 1); }

  void place(std::uint64_t slot, std::size_t hash) noexcept {
    std::size_t i = home(hash);
    while (slots_[i] != empty && slots_[i] != erased) i = next(i);
    if (slots_[i] == erased) --erased_;
    slots_[i] = slot;
  }

  std::uint64_t* slots_ = nullptr;
  std::size_t capacity_ = 0;  ///< a power of two, or 0
  std::size_t size_ = 0;      ///< size_ + erased_ <= capacity_ * 3 / 4
  std::size_t erased_ = 0;
  std::size_t version_ = 0;
};

/// A table with its lock and a flag that disables it. If threads do not share it and it is trivially copyable, it
/// belongs to a private heap; otherwise to the thread.
template <class Entry, class Locking>
struct OURO_SHARED_TYPE intern_cache {
  typename Locking::mutex mutex;
  intern_table<Entry> table;
  bool is_enabled = true;

  /// The cache that all threads share, or the one of the calling thread's heap.
  [[nodiscard]] static intern_cache& current() noexcept {
    if constexpr (Locking::is_shared) {
      // Never destroyed, since handles in static objects erase their entries at the end of the program. Made at run
      // time, since not every recursive mutex is constant-initialised.
      static intern_cache* const shared = new intern_cache;
      return *shared;
    } else {
      return local_;
    }
  }

  /// Makes room for one more entry. \throws std::bad_alloc, and nothing has changed then
  void reserve() {
    if (table.bytes() == 0 && !register_here()) throw_bad_alloc();
    table.reserve();
  }

  /// Switches the current heap's cache on or off, or that of all threads. When memory is exhausted, a private heap may
  /// lose the setting when the thread leaves it.
  void enable(bool wanted) noexcept {
    static_cast<void>(register_here());
    is_enabled = wanted;
  }

  /// \see heap_local_of
  [[nodiscard]] static intern_cache& of_thread() noexcept { return local_; }
  static void release() noexcept { local_.table.clear(); }

 private:
  /// Registers the cache as a heap-local variable, before it gets a value that the heap must keep. False when memory is
  /// exhausted.
  [[nodiscard]] static bool register_here() noexcept {
    if constexpr (!Locking::is_shared && std::is_trivially_copyable_v<intern_cache>) {
      return register_heap_local(heap_local_of<intern_cache>::variable);
    } else {
      return true;
    }
  }

  OURO_SHARED_STATE static constinit thread_local intern_cache local_;
};

template <class Entry, class Locking>
constinit thread_local intern_cache<Entry, Locking> intern_cache<Entry, Locking>::local_{};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
