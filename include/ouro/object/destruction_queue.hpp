#pragma once
/// \file
/// Destruction in bounded stack, and in the order that recursion gives.
///
/// A destructor that drops the last pointer to another object destroys that object at once, as with `std::shared_ptr`,
/// while the nested destructors use less than a fixed amount of stack. Beyond that amount the object waits: its header
/// stays as it is, with the count `count_word::none`, so that every look-up takes it for dead. The innermost destructor
/// that still ran at once destroys what waits when it returns, before its own block is freed. Objects that wait are
/// destroyed in the depth-first order of recursion, and the block of each is freed after its descendants have been
/// destroyed, so that their destructors may still write to it through raw pointers.
///
/// CPython bounds its nested deallocators in the same way, by a number of levels (the "trashcan", Objects/object.c).
/// O(1) an object. Memory: 8 bytes for each object that waits, and for each whose descendants wait. Where there is no
/// memory for that, an object is destroyed at once.
///
/// A program that cannot wait for the end of a large structure has every object wait, and destroys so many at a time.

#include <ouro/base/raw_array.hpp>
#include <ouro/base/stack_level.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/type_record.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// One a heap and refcount policy. It has no state of consequence while it is empty and not deferring.
template <class RefcountPolicy>
class OURO_SHARED_TYPE destruction_queue {
 public:
  using header_type = header<RefcountPolicy>;

  static constexpr std::size_t default_nesting = std::size_t{256} << 10;  ///< bytes of stack

  /// \see heap_local_of
  [[nodiscard]] static destruction_queue& of_thread() noexcept;

  /// Whether the library is running a destructor or a `finalize` on this thread.
  [[nodiscard]] bool is_destroying() const noexcept { return is_destroying(lowest_); }

  /// Whether an object whose count has fallen to zero has to wait.
  [[nodiscard]] OURO_ALWAYS_INLINE bool must_wait() const noexcept { return stack_position() < lowest_; }

  /// Whether every object waits for `drain`.
  [[nodiscard]] bool is_deferring() const noexcept { return is_deferring(lowest_); }
  void defer(bool wanted) noexcept {
    if (wanted && lowest_ < some_wait) base_ = waiting_.size;
    lowest_ = resting(is_destroying(), wanted);
  }

  /// Bytes of stack that nested destructors use before objects wait.
  [[nodiscard]] std::size_t nesting() const noexcept { return nesting_; }
  void set_nesting(std::size_t bytes) noexcept {
    const std::size_t most = stack_position() / 2;
    nesting_ = bytes < most ? bytes : most;
  }

  /// Has the object wait. False, and nothing has changed, when memory is exhausted. \pre its count is
  /// `count_word::none`; it is in no root buffer; `must_wait()`
  [[nodiscard]] OURO_NOINLINE bool push(header_type& object) noexcept {
    if (!waiting_.push(reinterpret_cast<std::uintptr_t>(&object))) return false;
    if (lowest_ < some_wait) {
      base_ = waiting_.size - 1;
      lowest_ = some_wait;
    }
    return true;
  }

  /// Before a destructor that runs at once. Returns what `leave` must be given: 0 for the outermost destructor.
  /// \pre `!must_wait()`
  [[nodiscard]] OURO_ALWAYS_INLINE std::uintptr_t enter() noexcept {
    const std::uintptr_t before = lowest_;
    if (before == 0) lowest_ = stack_position() - nesting_;
    stack_level::enter();
    return before;
  }

  /// After it: ends what it has dropped that had to wait.
  OURO_ALWAYS_INLINE void leave(std::uintptr_t before) noexcept {
    stack_level::leave();
    const std::uintptr_t now = lowest_;
    lowest_ = before;
    if (now >= some_wait) [[unlikely]]
      leave_rarely(before, now);
  }

  /// How much is in the queue: what comes later is above it.
  [[nodiscard]] std::size_t mark() const noexcept { return waiting_.size; }

  /// Runs `destroy`, which calls user code, in any state. What that left above `mark()` is the caller's to end.
  template <class Destroy>
  void run_nested(Destroy&& destroy) noexcept {
    const std::uintptr_t before = lowest_;
    if (before == 0) {
      lowest_ = stack_position() - nesting_;
    } else if (before == idle_deferring) {
      lowest_ = deferring;
    }
    {
      const in_stack_level level;
      destroy();
    }
    restore(before, lowest_);
  }

  /// Ends what waits above `mark`, which was dropped since then. \post nothing is above `mark`
  void end_above(std::size_t mark) noexcept {
    if (waiting_.size != mark) [[unlikely]]
      static_cast<void>(end_some(mark, mark, all));
  }

