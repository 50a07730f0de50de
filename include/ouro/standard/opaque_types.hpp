#pragma once
/// \file
/// Which types were taken as opaque: classes that the library cannot see through, and classes with a `std::function` or
/// its like, in objects of `shared_ptr`.
///
/// Edges that are out of sight count as external references: what they lead to lives as long as the object does, as
/// with `std::shared_ptr`, and a cycle through them leaks.

#include <ouro/base/elf_modules.hpp>
#include <ouro/base/type_list.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/config.hpp>
#include <ouro/standard/opaque_counts.hpp>
#include <ouro/trace/hidden_parts.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <type_traits>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A type whose edges the library does not see, or not all of them.
struct opaque_type {
  std::string_view name;
  std::string_view deleter;  ///< the class that ends such objects, if that is the reason: it may leave them alive
  std::size_t living;        ///< objects of `shared_ptr` that are of the type now, or contain one
  std::string_view member;   ///< the class of a member that keeps its content out of sight, if that is the reason
};

namespace detail {

/// Calls `see(entry, living)` for each type. `see` must not use `shared_ptr`.
template <class See>
void each_opaque_type(See see) {
  const lock_guard lock{all_opaque.mutex};
  for (const opaque_entry* at = all_opaque.first; at != nullptr; at = at->next) see(*at, living_of(*at));
}

/// Orders two `opaque_type`s for `std::qsort`: more living objects come first.
[[nodiscard]] inline int compare_living(const void* left, const void* right) noexcept {
  const std::size_t first = static_cast<const opaque_type*>(left)->living;
  const std::size_t second = static_cast<const opaque_type*>(right)->living;
  return static_cast<int>(first < second) - static_cast<int>(first > second);
}

/// For `OURO_REPORT_OPAQUE`, at the end of the program.
inline void report_opaque_types() noexcept {
  std::fputs("ouro: types that could not be seen through, and their living objects:\n", stderr);
  each_opaque_type([](const opaque_entry& entry, std::size_t living) {
    std::fprintf(stderr, "  %zu %.*s", living, static_cast<int>(entry.name.size()), entry.name.data());
    if (!entry.deleter.empty()) {
      std::fprintf(stderr, ", ended by %.*s", static_cast<int>(entry.deleter.size()), entry.deleter.data());
    }
    if (!entry.member.empty()) {
      std::fprintf(stderr, ", holding %.*s", static_cast<int>(entry.member.size()), entry.member.data());
    }
    std::fputc('\n', stderr);
  });
}

/// Lists a type, and has the report written at the end if the environment asks for it.
inline void list_opaque_type(opaque_entry& entry) noexcept {
  bool is_first = false;
  {
    const lock_guard lock{all_opaque.mutex};
    if (entry.index.load(std::memory_order_relaxed) != opaque_entry::unlisted) return;
    keep_loaded(&entry);
    is_first = all_opaque.first == nullptr;
    entry.next = all_opaque.first;
    all_opaque.first = &entry;
    entry.index.store(all_opaque.entries++, std::memory_order_relaxed);
  }
  const char* const wanted = is_first ? std::getenv("OURO_REPORT_OPAQUE") : nullptr;
  if (wanted != nullptr && std::string_view{wanted} != "0") static_cast<void>(std::atexit(&report_opaque_types));
}

OURO_NOINLINE inline void count_opaque_rarely(opaque_entry& entry, std::size_t change) noexcept {
  if (entry.index.load(std::memory_order_relaxed) == opaque_entry::unlisted) list_opaque_type(entry);
  if (opaque_counts_here == nullptr) begin_opaque_counts();
  const bool is_counted_here =
      opaque_counts_here != nullptr && entry.index.load(std::memory_order_relaxed) < opaque_counts::capacity;
  if (is_counted_here) return count_opaque(entry, change);
  entry.of_no_thread.fetch_add(change, std::memory_order_relaxed);  // GCOVR_EXCL_LINE: at a thread's end
}

/// Stands for a `T` that lives until a `Deleter` ends it in a way of its own.
template <class T, class Deleter>
struct ended_by;

template <class T>
OURO_SHARED_STATE inline constinit opaque_entry opaque_entry_of{type_name_of<T>, {}};
template <class T, class Deleter>
OURO_SHARED_STATE inline constinit opaque_entry opaque_entry_of<ended_by<T, Deleter>>{type_name_of<T>,
                                                                                      type_name_of<Deleter>};
template <class Class, class Part>
OURO_SHARED_STATE inline constinit opaque_entry opaque_entry_of<hidden_in<Class, Part>>{
    type_name_of<Class>, {}, std::is_same_v<Class, Part> ? std::string_view{} : type_name_of<Part>};

/// A member that counts the objects which contain it, for each of the opaque types `Types`. Takes no room.
template <class Types>
struct opaque_counter {};

template <class First, class... More>
struct opaque_counter<types<First, More...>> {
  opaque_counter() noexcept { add(); }
  opaque_counter(const opaque_counter&) noexcept { add(); }
  opaque_counter& operator=(const opaque_counter&) noexcept { return *this; }
  ~opaque_counter() {
    constexpr auto one_fewer = static_cast<std::size_t>(-1);
    count_opaque(opaque_entry_of<First>, one_fewer);
    (count_opaque(opaque_entry_of<More>, one_fewer), ...);
  }

