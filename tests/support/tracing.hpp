#pragma once
/// \file
/// A memory whose allocations are traced, for tests of what a trace tells.

#include <ouro/ouro.hpp>

#include <cstddef>

namespace ouro::test {

using traced = traced_allocator<pool_allocator>;
using traced_memory = memory<local_refcount, no_collector, traced>;

struct small {
  long at[1] = {};
};
struct large {
  long at[10] = {};
};

/// Traces while it lives.
struct tracing {
  explicit tracing(std::size_t scopes = 1, std::size_t frames = 0) { traced::start(scopes, frames); }
  ~tracing() { traced::stop(); }
};

}  // namespace ouro::test
