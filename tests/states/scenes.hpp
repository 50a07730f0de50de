#pragma once
/// \file
/// How an object is brought into each state: a scene makes it, calls the operation while it is in the state, and ends
/// the state. Each leaves no handle behind but what the runner ends.

#include <states/names.hpp>
#include <states/operations.hpp>
#include <states/subject.hpp>

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <semaphore>
#include <thread>
#include <type_traits>
#include <utility>

namespace ouro::test {

/// What is true of every object in a state, before the operation.
struct setting {
  long pointers = 1;       ///< handles, and what else holds the object
  bool is_counted = true;  ///< an exact count can be asked for
  const char* end = "de";  ///< what the diary tells when all is over, before what the operation adds
  const char* last = "";   ///< and behind that
};

template <class Memory>
class scenes {
  using node = thing<Memory>;
  using pointer = typename Memory::template ptr<node>;
  using refcount = typename Memory::refcount;
  using collector = typename Memory::collector;
  using gc = typename Memory::gc;

 public:
  using plain = subject<Memory, pointer>;
  using array = subject<Memory, typename Memory::template ptr<tracked_thing<Memory>[]>>;
  using aliasing = subject<Memory, managed_alias<int, refcount, collector, typename Memory::allocator>>;
  using cache = interner<spoken, hash_of_spoken, std::equal_to<>, weak_entries,
                         std::conditional_t<refcount::is_thread_safe, mutex_locking, no_locking>>;
  using interning = subject<Memory, interned<spoken, cache>>;

  static constexpr bool is_shared = refcount::is_thread_safe;
  static constexpr bool has_collector = finds_cycles<collector>;

  /// Whether objects of this memory can be in the state.
  [[nodiscard]] static constexpr bool have(state which) {
    switch (which) {
      case state::candidate:
      case state::listed_as_old:
      case state::old:
      case state::frozen:
      case state::traced:
      case state::garbage:
      case state::finalized_as_garbage:
      case state::resurrected_from_garbage:
      case state::destroyed_as_garbage:
        return has_collector;
      case state::of_another_heap:
      case state::of_ended_heap:
      case state::of_another_thread:
        // Pools know which heap they are of. Without them, reports say less.
        return !is_shared && std::is_same_v<typename Memory::allocator, pool_allocator>;
      case state::of_living_sharer:
      case state::of_ended_sharer:
        return is_shared;
      default:
        return true;
    }
  }

  /// Whether the object is in the state, as far as its header tells.
  [[nodiscard]] static bool is_in(state which, const plain& on) {
    using word = detail::info_word;
    if (!on.is_there || !have_header(which)) return true;
    const std::uint32_t info = detail::info_of<collector>(*on.head);
    const bool is_buffered = word::is_buffered(on.head->load_info());
    const auto has = [info](std::uint32_t flags) { return (info & flags) == flags; };
    switch (which) {
      case state::unborn:
      case state::stillborn:
        return has(word::unborn);
      case state::newborn:
        return !has(word::old) && is_buffered == tracks_all<collector>;
      case state::candidate:
        return !has(word::old) && is_buffered;
      case state::listed_as_old:
        return has(word::old) && (is_buffered || has(word::heap_walkable));
      case state::old:
        return has(word::old) && (!is_buffered || tracks_all<collector>);
      case state::frozen:
        return has(word::frozen);
      case state::immortal:
        return on.head->load_count() == count_word::pinned;
      case state::watched:
        return has(word::watched);
      case state::untracked:
        return !has(word::tracked);
      case state::traced:
        return detail::trace_is_running;
      case state::finalized_by_drop:
      case state::finalized_as_garbage:
      case state::resurrected_from_drop:
      case state::resurrected_from_garbage:
        return has(word::finalized) && !has(word::dead);
      case state::waiting:
      case state::waiting_in_destructor:
        return on.head->load_count() == count_word::none && !has(word::dead);
      case state::destroyed_by_drop:
      case state::destroyed_as_garbage:
        return has(word::dead);
      default:
        return true;
    }
  }

