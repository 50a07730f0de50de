#pragma once
/// \file
/// What each operation does to the object of a cell, by its handle.

#include <states/names.hpp>
#include <states/subject.hpp>

#include <ouro/ouro.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace ouro::test {

template <class Subject>
inline constexpr bool has_plain_handle = std::is_same_v<typename Subject::handle_type, typename Subject::pointer>;

/// Its handle is a pointer to a `thing`, and not to an array.
template <class Subject>
inline constexpr bool points_to_thing =
    std::is_same_v<typename Subject::handle_type,
                   typename Subject::memory::template ptr<thing<typename Subject::memory>>>;

template <class Subject>
inline constexpr bool collects = finds_cycles<typename Subject::memory::collector>;

/// The heap that a program of this memory would enter.
template <class Memory>
using heap_beside = std::conditional_t<Memory::refcount::is_thread_safe, heap, typename Memory::heap>;

/// `applies<S>` says whether a program can write the operation for the handle and memory of `S`.
template <operation>
struct act;

struct for_every_handle {
  template <class Subject>
  static constexpr bool applies = true;
};
struct for_plain_handles {
  template <class Subject>
  static constexpr bool applies = has_plain_handle<Subject>;
};
struct for_things {
  template <class Subject>
  static constexpr bool applies = points_to_thing<Subject>;
};
struct for_collectors {
  template <class Subject>
  static constexpr bool applies = collects<Subject>;
};

template <>
struct act<operation::copy> : for_every_handle {
  static void apply(auto& on) {
    const auto second = on.handle;
    on.see(on.strong(second));
  }
};

template <>
struct act<operation::assign_to_itself> : for_every_handle {
  static void apply(auto& on) {
    auto& self = on.handle;
    self = on.handle;
    self = std::move(on.handle);
    on.see(on.strong(self));
  }
};

template <>
struct act<operation::move> : for_every_handle {
  static void apply(auto& on) {
    auto moved = std::move(on.handle);
    on.see(on.strong(moved));
    if (on.strong(on.handle) != nullptr) on.seen.what = given::other;
    on.handle = std::move(moved);
  }
};

template <>
struct act<operation::swap> : for_every_handle {
  static void apply(auto& on) {
    using std::swap;
    auto with = on.null();
    swap(on.handle, with);
    on.see(on.strong(with));
    swap(with, on.handle);
  }
};

template <>
struct act<operation::drop> : for_every_handle {
  static void apply(auto& on) { on.handle = on.null(); }
};

template <>
struct act<operation::convert> : for_plain_handles {
  template <class Subject>
  static void apply(Subject& on) {
    using element = std::remove_extent_t<typename Subject::pointer::element_type>;
    using constant = std::conditional_t<points_to_thing<Subject>, const element, const element[]>;
    const typename Subject::memory::template ptr<constant> narrower = on.handle;
    const typename Subject::memory::template ptr<void> erased = on.handle;
    on.see(erased);
    if (narrower.owner() != erased.owner()) on.seen.what = given::other;
  }
};

template <>
struct act<operation::cast> : for_things {
  template <class Subject>
  static void apply(Subject& on) {
    using memory = typename Subject::memory;
    typename memory::template ptr<void> erased = on.handle;
    on.see(static_pointer_cast<thing<memory>>(std::move(erased)));
  }
};

template <>
struct act<operation::cast_dynamically> : for_things {
  template <class Subject>
  static void apply(Subject& on) {
    on.see(dynamic_pointer_cast<tracked_thing<typename Subject::memory>>(on.handle));
  }
};

template <>
struct act<operation::compare> : for_every_handle {
  template <class Subject>
  static void apply(Subject& on) {
    const auto& same = on.handle;
    using hash = std::hash<typename Subject::handle_type>;
    const auto& strong = on.strong(on.handle);
    const bool holds = on.handle == same && hash{}(on.handle) == hash{}(same) && (strong <=> strong) == 0 &&
                       !strong.owner_before(strong) && strong.owner_equal(strong) && (strong == nullptr) == !strong;
    on.see(strong);
    if (!holds) on.seen.what = given::other;
  }
};

template <>
struct act<operation::inspect> : for_every_handle {
  template <class Subject>
  static void apply(Subject& on) {
    using gc = typename Subject::memory::gc;
    const auto& strong = on.strong(on.handle);
    const bool is_null = strong == nullptr;
    if constexpr (has_plain_handle<Subject>) {
      if (is_null) on.seen.number = gc::is_tracked(strong) + gc::is_finalized(strong);
      static_cast<void>(gc::is_tracked(strong));
    }
    const bool holds = (ouro::id(strong) == 0) == is_null && (ouro::size_of(strong) == 0) == is_null &&
                       (is_null || ouro::type_name(strong) != ouro::type_name<void>());
    on.see(strong);
    if (!holds) on.seen.what = given::other;
  }
};

