#pragma once
/// \file
/// The hash table of weak containers whose objects threads share.
///
/// An object may die on any thread, while others use the table. The table lies behind a shared owner, of which the
/// callback of each entry's weak pointer has a part: so it is there for a callback that comes while the container ends.
/// What the callback removes is the entry that it was made for, and nothing if that was removed or replaced before,
/// also where another entry has the memory of that one.
///
/// A mutex guards the table. No code of the program runs under it, nothing is allocated or freed, and no weak pointer
/// is locked whose strong one would be dropped there: so no thread comes to a safe point while it holds the mutex, and
/// a collection, which looks at the table while the threads stand, needs no mutex. Entries do not change once they are
/// in the table, except for the contents, which belong to the program. They are owned by the table and by those who
/// look at them, and destroyed by the last of these, without the mutex.

#include <ouro/base/static_mutex.hpp>
#include <ouro/collector/handshake/mutator_use.hpp>
#include <ouro/collector/handshake/world.hpp>
#include <ouro/config.hpp>
#include <ouro/containers/calls_user_code.hpp>
#include <ouro/containers/equal_values.hpp>
#include <ouro/containers/node_table.hpp>
#include <ouro/object/destruction_queue.hpp>
#include <ouro/object/weak_record.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/managed_weak.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A hash table of weak pointers to objects of `Memory`, each with a `Key` and a `Content`, in the order of insertion.
/// Threads may call all functions at the same time but the constructor and the destructor. Look-up, insertion and
/// removal are O(1) on average, and take the mutex once or twice; with a hash or comparison of the program's, the
/// comparisons are made outside of it.
template <class Key, class T, class Content, class Memory, class Hash, class Equal>
class shared_weak_table {
  using refcount = typename Memory::refcount;
  using collector = typename Memory::collector;

 public:
  using strong = typename Memory::template ptr<T>;
  using weak = typename Memory::template weak<T>;

  struct entry {
    const std::size_t hash;
    const Key key;
    Content content;
    weak object{};                        ///< destroyed before the content, which may hold the last pointer to it
    std::uint64_t number = 0;             ///< in the order of insertion, from 1; guarded by the mutex
    std::atomic<bool> is_listed = false;  ///< whether it is in the table; changes under the mutex

    entry(std::size_t hashed, Key&& named, Content&& held)
        : hash{hashed}, key(std::move(named)), content(std::move(held)) {}
  };
  using pointer = std::shared_ptr<entry>;

  /// \throws std::bad_alloc
  shared_weak_table() : state_{std::allocate_shared<state>(allocator<state>{})} {}
  shared_weak_table(const shared_weak_table&) = delete;
  shared_weak_table& operator=(const shared_weak_table&) = delete;
  /// Breaks the cycle of the table and the callbacks.
  ~shared_weak_table() {
    do clear();
    while (has_entries());  // a destructor may have inserted an entry
  }

  /// The number of entries whose objects are alive. O(1), but O(entries) while objects of this thread wait for their
  /// destruction or callbacks are due on it. An object that is dying on another thread counts until its end.
  [[nodiscard]] std::size_t size() const noexcept {
    enter();
    const lock_guard lock{state_->mutex};
    std::size_t living = state_->entries.size();
    if (weak_table<refcount>::has_callbacks() || destructions<refcount>.mark() != 0) [[unlikely]] {
      state_->entries.each([&living](const entry& each) {
        if (each.object.expired()) --living;
      });
    }
    return living;
  }

  /// The entry of this key, or null. Its object may have died.
  [[nodiscard]] pointer find(const Key& key) const {
    enter();
    const std::size_t hash = Hash{}(key);  // calls user code
    lookup search{*state_, key, hash};
    search.compare();
    const lock_guard lock{state_->mutex};
    return search.found();
  }

  /// Returns `use(entry)`, with the entry of `key`, or with null if there is none or its object has died.
  template <class Use>
  [[nodiscard]] auto find(const Key& key, Use use) const {
    const pointer found = find(key);
    return use(found == nullptr || found->object.expired() ? nullptr : found.get());
  }

  /// What `find_or_put` has found or made.
  struct placed {
    pointer at;     ///< the entry of the key
    strong object;  ///< its object
    bool is_new;
  };

  /// Inserts an entry, or replaces that of an equal key.
  /// \throws std::bad_alloc, and what moving, hashing and comparing throw; then nothing has changed
  void put(Key key, const strong& object, Content content) { place(std::move(key), object, std::move(content), true); }

  /// Inserts an entry, unless there is one of an equal key whose object is alive. \throws as `put`
  placed find_or_put(Key key, const strong& object, Content content) {
    return place(std::move(key), object, std::move(content), false);
  }

