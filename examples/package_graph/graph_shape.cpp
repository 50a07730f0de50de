#include "graph_shape.hpp"

#include <algorithm>
#include <utility>

namespace package_graph {

namespace {

class tarjan {
 public:
  explicit tarjan(const graph_shape& shape) : shape_(shape), order_(shape.size()), lowest_(shape.size()) {}

  std::vector<std::vector<std::size_t>> run() && {
    for (std::size_t node = 0; node < shape_.size(); ++node) {
      if (order_[node] == unseen) visit_from(node);
    }
    return std::move(cycles_);
  }

 private:
  struct frame {
    std::size_t node;
    std::size_t next_edge;
  };

  static constexpr std::size_t unseen = 0;
  static constexpr std::size_t finished = static_cast<std::size_t>(-1);

  /// Depth first; `path` is what the call stack is in the recursive version.
  void visit_from(std::size_t start) {
    std::vector<frame> path;
    enter(path, start);
    while (!path.empty()) {
      frame& top = path.back();
      if (top.next_edge < shape_[top.node].size()) {
        const std::size_t target = shape_[top.node][top.next_edge++];
        if (order_[target] == unseen) {
          enter(path, target);  // `top` dangles from here on
        } else if (order_[target] != finished) {
          lowest_[top.node] = std::min(lowest_[top.node], order_[target]);
        }
        continue;
      }
      const std::size_t node = top.node;
      path.pop_back();
      if (!path.empty()) lowest_[path.back().node] = std::min(lowest_[path.back().node], lowest_[node]);
      if (lowest_[node] == order_[node]) close_component(node);
    }
  }

  void enter(std::vector<frame>& path, std::size_t node) {
    order_[node] = lowest_[node] = ++seen_;
    open_.push_back(node);
    path.push_back({node, 0});
  }

  /// \pre `first` is the node of its component that was seen first, and all the others lie behind it in `open_`
  void close_component(std::size_t first) {
    const auto begin = std::find(open_.rbegin(), open_.rend(), first).base() - 1;
    std::vector<std::size_t> component(begin, open_.end());
    open_.erase(begin, open_.end());
    for (const std::size_t node : component) order_[node] = finished;
    const bool is_cycle = component.size() > 1 || std::ranges::find(shape_[first], first) != shape_[first].end();
    if (!is_cycle) return;
    std::ranges::sort(component);
    cycles_.push_back(std::move(component));
  }

  const graph_shape& shape_;
  std::vector<std::size_t> order_;   ///< by node: when it was first seen, from 1; or `unseen`, or `finished`
  std::vector<std::size_t> lowest_;  ///< by node: the earliest open node that it is known to reach
  std::vector<std::size_t> open_;    ///< seen nodes whose component is not closed, in the order in which they were seen
  std::size_t seen_ = 0;
  std::vector<std::vector<std::size_t>> cycles_;
};

}  // namespace

std::vector<std::vector<std::size_t>> find_cycles(const graph_shape& shape) {
  std::vector<std::vector<std::size_t>> cycles = tarjan(shape).run();
  std::ranges::sort(cycles,
                    [](const auto& a, const auto& b) { return a.size() != b.size() ? a.size() > b.size() : a < b; });
  return cycles;
}

std::vector<bool> kept_by_cycles(const graph_shape& shape, const std::vector<std::vector<std::size_t>>& cycles) {
  std::vector<bool> kept(shape.size());
  std::vector<std::size_t> to_visit;
  for (const auto& cycle : cycles) to_visit.insert(to_visit.end(), cycle.begin(), cycle.end());
  while (!to_visit.empty()) {
    const std::size_t node = to_visit.back();
    to_visit.pop_back();
    if (kept[node]) continue;
    kept[node] = true;
    to_visit.insert(to_visit.end(), shape[node].begin(), shape[node].end());
  }
  return kept;
}

}  // namespace package_graph
