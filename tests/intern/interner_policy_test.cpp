#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <mutex>

namespace {

struct shared_by_threads {
  using mutex = std::recursive_mutex;
  using refcount = ouro::atomic_refcount;
  static constexpr bool is_shared = true;
};
struct without_mutex {
  using refcount = ouro::local_refcount;
  static constexpr bool is_shared = false;
};
struct with_a_number_for_mutex : shared_by_threads {
  using mutex = int;
};
struct without_is_shared {
  using mutex = std::recursive_mutex;
  using refcount = ouro::atomic_refcount;
};
struct without_refcount {
  using mutex = std::recursive_mutex;
  static constexpr bool is_shared = true;
};
struct counting_in_the_object : shared_by_threads {
  using refcount = ouro::self_refcount;
};
struct shared_with_local_count : shared_by_threads {
  using refcount = ouro::local_refcount;
};
struct shared_with_biased_count : shared_by_threads {
  using refcount = ouro::biased_refcount;
};
struct with_lifetime {
  static constexpr bool is_immortal = false;
};
struct without_lifetime {};

}  // namespace

static_assert(ouro::locking_policy<ouro::no_locking> && ouro::locking_policy<ouro::mutex_locking> &&
              ouro::locking_policy<shared_by_threads>);
static_assert(!without_mutex::is_shared && !ouro::has_mutex<without_mutex> && !ouro::locking_policy<without_mutex>);
static_assert(!ouro::has_mutex<with_a_number_for_mutex> && !ouro::locking_policy<with_a_number_for_mutex>);
static_assert(!ouro::has_is_shared<without_is_shared> && !ouro::locking_policy<without_is_shared>);
static_assert(!ouro::has_refcount<without_refcount> && !ouro::locking_policy<without_refcount>);
static_assert(!ouro::has_refcount<counting_in_the_object> && !ouro::locking_policy<counting_in_the_object>);
static_assert(!ouro::count_suits_table<shared_with_local_count> && !ouro::locking_policy<shared_with_local_count>);
static_assert(!ouro::count_suits_table<shared_with_biased_count> && !ouro::locking_policy<shared_with_biased_count>);
static_assert(ouro::lifetime_policy<ouro::weak_entries> && ouro::lifetime_policy<ouro::immortal_entries> &&
              ouro::lifetime_policy<with_lifetime>);
static_assert(!ouro::has_is_immortal<without_lifetime> && !ouro::lifetime_policy<without_lifetime>);
static_assert(!ouro::no_locking::is_shared && ouro::mutex_locking::is_shared);
