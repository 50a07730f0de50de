#include <ouro/base/type_list.hpp>

#include <type_traits>

namespace {

using ouro::detail::distinct;
using ouro::detail::is_complete;
using ouro::detail::types;

struct defined {};
struct declared;

static_assert(types<int, char>::contains<int> && types<int, char>::contains<char>);
static_assert(!types<int, char>::contains<const int> && !types<int, char>::contains<long>);
static_assert(!types<>::contains<int>);
static_assert(std::is_same_v<decltype(types<int>{} + types<char, int>{}), types<int, char, int>>);
static_assert(std::is_same_v<decltype(types<>{} + types<>{}), types<>>);

static_assert(std::is_same_v<decltype(distinct(types<int, char, int, long, char>{})), types<int, char, long>>);
static_assert(std::is_same_v<decltype(distinct(types<>{})), types<>>);

static_assert(is_complete<int> && is_complete<defined>);
static_assert(!is_complete<declared> && !is_complete<void> && !is_complete<int[]>);

}  // namespace
