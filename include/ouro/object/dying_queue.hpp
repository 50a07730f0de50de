#pragma once
/// \file
/// Destruction without recursion, and in the order that recursion would give.
///
/// A destructor that drops the last pointer to another object destroys that one at once, as `std::shared_ptr` would,
/// down to a fixed depth of nested destructors. Below it, the dying wait in a queue that the outermost of the deep
/// destructors empties. What one object leaves behind goes to the front of the queue, in the order in which it was
/// dropped: the destructors run in the depth-first order of recursion. O(1) per object and constant stack; no
/// memory, since the link to the next takes the place of the count, which a dying object no longer has.
///
/// A program that cannot wait for the end of a large structure has all of the dying wait, and ends so many at a time.

#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstddef>
#include <cstdint>

namespace ouro::detail {

/// What a header holds while its object waits: the type index, whether `finalize` was called, and the next in the
/// queue. An address of 64 bits is below 2^48 and a multiple of 8: 45 bits, of which 32 replace the count and 13 lie
/// below the type index. An address of 32 bits replaces the count.
template <class RefcountPolicy>
struct dying_link {
  static constexpr bool is_split = sizeof(void*) > sizeof(std::uint32_t);
  static constexpr std::uint32_t finalized = 1;
  static constexpr std::uint32_t upper_shift = 3;
  static constexpr std::uint32_t upper_mask = (1u << 13) - 1;

  /// \pre `at` is no link yet: its info word is `info`
  static void write(header<RefcountPolicy>& at, const header<RefcountPolicy>* next, std::uint32_t info) noexcept {
    store(at, next, (info & type_mask) | ((info & info_word::finalized) != 0 ? finalized : 0));
  }

  static void set_next(header<RefcountPolicy>& at, const header<RefcountPolicy>* next) noexcept {
    store(at, next, at.load_info() & (type_mask | finalized));
  }

  [[nodiscard]] static header<RefcountPolicy>* next(const header<RefcountPolicy>& at) noexcept {
    const std::uint64_t upper = at.load_info() >> upper_shift & upper_mask;
    std::uint64_t link = upper << 32 | at.load_count();
    if constexpr (is_split) link <<= 3;
    return reinterpret_cast<header<RefcountPolicy>*>(static_cast<std::uintptr_t>(link));
  }

  /// Makes the header one of an object without pointers again.
  static void erase(header<RefcountPolicy>& at) noexcept {
    const std::uint32_t info = at.load_info();
    RefcountPolicy::store(at.count, count_word::none);
    RefcountPolicy::store(at.info, (info & type_mask) | ((info & finalized) != 0 ? info_word::finalized : 0));
  }

 private:
  static constexpr std::uint32_t type_mask = ~std::uint32_t{0} << info_word::type_shift;

  static void store(header<RefcountPolicy>& at, const header<RefcountPolicy>* next, std::uint32_t rest) noexcept {
    std::uint64_t link = reinterpret_cast<std::uintptr_t>(next);
    if constexpr (is_split) link >>= 3;
    RefcountPolicy::store(at.count, static_cast<std::uint32_t>(link));
    RefcountPolicy::store(at.info, static_cast<std::uint32_t>(link >> 32) << upper_shift | rest);
  }
};

/// One a heap and refcount policy.
template <class RefcountPolicy>
class OURO_SHARED_TYPE dying_queue {
 public:
  using header_type = header<RefcountPolicy>;
  using link = dying_link<RefcountPolicy>;

  /// Ends an object that has waited.
  using end_function = void (*)(header_type&) noexcept;

  /// \see heap_part_of
  [[nodiscard]] static dying_queue& of_thread() noexcept;

  static constexpr std::uint32_t deepest = 32;  ///< nested destructors: more than a balanced tree has levels

  /// Whether the library is running a destructor or a `finalize` on this thread.
  [[nodiscard]] bool is_destroying() const noexcept { return depth_ != 0; }

  [[nodiscard]] bool must_wait() const noexcept { return depth_ >= most_depth_; }

  /// Whether all of the dying wait for `drain`.
  [[nodiscard]] bool is_deferring() const noexcept { return most_depth_ == 0; }
  void defer(bool wanted) noexcept { most_depth_ = wanted ? 0 : deepest; }

  /// Ends up to `most` objects that wait, and returns how many that were; 0 from within a destructor. O(1) an object,
  /// and what its destructor does.
  std::size_t drain(std::size_t most, end_function end) noexcept {
    if (is_emptying_ || depth_ != 0) return 0;
    std::size_t ended = 0;
    is_emptying_ = true;
    for (; ended != most && next_ != nullptr; ++ended) end_next(end);
    last_left_ = nullptr;
    is_emptying_ = false;
    return ended;
  }

  /// `end` may be one for the object's type. \pre `must_wait()`; the object has no pointers, no weak records and is in
  /// no candidate buffer
  OURO_NOINLINE void push(header_type& object, end_function end) noexcept {
    if (last_left_ == nullptr) {
      if (next_ != nullptr) {
        link::write(*next_, first_, next_->load_info());
        first_ = next_;
      }
      next_ = &object;
      end_next_ = end;
    } else if (last_left_ == next_) {
      link::write(object, first_, object.load_info());
      first_ = &object;
    } else {
      link::write(object, link::next(*last_left_), object.load_info());
      link::set_next(*last_left_, &object);
    }
    last_left_ = &object;
  }

  /// Runs `destroy` one level deeper. The first to come back from the deepest level also ends all that waits, one after
  /// the other, which may descend again; `end` ends an object of any type.
  template <class Destroy>
  OURO_ALWAYS_INLINE void descend(Destroy&& destroy, end_function end) noexcept {
    ++depth_;
    destroy();
    --depth_;
    if (next_ != nullptr && !is_emptying_) [[unlikely]]
      empty(end);
  }

 private:
  OURO_NOINLINE void empty(end_function end) noexcept {
    if (is_deferring()) return;
    is_emptying_ = true;
    while (next_ != nullptr) end_next(end);
    last_left_ = nullptr;
    is_emptying_ = false;
  }

  /// \pre somebody waits
  OURO_ALWAYS_INLINE void end_next(end_function end) noexcept {
    header_type& dies = *next_;
    const end_function end_of_it = end_next_;
    next_ = first_;
    if (next_ != nullptr) {
      first_ = link::next(*next_);
      link::erase(*next_);
      end_next_ = end;
    }
    last_left_ = nullptr;
    end_of_it(dies);
  }

  end_function end_next_ = nullptr;
  header_type* next_ = nullptr;         ///< dies next: not linked, since most leave one object behind, or none
  header_type* first_ = nullptr;        ///< and then these, linked
  header_type* last_left_ = nullptr;    ///< the last that the object being destroyed has left behind
  std::uint32_t depth_ = 0;             ///< nested destructors, <= deepest
  std::uint32_t most_depth_ = deepest;  ///< or 0: all wait
  bool is_emptying_ = false;
};

template <class RefcountPolicy>
OURO_SHARED_STATE inline constinit thread_local dying_queue<RefcountPolicy> dying{};

template <class RefcountPolicy>
dying_queue<RefcountPolicy>& dying_queue<RefcountPolicy>::of_thread() noexcept {
  return dying<RefcountPolicy>;
}

}  // namespace ouro::detail
