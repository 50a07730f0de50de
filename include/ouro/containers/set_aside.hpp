#pragma once
/// \file
/// Takes the content of a container out of reach while user code moves its elements.

#include <ouro/config.hpp>
#include <ouro/containers/lifetime_watch.hpp>

#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// While it lives, `content()` is what the container was, and the container is empty: whatever user code does to it,
/// and whatever a collection sees of it, it is whole. Afterwards the container has the content again; what user code
/// has put into it meanwhile is dropped, as CPython's `list.sort` does. If the container has ended, so does the
/// content.
template <class Container>
class set_aside {
 public:
  explicit set_aside(Container& from) noexcept : watch_{&from}, from_{from}, content_{std::move(from)} {}
  set_aside(const set_aside&) = delete;
  set_aside& operator=(const set_aside&) = delete;
  ~set_aside() {
    if (!watch_.has_ended()) content_.swap(from_);
    // calls user code when what was put in meanwhile goes: the container is whole
  }

  [[nodiscard]] Container& content() noexcept { return content_; }

 private:
  lifetime_watch watch_;
  Container& from_;
  Container content_;
};

/// Runs `change(container)` where no user code meets the elements while they move: on the container itself if their
/// moves run none.
template <bool MovesQuietly, class Container, class Change>
decltype(auto) move_aside(Container& container, Change& change) {
  if constexpr (MovesQuietly) {
    return change(container);
  } else {
    set_aside<Container> aside{container};
    return change(aside.content());
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