template <>
struct act<operation::release_and_adopt> : for_plain_handles {
  template <class Subject>
  static void apply(Subject& on) {
    auto* const raw = on.handle.release();
    on.handle = Subject::pointer::adopt(raw);
    on.see(on.handle);
  }
};

template <>
struct act<operation::adopt_again> : for_things {
  template <class Subject>
  static void apply(Subject& on) {
    const auto second = Subject::pointer::adopt(on.raw);
    on.see(second);
  }
};

template <>
struct act<operation::from_this> : for_things {
  template <class Subject>
  static void apply(Subject& on) {
    on.see(Subject::memory::from_this(on.raw));
  }
};

template <>
struct act<operation::alias> {
  template <class Subject>
  static constexpr bool applies = points_to_thing<Subject>;

  static void apply(auto& on) {
    const managed_alias part{on.handle, on.handle == nullptr ? nullptr : &on.handle->value};
    on.see(part.owner());
  }
};

template <>
struct act<operation::watch> : for_every_handle {
  template <class Subject>
  static void apply(Subject& on) {
    const typename Subject::weak watcher{on.strong(on.handle)};
    if (on.strong(on.handle) == nullptr) return on.see(watcher.lock());
    on.see_weak(watcher);
  }
};

template <>
struct act<operation::watch_and_be_called> : for_every_handle {
  template <class Subject>
  static void apply(Subject& on) {
    on.kept.push_back(typename Subject::weak{on.strong(on.handle), [] { diary() += 'c'; }});
    if (on.strong(on.handle) == nullptr) return on.see(on.kept.back().lock());
    on.see_weak(on.kept.back());
  }
};

template <>
struct act<operation::lock> : for_every_handle {
  static constexpr bool wants_watcher = true;
  static void apply(auto& on) { on.see(on.watcher.lock()); }
};

template <>
struct act<operation::lock_or_throw> : for_things {
  static constexpr bool wants_watcher = true;
  template <class Subject>
  static void apply(Subject& on) {
    try {
      on.see(typename Subject::pointer{on.watcher});
    } catch (const std::bad_weak_ptr&) {
      on.see(nullptr);
    }
  }
};

template <>
struct act<operation::copy_weak> : for_every_handle {
  static constexpr bool wants_watcher = true;
  static void apply(auto& on) {
    auto second = on.watcher;
    const auto third = std::move(second);
    on.see_weak(third);
    if (second.owner() != nullptr) on.seen.what = given::other;
  }
};

template <>
struct act<operation::convert_weak> : for_things {
  static constexpr bool wants_watcher = true;
  template <class Subject>
  static void apply(Subject& on) {
    using memory = typename Subject::memory;
    auto second = on.watcher;
    const typename memory::template weak<const thing<memory>> copied = second;
    const typename memory::template weak<void> moved = std::move(second);
    on.see_weak(moved);
    if (second.owner() != nullptr || !moved.owner_equal(copied)) on.seen.what = given::other;
  }
};

template <>
struct act<operation::drop_weak> : for_every_handle {
  static constexpr bool wants_watcher = true;
  static void apply(auto& on) { on.watcher.reset(); }
};

template <>
struct act<operation::finalize> : for_every_handle {
  static void apply(auto& on) {
    const finalizer waiting = ouro::finalize(on.strong(on.handle), [] { diary() += 'g'; });
    if (!waiting.alive()) on.seen.what = given::other;
  }
};

template <>
struct act<operation::finalize_and_call> : for_every_handle {
  static void apply(auto& on) {
    finalizer waiting = ouro::finalize(on.strong(on.handle), [] { diary() += 'g'; });
    if (!waiting() || waiting() || waiting.alive()) on.seen.what = given::other;
  }
};

template <>
struct act<operation::finalize_and_detach> : for_every_handle {
  static void apply(auto& on) {
    finalizer waiting = ouro::finalize(on.strong(on.handle), [] { diary() += 'g'; });
    if (!waiting.detach() || waiting.detach() || waiting()) on.seen.what = given::other;
  }
};

template <>
struct act<operation::make> : for_every_handle {
  template <class Subject>
  static void apply(Subject&) {
    using memory = typename Subject::memory;
    const auto made = memory::template make<tracked_thing<memory>>(role::bystander);
  }
};

