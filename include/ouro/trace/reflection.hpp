#pragma once
/// \file
/// The members and bases of a class, whatever it hides, by the reflection of C++26.
///
/// With reflection a class shows its edges without a word from its author: private and inherited members too, any
/// number of them. What stays out of sight: which member of a union is active, and what a closure captures, since
/// reflection lists no members of closures. References, raw pointers and bit-fields are no edges: what they lead to is
/// held from elsewhere, or out of sight if the class owns it by them.
///
/// Without reflection this file answers that nothing is seen. The two do not meet in one program. \see
/// OURO_HAS_REFLECTION

#include <ouro/base/type_list.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

#if OURO_HAS_REFLECTION
#include <algorithm>
#include <meta>
#include <vector>
#endif

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// How a class that is a base of another one shows its edges.
enum class base_kind {
  leaf,    ///< it has none
  whole,   ///< in its own way, by a `trace` for example
  members  ///< by its members, as the derived class does
};

/// Defined in trace_kind.hpp.
template <class Base>
[[nodiscard]] consteval base_kind base_kind_of();

#if OURO_HAS_REFLECTION

template <class Base>
inline constexpr base_kind kind_of_base = base_kind_of<Base>();

namespace reflection {

using std::meta::info;

inline constexpr auto everything = std::meta::access_context::unchecked();

[[nodiscard]] consteval std::vector<info> bases_in(info type) { return bases_of(type, everything); }
[[nodiscard]] consteval std::vector<info> members_in(info type) { return nonstatic_data_members_of(type, everything); }

[[nodiscard]] consteval base_kind kind_of(info base) {
  const std::vector<info> arguments{dealias(remove_cv(type_of(base)))};
  return extract<base_kind>(substitute(^^kind_of_base, arguments));
}

/// Whether an lvalue can name the member and what it names lies in the object.
[[nodiscard]] consteval bool lies_inside(info member) {
  return !is_bit_field(member) && !is_reference_type(type_of(member));
}

/// The class has a function or function template `trace` of its own, be it private.
[[nodiscard]] consteval bool declares_trace(info type) {
  return std::ranges::any_of(members_of(type, everything), [](info member) {
    return has_identifier(member) && identifier_of(member) == "trace" &&
           (is_function(member) || is_function_template(member));
  });
}

/// The places of a class: its members and those of its bases, and bases that are seen as a whole. To each leads a way
/// from the object, by bases.
template <std::size_t Steps, std::size_t Places>
struct place_table {
  static constexpr std::size_t size = Places;

  info steps[Steps + 1];           ///< those of all ways
  std::size_t begins[Places + 1];  ///< where the ways begin; the last one is the end
};

/// Finds the places of a class. A virtual base lies once in the object, however many bases lead to it. If one of them
/// is seen as a whole, its trace is in charge of the virtual base.
class place_finder {
 public:
  consteval explicit place_finder(info type) {
    find_claimed(type);
    std::vector<info> way;
    find(type, way);
  }

  std::vector<info> steps;
  std::vector<std::size_t> begins{0};

 private:
  [[nodiscard]] consteval static bool contains(const std::vector<info>& types, info type) {
    return std::ranges::find(types, type) != types.end();
  }

  /// Notes the virtual bases of those bases that are seen as a whole.
  consteval void find_claimed(info type) {
    for (const info base : bases_in(type)) {
      const base_kind kind = kind_of(base);
      if (kind == base_kind::members) find_claimed(dealias(type_of(base)));
      if (kind == base_kind::whole) claim_bases(dealias(type_of(base)));
    }
  }

  consteval void claim_bases(info type) {
    for (const info base : bases_in(type)) {
      if (is_virtual(base)) virtual_bases_.push_back(dealias(type_of(base)));
      claim_bases(dealias(type_of(base)));
    }
  }

  consteval void find(info type, std::vector<info>& way) {
    for (const info base : bases_in(type)) {
      const info base_type = dealias(type_of(base));
      if (is_virtual(base)) {
        if (contains(virtual_bases_, base_type)) continue;
        virtual_bases_.push_back(base_type);
      }
      way.push_back(base);
      const base_kind kind = kind_of(base);
      if (kind == base_kind::members) find(base_type, way);
      if (kind == base_kind::whole) add(way);
      way.pop_back();
    }
    for (const info member : members_in(type)) {
      if (!lies_inside(member)) continue;
      way.push_back(member);
      add(way);
      way.pop_back();
    }
  }

