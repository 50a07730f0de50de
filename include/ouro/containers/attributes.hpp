#pragma once
/// \file
/// Python's `__dict__`: attributes that an object gets while the program runs.

#include <ouro/base/dependent.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/config.hpp>
#include <ouro/containers/lifetime_watch.hpp>
#include <ouro/containers/loan.hpp>
#include <ouro/containers/own_names.hpp>
#include <ouro/containers/quiet.hpp>
#include <ouro/containers/set_aside.hpp>
#include <ouro/containers/shape.hpp>
#include <ouro/containers/shape_tree.hpp>
#include <ouro/containers/value_block.hpp>
#include <ouro/fwd.hpp>
#include <ouro/intern/interned_string.hpp>
#include <ouro/pointer/memory.hpp>
#include <ouro/trace/trace_kind.hpp>

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
/// Values may change the object while it works on them. Destructors of those that leave it find it without them, and
/// whole; they may also end it. What a value does while it is made by default, and what destructors do while the object
/// asks for memory, stays done. What is done while values are moved finds the object empty, and is undone. While an
/// object is copied, values that leave it stay alive; if it gets others or loses some, they may be moved from.
///
/// Belongs to the thread that made it, as its shapes do. References are good until the next new name or removal.
template <class T, class Memory = default_memory>
class OURO_SHARED_TYPE attributes {
  using value_block = detail::value_block<T, typename Memory::template std_allocator<T>>;
  using loan = detail::loan<value_block>;
  using shape = detail::shape<detail::dependent<interned_string, T>>;
  using shape_tree = detail::shape_tree<detail::dependent<interned_string, T>>;
  using own_names = detail::own_names<detail::dependent<interned_string, T>, Memory>;
  static_assert(std::is_nothrow_move_constructible_v<T>, "ouro: attributes are moved, and must not throw then");

 public:
  using mapped_type = T;
  using size_type = std::size_t;

  /// Names that objects have in common.
  static constexpr size_type most_shared = 64;

  attributes() noexcept = default;
  attributes(const attributes& from) : attributes{} {
    own_pointer own;
    // Each request for memory may begin a collection, whose destructors may change `from`.
    do {
      values_ = value_block{from.size()};
      if (from.has_own_names()) own = make_own(from.size());
    } while (values_.room() < from.size() || (from.has_own_names() && own->room() < from.size()));
    if (from.has_own_names()) {
      for (std::size_t i = 0; i != from.size(); ++i) own->add(from.name(i));
      names_ = own.release();
    } else {
      take_shape(from.shared());
    }
    const loan lent{from.values_};
    for (const T& each : lent) values_.append(each);  // calls user code, which may change `from`
  }
  attributes(attributes&& from) noexcept : attributes{} { swap(from); }
  attributes& operator=(attributes from) noexcept {
    swap(from);
    return *this;
  }
  ~attributes() {
    detail::lifetime_watch::end(this);
    do clear();
    while (!empty());  // a destructor may have given it something
  }

  void swap(attributes& with) noexcept {
    std::swap(names_, with.names_);
    values_.swap(with.values_);
  }
  friend void swap(attributes& left, attributes& right) noexcept { left.swap(right); }

