#pragma once
/// \file
/// The weak containers of an object of the graph fuzzer, and their expected content.

#include <fuzz/graph/nodes.hpp>
#include <fuzz/graph/shadow.hpp>
#include <ouro/ouro.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace ouro::fuzz {

template <class Kit>
class noted_edge;

/// Edges of an object that tell the oracle themselves when they begin and end, because a container drops them by
/// itself.
template <class Kit>
struct noted_edges {
  static constexpr std::size_t most = 4;

  [[nodiscard]] place at(std::size_t index) const noexcept { return {owner, static_cast<std::uint8_t>(first + index)}; }
  /// A number without an edge, or `most`.
  [[nodiscard]] std::size_t free_index() const noexcept {
    return static_cast<std::size_t>(std::ranges::find(edges, nullptr) - edges.begin());
  }

  graph<Kit>& in;
  object_id owner;
  std::size_t first;  ///< of all edges of the owner
  std::array<const noted_edge<Kit>*, most> edges{};
};

template <class Kit>
class noted_edge {
 public:
  using pointer = typename plain_node<Kit>::pointer;

  noted_edge() = default;
  /// \pre `among` has no edge of that number
  noted_edge(noted_edges<Kit>& among, std::size_t index, object_id id, const pointer& leads_to) noexcept
      : to{leads_to}, among_{&among}, index_{index} {
    among.in.oracle.set(among.at(index), id);
    note();
  }
  noted_edge(noted_edge&& from) noexcept { swap(from); }
  noted_edge& operator=(noted_edge from) noexcept {
    swap(from);
    return *this;
  }
  ~noted_edge() {
    if (among_ == nullptr) return;
    among_->edges[index_] = nullptr;
    if (among_->in.oracle.is_alive(among_->owner)) among_->in.oracle.set(among_->at(index_), nobody);
  }

  void swap(noted_edge& with) noexcept {
    to.swap(with.to);
    std::swap(among_, with.among_);
    std::swap(index_, with.index_);
    note();
    with.note();
  }

  void trace(auto&& visit) { visit(to); }

  pointer to;

 private:
  void note() const noexcept {
    if (among_ != nullptr) among_->edges[index_] = this;
  }

  noted_edges<Kit>* among_ = nullptr;
  std::size_t index_ = 0;
};

/// The expected content of a weak container: objects under keys.
class weak_model {
 public:
  struct entry {
    int key = 0;
    object_id id = nobody;
    std::uint64_t serial = 0;  ///< of the object, since another object may get its number
    std::uint64_t stamp = 0;   ///< of the entry

    [[nodiscard]] bool is_of(const entry& other) const noexcept { return id == other.id && serial == other.serial; }
  };

  /// Whether an operation may add an entry: it leaves room for entries that user code adds meanwhile.
  [[nodiscard]] bool has_room() const noexcept { return size_ < entries_.size() / 2; }
  void add(entry added) noexcept {
    expect(size_ != entries_.size(), "a weak container has more objects than there are numbers for");
    added.stamp = ++stamps_;
    entries_[size_++] = added;
  }
  void remove(auto is_removed) noexcept {
    size_ = static_cast<std::size_t>(std::remove_if(begin(), end(), is_removed) - begin());
  }
  void clear() noexcept {
    size_ = 0;
    ++cleared_;
  }
  /// How often it was cleared.
  [[nodiscard]] std::uint64_t cleared() const noexcept { return cleared_; }
  [[nodiscard]] bool has(auto is_wanted) const noexcept { return std::any_of(begin(), end(), is_wanted); }

  [[nodiscard]] entry* begin() noexcept { return entries_.data(); }
  [[nodiscard]] entry* end() noexcept { return entries_.data() + size_; }
  [[nodiscard]] const entry* begin() const noexcept { return entries_.data(); }
  [[nodiscard]] const entry* end() const noexcept { return entries_.data() + size_; }

 private:
  std::array<entry, 16> entries_{};
  std::size_t size_ = 0;
  std::uint64_t stamps_ = 0;
  std::uint64_t cleared_ = 0;
};

