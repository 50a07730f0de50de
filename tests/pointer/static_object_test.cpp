#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <string_view>
#include <thread>

namespace {

struct token {
  constexpr explicit token(int of) : kind{of} {}
  int kind;
};

struct root {
  ouro::ptr<root> first;
  ouro::ptr<root> second;
};

constinit ouro::static_object<token> end_of_file{7};
constinit ouro::static_object<root> globals{};

using shared = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>;
using biased = ouro::memory<ouro::biased_refcount, ouro::trial_deletion, ouro::pool_allocator>;
constinit ouro::static_object<token, shared> shared_token{8};
constinit ouro::static_object<token, biased> biased_token{9};

}  // namespace

TEST_CASE("static_object: pointers to it are pointers like any, which nobody counts") {
  ouro::ptr<token> at = end_of_file.pointer();
  CHECK(at.get() == &*end_of_file);
  CHECK(at->kind == 7);
  CHECK(ouro::is_immortal(at));
  {
    const auto copy = at;
    const ouro::ptr<const token> other = at;
    CHECK(other == at);
  }
  at = nullptr;
  at = end_of_file.pointer();
  CHECK(ouro::type_name(at).find("token") != std::string_view::npos);
  CHECK(ouro::size_of(at) == 8 + sizeof(token));
  const ouro::weak<token> watcher{at};
  at = nullptr;
  CHECK(watcher.lock() == end_of_file.pointer());
}

TEST_CASE("static_object: holds what it points to, and is no way into it for a collection") {
  ouro::gc::collect();
  globals->first = ouro::make<root>();
  globals->first->first = globals->first;
  globals->first->second = globals.pointer();
  CHECK(ouro::gc::collect() == 0);
  CHECK(globals->first.use_count() == 2);
  globals->first = nullptr;
  CHECK(ouro::gc::collect() == 1);
}

TEST_CASE("static_object: under policies that threads share") {
  std::thread{[] {
    CHECK(shared_token.pointer()->kind == 8);
    CHECK(biased_token.pointer()->kind == 9);
  }}.join();
  const auto one = shared_token.pointer();
  const auto other = biased_token.pointer();
  CHECK(ouro::is_immortal(one));
  CHECK(ouro::is_immortal(other));
}
