#pragma once
/// \file
/// Counts the instructions of an operation beside n things and beside 8n of them, under callgrind. growth.py compares
/// the two counts.
///
/// An operation is a class: its constructor takes n and makes what the operation works beside, which is not counted;
/// `run()` does the operation several times, is counted, and returns how many times that was. An operation that is
/// linear returns how many things it worked on: what is compared then is the cost of each.

#include <cstddef>
#include <string>

#include <valgrind/callgrind.h>

namespace growth {

inline constexpr std::size_t factor = 8;

/// How often an operation is done whose cost is to stay the same. \pre of whatever it works beside there are as many
inline constexpr std::size_t few = 100;

/// Takes results, so that the compiler computes them.
inline volatile std::size_t sink = 0;

/// Dumps the counts of the operation beside `n` things and beside `factor` times as many. The operation runs once
/// before that, so that what allocators and collectors keep is there already.
template <class Operation>
void measure(const std::string& name, std::size_t n) {
  static_cast<void>(Operation{n}.run());
  for (const std::size_t size : {n, factor * n}) {
    Operation measured{size};
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    const std::size_t operations = measured.run();
    const std::string dump = name + '|' + std::to_string(size) + '|' + std::to_string(operations);
    CALLGRIND_DUMP_STATS_AT(dump.c_str());
    CALLGRIND_STOP_INSTRUMENTATION;
  }
}

}  // namespace growth
