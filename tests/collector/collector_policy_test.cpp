#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

namespace {

/// All that `collector_policy` asks of a collector that finds cycles. Each type below lacks one verb of it.
struct minimal {
  static constexpr bool finds_cycles = true;
  template <class R>
  static bool add_root(ouro::detail::header<R>&) noexcept;
  template <class R>
  static std::uint32_t remove_root(ouro::detail::header<R>&) noexcept;
  template <class R>
  static std::uint32_t info(ouro::detail::header<R>&) noexcept;
  template <class R>
  static void add_flags(ouro::detail::header<R>&, std::uint32_t) noexcept;
  template <class R>
  static void before_make() noexcept;
  template <class R>
  static std::size_t collect() noexcept;
  template <class R>
  static std::size_t emergency() noexcept;
};

struct without_add_root : minimal {
  static void add_root() = delete;
};
struct add_root_that_may_throw : minimal {
  template <class R>
  static bool add_root(ouro::detail::header<R>&);
};
struct without_remove_root : minimal {
  static void remove_root() = delete;
};
struct without_info : minimal {
  static void info() = delete;
};
struct without_add_flags : minimal {
  static void add_flags() = delete;
};
struct without_before_make : minimal {
  static void before_make() = delete;
};
struct without_collect : minimal {
  static void collect() = delete;
};
struct without_emergency : minimal {
  static void emergency() = delete;
};
struct with_state : minimal {
  int state;
};
struct that_finds_none {
  static constexpr bool finds_cycles = false;
};
struct that_does_not_say {};

/// Inherits its verbs from one of the library.
struct heir : ouro::generational {};

}  // namespace

static_assert(ouro::collector_policy<minimal> && ouro::finds_cycles<minimal> && ouro::cycle_finder<minimal>);
static_assert(ouro::collector_policy<ouro::no_collector> && ouro::collector_policy<ouro::trial_deletion> &&
              ouro::collector_policy<ouro::generational> && ouro::collector_policy<heir>);
static_assert(!ouro::has_suspect<without_add_root> && !ouro::collector_policy<without_add_root>);
static_assert(!ouro::has_suspect<add_root_that_may_throw> && !ouro::collector_policy<add_root_that_may_throw>);
static_assert(!ouro::has_forget<without_remove_root> && !ouro::collector_policy<without_remove_root>);
static_assert(!ouro::has_info<without_info> && !ouro::collector_policy<without_info>);
static_assert(!ouro::has_info<without_add_flags> && !ouro::collector_policy<without_add_flags>);
static_assert(!ouro::has_before_make<without_before_make> && !ouro::collector_policy<without_before_make>);
static_assert(!ouro::has_collect<without_collect> && !ouro::collector_policy<without_collect>);
static_assert(!ouro::has_collect<without_emergency> && !ouro::collector_policy<without_emergency>);
static_assert(!ouro::collector_policy<with_state>);
static_assert(ouro::collector_policy<that_finds_none> && !ouro::finds_cycles<that_finds_none>);
static_assert(!ouro::has_finds_cycles<that_does_not_say> && !ouro::collector_policy<that_does_not_say>);
// Policies of the other axes.
static_assert(!ouro::is_second_of_refcount_collector_allocator<ouro::local_refcount> &&
              !ouro::collector_policy<ouro::atomic_refcount> && !ouro::collector_policy<ouro::pool_allocator>);

static_assert(ouro::tracks_all<ouro::generational> && !ouro::tracks_all<ouro::trial_deletion> &&
              !ouro::tracks_all<minimal> && !ouro::tracks_all<ouro::no_collector>);
// A collector that inherits from one that walks pools has not the pools of that one.
static_assert(ouro::walks_pools<ouro::generational, ouro::local_refcount> &&
              !ouro::walks_pools<ouro::generational, ouro::atomic_refcount> &&
              !ouro::walks_pools<heir, ouro::local_refcount> &&
              !ouro::walks_pools<ouro::trial_deletion, ouro::local_refcount>);
// Threads register where a collector stops them, unless they do that by hand.
struct by_hand : ouro::trial_deletion {
  static constexpr bool threads_register_by_hand = true;
};
static_assert(ouro::collector_policy<by_hand> && ouro::detail::threads_register_by_hand<by_hand> &&
              !ouro::detail::threads_register_by_hand<ouro::trial_deletion>);
static_assert(ouro::detail::stops_mutators<ouro::atomic_refcount, ouro::trial_deletion> &&
              !ouro::detail::stops_mutators<ouro::local_refcount, ouro::trial_deletion> &&
              !ouro::detail::stops_mutators<ouro::atomic_refcount, ouro::no_collector> &&
              !ouro::detail::stops_mutators<ouro::self_refcount, ouro::no_collector>);

TEST_CASE("collector_policy: the info word of a candidate is asked of its collector, that of others of the header") {
  using ouro::detail::info_word;
  struct link {
    ouro::ptr<link> next;
  };
  ouro::gc::collect();
  const auto object = ouro::make<link>();
  auto& header = *static_cast<ouro::detail::header<ouro::local_refcount>*>(const_cast<void*>(object.owner()));
  const std::uint32_t info = header.load_info();
  CHECK(ouro::detail::info_of<ouro::trial_deletion>(header) == info);
  static_cast<void>(ouro::ptr<link>{object});
  REQUIRE(ouro::gc::count() == 1);
  REQUIRE(info_word::is_buffered(header.load_info()));
  CHECK(ouro::detail::info_of<ouro::trial_deletion>(header) == info);
  ouro::detail::add_flags<ouro::trial_deletion>(header, info_word::finalized);
  CHECK(info_word::is_buffered(header.load_info()));
  CHECK(ouro::gc::is_finalized(object));
  CHECK(ouro::detail::unbuffered_info_of<ouro::trial_deletion>(header) == (info | info_word::finalized));
  CHECK(ouro::gc::count() == 0);
  CHECK(header.load_info() == (info | info_word::finalized));
}
