#pragma once
/// \file
/// What threads may read of each other: the memory model of C++20 by views, for release, acquire, relaxed and seq_cst.
///
/// A location is all the stores to it, in the order in which they were executed. A view says of each location how old a
/// store a thread may read there at most. A load may choose any store from there to the newest one, and moves the view
/// to the one that it has chosen. A store that releases keeps the view of its thread, and a load that acquires joins
/// the view of the store that it reads. A read-modify-write operation reads the newest store, and what it stores passes
/// on the view of the store that it replaces: it continues that one's release sequence.
///
/// A seq_cst load reads no store older than the newest one that a seq_cst operation has written or read at the same
/// location. The single total order of seq_cst operations is the order in which they are executed.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ouro::test::explorer {

using word = std::uint64_t;          ///< the value of an atomic object
using store_number = std::uint16_t;  ///< among the stores to one location

inline constexpr std::size_t most_threads = 5;  ///< the one that explores is one of them
inline constexpr std::size_t most_locations = 16;

inline bool acquires(std::memory_order order) {
  return order == std::memory_order_acquire || order == std::memory_order_consume ||
         order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}

inline bool releases(std::memory_order order) {
  return order == std::memory_order_release || order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}

/// Of each thread, how many of its moments have happened.
using vector_clock = std::array<store_number, most_threads>;

struct moment {
  std::size_t thread = 0;
  vector_clock happened{};  ///< including this moment itself
};

inline bool happens_before(const moment& one, const moment& other) {
  return one.happened[one.thread] <= other.happened[one.thread];
}

/// What has happened before the present moment of a thread.
struct view {
  std::array<store_number, most_locations> oldest{};  ///< of each location, the oldest store that may be read
  vector_clock clock{};

  void join(const view& other) {
    for (std::size_t i = 0; i != most_locations; ++i) oldest[i] = std::max(oldest[i], other.oldest[i]);
    for (std::size_t i = 0; i != most_threads; ++i) clock[i] = std::max(clock[i], other.clock[i]);
  }
};

class weak_memory {
 public:
  /// Forgets all locations.
  void clear() { locations_ = 0; }

  [[nodiscard]] std::size_t locations() const { return locations_; }

  /// A new location with its first store, which is not atomic: threads have to learn of it in another way.
  std::size_t add_location(view& of_thread, word value) {
    const std::size_t location = locations_++;
    at_[location].stores.assign(1, {value, {}});
    at_[location].oldest_seq_cst = 0;
    of_thread.oldest[location] = 0;
    return location;
  }

  [[nodiscard]] store_number newest(std::size_t location) const {
    return static_cast<store_number>(at_[location].stores.size() - 1);
  }
  [[nodiscard]] store_number oldest(const view& of_thread, std::size_t location, std::memory_order order) const {
    const store_number seen = of_thread.oldest[location];
    return order == std::memory_order_seq_cst ? std::max(seen, at_[location].oldest_seq_cst) : seen;
  }
  [[nodiscard]] word value(std::size_t location, store_number chosen) const {
    return at_[location].stores[chosen].value;
  }

  /// Reads the store that was chosen, which is not older than `oldest`.
  word read(view& of_thread, std::size_t location, store_number chosen, std::memory_order order) {
    const store& found = at_[location].stores[chosen];
    of_thread.oldest[location] = std::max(of_thread.oldest[location], chosen);
    if (acquires(order)) of_thread.join(found.released);
    if (order == std::memory_order_seq_cst) see_seq_cst(location, chosen);
    return found.value;
  }

  void write(view& of_thread, std::size_t location, word value, std::memory_order order) {
    add_store(of_thread, location, {value, {}}, order);
  }

  /// The second half of a read-modify-write operation, the first half of which has read the newest store.
  void replace(view& of_thread, std::size_t location, word value, std::memory_order order) {
    add_store(of_thread, location, {value, at_[location].stores.back().released}, order);
  }

 private:
  struct store {
    word value;
    view released;  ///< what a load that acquires learns by reading this store
  };
  struct location_state {
    std::vector<store> stores;
    store_number oldest_seq_cst = 0;  ///< a seq_cst operation has seen this store
  };

  void add_store(view& of_thread, std::size_t location, const store& added, std::memory_order order) {
    auto& stores = at_[location].stores;
    stores.push_back(added);
    of_thread.oldest[location] = newest(location);
    if (releases(order)) stores.back().released.join(of_thread);
    if (order == std::memory_order_seq_cst) see_seq_cst(location, newest(location));
  }

  void see_seq_cst(std::size_t location, store_number seen) {
    auto& known = at_[location].oldest_seq_cst;
    known = std::max(known, seen);
  }

  std::array<location_state, most_locations> at_;
  std::size_t locations_ = 0;
};

}  // namespace ouro::test::explorer
