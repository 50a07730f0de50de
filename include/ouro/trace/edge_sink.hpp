#pragma once
/// \file
/// Where a trace leaves the edges it finds. One trace function per type serves every phase of a collection: it writes
/// the edges into a buffer, and the phase, which knows no types, works through the buffer while it is in the cache.

#include <ouro/config.hpp>
#include <ouro/trace/nesting.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A non-null edge: the header of its target, and the pointer itself.
struct edge {
  void* target;  ///< a `header<R>`, of the R whose collector traces
  void* slot;    ///< the raw pointer inside the `managed_ptr`; one byte further if a pointer to a part follows it

  /// The address of the raw pointer.
  [[nodiscard]] void* address() const noexcept { return static_cast<std::byte*>(slot) - followed_by_part(); }

  /// Makes the pointer null, and that to the part, and counts nothing.
  void sever() const noexcept { std::memset(address(), 0, (1 + followed_by_part()) * sizeof(void*)); }

  [[nodiscard]] std::size_t followed_by_part() const noexcept {
    return reinterpret_cast<std::uintptr_t>(slot) % sizeof(void*);
  }
};

/// Fixed in size, so that a trace needs no memory for edges: when it is full, the phase empties it and the trace goes
/// on.
class edge_sink {
 public:
  static constexpr std::size_t capacity = 64;

  /// Works through `[first, last)`, and may change it.
  using phase = void (*)(void* context, edge* first, edge* last);

  edge_sink(phase work, void* context) noexcept : work_{work}, context_{context} {}
  edge_sink(const edge_sink&) = delete;
  edge_sink& operator=(const edge_sink&) = delete;

  OURO_ALWAYS_INLINE void push(void* target, void* slot) {
    prefetch_for_write(target);
    *next_++ = {target, slot};
    if (next_ == last_) [[unlikely]]
      flush();
  }

  /// The edge of an alias: a pointer to a part of the target follows the one to the target.
  OURO_ALWAYS_INLINE void push_with_part(void* target, void* slot) { push(target, static_cast<std::byte*>(slot) + 1); }

  /// Hands what is buffered to the phase.
  OURO_NOINLINE void flush() {
    edge* const first = first_;
    edge* const next = next_;
    flushed_ += static_cast<std::size_t>(next - first);
    write_to(own_);
    if (next != first) work_(context_, first, next);
  }

  /// Has the edges from now on written to `buffer`, which has room for `capacity`, until they are flushed.
  /// \pre nothing is buffered
  void write_to(edge* buffer) noexcept {
    first_ = buffer;
    next_ = buffer;
    last_ = buffer + capacity;
  }

  /// Edges reported so far.
  [[nodiscard]] std::size_t pushed() const noexcept { return flushed_ + static_cast<std::size_t>(next_ - first_); }

  /// How deep the trace is.
  [[nodiscard]] OURO_ALWAYS_INLINE nesting& within() noexcept { return within_; }

 private:
  edge* next_ = own_;  ///< in [first_, last_) between pushes
  edge* last_ = own_ + capacity;
  edge* first_ = own_;
  std::size_t flushed_ = 0;
  nesting within_;
  phase work_;
  void* context_;
  edge own_[capacity];
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
