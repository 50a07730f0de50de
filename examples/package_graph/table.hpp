#pragma once
/// \file
/// Lines of a small table: a label, a number for each column, a remark.

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <initializer_list>
#include <string>

namespace package_graph {

/// 1234567 as "1,234,567".
inline std::string grouped(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
  return text;
}

inline std::string shown(std::chrono::nanoseconds duration) {
  const auto microseconds = static_cast<double>(duration.count()) / 1e3;
  char text[32];
  if (microseconds < 1000) {
    std::snprintf(text, sizeof text, "%.1f us", microseconds);
  } else {
    std::snprintf(text, sizeof text, "%.2f ms", microseconds / 1e3);
  }
  return text;
}

inline std::string bytes(std::size_t number) { return grouped(number) + " B"; }

inline void heading(const char* title) { std::printf("\n%s\n", title); }

/// One number, and a remark behind it.
inline void row(const char* label, const std::string& number, const std::string& remark = "") {
  std::printf("  %-30s %17s%s%s\n", label, number.c_str(), remark.empty() ? "" : "   ", remark.c_str());
}

/// One number for each column of a table.
inline void row(const char* label, std::initializer_list<std::string> numbers) {
  std::printf("  %-30s", label);
  for (const std::string& each : numbers) std::printf(" %17s", each.c_str());
  std::printf("\n");
}

inline void heading(const std::string& title, std::initializer_list<std::string> columns) {
  std::printf("\n%-32s", title.c_str());
  for (const std::string& each : columns) std::printf(" %17s", each.c_str());
  std::printf("\n");
}

}  // namespace package_graph
