#include "copy/hooked.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace ouro::test;
using ouro::deepcopy;
using ouro::make;
using ouro::ptr;

TEST_CASE("deep_copy: each object of a deep row is copied once, those that would nest too deep from the last on") {
  const clean after;
  const auto all = row(deep);
  const auto made = deepcopy(all.front());
  CHECK(names_of(made, 99) == "abcdefghijkl");
  CHECK(hooked::alive == 2 * static_cast<int>(deep));
  CHECK(hooked::log.size() == deep);
  CHECK(hooked::log.substr(0, 3) == "abc");
  CHECK(hooked::log[4] == 'l');
  CHECK(hooked::log.back() == 'e');
}

TEST_CASE("deep_copy: the copy of a deep ring is a ring, whether the objects call remember or not") {
  for (const bool remembers : {true, false}) {
    {
      const clean after;
      const auto all = row(deep);
      all.back()->next = all.front();
      for (const auto& each : all) each->remembers = remembers;
      const auto made = deepcopy(all.front());
      CHECK(names_of(made, deep + 1) == "abcdefghijkla");
      CHECK(made.use_count() == 2);
      for (const auto& each : all) CHECK(made != each);
      unlink(all.front());
      unlink(made);
    }
    CHECK(hooked::alive == 0);
  }
}

TEST_CASE("deep_copy: the copy of a ring that begins deep down is a ring") {
  for (std::size_t first = 0; first != deep; ++first) {
    {
      const clean after;
      const auto all = row(deep);
      all.back()->next = all[first];
      all[2]->words = ouro::tuple<ptr<hooked>>{all[first]};
      const auto made = deepcopy(all.front());
      CHECK(names_of(made, deep) == "abcdefghijkl");
      CHECK(hooked::alive == 2 * static_cast<int>(deep));
      ptr<hooked> last = made;
      ptr<hooked> entry;
      for (std::size_t i = 0; i != deep - 1; ++i) {
        if (i == first) entry = last;
        last = last->next;
      }
      if (first == deep - 1) entry = last;
      CHECK(last->next == entry);
      CHECK(ouro::get<0>(made->next->next->words) == entry);
      unlink(all.back());
      unlink(last);
      all[2]->words = {};
      made->next->next->words = {};
    }
    CHECK(hooked::alive == 0);
  }
}

TEST_CASE("deep_copy: a placeholder that was hidden or written to is found out, and nothing of the copy is left") {
  {
    const clean after;
    const auto all = row(deep);
    all.back()->next = all[6];
    std::vector<ptr<hooked>> hidden;
    SUBCASE("hidden") {
      hooked::with_next = [&](hooked& copy, const ptr<hooked>& got) {
        copy.next = got;
        hidden.push_back(got);
      };
    }
    SUBCASE("written to") {
      hooked::with_next = [](hooked& copy, const ptr<hooked>& got) {
        copy.next = got;
        got->written = 1;
      };
    }
    CHECK_THROWS_WITH_AS(static_cast<void>(deepcopy(all.front())), doctest::Contains("hooked"), ouro::copy_unfinished);
    for (std::size_t i = 0; i != deep; ++i) CHECK(all[i].use_count() == (i == 0 ? 1 : i == 6 ? 3 : 2));
    hidden.clear();
    CHECK(hooked::alive == static_cast<int>(deep));
    unlink(all.back());
  }
  CHECK(hooked::alive == 0);
}

TEST_CASE("deep_copy: in a deep ring a deep_copy may return the copy of another object") {
  const clean after;
  const auto all = row(deep);
  all.back()->next = all.front();
  SUBCASE("has that copy") {
    for (std::size_t i = 0; i != deep; ++i) all[i]->is_proxy = i != 7;
    all[7]->remembers = false;
    const auto made = deepcopy(all.front());
    CHECK(made->name == 'h');
    CHECK(made->next == made);
    CHECK(hooked::alive == static_cast<int>(deep) + 1);
    unlink(made);
  }
  SUBCASE("has none, if all do") {
    for (const auto& each : all) each->is_proxy = true;
    CHECK_THROWS_AS(static_cast<void>(deepcopy(all.front())), ouro::copy_unfinished);
    CHECK(hooked::alive == static_cast<int>(deep));
  }
  unlink(all.front());
}

