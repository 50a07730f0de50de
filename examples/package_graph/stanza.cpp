#include "stanza.hpp"

#include "text.hpp"

#include <algorithm>
#include <string>

namespace package_graph {

namespace {

bool equal_but_for_case(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

}  // namespace

std::string_view stanza::word(field wanted) const {
  const std::string name(field_names[static_cast<std::size_t>(wanted)]);
  if (value(wanted).empty()) position(wanted).fail("the stanza has no " + name);
  if (!std::ranges::all_of(value(wanted), is_printable_ascii)) {
    position(wanted).fail(name + " must be one word of ASCII, but is " + quoted(value(wanted)));
  }
  return value(wanted);
}

std::optional<stanza> stanza_reader::next() {
  std::optional<stanza> current;
  stanza::entry* continued = nullptr;  // the latest field; null while it is one that nobody reads
  while (!rest_.empty()) {
    const text_position here = next_;
    const std::string_view line = take_line();
    if (line.find('\0') != std::string_view::npos) here.fail("a NUL byte: this is not a text file");
    if (trimmed(line).empty()) {
      if (current) return current;
      continue;
    }
    const bool continues = line.front() == ' ' || line.front() == '\t';
    if (continues && !current) here.fail("a continuation line without a field before it");
    if (!current) current.emplace(here);
    if (!continues) {
      continued = begin_field(*current, line, here);
    } else if (continued) {
      // The lines of a field lie behind each other in the text, so that one view holds them all.
      const char* const field_begin = continued->value.data();
      const char* const end = line.data() + line.size();
      continued->value = {field_begin, static_cast<std::size_t>(end - field_begin)};
    }
  }
  return current;
}

std::string_view stanza_reader::take_line() {
  ++next_.line;
  return take_until(rest_, '\n');
}

stanza::entry* stanza_reader::begin_field(stanza& current, std::string_view line, text_position here) {
  std::string_view value = line;
  const std::string_view name = take_until(value, ':');
  if (name.size() == line.size()) here.fail("a line without a colon: " + quoted(line));
  if (!std::ranges::all_of(name, is_printable_ascii) || name.empty()) {
    here.fail("a field name must be one word of ASCII, but is " + quoted(name));
  }
  const auto known = std::ranges::find_if(field_names, [&](auto each) { return equal_but_for_case(each, name); });
  if (known == field_names.end()) return nullptr;
  stanza::entry& found = current.fields_[static_cast<std::size_t>(known - field_names.begin())];
  if (found.line != 0) {
    here.fail("a second " + std::string(*known) + " in one stanza; the first is in line " + std::to_string(found.line));
  }
  found = {trimmed(value), here.line};
  return &found;
}

}  // namespace package_graph
