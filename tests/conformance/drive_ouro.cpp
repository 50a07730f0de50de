// Runs scenarios under this library: see scenarios.txt for the notation.
//
// usage: drive_ouro trial_deletion|generational FILE

#include <ouro/ouro.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

using words = std::vector<std::string>;

/// What has happened during a step.
struct log {
  words finalized;
  words deaths;
  words called;
};

log happened;

template <class Memory>
struct thing {
  using pointer = typename Memory::template ptr<thing>;

  explicit thing(std::string called) : label{std::move(called)} {}
  thing(const thing& from) : label{from.label + "'"}, x{from.x}, y{from.y}, z{from.z} {}
  thing& operator=(const thing&) = delete;
  virtual ~thing() {
    happened.deaths.push_back(label);
    // In the order in which Python clears slots. C++ destroys members in the opposite order.
    x = nullptr;
    y = nullptr;
    z = nullptr;
  }
  void trace(auto&& visit) { visit(x, y, z); }

  [[nodiscard]] pointer& slot(char name) { return name == 'x' ? x : name == 'y' ? y : z; }

  std::string label;
  pointer x, y, z;
};

template <class Memory>
struct plain final : thing<Memory> {
  using thing<Memory>::thing;
};

template <class Memory>
std::map<std::string, typename thing<Memory>::pointer> named;

template <class Memory>
std::map<std::string, ouro::list<typename thing<Memory>::pointer, Memory>> listed;
template <class Memory>
std::map<std::string, ouro::dict<std::string, typename thing<Memory>::pointer, Memory>> keyed;
template <class Memory>
std::function<std::size_t()> count_values;
template <class Memory>
std::map<std::string, typename Memory::template weak<thing<Memory>>> watched;

template <class Memory>
struct finalized final : thing<Memory> {
  finalized(std::string called, std::string does) : thing<Memory>{std::move(called)}, kind{std::move(does)} {}
  void trace(auto&& visit) { thing<Memory>::trace(visit); }

  void finalize() {
    happened.finalized.push_back(this->label);
    if (kind == "save") {
      named<Memory>["saved"] = Memory::from_this(static_cast<thing<Memory>*>(this));
    } else if (kind == "cut") {
      this->x = this->y = this->z = nullptr;
    } else if (kind == "clear") {
      listed<Memory>.at("l").clear();
    } else if (kind == "grow") {
      listed<Memory>.at("l").push_back(nullptr);
    } else if (kind == "shrink") {
      if (auto& items = listed<Memory>.at("l"); !items.empty()) items.erase(items.begin());
    } else if (kind == "measure") {
      happened.finalized.push_back(std::to_string(listed<Memory>.at("l").size()));
    } else if (kind == "empty") {
      keyed<Memory>.at("d").clear();
    } else if (kind == "vlen") {
      happened.finalized.push_back(std::to_string(count_values<Memory>()));
    } else if (kind == "ask") {
      const auto found = watched<Memory>.at("w").lock();
      happened.finalized.push_back(found ? found->label : "dead");
    } else if (kind == "heard") {
      happened.finalized.push_back(std::to_string(happened.called.size()));
    } else if (kind == "peek") {
      std::string seen;
      for (const char slot : {'x', 'y', 'z'}) seen += this->slot(slot) ? this->slot(slot)->label : "-";
      happened.finalized.push_back(seen);
    }
  }

  std::string kind;
};

[[nodiscard]] std::string joined(const words& all) {
  std::string line;
  for (const std::string& each : all) line += (line.empty() ? "" : " ") + each;
  return line;
}

[[nodiscard]] const char* yes_or_no(bool holds) { return holds ? "yes" : "no"; }

template <class Memory>
class world {
  using node = thing<Memory>;
  using pointer = typename node::pointer;
  using gc = typename Memory::gc;

 public:
  world() {
    count_values<Memory> = [this] { return values_.size(); };
  }

