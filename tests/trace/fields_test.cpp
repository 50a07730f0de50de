#include <ouro/ouro.hpp>
#include <ouro/trace/fields.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using ouro::detail::field;
using ouro::detail::fields_of;
using ouro::detail::name_of_field;

namespace {

class base {
  [[maybe_unused]] int in_base_ = 0;
};
class second_base {
 public:
  [[nodiscard]] const void* address() const { return &in_second_; }

 private:
  int in_second_ = 0;
};
struct virtual_base {
  int in_virtual_base = 0;
};
class all_kinds : base, public second_base, virtual virtual_base, std::vector<int> {
 public:
  [[nodiscard]] const void* pair() const { return &pair_; }
  [[nodiscard]] int number() const { return number_ + flag_; }

 private:
  struct two {
    int first = 1;
    int second = 2;
  };
  two pair_;
  int flag_ : 3 = 0;
  union {
    int number_ = 0;
    float real_;
  };
  std::string text_[2];
};

}  // namespace

#if OURO_HAS_REFLECTION
namespace {

class unusual {
 public:
  explicit unusual(int& number) : reference_{number} {}
  void link(const ouro::ptr<unusual>& to) { edge_ = to; }

 private:
  int& reference_;
  ouro::ptr<unusual> edge_;
  int length_ = 0;
  __extension__ char rest_[];
};

}  // namespace

TEST_CASE("fields_of: a class with a reference and an array without bounds") {
  std::string names;
  for (const field& each : fields_of<unusual>()) names += std::string{each.name} + ' ';
  CHECK(names == "reference_ edge_ length_ ");
  ouro::gc::collect();
  {
    int number = 0;
    const auto object = ouro::make<unusual>(number);
    object->link(object);
  }
  CHECK(ouro::gc::collect() == 1);
}
#endif

TEST_CASE("fields_of: without reflection no field is known") {
  if constexpr (!ouro::has_reflection) {
    CHECK(fields_of<all_kinds>().empty());
  }
  CHECK(fields_of<int>().empty());
}

TEST_CASE("fields_of: the members of a class and of its bases, in the order of their declaration" *
          doctest::skip(!ouro::has_reflection)) {
  std::string names;
  for (const field& each : fields_of<all_kinds>()) names += std::string{each.name} + ' ';
  CHECK(names == "in_base_ in_second_ pair_ number_ real_ text_ ");
  const all_kinds object{};
  CHECK(object.number() == 0);
  for (const field& each : fields_of<all_kinds>()) {
    const void* const address = reinterpret_cast<const std::byte*>(&object) + each.offset;
    if (each.name == std::string_view{"in_second_"}) CHECK(address == object.address());
    if (each.name != std::string_view{"pair_"}) continue;
    CHECK(address == object.pair());
    CHECK(each.bytes == 2 * sizeof(int));
  }
}

TEST_CASE("name_of_field: of a byte of an object, and null where no field lies") {
  static constexpr field fields[] = {{"first", 8, 4}, {"second", 12, 1}};
  CHECK(name_of_field(fields, 7) == nullptr);
  CHECK(name_of_field(fields, 8) == std::string_view{"first"});
  CHECK(name_of_field(fields, 11) == std::string_view{"first"});
  CHECK(name_of_field(fields, 12) == std::string_view{"second"});
  CHECK(name_of_field(fields, 13) == nullptr);
  CHECK(name_of_field({}, 0) == nullptr);
}
