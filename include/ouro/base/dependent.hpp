#pragma once
/// \file
/// Delays the instantiation of what a template names until the template itself is instantiated.

#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// `T`, as a type that depends on the template parameter `Parameter`. When a compiler reads a template, it instantiates
/// what depends on no parameter. A `std::vector` of a class of ours takes it longer than the template itself, in each
/// file that includes the library.
template <class T, class Parameter>
using dependent = typename std::conditional<true, T, Parameter>::type;

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
