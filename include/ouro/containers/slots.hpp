#pragma once
/// \file
/// Python's `__slots__`: access to data members by their names.

#include <ouro/base/throw.hpp>
#include <ouro/base/type_name.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// The members of a class that can be found by their names. Specialise it as a tuple of `slot("name", &T::member)`:
/// ```
/// template <>
/// inline constexpr auto ouro::slots_of<point> = std::tuple{ouro::slot("x", &point::x), ouro::slot("y", &point::y)};
/// ```
/// The object gets no larger, and direct access to its members no slower.
template <class T>
inline constexpr std::tuple<> slots_of{};

/// A pointer to a data member, with its name.
template <class T, class Member>
struct slot {
  constexpr slot(std::string_view called, Member T::* where) noexcept : name{called}, member{where} {}

  std::string_view name;
  Member T::* member;
};

/// Functions on the members of a `T` by name. Each is O(names) and allocates nothing.
template <class T>
struct slots {
  static constexpr std::size_t size = std::tuple_size_v<std::remove_const_t<decltype(slots_of<T>)>>;
  static_assert(size != 0, "ouro: specialise `ouro::slots_of<T>` with the names of the members");

  static constexpr std::array<std::string_view, size> names =
      std::apply([](const auto&... each) { return std::array<std::string_view, size>{each.name...}; }, slots_of<T>);

  [[nodiscard]] static constexpr bool contains(std::string_view name) noexcept {
    for (const std::string_view each : names) {
      if (each == name) return true;
    }
    return false;
  }

  /// Calls `see(member)` for the member of this name. Returns whether there is one.
  template <class Object, class See>
  static constexpr bool visit(Object& object, std::string_view name, See&& see) {
    return std::apply(
        [&](const auto&... each) { return ((each.name == name && (see(object.*each.member), true)) || ...); },
        slots_of<T>);
  }

  /// Calls `see(name, member)` for all named members.
  template <class Object, class See>
  static constexpr void each(Object& object, See&& see) {
    std::apply([&](const auto&... each) { (see(each.name, object.*each.member), ...); }, slots_of<T>);
  }

  /// A pointer to the member of this name and type, or null.
  template <class Member, class Object>
  [[nodiscard]] static constexpr auto* find(Object& object, std::string_view name) {
    using wanted = std::conditional_t<std::is_const_v<Object>, const Member, Member>;
    wanted* found = nullptr;
    visit(object, name, [&](auto& member) {
      if constexpr (std::is_same_v<std::remove_const_t<std::remove_reference_t<decltype(member)>>, Member>)
        found = &member;
    });
    return found;
  }

  /// \throws std::out_of_range if there is no member of this name and type: Python's `AttributeError`
  template <class Member, class Object>
  [[nodiscard]] static constexpr auto& get(Object& object, std::string_view name) {
    auto* const found = find<Member>(object, name);
    if (found == nullptr) detail::throw_out_of_range("ouro::slots::get: no such slot of this type", type_name<T>());
    return *found;
  }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
