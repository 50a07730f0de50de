#pragma once
/// \file
/// A hash table whose nodes have stable addresses and an order.

#include <ouro/config.hpp>
#include <ouro/containers/dict_index.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Owns nodes in the order of insertion, each at a numbered place, with the hash index of a `dict`. A node has a member
/// `hash`. Its address does not change while it is in the table; its place may change when another node is extracted.
/// All functions but `make_room` are noexcept; all are amortised O(1) on average.
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
  /// The numbers of places are smaller than that.
  [[nodiscard]] std::size_t places() const noexcept { return nodes_.size(); }
  /// The node at a place; null if it was extracted.
  [[nodiscard]] Node* at(std::size_t place) const noexcept { return nodes_[place].get(); }

  /// The node with this hash for which `is_it(node)` is true, or null.
  template <class IsIt>
  [[nodiscard]] Node* find(std::size_t hash, IsIt is_it) const {
    const std::size_t place = index_.find(hash, [&](std::size_t number) { return is_it(*nodes_[number]); });
    return place == index::none ? nullptr : at(place);
  }

  /// Calls `see(node)` for all nodes in their order. \pre `see` inserts and extracts no node
  template <class See>
  void each(See see) const {
    for (const std::unique_ptr<Node>& each : nodes_) {
      if (each != nullptr) see(*each);
    }
  }

  /// The number of places that there is room for, those of extracted nodes included.
  [[nodiscard]] std::size_t room() const noexcept { return index_.room(); }
  [[nodiscard]] bool has_room() const noexcept { return places() < room(); }

  /// Makes room for one more node. An allocation may begin a collection whose destructors change the table; it is valid
  /// then. \throws std::bad_alloc, and then nothing has changed
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
    if (size_ < places() / 2) compact();
    return taken;
  }

 private:
  void compact() noexcept {
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
