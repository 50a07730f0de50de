#pragma once
/// \file
/// The machine of examples/lox over `std::shared_ptr`: what it would cost, and leak, without ouro's pointers.

#include "lox/object.hpp"
#include "lox/value.hpp"

#include <ouro/ouro.hpp>

#include <concepts>
#include <cstddef>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>

namespace lox {

/// As much of `ouro::memory` as the machine asks for.
struct shared_memory {
  struct refcount {
    static constexpr bool is_thread_safe = true;
  };
  using collector = ouro::no_collector;
  using allocator = ouro::system_allocator;

  template <class T>
  using ptr = std::shared_ptr<T>;
  template <class T>
  using std_allocator = std::allocator<T>;

  struct heap {
    static constexpr bool is_isolated = false;
    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    [[nodiscard]] static heap current() noexcept { return {}; }
    [[nodiscard]] ouro::pool_statistics statistics() const noexcept { return {}; }
  };
  struct gc {
    static constexpr std::size_t generations = 0;

    [[nodiscard]] static ouro::gc_stats stats() noexcept { return {}; }
    [[nodiscard]] static ouro::generation_stats stats(std::size_t) noexcept { return {}; }
  };

  template <class T, class... Args>
  [[nodiscard]] static ptr<T> make(Args&&... args) {
    return std::make_shared<T>(std::forward<Args>(args)...);
  }
  template <class T>
  [[nodiscard]] static ptr<T> from_this(T* self) noexcept {
    return std::static_pointer_cast<T>(self->shared_from_this());
  }
};

template <>
struct object<shared_memory> : std::enable_shared_from_this<object<shared_memory>> {
  explicit object(object_kind of) noexcept : kind{of} {}

  const object_kind kind;
};

/// 24 bytes: a `shared_ptr` has no bits to spare.
template <>
class value<shared_memory> {
 public:
  using pointer = std::shared_ptr<object<shared_memory>>;

  value() noexcept = default;
  value(double number) noexcept : held_{number} {}
  value(bool truth) noexcept : held_{truth} {}
  template <std::convertible_to<pointer> Pointer>
  value(Pointer of) noexcept : held_{pointer{std::move(of)}} {}
  value(string of) noexcept : held_{std::move(of)} {}

  void swap(value& with) noexcept { held_.swap(with.held_); }

  /// \post `from` holds nothing that would have to be destroyed
  [[nodiscard]] static value relocated(value& from) noexcept {
    value moved;
    moved.swap(from);
    return moved;
  }

  void become(double number) noexcept { held_ = number; }
  void become(bool truth) noexcept { held_ = truth; }

  [[nodiscard]] bool is_nil() const noexcept { return is<std::monostate>(); }
  [[nodiscard]] bool is_bool() const noexcept { return is<bool>(); }
  [[nodiscard]] bool is_number() const noexcept { return is<double>(); }
  [[nodiscard]] bool is_string() const noexcept { return is<string>(); }
  [[nodiscard]] bool is_object() const noexcept { return is<pointer>(); }
  [[nodiscard]] bool is_true() const noexcept { return !is_nil() && (!is_bool() || as_bool()); }

  [[nodiscard]] bool as_bool() const noexcept { return *std::get_if<bool>(&held_); }
  [[nodiscard]] double as_number() const noexcept { return *std::get_if<double>(&held_); }
  [[nodiscard]] string as_string() const noexcept { return *std::get_if<string>(&held_); }
  [[nodiscard]] std::string_view characters() const noexcept { return std::get_if<string>(&held_)->view(); }
  [[nodiscard]] object<shared_memory>* as_object() const noexcept { return std::get_if<pointer>(&held_)->get(); }
  [[nodiscard]] pointer to_object() && noexcept {
    pointer taken = std::move(*std::get_if<pointer>(&held_));
    held_ = std::monostate{};
    return taken;
  }

  [[nodiscard]] friend bool operator==(const value& left, const value& right) noexcept = default;

  void trace(auto&&) {}

 private:
  template <class T>
  [[nodiscard]] bool is() const noexcept {
    return std::holds_alternative<T>(held_);
  }

  std::variant<std::monostate, bool, double, string, pointer> held_;
};

}  // namespace lox