  /// The answer of the step, or null.
  [[nodiscard]] const std::string* run(const words& step) {
    answer_.reset();
    const auto found = verbs_.find(step.front());
    if (found == verbs_.end()) {
      std::fprintf(stderr, "no such verb: %s\n", step.front().c_str());
      std::exit(2);
    }
    found->second(words(step.begin() + 1, step.end()));
    return answer_ ? &*answer_ : nullptr;
  }

  ~world() {
    traced::stop();
    gc::set_debug(ouro::gc_debug::none);
    gc::clear_garbage();
    gc::unfreeze();
    weaks_.clear();
    tuples_.clear();
    triples_.clear();
    // A finalizer may save itself once more.
    for (int i = 0; i != 2; ++i) {
      while (!names_.empty()) drop(names_.begin()->first);
      gc::collect();
    }
    // Finalizers may use the lists and dicts.
    listed<Memory>["l"].clear();
    listed<Memory>.clear();
    keyed<Memory>["d"].clear();
    keyed<Memory>.clear();
    for (int i = 0; i != 2; ++i) {
      while (!names_.empty()) drop(names_.begin()->first);
      gc::collect();
    }
  }

 private:
  [[nodiscard]] pointer at(const std::string& name) const { return name == "-" ? nullptr : names_.at(name); }
  [[nodiscard]] pointer& place(const std::string& text) {
    return names_.at(text.substr(0, text.size() - 2))->slot(text.back());
  }

  template <class Pointers>
  [[nodiscard]] static std::string labels(const Pointers& of) {
    words found;
    for (const auto& each : of) {
      if (each) found.push_back(ouro::static_pointer_cast<node>(each)->label);
    }
    std::sort(found.begin(), found.end());
    return joined(found);
  }

  /// A finalizer may change the names, so they must be valid when the thing is dropped.
  void drop(const std::string& name) {
    const auto taken = names_.extract(name);
    static_cast<void>(taken);
  }

  void collect(const words& args) {
    answer_ = std::to_string(args.empty() ? gc::collect() : gc::collect(std::stoul(args[0])));
    std::sort(happened.deaths.begin(), happened.deaths.end());
    std::sort(happened.finalized.begin(), happened.finalized.end());
    std::sort(happened.called.begin(), happened.called.end());
  }

  [[nodiscard]] static std::string label_of(const pointer& of) { return of ? of->label : "none"; }

  [[nodiscard]] std::string all_values() const {
    words found;
    for (const auto& [key, object] : values_) found.push_back(key + ":" + object->label);
    std::sort(found.begin(), found.end());
    return joined(found);
  }

  [[nodiscard]] std::string walk_values(const words& dropped) {
    bool has_met = false;
    for (const auto& each : values_) {
      static_cast<void>(each);
      if (!std::exchange(has_met, true)) {
        for (const std::string& name : dropped) drop(name);
      }
    }
    std::sort(happened.deaths.begin(), happened.deaths.end());
    return (has_met ? "some, then " : "none, then ") + std::to_string(values_.size());
  }

  using traced = ouro::traced_allocator<ouro::pool_allocator>;
  using traced_memory = ouro::memory<ouro::local_refcount, ouro::no_collector, traced>;
  using bytes = typename traced_memory::template ptr<char[]>;
  static constexpr std::size_t array_overhead = 2 * sizeof(std::size_t);  ///< header and length

  void allocate(const words& args) {
    // The names of scopes must outlive all reports.
    static std::set<std::string> sites;
    const ouro::allocation_scope here{*sites.insert(args[0]).first};
    for (std::size_t i = std::stoul(args[1]); i != 0; --i) {
      held_[args[0]].push_back(traced_memory::template make<char[]>(std::stoul(args[2])));
    }
  }

  [[nodiscard]] static std::string site_of(const ouro::allocation_trace& trace) {
    return std::string{trace.scopes.front().name};
  }

  [[nodiscard]] std::string top(const words& args) const {
    const ouro::allocation_snapshot chosen = snapshots_.at(args[0]).filter([&](const ouro::allocation_trace& trace) {
      return args.size() == 1 || std::find(args.begin() + 1, args.end(), site_of(trace)) != args.end();
    });
    words lines;
    for (const auto& each : chosen.top(99, ouro::group_by::scope)) {
      lines.push_back(site_of(each.trace) + ":" + std::to_string(each.blocks) + "x" +
                      std::to_string(each.bytes - each.blocks * array_overhead));
    }
    return joined(lines);
  }

