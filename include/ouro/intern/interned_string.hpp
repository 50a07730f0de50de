#pragma once
/// \file
/// Interned strings: one block with header, hash, length and characters.

#include <ouro/allocator/pool_allocator.hpp>
#include <ouro/allocator/throw.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/intern/intern_hash.hpp>
#include <ouro/intern/intern_table.hpp>
#include <ouro/intern/interned.hpp>
#include <ouro/intern/interner_policy.hpp>
#include <ouro/intern/string_body.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <compare>
#include <cstddef>
#include <functional>
#include <iosfwd>
#include <mutex>
#include <string_view>
#include <utility>

namespace ouro {

/// An immutable string of which there is one object per value: 8 bytes, compared by pointer, ordered by content. Found
/// by `std::string_view` without allocating; a new string is one block of its characters and 25 bytes. The empty string
/// and the strings of one character are made at compile time, never die, and cost nothing to look up. Strings die with
/// their last handle. May hold any characters, NUL included; one more NUL stands behind them.
/// Thread-safety: with `no_locking` each thread has strings of its own; with `mutex_locking` all threads share them.
template <locking_policy Locking = no_locking>
class basic_interned_string
    : public detail::interned_handle<
          basic_interned_string<Locking>,
          managed_ptr<detail::string_body<Locking>, typename Locking::refcount, no_collector, pool_allocator>> {
  using body = detail::string_body<Locking>;
  using counted = managed_ptr<body, typename Locking::refcount, no_collector, pool_allocator>;
  using base = detail::interned_handle<basic_interned_string, counted>;
  using cache = detail::intern_cache<body, Locking>;

 public:
  /// The empty string.
  basic_interned_string() noexcept : base{detail::short_strings<Locking>::get({})} {}

  /// Expected O(length). \throws std::bad_alloc
  explicit basic_interned_string(std::string_view characters) : base{intern(characters)} {}
  explicit basic_interned_string(char character) noexcept
      : base{detail::short_strings<Locking>::get({&character, 1})} {}

  [[nodiscard]] std::string_view view() const noexcept { return this->pointer()->view(); }
  [[nodiscard]] explicit operator std::string_view() const noexcept { return view(); }
  [[nodiscard]] const char* data() const noexcept { return view().data(); }
  [[nodiscard]] const char* c_str() const noexcept { return data(); }
  [[nodiscard]] std::size_t size() const noexcept { return view().size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  [[nodiscard]] friend bool operator==(const basic_interned_string& left, const basic_interned_string& right) noexcept {
    return is(left, right);
  }
  [[nodiscard]] friend bool operator==(const basic_interned_string& left, std::string_view right) noexcept {
    return left.view() == right;
  }
  [[nodiscard]] friend std::strong_ordering operator<=>(const basic_interned_string& left,
                                                        const basic_interned_string& right) noexcept {
    return is(left, right) ? std::strong_ordering::equal : left.view() <=> right.view();
  }

  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out,
                                                      const basic_interned_string& printed) {
    return out << printed.view();
  }

  /// Switched off, each string made is a new object: for tests, and to measure what interning saves.
  static void disable() noexcept { switch_to(false); }
  static void enable() noexcept { switch_to(true); }

  /// How many strings are interned, those of one character and the empty one aside.
  [[nodiscard]] static std::size_t interned_count() noexcept {
    cache& here = cache::current();
    const std::lock_guard lock{here.mutex};
    return here.table.size();
  }

 private:
  [[nodiscard]] static counted intern(std::string_view characters) {
    cache& here = cache::current();
    const std::lock_guard lock{here.mutex};
    if (!here.is_enabled) return body::make(characters, body::hash_of(characters));
    if (characters.size() <= 1) return detail::short_strings<Locking>::get(characters);
    const std::size_t hash = body::hash_of(characters);
    body* const known = here.table.find(hash, [&](body& each) {
      return each.holds(characters) && detail::header_of<typename Locking::refcount>(&each)->try_increment();
    });
    if (known != nullptr) return detail::pointer_access::take<counted>(known);
    here.table.reserve();
    counted made = body::make(characters, hash);
    here.table.insert(*made);
    return made;
  }

  static void switch_to(bool enabled) noexcept {
    cache& here = cache::current();
    const std::lock_guard lock{here.mutex};
    here.is_enabled = enabled;
  }
};

using interned_string = basic_interned_string<>;

template <class Locking>
inline constexpr bool leaf<basic_interned_string<Locking>> = true;

inline namespace literals {

/// `"x"_is` is the interned string "x". \throws std::bad_alloc
[[nodiscard]] inline interned_string operator""_is(const char* characters, std::size_t length) {
  return interned_string{std::string_view{characters, length}};
}

}  // namespace literals
}  // namespace ouro

template <class Locking>
struct std::hash<ouro::basic_interned_string<Locking>> {
  [[nodiscard]] std::size_t operator()(const ouro::basic_interned_string<Locking>& hashed) const noexcept {
    return hash_value(hashed);
  }
};
