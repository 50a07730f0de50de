#pragma once
/// \file
/// Python's `__dict__`: attributes that an object gets while the program runs.

#include <ouro/allocator/throw.hpp>
#include <ouro/allocator/when_used.hpp>
#include <ouro/config.hpp>
#include <ouro/containers/own_names.hpp>
#include <ouro/containers/shape.hpp>
#include <ouro/containers/shape_tree.hpp>
#include <ouro/fwd.hpp>
#include <ouro/intern/interned_string.hpp>
#include <ouro/object/leaf.hpp>
#include <ouro/object/type_name.hpp>
#include <ouro/pointer/memory.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Names with values, for one object of many that have the same names: the names are kept once for all objects that got
/// them in the same order (`shape`), and each object has its values alone, 24 bytes on 64 bits and one value a name. As
/// CPython's split dictionaries. An object with more than `most_shared` names has them for itself. Names that no object
/// has are forgotten, but for those of some shapes that objects had last.
///
/// Belongs to the thread that made it, as its shapes do. References are good until the next new name or removal.
template <class T, class Memory = default_memory>
class OURO_SHARED_TYPE attributes {
  using allocator = typename Memory::template std_allocator<T>;
  using shape = detail::shape<detail::when_used<interned_string, T>>;
  using shape_tree = detail::shape_tree<detail::when_used<interned_string, T>>;
  using own_names = detail::own_names<detail::when_used<interned_string, T>, Memory>;
  static_assert(std::is_nothrow_move_constructible_v<T>, "ouro: attributes are moved, and must not throw then");

 public:
  using mapped_type = T;
  using size_type = std::size_t;

  /// Names that objects have in common.
  static constexpr size_type most_shared = 64;

  attributes() noexcept = default;
  attributes(const attributes& from) : attributes{} {
    own_pointer own;
    // Each allocation may begin a collection, whose destructors may change `from`.
    while (capacity_ < from.size() || (from.has_own_names() && (own == nullptr || own->room() < from.size()))) {
      grow(from.size());
      if (from.has_own_names()) own = make_own(from.size());
    }
    if (from.has_own_names()) {
      for (std::size_t i = 0; i != from.size(); ++i) own->add(from.name(i));
      names_ = own.release();
    } else {
      take_shape(from.shared());
    }
    for (const T& each : from.values()) add(each);
  }
  attributes(attributes&& from) noexcept : attributes{} { swap(from); }
  attributes& operator=(attributes from) noexcept {
    swap(from);
    return *this;
  }
  ~attributes() {
    std::destroy_n(values_, size_);
    if (values_ != nullptr) allocator{}.deallocate(values_, capacity_);
    static_cast<void>(give_own());
    take_shape(nullptr);
  }

  void swap(attributes& with) noexcept {
    std::swap(names_, with.names_);
    std::swap(values_, with.values_);
    std::swap(size_, with.size_);
    std::swap(capacity_, with.capacity_);
  }
  friend void swap(attributes& left, attributes& right) noexcept { left.swap(right); }

  [[nodiscard]] size_type size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// Makes room for as many, for those who know how many there will be. \throws std::bad_alloc
  void reserve(size_type wanted) { grow(wanted); }

  /// The value of `name`, or null. O(names), with more than `most_shared` names O(1) on average.
  [[nodiscard]] T* find(const interned_string& name) noexcept { return at_index(index_of(name)); }
  [[nodiscard]] const T* find(const interned_string& name) const noexcept {
    return const_cast<attributes*>(this)->find(name);
  }
  [[nodiscard]] bool contains(const interned_string& name) const noexcept { return find(name) != nullptr; }

  /// Remembers where one name was found: for a place in a program that asks objects of one shape for it again and again
  /// (the inline caches of Deutsch and Schiffman 1984). Belongs to the heap whose objects it has met.
  class cache {
    friend attributes;
    std::uint64_t seen_ = 0;           ///< which names: \see attributes::key
    std::size_t index_ = shape::none;  ///< in objects with these names
    shape* next_ = nullptr;            ///< that of an object which gets the name; null: not asked for yet
    std::size_t freed_ = 0;            ///< shapes, when `next_` was found: it may be gone if there are more
  };

  /// `find`, for one name. O(1) where the object has the shape of the one before.
  [[nodiscard]] OURO_ALWAYS_INLINE T* find(const interned_string& name, cache& last) noexcept {
    if (last.seen_ != key()) [[unlikely]]
      return look_up(name, last);
    return at_index(last.index_);
  }

  /// `operator[]`, for one name. O(1) where the object has the shape of the one before.
  OURO_ALWAYS_INLINE T& get_or_add(const interned_string& name, cache& last) {
    T* const found = find(name, last);
    return found != nullptr ? *found : add_as(name, last);
  }

