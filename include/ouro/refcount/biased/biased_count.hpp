#pragma once
/// \file
/// A count in two parts: a local one that the owner thread changes without atomic instructions, and a shared one for
/// all other threads.
///
/// Choi, Shull, Torrellas, "Biased Reference Counting", PACT 2018. The number of pointers is the sum of the parts. The
/// shared part goes negative when other threads drop pointers that the owner has counted. Then the object is queued for
/// the owner, which merges the parts when it drops the object, or makes another one. It also merges them when its own
/// part falls to zero. A merged count stays one atomic word, for the owner too.
///
/// Unlike there, a thread that drops the last pointer ends the object at once, whoever owns it. A thread whose drop
/// makes the shared part negative, or finds it so, claims the count by the same step: until it lets go, no other thread
/// lowers the shared part. Then it reads the local part. If the sum is zero, no pointer is left, for the following
/// reason. Each drop that the shared part contains was of a pointer that its thread had received, and so its making is
/// part of what the claim, which acquires, has seen; what has been made and is not seen can only add to the sum. So the
/// sum counts the pointers of a moment that has existed, and pointers are made from pointers only: after zero there are
/// none. A weak pointer that is locked changes the shared part, at which the claim fails.
///
/// ```
///   local    suspect_on_drop (1) | tag of the owner (12) | pointers - 1 (19)   all ones: none, look at `shared`
///   shared   110 | queued (1) | not_suspect (1) | claimed (1) | pointers + 2^25 (26)      owned
///            otherwise: a count word                                merged; refcount/count_word.hpp
/// ```
/// Both parts have the `suspect_on_drop` bit of the object. That of the shared part is valid; the owner clears its own
/// when it reads the shared part.

#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>
#include <ouro/refcount/atomic_refcount.hpp>
#include <ouro/refcount/biased/bias_owner.hpp>
#include <ouro/refcount/count_word.hpp>

#include <atomic>
#include <cstdint>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// All verbs are O(1), but for the loops in which threads that change one count at the same time try again.
class biased_count {
 public:
  /// The calling thread owns it, if it is mortal.
  constexpr biased_count(std::uint32_t word) noexcept : shared_{word} {
    if (!std::is_constant_evaluated()) own(word);
  }

  /// The sum of the parts as a count word. The owner may change its part meanwhile.
  [[nodiscard]] std::uint32_t load() const noexcept {
    return compose(local_.load(std::memory_order_relaxed), shared_.load(std::memory_order_relaxed));
  }

  /// Merges the parts. \pre no other thread uses the object, and it is not queued for its owner
  void store(std::uint32_t word) noexcept {
    local_.store(no_pointers, std::memory_order_relaxed);
    shared_.store(word, std::memory_order_relaxed);
  }

  /// Has `load` give `word`, and keeps the owner's part for `restore`. \pre as for `store`; not more than 2^30
  void store_trial(std::uint32_t word) noexcept { shared_.store(word, std::memory_order_relaxed); }

  /// After `store_trial`: the sum of the parts is `word`, and the owner has the pointers that it had. \pre as for
  /// `store`
  void restore(std::uint32_t word) noexcept {
    std::uint32_t local = local_.load(std::memory_order_relaxed);
    const std::int32_t own_pointers = pointers_in(local);
    if (own_pointers == 0 || count_word::is_immortal(word) || word == count_word::none) return store(word);
    const bool is_suspect = count_word::is_suspect_on_drop(word);
    const auto others =
        static_cast<std::uint32_t>(static_cast<std::int32_t>(count_word::pointers(word)) - own_pointers);
    local = is_suspect ? local | suspect_on_drop : local & ~suspect_on_drop;
    local_.store(local, std::memory_order_relaxed);
    shared_.store(owned | (no_others + others) | (is_suspect ? 0 : not_suspect), std::memory_order_relaxed);
  }

  /// Adds the difference between `word` and `expected`, and takes over the flags of `word`.
  bool compare_exchange(std::uint32_t& expected, std::uint32_t word) noexcept {
    std::uint32_t seen = shared_.load(std::memory_order_relaxed);
    const std::uint32_t local = local_.load(std::memory_order_relaxed);
    const std::uint32_t now = compose(local, seen);
    if (now == expected) {
      std::uint32_t next = word;
      if (is_owned(local, seen) && !count_word::is_immortal(word)) {
        next = seen + count_word::pointers(word) - count_word::pointers(expected);
        next = count_word::is_suspect_on_drop(word) ? next & ~not_suspect : next | not_suspect;
      }
      // acq_rel: as in atomic_refcount.
      if (shared_.compare_exchange_strong(seen, next, std::memory_order_acq_rel, std::memory_order_relaxed))
        return true;
    }
    expected = load();
    return false;
  }

