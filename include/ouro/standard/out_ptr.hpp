#pragma once
/// \file
/// The counterparts of `std::out_ptr` and `std::inout_ptr` of C++23, which hand a smart pointer to functions that
/// return objects through a `T**`.

#include <ouro/config.hpp>
#include <ouro/standard/shared_ptr.hpp>

#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

template <class Smart>
inline constexpr bool is_shared_pointer = false;
template <class T, class Memory>
inline constexpr bool is_shared_pointer<basic_shared_ptr<T, Memory>> = true;
template <class T>
inline constexpr bool is_shared_pointer<std::shared_ptr<T>> = true;

template <class Smart>
struct pointer_in {
  using type = typename std::pointer_traits<Smart>::element_type*;
};
template <class Smart>
  requires requires { typename Smart::pointer; }
struct pointer_in<Smart> {
  using type = typename Smart::pointer;
};
template <class Smart>
  requires(
      !requires { typename Smart::pointer; } && requires { typename Smart::element_type; })
struct pointer_in<Smart> {
  using type = typename Smart::element_type*;
};

}  // namespace detail

/// A temporary that converts to a `Pointer*`, or to a `void**`, and at its end has `Smart` take over what was written
/// there, with the arguments for its `reset`.
template <class Smart, class Pointer, class... Args>
class OURO_SHARED_TYPE out_ptr_t {
  static_assert(!detail::is_shared_pointer<Smart> || sizeof...(Args) != 0,
                "ouro: `out_ptr` of a shared pointer needs the deleter for the object");

 public:
  explicit out_ptr_t(Smart& to, Args... args) : to_{to}, args_{std::forward<Args>(args)...} { to_.reset(); }
  out_ptr_t(const out_ptr_t&) = delete;
  out_ptr_t& operator=(const out_ptr_t&) = delete;

  ~out_ptr_t() noexcept(false) {
    if (!written_) return;
    std::apply([this](auto&&... args) { to_.reset(static_cast<kept>(written_), std::forward<Args>(args)...); },
               std::move(args_));
  }

  operator Pointer*() const noexcept { return std::addressof(written_); }
  operator void**() const noexcept
    requires(std::is_pointer_v<Pointer> && !std::is_same_v<Pointer, void*>)
  {
    return reinterpret_cast<void**>(std::addressof(written_));
  }

 private:
  using kept = typename detail::pointer_in<Smart>::type;

  Smart& to_;
  OURO_NO_UNIQUE_ADDRESS std::tuple<Args...> args_;
  mutable Pointer written_{};
};

/// Like `out_ptr_t`, for functions that also take over what the pointer owns at first: the pointer gives it up.
template <class Smart, class Pointer, class... Args>
class OURO_SHARED_TYPE inout_ptr_t {
  static_assert(!detail::is_shared_pointer<Smart>, "ouro: a shared pointer cannot give up its object to `inout_ptr`");

 public:
  explicit inout_ptr_t(Smart& to, Args... args) : to_{to}, args_{std::forward<Args>(args)...}, written_{to.get()} {}
  inout_ptr_t(const inout_ptr_t&) = delete;
  inout_ptr_t& operator=(const inout_ptr_t&) = delete;

  ~inout_ptr_t() noexcept(false) {
    static_cast<void>(to_.release());
    if (!written_) return;
    std::apply([this](auto&&... args) { to_.reset(static_cast<kept>(written_), std::forward<Args>(args)...); },
               std::move(args_));
  }

  operator Pointer*() const noexcept { return std::addressof(written_); }
  operator void**() const noexcept
    requires(std::is_pointer_v<Pointer> && !std::is_same_v<Pointer, void*>)
  {
    return reinterpret_cast<void**>(std::addressof(written_));
  }

 private:
  using kept = typename detail::pointer_in<Smart>::type;

  Smart& to_;
  OURO_NO_UNIQUE_ADDRESS std::tuple<Args...> args_;
  mutable Pointer written_;
};

/// `make(ouro::out_ptr(p, deleter))` for `void make(T** made)`: `p` owns what was made. A shared pointer needs the
/// deleter.
template <class Pointer = void, class Smart, class... Args>
[[nodiscard]] auto out_ptr(Smart& to, Args&&... args) {
  using pointer = std::conditional_t<std::is_void_v<Pointer>, typename detail::pointer_in<Smart>::type, Pointer>;
  return out_ptr_t<Smart, pointer, Args&&...>(to, std::forward<Args>(args)...);
}
/// Like `out_ptr`, for functions that also take over what the pointer owns at first. Not for shared pointers, which
/// cannot give it up.
template <class Pointer = void, class Smart, class... Args>
[[nodiscard]] auto inout_ptr(Smart& to, Args&&... args) {
  using pointer = std::conditional_t<std::is_void_v<Pointer>, typename detail::pointer_in<Smart>::type, Pointer>;
  return inout_ptr_t<Smart, pointer, Args&&...>(to, std::forward<Args>(args)...);
}

}  // namespace ouro

#include <ouro/macros/restore.hpp>