  consteval void add(const std::vector<info>& way) {
    steps.insert(steps.end(), way.begin(), way.end());
    begins.push_back(steps.size());
  }

  std::vector<info> virtual_bases_;  ///< those that have a place, or are not to have one
};

/// A variable of each class. g++ 16 takes two arrays of `define_static_array` for one if they reflect members of equal
/// names of local classes of equal names.
template <class Class>
inline constexpr auto places = [] {
  constexpr std::size_t steps = place_finder{dealias(^^Class)}.steps.size();
  constexpr std::size_t ends = place_finder{dealias(^^Class)}.begins.size();
  const place_finder found{dealias(^^Class)};
  place_table<steps, ends - 1> table{};
  std::ranges::copy(found.steps, table.steps);
  std::ranges::copy(found.begins, table.begins);
  return table;
}();

// A deprecated member is traced like any other.
OURO_DEPRECATION_WARNINGS_OFF

/// The lvalue at the end of a way that goes on from `part`, whoever may name it.
template <class Class, std::size_t Step, std::size_t End, class Part>
[[nodiscard]] OURO_ALWAYS_INLINE constexpr auto& follow(Part& part) noexcept {
  if constexpr (Step == End) {
    return part;
  } else {
    return follow<Class, Step + 1, End>(part.[:places<Class>.steps[Step]:]);
  }
}

OURO_DEPRECATION_WARNINGS_RESTORE

}  // namespace reflection

/// Whether `T` is a closure: a class that is not empty and has nothing in it.
template <class T>
inline constexpr bool is_closure = [] {
  if constexpr (std::is_class_v<T> && !std::is_empty_v<T> && !std::is_polymorphic_v<T>) {
    return reflection::bases_in(^^T).empty() && reflection::members_in(^^T).empty();
  } else {
    return false;
  }
}();

/// Whether the members of `T` are seen by reflection. Not if the class has a `trace` that cannot be called, which is
/// wrong; an aggregate's is of no importance, as without reflection. \pre `T` is complete
template <class T>
[[nodiscard]] consteval bool reflects() {
  if constexpr (std::is_class_v<T>) {
    return !is_closure<T> && (std::is_aggregate_v<T> || !reflection::declares_trace(dealias(^^T)));
  } else {
    return false;
  }
}

/// Whether the `trace` of `T` is that of a base class.
template <class T>
[[nodiscard]] consteval bool inherits_trace() {
  return std::is_class_v<T> && !reflection::declares_trace(dealias(^^T));
}

/// Returns `use(parts...)`: the members of the object and of its bases, as lvalues, and those bases that are seen as a
/// whole. Bases come before members, and all in the order of their declaration. \pre `reflects<T>()`
template <class T, class Use>
OURO_ALWAYS_INLINE constexpr decltype(auto) with_reflected(T& object, Use&& use) {
  using seen = std::remove_cv_t<T>;
  return [&]<std::size_t... Places>(std::index_sequence<Places...>) -> decltype(auto) {
    using reflection::follow;
    using reflection::places;
    return use(follow<seen, places<seen>.begins[Places], places<seen>.begins[Places + 1]>(object)...);
  }(std::make_index_sequence<reflection::places<seen>.size>{});
}

/// Whether the author of `T` wrote a body for its destructor. Known by reflection only. Not if the destructor is
/// implicit or defaulted in the class, whatever the destructors of members and bases do.
template <class T>
[[nodiscard]] consteval bool has_own_destructor() {
  if constexpr (std::is_class_v<T> || std::is_union_v<T>) {
    return std::ranges::any_of(members_of(dealias(^^T), reflection::everything), [](std::meta::info member) {
      return is_destructor(member) && is_user_provided(member);
    });
  } else {
    return false;
  }
}

#else

template <class>
inline constexpr bool is_closure = false;

template <class>
[[nodiscard]] consteval bool reflects() {
  return false;
}

template <class>
[[nodiscard]] consteval bool inherits_trace() {
  return false;
}

/// Never called.
template <class T, class Use>
constexpr void with_reflected(T&, Use&&) = delete;

#endif

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
