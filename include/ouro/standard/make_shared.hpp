#pragma once
/// \file
/// The counterparts of `std::make_shared` and `std::allocate_shared`, with their forms for arrays and for overwriting.

#include <ouro/config.hpp>
#include <ouro/pointer/array_under_construction.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/make_managed.hpp>
#include <ouro/standard/allocated_block.hpp>
#include <ouro/standard/enable_shared_from_this.hpp>
#include <ouro/standard/fwd.hpp>
#include <ouro/standard/shared_object.hpp>
#include <ouro/standard/shared_owner.hpp>
#include <ouro/standard/shared_ptr.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// Ways in which the elements of an array begin: the arguments for the element at `i`.
struct each_value_initialised {
  template <class Add>
  void operator()(Add&& add, std::size_t) const {
    add(std::in_place);
  }
};
struct each_default_initialised {
  template <class Add>
  void operator()(Add&& add, std::size_t) const {
    add(default_initialised{});
  }
};
template <class Innermost>
struct each_copied {
  template <class Add>
  void operator()(Add&& add, std::size_t i) const {
    add(std::in_place, from[i % length]);
  }

  const Innermost* from;
  std::size_t length;
};

template <class Element>
[[nodiscard]] auto each_copy_of(const Element& element) noexcept {
  using innermost = std::remove_all_extents_t<Element>;
  return each_copied<innermost>{reinterpret_cast<const innermost*>(std::addressof(element)),
                                sizeof(Element) / sizeof(innermost)};
}

/// The elements of an array that an allocator constructs. If it throws, those that exist are destroyed, the last one
/// first.
template <class T, class Allocator>
class allocated_elements {
 public:
  using allocator = typename std::allocator_traits<Allocator>::template rebind_alloc<T>;

  allocated_elements(const Allocator& by, allocated_object<T>* first) : by_{by}, first_{first} {}
  allocated_elements(const allocated_elements&) = delete;
  allocated_elements& operator=(const allocated_elements&) = delete;
  ~allocated_elements() {
    while (made_ != 0) destroy_held(by_, first_[--made_]);
  }

  template <class... Args>
  void add(std::in_place_t, Args&&... args) {
    auto* const at = ::new (static_cast<void*>(first_ + made_)) allocated_object<T>;
    OURO_TRY { std::allocator_traits<allocator>::construct(by_, std::addressof(at->value), std::forward<Args>(args)...); }
    OURO_CATCH_ALL {
      std::destroy_at(at);
      OURO_RETHROW;
    }
    ++made_;
  }

  void keep() noexcept { made_ = 0; }

 private:
  allocator by_;
  allocated_object<T>* first_;
  std::size_t made_ = 0;  ///< elements [0, made_) are alive
};

/// Makes the `T`s of a `basic_shared_ptr<T, Memory>`.
template <class T, class Memory>
struct shared_making {
  using pointer = basic_shared_ptr<T, Memory>;
  using innermost = std::remove_cv_t<std::remove_all_extents_t<T>>;
  using held = shared_object<innermost>;
  using constructed =
      std::conditional_t<std::is_array_v<T>, allocated_object<innermost>[], allocated_object<innermost>>;

  template <class... Args>
  [[nodiscard]] OURO_ALWAYS_INLINE static pointer one(Args&&... args) {
    constexpr bool throws = !std::is_nothrow_constructible_v<held, Args...>;
    return to<held>(make_owner<throws, held, Memory>(
        1, [&](held* at) { ::new (static_cast<void*>(at)) held(std::forward<Args>(args)...); }));
  }

  template <class Each>
  [[nodiscard]] static pointer many(std::size_t length, Each each) {
    const std::size_t elements = elements_of<std::remove_extent_t<T>>(length);
    return to<held>(
        make_owner<true, held[], Memory>(elements, fill_by<array_under_construction<held>>(elements, each)));
  }

  /// Of an object that the allocator constructs and destroys, or of elements.
  template <class Allocator, class... Args>
  [[nodiscard]] static pointer one_by(const Allocator& allocator, Args&&... args) {
    return to<allocated_object<innermost>>(
        allocate_owner<constructed, Memory>(allocator, 1, [&](allocated_object<innermost>* at) {
          allocated_elements<innermost, Allocator> element{allocator, at};
          element.add(std::in_place, std::forward<Args>(args)...);
          element.keep();
        }));
  }
  template <class Allocator, class Each>
  [[nodiscard]] static pointer many_by(const Allocator& allocator, std::size_t length, Each each) {
    const std::size_t elements = elements_of<std::remove_extent_t<T>>(length);
    return to<allocated_object<innermost>>(
        allocate_owner<constructed, Memory>(allocator, elements, [&](allocated_object<innermost>* at) {
          allocated_elements<innermost, Allocator> array{allocator, at};
          for (std::size_t i = 0; i != elements; ++i) each([&](auto&&... args) { array.add(args...); }, i);
          array.keep();
        }));
  }

  /// Of objects that the allocator gives memory for, and that begin without a value.
  template <class Allocator>
  [[nodiscard]] static pointer raw_by(const Allocator& allocator, std::size_t length) {
    using all = std::conditional_t<std::is_array_v<T>, held[], held>;
    std::size_t elements = 1;
    if constexpr (std::is_array_v<T>) elements = elements_of<std::remove_extent_t<T>>(length);
    return to<held>(allocate_owner<all, Memory>(
        allocator, elements, fill_by<array_under_construction<held>>(elements, each_default_initialised{})));
  }

 private:
  template <class Array, class Each>
  [[nodiscard]] static auto fill_by(std::size_t elements, Each each) {
    return [=](held* at) {
      Array array{at};
      for (std::size_t i = 0; i != elements; ++i) each([&](const auto&... args) { array.add(args...); }, i);
      array.keep();
    };
  }