TEST_CASE("deep_copy: an object that nobody asks for may fail to be copied, one that is asked for may not") {
  const clean after;
  const auto all = row(deep);
  const auto aside = make<hooked>('X');
  aside->next = make<hooked>('Y');
  for (const auto& each : all) each->side = aside;
  int refused = 0;
  hooked::at_copy = [&](const hooked& copied) {
    if (copied.name != 'X') return;
    ++refused;
    throw std::runtime_error{"not this one"};
  };
  const auto made = deepcopy(all.front());
  CHECK(refused >= 1);
  CHECK(names_of(made, 99) == "abcdefghijkl");
  CHECK(made->side == aside);
  CHECK(hooked::alive == 2 * static_cast<int>(deep) + 2);
  all.back()->next = aside;
  CHECK_THROWS_AS(static_cast<void>(deepcopy(all.front())), std::runtime_error);
  CHECK(hooked::alive == 2 * static_cast<int>(deep) + 2);
  CHECK(aside.use_count() == static_cast<long>(2 * deep) + 2);
}

TEST_CASE("deep_copy: an exception of any of them leaves nothing of the copy (trap 75)") {
  {
    const clean after;
    const auto all = row(deep);
    for (const bool is_ring : {false, true}) {
      if (is_ring) all.back()->next = all.front();
      for (std::size_t at = 0; at != deep; ++at) {
        hooked::at_copy = [&](const hooked& copied) {
          if (copied.name == all[at]->name) throw std::runtime_error{"no more"};
        };
        CHECK_THROWS_AS(static_cast<void>(deepcopy(all.front())), std::runtime_error);
        REQUIRE(hooked::alive == static_cast<int>(deep));
        for (std::size_t i = 0; i != deep; ++i) REQUIRE(all[i].use_count() == (i == 0 && !is_ring ? 1 : 2));
      }
    }
    unlink(all.front());
  }
  CHECK(hooked::alive == 0);
}

TEST_CASE("deep_copy: one may catch the exception of another, and do without that copy") {
  const clean after;
  const auto all = row(3);
  hooked::at_copy = [](const hooked& copied) {
    if (copied.name == 'c') throw std::runtime_error{"no more"};
  };
  struct forgiving {
    ptr<hooked> what;
    [[nodiscard]] ptr<forgiving> shallow_copy() const { return nullptr; }
    [[nodiscard]] ptr<forgiving> deep_copy(memo_type& memo) const {
      auto made = make<forgiving>();
      try {
        made->what = memo.copy_of(what);
      } catch (const std::runtime_error&) {
        made->what = what;
      }
      return made;
    }
  };
  const auto made = deepcopy(make<forgiving>(all.front()));
  CHECK(made->what == all.front());
  CHECK(hooked::alive == 3);
}

TEST_CASE("deep_copy: a tuple that leads to objects that copy themselves, deep down, is copied") {
  const clean after;
  const auto all = row(deep);
  all.back()->words = ouro::tuple<ptr<hooked>>{all.back()};
  all[1]->words = all.back()->words;
  const auto made = deepcopy(all.front());
  const auto last = made->next->words;
  CHECK_FALSE(last.is(all.back()->words));
  CHECK(ouro::get<0>(last)->name == 'l');
  CHECK(ouro::get<0>(last) != all.back());
  CHECK(ouro::get<0>(last)->words.is(last));
  all.back()->words = {};
  all[1]->words = {};
  ouro::get<0>(last)->words = {};
}

namespace {

/// Its deep_copy returns an existing object that has edges.
struct shared_service {
  ptr<shared_service> itself;
  ptr<hooked> what;
  [[nodiscard]] ptr<shared_service> shallow_copy() const { return nullptr; }
  [[nodiscard]] ptr<shared_service> deep_copy(memo_type& memo) const;
};
ptr<shared_service> the_service;
ptr<shared_service> shared_service::deep_copy(memo_type& memo) const {
  static_cast<void>(memo.copy_of(what));
  return the_service;
}

struct uses_service {
  ptr<shared_service> service;
  ptr<hooked> behind;
};

}  // namespace

