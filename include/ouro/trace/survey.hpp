#pragma once
/// \file
/// Shows all in an object that ties it to its heap: what must be known before the object goes to another thread.
///
/// A trace reports to a collector the edges through which a garbage cycle may lead. A survey reports more: edges to
/// objects that no collector follows, weak pointers, handles to interned values, and parts that the library cannot see
/// through. It uses the same traces, with another visitor.

#include <ouro/base/type_list.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/config.hpp>
#include <ouro/trace/nesting.hpp>
#include <ouro/trace/trace_kind.hpp>
#include <ouro/trace/untraced.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// What can be done to objects of one refcount and one collector policy (collector/surveyed_memory.hpp).
struct surveyed_memory;

/// What can be done to interned values of one kind (intern/interned_verbs.hpp).
struct interned_verbs;

/// A non-null edge to an object that one thread uses at a time.
struct surveyed_edge {
  void* target;  ///< the header
  void* slot;    ///< the raw pointer inside the edge
  const surveyed_memory* memory;
};

/// Who is told. All functions may throw; then the survey ends. What a guide does not override it need not know.
class survey_guide {
 public:
  /// Takes a batch of edges of the objects that were surveyed since the last batch.
  virtual void see_edges(const surveyed_edge* /*first*/, const surveyed_edge* /*last*/) {}
  /// A weak pointer of the object that is surveyed. `slot`: where it has the address of its weak record, which is not
  /// null
  virtual void see_weak(void* /*slot*/, const surveyed_memory& /*memory*/) {}
  /// A handle to an interned value, in the object that is surveyed. `slot`: where it has the address of the value
  virtual void see_interned(void* /*slot*/, const interned_verbs& /*verbs*/) {}
  /// A part of the object that is surveyed, of which nobody knows whether it leads out of the object.
  virtual void see_unknown(std::string_view /*type*/, const char* /*why*/) {}

 protected:
  survey_guide() = default;
  survey_guide(const survey_guide&) = default;
  survey_guide& operator=(const survey_guide&) = default;
  ~survey_guide() = default;
};

/// A container whose elements lie by their keys, made again with other keys.
struct spare_container {
  spare_container* next = nullptr;

  spare_container() = default;
  spare_container(const spare_container&) = delete;
  spare_container& operator=(const spare_container&) = delete;
  virtual ~spare_container() = default;
};

/// Empty containers with room for the elements of those that a survey meets, in the order in which it does. They are
/// made in one survey, and used in the next one, which cannot fail then.
class spare_containers {
 public:
  spare_containers() = default;
  spare_containers(const spare_containers&) = delete;
  spare_containers& operator=(const spare_containers&) = delete;
  ~spare_containers() {
    while (first_ != nullptr) delete std::exchange(first_, first_->next);
  }

  void push(std::unique_ptr<spare_container> made) noexcept {
    spare_container* const last = made.release();
    (first_ == nullptr ? first_ : last_->next) = last;
    last_ = last;
  }

  /// \pre the survey meets the containers that it met before
  [[nodiscard]] std::unique_ptr<spare_container> take() noexcept {
    return std::unique_ptr<spare_container>{std::exchange(first_, first_->next)};
  }

 private:
  spare_container* first_ = nullptr;
  spare_container* last_ = nullptr;
};

/// What a survey is for.
enum class survey_purpose {
  look,     ///< it changes nothing
  prepare,  ///< the same, but that it makes a spare for each container that finds elements by interned keys
  rename    ///< `survey_guide::see_interned` may change the handles; such containers are filled anew
};

/// Where a survey leaves what it finds. Edges are buffered, as in an `edge_sink`.
class survey_sink {
 public:
  survey_sink(survey_guide& to, survey_purpose purpose, spare_containers* spares = nullptr) noexcept
      : guide_{to}, spares_{spares}, purpose_{purpose} {}
  survey_sink(const survey_sink&) = delete;
  survey_sink& operator=(const survey_sink&) = delete;

