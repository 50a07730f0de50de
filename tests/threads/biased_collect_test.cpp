// Collections of objects that other threads own, and that were queued for those threads.

#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <thread>
#include <utility>

using ouro::test::counted;

namespace {

using plain = ouro::memory<ouro::biased_refcount, ouro::no_collector, ouro::pool_allocator>;
using collected = ouro::memory<ouro::biased_refcount, ouro::trial_deletion, ouro::pool_allocator>;
using gc = collected::gc;

struct node : counted<node, std::atomic<int>> {
  static inline std::atomic<std::thread::id> last_to_die = std::thread::id{};

  node() = default;
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node() {
    last_to_die = std::this_thread::get_id();
    if (at_end) at_end();
  }
  void trace(auto&& visit) { visit(next); }

  collected::ptr<node> next;
  std::function<void()> at_end;
};

struct value : counted<value, std::atomic<int>> {};

/// A thread that makes objects and then lives on, but does nothing, until the test ends.
class sleeping_owner {
 public:
  template <class Make>
  explicit sleeping_owner(Make make)
      : thread_{[this, make = std::move(make)] {
          make();
          tag_ = ouro::detail::tag_of_thread >> ouro::detail::bias_tag_shift;
          {
            const ouro::blocking asleep;
            stage_ = 1;
            while (stage_ != 2) std::this_thread::yield();
          }
          ouro::biased_refcount::drain_merge_queue();
        }} {
    while (stage_ != 1) std::this_thread::yield();
  }
  sleeping_owner(const sleeping_owner&) = delete;
  sleeping_owner& operator=(const sleeping_owner&) = delete;
  ~sleeping_owner() {
    stage_ = 2;
    thread_.join();
  }

  /// Whether an object is queued for it.
  [[nodiscard]] bool has_queued() const {
    auto& owner = ouro::detail::all_bias_owners[tag_];
    const ouro::detail::lock_guard lock{owner.mutex};
    return owner.has_queued_objects();
  }

 private:
  std::atomic<int> stage_ = 0;
  std::uint32_t tag_ = 0;
  std::thread thread_;
};

collected::ptr<node> make_ring_of_one() {
  auto made = collected::make<node>();
  made->next = made;
  return made;
}

}  // namespace

TEST_CASE("biased_refcount: a step first merges the objects that are queued for any thread, and so may free them") {
  gc::collect();
  collected::ptr<node> ring;
  {
    const sleeping_owner owner{[&] { ring = make_ring_of_one(); }};
    ring.reset();
    REQUIRE(owner.has_queued());
    CHECK(gc::step(1000) == 1);
    CHECK_FALSE(owner.has_queued());
    CHECK(node::alive == 0);
  }
  CHECK(node::alive == 0);
}

TEST_CASE(
    "biased_refcount: an object that a destructor queues for another thread during a collection is merged by its end") {
  gc::collect();
  for (const bool by_step : {false, true}) {
    collected::ptr<node> acyclic;
    {
      const sleeping_owner owner{[&] { acyclic = collected::make<node>(); }};
      auto ring = make_ring_of_one();
      ring->at_end = [&acyclic] {
        auto second = acyclic;  // its drop makes a candidate
        second.reset();
        acyclic.reset();
      };
      ring.reset();
      if (by_step) {
        while (gc::count() != 0) gc::step(1000);
      } else {
        gc::collect();
      }
      CHECK_FALSE(owner.has_queued());
      CHECK(node::alive == 0);
      CHECK(node::last_to_die.load() == std::this_thread::get_id());
    }
    CHECK(node::alive == 0);
  }
}

TEST_CASE("biased_refcount: a cycle that a destructor queues for another thread is collected by the next pass") {
  gc::collect();
  collected::ptr<node> second;
  {
    const sleeping_owner owner{[&] { second = make_ring_of_one(); }};
    auto first = make_ring_of_one();
    first->at_end = [&second] { second.reset(); };
    first.reset();
    CHECK(gc::collect() == 2);
    CHECK_FALSE(owner.has_queued());
    CHECK(node::alive == 0);
  }
  CHECK(node::alive == 0);
}

TEST_CASE("biased_refcount: a collection leaves objects without a collector to their owners, who may be using them") {
  std::atomic<int> stage = 0;
  plain::ptr<value> given;
  std::thread owner{[&] {
    given = plain::make<value>();
    const auto other = given;
    const auto kept = plain::make<value>();
    stage = 1;
    while (stage != 2) {
      const auto copy = kept;
      const auto second = copy;
    }
    CHECK(kept.use_count() == 1);
    CHECK(other.use_count() == 1);
    CHECK(value::alive == 2);
    plain::gc::collect();
    CHECK(other.use_count() == 1);
  }};
  while (stage != 1) std::this_thread::yield();
  given.reset();
  gc::collect();
  gc::step(1000);
  CHECK(value::alive == 2);
  stage = 2;
  owner.join();
  CHECK(value::alive == 0);
}

TEST_CASE("gc: while one thread collects shared objects, collect and step do nothing on another one") {
  using atomic = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;
  atomic::gc::collect();
  std::size_t found_elsewhere = 99;
  std::size_t found_here = 99;
  auto& callbacks = atomic::gc::callbacks();
  callbacks.add([&](const ouro::gc_info&) {
    found_here = atomic::gc::collect();
    std::thread{[&] { found_elsewhere = atomic::gc::collect() + atomic::gc::step(1000); }}.join();
  });
  const auto before = atomic::gc::stats();
  atomic::gc::collect();
  CHECK(found_here == 0);
  CHECK(found_elsewhere == 0);
  CHECK(atomic::gc::stats().collections == before.collections + 1);
  callbacks.clear();
}

namespace {

/// Has only what collector_policy asks for.
class least_collector {
  using of = ouro::trial_deletion;
  template <class R>
  using header = ouro::detail::header<R>;

 public:
  static constexpr bool finds_cycles = true;
  template <class R>
  static bool add_root(header<R>& object) noexcept {
    return of::add_root(object);
  }
  template <class R>
  static std::uint32_t remove_root(header<R>& object) noexcept {
    return of::remove_root(object);
  }
  template <class R>
  static std::uint32_t info(header<R>& object) noexcept {
    return of::info(object);
  }
  template <class R>
  static void add_flags(header<R>& object, std::uint32_t bits) noexcept {
    of::add_flags(object, bits);
  }
  template <class R>
  static void before_make() noexcept {}
  template <class R>
  static std::size_t collect() noexcept {
    return 0;
  }
  template <class R>
  static std::size_t emergency() noexcept {
    return 0;
  }
};

}  // namespace

TEST_CASE("collector_policy: objects of a collector of a user's own are queued for their owners") {
  using least = ouro::memory<ouro::biased_refcount, least_collector, ouro::pool_allocator>;
  auto object = least::make<value>();
  std::thread{[taken = object]() mutable { taken.reset(); }}.join();
  auto& owner = ouro::detail::all_bias_owners[ouro::detail::tag_of_thread >> ouro::detail::bias_tag_shift];
  CHECK(owner.has_queued_objects());
  ouro::biased_refcount::merge_all_queues();
  ouro::biased_refcount::end_merged();
  CHECK_FALSE(owner.has_queued_objects());
  CHECK(object.use_count() == 1);
  object.reset();
  CHECK(value::alive == 0);
}
