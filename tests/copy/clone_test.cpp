#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <string>

using ouro::copy;
using ouro::deepcopy;
using ouro::make;
using ouro::ptr;

namespace {

struct shape {
  virtual ~shape() = default;
  [[nodiscard]] virtual int sides() const = 0;
};
struct square : shape {
  [[nodiscard]] int sides() const override { return 4; }
  ptr<shape> inner;
  void trace(auto&& visit) { visit(inner); }
};
struct secret : shape {
  [[nodiscard]] int sides() const override { return 0; }
  void trace(auto&&) {}
};

}  // namespace

template <>
inline constexpr bool ouro::clonable<square> = true;

TEST_CASE("clone: a clonable object is copied as its own class through a pointer to a base") {
  const auto made_as = make<square>();
  const ptr<shape> base = made_as;
  made_as->inner = base;
  const ptr<shape> other = deepcopy(base);
  CHECK(other != base);
  CHECK(other->sides() == 4);
  CHECK(ouro::type_name(other) == ouro::type_name<square>());
  const auto as_square = ouro::dynamic_pointer_cast<square>(other);
  REQUIRE(as_square != nullptr);
  CHECK(as_square->inner == other);
  const ptr<void> erased = copy(ptr<void>{made_as});
  CHECK(ouro::type_name(erased) == ouro::type_name<square>());
  const ptr<shape> hidden = make<secret>();
  CHECK_THROWS_AS(static_cast<void>(copy(hidden)), ouro::not_copyable);
  CHECK_THROWS_WITH(static_cast<void>(deepcopy(hidden)), doctest::Contains("secret"));
  as_square->inner = hidden;
  CHECK_THROWS_AS(static_cast<void>(deepcopy(other)), ouro::not_copyable);
  made_as->inner = nullptr;
  as_square->inner = nullptr;
  ouro::static_pointer_cast<square>(ptr<void>{erased})->inner = nullptr;
}

namespace {

/// May have derived classes, so the record of each object is looked up.
struct open_node {
  explicit open_node(int number) : value{number} {}
  open_node(const open_node&) = default;
  open_node& operator=(const open_node&) = delete;
  virtual ~open_node() = default;
  void trace(auto&& visit) { visit(next); }

  int value;
  ptr<open_node> next;
};

}  // namespace

TEST_CASE("clone: an object of an extensible class that was made as that class can be copied") {
  const auto original = make<open_node>(1);
  original->next = make<open_node>(2);
  const auto shallow = copy(original);
  CHECK(shallow != original);
  CHECK(shallow->next == original->next);
  const auto deep = deepcopy(original);
  CHECK(deep->next != original->next);
  CHECK(deep->next->value == 2);
}

TEST_CASE("clone: a constant without edges is shared by copies") {
  const ptr<const std::string> text = make<std::string>("text");
  CHECK(copy(text) == text);
  CHECK(deepcopy(text) == text);
  CHECK(text.use_count() == 1);
}
