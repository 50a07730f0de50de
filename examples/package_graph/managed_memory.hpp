#pragma once
/// \file
/// The graph in ouro: counted, 8-byte pointers whose cycles the collector finds, and strings that exist once.

#include <ouro/ouro.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace package_graph {

template <class String>
struct basic_managed_memory {
  template <class T>
  using pointer = ouro::ptr<T>;
  template <class T>
  using weak_pointer = ouro::weak<T>;
  using string = String;
  /// Its elements lie in the same pools as the objects.
  template <class T>
  using vector = std::vector<T, ouro::default_memory::std_allocator<T>>;

  template <class T, class... Args>
  static pointer<T> make(Args&&... args) {
    return ouro::make<T>(std::forward<Args>(args)...);
  }

  static std::size_t collect() { return ouro::gc::collect(); }

  /// Of an object's whole block: the header and the object.
  template <class T>
  static std::size_t block_bytes(const pointer<T>& object) {
    return ouro::size_of(object);
  }
};

using managed_memory = basic_managed_memory<ouro::interned_string>;

/// The same pointers with the strings of `shared_memory`, to tell what the pointers do from what interning does.
using uninterned_memory = basic_managed_memory<std::string>;

}  // namespace package_graph
