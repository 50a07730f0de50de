#pragma once
/// \file
/// Runs the programs of the graph fuzzer in several heaps and on several threads.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/faulty_allocator.hpp>
#include <fuzz/graph/shadow.hpp>
#include <fuzz/graph/standing.hpp>
#include <fuzz/graph/worker.hpp>
#include <fuzz/graph/world.hpp>
#include <ouro/ouro.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>

namespace ouro::fuzz {

template <class Memory>
class machine {
  using gc = typename Memory::gc;
  using heap = typename Memory::heap;

  static constexpr bool is_shared = Memory::refcount::is_thread_safe;
  static constexpr bool may_fail = std::is_same_v<typename Memory::allocator, faulty_allocator>;
  static constexpr bool has_pools = std::is_same_v<typename Memory::allocator, pool_allocator>;

  static constexpr std::size_t private_heaps = is_shared ? 0 : 2;
  static constexpr std::size_t threads = most_threads;
  static constexpr bool has_handshake = is_shared && finds_cycles<typename Memory::collector>;
  /// Nanoseconds. Threads that stand where a collection can stop them come in time, however busy the machine is.
  static constexpr std::uint64_t patience = 60'000'000'000;

 public:
  machine() { here() = std::make_unique<world<Memory>>(); }
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;
  ~machine() = default;

  void run(const program& what) {
    const std::size_t used = faulty_allocator::used;
    for (std::size_t at = 0; at != what.size();) {
      on_thread([&] { at = run_some(what, at); });
      if (at == what.size()) break;
      const operation next = what[at++];
      switch (next.what) {
        case opcode::move_thread:
          move_thread(next.a % threads);
          break;
        case opcode::end_thread:
          end_thread(next.a % threads);
          break;
        case opcode::share:
          share(next);
          break;
        default:
          end();
          here() = std::make_unique<world<Memory>>();
          break;
      }
    }
    end();
    expect(immortal_ != 0 || faulty_allocator::used == used, "memory has outlived the objects");
  }

 private:
  /// A heap, and the world of its objects.
  struct place_of_objects {
    std::unique_ptr<heap> in;  ///< null for the thread's own heap
    std::unique_ptr<world<Memory>> objects;
  };

  [[nodiscard]] std::unique_ptr<world<Memory>>& here() noexcept { return places_[current_].objects; }

  template <class Work>
  void on_thread(Work work) {
    on_thread(thread_, work);
  }

  template <class Work>
  void on_thread(std::size_t which, Work work) {
    const bool is_held_up = holds_up(which);
    if constexpr (has_handshake) gc::set_patience(is_held_up ? 0 : patience);
    if (here() != nullptr) here()->move_to_thread(which, is_held_up);
    if (which == 0) return work();
    workers_[which - 1].run(work, standing_[0]);
  }

  /// Whether a thread other than this one comes to no safe point.
  [[nodiscard]] bool holds_up(std::size_t running) const noexcept {
    for (std::size_t i = 0; i != threads; ++i) {
      if (i != running && standing_[i] == standing::asleep) return true;
    }
    return false;
  }

  /// Runs operations up to one that switches threads or restarts, or to the end. Returns its number.
  std::size_t run_some(const program& what, std::size_t at) {
    enter();
    for (; at != what.size(); ++at) {
      if (is_about_threads(what[at].what) || what[at].what == opcode::restart) break;
      run_one(what[at]);
      here()->check();
    }
    leave();
    return at;
  }

  void run_one(operation what) {
    try {
      switch (what.what) {
        case opcode::enter:
          return move_to(what.a % (private_heaps + 1));
        case opcode::limit:
          return set_limit(what.a);
        case opcode::end_heap:
          return end_heap(what.a % (private_heaps + 1));
        case opcode::stand:
          return stand(standing_of(what.a));
        case opcode::keep_garbage:
          if (may_fail && current_ != 0) return;
          return here()->run(what);
        case opcode::fail:
          if constexpr (may_fail) faulty_allocator::left = what.a % 32;
          return;
        default:
          return here()->run(what);
      }
    } catch (const std::bad_alloc&) {
      expect(may_fail || current_ != 0, "memory is exhausted");
    } catch (int) {
      // A constructor has thrown, as the program wanted.
    }
  }

  // The current heap is entered by one thread.

  void enter() {
    if constexpr (!is_shared) {
      if (current_ != 0) scope_.emplace(*places_[current_].in);
    }
  }

