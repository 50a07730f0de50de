// lox: runs a program of the language Lox (Robert Nystrom, "Crafting Interpreters"), or what is typed.
//
// usage: lox [--stats] [--limit BYTES] [FILE]
//
// The limit holds for the heap of the program, which takes pools of 32 KiB, one at least for each size of object. The
// least useful one is 163840 bytes, five pools: with less no program runs at all on 64 bits. Each further size of
// object takes a pool more.

#include "guest.hpp"

#include <ouro/ouro.hpp>

#include <charconv>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <new>
#include <string>
#include <string_view>
#include <system_error>

namespace {

using guest = lox::guest<ouro::default_memory>;

// As sysexits.h calls them.
constexpr int usage_error = 64;
constexpr int data_error = 65;
constexpr int software_error = 70;
constexpr int io_error = 74;

int exit_code(lox::outcome of) {
  switch (of) {
    case lox::outcome::compile_error:
      return data_error;
    case lox::outcome::runtime_error:
      return software_error;
    case lox::outcome::success:
      break;
  }
  return 0;
}

int run_file(guest& in, const char* path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    std::fprintf(stderr, "Could not open file \"%s\".\n", path);
    return io_error;
  }
  try {
    const std::string source{std::istreambuf_iterator<char>{file}, {}};
    return exit_code(in.interpret(source));
  } catch (const std::ios_base::failure&) {
    std::fprintf(stderr, "Could not read file \"%s\".\n", path);
    return io_error;
  }
}

int run_prompt(guest& in) {
  guest::script last;  // a line that is given again is not compiled again
  for (std::string line; std::fputs("> ", stdout), std::fflush(stdout), std::getline(std::cin, line);) {
    try {
      last = in.load(line);
      in.interpret(last);
    } catch (const std::bad_alloc&) {  // while it compiled the line; the next one may be shorter
      std::fprintf(stderr, "Out of memory.\n");
    }
  }
  std::fputc('\n', stdout);
  return 0;
}

void print(const lox::statistics& costs) {
  std::fprintf(stderr, "objects made           %zu\n", costs.made);
  std::fprintf(stderr, "  freed by their count %zu\n", costs.by_count);
  std::fprintf(stderr, "  freed by collections %zu\n", costs.by_collector);
  std::fprintf(stderr, "bytes at the end       %zu, and %zu without variables\n", costs.bytes, costs.bytes_left);
  std::fprintf(stderr, "collections            %zu, the longest %.1f us\n", costs.collections,
               static_cast<double>(costs.longest_pause) / 1000.0);
}

/// Bytes that are given as a decimal number; 0 when they are not, or are too many.
std::size_t limit_of(std::string_view given) {
  std::size_t bytes = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), bytes);
  return error == std::errc{} && end == given.data() + given.size() ? bytes : 0;
}

int usage() {
  std::fprintf(stderr, "Usage: lox [--stats] [--limit bytes] [path]\n");
  return usage_error;
}

}  // namespace

int main(int argc, char** argv) {
  bool wants_stats = false;
  std::size_t limit = ouro::heap::unlimited;
  int next = 1;
  for (; next < argc && std::string_view{argv[next]}.starts_with("--"); ++next) {
    const std::string_view option{argv[next]};
    if (option == "--stats") {
      wants_stats = true;
    } else if (option == "--limit" && next + 1 < argc) {
      limit = limit_of(argv[++next]);
      if (limit == 0) return usage();
    } else {
      return usage();
    }
  }
  if (argc - next > 1) return usage();
  if (std::error_code ignored; next < argc && std::filesystem::is_directory(argv[next], ignored)) {
    std::fprintf(stderr, "\"%s\" is a directory.\n", argv[next]);
    return usage();
  }
  try {
    guest program{limit};
    const int code = argc == next ? run_prompt(program) : run_file(program, argv[next]);
    std::fflush(stdout);
    if (wants_stats) print(program.end());
    return code;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "Out of memory.\n");
    return software_error;
  }
}
