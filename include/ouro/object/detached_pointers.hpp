#pragma once
/// \file
/// The counted raw pointers between `release` and `adopt`, which checked builds record. So `adopt` of an address that
/// was not released, and a second `adopt` of one that was, are reported.

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
    ++detached_[object];
  }

  /// Removes one pointer to the object; false if there is none.
  [[nodiscard]] bool remove(const void* object) noexcept {
    const lock_guard lock{mutex_};
    std::size_t* const found = detached_.find(object);
    if (found == nullptr) return false;
    if (--*found == 0) detached_.erase(object);
    return true;
  }

 private:
  static_mutex mutex_;
  address_map<std::size_t> detached_;  ///< the number of counted raw pointers of each object
};

OURO_SHARED_STATE inline constinit detached_pointers all_detached_pointers{};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