  [[nodiscard]] std::string difference(const words& args) const {
    const auto with_sign = [](std::ptrdiff_t of) { return (of < 0 ? "" : "+") + std::to_string(of); };
    words lines;
    for (const auto& each : snapshots_.at(args[1]).compare_to(snapshots_.at(args[0]), ouro::group_by::scope)) {
      const auto overhead = each.more_blocks * static_cast<std::ptrdiff_t>(array_overhead);
      lines.push_back(site_of(each.now.trace) + ":" + with_sign(each.more_blocks) + "x" +
                      with_sign(each.more_bytes - overhead));
    }
    return joined(lines);
  }

  [[nodiscard]] static std::string shape(const pointer& of) {
    std::vector<pointer> order{of};
    words lines;
    for (std::size_t i = 0; i != order.size(); ++i) {
      std::string edges;
      for (const char slot : {'x', 'y', 'z'}) {
        const pointer target = order[i]->slot(slot);
        edges += edges.empty() ? "" : ",";
        if (!target) {
          edges += "-";
          continue;
        }
        const auto known = std::find(order.begin(), order.end(), target);
        edges += std::to_string(known - order.begin());
        if (known == order.end()) order.push_back(target);
      }
      lines.push_back(order[i]->label + "(" + edges + ")");
    }
    return joined(lines);
  }

  [[nodiscard]] static std::string growth(std::size_t length) {
    ouro::list<long> items;
    words rooms{"0"};
    const auto note = [&] {
      if (std::to_string(items.capacity()) != rooms.back()) rooms.push_back(std::to_string(items.capacity()));
    };
    for (std::size_t i = 0; i != length; ++i) {
      items.push_back(0);
      note();
    }
    while (!items.empty()) {
      items.pop_back();
      note();
    }
    return joined(rooms);
  }

  [[nodiscard]] static std::string place_of(const pointer& of) { return of ? of->label : "-"; }

  [[nodiscard]] std::string all_of_list(const std::string& name) const {
    words found;
    for (const pointer& each : lists_.at(name)) found.push_back(place_of(each));
    return joined(found);
  }

  [[nodiscard]] std::string all_of_dict(const std::string& name) const {
    words found;
    for (const auto& [key, each] : dicts_.at(name)) found.push_back(key + ":" + place_of(each));
    return joined(found);
  }

  [[nodiscard]] std::vector<pointer> all_at(const words& args) const {
    std::vector<pointer> found;
    for (std::size_t i = 1; i != args.size(); ++i) found.push_back(at(args[i]));
    return found;
  }

  [[nodiscard]] static auto position(const auto& items, const std::string& index) {
    return items.begin() + std::min(std::stol(index), static_cast<long>(items.size()));
  }

  template <class Make>
  [[nodiscard]] static std::string rooms(const words& lengths, Make make) {
    words found;
    for (const std::string& each : lengths)
      found.push_back(std::to_string(make(std::vector<long>(std::stoul(each))).capacity()));
    return joined(found);
  }

  [[nodiscard]] static std::string order(const words& args) {
    ouro::dict<std::string, std::size_t> numbers;
    for (std::size_t i = 0; i != args.size(); ++i) {
      if (args[i].front() == '-') {
        numbers.erase(args[i].substr(1));
      } else {
        numbers[args[i]] = i;
      }
    }
    words found;
    for (const auto& [key, value] : numbers) found.push_back(key + std::to_string(value));
    return joined(found);
  }

