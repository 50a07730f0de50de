#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <exception>
#include <string>
#include <type_traits>

static_assert(std::is_base_of_v<std::exception, ouro::not_copyable> &&
              std::is_base_of_v<std::exception, ouro::copy_unfinished>);

TEST_CASE("copy_errors: the messages name the type of the object") {
  CHECK(std::string{ouro::not_copyable{"circle"}.what()}.ends_with("[type: circle]"));
  CHECK(std::string{ouro::copy_unfinished{"circle"}.what()}.ends_with("[type: circle]"));
  CHECK_THROWS_WITH_AS(ouro::detail::throw_not_copyable("circle"), doctest::Contains("circle"), ouro::not_copyable);
  CHECK_THROWS_WITH_AS(ouro::detail::throw_copy_unfinished("circle"), doctest::Contains("circle"),
                       ouro::copy_unfinished);
}
