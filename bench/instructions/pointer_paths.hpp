#pragma once
/// \file
/// The paths of a pointer. `run` of each is a function of its own, to be found in a disassembly by its name.

#include "meter.hpp"

#include <cstddef>
#include <memory>
#include <new>

namespace instructions {

/// What every path pays for being repeated.
struct empty_loop {
  explicit empty_loop(std::size_t n) : all{n} {}
  [[gnu::noinline]] void run() {
    each(all, [](long*) {});
  }
  slots<long> all;
};

template <class Peer>
struct copy {
  using ptr = typename Peer::ptr;
  explicit copy(std::size_t n) : copies{n} {}
  copy(const copy&) = delete;
  copy& operator=(const copy&) = delete;
  ~copy() {
    clear(copies);
    Peer::settle();
  }
  [[gnu::noinline]] void run() {
    each(copies, [&](ptr* at) { ::new (static_cast<void*>(at)) ptr(object); });
  }
  ptr object = Peer::make();
  slots<ptr> copies;
};

/// To a non-zero count. Of a cyclic type it is the drop of an object that is a candidate already.
template <class Peer>
struct drop {
  using ptr = typename Peer::ptr;
  explicit drop(std::size_t n) : copies{n} {
    fill(copies, [&] { return object; });
    const ptr makes_a_candidate = object;
  }
  drop(const drop&) = delete;
  drop& operator=(const drop&) = delete;
  ~drop() { Peer::settle(); }
  [[gnu::noinline]] void run() { clear(copies); }
  ptr object = Peer::make();
  slots<ptr> copies;
};

template <class Peer>
struct copy_and_drop {
  using ptr = typename Peer::ptr;
  explicit copy_and_drop(std::size_t n) : turns{n} { const ptr makes_a_candidate = object; }
  copy_and_drop(const copy_and_drop&) = delete;
  copy_and_drop& operator=(const copy_and_drop&) = delete;
  ~copy_and_drop() { Peer::settle(); }
  [[gnu::noinline]] void run() {
    each(turns, [&](long*) {
      const ptr copied = object;
      touch(&copied);
    });
  }
  ptr object = Peer::make();
  slots<long> turns;
};

template <class Peer>
struct make {
  using ptr = typename Peer::ptr;
  explicit make(std::size_t n) : made{n} {}
  make(const make&) = delete;
  make& operator=(const make&) = delete;
  ~make() { clear(made); }
  [[gnu::noinline]] void run() {
    each(made, [](ptr* at) { ::new (static_cast<void*>(at)) ptr(Peer::make()); });
  }
  slots<ptr> made;
};

template <class Peer>
struct drop_to_zero {
  using ptr = typename Peer::ptr;
  explicit drop_to_zero(std::size_t n) : made{n} {
    fill(made, [] { return Peer::make(); });
  }
  [[gnu::noinline]] void run() { clear(made); }
  slots<ptr> made;
};

/// Of the only object of its size: each drop leaves a pool without used blocks.
template <class Peer>
struct make_and_drop_alone {
  explicit make_and_drop_alone(std::size_t n) : turns{n} {}
  [[gnu::noinline]] void run() {
    each(turns, [](long*) {
      const auto made = Peer::make();
      touch(&made);
    });
  }
  slots<long> turns;
};

/// Beside others.
template <class Peer>
struct make_and_drop : make_and_drop_alone<Peer> {
  explicit make_and_drop(std::size_t n) : make_and_drop_alone<Peer>{n} {}
  typename Peer::ptr other = Peer::make();
};

/// The first drop of an object to a non-zero count.
template <class Peer>
struct new_candidate {
  using ptr = typename Peer::ptr;
  explicit new_candidate(std::size_t n) : objects{n}, copies{n} {
    const ptr* next = objects.begin();
    fill(objects, [] { return Peer::make(); });
    fill(copies, [&] { return *next++; });
  }
  new_candidate(const new_candidate&) = delete;
  new_candidate& operator=(const new_candidate&) = delete;
  ~new_candidate() {
    Peer::settle();
    clear(objects);
  }
  [[gnu::noinline]] void run() { clear(copies); }
  slots<ptr> objects;
  slots<ptr> copies;
};

template <class Peer>
struct weak_lock {
  using ptr = typename Peer::ptr;
  explicit weak_lock(std::size_t n) : locked{n} {}
  weak_lock(const weak_lock&) = delete;
  weak_lock& operator=(const weak_lock&) = delete;
  ~weak_lock() {
    clear(locked);
    Peer::settle();
  }
  [[gnu::noinline]] void run() {
    each(locked, [&](ptr* at) { ::new (static_cast<void*>(at)) ptr(watching.lock()); });
  }
  ptr object = Peer::make();
  typename Peer::weak watching{object};
  slots<ptr> locked;
};

}  // namespace instructions
