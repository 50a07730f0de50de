#include "support/child.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <thread>

using ouro::make;
using ouro::ptr;
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

template <class T>
void collect_cycle_of() {
  {
    const auto object = make<T>();
    object->edge = object;
  }
  ouro::gc::collect();
}

void check(const ouro::test::last_words& said, const char* what, const char* type) {
  INFO(said.text);
  CHECK(said.aborted);
  CHECK(said.text.find(what) != std::string::npos);
  CHECK(said.text.find(type) != std::string::npos);
}

}  // namespace

static_assert(ouro::check_level == 2);

TEST_CASE("misuse: adopting a raw pointer twice is caught, with the type's name (trap 23)") {
  check(run_in_child([] {
          victim* const raw = make<victim>().release();
          const auto first = ptr<victim>::adopt(raw);
          const auto second = ptr<victim>::adopt(raw);
        }),
        "adopted before", "victim");
}

TEST_CASE("misuse: an object of a private heap that is used outside is caught") {
  check(run_in_child([] {
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
  check(run_in_child([] {
          ouro::heap h;
          const ouro::heap::scope in{h};
          std::thread{[&] { const ouro::heap::scope as_well{h}; }}.join();
        }),
        "entered while another thread was in it", "heap");
  check(run_in_child([] {
          auto h = std::make_unique<ouro::heap>();
          const ouro::heap::scope in{*h};
          h.reset();
        }),
        "ended while a thread was in it", "heap");
}

TEST_CASE("misuse: scopes of heaps that do not end in reverse order are caught") {
  check(run_in_child([] {
          ouro::heap h;
          ouro::heap g;
          auto in_h = std::make_unique<ouro::heap::scope>(h);
          const ouro::heap::scope in_g{g};
          in_h.reset();
        }),
        "reverse order", "scope");
}

TEST_CASE("misuse: adopting an object on the stack is caught (trap 23)") {
  check(run_in_child([] {
          alignas(16) char room[64] = {};
          const auto never = ptr<victim>::adopt(::new (room + 16) victim);
        }),
        "was not released", "victim");
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
  check(run_in_child([] {
          const auto object = make<victim>();
          std::thread{[&object] { const auto copy = object; }}.join();
        }),
        "does not own", "victim");
}

TEST_CASE("misuse: an edge that a trace reports twice is caught (trap 38)") {
  check(run_in_child([] { collect_cycle_of<doubled>(); }), "reported an edge twice", "doubled");
}

TEST_CASE("misuse: a trace that copies a pointer or makes an object is caught (trap 41)") {
  check(run_in_child([] { collect_cycle_of<copying>(); }), "a trace function", "copying");
  check(run_in_child([] { collect_cycle_of<making>(); }), "a trace function", "victim");
}

TEST_CASE("misuse: a count that would fall below zero is caught") {
  check(run_in_child([] {
          auto object = make<victim>();
          // As if somebody had taken the only count away.
          ouro::detail::header<ouro::local_refcount>::of(object.get())->count = ouro::count_word::none;
          object.reset();
        }),
        "below zero", "victim");
}

TEST_CASE("misuse: the handler is told, and the program ends when it returns") {
  check(run_in_child([] {
          ouro::set_misuse_handler([](std::string_view, std::string_view type) {
            std::fprintf(stderr, "handler: adopted before, %.*s\n", static_cast<int>(type.size()), type.data());
          });
          victim* const raw = make<victim>().release();
          const auto first = ptr<victim>::adopt(raw);
          const auto second = ptr<victim>::adopt(raw);
        }),
        "handler: adopted before", "victim");
}
