#pragma once
/// \file
/// The oracle of the graph fuzzer: which objects there are, what points to what, and so how often each is pointed to.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace ouro::fuzz {

/// What was wrong; in memory that a parent process has too, if it wants to know.
inline const char** last_failure = nullptr;

/// Ends the program, whose operations the fuzzer knows: its parent shrinks them.
[[noreturn]] inline void fail(const char* what) {
  if (last_failure != nullptr) *last_failure = what;
  std::fprintf(stderr, "fuzz_graph: %s\n", what);
  std::fflush(stderr);
  std::abort();
}

inline void expect(bool holds, const char* what) {
  if (!holds) [[unlikely]]
    fail(what);
}

/// The number of an object; another one may have it after its death.
using object_id = std::uint8_t;
inline constexpr object_id nobody = 255;
inline constexpr std::size_t most_objects = 64;
inline constexpr std::size_t most_edges = 16;
inline constexpr std::size_t most_roots = 16;

enum class object_kind : std::uint8_t { node, array, tuple };

/// What the edges of an object lead to, as the object itself sees them.
using edges_seen = std::array<const void*, most_edges>;

/// A strong handle, the `index`th edge of an object or of the roots.
struct place {
  object_id owner;  ///< `nobody`: a root
  std::uint8_t index;
};

/// One heap, as it should be. Is told of every change of a handle before the library is, or, where the change may fail,
/// after it; so there is at no time an edge here that the library has lost.
class shadow {
 public:
  using mask = std::uint64_t;  ///< of objects

  shadow() noexcept { roots_.fill(nobody); }

  /// Whether an operation may make an object.
  [[nodiscard]] bool has_room() const noexcept { return free_ != 0; }

  /// Whether user code may: what it makes must leave room for what operations have begun.
  [[nodiscard]] bool has_spare_room() const noexcept { return std::popcount(free_) > reserved_ + 4; }
  [[nodiscard]] bool is_alive(object_id of) const noexcept { return (alive_ >> of & 1) != 0; }
  [[nodiscard]] mask alive() const noexcept { return alive_; }
  [[nodiscard]] const void* raw(object_id of) const noexcept { return objects_[of].raw; }
  [[nodiscard]] object_kind kind(object_id of) const noexcept { return objects_[of].kind; }
  /// Or need not be to live.
  [[nodiscard]] bool is_pointed_to(object_id to) const noexcept {
    return objects_[to].pointers != 0 || (immortal_ >> to & 1) != 0;
  }
  [[nodiscard]] std::uint64_t serial(object_id of) const noexcept { return objects_[of].serial; }
  [[nodiscard]] bool is_finalized(object_id of) const noexcept { return (finalized_ >> of & 1) != 0; }

  /// Objects that have begun to live, been finalized or died so far: whether anything happens.
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

  // What objects say.

  /// \pre has_room()
  object_id born(object_kind kind, const void* raw) noexcept {
    expect(free_ != 0, "more objects live than there are numbers for");
    const auto made = static_cast<object_id>(std::countr_zero(free_));
    free_ &= free_ - 1;
    alive_ |= mask{1} << made;
    finalized_ &= ~(mask{1} << made);
    object& at = objects_[made];
    at = {};
    at.raw = raw;
    at.kind = kind;
    at.serial = ++serials_;
    ++events_;
    return made;
  }

  /// Begins with the same edges.
  object_id born_as_copy(const void* raw, object_id from) noexcept {
    const object_id made = born(objects_[from].kind, raw);
    for (std::size_t i = 0; i != most_edges; ++i) set({made, static_cast<std::uint8_t>(i)}, objects_[from].edges[i]);
    objects_[made].copied_from = from;
    return made;
  }

  /// Of tuples, which their elements do not know.
  void set_raw(object_id of, const void* raw) noexcept { objects_[of].raw = raw; }

  void dies(object_id dying, const edges_seen& seen) noexcept {
    expect(is_alive(dying), "a destructor ran twice");
    object& at = objects_[dying];
    if (at.pointers != 0 && !is_copying_)
      expect((reached(roots() | immortal_) >> dying & 1) == 0, "an object in use was destroyed");
    for (std::size_t i = 0; i != most_edges; ++i) {
      const object_id to = at.edges[i];
      if (!is_copying_ && seen[i] != nullptr) {
        expect(to != nobody && seen[i] == objects_[to].raw, "a destructor saw a wrong edge");
        expect(is_alive(to), "a destructor saw a dead peer");
      }
      if (to != nobody) --objects_[to].pointers;
    }
    at.edges.fill(nobody);
    alive_ &= ~(mask{1} << dying);
    ++events_;
  }

