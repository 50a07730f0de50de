#pragma once
/// \file
/// Which addresses lie in arenas, so that checked builds can ask where a pointer leads before they believe what stands
/// there.

#include <ouro/allocator/pool/pool.hpp>
#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>
#include <new>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A bit for each 2 MiB of the address space, in leaves that are made when they are needed, and never freed.
/// Thread-safe; `has` takes no lock and is O(1).
class arena_set {
 public:
  /// False, and nothing has changed, when memory is exhausted. \pre `base` is the beginning of an arena
  [[nodiscard]] bool add(const void* base) noexcept {
    const std::uintptr_t number = number_of(base);
    const lock_guard lock{mutex_};
    leaf*& place = leaves_[number >> leaf_bits];
    if (place == nullptr) {
      auto* const made = new (std::nothrow) leaf{};
      if (made == nullptr) return false;
      // release: a thread that sees the leaf sees that it is empty.
      store_release(place, made);
    }
    set_bits_relaxed(place->word(number), leaf::bit(number));
    return true;
  }

  /// \pre it was added
  void remove(const void* base) noexcept {
    const std::uintptr_t number = number_of(base);
    clear_bits_relaxed(leaf_of(number)->word(number), leaf::bit(number));
  }

  /// Whether the address lies in an arena. Any address may be asked for.
  [[nodiscard]] bool has(const void* at) const noexcept {
    const std::uintptr_t number = number_of(at);
    if (number >> number_bits != 0) return false;
    leaf* const found = leaf_of(number);
    return found != nullptr && (load_relaxed(found->word(number)) & leaf::bit(number)) != 0;
  }

 private:
  // An address is below 2^48: remote_free_list.hpp relies on it, too.
  static constexpr unsigned number_bits = (sizeof(void*) == 8 ? 48 : 32) - 21;
  static constexpr unsigned leaf_bits = number_bits < 14 ? number_bits : 14;
  static_assert(pool::arena_bytes == std::size_t{1} << 21);

  /// Read and written atomically.
  struct leaf {
    std::uint32_t words[(std::size_t{1} << leaf_bits) / 32];

    [[nodiscard]] std::uint32_t& word(std::uintptr_t number) noexcept {
      return words[(number >> 5) & ((std::uintptr_t{1} << (leaf_bits - 5)) - 1)];
    }
    [[nodiscard]] static std::uint32_t bit(std::uintptr_t number) noexcept { return std::uint32_t{1} << (number & 31); }
  };

  [[nodiscard]] static std::uintptr_t number_of(const void* at) noexcept {
    return reinterpret_cast<std::uintptr_t>(at) / pool::arena_bytes;
  }

  [[nodiscard]] leaf* leaf_of(std::uintptr_t number) const noexcept {
    return load_acquire(leaves_[number >> leaf_bits]);
  }

  static_mutex mutex_;
  leaf* leaves_[std::size_t{1} << (number_bits - leaf_bits)] = {};
};

/// Empty at check level 0.
OURO_SHARED_STATE inline constinit arena_set known_arenas{};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
