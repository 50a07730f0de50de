#pragma once
/// \file
/// One execution of a scene after the other: which thread goes on, and what it reads.

#include "models/explorer/choices.hpp"
#include "models/explorer/fiber.hpp"
#include "models/explorer/plain_uses.hpp"
#include "models/explorer/scene.hpp"
#include "models/explorer/step.hpp"
#include "models/explorer/weak_memory.hpp"

#include <array>
#include <atomic>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ouro::test::explorer {

class execution {
 public:
  explicit execution(const options& wanted) : wanted_{wanted} { current_ = this; }
  execution(const execution&) = delete;
  execution& operator=(const execution&) = delete;
  ~execution() { current_ = nullptr; }

  /// The one to which atomic objects belong. There is one while `explore` runs.
  static execution& current() { return *current_; }

  void run(const std::function<scene()>& make_scene) {
    begin();
    const scene made = make_scene();
    begin_threads(made);
    if (!made.threads.empty()) hand_over_to(choose_thread(switching::is_free));
    for (std::size_t i = 1; i != thread_count_; ++i) threads_[0].seen.join(threads_[i].seen);
    if (failure_.empty() && made.at_end) made.at_end();
  }

  /// The choices of the next execution. False: all have been explored.
  bool advance() { return choices_.advance(); }

  /// What the first `fail` of the execution said, or nothing.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] bool is_repeatable() const { return choices_.is_repeatable(); }
  [[nodiscard]] std::string schedule() const { return text_of(steps_, wanted_.names); }

  void fail(std::string_view message) {
    if (failure_.empty()) failure_ = message;
    if (running_ != 0) hand_over_to(0);
  }

  void yield() {
    thread_state& self = threads_[running_];
    if (running_ == 0) return fail("what is not a thread waits for a thread");
    record({.thread = running_, .what = effect::yields, .operation = "yields"});
    self.is_waiting = !see_newest_of_what_was_read(self);
    self.changes_before_waiting = changes_;
    const std::size_t next = choose_thread(switching::is_free);
    if (next == 0) return fail("each thread waits for another one");
    hand_over_to(next);
    self.is_chosen = true;
  }

  std::size_t add_location(word value) {
    if (memory_.locations() == most_locations) {
      std::fputs("explorer: a scene has more atomic objects than most_locations\n", stderr);
      std::abort();
    }
    return memory_.add_location(threads_[running_].seen, value);
  }

  word load(std::size_t location, std::memory_order order) {
    let_others_go_first();
    thread_state& self = threads_[running_];
    const store_number newest = memory_.newest(location);
    const std::size_t readable = std::size_t{newest} + 1 - memory_.oldest(self.seen, location, order);
    const std::size_t newer = choices_.next(readable);
    self.has_read.set(location);
    const word found = memory_.read(self.seen, location, static_cast<store_number>(newest - newer), order);
    record({running_, effect::reads, "load", location, order, found, 0, static_cast<unsigned>(newer)});
    return found;
  }

  void store(std::size_t location, word value, std::memory_order order) {
    let_others_go_first();
    if (memory_.value(location, memory_.newest(location)) != value) ++changes_;
    memory_.write(threads_[running_].seen, location, value, order);
    record({running_, effect::writes, "store", location, order, 0, value, 0});
  }

  /// Replaces the newest value by what `change` makes of it. Returns the value that was replaced.
  template <class Change>
  word update(const char* operation, std::size_t location, Change change, std::memory_order order) {
    let_others_go_first();
    return replace(operation, location, change(memory_.value(location, memory_.newest(location))), order);
  }

  /// Fails if the newest value is not the expected one, or if an older value that may be read is not.
  bool compare_exchange(std::size_t location, word& expected, word desired, std::memory_order success,
                        std::memory_order failure) {
    let_others_go_first();
    thread_state& self = threads_[running_];
    const store_number newest = memory_.newest(location);
    std::size_t branches = 1;
    for (store_number i = memory_.oldest(self.seen, location, failure); i != newest; ++i) {
      if (memory_.value(location, i) != expected) ++branches;
    }
    store_number chosen = newest;
    for (std::size_t left = choices_.next(branches); left != 0;) {
      if (memory_.value(location, --chosen) != expected) --left;
    }
    if (memory_.value(location, chosen) == expected) {
      replace("compare_exchange", location, desired, success);
      return true;
    }
    self.has_read.set(location);
    expected = memory_.read(self.seen, location, chosen, failure);
    record({running_, effect::fails_to_replace, "compare_exchange", location, failure, expected, 0,
            static_cast<unsigned>(newest - chosen)});
    return false;
  }

  /// A moment of the calling thread, which comes after all its moments so far.
  moment now() {
    view& seen = threads_[running_].seen;
    ++seen.clock[running_];
    return {running_, seen.clock};
  }

  void read_plain(plain_uses& uses) {
    record({.thread = running_, .what = effect::is_plain, .operation = "reads a plain variable"});
    const moment read = now();
    if (!uses.has_seen_write(read)) return fail("a data race of a read with an earlier write");
    uses.add_read(read);
  }
  void write_plain(plain_uses& uses) {
    record({.thread = running_, .what = effect::is_plain, .operation = "writes a plain variable"});
    const moment write = now();
    if (!uses.has_seen_write(write)) return fail("a data race of a write with an earlier write");
    if (!uses.has_seen_reads(write)) return fail("a data race of a write with an earlier read");
    uses.add_write(write);
  }

