#pragma once
/// \file
/// A counted raw pointer that threads load and replace at the same time, in one atomic word.
///
/// To copy the pointer, a thread must add to the count of an object that another thread may be about to end. So it
/// first notes in the word that it is loading: then whoever replaces the pointer counts for it. This is the split
/// reference count of Anthony Williams ("C++ Concurrency in Action", section 7.2.4), with one difference: the object's
/// count is exact whenever no thread is in the middle of a load, since a load that nobody has disturbed takes its note
/// back.
///
/// ```
///   threads in the middle of a load (16) | address (48)
/// ```
/// load: note (+1), count the object, take the note back (-1). If the pointer has been replaced meanwhile, the thread
/// that did so has counted for the note; the loading thread has counted as well, and drops one of the two.
///
/// replace: if no load is under way, one compare-exchange. Otherwise count the object once for each, and exchange if
/// there are still as many. The counts come before the exchange: a loading thread that sees the exchange may drop the
/// last pointer at once.
///
/// A pointer that is replaced and then stored again is no danger, though a thread may then take another thread's note
/// for its own: the counts are for one object, and each note is counted or taken back once, whoever does it.
///
/// Lock-free where 64-bit atomics are. Each function is O(1), apart from attempts that are made again because another
/// thread has succeeded; replacing is O(loads under way).

#include <ouro/base/diagnostics.hpp>
#include <ouro/base/integer_cast.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/config.hpp>

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The parts of the word. No template, so that debuggers know its constants.
struct slot_word {
  static constexpr int address_bits = 48;
  static constexpr std::uint64_t one_load = std::uint64_t{1} << address_bits;
  static constexpr std::uint64_t most_loads = (std::uint64_t{1} << (64 - address_bits)) - 1;

  [[nodiscard]] static constexpr std::uint64_t address_in(std::uint64_t word) noexcept { return word & (one_load - 1); }
  [[nodiscard]] static constexpr std::uint64_t loads_in(std::uint64_t word) noexcept { return word >> address_bits; }
};

/// `Counts`: `increment(T*)` and `decrement(T*)`, of which the latter may run destructors. `Atomic`: as `std::atomic`.
template <class T, class Counts, template <class> class Atomic = std::atomic>
class atomic_slot {
 public:
  static constexpr bool is_always_lock_free = std::atomic<std::uint64_t>::is_always_lock_free;

  constexpr atomic_slot() noexcept = default;
  /// Takes over a count.
  explicit atomic_slot(T* counted) noexcept : word_{word_of(counted)} {}
  atomic_slot(const atomic_slot&) = delete;
  atomic_slot& operator=(const atomic_slot&) = delete;
  ~atomic_slot() = default;

  /// The object with a count for the caller.
  [[nodiscard]] T* load() noexcept {
    std::uint64_t seen = word_.load(std::memory_order_seq_cst);
    do {
      if (object_in(seen) == nullptr) return nullptr;
    } while (!try_note(seen));
    T* const object = object_in(seen);
    Counts::increment(object);
    while (object_in(seen) == object && loads_in(seen) != 0) {
      // release: whoever replaces the pointer next sees the count. acquire: the count made for this load is seen.
      if (word_.compare_exchange_weak(seen, seen - one_load, std::memory_order_release, std::memory_order_acquire))
        return object;
    }
    Counts::decrement(object);
    return object;
  }

  /// Takes over the count of `counted`, and returns the object before with the count that the slot had.
  [[nodiscard]] T* exchange(T* counted) noexcept {
    const std::uint64_t stored = word_of(counted);
    std::uint64_t seen = word_.load(std::memory_order_relaxed);
    for (;;) {
      if (loads_in(seen) == 0) {
        // acq_rel would do, if users did not expect more of standard atomics.
        if (word_.compare_exchange_weak(seen, stored, std::memory_order_seq_cst, std::memory_order_relaxed))
          return object_in(seen);
      } else if (try_note(seen)) {
        // As one that loads, this thread may use the object.
        T* const object = object_in(seen);
        if (replace(object, seen, stored, 1)) return object;
        Counts::decrement(object);  // that for the note
        seen = word_.load(std::memory_order_relaxed);
      }
    }
  }

