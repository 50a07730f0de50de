#pragma once
/// \file
/// Runs the programs of the graph fuzzer in several heaps and on several threads.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/faulty_allocator.hpp>
#include <fuzz/graph/shadow.hpp>
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
  static constexpr std::size_t threads = 3;  ///< the first thread included

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
    if (thread_ == 0) return work();
    workers_[thread_ - 1].run(work);
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
    if (here() != nullptr) here()->end_scopes();
    if constexpr (!is_shared) scope_.reset();
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

  void end_thread(std::size_t which) {
    if (which != 0 && which != thread_) workers_[which - 1].end();
  }

  void share(operation what) {
    if constexpr (is_shared) {
      for (worker& each : workers_) each.begin(here()->juggling());
      here()->run({opcode::drop_root, what.a, 0, 0});
      for (worker& each : workers_) each.wait();
      here()->check();
    }
  }

  /// Ends all objects on the first thread, and all other threads.
  void end() {
    faulty_allocator::left = faulty_allocator::never;
    for (std::size_t i = 0; i != threads - 1; ++i) end_worker(workers_[i]);
    thread_ = 0;
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
  static void end_worker(worker& of) {
    if (of.is_there()) of.run([] { gc::collect(); });
    of.end();
  }

  std::array<place_of_objects, private_heaps + 1> places_{};
  std::size_t current_ = 0;
  std::optional<typename heap::scope> scope_;
  std::array<worker, threads - 1> workers_;
  std::size_t thread_ = 0;
  std::size_t immortal_ = 0;  ///< immortal objects of all heaps that have ended
};

}  // namespace ouro::fuzz
