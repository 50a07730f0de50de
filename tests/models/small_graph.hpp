#pragma once
/// \file
/// Builds one small graph, drops its handles with a collection at a chosen moment, and compares the heap with a model
/// after each step.

#include <ouro/ouro.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>

namespace ouro::test {

/// Allocates slots of a table, and so notices at once a block that is freed twice, never, or with another size. For one
/// thread.
struct slot_allocator {
  static constexpr std::size_t slots = 8;
  static constexpr std::size_t slot_bytes = 256;

  struct alignas(64) slot {
    std::byte bytes[slot_bytes];
  };
  static inline slot memory[slots];
  static inline std::size_t bytes_of[slots] = {};  ///< of the block in the slot, 0 if there is none
  static inline std::size_t used = 0;              ///< blocks
  static inline bool is_misused = false;

  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t) noexcept {
    for (std::size_t i = 0; i != slots; ++i) {
      if (bytes_of[i] != 0) continue;
      bytes_of[i] = bytes;
      ++used;
      return &memory[i];
    }
    return nullptr;
  }

  static void deallocate(void* block, std::size_t bytes, std::size_t) noexcept {
    const auto i = static_cast<std::size_t>(static_cast<slot*>(block) - memory);
    if (bytes_of[i] != bytes) is_misused = true;
    bytes_of[i] = 0;
    --used;
  }
};

/// A directed graph: the number of edges from each node to each.
struct small_graph {
  static constexpr int most_nodes = 4;
  static constexpr int most_edges = 6;  ///< that leave one node

  int nodes = 0;
  std::array<std::array<std::uint8_t, most_nodes>, most_nodes> edges{};  ///< `[from][to]`

  [[nodiscard]] int edge_count() const {
    int sum = 0;
    for (const auto& row : edges) {
      for (const int each : row) sum += each;
    }
    return sum;
  }
};

enum class collection : std::uint8_t {
  full,        ///< `gc::collect()`
  minor,       ///< `gc::collect(0)`
  step,        ///< `gc::step`, with a budget of more objects than there are
  small_step,  ///< `gc::step(1)`
};

/// What happens to a graph: its edges are added one by one while there are handles of each node, and then the handles
/// are dropped one by one. After each of these steps there is a moment for a collection.
struct history {
  static constexpr int never = -1;
  static constexpr int always = -2;
  static constexpr int nobody = -1;

  const std::uint8_t* drops;  ///< the nodes whose handles are dropped, one after the other
  int handles = 1;            ///< of each node
  int moment = never;         ///< of the collection
  collection what = collection::full;
  bool is_watched = false;  ///< whether each node has weak pointers, with a callback and without
  int rising = nobody;      ///< the node whose finalizer resurrects it
};

/// Runs histories under one bundle of policies.
template <class Memory>
class small_graph_runner {
  struct node;
  using pointer = typename Memory::template ptr<node>;
  using watcher = typename Memory::template weak<node>;
  static constexpr int most = small_graph::most_nodes;
  using mask = unsigned;  ///< of nodes

 public:
  static constexpr bool has_steps = requires { Memory::gc::step(1); };

  /// Returns the first fault, or null. Throws nothing.
  [[nodiscard]] const char* run(const small_graph& graph, const history& what) {
    graph_ = &graph;
    what_ = &what;
    fault_ = nullptr;
    begin();
    build();
    take_down();
    end();
    return fault_;
  }

  /// The number of checks so far, for tests of this class.
  [[nodiscard]] std::uint64_t checks() const { return checks_; }

 private:
  struct node {
    node(small_graph_runner& of, int number) : runner{of}, name{number} {}
    node(const node&) = delete;
    node& operator=(const node&) = delete;
    virtual ~node() { runner.dies(*this); }
    void trace(auto&& visit) { visit(edges); }

    small_graph_runner& runner;
    int name;
    int used = 0;  ///< of `edges`
    pointer edges[small_graph::most_edges];
  };

  struct rising_node final : node {
    using node::node;
    void finalize() { this->runner.finalizes(*this); }
  };

  void expect(bool holds, const char* what) {
    ++checks_;
    if (!holds && fault_ == nullptr) fault_ = what;
  }