  /// The value of `name`, made by default if there is none: then the object changes its shape.
  /// \throws std::bad_alloc, and what making a value throws; then nothing has changed
  T& operator[](const interned_string& name) {
    cache fresh;
    return get_or_add(name, fresh);
  }

  /// \throws std::out_of_range
  [[nodiscard]] T& at(const interned_string& name) {
    T* const found = find(name);
    if (found == nullptr) detail::throw_out_of_range("ouro::attributes::at: no such attribute", type_name<T>());
    return *found;
  }
  [[nodiscard]] const T& at(const interned_string& name) const { return const_cast<attributes*>(this)->at(name); }

  /// Gives the others the shape that they would have without it. O(names). \throws std::bad_alloc
  bool erase(const interned_string& name) {
    const std::size_t index = index_of(name);
    if (index == shape::none) return false;
    if (size_ > most_shared + 1) {
      own()->erase(index);
    } else {
      shape* const without = shape_without(index);
      const own_pointer given = give_own();
      take_shape(without);
    }
    [[maybe_unused]] const T taken = std::move(values_[index]);
    for (std::size_t i = index + 1; i != size_; ++i) values_[i - 1] = std::move(values_[i]);
    --size_;
    std::destroy_at(values_ + size_);
    return true;  // calls user code when `taken` goes: the attribute is gone
  }

  void clear() noexcept { attributes{}.swap(*this); }

  /// Calls `see(name, value)` for all, in the order in which they came. `see` may give names to other objects.
  void each(auto see) const {
    for (std::size_t i = 0; i != size(); ++i) {
      const interned_string held = name(i);  // where it lies may move when another object gets a name
      see(held, values_[i]);
    }
  }

  [[nodiscard]] std::span<T> values() noexcept { return {values_, size_}; }
  [[nodiscard]] std::span<const T> values() const noexcept { return {values_, size_}; }

  /// Whether both objects have the same names, in the same order, and so share them.
  [[nodiscard]] bool has_shape_of(const attributes& other) const noexcept {
    return size_ == other.size_ && names_ == other.names_;
  }

  /// Bytes that this object alone takes: itself and its values.
  [[nodiscard]] std::size_t own_bytes() const noexcept {
    return sizeof *this + capacity_ * sizeof(T) + (has_own_names() ? own()->bytes() : 0);
  }

  /// Bytes that the objects which got the same names, and those with the first of them, share.
  [[nodiscard]] std::size_t shared_bytes() const noexcept {
    return names_ == nullptr || has_own_names() ? 0 : shared()->bytes();
  }

  void trace(auto&& visit) {
    for (T& each : values()) visit(each);
  }

 private:
  template <class Own>
  using own_allocator = typename Memory::template std_allocator<Own>;

  struct end_own {
    void operator()(own_names* own) const noexcept {
      std::destroy_at(own);
      own_allocator<own_names>{}.deallocate(own, 1);
    }
  };
  using own_pointer = std::unique_ptr<own_names, end_own>;

  struct leave_shape {
    void operator()(shape* left) const noexcept { left->leave(); }
  };

  /// None, and room for so many.
  [[nodiscard]] static own_pointer make_own(std::size_t names) {
    own_names* const block = own_allocator<own_names>{}.allocate(1);
    OURO_TRY { return own_pointer{std::construct_at(block, names)}; }
    OURO_CATCH_ALL {
      own_allocator<own_names>{}.deallocate(block, 1);
      OURO_RETHROW;
    }
  }

  /// Says which names in which order, for as long as their heap lives.
  [[nodiscard]] std::uint64_t key() const noexcept { return names_ == nullptr ? 0 : names_->serial | size_; }

  [[nodiscard]] bool has_own_names() const noexcept {
    return names_ != nullptr && names_->serial == detail::names_head::unshared;
  }
  [[nodiscard]] own_names* own() const noexcept { return static_cast<own_names*>(names_); }
  /// Null if there are none.
  [[nodiscard]] own_pointer give_own() noexcept {
    if (!has_own_names()) return nullptr;
    own_pointer given{own()};
    names_ = nullptr;
    return given;
  }

  /// Null without names.
  [[nodiscard]] shape* shared() const noexcept { return static_cast<shape*>(names_); }

  /// In place of the shape that it has. \pre no names of its own
  void take_shape(shape* taken) noexcept {
    if (taken != nullptr) taken->enter();
    shape* const left = shared();
    names_ = taken;
    if (left != nullptr) left->leave();
  }

