#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

using ouro::detail::list_room_for;
using ouro::detail::make_list_room;
using ouro::detail::move_to_room;
using ouro::detail::shrink_list_room;

namespace {

/// Counts copies and moves.
struct counted_moves {
  static inline int copies = 0;
  static inline int moves = 0;
  counted_moves() = default;
  counted_moves(const counted_moves&) { ++copies; }
  counted_moves(counted_moves&&) noexcept { ++moves; }
  counted_moves& operator=(const counted_moves&) = default;
};

/// Its allocations fail while `fails` says so.
template <class T>
struct refusing_allocator {
  using value_type = T;
  static inline bool fails = false;
  T* allocate(std::size_t count) {
    if (fails) throw std::bad_alloc{};
    return std::allocator<T>{}.allocate(count);
  }
  void deallocate(T* at, std::size_t count) noexcept { std::allocator<T>{}.deallocate(at, count); }
  friend bool operator==(const refusing_allocator&, const refusing_allocator&) { return true; }
};

}  // namespace

static_assert(list_room_for(0) == 0 && list_room_for(1) == 4 && list_room_for(4) == 8 && list_room_for(16) == 24);

TEST_CASE("list_growth: elements are moved to storage of exactly the given room") {
  std::vector<counted_moves> items(3);
  counted_moves::copies = counted_moves::moves = 0;
  move_to_room(items, 8);
  CHECK(items.capacity() == 8);
  CHECK(items.size() == 3);
  CHECK(counted_moves::moves == 3);
  CHECK(counted_moves::copies == 0);
  move_to_room(items, 8);
  CHECK(counted_moves::moves == 3);
  move_to_room(items, 2);  // there are more elements
  CHECK(items.capacity() == 8);
}

TEST_CASE("list_growth: room for one more element is an eighth more, and for many together just their number") {
  std::vector<int> items;
  make_list_room(items, 1);
  CHECK(items.capacity() == 4);
  items.assign(4, 0);
  make_list_room(items, 1);
  CHECK(items.capacity() == 8);
  make_list_room(items, 2);
  CHECK(items.capacity() == 8);  // there is room
  make_list_room(items, 50);
  CHECK(items.capacity() == 56);
}

TEST_CASE("list_growth: storage shrinks when less than half of it is used, if there is memory") {
  std::vector<int, refusing_allocator<int>> items;
  items.reserve(40);
  items.assign(20, 0);
  shrink_list_room(items);
  CHECK(items.capacity() == 40);
  items.pop_back();
  refusing_allocator<int>::fails = true;
  shrink_list_room(items);
  CHECK(items.capacity() == 40);
  refusing_allocator<int>::fails = false;
  shrink_list_room(items);
  CHECK(items.capacity() == list_room_for(19));
  CHECK(items.size() == 19);
}
