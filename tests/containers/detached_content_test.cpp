#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <new>
#include <utility>
#include <vector>

namespace {

/// A container that tells watches when it ends, as those of the library do.
struct numbers {
  numbers() = default;
  numbers(std::vector<int> of) : items{std::move(of)} {}
  numbers(numbers&& from) noexcept : items{std::move(from.items)} {}
  numbers& operator=(numbers&&) = delete;
  ~numbers() { ouro::detail::lifetime_watch::end(this); }
  void swap(numbers& with) noexcept { items.swap(with.items); }

  std::vector<int> items;
};

using detached_content = ouro::detail::detached_content<numbers>;

}  // namespace

TEST_CASE("detached_content: the container is empty meanwhile, and has its content again at the end") {
  numbers all{{1, 2, 3}};
  {
    detached_content detached{all};
    CHECK(all.items.empty());
    all.items.push_back(9);  // what user code puts in meanwhile is dropped
    detached.content().items.push_back(4);
  }
  CHECK(all.items == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("detached_content: a container that has ended meanwhile gets nothing back") {
  alignas(numbers) unsigned char room[sizeof(numbers)];
  auto* const all = ::new (static_cast<void*>(room)) numbers{{1, 2, 3}};
  {
    detached_content detached{*all};
    all->~numbers();
    CHECK(detached.content().items == std::vector<int>{1, 2, 3});
  }
}

TEST_CASE(
    "detached_content: change_detached changes the container itself only if moves of its elements call no user code") {
  numbers all{{1, 2}};
  bool was_itself = false;
  const auto change = [&](numbers& given) {
    was_itself = &given == &all;
    given.items.push_back(3);
    return given.items.size();
  };
  CHECK(ouro::detail::change_detached<false>(all, change) == 3);
  CHECK(was_itself);
  CHECK(ouro::detail::change_detached<true>(all, change) == 4);
  CHECK_FALSE(was_itself);
  CHECK(all.items == std::vector<int>{1, 2, 3, 3});
}
