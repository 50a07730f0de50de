#pragma once
/// \file
/// The objects of a trial that begins from candidate roots.

#include <ouro/base/raw_array.hpp>
#include <ouro/collector/engine/trial_memory.hpp>
#include <ouro/collector/engine/worklist.hpp>
#include <ouro/collector/generations.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/trace/edge_sink.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Takes candidates out of their buffers while the walk goes on, and has it follow edges to other objects. A walk that
/// turns out long takes all other candidates along in the order of their entry, so that live objects are not walked
/// once for each candidate. \see trial
template <class RefcountPolicy>
class candidate_roots {
 public:
  using header_type = header<RefcountPolicy>;
  static constexpr bool widens = true;

  /// `minor`: edges to old objects are not followed.
  candidate_roots(trial_memory& kept, generations<RefcountPolicy>& candidates, bool minor) noexcept
      : worklist_{kept.worklist}, candidates_{candidates}, is_minor_{minor} {
    worklist_.size = 0;
  }

  /// Has the trial take candidates until `batch` objects are reached from them, or no candidate is left. If the last of
  /// these candidates leads far, it takes all candidates that are left.
  void take_batch(std::size_t batch) noexcept { batch_ = batch; }

  /// Takes one candidate. If more than `most` objects are reached from it, they are treated as alive, and left to a
  /// full collection.
  void take_one(std::size_t most) noexcept {
    most_entries_ = most;
    take(1);
  }

  /// The number of candidates that were taken.
  [[nodiscard]] std::size_t taken() const noexcept { return taken_; }

  [[nodiscard]] bool has_failed() const noexcept { return !has_memory_ || is_too_large(); }
  [[nodiscard]] bool is_too_large() const noexcept { return worklist_.size > most_entries_; }

  OURO_ALWAYS_INLINE void refill(std::size_t walked) noexcept {
    if (batch_ != 0 && worklist_.size > batch_ * long_walk) {
      take(batch_ = std::numeric_limits<std::size_t>::max());
    } else if (walked + prefetch_distance > worklist_.size && worklist_.size < batch_) {
      take(2 * prefetch_distance);
    }
  }

  OURO_ALWAYS_INLINE void fetch_entries(const edge* first, const edge* last) noexcept {
    candidates_.fetch(first, last);
  }

  /// Adds the target of its first edge to the worklist. Returns whether the trial may look at it.
  [[nodiscard]] bool widen(header_type& target, std::uint32_t count, std::uint32_t word) noexcept {
    if (count_word::is_immortal(count)) return false;
    const bool is_buffered = info_word::is_buffered(word);
    if (is_minor_ && (word & (is_buffered ? info_word::buffered_as_old : info_word::old)) != 0) return false;
    const std::uint32_t info = is_buffered ? candidates_.info(target) : word;
    constexpr std::uint32_t asked = info_word::tracked | info_word::frozen | info_word::unborn | info_word::dead;
    if ((info & asked) != info_word::tracked) return false;
    if (is_buffered) candidates_.leave(target);
    if (add_to_worklist(worklist_, target, count, info)) return true;
    has_memory_ = false;
    if (is_buffered) return_to_buffer(target);
    return false;
  }

  /// With `suspect_on_drop`, since the object is not in a root buffer.
  [[nodiscard]] static std::uint32_t count_after(std::uint32_t count) noexcept {
    return count_word::with_suspect_on_drop(count);
  }

  /// A candidate among the objects that are alive remains one for the full collection, if this is not one.
  void return_live(header_type& object, std::uint32_t, std::uint32_t count) noexcept {
    if ((is_minor_ || is_too_large()) && was_candidate(count)) return_to_buffer(object);
  }
  void return_undecided(header_type& object, std::uint32_t, std::uint32_t count) noexcept {
    if (was_candidate(count)) return_to_buffer(object);
  }
  void return_decided(header_type& object, std::uint32_t count) noexcept {
    if (!is_minor_ && was_candidate(count)) return_to_buffer(object);
  }

  void keep(header_type& object, std::uint32_t info, std::uint32_t count) noexcept {
    RefcountPolicy::store(object.info, info);
    RefcountPolicy::store(object.count, count_word::with_suspect_on_drop(count));
  }

 private:
  static constexpr std::size_t long_walk = 4;  ///< batches

  /// A buffered object has no `suspect_on_drop` bit, which each other object has.
  [[nodiscard]] static bool was_candidate(std::uint32_t count) noexcept {
    return !count_word::is_suspect_on_drop(count);
  }

  /// Takes candidates out of their buffer. \post they are in the worklist, but for those that no trial may look at
  void take(std::size_t wanted) noexcept {
    for (; wanted != 0; --wanted) {
      const auto [root, info] = candidates_.next();
      if (root == nullptr) return;
      ++taken_;
      const std::uint32_t count = root->load_count();
      if (is_out_of_trials(count, info)) {
        RefcountPolicy::store(root->info, info);
      } else if (!add_to_worklist(worklist_, *root, count, info)) {
        RefcountPolicy::store(root->info, info);
        has_memory_ = false;
        return return_to_buffer(*root);
      }
    }
  }

  /// Where memory is exhausted, the object keeps its `suspect_on_drop` bit: its next drop tries again.
  OURO_NOINLINE void return_to_buffer(header_type& candidate) noexcept {
    candidate.set_suspect_on_drop();
    if (candidates_.enter(candidate)) candidate.clear_suspect_on_drop();
  }

  raw_array<worklist_entry>& worklist_;
  generations<RefcountPolicy>& candidates_;
  std::size_t batch_ = 0;  ///< objects; 0: there is one candidate
  std::size_t most_entries_ = std::numeric_limits<std::size_t>::max();
  std::size_t taken_ = 0;
  bool is_minor_;
  bool has_memory_ = true;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
