#pragma once
/// \file
/// Another allocator, of whose blocks it is known where they come from: Python's `tracemalloc`.

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/allocator/decorators/allocation_scope.hpp>
#include <ouro/allocator/decorators/allocation_snapshot.hpp>
#include <ouro/allocator/decorators/call_frames.hpp>
#include <ouro/allocator/try_allocate.hpp>
#include <ouro/base/address_map.hpp>
#include <ouro/base/dependent.hpp>
#include <ouro/base/integer_cast.hpp>
#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// The origins that were met, each once, and the blocks in use. Its memory is not the traced allocator's.
/// A template, so that programs that do not trace do not compile it.
template <class AllocatorPolicy>
class allocation_ledger {
  using site = dependent<allocation_site, AllocatorPolicy>;
  using trace = basic_allocation_trace<site>;
  using statistic = basic_allocation_statistic<site>;

 public:
  void start(std::size_t scopes) {
    const lock_guard lock{mutex_};
    most_scopes_ = scopes;
  }

  void clear() {
    const lock_guard lock{mutex_};
    blocks_.clear();
    origins_.clear();
    found_.clear();
    bytes_ = peak_ = 0;
  }

  /// \throws std::bad_alloc, and nothing has changed then, but that the origin may be known
  void note(const void* block, std::size_t bytes, std::string_view type, decltype(trace::frames) frames) {
    const lock_guard lock{mutex_};
    const std::size_t from = origin_here({type, {}, std::move(frames)});
    blocks_[block] = {bytes, from};
    origins_[from].sums.bytes += bytes;
    ++origins_[from].sums.blocks;
    bytes_ += bytes;
    if (bytes_ > peak_) peak_ = bytes_;
  }

  /// Blocks that were made before tracing began are not known.
  void strike(const void* block) noexcept {
    const lock_guard lock{mutex_};
    const entry* const found = blocks_.find(block);
    if (found == nullptr) return;
    origins_[found->from].sums.bytes -= found->bytes;
    --origins_[found->from].sums.blocks;
    bytes_ -= found->bytes;
    blocks_.erase(block);
  }

  [[nodiscard]] basic_allocation_snapshot<site> snapshot() {
    const lock_guard lock{mutex_};
    std::vector<statistic> used;
    for (const origin& each : origins_) {
      if (each.sums.blocks != 0) used.push_back(each.sums);
    }
    return basic_allocation_snapshot<site>{std::move(used)};
  }

  [[nodiscard]] std::size_t bytes() {
    const lock_guard lock{mutex_};
    return bytes_;
  }
  [[nodiscard]] std::size_t peak() {
    const lock_guard lock{mutex_};
    return peak_;
  }
  void reset_peak() {
    const lock_guard lock{mutex_};
    peak_ = bytes_;
  }

 private:
  struct entry {
    std::size_t bytes;
    std::size_t from;  ///< where in `origins_`
  };

  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  struct origin {
    statistic sums;    ///< of what is in use
    std::size_t next;  ///< with the same hash, or none
  };

  /// The origins of one hash, linked.
  struct bucket {
    std::size_t first = none;
  };

  /// In the scopes of the calling thread.
  [[nodiscard]] std::size_t origin_here(trace here) {
    std::size_t left = most_scopes_;
    for (const allocation_scope* at = allocation_scope::innermost(); at != nullptr && left != 0; at = at->outer()) {
      here.scopes.push_back(at->site());
      --left;
    }
    bucket& found = found_[reinterpret_cast<const void*>(hash_of(here) | 1)];
    for (std::size_t at = found.first; at != none; at = origins_[at].next) {
      if (origins_[at].sums.trace == here) return at;
    }
    origins_.push_back({{std::move(here), 0, 0}, found.first});
    found.first = origins_.size() - 1;
    return found.first;
  }

  /// Of the addresses of what are literals, nearly always: equal texts at two places cost a second entry, which
  /// snapshots put together again.
  [[nodiscard]] static std::uintptr_t hash_of(const trace& of) noexcept {
    std::uint64_t hash = reinterpret_cast<std::uintptr_t>(of.type.data());
    const auto mix = [&hash](std::uint64_t with) { hash = (hash ^ with) * 0x9E3779B97F4A7C15u; };
    for (const site& each : of.scopes) mix(reinterpret_cast<std::uintptr_t>(each.file) + each.line);
    for (const void* const each : of.frames) mix(reinterpret_cast<std::uintptr_t>(each));
    return integer_cast<std::uintptr_t>(hash >> 8);
  }

