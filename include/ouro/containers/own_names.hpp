#pragma once
/// \file
/// The names of an object's attributes where they are too many to be shared with other objects.

#include <ouro/config.hpp>
#include <ouro/containers/dict_index.hpp>
#include <ouro/containers/shape.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace ouro::detail {

/// A `shape` of one object alone, which is searched by hash. CPython, too, unshares the keys of an object that has more
/// than 30.
template <class Name, class Memory>
class OURO_SHARED_TYPE own_names : public names_head {
  template <class T>
  using allocator = typename Memory::template std_allocator<T>;
  using index = dict_index<allocator<unsigned char>>;

 public:
  static constexpr std::size_t none = shape<Name>::none;

  /// With the first `size` of the names. \throws std::bad_alloc
  own_names(const shape<Name>& from, std::size_t size) : names_head{unshared}, index_{index::slots_for(2 * size)} {
    names_.reserve(index_.room());
    for (std::size_t i = 0; i != size; ++i) add(from.name(i));
  }

  [[nodiscard]] const Name& name(std::size_t number) const noexcept { return names_[number]; }

  /// Where an attribute is, or `none`. O(1) on average.
  [[nodiscard]] std::size_t find(const Name& name) const noexcept {
    return index_.find(hash(name), [&](std::size_t number) { return names_[number] == name; });
  }

  /// Makes room for one more. Amortized O(1). \throws std::bad_alloc
  void grow() {
    if (names_.size() < index_.room()) return;
    index wider{index::slots_for(2 * names_.size())};
    names_.reserve(wider.room());
    index_ = std::move(wider);
    fill();
  }

  /// \pre there is room, and no such name
  void add(const Name& name) noexcept {
    index_.insert(hash(name), names_.size());
    names_.push_back(name);
  }

  /// O(names). \throws std::bad_alloc, and then nothing has changed
  void erase(std::size_t number) {
    index_ = index{index::slots_for(names_.size())};
    names_.erase(names_.begin() + static_cast<std::ptrdiff_t>(number));
    fill();
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    return sizeof *this + names_.capacity() * sizeof names_.front() + index_.bytes();
  }

 private:
  [[nodiscard]] static std::size_t hash(const Name& name) noexcept { return std::hash<Name>{}(name); }

  void fill() noexcept {
    for (std::size_t i = 0; i != names_.size(); ++i) index_.insert(hash(names_[i]), i);
  }

  std::vector<Name, allocator<Name>> names_;  ///< follows the head at once, as in `shape`
  index index_;
};

}  // namespace ouro::detail
