#pragma once
/// \file
/// The global variables of a machine. The compiler turns their names into numbers, so that no instruction looks a name
/// up.

#include "value.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lox {

template <class Memory>
class globals {
 public:
  static constexpr std::size_t most = std::size_t{1} << 16;

  struct variable {
    string name;
    value<Memory> held;
    bool is_defined = false;
  };

  /// That of the name, which need not be defined. \pre there are fewer than `most`. \throws std::bad_alloc
  [[nodiscard]] std::uint16_t number_of(const string& name) {
    const auto [at, is_new] = numbers_.try_emplace(name, static_cast<std::uint16_t>(all_.size()));
    if (is_new) all_.push_back({name, {}});
    return (*at).second;
  }

  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
  [[nodiscard]] variable& operator[](std::size_t number) noexcept { return all_[number]; }

  void define(const string& name, value<Memory> as) {
    variable& defined = all_[number_of(name)];
    defined.held = std::move(as);
    defined.is_defined = true;
  }

  void clear() noexcept {
    all_.clear();
    numbers_.clear();
  }

 private:
  std::vector<variable> all_;
  ouro::dict<string, std::uint16_t, Memory> numbers_;
};

}  // namespace lox