  static_mutex mutex_;
  address_map<entry> blocks_;
  std::vector<origin> origins_;
  address_map<bucket> found_;  ///< by hash
  std::size_t bytes_ = 0;      ///< of `blocks_`
  std::size_t peak_ = 0;       ///< the most that `bytes_` was
  std::size_t most_scopes_ = 1;
};

}  // namespace detail

/// Gives blocks of `AllocatorPolicy`, and keeps account of those that are made while it traces: their type, and the
/// scopes (`allocation_scope`) that were open. Does not trace until `start`; then each block costs a lock and a hash
/// table's entry. Thread-safe.
template <allocator_policy AllocatorPolicy>
struct OURO_SHARED_TYPE traced_allocator {
  /// Traces from now on, with up to `scopes` scopes and `frames` calls of each block. What was traced before stays.
  /// Calls are told where the platform has `backtrace`, and cost some microseconds a block; they have names in programs
  /// that are linked with `-rdynamic`.
  static void start(std::size_t scopes = 1, std::size_t frames = 0) {
    ledger().start(scopes);
    most_frames_.store(frames, std::memory_order_relaxed);
    is_tracing_.store(true, std::memory_order_relaxed);
  }

  /// Traces no more, and forgets what it has traced.
  static void stop() {
    is_tracing_.store(false, std::memory_order_relaxed);
    ledger().clear();
  }

  [[nodiscard]] static bool is_tracing() noexcept { return is_tracing_.load(std::memory_order_relaxed); }

  /// Forgets what was traced so far.
  static void clear_traces() { ledger().clear(); }

  /// Bytes of the traced blocks in use.
  [[nodiscard]] static std::size_t traced_bytes() { return ledger().bytes(); }

  /// The most that they came to since `start` or `reset_peak`.
  [[nodiscard]] static std::size_t traced_peak() { return ledger().peak(); }
  static void reset_peak() { ledger().reset_peak(); }

  /// \throws std::bad_alloc
  [[nodiscard]] static allocation_snapshot take_snapshot() { return ledger().snapshot(); }

  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    return allocate_for(bytes, alignment, "unknown");
  }

  /// Where there is no memory left for the account, the block goes without.
  [[nodiscard]] static void* allocate_for(std::size_t bytes, std::size_t alignment, std::string_view type) noexcept {
    void* const block = detail::try_allocate<AllocatorPolicy>(bytes, alignment, type);
    if (block != nullptr && is_tracing()) note(block, bytes, type);
    return block;
  }

  static void deallocate(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    // First: once it is given back, another thread may have it and note it.
    if (is_tracing()) ledger().strike(block);
    AllocatorPolicy::deallocate(block, bytes, alignment);
  }

  [[nodiscard]] static bool begins_block(const void* at, std::size_t bytes, std::size_t alignment) noexcept
    requires has_begins_block<AllocatorPolicy>
  {
    return AllocatorPolicy::begins_block(at, bytes, alignment);
  }

  static void trim() noexcept
    requires has_trim<AllocatorPolicy>
  {
    AllocatorPolicy::trim();
  }

 private:
  OURO_NOINLINE static void note(const void* block, std::size_t bytes, std::string_view type) noexcept {
    OURO_TRY { ledger().note(block, bytes, type, detail::call_frames(most_frames_.load(std::memory_order_relaxed))); }
    OURO_CATCH_ALL {
    }
  }

  /// Never destroyed: blocks may be freed after everything else.
  [[nodiscard]] static detail::allocation_ledger<AllocatorPolicy>& ledger() {
    static auto* const made = new detail::allocation_ledger<AllocatorPolicy>;
    return *made;
  }

  OURO_SHARED_STATE static inline constinit std::atomic<bool> is_tracing_{false};
  OURO_SHARED_STATE static inline constinit std::atomic<std::size_t> most_frames_{0};
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
