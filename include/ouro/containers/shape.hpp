#pragma once
/// \file
/// Which names the attributes of an object have, and in which order: shared by all objects that got the same names in
/// the same order.

#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

template <class Name>
class shape_tree;

/// What the names of an object begin with, shared or its own. Serial numbers never come again within one heap, so that
/// what one says can be remembered for longer than the names live.
struct names_head {
  static constexpr std::uint64_t step = 128;                         ///< leaves room for the size of an object
  static constexpr std::uint64_t unshared = std::uint64_t{1} << 63;  ///< of all that belong to one object

  std::uint64_t serial;  ///< a multiple of `step`
};

/// A list of names. The objects that have been given all of its names in this order share it, and so do those that have
/// only been given the first of them so far: an object knows how many. Where objects with the same first names go
/// different ways, one stays, and the others go on in a shape that has another for its parent, and a copy of the names
/// up to there. So the same names in the same order are always the first of the same shape. (Shapes are the maps of
/// Chambers, Ungar and Lee, "An Efficient Implementation of SELF", OOPSLA 1989, section 3.1; CPython shares keys by
/// class.) `Name` is `interned_string`; it is a template parameter, so that programs without attributes do not compile
/// the class.
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

  /// Where an attribute is among the first `size`, or `none`. O(size), comparing pointers.
  [[nodiscard]] std::size_t find(const Name& name, std::size_t size) const noexcept {
    for (std::size_t i = 0; i != size; ++i) {
      if (names_[i] == name) return i;
    }
    return none;
  }

  /// Whether `name` comes behind the first `size`.
  [[nodiscard]] bool goes_on_with(std::size_t size, const Name& name) const noexcept {
    return size < names_.size() && names_[size] == name;
  }

  /// Where it belongs.
  [[nodiscard]] shape_tree<Name>& tree() const noexcept { return *tree_; }

  /// One object more, and one fewer, has this shape. A shape without objects may end, and with it the tree if its
  /// thread has ended.
  void enter() noexcept { tree_->enter(*this); }
  void leave() noexcept { tree_->leave(*this); }

  /// Bytes of this shape, which all its objects share.
  [[nodiscard]] std::size_t bytes() const noexcept { return sizeof *this + names_.capacity() * sizeof names_.front(); }

 private:
  std::vector<Name> names_;  ///< follows the head at once, as in `own_names`: debuggers look there

 public:
  const std::size_t hash;  ///< by which the tree finds it

 private:
  shape* parent_;
  std::size_t common_;     ///< names that are those of the parent
  std::size_t users_ = 0;  ///< objects, and shapes that have it for their parent
  shape_tree<Name>* tree_;
  shape* older_ = nullptr;  ///< without users: neighbours in the tree's list of such
  shape* newer_ = nullptr;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
