#pragma once
/// \file
/// All shapes of a heap.

#include <ouro/base/heap_local.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/config.hpp>
#include <ouro/containers/node_table.hpp>
#include <ouro/containers/shape.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Finds and makes shapes. Frees shapes that no object has, except for the `most_idle` ones that were used last, since
/// programs may make and drop objects of one shape alternately. Not thread-safe.
template <class Name>
class OURO_SHARED_TYPE shape_tree {
  using shape_type = shape<Name>;

 public:
  static constexpr std::size_t most_idle = 64;

  shape_tree() noexcept = default;
  shape_tree(const shape_tree&) = delete;
  shape_tree& operator=(const shape_tree&) = delete;

  /// The tree of the current heap. \throws std::bad_alloc at the first call
  [[nodiscard]] static shape_tree& current() {
    if (part_.tree == nullptr) {
      static thread_local const thread_end end;
      static_cast<void>(end);
      if (!register_heap_local(heap_local_of<part>::variable)) throw_bad_alloc();
      part_.tree = new shape_tree;
    }
    return *part_.tree;
  }

  /// The shape that all others descend from. Objects without names start from it.
  [[nodiscard]] shape_type& root() noexcept { return root_; }

  /// The number of shapes besides the root.
  [[nodiscard]] std::size_t size() const noexcept { return branches_.size(); }

  /// How many shapes have been freed so far. While the number is unchanged, every shape is still alive.
  [[nodiscard]] std::size_t freed() const noexcept { return freed_; }

  /// The shape of an object that has the first `size` names of `at` and gets `name`; it may be `at` itself. Does not
  /// call `enter`. O(1) expected, and O(size) for the first object with these names. \throws std::bad_alloc, and
  /// nothing has changed then
  [[nodiscard]] shape_type& follow(shape_type& at, std::size_t size, const Name& name) {
    if (size == at.names_.size()) {
      at.names_.push_back(name);
      return at;
    }
    return at.continues_with(size, name) ? at : branch(at, size, name);
  }

  void enter(shape_type& at) noexcept {
    if (at.users_++ == 0 && &at != &root_) take_from_idle(at);
  }

  void leave(shape_type& at) noexcept {
    if (--at.users_ == 0) leave_last(at);
  }

 private:
  struct standard_memory {
    template <class T>
    using std_allocator = std::allocator<T>;
  };

  /// The tree of the current heap, as a heap-local variable.
  struct part {
    shape_tree* tree = nullptr;  ///< owned; made when first asked for

    /// \see heap_local_of
    [[nodiscard]] static part& of_thread() noexcept { return part_; }
    static void release() noexcept { delete std::exchange(part_.tree, nullptr); }
  };

  /// At the end of the thread, leaves the tree to the objects that outlive it, in static variables for instance.
  struct thread_end {
    thread_end() noexcept = default;
    thread_end(const thread_end&) = delete;
    thread_end& operator=(const thread_end&) = delete;
    ~thread_end() {
      if (shape_tree* const left = std::exchange(part_.tree, nullptr); left != nullptr) left->abandon();
    }
  };

  [[nodiscard]] OURO_NOINLINE shape_type& branch(shape_type& from, std::size_t size, const Name& name) {
    // The pairs of shape and size are distinct; `dict_index` mixes the bits of their sum with the hash.
    const std::size_t hash =
        std::hash<Name>{}(name) + static_cast<std::size_t>((from.serial + size) * 0x9E3779B97F4A7C15u);
    shape_type* const known = branches_.find(hash, [&](const shape_type& each) {
      return each.parent_ == &from && each.common_ == size && each.names_[size] == name;
    });
    if (known != nullptr) return *known;
    auto made = std::make_unique<shape_type>(*this, &from, size, hash, last_serial_ + names_head::step);
    made->names_.reserve(size + 1);
    for (std::size_t i = 0; i != size; ++i) made->names_.push_back(from.names_[i]);
    made->names_.push_back(name);
    branches_.make_room();
    last_serial_ = made->serial;
    enter(from);
    shape_type& branched = *made;
    branches_.insert(std::move(made));
    add_to_idle(branched);
    return branched;
  }

  OURO_NOINLINE void leave_last(shape_type& at) noexcept {
    if (&at != &root_) add_to_idle(at);
    while (idle_ > most_idle_) free_oldest();
    if (is_abandoned_) delete_if_unused();
  }

  void add_to_idle(shape_type& at) noexcept {
    at.older_ = newest_idle_;
    at.newer_ = nullptr;
    (newest_idle_ == nullptr ? oldest_idle_ : newest_idle_->newer_) = &at;
    newest_idle_ = &at;
    ++idle_;
  }

  void take_from_idle(shape_type& at) noexcept {
    (at.older_ == nullptr ? oldest_idle_ : at.older_->newer_) = at.newer_;
    (at.newer_ == nullptr ? newest_idle_ : at.newer_->older_) = at.older_;
    --idle_;
  }

  void free_oldest() noexcept {
    shape_type& gone = *oldest_idle_;
    shape_type& parent = *gone.parent_;
    take_from_idle(gone);
    ++freed_;
    static_cast<void>(branches_.extract(gone));
    if (--parent.users_ == 0 && &parent != &root_) add_to_idle(parent);
  }

  /// The thread has ended: from now on the object that leaves the last shape deletes the tree.
  void abandon() noexcept {
    is_abandoned_ = true;
    most_idle_ = 0;
    while (idle_ != 0) free_oldest();
    delete_if_unused();
  }

  void delete_if_unused() noexcept {
    if (branches_.size() == 0 && root_.users_ == 0) delete this;
  }

  OURO_SHARED_STATE static inline constinit thread_local part part_{};

  shape_type root_{*this, nullptr, 0, 0, 0};
  node_table<shape_type, standard_memory> branches_;  ///< a parent stands before its children
  std::uint64_t last_serial_ = 0;
  std::size_t freed_ = 0;
  shape_type* oldest_idle_ = nullptr;  ///< list of the shapes without users, except for the root
  shape_type* newest_idle_ = nullptr;
  std::size_t idle_ = 0;
  std::size_t most_idle_ = most_idle;
  bool is_abandoned_ = false;  ///< its thread has ended
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
