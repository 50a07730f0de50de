#pragma once
/// \file
/// The protocol of `ouro::detail::atomic_slot` with a fault, to see whether it is found.

#include <atomic>
#include <cstdint>

namespace ouro::test {

enum class slot_fault : std::uint8_t {
  none,
  notes_nothing,          ///< a thread that loads counts the object without saying so first
  counts_no_loads,        ///< a thread that replaces the pointer makes no counts for the loads under way
  counts_after_exchange,  ///< it makes them, when a thread that loads may have dropped the last one already
  keeps_surplus_counts,   ///< it keeps those for loads that have ended before the exchange
  keeps_both_counts,      ///< a thread that loads keeps its own count and the one that was made for it
  takes_back_any_note     ///< a thread that loads takes a note back though the object is another one by then
};

/// As `atomic_slot`, but for `fault`.
template <class T, class Counts, template <class> class Atomic>
class faulty_slot {
 public:
  static inline slot_fault fault = slot_fault::none;

  explicit faulty_slot(T* counted) noexcept : word_{word_of(counted)} {}

  [[nodiscard]] T* load() noexcept {
    std::uint64_t seen = word_.load(std::memory_order_acquire);
    do {
      if (object_in(seen) == nullptr) return nullptr;
    } while (fault != slot_fault::notes_nothing && !try_note(seen));
    T* const object = object_in(seen);
    Counts::increment(object);
    if (fault == slot_fault::notes_nothing) return object;
    while (loads_in(seen) != 0 && (fault == slot_fault::takes_back_any_note || object_in(seen) == object)) {
      if (word_.compare_exchange_weak(seen, seen - one_load, std::memory_order_release, std::memory_order_acquire))
        return object;
    }
    if (fault != slot_fault::keeps_both_counts) Counts::decrement(object);
    return object;
  }

  [[nodiscard]] T* exchange(T* counted) noexcept {
    std::uint64_t seen = word_.load(std::memory_order_relaxed);
    while (true) {
      if (loads_in(seen) == 0) {
        if (word_.compare_exchange_weak(seen, word_of(counted), std::memory_order_acq_rel)) return object_in(seen);
      } else if (try_note(seen)) {
        T* const object = object_in(seen);
        if (replace(object, seen, word_of(counted), 1)) return object;
        Counts::decrement(object);
        seen = word_.load(std::memory_order_relaxed);
      }
    }
  }

  [[nodiscard]] bool compare_exchange(T* expected, T* counted) noexcept {
    const std::uint64_t seen = word_.load(std::memory_order_acquire);
    return object_in(seen) == expected && replace(expected, seen, word_of(counted), 0);
  }

  [[nodiscard]] T* peek() const noexcept { return object_in(word_.load(std::memory_order_relaxed)); }

 private:
  static constexpr std::uint64_t one_load = std::uint64_t{1} << 48U;

  static T* object_in(std::uint64_t word) noexcept {
    return reinterpret_cast<T*>(static_cast<std::uintptr_t>(word & (one_load - 1)));
  }
  static std::uint64_t loads_in(std::uint64_t word) noexcept { return word >> 48U; }
  static std::uint64_t word_of(T* object) noexcept { return reinterpret_cast<std::uintptr_t>(object); }

  [[nodiscard]] bool try_note(std::uint64_t& seen) noexcept {
    if (!word_.compare_exchange_weak(seen, seen + one_load, std::memory_order_acq_rel, std::memory_order_acquire))
      return false;
    seen += one_load;
    return true;
  }

  [[nodiscard]] bool replace(T* object, std::uint64_t seen, std::uint64_t stored, std::uint64_t noted) noexcept {
    std::uint64_t counted = 0;
    bool is_replaced = false;
    while (!is_replaced && object_in(seen) == object && loads_in(seen) >= noted) {
      const std::uint64_t needed = fault == slot_fault::counts_no_loads ? 0 : loads_in(seen) - noted;
      if (fault != slot_fault::counts_after_exchange) {
        for (; counted < needed; ++counted) Counts::increment(object);
      }
      is_replaced = word_.compare_exchange_weak(seen, stored, std::memory_order_acq_rel, std::memory_order_acquire);
      if (is_replaced) {
        for (; counted < needed; ++counted) Counts::increment(object);
        counted -= needed;
      }
    }
    if (fault == slot_fault::keeps_surplus_counts) return is_replaced;
    for (; counted != 0; --counted) Counts::decrement(object);
    return is_replaced;
  }

  Atomic<std::uint64_t> word_;
};

}  // namespace ouro::test
