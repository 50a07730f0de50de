// Choosing policies: the same program under several bundles, and what each of them costs and does.

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdio>
#include <thread>
#include <utility>

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  std::printf("  %-6s %s\n", holds ? "ok" : "FAILED", what);
  if (!holds) ++failures;
}

template <class Memory>
struct node {
  static inline int alive = 0;
  node() { ++alive; }
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node() { --alive; }
  void trace(auto&& visit) { visit(next); }

  typename Memory::template ptr<node> next;
  long payload = 0;
};

/// Makes a cycle, drops it, collects. Returns how many objects have leaked, and cuts the cycle by hand then.
template <class Memory>
int leak_of_a_cycle() {
  auto first = Memory::template make<node<Memory>>();
  first->next = Memory::template make<node<Memory>>();
  first->next->next = first;
  const typename Memory::template weak<node<Memory>> watcher = first;
  first.reset();
  Memory::gc::collect();
  const int leaked = node<Memory>::alive;
  if (const auto left = watcher.lock()) left->next.reset();
  return leaked;
}

template <class Memory>
void show(const char* name) {
  const auto one = Memory::template make<node<Memory>>();
  const std::size_t bytes = ouro::size_of(one);
  const int before = node<Memory>::alive;
  std::printf("  %-52s %5zu bytes   %d leaked\n", name, bytes, leak_of_a_cycle<Memory>() - before);
}

using namespace ouro;

using standard = default_memory;
using counting = memory<local_refcount, no_collector, pool_allocator>;
using on_malloc = memory<local_refcount, trial_deletion, system_allocator>;
using shared = memory<atomic_refcount, no_collector, pool_allocator>;
using mostly_local = memory<biased_refcount, no_collector, pool_allocator>;
using shared_cyclic = memory<atomic_refcount, trial_deletion, pool_allocator>;

/// A type that counts itself, in the way of Boost's intrusive_ptr or of a COM object.
struct handle {
  static inline int alive = 0;
  handle() { ++alive; }
  handle(const handle&) = delete;
  handle& operator=(const handle&) = delete;
  ~handle() { --alive; }
  int count = 0;

  friend void intrusive_ptr_add_ref(handle* object) noexcept { ++object->count; }
  friend void intrusive_ptr_release(handle* object) noexcept {
    if (--object->count == 0) delete object;
  }
};

}  // namespace

int main() {
  std::printf("A node of 16 bytes, and a cycle of two of them\n");
  show<standard>("local_refcount, trial_deletion, pool_allocator");
  show<counting>("local_refcount, no_collector, pool_allocator");
  show<on_malloc>("local_refcount, trial_deletion, system_allocator");
  show<shared>("atomic_refcount, no_collector, pool_allocator");
  show<mostly_local>("biased_refcount, no_collector, pool_allocator");
  show<shared_cyclic>("atomic_refcount, trial_deletion, pool_allocator");
  check(leak_of_a_cycle<standard>() == 0 && leak_of_a_cycle<shared_cyclic>() == 0, "trial_deletion finds the cycle");
  check(leak_of_a_cycle<counting>() == 2, "no_collector leaks it, as std::shared_ptr would");
  check(sizeof(standard::ptr<int>) == sizeof(shared::ptr<int>), "all pointers are of one size");

  std::printf("Objects that threads share count atomically\n");
  const auto answer = shared::make<long>(42);
  std::thread reader{[copy = answer] {
    for (int i = 0; i != 1000; ++i) const auto another = copy;
  }};
  reader.join();
  check(answer.use_count() == 1, "the count is exact when the thread is done");

  std::printf("Objects that are seldom shared count atomically on other threads only\n");
  {
    auto borrowed = mostly_local::make<long>(42);
    std::thread borrower{[taken = std::move(borrowed)]() mutable { taken.reset(); }};
    borrower.join();
    // The maker alone can tell that this was the last pointer: it does so the next time that it makes an object.
    const auto next = mostly_local::make<long>(43);
    check(next.use_count() == 1, "what another thread drops dies when its maker makes the next");
  }

  std::printf("Objects that count themselves are held as they are\n");
  using self_counted = managed_ptr<handle, self_refcount, no_collector, system_allocator>;
  {
    const self_counted first = new handle;  // a raw pointer, as boost::intrusive_ptr takes it
    const self_counted second = first;
    check(first->count == 2, "the object's own count");
  }
  check(handle::alive == 0, "it deletes itself");
  return failures == 0 ? 0 : 1;
}