  OURO_ALWAYS_INLINE void increment() noexcept {
    if (!try_increment()) [[unlikely]]
      increment_rarely();
  }

  /// The owner's drop of a pointer that is not its last one, of an object without `suspect_on_drop`.
  OURO_ALWAYS_INLINE bool try_keep() noexcept {
    const std::uint32_t lowered = local_.load(std::memory_order_relaxed) - 1;
    if (lowered - bias() >= most_local) return false;
    lower_local(lowered);
    return true;
  }

  /// One pointer more if the owner calls, and has one already.
  [[nodiscard]] OURO_ALWAYS_INLINE bool try_increment() noexcept {
    const std::uint32_t local = local_.load(std::memory_order_relaxed);
    if (local - bias() >= most_local) return false;
    local_.store(local + 1, std::memory_order_relaxed);
    return true;
  }

  /// Whether the owner calls, and has the only pointer.
  [[nodiscard]] bool is_only_pointer() const noexcept {
    if ((local_.load(std::memory_order_relaxed) & ~suspect_on_drop) != bias()) return false;
    // acquire: what other threads did with the object before they dropped it happens before its destruction.
    const std::uint32_t seen = shared_.load(std::memory_order_acquire);
    return (seen & (owned_mask | queued | claimed | others_mask)) == (owned | no_others);
  }

  /// `Plainly`: without regard to candidacy.
  template <bool Plainly>
  drop_result decrement_rarely() noexcept {
    if (bias() == 0 && is_mine(local_.load(std::memory_order_relaxed))) drain_own_queues();
    const std::uint32_t local = local_.load(std::memory_order_relaxed);
    return is_mine(local) ? decrement_owned<Plainly>(local) : decrement_shared<Plainly>(local);
  }

  /// One pointer more for a weak pointer of the owner, which may be the only one of all. False, and nothing has
  /// changed, where another thread may be about to end the object.
  [[nodiscard]] bool try_increment_by_weak() noexcept {
    std::uint32_t local = local_.load(std::memory_order_relaxed);
    if (local - bias() >= most_local) return false;
    // Without a strong pointer, this is not the only thread that may write the local part: the thread that has dropped
    // the last one stores to both parts before it calls a finalizer.
    if (!local_.compare_exchange_strong(local, local + 1, std::memory_order_relaxed)) return false;
    // Either a claim comes later, and sees one pointer more; or it is seen here. acq_rel: so that one of the two holds.
    const std::uint32_t seen = shared_.fetch_add(0, std::memory_order_acq_rel);
    if (is_owned(local, seen) && (seen & (claimed | queued)) == 0) return true;
    std::uint32_t raised = local + 1;
    local_.compare_exchange_strong(raised, local, std::memory_order_relaxed);
    return false;
  }

  /// Adds the object to one of its owner's queues. \pre `decrement` has returned `queued`
  void enqueue(bias_owner::queue bias_owner::* queue, void (*die)(biased_count&) noexcept) noexcept {
    bias_owner& owner = owner_of(local_.load(std::memory_order_relaxed));
    drop_result found = drop_result::kept;
    {
      const lock_guard lock{owner.mutex};
      if (!owner.is_alive) {
        found = merge();
      } else if (queued_object* const place = (owner.*queue).try_insert(this); place != nullptr) {
        *place = {this, die, false};
        owner.queues_have_changed();
        // The owner may be about to drop the last pointer, and not have seen that something is queued. It looks after
        // its drop, and this thread for a moment in which that drop becomes visible: one of the two sees the other.
        for (int turn = 0; turn != turns_of_look && sum() == 1; ++turn) spin_pause();
        if (end_if_unused()) {
          owner.take_out(*this);
          found = drop_result::last;
        }
      } else {
        clear_queued();
      }
    }
    if (found == drop_result::last) die(*this);
  }

