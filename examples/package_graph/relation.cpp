#include "relation.hpp"

#include "text.hpp"

#include <algorithm>
#include <utility>

namespace package_graph {

namespace {

bool is_name_character(char c) { return is_letter_or_digit(c) || c == '-' || c == '+' || c == '.' || c == '_'; }

/// Reads from the front of the field to its end; what is left is `rest_`.
class relation_reader {
 public:
  relation_reader(std::string_view field, text_position begin) : field_(field), rest_(field), begin_(begin) {}

  std::vector<alternatives> read_all() {
    std::vector<alternatives> all;
    do {
      skip_space();
      // Tools other than Debian's leave a comma behind the last dependency, or a field empty; dpkg's own files never
      // do.
      if (rest_.empty() || rest_.front() == ',') continue;
      all.push_back(read_alternatives());
    } while (take(','));
    if (!rest_.empty()) fail(quoted(rest_.substr(0, 1)) + " where a comma was expected");
    return all;
  }

 private:
  alternatives read_alternatives() {
    alternatives found;
    do {
      found.push_back(read_relation());
    } while (take('|'));
    return found;
  }

  relation read_relation() {
    relation one;
    skip_space();
    one.name = take_while(is_name_character);
    if (!is_package_name(one.name)) fail("a package name was expected");
    if (take(':')) {
      one.architecture = take_while(is_name_character);
      if (one.architecture.empty()) fail("no architecture behind '" + one.name + ":'");
    }
    skip_space();
    if (take('(')) one.constraint = read_constraint(one.name);
    skip_space();
    return one;
  }

  /// Behind the opening parenthesis. The result has one spelling for each meaning, so that equal ones intern as one.
  std::string read_constraint(const std::string& name) {
    skip_space();
    const std::string_view written = take_while([](char c) { return c == '<' || c == '=' || c == '>'; });
    // dpkg, too, reads `(1.0)` as exactly 1.0.
    const std::string comparison{written.empty() || written == "==" ? "=" : written};
    static constexpr std::string_view known[] = {"<<", "<=", "=", ">=", ">>", "<", ">"};
    if (std::ranges::find(known, comparison) == std::end(known)) {
      fail("'" + comparison + "' in the version constraint of '" + name + "' is no comparison");
    }
    skip_space();
    const std::string_view version =
        take_while([](char c) { return !is_space(c) && c != '(' && c != ')' && c != ',' && c != '|'; });
    if (version.empty()) fail("no version in the constraint of '" + name + "'");
    skip_space();
    if (!take(')')) fail("the version constraint of '" + name + "' has no closing parenthesis");
    return comparison + ' ' + std::string(version);
  }

  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  template <class Predicate>
  std::string_view take_while(Predicate belongs) {
    const auto end = std::ranges::find_if_not(rest_, belongs);
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  void skip_space() { take_while(is_space); }

  [[noreturn]] void fail(const std::string& what) const {
    const std::string_view read = field_.substr(0, field_.size() - rest_.size());
    text_position here = begin_;
    here.line += static_cast<std::size_t>(std::ranges::count(read, '\n'));
    here.fail(what);
  }

  std::string_view field_;
  std::string_view rest_;  ///< a suffix of `field_`
  text_position begin_;
};

}  // namespace

bool is_package_name(std::string_view text) {
  return !text.empty() && is_letter_or_digit(text.front()) && std::ranges::all_of(text, is_name_character);
}

std::vector<alternatives> parse_relations(std::string_view field, text_position begin) {
  return relation_reader(field, begin).read_all();
}

}  // namespace package_graph
