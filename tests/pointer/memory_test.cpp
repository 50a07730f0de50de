#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using shared = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::system_allocator>;

template <class R, class C, class A>
concept is_memory = requires { typename ouro::memory<R, C, A>; };

struct node {
  shared::ptr<node> next;
  std::vector<int, shared::std_allocator<int>> numbers;

  [[nodiscard]] shared::ptr<node> self() { return shared::from_this(this); }
};

}  // namespace

static_assert(std::is_same_v<shared::refcount, ouro::atomic_refcount> &&
              std::is_same_v<shared::collector, ouro::trial_deletion> &&
              std::is_same_v<shared::allocator, ouro::system_allocator>);
static_assert(
    std::is_same_v<shared::ptr<int>,
                   ouro::managed_ptr<int, ouro::atomic_refcount, ouro::trial_deletion, ouro::system_allocator>>);
static_assert(
    std::is_same_v<shared::weak<int>,
                   ouro::managed_weak<int, ouro::atomic_refcount, ouro::trial_deletion, ouro::system_allocator>>);
static_assert(std::is_same_v<ouro::ptr<int>, ouro::default_memory::ptr<int>> &&
              std::is_same_v<ouro::gc, ouro::default_memory::gc>);
static_assert(is_memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>);
static_assert(!is_memory<ouro::self_refcount, ouro::trial_deletion, ouro::pool_allocator>);

TEST_CASE("memory: make, from_this, gc and std_allocator are those of its policies") {
  shared::gc::collect();
  const auto object = shared::make<node>();
  static_assert(std::same_as<decltype(object), const shared::ptr<node>>);
  CHECK(object->self() == object);
  CHECK(object.use_count() == 1);
  object->numbers.assign(100, 7);
  CHECK(object->numbers.back() == 7);
  CHECK(shared::gc::count() == 1);  // the pointer of from_this was dropped
  CHECK(ouro::gc::count() == 0);    // default memory has another collector
  object->next = object;
  CHECK(shared::gc::collect() == 0);
  object->next = nullptr;
}

TEST_CASE("memory: an unqualified make creates an object of default memory") {
  const auto text = ouro::make<std::string>(3, 'x');
  static_assert(std::same_as<decltype(text), const ouro::ptr<std::string>>);
  CHECK(*text == "xxx");
  CHECK(text.use_count() == 1);
}