  /// Removes the entry of this key and returns it, or null. Its object may have died.
  [[nodiscard]] pointer take(const Key& key) {
    enter();
    const std::size_t hash = Hash{}(key);  // calls user code
    lookup search{*state_, key, hash};
    search.compare();
    const lock_guard lock{state_->mutex};
    const pointer at = search.found();
    return at == nullptr ? nullptr : state_->take(*at);
  }

  /// Returns whether there was an entry whose object is alive.
  bool erase(const Key& key) {
    const pointer taken = take(key);  // calls user code when it is destroyed: the table does not have it
    return taken != nullptr && !taken->object.expired();
  }

  void clear() noexcept {
    enter();
    table taken;  // calls user code when it is destroyed
    const lock_guard lock{state_->mutex};
    std::swap(taken, state_->entries);
    taken.each([](entry& each) { each.is_listed.store(false, std::memory_order_relaxed); });
  }

  /// Iterates over the entries that were in the table when the iteration began, are there when it comes to them, and
  /// whose objects are alive then. Keeps the object of the current entry alive. Copies share the list of entries.
  class cursor {
   public:
    /// O(entries) \throws std::bad_alloc
    explicit cursor(const shared_weak_table& of) : entries_{of.all_entries()} { skip_dead(); }

    [[nodiscard]] bool is_at_end() const noexcept { return at_ == entries_->size(); }
    [[nodiscard]] const Key& key() const noexcept { return (*entries_)[at_]->key; }
    [[nodiscard]] Content& content() const noexcept { return (*entries_)[at_]->content; }
    [[nodiscard]] const strong& object() const noexcept { return object_; }

    void next() noexcept {
      object_.reset();  // calls user code
      ++at_;
      skip_dead();
    }

   private:
    /// \pre `object_` is null
    void skip_dead() noexcept {
      for (; !is_at_end(); ++at_) {
        const entry& each = *(*entries_)[at_];
        // relaxed: whether a removal on another thread is seen at this moment says nothing about anything else.
        if (!each.is_listed.load(std::memory_order_relaxed)) continue;
        object_ = each.object.lock();
        if (object_ != nullptr) return;
      }
    }

    std::shared_ptr<const std::vector<pointer>> entries_;
    std::size_t at_ = 0;
    strong object_{};
  };

  /// Calls `see(key, content)` for all entries while a collection of `Memory` has stopped the threads, and does nothing
  /// otherwise: other traces may run while threads change the table. These take what the keys and contents point to
  /// for held from outside.
  template <class See>
  void each(See see) {
    if constexpr (stops_mutators<refcount, collector>) {
      if (!all_mutators.is_stopped_here()) return;
      state_->entries.each([&see](entry& held) { see(held.key, held.content); });
    }
  }

  /// A survey does not look at weak pointers to shared objects.
  static void trace_weak(auto&) noexcept {}

 private:
  template <class U>
  using allocator = typename Memory::template std_allocator<U>;
  using table = node_table<entry, Memory, pointer>;

  static constexpr bool comparisons_call_user_code = calls_user_code<Key> || !std::is_same_v<Equal, equal_values>;

  struct state {
    pooled_mutex mutex;  ///< guards what follows; a fork waits for its holder
    table entries;
    std::uint64_t insertions = 0;

    // The rest has the precondition that the caller holds the mutex.

    /// \pre there is room
    void insert(const pointer& made) noexcept {
      enlist(*made);
      entries.insert(made);
    }
    /// Returns the old entry. \pre that is in the table, and the keys are equal
    [[nodiscard]] pointer replace(entry& old, const pointer& made) noexcept {
      old.is_listed.store(false, std::memory_order_relaxed);
      enlist(*made);
      return entries.replace(old, made);
    }
    /// \pre the entry is in the table
    [[nodiscard]] pointer take(entry& listed) noexcept {
      listed.is_listed.store(false, std::memory_order_relaxed);
      return entries.extract(listed);
    }

   private:
    void enlist(entry& made) noexcept {
      made.number = ++insertions;
      made.is_listed.store(true, std::memory_order_relaxed);
    }
  };

  /// The callback of an entry's weak pointer.
  struct on_death {
    std::shared_ptr<state> home;
    std::weak_ptr<entry> at;

    void operator()() const noexcept {
      enter();
      const pointer gone = at.lock();
      pointer taken;  // calls user code when it is destroyed: the table does not have it
      if (gone == nullptr) return;
      const lock_guard lock{home->mutex};
      if (gone->is_listed.load(std::memory_order_relaxed)) taken = home->take(*gone);
    }
  };

