#pragma once
/// \file
/// The handles of one heap that the programs of the graph fuzzer work with. `Kit` names the memory, and the oracle that
/// is told of each change; the oracle of a printed program is `no_oracle`.

#include <fuzz/graph/behaviour.hpp>
#include <fuzz/graph/copier.hpp>
#include <fuzz/graph/nodes.hpp>
#include <fuzz/graph/places.hpp>
#include <fuzz/graph/shadow.hpp>
#include <fuzz/graph/wide_node.hpp>
#include <ouro/ouro.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <new>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace ouro::fuzz {

/// The library's count of an object.
template <class Kit>
[[nodiscard]] std::uint32_t strong_count(const void* raw) noexcept {
  return count_word::strong(detail::header<typename Kit::memory::refcount>::of(raw)->load_count());
}

template <class Kit>
struct graph {
  using memory = typename Kit::memory;
  using gc = typename memory::gc;
  static constexpr bool collects = finds_cycles<typename memory::collector>;
  using node = plain_node<Kit>;
  using rich = rich_node<Kit>;
  using wide = wide_node<Kit>;
  using pointer = typename memory::template ptr<node>;
  using watcher = typename memory::template weak<node>;
  using anything = typename memory::template ptr<void>;
  using array_of_cells = typename memory::template ptr<cell<Kit>[]>;
  using interned = word_of<Kit>;
  using tuple = tuple_of<Kit>;
  static constexpr bool has_atomics = !wide::is_of_one_thread;
  using atomic_root = std::conditional_t<has_atomics, atomic_edge<Kit>, no_atomic_edge>;

  using tuple_block = std::tuple<witness<Kit>, pointer, pointer, anything>;

  /// Where the witness lies in the block of a tuple. The language allows no constant expression to ask for it.
  [[nodiscard]] static std::size_t offset_of_witness() noexcept {
    alignas(tuple_block) static std::byte room[sizeof(tuple_block)];
    auto& block = reinterpret_cast<tuple_block&>(room);  // only its address is used
    return static_cast<std::size_t>(reinterpret_cast<std::byte*>(&std::get<0>(block)) - room);
  }

  /// A weak pointer, and the object that it should lead to.
  struct watch_state {
    watcher to;
    object_id id = nobody;
    std::uint64_t serial = 0;
    bool has_callback = false;
    bool was_called = false;
  };

  [[nodiscard]] static interned word(std::size_t number) { return interned{word_texts[number % words]}; }

  /// Counts the objects that hold the word.
  void add_word(const interned& of, int more) noexcept {
    for (std::size_t i = 0; i != words; ++i) {
      if (of == word_texts[i]) words_in_objects[i] += more;
    }
  }

  /// Does what an object, or a callback without one, was made to do. An object in its destructor is dead for the
  /// oracle, and still has its edges.
  void act(behaviour what, std::size_t with, node* self, moment when) {
    const std::size_t to = with % handles;
    const bool is_whole = self != nullptr && when != moment::end;
    switch (what) {
      case behaviour::drop_root:
        return drop(to);
      case behaviour::make_root:
        return make(to);
      case behaviour::give_left:
        return give_left(to, self, is_whole);
      case behaviour::cut_right:
        if (is_whole) oracle.set(self->at(1), nobody);
        if (self != nullptr) self->right.reset();
        return;
      case behaviour::lock:
        return lock(to, with);
      case behaviour::collect:
        if (const std::size_t found = gc::collect(); when != moment::birth && !may_unwind)
          expect(found == 0, "a collection began in a destructor, finalizer or callback");
        return;
      case behaviour::intern:
        return intern(with % words, with / words);
      case behaviour::clear_items:
        if (root[to] != nullptr) clear_items(root[to]->as_rich());
        return;
      case behaviour::clear_wide:
        return with_wide_from(to, [this](wide& at) { clear(at); });
      case behaviour::insert_weak:
        return with_weak_from(to, [&](auto& weak) { insert(weak, (to + 1) % handles); });
      case behaviour::keep_self:
        if (is_whole) set_root(to, self->id, memory::from_this(self));
        return;
      case behaviour::keep_beside:
        if (is_whole && root[to] != nullptr) {
          oracle.set(root[to]->at(0), self->id);
          root[to]->left = memory::from_this(self);
        }
        return;
      case behaviour::keep_inside:
        if (!is_whole) return;
        oracle.set(self->at(0), self->id);
        self->left = memory::from_this(self);
        return;
      default:
        return;
    }
  }

  /// \throws 7 if it was made to
  void before_trace() {
    if (traces_left == never || traces_left-- != 0) return;
    traces_left = never;
    has_trace_thrown = true;
    throw 7;
  }

  void set_root(std::size_t to, object_id id, pointer made) noexcept {
    oracle.set(root_place(to), id);
    root[to % handles] = std::move(made);
  }

  void drop(std::size_t to) noexcept { set_root(to, nobody, nullptr); }

  void drop_all() noexcept {
    for (std::size_t i = 0; i != handles; ++i) drop(i);
    for (std::size_t i = 0; i != few; ++i) {
      drop(loose_place(i), loose[i]);
      drop(array_place(i), array[i]);
      drop(part_place(i), part[i]);
      drop(tuple_place(i), tuples[i]);
      drop(frozen_place(i), frozen[i]);
      oracle.set(atomic_place(i), nobody);
      if constexpr (has_atomics) atomic[i].store(nullptr);
    }
  }

