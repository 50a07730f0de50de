#pragma once
/// \file
/// Heap-local variables: thread-local variables whose values belong to a heap, and go with it from thread to thread.
///
/// The fast paths read thread-local variables and need not know the heap. Entering a private heap saves the values of
/// all heap-local variables and loads those of the heap; leaving it does the reverse (private_heap.hpp). A heap-local
/// variable is registered on its slow path, before its first value that must be saved.

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

/// Describes a heap-local variable, which has a trivially copyable type. Constant-initialised.
struct heap_local {
  void* (*here)() noexcept;    ///< the address of the variable in the calling thread
  const void* initial;         ///< its value in a heap where nothing has happened
  std::size_t bytes;           ///< its size
  bool (*finish)() noexcept;   ///< ends the objects that the variable knows in the current heap; returns whether there
                               ///< were any; may be null
  bool (*relieve)() noexcept;  ///< as `finish`, but only objects that may end now, because the heap is out of memory;
                               ///< may be null
  void (*release)() noexcept;  ///< is called after `finish`; frees the memory of the variable, without user code; may
                               ///< be null
  std::size_t offset = 0;      ///< in the saved bytes of a heap
  heap_local* next = nullptr;  ///< registered before this one
  std::atomic<bool> is_known{false};
};

/// All registered heap-local variables, of all threads.
class heap_locals {
 public:
  void add(heap_local& variable) noexcept {
    const lock_guard lock{mutex_};
    if (variable.is_known.load(std::memory_order_relaxed)) return;
    constexpr std::size_t unit = alignof(std::max_align_t);
    const std::size_t offset = bytes();
    variable.offset = offset;
    variable.next = first_.load(std::memory_order_relaxed);
    // release: a thread that sees the variable, or the sum of bytes, sees their description.
    first_.store(&variable, std::memory_order_release);
    bytes_.store(offset + (variable.bytes + unit - 1) / unit * unit, std::memory_order_release);
    variable.is_known.store(true, std::memory_order_release);
  }

  /// The bytes of all variables, one after the other.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_.load(std::memory_order_acquire); }

  /// Calls `see` with each variable.
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

/// The values of the heap-local variables of a heap that is not current.
class heap_context {
 public:
  /// Makes room for all registered variables. False, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool reserve() noexcept {
    const std::size_t wanted = known_heap_locals.bytes();
    if (wanted <= capacity_) return true;
    void* const grown = std::realloc(bytes_, wanted);
    if (grown == nullptr) return false;
    bytes_ = static_cast<std::byte*>(grown);
    capacity_ = wanted;
    return true;
  }

  /// Saves the thread's values. A variable for which there is no room has its initial value.
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
  std::byte* bytes_ = nullptr;  ///< the value of each variable at its offset
  std::size_t capacity_ = 0;
  std::size_t saved_ = 0;  ///< bytes that `save` has written
};

/// Where the values of the current private heap will be saved; null while the thread is in no private heap.
OURO_SHARED_STATE inline constinit thread_local heap_context* context_of_current_heap = nullptr;

/// Must be called before a heap-local variable gets its first value that must be saved. False when memory is exhausted:
/// then it must not get one.
[[nodiscard]] OURO_OWN_CODE OURO_NOINLINE inline bool register_heap_local(heap_local& variable) noexcept {
  // acquire: pairs with the release of `add`, which has written the offset.
  if (!variable.is_known.load(std::memory_order_acquire)) {
    keep_loaded(&variable);
    known_heap_locals.add(variable);
  }
  return context_of_current_heap == nullptr || context_of_current_heap->reserve();
}

/// Describes the variable that `State::of_thread()` is. `State::finish()`, `State::relieve()` and `State::release()`
/// are optional; without the second, `finish` does for both.
template <class State>
class heap_local_of {
  static_assert(std::is_trivially_copyable_v<State>, "the value of a heap-local variable is copied as bytes");

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
