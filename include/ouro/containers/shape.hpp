#pragma once
/// \file
/// Which names the attributes of an object have, and in which order: shared by all objects that got the same names in
/// the same order.

#include <ouro/allocator/heap_part.hpp>
#include <ouro/allocator/throw.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace ouro::detail {

/// A node in the tree of shapes of a heap: the shape of its parent, and one name more. (Chambers, Ungar and Lee, "An
/// Efficient Implementation of SELF", OOPSLA 1989, section 3.1, call them maps; CPython shares keys by class.) Shapes
/// live as long as the heap. `Name` is `interned_string`; a template, so that who has no attributes does not compile
/// it.
template <class Name>
class OURO_SHARED_TYPE shape {
 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// That of an object without attributes. \throws std::bad_alloc at the first call
  [[nodiscard]] static shape& root() {
    if (tree_.root == nullptr) {
      static thread_local const thread_end end;
      static_cast<void>(end);
      if (!attach(heap_part_of<tree>::part)) throw_bad_alloc();
      tree_.root = new shape;
    }
    return *tree_.root;
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
  /// The current heap's.
  struct tree {
    shape* root = nullptr;  ///< owned; made when first asked for

    /// \see heap_part_of
    [[nodiscard]] static tree& of_thread() noexcept { return tree_; }
    static void release() noexcept { delete std::exchange(tree_.root, nullptr); }
  };

  struct thread_end {
    thread_end() noexcept = default;
    thread_end(const thread_end&) = delete;
    thread_end& operator=(const thread_end&) = delete;
    ~thread_end() { tree::release(); }
  };

  OURO_SHARED_STATE static inline constinit thread_local tree tree_{};

  std::vector<Name> names_;
  std::vector<std::unique_ptr<shape>> children_;
};

}  // namespace ouro::detail
