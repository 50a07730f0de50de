// [util.smartptr.shared.io]: operator<<.
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <iomanip>
#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

using namespace ouro::test::standard;

namespace {

template <class What>
[[nodiscard]] std::string written(const What& what) {
  std::ostringstream out;
  out << what;
  return out.str();
}

template <class T>
concept writable = requires(std::ostream& out, const T& value) { out << value; };

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("operator<<: writes what the stored pointer writes", F, writes_pointer) {
  const shared<F, number> p{new number};
  CHECK(written(p) == written(static_cast<const void*>(p.get())));
  CHECK(written(p) == written(p.get()));
  CHECK(written(shared<F, number>{}) == written(static_cast<number*>(nullptr)));
  const shared<F, void> anything = p;
  CHECK(written(anything) == written(p));
  const shared<F, const number> constant = p;
  CHECK(written(constant) == written(p));
  const shared<F, two_bases> q{new two_bases};
  const shared<F, second_base> second = q;
  CHECK(written(second) == written(second.get()));
  CHECK(written(second) != written(q));
}
TEST_CASE_TEMPLATE_APPLY(writes_pointer, families);

TEST_CASE_TEMPLATE_DEFINE("operator<<: writes the text that a pointer to char points to, as `os << p.get()` does", F,
                          writes_text) {
  const auto text = F::template make_shared<char[]>(4, 'x');
  text[3] = '\0';
  CHECK(written(text) == "xxx");
  const shared<F, const char> part{text, text.get() + 1};
  CHECK(written(part) == "xx");
}
TEST_CASE_TEMPLATE_APPLY(writes_text, families);

TEST_CASE_TEMPLATE_DEFINE("operator<<: arrays write the address of the first element", F, writes_arrays) {
  const shared<F, int[]> array{new int[2]{}};
  CHECK(written(array) == written(array.get()));
  const shared<F, int[2]> known{new int[2]{}};
  CHECK(written(known) == written(known.get()));
}
TEST_CASE_TEMPLATE_APPLY(writes_arrays, families);

TEST_CASE_TEMPLATE_DEFINE("operator<<: returns the stream, whose width and flags hold", F, returns_stream) {
  const shared<F, int> p{new int{1}};
  std::ostringstream out;
  std::ostream& result = (out << p);
  CHECK(&result == &out);
  out.str("");
  out << std::setw(30) << std::setfill('.') << p << '|';
  CHECK(out.str().size() == 31);
  CHECK(out.str().find("..") != std::string::npos);
  out.str("");
  out << p << ' ' << p;
  CHECK(out.str() == written(p) + ' ' + written(p));
}
TEST_CASE_TEMPLATE_APPLY(returns_stream, families);

TEST_CASE_TEMPLATE_DEFINE("operator<<: to a stream of wide characters", F, writes_wide) {
  const shared<F, int> p{new int{1}};
  std::wostringstream out;
  out << p;
  std::wostringstream expected;
  expected << p.get();
  CHECK((out.str() == expected.str()));
}
TEST_CASE_TEMPLATE_APPLY(writes_wide, families);

TEST_CASE_TEMPLATE_DEFINE("operator<<: weak pointers have none", F, weak_is_not_written) {
  static_assert(writable<shared<F, number>>);
  static_assert(!writable<weak<F, number>>);
  CHECK(written(shared<F, int>{}) == written(static_cast<int*>(nullptr)));
}
TEST_CASE_TEMPLATE_APPLY(weak_is_not_written, families);