  /// Merges the parts, if that was not done before. \pre the object is queued for its owner; the caller is the owner,
  /// or holds the lock of one that has ended, or no other thread uses the object
  [[nodiscard]] drop_result merge() noexcept {
    const std::uint32_t local = local_.load(std::memory_order_relaxed);
    // First, since the object may be gone once the shared part says so.
    local_.store(local | no_pointers, std::memory_order_relaxed);
    std::uint32_t seen = shared_.load(std::memory_order_relaxed);
    std::uint32_t merged;
    do {
      seen = wait_for_claim(seen);
      if (!is_owned(local, seen)) return drop_result::kept;  // immortal by now
      merged = merged_word(pointers_in(local) + pointers_of_others(seen), seen);
    } while (!shared_.compare_exchange_weak(seen, merged, std::memory_order_acq_rel, std::memory_order_relaxed));
    return merged == count_word::none ? drop_result::last : drop_result::kept;
  }

 private:
  static constexpr std::uint32_t suspect_on_drop = 1u << 31;  ///< in the local part
  static constexpr std::uint32_t no_pointers = (1u << bias_tag_shift) - 1;
  static constexpr std::uint32_t tag_mask = ~(suspect_on_drop | no_pointers);
  static constexpr std::uint32_t most_local = no_pointers - 1;

  static constexpr std::uint32_t owned = 6u << 29;
  static constexpr std::uint32_t owned_mask = 7u << 29;
  static constexpr std::uint32_t queued = 1u << 28;       ///< the object is in the owner's queue, or about to be
  static constexpr std::uint32_t not_suspect = 1u << 27;  ///< in the shared part
  static constexpr std::uint32_t claimed = 1u << 26;      ///< a thread looks whether any pointer is left
  static constexpr std::uint32_t no_others = 1u << 25;
  static constexpr std::uint32_t others_mask = (1u << 26) - 1;
  /// Longer than a store takes to become visible.
  static constexpr int turns_of_look = 32;
  static constexpr std::uint32_t most_others = others_mask - (1u << 16);  ///< with room for the threads that get there

  [[nodiscard]] OURO_ALWAYS_INLINE static std::uint32_t bias() noexcept {
    return bias_of_thread.load(std::memory_order_relaxed);
  }

  [[nodiscard]] static bias_owner& owner_of(std::uint32_t local) noexcept {
    return all_bias_owners[(local & tag_mask) >> bias_tag_shift];
  }

  OURO_ALWAYS_INLINE void own(std::uint32_t word) noexcept {
    const std::uint32_t more = count_word::pointers(word) - 1;
    std::uint32_t tag = bias();
    if (tag == 0) [[unlikely]]
      tag = tag_of_thread;
    if (tag == 0 || more >= most_local) return;
    const bool is_suspect = count_word::is_suspect_on_drop(word);
    local_.store(tag | more | (is_suspect ? suspect_on_drop : 0), std::memory_order_relaxed);
    shared_.store(owned | no_others | (is_suspect ? 0 : not_suspect), std::memory_order_relaxed);
  }

  /// Whether the calling thread is the owner, and has pointers in its part.
  [[nodiscard]] static bool is_mine(std::uint32_t local) noexcept {
    return (local & ~suspect_on_drop) - tag_of_thread < no_pointers;
  }

  [[nodiscard]] static bool is_owned(std::uint32_t local, std::uint32_t shared) noexcept {
    return (shared & owned_mask) == owned && (local & tag_mask) != 0;
  }

  [[nodiscard]] static std::int32_t pointers_in(std::uint32_t local) noexcept {
    const std::uint32_t more = local & no_pointers;
    return more == no_pointers ? 0 : static_cast<std::int32_t>(more + 1);
  }

  [[nodiscard]] static std::int32_t pointers_of_others(std::uint32_t shared) noexcept {
    return static_cast<std::int32_t>(shared & others_mask) - static_cast<std::int32_t>(no_others);
  }

  /// The count word of so many pointers, with the flag of a shared part.
  [[nodiscard]] static std::uint32_t merged_word(std::int32_t pointers, std::uint32_t shared) noexcept {
    if (pointers <= 0) return count_word::none;
    const std::uint32_t word = static_cast<std::uint32_t>(pointers) - 1;
    return (shared & not_suspect) != 0 ? word : count_word::with_suspect_on_drop(word);
  }

  [[nodiscard]] static std::uint32_t compose(std::uint32_t local, std::uint32_t shared) noexcept {
    if (!is_owned(local, shared)) return shared;
    // The parts were not read at the same moment. The caller has a pointer, so there is at least one.
    const std::int32_t sum = pointers_in(local) + pointers_of_others(shared);
    return merged_word(sum < 1 ? 1 : sum, shared);
  }

