#pragma once
/// \file
/// Which counted raw pointers are under way between `release` and `adopt`, in checked builds: so an address that nobody
/// released, one on the stack say, and one that is adopted a second time are caught.

#include <ouro/base/address_map.hpp>
#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Thread-safe.
class detached_pointers {
 public:
  void add(const void* object) {
    const lock_guard lock{mutex_};
    ++under_way_[object];
  }

  /// Strikes one out; false if there is none.
  [[nodiscard]] bool remove(const void* object) noexcept {
    const lock_guard lock{mutex_};
    std::size_t* const found = under_way_.find(object);
    if (found == nullptr) return false;
    if (--*found == 0) under_way_.erase(object);
    return true;
  }

 private:
  static_mutex mutex_;
  address_map<std::size_t> under_way_;  ///< counted raw pointers of each object
};

OURO_SHARED_STATE inline constinit detached_pointers all_detached_pointers{};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
