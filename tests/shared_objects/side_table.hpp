#pragma once
/// \file
/// Fills the table of the shared object that is compiled with it. In an unnamed namespace, so that it is its own code.

#include "shared_objects/side.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ouro::test {
namespace {

struct own final : thing {
  explicit own(std::string& log_) : log{&log_} {}
  own(const own&) = delete;
  own& operator=(const own&) = delete;
  ~own() override { *log += OURO_TEST_SIDE; }
  [[nodiscard]] std::string_view maker() const override { return OURO_TEST_SIDE; }
  void trace(auto&& visit) { thing::trace(visit); }

  std::string* log;
};

places state() {
  std::string log;
  static_cast<void>(make<node>(&log));  // what has no address before its first use is used
  return {
      {&detail::registered_types, &detail::known_heap_locals, &detail::abandoned_pool_heaps, &detail::no_pool,
       &detail::current_misuse_handler, &detail::seed_place, &detail::all_bias_owners, &detail::known_at_fork,
       &detail::bias_after_fork, &detail::intern_cache<detail::string_body<mutex_locking>, mutex_locking>::current(),
       &trial_deletion::current<atomic_refcount>(), &detail::heap_local_of<detail::heap_number>::variable,
       &detail::known_arenas, &detail::ended_pool_heap, &detail::ended_large_blocks, &detail::kept_of_ended_heaps,
       small_int{7}.pointer().get(), interned_string{"s"}.data()},
      {detail::current_pool_heap, &detail::current_pool_heap, &detail::trace_is_running, &detail::remote_frees,
       &detail::destructions<local_refcount>, &detail::destructions<atomic_refcount>, &detail::heap_number::of_thread(),
       &detail::back_off_of_thread, &detail::objects_looked_at, &detail::this_bias_thread,
       &trial_deletion::current<local_refcount>(), &generational::current<local_refcount>(),
       &detail::intern_cache<detail::string_body<no_locking>, no_locking>::of_thread()}};
}

view see() {
  return {heap::current().statistics(), gc::stats(), gc::count(), interned_string::interned_count(),
          limited_allocator<pool_allocator>::used()};
}

weak<node> watch(const ptr<node>& watched, std::string& log) {
  return {watched, [&log] { log += OURO_TEST_SIDE; }};
}

attributes<int> name_attributes() {
  attributes<int> made;
  made[interned_string{"width"}] = 1;
  made[interned_string{"height"}] = 2;
  return made;
}

template <class Memory>
auto make_link() {
  return Memory::template make<link_in<Memory>>();
}

constexpr side table{
    state,
    see,
    [] { return gc::collect(); },
    [] { return heaps_in_process(); },
    [](std::string& log, char name) { return make<node>(&log, name); },
    [](ptr<node> dropped) { dropped.reset(); },
    [](std::string& log, char name) { return make<hidden_node>(&log, name); },
    [](ptr<hidden_node> dropped) { dropped.reset(); },
    [](std::string& log) -> ptr<thing> { return make<own>(log); },
    watch,
    [](std::string_view characters) { return interned_string{characters}; },
    [](const std::string& value) { return interned<std::string>{value}; },
    [](std::string_view characters) { return basic_interned_string<mutex_locking>{characters}; },
    name_attributes,
    [](int value) { return make<int>(value); },
    [](int value) { return counted_memory::make<int>(value); },
    make_link<shared_memory>,
    make_link<young_memory>,
    make_link<biased_memory>,
};

}  // namespace
}  // namespace ouro::test
