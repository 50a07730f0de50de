#pragma once
/// \file
/// What a program has allocated at one moment, by where it did: Python's `tracemalloc.Snapshot`.

#include <ouro/allocator/decorators/allocation_scope.hpp>
#include <ouro/allocator/decorators/call_frames.hpp>
#include <ouro/base/dependent.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro {

// Templates, so that programs that do not trace do not compile them.

/// Where a block comes from, and what it holds: called `allocation_trace`.
template <class Site>
struct basic_allocation_trace {
  std::string_view type;
  std::vector<Site> scopes;  ///< that were open, innermost first
  /// The calls that were under way, innermost first: return addresses.
  std::vector<detail::dependent<const void*, Site>> frames = {};

  [[nodiscard]] friend bool operator==(const basic_allocation_trace& left, const basic_allocation_trace& right) {
    if (left.type != right.type || left.scopes.size() != right.scopes.size()) return false;
    for (std::size_t i = 0; i != left.scopes.size(); ++i) {
      if (!is_same_place(left.scopes[i], right.scopes[i])) return false;
    }
    return left.frames == right.frames;
  }

  [[nodiscard]] static bool is_same_place(const Site& left, const Site& right) {
    return left.line == right.line && left.name == right.name && std::string_view{left.file} == right.file;
  }
};

/// The blocks of one origin that are in use: called `allocation_statistic`.
template <class Site>
struct basic_allocation_statistic {
  basic_allocation_trace<Site> trace;
  std::size_t bytes = 0;
  std::size_t blocks = 0;
};

/// What has changed between two snapshots, for one origin: called `allocation_difference`.
template <class Site>
struct basic_allocation_difference {
  basic_allocation_statistic<Site> now;
  std::ptrdiff_t more_bytes = 0;
  std::ptrdiff_t more_blocks = 0;
};

/// By what statistics are put together.
enum class group_by {
  type,   ///< what the blocks hold
  scope,  ///< the innermost scope
  trace   ///< both, all scopes, and all frames
};

/// A value: it holds no block, and stays as it is. Its functions allocate, and are O(n^2) in its entries at most.
/// Called `allocation_snapshot`.
template <class Site>
class basic_allocation_snapshot {
  using trace = basic_allocation_trace<Site>;
  using statistic = basic_allocation_statistic<Site>;
  using difference = basic_allocation_difference<Site>;

 public:
  basic_allocation_snapshot() = default;
  explicit basic_allocation_snapshot(std::vector<statistic> entries) : entries_{std::move(entries)} {}

  [[nodiscard]] const std::vector<statistic>& entries() const noexcept { return entries_; }

  [[nodiscard]] std::size_t bytes() const noexcept { return sum(&statistic::bytes); }
  [[nodiscard]] std::size_t blocks() const noexcept { return sum(&statistic::blocks); }

  /// The entries that `wanted(const allocation_trace&)` says yes to.
  template <class Wanted>
  [[nodiscard]] basic_allocation_snapshot filter(Wanted wanted) const {
    basic_allocation_snapshot kept;
    for (const statistic& each : entries_) {
      if (wanted(each.trace)) kept.entries_.push_back(each);
    }
    return kept;
  }

  /// Sums by `how`, those of the most bytes first: of `n` groups, or all.
  [[nodiscard]] std::vector<statistic> top(std::size_t n = static_cast<std::size_t>(-1),
                                           group_by how = group_by::trace) const {
    return first_of(n, grouped(how), &statistic::bytes, &statistic::blocks);
  }

  /// Sums by `how`, those of the most blocks first: of `n` groups, or all.
  [[nodiscard]] std::vector<statistic> top_by_blocks(std::size_t n = static_cast<std::size_t>(-1),
                                                     group_by how = group_by::trace) const {
    return first_of(n, grouped(how), &statistic::blocks, &statistic::bytes);
  }