  /// Null if no name is left. Nobody has entered it yet. \throws std::bad_alloc
  [[nodiscard]] shape* shape_without(std::size_t index) const {
    if (size_ == 1) return nullptr;
    shape_tree& tree = shape_tree::current();
    shape* without = &tree.root();
    std::size_t names = 0;
    for (std::size_t i = 0; i != size_; ++i) {
      if (i != index) without = &tree.follow(*without, names++, name(i));
    }
    return without;
  }

  [[nodiscard]] const interned_string& name(std::size_t index) const noexcept {
    return has_own_names() ? own()->name(index) : shared()->name(index);
  }

  [[nodiscard]] std::size_t index_of(const interned_string& name) const noexcept {
    if (names_ == nullptr) return shape::none;
    return has_own_names() ? own()->find(name) : shared()->find(name, size_);
  }

  [[nodiscard]] T* at_index(std::size_t index) noexcept { return index == shape::none ? nullptr : values_ + index; }

  OURO_NOINLINE T* look_up(const interned_string& name, cache& last) noexcept {
    const std::size_t index = index_of(name);
    if (has_own_names()) return at_index(index);  // they change where they are
    last.seen_ = key();
    last.next_ = nullptr;
    last.index_ = index;
    return at_index(index);
  }

  /// Gets the name that a look-up has not found.
  OURO_NOINLINE T& add_as(const interned_string& name, cache& last) {
    if (size_ >= most_shared) [[unlikely]]
      return add_as_own(name);
    if (size_ == capacity_) {
      const std::uint64_t before = key();
      move_to(size_ + 1);
      // The allocation may have begun a collection, whose destructors gave the object names, or took some.
      if (key() != before) return (*this)[name];
    }
    if (!empty() && shared()->goes_on_with(size_, name)) return add();
    return add_in_shape(next_shape(name, last));
  }

  [[nodiscard]] shape& next_shape(const interned_string& name, cache& last) const {
    shape_tree& tree = empty() ? shape_tree::current() : shared()->tree();
    if (last.next_ == nullptr || last.freed_ != tree.freed()) {
      last.next_ = &tree.follow(empty() ? tree.root() : *shared(), size_, name);
      last.freed_ = tree.freed();
    }
    return *last.next_;
  }

  T& add_in_shape(shape& next) {
    // The value may be made by code that drops other objects of this shape.
    next.enter();
    std::unique_ptr<shape, leave_shape> held{&next};
    T& made = add();
    if (names_ != nullptr) shared()->leave();
    names_ = held.release();
    return made;
  }

  OURO_NOINLINE T& add_as_own(const interned_string& name) {
    if (size_ == capacity_ || !has_own_names() || !own()->has_room()) {
      make_room_as_own();
      return (*this)[name];  // the allocations may have begun a collection, as in `add_as`
    }
    T& made = add();
    own()->add(name);
    return made;
  }

  /// For one more value, or one more name, unless the names have changed meanwhile.
  void make_room_as_own() {
    if (size_ == capacity_) return move_to(size_ + size_ / 4);
    own_pointer wider = make_own(std::size_t{size_} * 2);
    if (size_ < most_shared || wider->room() <= size_) return;
    for (std::size_t i = 0; i != size_; ++i) wider->add(name(i));
    if (const own_pointer left = give_own(); left == nullptr) take_shape(nullptr);
    names_ = wider.release();
  }

  /// By two at a time: objects do not get many attributes, and there are many objects.
  void grow(std::size_t wanted) {
    if (wanted > capacity_) move_to(wanted);
  }

  /// \post there is that room, unless what the allocation began has given the object more values
  void move_to(std::size_t wanted) {
    const std::size_t wider = wanted + wanted % 2;
    T* const moved = allocator{}.allocate(wider);
    if (wider < size_) return allocator{}.deallocate(moved, wider);
    std::uninitialized_move_n(values_, size_, moved);
    std::destroy_n(values_, size_);
    if (values_ != nullptr) allocator{}.deallocate(values_, capacity_);
    values_ = moved;
    capacity_ = static_cast<std::uint32_t>(wider);
  }

  /// \pre there is room
  template <class... Args>
  T& add(Args&&... args) {
    T& made = *std::construct_at(values_ + size_, std::forward<Args>(args)...);
    ++size_;
    return made;
  }

  detail::names_head* names_ = nullptr;  ///< a `shape` of the heap's tree, or beyond `most_shared` `own_names`; null if
                                         ///< there are no names
  T* values_ = nullptr;                  ///< in the order of the names
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

template <class T, class Memory>
  requires(detail::is_leaf<T>())
inline constexpr bool leaf<attributes<T, Memory>> = true;

}  // namespace ouro

#include <ouro/macros/restore.hpp>
