#include <ouro/trace/edge_sink.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

namespace {

using ouro::detail::edge;
using ouro::detail::edge_sink;

/// What a phase has got, in batches.
struct received {
  std::vector<std::size_t> batches;
  std::vector<void*> targets;

  static void take(void* context, edge* first, edge* last) {
    auto& self = *static_cast<received*>(context);
    self.batches.push_back(static_cast<std::size_t>(last - first));
    for (; first != last; ++first) self.targets.push_back(first->target);
  }
};

using batches = std::vector<std::size_t>;

}  // namespace

TEST_CASE("edge_sink: hands over full buffers by itself, and the rest when it is flushed, in order") {
  received got;
  edge_sink sink{&received::take, &got};
  std::vector<int> objects(2 * edge_sink::capacity + 3);
  for (int& each : objects) sink.push(&each, nullptr);
  CHECK(got.batches == batches{edge_sink::capacity, edge_sink::capacity});
  CHECK(sink.pushed() == objects.size());
  sink.flush();
  CHECK(got.batches == batches{edge_sink::capacity, edge_sink::capacity, 3});
  sink.flush();
  CHECK(got.batches.size() == 3);  // nothing is buffered
  CHECK(sink.pushed() == objects.size());
  REQUIRE(got.targets.size() == objects.size());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i != objects.size(); ++i) wrong += got.targets[i] != &objects[i] ? 1u : 0u;
  CHECK(wrong == 0);
}

TEST_CASE("edge_sink: writes to a buffer that it is given, until the next flush") {
  received got;
  edge_sink sink{&received::take, &got};
  edge own[edge_sink::capacity];
  int object = 0;
  void* slot = &object;
  sink.write_to(own);
  sink.push(&object, &slot);
  CHECK(own[0].target == &object);
  CHECK(own[0].slot == &slot);
  CHECK(sink.pushed() == 1);
  sink.flush();
  own[0] = {};
  sink.push(&object, &slot);
  CHECK(own[0].target == nullptr);
  sink.flush();
  CHECK(got.batches == batches{1, 1});
  CHECK(sink.pushed() == 2);
}

TEST_CASE("edge_sink: a phase may throw, and the edges that it got are not handed over again") {
  static int calls;
  calls = 0;
  edge_sink sink{[](void*, edge*, edge*) {
                   ++calls;
                   throw 1;
                 },
                 nullptr};
  int object = 0;
  sink.push(&object, nullptr);
  CHECK_THROWS_AS(sink.flush(), int);
  sink.flush();
  CHECK(calls == 1);
}

TEST_CASE("edge: is severed by a null in its slot") {
  int object = 0;
  void* slot = &object;
  edge{nullptr, &slot}.sever();
  CHECK(slot == nullptr);
}
