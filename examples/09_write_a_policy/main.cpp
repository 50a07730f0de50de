// Writing policies: one of your own on each axis. What a policy must provide is said in the library's
// refcount_policy.hpp, collector_policy.hpp and allocator_policy.hpp; what it lacks, the compiler says.

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdio>
#include <new>

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  std::printf("  %-6s %s\n", holds ? "ok" : "FAILED", what);
  if (!holds) ++failures;
}

// --8<-- [start:refcount]
/// A refcount policy that knows how often pointers were copied: inherits from one of ours and hides one verb.
struct audited_refcount : ouro::local_refcount {
  static inline std::size_t copies = 0;

  static void increment(count_type& count) noexcept {
    ++copies;
    ouro::local_refcount::increment(count);
  }
};
// --8<-- [end:refcount]

// --8<-- [start:collector]
/// A collector that collects when it is told to, and never by itself: for a game that does so between two frames.
struct collector_between_frames : ouro::trial_deletion {
  template <class RefcountPolicy>
  static void before_make() noexcept {}
};
// --8<-- [end:collector]

// --8<-- [start:allocator]
/// An allocator with a budget, written from nothing: three functions at the most, no state but static.
struct budgeted_allocator {
  static inline std::size_t budget = 1000;  ///< bytes that may be in use
  static inline std::size_t used = 0;       ///< bytes in use

  static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (bytes > budget - used) return nullptr;  // the library collects, tries again, and throws std::bad_alloc
    void* const block = ouro::system_allocator::allocate(bytes, alignment);
    if (block != nullptr) used += bytes;
    return block;
  }

  static void deallocate(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    used -= bytes;
    ouro::system_allocator::deallocate(block, bytes, alignment);
  }
};
// --8<-- [end:allocator]

static_assert(ouro::refcount_policy<audited_refcount>);
static_assert(ouro::collector_policy<collector_between_frames>);
static_assert(ouro::allocator_policy<budgeted_allocator>);

// --8<-- [start:missing]
/// What lacks a verb is refused, by name.
struct unfinished_allocator {
  static void* allocate(std::size_t bytes, std::size_t alignment);
};
static_assert(ouro::has_allocate<unfinished_allocator> && !ouro::has_deallocate<unfinished_allocator>);
static_assert(!ouro::allocator_policy<unfinished_allocator>);
// --8<-- [end:missing]

// --8<-- [start:bundle]
using game = ouro::memory<audited_refcount, collector_between_frames, budgeted_allocator>;

struct monster {
  game::ptr<monster> target;
  char picture[100] = {};
};
// --8<-- [end:bundle]

void two_monsters_fight() {
  const auto one = game::make<monster>();
  const auto other = game::make<monster>(one);
  one->target = other;
}

}  // namespace

int main() {
  std::printf("The refcount policy counts copies\n");
  const auto hero = game::make<monster>();
  const std::size_t before = audited_refcount::copies;
  for (int i = 0; i != 5; ++i) const auto copy = hero;
  check(audited_refcount::copies == before + 5, "five of them");

  std::printf("The collector waits for the end of the frame\n");
  game::gc::set_threshold(1);
  two_monsters_fight();
  two_monsters_fight();
  check(game::gc::count() == 5, "the dead wait, beside the hero, who was dropped and is alive");
  check(game::gc::collect() == 4, "and go when told to");

  std::printf("The allocator keeps its budget\n");
  check(budgeted_allocator::used == ouro::size_of(hero), "one object is in use");
  for (int i = 0; i != 10; ++i) two_monsters_fight();
  check(budgeted_allocator::used <= budgeted_allocator::budget,
        "ten fights fit: a full heap is collected, then tried again");
  try {
    const auto too_large = game::make<char[]>(2000);
    check(false, "an object beyond the budget is refused");
  } catch (const std::bad_alloc&) {
    check(true, "an object beyond the budget is refused");
  }
  game::gc::collect();
  return failures == 0 ? 0 : 1;
}
