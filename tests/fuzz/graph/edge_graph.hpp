#pragma once
/// \file
/// The objects and edges that the oracle of the graph fuzzer knows.

#include <fuzz/graph/expect.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace ouro::fuzz {

/// The number of an object. It may be given to another object after the death of this one.
using object_id = std::uint8_t;
inline constexpr object_id nobody = 255;
inline constexpr std::size_t most_objects = 64;
inline constexpr std::size_t most_edges = 32;
inline constexpr std::size_t most_roots = 20;

enum class object_kind : std::uint8_t { node, array, tuple };

/// The targets of an object's edges, as the object itself sees them.
using edges_seen = std::array<const void*, most_edges>;

/// A strong handle, the `index`th edge of an object or of the roots.
struct place {
  object_id owner;  ///< `nobody`: a root
  std::uint8_t index;
};

/// Objects, dead or alive, and the handles that lead to them, which each object counts.
class edge_graph {
 public:
  using mask = std::uint64_t;  ///< of objects

  edge_graph() noexcept { roots_.fill(nobody); }

  [[nodiscard]] mask alive() const noexcept { return alive_; }
  [[nodiscard]] bool is_alive(object_id of) const noexcept { return (alive_ >> of & 1) != 0; }
  [[nodiscard]] const void* raw(object_id of) const noexcept { return objects_[of].raw; }
  [[nodiscard]] object_kind kind(object_id of) const noexcept { return objects_[of].kind; }
  [[nodiscard]] std::uint64_t serial(object_id of) const noexcept { return objects_[of].serial; }

  [[nodiscard]] object_id get(place at) noexcept { return at_place(at); }

  void set(place at, object_id to) noexcept {
    object_id& held = at_place(at);
    if (to != nobody) ++objects_[to].pointers;
    if (held != nobody) --objects_[held].pointers;
    held = to;
  }

  object_id take(place at) noexcept {
    const object_id held = get(at);
    set(at, nobody);
    return held;
  }

  void swap(place first, place second) noexcept { std::swap(at_place(first), at_place(second)); }

  // Consecutive edges that are the elements of a list.

  void insert_edge(object_id owner, std::size_t first, std::size_t index, std::size_t size, object_id to) noexcept {
    for (std::size_t i = size; i != index; --i) {
      swap(edge_of(owner, first + i), edge_of(owner, first + i - 1));
    }
    set(edge_of(owner, first + index), to);
  }

  void erase_edge(object_id owner, std::size_t first, std::size_t index, std::size_t size) noexcept {
    set(edge_of(owner, first + index), nobody);
    for (std::size_t i = index; i + 1 < size; ++i) swap(edge_of(owner, first + i), edge_of(owner, first + i + 1));
  }

  void clear_edges(object_id owner, std::size_t first, std::size_t size) noexcept {
    for (std::size_t i = 0; i != size; ++i) set(edge_of(owner, first + i), nobody);
  }

  void swap_edges(object_id one, object_id other, std::size_t first, std::size_t size) noexcept {
    for (std::size_t i = first; i != first + size; ++i) swap(edge_of(one, i), edge_of(other, i));
  }

  [[nodiscard]] mask roots() const noexcept {
    mask found = 0;
    for (const object_id each : roots_) {
      if (each != nobody) found |= mask{1} << each;
    }
    return found;
  }

  /// These objects and all that are reached from them.
  [[nodiscard]] mask reached(mask from) const noexcept {
    mask open = from;
    while (open != 0) {
      const auto at = static_cast<std::size_t>(std::countr_zero(open));
      open &= open - 1;
      for (const object_id to : objects_[at].edges) {
        if (to == nobody || (from >> to & 1) != 0) continue;
        from |= mask{1} << to;
        open |= mask{1} << to;
      }
    }
    return from;
  }

  void expect_edges(object_id of, const edges_seen& seen) const noexcept {
    for (std::size_t i = 0; i != most_edges; ++i) {
      const object_id to = objects_[of].edges[i];
      expect(seen[i] == (to == nobody ? nullptr : objects_[to].raw), "an edge leads to another object");
    }
  }

  void edges_are(object_id of, const edges_seen& seen) noexcept {
    for (std::size_t i = 0; i != most_edges; ++i) set(edge_of(of, i), find(seen[i]));
  }

  /// The live object at the address, or `nobody`.
  [[nodiscard]] object_id find(const void* raw) const noexcept {
    object_id found = nobody;
    each(alive_, [&](object_id at) {
      if (raw != nullptr && objects_[at].raw == raw) found = at;
    });
    return found;
  }

  [[nodiscard]] bool leads_to(object_id from, object_id to) const noexcept {
    return std::ranges::find(objects_[from].edges, to) != objects_[from].edges.end();
  }

  static void each(mask of, auto see) noexcept {
    for (; of != 0; of &= of - 1) see(static_cast<object_id>(std::countr_zero(of)));
  }

 protected:
  struct object {
    object() noexcept { edges.fill(nobody); }

    const void* raw = nullptr;
    object_id copied_from = nobody;  ///< while copies are made
    std::uint64_t serial = 0;
    object_kind kind{};
    std::uint32_t pointers = 0;  ///< that lead to it
    std::array<object_id, most_edges> edges;
  };

  [[nodiscard]] static constexpr place edge_of(object_id owner, std::size_t index) noexcept {
    return {owner, static_cast<std::uint8_t>(index)};
  }

  [[nodiscard]] object_id& at_place(place at) noexcept {
    return at.owner == nobody ? roots_[at.index] : objects_[at.owner].edges[at.index];
  }

  std::array<object, most_objects> objects_{};
  std::array<object_id, most_roots> roots_{};
  mask alive_ = 0;
};

}  // namespace ouro::fuzz
