#include "collector/quiet_heap.hpp"
#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

using ouro::test::by_generation;
using ouro::test::by_trial;
using ouro::test::counted;
using ouro::test::make_candidate;

namespace {

struct linked {
  ouro::ptr<linked> next;
};

/// Its objects are made immortal, or are reached from such.
template <class Memory>
struct apart : counted<apart<Memory>> {
  void trace(auto&& visit) { visit(next); }

  typename Memory::template ptr<apart> next;
};

}  // namespace

TEST_CASE_TEMPLATE("immortal: an immortal object is no candidate, and keeps all that it leads to", Memory, by_trial,
                   by_generation) {
  typename Memory::heap h;  // its end frees the immortal objects
  const typename Memory::heap::scope in{h};
  {
    const auto object = Memory::template make<apart<Memory>>();
    object->next = Memory::template make<apart<Memory>>();
    object->next->next = object;
    make_candidate(object);
    Memory::gc::collect();  // by now they are old
    make_candidate(object);
    ouro::immortalize(object);
  }
  CHECK(Memory::gc::collect() == 0);
  CHECK(Memory::gc::collect() == 0);
  CHECK(apart<Memory>::alive == 2);
}

TEST_CASE("immortal: a candidate whose count has reached its maximum is no garbage (trap 9)") {
  using header = ouro::detail::header<ouro::local_refcount>;
  ouro::gc::collect();
  ouro::heap h;
  const ouro::heap::scope in{h};
  const auto object = ouro::make<linked>();
  object->next = object;
  make_candidate(object);
  CHECK(ouro::gc::count() == 1);
  // As if that many copies had been made.
  header::of(object.get())->count = ouro::count_word::immortal + 5;
  make_candidate(object);
  CHECK(ouro::is_immortal(object));
  CHECK(ouro::gc::count() == 1);
  CHECK(ouro::gc::collect() == 0);
  CHECK(ouro::gc::count() == 0);
  CHECK(ouro::is_immortal(object));
}
