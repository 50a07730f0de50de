#pragma once
/// \file
/// Which names the attributes of an object have, and in which order: shared by all objects that got the same names in
/// the same order.

#include <cstddef>
#include <memory>
#include <vector>

namespace ouro::detail {

/// A node in the tree of shapes of a thread: the shape of its parent, and one name more. (Chambers, Ungar and Lee, "An
/// Efficient Implementation of SELF", OOPSLA 1989, section 3.1, call them maps; CPython shares keys by class.) Shapes
/// live as long as the thread. `Name` is `interned_string`; a template, so that who has no attributes does not compile
/// it.
template <class Name>
class shape {
 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// That of an object without attributes.
  [[nodiscard]] static shape& root() {
    static thread_local shape empty;
    return empty;
  }

  [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }
  [[nodiscard]] const Name& name(std::size_t index) const noexcept { return names_[index]; }

  /// Where an attribute is, or `none`. O(names), comparing pointers.
  [[nodiscard]] std::size_t find(const Name& name) const noexcept {
    for (std::size_t i = 0; i != names_.size(); ++i) {
      if (names_[i] == name) return i;
    }
    return none;
  }

  /// The shape with `name` behind these. O(children). \throws std::bad_alloc
  [[nodiscard]] shape& with(const Name& name) {
    for (const std::unique_ptr<shape>& each : children_) {
      if (each->names_.back() == name) return *each;
    }
    auto made = std::make_unique<shape>();
    made->names_.reserve(names_.size() + 1);
    made->names_ = names_;
    made->names_.push_back(name);
    children_.push_back(std::move(made));
    return *children_.back();
  }

  /// Bytes of this shape, which all its objects share.
  [[nodiscard]] std::size_t bytes() const noexcept {
    return sizeof *this + names_.capacity() * sizeof names_.front() + children_.capacity() * sizeof children_.front();
  }

 private:
  std::vector<Name> names_;
  std::vector<std::unique_ptr<shape>> children_;
};

}  // namespace ouro::detail
