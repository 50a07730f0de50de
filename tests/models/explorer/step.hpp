#pragma once
/// \file
/// What the threads of an execution have done, and how a reader is told.

#include "models/explorer/weak_memory.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

namespace ouro::test::explorer {

enum class effect : std::uint8_t { reads, writes, replaces, fails_to_replace, is_plain, yields };

struct step {
  std::size_t thread = 0;  ///< 0: the one that explores
  effect what = effect::yields;
  const char* operation = "";
  std::size_t location = 0;
  std::memory_order order = std::memory_order_relaxed;
  word read = 0;
  word written = 0;
  unsigned newer = 0;  ///< stores that are newer than the one that was read
};

inline const char* name_of(std::memory_order order) {
  switch (order) {
    case std::memory_order_relaxed:
      return "relaxed";
    case std::memory_order_consume:
      return "consume";
    case std::memory_order_acquire:
      return "acquire";
    case std::memory_order_release:
      return "release";
    case std::memory_order_acq_rel:
      return "acq_rel";
    case std::memory_order_seq_cst:
      return "seq_cst";
  }
  return "";
}

/// Addresses are easier to tell apart in hexadecimal digits.
inline std::string text_of(word value) {
  std::ostringstream text;
  if (value > 0xffffU) text << std::hex << std::showbase;
  text << value;
  return text.str();
}

/// One line a step, such as `thread 2: flag.load(acquire) reads 1`. Locations without a name are called `location 3`:
/// the third one that was constructed.
inline std::string text_of(const std::vector<step>& steps, const std::vector<std::string>& names) {
  std::ostringstream text;
  std::size_t last_thread = 0;
  for (const step& each : steps) {
    if (each.thread == 0) continue;
    text << (each.thread == last_thread ? "          " : "thread ");
    if (each.thread != last_thread) text << each.thread << ": ";
    last_thread = each.thread;
    if (each.what == effect::yields || each.what == effect::is_plain) {
      text << each.operation << '\n';
      continue;
    }
    if (each.location < names.size()) {
      text << names[each.location];
    } else {
      text << "location " << each.location + 1;
    }
    text << '.' << each.operation << '(' << name_of(each.order) << ')';
    if (each.what != effect::writes) text << " reads " << text_of(each.read);
    if (each.what == effect::writes || each.what == effect::replaces) text << " writes " << text_of(each.written);
    if (each.what == effect::fails_to_replace) text << " and fails";
    if (each.newer != 0) text << ", although " << each.newer << " newer";
    text << '\n';
  }
  return text.str();
}

}  // namespace ouro::test::explorer
