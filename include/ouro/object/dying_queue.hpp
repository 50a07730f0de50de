#pragma once
/// \file
/// Destruction without recursion, and in the order that recursion would give.
///
/// A destructor that drops the last pointer to another object destroys that one at once, as `std::shared_ptr` would,
/// down to a fixed depth of nested destructors. Below it, the dying wait in a queue that the outermost of the deep
/// destructors empties. What one object leaves behind goes to the front of the queue, in the order in which it was
/// dropped: the destructors run in the depth-first order of recursion. O(1) per object and constant stack; no
/// memory, since the link to the next takes the place of the count, which a dying object no longer has.

#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/refcount/refcount_policy.hpp>

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
    const std::uint32_t flag = (info & info_word::finalized) != 0 ? finalized : 0;
    RefcountPolicy::store(at.info, info_word::type(info) << info_word::type_shift | flag);
    set_next(at, next);
  }

  static void set_next(header<RefcountPolicy>& at, const header<RefcountPolicy>* next) noexcept {
    std::uint64_t link = reinterpret_cast<std::uintptr_t>(next);
    if constexpr (is_split) link >>= 3;
    const auto upper = static_cast<std::uint32_t>(link >> 32);
    RefcountPolicy::store(at.count, static_cast<std::uint32_t>(link));
    RefcountPolicy::store(at.info, (at.load_info() & ~(upper_mask << upper_shift)) | upper << upper_shift);
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
    const std::uint32_t flag = (info & finalized) != 0 ? info_word::finalized : 0;
    RefcountPolicy::store(at.count, count_word::none);
    RefcountPolicy::store(at.info, info_word::type(info) << info_word::type_shift | flag);
  }
};

/// One a thread and refcount policy.
template <class RefcountPolicy>
class dying_queue {
 public:
  using header_type = header<RefcountPolicy>;
  using link = dying_link<RefcountPolicy>;

  static constexpr std::uint32_t deepest = 32;  ///< nested destructors: more than a balanced tree has levels

  /// Whether the library is running a destructor or a `finalize` on this thread.
  [[nodiscard]] bool is_destroying() const noexcept { return depth_ != 0; }

  [[nodiscard]] bool must_wait() const noexcept { return depth_ == deepest; }

  /// \pre `must_wait()`; the object has no pointers, no weak records and is in no candidate buffer
  void push(header_type& object, std::uint32_t info) noexcept {
    if (last_left_ == nullptr) {
      link::write(object, first_, info);
      first_ = &object;
    } else {
      link::write(object, link::next(*last_left_), info);
      link::set_next(*last_left_, &object);
    }
    last_left_ = &object;
  }

  /// Runs `destroy` one level deeper. The first to come back from the deepest level also destroys all that waits, one
  /// after the other, by `destroy_waiting`, which may descend again.
  template <class Destroy>
  OURO_ALWAYS_INLINE void descend(Destroy&& destroy, void (*destroy_waiting)(header_type&) noexcept) noexcept {
    ++depth_;
    destroy();
    --depth_;
    if (first_ != nullptr) [[unlikely]]
      empty(destroy_waiting);
  }

 private:
  OURO_NOINLINE void empty(void (*destroy_waiting)(header_type&) noexcept) noexcept {
    if (is_emptying_) return;
    is_emptying_ = true;
    while (first_ != nullptr) {
      header_type& next = *first_;
      first_ = link::next(next);
      last_left_ = nullptr;
      link::erase(next);
      destroy_waiting(next);
    }
    last_left_ = nullptr;
    is_emptying_ = false;
  }

  header_type* first_ = nullptr;      ///< dies next
  header_type* last_left_ = nullptr;  ///< the last that the object being destroyed has left behind
  std::uint32_t depth_ = 0;           ///< nested destructors, <= deepest
  bool is_emptying_ = false;
};

template <class RefcountPolicy>
OURO_SHARED_STATE inline constinit thread_local dying_queue<RefcountPolicy> dying{};

}  // namespace ouro::detail
