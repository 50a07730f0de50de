#pragma once
/// \file
/// The base class of objects that make a `shared_ptr` to themselves.

#include <ouro/base/throw.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/pointer/pointer_access.hpp>
#include <ouro/refcount/count_word.hpp>
#include <ouro/standard/fwd.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// Access of the library to what `basic_enable_shared_from_this` keeps.
struct enabled_access {
  /// The base class of an object that has an accessible one for this memory; otherwise there is no such function.
  template <class Memory, class T>
  [[nodiscard]] static const volatile basic_enable_shared_from_this<T, Memory>* base_of(
      const volatile basic_enable_shared_from_this<T, Memory>* object) noexcept {
    return object;
  }

  /// The first owner of `object` becomes what `shared_from_this` shares. \pre the owner has a pointer
  template <class Memory, class T>
  static void own([[maybe_unused]] T* object, [[maybe_unused]] header<typename Memory::refcount>* owner) noexcept {
    if constexpr (requires { base_of<Memory>(object); }) {
      if (object != nullptr) base(base_of<Memory>(object)).own(const_cast<std::remove_cv_t<T>*>(object), owner);
    }
  }

  /// The object outlives its owner.
  template <class Memory, class T>
  static void disown([[maybe_unused]] T* object, [[maybe_unused]] header<typename Memory::refcount>* owner) noexcept {
    if constexpr (requires { base_of<Memory>(object); }) {
      if (object != nullptr) base(base_of<Memory>(object)).disown(owner);
    }
  }
  template <class Memory>
  static void disown(std::nullptr_t, header<typename Memory::refcount>*) noexcept {}

 private:
  template <class T, class Memory>
  [[nodiscard]] static const basic_enable_shared_from_this<T, Memory>& base(
      const volatile basic_enable_shared_from_this<T, Memory>* at) noexcept {
    return *const_cast<const basic_enable_shared_from_this<T, Memory>*>(at);
  }
};

}  // namespace detail

/// The counterpart of `std::enable_shared_from_this`: the first `shared_ptr` of this memory that owns the object lets
/// the object make others that own it, too.
///
/// It keeps the address of the owner and no weak pointer, and so costs no allocation: the owner lives until the object
/// ends, or tells an object that outlives it.
template <class T, class Memory>
class OURO_SHARED_TYPE basic_enable_shared_from_this {
  using refcount = typename Memory::refcount;

 public:
  /// \throws std::bad_weak_ptr if no `shared_ptr` owns the object yet, or none any more, as in its destructor
  [[nodiscard]] basic_shared_ptr<T, Memory> shared_from_this() { return share<T>(); }
  [[nodiscard]] basic_shared_ptr<const T, Memory> shared_from_this() const { return share<const T>(); }

  /// Empty if no `shared_ptr` owns the object. Ends the program when memory is exhausted.
  [[nodiscard]] basic_weak_ptr<T, Memory> weak_from_this() noexcept { return watch<T>(); }
  [[nodiscard]] basic_weak_ptr<const T, Memory> weak_from_this() const noexcept { return watch<const T>(); }

 protected:
  constexpr basic_enable_shared_from_this() noexcept = default;
  basic_enable_shared_from_this(const basic_enable_shared_from_this&) noexcept {}
  basic_enable_shared_from_this& operator=(const basic_enable_shared_from_this&) noexcept { return *this; }
  ~basic_enable_shared_from_this() = default;

 private:
  friend struct detail::enabled_access;
  using owner_type = managed_ptr<void, refcount, typename Memory::collector, typename Memory::allocator>;

  void own(T* self, detail::header<refcount>* owner) const noexcept {
    if (owner_ != nullptr && owner_->load_count() != count_word::none) return;
    self_ = self;
    owner_ = owner;
  }

  void disown(const detail::header<refcount>* owner) const noexcept {
    if (owner_ == owner) owner_ = nullptr;
  }

  /// Null if there is no owner, or no pointer to it.
  [[nodiscard]] owner_type lock() const noexcept {
    if (owner_ == nullptr || owner_->load_count() == count_word::none ||
        (detail::info_of<typename Memory::collector>(*owner_) & detail::info_word::dead) != 0) {
      return nullptr;
    }
    // Who calls a function of the object keeps it alive meanwhile.
    detail::counting<refcount, typename Memory::collector>::increment(owner_->object());
    return detail::pointer_access::take<owner_type>(owner_->object());
  }

  template <class To>
  [[nodiscard]] basic_shared_ptr<To, Memory> share() const {
    owner_type owner = lock();
    if (owner == nullptr) detail::throw_bad_weak_ptr();
    return {std::move(owner), static_cast<To*>(self_)};
  }

  template <class To>
  [[nodiscard]] basic_weak_ptr<To, Memory> watch() const noexcept {
    owner_type owner = lock();
    if (owner == nullptr) return {};
    return basic_shared_ptr<To, Memory>{std::move(owner), static_cast<To*>(self_)};
  }

  mutable T* self_ = nullptr;
  mutable detail::header<refcount>* owner_ = nullptr;  ///< not counted
};

/// The owner is no edge of the object.
template <class T, class Memory>
inline constexpr bool leaf<basic_enable_shared_from_this<T, Memory>> = true;

}  // namespace ouro

#include <ouro/macros/restore.hpp>
