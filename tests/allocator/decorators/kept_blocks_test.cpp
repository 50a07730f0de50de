#include <ouro/allocator/decorators/kept_blocks.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

namespace {

struct block {
  int name;
  std::size_t bytes;
};

/// Up to four blocks, and 100 bytes.
struct kept {
  ouro::detail::kept_blocks<block, 4, 100> ring;
  std::vector<int> given_back;

  ~kept() {
    ring.give_all_back([](const block&) {});
    ring.release();
  }
  void keep(int name, std::size_t bytes) {
    given_back.clear();
    REQUIRE(ring.keep({name, bytes}, [this](const block& gone) { given_back.push_back(gone.name); }));
  }
};

using names = std::vector<int>;

}  // namespace

TEST_CASE_FIXTURE(kept, "kept_blocks: the oldest block goes when there are too many") {
  CHECK_FALSE(ring.has_room());
  for (int name = 1; name != 5; ++name) {
    keep(name, 10);
    CHECK(given_back.empty());
  }
  CHECK(ring.has_room());
  for (int name = 5; name != 20; ++name) {
    keep(name, 10);
    CHECK(given_back == names{name - 4});
  }
}

TEST_CASE_FIXTURE(kept, "kept_blocks: as many of the oldest go as make room for the bytes of a new one") {
  keep(1, 30);
  keep(2, 30);
  keep(3, 40);
  CHECK(given_back.empty());
  keep(4, 50);
  CHECK(given_back == names{1, 2});
  keep(5, 10);
  CHECK(given_back.empty());
  keep(6, 1);
  CHECK(given_back == names{3});
}

TEST_CASE_FIXTURE(kept, "kept_blocks: the newest is kept alone, however large it is") {
  keep(1, 30);
  keep(2, 1000);
  CHECK(given_back == names{1});
  keep(3, 1);
  CHECK(given_back == names{2});
}

TEST_CASE_FIXTURE(kept, "kept_blocks: gives all back, the oldest first, and can be used again") {
  for (int name = 1; name != 7; ++name) keep(name, 10);
  names all;
  CHECK(ring.give_all_back([&all](const block& gone) { all.push_back(gone.name); }));
  CHECK(all == names{3, 4, 5, 6});
  CHECK_FALSE(ring.give_all_back([&all](const block& gone) { all.push_back(gone.name); }));
  CHECK(all.size() == 4);
  ring.release();
  CHECK_FALSE(ring.has_room());
  keep(7, 90);
  keep(8, 10);
  CHECK(given_back.empty());
}