  /// A pointer to what the owner holds.
  template <class Held>
  [[nodiscard]] OURO_ALWAYS_INLINE static pointer to(owner_of_memory<Memory>&& owner) noexcept {
    innermost* const first = std::addressof(static_cast<Held*>(owner.get())->value);
    if constexpr (!std::is_array_v<T>)
      enabled_access::own<Memory>(first, header_of<typename Memory::refcount>(owner.get()));
    return {std::move(owner), reinterpret_cast<std::remove_extent_t<T>*>(first)};
  }
};

/// `make_shared<T>`. Each form is O(1) and what the constructors do, in one allocation of the memory's allocator; with
/// a collector, an automatic collection may come first.
template <class T, class Memory>
struct make_shared_function {
  using pointer = basic_shared_ptr<T, Memory>;
  using making = shared_making<T, Memory>;
  using element = std::remove_extent_t<T>;

  template <class... Args>
    requires(!std::is_array_v<T>)
  OURO_ALWAYS_INLINE pointer operator()(Args&&... args) const {
    return making::one(std::in_place, std::forward<Args>(args)...);
  }
  pointer operator()(std::size_t length) const
    requires std::is_unbounded_array_v<T>
  {
    return making::many(length, each_value_initialised{});
  }
  pointer operator()(std::size_t length, const element& each) const
    requires std::is_unbounded_array_v<T>
  {
    return making::many(length, each_copy_of(each));
  }
  pointer operator()() const
    requires std::is_bounded_array_v<T>
  {
    return making::many(std::extent_v<T>, each_value_initialised{});
  }
  pointer operator()(const element& each) const
    requires std::is_bounded_array_v<T>
  {
    return making::many(std::extent_v<T>, each_copy_of(each));
  }
};

template <class T, class Memory>
struct make_shared_for_overwrite_function {
  using pointer = basic_shared_ptr<T, Memory>;
  using making = shared_making<T, Memory>;

  pointer operator()() const
    requires(!std::is_unbounded_array_v<T>)
  {
    if constexpr (std::is_array_v<T>) {
      return making::many(std::extent_v<T>, each_default_initialised{});
    } else {
      return making::one(default_initialised{});
    }
  }
  pointer operator()(std::size_t length) const
    requires std::is_unbounded_array_v<T>
  {
    return making::many(length, each_default_initialised{});
  }
};

/// `allocate_shared<T>`: with memory of a copy of the allocator, which also constructs and destroys.
template <class T, class Memory>
struct allocate_shared_function {
  using pointer = basic_shared_ptr<T, Memory>;
  using making = shared_making<T, Memory>;
  using element = std::remove_extent_t<T>;

  template <class Allocator, class... Args>
    requires(!std::is_array_v<T>)
  pointer operator()(const Allocator& allocator, Args&&... args) const {
    return making::one_by(allocator, std::forward<Args>(args)...);
  }
  template <class Allocator>
    requires std::is_unbounded_array_v<T>
  pointer operator()(const Allocator& allocator, std::size_t length) const {
    return making::many_by(allocator, length, each_value_initialised{});
  }
  template <class Allocator>
    requires std::is_unbounded_array_v<T>
  pointer operator()(const Allocator& allocator, std::size_t length, const element& each) const {
    return making::many_by(allocator, length, each_copy_of(each));
  }
  template <class Allocator>
    requires std::is_bounded_array_v<T>
  pointer operator()(const Allocator& allocator) const {
    return making::many_by(allocator, std::extent_v<T>, each_value_initialised{});
  }
  template <class Allocator>
    requires std::is_bounded_array_v<T>
  pointer operator()(const Allocator& allocator, const element& each) const {
    return making::many_by(allocator, std::extent_v<T>, each_copy_of(each));
  }
};

template <class T, class Memory>
struct allocate_shared_for_overwrite_function {
  using pointer = basic_shared_ptr<T, Memory>;

  template <class Allocator>
    requires(!std::is_unbounded_array_v<T>)
  pointer operator()(const Allocator& allocator) const {
    return shared_making<T, Memory>::raw_by(allocator, std::is_array_v<T> ? std::extent_v<T> : 1);
  }
  template <class Allocator>
    requires std::is_unbounded_array_v<T>
  pointer operator()(const Allocator& allocator, std::size_t length) const {
    return shared_making<T, Memory>::raw_by(allocator, length);
  }
};

}  // namespace detail

// Function objects, so that one set of overloads serves all memories, and argument-dependent look-up finds none of them
// in a call of another `make_shared`. `Explicit` allows types of arguments to be named, as the standard's functions do.

/// Makes the object of a `basic_shared_ptr<T, Memory>`: `basic_make_shared<T, Memory>(args...)`, of an array
/// `basic_make_shared<T[], Memory>(length)` or `(length, element)`, `basic_make_shared<T[N], Memory>()` or `(element)`.
/// \throws std::bad_alloc, std::bad_array_new_length, and what the constructors throw
template <class T, class Memory>
inline constexpr detail::make_shared_function<T, Memory> basic_make_shared{};
/// `basic_make_shared` with default-initialised objects: bytes without a value for scalars.
template <class T, class Memory>
inline constexpr detail::make_shared_for_overwrite_function<T, Memory> basic_make_shared_for_overwrite{};
/// `basic_make_shared` with memory of an allocator, which is the first argument.
template <class T, class Memory>
inline constexpr detail::allocate_shared_function<T, Memory> basic_allocate_shared{};
/// `basic_make_shared_for_overwrite` with memory of an allocator, which is the first argument.
template <class T, class Memory>
inline constexpr detail::allocate_shared_for_overwrite_function<T, Memory> basic_allocate_shared_for_overwrite{};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
