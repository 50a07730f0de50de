#pragma once
/// \file
/// Keeps what a template names from being compiled before the template is used.

#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// `T`, as a type that depends on `Parameter`, one of the template that says this. A compiler goes through a template
/// when it reads it, and instantiates all that depends on no parameter: a `std::vector` of a class of ours takes it
/// longer than the template itself, in every file that includes the library.
template <class T, class Parameter>
using dependent = typename std::conditional<true, T, Parameter>::type;

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