  /// Calls `then(setting)` while the object is in the state.
  template <class Subject, class Then>
  static void play(state which, Subject& on, Then then) {
    if constexpr (std::is_same_v<Subject, array>) {
      on.handle = Memory::template make<tracked_thing<Memory>[]>(2, role::subject);
      on.made(on.handle);
      then(setting{1, true, "dd"});
    } else if constexpr (std::is_same_v<Subject, aliasing>) {
      auto whole = make_tracked();
      on.handle = {whole, &whole->value};
      on.made(on.handle.owner());
      whole.reset();
      then(setting{});
    } else if constexpr (std::is_same_v<Subject, interning>) {
      on.handle = typename Subject::handle_type{spoken{1}};
      on.made(on.handle.pointer());
      then(setting{1, true, "d"});
    } else {
      play_plain(which, on, std::function<void(setting)>{then});
    }
  }

 private:
  /// That may be read here.
  [[nodiscard]] static bool have_header(state which) {
    return which != state::of_another_heap && which != state::of_another_thread;
  }

  template <class Made = tracked_thing<Memory>>
  [[nodiscard]] static typename Memory::template ptr<Made> make_tracked() {
    auto made = Memory::template make<Made>(role::subject);
    made->child = Memory::template make<tracked_thing<Memory>>(role::child);
    return made;
  }

  /// The object is made, and the subject's handle is the only one.
  template <class Made = tracked_thing<Memory>>
  static void make_newborn(plain& on) {
    on.handle = make_tracked<Made>();
    on.made(on.handle);
    on.raw = on.handle.get();
  }

  static void become_candidate(plain& on) { static_cast<void>(pointer{on.handle}); }

  /// The object holds itself, and no other: the order in which garbage is destroyed is not specified.
  static void close_ring(plain& on) {
    auto& self = static_cast<tracked_thing<Memory>&>(*on.raw);
    self.child->is = role::bystander;
    self.edge = on.handle;
    self.child.reset();
  }

  static void in_scene(plain& on, moment awaited, std::function<void()> then) {
    cue<Memory>::wait_for(awaited, [&on, then = std::move(then)](node& who) {
      on.raw = &who;
      then();
    });
  }

  /// With a handle made in the scene.
  static void take_handle(plain& on) { on.handle = Memory::from_this(on.raw); }

  static void play_plain(state which, plain& on, const std::function<void(setting)>& then) {
    switch (which) {
      case state::unborn:
        return unborn(on, then);
      case state::stillborn:
        return stillborn(on, then);
      case state::newborn:
        return newborn(on, then);
      case state::watched:
        return watched(on, then);
      case state::untracked:
        return untracked(on, then);
      case state::immortal:
        return immortal(on, then);
      case state::at_limit:
        return at_limit(on, then);
      case state::finalized_by_drop:
        return finalized_by_drop(on, then);
      case state::resurrected_from_drop:
        return resurrected_from_drop(on, then);
      case state::waiting:
        return waiting(on, then);
      case state::waiting_in_destructor:
        return waiting_in_destructor(on, then);
      case state::destroyed_by_drop:
        return destroyed_by_drop(on, then);
      case state::called_back:
        return called_back(on, then);
      case state::gone:
        return gone(on, then);
      default:
        break;
    }
    if constexpr (has_collector) {
      switch (which) {
        case state::candidate:
          return candidate(on, then);
        case state::listed_as_old:
          return listed_as_old(on, then);
        case state::old:
          return old(on, then);
        case state::frozen:
          return frozen(on, then);
        case state::traced:
          return traced(on, then);
        case state::garbage:
          return garbage(on, then);
        case state::finalized_as_garbage:
          return finalized_as_garbage(on, then);
        case state::resurrected_from_garbage:
          return resurrected_from_garbage(on, then);
        case state::destroyed_as_garbage:
          return destroyed_as_garbage(on, then);
        default:
          break;
      }
    }
    if constexpr (is_shared) {
      if (which == state::of_living_sharer) return of_living_sharer(on, then);
      if (which == state::of_ended_sharer) return of_ended_sharer(on, then);
    } else {
      if (which == state::of_another_heap) return of_another_heap(on, then);
      if (which == state::of_ended_heap) return of_ended_heap(on, then);
      if (which == state::of_another_thread) return of_another_thread(on, then);
    }
  }

  static void unborn(plain& on, const std::function<void(setting)>& then) {
    in_scene(on, moment::construction, [&] {
      take_handle(on);
      on.made(on.handle);
      static_cast<tracked_thing<Memory>&>(*on.raw).child = Memory::template make<tracked_thing<Memory>>(role::child);
      then(setting{2});
      on.handle.reset();
    });
    const auto born = Memory::template make<tracked_thing<Memory>>(role::subject);
  }

