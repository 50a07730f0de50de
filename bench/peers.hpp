#pragma once
/// \file
/// The pointers that are measured: ours under several policies, and what a program would use instead. Each has
/// `ptr<T>`, `make<T>(args...)` and a base class `counted<T>` for those that want the count in the object.

#include <ouro/ouro.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <boost/smart_ptr/local_shared_ptr.hpp>
#include <boost/smart_ptr/make_local_shared.hpp>

#include <memory>
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

using ouro_default = ouro_with<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>;
using ouro_plain = ouro_with<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;
using ouro_atomic = ouro_with<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>;

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
    ptr& operator=(const ptr&) = delete;
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
