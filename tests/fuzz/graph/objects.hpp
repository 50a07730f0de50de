#pragma once
/// \file
/// The objects of the graph fuzzer, and the handles that its programs work with. `Kit` names the memory, and the oracle
/// that all of them report to; that of a printed program is `no_oracle`.

#include <fuzz/graph/shadow.hpp>
#include <ouro/ouro.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>

namespace ouro::fuzz {

/// What an object does in its destructor, or when it is finalized, or in the callback of a weak pointer to it.
enum class behaviour : std::uint8_t {
  nothing,
  drop_root,    ///< root[arg].reset()
  make_root,    ///< root[arg] = a new node
  give_left,    ///< root[arg] = its left edge
  cut_right,    ///< its right edge is reset
  lock,         ///< root[arg] = watch[arg].lock()
  collect,      ///< which must do nothing there
  keep_self,    ///< root[arg] = itself, in a finalizer alone
  keep_beside,  ///< the left edge of root[arg] = itself, in a finalizer alone
  count
};

/// As the fuzzer's programs and C++ name it.
[[nodiscard]] constexpr std::string_view name_of(behaviour what) noexcept {
  constexpr std::string_view names[] = {"nothing", "drop_root", "make_root", "give_left",  "cut_right",
                                        "lock",    "collect",   "keep_self", "keep_beside"};
  static_assert(std::size(names) == static_cast<std::size_t>(behaviour::count));
  return names[static_cast<std::size_t>(what)];
}

/// What an operand asks for, of what destructors and callbacks can do: half of the objects do nothing.
[[nodiscard]] constexpr behaviour behaviour_of(std::uint8_t operand) noexcept {
  constexpr auto all = static_cast<std::uint8_t>(behaviour::keep_self);
  return operand % 2 == 0 ? behaviour::nothing : static_cast<behaviour>(operand / 2 % all);
}

inline constexpr std::size_t handles = 8;  ///< of each kind
inline constexpr std::size_t watches = 4;

[[nodiscard]] constexpr place root_place(std::size_t index) noexcept {
  return {nobody, static_cast<std::uint8_t>(index)};
}

template <class Kit>
struct graph;

/// Says that there is an oracle no more: for programs that are printed.
struct no_oracle {
  [[nodiscard]] static bool has_room() noexcept { return true; }
  static object_id born(const void*) noexcept { return 0; }
  static void dies(object_id, const edges_seen&) noexcept {}
  static void finalizes(object_id, const edges_seen&) noexcept {}
  [[nodiscard]] static object_id get(place) noexcept { return nobody; }
  static void set(place, object_id) noexcept {}
  static object_id take(place) noexcept { return nobody; }
};

/// Two edges, and something to do at its end.
template <class Kit>
struct plain_node {
  using memory = typename Kit::memory;
  using pointer = typename memory::template ptr<plain_node>;

  explicit plain_node(graph<Kit>& of, behaviour what = behaviour::nothing, std::size_t with = 0)
      : in{of}, at_end{what}, arg{static_cast<std::uint8_t>(with)}, id{of.oracle.born(this)} {}
  plain_node(const plain_node&) = delete;
  plain_node& operator=(const plain_node&) = delete;
  virtual ~plain_node() {
    in.oracle.dies(id, seen());
    in.act(at_end, arg, this);
  }

  void trace(auto&& visit) { visit(left, right); }

  [[nodiscard]] edges_seen seen() const { return {left.get(), right.get()}; }
  [[nodiscard]] pointer& edge(std::size_t index) noexcept { return index == 0 ? left : right; }
  [[nodiscard]] place at(std::size_t index) const noexcept { return {id, static_cast<std::uint8_t>(index)}; }

  graph<Kit>& in;
  pointer left, right;
  behaviour at_end;
  std::uint8_t arg;
  object_id id;
};

/// The handles of one heap.
template <class Kit>
struct graph {
  using memory = typename Kit::memory;
  using node = plain_node<Kit>;
  using pointer = typename memory::template ptr<node>;
  using watcher = typename memory::template weak<node>;

  /// A weak pointer, and what it should be.
  struct watch_state {
    watcher to;
    object_id id = nobody;
    std::uint64_t serial = 0;
    bool has_callback = false;
    bool was_called = false;
  };

  /// User code that the library calls.
  class nested {
   public:
    explicit nested(graph& of) noexcept : in_{of} { ++in_.depth; }
    nested(const nested&) = delete;
    nested& operator=(const nested&) = delete;
    ~nested() { --in_.depth; }

   private:
    graph& in_;
  };

  /// `self` has died for the oracle, but its edges are there; null in a callback.
  void act(behaviour what, std::size_t with, node* self) noexcept {
    if (what == behaviour::nothing) return;
    const nested within{*this};
    const std::size_t to = with % handles;
    switch (what) {
      case behaviour::drop_root:
        drop(to);
        break;
      case behaviour::make_root:
        if (oracle.has_room()) set_new(to, memory::template make<node>(*this));
        break;
      case behaviour::give_left:
        if (self != nullptr && self->left != nullptr) {
          oracle.set(root_place(to), self->left->id);
          root[to] = std::move(self->left);
        }
        break;
      case behaviour::cut_right:
        if (self != nullptr) self->right.reset();
        break;
      case behaviour::lock:
        lock(to, with % watches);
        break;
      case behaviour::collect:
        expect(memory::gc::collect() == 0, "a collection began in user code");
        break;
      default:
        break;
    }
  }

  void drop(std::size_t to) noexcept {
    oracle.set(root_place(to), nobody);
    root[to].reset();
  }

  void set_new(std::size_t to, pointer made) noexcept {
    oracle.set(root_place(to), made->id);
    root[to] = std::move(made);
  }

  void lock(std::size_t to, std::size_t from) noexcept {
    pointer locked = watch[from].to.lock();
    oracle.set(root_place(to), locked == nullptr ? nobody : locked->id);
    root[to] = std::move(locked);
  }

  typename Kit::oracle oracle{};
  std::array<pointer, handles> root{};
  std::array<watch_state, watches> watch{};
  unsigned depth = 0;  ///< of user code that the library runs
};

}  // namespace ouro::fuzz
