#pragma once
/// \file
/// Whether a class that uses the trace of a base class has members of which that trace cannot know.

#include <ouro/config.hpp>

#include <cstddef>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Stands in for a visitor where only the presence of a trace function is asked for.
struct any_visitor {
  void operator()(auto&&...) const {}
};

template <class Member, class Class>
[[nodiscard]] consteval std::type_identity<Class> class_of_member(Member Class::*) noexcept {
  return {};
}

/// The class that declares the `trace` of `T`: the type of a pointer to an inherited member names the base class. `T`
/// itself for a `trace` that is overloaded or no member of objects.
template <class T>
[[nodiscard]] consteval auto find_class_of_trace() noexcept {
  if constexpr (requires { class_of_member(&T::template trace<any_visitor&>); }) {
    return decltype(class_of_member(&T::template trace<any_visitor&>)){};
  } else if constexpr (requires { class_of_member(&T::trace); }) {
    return decltype(class_of_member(&T::trace)){};
  } else {
    return std::type_identity<T>{};
  }
}

template <class T>
using class_of_trace = typename decltype(find_class_of_trace<T>())::type;

/// `T` with some bytes more, which lie in the padding at its end if there is room. Never made.
template <class T, std::size_t Bytes>
struct enlarged : T {
  char more[Bytes];
};
template <class T, std::size_t Bytes>
  requires std::is_final_v<T>
struct enlarged<T, Bytes> {
  OURO_NO_UNIQUE_ADDRESS T first;
  char more[Bytes];
};

/// How many bytes another member can have without making an object that begins with a `T` larger than `T`.
template <class T, std::size_t Bytes = 0>
[[nodiscard]] consteval std::size_t room_behind() noexcept {
  if constexpr (sizeof(enlarged<T, Bytes + 1>) == sizeof(T)) {
    return room_behind<T, Bytes + 1>();
  } else {
    return Bytes;
  }
}

/// Whether the trace of `T` can know all members of `T`: its own class declares it, or adds nothing to the base class
/// that does. What a member holds does not matter, since no trace reports it.
template <class T>
[[nodiscard]] consteval bool trace_knows_members() noexcept {
  using declaring = class_of_trace<T>;
  if constexpr (std::is_same_v<T, declaring>) {
    return true;
  } else {
    return sizeof(T) == sizeof(declaring) && room_behind<T>() == room_behind<declaring>();
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
