#pragma once
/// \file
/// The objects of the graph fuzzer. Each reports its life to the oracle of its graph, and does what it was made to do.

#include <fuzz/graph/behaviour.hpp>
#include <fuzz/graph/shadow.hpp>
#include <ouro/ouro.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>

namespace ouro::fuzz {

template <class Kit>
struct graph;
template <class Kit>
struct plain_node;
template <class Kit>
struct rich_node;
template <class Kit>
struct wide_node;
template <class Kit>
struct cell;
template <class Kit>
struct witness;

/// A pointer to an element, which owns the array.
template <class Kit>
using part_of_array = managed_alias<cell<Kit>, typename Kit::memory::refcount, typename Kit::memory::collector,
                                    typename Kit::memory::allocator>;

/// An immutable sequence.
template <class Kit>
using beads_of = frozen_list<cell<Kit>, typename Kit::memory>;

/// An immutable sequence whose elements are of several types.
template <class Kit>
using tuple_of =
    basic_tuple<typename Kit::memory, witness<Kit>, typename Kit::memory::template ptr<plain_node<Kit>>,
                typename Kit::memory::template ptr<plain_node<Kit>>, typename Kit::memory::template ptr<void>>;

/// An interned word: of all threads if the objects are shared, or else of one heap.
template <class Kit>
using word_of =
    basic_interned_string<std::conditional_t<Kit::memory::refcount::is_thread_safe, mutex_locking, no_locking>>;

/// The moments at which the library calls an object.
enum class moment : std::uint8_t { birth, finalize, end, callback };

/// An object with two edges, whose destructor does something.
template <class Kit>
struct plain_node {
  using memory = typename Kit::memory;
  using pointer = typename memory::template ptr<plain_node>;

  explicit plain_node(graph<Kit>& of, behaviour what = behaviour::nothing, std::size_t with = 0)
      : in{of}, id{of.oracle.born(object_kind::node, this)}, at_end{what}, arg{static_cast<std::uint8_t>(with)} {}
  plain_node(const plain_node& from)
      : in{from.in},
        left{from.left},
        right{from.right},
        id{in.oracle.born_as_copy(this, from.id)},
        at_end{from.at_end},
        arg{from.arg} {}
  plain_node& operator=(const plain_node&) = delete;
  virtual ~plain_node() { end({left.get(), right.get()}); }

  void trace(auto&& visit) {
    in.before_trace();
    visit(left, right);
  }

  [[nodiscard]] virtual edges_seen seen() const { return {left.get(), right.get()}; }
  [[nodiscard]] virtual rich_node<Kit>* as_rich() noexcept { return nullptr; }
  [[nodiscard]] virtual wide_node<Kit>* as_wide() noexcept { return nullptr; }

  [[nodiscard]] pointer& edge(std::size_t index) noexcept { return index == 0 ? left : right; }
  [[nodiscard]] place at(std::size_t index) const noexcept { return {id, static_cast<std::uint8_t>(index)}; }

  /// To be called by the destructor of the most derived class, before its edges are destroyed.
  void end(const edges_seen& last) noexcept {
    if (std::exchange(has_ended, true)) return;
    in.oracle.dies(id, last);
    in.act(at_end, arg, this, moment::end);
  }

  graph<Kit>& in;
  pointer left, right;
  object_id id;
  behaviour at_end;
  std::uint8_t arg;
  bool has_ended = false;
};

/// An object with the other kinds of edges too: type-erased, into an array, in a list and in a dict. Has an interned
/// word.
template <class Kit>
struct rich_node : plain_node<Kit> {
  using base = plain_node<Kit>;
  using memory = typename base::memory;
  using pointer = typename base::pointer;

  static constexpr std::size_t any_edge = 2, part_edge = 3, first_item = 4, most_items = 6, first_name = 10, names = 6;

  explicit rich_node(graph<Kit>& of, behaviour what = behaviour::nothing, std::size_t with = 0)
      : base{of, what, with}, word{of.word(with)} {
    of.add_word(word, 1);
  }
  rich_node(const rich_node& from)
      : base{from}, any{from.any}, part{from.part}, items{from.items}, named{from.named}, word{from.word} {
    this->in.add_word(word, 1);
  }
  ~rich_node() override {
    this->in.add_word(word, -1);
    this->end(rich_node::seen());
  }

  void trace(auto&& visit) {
    base::trace(visit);
    visit(any, part, items, named);
  }

  [[nodiscard]] edges_seen seen() const override {
    edges_seen all = base::seen();
    all[any_edge] = any.get();
    all[part_edge] = part.owner().get();
    for (std::size_t i = 0; i != items.size(); ++i) all[first_item + i] = items[i].get();
    for (const auto& [key, value] : named) all[first_name + static_cast<std::size_t>(key)] = value.get();
    return all;
  }
  [[nodiscard]] rich_node* as_rich() noexcept override { return this; }

