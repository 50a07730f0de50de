#include "dependency_plan.hpp"

#include <algorithm>
#include <unordered_map>

namespace package_graph {

namespace {

class resolver {
 public:
  explicit resolver(const package_database& database) : packages_(database.packages) {
    for (std::size_t i = 0; i < packages_.size(); ++i) answers_[packages_[i].name].push_back(i);
    const std::size_t real_names = answers_.size();
    for (std::size_t i = 0; i < packages_.size(); ++i) {
      for (const relation& virtual_package : packages_[i].provides) answers_[virtual_package.name].push_back(i);
    }
    plan_.virtual_names = answers_.size() - real_names;
  }

  dependency_plan resolve_all() && {
    for (const package_record& package : packages_) {
      std::vector<planned_edge>& edges = plan_.edges.emplace_back();
      for (const alternatives& dependency : package.depends) resolve(package, dependency, edges);
    }
    return std::move(plan_);
  }

 private:
  void resolve(const package_record& package, const alternatives& dependency, std::vector<planned_edge>& edges) {
    const std::size_t before = edges.size();
    for (const relation& wanted : dependency) {
      for (const std::size_t target : targets(package, wanted)) {
        // `debconf | debconf-2.0`: debconf answers both, and is one edge.
        const auto same = std::find_if(edges.begin() + static_cast<std::ptrdiff_t>(before), edges.end(),
                                       [&](const planned_edge& each) { return each.target == target; });
        if (same == edges.end()) edges.push_back({target, wanted.constraint});
      }
    }
    ++plan_.dependencies;
    if (edges.size() == before) ++plan_.unmet;
  }

  /// The packages that answer the name. Where several architectures are installed, those that suit the asking package.
  [[nodiscard]] std::vector<std::size_t> targets(const package_record& package, const relation& wanted) const {
    const auto found = answers_.find(wanted.name);
    if (found == answers_.end()) return {};
    const auto of_architecture = [&](std::string_view architecture) {
      std::vector<std::size_t> suiting;
      std::ranges::copy_if(found->second, std::back_inserter(suiting), [&](std::size_t i) {
        return packages_[i].architecture == architecture || packages_[i].architecture == "all";
      });
      return suiting;
    };
    if (wanted.architecture == "any") return found->second;
    if (!wanted.architecture.empty() && wanted.architecture != "native") return of_architecture(wanted.architecture);
    // Some packages (Multi-Arch: foreign) serve every architecture: without one of the same, any does.
    std::vector<std::size_t> same = of_architecture(package.architecture);
    return same.empty() || package.architecture == "all" ? found->second : same;
  }

  const std::vector<package_record>& packages_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> answers_;  ///< who answers to a name
  dependency_plan plan_;
};

}  // namespace

dependency_plan resolve(const package_database& database) { return resolver(database).resolve_all(); }

}  // namespace package_graph
