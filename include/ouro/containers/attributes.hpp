#pragma once
/// \file
/// Python's `__dict__`: attributes that an object gets at run time.

#include <ouro/base/dependent.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/config.hpp>
#include <ouro/containers/attribute_names.hpp>
#include <ouro/containers/calls_user_code.hpp>
#include <ouro/containers/detached_content.hpp>
#include <ouro/containers/lifetime_watch.hpp>
#include <ouro/containers/storage_pin.hpp>
#include <ouro/containers/value_block.hpp>
#include <ouro/fwd.hpp>
#include <ouro/intern/interned_string.hpp>
#include <ouro/pointer/memory.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A map from names to values, for one of many objects that have the same names. All objects that got the same names in
/// the same order share one list of names, a `shape`. An object itself takes 24 bytes on 64-bit systems, and its
/// values. These are the split dictionaries of CPython. An object with more than `most_shared` names has a list of its
/// own. A shape that no object has is freed, except for some that were used last.
///
/// The user code that an operation calls may change the object:
/// - Destructors of removed values find the object valid and without these values; they may also destroy the object.
/// - Changes by the default constructor of a value are kept, and so are changes by destructors while the object
/// allocates
///   memory.
/// - While values are moved, user code finds the object empty; what it adds then is dropped afterwards.
/// - While an object is copied, values that are removed stay alive; if values are added or removed, they may be
///   moved-from.
///
/// May be used by the thread that made it, as its shape belongs to that thread. References to values are valid until
/// the next new name or removal.
template <class T, class Memory = default_memory>
class OURO_SHARED_TYPE attributes {
  using value_block = detail::value_block<T, typename Memory::template std_allocator<T>>;
  using storage_pin = detail::storage_pin<value_block>;
  using names = detail::attribute_names<detail::dependent<interned_string, T>, Memory>;
  static_assert(std::is_nothrow_move_constructible_v<T>, "ouro: attributes are moved, and must not throw then");

 public:
  using mapped_type = T;
  using size_type = std::size_t;

  /// The most names that objects share.
  static constexpr size_type most_shared = names::most_shared;

  attributes() noexcept = default;
  attributes(const attributes& from) : attributes{} {
    typename names::unshared_pointer unshared;
    // Each allocation may begin a collection whose destructors change `from`.
    do {
      values_ = value_block{from.size()};
      if (from.names_.are_unshared()) unshared = names::make_unshared(from.size());
    } while (values_.room() < from.size() || (from.names_.are_unshared() && unshared->room() < from.size()));
    if (from.names_.are_unshared()) {
      for (std::size_t i = 0; i != from.size(); ++i) unshared->add(from.names_.name(i));
      names_.set_unshared(std::move(unshared));
    } else {
      names_.share_with(from.names_);
    }
    const storage_pin pin{from.values_};
    for (const T& each : pin) values_.append(each);  // calls user code, which may change `from`
  }
  attributes(attributes&& from) noexcept : attributes{} { swap(from); }
  attributes& operator=(attributes from) noexcept {
    swap(from);
    return *this;
  }
  ~attributes() {
    detail::lifetime_watch::end(this);
    do clear();
    while (!empty());  // a destructor may have added an attribute
  }

  void swap(attributes& with) noexcept {
    names_.swap(with.names_);
    values_.swap(with.values_);
  }
  friend void swap(attributes& left, attributes& right) noexcept { left.swap(right); }