  void finalizes(object_id of, const edges_seen& seen) noexcept {
    expect(is_alive(of), "finalize was called for the dead");
    expect(!is_finalized(of), "finalize was called twice");
    // One that was finalized before it may have brought this one back, too.
    expect(std::exchange(has_finalized_, true) || (reached(roots() | immortal_) >> of & 1) == 0,
           "an object in use was finalized");
    for (std::size_t i = 0; i != most_edges; ++i) {
      const object_id to = objects_[of].edges[i];
      expect(to == nobody || is_alive(to), "finalize saw a dead peer");
    }
    if (!is_copying_) expect_edges(of, seen);
    finalized_ |= mask{1} << of;
    ++events_;
  }

  // What happens to handles.

  [[nodiscard]] object_id get(place at) noexcept { return at_place(at); }

  void set(place at, object_id to) noexcept {
    object_id& held = at_place(at);
    if (to != nobody) ++objects_[to].pointers;
    if (held != nobody) --objects_[held].pointers;
    held = to;
  }

  object_id take(place at) noexcept {
    const object_id held = get(at);
    set(at, nobody);
    return held;
  }

  void swap(place first, place second) noexcept { std::swap(at_place(first), at_place(second)); }

  // Rows of edges, as the elements of a list.

  void insert_edge(object_id owner, std::size_t first, std::size_t index, std::size_t size, object_id to) noexcept {
    for (std::size_t i = size; i != index; --i) {
      swap(edge_of(owner, first + i), edge_of(owner, first + i - 1));
    }
    set(edge_of(owner, first + index), to);
  }

  void erase_edge(object_id owner, std::size_t first, std::size_t index, std::size_t size) noexcept {
    set(edge_of(owner, first + index), nobody);
    for (std::size_t i = index; i + 1 < size; ++i) swap(edge_of(owner, first + i), edge_of(owner, first + i + 1));
  }

  void clear_edges(object_id owner, std::size_t first, std::size_t size) noexcept {
    for (std::size_t i = 0; i != size; ++i) set(edge_of(owner, first + i), nobody);
  }

  void swap_edges(object_id one, object_id other, std::size_t first, std::size_t size) noexcept {
    for (std::size_t i = first; i != first + size; ++i) swap(edge_of(one, i), edge_of(other, i));
  }

  // Deep copies.

  /// Before the copy of all that `from` leads to. False, and nothing has changed, if there may be too many.
  [[nodiscard]] bool begin_copy(object_id from) noexcept {
    const int most = std::popcount(reached(mask{1} << from));
    if (std::popcount(free_) < 2 * most) return false;
    reserved_ = most;
    is_copying_ = true;
    for (object& each : objects_) each.copied_from = nobody;
    return true;
  }

  /// Copies point to copies now. Returns what is a copy and lives.
  mask end_copy() noexcept {
    const mask copies = end_failed_copy();
    std::array<object_id, most_objects> copy_of;
    copy_of.fill(nobody);
    each(copies, [&](object_id copy) { copy_of[objects_[copy].copied_from] = copy; });
    each(copies, [&](object_id copy) {
      for (std::size_t i = 0; i != most_edges; ++i) {
        const object_id to = objects_[copy].edges[i];
        if (to != nobody && copy_of[to] != nobody) set(edge_of(copy, i), copy_of[to]);
      }
    });
    return copies;
  }

  /// The same, but that nothing is known of the edges of copies.
  mask end_failed_copy() noexcept {
    reserved_ = 0;
    is_copying_ = false;
    mask copies = 0;
    each(alive_, [&](object_id at) {
      if (objects_[at].copied_from != nobody) copies |= mask{1} << at;
    });
    return copies;
  }

  /// Of a copy: where copied tuples lie, which do not know it. Returns these.
  mask set_raw_of_edges(object_id of, const edges_seen& seen) noexcept {
    mask found = 0;
    for (std::size_t i = 0; i != most_edges; ++i) {
      const object_id to = objects_[of].edges[i];
      if (to == nobody || objects_[to].raw != nullptr) continue;
      objects_[to].raw = seen[i];
      found |= mask{1} << to;
    }
    return found;
  }

