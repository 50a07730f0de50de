#pragma once
/// \file
/// The choices that led to an execution, and those that lead to the next one.

#include <cstddef>
#include <vector>

namespace ouro::test::explorer {

/// Walks a tree depth first, from the root anew for each leaf. Each execution asks `next` at each branch, and takes the
/// first one that was not taken yet; what it asks may depend on the answers only.
class choices {
 public:
  /// The branch to take, of `branches` many.
  std::size_t next(std::size_t branches) {
    if (branches == 1) return 0;
    if (depth_ == path_.size()) path_.push_back({0, branches});
    const choice& taken = path_[depth_++];
    if (taken.branches != branches) is_repeatable_ = false;
    return taken.branch;
  }

  /// Goes to the next leaf. False: there are no more.
  bool advance() {
    while (!path_.empty() && path_.back().branch + 1 == path_.back().branches) path_.pop_back();
    depth_ = 0;
    if (path_.empty()) return false;
    ++path_.back().branch;
    return true;
  }

  /// Whether each execution has asked the same as the one before it, as far as the answers were the same.
  [[nodiscard]] bool is_repeatable() const { return is_repeatable_; }

 private:
  struct choice {
    std::size_t branch;
    std::size_t branches;
  };

  std::vector<choice> path_;
  std::size_t depth_ = 0;  ///< choices that this execution has made
  bool is_repeatable_ = true;
};

}  // namespace ouro::test::explorer
