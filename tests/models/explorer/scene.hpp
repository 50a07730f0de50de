#pragma once
/// \file
/// What is to be explored, and how far.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ouro::test::explorer {

struct options {
  unsigned most_preemptions = 3;             ///< switches away from a thread that could have gone on
  std::size_t most_steps = 2000;             ///< of one execution; one that goes beyond is taken for endless
  std::uint64_t most_executions = 20000000;  ///< whoever needs more has too large a scene
  std::vector<std::string> names = {};       ///< of the atomic objects, in the order of their construction
};

/// What is explored: made anew for each execution, so that nothing is left from the one before.
struct scene {
  std::vector<std::function<void()>> threads;  ///< up to four
  std::function<void()> at_end = {};           ///< runs when all threads have ended, and has seen all that they did
};

}  // namespace ouro::test::explorer
