#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <compare>
#include <cstddef>
#include <vector>

using ouro::attributes;
using ouro::frozen_list;
using ouro::interned_string;
using ouro::make;
using ouro::ptr;

namespace {

interned_string operator""_name(const char* text, std::size_t length) { return interned_string{{text, length}}; }

struct node {
  attributes<ptr<node>> members;
  frozen_list<ptr<node>> fixed;
};

}  // namespace

TEST_CASE("frozen_list: a cycle through one and through attributes is collected, and a deep copy has its own") {
  {
    const auto root = make<node>();
    root->members["self"_name] = root;
    root->members["child"_name] = make<node>();
    root->members["child"_name]->fixed = {root, root};
    const auto made = ouro::deepcopy(root);
    CHECK(made->members.at("self"_name) == made);
    CHECK(made->members.at("child"_name) != root->members.at("child"_name));
    const auto& fixed = made->members.at("child"_name)->fixed;
    CHECK(fixed.size() == 2);
    CHECK(fixed[1] == made);
  }
  CHECK(ouro::gc::collect() == 6);  // and the two blocks of the frozen lists
}

TEST_CASE("frozen_list: has one block of exact size, which copies share") {
  const frozen_list<int> numbers{1, 2, 3};
  const auto copy = numbers;
  CHECK(copy.is(numbers));
  CHECK(copy == frozen_list<int>{1, 2, 3});
  CHECK_FALSE(copy.is(frozen_list<int>{1, 2, 3}));
  CHECK(copy < frozen_list<int>{1, 2, 4});
  CHECK(frozen_list<int>{1, 2} < frozen_list<int>{1, 2, 3});
  CHECK(frozen_list<int>{1, 2, 3} > frozen_list<int>{1, 2});
  CHECK((frozen_list<int>{1, 2} <=> frozen_list<int>{1, 2}) == std::strong_ordering::equal);
  CHECK(copy.size() == 3);
  CHECK(sizeof copy == sizeof(void*));
  CHECK(ouro::size_of(copy.block()) == 8 + sizeof(std::size_t) + 3 * sizeof(int));
  CHECK(frozen_list<int>{}.empty());
  CHECK(frozen_list<int>{}.begin() == frozen_list<int>{}.end());
  const auto* const place = frozen_list<int>{1, 2}.data();
  CHECK(frozen_list<int>{3, 4}.data() == place);  // a freed block serves the next of its length
}

TEST_CASE("frozen_list: is read from both ends, swapped, and compared by its elements") {
  frozen_list<int> numbers{1, 2, 3};
  CHECK(std::vector<int>(numbers.cbegin(), numbers.cend()) == std::vector<int>{1, 2, 3});
  CHECK(std::vector<int>(numbers.rbegin(), numbers.rend()) == std::vector<int>{3, 2, 1});
  CHECK(numbers.front() == 1);
  CHECK(numbers.back() == 3);
  const auto same = numbers;
  CHECK(numbers == same);
  CHECK_FALSE(numbers == frozen_list<int>{1, 2, 4});
  CHECK_FALSE(numbers == frozen_list<int>{1, 2});
  frozen_list<int> other{9};
  swap(numbers, other);
  CHECK(other.is(same));
  CHECK(numbers == frozen_list<int>{9});
  const std::vector<int> none;
  CHECK(frozen_list<int>(none.begin(), none.end()).block() == nullptr);
}
