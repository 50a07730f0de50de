#pragma once
/// \file
/// Includes the pointers with the interface of the standard library's: change `std::shared_ptr` to `ouro::shared_ptr`,
/// and cycles are collected.

#include <ouro/collector/handshake/thread_scope.hpp>
#include <ouro/standard/atomic_functions.hpp>
#include <ouro/standard/atomic_shared_ptr.hpp>
#include <ouro/standard/enable_shared_from_this.hpp>
#include <ouro/standard/make_shared.hpp>
#include <ouro/standard/names.hpp>
#include <ouro/standard/opaque_types.hpp>
#include <ouro/standard/out_ptr.hpp>
#include <ouro/standard/owner_compare.hpp>
#include <ouro/standard/shared_cast.hpp>
#include <ouro/standard/shared_ptr.hpp>
#include <ouro/standard/weak_ptr.hpp>
