#pragma once
/// \file
/// A value of the language in 8 bytes.
///
/// The bits of an object's value are its address, so that the library sees the pointer in it where it is, and makes it
/// nil, which is 0, when it severs a cycle. All else is what an address is not:
/// ```
///   nil               0
///   false, true       2, 3
///   string            address of the interned string + 1
///   object            address: a multiple of 8, below 2^48
///   number            bits of the double + 2^48
/// ```
/// (As in JavaScriptCore, which favours pointers likewise.) Numbers, nil and truth values are not counted.

#include <ouro/ouro.hpp>

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

namespace lox {

template <class Memory>
struct object;

/// Of each value one, so that equal strings are one object.
using string = ouro::interned_string;

template <class Memory>
class value {
  static_assert(sizeof(void*) == sizeof(std::uint64_t) || std::endian::native == std::endian::little,
                "lox: a pointer must lie in the lower bits");

 public:
  using pointer = typename Memory::template ptr<object<Memory>>;

  /// nil
  value() noexcept : bits_{nil} {}
  /// Any number: not-a-number has many patterns of bits, some of which would be taken for addresses. All become one.
  value(double number) noexcept
      : bits_{bits_of(number == number ? number : std::numeric_limits<double>::quiet_NaN())} {}
  value(bool truth) noexcept : bits_{bits_of(truth)} {}
  /// \pre not null
  template <std::convertible_to<pointer> Pointer>
  value(Pointer of) noexcept : bits_{nil} {
    std::construct_at(&object_, std::move(of));
  }
  value(string of) noexcept : bits_{reinterpret_cast<std::uintptr_t>(std::move(of).release()) + string_mark} {}

  value(const value& from) noexcept : bits_{from.bits_} {
    if (needs_count()) share();
  }
  value(value&& from) noexcept : bits_{std::exchange(from.bits_, nil)} {}
  value& operator=(const value& from) noexcept {
    value copy{from};
    swap(copy);
    return *this;
  }
  value& operator=(value&& from) noexcept {
    value taken{std::move(from)};
    swap(taken);
    return *this;
  }
  ~value() {
    if (needs_count()) drop();
  }

  void swap(value& with) noexcept { std::swap(bits_, with.bits_); }

  /// Moves a value whose place is not used any more: without making it nil. \post `from` must not be destroyed
  [[nodiscard]] static value relocated(const value& from) noexcept { return value{from.bits_, as_bits{}}; }

  /// Overwrites a value that is not counted. A number must be computed from numbers of values: processors make no other
  /// not-a-number out of these than one that is the same but for its sign.
  void become(double number) noexcept { bits_ = bits_of(number); }
  void become(bool truth) noexcept { bits_ = bits_of(truth); }

  [[nodiscard]] bool is_nil() const noexcept { return bits_ == nil; }
  [[nodiscard]] bool is_bool() const noexcept { return (bits_ | 1) == true_; }
  [[nodiscard]] bool is_number() const noexcept { return bits_ >= first_number; }
  [[nodiscard]] bool is_string() const noexcept { return is_counted() && (bits_ & string_mark) != 0; }
  [[nodiscard]] bool is_object() const noexcept { return is_counted() && (bits_ & string_mark) == 0; }

  /// nil and false are not.
  [[nodiscard]] bool is_true() const noexcept { return bits_ != nil && bits_ != false_; }

  /// \pre each: the value is that
  [[nodiscard]] bool as_bool() const noexcept { return bits_ == true_; }
  [[nodiscard]] double as_number() const noexcept { return std::bit_cast<double>(bits_ - first_number); }
  [[nodiscard]] string as_string() const noexcept { return string::share(raw_string()); }
  [[nodiscard]] std::string_view characters() const noexcept { return raw_string()->view(); }
  [[nodiscard]] object<Memory>* as_object() const noexcept { return object_.get(); }
  [[nodiscard]] pointer to_object() && noexcept {
    pointer taken = std::move(object_);
    bits_ = nil;
    return taken;
  }

  /// Numbers by value, all else by identity: equal strings are one object.
  [[nodiscard]] friend bool operator==(const value& left, const value& right) noexcept {
    if (left.is_number() && right.is_number()) return left.as_number() == right.as_number();
    return left.bits_ == right.bits_;
  }

  void trace(auto&& visit) {
    if (is_object()) visit(object_);
  }

 private:
  struct as_bits {};
  value(std::uint64_t bits, as_bits) noexcept : bits_{bits} {}

  static constexpr std::uint64_t nil = 0;
  static constexpr std::uint64_t false_ = 2;
  static constexpr std::uint64_t true_ = 3;
  static constexpr std::uint64_t string_mark = 1;
  static constexpr std::uint64_t first_address = 8;
  static constexpr std::uint64_t first_number = std::uint64_t{1} << 48;

  [[nodiscard]] static std::uint64_t bits_of(double number) noexcept {
    return std::bit_cast<std::uint64_t>(number) + first_number;
  }
  [[nodiscard]] static std::uint64_t bits_of(bool truth) noexcept { return truth ? true_ : false_; }

  /// One comparison, since it is asked at each copy and drop.
  [[nodiscard]] bool is_counted() const noexcept { return bits_ - first_address < first_number - first_address; }

  /// `is_counted`, for copies and ends. Four of five are of numbers, and compilers should know: they keep less in
  /// memory where the instructions run.
  [[nodiscard]] bool needs_count() const noexcept {
    return __builtin_expect_with_probability(is_counted(), false, 0.8);
  }

  [[nodiscard]] auto* raw_string() const noexcept {
    return reinterpret_cast<typename string::raw_pointer>(static_cast<std::uintptr_t>(bits_ - string_mark));
  }

  void share() const noexcept {
    if ((bits_ & string_mark) != 0) {
      static_cast<void>(as_string().release());
    } else {
      static_cast<void>(pointer{object_}.release());
    }
  }

  void drop() noexcept {
    if ((bits_ & string_mark) != 0) {
      static_cast<void>(string::adopt(raw_string()));
    } else {
      object<Memory>::drop(object_.release());
    }
  }

  union {
    std::uint64_t bits_;
    pointer object_;
  };
};

}  // namespace lox
