#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <deque>

#include <vector>

using ouro::count_word;
using ouro::detail::info_word;

namespace {

using header = ouro::detail::header<ouro::local_refcount>;
/// The buffers of the library are released by the collector, and have no destructor.
struct buffer : ouro::detail::root_buffer<ouro::local_refcount> {
  using ouro::detail::root_buffer<ouro::local_refcount>::root_buffer;
  buffer(const buffer&) = delete;
  buffer& operator=(const buffer&) = delete;
  ~buffer() { release(); }
};

/// Headers without objects. Each has its number as its type.
std::deque<header> make_headers(std::uint32_t count) {
  std::deque<header> made;
  for (std::uint32_t i = 0; i != count; ++i) made.push_back({count_word::one, i << info_word::type_shift});
  return made;
}

void enter(buffer& roots, header& object) {
  REQUIRE(roots.make_room());
  roots.enter(object);
}

/// The types of the candidates, slot by slot; -1 for a hole.
std::vector<int> types_in(buffer& roots) {
  std::vector<int> found;
  for (std::size_t slot = 0; slot != roots.slots(); ++slot) {
    const header* const object = roots.at(slot);
    found.push_back(object == nullptr ? -1 : static_cast<int>(info_word::type(roots.info(*object))));
  }
  return found;
}

}  // namespace

TEST_CASE("root_buffer: keeps the info word of each object that enters, and gives it back when the object leaves") {
  auto objects = make_headers(3);
  buffer roots{info_word::buffered};
  for (header& each : objects) enter(roots, each);
  CHECK(roots.size() == 3);
  for (std::uint32_t i = 0; i != 3; ++i) {
    const std::uint32_t word = objects[i].load_info();
    CHECK(info_word::is_buffered(word));
    CHECK(info_word::slot(word) == i);
    CHECK(roots.holds(objects[i], word));
    CHECK(roots.info(objects[i]) == i << info_word::type_shift);
  }
  CHECK_FALSE(roots.holds(objects[0], objects[1].load_info()));
  CHECK(roots.is_valid());
  for (std::uint32_t i = 0; i != 3; ++i) {
    CHECK(roots.leave(objects[i]) == i << info_word::type_shift);
    CHECK(objects[i].load_info() == i << info_word::type_shift);
    CHECK(roots.is_valid());
  }
  CHECK(roots.size() == 0);
  CHECK(roots.slots() == 0);
}

TEST_CASE("root_buffer: a hole is taken by the next object that enters, the hole left last first") {
  auto objects = make_headers(7);
  buffer roots{info_word::buffered};
  for (std::uint32_t i = 0; i != 5; ++i) enter(roots, objects[i]);
  roots.leave(objects[1]);
  roots.leave(objects[3]);
  CHECK(roots.size() == 3);
  CHECK(types_in(roots) == std::vector<int>{0, -1, 2, -1, 4});
  CHECK(roots.is_valid());
  enter(roots, objects[5]);
  CHECK(types_in(roots) == std::vector<int>{0, -1, 2, 5, 4});
  enter(roots, objects[6]);
  CHECK(types_in(roots) == std::vector<int>{0, 6, 2, 5, 4});
  CHECK(roots.is_valid());
  roots.leave(objects[4]);  // the last slot leaves no hole
  CHECK(roots.slots() == 4);
}

TEST_CASE("root_buffer: close_up moves the candidates to the front, in their order") {
  auto objects = make_headers(6);
  buffer roots{info_word::buffered_as_old | info_word::buffered};
  for (header& each : objects) enter(roots, each);
  for (const std::size_t gone : {std::size_t{0}, std::size_t{2}, std::size_t{3}}) roots.leave(objects[gone]);
  roots.close_up();
  CHECK(types_in(roots) == std::vector<int>{1, 4, 5});
  CHECK(roots.size() == 3);
  CHECK(roots.is_valid());
  CHECK((objects[5].load_info() & info_word::buffered_as_old) != 0);
  CHECK(roots.leave(objects[5]) == 5u << info_word::type_shift);
}

TEST_CASE("root_buffer: a sweep takes each candidate but those whose constructor has not returned") {
  auto objects = make_headers(4);
  objects[2].set_info(info_word::unborn);
  buffer roots{info_word::buffered};
  for (header& each : objects) enter(roots, each);
  roots.leave(objects[1]);
  std::vector<const header*> taken;
  for (std::size_t slot = 0; slot != 4; ++slot) {
    const auto entry = roots.take(slot);
    if (entry.object == nullptr) continue;
    taken.push_back(entry.object);
    ouro::local_refcount::store(entry.object->info, entry.info);
  }
  roots.close_up();
  CHECK(taken == std::vector<const header*>{&objects[0], &objects[3]});
  CHECK(objects[3].load_info() == 3u << info_word::type_shift);
  CHECK(roots.size() == 1);
  CHECK(roots.at(0) == &objects[2]);
  CHECK(roots.is_valid());
}

TEST_CASE("root_buffer: random entries and departures leave each candidate in the buffer once") {
  auto objects = make_headers(200);
  buffer roots{info_word::buffered};
  std::uint32_t random = 1;
  std::size_t inside = 0;
  for (int step = 0; step != 5000; ++step) {
    random = random * 1'664'525 + 1'013'904'223;
    header& object = objects[(random >> 8) % objects.size()];
    if (info_word::is_buffered(object.load_info())) {
      roots.leave(object);
      --inside;
    } else {
      enter(roots, object);
      ++inside;
    }
    REQUIRE(roots.size() == inside);
  }
  CHECK(roots.is_valid());
  std::size_t met = 0;
  for (std::size_t slot = 0; slot != roots.slots(); ++slot) {
    if (header* const object = roots.at(slot); object != nullptr) {
      ++met;
      CHECK(roots.holds(*object, object->load_info()));
    }
  }
  CHECK(met == inside);
  roots.release();
  CHECK(roots.slots() == 0);
  CHECK_FALSE(roots.has_room());
}
