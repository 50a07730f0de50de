#pragma once
/// \file
/// How an object is copied whose type is known to its header alone.

#include <cstddef>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Says that objects of this class can be copied through pointers to a base class, where `copy` and `deepcopy` do not
/// know their type: `template <> inline constexpr bool ouro::clonable<circle> = true;`. Other objects are copied
/// through pointers to their own class only.
template <class T>
inline constexpr bool clonable = false;

namespace detail {

/// What a `deepcopy_memo` of the object's policies does with a copy. `see` and `rewire` show it each edge, and may
/// throw. They are null if there are no edges, or the library cannot see them.
struct edge_record {
  void (*see)(void* object, void* memo);
  void (*rewire)(void* object, void* memo);           ///< the memo may change the edges, keys of containers included
  std::size_t (*bytes)(const void* object) noexcept;  ///< of the object, or of all elements of an array
};

/// Objects are given by their addresses, and new ones come with a count that is the caller's. `memo` is a
/// `deepcopy_memo` of the object's policies. `copy` and `deepcopy` may throw.
struct clone_record {
  void* (*copy)(void* object);
  void* (*deepcopy)(void* object, void* memo);
  const edge_record* edges;
  bool copies_itself;  ///< `deepcopy` has given the copy its edges
  bool shows_edges;    ///< the library can see them, if there are any
};

/// Of a type under a set of policies; defined in copy/clone.hpp.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
struct clone_functions;

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