  /// Finds the entry of a key. Comparisons that call user code are made before the mutex is taken, and again for those
  /// entries that come meanwhile. Keeps what it has compared, since the comparison may run code that removes it.
  class lookup {
   public:
    lookup(state& in, const Key& key, std::size_t hash) noexcept : in_{in}, key_{key}, hash_{hash} {}

    /// Compares with the entries that were not compared before.
    void compare() {
      if constexpr (comparisons_call_user_code) {
        std::size_t next = compared_.size();
        collect();
        for (; next != compared_.size(); ++next) {
          if (!Equal{}(compared_[next]->key, key_)) continue;  // calls user code
          equal_ = next;
          return;  // no other one that was in the table at that moment is equal
        }
      }
    }

    /// Whether no entry has come since `compare`. \pre the caller holds the mutex
    [[nodiscard]] bool is_current() const noexcept { return !comparisons_call_user_code || seen_ == in_.insertions; }

    /// The entry, if it is in the table still. \pre the caller holds the mutex
    [[nodiscard]] pointer found() const {
      if constexpr (comparisons_call_user_code) {
        if (equal_ == table::none || !compared_[equal_]->is_listed.load(std::memory_order_relaxed)) return nullptr;
        return compared_[equal_];
      } else {
        const std::size_t place = in_.entries.place_of(
            hash_, [this](const entry& each) { return each.hash == hash_ && Equal{}(each.key, key_); });
        return place == table::none ? nullptr : in_.entries.pointer_at(place);
      }
    }

   private:
    /// Adds the entries of the hash that have come since the last call.
    void collect() {
      const std::size_t known = compared_.size();
      for (;;) {
        std::size_t entries = known;
        {
          const lock_guard lock{in_.mutex};
          in_.entries.each_of(hash_, [&](const pointer& each) {
            if (each->number <= seen_) return;
            ++entries;
            if (compared_.size() != compared_.capacity()) compared_.push_back(each);
          });
          if (compared_.size() == entries) {
            seen_ = in_.insertions;
            return;
          }
          compared_.resize(known);  // the table has what is dropped
        }
        compared_.reserve(entries);
      }
    }

    state& in_;
    const Key& key_;
    std::size_t hash_;
    std::vector<pointer> compared_{};
    std::size_t equal_ = table::none;  ///< the newest of them that is equal to the key
    std::uint64_t seen_ = 0;           ///< insertions before the last `collect`
  };

  /// Inserts an entry. If there is one of an equal key, that is replaced if `replaces`, or if its object has died.
  placed place(Key&& key, const strong& object, Content&& content, bool replaces) {
    enter();
    strong held = object;                  // what follows calls user code, which may drop the caller's pointer
    const std::size_t hash = Hash{}(key);  // calls user code
    pointer made = std::allocate_shared<entry>(allocator<entry>{}, hash, std::move(key), std::move(content));
    made->object = weak{held, on_death{state_, made}};
    pointer replaced;  // calls user code when it is destroyed: the table does not have it
    lookup search{*state_, made->key, hash};
    for (;;) {
      search.compare();
      std::size_t places = 0;
      {
        const lock_guard lock{state_->mutex};
        if (!search.is_current()) continue;
        if (pointer at = search.found(); at != nullptr) {
          if (!replaces) {
            if (strong alive = at->object.lock(); alive != nullptr) return {std::move(at), std::move(alive), false};
          }
          replaced = state_->replace(*at, made);
          return {std::move(made), std::move(held), true};
        }
        if (state_->entries.has_room()) {
          state_->insert(made);
          return {std::move(made), std::move(held), true};
        }
        places = state_->entries.places();
      }
      typename table::larger_memory larger{places};  // may begin a collection, which calls user code
      const lock_guard lock{state_->mutex};
      state_->entries.take(larger);
    }
  }

  /// The calling thread may use shared objects from now on, and a collection waits for it.
  static void enter() noexcept { note_use<refcount, collector>(); }

  [[nodiscard]] bool has_entries() const noexcept {
    const lock_guard lock{state_->mutex};
    return state_->entries.size() != 0;
  }

  [[nodiscard]] std::shared_ptr<const std::vector<pointer>> all_entries() const {
    enter();
    const auto all = std::make_shared<std::vector<pointer>>();
    for (;;) {
      std::size_t entries = 0;
      {
        const lock_guard lock{state_->mutex};
        entries = state_->entries.size();
        if (entries <= all->capacity()) {
          for (std::size_t place = state_->entries.first(); place != state_->entries.places(); ++place) {
            if (state_->entries.at(place) != nullptr) all->push_back(state_->entries.pointer_at(place));
          }
          return all;
        }
      }
      all->reserve(entries);
    }
  }

  std::shared_ptr<state> state_;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