  /// Makes all handles null without a drop: their objects have ended with their heap.
  void forget() noexcept {
    const auto forget_all = [](auto& some) {
      using handle = typename std::remove_cvref_t<decltype(some)>::value_type;
      for (auto& each : some) ::new (static_cast<void*>(&each)) handle{};
    };
    forget_all(root);
    forget_all(loose);
    forget_all(array);
    forget_all(part);
    forget_all(tuples);
    forget_all(frozen);
    forget_all(names);
    forget_all(text);
  }

  void drop(place at, auto& handle) noexcept {
    oracle.set(at, nobody);
    handle = {};
  }

  void lock(std::size_t to, std::size_t from) noexcept {
    pointer locked = watch[from % watches].to.lock();
    const object_id id = locked == nullptr ? nobody : locked->id;
    set_root(to, id, std::move(locked));
  }

  /// Does nothing while a container of the object grows, since the container undoes changes that are made meanwhile.
  void clear_items(rich* of) noexcept {
    if (of == nullptr || of == growing) return;
    oracle.clear_edges(of->id, rich::first_item, rich::most_items);
    of->items.clear();
  }

  static constexpr std::size_t never = static_cast<std::size_t>(-1);

  typename Kit::oracle oracle{};
  std::array<pointer, handles> root{};
  std::array<anything, few> loose{};
  std::array<array_of_cells, few> array{};
  std::array<part_of_array<Kit>, few> part{};
  std::array<tuple, few> tuples{};
  std::array<beads_of<Kit>, few> frozen{};
  std::array<atomic_root, few> atomic{};
  std::array<watch_state, watches> watch{};
  std::array<interned, words> text{};
  std::array<int, words> words_in_objects{};
  std::array<interned_string, std::size(attribute_names)> names{};  ///< empty until used first
  std::array<typename attributes<pointer, memory>::cache, std::size(attribute_names)> attribute_cache{};
  rich* growing = nullptr;
  std::size_t traces_left = never;  ///< traces before the one that throws
  bool has_trace_thrown = false;
  bool callbacks_are_idle = false;  ///< the callbacks of collections do nothing
  bool keeps_garbage = false;       ///< or has kept some garbage before
  bool is_limited = false;          ///< whether the heap has a limit
  std::size_t thread = 0;           ///< the one that runs
  bool is_held_up = false;          ///< a thread comes to no safe point, so that collections give up
  /// The operation runs constructors that may throw, and then destructors that the library does not call.
  bool may_unwind = false;

  /// The first wide node that root[from] or a root behind it leads to, or null.
  [[nodiscard]] wide* wide_from(std::size_t from) noexcept {
    for (std::size_t i = 0; i != handles; ++i) {
      const pointer& at = root[(from + i) % handles];
      if (wide* const found = at == nullptr ? nullptr : at->as_wide()) return found;
    }
    return nullptr;
  }

  /// Calls `use(node)` with this node if there is one, and holds it meanwhile.
  void with_wide_from(std::size_t from, auto use) {
    if (wide* const at = wide_from(from)) {
      const pointer held = memory::from_this(static_cast<node*>(at));
      use(*at);
    }
  }

  /// Calls `use(containers)` with the weak containers of that node.
  void with_weak_from(std::size_t from, auto use) {
    with_wide_from(from, [&use](wide& at) { use(at.weak); });
  }

  /// Calls `use(attributes)` with the attributes of that node.
  void with_attributes_from(std::size_t from, auto use) {
    if constexpr (wide::is_of_one_thread) with_wide_from(from, [&use](wide& at) { use(at.own); });
  }

  /// Calls `use(place, atomic)` with that of the number, and holds the node that it is in meanwhile.
  void with_atomic_from(std::size_t number, auto use) {
    if constexpr (has_atomics) {
      const std::size_t from = number / 2;
      if (number % 2 == 0) return use(atomic_place(from), atomic[from % few]);
      with_wide_from(from, [&use](wide& at) { use(at.at(wide::atomic_edge_of_wide), at.atomic); });
    }
  }

  /// \throws std::bad_alloc
  [[nodiscard]] const interned_string& attribute_name(std::size_t number) {
    interned_string& name = names[number % names.size()];
    if (name.empty()) name = interned_string{attribute_names[number % names.size()]};
    return name;
  }

  /// Assigns one handle to another.
  template <class Handle, class From>
  void assign(place to, Handle& handle, place from, const From& what) noexcept {
    oracle.set(to, oracle.get(from));
    handle = what;
  }

 private:
  /// What the library keeps whole at all times.
  void clear(wide& of) noexcept {
    of.weak.clear();
    if constexpr (wide::is_of_one_thread) {
      oracle.clear_edges(of.id, wide::first_attribute, wide::most_attributes);
      of.own.clear();
    }
  }

  void insert(auto& into, std::size_t from) noexcept {
    try {
      if (const pointer inserted = root[from]; inserted != nullptr) into.insert(inserted);
    } catch (const std::bad_alloc&) {
    }
  }

  void intern(std::size_t to, std::size_t number) noexcept {
    try {
      text[to] = word(number);
    } catch (const std::bad_alloc&) {
    }
  }

  void make(std::size_t to) noexcept {
    if (!oracle.has_spare_room()) return;
    try {
      pointer made = memory::template make<node>(*this);
      const object_id id = made->id;
      set_root(to, id, std::move(made));
    } catch (const std::bad_alloc&) {
    }
  }

  void give_left(std::size_t to, node* self, bool is_whole) noexcept {
    if (self == nullptr || self->left == nullptr) return;
    pointer given = std::move(self->left);
    if (is_whole) oracle.set(self->at(0), nobody);
    const object_id id = given->id;
    set_root(to, id, std::move(given));
  }
};

}  // namespace ouro::fuzz