TEST_CASE("deep_copy: a failed copy leaves objects as they are that were found, or are the originals") {
  const clean after;
  the_service = make<shared_service>();
  the_service->itself = the_service;
  the_service->what = make<hooked>('w');
  const auto user = make<uses_service>(the_service, make<hooked>('x'));
  const auto other = make<uses_service>(make<shared_service>(), make<hooked>('x'));
  CHECK(deepcopy(user)->service == the_service);
  CHECK(deepcopy(other)->service == the_service);
  hooked::at_copy = [](const hooked& copied) {
    if (copied.name == 'x') throw std::runtime_error{"no more"};
  };
  CHECK_THROWS_AS(static_cast<void>(deepcopy(user)), std::runtime_error);
  CHECK_THROWS_AS(static_cast<void>(deepcopy(other)), std::runtime_error);
  CHECK(the_service->itself == the_service);
  CHECK(the_service->what->name == 'w');
  CHECK(the_service.use_count() == 3);
  the_service->itself = nullptr;
  user->service = nullptr;
  the_service = nullptr;
  CHECK(hooked::alive == 2);
}

namespace {

struct before_base {
  virtual ~before_base() = default;
  int room = 1;
};
/// An interior base, for whose objects there are no placeholders.
struct in_the_middle {
  virtual ~in_the_middle() = default;
  ptr<in_the_middle> next;
};
struct with_middle final : before_base, in_the_middle {
  [[nodiscard]] ptr<with_middle> shallow_copy() const { return nullptr; }
  [[nodiscard]] ptr<with_middle> deep_copy(memo_type& memo) const {
    return with_less_stack([&] {
      auto made = make<with_middle>();
      memo.remember(*this, made);
      made->next = memo.copy_of(next);
      return made;
    });
  }
  void trace(auto&& visit) { visit(next); }
};

}  // namespace

template <>
inline constexpr bool ouro::interior_base<in_the_middle> = true;
template <>
inline constexpr bool ouro::clonable<with_middle> = true;

TEST_CASE("deep_copy: the copy of a deep ring through interior bases is a ring") {
  std::vector<ptr<with_middle>> all;
  for (std::size_t i = 0; i != deep; ++i) {
    all.push_back(make<with_middle>());
    if (i != 0) all[i - 1]->next = all[i];
  }
  all.back()->next = all.front();
  const ptr<in_the_middle> made = deepcopy(all.front());
  ptr<in_the_middle> at = made;
  for (std::size_t i = 0; i != deep; ++i) at = at->next;
  CHECK(at == made);
  CHECK(made.use_count() == 3);
  all.front()->next = nullptr;
  made->next = nullptr;
}

namespace {

using plain_memory = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;

/// Has no trace that shows its edges.
class secretive {
 public:
  explicit secretive(plain_memory::ptr<secretive> after) : next_{std::move(after)} {}
  [[nodiscard]] plain_memory::ptr<secretive> shallow_copy() const { return nullptr; }
  template <class Memo>
  [[nodiscard]] plain_memory::ptr<secretive> deep_copy(Memo& memo) const {
    return with_less_stack([&] { return plain_memory::make<secretive>(memo.copy_of(next_)); });
  }
  [[nodiscard]] std::size_t length() const { return next_ ? next_->length() + 1 : 1; }

 private:
  plain_memory::ptr<secretive> next_;
};

}  // namespace

TEST_CASE("deep_copy: a class without a trace copies itself as deep as the stack reaches") {
  plain_memory::ptr<secretive> first;
  for (std::size_t i = 0; i != deep; ++i) first = plain_memory::make<secretive>(std::move(first));
  const auto made = deepcopy(first);
  CHECK(made != first);
  CHECK(made->length() == deep);
}
