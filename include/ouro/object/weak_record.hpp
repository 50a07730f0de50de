#pragma once
/// \file
/// What weak pointers hold on to instead of the object.
///
/// A record names its target until the target begins to die. Records lie outside the block of the object, so that weak
/// pointers do not keep its memory; an object that has some has the flag `watched`, and the table finds its records by
/// its address, so that all other objects pay nothing. All weak pointers to an object share one record, but those with
/// a callback have one of their own.

#include <ouro/base/address_map.hpp>
#include <ouro/base/diagnostics.hpp>
#include <ouro/base/heap_local.hpp>
#include <ouro/base/static_mutex.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/config.hpp>
#include <ouro/object/destruction_queue.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/owner_tag.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/object/weak_target.hpp>
#include <ouro/refcount/atomic_refcount.hpp>
#include <ouro/refcount/local_refcount.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// How many objects have begun to be watched.
OURO_SHARED_STATE inline constinit std::atomic<std::uint64_t> lifetimes_watched{0};

/// A callback of a weak pointer, whatever its type.
struct weak_callback {
  virtual void run() = 0;
  virtual ~weak_callback() = default;
};

/// Counts the weak pointers, which are shared between threads where the objects are.
template <class RefcountPolicy>
using pin_refcount = std::conditional_t<RefcountPolicy::is_thread_safe, atomic_refcount, local_refcount>;

template <class RefcountPolicy>
struct weak_record {
  using header_type = header<RefcountPolicy>;

  /// The lifetime of immortal objects, which may be watched by several threads or heaps, each with records of its own.
  static constexpr std::uint64_t endless = static_cast<std::uint64_t>(-1);

  weak_target<RefcountPolicy> target;  ///< cleared once it is dying, under the shard's lock
  const void* owner;                   ///< the target's address, kept as the identity to order by
  std::uint64_t lifetime;              ///< larger than those of the objects that had the address before; or `endless`
  std::uint64_t heap;                  ///< the number of the heap whose table lists it; 0 where threads share the table
  typename pin_refcount<RefcountPolicy>::count_type
      pins;                 ///< weak pointers that use this record, and the queue of callbacks
  weak_record* previous;    ///< of the same target, null for the first; without meaning once that is cleared
  weak_record* next;        ///< of the same target; or the next in the queue of callbacks
  weak_callback* callback;  ///< owned; null in the record that is shared
};

/// Makes, finds and ends the records of one refcount policy. With a thread-safe policy it is shared by all threads: the
/// lock of a shard guards the lists, and `lock` takes turns with the clearing of a dying target alone.
template <class RefcountPolicy>
class OURO_SHARED_TYPE weak_table {
  using pins = pin_refcount<RefcountPolicy>;

 public:
  using header_type = header<RefcountPolicy>;
  using record = weak_record<RefcountPolicy>;
  static constexpr bool is_shared = RefcountPolicy::is_thread_safe;

  /// The record that plain weak pointers to `target` share, with a pin for the caller. The caller holds a strong
  /// pointer.
  /// \throws std::bad_alloc, and nothing has changed then
  [[nodiscard]] static record* watch(header_type& target) {
    shard& home = shard_for(&target);
    const lock_guard lock{home.mutex};
    record*& first = home.records[&target];
    // The shared record is the first in the list, if there is one; its last weak pointer may be going at this moment.
    if (first != nullptr && first->callback == nullptr && pin_again(*first)) return first;
    return enlist(home, first, nullptr, target, nullptr);
  }

  /// A record of its own for a weak pointer with a callback, which the table takes over.
  /// \throws std::bad_alloc, and nothing has changed then: the callback remains the caller's
  [[nodiscard]] static record* watch(header_type& target, weak_callback* callback) {
    shard& home = shard_for(&target);
    const lock_guard lock{home.mutex};
    record*& first = home.records[&target];
    // Behind the shared record, if there is one.
    record* const shared = first != nullptr && first->callback == nullptr ? first : nullptr;
    return enlist(home, first, shared, target, callback);
  }

  static void pin(record& at) noexcept { pins::increment(at.pins); }

  /// Ends the record with its last pin. Where it is listed in the table of another heap, it loses its callback and is
  /// left there: that heap frees it when its target dies, or when the heap ends.
  static void unpin(record* at) noexcept {
    if (pins::decrement(at->pins) != drop_result::last) return;
    bool is_left = false;
    weak_callback* callback = nullptr;
    {
      shard& home = shard_of(at->owner);
      const lock_guard lock{home.mutex};
      callback = std::exchange(at->callback, nullptr);
      if (!at->target.is_cleared()) {
        is_left = !is_listed_here(*at);
        if (!is_left) delist(home, at);
      }
    }
    if (!is_left) delete at;
    // calls user code: the callback's captures may drop the last pointer to the target; the record is gone.
    delete callback;
  }

