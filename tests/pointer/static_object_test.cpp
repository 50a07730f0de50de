#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

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

/// The header in front of the object.
template <class Refcount, class Pointer>
auto words_of(const Pointer& object) {
  std::array<std::byte, sizeof(ouro::detail::header<Refcount>)> words;
  std::memcpy(words.data(), object.owner(), words.size());
  return words;
}

}  // namespace

TEST_CASE("static_object: pointers to it behave as all pointers, and are not counted") {
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

TEST_CASE("static_object: keeps what it points to alive, and no collection walks through it") {
  ouro::gc::collect();
  globals->first = ouro::make<root>();
  globals->first->first = globals->first;
  globals->first->second = globals.pointer();
  CHECK(ouro::gc::collect() == 0);
  CHECK(globals->first.use_count() == 2);
  globals->first = nullptr;
  CHECK(ouro::gc::collect() == 1);
}

TEST_CASE("static_object: its header stays as it is, however many pointers are made and dropped, on any thread") {
  const auto check = [](auto refcount, auto& object, int kind) {
    using policy = decltype(refcount);
    const auto first = object.pointer();
    const auto before = words_of<policy>(first);
    const auto use = [&first, &before, kind] {
      std::vector<std::remove_const_t<decltype(first)>> copies(100, first);
      CHECK(copies.back()->kind == kind);
      CHECK(words_of<policy>(first) == before);
    };
    use();
    CHECK(words_of<policy>(first) == before);
    if constexpr (policy::is_thread_safe) std::thread{use}.join();
    CHECK(words_of<policy>(first) == before);
    CHECK(ouro::is_immortal(first));
  };
  check(ouro::local_refcount{}, end_of_file, 7);
  check(ouro::atomic_refcount{}, shared_token, 8);
  check(ouro::biased_refcount{}, biased_token, 9);
}