 private:
  static void add() noexcept {
    count_opaque(opaque_entry_of<First>, 1);
    (count_opaque(opaque_entry_of<More>, 1), ...);
  }
};

/// The counter of objects that hold a `T`.
template <class T>
using count_of_opaque = opaque_counter<decltype(distinct(list_hidden<T>()))>;

/// Whether the library sees edges in `T`. Opaque parts show none.
template <class T, class... Outer>
[[nodiscard]] consteval bool has_visible_edges() {
  constexpr trace_kind seen = trace_kind_of<T>();
  if constexpr ((std::is_same_v<T, Outer> || ...) || seen == trace_kind::none || seen == trace_kind::opaque) {
    return false;
  } else if constexpr (seen == trace_kind::edge || seen == trace_kind::foreign || seen == trace_kind::member) {
    return true;
  } else {
    return []<class... Parts>(types<Parts...>) {
      return (has_visible_edges<Parts, T, Outer...>() || ...);
    }(typename parts_of<T>::type{});
  }
}

}  // namespace detail

namespace functions {

/// The types that were taken as opaque so far, those with most living objects first:
/// - a class that the library cannot see through: a `trace` would let collections find more;
/// - a class with a deleter that may leave its objects alive;
/// - a class that the library sees through, with a member that is or contains a `std::function`, `std::any`,
///   `std::move_only_function`, `std::shared_ptr` or `std::weak_ptr`: `ouro::function`, `ouro::any` or a pointer of the
///   library in its place would. Not where `untraced` is true of the class or of the member's type, nor for standard
///   pointers to what holds no edges.
///
/// What only a trace function of the program hands to its visitor is not listed: the library does not look behind it.
/// With `OURO_REPORT_OPAQUE=1` in the environment, the list is written to `stderr` when the program ends.
/// O(types * threads). Thread-safe; other threads may change the numbers meanwhile. \throws std::bad_alloc
[[nodiscard]] inline std::vector<opaque_type> opaque_types() {
  std::vector<opaque_type> found;
  // Not while the lock is held: `operator new` is the program's.
  std::size_t types = 0;
  detail::each_opaque_type([&](const detail::opaque_entry&, std::size_t) { ++types; });
  found.reserve(types);
  detail::each_opaque_type([&](const detail::opaque_entry& entry, std::size_t living) {
    if (found.size() != found.capacity()) found.push_back({entry.name, entry.deleter, living, entry.member});
  });
  static_assert(std::is_trivially_copyable_v<opaque_type>);
  // Each file that includes this would compile a `std::sort`, be there a call or not.
  std::qsort(found.data(), found.size(), sizeof(opaque_type), &detail::compare_living);
  return found;
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