  /// Whether the record may be copied and dropped here. A record whose target has died may be anywhere.
  [[nodiscard]] static bool may_be_used_here(const record& at) noexcept {
    return at.target.is_cleared() || is_listed_here(at);
  }

  /// One strong pointer more to the record's target, unless that is dying. Returns the target or null.
  [[nodiscard]] static header_type* lock(record& at) noexcept {
    return at.target.look([](header_type* target) {
      // The memory is there: it is freed only after the clearing.
      return target != nullptr && target->try_increment() ? target : nullptr;
    });
  }

  /// The target's count of strong pointers, or 0.
  [[nodiscard]] static std::uint32_t use_count(record& at) noexcept {
    return at.target.look(
        [](header_type* target) { return target == nullptr ? 0 : count_word::strong(target->load_count()); });
  }

  /// Makes all weak pointers to `target` expire, and queues their callbacks on this thread. \pre it has the flag
  /// `watched`
  static void clear(header_type& target) noexcept {
    shard& home = shard_of(&target);
    const lock_guard lock{home.mutex};
    record** const found = home.records.find(&target);
    if (found == nullptr) return;
    for (record* at = *found; at != nullptr;) {
      record* const next = at->next;
      at->target.clear();
      at->next = nullptr;
      if (is_left_here(*at)) {
        delete at;
      } else if (at->callback != nullptr && try_pin(*at))
        due().push(at);
      at = next;
    }
    home.records.erase(&target);
  }

  /// The list of the records of an object in the table of the current heap; null for none.
  [[nodiscard]] static record* records_of(const header_type& target) noexcept
    requires(!is_shared)
  {
    record** const found = local_.records_here.records.find(&target);
    return found == nullptr ? nullptr : *found;
  }

  /// The table of the current heap has the list no more: the caller has it.
  static void take_records(const header_type& target) noexcept
    requires(!is_shared)
  {
    local_.records_here.records.erase(&target);
  }

  /// Adds a list, from `first` to `last`, to the table of the current heap. False, and nothing has changed, when memory
  /// is exhausted.
  [[nodiscard]] static bool put_records(const header_type& target, record* first, record* last) noexcept
    requires(!is_shared)
  {
    shard& home = local_.records_here;
    if (home.records.size() == 0 && !register_heap_local(heap_local_of<thread_state>::variable)) return false;
    record** const place = home.records.try_insert(&target);
    if (place == nullptr) return false;
    // The heap may have records of the object already if it is immortal.
    last->next = *place;
    if (*place != nullptr) (*place)->previous = last;
    *place = first;
    for (record* at = first; at != last->next; at = at->next) at->heap = current_heap_number();
    return true;
  }

  /// Undoes `put_records`.
  static void take_back(const header_type& target, record* first, record* last) noexcept
    requires(!is_shared)
  {
    record* const others = std::exchange(last->next, nullptr);
    for (record* at = first; at != nullptr; at = at->next) at->heap = 0;
    if (others == nullptr) return take_records(target);
    others->previous = nullptr;
    local_.records_here.records.at(&target) = others;
  }

  /// Makes the weak pointers of a list that is in no table expire, without a callback.
  static void expire_taken(record* first) noexcept
    requires(!is_shared)
  {
    for (record* at = first; at != nullptr;) {
      record* const next = at->next;
      at->target.clear();
      at->previous = at->next = nullptr;
      if (is_left_here(*at)) delete at;
      at = next;
    }
  }

  /// A record that is in no table, without pins. Null when memory is exhausted.
  [[nodiscard]] static record* try_copy(const record& of) noexcept
    requires(!is_shared)
  {
    return new (std::nothrow) record{of.target, of.owner, of.lifetime, 0, count_word::none, nullptr, nullptr, nullptr};
  }

  /// Takes a record of the current heap off its list and frees it, if it has no pins left, and no callback.
  static void end_if_unused(record* at) noexcept
    requires(!is_shared)
  {
    if (pins_of(*at) != 0) return;
    set_pins(*at, 1);
    unpin(at);
  }

