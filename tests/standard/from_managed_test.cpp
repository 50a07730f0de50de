#include "support/counted.hpp"
#include "support/gc_settings.hpp"

#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <utility>

namespace local = ouro::local;
using ouro::test::counted;

namespace {

struct thing : counted<thing> {
  void trace(auto&& visit) { visit(next); }

  int number = 5;
  local::shared_ptr<thing> next;
};

struct knows_itself : counted<knows_itself>, local::enable_shared_from_this<knows_itself> {
  void trace(auto&&) {}
};

struct refers {
  ouro::ptr<refers> managed;
  local::shared_ptr<refers> shared;
};

struct fixture : ouro::test::none_left<thing>,
                 ouro::test::none_left<knows_itself>,
                 ouro::test::explicit_collections<> {};

}  // namespace

TEST_CASE_FIXTURE(fixture, "shared_ptr: shares an object of make, by the same count") {
  const auto managed = ouro::make<thing>();
  local::shared_ptr<thing> shared = managed;
  CHECK(shared.get() == managed.get());
  CHECK(managed.use_count() == 2);
  CHECK(shared.use_count() == 2);
  CHECK(shared.owner() == managed.owner());
  const local::shared_ptr<const void> other = std::as_const(managed);
  CHECK(managed.use_count() == 3);
  local::shared_ptr<thing> moved = ouro::ptr<thing>{managed};
  CHECK(managed.use_count() == 4);
  moved = nullptr;
  CHECK(managed.use_count() == 3);
  CHECK(local::shared_ptr<thing>{ouro::ptr<thing>{}}.use_count() == 0);
}

TEST_CASE_FIXTURE(fixture, "shared_ptr: shares what an alias owns, and points to its part") {
  const auto managed = ouro::make<thing>();
  const ouro::managed_alias<int> alias{managed, &managed->number};
  const local::shared_ptr<int> part = alias;
  CHECK(part.get() == &managed->number);
  CHECK(managed.use_count() == 3);
  const local::shared_ptr<int> made{managed, &managed->number};
  CHECK(made == part);
  CHECK(made.owner_equal(part));
}

TEST_CASE_FIXTURE(fixture, "weak_ptr: watches what a managed_weak does") {
  auto managed = ouro::make<thing>();
  const ouro::weak<thing> watcher = managed;
  const local::weak_ptr<thing> shared_watcher = watcher;
  CHECK(shared_watcher.lock().get() == managed.get());
  CHECK(local::shared_ptr<thing>{watcher}.get() == managed.get());
  CHECK_FALSE(shared_watcher.owner_before(local::shared_ptr<thing>{managed}));
  managed.reset();
  CHECK(shared_watcher.expired());
  CHECK_THROWS_AS(local::shared_ptr<thing>{watcher}, std::bad_weak_ptr);
  CHECK(local::weak_ptr<thing>{watcher}.expired());
}

TEST_CASE_FIXTURE(fixture, "enable_shared_from_this: an object of make knows itself once a shared_ptr owns it") {
  const auto managed = ouro::make<knows_itself>();
  CHECK(managed->weak_from_this().expired());
  CHECK_THROWS_AS(static_cast<void>(managed->shared_from_this()), std::bad_weak_ptr);
  const local::shared_ptr<knows_itself> shared = managed;
  CHECK(managed->shared_from_this() == shared);
  CHECK(managed.use_count() == 2);
}

TEST_CASE_FIXTURE(fixture, "shared_ptr: a cycle of both kinds of pointers is collected") {
  {
    const auto first = ouro::make<refers>();
    const auto second = ouro::make<refers>();
    first->shared = second;
    second->managed = first;
    second->shared = first;
  }
  CHECK(ouro::gc::collect() == 2);
}
