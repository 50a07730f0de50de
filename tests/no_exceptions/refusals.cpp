// Where other programs are thrown an exception, those without them end: with a word of what was wrong, if it was their
// mistake.

#include "support/child.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdio>
#include <limits>
#include <memory_resource>
#include <string>
#include <string_view>

namespace {

struct no_memory {
  static void* allocate(std::size_t, std::size_t) noexcept { return nullptr; }
  static void deallocate(void*, std::size_t, std::size_t) noexcept {}
};

struct open_class {
  open_class() = default;
  open_class(const open_class&) = default;
  open_class& operator=(const open_class&) = default;
  virtual ~open_class() = default;
  void trace(auto&&) {}
};

struct derived : open_class {};

template <class Action>
bool ends(std::string_view with, Action action) {
  const auto said = ouro::test::run_in_child(action);
  const bool right = said.aborted && said.text.find(with) != std::string::npos;
  if (!right)
    std::fprintf(stderr, "expected to end with \"%s\", but: %s\n", std::string{with}.c_str(), said.text.c_str());
  return right;
}

bool resources_are_told_apart() {
  ouro::allocator_resource<> one;
  ouro::allocator_resource<> other;
  return one.is_equal(one) && !one.is_equal(other);
}

bool nothing_thrown_is_reported_by_its_type() {
  const auto said = ouro::test::run_in_child([] { ouro::detail::unraisable("node"); });
  return !said.aborted && said.text == "ouro: exception ignored: exception of unknown type [type: node]\n";
}

bool null_is_cast_to_null() { return ouro::dynamic_pointer_cast<derived>(ouro::ptr<open_class>{}) == nullptr; }

}  // namespace

int main() {
  const bool all =
      ends("", [] { ouro::make_managed<int, ouro::local_refcount, ouro::no_collector, no_memory>(1); }) &&
      ends("",
           [] {
             static_cast<void>(ouro::standard_allocator<int>{}.allocate(std::numeric_limits<std::size_t>::max()));
           }) &&
      ends("", [] { const ouro::ptr<int> locked{ouro::weak<int>{}}; }) &&
      ends("", [] { ouro::function<void()>{}(); }) &&
      ends("no such key", [] { static_cast<void>(ouro::dict<int, int>{}.at(1)); }) && ends("not clonable", [] {
        const ouro::ptr<open_class> object = ouro::make<derived>();
        static_cast<void>(ouro::copy(object));
      });
  return all && null_is_cast_to_null() && resources_are_told_apart() && nothing_thrown_is_reported_by_its_type() ? 0
                                                                                                                 : 1;
}