  /// Null once it is dying.
  [[nodiscard]] static header_type* target_of(record& of) noexcept
    requires(!is_shared)
  {
    return of.target.look([](header_type* target) { return target; });
  }

  [[nodiscard]] static std::uint32_t pins_of(const record& of) noexcept {
    return count_word::strong(pins::load(of.pins));
  }

  /// Takes so many pins, which are not all that the record has, or gives them.
  static void move_pins(record& from, record& to, std::uint32_t moved) noexcept {
    set_pins(to, pins_of(to) + moved);
    set_pins(from, pins_of(from) - moved);
  }

  /// Whether the records of this heap, or of all threads, are lists as `watch` makes them. O(records)
  [[nodiscard]] static bool is_valid() noexcept {
    bool valid = true;
    const auto look = [&valid](shard& home) {
      const lock_guard lock{home.mutex};
      home.records.each([&](record* first) {
        if (!is_valid_list(home, first)) valid = false;
      });
    };
    if constexpr (is_shared) {
      for (shard& each : shared_shards.at) look(each);
    } else {
      look(local_.records_here);
    }
    return valid;
  }

  /// Whether callbacks are due on this thread.
  [[nodiscard]] OURO_ALWAYS_INLINE static bool has_callbacks() noexcept { return due().first != nullptr; }

  [[nodiscard]] static bool is_running_callbacks() noexcept { return due().running; }

  /// Runs the callbacks that are due on this thread, those that are queued meanwhile included. A record whose weak
  /// pointers have all gone since it was queued is silent: they were garbage themselves.
  OURO_ALWAYS_INLINE static void run_callbacks() noexcept {
    if (due().first != nullptr && !due().running) [[unlikely]]
      run_due_callbacks();
  }

 private:
  static void set_pins(record& of, std::uint32_t number) noexcept {
    pins::store(of.pins, number == 0 ? count_word::none : count_word::one + number - 1);
  }

  OURO_NOINLINE static void run_due_callbacks() noexcept {
    due().running = true;
    while (due().first != nullptr) {
      record* const at = due().pop();
      if (count_word::strong(pins::load(at->pins)) > 1) {
        OURO_TRY {
          at->callback->run();  // calls user code: no lock is held, no object is half-way
        }
        OURO_CATCH_ALL {
          unraisable("callback of a weak pointer");
        }
      }
      unpin(at);
    }
    due().running = false;
  }

  struct shard {
    OURO_NO_UNIQUE_ADDRESS std::conditional_t<is_shared, static_mutex, no_mutex> mutex{};
    address_map<record*> records{};  ///< the list of each target
  };

  static constexpr std::size_t shards = 16;  ///< of those that all threads share

  struct shard_array {
    shard at[shards];
  };

  /// Callbacks whose targets have died on this thread.
  struct due_queue {
    record* first = nullptr;
    record* last = nullptr;
    bool running = false;

    void push(record* at) noexcept {
      (first == nullptr ? first : last->next) = at;
      last = at;
    }

    [[nodiscard]] record* pop() noexcept {
      record* const at = first;
      first = at->next;
      at->next = nullptr;
      return at;
    }
  };

  /// What a thread has of the table: of a shared one the queue alone.
  struct thread_state {
    struct none {};
    due_queue due{};
    OURO_NO_UNIQUE_ADDRESS std::conditional_t<is_shared, none, shard> records_here{};

    /// \see heap_local_of
    [[nodiscard]] static thread_state& of_thread() noexcept { return local_; }

    static bool finish() noexcept {
      const bool found = has_callbacks();
      run_callbacks();
      return found;
    }

    /// Inside a destructor, callbacks wait for its end: its object may be their target.
    static bool relieve() noexcept { return !destructions<RefcountPolicy>.is_destroying() && finish(); }

    /// The weak pointers to what is left expire, without a callback.
    static void release() noexcept {
      if constexpr (!is_shared) {
        local_.records_here.records.drain([](record* first) {
          for (record* at = first; at != nullptr;) {
            record* const next = at->next;
            at->target.clear();
            if (is_left_here(*at)) delete at;
            at = next;
          }
        });
      }
    }
  };

