#include "comparison.hpp"

#include "managed_memory.hpp"
#include "shared_memory.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace package_graph {

namespace {

constexpr std::size_t lives_timed = 15;

class comparing {
 public:
  comparing(const package_database& database, const dependency_plan& plan) : database_(database), plan_(plan) {}

  comparison run() && {
    inspect_shared();
    inspect_managed();
    // Only now: what the library makes at its first use, and keeps, is there.
    const std::size_t pool_bytes_before = ouro::pool_allocator::statistics().used_bytes;
    live_watched();
    live_timed();
    check_lives();
    claim("the pools hold as many bytes after the last graph as after the first",
          ouro::pool_allocator::statistics().used_bytes == pool_bytes_before);
    return std::move(result_);
  }

 private:
  /// The graph of `std::shared_ptr`, which also says what to expect: its cycles are found from outside.
  void inspect_shared() {
    package_roots<shared_memory> roots = build<shared_memory>(database_, plan_);
    result_.shared.bytes = footprint_of<shared_memory>(roots);
    result_.shared.bytes.characters = character_bytes(roots);
    result_.managed.bytes.characters = interned_character_bytes(roots);
    shape_ = shape_of<shared_memory>(roots);
    for (const auto& targets : shape_) result_.edges += targets.size();

    std::unordered_set<std::string_view> distinct;
    for_each_string<shared_memory>(roots, [&](std::string_view text) {
      ++result_.strings;
      distinct.insert(text);
    });
    result_.distinct_strings = distinct.size();

    result_.cycles = find_cycles(shape_);
    kept_ = kept_by_cycles(shape_, result_.cycles);
    result_.kept = static_cast<std::size_t>(std::ranges::count(kept_, true));
    for (const auto& each : roots) each->depends.clear();
  }

  void inspect_managed() {
    const package_roots<managed_memory> roots = build<managed_memory>(database_, plan_);
    const std::size_t characters = result_.managed.bytes.characters;
    result_.managed.bytes = footprint_of<managed_memory>(roots);
    result_.managed.bytes.characters = characters;
    claim("the pointers of both graphs say what the database says",
          shape_of<managed_memory>(roots) == shape_ && shape_ == shape_of_plan());

    std::unordered_set<const char*> distinct;
    for_each_string<managed_memory>(roots, [&](const auto& text) { distinct.insert(text.view().data()); });
    claim("interned strings are as many as there are values", distinct.size() == result_.distinct_strings);
    for (const auto& each : roots) each->depends.clear();
  }

  [[nodiscard]] graph_shape shape_of_plan() const {
    graph_shape shape;
    for (const auto& edges : plan_.edges) {
      std::vector<std::size_t>& targets = shape.emplace_back();
      for (const planned_edge& each : edges) targets.push_back(each.target);
    }
    return shape;
  }

  void live_watched() {
    std::vector<std::size_t> all(database_.packages.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    result_.managed.life = live_and_die<managed_memory>(database_, plan_, all, kept_);
    result_.shared.life = live_and_die<shared_memory>(database_, plan_, all, kept_);
  }

  /// Turn by turn, so that what else the machine does meets all alike. What is watched here is only what cannot be
  /// freed otherwise, since weak pointers take time too.
  void live_timed() {
    std::vector<std::size_t> on_cycles;
    for (const auto& each : result_.cycles) on_cycles.insert(on_cycles.end(), each.begin(), each.end());
    std::vector<lifecycle> managed;
    std::vector<lifecycle> uninterned;
    std::vector<lifecycle> shared;
    for (std::size_t i = 0; i < lives_timed; ++i) {
      managed.push_back(live_and_die<managed_memory>(database_, plan_, {}, kept_));
      uninterned.push_back(live_and_die<uninterned_memory>(database_, plan_, {}, kept_));
      shared.push_back(live_and_die<shared_memory>(database_, plan_, on_cycles, kept_));
    }
    result_.times = {lives_timed, medians(managed), medians(uninterned), medians(shared)};
  }

  static lifecycle medians(std::vector<lifecycle> lives) {
    lifecycle result = lives.back();
    const auto middle = lives.begin() + static_cast<std::ptrdiff_t>(lives.size() / 2);
    for (const auto step : {&lifecycle::build, &lifecycle::drop, &lifecycle::collect}) {
      std::ranges::nth_element(lives, middle, {}, step);
      result.*step = (*middle).*step;
    }
    return result;
  }

  void check_lives() {
    const std::size_t all = database_.packages.size();
    const lifecycle& managed = result_.managed.life;
    const lifecycle& shared = result_.shared.life;
    claim("each package is one object", managed.built == all && shared.built == all);
    claim("counting leaves exactly the packages on cycles, and what these reach (ouro)",
          managed.after_drop == result_.kept && managed.wrong_survivors == 0);
    claim("counting leaves exactly the packages on cycles, and what these reach (std::shared_ptr)",
          shared.after_drop == result_.kept && shared.wrong_survivors == 0);
    claim("the collector finds all of them, and nothing else", managed.collected == result_.kept);
    claim("objects destroyed == objects made", managed.after_collect == 0);
    claim("the cycles of std::shared_ptr die when they are cut by hand", shared.at_end == 0);
    bool as_expected = true;
    for (const lifecycle& timed_life : {result_.times.managed, result_.times.uninterned, result_.times.shared}) {
      as_expected = as_expected && timed_life.after_drop == result_.kept && timed_life.at_end == 0;
    }
    claim("the timed lives went the same way", as_expected);
  }

  void claim(std::string what, bool holds) { result_.checks.push_back({std::move(what), holds}); }

  const package_database& database_;
  const dependency_plan& plan_;
  graph_shape shape_;       ///< of both graphs
  std::vector<bool> kept_;  ///< by package
  comparison result_;
};

}  // namespace

comparison compare(const package_database& database, const dependency_plan& plan) {
  return comparing(database, plan).run();
}

}  // namespace package_graph
