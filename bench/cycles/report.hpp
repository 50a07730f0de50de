#pragma once
/// \file
/// What every program here has in common: it takes `[--smoke] [--huge] [QUESTION...]`, and prints lines of
/// question, contender, value and unit, with tabs between them.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace cycles {

class report {
 public:
  report(const char* contender, int argc, char** argv) : contender_{contender} {
    for (int i = 1; i < argc; ++i) {
      const std::string_view argument{argv[i]};
      if (argument == "--smoke") {
        smoke_ = true;
      } else if (argument == "--huge") {
        huge_ = true;
      } else {
        wanted_.emplace_back(argument);
      }
    }
  }

  /// Without questions in the command line, all are wanted.
  [[nodiscard]] bool wants(std::string_view question) const {
    return wanted_.empty() || std::find(wanted_.begin(), wanted_.end(), question) != wanted_.end();
  }

  [[nodiscard]] bool is_smoke() const { return smoke_; }
  [[nodiscard]] bool is_huge() const { return huge_; }

  /// The size of a question, or a tiny one.
  [[nodiscard]] std::size_t size(std::size_t full) const {
    return smoke_ ? std::min<std::size_t>(full, 1000 + full / 10'000) : full;
  }

  [[nodiscard]] std::size_t repetitions(std::size_t full) const { return smoke_ ? 1 : full; }

  void print(const std::string& question, double value, const char* unit) const {
    std::printf("%s\t%s\t%.2f\t%s\n", question.c_str(), contender_, value, unit);
    std::fflush(stdout);
  }

 private:
  const char* contender_;
  std::vector<std::string> wanted_;
  bool smoke_ = false;
  bool huge_ = false;
};

[[nodiscard]] inline std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Nanoseconds that `work` takes.
template <class Work>
[[nodiscard]] double time_of(Work&& work) {
  const std::int64_t begin = now();
  work();
  return static_cast<double>(now() - begin);
}

/// The element below which lies this part of all, 0 to 1. \pre not empty
[[nodiscard]] inline double quantile(std::vector<double> all, double part) {
  const auto index = static_cast<std::size_t>(part * static_cast<double>(all.size() - 1));
  const auto at = all.begin() + static_cast<std::ptrdiff_t>(index);
  std::nth_element(all.begin(), at, all.end());
  return *at;
}

[[nodiscard]] inline double median(const std::vector<double>& all) { return quantile(all, 0.5); }

/// xorshift64*: the same numbers in every language here.
class random_numbers {
 public:
  [[nodiscard]] std::size_t below(std::size_t end) {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<std::size_t>((state_ * 0x2545F4914F6CDD1Du >> 32) * end >> 32);
  }

 private:
  std::uint64_t state_ = 88172645463325252u;
};

}  // namespace cycles