 private:
  enum class switching : std::uint8_t { is_free, costs_a_preemption };

  /// The first of them is the one that explores: it makes the scene and runs the check at the end.
  struct thread_state {
    std::unique_ptr<fiber> stack;
    const std::function<void()>* body = nullptr;
    view seen;
    std::bitset<most_locations> has_read;  ///< locations, since the thread has yielded
    bool is_chosen = false;                ///< for its next step, and so it lets nobody go first
    bool has_ended = false;
    bool is_waiting = false;  ///< until another thread changes a value
    std::uint64_t changes_before_waiting = 0;
  };

  void begin() {
    memory_.clear();
    steps_.clear();
    preemptions_ = 0;
    thread_count_ = 1;
    running_ = 0;
    threads_[0].seen = {};
    if (!threads_[0].stack) threads_[0].stack = std::make_unique<fiber>();
  }

  void begin_threads(const scene& made) {
    thread_count_ = made.threads.size() + 1;
    if (thread_count_ > most_threads) {
      std::fputs("explorer: a scene has more threads than most_threads\n", stderr);
      std::abort();
    }
    for (std::size_t i = 1; i != thread_count_; ++i) {
      thread_state& each = threads_[i];
      if (!each.stack) each.stack = std::make_unique<fiber>(run_threads);
      each.body = &made.threads[i - 1];
      each.seen = threads_[0].seen;
      each.has_read.reset();
      each.is_chosen = true;
      each.has_ended = false;
      each.is_waiting = false;
    }
  }

  /// Runs on the stack of a thread: the body of each execution after the other.
  [[noreturn]] static void run_threads() {
    while (true) current().run_body();
  }

  void run_body() {
    bool has_thrown = false;
    try {
      (*threads_[running_].body)();
    } catch (...) {
      has_thrown = true;
    }
    if (has_thrown) fail("a thread has thrown an exception");
    threads_[running_].has_ended = true;
    const std::size_t next = choose_thread(switching::is_free);
    for (std::size_t i = 1; i != thread_count_; ++i) {
      if (next == 0 && !threads_[i].has_ended) fail("each thread that is left waits for another one");
    }
    hand_over_to(next);
  }

  void let_others_go_first() {
    if (running_ == 0) return;
    thread_state& self = threads_[running_];
    if (!self.is_chosen) hand_over_to(choose_thread(switching::costs_a_preemption));
    self.is_chosen = false;
  }

  [[nodiscard]] bool can_go_on(const thread_state& thread) const {
    return !thread.has_ended && !(thread.is_waiting && thread.changes_before_waiting == changes_);
  }

  /// The thread that runs, or another one that can. 0: there is none.
  std::size_t choose_thread(switching cost) {
    std::array<std::size_t, most_threads> able{};
    std::size_t count = 0;
    if (running_ != 0 && can_go_on(threads_[running_])) able[count++] = running_;
    const bool is_preemption = count != 0 && cost == switching::costs_a_preemption;
    if (!is_preemption || preemptions_ != wanted_.most_preemptions) {
      for (std::size_t i = 1; i != thread_count_; ++i) {
        if (i != running_ && can_go_on(threads_[i])) able[count++] = i;
      }
    }
    if (count == 0) return 0;
    const std::size_t chosen = able[choices_.next(count)];
    if (is_preemption && chosen != running_) ++preemptions_;
    return chosen;
  }

  void hand_over_to(std::size_t next) {
    if (next == running_) return;
    fiber& left = *threads_[running_].stack;
    running_ = next;
    threads_[next].is_waiting = false;
    left.switch_to(*threads_[next].stack);
  }

  /// Whoever reads again and again sees new values in the end. Returns whether there are any.
  bool see_newest_of_what_was_read(thread_state& thread) {
    bool sees_more = false;
    for (std::size_t i = 0; i != memory_.locations(); ++i) {
      if (!thread.has_read[i] || thread.seen.oldest[i] == memory_.newest(i)) continue;
      thread.seen.oldest[i] = memory_.newest(i);
      sees_more = true;
    }
    thread.has_read.reset();
    return sees_more;
  }

  word replace(const char* operation, std::size_t location, word value, std::memory_order order) {
    thread_state& self = threads_[running_];
    self.has_read.set(location);
    const word found = memory_.read(self.seen, location, memory_.newest(location), order);
    if (found != value) ++changes_;
    memory_.replace(self.seen, location, value, order);
    record({running_, effect::replaces, operation, location, order, found, value, 0});
    return found;
  }

  void record(const step& made) {
    steps_.push_back(made);
    if (steps_.size() == wanted_.most_steps) fail("the threads come to no end");
  }

  static inline execution* current_ = nullptr;

  const options& wanted_;
  choices choices_;
  weak_memory memory_;
  std::array<thread_state, most_threads> threads_;
  std::size_t thread_count_ = 1;
  std::size_t running_ = 0;
  unsigned preemptions_ = 0;
  std::uint64_t changes_ = 0;  ///< of values, by all threads
  std::vector<step> steps_;
  std::string failure_;
};

}  // namespace ouro::test::explorer
