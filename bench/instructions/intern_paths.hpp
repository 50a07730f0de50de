#pragma once
/// \file
/// The paths of what is interned: ours, and by hand for strings of 8 to 16 characters.

#include "meter.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace instructions {

/// Strings of 16 characters, and the order in which they are asked for: each as often as the others, since where a
/// string lies in a table, and behind which, depends on the addresses of the program.
struct queries {
  explicit queries(std::size_t n) : all{n} {
    for (std::size_t i = 0; i != distinct; ++i) {
      texts.emplace_back(16, 'x');
      std::memcpy(texts.back().data(), &i, sizeof i);
    }
    std::size_t next = 0;
    fill(all, [&] { return std::string_view{texts[next++ % distinct]}; });
  }
  static constexpr std::size_t distinct = 1000;
  std::vector<std::string> texts{};
  slots<std::string_view> all;
};

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
  explicit intern_hit(std::size_t n) : asked{n} {
    for (const std::string& text : asked.texts) known.emplace_back(text);
  }
  [[gnu::noinline]] void run() {
    each(asked.all, [](const std::string_view* at) {
      const ouro::interned_string found{*at};
      touch(&found);
    });
  }
  queries asked;
  std::vector<ouro::interned_string> known{};
};

struct intern_hit_by_hand {
  explicit intern_hit_by_hand(std::size_t n) : asked{n} {
    for (const std::string& text : asked.texts) static_cast<void>(by_hand::interned::find(text));
  }
  [[gnu::noinline]] void run() {
    each(asked.all, [](const std::string_view* at) {
      auto* const found = by_hand::interned::find(*at);
      touch(found);
      --found->count;
    });
  }
  queries asked;
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
