#include "support/child.hpp"

#include <ouro/base/diagnostics.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

using ouro::test::run_in_child;

namespace {

template <class Thrown>
void report(Thrown thrown) {
  try {
    throw thrown;
  } catch (...) {
    ouro::detail::unraisable("some::type");
  }
}

void report_one_of_each() {
  report(std::runtime_error{"it is over"});
  report("it is over");
}

}  // namespace

TEST_CASE(
    "diagnostics: an exception that cannot go on is printed, with its text if it has one, and the type (trap 57)") {
  const auto said = run_in_child(report_one_of_each);
  CHECK_FALSE(said.aborted);
  CHECK(said.text ==
        "ouro: exception ignored: it is over [type: some::type]\n"
        "ouro: exception ignored: exception of unknown type [type: some::type]\n");
}

TEST_CASE("diagnostics: a report without an exception, as programs without them make it, is printed as well") {
  const auto said = run_in_child([] { ouro::detail::report_unraisable(nullptr, "some::type"); });
  CHECK(said.text == "ouro: exception ignored: exception of unknown type [type: some::type]\n");
}

TEST_CASE("diagnostics: a handler gets the exception and the type in place of the line on stderr") {
  static std::string told;
  told.clear();
  const auto before = ouro::set_unraisable_handler([](std::exception_ptr thrown, std::string_view type) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& known) {
      told += std::string{known.what()} + " of " + std::string{type} + '\n';
    } catch (const char* text) {
      told += std::string{text} + ", a text, of " + std::string{type} + '\n';
    }
  });
  report_one_of_each();
  CHECK(told == "it is over of some::type\nit is over, a text, of some::type\n");
  ouro::set_unraisable_handler(nullptr);
  CHECK((ouro::set_unraisable_handler(nullptr) == before));
}

TEST_CASE("diagnostics: null puts the default handler of misuse in its place") {
  const auto misuse = [](std::string_view, std::string_view) {};
  const auto before = ouro::set_misuse_handler(misuse);
  CHECK((ouro::set_misuse_handler(nullptr) == static_cast<ouro::misuse_handler>(misuse)));
  CHECK((ouro::set_misuse_handler(nullptr) == before));
}

TEST_CASE("diagnostics: a misuse is printed with its type, and ends the program, though a handler returns") {
  const auto by_default = run_in_child([] { ouro::detail::misuse("it was wrong", "some::type"); });
  CHECK(by_default.aborted);
  CHECK(by_default.text == "ouro: it was wrong [type: some::type]\n");
  const auto handled = run_in_child([] {
    ouro::set_misuse_handler([](std::string_view what, std::string_view) {
      std::fprintf(stderr, "handled: %.*s\n", static_cast<int>(what.size()), what.data());
    });
    ouro::detail::misuse("it was wrong", "some::type");
  });
  CHECK(handled.aborted);
  CHECK(handled.text == "handled: it was wrong\n");
}
