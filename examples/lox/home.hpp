#pragma once
/// \file
/// Where a guest's objects live: in a private heap; or, where threads may share them, in that of the thread.

#include <ouro/ouro.hpp>

#include <cstddef>

namespace lox {

template <class Memory>
class home {
 public:
  explicit home(std::size_t limit) : heap_{limit} {}

  /// While it lives, objects are made here.
  class scope {
   public:
    explicit scope(home& of) : in_{of.heap_} {}

   private:
    typename Memory::heap::scope in_;
  };

  [[nodiscard]] std::size_t used_bytes() const noexcept {
    const ouro::pool_statistics used = heap_.statistics();
    return used.used_bytes + used.large_bytes;
  }

 private:
  typename Memory::heap heap_;
};

template <class Memory>
  requires(!Memory::heap::is_isolated)
class home<Memory> {
 public:
  /// There is no limit.
  explicit home(std::size_t) noexcept {}

  class scope {
   public:
    explicit scope(home&) noexcept {}
  };

  [[nodiscard]] std::size_t used_bytes() const noexcept { return Memory::heap::current().statistics().used_bytes; }
};

}  // namespace lox
