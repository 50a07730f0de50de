#pragma once
/// \file
/// What the weak containers have in common: entries that go when their objects die.

#include <ouro/config.hpp>
#include <ouro/containers/equal_values.hpp>
#include <ouro/containers/lifetime_watch.hpp>
#include <ouro/containers/node_table.hpp>
#include <ouro/containers/quiet.hpp>
#include <ouro/object/destruction_queue.hpp>
#include <ouro/object/weak_record.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/managed_weak.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A hash table of weak pointers to objects of `Memory`, each under a `Key` and with a `Content`, in the order of
/// insertion. An entry is erased when its object has died, by the callback of its weak pointer. While a caller goes
/// over the entries, none is moved or taken away: what goes stays as an empty place until that is over. Keys and
/// contents are destroyed when the table is in order again, so that their destructors may come back to it.
///
/// For policies whose objects belong to one thread. Lookup, insertion and removal are O(1) on average.
template <class Key, class T, class Content, class Memory, class Hash, class Equal>
class weak_entries {
  static_assert(!Memory::refcount::is_thread_safe,
                "ouro: the entry of a weak container goes on the thread where its object dies: use policies whose "
                "objects belong to one thread");

 public:
  using strong = typename Memory::template ptr<T>;
  using weak = typename Memory::template weak<T>;

  struct entry {
    std::size_t hash;
    Key key;
    Content content;
    weak object{};         ///< ends before the content, which may hold the last pointer to the object
    bool is_gone = false;  ///< an empty place

    entry(std::size_t hashed, Key&& named, Content&& held)
        : hash{hashed}, key(std::move(named)), content(std::move(held)) {}

    static void* operator new(std::size_t) { return allocator{}.allocate(1); }
    static void operator delete(void* block) noexcept { allocator{}.deallocate(static_cast<entry*>(block), 1); }

   private:
    using allocator = typename Memory::template std_allocator<entry>;
  };

  weak_entries() = default;
  // The callbacks know where the table is.
  weak_entries(const weak_entries&) = delete;
  weak_entries& operator=(const weak_entries&) = delete;
  ~weak_entries() {
    lifetime_watch::end(this);
    readers_ = 0;  // readers that go on have no table any more
    do clear();
    while (entries_.size() != 0);  // a destructor may have put something in
  }

  /// Entries whose objects live. O(1), but O(entries) while objects wait for their destruction or callbacks are due.
  [[nodiscard]] std::size_t size() const noexcept {
    using refcount = typename Memory::refcount;
    std::size_t living = entries_.size() - gone_;
    if (weak_table<refcount>::has_callbacks() || destructions<refcount>.mark() != 0) [[unlikely]] {
      entries_.each([&](const entry& held) {
        if (!held.is_gone && held.object.expired()) --living;
      });
    }
    return living;
  }

  /// What `use(entry)` says of the entry of `key` if its object lives, or of null.
  template <class Use>
  [[nodiscard]] auto find(const Key& key, Use use) {
    const std::size_t hash = Hash{}(key);
    const reading whole{*this};
    entry* const found = entry_of(key, hash);
    return use(found == nullptr || found->object.expired() ? nullptr : found);
  }

  /// In the place of an entry that there was. \pre no other code changes `object` meanwhile. \throws std::bad_alloc,
  /// and what moving throws; then nothing has changed
  void put(Key key, const strong& object, Content content) {
    const std::size_t hash = Hash{}(key);
    std::unique_ptr<entry> made;  // calls user code when it goes, which may end the table
    const reading whole{*this};
    if (entry* const at = entry_of(key, hash); at != nullptr) return replace(*at, object, content);
    // Calls user code, or begins a collection that does: the key may come in.
    made.reset(new entry{hash, std::move(key), std::move(content)});
    do {
      entries_.make_room();
      if (entry* const at = entry_of(made->key, hash); at != nullptr) return replace(*at, object, made->content);
    } while (!entries_.has_room());  // a comparison has filled it
    made->object = weak{object, [this, place = made.get()] { remove(*place); }};
    entries_.insert(std::move(made));
  }

  /// Whether there was one whose object lives.
  bool erase(const Key& key) {
    const std::size_t hash = Hash{}(key);
    std::unique_ptr<entry> taken;  // calls user code when it goes: the table has it no longer
    const reading whole{*this};
    entry* const found = entry_of(key, hash);
    if (found == nullptr || found->is_gone) return false;
    const bool was_alive = !found->object.expired();
    if (readers_ == 1) {  // no other reader
      taken = entries_.extract(*found);
    } else {
      empty(*found);
    }
    return was_alive;
  }

  void clear() noexcept {
    if (readers_ == 0) {
      const table taken = std::exchange(entries_, table{});
      gone_ = 0;
      // Contents may hold the last pointers to objects of other entries, whose callbacks must not look for these.
      taken.each([](entry& held) { held.object.reset(); });
    } else {
      entries_.each([this](entry& held) {
        if (!held.is_gone) empty(held);
      });
    }
  }

