#pragma once
/// \file
/// How many bytes a graph takes.

#include "managed_memory.hpp"
#include "package.hpp"
#include "shared_memory.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace package_graph {

/// Bytes. What malloc itself adds to each block is left out.
struct footprint {
  std::size_t objects = 0;         ///< blocks of the packages
  std::size_t edges = 0;           ///< arrays of the edges
  std::size_t characters = 0;      ///< blocks of characters outside of the strings themselves
  std::size_t string_handles = 0;  ///< the strings themselves; part of `objects` and `edges` too

  [[nodiscard]] std::size_t total() const { return objects + edges + characters; }
  /// What strings alone cost, characters and handles.
  [[nodiscard]] std::size_t strings() const { return characters + string_handles; }
};

/// Blocks of characters on the heap, one for each string that does not fit into itself.
inline std::size_t character_bytes(const package_roots<shared_memory>& roots) {
  std::size_t bytes = 0;
  for_each_string<shared_memory>(roots, [&](const std::string& text) {
    const auto* const self = reinterpret_cast<const char*>(&text);
    const bool fits = std::less_equal<>()(self, text.data()) && std::less<>()(text.data(), self + sizeof(std::string));
    if (!fits) bytes += text.capacity() + 1;
  });
  return bytes;
}

/// Blocks of characters, one for each value: by what the pools hold more when the same strings are made anew.
/// \pre no graph of `managed_memory` lives, so that none of the strings exists
inline std::size_t interned_character_bytes(const package_roots<shared_memory>& same_strings) {
  const std::size_t before = ouro::pool_allocator::statistics().used_bytes;
  std::vector<ouro::interned_string> interned;
  for_each_string<shared_memory>(same_strings, [&](const std::string& text) { interned.emplace_back(text); });
  return ouro::pool_allocator::statistics().used_bytes - before;
}

/// All but the characters, which each memory counts in its own way.
template <class Memory>
footprint footprint_of(const package_roots<Memory>& roots) {
  footprint sum;
  sum.objects = roots.size() * Memory::block_bytes(roots.front());
  for (const auto& each : roots) sum.edges += each->depends.capacity() * sizeof each->depends.front();
  for_each_string<Memory>(roots, [&](const auto& text) { sum.string_handles += sizeof text; });
  return sum;
}

}  // namespace package_graph
