#pragma once
/// \file
/// Detaches the content of a container while user code moves its elements.

#include <ouro/config.hpp>
#include <ouro/containers/lifetime_watch.hpp>

#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// While it lives, the container is empty and `content()` has its elements. So user code and collections find a valid
/// container while the elements are moved. The destructor puts the content back and drops what user code has inserted
/// into the container meanwhile, as CPython's `list.sort` does. If the container has been destroyed, the content is
/// destroyed too.
template <class Container>
class detached_content {
 public:
  explicit detached_content(Container& from) noexcept : watch_{&from}, from_{from}, content_{std::move(from)} {}
  detached_content(const detached_content&) = delete;
  detached_content& operator=(const detached_content&) = delete;
  ~detached_content() {
    if (!watch_.has_ended()) content_.swap(from_);
    // calls user code when elements that were inserted meanwhile are destroyed: the container is valid
  }

  [[nodiscard]] Container& content() noexcept { return content_; }

 private:
  lifetime_watch watch_;
  Container& from_;
  Container content_;
};

/// Runs `change(content)` where no user code can reach the elements while they are moved: on the detached content if
/// moves call user code, and on the container itself if they do not.
template <bool MovesCallUserCode, class Container, class Change>
decltype(auto) change_detached(Container& container, Change& change) {
  if constexpr (MovesCallUserCode) {
    detached_content<Container> detached{container};
    return change(detached.content());
  } else {
    return change(container);
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
