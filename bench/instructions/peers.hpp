#pragma once
/// \file
/// What is counted: a kind of object under one set of policies, and the same by hand. Each has `ptr`, `weak`, `make()`
/// and `settle()`, which brings the collector back to its beginning.

#include "by_hand.hpp"

#include <ouro/ouro.hpp>

namespace instructions {

/// 16 bytes, as the others.
struct record {
  long first = 0;
  long second = 0;
};

template <class Memory, class T>
struct managed {
  using ptr = typename Memory::template ptr<T>;
  using weak = typename Memory::template weak<T>;
  [[nodiscard]] static ptr make() { return Memory::template make<T>(); }
  static void settle() { Memory::gc::collect(); }
};

template <class T, class Count>
struct hand_made {
  using ptr = by_hand::ptr<T, Count>;
  using weak = by_hand::weak<T, Count>;
  [[nodiscard]] static ptr make() { return ptr::make(); }
  static void settle() { Count::forget_suspects(); }
};

struct acyclic {
  static constexpr auto name = "acyclic";
  using ours = managed<ouro::default_memory, record>;
  using limit = hand_made<record, by_hand::plain>;
};

struct cyclic {
  static constexpr auto name = "cyclic";
  struct our_node {
    ouro::ptr<our_node> next;
    long value = 0;
  };
  struct limit_node {
    by_hand::ptr<limit_node, by_hand::suspecting> next;
    long value = 0;
  };
  using ours = managed<ouro::default_memory, our_node>;
  using limit = hand_made<limit_node, by_hand::suspecting>;
};

struct local {
  static constexpr auto name = "local, no collector";
  using ours = managed<ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>, record>;
  using limit = hand_made<record, by_hand::plain>;
};

struct atomic {
  static constexpr auto name = "atomic, no collector";
  using ours = managed<ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>, record>;
  using limit = hand_made<record, by_hand::shared>;
};

/// On the thread that made the objects.
struct biased {
  static constexpr auto name = "biased, no collector";
  using ours = managed<ouro::memory<ouro::biased_refcount, ouro::no_collector, ouro::pool_allocator>, record>;
  using limit = hand_made<record, by_hand::plain>;
};

}  // namespace instructions