  void begin() {
    alive_ = (1u << graph_->nodes) - 1;
    destroyed_ = 0;
    called_back_ = 0;
    collections_ = 0;
    next_moment_ = 0;
    is_finalized_ = false;
    handles_of_ = {};
    edges_of_ = {};
    for (int i = 0; i != graph_->nodes; ++i) {
      const auto at = static_cast<std::size_t>(i);
      for (int k = 0; k != what_->handles; ++k) {
        if (k != 0) {
          handles_[at][static_cast<std::size_t>(k)] = handles_[at][0];
        } else if (i == what_->rising) {
          handles_[at][0] = Memory::template make<rising_node>(*this, i);
        } else {
          handles_[at][0] = Memory::template make<node>(*this, i);
        }
      }
      handles_of_[at] = what_->handles;
      raw_[at] = handles_[at][0].get();
      if (!what_->is_watched) continue;
      weak_[at] = handles_[at][0];
      calling_[at] = watcher{handles_[at][0], [this, i] { is_called_back(i); }};
    }
    check();
  }

  void build() {
    for (int from = 0; from != graph_->nodes; ++from) {
      for (int to = 0; to != graph_->nodes; ++to) {
        const auto f = static_cast<std::size_t>(from);
        const auto t = static_cast<std::size_t>(to);
        for (int k = 0; k != graph_->edges[f][t]; ++k) {
          raw_[f]->edges[raw_[f]->used++] = handles_[t][0];
          ++edges_of_[f][t];
          moment();
        }
      }
    }
  }

  void take_down() {
    for (int i = 0; i != graph_->nodes * what_->handles; ++i) {
      const auto at = static_cast<std::size_t>(what_->drops[i]);
      const int left = --handles_of_[at];
      settle();
      handles_[at][static_cast<std::size_t>(left)].reset();
      moment();
    }
  }

  void end() {
    collect(collection::full);
    // A resurrected object lives by its last handle.
    has_risen_ = false;
    settle();
    risen_.reset();
    check();
    collect(collection::full);
    expect(alive_ == 0, "an object outlived its last handle and a full collection");
    for (auto& each : weak_) each.reset();
    for (auto& each : calling_) each.reset();
    expect(Memory::gc::count() == 0, "a candidate is left of nothing");
  }

  void moment() {
    check();
    const bool is_due = what_->moment == history::always || what_->moment == next_moment_;
    ++next_moment_;
    if (is_due) collect(what_->what);
  }

  void collect(collection what) {
    const bool is_exact =
        what == collection::full || what == collection::step || (what == collection::minor && collections_ == 0);
    ++collections_;
    const mask before = destroyed_;
    const std::size_t destroyed = run_collection(what);
    const mask garbage = alive_ & ~reached();
    if (is_exact) {
      if ((garbage & rising()) != 0) rise();
      alive_ &= reached();
    } else {
      // Such a collection may leave garbage, and must not destroy any other object.
      expect(((destroyed_ & ~before) & ~garbage) == 0, "a collection destroyed an object in use");
      if (risen_ != nullptr && !has_risen_) {
        expect((garbage & rising()) != 0, "a collection finalized an object in use");
        rise();
      }
      alive_ &= ~destroyed_;
    }
    check();
    std::size_t died = 0;
    for (mask each = destroyed_ & ~before; each != 0; each &= each - 1) ++died;
    // Old objects that a collection does not look at die by their counts, and are not in its sum.
    expect(what == collection::full ? destroyed == died : destroyed <= died,
           "a collection has not destroyed as many objects as it said");
  }

  [[nodiscard]] static std::size_t run_collection(collection what) {
    if constexpr (has_steps) {
      if (what == collection::step) return Memory::gc::step(64);
      if (what == collection::small_step) return Memory::gc::step(1);
    }
    return what == collection::minor ? Memory::gc::collect(0) : Memory::gc::collect();
  }

  // What the model expects.

  [[nodiscard]] mask rising() const {
    return what_->rising == history::nobody || is_finalized_ ? 0 : 1u << what_->rising;
  }
  void rise() {
    is_finalized_ = true;
    has_risen_ = true;
  }

  [[nodiscard]] int count_of(std::size_t of) const {
    int sum = handles_of_[of] + (has_risen_ && static_cast<int>(of) == what_->rising ? 1 : 0);
    for (std::size_t from = 0; from != most; ++from) {
      if ((alive_ >> from & 1) != 0) sum += edges_of_[from][of];
    }
    return sum;
  }

