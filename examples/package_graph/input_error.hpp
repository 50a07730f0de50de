#pragma once
/// \file
/// What is wrong with the input, and where: `status:17: a line without a colon`.

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace package_graph {

/// The program answers it with its message on stderr and exit code 2.
class input_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct text_position {
  std::string_view file;
  std::size_t line;  ///< the first line is 1

  [[noreturn]] void fail(const std::string& what) const {
    throw input_error(std::string(file) + ':' + std::to_string(line) + ": " + what);
  }
};

}  // namespace package_graph
