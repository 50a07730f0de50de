#include "support/misuse.hpp"
#include "support/child.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

using ouro::make;
using ouro::ptr;
using ouro::test::check_misuse;
using ouro::test::run_in_child;

namespace {

struct victim {
  int value = 0;
};

struct doubled {
  ptr<doubled> edge;
  void trace(auto&& visit) { visit(edge, edge); }
};

struct copying {
  ptr<copying> edge;
  void trace(auto&& visit) {
    ptr<copying> copy = edge;
    visit(copy);
  }
};

struct making {
  ptr<making> edge;
  ptr<victim> made;
  void trace(auto&& visit) {
    made = make<victim>();
    visit(edge);
  }
};

/// Reports an edge of another object, which that object reports as well.
struct stealing {
  ptr<stealing> edge;
  stealing* other = nullptr;
  void trace(auto&& visit) {
    visit(edge);
    if (other != nullptr) visit(other->edge);
  }
};

template <class T>
void collect_cycle_of() {
  {
    const auto object = make<T>();
    object->edge = object;
  }
  ouro::gc::collect();
}

}  // namespace

static_assert(ouro::check_level == 2);

TEST_CASE("misuse: adopting a raw pointer twice is caught, with the type's name (trap 23)") {
  check_misuse(run_in_child([] {
                 victim* const raw = make<victim>().release();
                 const auto first = ptr<victim>::adopt(raw);
                 const auto second = ptr<victim>::adopt(raw);
               }),
               "adopted before", "victim");
}

TEST_CASE("misuse: an object of a private heap that is used outside is caught") {
  check_misuse(run_in_child([] {
                 ouro::heap h;
                 ptr<victim> leaked;
                 {
                   const ouro::heap::scope in{h};
                   leaked = make<victim>();
                 }
                 const ptr<victim> copy = leaked;
               }),
               "outside its private heap", "victim");
}

TEST_CASE("misuse: a private heap that two threads enter is caught, and one that ends while a thread is in it") {
  check_misuse(run_in_child([] {
                 ouro::heap h;
                 const ouro::heap::scope in{h};
                 std::thread{[&] { const ouro::heap::scope as_well{h}; }}.join();
               }),
               "entered while another thread was in it", "heap");
  check_misuse(run_in_child([] {
                 auto h = std::make_unique<ouro::heap>();
                 const ouro::heap::scope in{*h};
                 h.reset();
               }),
               "ended while a thread was in it", "heap");
}

TEST_CASE("misuse: scopes of heaps that do not end in reverse order are caught") {
  check_misuse(run_in_child([] {
                 ouro::heap h;
                 ouro::heap g;
                 auto in_h = std::make_unique<ouro::heap::scope>(h);
                 const ouro::heap::scope in_g{g};
                 in_h.reset();
               }),
               "reverse order", "scope");
}

TEST_CASE("misuse: a pause that ends in another heap than it began in is caught") {
  check_misuse(run_in_child([] {
                 ouro::heap h;
                 std::optional<ouro::heap::scope> in{h};
                 std::optional<ouro::gc::pause> pause{std::in_place};
                 in.reset();
                 pause.reset();
               }),
               "in the heap in which it began", "pause");
}

TEST_CASE("misuse: adopting an object on the stack is caught (trap 23)") {
  check_misuse(run_in_child([] {
                 alignas(16) char room[64] = {};
                 const auto never = ptr<victim>::adopt(::new (room + 16) victim);
               }),
               "was not released", "victim");
}

TEST_CASE("misuse: adopting what a pointer with other policies released is caught (trap 23)") {
  using shared = ouro::managed_ptr<victim, ouro::biased_refcount, ouro::no_collector, ouro::pool_allocator>;
  check_misuse(run_in_child([] { const auto never = shared::adopt(make<victim>().release()); }),
               "was not released by a pointer with these policies", "victim");
}

TEST_CASE(
    "misuse: outside the heap of its object a raw pointer may be adopted, and the pointer not dropped (trap 23)") {
  check_misuse(
      run_in_child([] {
        ouro::heap h;
        victim* raw = nullptr;
        {
          const ouro::heap::scope in{h};
          raw = make<victim>().release();
        }
        auto transported = ptr<victim>::adopt(raw);
        raw = transported.release();
        {
          const ouro::heap::scope in{h};
          const auto home = ptr<victim>::adopt(raw);
          raw = make<victim>().release();
        }
        std::fputs("at home; ", stderr);
        const auto dropped = ptr<victim>::adopt(raw);
      }),
      "at home; ouro: a thread that does not own the object has used it, or it was used outside its private heap",
      "victim");
}

