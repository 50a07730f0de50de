#pragma once
/// \file
/// The limit: what a programmer would write for one type and one purpose. A count in front of the object, a free list
/// that gives nothing back, and no more than the path at hand needs.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace instructions::by_hand {

/// One thread, no cycles.
struct plain {
  int count = 1;

  void increment() { ++count; }
  [[nodiscard]] bool decrement() { return --count == 0; }
  [[nodiscard]] bool try_increment() { return count != 0 && (++count, true); }
  static void forget_suspects() {}
};

/// Shared between threads.
struct shared {
  std::atomic<int> count{1};

  void increment() { count.fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] bool decrement() { return count.fetch_sub(1, std::memory_order_acq_rel) == 1; }
  [[nodiscard]] bool try_increment() {
    int seen = count.load(std::memory_order_relaxed);
    while (seen != 0) {
      if (count.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  static void forget_suspects() {}
};

/// One thread, and a list of those whose count fell to a non-zero value. Who dies while listed is not provided for.
struct suspecting {
  static constexpr std::uint32_t listed = 1u << 31;
  std::uint32_t count = 1;

  void increment() { ++count; }
  [[nodiscard]] bool decrement() {
    const std::uint32_t lowered = --count;
    if (lowered > listed) [[likely]]
      return false;
    if (lowered == 0) return true;
    suspect();
    return false;
  }
  [[nodiscard]] bool try_increment() { return count != 0 && (++count, true); }

  static void forget_suspects() {
    for (suspecting* each : suspects) each->count &= ~listed;
    suspects.clear();
  }

 private:
  [[gnu::noinline]] void suspect() {
    count |= listed;
    suspects.push_back(this);
  }

  static inline std::vector<suspecting*> suspects;
};

/// Blocks of one type.
template <class Block>
class free_list {
 public:
  [[nodiscard]] static void* pop() {
    if (first_ == nullptr) [[unlikely]]
      refill();
    return std::exchange(first_, first_->next);
  }
  static void push(void* block) { first_ = ::new (block) link{first_}; }

 private:
  struct link {
    link* next;
  };

  [[gnu::noinline]] static void refill() {
    constexpr std::size_t blocks = 682;  // 16 KiB of 24 bytes each
    auto* const memory = static_cast<std::byte*>(std::malloc(blocks * sizeof(Block)));
    if (memory == nullptr) std::abort();
    for (std::size_t i = 0; i != blocks; ++i) push(memory + i * sizeof(Block));
  }

  static inline link* first_ = nullptr;
};

template <class T, class Count>
class ptr {
 public:
  struct block : Count {
    T value{};
  };

  ptr() = default;
  explicit ptr(block* counted) : to_{counted} {}
  ptr(const ptr& from) : to_{from.to_} {
    if (to_ != nullptr) to_->increment();
  }
  ptr(ptr&& from) noexcept : to_{std::exchange(from.to_, nullptr)} {}
  ptr& operator=(const ptr&) = delete;
  ~ptr() {
    if (to_ == nullptr || !to_->decrement()) return;
    if constexpr (std::is_trivially_destructible_v<T>) {
      free_list<block>::push(to_);
    } else {
      die(to_);
    }
  }

  [[nodiscard]] static ptr make() { return ptr{::new (free_list<block>::pop()) block}; }
  [[nodiscard]] block* get() const { return to_; }

 private:
  /// Out of line, so that a drop saves no registers for what it seldom does.
  [[gnu::noinline]] static void die(block* dead) {
    std::destroy_at(dead);
    free_list<block>::push(dead);
  }

  block* to_ = nullptr;
};

/// Knows its object by a record that the object would clear.
template <class T, class Count>
class weak {
  using strong = ptr<T, Count>;

 public:
  explicit weak(const strong& to) : record_{new record{to.get()}} {}
  weak(const weak&) = delete;
  weak& operator=(const weak&) = delete;
  ~weak() { delete record_; }

  [[nodiscard]] strong lock() const {
    if (record_->target == nullptr || !record_->target->try_increment()) return {};
    return strong{record_->target};
  }

 private:
  struct record {
    typename strong::block* target;
  };
  record* record_;
};

}  // namespace instructions::by_hand