  [[nodiscard]] size_type size() const noexcept { return values_.size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  /// Makes room for `wanted` attributes. \throws std::bad_alloc
  void reserve(size_type wanted) {
    if (wanted > values_.room()) move_to(wanted);
  }

  /// The value of `name`, or null. O(names); with more than `most_shared` names, O(1) on average.
  [[nodiscard]] T* find(const interned_string& name) noexcept { return at_index(index_of(name)); }
  [[nodiscard]] const T* find(const interned_string& name) const noexcept {
    return const_cast<attributes*>(this)->find(name);
  }
  [[nodiscard]] bool contains(const interned_string& name) const noexcept { return find(name) != nullptr; }

  /// Remembers at which index one name was found last: for a place in a program that looks the name up in many objects
  /// of one shape (the inline caches of Deutsch and Schiffman 1984). To be used with objects of one heap.
  using cache = typename names::cache;

  /// `find` with a cache for this name. O(1) if the object has the shape of the previous one.
  [[nodiscard]] OURO_ALWAYS_INLINE T* find(const interned_string& name, cache& last) noexcept {
    if (last.key_ != names_.key(size())) [[unlikely]]
      return look_up(name, last);
    return at_index(last.index_);
  }

  /// `operator[]` with a cache for this name. O(1) if the object has the shape of the previous one.
  OURO_ALWAYS_INLINE T& get_or_add(const interned_string& name, cache& last) {
    T* const found = find(name, last);
    return found != nullptr ? *found : add_default(name, last);
  }

  /// The value of `name`; if there is none, adds one that is made by default, and the object changes its shape. The
  /// code that makes or moves the value must not destroy the object.
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

  /// Returns whether the name is new. An old value is destroyed when the new one is in its place.
  /// \throws std::bad_alloc, and nothing has changed then
  bool insert_or_assign(const interned_string& name, T value) {
    const held_name held = name;
    cache fresh;
    for (;;) {
      if (const std::size_t index = index_of(held); index != names::none) {
        change_detached([&](attributes& here) { std::swap(here.values_.data()[index], value); });
        return false;
      }
      if (add(held, fresh, std::move(value)) != nullptr) return true;
    }
  }

  /// Removes the attribute. The object gets the shape of the remaining names. O(names). \throws std::bad_alloc
  bool erase(const interned_string& name) {
    const held_name held = name;
    leave_pinned_storage();
    const std::size_t index = index_of(held);
    if (index == names::none) return false;
    const bool stays_unshared = size() > most_shared + 1;
    auto* const without = stays_unshared ? nullptr : names_.shape_without(index, size());
    [[maybe_unused]] const T taken = change_detached([&](attributes& here) {
      if (stays_unshared) {
        here.names_.erase_unshared(index);
      } else {
        here.names_.set_shape(without);
      }
      return here.values_.take(index);
    });
    return true;  // calls user code when `taken` is destroyed: the object does not have the attribute
  }

  /// Makes the object empty, then destroys the values, the first one first.
  void clear() noexcept {
    value_block taken;  // calls user code when it is destroyed; the object does not refer to it
    taken.swap(values_);
    names_.clear();
    if (storage_pin* const pin = pin_of(taken); pin != nullptr) pin->kept() = std::move(taken);
  }

  /// Calls `see(name, value)` for all attributes, in the order in which they were added. `see` may add attributes to
  /// other objects, and change or destroy this one.
  void each(auto see) const {
    const detail::lifetime_watch watch{this};
    for (std::size_t i = 0; !watch.has_ended() && i < size(); ++i) {
      const interned_string held = names_.name(i);  // a shape moves its names when another object gets a name
      see(held, values_.data()[i]);                 // calls user code
    }
  }

  [[nodiscard]] std::span<T> values() noexcept { return {values_.data(), size()}; }
  [[nodiscard]] std::span<const T> values() const noexcept { return {values_.data(), size()}; }

  /// Whether both objects have the same names in the same order, and share them.
  [[nodiscard]] bool has_shape_of(const attributes& other) const noexcept {
    return size() == other.size() && names_.are_same(other.names_);
  }

  /// Bytes that belong to this object alone: the object, its values and its unshared names.
  [[nodiscard]] std::size_t own_bytes() const noexcept {
    return sizeof *this + values_.room() * sizeof(T) + names_.own_bytes();
  }

  /// Bytes of the shape, which all objects that got the same names share, and objects with the first ones of these
  /// names.
  [[nodiscard]] std::size_t shared_bytes() const noexcept { return names_.shared_bytes(); }

  void trace(auto&& visit) {
    for (T& each : values()) visit(each);
  }

 private:
  /// A copy of a name if the argument may lie in a value that is moved; otherwise a reference.
  using held_name = std::conditional_t<detail::calls_user_code<T>, interned_string, const interned_string&>;

  [[nodiscard]] std::size_t index_of(const interned_string& name) const noexcept { return names_.find(name, size()); }

  [[nodiscard]] T* at_index(std::size_t index) noexcept {
    return index == names::none ? nullptr : values_.data() + index;
  }

  OURO_NOINLINE T* look_up(const interned_string& name, cache& last) noexcept {
    const std::size_t index = index_of(name);
    if (names_.are_unshared()) return at_index(index);  // their key stays while they change
    last.key_ = names_.key(size());
    last.next_ = nullptr;
    last.index_ = index;
    return at_index(index);
  }

  /// Adds a name that was not found.
  OURO_NOINLINE T& add_default(const interned_string& name, cache& last) {
    const held_name held = name;
    for (;;) {
      T* at = nullptr;
      if constexpr (detail::calls_user_code<T>) {
        T made{};  // calls user code, and so does its destructor
        at = add(held, last, std::move(made));
      } else {
        at = add(held, last);
      }
      if (at == nullptr || detail::moves_call_user_code<T>) at = find(held);
      if (at != nullptr) return *at;
    }
  }

  /// Adds the name with a value made from `from`. Returns null, with `from` unchanged, if user code that runs meanwhile
  /// adds the name. \throws std::bad_alloc, and nothing has changed then
  template <class... From>
  [[nodiscard]] T* add(const interned_string& name, cache& last, From&&... from) {
    if (detail::calls_user_code<T> && contains(name)) return nullptr;  // the code that made the value may have added it
    while (!has_room()) {
      make_room();  // may begin a collection whose destructors change the object
      if (contains(name)) return nullptr;
    }
    auto* const next = size() < most_shared ? &names_.next_shape(name, size(), last) : nullptr;
    return change_detached([&](attributes& here) {
      here.names_.add(name, next);
      return &here.values_.append(std::forward<From>(from)...);
    });
  }

  /// Whether there is room for one more value and its name.
  [[nodiscard]] bool has_room() const noexcept {
    return size() < values_.room() && (size() < most_shared || names_.has_unshared_room());
  }

  /// Makes room for a value or for its name: `has_room` says whether more is needed. An allocation may begin a
  /// collection whose destructors change the object; then it may have made none.
  void make_room() {
    if (size() == values_.room()) return move_to(size() < most_shared ? size() + 1 : size() + size() / 4);
    typename names::unshared_pointer wider = names::make_unshared(size() * 2);
    if (size() < most_shared || wider->room() <= size()) return;
    for (std::size_t i = 0; i != size(); ++i) wider->add(names_.name(i));
    names_.set_unshared(std::move(wider));
  }

  /// \post has that room, unless the allocation began a collection that has added values
  void move_to(std::size_t room) {
    value_block wider{room};
    if (wider.room() < size()) return;
    value_block left;  // calls user code when it is destroyed: the object is valid
    storage_pin* const pin = pin_of(values_);
    change_detached([&](attributes& here) {
      left.swap(here.values_);
      if (pin == nullptr) {
        wider.append_all(left);
      } else {
        for (std::size_t i = 0; i != left.size(); ++i) wider.append(detail::copied_or_moved(left.data()[i]));
      }
      here.values_.swap(wider);
    });
    if (pin != nullptr) pin->kept() = std::move(left);
  }

  /// The pin on these values, or null.
  [[nodiscard]] static storage_pin* pin_of(const value_block& values) noexcept {
    if constexpr (detail::calls_user_code<T>) {
      return storage_pin::of(values);
    } else {
      return nullptr;
    }
  }

  /// If the storage is pinned, gives it to the pin and goes on with storage of its own. \throws std::bad_alloc
  void leave_pinned_storage() {
    while (pin_of(values_) != nullptr) move_to(values_.room());
  }

  /// Runs `change(object)`, which allocates nothing, where user code cannot reach the values while they are moved.
  template <class Change>
  decltype(auto) change_detached(Change change) {
    return detail::change_detached<detail::moves_call_user_code<T>>(*this, change);
  }

  names names_{};
  value_block values_{};  ///< in the order of the names
};

namespace detail {

/// Objects share their names with others of their heap.
template <class T, class Memory>
struct handle_traits<attributes<T, Memory>> {
  static void survey(const attributes<T, Memory>& handle, survey_sink& sink) {
    if (!handle.empty()) sink.guide().see_unknown("ouro::attributes", "the names of attributes belong to the thread");
  }
};

}  // namespace detail

template <class T, class Memory>
  requires(detail::is_leaf<T>())
inline constexpr bool leaf<attributes<T, Memory>> = true;

}  // namespace ouro

#include <ouro/macros/restore.hpp>