  void expect_edges(object_id of, const edges_seen& seen) const noexcept {
    for (std::size_t i = 0; i != most_edges; ++i) {
      const object_id to = objects_[of].edges[i];
      expect(seen[i] == (to == nobody ? nullptr : objects_[to].raw), "an edge leads to another object");
    }
  }

  void edges_are(object_id of, const edges_seen& seen) noexcept {
    for (std::size_t i = 0; i != most_edges; ++i) set(edge_of(of, i), find(seen[i]));
  }

  /// The living object that lies there.
  [[nodiscard]] object_id find(const void* raw) const noexcept {
    object_id found = nobody;
    each(alive_, [&](object_id at) {
      if (raw != nullptr && objects_[at].raw == raw) found = at;
    });
    return found;
  }

  [[nodiscard]] bool leads_to(object_id from, object_id to) const noexcept {
    return std::ranges::find(objects_[from].edges, to) != objects_[from].edges.end();
  }

  // What programs do with objects.

  /// What lives is no garbage until it is unfrozen.
  void freeze() noexcept { frozen_ = alive_; }
  void unfreeze() noexcept { frozen_ = 0; }
  void immortalize(object_id at) noexcept { immortal_ |= mask{1} << at; }
  [[nodiscard]] mask immortal() const noexcept { return immortal_; }

  /// What no collection may find, nor what it leads to: objects without pointers wait for their destruction.
  [[nodiscard]] mask held() const noexcept {
    mask found = roots() | ((frozen_ | immortal_) & alive_);
    for (mask rest = alive_ & ~found; rest != 0; rest &= rest - 1) {
      if (objects_[static_cast<std::size_t>(std::countr_zero(rest))].pointers == 0) found |= rest & (~rest + 1);
    }
    return found;
  }

  // Between operations.

  [[nodiscard]] mask roots() const noexcept {
    mask found = 0;
    for (const object_id each : roots_) {
      if (each != nobody) found |= mask{1} << each;
    }
    return found;
  }

  /// With all that they lead to.
  [[nodiscard]] mask reached(mask from) const noexcept {
    mask open = from;
    while (open != 0) {
      const auto at = static_cast<std::size_t>(std::countr_zero(open));
      open &= open - 1;
      for (const object_id to : objects_[at].edges) {
        if (to == nobody || (from >> to & 1) != 0) continue;
        from |= mask{1} << to;
        open |= mask{1} << to;
      }
    }
    return from;
  }

  /// Whether the library counts the same: `has_pointers(raw, pointers)`. The numbers of the dead are free again.
  template <class HasPointers>
  void check(bool may_wait, HasPointers has_pointers) noexcept {
    mask free = 0;
    for (std::size_t i = 0; i != most_objects; ++i) {
      const object& at = objects_[i];
      if ((alive_ >> i & 1) == 0) {
        expect(at.pointers == 0, "an object in use is dead");
        free |= mask{1} << i;
        continue;
      }
      if ((immortal_ >> i & 1) != 0) continue;
      expect(has_pointers(at.raw, at.pointers), "a count is not the number of pointers");
      expect(may_wait || at.pointers != 0, "an object lives without pointers");
    }
    free_ = free;
    has_finalized_ = false;
    frozen_ &= alive_;
  }

 private:
  struct object {
    object() noexcept { edges.fill(nobody); }

    const void* raw = nullptr;
    object_id copied_from = nobody;  ///< while copies are made
    std::uint64_t serial = 0;
    object_kind kind{};
    std::uint32_t pointers = 0;  ///< to it
    std::array<object_id, most_edges> edges;
  };

  static void each(mask of, auto see) noexcept {
    for (; of != 0; of &= of - 1) see(static_cast<object_id>(std::countr_zero(of)));
  }

  [[nodiscard]] static constexpr place edge_of(object_id owner, std::size_t index) noexcept {
    return {owner, static_cast<std::uint8_t>(index)};
  }

  [[nodiscard]] object_id& at_place(place at) noexcept {
    return at.owner == nobody ? roots_[at.index] : objects_[at.owner].edges[at.index];
  }

  std::array<object, most_objects> objects_{};
  std::array<object_id, most_roots> roots_{};
  mask alive_ = 0;
  mask free_ = ~mask{0};
  mask finalized_ = 0;
  mask frozen_ = 0;
  mask immortal_ = 0;
  std::uint64_t serials_ = 0;
  std::uint64_t events_ = 0;
  int reserved_ = 0;  ///< numbers
  bool is_copying_ = false;
  bool has_finalized_ = false;  ///< since the last check
};

}  // namespace ouro::fuzz
