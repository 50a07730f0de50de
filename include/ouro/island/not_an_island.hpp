#pragma once
/// \file
/// Why a structure cannot leave its heap: who holds it from outside.

#include <ouro/config.hpp>

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <limits>
#include <span>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {
class island_obstacles;
}

/// What keeps an object from leaving its heap.
struct island_holder {
  std::string_view held;    ///< the type of the object that is held
  std::string_view holder;  ///< the type of the object outside that holds it; empty if that is not known
  const char* field;        ///< the member of the holder; null if that is not known
  const char* why;          ///< what it is, if it is no pointer of an object; otherwise null
  std::size_t pointers;     ///< how many pointers
};

/// Thrown by `ouro::heap::detach`, and filled by `try_detach`. A value of fixed size, so that it can be copied without
/// memory.
class OURO_SHARED_TYPE not_an_island : public std::exception {
 public:
  static constexpr std::size_t most_holders = 10;  ///< that are named

  /// The holders that were found first, and their number in the text. Pointers that no object in view of the collector
  /// holds are one holder for each object that they hold: variables of the program, containers outside of objects, and,
  /// with a collector that knows candidates alone, objects that these do not reach.
  [[nodiscard]] std::span<const island_holder> holders() const noexcept { return {holders_, size_}; }

  /// Whether more were found than are named.
  [[nodiscard]] bool has_more() const noexcept { return has_more_; }

  /// Whether there was no memory for the walk, so that nothing was found.
  [[nodiscard]] bool is_out_of_memory() const noexcept { return is_out_of_memory_; }

  /// One line for each holder.
  [[nodiscard]] const char* what() const noexcept override { return what_; }

 private:
  friend detail::island_obstacles;

  static constexpr std::size_t most_text = 2048;

  island_holder holders_[most_holders] = {};
  std::size_t size_ = 0;
  bool has_more_ = false;
  bool is_out_of_memory_ = false;
  char what_[most_text] = "not an island";
};

namespace detail {

/// Gathers the holders.
class island_obstacles {
 public:
  [[nodiscard]] bool any() const noexcept { return found_.size_ != 0 || found_.is_out_of_memory_; }

  [[nodiscard]] bool is_out_of_memory() const noexcept { return found_.is_out_of_memory_; }
  void note_out_of_memory() noexcept { found_.is_out_of_memory_ = true; }

  /// Adds pointers to those of the same holder, if there is one.
  void add(const island_holder& seen) noexcept {
    for (std::size_t i = 0; i != found_.size_; ++i) {
      island_holder& known = found_.holders_[i];
      if (known.held == seen.held && known.holder == seen.holder && known.field == seen.field &&
          known.why == seen.why) {
        known.pointers += seen.pointers;
        return;
      }
    }
    if (found_.size_ == not_an_island::most_holders) {
      found_.has_more_ = true;
    } else {
      found_.holders_[found_.size_++] = seen;
    }
  }

  /// With the text.
  [[nodiscard]] const not_an_island& finished() noexcept {
    length_ = 0;
    if (found_.is_out_of_memory_) {
      write("not an island, as far as is known: memory is exhausted");
      return found_;
    }
    write("not an island:");
    for (const island_holder& each : found_.holders()) {
      write("\n  ");
      write_name(each.held);
      if (each.why == nullptr) {
        write_pointers(each);
      } else {
        if (!each.holder.empty()) write(" has a ");
        write_name(each.holder);
        write(": ");
        write(each.why);
      }
    }
    if (found_.has_more_) write("\n  and others");
    return found_;
  }

 private:
  void write_pointers(const island_holder& of) noexcept {
    write(" is held by ");
    write_number(of.pointers);
    write(of.pointers == 1 ? " pointer" : " pointers");
    if (of.holder.empty()) return write(" that no known object has");
    write(" of ");
    write_name(of.holder);
    if (of.field == nullptr) return;
    write("::");
    write(of.field);
  }

  void write_name(std::string_view name) noexcept { write(name.substr(0, most_name)); }

  void write_number(std::size_t number) noexcept {
    char digits[std::numeric_limits<std::size_t>::digits10 + 2];
    std::snprintf(digits, sizeof digits, "%zu", number);
    write(digits);
  }

  /// As much as there is room for; a zero stands behind it.
  void write(std::string_view text) noexcept {
    const std::size_t room = not_an_island::most_text - 1 - length_;
    const std::size_t size = text.size() < room ? text.size() : room;
    if (size == 0) return;  // an empty view may have no address
    std::memcpy(found_.what_ + length_, text.data(), size);
    length_ += size;
    found_.what_[length_] = '\0';
  }

  static constexpr std::size_t most_name = 80;  ///< bytes

  not_an_island found_;
  std::size_t length_ = 0;
};

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
