#pragma once
/// \file
/// The hash table of the weak containers: its entries are erased when their objects die.

#include <ouro/config.hpp>
#include <ouro/containers/calls_user_code.hpp>
#include <ouro/containers/equal_values.hpp>
#include <ouro/containers/lifetime_watch.hpp>
#include <ouro/containers/node_table.hpp>
#include <ouro/object/destruction_queue.hpp>
#include <ouro/object/weak_record.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/managed_weak.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A hash table of weak pointers to objects of `Memory`, each with a `Key` and a `Content`, in the order of insertion.
/// The callback of an entry's weak pointer erases the entry when the object has died. While the table is iterated, no
/// entry is moved or destroyed: an erased one stays as an empty place until the last iteration ends (Python's
/// `_IterationGuard`). Keys and contents are destroyed when the table is valid again, since their destructors may use
/// it.
///
/// For policies whose objects belong to one thread. Look-up, insertion and removal are O(1) on average.
template <class Key, class T, class Content, class Memory, class Hash, class Equal>
class weak_hash_table {
 public:
  using strong = typename Memory::template ptr<T>;
  using weak = typename Memory::template weak<T>;

  struct entry {
    std::size_t hash;
    Key key;
    Content content;
    weak object{};          ///< destroyed before the content, which may hold the last pointer to the object
    bool is_empty = false;  ///< was erased during an iteration

    entry(std::size_t hashed, Key&& named, Content&& held)
        : hash{hashed}, key(std::move(named)), content(std::move(held)) {}

    static void* operator new(std::size_t) { return allocator{}.allocate(1); }
    static void operator delete(void* block) noexcept { allocator{}.deallocate(static_cast<entry*>(block), 1); }

   private:
    using allocator = typename Memory::template std_allocator<entry>;
  };

  weak_hash_table() = default;
  // The callbacks have the address of the table.
  weak_hash_table(const weak_hash_table&) = delete;
  weak_hash_table& operator=(const weak_hash_table&) = delete;
  ~weak_hash_table() {
    lifetime_watch::end(this);
    guards_ = 0;  // guards that are still alive no longer count
    do clear();
    while (entries_.size() != 0);  // a destructor may have inserted an entry
  }

  /// The number of entries whose objects are alive. O(1), but O(entries) while objects wait for their destruction or
  /// callbacks are due.
  [[nodiscard]] std::size_t size() const noexcept {
    using refcount = typename Memory::refcount;
    std::size_t living = entries_.size() - empty_;
    if (weak_table<refcount>::has_callbacks() || destructions<refcount>.mark() != 0) [[unlikely]] {
      entries_.each([&](const entry& held) {
        if (!held.is_empty && held.object.expired()) --living;
      });
    }
    return living;
  }

  /// Returns `use(entry)`, with the entry of `key`, or with null if there is none or its object has died.
  template <class Use>
  [[nodiscard]] auto find(const Key& key, Use use) {
    const std::size_t hash = Hash{}(key);
    const iteration_guard guard{*this};
    entry* const found = entry_of(key, hash);
    return use(found == nullptr || found->object.expired() ? nullptr : found);
  }

  /// Inserts an entry, or replaces that of an equal key. \pre no other code changes `object` meanwhile.
  /// \throws std::bad_alloc, and what moving throws; then nothing has changed
  void put(Key key, const strong& object, Content content) {
    const std::size_t hash = Hash{}(key);
    std::unique_ptr<entry> made;  // calls user code when it is destroyed, which may destroy the table
    const iteration_guard guard{*this};
    if (entry* const at = entry_of(key, hash); at != nullptr) return replace(*at, object, content);
    // Calls user code, or begins a collection that does: either may insert the key.
    made.reset(new entry{hash, std::move(key), std::move(content)});
    do {
      entries_.make_room();
      if (entry* const at = entry_of(made->key, hash); at != nullptr) return replace(*at, object, made->content);
    } while (!entries_.has_room());  // the comparison has filled it
    made->object = weak{object, [this, place = made.get()] { remove(*place); }};
    entries_.insert(std::move(made));
  }

  /// Returns whether there was an entry whose object is alive.
  bool erase(const Key& key) {
    const std::size_t hash = Hash{}(key);
    std::unique_ptr<entry> taken;  // calls user code when it is destroyed: the table does not have it
    const iteration_guard guard{*this};
    entry* const found = entry_of(key, hash);
    if (found == nullptr || found->is_empty) return false;
    const bool was_alive = !found->object.expired();
    if (guards_ == 1) {  // the table is not iterated
      taken = entries_.extract(*found);
    } else {
      make_empty(*found);
    }
    return was_alive;
  }

  void clear() noexcept {
    if (guards_ == 0) {
      const table taken = std::exchange(entries_, table{});
      empty_ = 0;
      // Contents may hold the last pointers to objects of other entries, whose callbacks must not search the table.
      taken.each([](entry& held) { held.object.reset(); });
    } else {
      entries_.each([this](entry& held) {
        if (!held.is_empty) make_empty(held);
      });
    }
  }

