#pragma once
/// \file
/// Where a trace leaves the edges it finds. One trace function per type serves every phase of a collection: it writes
/// the edges into a buffer in the cache, and the phase, which knows no types, works through the buffer.

#include <ouro/config.hpp>

#include <cstddef>
#include <cstring>

namespace ouro::detail {

/// A non-null edge: the header of its target, and the pointer itself.
struct edge {
  void* target;  ///< a `header<R>`, of the R whose collector traces
  void* slot;    ///< the raw pointer inside the `managed_ptr`

  /// Makes the pointer null and counts nothing.
  void sever() const noexcept { std::memset(slot, 0, sizeof(void*)); }
};

/// Fixed in size, so that a trace needs no memory: when it is full, the phase empties it and the trace goes on.
class edge_sink {
 public:
  static constexpr std::size_t capacity = 64;

  using phase = void (*)(void* context, const edge* first, const edge* last);

  edge_sink(phase work, void* context) noexcept : work_{work}, context_{context} {}
  edge_sink(const edge_sink&) = delete;
  edge_sink& operator=(const edge_sink&) = delete;

  OURO_ALWAYS_INLINE void push(void* target, void* slot) {
    __builtin_prefetch(target, 1);
    edges_[size_++] = {target, slot};
    if (size_ == capacity) [[unlikely]]
      flush();
  }

  /// Hands what is buffered to the phase.
  OURO_NOINLINE void flush() {
    const std::size_t size = size_;
    flushed_ += size;
    size_ = 0;
    if (size != 0) work_(context_, edges_, edges_ + size);
  }

  /// Edges reported so far.
  [[nodiscard]] std::size_t pushed() const noexcept { return flushed_ + size_; }

 private:
  std::size_t size_ = 0;  ///< < capacity between pushes
  std::size_t flushed_ = 0;
  phase work_;
  void* context_;
  edge edges_[capacity];
};

}  // namespace ouro::detail
