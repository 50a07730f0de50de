#pragma once
/// \file
/// What the weak containers have in common: entries that go when their objects die.

#include <ouro/config.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/managed_weak.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ouro::detail {

/// A hash table of weak pointers to objects of `Memory`, each under a `Key` and with a `Content`. An entry goes when
/// its object has died, by the callback of its weak pointer. While somebody goes over the entries, none is moved or
/// taken away: what goes stays as an empty place until that is over. Keys and contents are destroyed when the table is
/// in order again, so that their destructors may come back to it.
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
    Content content;
    weak object;           ///< ends before the content, which may hold the last pointer to the object
    bool is_gone = false;  ///< an empty place
  };

  using table = std::unordered_map<Key, entry, Hash, Equal>;
  using position = typename table::iterator;
  using places = std::vector<typename table::value_type*>;

  weak_entries() = default;
  // The callbacks know where the table is.
  weak_entries(const weak_entries&) = delete;
  weak_entries& operator=(const weak_entries&) = delete;
  ~weak_entries() { clear(); }

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size() - gone_; }

  /// The entry if its object lives, or null.
  [[nodiscard]] entry* find(const Key& key) {
    const position found = entries_.find(key);
    return found == entries_.end() || found->second.object.expired() ? nullptr : &found->second;
  }

  /// In the place of an entry that there was. \throws std::bad_alloc, and what moving throws; then nothing has changed
  void put(Key key, const strong& object, Content content) {
    position at = entries_.find(key);
    const bool is_new = at == entries_.end();
    if (is_new) {
      at = entries_
               .emplace(std::piecewise_construct, std::forward_as_tuple(std::move(key)),
                        std::forward_as_tuple(std::move(content), weak{}))
               .first;
    }
    weak watched;
    OURO_TRY {
      watched = weak{object, [this, name = &at->first] { died(*name); }};
    }
    OURO_CATCH_ALL {
      if (is_new) entries_.erase(at);
      OURO_RETHROW;
    }
    std::swap(at->second.object, watched);
    if (is_new) return;
    std::swap(at->second.content, content);  // calls user code when it goes: the new entry is in place
    if (std::exchange(at->second.is_gone, false)) --gone_;
  }

  /// Whether there was one whose object lives.
  bool erase(const Key& key) {
    const position found = entries_.find(key);
    if (found == entries_.end() || found->second.is_gone) return false;
    const bool was_alive = !found->second.object.expired();
    remove(found);
    return was_alive;
  }

  void clear() noexcept {
    if (readers_ == 0) {
      // Looks for no key: in garbage that is torn down, keys may have been made null.
      table taken;
      taken.swap(entries_);
      // Contents may hold the last pointers to objects of other entries, whose callbacks must not look for these.
      for (auto& [key, held] : taken) held.object.reset();
    } else {
      for (position at = entries_.begin(); at != entries_.end(); ++at) {
        if (!at->second.is_gone) remove(at);
      }
    }
  }

  /// Goes over the entries of living objects that there were when it was made. Keeps the object that it is at alive,
  /// and all entries in their places. Made in O(entries). \throws std::bad_alloc
  class reader {
   public:
    explicit reader(weak_entries& of) : of_{&of}, places_{of.list_places()} {
      ++of_->readers_;
      skip_dead();
    }
    reader(const reader& from) noexcept : of_{from.of_}, places_{from.places_}, at_{from.at_}, object_{from.object_} {
      ++of_->readers_;
    }
    reader& operator=(const reader& from) noexcept {
      reader copy{from};
      std::swap(of_, copy.of_);
      std::swap(places_, copy.places_);
      std::swap(at_, copy.at_);
      std::swap(object_, copy.object_);
      return *this;
    }
    ~reader() {
      object_.reset();
      of_->end_reading();
    }

    [[nodiscard]] bool is_at_end() const noexcept { return at_ == places_->size(); }
    [[nodiscard]] const Key& key() const noexcept { return place().first; }
    [[nodiscard]] Content& content() const noexcept { return place().second.content; }
    [[nodiscard]] const strong& object() const noexcept { return object_; }

    void next() noexcept {
      ++at_;
      skip_dead();
    }

   private:
    [[nodiscard]] auto& place() const noexcept { return *(*places_)[at_]; }

    void skip_dead() noexcept {
      for (; !is_at_end(); ++at_) {
        if (strong alive = place().second.object.lock(); alive != nullptr) {
          object_ = std::move(alive);  // calls user code: the one before may die, whose entry stays
          return;
        }
      }
      object_.reset();
    }

    weak_entries* of_;
    std::shared_ptr<const places> places_;  ///< nodes of the table, which stay while anybody reads
    std::size_t at_ = 0;
    strong object_;
  };

  /// Calls `see(key, content)` for all, the dead included: for traces.
  template <class See>
  void each(See see) {
    for (auto& [key, held] : entries_) see(key, held.content);
  }

 private:
  /// By the callback of the entry's weak pointer: so the entry is there.
  void died(const Key& name) { remove(entries_.find(name)); }

  /// \pre the entry is not an empty place
  void remove(position at) noexcept {
    if (readers_ == 0) {
      const auto taken = entries_.extract(at);
      static_cast<void>(taken);  // calls user code when it goes: the table has it no longer
    } else {
      at->second.is_gone = true;
      ++gone_;
      at->second.object.reset();
    }
  }

  [[nodiscard]] std::shared_ptr<const places> list_places() {
    auto all = std::make_shared<places>();
    all->reserve(entries_.size());
    for (auto& each : entries_) {
      if (!each.second.is_gone) all->push_back(&each);
    }
    return all;
  }

  void end_reading() noexcept {
    if (--readers_ != 0) return;
    while (gone_ != 0) {
      std::vector<typename table::node_type> taken;
      std::size_t most = gone_;
      OURO_TRY { taken.reserve(gone_); }
      OURO_CATCH_ALL {
        most = 0;
      }
      for (position at = entries_.begin(); at != entries_.end();) {
        const position here = at++;
        if (!here->second.is_gone) continue;
        --gone_;
        if (most == 0) {
          // No memory: one alone. What its destructor inserts would move the others.
          const auto one = entries_.extract(here);
          break;
        }
        taken.push_back(entries_.extract(here));
      }
      taken.clear();  // calls user code: the table has none of them
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
