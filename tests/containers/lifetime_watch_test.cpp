#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <thread>

using ouro::detail::lifetime_watch;

TEST_CASE("lifetime_watch: each watch of a container that ends says so, and those of others do not") {
  const int container = 0;
  const int other = 0;
  const lifetime_watch outer{&container};
  {
    const lifetime_watch of_other{&other};
    const lifetime_watch inner{&container};
    CHECK_FALSE(inner.has_ended());
    lifetime_watch::end(&container);
    CHECK(inner.has_ended());
    CHECK_FALSE(of_other.has_ended());
  }
  CHECK(outer.has_ended());
  const lifetime_watch of_next{&container};  // a new container at the same address
  CHECK_FALSE(of_next.has_ended());
}

TEST_CASE("lifetime_watch: watches belong to their thread") {
  const int container = 0;
  const lifetime_watch here{&container};
  std::thread{[&container] { lifetime_watch::end(&container); }}.join();
  CHECK_FALSE(here.has_ended());
}
