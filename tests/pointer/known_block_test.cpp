#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <string>
#include <type_traits>

namespace {

struct incomplete;
struct abstract {
  virtual ~abstract() = default;
  virtual void act() = 0;
};
class indestructible {
  ~indestructible() = default;
};
struct finalized {
  ouro::ptr<finalized> next;
  void finalize() {}
};

template <class T, class Refcount = ouro::local_refcount, class Collector = ouro::trial_deletion>
using known = typename decltype(ouro::detail::find_known_block<T, Refcount, Collector, ouro::pool_allocator>())::type;
template <class T>
using block = ouro::detail::block<T, ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>;

}  // namespace

static_assert(std::is_same_v<known<int>, block<int>> && std::is_same_v<known<const int>, block<int>>);
static_assert(std::is_same_v<known<std::string[]>, block<std::string[]>> &&
              std::is_same_v<known<std::string[4]>, block<std::string[]>>);
static_assert(std::is_void_v<known<incomplete>> && std::is_void_v<known<abstract>> &&
              std::is_void_v<known<indestructible>> && std::is_void_v<known<void>>);
static_assert(std::is_void_v<known<finalized>>);
static_assert(std::is_void_v<known<int, ouro::self_refcount, ouro::no_collector>>);
