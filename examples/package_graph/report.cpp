#include "report.hpp"

#include "table.hpp"

#include <algorithm>
#include <cstdio>
#include <string>

namespace package_graph {

namespace {

constexpr std::size_t most_cycles = 12;  ///< that are listed one by one
constexpr std::size_t widest_line = 100;

void print_graph(const package_database& database, const dependency_plan& plan, const comparison& result) {
  heading("The graph");
  row("packages", grouped(database.packages.size()),
      database.described == database.packages.size() ? ""
                                                     : "installed, of " + grouped(database.described) + " described");
  row("virtual packages", grouped(plan.virtual_names), "names that others provide");
  row("dependencies", grouped(plan.dependencies), plan.unmet == 0 ? "" : grouped(plan.unmet) + " of them not met");
  row("edges", grouped(result.edges), "from a package to each that answers the dependency");
}

void print_memory(const comparison& result) {
  const footprint& managed = result.managed.bytes;
  const footprint& shared = result.shared.bytes;
  const std::size_t objects = result.managed.life.built;
  heading("Memory", {"ouro", "std::shared_ptr"});
  row("bytes of one package", {bytes(managed.objects / objects), bytes(shared.objects / objects)});
  row("packages", {bytes(managed.objects), bytes(shared.objects)});
  row("edges", {bytes(managed.edges), bytes(shared.edges)});
  row("characters", {bytes(managed.characters), bytes(shared.characters)});
  row("together", {bytes(managed.total()), bytes(shared.total())});
}

void print_interning(const comparison& result) {
  const std::size_t interned = result.managed.bytes.strings();
  const std::size_t separate = result.shared.bytes.strings();
  heading("Interning: equal texts are one object");
  row("strings", grouped(result.strings), grouped(result.distinct_strings) + " different ones");
  row("as separate std::strings", bytes(separate));
  row("interned", bytes(interned));
  if (interned < separate) {
    row("saved", bytes(separate - interned), std::to_string((separate - interned) * 100 / separate) + " %");
  } else {
    row("saved", bytes(0), "too few repeat");
  }
}

/// "a, b, c and 17 more": as many names as fit.
std::string names_of(const std::vector<std::size_t>& cycle, const package_database& database) {
  std::string line;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    const std::string& name = database.packages[cycle[i]].name;
    if (i > 0 && line.size() + name.size() > widest_line) return line + " and " + grouped(cycle.size() - i) + " more";
    line += (i > 0 ? ", " : "") + name;
  }
  return cycle.size() == 1 ? line + " (needs itself)" : line;
}

void print_cycles(const package_database& database, const comparison& result) {
  heading("Dependency cycles: packages that need each other, directly or around a corner");
  if (result.cycles.empty()) std::printf("  none\n");
  const std::size_t listed = std::min(most_cycles, result.cycles.size());
  for (std::size_t i = 0; i < listed; ++i) {
    std::printf("  %6s   %s\n", grouped(result.cycles[i].size()).c_str(), names_of(result.cycles[i], database).c_str());
  }
  if (listed < result.cycles.size()) std::printf("  and %s more\n", grouped(result.cycles.size() - listed).c_str());
}

void print_death(const comparison& result) {
  const lifecycle& managed = result.managed.life;
  const lifecycle& shared = result.shared.life;
  heading("Dropping the roots", {"ouro", "std::shared_ptr"});
  row("objects alive", {grouped(managed.built), grouped(shared.built)});
  row("freed at once, by counting",
      {grouped(managed.built - managed.after_drop), grouped(shared.built - shared.after_drop)});
  row("found by the collector", {grouped(managed.collected), "-"});
  row("leaked", {grouped(managed.after_collect), grouped(shared.after_collect)});
  std::printf("  (the cycles, and what they reach, are %s packages)\n", grouped(result.kept).c_str());
}

void print_times(const comparison& result) {
  const timing& times = result.times;
  heading("Time, median of " + std::to_string(times.lives), {"ouro", "ouro, std::string", "std::shared_ptr"});
  row("build", {shown(times.managed.build), shown(times.uninterned.build), shown(times.shared.build)});
  row("drop the roots", {shown(times.managed.drop), shown(times.uninterned.drop), shown(times.shared.drop)});
  row("collect", {shown(times.managed.collect), shown(times.uninterned.collect), "-"});
  const auto sum = [](const lifecycle& life) { return shown(life.build + life.drop + life.collect); };
  row("together", {sum(times.managed), sum(times.uninterned), sum(times.shared)});
  const auto interning = times.managed.build - times.uninterned.build;
  const auto nanoseconds = static_cast<double>(interning.count()) / static_cast<double>(result.strings);
  std::printf("  (interning adds %.1f ns a text to the build: each is hashed, and looked up)\n", nanoseconds);
}

bool print_checks(const comparison& result) {
  heading("Checked");
  for (const check& each : result.checks) std::printf("  %-6s %s\n", each.holds ? "yes" : "NO", each.claim.c_str());
  return std::ranges::all_of(result.checks, &check::holds);
}

}  // namespace

bool print_report(const package_database& database, const dependency_plan& plan, const comparison& result) {
  std::printf("%s\n", database.file.c_str());
  print_graph(database, plan, result);
  print_cycles(database, result);
  print_memory(result);
  print_interning(result);
  print_death(result);
  print_times(result);
  return print_checks(result);
}

}  // namespace package_graph
