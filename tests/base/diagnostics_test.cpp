#include "support/child.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

using ouro::test::run_in_child;

namespace {

template <class Thrown>
struct throwing {
  ~throwing() noexcept(false) { throw Thrown{"it is over"}; }
};

void drop_one_of_each() {
  ouro::make<throwing<std::runtime_error>>();
  ouro::make<throwing<const char*>>();
}

}  // namespace

TEST_CASE(
    "diagnostics: an exception that cannot go on is printed, with its text if it has one, and the type (trap 57)") {
  const auto said = run_in_child(drop_one_of_each);
  CHECK_FALSE(said.aborted);
  INFO(said.text);
  CHECK(said.text.starts_with("ouro: exception ignored: it is over [type: "));
  CHECK(said.text.find("throwing<std::runtime_error>]\nouro: exception ignored: exception of unknown type [type: ") !=
        std::string::npos);
  CHECK(said.text.ends_with("]\n"));
}

TEST_CASE("diagnostics: what is told without an exception, as programs without them do, is printed as well") {
  const auto said = run_in_child([] { ouro::detail::report_unraisable(nullptr, "some::type"); });
  CHECK(said.text == "ouro: exception ignored: exception of unknown type [type: some::type]\n");
}

TEST_CASE("diagnostics: a handler is told, and null puts the default in its place") {
  static int told;
  told = 0;
  const auto before = ouro::set_unraisable_handler([](std::exception_ptr, std::string_view) { ++told; });
  drop_one_of_each();
  CHECK(told == 2);
  ouro::set_unraisable_handler(nullptr);
  CHECK((ouro::set_unraisable_handler(nullptr) == before));
  const auto misuse = [](std::string_view, std::string_view) {};
  const auto before_misuse = ouro::set_misuse_handler(misuse);
  CHECK((ouro::set_misuse_handler(nullptr) == static_cast<ouro::misuse_handler>(misuse)));
  CHECK((ouro::set_misuse_handler(nullptr) == before_misuse));
}
