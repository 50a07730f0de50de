// lox: runs a program of the language Lox (Robert Nystrom, "Crafting Interpreters"), or what is typed.
//
// usage: lox [--stats] [--limit BYTES] [FILE]

#include "guest.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <new>
#include <string>
#include <string_view>

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
  const std::string source{std::istreambuf_iterator<char>{file}, {}};
  return exit_code(in.interpret(source));
}

int run_prompt(guest& in) {
  guest::script last;  // a line that is given again is not compiled again
  for (std::string line; std::fputs("> ", stdout), std::fflush(stdout), std::getline(std::cin, line);) {
    last = in.load(line);
    in.interpret(last);
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
    } else if (option == "--limit" && next + 1 < argc && std::atoll(argv[next + 1]) > 0) {
      limit = static_cast<std::size_t>(std::atoll(argv[++next]));
    } else {
      return usage();
    }
  }
  if (argc - next > 1) return usage();
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
