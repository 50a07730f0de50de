// What user code sees of a private heap that collects at its limit, or for the last time.

#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <new>
#include <string>

using ouro::test::counted;

namespace {

/// No other test has weak pointers of this policy, so its heaps register the weak pointers first, and the collector
/// afterwards.
struct counted_apart : ouro::local_refcount {};

using memory = ouro::memory<counted_apart, ouro::trial_deletion, ouro::pool_allocator>;

struct node {
  ~node() {
    if (at_end) at_end();
  }
  void trace(auto&& visit) { visit(next); }

  memory::ptr<node> next;
  std::function<void()> at_end;
};

struct rising : counted<rising> {
  void trace(auto&& visit) { visit(self); }
  void finalize() {
    if (rises_to != nullptr) *rises_to = ouro::managed_from_this(this);
    if (drops != nullptr) drops->reset();
  }

  ouro::ptr<rising> self;
  ouro::ptr<rising>* rises_to = nullptr;
  ouro::ptr<rising>* drops = nullptr;
};

}  // namespace

TEST_CASE("heap: a weak callback waits for the destructor of its object, though that exhausts the memory") {
  memory::heap apart;
  const memory::heap::scope in{apart};
  std::string said;
  auto garbage = memory::make<node>();
  garbage->next = garbage;
  garbage->at_end = [&said] {
    try {
      static_cast<void>(memory::make<char[]>(std::size_t{1} << 20));
    } catch (const std::bad_alloc&) {
      said += "destroyed ";
    }
  };
  const memory::weak<node> watching{garbage, [&said] { said += "told "; }};
  garbage.reset();
  apart.set_limit(1);
  memory::gc::collect();
  CHECK(said == "destroyed told ");
}

TEST_CASE("heap: its end destroys what finalizers leave behind") {
  // Its object ends with the heap, so this pointer must not be dropped.
  alignas(ouro::ptr<rising>) static std::byte room[sizeof(ouro::ptr<rising>)];
  auto& risen = *new (room) ouro::ptr<rising>;
  ouro::ptr<rising> dropped;
  {
    ouro::heap apart;
    const ouro::heap::scope in{apart};
    dropped = ouro::make<rising>();
    dropped->self = dropped;
    const auto garbage = ouro::make<rising>();
    garbage->self = garbage;
    garbage->rises_to = &risen;
    garbage->drops = &dropped;
  }
  CHECK(risen != nullptr);
  CHECK(dropped == nullptr);
  CHECK(rising::alive == 1);
}

TEST_CASE("heap: a weak callback that exhausts the memory is not interrupted by the following ones") {
  memory::heap apart;
  const memory::heap::scope in{apart};
  std::string said;
  auto dropped = memory::make<node>();
  const auto exhaust = [&said] {
    said += "begins ";
    try {
      static_cast<void>(memory::make<char[]>(std::size_t{1} << 20));
    } catch (const std::bad_alloc&) {
      said += "ends ";
    }
  };
  const memory::weak<node> first{dropped, exhaust};
  const memory::weak<node> second{dropped, exhaust};
  apart.set_limit(1);
  dropped.reset();
  CHECK(said == "begins ends begins ends ");
}
