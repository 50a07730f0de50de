#pragma once
/// \file
/// What a program has allocated at one moment, by where it did: Python's `tracemalloc.Snapshot`.

#include <ouro/allocator/allocation_scope.hpp>
#include <ouro/allocator/call_frames.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ouro {

/// Where a block comes from, and what it holds.
struct allocation_trace {
  std::string_view type;
  std::vector<allocation_site> scopes;   ///< that were open, innermost first
  std::vector<const void*> frames = {};  ///< the calls that were under way, innermost first: return addresses

  template <std::same_as<allocation_trace> Trace>
  [[nodiscard]] friend bool operator==(const Trace& left, const Trace& right) {
    if (left.type != right.type || left.scopes.size() != right.scopes.size()) return false;
    for (std::size_t i = 0; i != left.scopes.size(); ++i) {
      if (!is_same_place(left.scopes[i], right.scopes[i])) return false;
    }
    return left.frames == right.frames;
  }

  [[nodiscard]] static bool is_same_place(const allocation_site& left, const allocation_site& right) {
    return left.line == right.line && left.name == right.name && std::string_view{left.file} == right.file;
  }
};

/// The blocks of one origin that are in use.
struct allocation_statistic {
  allocation_trace trace;
  std::size_t bytes = 0;
  std::size_t blocks = 0;
};

/// What has changed between two snapshots, for one origin.
struct allocation_difference {
  allocation_statistic now;
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
/// A template, so that programs that do not trace do not compile it: called `allocation_snapshot`.
template <class Statistic>
class basic_allocation_snapshot {
 public:
  basic_allocation_snapshot() = default;
  explicit basic_allocation_snapshot(std::vector<Statistic> entries) : entries_{std::move(entries)} {}

  [[nodiscard]] const std::vector<Statistic>& entries() const noexcept { return entries_; }

  [[nodiscard]] std::size_t bytes() const noexcept { return sum(&Statistic::bytes); }
  [[nodiscard]] std::size_t blocks() const noexcept { return sum(&Statistic::blocks); }

  /// The entries that `wanted(const allocation_trace&)` says yes to.
  template <class Wanted>
  [[nodiscard]] basic_allocation_snapshot filter(Wanted wanted) const {
    basic_allocation_snapshot kept;
    for (const Statistic& each : entries_) {
      if (wanted(each.trace)) kept.entries_.push_back(each);
    }
    return kept;
  }

  /// Sums by `how`, the largest first: of `n` groups, or all.
  [[nodiscard]] std::vector<Statistic> top(std::size_t n = static_cast<std::size_t>(-1),
                                           group_by how = group_by::trace) const {
    return first_of(n, grouped(how), &Statistic::bytes, &Statistic::blocks);
  }

  /// The same by number of blocks.
  [[nodiscard]] std::vector<Statistic> top_by_blocks(std::size_t n = static_cast<std::size_t>(-1),
                                                     group_by how = group_by::trace) const {
    return first_of(n, grouped(how), &Statistic::blocks, &Statistic::bytes);
  }

  /// What has changed since `before`, the largest change of bytes first; origins without a change are left out.
  [[nodiscard]] std::vector<allocation_difference> compare_to(const basic_allocation_snapshot& before,
                                                              group_by how = group_by::trace) const {
    std::vector<allocation_difference> changes;
    for (Statistic& each : grouped(how)) {
      changes.push_back({each, static_cast<std::ptrdiff_t>(each.bytes), static_cast<std::ptrdiff_t>(each.blocks)});
    }
    for (const Statistic& each : before.grouped(how)) {
      auto found = changes.begin();
      while (found != changes.end() && found->now.trace != each.trace) ++found;
      if (found == changes.end()) found = changes.insert(changes.end(), {{each.trace, 0, 0}, 0, 0});
      found->more_bytes -= static_cast<std::ptrdiff_t>(each.bytes);
      found->more_blocks -= static_cast<std::ptrdiff_t>(each.blocks);
    }
    std::erase_if(changes, [](const auto& change) { return change.more_bytes == 0 && change.more_blocks == 0; });
    return sorted(std::move(changes), [](const allocation_difference& change) {
      return std::pair{magnitude(change.more_bytes), magnitude(change.more_blocks)};
    });
  }

  /// One line an origin, outermost call first, then the scopes and the type, with its bytes: what flame graphs are
  /// drawn from (`flamegraph.pl --countname bytes`).
  [[nodiscard]] std::string folded() const {
    std::string lines;
    for (const Statistic& each : top()) {
      for (auto frame = each.trace.frames.rbegin(); frame != each.trace.frames.rend(); ++frame) {
        lines += detail::name_of_frame(*frame) + ';';
      }
      for (auto scope = each.trace.scopes.rbegin(); scope != each.trace.scopes.rend(); ++scope) {
        lines += name_of(*scope) + ';';
      }
      lines += std::string{each.trace.type} + ' ' + std::to_string(each.bytes) + '\n';
    }
    return lines;
  }

  /// A scope's name, or where it is.
  [[nodiscard]] static std::string name_of(const allocation_site& scope) {
    if (!scope.name.empty()) return std::string{scope.name};
    return std::string{scope.file} + ':' + std::to_string(scope.line);
  }

 private:
  using figure = std::size_t Statistic::*;

  [[nodiscard]] static std::vector<Statistic> first_of(std::size_t n, std::vector<Statistic> groups, figure by,
                                                       figure then_by) {
    groups = sorted(std::move(groups), [&](const Statistic& each) { return std::pair{each.*by, each.*then_by}; });
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
    for (const Statistic& each : entries_) all += each.*of;
    return all;
  }

  [[nodiscard]] std::vector<Statistic> grouped(group_by how) const {
    std::vector<Statistic> groups;
    for (const Statistic& each : entries_) {
      allocation_trace key = key_of(each.trace, how);
      auto found = groups.begin();
      while (found != groups.end() && found->trace != key) ++found;
      if (found == groups.end()) found = groups.insert(groups.end(), {std::move(key), 0, 0});
      found->bytes += each.bytes;
      found->blocks += each.blocks;
    }
    return groups;
  }

  [[nodiscard]] static allocation_trace key_of(const allocation_trace& trace, group_by how) {
    if (how == group_by::type) return {trace.type, {}};
    if (how == group_by::trace) return trace;
    if (trace.scopes.empty()) return {};
    return {{}, {trace.scopes.front()}};
  }

  std::vector<Statistic> entries_;  ///< each origin once
};

/// What `traced_allocator<A>::take_snapshot()` returns.
using allocation_snapshot = basic_allocation_snapshot<allocation_statistic>;

}  // namespace ouro