  [[nodiscard]] mask closure(mask from) const {
    for (mask before = 0; before != from;) {
      before = from;
      for (std::size_t i = 0; i != most; ++i) {
        for (std::size_t to = 0; (before >> i & 1) != 0 && to != most; ++to) {
          if (edges_of_[i][to] != 0) from |= 1u << to;
        }
      }
    }
    return from;
  }

  /// The nodes that are reached from handles.
  [[nodiscard]] mask reached() const {
    mask roots = has_risen_ ? 1u << what_->rising : 0;
    for (std::size_t i = 0; i != most; ++i) {
      if (handles_of_[i] != 0) roots |= 1u << i;
    }
    return closure(roots);
  }

  /// Nodes without pointers die, or are resurrected.
  void settle() {
    for (std::size_t i = 0; i != static_cast<std::size_t>(graph_->nodes);) {
      if ((alive_ >> i & 1) == 0 || count_of(i) != 0) {
        ++i;
        continue;
      }
      if ((rising() >> i & 1) != 0) {
        rise();
      } else {
        alive_ &= ~(1u << i);
      }
      i = 0;
    }
  }

  // What the objects report.

  void dies(const node& dying) {
    const mask bit = 1u << dying.name;
    expect((destroyed_ & bit) == 0, "a destructor ran twice");
    destroyed_ |= bit;
    for (const auto& each : dying.edges) {
      expect(each == nullptr || (destroyed_ >> each->name & 1) == 0 || each.get() == &dying,
             "a destructor saw a dead peer");
    }
  }

  void finalizes(node& of) {
    expect(!was_finalized(), "finalize was called twice, or of an object in use");
    const mask seen = closure(1u << of.name);
    expect((destroyed_ & seen) == 0, "finalize saw a dead peer");
    for (int i = 0; i != of.used; ++i) expect(of.edges[i] != nullptr, "finalize saw a cut edge");
    risen_ = Memory::from_this(&of);
  }

  /// Whether the finalizer has run. The model knows of it before, where an object dies by its count.
  [[nodiscard]] bool was_finalized() const { return risen_ != nullptr || (is_finalized_ && !has_risen_); }

  void is_called_back(int name) {
    expect((called_back_ >> name & 1) == 0, "a callback ran twice");
    expect((destroyed_ >> name & 1) != 0, "a callback ran for an object that lives");
    called_back_ |= 1u << name;
  }

  void check() {
    const mask all = (1u << graph_->nodes) - 1;
    expect(destroyed_ == (all & ~alive_), "other objects live than should");
    expect(has_risen_ == (risen_ != nullptr), "finalize was not called, or for an object in use");
    for (std::size_t i = 0; i != static_cast<std::size_t>(graph_->nodes); ++i) {
      const bool lives = ((alive_ & ~destroyed_) >> i & 1) != 0;
      if (lives) {
        const auto count = detail::counting<typename Memory::refcount, typename Memory::collector>::strong(raw_[i]);
        expect(count == static_cast<std::uint32_t>(count_of(i)), "a count is not the number of pointers");
      }
      if (what_->is_watched) {
        expect(weak_[i].expired() != lives && calling_[i].expired() != lives, "a weak pointer is wrong");
        expect((called_back_ >> i & 1) == (lives ? 0u : 1u), "a callback has not run, or runs for the living");
      }
    }
    if constexpr (std::is_same_v<typename Memory::allocator, slot_allocator>) {
      expect(!slot_allocator::is_misused, "a block was freed that is none");
      std::size_t living = 0;
      for (mask each = alive_; each != 0; each &= each - 1) ++living;
      expect(slot_allocator::used == living, "a block was not freed");
    }
  }

  const small_graph* graph_ = nullptr;
  const history* what_ = nullptr;
  const char* fault_ = nullptr;
  std::uint64_t checks_ = 0;

  // The objects.
  std::array<std::array<pointer, 2>, most> handles_{};
  std::array<node*, most> raw_{};
  std::array<watcher, most> weak_{};
  std::array<watcher, most> calling_{};
  pointer risen_{};
  mask destroyed_ = 0;
  mask called_back_ = 0;

  // The model.
  std::array<int, most> handles_of_{};
  std::array<std::array<int, most>, most> edges_of_{};
  mask alive_ = 0;
  bool has_risen_ = false;     ///< was resurrected, and `risen_` holds it
  bool is_finalized_ = false;  ///< the node that rises
  int collections_ = 0;
  int next_moment_ = 0;
};

}  // namespace ouro::test