  /// What has changed since `before`, the largest change of bytes first; origins without a change are left out.
  [[nodiscard]] std::vector<difference> compare_to(const basic_allocation_snapshot& before,
                                                   group_by how = group_by::trace) const {
    std::vector<difference> changes;
    for (statistic& each : grouped(how)) {
      changes.push_back({each, static_cast<std::ptrdiff_t>(each.bytes), static_cast<std::ptrdiff_t>(each.blocks)});
    }
    for (const statistic& each : before.grouped(how)) {
      auto found = changes.begin();
      while (found != changes.end() && found->now.trace != each.trace) ++found;
      if (found == changes.end()) found = changes.insert(changes.end(), {{each.trace, 0, 0}, 0, 0});
      found->more_bytes -= static_cast<std::ptrdiff_t>(each.bytes);
      found->more_blocks -= static_cast<std::ptrdiff_t>(each.blocks);
    }
    std::erase_if(changes, [](const auto& change) { return change.more_bytes == 0 && change.more_blocks == 0; });
    return sorted(std::move(changes), [](const difference& change) {
      return std::pair{magnitude(change.more_bytes), magnitude(change.more_blocks)};
    });
  }

  /// One line an origin, outermost call first, then the scopes and the type, with its bytes: what flame graphs are
  /// drawn from (`flamegraph.pl --countname bytes`).
  [[nodiscard]] std::string folded() const {
    text lines;
    for (const statistic& each : top()) {
      for (auto frame = each.trace.frames.rbegin(); frame != each.trace.frames.rend(); ++frame) {
        lines += detail::name_of_frame(*frame) + ';';
      }
      for (auto scope = each.trace.scopes.rbegin(); scope != each.trace.scopes.rend(); ++scope) {
        lines += name_of(*scope) + ';';
      }
      lines += text{each.trace.type} + ' ' + std::to_string(each.bytes) + '\n';
    }
    return lines;
  }

  /// A scope's name, or where it is.
  [[nodiscard]] static std::string name_of(const Site& scope) {
    if (!scope.name.empty()) return text{scope.name};
    return text{scope.file} + ':' + std::to_string(scope.line);
  }

 private:
  using figure = std::size_t statistic::*;
  using text = detail::dependent<std::string, Site>;

  [[nodiscard]] static std::vector<statistic> first_of(std::size_t n, std::vector<statistic> groups, figure by,
                                                       figure then_by) {
    groups = sorted(std::move(groups), [&](const statistic& each) { return std::pair{each.*by, each.*then_by}; });
    if (groups.size() > n) groups.resize(n);
    return groups;
  }

  /// By descending keys; equal ones stay as they were. By insertion: as these are grouped, it is no slower than that,
  /// and `<algorithm>` takes long to compile.
  template <class Element, class Key>
  [[nodiscard]] static std::vector<Element> sorted(std::vector<Element> elements, Key key_of_element) {
    for (std::size_t end = 1; end < elements.size(); ++end) {
      Element moved = std::move(elements[end]);
      std::size_t place = end;
      for (; place != 0 && key_of_element(elements[place - 1]) < key_of_element(moved); --place) {
        elements[place] = std::move(elements[place - 1]);
      }
      elements[place] = std::move(moved);
    }
    return elements;
  }

  [[nodiscard]] static std::size_t magnitude(std::ptrdiff_t change) noexcept {
    return change < 0 ? std::size_t{0} - static_cast<std::size_t>(change) : static_cast<std::size_t>(change);
  }

  [[nodiscard]] std::size_t sum(figure of) const noexcept {
    std::size_t all = 0;
    for (const statistic& each : entries_) all += each.*of;
    return all;
  }

  [[nodiscard]] std::vector<statistic> grouped(group_by how) const {
    std::vector<statistic> groups;
    for (const statistic& each : entries_) {
      trace key = key_of(each.trace, how);
      auto found = groups.begin();
      while (found != groups.end() && found->trace != key) ++found;
      if (found == groups.end()) found = groups.insert(groups.end(), {std::move(key), 0, 0});
      found->bytes += each.bytes;
      found->blocks += each.blocks;
    }
    return groups;
  }

  [[nodiscard]] static trace key_of(const trace& of, group_by how) {
    if (how == group_by::type) return {of.type, {}};
    if (how == group_by::trace) return of;
    if (of.scopes.empty()) return {};
    return {{}, {of.scopes.front()}};
  }

  std::vector<statistic> entries_;  ///< each origin once
};

/// What `traced_allocator<A>::take_snapshot()` returns.
using allocation_snapshot = basic_allocation_snapshot<allocation_site>;

/// Where a block comes from.
using allocation_trace = basic_allocation_trace<allocation_site>;
/// The blocks of one origin.
using allocation_statistic = basic_allocation_statistic<allocation_site>;
/// What has changed for one origin.
using allocation_difference = basic_allocation_difference<allocation_site>;

}  // namespace ouro

#include <ouro/macros/restore.hpp>
