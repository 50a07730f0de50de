#pragma once
/// \file
/// `std::function` with edges that collections see.

#include <ouro/config.hpp>
#include <ouro/containers/value_room.hpp>
#include <ouro/trace/edge_visitor.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A callable of the signature `R(Args...)` whose edges collections see. \see function<R(Args...)>
template <class Signature>
class OURO_SHARED_TYPE function;

namespace detail {

/// A callable with the edges that it is given in front of its arguments. \see capture
template <class Call, class... Edges>
class captured {
 public:
  template <class OfCall, class... OfEdges>
  explicit captured(std::in_place_t, OfCall&& call, OfEdges&&... edges)
      : edges_(std::forward<OfEdges>(edges)...), call_(std::forward<OfCall>(call)) {}

  template <class... Args>
    requires std::invocable<Call&, Edges&..., Args...>
  decltype(auto) operator()(Args&&... args) {
    return std::apply(
        [&](Edges&... edges) -> decltype(auto) { return std::invoke(call_, edges..., std::forward<Args>(args)...); },
        edges_);
  }
  template <class... Args>
    requires std::invocable<const Call&, const Edges&..., Args...>
  decltype(auto) operator()(Args&&... args) const {
    return std::apply(
        [&](const Edges&... edges) -> decltype(auto) {
          return std::invoke(call_, edges..., std::forward<Args>(args)...);
        },
        edges_);
  }

  void trace(auto&& visit) { visit(edges_); }

 private:
  std::tuple<Edges...> edges_;
  Call call_;
};

template <class R, class... Args>
struct function_verbs : value_verbs {
  R (*call)(void* room, Args&&... args);
};

template <class T, class R, class... Args>
R call_value(void* room, Args&&... args) {
  if constexpr (std::is_void_v<R>) {
    static_cast<void>(std::invoke(verbs_of_value<T>::in(room), std::forward<Args>(args)...));
  } else {
    return std::invoke(verbs_of_value<T>::in(room), std::forward<Args>(args)...);
  }
}

template <class T, class R, class... Args>
OURO_SHARED_STATE inline constexpr function_verbs<R, Args...> function_verbs_of{verbs_of_value<T>::verbs,
                                                                                &call_value<T, R, Args...>};

template <class T, class R, class... Args>
concept callable_as = std::is_copy_constructible_v<T> && std::is_invocable_r_v<R, T&, Args...>;

}  // namespace detail

/// A callable for `ouro::function` with the edges that it needs: `capture(edges..., call)`. It calls
/// `call(edges..., args...)`, with its own copies of the edges as lvalues, and shows them to collections. The lambda
/// `call` itself captures none: collections do not look into it.
/// ```
/// button->on_click = ouro::capture(window, [](auto& window, int times) { window->close(times); });
/// ```
/// \throws what copying the arguments throws
template <class... Args>
  requires(sizeof...(Args) != 0)
[[nodiscard]] auto capture(Args&&... args) {
  constexpr std::size_t edges = sizeof...(Args) - 1;
  return [&]<std::size_t... I, class All>(std::index_sequence<I...>, All&& all) {
    using call = std::tuple_element_t<edges, std::tuple<std::decay_t<Args>...>>;
    using made = detail::captured<call, std::decay_t<std::tuple_element_t<I, std::tuple<Args...>>>...>;
    return made{std::in_place, std::get<edges>(std::forward<All>(all)), std::get<I>(std::forward<All>(all))...};
  }(std::make_index_sequence<edges>{}, std::forward_as_tuple(std::forward<Args>(args)...));
}

/// The counterpart of `std::function`: a copyable callable, or none. The edges that it holds are traced, so that a
/// cycle through a closure is collected. It takes a function, a lambda without captures, a class with edges that the
/// library sees, and `capture(edges..., call)`; other lambdas do not compile. Callables of up to three words lie in the
/// `function`, others in memory of their own. A collection makes the edges of a closure null before destructors run.
/// Not thread-safe; exceptions leave it as it was.
template <class R, class... Args>
class function<R(Args...)> {
 public:
  using result_type = R;

  function() noexcept = default;
  function(std::nullptr_t) noexcept {}
  template <class T>
    requires(!std::same_as<std::remove_cvref_t<T>, function>) && detail::callable_as<std::decay_t<T>, R, Args...>
  function(T&& call) {
    using given = std::remove_cvref_t<T>;
    using held = std::decay_t<T>;
    if constexpr (std::is_pointer_v<given> || std::is_member_pointer_v<given>) {
      if (call == nullptr) return;
    }
    value_.template emplace<held>(detail::function_verbs_of<held, R, Args...>, std::forward<T>(call));
  }

  function& operator=(std::nullptr_t) noexcept {
    value_.reset();
    return *this;
  }
  template <class T>
    requires(!std::same_as<std::remove_cvref_t<T>, function>) && detail::callable_as<std::decay_t<T>, R, Args...>
  function& operator=(T&& call) {
    function{std::forward<T>(call)}.swap(*this);
    return *this;
  }

  void swap(function& with) noexcept { value_.swap(with.value_); }
  friend void swap(function& first, function& second) noexcept { first.swap(second); }

  [[nodiscard]] explicit operator bool() const noexcept { return value_.verbs() != nullptr; }
  [[nodiscard]] friend bool operator==(const function& left, std::nullptr_t) noexcept { return !left; }

  /// \throws std::bad_function_call if there is no callable, and what that throws
  R operator()(Args... args) const {
    if (value_.verbs() == nullptr) throw_bad_call();
    return value_.verbs()->call(value_.room(), std::forward<Args>(args)...);
  }

  /// The callable, if it is a `T`; otherwise null.
  template <class T>
  [[nodiscard]] T* target() const noexcept {
    if constexpr (detail::callable_as<T, R, Args...>) {
      if (value_.verbs() == &detail::function_verbs_of<T, R, Args...>) return static_cast<T*>(value_.value());
    }
    return nullptr;
  }

  void trace(edge_visitor& visit) { value_.trace(visit); }

 private:
  [[noreturn]] OURO_NOINLINE static void throw_bad_call() {
#if OURO_HAS_EXCEPTIONS
    throw std::bad_function_call{};
#else
    std::terminate();
#endif
  }

  detail::any_value<detail::function_verbs<R, Args...>> value_;
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