  /// If the object is `expected`, takes over the count of `counted`, and the caller has the count that the slot had.
  /// \pre the caller has a pointer to `expected`
  [[nodiscard]] bool compare_exchange(T* expected, T* counted) noexcept {
    std::uint64_t seen = word_.load(std::memory_order_seq_cst);
    return object_in(seen) == expected && replace(expected, seen, word_of(counted), 0);
  }

  /// Waits until the object is another one than `old`, and a notification has come. `WhileWaiting`: is constructed
  /// around each wait. \pre the caller has a pointer to `old`
  template <class WhileWaiting>
  void wait(T* old) const noexcept {
    for (;;) {
      const std::uint64_t seen = word_.load(std::memory_order_seq_cst);
      if (object_in(seen) != old) return;
      const WhileWaiting waits;
      word_.wait(seen, std::memory_order_relaxed);
    }
  }
  void notify_one() noexcept { word_.notify_one(); }
  void notify_all() noexcept { word_.notify_all(); }

  /// The object, without a count. \pre no other thread uses the slot
  [[nodiscard]] T* peek() const noexcept { return object_in(word_.load(std::memory_order_relaxed)); }

  /// Where the word has the address. \pre no other thread uses the slot, while the address is used
  [[nodiscard]] void* address() noexcept {
    constexpr bool is_little_endian = std::endian::native == std::endian::little;
    return reinterpret_cast<std::byte*>(&word_) + (is_little_endian ? 0 : sizeof(std::uint64_t) - sizeof(void*));
  }

 private:
  static constexpr std::uint64_t one_load = slot_word::one_load;

  [[nodiscard]] static T* object_in(std::uint64_t word) noexcept {
    return reinterpret_cast<T*>(integer_cast<std::uintptr_t>(slot_word::address_in(word)));
  }
  [[nodiscard]] static std::uint64_t loads_in(std::uint64_t word) noexcept { return slot_word::loads_in(word); }

  /// Addresses of 64 bits have 48 that differ, unless a program asks its system for more, or marks them by tags.
  [[nodiscard]] static std::uint64_t word_of(T* object) noexcept {
    const std::uint64_t word = reinterpret_cast<std::uintptr_t>(object);
    if (loads_in(word) != 0) [[unlikely]]
      misuse("an atomic_ptr cannot hold an address of more than 48 bits", type_name<T>());
    return word;
  }

  /// Notes in the word, if it is `seen`, that the calling thread is loading. Either way, `seen` is the word afterwards.
  [[nodiscard]] bool try_note(std::uint64_t& seen) noexcept {
    if (loads_in(seen) == slot_word::most_loads) {  // GCOVR_EXCL_START: more threads than a test has
      spin_pause();
      seen = word_.load(std::memory_order_relaxed);
      return false;
    }  // GCOVR_EXCL_STOP
    // acquire: the object is seen as it was when it was stored. seq_cst: as users of standard atomics expect.
    if (!word_.compare_exchange_weak(seen, seen + one_load, std::memory_order_seq_cst, std::memory_order_seq_cst))
      return false;
    seen += one_load;
    return true;
  }

  /// Stores `stored` if the object is still `object`. `noted`: how many of the loads under way are the caller's own; if
  /// the function returns false, these have been counted. \pre the caller may use the object
  [[nodiscard]] bool replace(T* object, std::uint64_t seen, std::uint64_t stored, std::uint64_t noted) noexcept {
    std::uint64_t counted = 0;
    bool is_replaced = false;
    while (!is_replaced && object_in(seen) == object && loads_in(seen) >= noted) {
      for (; counted < loads_in(seen) - noted; ++counted) Counts::increment(object);
      const std::uint64_t needed = loads_in(seen) - noted;
      is_replaced = word_.compare_exchange_weak(seen, stored, std::memory_order_seq_cst, std::memory_order_acquire);
      if (is_replaced) counted -= needed;
    }
    for (; counted != 0; --counted) Counts::decrement(object);
    return is_replaced;
  }

  Atomic<std::uint64_t> word_{0};
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
