#pragma once
/// \file
/// The cache in which equal immutable values become one object.

#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/intern/intern_hash.hpp>
#include <ouro/intern/intern_table.hpp>
#include <ouro/intern/interned.hpp>
#include <ouro/intern/interned_verbs.hpp>
#include <ouro/intern/interner_policy.hpp>
#include <ouro/pointer/immortal.hpp>
#include <ouro/pointer/make_managed.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro {

template <class T, class Hash = intern_hash<T>, class Equal = intern_equal<T>, lifetime_policy Lifetime = weak_entries,
          locking_policy Locking = no_locking>
class OURO_SHARED_TYPE interner;

template <class T, class Interner = interner<T>>
class OURO_SHARED_TYPE interned;

/// The current content of an interner's cache.
struct intern_statistics {
  std::size_t entries = 0;      ///< values that are alive
  std::size_t table_bytes = 0;  ///< bytes of the table, without the blocks of the entries
};

namespace detail {

/// An interned value as a managed object. Its destructor erases it from the cache.
template <class T, class Interner>
struct OURO_SHARED_TYPE interned_entry {
  template <class Value>
  interned_entry(std::size_t hashed, Value&& from) : hash{hashed}, value(std::forward<Value>(from)) {}
  interned_entry(const interned_entry&) = delete;
  interned_entry& operator=(const interned_entry&) = delete;
  ~interned_entry() { Interner::forget(*this); }

  const std::size_t hash;
  const T value;
};

}  // namespace detail

/// Interns values of type `T`: `interner<T>::intern(x)` is the one object that is equal to `x`.
///
/// Values that are equal by `Equal` must have equal hashes. With `weak_entries` the cache keeps no value alive. With
/// `no_locking` each thread has a cache of its own; with `mutex_locking` all threads share one. Expected O(1), with one
/// allocation for a new value and none for a known one. If `Hash`, `Equal` or the copy constructor throws, the cache is
/// unchanged. They may use the cache themselves: a look-up ends even if each comparison inserts another value. A value
/// that waits for its destruction is not found any more; interning an equal value makes a new object.
template <class T, class Hash, class Equal, lifetime_policy Lifetime, locking_policy Locking>
class interner {
  using entry = detail::interned_entry<T, interner>;
  using cache = detail::intern_cache<entry, Locking>;
  using refcount = typename Locking::refcount;
  friend entry;
  friend struct detail::handle_traits<interned<T, interner>>;

 public:
  using handle = interned<T, interner>;
  using pointer = managed_ptr<entry, refcount, no_collector, pool_allocator>;

  interner() = delete;

  /// \throws std::bad_alloc, and what `Hash`, `Equal` and the construction of a `T` throw
  template <class Value>
  [[nodiscard]] static handle intern(Value&& value) {
    const std::size_t hash = Hash{}(value);  // calls user code: nothing has been touched yet
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    if (!here.is_enabled) return handle{make(hash, std::forward<Value>(value))};
    const std::size_t version = here.table.version();
    if (pointer known = find(here, hash, value)) return handle{std::move(known)};
    std::vector<pointer> compared;  // destroyed last, since the destructors may change the table
    pointer made = make(hash, std::forward<Value>(value));
    // Comparisons and the construction of the entry may run any code: if the table has changed, compare again.
    if (here.table.version() != version) [[unlikely]] {
      if (pointer known = find_thoroughly(here, *made, compared)) return handle{std::move(known)};
    }
    here.reserve();
    here.table.insert(*made);
    if constexpr (Lifetime::is_immortal) immortalize(made);
    return handle{std::move(made)};
  }

  /// While the cache is disabled, `intern` makes a new object each time, which is equal to no other: for tests, and to
  /// measure the effect of interning.
  static void disable() noexcept { switch_to(false); }
  static void enable() noexcept { switch_to(true); }
  [[nodiscard]] static bool is_enabled() noexcept {
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    return here.is_enabled;
  }

  [[nodiscard]] static std::size_t size() noexcept { return statistics().entries; }

  [[nodiscard]] static intern_statistics statistics() noexcept {
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    return {here.table.size(), here.table.bytes()};
  }

 private:
  template <class Value>
  [[nodiscard]] static pointer make(std::size_t hash, Value&& value) {
    return make_managed<entry, refcount, no_collector, pool_allocator>(hash, std::forward<Value>(value));
  }

  /// A counted pointer to an entry of the table; null if the entry waits for its destruction, or another thread is
  /// about to destroy it.
  [[nodiscard]] static pointer hold(entry& at) noexcept {
    if (!detail::header_of<refcount>(&at)->try_increment()) return nullptr;
    return detail::pointer_access::take<pointer>(&at);
  }

  /// The entry of this value, or null. If a comparison changes the table, null does not mean that there is no entry.
  template <class Value>
  [[nodiscard]] static pointer find(cache& here, std::size_t hash, const Value& value) {
    pointer found;
    static_cast<void>(here.table.find(hash, [&](entry& each) {
      // Keeps the entry alive, since the comparison may run code that drops all other pointers to it.
      pointer held = hold(each);
      if (held == nullptr || !Equal{}(each.value, value)) return false;  // calls user code
      found = std::move(held);
      return true;
    }));
    return found;
  }

  /// The most rounds of comparisons. The first round compares all entries of the hash, each further one the entries
  /// that comparisons have inserted during the previous round.
  static constexpr int most_rounds = 16;

