#pragma once
/// \file
/// The names of one object's attributes: those of a shared shape, or names of its own.

#include <ouro/config.hpp>
#include <ouro/containers/shape.hpp>
#include <ouro/containers/shape_tree.hpp>
#include <ouro/containers/unshared_names.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

template <class T, class Memory>
class OURO_SHARED_TYPE attributes;

namespace detail {

/// Up to `most_shared` names are the first ones of a `shape` of the heap's tree; an object with more has
/// `unshared_names`. The owner knows how many names there are and passes their number as `size`. It calls `clear`
/// before the destructor.
template <class Name, class Memory>
class OURO_SHARED_TYPE attribute_names {
 public:
  using shape = detail::shape<Name>;
  using shape_tree = detail::shape_tree<Name>;
  using unshared = unshared_names<Name, Memory>;

  static constexpr std::size_t none = shape::none;
  static constexpr std::size_t most_shared = 64;

  struct unshared_deleter {
    void operator()(unshared* names) const noexcept {
      std::destroy_at(names);
      unshared_allocator{}.deallocate(names, 1);
    }
  };
  using unshared_pointer = std::unique_ptr<unshared, unshared_deleter>;

  /// \see ouro::attributes::cache
  class cache {
    friend attribute_names;
    template <class, class>
    friend class ouro::attributes;

    std::uint64_t key_ = 0;     ///< of the names that the look-up saw
    std::size_t index_ = none;  ///< of the name among these
    shape* next_ = nullptr;     ///< the shape of an object that gets the name; null if not known yet
    std::size_t freed_ = 0;     ///< shapes freed when `next_` was found: if there are more now, it may be one of them
  };

  attribute_names() noexcept = default;
  attribute_names(const attribute_names&) = delete;
  attribute_names& operator=(const attribute_names&) = delete;
  ~attribute_names() = default;

  void swap(attribute_names& with) noexcept { std::swap(head_, with.head_); }

  /// Whether both are the same shape, or the same unshared names, or none.
  [[nodiscard]] bool are_same(const attribute_names& other) const noexcept { return head_ == other.head_; }

  [[nodiscard]] bool are_unshared() const noexcept { return head_ != nullptr && head_->serial == names_head::unshared; }

  /// Identifies the names and their order for as long as their heap lives, unless they are unshared. 0 for none.
  [[nodiscard]] std::uint64_t key(std::size_t size) const noexcept {
    return head_ == nullptr ? 0 : head_->serial | size;
  }

  [[nodiscard]] const Name& name(std::size_t index) const noexcept {
    return are_unshared() ? own()->name(index) : shared()->name(index);
  }

  /// The index of the name, or `none`. O(size) in a shape, O(1) on average in unshared names.
  [[nodiscard]] std::size_t find(const Name& name, std::size_t size) const noexcept {
    if (head_ == nullptr) return none;
    return are_unshared() ? own()->find(name) : shared()->find(name, size);
  }

  /// Whether unshared names have room for one more.
  [[nodiscard]] bool has_unshared_room() const noexcept { return are_unshared() && own()->has_room(); }

  /// Bytes of the unshared names.
  [[nodiscard]] std::size_t own_bytes() const noexcept { return are_unshared() ? own()->bytes() : 0; }
  /// Bytes of the shape.
  [[nodiscard]] std::size_t shared_bytes() const noexcept {
    return head_ == nullptr || are_unshared() ? 0 : shared()->bytes();
  }

  /// An empty list with room for so many names. \throws std::bad_alloc
  [[nodiscard]] static unshared_pointer make_unshared(std::size_t names) {
    unshared* const block = unshared_allocator{}.allocate(1);
    OURO_TRY { return unshared_pointer{std::construct_at(block, names)}; }
    OURO_CATCH_ALL {
      unshared_allocator{}.deallocate(block, 1);
      OURO_RETHROW;
    }
  }

  /// The shape of the object when it gets the name. \pre the names are not unshared. \throws std::bad_alloc
  [[nodiscard]] shape& next_shape(const Name& name, std::size_t size, cache& last) const {
    if (size != 0 && shared()->continues_with(size, name)) return *shared();
    shape_tree& tree = size == 0 ? shape_tree::current() : shared()->tree();
    // User code that has run since the look-up may have used the cache for other objects.
    if (last.key_ != key(size)) return tree.follow(size == 0 ? tree.root() : *shared(), size, name);
    if (last.next_ == nullptr || last.freed_ != tree.freed()) {
      last.next_ = &tree.follow(size == 0 ? tree.root() : *shared(), size, name);
      last.freed_ = tree.freed();
    }
    return *last.next_;
  }

  /// The shape of the object when it loses the name of this index; null if no name is left. \throws std::bad_alloc
  [[nodiscard]] shape* shape_without(std::size_t index, std::size_t size) const {
    if (size == 1) return nullptr;
    shape_tree& tree = shape_tree::current();
    shape* without = &tree.root();
    std::size_t names = 0;
    for (std::size_t i = 0; i != size; ++i) {
      if (i != index) without = &tree.follow(*without, names++, name(i));
    }
    return without;
  }

  /// Adds the name: by changing to `next`, the result of `next_shape`, or to the unshared names if that is null.
  void add(const Name& name, shape* next) noexcept {
    if (next == nullptr) {
      own()->add(name);
    } else if (next != head_) {
      change_shape(next);
    }
  }

  /// Removes the name of this index. \pre the names are unshared
  void erase_unshared(std::size_t index) noexcept { own()->erase(index); }

  /// Takes the names of a shape, or none if it is null, in place of those that it has.
  void set_shape(shape* taken) noexcept {
    const unshared_pointer old = release_unshared();
    change_shape(taken);
  }
  void set_unshared(unshared_pointer names) noexcept {
    clear();
    head_ = names.release();
  }
  void clear() noexcept { set_shape(nullptr); }

  /// Takes the shape of `other`. \pre neither has unshared names
  void share_with(const attribute_names& other) noexcept { change_shape(other.shared()); }

 private:
  using unshared_allocator = typename Memory::template std_allocator<unshared>;

  [[nodiscard]] unshared* own() const noexcept { return static_cast<unshared*>(head_); }
  /// Null if there are no names.
  [[nodiscard]] shape* shared() const noexcept { return static_cast<shape*>(head_); }

  /// Null if the names are not unshared. \post if they were, there are none
  [[nodiscard]] unshared_pointer release_unshared() noexcept {
    if (!are_unshared()) return nullptr;
    unshared_pointer released{own()};
    head_ = nullptr;
    return released;
  }

  /// \pre the names are not unshared
  void change_shape(shape* taken) noexcept {
    if (taken != nullptr) taken->enter();
    shape* const left = shared();
    head_ = taken;
    if (left != nullptr) left->leave();
  }

  names_head* head_ = nullptr;  ///< a `shape`, or `unshared_names`; null if there are no names
};

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
