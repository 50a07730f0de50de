#pragma once
/// \file
/// The oracle of the graph fuzzer: which objects there are, what points to what, and so how often each is pointed to.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace ouro::fuzz {

/// Ends the program, whose operations the fuzzer knows: its parent shrinks them.
[[noreturn]] inline void fail(const char* what) {
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

  [[nodiscard]] bool has_room() const noexcept { return free_ != 0; }
  [[nodiscard]] bool is_alive(object_id of) const noexcept { return (alive_ >> of & 1) != 0; }
  [[nodiscard]] mask alive() const noexcept { return alive_; }
  [[nodiscard]] const void* raw(object_id of) const noexcept { return objects_[of].raw; }
  [[nodiscard]] std::uint32_t pointers(object_id to) const noexcept { return objects_[to].pointers; }
  [[nodiscard]] std::uint64_t serial(object_id of) const noexcept { return objects_[of].serial; }
  [[nodiscard]] bool is_finalized(object_id of) const noexcept { return (finalized_ >> of & 1) != 0; }

  /// Objects that have begun to live, been finalized or died so far: whether anything happens.
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

  // What objects say.

  /// \pre has_room()
  object_id born(const void* raw) noexcept {
    expect(free_ != 0, "more objects live than there are numbers for");
    const auto made = static_cast<object_id>(std::countr_zero(free_));
    free_ &= free_ - 1;
    alive_ |= mask{1} << made;
    finalized_ &= ~(mask{1} << made);
    object& at = objects_[made];
    at = {};
    at.raw = raw;
    at.serial = ++serials_;
    ++events_;
    return made;
  }

  void dies(object_id dying, const edges_seen& seen) noexcept {
    expect(is_alive(dying), "a destructor ran twice");
    object& at = objects_[dying];
    if (at.pointers != 0) expect((reached(roots()) >> dying & 1) == 0, "an object in use was destroyed");
    for (std::size_t i = 0; i != most_edges; ++i) {
      const object_id to = at.edges[i];
      expect(seen[i] == nullptr || (to != nobody && seen[i] == objects_[to].raw), "a destructor saw a wrong edge");
      expect(seen[i] == nullptr || is_alive(to), "a destructor saw a dead peer");
      if (to != nobody) --objects_[to].pointers;
    }
    at.edges.fill(nobody);
    alive_ &= ~(mask{1} << dying);
    ++events_;
  }

  void finalizes(object_id of, const edges_seen& seen) noexcept {
    expect(is_alive(of), "finalize was called for the dead");
    expect(!is_finalized(of), "finalize was called twice");
    expect((reached(roots()) >> of & 1) == 0, "an object in use was finalized");
    for (std::size_t i = 0; i != most_edges; ++i) {
      const object_id to = objects_[of].edges[i];
      expect(seen[i] == (to == nobody ? nullptr : objects_[to].raw), "finalize saw a wrong edge");
      expect(to == nobody || is_alive(to), "finalize saw a dead peer");
    }
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

  /// Compares with the counts that the library has; `count_of(raw)`. The numbers of the dead are free again.
  template <class CountOf>
  void check(bool may_wait, CountOf count_of) noexcept {
    mask free = 0;
    for (std::size_t i = 0; i != most_objects; ++i) {
      const object& at = objects_[i];
      if ((alive_ >> i & 1) == 0) {
        expect(at.pointers == 0, "an object in use is dead");
        free |= mask{1} << i;
        continue;
      }
      expect(count_of(at.raw) == at.pointers, "a count is not the number of pointers");
      expect(may_wait || at.pointers != 0, "an object lives without pointers");
    }
    free_ = free;
  }

 private:
  struct object {
    object() noexcept { edges.fill(nobody); }

    const void* raw = nullptr;
    std::uint64_t serial = 0;
    std::uint32_t pointers = 0;  ///< to it
    std::array<object_id, most_edges> edges;
  };

  [[nodiscard]] object_id& at_place(place at) noexcept {
    return at.owner == nobody ? roots_[at.index] : objects_[at.owner].edges[at.index];
  }

  std::array<object, most_objects> objects_{};
  std::array<object_id, most_roots> roots_{};
  mask alive_ = 0;
  mask free_ = ~mask{0};
  mask finalized_ = 0;
  std::uint64_t serials_ = 0;
  std::uint64_t events_ = 0;
};

}  // namespace ouro::fuzz