  /// While it lives, all entries stay at their addresses.
  class iteration_guard {
   public:
    explicit iteration_guard(weak_hash_table& of) noexcept : of_{&of} { ++of_->guards_; }
    iteration_guard(const iteration_guard& from) noexcept : iteration_guard{*from.of_} {}
    iteration_guard& operator=(const iteration_guard& from) noexcept {
      iteration_guard copy{from};
      std::swap(of_, copy.of_);
      return *this;
    }
    ~iteration_guard() {
      if (--of_->guards_ == 0 && of_->empty_ != 0) of_->extract_empty();
    }

    [[nodiscard]] const weak_hash_table& operator*() const noexcept { return *of_; }

   private:
    weak_hash_table* of_;
  };

  /// Iterates over the entries whose objects are alive and that were in the table when the iteration began. Keeps the
  /// object of the current entry alive.
  class cursor {
   public:
    explicit cursor(weak_hash_table& of) noexcept : guard_{of}, at_{of.entries_.first()}, end_{of.entries_.places()} {
      skip_dead();
    }

    [[nodiscard]] bool is_at_end() const noexcept { return at_ == end_; }
    [[nodiscard]] const Key& key() const noexcept { return place()->key; }
    [[nodiscard]] Content& content() const noexcept { return place()->content; }
    [[nodiscard]] const strong& object() const noexcept { return object_; }

    void next() noexcept {
      object_.reset();  // calls user code: the object may die, but its entry stays; other entries may change
      ++at_;
      skip_dead();
    }

   private:
    [[nodiscard]] entry* place() const noexcept { return (*guard_).entries_.at(at_); }

    /// \pre `object_` is null
    void skip_dead() noexcept {
      for (; !is_at_end(); ++at_) {
        if (place() == nullptr) continue;
        if (strong alive = place()->object.lock(); alive != nullptr) {
          object_ = std::move(alive);
          return;
        }
      }
    }

    iteration_guard guard_;
    std::size_t at_;
    std::size_t end_;
    strong object_{};
  };

  /// Shows a survey the weak pointers.
  void trace_weak([[maybe_unused]] auto& visit) {
    if constexpr (requires { visit.is_survey(); }) {
      entries_.each([&visit](entry& held) { visit(held.object); });
    }
  }

  /// Calls `see(key, content)` for all entries, also those of dead objects: for traces.
  template <class See>
  void each(See see) {
    entries_.each([&](entry& held) { see(std::as_const(held.key), held.content); });
  }

 private:
  using table = node_table<entry, Memory>;

  static constexpr bool comparisons_call_user_code = calls_user_code<Key> || !std::is_same_v<Equal, equal_values>;

  /// \pre an iteration guard lives
  [[nodiscard]] entry* entry_of(const Key& key, std::size_t hash) const {
    if constexpr (comparisons_call_user_code) {
      for (;;) {
        const std::size_t room = entries_.room();
        entry* const found = entries_.find(hash, [&](const entry& seen) {
          // calls user code: if it makes the table grow, this search ends and another one begins
          return seen.hash == hash && (Equal{}(seen.key, key) || entries_.room() != room);
        });
        if (entries_.room() == room) return found;
      }
    } else {
      return entries_.find(hash, [&](const entry& seen) { return seen.hash == hash && Equal{}(seen.key, key); });
    }
  }

  /// \pre an iteration guard lives
  void replace(entry& at, const strong& object, Content& content) {
    weak watched{object, [this, place = &at] { remove(*place); }};
    std::swap(at.content, content);  // calls user code, and so does the destructor of the old content
    std::swap(at.object, watched);
    if (std::exchange(at.is_empty, false)) --empty_;
  }

  /// The callback of the entry's weak pointer calls this. \pre the entry is not an empty place
  void remove(entry& at) noexcept {
    if (guards_ != 0) return make_empty(at);
    const auto taken = entries_.extract(at);
    static_cast<void>(taken);  // calls user code when it is destroyed: the table does not have it
  }

  /// Makes the entry an empty place. \pre an iteration guard lives
  void make_empty(entry& at) noexcept {
    at.is_empty = true;
    ++empty_;
    at.object.reset();
  }

  /// Removes the empty places.
  void extract_empty() noexcept {
    const lifetime_watch watch{this};
    for (std::size_t place = entries_.first(); !watch.has_ended() && empty_ != 0 && guards_ == 0;) {
      if (place >= entries_.places())
        place = entries_.first();  // an entry that was passed may have been erased or moved since
      entry* const each = entries_.at(place++);
      if (each == nullptr || !each->is_empty) continue;
      --empty_;
      const auto taken = entries_.extract(*each);
      static_cast<void>(taken);  // calls user code when it is destroyed, which may use the table or destroy it
    }
  }

  table entries_;
  std::size_t empty_ = 0;   ///< empty places
  std::size_t guards_ = 0;  ///< living iteration guards
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
