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
#include <ouro/intern/interned_verbs.hpp>
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

/// An iterator over strings whose characters stay valid when the iterator is incremented.
template <class It>
concept string_iterator =
    std::forward_iterator<It> && std::convertible_to<std::iter_reference_t<It>, std::string_view> &&
    (std::is_lvalue_reference_v<std::iter_reference_t<It>> || std::same_as<std::iter_value_t<It>, std::string_view>);

}  // namespace detail

/// A handle to an immutable string of which there is one object per value. It has the size of a pointer, is compared by
/// pointer, and ordered by content. An existing string is found by a `std::string_view` without allocating; a new
/// string is one block of its characters and 25 bytes. The empty string and the strings of one character are made at
/// compile time, immortal, and found without a search. Other strings are destroyed with their last handle. A string may
/// contain any characters, NUL included; a further NUL follows them. Thread-safety: with `no_locking` each thread has
/// strings of its own; with `mutex_locking` all threads share them.
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

  /// Writes handles to all strings of `[first, last)` to `out`, and returns its end. With a table that is larger than
  /// the caches of the processor, this takes a fraction of the time of interning them one by one, since it prefetches
  /// memory for 16 strings at once.
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

  /// A string as a raw pointer, for programs that store it in a tagged value.
  using raw_pointer = typename counted::pointer;

  /// Returns the string with its count, for a later `adopt`. Afterwards the handle may only be destroyed or assigned
  /// to.
  [[nodiscard]] raw_pointer release() && noexcept {
    const raw_pointer given = this->pointer().get();
    this->forget();
    return given;
  }

  /// Takes over a count that `release` has returned.
  [[nodiscard]] static basic_interned_string adopt(raw_pointer counted_string) noexcept {
    return basic_interned_string{detail::pointer_access::take<counted>(counted_string)};
  }

  /// A further handle to a string that the caller holds by a released pointer.
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

  /// While interning is disabled, each new handle from characters makes a new object: for tests, and to measure the
  /// effect of interning.
  static void disable() noexcept { switch_to(false); }
  static void enable() noexcept { switch_to(true); }

  /// The number of interned strings of two characters and more.
  [[nodiscard]] static std::size_t interned_count() noexcept {
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    return here.table.size();
  }

 private:
  friend struct detail::handle_traits<basic_interned_string>;

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
    // In a heap at its limit, `make` may collect: destructors may have erased strings from the table and inserted
    // others.
    if (here.table.version() != version) [[unlikely]] {
      if (body* const known = find(here, characters, hash)) return detail::pointer_access::take<counted>(known);
    }
    here.reserve();
    here.table.insert(*made);
    return made;
  }

  /// Returns the string with a count for the caller; null if there is none, or if it waits for its destruction.
  [[nodiscard]] OURO_ALWAYS_INLINE static body* find(cache& here, std::string_view characters, std::size_t hash) {
    return here.table.find(hash, [&](body& each) {
      return each.holds(characters) && detail::header_of<typename Locking::refcount>(&each)->try_increment();
    });
  }

  /// Hashes the strings, and prefetches the memory that finding them reads.
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

/// An interned string of the calling thread.
using interned_string = basic_interned_string<>;

namespace detail {

/// With a table for each thread, strings belong to their thread, but for those made at compile time.
template <class Locking>
struct handle_traits<basic_interned_string<Locking>> {
  using handle = basic_interned_string<Locking>;
  using body = string_body<Locking>;
  using counts = interned_counts<body, typename Locking::refcount>;

  static void survey(handle& seen, survey_sink& sink) {
    if constexpr (!Locking::refcount::is_thread_safe) survey_interned(seen.pointer_, verbs, sink);
  }

 private:
  using cache = intern_cache<body, Locking>;

  [[nodiscard]] static body& at(const void* value) noexcept { return *static_cast<body*>(const_cast<void*>(value)); }

  [[nodiscard]] static bool is_of_all(const void* value) noexcept { return at(value).length <= 1; }
  [[nodiscard]] static void* copy(const void* value) { return body::try_copy(at(value)); }
  [[nodiscard]] static void* find(const void* value) {
    cache& here = cache::current();
    return here.is_enabled ? handle::find(here, at(value).view(), at(value).hash) : nullptr;
  }
  static void list(void* value) {
    cache& here = cache::current();
    if (!here.is_enabled) return;
    here.reserve();
    here.table.insert(at(value));
  }
  static void unlist(void* value) noexcept { cache::current().table.erase(at(value)); }

  static constexpr interned_verbs verbs{
      "ouro::interned_string", true,  true,  &is_of_all, &counts::handles, &counts::raise, &counts::lower, &counts::end,
      &counts::set_owner,      &copy, &find, &list,      &unlist};
};

}  // namespace detail

template <class Locking>
inline constexpr bool leaf<basic_interned_string<Locking>> = true;

inline namespace literals {

/// `"x"_is` is the interned string "x". \throws std::bad_alloc
template <detail::fixed_string Text>
[[nodiscard]] interned_string operator""_is() {
  return interned_string{std::string_view{Text.text, sizeof Text.text - 1}};
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
