#pragma once
/// \file
/// Shapes (hidden classes): the names of an object's attributes in their order, shared by all objects that got the same
/// names in the same order.

#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

template <class Name>
class shape_tree;

/// The head of `shape` and `unshared_names`. Within one heap a serial number is used once, so that caches may keep it
/// longer than the names live.
struct names_head {
  static constexpr std::uint64_t step = 128;                         ///< the low bits are free for the number of names
  static constexpr std::uint64_t unshared = std::uint64_t{1} << 63;  ///< the serial number of all `unshared_names`

  std::uint64_t serial;  ///< `unshared`, or a multiple of `step`
};

/// A list of names. An object shares it if its names are the first `size` names of the list in this order; the object
/// stores the size. So the shape grows as its objects get the same further names. When an object gets a name that
/// differs from the next one of its shape, it changes to a branch: a shape that has the old one for its parent, and a
/// copy of the names up to there. So equal names in equal order always belong to one shape. (Shapes are the maps of
/// Chambers, Ungar and Lee, "An Efficient Implementation of SELF", OOPSLA 1989, section 3.1; CPython shares keys by
/// class.)
///
/// `Name` is `interned_string`; it is a template parameter, so that programs without attributes do not compile the
/// class.
template <class Name>
class OURO_SHARED_TYPE shape : public names_head {
  friend shape_tree<Name>;

 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  shape(shape_tree<Name>& tree, shape* parent, std::size_t common, std::size_t hashed, std::uint64_t numbered)
      : names_head{numbered}, hash{hashed}, parent_{parent}, common_{common}, tree_{&tree} {}
  shape(const shape&) = delete;
  shape& operator=(const shape&) = delete;

  [[nodiscard]] const Name& name(std::size_t index) const noexcept { return names_[index]; }

  /// The index of the name among the first `size` ones, or `none`. O(size) comparisons of pointers.
  [[nodiscard]] std::size_t find(const Name& name, std::size_t size) const noexcept {
    for (std::size_t i = 0; i != size; ++i) {
      if (names_[i] == name) return i;
    }
    return none;
  }

  /// Whether `name` follows the first `size` names.
  [[nodiscard]] bool continues_with(std::size_t size, const Name& name) const noexcept {
    return size < names_.size() && names_[size] == name;
  }

  /// The tree that owns the shape.
  [[nodiscard]] shape_tree<Name>& tree() const noexcept { return *tree_; }

  /// Count the objects that have this shape: one more, and one fewer. A shape without objects may be freed, and with it
  /// the tree if its thread has ended.
  void enter() noexcept { tree_->enter(*this); }
  void leave() noexcept { tree_->leave(*this); }

  /// Bytes of this shape, which all its objects share.
  [[nodiscard]] std::size_t bytes() const noexcept { return sizeof *this + names_.capacity() * sizeof names_.front(); }

 private:
  std::vector<Name> names_;  ///< directly behind the head, as in `unshared_names`: debuggers read both alike

 public:
  const std::size_t hash;  ///< in the table of the tree

 private:
  shape* parent_;
  std::size_t common_;     ///< how many names are those of the parent
  std::size_t users_ = 0;  ///< objects that have this shape, and shapes whose parent it is
  shape_tree<Name>* tree_;
  shape* older_ = nullptr;  ///< neighbours in the tree's list of shapes without users
  shape* newer_ = nullptr;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
