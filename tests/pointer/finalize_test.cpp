#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <memory>

using ouro::make;
using ouro::ptr;
using ouro::test::unraisable_reports;

namespace {

struct node {
  ptr<node> next;
  int value = 0;
};

[[nodiscard]] ptr<node> make_node(int value) { return make<node>(nullptr, value); }

}  // namespace

TEST_CASE("finalize: the function is called once, after the object has died") {
  int calls = 0;
  auto object = make_node(1);
  const ouro::weak<node> watcher{object};
  ouro::finalizer end = ouro::finalize(object, [&] {
    ++calls;
    CHECK(watcher.expired());
  });
  CHECK(end.alive());
  object.reset();
  CHECK(calls == 1);
  CHECK_FALSE(end.alive());
  CHECK_FALSE(end());
  CHECK(calls == 1);
}

TEST_CASE("finalize: the function waits without its handle, and no longer once called or detached") {
  int calls = 0;
  auto object = make_node(1);
  ouro::finalize(object, [&] { calls += 1; });
  ouro::finalizer called = ouro::finalize(object, [&] { calls += 10; });
  ouro::finalizer detached = ouro::finalize(object, [&] { calls += 100; });
  CHECK(called());
  CHECK(calls == 10);
  CHECK(detached.detach());
  CHECK_FALSE(detached.detach());
  object.reset();
  CHECK(calls == 11);
}

TEST_CASE("finalize: what the function holds is destroyed after its call") {
  const auto held = std::make_shared<int>(1);
  auto object = make_node(1);
  ouro::finalizer end = ouro::finalize(object, [held] {});
  CHECK(held.use_count() == 2);
  end.detach();
  end = {};
  CHECK(held.use_count() == 1);
  ouro::finalize(object, [held] {});
  object.reset();
  CHECK(held.use_count() == 1);
}

TEST_CASE("finalize: the function is called for collected garbage, and its exception goes to the unraisable handler") {
  const unraisable_reports reports;
  int calls = 0;
  {
    const auto ring = make_node(1);
    ring->next = ring;
    ouro::finalize(ring, [&] { ++calls; });
    ouro::finalize(ring, [] { throw 7; });
  }
  CHECK(calls == 0);
  ouro::gc::collect();
  CHECK(calls == 1);
  CHECK(reports.count == 1);
}

TEST_CASE("finalize: a default finalizer is not alive, and cannot be called or detached") {
  ouro::finalizer none;
  CHECK_FALSE(none.alive());
  CHECK_FALSE(none());
  CHECK_FALSE(none.detach());
}
