#pragma once
/// \file
/// Allocators that keep a ledger, and check that all comes back as it was given out.

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <utility>

namespace ouro::test::standard {

/// What the allocators that refer to it have done.
class ledger {
 public:
  int allocations = 0;
  int deallocations = 0;
  int constructed = 0;  ///< by `constructing_allocator`
  int destroyed = 0;
  int failures_after = -1;  ///< the allocation after as many fails; none if it is negative

  ledger() = default;
  ledger(const ledger&) = delete;
  ledger& operator=(const ledger&) = delete;
  ~ledger() {
    CHECK(blocks_.empty());
    CHECK(constructed == destroyed);
  }

  [[nodiscard]] void* give(std::size_t bytes, std::size_t alignment, std::size_t n) {
    if (failures_after == 0) {
      failures_after = -1;
      throw std::bad_alloc{};
    }
    if (failures_after > 0) --failures_after;
    ++allocations;
    void* const made = ::operator new(bytes, std::align_val_t{alignment});
    blocks_[made] = {bytes, n};
    return made;
  }

  void take_back(void* block, std::size_t bytes, std::size_t alignment, std::size_t n) noexcept {
    const auto found = blocks_.find(block);
    REQUIRE(found != blocks_.end());
    CHECK(found->second == std::pair{bytes, n});
    blocks_.erase(found);
    ++deallocations;
    ::operator delete(block, std::align_val_t{alignment});
  }

  [[nodiscard]] std::size_t blocks() const noexcept { return blocks_.size(); }

  [[nodiscard]] bool contains(const void* address) const noexcept {
    for (const auto& [block, size] : blocks_) {
      const auto* const first = static_cast<const std::byte*>(block);
      if (std::less_equal<>{}(first, static_cast<const std::byte*>(address)) &&
          std::less<>{}(static_cast<const std::byte*>(address), first + size.first)) {
        return true;
      }
    }
    return false;
  }

 private:
  std::map<void*, std::pair<std::size_t, std::size_t>> blocks_;  ///< the bytes of each, and the `n` that was asked for
};

/// Has a state, and none to begin with.
template <class T>
class noting_allocator {
 public:
  using value_type = T;

  explicit noting_allocator(ledger& of) noexcept : ledger_{&of} {}
  template <class U>
  noting_allocator(const noting_allocator<U>& other) noexcept : ledger_{other.of()} {}

  [[nodiscard]] T* allocate(std::size_t n) { return static_cast<T*>(ledger_->give(n * sizeof(T), alignof(T), n)); }
  void deallocate(T* block, std::size_t n) noexcept { ledger_->take_back(block, n * sizeof(T), alignof(T), n); }

  [[nodiscard]] ledger* of() const noexcept { return ledger_; }
  template <class U>
  [[nodiscard]] bool operator==(const noting_allocator<U>& other) const noexcept {
    return ledger_ == other.of();
  }

 private:
  ledger* ledger_;
};

/// Constructs and destroys by functions of its own.
template <class T>
class constructing_allocator : public noting_allocator<T> {
 public:
  using value_type = T;
  template <class U>
  struct rebind {
    using other = constructing_allocator<U>;
  };

  using noting_allocator<T>::noting_allocator;
  template <class U>
  constructing_allocator(const constructing_allocator<U>& other) noexcept : noting_allocator<T>{other} {}

  template <class U, class... Args>
  void construct(U* at, Args&&... args) {
    ::new (static_cast<void*>(at)) U(std::forward<Args>(args)...);
    ++this->of()->constructed;
  }
  template <class U>
  void destroy(U* object) noexcept {
    ++this->of()->destroyed;
    object->~U();
  }
};

/// The smallest allocator that there can be.
template <class T>
struct minimal_allocator {
  using value_type = T;
  minimal_allocator() = default;
  template <class U>
  minimal_allocator(const minimal_allocator<U>&) noexcept {}
  [[nodiscard]] T* allocate(std::size_t n) { return std::allocator<T>{}.allocate(n); }
  void deallocate(T* block, std::size_t n) noexcept { std::allocator<T>{}.deallocate(block, n); }
  template <class U>
  [[nodiscard]] bool operator==(const minimal_allocator<U>&) const noexcept {
    return true;
  }
};

}  // namespace ouro::test::standard
