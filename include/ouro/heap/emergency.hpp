#pragma once
/// \file
/// When a request that finds no memory is worth a collection.

#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/config.hpp>

#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Objects that collections of this thread have looked at.
OURO_SHARED_STATE inline constinit thread_local std::uint64_t objects_looked_at = 0;

/// Keeps a heap that is full of living objects from being walked for each request that it refuses. Once `patience`
/// collections in a row have not helped, the next one waits: the first for two units of work, each further one for
/// twice as many, but for no more than the last one has looked at objects. A unit of work is a request that was
/// refused, or 64 bytes that pools and large blocks have taken. So n refused requests have at most `patience` + log2(n)
/// walks, or less than one visit each besides.
class emergency_back_off {
 public:
  static constexpr std::uint64_t patience = 4;

  /// A request was refused. Returns whether a collection is due. `taken`: \see pool_heap
  [[nodiscard]] bool is_due(std::uint64_t taken) noexcept {
    ++refused_;
    return refused_ + (taken - taken_before_) / bytes_of_work >= wait_;
  }

  /// A collection that was due has looked at `looked_at` objects.
  void after(bool has_helped, std::uint64_t taken, std::uint64_t looked_at) noexcept {
    refused_ = 0;
    taken_before_ = taken;
    if (has_helped) {
      wait_ = 0;
      fruitless_ = 0;
    } else if (++fruitless_ >= patience) {
      wait_ = wait_ == 0 ? 2 : 2 * wait_;
      if (wait_ > looked_at) wait_ = looked_at;
    }
  }

 private:
  static constexpr std::uint64_t bytes_of_work = 64;

  std::uint64_t wait_ = 0;          ///< units of work from one collection to the next
  std::uint64_t refused_ = 0;       ///< requests since the last collection
  std::uint64_t taken_before_ = 0;  ///< bytes, until the last collection
  std::uint64_t fruitless_ = 0;     ///< collections in a row
};

/// What `try_once` gives after `collect`, which says whether there was garbage; null if there was none, if that does
/// not help, or if no collection is due. Calls user code: the destructors and finalizers of garbage.
template <class Collect, class Try>
[[nodiscard]] void* try_in_emergency(emergency_back_off& back_off, const pool_heap& heap, Collect collect,
                                     Try try_once) noexcept {
  if (!back_off.is_due(heap.taken)) return nullptr;
  const std::uint64_t before = objects_looked_at;
  void* const block = collect() ? try_once() : nullptr;
  back_off.after(block != nullptr, heap.taken, objects_looked_at - before);
  return block;
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