TEST_CASE("misuse: a released pointer that is adopted once is no misuse") {
  const auto said = run_in_child([] {
    for (int i = 0; i != 3; ++i) {
      auto object = make<victim>();
      const auto second = object;
      victim* const raw = object.release();
      const auto back = ptr<victim>::adopt(raw);
    }
  });
  CHECK_FALSE(said.aborted);
  CHECK(said.text == "");
}

TEST_CASE("misuse: an object used by a thread that does not own it is caught (trap 62)") {
  check_misuse(run_in_child([] {
                 const auto object = make<victim>();
                 std::thread{[&object] { const auto copy = object; }}.join();
               }),
               "does not own", "victim");
}

TEST_CASE("misuse: an edge that a trace reports twice is caught (trap 38)") {
  check_misuse(run_in_child([] { collect_cycle_of<doubled>(); }),
               "a trace reported the edge at byte 0 of its object twice", "doubled");
}

TEST_CASE("misuse: an edge that a trace reports of another object is caught (trap 38)") {
  check_misuse(run_in_child([] {
                 {
                   const auto first = make<stealing>();
                   const auto second = make<stealing>();
                   first->edge = first;
                   second->edge = second;
                   first->other = second.get();
                   second->other = first.get();
                 }
                 ouro::gc::collect();
               }),
               "or one it does not own", "stealing");
}

TEST_CASE("misuse: a trace that copies a pointer or makes an object is caught (trap 41)") {
  check_misuse(run_in_child([] { collect_cycle_of<copying>(); }), "a trace function", "copying");
  check_misuse(run_in_child([] { collect_cycle_of<making>(); }), "a trace function", "victim");
}

TEST_CASE("misuse: a count that would fall below zero is caught") {
  check_misuse(run_in_child([] {
                 auto object = make<victim>();
                 // As if the only pointer had been dropped already.
                 ouro::detail::header<ouro::local_refcount>::of(object.get())->count = ouro::count_word::none;
                 object.reset();
               }),
               "below zero", "victim");
}

TEST_CASE("misuse: the handler is told, and the program ends when it returns") {
  check_misuse(run_in_child([] {
                 ouro::set_misuse_handler([](std::string_view, std::string_view type) {
                   std::fprintf(stderr, "handler: adopted before, %.*s\n", static_cast<int>(type.size()), type.data());
                 });
                 victim* const raw = make<victim>().release();
                 const auto first = ptr<victim>::adopt(raw);
                 const auto second = ptr<victim>::adopt(raw);
               }),
               "handler: adopted before", "victim");
}

namespace {

struct first_base {
  virtual ~first_base() = default;
  void trace(auto&&) {}
  int value = 1;
};

struct second_base {
  virtual ~second_base() = default;
  void trace(auto&&) {}
  virtual int second() const = 0;
};

/// Abstract: where its bases lie is not known before there is an object.
struct abstract : first_base, second_base {
  void trace(auto&&) {}
};

struct whole : abstract {
  [[nodiscard]] int second() const override { return 2; }
};

struct escaping {
  ptr<escaping> edge;
  void trace(auto&& visit) { visit(edge); }
  ~escaping() {
    // As if a new pointer to the object had been made.
    ++ouro::detail::header<ouro::local_refcount>::of(this)->count;
  }
};

struct damaged {
  [[nodiscard]] bool is_valid() const { return is_whole; }
  bool is_whole;
};

}  // namespace

TEST_CASE("misuse: a base class that does not lie at the beginning of its object is caught (trap 11)") {
  const auto said = run_in_child([] {
    const ptr<abstract> object = make<whole>();
    const ptr<first_base> first = object;
    if (first->value != 1) std::abort();
  });
  CHECK_FALSE(said.aborted);
  check_misuse(run_in_child([] {
                 const ptr<abstract> object = make<whole>();
                 const ptr<second_base> second = object;
               }),
               "converted to a base class that does not lie at the beginning", "second_base");
  check_misuse(run_in_child([] {
                 const ptr<first_base> object = make<whole>();
                 const auto second = ouro::dynamic_pointer_cast<second_base>(object);
               }),
               "cast to a base class that does not lie at the beginning", "second_base");
}

