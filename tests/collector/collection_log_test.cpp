#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace {

/// A log whose callbacks are released at its end.
struct collection_log : ouro::detail::collection_log<ouro::local_refcount> {
  collection_log() = default;
  collection_log(const collection_log&) = delete;
  collection_log& operator=(const collection_log&) = delete;
  ~collection_log() { release_callbacks(); }
};

constexpr auto no_objects = [](bool) { return std::size_t{0}; };

/// What a collection does that destroys and examines so many objects.
void collect(collection_log& log, bool automatic, bool minor, std::size_t collected, std::size_t examined) {
  auto began = log.begin(automatic, minor, no_objects);
  log.stats().collected += collected;
  log.stats().examined += examined;
  log.add(began);
  log.end(began);
}

}  // namespace

TEST_CASE("collection_log: sums are kept over all collections, and for each generation") {
  collection_log log;
  collect(log, false, true, 3, 10);
  collect(log, true, true, 0, 5);
  collect(log, true, false, 4, 20);
  CHECK(log.stats().collections == 3);
  CHECK(log.stats().automatic_collections == 2);
  CHECK(log.stats().full_collections == 1);
  CHECK(log.stats(true).collections == 2);
  CHECK(log.stats(true).collected == 3);
  CHECK(log.stats(false).collections == 1);
  CHECK(log.stats(false).collected == 4);
  CHECK(log.stats(false).uncollectable == 0);
}

TEST_CASE("collection_log: objects that were kept for a wrong trace are uncollectable ones of their generation") {
  collection_log log;
  auto began = log.begin(false, false, no_objects);
  log.stats().over_reported += 2;
  log.add(began);
  log.end(began);
  CHECK(log.stats(false).uncollectable == 2);
  CHECK(log.stats(true).uncollectable == 0);
}

TEST_CASE("collection_log: a collection that was given up counts, and the thread that was late is named") {
  collection_log log;
  auto began = log.begin(true, true, no_objects);
  constexpr char late[sizeof(ouro::gc_stats::late_thread)] = "reader";
  log.add(began);
  log.add_given_up(late);
  log.end(began);
  CHECK(log.stats().collections == 1);
  CHECK(log.stats().given_up == 1);
  CHECK(std::string_view{log.stats().late_thread} == "reader");
  collect(log, true, true, 0, 0);
  CHECK(log.stats().given_up == 1);
}

TEST_CASE("collection_log: callbacks are called at the start and at the stop, with the sums of that collection alone") {
  collection_log log;
  collect(log, false, false, 100, 100);
  CHECK_FALSE(log.has_callbacks());
  std::vector<ouro::gc_info> heard;
  log.callbacks().add([&heard](const ouro::gc_info& info) { heard.push_back(info); });
  CHECK(log.has_callbacks());
  collect(log, true, true, 2, 7);
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].phase == ouro::gc_phase::start);
  CHECK(heard[0].automatic);
  CHECK(heard[0].generation == 0);
  CHECK(heard[0].collected == 0);
  CHECK(heard[1].phase == ouro::gc_phase::stop);
  CHECK(heard[1].collected == 2);
  CHECK(heard[1].examined == 7);
  log.release_callbacks();
  CHECK_FALSE(log.has_callbacks());
  collect(log, true, true, 1, 1);
  CHECK(heard.size() == 2);
}