  OURO_ALWAYS_INLINE void push(void* target, void* slot, const surveyed_memory& memory) {
    prefetch_for_write(target);
    edges_[size_++] = {target, slot, &memory};
    if (size_ == capacity) [[unlikely]]
      flush();
  }

  OURO_NOINLINE void flush() {
    const std::size_t size = std::exchange(size_, 0);
    if (size != 0) guide_.see_edges(edges_, edges_ + size);
  }

  [[nodiscard]] survey_guide& guide() noexcept { return guide_; }
  [[nodiscard]] survey_purpose purpose() const noexcept { return purpose_; }
  /// \pre the purpose is not `look`
  [[nodiscard]] spare_containers& spares() noexcept { return *spares_; }

  /// How deep the walk is.
  [[nodiscard]] OURO_ALWAYS_INLINE nesting& within() noexcept { return within_; }

 private:
  static constexpr std::size_t capacity = 64;

  survey_guide& guide_;
  spare_containers* spares_;
  survey_purpose purpose_;
  std::size_t size_ = 0;
  nesting within_;
  surveyed_edge edges_[capacity];
};

/// How a survey sees a `T` that is no edge, and yet belongs to a heap: `static void survey(T&, survey_sink&)`.
/// Specialised where `T` is defined.
template <class T>
struct handle_traits;

template <class T>
concept is_handle = is_complete<handle_traits<T>>;

template <class T, class... Outer>
[[nodiscard]] consteval bool is_free_of_heap();

/// Whether `T` is a class of the standard library with content out of sight. `Outer`: what is asked about already.
template <class T, class... Outer>
[[nodiscard]] consteval bool hides_content() {
  if constexpr (says_leaf<T>) {
    return false;
  } else if constexpr (erases_content<T>()) {
    return true;
  } else if constexpr (is_standard<T> && requires(const T& owner) {
                         typename T::element_type;
                         owner.use_count();
                       }) {
    using pointee = std::remove_cv_t<typename T::element_type>;
    if constexpr (requires { sizeof(pointee); }) {
      return !is_free_of_heap<pointee, T, Outer...>();
    } else {
      return true;
    }
  } else {
    return false;
  }
}

/// Whether no `T` has anything to show to a survey.
template <class T, class... Outer>
[[nodiscard]] consteval bool is_free_of_heap() {
  if constexpr (is_handle<T>) {
    return false;
  } else if constexpr ((std::is_same_v<T, Outer> || ...)) {
    return true;
  } else {
    constexpr trace_kind seen = trace_kind_of<T>();
    if constexpr (seen == trace_kind::none) {
      return !hides_content<T, Outer...>();
    } else if constexpr (seen == trace_kind::edge || seen == trace_kind::foreign || seen == trace_kind::member ||
                         seen == trace_kind::opaque) {
      return false;
    } else {
      return []<class... Parts>(types<Parts...>) {
        return (is_free_of_heap<Parts, T, Outer...>() && ...);
      }(typename parts_of<T>::type{});
    }
  }
}

/// Whether a walk shows handles and what is hidden, as well as edges.
template <class SeeEdge>
inline constexpr bool sees_handles = requires { requires SeeEdge::sees_handles; };

/// Whether a walk need not look into a `T`.
template <class SeeEdge, class T>
[[nodiscard]] consteval bool has_nothing_to_see() {
  if constexpr (sees_handles<SeeEdge>) {
    return is_free_of_heap<T>();
  } else {
    return is_leaf<T>();
  }
}

/// Whether a container finds its elements by keys that a walk looks into, so that it must be told of each new key.
template <class SeeEdge, class Container>
[[nodiscard]] consteval bool has_keys_to_see() {
  if constexpr (requires { typename Container::key_type; }) {
    return !has_nothing_to_see<SeeEdge, std::remove_cv_t<typename Container::key_type>>();
  } else {
    return false;
  }
}

