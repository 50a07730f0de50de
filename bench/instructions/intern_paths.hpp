#pragma once
/// \file
/// The paths of what is interned: ours, and by hand for strings of 8 to 16 characters.

#include "meter.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace instructions {

/// So many strings are interned while one of them is looked up.
inline constexpr std::size_t strings = 1000;

[[nodiscard]] inline std::vector<char> sixteen_characters(std::size_t number) {
  std::vector<char> made(16, 'x');
  std::memcpy(made.data(), &number, sizeof number);
  return made;
}

namespace by_hand {

class interned {
 public:
  struct entry {
    int count;
    std::size_t length;
    std::uint64_t first, last;  ///< eight characters each; they overlap
  };

  [[nodiscard]] static entry* find(std::string_view text) {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::memcpy(&first, text.data(), 8);
    std::memcpy(&last, text.data() + text.size() - 8, 8);
    const auto mixed = static_cast<unsigned __int128>(first ^ 0x9E3779B97F4A7C15u) * (last ^ text.size());
    const auto hash = static_cast<std::uint64_t>(mixed) ^ static_cast<std::uint64_t>(mixed >> 64);
    for (std::size_t i = hash % slots;; i = (i + 1) % slots) {
      entry& at = table[i];
      if (at.first == first && at.last == last && at.length == text.size()) {
        ++at.count;
        return &at;
      }
      if (at.length == 0) {
        at = {1, text.size(), first, last};
        return &at;
      }
    }
  }

 private:
  static constexpr std::size_t slots = 2048;
  static inline entry table[slots] = {};
};

/// An integer object that is never freed has a negative count, which is left alone.
struct small_int_cell {
  int count = -1;
  long long value = 0;
};

class small_int {
 public:
  explicit small_int(long value) : to_{&table[value]} {}
  small_int(const small_int& from) : to_{from.to_} {
    if (to_->count >= 0) [[unlikely]]
      ++to_->count;
  }
  small_int& operator=(const small_int&) = delete;
  ~small_int() {
    if (to_->count >= 0) [[unlikely]]
      --to_->count;
  }

 private:
  static inline small_int_cell table[256] = {};
  small_int_cell* to_;
};

}  // namespace by_hand

/// Finds a string that is there, and drops the handle.
struct intern_hit {
  explicit intern_hit(std::size_t n) : turns{n} {
    for (std::size_t i = 0; i != strings; ++i) {
      const std::vector<char> text = sixteen_characters(i);
      known.emplace_back(std::string_view{text.data(), text.size()});
    }
  }
  [[gnu::noinline]] void run() {
    each(turns, [&](long*) {
      const ouro::interned_string found{std::string_view{query.data(), query.size()}};
      touch(&found);
    });
  }
  slots<long> turns;
  std::vector<ouro::interned_string> known{};
  std::vector<char> query = sixteen_characters(strings / 2);
};

struct intern_hit_by_hand {
  explicit intern_hit_by_hand(std::size_t n) : turns{n} {
    for (std::size_t i = 0; i != strings; ++i) {
      const std::vector<char> text = sixteen_characters(i);
      static_cast<void>(by_hand::interned::find({text.data(), text.size()}));
    }
  }
  [[gnu::noinline]] void run() {
    each(turns, [&](long*) {
      auto* const found = by_hand::interned::find({query.data(), query.size()});
      touch(found);
      --found->count;
    });
  }
  slots<long> turns;
  std::vector<char> query = sixteen_characters(strings / 2);
};

/// Copies and drops an integer that is there from the beginning.
template <class Integer>
struct small_int_copy {
  explicit small_int_copy(std::size_t n) : turns{n} {}
  [[gnu::noinline]] void run() {
    each(turns, [&](long*) {
      const Integer copied = object;
      touch(&copied);
    });
  }
  slots<long> turns;
  Integer object{7};
};

}  // namespace instructions
