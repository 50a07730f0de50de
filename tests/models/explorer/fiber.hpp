#pragma once
/// \file
/// Stacks of their own between which one thread of the system switches, by `ucontext`.

#include <ucontext.h>

#include <cstddef>
#include <memory>

#if defined(__SANITIZE_ADDRESS__)
#define OURO_TEST_ASAN_FIBERS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OURO_TEST_ASAN_FIBERS 1
#endif
#endif
#ifdef OURO_TEST_ASAN_FIBERS
#include <sanitizer/common_interface_defs.h>
#endif

namespace ouro::test::explorer {

/// Runs a function on its own stack, until the function switches to another fiber. The function does not return. What
/// is on the stack when the fiber is destroyed is not destroyed.
class fiber {
 public:
  /// The stack on which the caller runs already. It can be switched away from and back to.
  fiber() = default;
  explicit fiber(void (*function)()) : function_{function}, stack_{new std::byte[stack_bytes]}, bytes_{stack_bytes} {
    getcontext(&context_);
    context_.uc_stack.ss_sp = stack_.get();
    context_.uc_stack.ss_size = bytes_;
    context_.uc_link = nullptr;
    bottom_ = stack_.get();
    makecontext(&context_, begin, 0);
  }
  fiber(const fiber&) = delete;
  fiber& operator=(const fiber&) = delete;
  ~fiber() = default;

  /// Leaves this fiber, which runs, for `next`. Returns when another one switches back.
  void switch_to(fiber& next) {
    left_ = this;
    entered_ = &next;
#ifdef OURO_TEST_ASAN_FIBERS
    __sanitizer_start_switch_fiber(&fake_stack_, next.bottom_, next.bytes_);
#endif
    swapcontext(&context_, &next.context_);
    has_arrived(fake_stack_);
  }

 private:
  static constexpr std::size_t stack_bytes = std::size_t{64} << 10U;

  static void begin() {
    has_arrived(nullptr);
    entered_->function_();
  }

  /// AddressSanitizer learns that it is on another stack, and says where the one is that was left.
  static void has_arrived([[maybe_unused]] void* fake_stack) {
#ifdef OURO_TEST_ASAN_FIBERS
    __sanitizer_finish_switch_fiber(fake_stack, &left_->bottom_, &left_->bytes_);
#endif
  }

  static inline fiber* left_ = nullptr;     ///< by the last switch
  static inline fiber* entered_ = nullptr;  ///< by the last switch

  ucontext_t context_{};
  void (*function_)() = nullptr;
  std::unique_ptr<std::byte[]> stack_;
  const void* bottom_ =
      nullptr;  ///< the lowest address of the stack; of the caller's own stack, known once it was left
  std::size_t bytes_ = 0;
  void* fake_stack_ = nullptr;  ///< where AddressSanitizer keeps local variables while the fiber does not run
};

}  // namespace ouro::test::explorer
