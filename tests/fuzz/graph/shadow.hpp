#pragma once
/// \file
/// The oracle of the graph fuzzer: which objects there are, and which of them may be finalized, destroyed or kept.

#include <fuzz/graph/edge_graph.hpp>
#include <fuzz/graph/expect.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace ouro::fuzz {

/// The expected state of one heap. It is told of each change of a handle before the library makes it, or after it if
/// the change may fail. So it never has an edge that the library has lost.
class shadow : public edge_graph {
 public:
  /// Whether an operation may make an object.
  [[nodiscard]] bool has_room() const noexcept { return free_ != 0; }

  /// Whether user code may make an object: it must leave room for the operation that is running.
  [[nodiscard]] bool has_spare_room() const noexcept { return std::popcount(free_) > reserved_ + 4; }

  /// Whether pointers lead to the object, or it lives without any.
  [[nodiscard]] bool is_pointed_to(object_id to) const noexcept {
    return objects_[to].pointers != 0 || ((immortal_ | kept_) >> to & 1) != 0;
  }
  [[nodiscard]] bool is_finalized(object_id of) const noexcept { return (finalized_ >> of & 1) != 0; }

  /// The number of births, finalizations and deaths so far, which says whether anything happens.
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
  /// Counts another event.
  void disturb() noexcept { ++events_; }

  // What objects report.

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

  /// A new object begins with the edges of the one that it is a copy of.
  object_id born_as_copy(const void* raw, object_id from) noexcept {
    const object_id made = born(objects_[from].kind, raw);
    for (std::size_t i = 0; i != most_edges; ++i) set({made, static_cast<std::uint8_t>(i)}, objects_[from].edges[i]);
    objects_[made].copied_from = from;
    return made;
  }

  void dies(object_id dying, const edges_seen& seen) noexcept {
    expect(is_alive(dying), "a destructor ran twice");
    object& at = objects_[dying];
    if (at.pointers != 0 && !is_copying_)
      expect((reached(in_use()) >> dying & 1) == 0, "an object in use was destroyed");
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
    // An object that was finalized before it may have resurrected this one too.
    expect(std::exchange(has_finalized_, true) || (reached(in_use()) >> of & 1) == 0, "an object in use was finalized");
    for (std::size_t i = 0; i != most_edges; ++i) {
      // A copy that is undone has lost its edges.
      if (is_copying_ ? seen[i] == nullptr : objects_[of].edges[i] == nobody) continue;
      const object_id to = is_copying_ ? find(seen[i]) : objects_[of].edges[i];
      expect(to != nobody && is_alive(to), "finalize saw a dead peer");
    }
    if (!is_copying_) expect_edges(of, seen);
    finalized_ |= mask{1} << of;
    ++events_;
  }

  // Deep copies.

  /// To be called before the deep copy of `from`. False, and nothing has changed, if there may be too many objects.
  [[nodiscard]] bool begin_copy(object_id from) noexcept {
    const int most = std::popcount(reached(mask{1} << from));
    if (std::popcount(free_) < 2 * most) return false;
    reserved_ = most;
    is_copying_ = true;
    for (object& each : objects_) each.copied_from = nobody;
    return true;
  }

  /// Leads the edges of copies to copies. Returns the live copies. Copies for which `is_left(raw)` wait for their
  /// destruction: those of tuples that lead where the originals do.
  template <class IsLeft>
  mask end_copy(IsLeft is_left) noexcept {
    mask copies = end_failed_copy();
    each(copies, [&](object_id copy) {
      if (is_left(objects_[copy].raw)) copies &= ~(mask{1} << copy);
    });
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

  /// As `end_copy`, where nothing is known of the edges of copies.
  mask end_failed_copy() noexcept {
    reserved_ = 0;
    is_copying_ = false;
    mask copies = 0;
    each(alive_, [&](object_id at) {
      if (objects_[at].copied_from != nobody) copies |= mask{1} << at;
    });
    return copies;
  }

  // What programs do with objects.

  /// No live object is garbage until it is unfrozen.
  void freeze() noexcept { frozen_ = alive_; }

  /// Unfreezes what the library has in view.
  void unfreeze(mask in_view) noexcept { frozen_ &= ~in_view; }
  void immortalize(object_id at) noexcept { immortal_ |= mask{1} << at; }
  [[nodiscard]] mask immortal() const noexcept { return immortal_; }

  /// Exactly these objects are kept as garbage. Weak pointers to the new ones among them have expired.
  void keep(mask those) noexcept {
    const mask found = those & ~kept_;
    expect((found & reached(in_use())) == 0, "an object in use was kept as garbage");
    each(found, [this](object_id at) { objects_[at].serial = ++serials_; });
    if (found != 0) disturb();  // callbacks of weak pointers have run
    kept_ = those;
  }
  [[nodiscard]] mask kept() const noexcept { return kept_; }

  /// The objects that no collection may find, nor what they lead to. Objects without pointers wait for their
  /// destruction.
  [[nodiscard]] mask held() const noexcept {
    mask found = roots() | ((frozen_ | immortal_ | kept_) & alive_);
    for (mask rest = alive_ & ~found; rest != 0; rest &= rest - 1) {
      if (objects_[static_cast<std::size_t>(std::countr_zero(rest))].pointers == 0) found |= rest & (~rest + 1);
    }
    return found;
  }

  // Between operations.

  /// Expects the same counts in the library, by `has_pointers(raw, pointers)`. Frees the numbers of dead objects.
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
      const std::uint32_t pointers = at.pointers + static_cast<std::uint32_t>(kept_ >> i & 1);
      expect(has_pointers(at.raw, pointers), "a count is not the number of pointers");
      expect(may_wait || pointers != 0, "an object lives without pointers");
    }
    free_ = free;
    has_finalized_ = false;
    frozen_ &= alive_;
    expect((kept_ & ~alive_) == 0, "garbage that was kept is dead");
  }

 private:
  [[nodiscard]] mask in_use() const noexcept { return roots() | immortal_ | kept_; }

  mask free_ = ~mask{0};
  mask finalized_ = 0;
  mask frozen_ = 0;
  mask immortal_ = 0;
  mask kept_ = 0;  ///< kept as garbage: the list of the collector points to each
  std::uint64_t serials_ = 0;
  std::uint64_t events_ = 0;
  int reserved_ = 0;  ///< numbers of objects that operations have reserved
  bool is_copying_ = false;
  bool has_finalized_ = false;  ///< since the last check
};

}  // namespace ouro::fuzz
