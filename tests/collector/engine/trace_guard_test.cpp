#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

using ouro::detail::trace_is_running;

TEST_CASE("trace_guard: says that a trace runs while a guard lives") {
  CHECK_FALSE(trace_is_running);
  {
    const ouro::detail::trace_guard guard;
    CHECK(trace_is_running);
  }
  CHECK_FALSE(trace_is_running);
  ouro::detail::check_not_tracing("none");  // reports nothing
}
