#pragma once
/// \file
/// How an object is copied whose type is known to its header alone.

#include <type_traits>

namespace ouro {

/// Says that objects of this class can be copied through pointers to a base class, where `copy` and `deepcopy` do not
/// know their type: `template <> inline constexpr bool ouro::clonable<circle> = true;`. Other objects are copied
/// through pointers to their own class only.
template <class T>
inline constexpr bool clonable = false;

namespace detail {

/// Objects are given by their addresses, and new ones come with a count that is the caller's. `memo` is a
/// `deepcopy_memo` of the object's policies. All of them may throw.
struct clone_record {
  void* (*copy)(void* object);
  void* (*deepcopy)(void* object, void* memo);
  void (*rewire)(void* object, void* memo);  ///< gives the copy's edges to the memo; null if `deepcopy` has done it
};

/// Of a type under a set of policies; defined in copy/clone.hpp.
template <class T, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
struct clone_functions;

}  // namespace detail
}  // namespace ouro
