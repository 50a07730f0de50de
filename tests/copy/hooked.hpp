#pragma once
/// \file
/// Objects with a member `deep_copy`, in rows that would nest deeper than the memo allows: each call takes much stack.

#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace ouro::test {

using memo_type = ouro::deepcopy_memo<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>;

constexpr std::size_t deep = 12;  ///< objects in a row that take more stack than two levels of care

/// Copies itself, and has no edges.
struct own_leaf final {
  static inline int copies = 0;
  [[nodiscard]] ptr<own_leaf> deep_copy(memo_type&) const {
    ++copies;
    return make<own_leaf>();
  }
};

/// A base class through which its objects cannot be copied.
struct not_clonable {
  virtual ~not_clonable() = default;
  virtual void be_something() = 0;
  void trace(auto&&) {}
};

/// Copies itself, and calls the functions of a test meanwhile.
struct hooked : counted<hooked> {
  static inline std::string log;
  static inline std::function<void(const hooked&)> at_copy;
  static inline std::function<void(hooked&, const ptr<hooked>&)> with_next;  ///< the copy, and what it got for `next`
  static inline std::function<void(const hooked&)> at_trace;                 ///< at its end

  explicit hooked(char called = '?') : name{called} {}
  hooked(const hooked&) = delete;
  hooked& operator=(const hooked&) = delete;
  [[nodiscard]] ptr<hooked> shallow_copy() const { return nullptr; }
  [[nodiscard]] ptr<hooked> deep_copy(memo_type& memo) const;
  void trace(auto&& visit) {
    visit(next, side, words, leaf, part, unknown);
    if (at_trace) at_trace(*this);
  }

  char name;
  int written = 0;
  bool remembers = true;
  bool is_proxy = false;
  ptr<hooked> next;
  ptr<hooked> side;  ///< not copied
  ouro::tuple<ptr<hooked>> words;
  ptr<own_leaf> leaf;
  managed_alias<hooked> part;  ///< not copied
  ptr<not_clonable> unknown;   ///< not copied
};

/// Takes so much of the stack that a few calls are deep. Sanitizers place arrays elsewhere, and optimisers remove
/// unused parts of them.
template <class Do>
[[gnu::noinline, gnu::no_sanitize_address]] auto with_less_stack(Do what) {
  char room[memo_type::most_stack / 4];
  __asm__ volatile("" : : "r"(room) : "memory");
  auto result = what();
  __asm__ volatile("" : : "r"(room) : "memory");
  return result;
}

inline ptr<hooked> hooked::deep_copy(memo_type& memo) const {
  return with_less_stack([&]() -> ptr<hooked> {
    log += name;
    if (at_copy) at_copy(*this);
    if (is_proxy) return memo.copy_of(next);
    auto made = make<hooked>(name);
    if (remembers) memo.remember(*this, made);
    const ptr<hooked> got = memo.copy_of(next);
    if (with_next) {
      with_next(*made, got);
    } else {
      made->next = got;
    }
    made->side = side;
    made->words = memo.copy_of(words);
    made->leaf = memo.copy_of(leaf);
    return made;
  });
}

/// Resets the functions of the test at its end.
struct clean {
  clean() { hooked::log.clear(); }
  clean(const clean&) = delete;
  clean& operator=(const clean&) = delete;
  ~clean() {
    hooked::at_copy = nullptr;
    hooked::with_next = nullptr;
    hooked::at_trace = nullptr;
    ouro::gc::collect();
  }
};

/// `count` objects in a row, named from 'a' on.
[[nodiscard]] inline std::vector<ptr<hooked>> row(std::size_t count) {
  std::vector<ptr<hooked>> all;
  for (std::size_t i = 0; i != count; ++i) {
    all.push_back(make<hooked>(static_cast<char>('a' + i)));
    if (i != 0) all[i - 1]->next = all[i];
  }
  return all;
}

[[nodiscard]] inline std::string names_of(ptr<hooked> from, std::size_t most) {
  std::string names;
  for (; from && names.size() != most; from = from->next) names += from->name;
  return names;
}

inline void unlink(const ptr<hooked>& ring) {
  if (ring) ring->next = nullptr;
}

}  // namespace ouro::test
