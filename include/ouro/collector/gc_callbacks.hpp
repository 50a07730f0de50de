#pragma once
/// \file
/// The functions that are called before and after each collection (Python's `gc.callbacks`).

#include <ouro/collector/gc_stats.hpp>
#include <ouro/config.hpp>
#include <ouro/object/hooks.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace ouro {

/// A list of functions in the order of their addition. Belongs to one heap, and is as thread-safe as that.
class gc_callbacks {
 public:
  using function = std::function<void(const gc_info&)>;

  /// Names a function in the list.
  using handle = std::size_t;

  /// \throws std::bad_alloc
  handle add(function callback) {
    entries_.push_back({last_ + 1, std::make_shared<function>(std::move(callback))});
    return ++last_;
  }

  /// Nothing happens when the function has been removed before.
  void remove(handle gone) noexcept {
    std::erase_if(entries_, [gone](const entry& each) { return each.name == gone; });
  }

  void clear() noexcept { entries_.clear(); }

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  /// Calls all of them. An exception goes to the unraisable handler. A callback may add and remove callbacks.
  void call(const gc_info& info) noexcept {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      OURO_TRY {
        const std::shared_ptr<function> callback = entries_[i].call;  // it may remove itself
        (*callback)(info);  // calls user code: the heap is between two collections
      }
      OURO_CATCH_ALL {
        detail::unraisable("gc callback");
      }
    }
  }

 private:
  struct entry {
    handle name;
    std::shared_ptr<function> call;
  };

  std::vector<entry> entries_;
  handle last_ = 0;
};

}  // namespace ouro
