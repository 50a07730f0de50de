#include "support/counted.hpp"
#include "support/gc_settings.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <vector>

using ouro::copy;
using ouro::make;
using ouro::ptr;
using ouro::test::counted;

namespace {

/// When it is destroyed, it may reset a pointer.
struct held_once {
  int value = 0;
  ptr<held_once> next;
  ptr<held_once>* reset_at_end = nullptr;

  held_once() = default;
  explicit held_once(int number) : value{number} {}
  held_once(const held_once& from) : value{from.value}, next{from.next} {}
  held_once& operator=(const held_once&) = delete;
  ~held_once() {
    value = -1;
    if (reset_at_end != nullptr) reset_at_end->reset();
  }

  void trace(auto&& visit) { visit(next); }
};

/// Copies itself, and resets the pointer that it is copied through.
struct fickle {
  int value = 5;
  ptr<fickle>* handle = nullptr;

  ~fickle() { value = -1; }
  [[nodiscard]] ptr<fickle> shallow_copy() const {
    handle->reset();
    const auto made = make<fickle>();
    made->value = value;
    return made;
  }
  void trace(auto&&) {}
};

}  // namespace

TEST_CASE("copy: an object lives while it is copied, though a collection drops the given pointer") {
  const auto copied_by = [](auto copy) {
    const ouro::test::eager_collections<> eager;
    auto original = make<held_once>(7);
    {
      const auto garbage = make<held_once>();
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

TEST_CASE("copy: an object lives while its shallow_copy drops the given pointer") {
  auto original = make<fickle>();
  original->handle = &original;
  const auto copied = ouro::copy(original);
  CHECK(original == nullptr);
  CHECK(copied->value == 5);
}

namespace {

struct node : counted<node> {
  explicit node(int number = 0) : value{number} {}
  void trace(auto&& visit) { visit(left, right, more); }

  int value;
  ptr<node> left;
  ptr<node> right;
  std::vector<ptr<node>> more;
};

}  // namespace

TEST_CASE("copy: the copy is a new object whose edges lead to the old ones") {
  const auto original = make<node>(1);
  original->left = make<node>(2);
  original->more = {original, original->left};
  const auto made = copy(original);
  CHECK(made != original);
  CHECK(made->value == 1);
  CHECK(made->left == original->left);
  CHECK(made->more[0] == original);
  CHECK(copy(ptr<node>{}) == nullptr);
  original->more.clear();
  made->more.clear();
  CHECK(original.use_count() == 1);
  CHECK(node::alive == 3);
}

namespace {

struct shape {
  virtual ~shape() = default;
  [[nodiscard]] virtual int sides() const = 0;
};
struct tagged {
  virtual ~tagged() = default;
  int tag = 0;
};
struct square : shape, tagged {
  [[nodiscard]] int sides() const override { return 4; }
  ptr<shape> inner;
  void trace(auto&& visit) { visit(inner); }
};

}  // namespace

template <>
inline constexpr bool ouro::clonable<square> = true;
template <>
inline constexpr bool ouro::interior_base<tagged> = true;

TEST_CASE("copy: a pointer to an interior base leads to that base of the copy") {
  const auto made_as = make<square>();
  made_as->tag = 5;
  const ptr<tagged> middle = made_as;
  const ptr<tagged> other = copy(middle);
  CHECK(other != middle);
  CHECK(other->tag == 5);
  CHECK(ouro::dynamic_pointer_cast<square>(other)->sides() == 4);
}
