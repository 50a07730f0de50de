// What code does that may become part of a shared object, and notes of others' heaps: compiled as such code is.

#include "support/child.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <dlfcn.h>

#include <string>

static_assert(OURO_HAS_UNLOADING);

struct alignas(8) other_heap {
  const void* begin;
};

// Where the notes below lead to: the beginnings of two heaps.
extern "C" {
extern const other_heap ouro_test_heaps[2];
const other_heap ouro_test_heaps[2] = {{ouro_test_heaps}, {ouro_test_heaps + 1}};
}

// One of the library's for each, and for the first once more; then two that look like these, but for the name and but
// for the length.
__asm__(R"(
.pushsection .note.ouro_test,"a",%note
.balign 4
.long 5, 4, 1
.asciz "ouro"
.balign 4
.long ouro_test_heaps - .
.long 5, 4, 1
.asciz "ouro"
.balign 4
.long ouro_test_heaps + 8 - .
.long 5, 4, 1
.asciz "ouro"
.balign 4
.long ouro_test_heaps - .
.long 5, 4, 1
.asciz "euro"
.balign 4
.long 0
.long 5, 8, 1
.asciz "ouro"
.balign 4
.long 0, 0
.popsection
)");

namespace {

constexpr const char* library = "libBrokenLocale.so.1";  // of glibc, and needed by nobody

bool is_loaded() {
  void* const found = ::dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
  if (found != nullptr) ::dlclose(found);
  return found != nullptr;
}

}  // namespace

TEST_CASE("elf_modules: a library that is kept stays loaded when it is closed") {
  void* opened = ::dlopen(library, RTLD_LAZY);
  if (opened == nullptr) return;  // another C library
  ouro::detail::keep_loaded(nullptr);
  ouro::detail::keep_loaded(library);  // of the program
  CHECK(is_loaded());
  ::dlclose(opened);
  REQUIRE_FALSE(is_loaded());

  opened = ::dlopen(library, RTLD_LAZY);
  ouro::detail::keep_loaded(::dlsym(opened, "__ctype_get_mb_cur_max"));
  ::dlclose(opened);
  CHECK(is_loaded());
}

TEST_CASE("heaps_in_process: counts each heap once, and no notes but the library's") {
  CHECK(ouro::heaps_in_process() == 2);
  CHECK(ouro::test::run_in_child([] { ouro::detail::report_several_heaps(); }).text ==
        "ouro: each of these has a heap of its own, and no object of one must come to another: the program the "
        "program\n");
}