/// One container of each kind.
template <class Kit>
struct weak_members {
  using memory = typename Kit::memory;
  using node = plain_node<Kit>;
  using pointer = typename node::pointer;
  using entry = weak_model::entry;

  static constexpr int keys = 4;

  weak_members(graph<Kit>& in, object_id owner, std::size_t first_edge) : values{in, owner, first_edge} {}

  [[nodiscard]] entry entry_of(const pointer& object, int key = 0) const noexcept {
    return {key, object->id, values.in.oracle.serial(object->id)};
  }

  void insert(const pointer& object) {
    if (!make_room(in_set)) return;
    const auto is_there = [wanted = entry_of(object)](const entry& each) { return each.is_of(wanted); };
    const bool was_there = in_set.has(is_there);
    const bool is_new = set.insert(object);
    expect(!was_there || !is_new, "a weak set has forgotten an object");
    // User code that ran meanwhile may have inserted it, or erased all others.
    if (!in_set.has(is_there)) in_set.add(entry_of(object));
  }

  void put(int key, const pointer& object) {
    named.insert_or_assign(key, object);
    note(in_named, key, object);
  }

  void put_by_default(int key, const pointer& object) { note(in_named, key, named.setdefault(key, object)); }

  /// `known[key] = value`
  void know(const pointer& key, object_id id, const pointer& value) {
    const std::size_t index = values.free_index();
    if (index == values.most || !make_room(in_known)) return;
    const std::uint64_t before = in_known.cleared();
    known.insert_or_assign(key, noted_edge<Kit>{values, index, id, value});
    in_known.remove([wanted = entry_of(key)](const entry& each) { return each.is_of(wanted); });
    // The destructor of the old value may have cleared the map.
    if (before == in_known.cleared() || known.contains(key)) in_known.add(entry_of(key));
  }

  /// Erases from the container of that number by the object, or from `named` by the key. Returns how many entries.
  std::size_t erase(int which, int key, const pointer& object) {
    model(which).remove([&](const entry& each) { return is_of(each, which, key, object); });
    return which == 0 ? set.erase(object) : which == 1 ? named.erase(key) : known.erase(object);
  }

  [[nodiscard]] bool is_of(const entry& each, int which, int key, const pointer& object) const noexcept {
    return which == 1 ? each.key == key : each.is_of(entry_of(object));
  }

  /// Calls `see(key, object)` for the entries of the container of that number, which may change meanwhile.
  void each(int which, auto see) {
    if (which == 0) {
      for (const pointer& object : set) see(0, object);
    } else if (which == 1) {
      for (const auto& [key, object] : named) see(int{key}, object);
    } else {
      for (const auto& [key, value] : known) {
        expect(std::ranges::find(values.edges, &value) != values.edges.end(), "a weak map shows a value that is gone");
        see(0, key);
      }
    }
  }

  [[nodiscard]] weak_model& model(int which) noexcept { return which == 0 ? in_set : which == 1 ? in_named : in_known; }

  void clear() noexcept {
    for (weak_model* const each : {&in_set, &in_named, &in_known}) each->clear();
    set.clear();
    named.clear();
    known.clear();
  }

  void trace(auto&& visit) { visit(set, named, known); }

  noted_edges<Kit> values;  ///< of `known`
  weak_set<node, memory> set;
  weak_value_map<int, node, memory> named;
  weak_key_map<node, noted_edge<Kit>, memory> known;
  weak_model in_set, in_named, in_known;

 private:
  [[nodiscard]] bool make_room(weak_model& model) noexcept {
    model.remove([this](const entry& each) {
      const auto& oracle = values.in.oracle;
      return !oracle.is_alive(each.id) || oracle.serial(each.id) != each.serial;
    });
    return model.has_room();
  }

  void note(weak_model& model, int key, const pointer& object) noexcept {
    model.remove([key](const entry& each) { return each.key == key; });
    model.add(entry_of(object, key));
  }
};

}  // namespace ouro::fuzz
