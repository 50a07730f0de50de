#pragma once
/// \file
/// A machine in a heap of its own.

#include "home.hpp"
#include "machine.hpp"

#include <ouro/ouro.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace lox {

/// What programs have cost.
struct statistics {
  std::size_t made = 0;          ///< objects, strings aside
  std::size_t by_count = 0;      ///< of these, destroyed when their last pointer went
  std::size_t by_collector = 0;  ///< of these, destroyed as part of a cycle
  std::size_t collections = 0;
  std::uint64_t longest_pause = 0;  ///< nanoseconds
  std::size_t bytes = 0;            ///< in use when the programs were over
  std::size_t bytes_left = 0;       ///< in use when all variables were gone, too: the names of fields
};

/// All that the programs make lives in the heap, and goes with it. Different guests may run on different threads.
template <class Memory>
class guest {
 public:
  /// `limit`: bytes, 163840 at least. A program that needs more ends with a runtime error. \throws std::bad_alloc
  explicit guest(std::size_t limit = Memory::heap::unlimited) : home_{limit} {
    const scope in{home_};
    machine_ = std::make_unique<machine<Memory>>();
  }
  guest(const guest&) = delete;
  guest& operator=(const guest&) = delete;
  ~guest() { end(); }

  /// A program that has been compiled, or null. \pre it goes before its guest
  class script {
   public:
    script() noexcept = default;
    script(script&& from) noexcept = default;
    script& operator=(script&& from) noexcept {
      std::swap(home_, from.home_);
      std::swap(code_, from.code_);
      return *this;
    }
    ~script() {
      if (code_ == nullptr) return;
      const scope in{*home_};
      code_ = nullptr;
    }

    [[nodiscard]] explicit operator bool() const noexcept { return code_ != nullptr; }

   private:
    friend guest;
    script(home<Memory>& of, typename machine<Memory>::script code) noexcept : home_{&of}, code_{std::move(code)} {}

    home<Memory>* home_ = nullptr;
    typename machine<Memory>::script code_;
  };

  /// Compiles a program, for hosts that run it often; but not one that a host has already. Null when it has faults.
  /// \pre `end` has not been called. \throws std::bad_alloc
  [[nodiscard]] script load(std::string_view source) {
    const scope in{home_};
    return script{home_, machine_->load(source)};
  }

  /// \pre `end` has not been called, and the program is this guest's
  outcome interpret(const script& program) {
    const scope in{home_};
    return machine_->interpret(program.code_);
  }
  outcome interpret(std::string_view source) {
    const scope in{home_};
    return machine_->interpret(source);
  }

  using argument_list = typename machine<Memory>::argument_list;
  using native_function = typename machine<Memory>::native_function;

  /// Gives programs a function of the host: a function pointer, or a lambda without captures.
  /// ```cpp
  /// program.define("sqrt", 1, [](guest::argument_list given) -> lox::value<Memory> {
  ///   if (!given[0].is_number()) throw std::runtime_error{"Argument must be a number."};
  ///   return std::sqrt(given[0].as_number());
  /// });
  /// ```
  /// \see native. \pre `end` has not been called. \throws std::bad_alloc
  void define(std::string_view name, std::size_t arity, native_function of) {
    const scope in{home_};
    machine_->define(name, arity, of);
  }

  /// \see machine::set_patience
  void set_patience(std::uint64_t calls_and_jumps) noexcept { machine_->set_patience(calls_and_jumps); }

  /// Drops all variables, and collects: nothing is left then. Returns the sums of the guest's life.
  statistics end() {
    const scope in{home_};
    using gc = typename Memory::gc;
    statistics sums;
    if (machine_ == nullptr) return sums;
    sums.made = machine_->made();
    sums.bytes = home_.used_bytes();
    machine_.reset();
    if constexpr (ouro::finds_cycles<typename Memory::collector>) gc::collect();
    sums.bytes_left = home_.used_bytes();
    sums.by_collector = gc::stats().collected;
    sums.by_count = sums.made - sums.by_collector;
    sums.collections = gc::stats().collections;
    for (std::size_t i = 0; i != gc::generations; ++i) {
      sums.longest_pause = std::max(sums.longest_pause, gc::stats(i).longest_pause);
    }
    return sums;
  }

 private:
  using scope = typename home<Memory>::scope;

  home<Memory> home_;
  std::unique_ptr<machine<Memory>> machine_;  ///< made and destroyed inside the heap
};

}  // namespace lox