template <>
struct act<operation::make_and_collect> {
  template <class Subject>
  static constexpr bool applies = collects<Subject> && !Subject::memory::refcount::is_thread_safe;

  template <class Subject>
  static void apply(Subject&) {
    using memory = typename Subject::memory;
    using gc = typename memory::gc;
    const std::size_t candidates = gc::threshold();
    const std::size_t full = gc::threshold(1);
    gc::set_threshold(1, 1);
    for (int i = 0; i != 3; ++i) {
      const auto made = memory::template make<tracked_thing<memory>>(role::bystander);
      const auto second = made;
    }
    gc::set_threshold(candidates, full);
  }
};

template <>
struct act<operation::intern> : for_every_handle {
  template <class Subject>
  static void apply(Subject& on) {
    if constexpr (requires { on.handle.pointer(); }) {
      // What is equal to the object, which is thereby found.
      const typename Subject::handle_type found{spoken{1}};
      on.see(found.pointer());
    } else {
      const auto first = ouro::intern(12'345);
      if (!ouro::is(first, ouro::intern(12'345))) on.seen.what = given::other;
    }
  }
};

template <>
struct act<operation::copy_object> : for_plain_handles {
  static void apply(auto& on) { on.see(ouro::copy(on.handle)); }
};

template <>
struct act<operation::deepcopy> : for_plain_handles {
  static void apply(auto& on) { on.see(ouro::deepcopy(on.handle)); }
};

template <>
struct act<operation::collect> : for_every_handle {
  template <class Subject>
  static void apply(Subject& on) {
    on.seen.number = Subject::memory::gc::collect();
  }
};

template <>
struct act<operation::collect_young> : for_every_handle {
  template <class Subject>
  static void apply(Subject& on) {
    on.seen.number = Subject::memory::gc::collect(0);
  }
};

template <>
struct act<operation::step> {
  template <class Subject>
  static constexpr bool applies = collects<Subject> && !tracks_all<typename Subject::memory::collector>;

  template <class Subject>
  static void apply(Subject& on) {
    on.seen.number = Subject::memory::gc::step(1000);
  }
};

template <>
struct act<operation::safepoint> : for_every_handle {
  template <class Subject>
  static void apply(Subject& on) {
    on.seen.number = Subject::memory::gc::safepoint();
  }
};

template <>
struct act<operation::drain> : for_every_handle {
  template <class Subject>
  static void apply(Subject& on) {
    on.seen.number = Subject::memory::gc::drain();
  }
};

template <>
struct act<operation::freeze> : for_collectors {
  template <class Subject>
  static void apply(Subject& on) {
    Subject::memory::gc::freeze();
    Subject::memory::gc::unfreeze();
    on.seen.number = Subject::memory::gc::frozen_count();
  }
};

template <>
struct act<operation::look> : for_collectors {
  template <class Subject>
  static void apply(Subject& on) {
    using gc = typename Subject::memory::gc;
    static_cast<void>(gc::objects());
    if constexpr (points_to_thing<Subject>) {
      static_cast<void>(gc::referents(on.handle));
      static_cast<void>(gc::referrers(on.handle));
    }
  }
};

template <>
struct act<operation::immortalize> : for_every_handle {
  static void apply(auto& on) {
    ouro::immortalize(on.strong(on.handle));
    if (!ouro::is_immortal(on.strong(on.handle))) on.seen.what = given::other;
  }
};

template <>
struct act<operation::enter_heap> : for_every_handle {
  template <class Subject>
  static void apply(Subject&) {
    using heap_type = heap_beside<typename Subject::memory>;
    heap_type apart;
    const typename heap_type::scope in{apart};
  }
};

template <>
struct act<operation::in_object> : for_things {
  template <class Subject>
  static void apply(Subject& on) {
    using memory = typename Subject::memory;
    const auto holder = memory::template make<tracked_thing<memory>>(role::bystander);
    holder->edge = on.handle;
    {
      const auto second = holder;  // whose end makes a candidate of it
    }
    on.seen.number = memory::gc::collect();
    on.see(holder->edge);
    holder->edge.reset();
  }
};

/// The object holds itself, and is left so: once the handle has gone, a collection has to find it.
template <>
struct act<operation::in_ring> {
  template <class Subject>
  static constexpr bool applies = points_to_thing<Subject> && collects<Subject>;

  template <class Subject>
  static void apply(Subject& on) {
    auto& object = dynamic_cast<tracked_thing<typename Subject::memory>&>(*on.raw);
    if (object.child != nullptr) object.child->is = role::bystander;
    object.ring = on.handle;
    on.see(object.ring);
  }
};

template <>
struct act<operation::in_vector> : for_every_handle {
  template <class Subject>
  static void apply(Subject& on) {
    std::vector<typename Subject::handle_type> all;
    all.push_back(on.handle);
    on.see(on.strong(all.back()));
    all.clear();
  }
};

template <>
struct act<operation::in_list> : for_every_handle {
  template <class Subject>
  static void apply(Subject& on) {
    list<typename Subject::handle_type, typename Subject::memory> all;
    all.push_back(on.handle);
    on.see(on.strong(all.back()));
    all.erase(all.begin());
  }
};

template <>
struct act<operation::in_dict> : for_every_handle {
  template <class Subject>
  static void apply(Subject& on) {
    dict<int, typename Subject::handle_type, typename Subject::memory> all;
    all.insert_or_assign(1, on.handle);
    on.see(on.strong(all.at(1)));
    all.erase(1);
  }
};

template <>
struct act<operation::in_dict_as_key> : for_every_handle {
  template <class Subject>
  static void apply(Subject& on) {
    dict<typename Subject::handle_type, int, typename Subject::memory> all;
    all.insert_or_assign(on.handle, 1);
    on.see(on.strong(all.begin()->first));
    all.erase(on.handle);
  }
};

template <>
struct act<operation::in_tuple> : for_every_handle {
  template <class Subject>
  static void apply(Subject& on) {
    const basic_tuple<typename Subject::memory, typename Subject::handle_type, int> all{on.handle, 1};
    on.see(on.strong(ouro::get<0>(all)));
  }
};

template <>
struct act<operation::in_frozen_list> : for_every_handle {
  template <class Subject>
  static void apply(Subject& on) {
    const frozen_list<typename Subject::handle_type, typename Subject::memory> all(&on.handle, &on.handle + 1);
    on.see(on.strong(all.front()));
  }
};

template <>
struct act<operation::in_attributes> {
  static constexpr const char* name = "the only attribute";

  template <class Subject>
  static constexpr bool applies = std::is_default_constructible_v<typename Subject::handle_type>;

  template <class Subject>
  static void apply(Subject& on) {
    const interned_string called{name};
    attributes<typename Subject::handle_type, typename Subject::memory> all;
    all[called] = on.handle;
    on.see(on.strong(all.at(called)));
    all.erase(called);
  }
};

template <>
struct act<operation::in_weak_set> : for_things {
  template <class Subject>
  static void apply(Subject& on) {
    weak_set<thing<typename Subject::memory>, typename Subject::memory> all;
    all.insert(on.handle);
    const auto found = *all.begin();
    on.see(found);
    all.erase(on.handle);
  }
};

template <>
struct act<operation::in_weak_value_map> : for_things {
  template <class Subject>
  static void apply(Subject& on) {
    weak_value_map<int, thing<typename Subject::memory>, typename Subject::memory> all;
    all.insert_or_assign(1, on.handle);
    on.see(all.get(1));
    all.erase(1);
  }
};

template <>
struct act<operation::in_weak_key_map> : for_things {
  template <class Subject>
  static void apply(Subject& on) {
    weak_key_map<thing<typename Subject::memory>, int, typename Subject::memory> all;
    all.insert_or_assign(on.handle, 1);
    const auto found = (*all.begin()).first;
    on.see(found);
    all.erase(on.handle);
  }
};

template <operation Operation>
inline constexpr bool needs_watcher = requires { act<Operation>::wants_watcher; };

/// The operation as a function that is chosen when the program runs; null where it does not apply.
template <class Subject>
struct applied {
  void (*function)(Subject&) = nullptr;
  bool wants_watcher = false;
};

template <class Subject, operation Operation>
[[nodiscard]] consteval applied<Subject> application_of() {
  if constexpr (act<Operation>::template applies<Subject>) {
    return {[](Subject& on) { act<Operation>::apply(on); }, needs_watcher<Operation>};
  } else {
    return {};
  }
}

template <class Subject, std::size_t... Numbers>
[[nodiscard]] consteval auto all_applications(std::index_sequence<Numbers...>) {
  return std::array{application_of<Subject, static_cast<operation>(Numbers)>()...};
}

template <class Subject>
inline constexpr auto applications = all_applications<Subject>(std::make_index_sequence<operation_count>{});

}  // namespace ouro::test
