#pragma once
/// \file
/// Counts the instructions of an operation: callgrind counts two runs, of which one does the operation twice as often.
/// The difference is the operation with its loop, exactly; count.py takes it, and takes the loop off.

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <valgrind/callgrind.h>

namespace instructions {

/// So many that what happens once in a pool of blocks, or once in an array that doubles, counts as it does in life.
inline constexpr std::size_t operations = 20'000;

/// Room for handles that are made and destroyed one at a time: a path does the one without the other.
template <class Handle>
class slots {
 public:
  explicit slots(std::size_t size) : size_{size}, first_{std::allocator<Handle>{}.allocate(size)} {}
  slots(const slots&) = delete;
  slots& operator=(const slots&) = delete;
  ~slots() { std::allocator<Handle>{}.deallocate(first_, size_); }

  [[nodiscard]] Handle* begin() const { return first_; }
  [[nodiscard]] Handle* end() const { return first_ + size_; }

 private:
  std::size_t size_;
  Handle* first_;
};

/// What lies at `at` may be read and written here: the loop around it stays a loop, and each turn does its whole work.
inline void touch(const volatile void* at) { __asm__ volatile("" : : "r"(at) : "memory"); }

/// Does `body` with each slot in turn.
template <class Handle, class Body>
[[gnu::always_inline]] inline void each(const slots<Handle>& all, Body body) {
  Handle* const end = all.end();
  for (Handle* at = all.begin(); at != end; ++at) {
    body(at);
    touch(at);
  }
}

template <class Handle>
void fill(const slots<Handle>& all, auto make) {
  each(all, [&](Handle* at) { ::new (static_cast<void*>(at)) Handle(make()); });
}

template <class Handle>
void clear(const slots<Handle>& all) {
  each(all, [](Handle* at) { std::destroy_at(at); });
}

/// Dumps the counts of a path, `Path{n}.run()`, for two numbers of operations. The first run only warms up: what the
/// allocators and the collector keep, they keep from here on.
template <class Path>
void measure(const std::string& path, const std::string& type, const std::string& whose) {
  for (const auto& [n, is_counted] : {std::pair{2 * operations, false}, {operations, true}, {2 * operations, true}}) {
    const std::string name = path + '|' + type + '|' + whose + '|' + std::to_string(n);
    Path measured{n};
    CALLGRIND_ZERO_STATS;
    measured.run();
    if (is_counted) CALLGRIND_DUMP_STATS_AT(name.c_str());
  }
}

}  // namespace instructions
