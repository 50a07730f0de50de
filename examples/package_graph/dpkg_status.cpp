#include "dpkg_status.hpp"

#include "stanza.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <unordered_map>
#include <utility>

namespace package_graph {

namespace {

/// The third word of Status, as `install ok installed`. Its files are there unless it is one of the first three.
constexpr std::array<std::string_view, 8> states = {"not-installed",    "config-files",    "half-installed",
                                                    "unpacked",         "half-configured", "triggers-awaited",
                                                    "triggers-pending", "installed"};
constexpr std::size_t states_without_files = 3;

bool is_installed(const stanza& described) {
  if (!described.has(field::status)) return true;
  std::string_view words = described.value(field::status);
  const text_position here = described.position(field::status);
  const std::string_view wish = take_until(words, ' ');
  const std::string_view flag = take_until(words, ' ');
  if (wish.empty() || flag.empty() || words.empty()) here.fail("Status must be three words, as 'install ok installed'");
  const auto state = std::ranges::find(states, words);
  if (state == states.end()) here.fail("Status ends in a state that dpkg does not have: " + quoted(words));
  return static_cast<std::size_t>(state - states.begin()) >= states_without_files;
}

std::vector<alternatives> relations(const stanza& described, field wanted) {
  return parse_relations(described.value(wanted), described.position(wanted));
}

package_record read_record(const stanza& described) {
  package_record record;
  record.name = described.word(field::package);
  record.version = described.word(field::version);
  record.architecture = described.word(field::architecture);
  record.section = described.value(field::section);
  record.depends = relations(described, field::pre_depends);
  std::ranges::move(relations(described, field::depends), std::back_inserter(record.depends));
  for (alternatives& each : relations(described, field::provides)) {
    if (each.size() != 1) described.position(field::provides).fail("Provides holds alternatives");
    record.provides.push_back(std::move(each.front()));
  }
  return record;
}

/// What may be there once. dpkg's database has one version of a package and architecture; apt's lists may have several.
std::string identity(const stanza& described) {
  std::string text(described.value(field::package));
  text.append(":").append(described.value(field::architecture));
  if (!described.has(field::status)) text.append(" ").append(described.value(field::version));
  return text;
}

}  // namespace

package_database read_dpkg_status(const std::string& file) {
  if (std::filesystem::is_directory(file)) throw input_error(file + ": cannot be read: it is a directory");
  errno = 0;
  const std::ifstream in(file, std::ios::binary);
  if (!in) throw input_error(file + ": cannot be read: " + (errno != 0 ? std::strerror(errno) : "unknown error"));
  std::ostringstream text;
  text << in.rdbuf();
  if (text.bad()) throw input_error(file + ": reading failed");
  return parse_dpkg_status(text.view(), file);
}

package_database parse_dpkg_status(std::string_view text, const std::string& file) {
  package_database database{file, 0, {}};
  std::unordered_map<std::string, std::size_t> first_lines;  // of each package, to answer a second one
  stanza_reader reader(text, file);
  while (const std::optional<stanza> described = reader.next()) {
    ++database.described;
    if (!is_package_name(described->word(field::package))) {
      described->position(field::package).fail(quoted(described->value(field::package)) + " is no package name");
    }
    const std::size_t line = described->begin().line;
    const auto [first, is_new] = first_lines.emplace(identity(*described), line);
    if (!is_new) {
      described->begin().fail("package '" + first->first + "' is described twice; first in line " +
                              std::to_string(first->second));
    }
    if (is_installed(*described)) database.packages.push_back(read_record(*described));
  }
  if (database.packages.empty()) text_position{file, 1}.fail("no installed package in this file");
  return database;
}

}  // namespace package_graph
