#pragma once
/// \file
/// The operations of weak pointers, beside n weak pointers to the same object.

#include "meter.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace growth {

struct weak_target {
  int value = 1;
};

/// Drops the oldest weak pointers with a callback; `Memory` says whether threads share the records.
template <class Memory>
class drop_oldest_weak {
 public:
  explicit drop_oldest_weak(std::size_t n) {
    for (std::size_t i = 0; i != n; ++i) watchers_.emplace_back(object_, [] {});
  }

  [[nodiscard]] std::size_t run() {
    for (std::size_t i = 0; i != few; ++i) watchers_[i].reset();
    return few;
  }

 private:
  typename Memory::template ptr<weak_target> object_ = Memory::template make<weak_target>();
  std::vector<typename Memory::template weak<weak_target>> watchers_;
};

class detach_oldest_finalizer {
 public:
  explicit detach_oldest_finalizer(std::size_t n) {
    for (std::size_t i = 0; i != n; ++i) finalizers_.push_back(ouro::finalize(object_, [] {}));
  }

  [[nodiscard]] std::size_t run() {
    for (std::size_t i = 0; i != few; ++i) finalizers_[i].detach();
    return few;
  }

 private:
  ouro::ptr<weak_target> object_ = ouro::make<weak_target>();
  std::vector<ouro::finalizer> finalizers_;
};

class erase_from_oldest_weak_set {
 public:
  explicit erase_from_oldest_weak_set(std::size_t n) {
    for (std::size_t i = 0; i != n; ++i) {
      sets_.push_back(std::make_unique<ouro::weak_set<weak_target>>());
      sets_.back()->insert(object_);
    }
  }

  [[nodiscard]] std::size_t run() {
    for (std::size_t i = 0; i != few; ++i) sets_[i]->erase(object_);
    return few;
  }

 private:
  ouro::ptr<weak_target> object_ = ouro::make<weak_target>();
  std::vector<std::unique_ptr<ouro::weak_set<weak_target>>> sets_;
};

inline void measure_weak_pointers() {
  using shared = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>;
  measure<drop_oldest_weak<ouro::default_memory>>("drop the oldest weak pointer with a callback", 500);
  measure<drop_oldest_weak<shared>>("drop the oldest weak pointer with a callback, of shared objects", 500);
  measure<detach_oldest_finalizer>("detach the oldest finalizer", 500);
  measure<erase_from_oldest_weak_set>("erase from the oldest weak set", 500);
}

}  // namespace growth
