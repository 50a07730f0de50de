#pragma once
/// \file
/// Interned strings: one block with header, hash, length and characters.

#include <ouro/allocator/pool/pool_allocator.hpp>
#include <ouro/base/static_mutex.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/intern/intern_hash.hpp>
#include <ouro/intern/intern_table.hpp>
#include <ouro/intern/interned.hpp>
#include <ouro/intern/interner_policy.hpp>
#include <ouro/intern/string_body.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <compare>
#include <concepts>
#include <cstddef>
#include <iosfwd>
#include <iterator>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// An iterator over characters that outlive the step to the next ones.
template <class It>
concept string_iterator =
    std::forward_iterator<It> && std::convertible_to<std::iter_reference_t<It>, std::string_view> &&
    (std::is_lvalue_reference_v<std::iter_reference_t<It>> || std::same_as<std::iter_value_t<It>, std::string_view>);

/// The characters of a literal, as an argument of templates: programs without such literals do not compile what makes
/// strings of them.
template <std::size_t Size>
struct literal {
  char characters[Size] = {};

  consteval literal(const char (&text)[Size]) noexcept {  // NOLINT(google-explicit-constructor): by the language
    for (std::size_t i = 0; i != Size; ++i) characters[i] = text[i];
  }

  [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters, Size - 1}; }
};

}  // namespace detail

/// An immutable string of which there is one object per value: 8 bytes, compared by pointer, ordered by content. Found
/// by `std::string_view` without allocating; a new string is one block of its characters and 25 bytes. The empty string
/// and the strings of one character are made at compile time, never die, and cost nothing to look up. Strings die with
/// their last handle. May hold any characters, NUL included; one more NUL stands behind them.
/// Thread-safety: with `no_locking` each thread has strings of its own; with `mutex_locking` all threads share them.
template <locking_policy Locking = no_locking>
class OURO_SHARED_TYPE basic_interned_string
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

  /// Writes the handles of all strings of `[first, last)` to `out`, and returns its end. In a table that is larger than
  /// the processor's caches this takes a fraction of the time of one by one, since memory is asked for 16 strings
  /// ahead.
  /// \throws std::bad_alloc, and what the iterators throw
  template <detail::string_iterator It, std::sentinel_for<It> End, std::output_iterator<basic_interned_string> Out>
  static Out intern_all(It first, End last, Out out) {
    constexpr std::size_t most = 16;
    std::string_view characters[most];
    std::size_t hashes[most];
    while (first != last) {
      std::size_t strings = 0;
      for (; strings != most && first != last; ++strings, ++first) characters[strings] = *first;
      fetch(characters, hashes, strings);
      for (std::size_t i = 0; i != strings; ++i) *out++ = basic_interned_string{intern(characters[i], hashes[i])};
    }
    return out;
  }

  /// A string as one word, for programs that keep it in a tagged value.
  using raw_pointer = typename counted::pointer;

  /// Returns the string with its count, for a later `adopt`. The handle must be destroyed or assigned to next.
  [[nodiscard]] raw_pointer release() && noexcept {
    const raw_pointer given = this->pointer().get();
    this->forget();
    return given;
  }

  /// Takes over a count from `release`.
  [[nodiscard]] static basic_interned_string adopt(raw_pointer counted_string) noexcept {
    return basic_interned_string{detail::pointer_access::take<counted>(counted_string)};
  }

  /// Another handle to a string of which the caller has a released pointer.
  [[nodiscard]] static basic_interned_string share(raw_pointer held) noexcept {
    basic_interned_string known = adopt(held);
    basic_interned_string shared{known};
    known.forget();
    return shared;
  }

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
    const detail::lock_guard lock{here.mutex};
    return here.table.size();
  }

 private:
  explicit basic_interned_string(counted pointer) noexcept : base{std::move(pointer)} {}

  [[nodiscard]] static counted intern(std::string_view characters) {
    return intern(characters, body::hash_of(characters));
  }

  [[nodiscard]] OURO_ALWAYS_INLINE static counted intern(std::string_view characters, std::size_t hash) {
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    if (!here.is_enabled) return body::make(characters, hash);
    if (characters.size() <= 1) return detail::short_strings<Locking>::get(characters);
    if (body* const known = find(here, characters, hash)) return detail::pointer_access::take<counted>(known);
    return make_entry(here, characters, hash);
  }

  /// \pre the table has no such string
  [[nodiscard]] OURO_NOINLINE static counted make_entry(cache& here, std::string_view characters, std::size_t hash) {
    const std::size_t version = here.table.version();
    counted made = body::make(characters, hash);
    // In a heap at its limit, that has collected: destructors may have taken strings out of the table, and put some in.
    if (here.table.version() != version) [[unlikely]] {
      if (body* const known = find(here, characters, hash)) return detail::pointer_access::take<counted>(known);
    }
    here.reserve();
    here.table.insert(*made);
    return made;
  }

  /// With a count for the caller; null if there is no such string, or if it waits for its destruction.
  [[nodiscard]] OURO_ALWAYS_INLINE static body* find(cache& here, std::string_view characters, std::size_t hash) {
    return here.table.find(hash, [&](body& each) {
      return each.holds(characters) && detail::header_of<typename Locking::refcount>(&each)->try_increment();
    });
  }

  /// Hashes so many strings, and has the memory that finding them takes on its way.
  static void fetch(const std::string_view* characters, std::size_t* hashes, std::size_t strings) noexcept {
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    for (std::size_t i = 0; i != strings; ++i) {
      hashes[i] = body::hash_of(characters[i]);
      here.table.fetch_slot(hashes[i]);
    }
    for (std::size_t i = 0; i != strings; ++i) here.table.fetch_entry(hashes[i]);
  }

  static void switch_to(bool enabled) noexcept {
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    here.enable(enabled);
  }
};

/// Of the calling thread.
using interned_string = basic_interned_string<>;

template <class Locking>
inline constexpr bool leaf<basic_interned_string<Locking>> = true;

inline namespace literals {

/// `"x"_is` is the interned string "x". \throws std::bad_alloc
template <detail::literal Text>
[[nodiscard]] interned_string operator""_is() {
  return interned_string{Text.view()};
}

}  // namespace literals
}  // namespace ouro

template <class Locking>
struct std::hash<ouro::basic_interned_string<Locking>> {
  [[nodiscard]] std::size_t operator()(const ouro::basic_interned_string<Locking>& hashed) const noexcept {
    return hash_value(hashed);
  }
};

#include <ouro/macros/restore.hpp>
