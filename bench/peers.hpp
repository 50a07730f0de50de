#pragma once
/// \file
/// The pointers that are measured: ours under several policies, and what a program would use instead. Each has
/// `ptr<T>`, `make<T>(args...)` and a base class `counted<T>` for those that want the count in the object.

#include <ouro/ouro.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <boost/smart_ptr/local_shared_ptr.hpp>
#include <boost/smart_ptr/make_local_shared.hpp>

#include <cstddef>
#include <cstring>
#include <memory>
#include <memory_resource>
#include <new>
#include <thread>
#include <utility>

namespace bench {

struct nothing {};

template <class Refcount, class Collector, class Allocator>
struct ouro_with {
  using memory = ouro::memory<Refcount, Collector, Allocator>;
  template <class T>
  using ptr = typename memory::template ptr<T>;
  template <class T>
  using counted = nothing;
  template <class T, class... Args>
  static ptr<T> make(Args&&... args) {
    return memory::template make<T>(std::forward<Args>(args)...);
  }
};

template <class Peer>
inline constexpr bool is_ouro = false;
template <class R, class C, class A>
inline constexpr bool is_ouro<ouro_with<R, C, A>> = true;

using ouro_default = ouro_with<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>;
using ouro_plain = ouro_with<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;
using ouro_atomic = ouro_with<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>;
using ouro_biased = ouro_with<ouro::biased_refcount, ouro::no_collector, ouro::pool_allocator>;

template <class Counter>
struct intrusive {
  template <class T>
  using ptr = boost::intrusive_ptr<T>;
  template <class T>
  using counted = boost::intrusive_ref_counter<T, Counter>;
  template <class T, class... Args>
  static ptr<T> make(Args&&... args) {
    return ptr<T>{new T(std::forward<Args>(args)...)};
  }
};

using intrusive_unsafe = intrusive<boost::thread_unsafe_counter>;
using intrusive_safe = intrusive<boost::thread_safe_counter>;

struct local_shared {
  template <class T>
  using ptr = boost::local_shared_ptr<T>;
  template <class T>
  using counted = nothing;
  template <class T, class... Args>
  static ptr<T> make(Args&&... args) {
    return boost::make_local_shared<T>(std::forward<Args>(args)...);
  }
};

struct shared {
  template <class T>
  using ptr = std::shared_ptr<T>;
  template <class T>
  using counted = nothing;
  template <class T, class... Args>
  static ptr<T> make(Args&&... args) {
    return std::make_shared<T>(std::forward<Args>(args)...);
  }
};

/// libstdc++ counts without atomic instructions until the program starts a thread: to be measured last, since there
/// is no way back.
struct shared_threaded : shared {
  template <class T, class... Args>
  static ptr<T> make(Args&&... args) {
    [[maybe_unused]] static const bool started = (std::thread{[] {}}.join(), true);
    return shared::make<T>(std::forward<Args>(args)...);
  }
};

/// `new` and `delete`, and no count.
struct unique {
  template <class T>
  using ptr = std::unique_ptr<T>;
  template <class T>
  using counted = nothing;
  template <class T, class... Args>
  static ptr<T> make(Args&&... args) {
    return std::make_unique<T>(std::forward<Args>(args)...);
  }
};

/// `Give::take(bytes)` and `Give::give(block, bytes)` in the place of `new` and `delete`.
template <class Give>
struct pooled {
  struct giver {
    template <class T>
    void operator()(T* gone) const {
      std::destroy_at(gone);
      Give::give(gone, sizeof(T));
    }
  };
  template <class T>
  using ptr = std::unique_ptr<T, giver>;
  template <class T>
  using counted = nothing;
  template <class T, class... Args>
  static ptr<T> make(Args&&... args) {
    return ptr<T>{::new (Give::take(sizeof(T))) T(std::forward<Args>(args)...)};
  }
};

struct pmr_source {
  static void* take(std::size_t bytes) { return resource().allocate(bytes); }
  static void give(void* block, std::size_t bytes) { resource().deallocate(block, bytes); }
  static std::pmr::unsynchronized_pool_resource& resource() {
    static std::pmr::unsynchronized_pool_resource kept;
    return kept;
  }
};
using pmr_pool = pooled<pmr_source>;

/// One list of free blocks for each size, never given back, and eight bytes in front of each object: what a pool with a
/// count can hope for.
struct free_list_source {
  static constexpr std::size_t header = 8;
  static void* take(std::size_t bytes) {
    void*& head = lists[(bytes + header + 7) / 8];
    if (head == nullptr) refill(head, (bytes + header + 7) / 8 * 8);
    void* const block = head;
    std::memcpy(&head, block, sizeof head);
    ::new (block) long{1};
    return static_cast<std::byte*>(block) + header;
  }
  static void give(void* at, std::size_t bytes) {
    void*& head = lists[(bytes + header + 7) / 8];
    void* const block = static_cast<std::byte*>(at) - header;
    std::memcpy(block, &head, sizeof head);
    head = block;
  }

 private:
  static void refill(void*& head, std::size_t block) {
    constexpr std::size_t blocks = 1024;
    auto* const first = static_cast<std::byte*>(::operator new(block * blocks));
    for (std::size_t i = blocks; i != 0; --i) {
      std::byte* const at = first + (i - 1) * block;
      std::memcpy(at, &head, sizeof head);
      head = at;
    }
  }
  static inline constinit void* lists[128] = {};
};
using free_list = pooled<free_list_source>;

/// A count in the object, a block from the C++ heap, nothing else.
struct by_hand {
  template <class T>
  struct counted {
    long count = 0;
  };
  template <class T>
  class ptr {
   public:
    explicit ptr(T* to) : to_{to} { ++to_->count; }
    ptr(const ptr& from) : to_{from.to_} { ++to_->count; }
    ptr(ptr&& from) noexcept : to_{std::exchange(from.to_, nullptr)} {}
    ptr& operator=(ptr from) noexcept {
      std::swap(to_, from.to_);
      return *this;
    }
    ~ptr() {
      if (to_ != nullptr && --to_->count == 0) delete to_;
    }
    T* operator->() const { return to_; }

   private:
    T* to_;
  };
  template <class T, class... Args>
  static ptr<T> make(Args&&... args) {
    return ptr<T>{new T(std::forward<Args>(args)...)};
  }
};

}  // namespace bench
