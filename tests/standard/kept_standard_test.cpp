#include "support/counted.hpp"
#include "support/gc_settings.hpp"

#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <type_traits>
#include <utility>

using ouro::test::counted;

namespace {

struct base {
  int first = 1;
};
struct thing : counted<thing>, base {
  int second = 2;
};

/// The same for the pointers of both memories.
template <class M>
struct of_memory {
  template <class T>
  using shared_ptr = ouro::basic_shared_ptr<T, M>;
  template <class T>
  static constexpr auto make_shared = ouro::basic_make_shared<T, M>;
};
using local = of_memory<ouro::default_memory>;
using shared = of_memory<ouro::shared_memory>;

struct fixture : ouro::test::none_left<thing>, ouro::test::explicit_collections<> {};

}  // namespace

TEST_CASE_TEMPLATE("kept_standard: a std::shared_ptr goes there and back, with its owner", M, local, shared) {
  const fixture none_left;
  const auto original = std::make_shared<thing>();
  {
    const typename M::template shared_ptr<thing> ours = original;
    CHECK(ours.get() == original.get());
    CHECK(ours.use_count() == 1);
    CHECK(original.use_count() == 2);
    const std::shared_ptr<thing> back = ours;
    CHECK(back == original);
    CHECK_FALSE(back.owner_before(original));
    CHECK_FALSE(original.owner_before(back));
    CHECK(original.use_count() == 3);
  }
  CHECK(original.use_count() == 1);
}

TEST_CASE_TEMPLATE("kept_standard: a pointer of ours goes there and back, with its owner", M, local, shared) {
  const fixture none_left;
  auto original = M::template make_shared<thing>();
  {
    std::shared_ptr<thing> standard = original;
    CHECK(standard.get() == original.get());
    CHECK(standard.use_count() == 1);
    CHECK(original.use_count() == 2);
    const typename M::template shared_ptr<thing> back = standard;
    CHECK(back == original);
    CHECK(back.owner_equal(original));
    CHECK(original.use_count() == 3);
    original.reset();
    CHECK(thing::alive == 1);
    standard.reset();
    CHECK(thing::alive == 1);
    CHECK(back->second == 2);
  }
  CHECK(thing::alive == 0);
}

TEST_CASE_TEMPLATE("kept_standard: parts, bases and void stay what they point to", M, local, shared) {
  const fixture none_left;
  const auto whole = M::template make_shared<thing>();
  const typename M::template shared_ptr<int> part{whole, &whole->second};
  const std::shared_ptr<int> standard_part = part;
  CHECK(standard_part.get() == &whole->second);
  const std::shared_ptr<base> standard_base = whole;
  CHECK(standard_base.get() == static_cast<base*>(whole.get()));
  const std::shared_ptr<const void> standard_void = whole;
  CHECK(standard_void.get() == whole.get());
  const typename M::template shared_ptr<const base> back = standard_base;
  CHECK(back.owner_equal(whole));
  CHECK(&back->first == &whole->first);
  static_assert(!std::is_constructible_v<std::shared_ptr<thing>, typename M::template shared_ptr<base>>);
  static_assert(!std::is_constructible_v<typename M::template shared_ptr<thing>, std::shared_ptr<base>>);
}

TEST_CASE_TEMPLATE("kept_standard: empty pointers own nothing, and keep their address", M, local, shared) {
  const typename M::template shared_ptr<int> null;
  CHECK(std::shared_ptr<int>{null}.use_count() == 0);
  CHECK(std::shared_ptr<int>{null} == nullptr);
  CHECK(typename M::template shared_ptr<int>{std::shared_ptr<int>{}}.use_count() == 0);
  int variable = 5;
  const std::shared_ptr<int> unowned{std::shared_ptr<int>{}, &variable};
  const typename M::template shared_ptr<int> ours = unowned;
  CHECK(ours.use_count() == 0);
  CHECK(ours.get() == &variable);
  CHECK(std::shared_ptr<int>{ours}.get() == &variable);
}

TEST_CASE_TEMPLATE("kept_standard: a function takes either, and the last owner ends the object", M, local, shared) {
  const fixture none_left;
  const auto take_standard = [](std::shared_ptr<thing> taken) { return taken->second; };
  const auto take_ours = [](typename M::template shared_ptr<thing> taken) { return taken->second; };
  CHECK(take_standard(M::template make_shared<thing>()) == 2);
  CHECK(take_ours(std::make_shared<thing>()) == 2);
  CHECK(thing::alive == 0);
  auto deleted = 0;
  {
    typename M::template shared_ptr<thing> ours = std::shared_ptr<thing>{new thing, [&deleted](const thing* gone) {
                                                                           ++deleted;
                                                                           delete gone;
                                                                         }};
    const typename M::template shared_ptr<thing> other = std::shared_ptr<thing>{ours};
    ours.reset();
    CHECK(deleted == 0);
  }
  CHECK(deleted == 1);
}

TEST_CASE("kept_standard: a cycle through a std::shared_ptr is held from outside") {
  struct node : counted<node> {
    ouro::local::shared_ptr<node> next;
  };
  const fixture none_left;
  node* raw = nullptr;
  {
    const auto first = std::make_shared<node>();
    first->next = first;
    raw = first.get();
  }
  CHECK(ouro::gc::collect() == 0);
  CHECK(node::alive == 1);
  raw->next.reset();
  CHECK(node::alive == 0);
}
