#pragma once
/// \file
/// Says that a trace is running, so that checked builds catch one that copies pointers or makes objects.

#include <ouro/base/diagnostics.hpp>
#include <ouro/config.hpp>

#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

OURO_SHARED_STATE inline constinit thread_local bool trace_is_running = false;

class trace_guard {
 public:
  trace_guard() noexcept { trace_is_running = true; }
  trace_guard(const trace_guard&) = delete;
  trace_guard& operator=(const trace_guard&) = delete;
  ~trace_guard() { trace_is_running = false; }
};

/// A trace may only report: the counts are the collection's while it runs.
inline void check_not_tracing(std::string_view type) {
  if constexpr (check_level >= 1) {
    if (trace_is_running) misuse("a trace function copied or dropped a pointer, or made an object", type);
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