  std::map<std::string, pointer>& names_ = named<Memory>;
  std::map<std::string, typename Memory::template weak<node>>& weaks_ = watched<Memory>;
  std::map<std::string, ouro::finalizer> finalizers_;
  ouro::weak_value_map<std::string, node, Memory> values_;
  ouro::weak_key_map<node, std::string, Memory> keys_;
  ouro::weak_key_map<node, pointer, Memory> keeping_keys_;
  ouro::weak_set<node, Memory> set_;
  std::map<std::string, ouro::list<pointer, Memory>>& lists_ = listed<Memory>;
  std::map<std::string, ouro::dict<std::string, pointer, Memory>>& dicts_ = keyed<Memory>;
  std::map<std::string, ouro::dict<pointer, pointer, Memory>> pairs_;
  std::map<std::string, ouro::frozen_list<pointer, Memory>> tuples_;
  std::map<std::string, ouro::basic_tuple<Memory, pointer, pointer, pointer>> triples_;
  std::map<std::string, std::vector<bytes>> held_;
  std::map<std::string, ouro::allocation_snapshot> snapshots_;
  std::optional<std::string> answer_;

  const std::map<std::string, std::function<void(const words&)>> verbs_{
      {"make",
       [this](const words& args) {
         for (const std::string& name : args) names_[name] = Memory::template make<plain<Memory>>(name);
       }},
      {"makefin",
       [this](const words& args) {
         for (std::size_t i = 1; i != args.size(); ++i)
           names_[args[i]] = Memory::template make<finalized<Memory>>(args[i], args[0]);
       }},
      {"set", [this](const words& args) { place(args[0]) = at(args[1]); }},
      {"take", [this](const words& args) { names_[args[0]] = place(args[1]); }},
      {"del",
       [this](const words& args) {
         for (const std::string& name : args) drop(name);
       }},
      {"alias", [this](const words& args) { names_[args[0]] = at(args[1]); }},
      {"lmake",
       [this](const words& args) {
         const auto of = all_at(args);
         lists_[args[0]] = {of.begin(), of.end()};
       }},
      {"lput",
       [this](const words& args) {
         for (const pointer& each : all_at(args)) lists_.at(args[0]).push_back(each);
       }},
      {"linsert",
       [this](const words& args) {
         auto& items = lists_.at(args[0]);
         items.insert(position(items, args[1]), at(args[2]));
       }},
      {"lset", [this](const words& args) { lists_.at(args[0])[std::stoul(args[1])] = at(args[2]); }},
      {"ldel",
       [this](const words& args) {
         auto& items = lists_.at(args[0]);
         items.erase(position(items, args[1]), position(items, args[2]));
       }},
      {"lpop",
       [this](const words& args) {
         const pointer found = lists_.at(args[0]).back();
         lists_.at(args[0]).pop_back();
         answer_ = label_of(found);
       }},
      {"lkeep", [this](const words& args) { lists_.at(args[0]).resize(std::stoul(args[1])); }},
      {"lclear", [this](const words& args) { lists_.at(args[0]).clear(); }},
      {"lend",
       [this](const words& args) {
         for (const std::string& name : args) lists_.erase(name);
       }},
      {"lcopy", [this](const words& args) { lists_[args[0]] = lists_.at(args[1]); }},
      {"lextend",
       [this](const words& args) {
         auto& items = lists_.at(args[0]);
         const auto& more = lists_.at(args[1]);
         items.insert(items.end(), more.begin(), more.end());
       }},
      {"lassign",
       [this](const words& args) {
         const auto& from = lists_.at(args[1]);
         lists_.at(args[0]).assign(from.begin(), from.end());
       }},
      {"lall", [this](const words& args) { answer_ = all_of_list(args[0]); }},
      {"tmake",
       [this](const words& args) {
         const auto of = all_at(args);
         tuples_[args[0]] = {of.begin(), of.end()};
       }},
      {"talias", [this](const words& args) { tuples_[args[0]] = tuples_.at(args[1]); }},
      {"tend",
       [this](const words& args) {
         for (const std::string& name : args) tuples_.erase(name);
       }},
      {"pmake", [this](const words& args) { triples_[args[0]] = {at(args[1]), at(args[2]), at(args[3])}; }},
      {"pend", [this](const words& args) { triples_.erase(args[0]); }},
      {"dput", [this](const words& args) { dicts_[args[0]].insert_or_assign(args[1], at(args[2])); }},
      {"ddel", [this](const words& args) { dicts_.at(args[0]).erase(args[1]); }},
      {"dpop",
       [this](const words& args) {
         const auto [key, found] = dicts_.at(args[0]).popitem();
         answer_ = key + ":" + label_of(found);
       }},
      {"dclear", [this](const words& args) { dicts_.at(args[0]).clear(); }},
      {"dend", [this](const words& args) { dicts_.erase(args[0]); }},
      {"dall", [this](const words& args) { answer_ = all_of_dict(args[0]); }},
      {"qput", [this](const words& args) { pairs_[args[0]].insert_or_assign(at(args[1]), at(args[2])); }},
      {"qclear", [this](const words& args) { pairs_.at(args[0]).clear(); }},
      {"qend", [this](const words& args) { pairs_.erase(args[0]); }},
      {"room",
       [this](const words& args) {
         answer_ = rooms(args, [](const auto& from) { return ouro::list<long>(from.begin(), from.end()); });
       }},
      {"copyroom",
       [this](const words& args) {
         answer_ = rooms(args, [](const auto& from) {
           const ouro::list<long> made(from.begin(), from.end());
           return ouro::list<long>{made};
         });
       }},
      {"weak", [this](const words& args) { weaks_[args[0]] = at(args[1]); }},
      {"weakcb",
       [this](const words& args) {
         weaks_[args[0]] = {at(args[1]), [name = args[0]] { happened.called.push_back(name); }};
       }},
      {"delweak", [this](const words& args) { weaks_.erase(args[0]); }},
      {"get",
       [this](const words& args) {
         const pointer found = weaks_.at(args[1]).lock();
         answer_ = found ? found->label : "dead";
         if (found) names_[args[0]] = found;
       }},
      {"vput", [this](const words& args) { values_.insert_or_assign(args[0], at(args[1])); }},
      {"vdefault", [this](const words& args) { answer_ = label_of(values_.setdefault(args[0], at(args[1]))); }},
      {"vget", [this](const words& args) { answer_ = label_of(values_.get(args[0])); }},
      {"vpop", [this](const words& args) { answer_ = label_of(values_.pop(args[0])); }},
      {"vall", [this](const words&) { answer_ = all_values(); }},
      {"vwalk", [this](const words& args) { answer_ = walk_values(args); }},
      {"kput", [this](const words& args) { keys_.insert_or_assign(at(args[0]), args[1]); }},
      {"kkeep", [this](const words& args) { keeping_keys_.insert_or_assign(at(args[0]), at(args[1])); }},
      {"kget",
       [this](const words& args) {
         const std::string* const found = keys_.find(at(args[0]));
         answer_ = found == nullptr ? "none" : *found;
       }},
      {"kdel", [this](const words& args) { answer_ = yes_or_no(keys_.erase(at(args[0])) == 1); }},
      {"klen", [this](const words&) { answer_ = std::to_string(keys_.size() + keeping_keys_.size()); }},
      {"sadd",
       [this](const words& args) {
         for (const std::string& name : args) set_.insert(at(name));
       }},
      {"sdiscard", [this](const words& args) { set_.erase(at(args[0])); }},
      {"shas", [this](const words& args) { answer_ = yes_or_no(set_.contains(at(args[0]))); }},
      {"sall", [this](const words&) { answer_ = labels(set_); }},
      {"trace", [](const words& args) { args[0] == "on" ? traced::start() : traced::stop(); }},
      {"tracing", [this](const words&) { answer_ = yes_or_no(traced::is_tracing()); }},
      {"clear", [](const words&) { traced::clear_traces(); }},
      {"alloc", [this](const words& args) { allocate(args); }},
      {"free", [this](const words& args) { held_.erase(args[0]); }},
      {"snap", [this](const words& args) { snapshots_[args[0]] = traced::take_snapshot(); }},
      {"top", [this](const words& args) { answer_ = top(args); }},
      {"diff", [this](const words& args) { answer_ = difference(args); }},
      {"finalize",
       [this](const words& args) {
         finalizers_[args[0]] = ouro::finalize(at(args[1]), [name = args[0]] { happened.called.push_back(name); });
       }},
      {"detach", [this](const words& args) { answer_ = yes_or_no(finalizers_.at(args[0]).detach()); }},
      {"call", [this](const words& args) { answer_ = yes_or_no(finalizers_.at(args[0])()); }},
      {"alive", [this](const words& args) { answer_ = yes_or_no(finalizers_.at(args[0]).alive()); }},
      {"collect", [this](const words& args) { collect(args); }},
      {"count", [this](const words& args) { answer_ = std::to_string(names_.at(args[0]).use_count()); }},
      {"is", [this](const words& args) { answer_ = yes_or_no(at(args[0]) == at(args[1])); }},
      {"finalized", [this](const words& args) { answer_ = yes_or_no(gc::is_finalized(at(args[0]))); }},
      {"tracked", [this](const words& args) { answer_ = yes_or_no(gc::is_tracked(at(args[0]))); }},
      {"referents", [this](const words& args) { answer_ = labels(gc::referents(at(args[0]))); }},
      {"referrers", [this](const words& args) { answer_ = labels(gc::referrers(names_.at(args[0]))); }},
      {"freeze", [](const words&) { gc::freeze(); }},
      {"unfreeze", [](const words&) { gc::unfreeze(); }},
      {"saveall",
       [](const words& args) { gc::set_debug(args[0] == "on" ? ouro::gc_debug::saveall : ouro::gc_debug::none); }},
      {"garbage", [this](const words&) { answer_ = labels(gc::garbage()); }},
      {"cleargarbage", [](const words&) { gc::clear_garbage(); }},
      {"copy", [this](const words& args) { names_[args[0]] = ouro::copy(at(args[1])); }},
      {"deepcopy", [this](const words& args) { names_[args[0]] = ouro::deepcopy(at(args[1])); }},
      {"shape", [this](const words& args) { answer_ = shape(at(args[0])); }},
      {"growth", [this](const words& args) { answer_ = growth(std::stoul(args[0])); }},
      {"order", [this](const words& args) { answer_ = order(args); }},
      {"intern",
       [this](const words& args) {
         answer_ = yes_or_no(ouro::is(ouro::interned_string{args[0]}, ouro::interned_string{args[1]}));
       }},
      {"small",
       [this](const words& args) {
         answer_ = yes_or_no(ouro::is(ouro::small_int{std::stol(args[0])}, ouro::small_int{std::stol(args[1])}));
       }},
  };
};

