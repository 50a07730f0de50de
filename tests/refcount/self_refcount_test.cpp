#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <type_traits>

using ouro::test::counted;

namespace {

struct self_counted : counted<self_counted> {
  self_counted() = default;
  self_counted(const self_counted&) = delete;
  self_counted& operator=(const self_counted&) = delete;
  virtual ~self_counted() = default;
  int count = 0;
  friend void intrusive_ptr_add_ref(self_counted* object) noexcept { ++object->count; }
  friend void intrusive_ptr_release(self_counted* object) noexcept {
    if (--object->count == 0) delete object;
  }
};

struct derived_counted : self_counted {};

template <class T>
using intrusive = ouro::managed_ptr<T, ouro::self_refcount, ouro::no_collector, ouro::system_allocator>;

static_assert(sizeof(intrusive<self_counted>) == sizeof(void*));
static_assert(std::is_convertible_v<self_counted*, intrusive<self_counted>>);

}  // namespace

TEST_CASE("self_refcount: takes raw pointers as boost::intrusive_ptr does") {
  auto* const raw = new self_counted;
  {
    const intrusive<self_counted> first = raw;
    const intrusive<self_counted> second{raw};
    CHECK(raw->count == 2);
    CHECK(first == second);
    CHECK(first == raw);
    intrusive<self_counted> third{raw, true};
    CHECK(raw->count == 3);
    self_counted* const detached = third.detach();
    CHECK(third == nullptr);
    CHECK(raw->count == 3);
    const intrusive<self_counted> adopted{detached, false};
    CHECK(raw->count == 3);
  }
  CHECK(self_counted::alive == 0);
}

TEST_CASE("self_refcount: assigns, resets, converts and casts") {
  intrusive<self_counted> base = new derived_counted;
  base = base.get();  // to itself, by way of a raw pointer
  CHECK(base->count == 1);
  const intrusive<derived_counted> derived = ouro::dynamic_pointer_cast<derived_counted>(base);
  CHECK(base->count == 2);
  base.reset(new self_counted);
  CHECK(self_counted::alive == 2);
  base.reset(derived.get(), true);
  CHECK(self_counted::alive == 1);
  base = nullptr;
  CHECK(derived->count == 1);
  const auto made =
      ouro::make_managed<derived_counted, ouro::self_refcount, ouro::no_collector, ouro::system_allocator>();
  CHECK(made->count == 1);
}

TEST_CASE("self_refcount: adopts, finds itself from this, and is converted to its base") {
  auto* const raw = new derived_counted;
  {
    ++raw->count;
    const auto adopted = intrusive<derived_counted>::adopt(raw);
    CHECK(raw->count == 1);
    const auto again = ouro::managed_from_this<ouro::self_refcount, ouro::no_collector, ouro::system_allocator>(raw);
    CHECK(again == adopted);
    CHECK(raw->count == 2);
    const intrusive<self_counted> base = adopted;
    CHECK(base.get() == raw);
    CHECK(raw->count == 3);
    CHECK(base.owner() == raw);
  }
  CHECK(self_counted::alive == 0);
}

TEST_CASE("self_refcount: 0, NULL and nullptr are null, as for boost::intrusive_ptr") {
  // NOLINTBEGIN(modernize-use-nullptr)
  static constinit intrusive<self_counted> constant = nullptr;
  CHECK((constant == 0));
  intrusive<self_counted> p = 0;
  CHECK(p == nullptr);
  const intrusive<self_counted> object = new self_counted;
  p = object;
  CHECK((p != 0));
  CHECK((NULL != p));
  p = 0;
  CHECK((p == NULL));
  p = object;
  p = NULL;
  CHECK(p == nullptr);
  p = object;
  p = {};
  CHECK(p == nullptr);
  p = object;
  p = intrusive<self_counted>{nullptr};
  CHECK(p == nullptr);
  p = object;
  p.reset(0);
  CHECK(p == nullptr);
  p = object;
  p.reset(NULL);
  CHECK(p == nullptr);
  p = object;
  p.reset(nullptr);
  CHECK(p == nullptr);
  CHECK((intrusive<self_counted>(NULL) == nullptr));
  CHECK(object->count == 1);
  // NOLINTEND(modernize-use-nullptr)
}

static_assert(!std::is_constructible_v<intrusive<self_counted>, int>);
static_assert(!std::is_assignable_v<intrusive<self_counted>&, int>);
static_assert(!std::is_convertible_v<bool, intrusive<self_counted>>);
