#pragma once
/// \file
/// Runs the cells of the table under one bundle of policies.

#include <states/cells.hpp>
#include <states/names.hpp>
#include <states/operations.hpp>
#include <states/scenes.hpp>
#include <states/subject.hpp>
#include <support/child.hpp>

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <type_traits>

namespace ouro::test {

/// Which thread calls the operation.
enum class caller : std::uint8_t { of_the_scene, another };

template <class Memory>
class cell_runner {
  using scenery = scenes<Memory>;

 public:
  /// Every pair that there is under these policies. Returns how many cells were checked.
  static std::size_t run_all() {
    // Shapes of attributes are kept for some time.
    const interned_string name{act<operation::in_attributes>::name};
    attributes<int, Memory> shaped;
    shaped[name] = 1;
    std::size_t checked = 0;
    for (std::size_t s = 0; s != state_count; ++s) {
      const auto which = static_cast<state>(s);
      if (!scenery::have(which)) continue;
      for (std::size_t o = 0; o != operation_count; ++o) {
        const auto what = static_cast<operation>(o);
        INFO(std::string{state_names[s]} << " × " << std::string{operation_names[o]});
        checked += run(which, what, caller::of_the_scene) ? 1 : 0;
        if (!scenery::is_shared || !open_to_others.contains(which)) continue;
        INFO("called by another thread");
        checked += run(which, what, caller::another) ? 1 : 0;
      }
    }
    return checked;
  }

 private:
  static bool run(state which, operation what, caller by) {
    switch (which) {
      case state::in_array:
        return run<typename scenery::array>(which, what, by);
      case state::aliased:
        return run<typename scenery::aliasing>(which, what, by);
      case state::interned:
        return run<typename scenery::interning>(which, what, by);
      default:
        return run<typename scenery::plain>(which, what, by);
    }
  }

  template <class Subject>
  static bool run(state which, operation what, caller by) {
    const cell& expected = cell_of(which, what);
    const auto& application = applications<Subject>[static_cast<std::size_t>(what)];
    if (expected.is == verdict::never) return false;
    if (application.function == nullptr) {
      // These policies do not have it. What only the kind of handle forbids, the table must say.
      const bool is_missing = applications<typename scenery::plain>[static_cast<std::size_t>(what)].function == nullptr;
      CHECK(is_missing);
      return false;
    }
    if (expected.is == verdict::holds) {
      run_what_holds(which, expected, application, by);
    } else if constexpr (check_level >= 1) {
      run_misuse(which, expected, application, by);
    } else {
      return false;
    }
    return true;
  }

  template <class Subject>
  static void call(caller by, const applied<Subject>& application, Subject& on) {
    if (by == caller::of_the_scene) return application.function(on);
    std::thread other{[&] { application.function(on); }};
    const ouro::blocking waits;
    other.join();
  }

  template <class Subject>
  static void run_misuse(state which, const cell& expected, const applied<Subject>& application, caller by) {
    const last_words said = run_in_child([&] {
      Subject on;
      on.wants_watcher = application.wants_watcher;
      scenery::play(which, on, [&](const setting&) { call(by, application, on); });
    });
    INFO(said.text);
    CHECK(said.aborted);
    CHECK(said.text.find(expected.text) != std::string::npos);
    CHECK(said.text.find("[type: ") != std::string::npos);
  }

  template <class Subject>
  static void run_what_holds(state which, const cell& expected, const applied<Subject>& application, caller by) {
    diary().clear();
    const std::size_t bytes = used_bytes();
    {
      Subject on;
      on.wants_watcher = application.wants_watcher;
      setting met;
      bool has_come = false;
      scenery::play(which, on, [&](const setting& now) {
        REQUIRE(!has_come);
        has_come = true;
        met = now;
        if (now.is_counted) REQUIRE(on.count() == now.pointers);
        if constexpr (std::is_same_v<Subject, typename scenery::plain>) REQUIRE(scenery::is_in(which, on));
        const std::size_t told = diary().size();
        call(by, application, on);
        if (expected.has.becomes != fate::ended) {
          CHECK(diary().substr(told) == expected.has.now);
          diary().resize(told);
        }
        check(on, now, expected, diary().size() != told);
      });
      REQUIRE(has_come);
      end(which, on);
      std::string end = met.end;
      if (!expected.has.has_child) std::erase(end, 'e');
      CHECK(diary() == end + expected.has.then + met.last);
    }
    Memory::gc::collect();
    REQUIRE(living() == 0);
    REQUIRE(spoken::alive == 0);
    CHECK(Memory::gc::count() == 0);
    CHECK(used_bytes() == bytes);
  }

  template <class Subject>
  static void check(Subject& on, const setting& before, const cell& expected, bool has_told) {
    const effect& has = expected.has;
    CHECK(on.seen.what == has.gives);
    CHECK(on.seen.number == has.number);
    if (before.is_counted && (has.gives == given::same || has.gives == given::other))
      CHECK(on.seen.during == before.pointers + has.during);
    CHECK(has_told == (has.becomes == fate::ended));
    if (has_told) on.is_there = false;
    if (!on.is_there) return;
    if (has.becomes == fate::immortal) {
      const std::uint32_t word = on.head->load_count();
      CHECK(count_word::is_immortal(word));
      CHECK(count_word::is_suspect_on_drop(word));
    } else if (before.is_counted) {
      CHECK(on.count() == before.pointers + has.after);
    }
  }

  /// Ends the object, also one that would never end.
  template <class Subject>
  static void end(state which, Subject& on) {
    const bool is_alive = on.is_there && diary().find('d') == std::string::npos;
    if (is_alive &&
        (which == state::immortal || which == state::at_limit || count_word::is_immortal(on.head->load_count()))) {
      make_mortal(on);
    }
    on.handle = on.null();
    on.watcher.reset();
    Memory::gc::collect();
  }

  /// With one pointer, the handle.
  template <class Subject>
  static void make_mortal(Subject& on) {
    if constexpr (points_to_thing<Subject>) {
      if (on.is_whole) {
        auto* const tracked = dynamic_cast<tracked_thing<Memory>*>(on.raw);
        if (tracked != nullptr) tracked->edge.reset(), tracked->ring.reset();
      }
      if (on.handle == nullptr) on.handle = detail::pointer_access::take<typename Subject::pointer>(on.raw);
    }
    Subject::refcount::store(on.head->count, count_word::one);
  }

  [[nodiscard]] static std::size_t used_bytes() {
    const auto here = heap::current();
    here.trim();  // takes what another thread has freed
    return here.statistics().used_bytes;
  }
};

}  // namespace ouro::test