  /// Whether the list has records of one living target, each linked to the one in front, and the shared one first. An
  /// immortal target may have several that are shared, which came in islands.
  [[nodiscard]] static bool is_valid_list(shard& home, const record* first) noexcept {
    if (first->previous != nullptr || home.records.find(first->owner) == nullptr) return false;
    const bool has_immortal =
        !is_shared && count_word::is_immortal(static_cast<const header_type*>(first->owner)->load_count());
    for (const record* at = first; at != nullptr; at = at->next) {
      if (at->owner != first->owner || (at->lifetime != first->lifetime && !has_immortal)) return false;
      if (at->target.is_cleared() || !is_listed_here(*at)) return false;
      const bool is_shared_one = at->callback == nullptr && pins::load(at->pins) != count_word::none;
      if (is_shared_one && at != first && !has_immortal) return false;
      if (at->next != nullptr && at->next->previous != at) return false;
    }
    return true;
  }

  OURO_SHARED_STATE static inline constinit shard_array shared_shards{};
  /// In a child after a fork. O(records that threads share)
  static void end_looks() noexcept {
    for (shard& each : shared_shards.at) {
      each.records.each([](record* first) {
        for (record* at = first; at != nullptr; at = at->next) at->target.end_looks();
      });
    }
  }

  OURO_SHARED_STATE static inline constinit fork_repair after_fork{&end_looks, nullptr, {}};
  OURO_SHARED_STATE static inline constinit thread_local thread_state local_{};

  [[nodiscard]] static due_queue& due() noexcept { return local_.due; }

  [[nodiscard]] static shard& shard_of(const void* target) noexcept {
    if constexpr (is_shared) {
      return shared_shards.at[reinterpret_cast<std::uintptr_t>(target) / 64 % shards];
    } else {
      static_cast<void>(target);
      return local_.records_here;
    }
  }

  /// The shard to put the first record of a target into. \throws std::bad_alloc
  [[nodiscard]] static shard& shard_for(const void* target) {
    shard& home = shard_of(target);
    if constexpr (is_shared) {
      after_fork.become_known();
    } else {
      if (home.records.size() == 0 && !register_heap_local(heap_local_of<thread_state>::variable)) throw_bad_alloc();
    }
    return home;
  }

  /// \pre not cleared, or threads share the table
  [[nodiscard]] static bool is_listed_here(const record& at) noexcept {
    return is_shared || at.heap == current_heap_number();
  }

  /// Whether the last weak pointer that used the record was dropped outside its heap. \pre listed in this heap
  [[nodiscard]] static bool is_left_here(const record& at) noexcept {
    // Where threads share the table, the last one is about to take the record off its list.
    return !is_shared && pins::load(at.pins) == count_word::none;
  }

  /// Pins a listed record, also one that was left here.
  [[nodiscard]] static bool pin_again(record& at) noexcept {
    if (!is_left_here(at)) return try_pin(at);
    pins::store(at.pins, count_word::one);
    return true;
  }

  [[nodiscard]] static bool try_pin(record& at) noexcept {
    std::uint32_t seen = pins::load(at.pins);
    while (seen != count_word::none) {
      if (pins::compare_exchange(at.pins, seen, count_word::raised(seen))) return true;
    }
    return false;  // GCOVR_EXCL_LINE: another thread has just let go
  }

  [[nodiscard]] static std::uint64_t new_lifetime(const header_type& target) noexcept {
    if (count_word::is_immortal(target.load_count())) return record::endless;
    // relaxed: an object that gets the memory of another one begins after that has ended, on whichever thread.
    return lifetimes_watched.fetch_add(1, std::memory_order_relaxed) + 1;
  }

  /// Makes a record behind `previous`, or the first record of a target if that is null. `first` is the target's entry
  /// in the table. O(1)
  static record* enlist(shard& home, record*& first, record* previous, header_type& target, weak_callback* callback) {
    record*& place = previous == nullptr ? first : previous->next;
    const std::uint64_t lifetime = first != nullptr ? first->lifetime : new_lifetime(target);
    const std::uint64_t heap = is_shared ? 0 : current_heap_number();
    OURO_TRY {
      place = new record{
          weak_target<RefcountPolicy>{target}, &target, lifetime, heap, count_word::one, previous, place, callback};
    }
    OURO_CATCH_ALL {
      if (first == nullptr) home.records.erase(&target);
      OURO_RETHROW;
    }
    if (place->next != nullptr) place->next->previous = place;
    return place;
  }

  /// Takes a record off its target's list. O(1), however many weak pointers the target has.
  static void delist(shard& home, record* at) noexcept {
    if (at->next != nullptr) at->next->previous = at->previous;
    if (at->previous != nullptr) {
      at->previous->next = at->next;
    } else if (at->next != nullptr) {
      home.records.at(at->owner) = at->next;
    } else {
      home.records.erase(at->owner);
    }
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
