/// \file
/// Values of each kind that the debugger scripts show. `stop` is called when all of them are there; the debugger finds
/// them by `shown`.

#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

using namespace ouro::literals;

using plain_memory = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::system_allocator>;
using aged_memory = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;
using shared_memory = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;
using biased_memory = ouro::memory<ouro::biased_refcount, ouro::no_collector, ouro::resource_allocator>;
using own_memory = ouro::memory<ouro::self_refcount, ouro::no_collector, ouro::pool_allocator>;

struct node {
  int value = 0;
  ouro::ptr<node> next;
};

struct aged_node {
  int value = 0;
  aged_memory::ptr<aged_node> next;
};

struct shared_node {
  int value = 0;
  shared_memory::ptr<shared_node> next;
};

struct shape {
  virtual ~shape() = default;
  int corners = 0;
};

struct square final : shape {
  explicit square(int of_side) : side{of_side} { corners = 4; }
  int side;
};

struct named {
  virtual ~named() = default;
  int name = 7;
};
template <>
inline constexpr bool ouro::interior_base<named> = true;

struct named_square final : shape, named {
  int side = 5;
};

template <>
inline constexpr bool ouro::leaf<square> = true;
template <>
inline constexpr bool ouro::leaf<named_square> = true;

struct counts_itself {
  int value = 0;
  int count = 0;
};
void intrusive_ptr_add_ref(counts_itself* object) { ++object->count; }
void intrusive_ptr_release(counts_itself* object) {
  if (--object->count == 0) delete object;
}

struct point {
  int x;
  int y;
};
template <>
inline constexpr auto ouro::slots_of<point> = std::tuple{ouro::slot("x", &point::x), ouro::slot("y", &point::y)};

struct dying;
struct unborn;

struct values {
  ouro::ptr<node> null;
  ouro::ptr<node> alone;
  ouro::ptr<node> ring;
  ouro::ptr<node> frozen;
  ouro::ptr<node> watched;
  ouro::ptr<int> immortal;
  ouro::ptr<const std::pair<int, char>> pair;
  ouro::ptr<shape> as_base;
  ouro::ptr<void> as_void;
  ouro::ptr<void> point_as_void;
  ouro::ptr<named> interior;
  ouro::ptr<int[]> array;
  ouro::ptr<node[]> no_elements;
  plain_memory::ptr<point> plain;
  aged_memory::ptr<aged_node> aged;
  shared_memory::ptr<shared_node> shared;
  shared_memory::ptr<shared_node> shared_ring;
  biased_memory::ptr<point> biased;
  biased_memory::ptr<point> biased_elsewhere;
  biased_memory::ptr<point> merged;
  own_memory::ptr<counts_itself> own;
  ouro::ptr<node> of_thread;
  ouro::ptr<void> of_heap;
  plain_memory::ptr<dying> dies;
  ouro::ptr<unborn> is_made;
  ouro::ptr<node> dangling;
  ouro::ptr<node> gone;

  ouro::weak<node> weak;
  ouro::weak<node> weak_null;
  ouro::weak<node> weak_expired;
  shared_memory::weak<shared_node> weak_shared;
  ouro::managed_alias<int> alias;
  ouro::managed_alias<int> alias_null;

  shared_memory::atomic_ptr<shared_node> atomic;
  shared_memory::atomic_ptr<shared_node> atomic_loaded;
  shared_memory::atomic_ptr<shared_node> atomic_null;
  biased_memory::atomic_ptr<point[]> atomic_array;
  biased_memory::atomic_ptr<point> atomic_biased;
  ouro::shared_ptr<point> standard;
  ouro::weak_ptr<point> standard_weak;
  ouro::weak_ptr<point> standard_weak_null;
  ouro::weak_ptr<point> standard_weak_expired;
  ouro::shared_ptr<int> standard_part;
  ouro::shared_ptr<point> standard_owner;
  ouro::shared_ptr<point> standard_null;
  ouro::atomic_shared_ptr<point> standard_atomic;
  ouro::atomic_shared_ptr<point> standard_atomic_null;
  ouro::atomic_weak_ptr<point> standard_atomic_weak;
  ouro::list<int> list;
  ouro::list<ouro::ptr<node>> nodes;
  ouro::tuple<int, ouro::interned_string> tuple;
  ouro::tuple<> empty_tuple;
  ouro::frozen_list<int> frozen_list;
  ouro::frozen_list<int> empty_frozen_list;
  ouro::dict<std::string, int> dict;
  ouro::dict<int, ouro::ptr<node>> nodes_by_number;
  ouro::attributes<int> attributes;
  ouro::attributes<int> many_attributes;
  ouro::weak_value_map<int, node> cache;
  ouro::weak_key_map<node, int> notes;
  ouro::weak_set<node> set;
  ouro::weak_value_map<int, shared_node, shared_memory> shared_cache;
  ouro::weak_key_map<shared_node, int, shared_memory> shared_notes;
  ouro::weak_set<shared_node, shared_memory> shared_set;
  ouro::slot<point, int> slot{"y", &point::y};

