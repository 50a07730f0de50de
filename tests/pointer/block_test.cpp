#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

using ouro::count_word;
using ouro::detail::info_word;

namespace {

template <class T, class Refcount = ouro::local_refcount, class Collector = ouro::trial_deletion,
          class Allocator = ouro::pool_allocator>
using block = ouro::detail::block<T, Refcount, Collector, Allocator>;

struct tree {
  ouro::ptr<tree> left;
};
/// Leads to arrays of its own type.
struct grove {
  ouro::ptr<grove[]> next;
};
struct alignas(64) line {
  char bytes[64] = {};
};
struct finalized {
  ouro::ptr<finalized> next;
  void finalize() {}
};
template <class Memory>
struct self_pointing {
  typename Memory::template ptr<self_pointing> next;
};

using by_generation = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;
using shared_by_generation = ouro::memory<ouro::atomic_refcount, ouro::generational, ouro::pool_allocator>;

template <class Memory, class T>
using block_in = block<T, typename Memory::refcount, typename Memory::collector, typename Memory::allocator>;

struct speaking {
  explicit speaking(std::string& to) : log{to} {}
  speaking(const speaking&) = delete;
  speaking& operator=(const speaking&) = delete;
  virtual ~speaking() = default;
  std::string& log;
};
struct derived : speaking {
  using speaking::speaking;
  ~derived() override { log += "derived "; }
};
struct finalizing : derived {
  using derived::derived;
  void finalize() { log += "finalize "; }
};

}  // namespace

// The layout: padding, the length of an array, the header, the object.
static_assert(block<char>::front == 8 && block<char>::alignment == alignof(std::size_t) && block<char>::bytes(1) == 9);
static_assert(block<char[]>::front == 8 + sizeof(std::size_t) && block<char[]>::bytes(5) == block<char[]>::front + 5);
static_assert(block<char[]>::bytes(0) == block<char[]>::front + 1);
static_assert(block<line>::front == 64 && block<line>::alignment == 64 && block<line>::bytes(1) == 128);
static_assert(block<line[]>::front == 64 && block<line[]>::bytes(3) == 4 * 64);
static_assert(block<char[]>::fits(std::numeric_limits<std::ptrdiff_t>::max() - block<char[]>::front));
static_assert(!block<char[]>::fits(std::numeric_limits<std::ptrdiff_t>::max() - block<char[]>::front + 1));
static_assert(!block<double[]>::fits(std::numeric_limits<std::size_t>::max()));

// What the type and the policies say of its objects.
static_assert(block<tree>::is_tracked && block<grove[]>::is_tracked && !block<std::string>::is_tracked);
static_assert(!block<tree[]>::is_tracked);  // no pointer leads from a tree to an array of trees
static_assert(!block<tree, ouro::local_refcount, ouro::no_collector>::is_tracked);
static_assert(!block<tree>::is_heap_walkable &&
              block_in<by_generation, self_pointing<by_generation>>::is_heap_walkable);
static_assert(!block_in<by_generation, self_pointing<by_generation>[]>::is_heap_walkable);
static_assert(!block_in<shared_by_generation, self_pointing<shared_by_generation>>::is_heap_walkable);
static_assert(count_word::is_suspect_on_drop(block<tree>::first_count));
static_assert(block<int>::first_count == count_word::one &&
              block_in<by_generation, self_pointing<by_generation>>::first_count == count_word::one);
static_assert(block<tree>::can_die_plainly && !block<finalized>::can_die_plainly);

TEST_CASE("block: the record of a type has the functions that its objects need") {
  const auto& of_tree = block<tree>::record;
  CHECK((of_tree.trace != nullptr));
  CHECK((of_tree.finalize == nullptr));
  CHECK(of_tree.front == 8);
  CHECK(of_tree.name.ends_with("tree"));
  CHECK((block<std::string>::record.trace == nullptr));
  CHECK((block<finalized>::record.finalize != nullptr));
  CHECK(block<line[]>::record.front == 64);
  const auto text = ouro::make<std::string>("text");
  CHECK(block<std::string>::record.bytes(text.get()) == 8 + sizeof(std::string));
  const auto numbers = ouro::make<int[]>(5, 1);
  CHECK(block<int[]>::record.bytes(numbers.get()) == 8 + sizeof(std::size_t) + 5 * sizeof(int));
  CHECK(block<int[]>::length(numbers.get()) == 5);
  CHECK(block<std::string>::length(text.get()) == 1);
}

TEST_CASE("block: an object is plain until it is a candidate, or a weak pointer watches it") {
  using of_tree = block<tree>;
  ouro::gc::collect();
  auto object = ouro::make<tree>();
  const auto header = [&object]() -> of_tree::header_type& { return *of_tree::header_type::of(object.get()); };
  CHECK(of_tree::is_plain(header()));
  CHECK_FALSE(block<finalized>::is_plain(header()));  // another type
  static_cast<void>(ouro::ptr<tree>{object});
  CHECK_FALSE(of_tree::is_plain(header()));
  ouro::gc::collect();
  CHECK(of_tree::is_plain(header()));  // old, and no candidate
  const ouro::weak<tree> watcher{object};
  CHECK_FALSE(of_tree::is_plain(header()));
  object.reset();
  CHECK(watcher.expired());
}

TEST_CASE_TEMPLATE("block: an object of a derived class ends as what it was made, by a pointer to its base", Refcount,
                   ouro::local_refcount, ouro::atomic_refcount, ouro::biased_refcount) {
  using memory = ouro::memory<Refcount, ouro::no_collector, ouro::checked_allocator<ouro::system_allocator>>;
  std::string log;
  typename memory::template ptr<speaking> last = memory::template make<derived>(log);
  last.reset();
  CHECK(log == "derived ");
  log.clear();
  last = memory::template make<finalizing>(log);
  last.reset();
  CHECK(log == "finalize derived ");
  log.clear();
  last = memory::template make<derived>(log);
  const typename memory::template weak<speaking> watcher{last};
  last.reset();
  CHECK(log == "derived ");
  CHECK(watcher.expired());
}

TEST_CASE("block: a trace reports the edges of each element of an array") {
  const auto target = ouro::make<grove[]>(1);
  const auto array = ouro::make<grove[]>(3);
  array[0].next = target;
  array[2].next = target;
  const auto found = ouro::gc::referents(array);
  REQUIRE(found.size() == 2);
  for (const auto& each : found) CHECK(each.owner() == target.owner());
}