  typename memory::template ptr<void> any;
  part_of_array<Kit> part;
  list<pointer, memory> items;
  dict<int, pointer, memory> named;
  word_of<Kit> word;
};

/// A node with a finalizer.
template <class Node>
struct rising final : Node {
  template <class Graph>
  rising(Graph& of, behaviour when_finalized, behaviour what, std::size_t with)
      : Node{of, what, with}, at_finalize{when_finalized} {}
  rising(const rising& from) = default;
  rising& operator=(const rising&) = delete;
  ~rising() override = default;

  void trace(auto&& visit) { Node::trace(visit); }

  void finalize() {
    this->in.oracle.finalizes(this->id, this->seen());
    this->in.act(at_finalize, this->arg, this, moment::finalize);
    if (at_finalize == behaviour::throws) throw 7;
  }

  behaviour at_finalize;
};

/// A node whose constructor does something.
template <class Node>
struct eager final : Node {
  template <class Graph>
  eager(Graph& of, behaviour when_born, std::size_t with) : Node{of, behaviour::nothing, with} {
    this->in.act(when_born, with, this, moment::birth);
    if (when_born == behaviour::throws) throw 7;
  }
  eager(const eager&) = default;
  eager& operator=(const eager&) = delete;
  ~eager() override = default;

  void trace(auto&& visit) { Node::trace(visit); }
};

inline constexpr std::size_t cells = 4;  ///< of an array

/// How an array is made: which of its elements throws, if any, and the targets of their edges.
template <class Kit>
struct array_plan {
  /// The elements as an immutable sequence.
  [[nodiscard]] beads_of<Kit> freeze() const {
    const auto plans = std::views::iota(0, static_cast<int>(cells)) |
                       std::views::transform([this](int) -> const array_plan& { return *this; });
    return beads_of<Kit>(plans.begin(), plans.end());
  }

  graph<Kit>& in;
  std::size_t throws_at = static_cast<std::size_t>(-1);
  std::array<typename plain_node<Kit>::pointer, cells> edges{};
  mutable std::size_t made = 0;
};

/// An element of an array. The array is one object of the oracle: its life begins with the first element that is made,
/// and ends with the first that is destroyed.
template <class Kit>
struct cell {
  using pointer = typename plain_node<Kit>::pointer;

  explicit cell(const array_plan<Kit>& plan)
      : in{plan.in},
        index{plan.made++},
        array{index == 0 ? in.oracle.born(object_kind::array, this) : this[-1].array},
        edge{plan.edges[index]} {
    if (plan.throws_at != index) return;
    end({});
    throw 7;
  }
  cell(const cell& from)
      : in{from.in},
        index{from.index},
        array{index == 0 ? in.oracle.born_as_copy(this, from.array) : this[-1].array},
        edge{from.edge} {}
  cell& operator=(const cell&) = delete;
  ~cell() {
    edges_seen seen{};
    for (std::size_t i = 0; i <= index; ++i) seen[index - i] = (this - i)->edge.get();
    end(seen);
  }

  void trace(auto&& visit) { visit(edge); }

  [[nodiscard]] place at() const noexcept { return {array, static_cast<std::uint8_t>(index)}; }

  void end(const edges_seen& seen) noexcept {
    if (in.oracle.is_alive(array)) in.oracle.dies(array, seen);
  }

  graph<Kit>& in;
  std::size_t index;
  object_id array;
  pointer edge;
};

/// An element of a tuple, which reports the life of the tuple.
template <class Kit>
struct witness {
  explicit witness(graph<Kit>& of) : in{of}, id{of.oracle.born(object_kind::tuple, block())} {}
  witness(const witness& from) : in{from.in}, id{in.oracle.born_as_copy(block(), from.id)} {}
  witness& operator=(const witness&) = delete;
  ~witness() { in.oracle.dies(id, {}); }

  [[nodiscard]] friend bool operator==(const witness& left, const witness& right) { return &left == &right; }

  /// The address of the tuple.
  [[nodiscard]] const void* block() const noexcept {
    return reinterpret_cast<const std::byte*>(this) - graph<Kit>::offset_of_witness();
  }

  graph<Kit>& in;
  object_id id;
};

}  // namespace ouro::fuzz

template <class Kit>
inline constexpr bool ouro::leaf<ouro::fuzz::witness<Kit>> = true;
template <class Kit>
inline constexpr bool ouro::clonable<ouro::fuzz::plain_node<Kit>> = true;
template <class Kit>
inline constexpr bool ouro::clonable<ouro::fuzz::rich_node<Kit>> = true;
template <class Node>
inline constexpr bool ouro::clonable<ouro::fuzz::rising<Node>> = true;
template <class Node>
inline constexpr bool ouro::clonable<ouro::fuzz::eager<Node>> = true;
template <class Kit>
inline constexpr bool ouro::clonable<ouro::fuzz::cell<Kit>> = true;
template <class Kit, class... Rest>
inline constexpr bool ouro::clonable<std::tuple<ouro::fuzz::witness<Kit>, Rest...>> = true;
