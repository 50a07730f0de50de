#include <ouro/base/throw.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <new>
#include <stdexcept>

TEST_CASE("throw: each function throws the standard's exception of its name") {
  CHECK_THROWS_AS(ouro::detail::throw_bad_alloc(), std::bad_alloc);
  CHECK_THROWS_AS(ouro::detail::throw_bad_array_length(), std::bad_array_new_length);
  CHECK_THROWS_AS(ouro::detail::throw_bad_weak_ptr(), std::bad_weak_ptr);
  CHECK_THROWS_WITH_AS(ouro::detail::throw_out_of_range("no such place", "a type"), "no such place", std::out_of_range);
}