[[nodiscard]] words split(const std::string& line, const std::string& by) {
  words parts;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find(by, at), line.size());
    if (end != at) parts.push_back(line.substr(at, end - at));
    at = end + by.size();
  }
  return parts;
}

void report(const words& step, const std::string* answer) {
  std::string line = joined(step);
  if (answer != nullptr) line += " | = " + *answer;
  const auto add = [&](const char* name, words& events) {
    if (!events.empty()) line += std::string{" | "} + name + ": " + joined(events);
    events.clear();
  };
  add("finalized", happened.finalized);
  add("died", happened.deaths);
  add("called", happened.called);
  std::puts(line.c_str());
}

template <class Memory>
void run(std::istream& scenarios) {
  Memory::gc::disable();
  for (std::string line; std::getline(scenarios, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t colon = line.find(": ");
    Memory::gc::collect();
    {
      world<Memory> here;
      std::printf("== %s\n", line.substr(0, colon).c_str());
      for (const std::string& text : split(line.substr(colon + 2), "; ")) {
        const words step = split(text, " ");
        report(step, here.run(step));
      }
    }
    happened = {};
  }
}

using by_trial = ouro::default_memory;
using by_generation = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;

}  // namespace

template <class Memory>
inline constexpr bool ouro::clonable<plain<Memory>> = true;
template <class Memory>
inline constexpr bool ouro::clonable<finalized<Memory>> = true;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::ifstream scenarios{argv[2]};
  if (argv[1] == std::string{"generational"}) {
    run<by_generation>(scenarios);
  } else {
    run<by_trial>(scenarios);
  }
}
