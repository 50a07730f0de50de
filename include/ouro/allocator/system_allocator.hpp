#pragma once
/// \file
/// The C++ heap: `operator new` without exceptions, so that a replaced `operator new` sees every object.

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <new>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Thread-safe; cost and overhead are those of the program's `operator new`.
struct OURO_SHARED_TYPE system_allocator {
  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return ::operator new(bytes, std::nothrow);
    return ::operator new(bytes, std::align_val_t{alignment}, std::nothrow);
  }

  static void deallocate(void* block, std::size_t, std::size_t alignment) noexcept {
    if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
      ::operator delete(block);
    } else {
      ::operator delete(block, std::align_val_t{alignment});
    }
  }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
