#include <ouro/ouro.hpp>
#include <ouro/trace/hidden_parts.hpp>

#include <any>
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using ouro::detail::hidden_in;
using ouro::detail::list_hidden;
using ouro::detail::types;
using closure = std::function<void()>;

template <class T, class... Listed>
inline constexpr bool hides = std::is_same_v<decltype(list_hidden<T>()), types<Listed...>>;

class sealed {
 public:
  ~sealed() {}

 private:
  ouro::ptr<int> edge_;
};

struct plain {
  int number;
  std::string text;
  ouro::ptr<plain> next;
};

struct knows {
  void trace(auto&& visit) { visit(next); }
  ouro::ptr<knows> next;
  closure hidden;  // what a trace does not name is the program's affair
};
struct adds : knows {
  closure more;
};

struct inner {
  closure call;
};
struct outer {
  sealed first;
  std::vector<std::pair<int, inner>> second;
  std::array<std::any, 2> third;
  closure fourth[2];
};

/// Contains itself.
struct tree {
  std::vector<tree> children;
  std::any value;
};

struct by_part {
  std::function<int()> call;
};
struct by_class {
  closure call;
  sealed part;
};
struct hook {
  int number;
};

}  // namespace

template <>
inline constexpr bool ouro::untraced<std::function<int()>> = true;
template <>
inline constexpr bool ouro::untraced<by_class> = true;

namespace {

static_assert(hides<int> && hides<std::string> && hides<plain> && hides<ouro::ptr<sealed>> && hides<knows>);
static_assert(hides<sealed, sealed> && hides<adds, adds>);
static_assert(hides<inner, hidden_in<inner, closure>>);
static_assert(hides<outer, sealed, hidden_in<inner, closure>, hidden_in<outer, std::any>, hidden_in<outer, closure>>);
static_assert(hides<tree, hidden_in<tree, std::any>>);
static_assert(hides<closure, hidden_in<closure, closure>>);
static_assert(hides<std::vector<closure>, hidden_in<std::vector<closure>, closure>>);
static_assert(hides<by_part> && hides<by_class> && hides<std::pair<by_part, by_class>>);

// Pointers of the standard, by what they lead to.
template <class T>
inline constexpr bool hides_itself = hides<T, hidden_in<T, T>>;

struct old_tree {
  std::vector<old_tree> children;
  std::string name;
};
struct old_node {
  std::shared_ptr<old_node> next;
};
struct second;
struct first {
  std::shared_ptr<second> other;
};
struct second {
  std::shared_ptr<first> other;
};
struct declared;
struct has_declared {
  std::unique_ptr<declared> hidden;
};

static_assert(hides<std::shared_ptr<int>> && hides<std::weak_ptr<const hook>>);
static_assert(hides<std::shared_ptr<const std::string>> && hides<std::shared_ptr<old_tree>>);
static_assert(hides<std::shared_ptr<std::vector<std::shared_ptr<std::string>>>>);
static_assert(hides_itself<std::shared_ptr<plain>> && hides_itself<std::shared_ptr<sealed>>);
static_assert(hides_itself<std::shared_ptr<closure>> && hides_itself<std::weak_ptr<inner>>);
static_assert(hides_itself<std::shared_ptr<old_node>> && hides_itself<std::shared_ptr<first>>);
static_assert(hides_itself<std::shared_ptr<std::vector<std::shared_ptr<first>>>>);
static_assert(hides_itself<std::weak_ptr<void>> && hides<std::shared_ptr<int[]>>);

// Questions about what is only declared leave no answer behind.
static_assert(hides_itself<std::shared_ptr<declared>> && hides_itself<std::shared_ptr<has_declared>>);
struct declared {
  ouro::ptr<declared> next;
};
static_assert(ouro::detail::trace_kind_of<declared>() == ouro::detail::trace_kind::members);

}  // namespace
