// What user code may do while `copy` and `deepcopy` run.

#include "support/gc_settings.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

namespace {

struct node {
  int value = 0;
  ouro::ptr<node> next;
  ouro::ptr<node>* reset_at_end = nullptr;

  node() = default;
  explicit node(int number) : value{number} {}
  node(const node& from) : value{from.value}, next{from.next} {}
  node& operator=(const node&) = delete;
  ~node() {
    value = -1;
    if (reset_at_end != nullptr) reset_at_end->reset();
  }

  void trace(auto&& visit) { visit(next); }
};

/// Copies itself, and drops what it is copied through.
struct fickle {
  int value = 5;
  ouro::ptr<fickle>* handle = nullptr;

  ~fickle() { value = -1; }
  [[nodiscard]] ouro::ptr<fickle> shallow_copy() const {
    handle->reset();
    const auto made = ouro::make<fickle>();
    made->value = value;
    return made;
  }
  void trace(auto&&) {}
};

}  // namespace

TEST_CASE("copy, deepcopy: an object stays while it is copied, though a collection drops the pointer that was given") {
  const auto copied_by = [](auto copy) {
    const ouro::test::eager_collections<> eager;
    auto original = ouro::make<node>(7);
    {
      const auto garbage = ouro::make<node>();
      garbage->next = garbage;
      garbage->reset_at_end = &original;
    }
    auto copied = copy(original);  // whose block begins a collection
    CHECK(original == nullptr);
    return copied;
  };
  const auto shallow = copied_by([](const auto& original) { return ouro::copy(original); });
  CHECK(shallow->value == 7);
  CHECK(shallow.use_count() == 1);
  const auto deep = copied_by([](const auto& original) { return ouro::deepcopy(original); });
  CHECK(deep->value == 7);
  CHECK(deep.use_count() == 1);
}

TEST_CASE("copy: an object stays while its shallow_copy drops the pointer that was given") {
  auto original = ouro::make<fickle>();
  original->handle = &original;
  const auto copied = ouro::copy(original);
  CHECK(original == nullptr);
  CHECK(copied->value == 5);
}
