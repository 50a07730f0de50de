#include <ouro/fwd.hpp>

// What a header of a program may declare before any type of the library or of the program is defined.
namespace {

struct node;
using shared = ouro::managed_ptr<node, ouro::atomic_refcount, ouro::generational, ouro::system_allocator>;
using counting_itself = ouro::managed_ptr<node, ouro::self_refcount, ouro::no_collector, ouro::pool_allocator>;

struct holder {
  ouro::weak<node>* watcher;
  shared* other;
  counting_itself* third;
};

ouro::ptr<node> next_of(const ouro::ptr<node>& of);
static_assert(!ouro::counts_itself<ouro::biased_refcount> && ouro::counts_itself<ouro::self_refcount>);
static_assert(!ouro::finds_cycles<ouro::no_collector> && ouro::finds_cycles<ouro::generational>);

}  // namespace

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <utility>

namespace {

struct node {
  ouro::ptr<node> next;
  int value = 0;
};

ouro::ptr<node> next_of(const ouro::ptr<node>& of) { return of->next; }

/// No policy of the library itself, so the concepts check each inherited verb.
template <class Policy>
struct heir : Policy {};

}  // namespace

static_assert(ouro::refcount_policy<heir<ouro::local_refcount>> && !ouro::counts_itself<heir<ouro::local_refcount>>);
static_assert(ouro::refcount_policy<heir<ouro::atomic_refcount>> && !ouro::counts_itself<heir<ouro::atomic_refcount>>);
static_assert(ouro::refcount_policy<heir<ouro::biased_refcount>> && !ouro::counts_itself<heir<ouro::biased_refcount>>);
static_assert(ouro::refcount_policy<heir<ouro::self_refcount>> && ouro::counts_itself<heir<ouro::self_refcount>>);
static_assert(ouro::collector_policy<heir<ouro::no_collector>> && !ouro::finds_cycles<heir<ouro::no_collector>>);
static_assert(ouro::collector_policy<heir<ouro::trial_deletion>> && ouro::finds_cycles<heir<ouro::trial_deletion>>);
static_assert(ouro::collector_policy<heir<ouro::generational>> && ouro::finds_cycles<heir<ouro::generational>>);
static_assert(ouro::allocator_policy<heir<ouro::pool_allocator>> &&
              ouro::allocator_policy<heir<ouro::system_allocator>>);
static_assert(ouro::allocator_policy<heir<ouro::resource_allocator>>);

TEST_CASE("fwd.hpp: the types that it declares are those that are defined later") {
  auto first = ouro::make<node>(ouro::make<node>(nullptr, 2), 1);
  ouro::weak<node> watcher{first->next};
  const shared other = ouro::make_managed<node, ouro::atomic_refcount, ouro::generational, ouro::system_allocator>();
  shared copy = other;
  const holder all{&watcher, &copy, nullptr};
  CHECK(next_of(first)->value == 2);
  CHECK(all.watcher->lock() == first->next);
  CHECK(all.other->use_count() == 2);
  CHECK(all.third == nullptr);
}
