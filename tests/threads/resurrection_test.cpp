// Finalizers that hand their object to another thread.

#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

namespace {

template <class Memory>
struct handed_on : ouro::test::counted<handed_on<Memory>, std::atomic<int>> {
  using pointer = typename Memory::template ptr<handed_on>;
  typename Memory::template atomic_ptr<handed_on>* to;
  pointer next{};  // so that it can be a candidate
  int number;

  handed_on(typename Memory::template atomic_ptr<handed_on>& place, int of) : to{&place}, number{of} {}
  handed_on(const handed_on&) = delete;
  handed_on& operator=(const handed_on&) = delete;
  ~handed_on() { number = -1; }
  void trace(auto&& visit) { visit(next); }
  void finalize() { to->store(Memory::from_this(this)); }
};

}  // namespace

TEST_CASE_TEMPLATE("finalize: an object that its finalizer hands to another thread may die there at once", Memory,
                   ouro::shared_memory, ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>,
                   ouro::memory<ouro::biased_refcount, ouro::generational, ouro::pool_allocator>,
                   ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>) {
  using object = handed_on<Memory>;
  constexpr int rounds = 5'000;
  const ouro::thread_scope here;
  typename Memory::template atomic_ptr<object> place;
  int whole = 0;
  std::thread taker{[&] {
    for (int round = 0; round != rounds;) {
      Memory::gc::safepoint();
      const auto taken = place.exchange(nullptr);
      if (taken == nullptr) continue;
      whole += taken->number == round ? 1 : 0;
      ++round;
    }
  }};
  for (int round = 0; round != rounds; ++round) {
    Memory::template make<object>(place, round).reset();
    while (place.load() != nullptr) ouro::detail::spin_pause();
  }
  {
    const ouro::blocking until_it_ends;
    taker.join();
  }
  CHECK(whole == rounds);
  Memory::gc::collect();
  CHECK(object::alive == 0);
}
