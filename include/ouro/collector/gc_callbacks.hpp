#pragma once
/// \file
/// The functions that are called before and after each collection (Python's `gc.callbacks`).

#include <ouro/base/diagnostics.hpp>
#include <ouro/collector/gc_stats.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A list of functions in the order of their addition. Belongs to one heap, and is as thread-safe as that.
/// A template, so that programs that have none do not compile it: called `gc_callbacks`.
template <class Info>
class basic_gc_callbacks {
 public:
  /// Names a function in the list.
  using handle = std::size_t;

  /// Anything that is called with a `const gc_info&`. \throws std::bad_alloc, and what moving throws
  template <class Function>
  handle add(Function callback) {
    static_assert(std::is_invocable_v<Function&, const Info&>, "ouro: a callback is called with a const gc_info&");
    entries_.push_back({last_ + 1, std::make_shared<held<Function>>(std::move(callback))});
    return ++last_;
  }

  /// Nothing happens when the function has been removed before.
  void remove(handle gone) noexcept {
    const std::size_t at = first_behind(gone - 1);
    if (at == entries_.size() || entries_[at].name != gone) return;
    const auto removed = std::move(entries_[at].call);  // calls user code when it goes: the list is without it
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  void clear() noexcept {
    const auto removed = std::exchange(entries_, {});  // calls user code when they go
  }

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  /// Calls all of them. An exception goes to the unraisable handler. A callback may add and remove callbacks: those
  /// that it has added are called, those that it has removed are not.
  void call(const Info& info) noexcept {
    for (std::size_t i = 0; i < entries_.size();) {
      const handle name = entries_[i].name;
      OURO_TRY {
        const std::shared_ptr<callable> callback = entries_[i].call;  // it may remove itself
        callback->call(info);  // calls user code: the heap is between two collections
      }
      OURO_CATCH_ALL {
        detail::unraisable("gc callback");
      }
      i = first_behind(name);  // where some were removed, others have moved up
    }
  }

 private:
  /// The place of the first function that was added after this one.
  [[nodiscard]] std::size_t first_behind(handle name) const noexcept {
    std::size_t at = 0;
    while (at != entries_.size() && entries_[at].name <= name) ++at;
    return at;
  }

  /// `std::function` would do, but its header takes longer to compile than the collector.
  struct callable {
    callable() = default;
    callable(const callable&) = delete;
    callable& operator=(const callable&) = delete;
    virtual ~callable() = default;
    virtual void call(const Info& info) = 0;
  };

  template <class Function>
  struct held final : callable {
    explicit held(Function called) : function{std::move(called)} {}
    void call(const Info& info) override { static_cast<void>(function(info)); }

    Function function;
  };

  struct entry {
    handle name;
    std::shared_ptr<callable> call;
  };

  std::vector<entry> entries_;
  handle last_ = 0;
};

/// Those of a heap: `gc::callbacks()`.
using gc_callbacks = basic_gc_callbacks<gc_info>;

}  // namespace ouro

#include <ouro/macros/restore.hpp>
