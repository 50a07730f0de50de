#pragma once
/// \file
/// Collections beside n frozen candidates, and the safe point that has none to begin.

#include "meter.hpp"
#include "objects.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>

namespace growth {

template <class Memory>
class beside_frozen {
 public:
  using gc = typename Memory::gc;

  explicit beside_frozen(std::size_t n) {
    for (std::size_t i = 0; i != n; ++i) {
      frozen_.push_back(Memory::template make<node<Memory>>());
      const auto candidate = frozen_.back();
    }
    gc::freeze();
    // After a fork, say, some of what is frozen is used, and some goes.
    for (std::size_t i = 0; i < n; i += 2) const auto used = frozen_[i];
    for (std::size_t i = 0; i < n; i += 5) frozen_[i].reset();
  }
  beside_frozen(const beside_frozen&) = delete;
  beside_frozen& operator=(const beside_frozen&) = delete;
  ~beside_frozen() {
    frozen_.clear();
    gc::unfreeze();
  }

 protected:
  static constexpr std::size_t rounds = 10;

 private:
  without_automatic_collections<Memory> calm_;
  nodes<Memory> frozen_;
};

template <class Memory>
struct minor_collection : beside_frozen<Memory> {
  using beside_frozen<Memory>::beside_frozen;
  [[nodiscard]] std::size_t run() {
    for (std::size_t i = 0; i != this->rounds; ++i) {
      leave_garbage<Memory>();
      Memory::gc::collect(0);
    }
    return this->rounds;
  }
};

struct full_collection : beside_frozen<ouro::default_memory> {
  using beside_frozen::beside_frozen;
  [[nodiscard]] static std::size_t run() {
    for (std::size_t i = 0; i != rounds; ++i) {
      leave_garbage<ouro::default_memory>();
      gc::collect();
    }
    return rounds;
  }
};

struct step : beside_frozen<ouro::default_memory> {
  using beside_frozen::beside_frozen;
  [[nodiscard]] static std::size_t run() {
    for (std::size_t i = 0; i != rounds; ++i) {
      leave_garbage<ouro::default_memory>();
      gc::step(1);
    }
    return rounds;
  }
};

inline void measure_collections() {
  using generational = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;
  measure<minor_collection<ouro::default_memory>>("minor collection beside frozen candidates", 1000);
  measure<minor_collection<generational>>("minor collection beside frozen candidates, generational", 1000);
  measure<full_collection>("full collection beside frozen candidates", 1000);
  measure<step>("step beside frozen candidates", 1000);
}

}  // namespace growth
