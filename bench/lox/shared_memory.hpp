#pragma once
/// \file
/// The machine of examples/lox over `std::shared_ptr`: what it would cost, and leak, without ouro's pointers.

#include "lox/object.hpp"
#include "lox/value.hpp"

#include <ouro/ouro.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

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

  value() noexcept {}
  value(double number) noexcept : kind_{kind::number}, number_{number} {}
  value(bool truth) noexcept : kind_{kind::truth}, truth_{truth} {}
  template <std::convertible_to<pointer> Pointer>
  value(Pointer of) noexcept : kind_{kind::object}, object_{std::move(of)} {}
  value(string of) noexcept : kind_{kind::text}, text_{std::move(of)} {}

  value(const value& from) noexcept : kind_{from.kind_} {
    if (kind_ == kind::object) {
      std::construct_at(&object_, from.object_);
    } else if (kind_ == kind::text) {
      std::construct_at(&text_, from.text_);
    } else {
      number_ = from.number_;
    }
  }
  value(value&& from) noexcept { take(from); }
  value& operator=(const value& from) noexcept {
    value copy{from};
    return *this = std::move(copy);
  }
  value& operator=(value&& from) noexcept {
    value taken{std::move(from)};
    std::destroy_at(this);
    std::construct_at(this, std::move(taken));
    return *this;
  }
  ~value() {
    if (kind_ == kind::object) {
      object_.~pointer();
    } else if (kind_ == kind::text) {
      text_.~string();
    }
  }

  void swap(value& with) noexcept { std::swap(*this, with); }

  [[nodiscard]] static value relocated(value& from) noexcept {
    value moved{std::move(from)};
    std::destroy_at(&from);
    return moved;
  }

  void become(double number) noexcept { *this = value{number}; }
  void become(bool truth) noexcept { *this = value{truth}; }

  [[nodiscard]] bool is_nil() const noexcept { return kind_ == kind::nil; }
  [[nodiscard]] bool is_bool() const noexcept { return kind_ == kind::truth; }
  [[nodiscard]] bool is_number() const noexcept { return kind_ == kind::number; }
  [[nodiscard]] bool is_string() const noexcept { return kind_ == kind::text; }
  [[nodiscard]] bool is_object() const noexcept { return kind_ == kind::object; }
  [[nodiscard]] bool is_true() const noexcept { return !is_nil() && (!is_bool() || truth_); }

  [[nodiscard]] bool as_bool() const noexcept { return truth_; }
  [[nodiscard]] double as_number() const noexcept { return number_; }
  [[nodiscard]] string as_string() const noexcept { return text_; }
  [[nodiscard]] std::string_view characters() const noexcept { return text_.view(); }
  [[nodiscard]] object<shared_memory>* as_object() const noexcept { return object_.get(); }
  [[nodiscard]] pointer to_object() && noexcept {
    pointer taken = std::move(object_);
    *this = value{};
    return taken;
  }

  [[nodiscard]] friend bool operator==(const value& left, const value& right) noexcept {
    if (left.kind_ != right.kind_) return false;
    switch (left.kind_) {
      case kind::number:
        return left.number_ == right.number_;
      case kind::truth:
        return left.truth_ == right.truth_;
      case kind::text:
        return left.text_ == right.text_;
      case kind::object:
        return left.object_ == right.object_;
      case kind::nil:
        break;
    }
    return true;
  }

  void trace(auto&&) {}

 private:
  enum class kind : std::uint8_t { nil, truth, number, text, object };

  void take(value& from) noexcept {
    kind_ = from.kind_;
    if (kind_ == kind::object) {
      std::construct_at(&object_, std::move(from.object_));
      from.object_.~pointer();
    } else if (kind_ == kind::text) {
      std::construct_at(&text_, std::move(from.text_));
      from.text_.~string();
    } else {
      number_ = from.number_;
    }
    from.kind_ = kind::nil;
  }

  kind kind_ = kind::nil;
  union {
    double number_ = 0;
    bool truth_;
    string text_;
    pointer object_;
  };
};

}  // namespace lox
