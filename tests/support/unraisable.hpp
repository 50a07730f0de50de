#pragma once
/// \file
/// Records the reports of exceptions that cannot propagate, in place of printing them.

#include <ouro/base/diagnostics.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace ouro::test {

/// Is the handler of unraisable exceptions while it lives, and puts back the one before. One at a time, one thread.
class unraisable_reports {
 public:
  unraisable_reports() {
    count = 0;
    last_type.clear();
  }
  unraisable_reports(const unraisable_reports&) = delete;
  unraisable_reports& operator=(const unraisable_reports&) = delete;
  ~unraisable_reports() { set_unraisable_handler(before_); }

  static inline int count = 0;
  static inline std::string last_type;  ///< what the last report was about

 private:
  static void note(std::exception_ptr, std::string_view type) {
    ++count;
    last_type = type;
  }

  unraisable_handler before_ = set_unraisable_handler(&note);
};

}  // namespace ouro::test
