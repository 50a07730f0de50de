#pragma once
/// \file
/// The programs of the graph fuzzer: operations of four bytes, from a seed or from whatever bytes there are.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ouro::fuzz {

/// What an operation does; its three operands are numbers of handles, of edges, or amounts. An operation whose handles
/// are null does nothing, so every sequence of bytes is a program.
enum class opcode : std::uint8_t {
  make_plain,  ///< root[a] = a new node, which does b when it ends
  copy_root,   ///< root[a] = root[b]
  move_root,   ///< root[a] = std::move(root[b])
  drop_root,   ///< root[a].reset()
  link,        ///< edge c of root[a] = root[b]
  cut,         ///< edge c of root[a] is reset
  walk,        ///< root[a] = edge c of root[b]
  step_over,   ///< root[a] = edge c of root[a]
  swap_edges,  ///< swaps the left edge of root[a] with the right one of root[b]
  collect,
  collect_young,
  step,   ///< looks at up to 1 << a objects
  watch,  ///< watch[a] = root[b]; with a callback that does c
  lock,   ///< root[a] = watch[b].lock()
  unwatch,
  count
};

inline constexpr std::size_t opcodes = static_cast<std::size_t>(opcode::count);

struct operation {
  opcode what;
  std::uint8_t a, b, c;
};

using program = std::vector<operation>;

/// Sebastiano Vigna's splitmix64: every seed gives another sequence, the same on all systems.
class random_numbers {
 public:
  explicit random_numbers(std::uint64_t seed) noexcept : state_{seed} {}

  [[nodiscard]] std::uint64_t next() noexcept {
    std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
  }

 private:
  std::uint64_t state_;
};

/// How often each operation comes up, relative to the others.
inline constexpr std::array<std::uint8_t, opcodes> weights{20, 8, 4, 16, 20, 8, 8, 6, 3, 1, 1, 3, 4, 4, 2};

/// Each program leaves some operations out and has others more often, so that what rarely comes together does somewhere
/// ("swarm testing": Groce et al., ISSTA 2012).
[[nodiscard]] inline program program_of_seed(std::uint64_t seed, std::size_t operations) {
  random_numbers random{seed};
  std::array<std::uint32_t, opcodes> up_to{};
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i != opcodes; ++i) {
    constexpr std::uint8_t factors[] = {0, 1, 1, 4};
    // What makes, links and drops is in every program.
    const std::uint32_t factor = i <= static_cast<std::size_t>(opcode::link) ? 2 : factors[random.next() >> 62];
    up_to[i] = sum += weights[i] * factor;
  }
  program made;
  made.reserve(operations);
  while (made.size() != operations) {
    const std::uint64_t bits = random.next();
    const auto wanted = static_cast<std::uint32_t>((bits >> 32) % sum);
    std::size_t what = 0;
    while (up_to[what] <= wanted) ++what;
    made.push_back({static_cast<opcode>(what), static_cast<std::uint8_t>(bits), static_cast<std::uint8_t>(bits >> 8),
                    static_cast<std::uint8_t>(bits >> 16)});
  }
  return made;
}

/// For libFuzzer.
[[nodiscard]] inline program program_of_bytes(const std::uint8_t* bytes, std::size_t size) {
  program made;
  for (; size >= 4; bytes += 4, size -= 4)
    made.push_back({static_cast<opcode>(bytes[0] % opcodes), bytes[1], bytes[2], bytes[3]});
  return made;
}

}  // namespace ouro::fuzz