/// Gives a survey what visitors meet.
struct survey_reporter {
  static constexpr bool changes_edges = false;
  static constexpr bool sees_handles = true;

  template <class Edge>
  OURO_ALWAYS_INLINE void operator()(Edge& edge) const {
    edge_traits<Edge>::survey(edge, sink);
  }

  template <class Handle>
  OURO_ALWAYS_INLINE void see_handle(Handle& handle) const {
    handle_traits<Handle>::survey(handle, sink);
  }

  template <class T>
  OURO_NOINLINE void see_opaque(const char* why) const {
    sink.guide().see_unknown(type_name_of<T>, why);
  }

  /// A `T` of which `hides_content`.
  template <class T>
  void see_hidden(const T& part) const {
    if constexpr (requires { part.has_value(); }) {
      if (!part.has_value()) return;
    } else if constexpr (requires { part.use_count(); }) {
      if (part.use_count() == 0) return;
    } else {
      if (!part) return;
    }
    see_opaque<T>("what it holds is out of sight");
  }

  [[nodiscard]] OURO_ALWAYS_INLINE nesting& within() const noexcept { return sink.within(); }
  [[nodiscard]] survey_sink* surveys() const noexcept { return &sink; }

  survey_sink& sink;
};

template <class Container>
struct spare_of final : spare_container {
  Container content;

  explicit spare_of(const Container& of) : content{empty_like(of)} {
    if constexpr (requires { content.max_load_factor(1.0f); }) content.max_load_factor(of.max_load_factor());
    if constexpr (requires { content.reserve(of.size()); }) content.reserve(of.size());
  }

 private:
  [[nodiscard]] static Container empty_like(const Container& of) {
    if constexpr (requires { Container(0, of.hash_function(), of.key_eq(), of.get_allocator()); }) {
      return Container(0, of.hash_function(), of.key_eq(), of.get_allocator());
    } else if constexpr (requires { Container(of.key_comp(), of.get_allocator()); }) {
      return Container(of.key_comp(), of.get_allocator());
    } else {
      return Container{};
    }
  }
};

/// Moves all elements to another container, with `see` called for the parts of each on the way. `see` may change them.
template <class Container, class See>
void move_nodes(Container& from, Container& to, See see) {
  while (!from.empty()) {
    auto node = from.extract(from.begin());
    if constexpr (requires { node.key(); }) {
      see(node.key());
      see(node.mapped());
    } else {
      see(node.value());
    }
    static_cast<void>(to.insert(std::move(node)));
  }
}

/// Moves all elements of a container to its spare and back, with `see` called for the parts of each on the way. Does
/// not allocate.
template <class Container, class See>
void fill_anew(Container& container, Container& spare, See see) {
  if constexpr (requires { container.rekey_into(spare, see); }) {
    container.rekey_into(spare, see);
  } else {
    move_nodes(container, spare, see);
    container.swap(spare);
  }
}

/// Looks at the elements of a container with such keys, for the purpose of the survey.
template <class Container, class See>
void survey_keyed(Container& container, survey_sink& sink, See see) {
  constexpr bool can_be_filled_anew = requires(Container& spare) { container.rekey_into(spare, see); } ||
                                      requires { container.extract(container.begin()); };
  if constexpr (can_be_filled_anew) {
    if (sink.purpose() != survey_purpose::look) {
      const nesting::unlimited lies_elsewhere_later{sink.within()};
      if (sink.purpose() == survey_purpose::rename) {
        const std::unique_ptr<spare_container> spare = sink.spares().take();
        return fill_anew(container, static_cast<spare_of<Container>&>(*spare).content, see);
      }
      sink.spares().push(std::make_unique<spare_of<Container>>(container));
      for (auto&& element : container) see(element);
      return;
    }
  }
  for (auto&& element : container) see(element);
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
