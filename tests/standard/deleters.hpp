#pragma once
/// \file
/// Deleters that note what they have done.

#include <cstddef>

namespace ouro::test::standard {

struct deletions {
  int calls = 0;
  const void* last = nullptr;  ///< what was deleted last
};

/// Deletes, and notes it.
struct noting_deleter {
  deletions* noted;
  template <class T>
  void operator()(T* object) const noexcept {
    ++noted->calls;
    noted->last = object;
    delete object;
  }
  void operator()(std::nullptr_t) const noexcept {
    ++noted->calls;
    noted->last = nullptr;
  }
};

/// Notes, and deletes nothing: the object belongs to somebody else.
struct noting_only {
  deletions* noted;
  void operator()(const void* object) const noexcept {
    ++noted->calls;
    noted->last = object;
  }
};

/// `noting_deleter` of arrays.
struct noting_array_deleter {
  deletions* noted;
  template <class T>
  void operator()(T* first) const noexcept {
    ++noted->calls;
    noted->last = first;
    delete[] first;
  }
};

/// `noting_deleter` that can only be moved, and not be made of nothing. Not noted once it is moved from.
class move_only_deleter {
 public:
  explicit move_only_deleter(deletions& into) noexcept : noted_{&into} {}
  move_only_deleter(move_only_deleter&& from) noexcept : noted_{from.noted_} { from.noted_ = nullptr; }
  move_only_deleter& operator=(move_only_deleter&&) = delete;
  ~move_only_deleter() = default;
  template <class T>
  void operator()(T* object) const noexcept {
    ++noted_->calls;
    noted_->last = object;
    delete object;
  }

 private:
  deletions* noted_;
};

/// Counts how many of it are alive, and deletes.
struct counted_deleter {
  static inline int alive = 0;
  counted_deleter() noexcept { ++alive; }
  counted_deleter(const counted_deleter&) noexcept { ++alive; }
  counted_deleter& operator=(const counted_deleter&) = delete;
  ~counted_deleter() { --alive; }
  template <class T>
  void operator()(T* object) const noexcept {
    delete object;
  }
};

/// A deleter that is final, so that nothing can be derived from it.
struct final_deleter final {
  deletions* noted;
  template <class T>
  void operator()(T* object) noexcept {  // not const
    ++noted->calls;
    delete object;
  }
};

inline deletions noted_by_function;
template <class T>
void note_and_delete(T* object) noexcept {
  ++noted_by_function.calls;
  noted_by_function.last = object;
  delete object;
}

}  // namespace ouro::test::standard
