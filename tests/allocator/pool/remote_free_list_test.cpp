#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

using ouro::detail::free_block;
using ouro::detail::remote_free_list;

TEST_CASE("remote_free_list: a chain that another thread adds at the same time is kept behind the new one") {
  free_block mine[2];
  free_block other{};
  mine[0].next = &mine[1];
  remote_free_list list;
  int pending = 0;
  const auto add_pending = [&pending] { ++pending; };
  const auto relink = [](free_block* last, free_block* next) { last->next = next; };
  int attempts = 0;
  list.put(&mine[0], &mine[1], 2, add_pending, [&](free_block* last, free_block* next) {
    relink(last, next);
    if (++attempts == 1) list.put(&other, &other, 1, add_pending, relink);  // the other thread is faster
  });
  CHECK(attempts == 2);
  CHECK(pending == 1);

  const remote_free_list::chain all = list.take();
  CHECK(all.blocks == 3);
  CHECK(all.first == &mine[0]);
  CHECK(mine[0].next == &mine[1]);
  CHECK(mine[1].next == &other);
  CHECK(other.next == nullptr);

  const remote_free_list::chain none = list.take();
  CHECK(none.blocks == 0);
  CHECK(none.first == nullptr);
}

TEST_CASE("remote_free_list: a pool is pending until its owner has taken it off the stack") {
  free_block blocks[3];
  remote_free_list list;
  int pending = 0;
  const auto put = [&](free_block& block) {
    list.put(
        &block, &block, 1, [&pending] { ++pending; }, [](free_block* last, free_block* next) { last->next = next; });
  };
  put(blocks[0]);
  CHECK(pending == 1);
  CHECK(list.take().blocks == 1);
  put(blocks[1]);
  CHECK(pending == 1);
  list.clear_pending();
  CHECK(list.take().blocks == 1);
  put(blocks[2]);
  CHECK(pending == 2);
}