TEST_CASE("misuse: a destructor of garbage that lets a pointer to its object escape is caught (trap 56)") {
  check_misuse(run_in_child([] { collect_cycle_of<escaping>(); }), "let a pointer to its object escape", "escaping");
}

TEST_CASE("misuse: more types than there are numbers are caught, and an object of none is unknown") {
  check_misuse(run_in_child([] {
                 make<victim>();
                 const auto& record = ouro::detail::record_of(1u << ouro::detail::info_word::type_shift);
                 for (std::size_t i = 0; i != ouro::detail::type_table::capacity; ++i) {
                   ouro::detail::registered_types.add(record);
                 }
               }),
               "more than 65535 managed types", "");
  CHECK(ouro::detail::name_in_report(0xFFFFu << ouro::detail::info_word::type_shift) == "unknown");
}

TEST_CASE("misuse: shared objects of different check levels in one program are reported (trap 65)") {
  static ouro::detail::type_table types;
  static const ouro::detail::type_record checked{nullptr, nullptr, nullptr, nullptr,   nullptr,
                                                 nullptr, nullptr, nullptr, "checked", 1};
  static const ouro::detail::type_record unchecked{nullptr, nullptr, nullptr, nullptr,     nullptr,
                                                   nullptr, nullptr, nullptr, "unchecked", 0};
  CHECK(types.add(checked) == 1);
  CHECK(types.add(checked) == 2);
  check_misuse(run_in_child([] { types.add(unchecked); }), "shared objects of different check levels", "unchecked");
}

TEST_CASE("misuse: a structure of the library's own that is damaged ends the program") {
  check_misuse(run_in_child([] { ouro::detail::check_whole(damaged{false}, "some structure"); }),
               "structure is damaged", "some structure");
  CHECK_FALSE(run_in_child([] { ouro::detail::check_whole(damaged{true}, "some structure"); }).aborted);
}

TEST_CASE("root_buffer: notices damage of each of its members") {
  using header = ouro::detail::header<ouro::local_refcount>;
  using buffer = ouro::detail::root_buffer<ouro::local_refcount>;
  constexpr std::uint32_t mark = ouro::detail::info_word::buffered;
  buffer candidates{mark};
  header objects[4] = {{1, 2}, {1, 2}, {1, 2}, {1, 2}};
  for (header& each : objects) {
    REQUIRE(candidates.make_room());
    candidates.enter(each);
  }
  CHECK(candidates.is_valid());
  candidates.leave(objects[1]);
  candidates.leave(objects[2]);
  CHECK(candidates.is_valid());
  CHECK(candidates.size() == 2);

  const std::uint32_t buffered = objects[0].info;
  objects[0].info = objects[3].info;  // not the slot that the buffer has it in
  CHECK_FALSE(candidates.is_valid());
  objects[0].info = buffered;
  CHECK(candidates.is_valid());
  CHECK(candidates.take(0).object == &objects[0]);  // a hole that is not linked yet
  CHECK_FALSE(candidates.is_valid());
  candidates.close_up();
  CHECK(candidates.is_valid());
  CHECK_FALSE(candidates.reserve(static_cast<std::size_t>(-1)));
  candidates.leave(objects[3]);
  CHECK(candidates.size() == 0);
  candidates.release();
}

TEST_CASE("root_buffer: notices a hole that leads to itself, to a candidate, or out of the buffer") {
  using header = ouro::detail::header<ouro::local_refcount>;
  using buffer = ouro::detail::root_buffer<ouro::local_refcount>;
  constexpr std::uint32_t mark = ouro::detail::info_word::buffered;
  constexpr std::uint32_t none = std::uint32_t{1} << 30;
  buffer candidates{mark};
  header objects[5] = {{1, 2}, {1, 2}, {1, 2}, {1, none}, {1, none}};
  for (header& each : objects) {
    REQUIRE(candidates.make_room());
    candidates.enter(each);
  }
  CHECK(candidates.take(4).object == &objects[4]);
  candidates.close_up();  // without the last slot
  candidates.leave(objects[1]);
  candidates.leave(objects[2]);
  const header second{1, 2u << ouro::detail::info_word::slot_shift | mark};
  std::uint32_t& next = candidates.info(second);
  CHECK(next == 1);
  CHECK(candidates.is_valid());
  // The latter two end as the list does, and so make it no longer.
  for (const std::uint32_t wrong : {2u, 3u, 4u}) {
    next = wrong;
    CHECK_FALSE(candidates.is_valid());
  }
  next = 1;
  CHECK(candidates.is_valid());
  candidates.release();
}