  static void stillborn(plain& on, const std::function<void(setting)>& then) {
    in_scene(on, moment::construction, [&] {
      take_handle(on);
      on.made(on.handle);
      then(setting{2, true, ""});
      on.handle.reset();
      // Its block goes with its last pointer, unless these are not counted.
      on.is_there = count_word::is_immortal(on.head->load_count());
      on.is_whole = false;
      throw 7;
    });
    CHECK_THROWS_AS(Memory::template make<tracked_thing<Memory>>(role::subject), int);
  }

  static void newborn(plain& on, const std::function<void(setting)>& then) {
    make_newborn(on);
    then(setting{});
  }

  static void watched(plain& on, const std::function<void(setting)>& then) {
    make_newborn(on);
    on.kept.emplace_back(on.handle);
    on.kept.emplace_back(on.handle, [] { diary() += 'c'; });
    then(setting{1, true, "de", "c"});
  }

  static void untracked(plain& on, const std::function<void(setting)>& then) {
    on.handle = Memory::template make<untracked_thing<Memory>>(role::subject);
    on.made(on.handle);
    on.raw = on.handle.get();
    then(setting{1, true, "d"});
  }

  static void candidate(plain& on, const std::function<void(setting)>& then) {
    make_newborn(on);
    become_candidate(on);
    then(setting{});
  }

  static void listed_as_old(plain& on, const std::function<void(setting)>& then) {
    make_newborn(on);
    become_candidate(on);
    gc::collect();
    become_candidate(on);
    then(setting{});
  }

  static void old(plain& on, const std::function<void(setting)>& then) {
    make_newborn(on);
    become_candidate(on);
    gc::collect();
    then(setting{});
  }

  static void frozen(plain& on, const std::function<void(setting)>& then) {
    make_newborn(on);
    become_candidate(on);
    gc::freeze();
    then(setting{});
    gc::unfreeze();
  }

  static void immortal(plain& on, const std::function<void(setting)>& then) {
    make_newborn(on);
    ouro::immortalize(on.handle);
    then(setting{0, false});
  }

  static void at_limit(plain& on, const std::function<void(setting)>& then) {
    make_newborn(on);
    const std::uint32_t word = on.head->load_count();
    // So that there is no room for one more: a count without suspect_on_drop has one bit more.
    const bool is_suspect = count_word::is_suspect_on_drop(word);
    refcount::store(on.head->count, is_suspect ? count_word::suspect_on_drop | (count_word::immortal - 1)
                                               : count_word::suspect_on_drop - 1);
    then(setting{0, false});
  }

  static void traced(plain& on, const std::function<void(setting)>& then) {
    make_newborn(on);
    become_candidate(on);
    const typename gc::deferred_drops deferring;
    Memory::template make<tracked_thing<Memory>>(role::bystander);  // waits
    in_scene(on, moment::trace, [&] { then(setting{1, false}); });
    gc::collect();
  }

  static void finalized_by_drop(plain& on, const std::function<void(setting)>& then) {
    make_newborn<finalized_thing<Memory>>(on);
    in_scene(on, moment::finalization, [&] {
      take_handle(on);
      then(setting{2, true, "fde"});
      on.handle.reset();
    });
    on.handle.reset();
  }

  static void finalized_as_garbage(plain& on, const std::function<void(setting)>& then) {
    make_newborn<finalized_thing<Memory>>(on);
    close_ring(on);
    in_scene(on, moment::finalization, [&] {
      take_handle(on);
      then(setting{3, true, "fd"});
      on.handle.reset();
    });
    on.handle.reset();
    gc::collect();
  }

  static void resurrected_from_drop(plain& on, const std::function<void(setting)>& then) {
    make_newborn<finalized_thing<Memory>>(on);
    in_scene(on, moment::finalization, [&] { take_handle(on); });
    pointer{std::move(on.handle)}.reset();
    then(setting{1, true, "fde"});
  }