  OURO_NOINLINE void increment_rarely() noexcept {
    const std::uint32_t local = local_.load(std::memory_order_relaxed);
    if (is_mine(local) && (local & no_pointers) < most_local)  // suspect_on_drop
      return local_.store(local + 1, std::memory_order_relaxed);
    std::uint32_t seen = shared_.load(std::memory_order_relaxed);
    while (is_owned(local, seen)) {
      if ((seen & others_mask) < most_others) [[likely]] {
        // Where the parts have been merged since `seen` was read, one pointer more is 1 more, too. relaxed: as in
        // atomic_refcount.
        shared_.fetch_add(1, std::memory_order_relaxed);
        return;
      }
      if (shared_.compare_exchange_weak(seen, count_word::pinned, std::memory_order_relaxed)) return;
    }
    atomic_refcount::increment(shared_);
  }

  /// \pre the caller is the owner, and has a pointer in `local`
  template <bool Plainly>
  OURO_NOINLINE drop_result decrement_owned(std::uint32_t local) noexcept {
    if (pointers_in(local) == 1) return decrement_last_of_owner<Plainly>(local);
    if (!Plainly && (local & suspect_on_drop) != 0) {
      const std::uint32_t seen = shared_.load(std::memory_order_relaxed);
      if (is_owned(local, seen) && (seen & not_suspect) == 0) return drop_result::suspect;
      local &= ~suspect_on_drop;
    }
    return lower_local(local - 1);
  }

  /// The drop of the owner's last pointer.
  template <bool Plainly>
  drop_result decrement_last_of_owner(std::uint32_t local) noexcept {
    // Before the store: while this thread has a pointer, the object lives. After it, a thread with a claim may end the
    // object, as may one that finds it in the queue.
    std::uint32_t seen = wait_for_claim(shared_.load(std::memory_order_relaxed));
    if (is_owned(local, seen) && (seen & queued) != 0) {
      // Another thread is about to bring it to the queue, and looks at it there once more.
      if (!Plainly && (seen & not_suspect) == 0) return drop_result::suspect;  // GCOVR_EXCL_LINE
      return lower_local(local | no_pointers);                                 // GCOVR_EXCL_LINE
    }
    // Before the merge: the object may be gone once the shared part says that it is merged. Nobody can claim the count
    // meanwhile: that takes a drop of more pointers than the shared part has.
    local_.store(local | no_pointers, std::memory_order_release);
    while (is_owned(local, seen)) {
      const bool is_last = (seen & others_mask) == no_others;
      if (!Plainly && !is_last && (seen & not_suspect) == 0) {
        local_.store(local, std::memory_order_relaxed);
        return drop_result::suspect;
      }
      if (shared_.compare_exchange_weak(seen, merged_word(pointers_of_others(seen), seen), std::memory_order_acq_rel,
                                        std::memory_order_relaxed))
        return is_last ? drop_result::last : drop_result::kept;
    }
    return drop_result::kept;  // immortal
  }

  /// The owner's drop of a pointer. The object may have gone afterwards.
  OURO_ALWAYS_INLINE drop_result lower_local(std::uint32_t lowered) noexcept {
    // release: what the owner did with the object happens before another thread ends it.
    local_.store(lowered, std::memory_order_release);
    if (bias() == 0) [[unlikely]]
      drain_own_queues();
    return drop_result::kept;
  }

  template <bool Plainly>
  OURO_NOINLINE drop_result decrement_shared(std::uint32_t local) noexcept {
    std::uint32_t seen = shared_.load(std::memory_order_relaxed);
    while (is_owned(local, seen)) {
      if ((seen & claimed) != 0) {
        seen = wait_for_claim(seen);  // GCOVR_EXCL_LINE: another thread looks at this moment
        continue;                     // GCOVR_EXCL_LINE
      }
      if (!Plainly && (seen & not_suspect) == 0) return drop_result::suspect;
      if ((seen & others_mask) > no_others) {
        // acq_rel: what this thread did with the object happens before it is merged, and so before its destruction.
        if (shared_.compare_exchange_weak(seen, seen - 1, std::memory_order_acq_rel, std::memory_order_relaxed))
          return drop_result::kept;
      } else if ((seen & queued) != 0) {
        return decrement_queued<Plainly>(local);
      } else if (shared_.compare_exchange_weak(seen, (seen - 1) | claimed, std::memory_order_acq_rel,
                                               std::memory_order_relaxed)) {
        return settle() ? drop_result::last : drop_result::queued;
      }
    }
    return decrement_merged<Plainly>(seen);
  }

