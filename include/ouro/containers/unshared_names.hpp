#pragma once
/// \file
/// The attribute names of an object that has too many to share them.

#include <ouro/config.hpp>
#include <ouro/containers/dict_index.hpp>
#include <ouro/containers/shape.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A list of names that belongs to one object and has a hash index. (CPython, too, unshares the keys of an object that
/// has more than 30; V8 calls it dictionary mode.)
template <class Name, class Memory>
class OURO_SHARED_TYPE unshared_names : public names_head {
  template <class T>
  using allocator = typename Memory::template std_allocator<T>;
  using index = dict_index<allocator<unsigned char>>;

 public:
  static constexpr std::size_t none = shape<Name>::none;

  /// An empty list with room for so many names. \throws std::bad_alloc
  explicit unshared_names(std::size_t names) : names_head{unshared}, index_{index::slots_for(names)} {
    names_.reserve(index_.room());
  }

  /// The number of names that there is room for.
  [[nodiscard]] std::size_t room() const noexcept { return index_.room(); }
  [[nodiscard]] bool has_room() const noexcept { return names_.size() < room(); }

  [[nodiscard]] const Name& name(std::size_t number) const noexcept { return names_[number]; }

  /// The number of the name, or `none`. O(1) on average.
  [[nodiscard]] std::size_t find(const Name& name) const noexcept {
    return index_.find(hash(name), [&](std::size_t number) { return names_[number] == name; });
  }

  /// \pre there is room, and the name is new
  void add(const Name& name) noexcept {
    index_.insert(hash(name), names_.size());
    names_.push_back(name);
  }

  /// O(names).
  void erase(std::size_t number) noexcept {
    names_.erase(names_.begin() + static_cast<std::ptrdiff_t>(number));
    index_.clear();
    for (std::size_t i = 0; i != names_.size(); ++i) index_.insert(hash(names_[i]), i);
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    return sizeof *this + names_.capacity() * sizeof names_.front() + index_.bytes();
  }

 private:
  [[nodiscard]] static std::size_t hash(const Name& name) noexcept { return std::hash<Name>{}(name); }

  std::vector<Name, allocator<Name>> names_;  ///< directly behind the head, as in `shape`: debuggers read both alike
  index index_;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
