#pragma once
/// \file
/// What collections print to `stderr` when `gc::set_debug` asks for it: CPython's lines.

#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/object/worklist_entry.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

OURO_NOINLINE inline void print_start(std::size_t generation, std::size_t young, std::size_t old) noexcept {
  std::fprintf(stderr, "gc: collecting generation %zu...\ngc: objects in each generation: %zu %zu\n", generation, young,
               old);
}

/// `pause` in nanoseconds.
OURO_NOINLINE inline void print_stop(std::size_t collected, std::size_t uncollectable, std::uint64_t pause) noexcept {
  std::fprintf(stderr, "gc: done, %zu unreachable, %zu uncollectable, %.4fs elapsed\n", collected, uncollectable,
               static_cast<double>(pause) / 1e9);
}

OURO_NOINLINE inline void print_uncollectable(std::size_t objects) noexcept {
  if (objects != 0) std::fprintf(stderr, "gc: uncollectable: %zu objects\n", objects);
}

template <class RefcountPolicy>
OURO_NOINLINE void print_garbage(const worklist_entry* garbage, std::size_t objects) noexcept {
  for (std::size_t i = 0; i != objects; ++i) {
    auto* const object = static_cast<header<RefcountPolicy>*>(garbage[i].header);
    const std::string_view name = record_of(object->load_info()).name;
    std::fprintf(stderr, "gc: collectable <%.*s %p>\n", static_cast<int>(name.size()), name.data(), object->object());
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
