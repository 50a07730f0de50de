#pragma once
/// \file
/// The places of the handles of the graph fuzzer's programs among the roots, and their number.

#include <fuzz/graph/shadow.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace ouro::fuzz {

inline constexpr std::size_t handles = 8;  ///< to nodes
inline constexpr std::size_t few = 2;      ///< of each other kind
inline constexpr std::size_t watches = 4;
inline constexpr std::string_view word_texts[] = {"a word of many characters", "another such word", "and another one",
                                                  "the last of the words"};
inline constexpr std::size_t words = std::size(word_texts);

/// The places of handles among the roots.
[[nodiscard]] constexpr place root_place(std::size_t number) noexcept {
  return {nobody, static_cast<std::uint8_t>(number % handles)};
}
[[nodiscard]] constexpr place loose_place(std::size_t number) noexcept {
  return {nobody, static_cast<std::uint8_t>(handles + number % few)};
}
[[nodiscard]] constexpr place array_place(std::size_t number) noexcept {
  return {nobody, static_cast<std::uint8_t>(handles + few + number % few)};
}
[[nodiscard]] constexpr place part_place(std::size_t number) noexcept {
  return {nobody, static_cast<std::uint8_t>(handles + 2 * few + number % few)};
}
[[nodiscard]] constexpr place tuple_place(std::size_t number) noexcept {
  return {nobody, static_cast<std::uint8_t>(handles + 3 * few + number % few)};
}
[[nodiscard]] constexpr place frozen_place(std::size_t number) noexcept {
  return {nobody, static_cast<std::uint8_t>(handles + 4 * few + number % few)};
}
[[nodiscard]] constexpr place atomic_place(std::size_t number) noexcept {
  return {nobody, static_cast<std::uint8_t>(handles + 5 * few + number % few)};
}
static_assert(handles + 6 * few == most_roots);

}  // namespace ouro::fuzz
