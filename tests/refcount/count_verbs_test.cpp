#include <ouro/refcount/count_verbs.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>

// What the verbs do to each kind of count: refcount_policy_test.cpp.

namespace {

using ouro::count_word;
using ouro::drop_result;

/// Another thread changes each count by the time that it is exchanged for the first time.
struct disturbed : ouro::count_verbs<disturbed> {
  using count_type = std::uint32_t;
  static constexpr bool is_thread_safe = true;

  static inline std::uint32_t change = 0;  ///< what the other thread adds
  static inline int exchanges = 0;

  static std::uint32_t load(const count_type& count) noexcept { return count; }
  static void store(count_type& count, std::uint32_t word) noexcept { count = word; }
  static bool compare_exchange(count_type& count, std::uint32_t& expected, std::uint32_t word) noexcept {
    if (++exchanges == 1) count += change;
    if (count != expected) {
      expected = count;
      return false;
    }
    count = word;
    return true;
  }
};

/// A count before which another thread will add `change`.
std::uint32_t count_with(std::uint32_t word, std::uint32_t change) {
  disturbed::change = change;
  disturbed::exchanges = 0;
  return word;
}

}  // namespace

TEST_CASE("count_verbs: a verb that another thread has overtaken begins again with what it finds") {
  std::uint32_t count = count_with(4, 2);
  disturbed::increment(count);
  CHECK(count == 7);
  CHECK(disturbed::exchanges == 2);
  count = count_with(4, 2);
  CHECK(disturbed::try_keep(count));
  CHECK(count == 5);
  count = count_with(count_word::one, 1);  // a weak pointer was locked
  CHECK(disturbed::decrement_rarely(count) == drop_result::kept);
  CHECK(count == count_word::one);
}

TEST_CASE("count_verbs: a drop that finds one pointer left behind by another thread is the last") {
  std::uint32_t count = count_with(1, std::uint32_t{0} - 1);
  CHECK_FALSE(disturbed::try_keep(count));
  CHECK(count == count_word::one);
  CHECK(disturbed::decrement_rarely(count) == drop_result::last);
  CHECK(count == count_word::none);
}

TEST_CASE("count_verbs: try_keep leaves to decrement_rarely what needs more than a smaller number") {
  for (const std::uint32_t word :
       {count_word::one, count_word::suspect_on_drop | 3, count_word::pinned, count_word::none}) {
    std::uint32_t count = count_with(word, 0);
    CHECK_FALSE(disturbed::try_keep(count));
    CHECK(count == word);
  }
}