  [[nodiscard]] size_type size() const noexcept { return values_.size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  /// Makes room for `wanted` attributes. \throws std::bad_alloc
  void reserve(size_type wanted) {
    if (wanted > values_.room()) move_to(wanted);
  }

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

  /// The value of `name`, made by default if there is none: then the object changes its shape. What makes or moves the
  /// value must not end the object.
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

  /// Whether the name is new. The old value goes when the new one is in its place.
  /// \throws std::bad_alloc, and nothing has changed then
  bool insert_or_assign(const interned_string& name, T value) {
    const held_name held = name;
    cache fresh;
    for (;;) {
      if (const std::size_t index = index_of(held); index != shape::none) {
        move_aside([&](attributes& here) { std::swap(here.values_.data()[index], value); });
        return false;
      }
      if (add(held, fresh, std::move(value)) != nullptr) return true;
    }
  }

  /// Gives the others the shape that they would have without it. O(names). \throws std::bad_alloc
  bool erase(const interned_string& name) {
    const held_name held = name;
    leave_lent_values();
    const std::size_t index = index_of(held);
    if (index == shape::none) return false;
    const bool stays_own = size() > most_shared + 1;
    shape* const without = stays_own ? nullptr : shape_without(index);
    [[maybe_unused]] const T taken = move_aside([&](attributes& here) {
      if (stays_own) {
        here.own()->erase(index);
      } else {
        const own_pointer given = here.give_own();
        here.take_shape(without);
      }
      return here.values_.take(index);
    });
    return true;  // calls user code when `taken` goes: the attribute is gone
  }

  /// Without any first, and then the values are destroyed, the first of them first.
  void clear() noexcept {
    value_block taken;  // calls user code when it ends; the object does not refer to it
    taken.swap(values_);
    if (const own_pointer given = give_own(); given == nullptr) take_shape(nullptr);
    if (loan* const holder = loan_of(taken); holder != nullptr) holder->kept() = std::move(taken);
  }

  /// Calls `see(name, value)` for all, in the order in which they came. `see` may give names to other objects, and
  /// change or end this one.
  void each(auto see) const {
    const detail::lifetime_watch watch{this};
    for (std::size_t i = 0; !watch.has_ended() && i < size(); ++i) {
      const interned_string held = name(i);  // where it lies may move when another object gets a name
      see(held, values_.data()[i]);          // calls user code
    }
  }

  [[nodiscard]] std::span<T> values() noexcept { return {values_.data(), size()}; }
  [[nodiscard]] std::span<const T> values() const noexcept { return {values_.data(), size()}; }

  /// Whether both objects have the same names, in the same order, and so share them.
  [[nodiscard]] bool has_shape_of(const attributes& other) const noexcept {
    return size() == other.size() && names_ == other.names_;
  }

  /// Bytes that this object alone takes: itself and its values.
  [[nodiscard]] std::size_t own_bytes() const noexcept {
    return sizeof *this + values_.room() * sizeof(T) + (has_own_names() ? own()->bytes() : 0);
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
  [[nodiscard]] std::uint64_t key() const noexcept { return names_ == nullptr ? 0 : names_->serial | size(); }

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

  /// Null if no name is left. The shape has no object yet. \throws std::bad_alloc
  [[nodiscard]] shape* shape_without(std::size_t index) const {
    if (size() == 1) return nullptr;
    shape_tree& tree = shape_tree::current();
    shape* without = &tree.root();
    std::size_t names = 0;
    for (std::size_t i = 0; i != size(); ++i) {
      if (i != index) without = &tree.follow(*without, names++, name(i));
    }
    return without;
  }

  /// A name that is asked for may lie in a value, which moves.
  using held_name = std::conditional_t<detail::is_quiet<T>, const interned_string&, interned_string>;

  [[nodiscard]] const interned_string& name(std::size_t index) const noexcept {
    return has_own_names() ? own()->name(index) : shared()->name(index);
  }

  [[nodiscard]] std::size_t index_of(const interned_string& name) const noexcept {
    if (names_ == nullptr) return shape::none;
    return has_own_names() ? own()->find(name) : shared()->find(name, size());
  }

  [[nodiscard]] T* at_index(std::size_t index) noexcept {
    return index == shape::none ? nullptr : values_.data() + index;
  }

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
    const held_name held = name;
    for (;;) {
      T* at = nullptr;
      if constexpr (detail::is_quiet<T>) {
        at = add(held, last);
      } else {
        T made{};  // calls user code, and so it does when it goes
        at = add(held, last, std::move(made));
      }
      if (at == nullptr || !detail::moves_quietly<T>) at = find(held);
      if (at != nullptr) return *at;
    }
  }

  /// The value of the name that the object gets, made from `from`; null, and `from` is as it was, if user code that
  /// runs meanwhile gives it that name. \throws std::bad_alloc, and nothing has changed then
  template <class... From>
  [[nodiscard]] T* add(const interned_string& name, cache& last, From&&... from) {
    if (!detail::is_quiet<T> && contains(name)) return nullptr;  // the code that made the value may have added it
    while (!has_room()) {
      make_room();  // may begin a collection, whose destructors change the object
      if (contains(name)) return nullptr;
    }
    shape* const next = size() < most_shared ? &next_shape(name, last) : nullptr;
    return move_aside([&](attributes& here) {
      if (next == nullptr) {
        here.own()->add(name);
      } else if (next != here.names_) {
        here.take_shape(next);
      }
      return &here.values_.append(std::forward<From>(from)...);
    });
  }

  /// That of the object when it gets the name.
  [[nodiscard]] shape& next_shape(const interned_string& name, cache& last) const {
    if (!empty() && shared()->goes_on_with(size(), name)) return *shared();
    shape_tree& tree = empty() ? shape_tree::current() : shared()->tree();
    // User code that has run since the look-up may have used the cache for other objects.
    if (last.seen_ != key()) return tree.follow(empty() ? tree.root() : *shared(), size(), name);
    if (last.next_ == nullptr || last.freed_ != tree.freed()) {
      last.next_ = &tree.follow(empty() ? tree.root() : *shared(), size(), name);
      last.freed_ = tree.freed();
    }
    return *last.next_;
  }

  /// For one more value, and for its name.
  [[nodiscard]] bool has_room() const noexcept {
    return size() < values_.room() && (size() < most_shared || (has_own_names() && own()->has_room()));
  }

  /// Some of what `has_room` asks for, unless what the request for memory began has changed the object.
  void make_room() {
    if (size() == values_.room()) return move_to(size() < most_shared ? size() + 1 : size() + size() / 4);
    own_pointer wider = make_own(size() * 2);
    if (size() < most_shared || wider->room() <= size()) return;
    for (std::size_t i = 0; i != size(); ++i) wider->add(name(i));
    if (const own_pointer left = give_own(); left == nullptr) take_shape(nullptr);
    names_ = wider.release();
  }

  /// \post there is that room, unless what the request for memory began has given the object more values
  void move_to(std::size_t room) {
    value_block wider{room};
    if (wider.room() < size()) return;
    value_block left;  // calls user code when it goes: the object is whole
    loan* const holder = loan_of(values_);
    move_aside([&](attributes& here) {
      left.swap(here.values_);
      if (holder == nullptr) {
        wider.append_all(left);
      } else {
        for (std::size_t i = 0; i != left.size(); ++i) wider.append(detail::copied_or_moved(left.data()[i]));
      }
      here.values_.swap(wider);
    });
    if (holder != nullptr) holder->kept() = std::move(left);
  }

  [[nodiscard]] static loan* loan_of(const value_block& values) noexcept {
    if constexpr (detail::is_quiet<T>) {
      return nullptr;
    } else {
      return loan::of(values);
    }
  }

  /// Goes on with values of its own where user code has references to these. \throws std::bad_alloc
  void leave_lent_values() {
    while (loan_of(values_) != nullptr) move_to(values_.room());
  }

  /// Runs `change(object)`, which asks for no memory, where no user code meets the values while they move.
  template <class Change>
  decltype(auto) move_aside(Change change) {
    return detail::move_aside<detail::moves_quietly<T>>(*this, change);
  }

  detail::names_head* names_ = nullptr;  ///< a `shape` of the heap's tree, or beyond `most_shared` `own_names`; null if
                                         ///< there are no names
  value_block values_{};                 ///< in the order of the names
};

template <class T, class Memory>
  requires(detail::is_leaf<T>())
inline constexpr bool leaf<attributes<T, Memory>> = true;

}  // namespace ouro

#include <ouro/macros/restore.hpp>