  /// The drop of an object that is queued for its owner.
  template <bool Plainly>
  drop_result decrement_queued(std::uint32_t local) noexcept {
    bias_owner& owner = owner_of(local);
    const lock_guard lock{owner.mutex};
    std::uint32_t seen = shared_.load(std::memory_order_relaxed);
    while (is_owned(local, seen)) {
      seen = wait_for_claim(seen);
      if (!is_owned(local, seen)) break;
      if (!Plainly && (seen & not_suspect) == 0) return drop_result::suspect;
      if (!shared_.compare_exchange_weak(seen, seen - 1, std::memory_order_acq_rel, std::memory_order_relaxed))
        continue;  // GCOVR_EXCL_LINE: another thread was faster
      // Where the object has not arrived in the queue yet, who brings it there looks once more.
      if (owner.is_queued(*this) && end_if_unused()) {
        owner.take_out(*this);
        return drop_result::last;
      }
      return drop_result::kept;
    }
    return decrement_merged<Plainly>(seen);  // GCOVR_EXCL_LINE: it has just become immortal
  }

  /// Ends the count if no pointer is left. \pre the object is queued; the caller holds the owner's mutex
  [[nodiscard]] bool end_if_unused() noexcept {
    std::uint32_t seen = shared_.load(std::memory_order_relaxed);
    const std::uint32_t local = local_.load(std::memory_order_relaxed);
    while (is_owned(local, seen)) {
      seen = wait_for_claim(seen);
      if (shared_.compare_exchange_weak(seen, seen | claimed, std::memory_order_acq_rel, std::memory_order_relaxed))
        return settle();
    }
    return false;  // GCOVR_EXCL_LINE: it has just become immortal
  }

  /// How many pointers there are, if no other thread changes a part meanwhile.
  [[nodiscard]] std::int32_t sum() const noexcept {
    return pointers_in(local_.load(std::memory_order_relaxed)) +
           pointers_of_others(shared_.load(std::memory_order_relaxed));
  }

  /// Looks whether any pointer is left. If there is none, ends the count; otherwise gives the claim back, and the
  /// object counts as queued. \pre the caller has claimed the count
  [[nodiscard]] bool settle() noexcept {
    for (;;) {
      // acquire: each making of a pointer that has been dropped is seen below.
      std::uint32_t seen = shared_.load(std::memory_order_acquire);
      const std::uint32_t local = local_.load(std::memory_order_acquire);
      if (!is_owned(local, seen)) return false;  // immortal by now
      const bool is_unused = pointers_in(local) + pointers_of_others(seen) == 0;
      const std::uint32_t next = is_unused ? count_word::none : (seen & ~claimed) | queued;
      if (shared_.compare_exchange_strong(seen, next, std::memory_order_acq_rel, std::memory_order_relaxed))
        return is_unused;
    }
  }

  /// The shared part once no other thread has a claim on it, which takes a few instructions.
  [[nodiscard]] std::uint32_t wait_for_claim(std::uint32_t seen) const noexcept {
    for (int turn = 0; (seen & (owned_mask | claimed)) == (owned | claimed); ++turn) {
      turn < 64 ? spin_pause() : yield_to_others();    // GCOVR_EXCL_LINE: another thread looks at this moment
      seen = shared_.load(std::memory_order_acquire);  // GCOVR_EXCL_LINE
    }
    return seen;
  }

  /// \pre the parts are merged, or the object is immortal
  template <bool Plainly>
  drop_result decrement_merged(std::uint32_t seen) noexcept {
    if constexpr (Plainly) {
      while (!count_word::is_immortal(seen) && seen != count_word::none) {
        if (atomic_refcount::compare_exchange(shared_, seen, count_word::lowered(seen)))
          return count_word::is_last(seen) ? drop_result::last : drop_result::kept;
      }
      return drop_result::kept;
    } else {
      return atomic_refcount::decrement(shared_);
    }
  }

  /// There was no memory for the queue. The next drop of another thread tries again; without one, the object leaks.
  void clear_queued() noexcept { shared_.fetch_and(~queued, std::memory_order_relaxed); }

  std::atomic<std::uint32_t> shared_;
  std::atomic<std::uint32_t> local_{no_pointers};
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
