#pragma once
/// \file
/// Which types were taken as opaque: classes that the library cannot see through, in objects of `shared_ptr`.
///
/// Edges in an opaque class count as external references: what they lead to lives as long as the object does, as with
/// `std::shared_ptr`, and a cycle through them leaks.

#include <ouro/base/elf_modules.hpp>
#include <ouro/base/type_list.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/config.hpp>
#include <ouro/trace/inherited_trace.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <type_traits>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A type whose edges the library does not see.
struct opaque_type {
  std::string_view name;
  std::string_view deleter;  ///< the class that ends such objects, if that is the reason: it may leave them alive
  std::size_t living;        ///< objects of `shared_ptr` that are of the type now, or contain one
};

namespace detail {

/// What is counted for an opaque type. Entries are listed once their first object is made, and for good.
struct opaque_entry {
  std::string_view name;
  std::string_view deleter;
  std::atomic<std::size_t> living{0};
  std::atomic<bool> is_listed{false};
  opaque_entry* next{nullptr};

  void add() noexcept {
    living.fetch_add(1, std::memory_order_relaxed);
    if (!is_listed.load(std::memory_order_relaxed)) [[unlikely]]
      list();
  }
  void remove() noexcept { living.fetch_sub(1, std::memory_order_relaxed); }

  void list() noexcept;
};

OURO_SHARED_STATE inline constinit std::atomic<opaque_entry*> first_opaque_entry{nullptr};

/// For `OURO_REPORT_OPAQUE`, at the end of the program.
inline void report_opaque_types() noexcept {
  std::fputs("ouro: types that could not be seen through, and their living objects:\n", stderr);
  for (const opaque_entry* at = first_opaque_entry; at != nullptr; at = at->next) {
    std::fprintf(stderr, "  %zu %.*s", at->living.load(), static_cast<int>(at->name.size()), at->name.data());
    if (!at->deleter.empty()) {
      std::fprintf(stderr, ", ended by %.*s", static_cast<int>(at->deleter.size()), at->deleter.data());
    }
    std::fputc('\n', stderr);
  }
}

inline void opaque_entry::list() noexcept {
  if (is_listed.exchange(true)) return;
  keep_loaded(this);
  next = first_opaque_entry.load(std::memory_order_relaxed);
  while (!first_opaque_entry.compare_exchange_weak(next, this, std::memory_order_release, std::memory_order_relaxed)) {
  }
  if (next != nullptr) return;
  const char* const wanted = std::getenv("OURO_REPORT_OPAQUE");
  if (wanted != nullptr && std::string_view{wanted} != "0") static_cast<void>(std::atexit(&report_opaque_types));
}

/// Stands for a `T` that lives until a `Deleter` ends it in a way of its own.
template <class T, class Deleter>
struct ended_by;

template <class T>
OURO_SHARED_STATE inline constinit opaque_entry opaque_entry_of{type_name_of<T>, {}};
template <class T, class Deleter>
OURO_SHARED_STATE inline constinit opaque_entry opaque_entry_of<ended_by<T, Deleter>>{type_name_of<T>,
                                                                                      type_name_of<Deleter>};

/// The classes that the library cannot see through, among `T` and the parts of which the library sees it made.
template <class T, class... Outer>
[[nodiscard]] consteval auto list_opaque() {
  constexpr trace_kind seen = trace_kind_of<T>();
  if constexpr ((std::is_same_v<T, Outer> || ...) || seen == trace_kind::none || seen == trace_kind::edge ||
                seen == trace_kind::foreign) {
    return types<>{};
  } else if constexpr (seen == trace_kind::opaque) {
    return types<T>{};
  } else if constexpr (seen == trace_kind::member) {
    if constexpr (trace_knows_members<T>()) {
      return types<>{};
    } else {
      return types<T>{};
    }
  } else {
    return []<class... Parts>(types<Parts...>) {
      return (types<>{} + ... + list_opaque<Parts, T, Outer...>());
    }(typename parts_of<T>::type{});
  }
}

/// A member that counts the objects which contain it, for each of the opaque types `Types`.
template <class Types>
struct count_of_opaque {};

template <class First, class... More>
struct count_of_opaque<types<First, More...>> {
  count_of_opaque() noexcept { add(); }
  count_of_opaque(const count_of_opaque&) noexcept { add(); }
  count_of_opaque& operator=(const count_of_opaque&) noexcept { return *this; }
  ~count_of_opaque() {
    opaque_entry_of<First>.remove();
    (opaque_entry_of<More>.remove(), ...);
  }

 private:
  static void add() noexcept {
    opaque_entry_of<First>.add();
    (opaque_entry_of<More>.add(), ...);
  }
};

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

/// The types that were taken as opaque so far, those with most living objects first: where a `trace` would let
/// collections find more. A class that only a trace function of the program hands to its visitor is not listed.
/// With `OURO_REPORT_OPAQUE=1` in the environment, the list is written to `stderr` when the program ends.
/// O(types). Thread-safe. \throws std::bad_alloc
[[nodiscard]] inline std::vector<opaque_type> opaque_types() {
  std::vector<opaque_type> found;
  for (const detail::opaque_entry* at = detail::first_opaque_entry.load(std::memory_order_acquire); at != nullptr;
       at = at->next) {
    found.push_back({at->name, at->deleter, at->living.load(std::memory_order_relaxed)});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const opaque_type& left, const opaque_type& right) { return left.living > right.living; });
  return found;
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