  /// While it lives, all entries keep their places.
  class reading {
   public:
    explicit reading(weak_entries& of) noexcept : of_{&of} { ++of_->readers_; }
    reading(const reading& from) noexcept : reading{*from.of_} {}
    reading& operator=(const reading& from) noexcept {
      reading copy{from};
      std::swap(of_, copy.of_);
      return *this;
    }
    ~reading() {
      if (--of_->readers_ == 0 && of_->gone_ != 0) of_->take_out_gone();
    }

    [[nodiscard]] const weak_entries& operator*() const noexcept { return *of_; }

   private:
    weak_entries* of_;
  };

  /// Goes over the entries of living objects that there were when it was made. Keeps the object that it is at alive.
  class reader {
   public:
    explicit reader(weak_entries& of) noexcept : reading_{of}, at_{of.entries_.first()}, end_{of.entries_.places()} {
      skip_dead();
    }

    [[nodiscard]] bool is_at_end() const noexcept { return at_ == end_; }
    [[nodiscard]] const Key& key() const noexcept { return place()->key; }
    [[nodiscard]] Content& content() const noexcept { return place()->content; }
    [[nodiscard]] const strong& object() const noexcept { return object_; }

    void next() noexcept {
      object_.reset();  // calls user code: the object may die, whose entry stays, and all others may change
      ++at_;
      skip_dead();
    }

   private:
    [[nodiscard]] entry* place() const noexcept { return (*reading_).entries_.at(at_); }

    /// \pre no object
    void skip_dead() noexcept {
      for (; !is_at_end(); ++at_) {
        if (place() == nullptr) continue;
        if (strong alive = place()->object.lock(); alive != nullptr) {
          object_ = std::move(alive);
          return;
        }
      }
    }

    reading reading_;
    std::size_t at_;
    std::size_t end_;
    strong object_{};
  };

  /// Calls `see(key, content)` for all, the dead included: for traces.
  template <class See>
  void each(See see) {
    entries_.each([&](entry& held) { see(std::as_const(held.key), held.content); });
  }

 private:
  using table = node_table<entry, Memory>;

  static constexpr bool compares_quietly = is_quiet<Key> && std::is_same_v<Equal, equal_values>;

  /// \pre is being read, so that entries stay where they are
  [[nodiscard]] entry* entry_of(const Key& key, std::size_t hash) const {
    if constexpr (compares_quietly) {
      return entries_.find(hash, [&](const entry& seen) { return seen.hash == hash && Equal{}(seen.key, key); });
    } else {
      for (;;) {
        const std::size_t room = entries_.room();
        entry* const found = entries_.find(hash, [&](const entry& seen) {
          // calls user code: if it has made the table grow, the search ends, and begins again
          return seen.hash == hash && (Equal{}(seen.key, key) || entries_.room() != room);
        });
        if (entries_.room() == room) return found;
      }
    }
  }

  /// \pre is being read
  void replace(entry& at, const strong& object, Content& content) {
    weak watched{object, [this, place = &at] { remove(*place); }};
    std::swap(at.content, content);  // calls user code, and so the old content does when it goes
    std::swap(at.object, watched);
    if (std::exchange(at.is_gone, false)) --gone_;
  }

  /// By the callback of the entry's weak pointer. \pre the entry is not an empty place
  void remove(entry& at) noexcept {
    if (readers_ != 0) return empty(at);
    const auto taken = entries_.extract(at);
    static_cast<void>(taken);  // calls user code when it goes: the table has it no longer
  }

  /// Leaves an empty place. \pre is being read
  void empty(entry& at) noexcept {
    at.is_gone = true;
    ++gone_;
    at.object.reset();
  }

  void take_out_gone() noexcept {
    const lifetime_watch watch{this};
    for (std::size_t place = entries_.first(); !watch.has_ended() && gone_ != 0 && readers_ == 0;) {
      if (place >= entries_.places())
        place = entries_.first();  // an entry that was passed may have been erased or moved since
      entry* const each = entries_.at(place++);
      if (each == nullptr || !each->is_gone) continue;
      --gone_;
      const auto taken = entries_.extract(*each);
      static_cast<void>(taken);  // calls user code when it goes, which may come back, or end the table
    }
  }

  table entries_;
  std::size_t gone_ = 0;     ///< empty places
  std::size_t readers_ = 0;  ///< that are going over the entries
};

/// A reader as an input iterator whose elements are `As::of(reader)`.
template <class Entries, class As>
class weak_iterator {
 public:
  using reader = typename Entries::reader;
  using value_type = decltype(As::of(std::declval<const reader&>()));
  using reference = value_type;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;

  explicit weak_iterator(Entries& of) : at_{of} {}

  [[nodiscard]] reference operator*() const { return As::of(at_); }
  weak_iterator& operator++() noexcept {
    at_.next();
    return *this;
  }
  void operator++(int) noexcept { at_.next(); }

  [[nodiscard]] friend bool operator==(const weak_iterator& at, std::default_sentinel_t) noexcept {
    return at.at_.is_at_end();
  }

 private:
  reader at_;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