  /// The entry with the value of `made`, or null. Comparisons may change the table. Stores all compared entries in
  /// `compared`. Values that are inserted in the last round are not compared, since an `Equal` that inserts a value of
  /// the same hash in each call would make the search endless. Expected O(1); O(n^2) if n values have the same hash.
  [[nodiscard]] static pointer find_thoroughly(cache& here, const entry& made, std::vector<pointer>& compared) {
    for (int round = 0; round != most_rounds; ++round) {
      const std::size_t known = compared.size();
      static_cast<void>(here.table.find(made.hash, [&](entry& each) {
        pointer held = hold(each);
        if (held != nullptr && !contains(compared, known, held)) compared.push_back(std::move(held));
        return false;
      }));
      if (compared.size() == known) break;
      for (std::size_t i = known; i != compared.size(); ++i) {
        if (Equal{}(compared[i]->value, made.value)) return compared[i];  // calls user code
      }
    }
    return nullptr;
  }

  /// Whether `wanted` is one of the first `size` pointers.
  [[nodiscard]] static bool contains(const std::vector<pointer>& in, std::size_t size, const pointer& wanted) noexcept {
    for (std::size_t i = 0; i != size; ++i) {
      if (in[i] == wanted) return true;
    }
    return false;
  }

  static void forget(const entry& gone) noexcept {
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    here.table.erase(gone);
  }

  static void switch_to(bool enabled) noexcept {
    cache& here = cache::current();
    const detail::lock_guard lock{here.mutex};
    here.enable(enabled);
  }
};

/// A handle to the one object that is equal to the value it was made from. It has the size of a pointer. Copies share
/// the object; comparing two handles compares two pointers. Null only after it was moved from.
template <class T, class Interner>
class interned : public detail::interned_handle<interned<T, Interner>, typename Interner::pointer> {
  using base = detail::interned_handle<interned<T, Interner>, typename Interner::pointer>;

 public:
  using value_type = T;

  /// \throws what `Interner::intern` throws
  template <class Value>
    requires(std::is_constructible_v<T, Value> && !std::is_base_of_v<interned, std::remove_cvref_t<Value>> &&
             !std::is_same_v<std::remove_cvref_t<Value>, typename Interner::pointer>)
  explicit interned(Value&& value) : interned(Interner::intern(T(std::forward<Value>(value)))) {}

  explicit interned(typename Interner::pointer pointer) noexcept : base{std::move(pointer)} {}

  /// \pre not moved from
  [[nodiscard]] const T& get() const noexcept { return this->pointer()->value; }
  [[nodiscard]] const T& operator*() const noexcept { return get(); }
  [[nodiscard]] const T* operator->() const noexcept { return std::addressof(get()); }

  [[nodiscard]] friend bool operator==(const interned& left, const interned& right) noexcept { return is(left, right); }
};

namespace detail {

/// With a table for each thread, values belong to their thread. Immortal ones are carried over as they are, and stay in
/// its table, too.
template <class T, class Interner>
struct handle_traits<interned<T, Interner>> {
  static void survey(interned<T, Interner>& seen, survey_sink& sink) {
    if constexpr (!refcount::is_thread_safe) survey_interned(seen.pointer_, verbs, sink);
  }

 private:
  using refcount = typename Interner::refcount;
  using entry = typename Interner::entry;
  using cache = typename Interner::cache;
  using counts = interned_counts<entry, refcount>;

  [[nodiscard]] static entry& at(const void* value) noexcept { return *static_cast<entry*>(const_cast<void*>(value)); }

  [[nodiscard]] static bool is_of_all(const void*) noexcept { return false; }
  [[nodiscard]] static void* copy(const void* value) {
    if constexpr (std::is_copy_constructible_v<T>) {
      // calls user code: the copy constructor
      return try_copy_managed<entry, refcount, no_collector, pool_allocator>(at(value).hash, at(value).value);
    } else {
      return nullptr;  // GCOVR_EXCL_LINE: not asked of such values
    }
  }
  [[nodiscard]] static void* find(const void* value) {
    cache& here = cache::current();
    if (!here.is_enabled) return nullptr;
    return counts::release(Interner::find(here, at(value).hash, at(value).value));  // calls user code: the comparison
  }
  static void list(void* value) {
    cache& here = cache::current();
    if (!here.is_enabled) return;
    here.reserve();
    here.table.insert(at(value));
  }
  static void unlist(void* value) noexcept { cache::current().table.erase(at(value)); }

  static constexpr interned_verbs verbs{type_name_of<T>,
                                        is_free_of_heap<std::remove_cv_t<T>>(),
                                        std::is_copy_constructible_v<T>,
                                        &is_of_all,
                                        &counts::handles,
                                        &counts::raise,
                                        &counts::lower,
                                        &counts::end,
                                        &counts::set_owner,
                                        &copy,
                                        &find,
                                        &list,
                                        &unlist};
};

}  // namespace detail

/// An interned value is immutable and older than the objects that point to it, so that no cycle leads through it.
template <class T, class Interner>
inline constexpr bool leaf<interned<T, Interner>> = true;

}  // namespace ouro

template <class T, class Interner>
struct std::hash<ouro::interned<T, Interner>> {
  [[nodiscard]] std::size_t operator()(const ouro::interned<T, Interner>& hashed) const noexcept {
    return hash_value(hashed);
  }
};

#include <ouro/macros/restore.hpp>
