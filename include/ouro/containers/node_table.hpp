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
/// `Pointer` owns a node. All functions but `make_room` are noexcept; all are amortised O(1) on average.
template <class Node, class Memory, class Pointer = std::unique_ptr<Node>>
class node_table {
  template <class T>
  using allocator = typename Memory::template std_allocator<T>;
  using nodes = std::vector<Pointer, allocator<Pointer>>;
  using index = dict_index<allocator<unsigned char>>;

 public:
  static constexpr std::size_t none = index::none;

  /// Memory for a table that has so many places, and needs more. \see take
  class larger_memory {
   public:
    /// \throws std::bad_alloc
    explicit larger_memory(std::size_t places) : index_{index::grown_slots_for(places)} {
      nodes_.reserve(index_.room());
    }

   private:
    friend class node_table;
    index index_;
    nodes nodes_{};
  };

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// The first place with a node, or `places()`. O(1)
  [[nodiscard]] std::size_t first() const noexcept { return first_; }
  /// The numbers of places are smaller than that.
  [[nodiscard]] std::size_t places() const noexcept { return nodes_.size(); }
  /// The node at a place; null if it was extracted.
  [[nodiscard]] Node* at(std::size_t place) const noexcept { return nodes_[place].get(); }

  [[nodiscard]] const Pointer& pointer_at(std::size_t place) const noexcept { return nodes_[place]; }

  /// The place of the node with this hash for which `is_it(node)` is true, or `none`.
  template <class IsIt>
  [[nodiscard]] std::size_t place_of(std::size_t hash, IsIt is_it) const {
    return index_.find(hash, [&](std::size_t number) { return is_it(*nodes_[number]); });
  }

  /// The node with this hash for which `is_it(node)` is true, or null.
  template <class IsIt>
  [[nodiscard]] Node* find(std::size_t hash, IsIt is_it) const {
    const std::size_t place = place_of(hash, is_it);
    return place == none ? nullptr : at(place);
  }

  /// Calls `see(pointer)` for all nodes with this hash. \pre as for `each`
  template <class See>
  void each_of(std::size_t hash, See see) const {
    static_cast<void>(index_.find(hash, [&](std::size_t number) {
      if (nodes_[number]->hash == hash) see(nodes_[number]);
      return false;
    }));
  }

  /// Calls `see(node)` for all nodes in their order. \pre `see` inserts and extracts no node
  template <class See>
  void each(See see) const {
    for (const Pointer& each : nodes_) {
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
      larger_memory larger{places()};
      take(larger);
    }
  }

  /// Gives the nodes other memory, unless that has not enough room by now; `larger` gets the memory that they had.
  /// Neither allocates nor frees. O(places)
  void take(larger_memory& larger) noexcept {
    if (places() >= larger.index_.room()) return;
    for (Pointer& each : nodes_) larger.nodes_.push_back(std::move(each));
    nodes_.swap(larger.nodes_);
    std::swap(index_, larger.index_);
    fill_index();
  }

  /// \pre there is room
  void insert(Pointer node) noexcept {
    index_.insert(node->hash, places());
    nodes_.push_back(std::move(node));
    ++size_;
  }

  /// \pre the node is in the table
  [[nodiscard]] Pointer extract(Node& node) noexcept {
    const std::size_t place = place_of(node);
    index_.remove(place, [this](std::size_t number) { return at(number)->hash; });
    --size_;
    Pointer taken = std::move(nodes_[place]);
    while (first_ != places() && at(first_) == nullptr) ++first_;
    if (size_ < places() / 2) compact();
    return taken;
  }

  /// Puts a node of the same hash in the place of another one, which it returns. \pre that one is in the table
  [[nodiscard]] Pointer replace(Node& node, Pointer with) noexcept {
    return std::exchange(nodes_[place_of(node)], std::move(with));
  }

 private:
  [[nodiscard]] std::size_t place_of(const Node& node) const noexcept {
    return index_.find(node.hash, [&](std::size_t number) { return at(number) == &node; });
  }

  void compact() noexcept {
    std::size_t filled = 0;
    for (Pointer& each : nodes_) {
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
