#include <ouro/collector/emergency_collection.hpp>
#include <ouro/ouro.hpp>

#include <cstddef>

#include <doctest/doctest.h>

namespace {

struct says_seven : ouro::trial_deletion {
  template <class RefcountPolicy>
  static std::size_t emergency() noexcept {
    return 7;
  }
};

using collection = ouro::detail::emergency_collection<ouro::local_refcount, says_seven>;

struct leaf_node {
  int value = 0;
};
struct ring_node {
  ouro::managed_ptr<ring_node, ouro::local_refcount, says_seven, ouro::pool_allocator> next;
};

template <class T>
void make_one() {
  static_cast<void>(ouro::make_managed<T, ouro::local_refcount, says_seven, ouro::pool_allocator>());
}

TEST_CASE("emergency_collection: calls the collector once there is an object that it tracks") {
  CHECK(collection::run() == 0);
  make_one<leaf_node>();
  CHECK(collection::run() == 0);
  make_one<ring_node>();
  CHECK(collection::run() == 7);
}

}  // namespace
