/// \file
/// package_graph: the packages of this machine and what they need, as managed objects. See `--help`.

#include "comparison.hpp"
#include "dpkg_status.hpp"
#include "report.hpp"

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace package_graph;

constexpr int all_holds = 0;
constexpr int a_check_failed = 1;
constexpr int bad_input = 2;

constexpr const char* database_of_this_machine = "/var/lib/dpkg/status";

constexpr const char* help = R"(usage: package_graph [FILE]

Reads a Debian package database, builds the graph of who needs whom as managed
objects of ouro and, for comparison, of std::shared_ptr, and shows what each
takes, which dependency cycles there are, and what becomes of them when the
roots are dropped.

FILE     dpkg's status file, or one of apt's Packages files;
         without it, /var/lib/dpkg/status, or a sample where there is none
--help   shows this

exit code: 0 all that is shown was checked and holds
           1 a check failed
           2 the input is missing or malformed, or the arguments are wrong
)";

/// The sample lies beside the sources; in a copy of the program without them, beside the program.
std::string sample_file(const char* program) {
#ifdef PACKAGE_GRAPH_SAMPLE
  if (std::filesystem::exists(PACKAGE_GRAPH_SAMPLE)) return PACKAGE_GRAPH_SAMPLE;
#endif
  return (std::filesystem::path(program).parent_path() / "sample_status").string();
}

std::string default_file(const char* program) {
  if (std::filesystem::exists(database_of_this_machine)) return database_of_this_machine;
  std::printf("This machine has no %s; here is a sample.\n", database_of_this_machine);
  return sample_file(program);
}

int run(const std::string& file) {
  const package_database database = read_dpkg_status(file);
  const dependency_plan plan = resolve(database);
  return print_report(database, plan, compare(database, plan)) ? all_holds : a_check_failed;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments.front() == "--help") {
    std::fputs(help, stdout);
    return all_holds;
  }
  if (arguments.size() > 1 || (!arguments.empty() && arguments.front().starts_with("-"))) {
    std::fputs(help, stderr);
    return bad_input;
  }
  try {
    return run(arguments.empty() ? default_file(argv[0]) : std::string(arguments.front()));
  } catch (const input_error& error) {
    std::fprintf(stderr, "package_graph: %s\n", error.what());
    return bad_input;
  }
}
