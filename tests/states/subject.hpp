#pragma once
/// \file
/// The object that the cells of the table are about, and the data of each cell about it.

#include <states/names.hpp>

#include <ouro/ouro.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace ouro::test {

/// The events of the object, one letter each, in order: f `finalize` was called, d its destructor began, e the
/// object that it points to was destroyed, c the callback of a weak pointer ran, g the function of an `ouro::finalize`.
inline std::string& diary() {
  static std::string text;
  return text;
}

/// The number of living objects of all kinds.
inline std::size_t& living() {
  static std::size_t count = 0;
  return count;
}

enum class role : std::uint8_t { bystander, subject, child };
enum class moment : std::uint8_t { construction, trace, finalization, destruction };

/// What pointers point to: the object in question, others, and copies of it.
template <class Memory>
struct thing {
  explicit thing(role mine) : is{mine} { ++living(); }
  thing(const thing& from) : value{from.value} { ++living(); }
  thing& operator=(const thing&) = delete;
  virtual ~thing() { --living(); }
  void trace(auto&&) {}

  role is = role::bystander;
  int value = 7;
};

/// Calls the scene once, when the object comes to the moment that the scene waits for.
template <class Memory>
struct cue {
  static inline moment at = moment::construction;
  static inline std::function<void(thing<Memory>&)> action;

  static void wait_for(moment awaited, std::function<void(thing<Memory>&)> then) {
    at = awaited;
    action = std::move(then);
  }
  static void come(moment now, thing<Memory>& who) {
    if (who.is != role::subject || now != at || action == nullptr) return;
    std::exchange(action, nullptr)(who);
  }
};

/// May be part of a cycle.
template <class Memory>
struct tracked_thing : thing<Memory> {
  explicit tracked_thing(role mine) : thing<Memory>{mine} { cue<Memory>::come(moment::construction, *this); }
  tracked_thing(const tracked_thing&) = default;
  ~tracked_thing() override {
    if (this->is != role::bystander) diary() += this->is == role::subject ? 'd' : 'e';
    cue<Memory>::come(moment::destruction, *this);
  }
  void trace(auto&& visit) {
    cue<Memory>::come(moment::trace, *this);
    visit(edge, child, ring);
  }

  typename Memory::template ptr<thing<Memory>> edge;
  typename Memory::template ptr<thing<Memory>> child;
  typename Memory::template ptr<thing<Memory>> ring;
};

template <class Memory>
struct finalized_thing : tracked_thing<Memory> {
  using tracked_thing<Memory>::tracked_thing;
  void trace(auto&& visit) { tracked_thing<Memory>::trace(visit); }
  void finalize() {
    if (this->is == role::subject) diary() += 'f';
    cue<Memory>::come(moment::finalization, *this);
  }
};

template <class Memory>
struct untracked_thing final : thing<Memory> {
  using thing<Memory>::thing;
  ~untracked_thing() override {
    if (this->is == role::subject) diary() += 'd';
  }
};

/// The value that is interned.
struct spoken {
  explicit spoken(int of) : number{of} { ++alive; }
  spoken(const spoken& from) : number{from.number} { ++alive; }
  spoken& operator=(const spoken&) = delete;
  ~spoken() {
    if (--alive == 0) diary() += 'd';
  }
  [[nodiscard]] bool operator==(const spoken& with) const { return number == with.number; }

  int number;
  static inline int alive = 0;
};

struct hash_of_spoken {
  [[nodiscard]] std::size_t operator()(const spoken& of) const { return static_cast<std::size_t>(of.number); }
};

/// The results of an operation.
struct observed {
  given what = given::nothing;
  long during = 0;         ///< pointers to the object, while there was the result
  std::size_t number = 0;  ///< that it returned
};

template <class Pointer>
struct refcount_of;
template <class T, class R, class C, class A>
struct refcount_of<managed_ptr<T, R, C, A>> {
  using type = R;
};

/// One object in one state. `Handle`: a `managed_ptr`, or another kind of handle.
template <class Memory, class Handle>
struct subject {
  using memory = Memory;
  using handle_type = Handle;
  /// A strong pointer, whatever the handle.
  [[nodiscard]] static const auto& strong(const Handle& of) {
    if constexpr (requires { of.pointer(); }) {
      return of.pointer();
    } else if constexpr (requires { of.owner().use_count(); }) {
      return of.owner();
    } else {
      return of;
    }
  }
  using pointer = std::remove_cvref_t<decltype(strong(std::declval<const Handle&>()))>;
  using weak = decltype(managed_weak{std::declval<const pointer&>()});
  using refcount = typename refcount_of<pointer>::type;  // interned values have one of their own
  using header = detail::header<refcount>;

  [[nodiscard]] static Handle null() {
    if constexpr (std::is_default_constructible_v<Handle>) {
      return {};
    } else {
      return Handle{pointer{}};
    }
  }

  /// How many pointers the object has. \pre it is there
  [[nodiscard]] long count() const { return static_cast<long>(count_word::strong(head->load_count())); }

  /// The operation has given a handle, which is there still.
  template <class Result>
  void see(const Result& result) {
    seen.what = given::null;
    if constexpr (!std::is_null_pointer_v<Result>) {
      if (result != nullptr) seen.what = result.owner() == head ? given::same : given::other;
    }
    if (seen.what != given::null && is_there) seen.during = count();
  }

  /// The same of a weak pointer, which keeps its owner when it has expired.
  void see_weak(const auto& result) {
    seen.what = result.owner() != head ? given::other : result.expired() ? given::null : given::same;
    if (seen.what != given::null && is_there) seen.during = count();
  }

  /// To be called once there is a pointer.
  void made(const pointer& first) {
    head = static_cast<header*>(const_cast<void*>(first.owner()));
    if (wants_watcher) watcher = first;
  }

  Handle handle = null();
  weak watcher{};  ///< made before, where the operation needs it
  bool wants_watcher = false;
  std::vector<weak> kept{};  ///< until the object is gone
  header* head = nullptr;
  thing<Memory>* raw = nullptr;  ///< null where the object is no `thing`
  bool is_there = true;          ///< its memory is
  bool is_whole = true;          ///< it is an object, if its memory is there
  observed seen{};
};

}  // namespace ouro::test

template <class Memory>
inline constexpr bool ouro::clonable<ouro::test::tracked_thing<Memory>> = true;
template <class Memory>
inline constexpr bool ouro::clonable<ouro::test::finalized_thing<Memory>> = true;
template <class Memory>
inline constexpr bool ouro::clonable<ouro::test::untracked_thing<Memory>> = true;
template <class Memory>
inline constexpr bool ouro::leaf<ouro::test::untracked_thing<Memory>> = true;
