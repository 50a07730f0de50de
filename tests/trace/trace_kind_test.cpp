#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <any>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stack>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

using ouro::ptr;

namespace {

namespace foreign {

/// Another library's type: private members, no trace.
template <class T>
class box {
 public:
  T& content() { return content_; }

 private:
  T content_{};
};

}  // namespace foreign

class has_destructor {
 public:
  ~has_destructor() { ++destroyed; }
  static inline int destroyed = 0;

 private:
  std::string text_;
};

struct node {
  ouro::ptr<node> next;
};

struct with_trace {
  ouro::ptr<node> next;
  void trace(auto&& visit) { visit(next); }
};

class hides {
 public:
  ~hides() {}

 private:
  ouro::ptr<node> next_;
};

}  // namespace

template <class T>
struct ouro::tracer<foreign::box<T>> {
  static void trace(foreign::box<T>& box, auto&& visit) { visit(box.content()); }
};

template <>
inline constexpr bool ouro::leaf<has_destructor> = true;

namespace {

using ouro::detail::trace_kind;
using ouro::detail::trace_kind_of;

// Each way in which a type shows its edges, and first that it has none.
static_assert(trace_kind_of<int>() == trace_kind::none && trace_kind_of<std::any>() == trace_kind::none);
static_assert(trace_kind_of<has_destructor>() == trace_kind::none);
static_assert(trace_kind_of<ptr<int>>() == trace_kind::edge);
static_assert(trace_kind_of<foreign::box<int>>() == trace_kind::foreign);
static_assert(trace_kind_of<with_trace>() == trace_kind::member);
static_assert(trace_kind_of<ptr<int>[3]>() == trace_kind::array);
static_assert(trace_kind_of<std::optional<ptr<int>>>() == trace_kind::optional);
static_assert(trace_kind_of<std::variant<int, ptr<int>>>() == trace_kind::variant);
static_assert(trace_kind_of<std::pair<int, ptr<int>>>() == trace_kind::tuple);
static_assert(trace_kind_of<std::tuple<ptr<int>, int>>() == trace_kind::tuple);
static_assert(trace_kind_of<std::unique_ptr<node>>() == trace_kind::owner);
static_assert(trace_kind_of<std::vector<ptr<int>>>() == trace_kind::range);
static_assert(trace_kind_of<std::map<int, ptr<int>>>() == trace_kind::range);
static_assert(trace_kind_of<std::stack<ptr<int>>>() == trace_kind::adapter);
static_assert(trace_kind_of<node>() == trace_kind::members);
static_assert(trace_kind_of<hides>() == (ouro::has_reflection ? trace_kind::members : trace_kind::opaque));

static_assert(ouro::leaf<int> && ouro::leaf<int*> && ouro::leaf<std::string> && ouro::leaf<std::vector<std::string>>);
static_assert(ouro::leaf<std::chrono::seconds> && ouro::leaf<std::string_view> && ouro::leaf<std::mutex>);
static_assert(ouro::leaf<std::function<void()>> && ouro::leaf<std::any> && ouro::leaf<std::shared_ptr<int>>);
static_assert(ouro::leaf<has_destructor> && ouro::leaf<ouro::weak<int>> && ouro::leaf<ouro::interned_string>);
static_assert(!ouro::leaf<ptr<int>> && !ouro::leaf<std::vector<ptr<int>>> && !ouro::leaf<foreign::box<ptr<int>>>);
static_assert(ouro::leaf<std::map<std::string, std::optional<std::unique_ptr<int>>>>);

}  // namespace

TEST_CASE("leaf: a type that holds no edges is one without being told") {
  CHECK(static_cast<bool>(ouro::detail::automatic_leaf<int>{}));
  CHECK(static_cast<bool>(ouro::detail::automatic_leaf<std::pair<const int, std::string>>{}));
  CHECK_FALSE(static_cast<bool>(ouro::detail::automatic_leaf<node>{}));
}
