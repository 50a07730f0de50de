#pragma once
/// \file
/// The graph as the standard library would have it: `std::shared_ptr`, and a `std::string` wherever there is a text.

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace package_graph {

struct shared_memory {
  template <class T>
  using pointer = std::shared_ptr<T>;
  template <class T>
  using weak_pointer = std::weak_ptr<T>;
  using string = std::string;
  template <class T>
  using vector = std::vector<T>;

  template <class T, class... Args>
  static pointer<T> make(Args&&... args) {
    return std::make_shared<T>(std::forward<Args>(args)...);
  }

  /// There is nobody to ask.
  static std::size_t collect() { return 0; }

  /// Of an object's whole block: the control block and the object. Asked of an allocator, since only the standard
  /// library knows.
  template <class T>
  static std::size_t block_bytes(const pointer<T>& object) {
    std::size_t bytes = 0;
    std::allocate_shared<T>(measuring_allocator<T>(bytes), *object);
    return bytes;
  }

 private:
  template <class T>
  struct measuring_allocator : std::allocator<T> {
    using value_type = T;
    template <class U>
    struct rebind {
      using other = measuring_allocator<U>;
    };

    explicit measuring_allocator(std::size_t& bytes) : taken(&bytes) {}
    template <class U>
    measuring_allocator(const measuring_allocator<U>& other) : taken(other.taken) {}

    T* allocate(std::size_t count) {
      *taken += count * sizeof(T);
      return std::allocator<T>::allocate(count);
    }

    std::size_t* taken;
  };
};

}  // namespace package_graph
