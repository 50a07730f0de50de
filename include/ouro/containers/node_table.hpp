#pragma once
/// \file
/// A hash table whose elements keep their addresses and their order.

#include <ouro/config.hpp>
#include <ouro/containers/dict_index.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Owns nodes, each at a numbered place, in the order of insertion; the index of a `dict` leads to them. A node says
/// its `hash`. It stays at its address while it is in the table, and at its place while none is extracted. All verbs
/// but `make_room` are noexcept; all are amortised O(1) on average.
template <class Node, class Memory>
class node_table {
  template <class T>
  using allocator = typename Memory::template std_allocator<T>;
  using nodes = std::vector<std::unique_ptr<Node>, allocator<std::unique_ptr<Node>>>;
  using index = dict_index<allocator<unsigned char>>;

 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// The first place with a node, or `places()`. O(1)
  [[nodiscard]] std::size_t first() const noexcept { return first_; }
  /// Numbers of places end there.
  [[nodiscard]] std::size_t places() const noexcept { return nodes_.size(); }
  /// Null where one was extracted.
  [[nodiscard]] Node* at(std::size_t place) const noexcept { return nodes_[place].get(); }

  /// The node with this hash that `is_it(node)` says yes to, or null.
  template <class IsIt>
  [[nodiscard]] Node* find(std::size_t hash, IsIt is_it) const {
    const std::size_t place = index_.find(hash, [&](std::size_t number) { return is_it(*nodes_[number]); });
    return place == index::none ? nullptr : at(place);
  }

  /// Calls `see(node)` for all, in their order. \pre `see` inserts none, and extracts none
  template <class See>
  void each(See see) const {
    for (const std::unique_ptr<Node>& each : nodes_) {
      if (each != nullptr) see(*each);
    }
  }

  /// Nodes that there is room for, with the places of those that were extracted.
  [[nodiscard]] std::size_t room() const noexcept { return index_.room(); }
  [[nodiscard]] bool has_room() const noexcept { return places() < room(); }

  /// For one more node. Allocations may begin a collection, whose destructors may change the table; it is whole then.
  /// \throws std::bad_alloc, and then nothing has changed
  void make_room() {
    while (!has_room()) {
      index wider{index::grown_slots_for(places())};
      nodes moved;
      moved.reserve(wider.room());
      if (places() >= wider.room()) continue;
      for (std::unique_ptr<Node>& each : nodes_) moved.push_back(std::move(each));
      nodes_.swap(moved);
      index_ = std::move(wider);
      fill_index();
    }
  }

  /// \pre there is room
  void insert(std::unique_ptr<Node> node) noexcept {
    index_.insert(node->hash, places());
    nodes_.push_back(std::move(node));
    ++size_;
  }

  /// \pre the node is in the table
  [[nodiscard]] std::unique_ptr<Node> extract(Node& node) noexcept {
    const std::size_t place = index_.find(node.hash, [&](std::size_t number) { return at(number) == &node; });
    index_.remove(place, [this](std::size_t number) { return at(number)->hash; });
    --size_;
    std::unique_ptr<Node> taken = std::move(nodes_[place]);
    while (first_ != places() && at(first_) == nullptr) ++first_;
    if (size_ < places() / 2) close_up();
    return taken;
  }

 private:
  void close_up() noexcept {
    std::size_t filled = 0;
    for (std::unique_ptr<Node>& each : nodes_) {
      if (each != nullptr) nodes_[filled++].swap(each);
    }
    nodes_.resize(filled);
    first_ = 0;
    index_.clear();
    fill_index();
  }

  /// \pre the index is empty
  void fill_index() noexcept {
    for (std::size_t place = 0; place != places(); ++place) {
      if (at(place) != nullptr) index_.insert(at(place)->hash, place);
    }
  }

  nodes nodes_;
  index index_{};
  std::size_t size_ = 0;   ///< places with a node
  std::size_t first_ = 0;  ///< all places before it are empty
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
