#pragma once
/// \file
/// The outer grammar of Debian's control files: stanzas of `Field: value` lines, parted by empty lines.

#include "input_error.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace package_graph {

/// The fields that the program reads; all others are checked for their form alone.
enum class field : std::size_t { package, status, version, architecture, section, provides, depends, pre_depends };

inline constexpr std::array<std::string_view, 8> field_names = {"Package", "Status",   "Version", "Architecture",
                                                                "Section", "Provides", "Depends", "Pre-Depends"};

/// One package's description. The text belongs to whoever read the file.
class stanza {
 public:
  struct entry {
    std::string_view value;  ///< without space around it; the lines that continue it follow as they are
    std::size_t line = 0;    ///< of the value's first character; 0 where the stanza lacks the field
  };

  explicit stanza(text_position begin) : begin_(begin) {}

  [[nodiscard]] bool has(field wanted) const { return at(wanted).line != 0; }
  [[nodiscard]] std::string_view value(field wanted) const { return at(wanted).value; }
  [[nodiscard]] text_position begin() const { return begin_; }
  [[nodiscard]] text_position position(field wanted) const {
    return has(wanted) ? text_position{begin_.file, at(wanted).line} : begin_;
  }

  /// A value that must be one word of printable ASCII, and must be there. \throws input_error
  [[nodiscard]] std::string_view word(field wanted) const;

 private:
  friend class stanza_reader;

  [[nodiscard]] const entry& at(field wanted) const { return fields_[static_cast<std::size_t>(wanted)]; }

  text_position begin_;  ///< the stanza's first line
  std::array<entry, field_names.size()> fields_;
};

/// Hands out the stanzas of a text one after the other.
class stanza_reader {
 public:
  stanza_reader(std::string_view text, std::string_view file) : rest_(text), next_{file, 1} {}

  /// The next stanza; nothing at the end of the text. \throws input_error
  std::optional<stanza> next();

 private:
  /// The next line with its end taken off. \pre there is one
  std::string_view take_line();

  /// Records the field if it is one that the program reads. Returns its entry, or null.
  static stanza::entry* begin_field(stanza& current, std::string_view line, text_position here);

  std::string_view rest_;  ///< what is not read yet
  text_position next_;     ///< the line at which `rest_` begins
};

}  // namespace package_graph