  void leave() {
    if constexpr (!is_shared) {
      if (here() != nullptr) here()->end_scopes();
      scope_.reset();
    }
  }

  void move_to(std::size_t wanted) {
    if constexpr (!is_shared) {
      // The own heap of the first thread cannot be entered on another one.
      if (wanted == current_ || (wanted == 0 && thread_ != 0)) return;
      leave();
      current_ = wanted;
      place_of_objects& next = places_[wanted];
      if (wanted != 0 && next.in == nullptr) next.in = std::make_unique<heap>();
      enter();
      if (next.objects == nullptr) next.objects = std::make_unique<world<Memory>>();
    }
  }

  void set_limit(std::size_t pools) {
    if constexpr (!is_shared) {
      if (current_ != 0 && here()->may_be_limited()) {
        places_[current_].in->set_limit(pools % 16 * (std::size_t{32} << 10));
      }
    }
  }

  void end_heap(std::size_t which) {
    if constexpr (!is_shared) {
      place_of_objects& ended = places_[which];
      if (which == 0 || which == current_ || ended.in == nullptr) return;
      if constexpr (has_pools) {
        ended.objects->before_end_of_heap();
      } else {
        // Blocks that lie in no pool are not freed with the heap, so the objects must end before.
        const typename heap::scope in{*ended.in};
        immortal_ += ended.objects->end();
        ended.objects.reset();
      }
      ended.in.reset();
      if (ended.objects == nullptr) return;
      expect(!finds_cycles<typename Memory::collector> || ended.objects->is_of_handles_alone(),
             "garbage has outlived a heap's end");
      ended.objects->forget();
      ended.objects.reset();
    }
  }

  // Threads.

  void move_thread(std::size_t wanted) {
    if (!is_shared && current_ == 0) return;
    thread_ = wanted;
  }

  /// How the thread that runs waits for its next turns.
  void stand(standing how) {
    if constexpr (has_handshake) {
      detail::all_mutators.enter();  // a thread that has used no shared object holds up nobody
      standing_[thread_] = how;
      if (thread_ != 0) workers_[thread_ - 1].stand(how);
    }
  }

  /// What is queued for the thread it leaves to its end.
  void end_thread(std::size_t which) {
    if (which == 0 || which == thread_ || !workers_[which - 1].is_there()) return;
    if constexpr (is_shared) on_thread(which, [this] { here()->end_scopes(); });
    workers_[which - 1].end();
    standing_[which] = standing::blocking;
    if constexpr (is_shared) here()->check();
  }

  void share(operation what) {
    if constexpr (is_shared) {
      on_thread(0, [] {});
      for (worker& each : workers_) each.begin(here()->juggling());
      here()->run({opcode::drop_root, what.a, 0, 0});
      for (worker& each : workers_) each.wait(standing_[0]);
      here()->check();
    }
  }

  /// Ends all objects on the first thread, and all other threads.
  void end() {
    faulty_allocator::left = faulty_allocator::never;
    for (std::size_t i = 1; i != threads; ++i) end_thread_for_good(i);
    thread_ = 0;
    standing_[0] = standing::blocking;
    if (here() != nullptr) on_thread(0, [] {});
    for (std::size_t i = private_heaps; i != static_cast<std::size_t>(-1); --i) {
      if (places_[i].objects == nullptr) continue;
      current_ = i;
      if constexpr (!is_shared) {
        if (i != 0) places_[i].in->set_limit(heap::unlimited);
      }
      enter();
      immortal_ += here()->end();
      here().reset();
      leave();
      places_[i].in.reset();
    }
  }

  /// Destroys what is queued for the thread, and ends it.
  void end_thread_for_good(std::size_t which) {
    if (!workers_[which - 1].is_there()) return;
    on_thread(which, [this] {
      if (is_shared && here() != nullptr) here()->end_scopes();
      gc::collect();
    });
    workers_[which - 1].end();
    standing_[which] = standing::blocking;
  }

  std::array<place_of_objects, private_heaps + 1> places_{};
  std::size_t current_ = 0;
  std::optional<typename heap::scope> scope_;
  std::array<worker, threads - 1> workers_;
  std::size_t thread_ = 0;
  std::array<standing, threads> standing_{};
  std::size_t immortal_ = 0;  ///< immortal objects of all heaps that have ended
};

}  // namespace ouro::fuzz
