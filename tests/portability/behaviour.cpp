// What must be the same however a program is compiled: without exceptions or RTTI, with link-time optimisation, as a
// static program, with other signs of char. Needs none of what is taken away; says on which line it failed.

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#ifndef __wasi__
#include <thread>
#endif

namespace ouro::test {

std::size_t collect_elsewhere();  // of another translation unit

}  // namespace ouro::test

namespace {

int failures = 0;

void expect(bool holds, int line) {
  if (holds) return;
  std::printf("behaviour.cpp:%d\n", line);
  ++failures;
}

std::string log;

template <class Memory>
struct node {
  char name;
  typename Memory::template ptr<node> left{}, right{};
  std::vector<typename Memory::template ptr<node>> many{};

  ~node() { log += name; }
};

/// Sides that differ in nothing but their policies.
template <class Memory>
void count_and_collect() {
  using mortal = node<Memory>;
  log.clear();
  {
    auto list = Memory::template make<mortal>('a');
    list->left = Memory::template make<mortal>('b');
    list->left->left = Memory::template make<mortal>('c');
    typename Memory::template weak<mortal> watcher{list->left};
    const auto again = list;
    expect(list.use_count() == 2 && watcher.lock() == list->left, __LINE__);
  }
  expect(log == "abc", __LINE__);

  log.clear();
  bool expired = false;
  typename Memory::template weak<mortal> watcher;
  {
    const auto ring = Memory::template make<mortal>('r');
    ring->left = Memory::template make<mortal>('s');
    ring->left->many = {ring, ring, ring->left};
    watcher = {ring, [&expired] { expired = true; }};
  }
  expect(log.empty() && !watcher.expired(), __LINE__);
  expect(Memory::gc::collect() == 2, __LINE__);
  expect(log.size() == 2 && watcher.expired() && expired, __LINE__);

  std::vector<typename Memory::template ptr<mortal>> held;
  for (int i = 0; i != 1000; ++i) {
    held.push_back(Memory::template make<mortal>('x'));
    held.back()->left = held.back();
    if (i % 2 == 0) held.back()->right = held.front();
  }
  held.resize(1);
  expect(Memory::gc::collect() == 999, __LINE__);
  held[0]->left = nullptr;
  held[0]->right = nullptr;
  held.clear();
  expect(Memory::gc::collect() == 0, __LINE__);
}

struct chained {
  ouro::ptr<chained> next;
  int* destroyed;
  ~chained() { ++*destroyed; }
};

/// In bounded stack.
void drop_and_copy_a_long_list() {
  constexpr int length = 200'000;
  int destroyed = 0;
  ouro::ptr<chained> list;
  for (int i = 0; i != length; ++i) list = ouro::make<chained>(std::move(list), &destroyed);
  auto copy = ouro::deepcopy(list);
  list = nullptr;
  expect(destroyed == length, __LINE__);
  copy = nullptr;
  expect(destroyed == 2 * length, __LINE__);
}

struct finalized {
  ouro::ptr<finalized> self;
  int* calls;
  void finalize() { ++*calls; }
  void trace(auto&& visit) { visit(self); }
};

void finalize() {
  int calls = 0;
  {
    const auto object = ouro::make<finalized>(nullptr, &calls);
    object->self = object;
  }
  expect(ouro::test::collect_elsewhere() == 1 && calls == 1, __LINE__);
}

struct base {
  virtual ~base() = default;
  virtual int number() const { return 1; }
  void trace(auto&&) {}
};
struct derived : base {
  int number() const override { return 2; }
};

void cast() {
  const ouro::ptr<base> object = ouro::make<derived>();
  expect(object->number() == 2 && ouro::dynamic_pointer_cast<derived>(object) == object, __LINE__);
  expect(ouro::dynamic_pointer_cast<derived>(ouro::make<base>()) == nullptr, __LINE__);
}

struct page {
  std::string text;
  ouro::list<ouro::ptr<page>> links;
};

void contain_and_copy() {
  auto home = ouro::make<page>("home");
  home->links = {home, ouro::make<page>("about")};
  const auto draft = ouro::deepcopy(home);
  expect(draft->links[0] == draft && draft->links[1] != home->links[1] && draft->links[1]->text == "about", __LINE__);
  const auto shallow = ouro::copy(home);
  expect(shallow->links[1] == home->links[1], __LINE__);

  ouro::dict<ouro::interned_string, ouro::ptr<page>> pages;
  pages[ouro::interned_string{"home"}] = home;
  pages[ouro::interned_string{"about"}] = home->links[1];
  expect(pages.size() == 2 && pages.find(ouro::interned_string{"home"})->second == home, __LINE__);

  ouro::attributes<ouro::ptr<page>> names;
  names[ouro::interned_string{"first"}] = home;
  const auto* const first = names.find(ouro::interned_string{"first"});
  expect(first != nullptr && *first == home, __LINE__);

  ouro::weak_value_map<std::string, page> cache;
  cache.insert_or_assign("/", home);
  draft->links.clear();
  pages.clear();
  names.clear();
  shallow->links.clear();
  home = nullptr;
  expect(ouro::gc::collect() == 2 && cache.empty(), __LINE__);
}

void intern() {
  const char high[] = {'\xE4', '\xFF', '\0'};  // char may have a sign or none
  expect(ouro::interned_string{high}.data() == ouro::interned_string{std::string{high}}.data(), __LINE__);
  expect(ouro::interned_string{std::string(1, '\xE4')}.view() == "\xE4", __LINE__);
  expect(ouro::intern(std::string{"value"}) == ouro::intern(std::string{"value"}), __LINE__);
  expect(ouro::small_int{256}.pointer() == ouro::small_int{256}.pointer(), __LINE__);
  expect(ouro::small_int{257}.pointer() != ouro::small_int{257}.pointer(), __LINE__);
}

void enter_a_heap() {
  log.clear();
  {
    ouro::heap guest{1 << 20};
    const ouro::heap::scope in{guest};
    const auto looped = ouro::make<node<ouro::default_memory>>('g');
    looped->left = looped;
    expect(guest.statistics().used_blocks == 1, __LINE__);
  }
  expect(log == "g", __LINE__);
}

void share() {
#ifndef __wasi__  // has no threads
  using shared = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>;
  auto made = shared::make<int>(42);
  std::thread{[copy = made]() mutable { copy = nullptr; }}.join();
  expect(made.use_count() == 1 && *made == 42, __LINE__);
  std::thread{[&made] { made = shared::make<int>(43); }}.join();
  expect(*made == 43, __LINE__);
#endif
}

}  // namespace

int main() {
  using namespace ouro;
  count_and_collect<default_memory>();
  count_and_collect<memory<local_refcount, generational, pool_allocator>>();
  count_and_collect<memory<atomic_refcount, trial_deletion, system_allocator>>();
  count_and_collect<memory<biased_refcount, trial_deletion, pool_allocator>>();
  count_and_collect<memory<local_refcount, trial_deletion, checked_allocator<pool_allocator>>>();
  drop_and_copy_a_long_list();
  finalize();
  cast();
  contain_and_copy();
  intern();
  enter_a_heap();
  share();
  expect(heaps_in_process() <= 1, __LINE__);
  return failures == 0 ? 0 : 1;
}
