#pragma once
/// \file
/// What the members of a class are called, and where they lie, for reports. Known by reflection only.

#include <ouro/base/type_list.hpp>
#include <ouro/config.hpp>
#include <ouro/trace/reflection.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <cstddef>
#include <span>
#include <type_traits>

#if OURO_HAS_REFLECTION
#include <algorithm>
#include <array>
#include <meta>
#include <vector>
#endif

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A member of a class, or of a base of it.
struct field {
  const char* name;
  std::size_t offset;  ///< in the object, in bytes
  std::size_t bytes;
};

#if OURO_HAS_REFLECTION

namespace reflection {

template <class T>
inline constexpr bool is_of_standard_library = is_standard<T>;

/// Adds the fields of a class that lies at `offset`, bases first.
consteval void add_fields(std::meta::info type, std::size_t offset, std::vector<field>& to) {
  for (const info base : bases_in(type)) {
    const info base_type = dealias(type_of(base));
    const std::vector<info> arguments{base_type};
    const bool is_foreign = extract<bool>(substitute(^^is_of_standard_library, arguments));
    // Where a virtual base lies depends on the class of the object.
    if (!is_virtual(base) && !is_foreign) {
      add_fields(base_type, offset + static_cast<std::size_t>(offset_of(base).bytes), to);
    }
  }
  for (const info member : members_in(type)) {
    // An array without bounds has no size.
    if (is_bit_field(member) || is_unbounded_array_type(type_of(member))) continue;
    const std::size_t at = offset + static_cast<std::size_t>(offset_of(member).bytes);
    if (has_identifier(member)) {
      to.push_back({std::define_static_string(identifier_of(member)), at, size_of(member)});
    } else {
      add_fields(dealias(remove_cv(type_of(member))), at, to);  // an unnamed union
    }
  }
}

[[nodiscard]] consteval std::vector<field> find_fields(info type) {
  std::vector<field> found;
  add_fields(type, 0, found);
  return found;
}

template <class Class>
inline constexpr auto fields = [] {
  std::array<field, find_fields(dealias(^^Class)).size()> found;
  std::ranges::copy(find_fields(dealias(^^Class)), found.begin());
  return found;
}();

}  // namespace reflection

#endif

/// The members of `T` and of its bases, those of bases first, except bit-fields, arrays without bounds, and what a
/// virtual base or a class of the standard library contains. Those of an unnamed union count as members of the class
/// around it. Empty without reflection.
template <class T>
[[nodiscard]] consteval std::span<const field> fields_of() {
#if OURO_HAS_REFLECTION
  if constexpr (std::is_class_v<T> || std::is_union_v<T>) {
    return reflection::fields<std::remove_cv_t<T>>;
  } else {
    return {};
  }
#else
  return {};
#endif
}

/// The name of the field that contains the byte at `offset`. Null if there is none.
[[nodiscard]] constexpr const char* name_of_field(std::span<const field> fields, std::size_t offset) noexcept {
  for (const field& each : fields) {
    if (offset - each.offset < each.bytes) return each.name;  // wraps around for bytes in front of the field
  }
  return nullptr;
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
