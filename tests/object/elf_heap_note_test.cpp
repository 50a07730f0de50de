#include <ouro/object/elf_heap_note.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>

// How programs and libraries are told of several heaps: tests/shared_objects.

namespace {

/// The notes of a module: one of another program, and then ours, which leads to the address of a heap. The names are
/// padded to four bytes.
struct notes {
  struct {
    std::uint32_t name_bytes = 4;
    std::uint32_t content_bytes = 3;
    std::uint32_t type = 1;
    char name[4] = "GNU";
    char content[4] = "ab";
  } other;
  struct {
    std::uint32_t name_bytes = 5;
    std::uint32_t content_bytes = 4;
    std::uint32_t type = 1;
    char name[8] = "ouro";
    std::int32_t distance = 0;  ///< from here to the address of the heap
  } own;
  const void* heap;

  explicit notes(const void* of) : heap{of} {
    own.distance =
        static_cast<std::int32_t>(reinterpret_cast<const char*>(&heap) - reinterpret_cast<const char*>(&own.distance));
  }

  static constexpr std::size_t all_bytes = 20 + 24;

  void show_to(ouro::detail::heaps_in_use& found, const char* user, std::size_t bytes = all_bytes) const {
    static_assert(sizeof other + sizeof own == all_bytes);
    found.read(reinterpret_cast<const std::byte*>(this), bytes, 4, user);
  }
};

}  // namespace

TEST_CASE("heaps_in_use: finds the heap of each module behind its note, and the first module that names it") {
  ouro::detail::heaps_in_use found;
  const std::size_t before = found.count();
  const int heaps[2] = {};
  notes{&heaps[0]}.show_to(found, "first");
  CHECK(found.count() == before + 1);
  notes{&heaps[0]}.show_to(found, "second");
  CHECK(found.count() == before + 1);
  notes{&heaps[1]}.show_to(found, "third");
  REQUIRE(found.count() == before + 2);
  CHECK(std::string{found.user(before)} == "first");
  CHECK(std::string{found.user(before + 1)} == "third");
}

TEST_CASE("heaps_in_use: reads no note that is cut off, nor one of another name or length") {
  ouro::detail::heaps_in_use found;
  const std::size_t before = found.count();
  const int heap = 0;
  for (std::size_t bytes = 0; bytes != notes::all_bytes; ++bytes) notes{&heap}.show_to(found, "cut off", bytes);
  notes other_name{&heap};
  other_name.own.name[0] = 'O';
  other_name.show_to(found, "another name");
  CHECK(found.count() == before);
  notes{&heap}.show_to(found, "whole");
  CHECK(found.count() == before + 1);
}

TEST_CASE("heaps_in_use: knows 16 heaps at the most") {
  ouro::detail::heaps_in_use found;
  const char heaps[20] = {};
  for (const char& heap : heaps) notes{&heap}.show_to(found, "many");
  CHECK(found.count() == 16);
}

TEST_CASE("heaps_in_use: notes are read up to the end of their segment") {
  struct note {
    std::uint32_t name_bytes = 5, content_bytes = 4, type = 1;
    char name[8] = "ouro";
    std::int32_t distance;  ///< from here to where the address of the heap lies
  };
  static const void* const heaps[] = {&heaps[0], &heaps[1], &heaps[2]};
  struct {
    note notes[3];
    const void* where[3];
  } module{{}, {heaps[0], heaps[1], heaps[2]}};
  for (int i = 0; i != 3; ++i) {
    module.notes[i].distance = static_cast<std::int32_t>(reinterpret_cast<const char*>(&module.where[i]) -
                                                         reinterpret_cast<const char*>(&module.notes[i].distance));
  }
  const auto* const first = reinterpret_cast<const std::byte*>(&module);
  for (const std::size_t notes : {0u, 1u, 2u, 3u}) {
    ouro::detail::heaps_in_use found;
    const std::size_t before = found.count();
    found.read(first, notes * sizeof(note), 4, "module");
    CHECK(found.count() == before + notes);
  }
}
