#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

namespace {

using shared_strings = ouro::interner<std::string, ouro::intern_hash<std::string>, ouro::intern_equal<std::string>,
                                      ouro::weak_entries, ouro::mutex_locking>;
using shared_string = ouro::basic_interned_string<ouro::mutex_locking>;

template <class Work>
void run_in_threads(Work work) {
  std::vector<std::thread> threads;
  for (int i = 0; i != 4; ++i) threads.emplace_back(work);
  for (std::thread& each : threads) each.join();
}

}  // namespace

TEST_CASE("interner: threads that look up values while others drop them get living objects, one per value (trap 71)") {
  std::atomic<int> differences = 0;
  run_in_threads([&differences] {
    for (int i = 0; i != 5'000; ++i) {
      const std::string text = "value-" + std::to_string(i % 7);
      const auto first = shared_strings::intern(text);
      const auto second = shared_strings::intern(text);
      if (!(first == second) || *first != text) ++differences;
    }
  });
  CHECK(differences == 0);
  CHECK(shared_strings::size() == 0);
}

TEST_CASE("interned_string: threads share strings under a mutex, and none is left when all handles are gone") {
  std::atomic<int> differences = 0;
  run_in_threads([&differences] {
    for (int i = 0; i != 5'000; ++i) {
      const std::string text = "shared string number " + std::to_string(i % 5);
      const shared_string first{text};
      const shared_string second{text};
      if (!ouro::is(first, second) || first.view() != text) ++differences;
    }
  });
  CHECK(differences == 0);
  CHECK(shared_string::interned_count() == 0);
}

TEST_CASE("interner: threads that look up strings whose ends are deferred get living ones, one per value (trap 71)") {
  using gc = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>::gc;
  std::atomic<int> differences = 0;
  run_in_threads([&differences] {
    const gc::deferred_drops here;
    for (int i = 0; i != 5'000; ++i) {
      const std::string text = "waiting string number " + std::to_string(i % 5);
      const shared_string first{text};
      const shared_string second{text};
      const auto value = shared_strings::intern(text);
      if (!ouro::is(first, second) || first.view() != text || *value != text) ++differences;
      if (i % 16 == 0) gc::drain();
    }
  });
  CHECK(differences == 0);
  CHECK(shared_string::interned_count() == 0);
  CHECK(shared_strings::size() == 0);
}

TEST_CASE("interned_string: without locking, each thread has strings of its own") {
  const ouro::interned_string here{"one per thread"};
  const void* there = nullptr;
  std::size_t count_there = 0;
  std::thread{[&] {
    const ouro::interned_string other{"one per thread"};
    there = other.data();
    count_there = ouro::interned_string::interned_count();
  }}.join();
  CHECK(there != here.data());
  CHECK(count_there == 1);
}
