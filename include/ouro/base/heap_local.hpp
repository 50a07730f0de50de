#pragma once
/// \file
/// What of the library's thread-local state belongs to a heap, and goes with it from thread to thread.
///
/// The fast paths read thread-local variables, and know of no heaps: entering a private heap changes the values of
/// these variables, and leaving it changes them back (private_heap.hpp). A variable says that it is such a part on its
/// slow path, before it gets its first value of any consequence.

#include <ouro/base/elf_modules.hpp>
#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A thread-local variable of trivial type. One a variable, constant-initialised.
struct heap_local {
  void* (*here)() noexcept;    ///< the calling thread's
  const void* initial;         ///< its value in a heap where nothing has happened
  std::size_t bytes;           ///< its size
  bool (*finish)() noexcept;   ///< ends the objects that it knows in the current heap; whether there were any; or null
  bool (*relieve)() noexcept;  ///< the same, of what may go now, because the current heap has no memory left; or null
  void (*release)() noexcept;  ///< after `finish`, frees its memory, and calls no user code; or null
  std::size_t offset = 0;      ///< in the saved bytes of a heap
  heap_local* next = nullptr;  ///< known before this one
  std::atomic<bool> is_known{false};
};

/// The parts that any thread has ever used.
class heap_locals {
 public:
  void add(heap_local& part) noexcept {
    const lock_guard lock{mutex_};
    if (part.is_known.load(std::memory_order_relaxed)) return;
    constexpr std::size_t unit = alignof(std::max_align_t);
    const std::size_t offset = bytes();
    part.offset = offset;
    part.next = first_.load(std::memory_order_relaxed);
    // release: who sees the part, or the sum, sees what it consists of.
    first_.store(&part, std::memory_order_release);
    bytes_.store(offset + (part.bytes + unit - 1) / unit * unit, std::memory_order_release);
    part.is_known.store(true, std::memory_order_release);
  }

  /// Of all parts, one after the other.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_.load(std::memory_order_acquire); }

  /// Calls `see` with each part.
  template <class See>
  void each(See see) const {
    for (heap_local* at = first_.load(std::memory_order_acquire); at != nullptr; at = at->next) see(*at);
  }

 private:
  static_mutex mutex_;
  std::atomic<heap_local*> first_{nullptr};
  std::atomic<std::size_t> bytes_{0};
};

OURO_SHARED_STATE inline constinit heap_locals known_heap_locals{};

/// The values of the parts while their heap is not the thread's.
class heap_context {
 public:
  /// Room for all parts that are known. False, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool reserve() noexcept {
    const std::size_t wanted = known_heap_locals.bytes();
    if (wanted <= capacity_) return true;
    void* const grown = std::realloc(bytes_, wanted);
    if (grown == nullptr) return false;
    bytes_ = static_cast<std::byte*>(grown);
    capacity_ = wanted;
    return true;
  }

  /// The thread's values. A part for which there is no room has none of any consequence.
  void save() noexcept {
    saved_ = capacity_;
    known_heap_locals.each([this](const heap_local& each) {
      if (each.offset + each.bytes <= saved_) std::memcpy(bytes_ + each.offset, each.here(), each.bytes);
    });
  }

  void load() const noexcept {
    known_heap_locals.each([this](const heap_local& each) {
      const bool has = each.offset + each.bytes <= saved_;
      std::memcpy(each.here(), has ? bytes_ + each.offset : each.initial, each.bytes);
    });
  }

  void release() noexcept {
    std::free(bytes_);
    *this = {};
  }

 private:
  std::byte* bytes_ = nullptr;  ///< each part at its offset
  std::size_t capacity_ = 0;
  std::size_t saved_ = 0;  ///< bytes that `save` has seen
};

/// Where the thread will leave the parts of the private heap that it is in; null in its own.
OURO_SHARED_STATE inline constinit thread_local heap_context* context_of_current_heap = nullptr;

/// Before a part of the current heap gets its first value of any consequence. False when memory is exhausted: it must
/// not get one then.
[[nodiscard]] OURO_OWN_CODE OURO_NOINLINE inline bool register_heap_local(heap_local& part) noexcept {
  // acquire: `add` has said where the part lies.
  if (!part.is_known.load(std::memory_order_acquire)) {
    keep_loaded(&part);
    known_heap_locals.add(part);
  }
  return context_of_current_heap == nullptr || context_of_current_heap->reserve();
}

/// Describes the variable that `State::of_thread()` is. `State::finish()`, `State::relieve()` and `State::release()`
/// are optional; without the second, `finish` does for both.
template <class State>
class heap_local_of {
  static_assert(std::is_trivially_copyable_v<State>, "the value of a part is copied as bytes");

  [[nodiscard]] static void* here() noexcept { return &State::of_thread(); }

  [[nodiscard]] static consteval auto finish_of() -> bool (*)() noexcept {
    if constexpr (requires { State::finish(); }) {
      return &State::finish;
    } else {
      return nullptr;
    }
  }
  [[nodiscard]] static consteval auto relieve_of() -> bool (*)() noexcept {
    if constexpr (requires { State::relieve(); }) {
      return &State::relieve;
    } else {
      return finish_of();
    }
  }
  [[nodiscard]] static consteval auto release_of() -> void (*)() noexcept {
    if constexpr (requires { State::release(); }) {
      return &State::release;
    } else {
      return nullptr;
    }
  }

  static constexpr State initial{};

 public:
  OURO_SHARED_STATE static inline constinit heap_local variable{
      &here, &initial, sizeof(State), finish_of(), relieve_of(), release_of(), 0, nullptr, {}};
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
