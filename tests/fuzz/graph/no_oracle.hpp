#pragma once
/// \file
/// The oracle of printed programs of the graph fuzzer.

#include <fuzz/graph/shadow.hpp>

#include <cstddef>
#include <cstdint>

namespace ouro::fuzz {

/// Has the functions of an oracle that objects and user code call, and knows nothing.
struct no_oracle {
  [[nodiscard]] static bool has_spare_room() noexcept { return true; }
  [[nodiscard]] static bool is_alive(object_id) noexcept { return false; }
  [[nodiscard]] static std::uint64_t serial(object_id) noexcept { return 0; }
  static object_id born(object_kind, const void*) noexcept { return 0; }
  static object_id born_as_copy(const void*, object_id) noexcept { return 0; }
  static void dies(object_id, const edges_seen&) noexcept {}
  static void finalizes(object_id, const edges_seen&) noexcept {}
  static void disturb() noexcept {}
  static void set(place, object_id) noexcept {}
  static void clear_edges(object_id, std::size_t, std::size_t) noexcept {}
};

}  // namespace ouro::fuzz