  ouro::interned<double> number{2.5};
  ouro::interned<std::string> word{std::string{"ouroboros"}};
  ouro::interned_string name{"snake"};
  ouro::interned_string letter{'x'};
  ouro::interned_string with_nul{std::string_view{"a\0b", 3}};
  ouro::small_int small{7};
  ouro::small_int large{100000};

  ouro::heap heap{std::size_t{8} << 20};
  ouro::heap* unlimited = nullptr;
};

/// What the debugger looks at.
values* shown = nullptr;

[[gnu::noinline, gnu::used]] void stop() { __asm__ volatile("" : : "r"(shown) : "memory"); }
[[gnu::noinline, gnu::used]] void stop_in_constructor() { __asm__ volatile("" : : "r"(shown) : "memory"); }
[[gnu::noinline, gnu::used]] void stop_in_destructor() { __asm__ volatile("" : : "r"(shown) : "memory"); }
[[gnu::noinline, gnu::used]] void stop_in_heap() { __asm__ volatile("" : : "r"(shown) : "memory"); }

struct unborn {
  unborn() {
    shown->is_made = ouro::managed_from_this(this);
    stop_in_constructor();
  }
  int value = 3;
};

struct dying {
  int value = 4;
  ~dying() { stop_in_destructor(); }
};

struct phoenix {
  ouro::ptr<phoenix> self;
  void finalize();
};
ouro::ptr<phoenix> risen;
void phoenix::finalize() { risen = self; }

/// A ring whose head is a candidate.
template <class Memory, class Node>
typename Memory::template ptr<Node> make_ring() {
  auto head = Memory::template make<Node>(1);
  head->next = Memory::template make<Node>(2);
  head->next->next = head;
  [[maybe_unused]] auto dropped = head;
  dropped.reset();
  return head;
}

void fill_pointers(values& all) {
  all.alone = ouro::make<node>(10);
  all.ring = make_ring<ouro::default_memory, node>();
  all.watched = ouro::make<node>(12);
  all.immortal = ouro::make<int>(13);
  ouro::immortalize(all.immortal);
  all.pair = ouro::make<const std::pair<int, char>>(1, 'p');
  all.as_base = ouro::make<square>(6);
  all.as_void = ouro::make<square>(8);
  all.point_as_void = ouro::make<point>(22, 23);
  all.interior = ouro::make<named_square>();
  all.array = ouro::make<int[]>(3, 9);
  all.no_elements = ouro::make<node[]>(0);
  all.plain = plain_memory::make<point>(1, 2);
  all.shared = shared_memory::make<shared_node>(14);
  all.shared_ring = make_ring<shared_memory, shared_node>();
  all.aged = make_ring<aged_memory, aged_node>();
  aged_memory::gc::collect();
  all.own = own_memory::ptr<counts_itself>{new counts_itself{15}};

  all.weak = all.watched;
  {
    const auto gone = ouro::make<node>();
    all.weak_expired = gone;
  }
  all.weak_shared = all.shared_ring;
  all.alias = {all.alone, &all.alone->value};
}

/// As if so many more threads were in the middle of a load.
void add_loads(shared_memory::atomic_ptr<shared_node>& pointer, std::int64_t loads) {
  std::uint64_t word = 0;
  std::memcpy(&word, static_cast<const void*>(&pointer), sizeof word);
  word += static_cast<std::uint64_t>(loads) << 48;
  std::memcpy(static_cast<void*>(&pointer), &word, sizeof word);
}