  static void resurrected_from_garbage(plain& on, const std::function<void(setting)>& then) {
    make_newborn<finalized_thing<Memory>>(on);
    close_ring(on);
    in_scene(on, moment::finalization, [&] { take_handle(on); });
    pointer{std::move(on.handle)}.reset();
    gc::collect();
    then(setting{2, true, "fd"});
  }

  static void garbage(plain& on, const std::function<void(setting)>& then) {
    make_newborn(on);
    close_ring(on);
    on.handle.reset();
    then(setting{1, true, "d"});
  }

  static void waiting(plain& on, const std::function<void(setting)>& then) {
    make_newborn(on);
    const typename gc::deferred_drops deferring;
    on.handle.reset();
    take_handle(on);
    then(setting{0});
  }

  static void waiting_in_destructor(plain& on, const std::function<void(setting)>& then) {
    make_newborn(on);
    const std::size_t stack = gc::destruction_stack();
    gc::set_destruction_stack(0);
    struct dropping {
      ~dropping() { drop(); }
      std::function<void()> drop;
    };
    Memory::template make<dropping>([&] {
      on.handle.reset();
      take_handle(on);
      then(setting{0});
    });
    gc::set_destruction_stack(stack);
  }

  static void destroyed_by_drop(plain& on, const std::function<void(setting)>& then) {
    make_newborn(on);
    in_scene(on, moment::destruction, [&] {
      take_handle(on);
      then(setting{0});
      on.handle.reset();
    });
    on.handle.reset();
  }

  static void destroyed_as_garbage(plain& on, const std::function<void(setting)>& then) {
    make_newborn(on);
    close_ring(on);
    in_scene(on, moment::destruction, [&] {
      take_handle(on);
      then(setting{1, true, "d"});
      on.handle.reset();
    });
    on.handle.reset();
    gc::collect();
  }

  static void called_back(plain& on, const std::function<void(setting)>& then) {
    make_newborn(on);
    on.kept.emplace_back(on.handle, [&] {
      on.is_there = false;
      on.raw = nullptr;
      then(setting{0, false});
    });
    on.handle.reset();
  }

  static void gone(plain& on, const std::function<void(setting)>& then) {
    make_newborn(on);
    on.handle.reset();
    on.is_there = false;
    on.raw = nullptr;
    then(setting{0, false});
  }

  static void of_another_heap(plain& on, const std::function<void(setting)>& then) {
    using heap_type = heap_beside<Memory>;
    heap_type apart;
    {
      const typename heap_type::scope in{apart};
      make_newborn(on);
      become_candidate(on);
    }
    then(setting{});
    const typename heap_type::scope in{apart};
    on.handle.reset();
    on.watcher.reset();
  }

  /// The object has gone with its pools, without a destructor.
  static void of_ended_heap(plain& on, const std::function<void(setting)>& then) {
    const std::size_t before = living();
    {
      using heap_type = heap_beside<Memory>;
      heap_type apart;
      const typename heap_type::scope in{apart};
      make_newborn(on);
      become_candidate(on);
    }
    living() = before;
    on.is_there = false;
    then(setting{0, false, ""});
    detail::pointer_access::forget(on.handle);
  }

  /// Two threads that take turns.
  struct turns {
    std::binary_semaphore here{0};
    std::binary_semaphore there{0};
  };
  static void wait_for(std::binary_semaphore& turn) {
    const ouro::blocking waits;
    turn.acquire();
  }
  /// No collection of the other thread waits for this one.
  static void pass_on(turns& take) {
    const ouro::blocking waits;
    take.here.release();
    take.there.acquire();
  }

  static void of_another_thread(plain& on, const std::function<void(setting)>& then) {
    turns take;
    std::thread owner{[&] {
      make_newborn(on);
      become_candidate(on);
      pass_on(take);
      on.handle.reset();
      on.watcher.reset();
    }};
    wait_for(take.here);
    then(setting{});
    take.there.release();
    owner.join();
  }

  static void of_living_sharer(plain& on, const std::function<void(setting)>& then) {
    turns take;
    std::thread owner{[&] {
      make_newborn(on);
      pass_on(take);
    }};
    wait_for(take.here);
    then(setting{});
    on.handle.reset();
    take.there.release();
    owner.join();
  }

  static void of_ended_sharer(plain& on, const std::function<void(setting)>& then) {
    std::thread{[&] { make_newborn(on); }}.join();
    then(setting{});
  }
};

}  // namespace ouro::test