  /// Ends up to `most` objects of all that wait, and returns how many that were; 0 from within a destructor. O(1) an
  /// object, and what its destructor does.
  std::size_t drain(std::size_t most) noexcept {
    if (is_destroying()) return 0;
    const std::size_t ended = end_some(0, ordered_, most);
    ordered_ = waiting_.size;
    return ended;
  }

  /// Whether each object that waits for its destructor has no pointers. O(entries)
  [[nodiscard]] bool is_valid() const noexcept {
    for (std::size_t i = 0; i != waiting_.size; ++i) {
      const std::uintptr_t entry = waiting_.items[i];
      if ((entry & is_destroyed) != 0) continue;
      if (object_of(entry).load_count() != count_word::none) return false;
    }
    return true;
  }

 private:
  // Values of `lowest_` above all addresses.
  static constexpr std::uintptr_t idle_deferring = ~std::uintptr_t{0};  ///< every object waits; no destructor runs
  static constexpr std::uintptr_t deferring = idle_deferring - 1;       ///< every object waits; a destructor runs
  static constexpr std::uintptr_t some_wait = deferring - 1;  ///< what the running destructor drops waits behind others

  static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
  static constexpr std::uintptr_t is_destroyed = 1;        ///< in an entry: what remains is to free the block
  static constexpr std::uintptr_t nothing = is_destroyed;  ///< an entry whose object came back to life

  [[nodiscard]] static bool is_deferring(std::uintptr_t lowest) noexcept { return lowest >= deferring; }

  [[nodiscard]] static bool is_destroying(std::uintptr_t lowest) noexcept {
    return lowest != 0 && lowest != idle_deferring;
  }

  /// What `lowest_` is where a program has just begun to defer, or ended that.
  [[nodiscard]] static std::uintptr_t resting(bool destroying, bool defers) noexcept {
    if (defers) return destroying ? deferring : idle_deferring;
    return destroying ? some_wait : 0;
  }

  /// After a destructor that began in the state `before`, and ended in the state `now`: a program may begin to defer in
  /// one destructor, and end it in another.
  void restore(std::uintptr_t before, std::uintptr_t now) noexcept {
    lowest_ = is_deferring(now) == is_deferring(before) ? before : resting(is_destroying(before), is_deferring(now));
  }

  OURO_NOINLINE void leave_rarely(std::uintptr_t before, std::uintptr_t now) noexcept {
    restore(before, now);
    end_above(base_);
  }

  [[nodiscard]] static header_type& object_of(std::uintptr_t entry) noexcept {
    return *reinterpret_cast<header_type*>(entry & ~is_destroyed);
  }

  [[nodiscard]] static const type_record& record_of(const header_type& object) noexcept {
    return detail::record_of(object.load_info());
  }

  /// Turns the entries from `first` on round, which stand in the order in which they were dropped: the first of them is
  /// to be the next.
  void turn(std::size_t first) noexcept {
    for (std::size_t last = waiting_.size; first + 1 < last; ++first) {
      std::swap(waiting_.items[first], waiting_.items[--last]);
    }
  }

  /// Ends up to `most` objects above `mark`. `dropped`: the entries from there on stand in the order of their drops.
  OURO_NOINLINE std::size_t end_some(std::size_t mark, std::size_t dropped, std::size_t most) noexcept {
    turn(dropped);
    std::size_t ended = 0;
    while (waiting_.size != mark) {
      const std::size_t place = waiting_.size - 1;
      const std::uintptr_t entry = waiting_.items[place];
      if ((entry & is_destroyed) != 0) {
        waiting_.size = place;
        if (entry != nothing) record_of(object_of(entry)).deallocate_one(&object_of(entry));
      } else if (ended == most && is_deferring()) {
        return ended;
      } else {
        // The entry stays below those of the objects that this one leaves behind.
        ++ended;
        waiting_.items[place] = entry | is_destroyed;
        if (!record_of(object_of(entry)).end(&object_of(entry))) waiting_.items[place] = nothing;
        turn(place + 1);
      }
    }
    if (mark == 0) waiting_.release();
    return ended;
  }

  std::uintptr_t lowest_ = 0;  ///< objects wait where the stack has grown below this address; 0: no destructor runs
  std::size_t nesting_ = default_nesting;
  raw_array<std::uintptr_t> waiting_;  ///< addresses of headers; the last is the next to end
  std::size_t ordered_ = 0;            ///< after a `drain`: entries from there on were dropped since
  std::size_t base_ = 0;  ///< entries from there on were dropped by the destructor that runs, where some of those wait
};

template <class RefcountPolicy>
OURO_SHARED_STATE inline constinit thread_local destruction_queue<RefcountPolicy> destructions{};

template <class RefcountPolicy>
destruction_queue<RefcountPolicy>& destruction_queue<RefcountPolicy>::of_thread() noexcept {
  return destructions<RefcountPolicy>;
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
