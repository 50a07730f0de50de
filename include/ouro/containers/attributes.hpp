#pragma once
/// \file
/// Python's `__dict__`: attributes that an object gets while the program runs.

#include <ouro/allocator/throw.hpp>
#include <ouro/allocator/when_used.hpp>
#include <ouro/config.hpp>
#include <ouro/containers/own_names.hpp>
#include <ouro/containers/shape.hpp>
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

namespace ouro {

/// Names with values, for one object of many that have the same names: the names are kept once for all objects that got
/// them in the same order (`shape`), and each object has its values alone, 24 bytes on 64 bits and one value a name. As
/// CPython's split dictionaries. An object with more than `most_shared` names has them for itself.
///
/// Belongs to the thread that made it, as its shapes do. References are good until the next new name or removal.
template <class T, class Memory = default_memory>
class OURO_SHARED_TYPE attributes {
  using allocator = typename Memory::template std_allocator<T>;
  using shape = detail::shape<detail::when_used<interned_string, T>>;
  using own_names = detail::own_names<detail::when_used<interned_string, T>, Memory>;
  static_assert(std::is_nothrow_move_constructible_v<T>, "ouro: attributes are moved, and must not throw then");

 public:
  using mapped_type = T;
  using size_type = std::size_t;

  /// Names that objects have in common.
  static constexpr size_type most_shared = 64;

  attributes() noexcept = default;
  attributes(const attributes& from) : attributes{} {
    grow(from.size());
    own_pointer own = from.has_own_names() ? make_own(*from.own()) : nullptr;
    for (const T& each : from.values()) add(each);
    names_ = own != nullptr ? own.release() : from.names_;
  }
  attributes(attributes&& from) noexcept : attributes{} { swap(from); }
  attributes& operator=(attributes from) noexcept {
    swap(from);
    return *this;
  }
  ~attributes() {
    std::destroy_n(values_, size_);
    if (values_ != nullptr) allocator{}.deallocate(values_, capacity_);
    if (has_own_names()) [[unlikely]]
      drop_own();
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
    const void* seen_ = nullptr;       ///< a shape; null: the root
    shape* next_ = nullptr;            ///< that of an object which gets the name; null: not asked for yet
    std::size_t index_ = shape::none;  ///< in objects of the shape that was seen
  };

  /// `find`, for one name. O(1) where the object has the shape of the one before.
  [[nodiscard]] OURO_ALWAYS_INLINE T* find(const interned_string& name, cache& last) noexcept {
    if (last.seen_ != names_) [[unlikely]]
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
      shape* without = &shape::root();
      for (std::size_t i = 0; i != size(); ++i) {
        if (i != index) without = &without->with(this->name(i));
      }
      if (has_own_names()) drop_own();
      names_ = without;
    }
    [[maybe_unused]] const T taken = std::move(values_[index]);
    for (std::size_t i = index + 1; i != size_; ++i) values_[i - 1] = std::move(values_[i]);
    --size_;
    std::destroy_at(values_ + size_);
    return true;  // calls user code when `taken` goes: the attribute is gone
  }

  void clear() noexcept { attributes{}.swap(*this); }

  /// Calls `see(name, value)` for all, in the order in which they came.
  void each(auto see) const {
    for (std::size_t i = 0; i != size(); ++i) see(name(i), values_[i]);
  }

  [[nodiscard]] std::span<T> values() noexcept { return {values_, size_}; }
  [[nodiscard]] std::span<const T> values() const noexcept { return {values_, size_}; }

  /// Whether both objects have the same names, in the same order, and so share them.
  [[nodiscard]] bool has_shape_of(const attributes& other) const noexcept {
    return (empty() && other.empty()) || names_ == other.names_;
  }

  /// Bytes that this object alone takes: itself and its values.
  [[nodiscard]] std::size_t own_bytes() const noexcept {
    return sizeof *this + capacity_ * sizeof(T) + (has_own_names() ? own()->bytes() : 0);
  }

  /// Bytes that all objects of its shape share.
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

  template <class From>
  [[nodiscard]] static own_pointer make_own(const From& from) {
    own_names* const block = own_allocator<own_names>{}.allocate(1);
    OURO_TRY { return own_pointer{std::construct_at(block, from)}; }
    OURO_CATCH_ALL {
      own_allocator<own_names>{}.deallocate(block, 1);
      OURO_RETHROW;
    }
  }

  [[nodiscard]] bool has_own_names() const noexcept { return size_ > most_shared; }
  [[nodiscard]] own_names* own() const noexcept { return static_cast<own_names*>(names_); }
  void drop_own() noexcept { static_cast<void>(own_pointer{own()}); }

  [[nodiscard]] shape* shared() const noexcept { return static_cast<shape*>(names_); }
  [[nodiscard]] shape& shared_or_root() const { return names_ == nullptr ? shape::root() : *shared(); }

  [[nodiscard]] const interned_string& name(std::size_t index) const noexcept {
    return has_own_names() ? own()->name(index) : shared()->name(index);
  }

  [[nodiscard]] std::size_t index_of(const interned_string& name) const noexcept {
    if (names_ == nullptr) return shape::none;
    return has_own_names() ? own()->find(name) : shared()->find(name);
  }

  [[nodiscard]] T* at_index(std::size_t index) noexcept { return index == shape::none ? nullptr : values_ + index; }

  OURO_NOINLINE T* look_up(const interned_string& name, cache& last) noexcept {
    const std::size_t index = index_of(name);
    if (has_own_names()) return at_index(index);  // they change where they are
    last.seen_ = names_;
    last.next_ = nullptr;
    last.index_ = index;
    return at_index(index);
  }

  /// Gets the name that a look-up has not found.
  OURO_NOINLINE T& add_as(const interned_string& name, cache& last) {
    if (size_ >= most_shared) return add_as_own(name);
    if (last.next_ == nullptr) last.next_ = &shared_or_root().with(name);
    grow(last.next_->size());
    T& made = add();
    names_ = last.next_;
    return made;
  }

  T& add_as_own(const interned_string& name) {
    if (size_ == capacity_) grow(size_ + size_ / 4);
    if (has_own_names()) {
      own()->grow();
      T& made = add();
      own()->add(name);
      return made;
    }
    own_pointer own = make_own(*shared());
    T& made = add();
    own->add(name);
    names_ = own.release();
    return made;
  }

  /// By two at a time: objects do not get many attributes, and there are many objects.
  void grow(std::size_t wanted) {
    if (wanted <= capacity_) return;
    const std::size_t wider = wanted + wanted % 2;
    T* const moved = allocator{}.allocate(wider);
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

  void* names_ = nullptr;  ///< a `shape` of the thread's tree; null is its root; or, beyond `most_shared`, `own_names`
  T* values_ = nullptr;    ///< in the order of the shape's names
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

template <class T, class Memory>
  requires(detail::is_leaf<T>())
inline constexpr bool leaf<attributes<T, Memory>> = true;

}  // namespace ouro
