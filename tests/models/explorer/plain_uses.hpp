#pragma once
/// \file
/// Who has used a variable that is not atomic.

#include "models/explorer/weak_memory.hpp"

#include <array>
#include <cstddef>

namespace ouro::test::explorer {

/// The last write of a variable, and the last read of each thread. A use is a data race unless they happen before it.
class plain_uses {
 public:
  [[nodiscard]] bool has_seen_write(const moment& now) const { return happens_before(last_write_, now); }
  [[nodiscard]] bool has_seen_reads(const moment& now) const {
    for (std::size_t i = 0; i != most_threads; ++i) {
      if (now.happened[i] < last_reads_[i]) return false;
    }
    return true;
  }

  void add_read(const moment& now) { last_reads_[now.thread] = now.happened[now.thread]; }
  void add_write(const moment& now) { last_write_ = now; }

 private:
  moment last_write_;
  vector_clock last_reads_{};
};

}  // namespace ouro::test::explorer
