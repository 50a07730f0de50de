#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <memory>
#include <set>

namespace {

struct base {
  virtual ~base() = default;
};
struct derived : base {};

}  // namespace

TEST_CASE("names: the functions of this namespace serve the standard's pointers, too") {
  const std::shared_ptr<base> standard = std::make_shared<derived>();
  CHECK(ouro::static_pointer_cast<derived>(standard) == standard);
  CHECK(ouro::dynamic_pointer_cast<derived>(standard) == standard);
  CHECK(ouro::const_pointer_cast<const base>(standard) == standard);
  CHECK(ouro::reinterpret_pointer_cast<char>(standard) != nullptr);
  CHECK(ouro::get_deleter<std::default_delete<base>>(standard) == nullptr);
  std::atomic<int> number{3};
  CHECK(ouro::atomic_load(&number) == 3);
  ouro::atomic_store(&number, 4);
  CHECK(ouro::atomic_exchange(&number, 5) == 4);

  ouro::shared_ptr<base> ours = ouro::make_shared<derived>();
  CHECK(ouro::static_pointer_cast<derived>(ours) == ours);
  CHECK(ouro::atomic_load(&ours) == ours);
  ouro::atomic_store(&ours, ouro::shared_ptr<base>{});
  CHECK(ours == nullptr);
}

TEST_CASE("names: a program may write ouro::local:: in front of all names that it has") {
  namespace local = ouro::local;
  const local::shared_ptr<base> first = local::make_shared<derived>();
  const local::weak_ptr<base> watcher = first;
  local::shared_ptr<base> place = first;
  CHECK(local::dynamic_pointer_cast<derived>(local::atomic_load(&place)) == first);
  local::atomic_store(&place, local::shared_ptr<base>{});
  CHECK(local::atomic_exchange(&place, first) == nullptr);
  CHECK_FALSE(local::atomic_is_lock_free(&place));
  CHECK(local::owner_equal{}(first, place));
  CHECK(local::owner_hash{}(watcher) == local::owner_hash{}(first));
  const std::set<local::weak_ptr<base>, local::owner_less<local::weak_ptr<base>>> watched{watcher, first};
  CHECK(watched.size() == 1);
  const auto make = [](base** made) { *made = new derived; };
  make(local::out_ptr(place, std::default_delete<base>{}));
  CHECK(place.use_count() == 1);
  CHECK(local::get_deleter<std::default_delete<base>>(place) != nullptr);
  std::unique_ptr<base> unique;
  make(local::inout_ptr(unique));
  CHECK(unique != nullptr);
  // What is no pointer of ours, where a script changes the names.
  std::atomic<int> number{3};
  CHECK(local::atomic_load(&number) == 3);
}

TEST_CASE("names: std::owner_less and std::atomic are those of this library's pointers") {
  const auto first = ouro::make_shared<int>(1);
  const auto second = ouro::make_shared<int>(2);
  const std::set<ouro::weak_ptr<int>, std::owner_less<ouro::weak_ptr<int>>> watched{first, second, first};
  CHECK(watched.size() == 2);
  CHECK(watched.contains(second));
  const std::map<ouro::local::shared_ptr<int>, int, std::owner_less<ouro::local::shared_ptr<int>>> none;
  CHECK(none.empty());
  std::atomic<ouro::shared_ptr<int>> place{first};
  place = second;
  CHECK(place.load() == second);
}

namespace {

struct holds_atomic {
  ouro::local::atomic_shared_ptr<holds_atomic> next;
};

}  // namespace

TEST_CASE("names: a cycle through an atomic pointer is collected") {
  ouro::gc::collect();
  {
    const auto made = ouro::local::make_shared<holds_atomic>();
    made->next = made;
  }
  CHECK(ouro::gc::collect() == 1);
}