void fill_atomics(values& all) {
  all.atomic = all.shared;
  all.atomic_loaded = all.shared_ring;
  add_loads(all.atomic_loaded, 2);
  all.atomic_array = biased_memory::make<point[]>(2, point{28, 29});
  all.atomic_biased = all.merged;
  all.standard = ouro::make_shared<point>(24, 25);
  all.standard_weak = all.standard;
  all.standard_weak_expired = ouro::make_shared<point>();
  all.standard_part = {all.standard, &all.standard->y};
  all.standard_owner = ouro::shared_ptr<point>{new point{26, 27}};
  all.standard_atomic = all.standard;
  all.standard_atomic_weak = all.standard;
}

/// One counted by its owner and by another thread, one of a thread that has ended, and one whose parts are merged.
void fill_biased(values& all) {
  static std::array<biased_memory::ptr<point>, 2> here;
  all.biased = biased_memory::make<point>(1, 2);
  here.fill(all.biased);
  auto merges = biased_memory::make<point>(5, 6);
  std::thread{[&] {
    static biased_memory::ptr<point> there;
    there = all.biased;
    all.merged = merges;
    all.biased_elsewhere = biased_memory::make<point>(3, 4);
  }}.join();
  merges.reset();
}

void point_to(ouro::ptr<node>& pointer, std::uintptr_t address) {
  std::memcpy(static_cast<void*>(&pointer), &address, sizeof address);
}

/// Keeps the candidate of another thread alive while it exists.
class other_thread {
 public:
  explicit other_thread(values& all) {
    thread_ = std::thread{[this, &all] {
      all.of_thread = make_ring<ouro::default_memory, node>();
      ouro::weak<node> watching = all.of_thread;
      made_.count_down();
      over_.wait();
      all.of_thread.reset();
    }};
    made_.wait();
  }
  other_thread(const other_thread&) = delete;
  other_thread& operator=(const other_thread&) = delete;
  ~other_thread() {
    over_.count_down();
    thread_.join();
  }

 private:
  std::latch made_{1};
  std::latch over_{1};
  std::thread thread_;
};

void fill_containers(values& all) {
  all.gone = ouro::make<node>(21);
  all.list = {1, 2, 3};
  all.nodes = {all.alone, nullptr};
  all.tuple = {16, "second"_is};
  all.frozen_list = {4, 5};
  all.dict = {{"one", 1}, {"two", 2}, {"three", 3}};
  all.dict.erase("two");
  all.nodes_by_number = {{1, all.alone}, {2, nullptr}};
  all.attributes["width"_is] = 17;
  all.attributes["height"_is] = 18;
  for (int i = 0; i != 66; ++i) all.many_attributes[ouro::interned_string{"a" + std::to_string(i)}] = i;
  all.cache.insert_or_assign(2, all.watched);
  all.cache.insert_or_assign(0, all.gone);
  all.cache.insert_or_assign(1, all.alone);
  all.notes.insert_or_assign(all.alone, 19);
  all.set.insert(all.alone);
  all.shared_cache.insert_or_assign(1, all.shared_ring);
  all.shared_notes.insert_or_assign(all.shared_ring, 23);
  all.shared_set.insert(all.shared_ring);
}

int main() {
  const auto owned = std::make_unique<values>();
  values& all = *owned;
  shown = &all;
  all.frozen = make_ring<ouro::default_memory, node>();
  ouro::gc::freeze();
  fill_pointers(all);
  fill_biased(all);
  fill_atomics(all);
  fill_containers(all);
  {
    const auto ash = ouro::make<phoenix>();
    ash->self = ash;
  }
  ouro::gc::collect();
  all.ring = make_ring<ouro::default_memory, node>();
  static_cast<void>(ouro::make<unborn>());
  all.dies = plain_memory::make<dying>();
  std::destroy_at(&all.dies);
  std::construct_at(&all.dies);
  const other_thread other{all};
  {
    const ouro::heap::scope in{all.heap};
    all.of_heap = make_ring<ouro::default_memory, node>();
    const auto inside = ouro::make<std::array<char, 96>>();
    const auto large = ouro::make<std::array<char, 5000>>();
    stop_in_heap();
  }
  point_to(all.dangling, 8);
  const auto reading = all.cache.begin();  // what goes meanwhile leaves an empty place
  all.gone.reset();
  stop();
  add_loads(all.atomic_loaded, -2);
  point_to(all.dangling, 0);
  risen.reset();
  const ouro::heap::scope in{all.heap};
  all.of_heap.reset();
}
