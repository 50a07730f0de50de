// No input makes the virtual machine of examples/lox crash, run for ever or leak. For libFuzzer, under ASan and UBSan.
// Inputs are random bytes, and programs whose tokens are moved around.

#include "lox/guest.hpp"
#include "lox/scanner.hpp"
#include "lox/token.hpp"

#include <ouro/ouro.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

constexpr std::size_t limit = std::size_t{8} << 20;  ///< bytes of a program's heap
/// Calls and jumps. Between two of them run at most as many instructions as the input is long.
constexpr std::uint64_t patience = 5000;

std::vector<std::string_view> tokens_of(std::string_view source) {
  std::vector<std::string_view> tokens;
  lox::scanner from{source};
  for (lox::token next = from.next(); next.kind != lox::token_kind::end; next = from.next()) {
    if (next.kind != lox::token_kind::error) tokens.push_back(next.text);
  }
  return tokens;
}

/// Copies, removes, swaps or repeats runs of tokens.
std::string rearranged(std::string_view source, std::minstd_rand& random) {
  std::vector<std::string_view> tokens = tokens_of(source);
  for (std::size_t changes = 1 + random() % 4; changes != 0 && !tokens.empty(); --changes) {
    const std::size_t from = random() % tokens.size();
    const std::size_t run = std::min<std::size_t>(1 + random() % 12, tokens.size() - from);
    const auto first = tokens.begin() + static_cast<std::ptrdiff_t>(from);
    const auto last = first + static_cast<std::ptrdiff_t>(run);
    switch (random() % 4) {
      case 0:
        tokens.erase(first, last);
        break;
      case 1:
        tokens[random() % tokens.size()] = *first;
        break;
      case 2:
        std::iter_swap(first, tokens.begin() + static_cast<std::ptrdiff_t>(random() % tokens.size()));
        break;
      default: {
        const std::vector<std::string_view> copied{first, last};
        tokens.insert(tokens.begin() + static_cast<std::ptrdiff_t>(random() % (tokens.size() + 1)), copied.begin(),
                      copied.end());
      }
    }
  }
  std::string program;
  for (const std::string_view each : tokens) program.append(each).append(" ");
  return program;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  std::minstd_rand random{seed};
  if (random() % 2 == 0) return LLVMFuzzerMutate(data, size, most);
  const std::string program = rearranged({reinterpret_cast<const char*>(data), size}, random);
  if (program.empty() || program.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::copy(program.begin(), program.end(), data);
  return program.size();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view source{reinterpret_cast<const char*>(data), size};
  lox::guest<ouro::default_memory> program{limit};
  program.set_patience(patience);
  program.interpret(source);
  program.set_patience(patience);
  program.interpret(source);  // with the variables that the first run has left
  const lox::statistics sums = program.end();
  // No object is left. Some shapes of their fields stay; their names are no longer than the program.
  if (sums.bytes_left > 1024 + 64 * size) {
    std::fprintf(stderr, "%zu bytes are left\n", sums.bytes_left);
    std::abort();
  }
  return 0;
}
