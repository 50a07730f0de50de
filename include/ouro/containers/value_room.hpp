#pragma once
/// \file
/// Room for a value of a type that only its verbs know, with the edges that it holds.

#include <ouro/config.hpp>
#include <ouro/trace/edge_visitor.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// What can be done with any value. The trace is a function of a type that a virtual function could have, too.
struct value_verbs {
  void (*copy)(const void* from, void* to);     ///< constructs a copy in another room
  void (*move)(void* from, void* to) noexcept;  ///< moves the value to another room, and ends it here
  void (*destroy)(void* room) noexcept;
  void* (*value)(void* room) noexcept;  ///< where the value lies
  void (*trace)(void* room, edge_visitor& visit);
};

/// The room itself. A small value lies in it, another one in memory of its own.
struct value_room {
  static constexpr std::size_t bytes = 3 * sizeof(void*);

  template <class T>
  static constexpr bool fits =
      sizeof(T) <= bytes && alignof(T) <= alignof(void*) && std::is_nothrow_move_constructible_v<T>;

  alignas(void*) std::byte room[bytes];
};

OURO_CONSTRUCTION_WARNINGS_OFF

/// The verbs for values of `T`.
template <class T>
struct verbs_of_value {
  template <class... Args>
  static void construct(void* room, Args&&... args) {
    if constexpr (value_room::fits<T>) {
      ::new (room) T(std::forward<Args>(args)...);
    } else {
      ::new (room) T*(new T(std::forward<Args>(args)...));
    }
  }

  [[nodiscard]] static T& in(void* room) noexcept {
    if constexpr (value_room::fits<T>) {
      return *std::launder(static_cast<T*>(room));
    } else {
      return **std::launder(static_cast<T**>(room));
    }
  }

  static void copy(const void* from, void* to) { construct(to, std::as_const(in(const_cast<void*>(from)))); }

  static void move(void* from, void* to) noexcept {
    if constexpr (value_room::fits<T>) {
      ::new (to) T(std::move(in(from)));
      std::destroy_at(std::addressof(in(from)));
    } else {
      ::new (to) T*(std::addressof(in(from)));
    }
  }

  static void destroy(void* room) noexcept {
    if constexpr (value_room::fits<T>) {
      std::destroy_at(std::addressof(in(room)));
    } else {
      delete std::addressof(in(room));
    }
  }

  [[nodiscard]] static void* value(void* room) noexcept { return std::addressof(in(room)); }

  static void trace(void* room, edge_visitor& visit) { visit(in(room)); }

  static constexpr value_verbs verbs{&copy, &move, &destroy, &value, &trace};
};

OURO_CONSTRUCTION_WARNINGS_RESTORE

/// A value of some type, or none. `Verbs` begins with `value_verbs`.
template <class Verbs>
class any_value {
 public:
  any_value() noexcept = default;
  any_value(const any_value& from) : verbs_{from.verbs_} {
    if (verbs_ != nullptr) general().copy(from.room(), room());
  }
  any_value(any_value&& from) noexcept : verbs_{std::exchange(from.verbs_, nullptr)} {
    if (verbs_ != nullptr) general().move(from.room(), room());
  }
  any_value& operator=(const any_value& from) {
    any_value copy{from};
    copy.swap(*this);
    return *this;
  }
  any_value& operator=(any_value&& from) noexcept {
    any_value moved{std::move(from)};
    moved.swap(*this);
    return *this;
  }
  ~any_value() { reset(); }

  /// \pre empty \throws std::bad_alloc, and what the constructor throws
  template <class T, class... Args>
  T& emplace(const Verbs& verbs, Args&&... args) {
    verbs_of_value<T>::construct(room(), std::forward<Args>(args)...);
    verbs_ = &verbs;
    return verbs_of_value<T>::in(room());
  }

  /// Empty first, so that the value's destructor finds nothing here, and neither does a trace.
  void reset() noexcept {
    if (verbs_ == nullptr) return;
    const Verbs* const verbs = std::exchange(verbs_, nullptr);
    static_cast<const value_verbs*>(verbs)->destroy(room());
  }

  void swap(any_value& with) noexcept {
    any_value moved{std::move(with)};
    // NOLINTNEXTLINE(bugprone-use-after-move): it is empty now
    if (verbs_ != nullptr) general().move(room(), with.room());
    with.verbs_ = std::exchange(verbs_, nullptr);
    if (moved.verbs_ != nullptr) moved.general().move(moved.room(), room());
    verbs_ = std::exchange(moved.verbs_, nullptr);
  }

  [[nodiscard]] const Verbs* verbs() const noexcept { return verbs_; }
  [[nodiscard]] void* room() const noexcept { return const_cast<std::byte*>(room_.room); }
  [[nodiscard]] void* value() const noexcept { return general().value(room()); }

  void trace(edge_visitor& visit) {
    if (verbs_ != nullptr) general().trace(room(), visit);
  }

 private:
  [[nodiscard]] const value_verbs& general() const noexcept { return *verbs_; }

  value_room room_;
  const Verbs* verbs_ = nullptr;  ///< null where there is no value
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
