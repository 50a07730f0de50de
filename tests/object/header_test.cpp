#include <ouro/object/header.hpp>
#include <ouro/refcount/atomic_refcount.hpp>
#include <ouro/refcount/biased/biased_refcount.hpp>
#include <ouro/refcount/local_refcount.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <new>

using ouro::count_word;
using ouro::drop_result;

TEST_CASE_TEMPLATE("header: try_increment and decrement_plainly count without regard to candidacy", Policy,
                   ouro::local_refcount, ouro::atomic_refcount, ouro::biased_refcount) {
  using header = ouro::detail::header<Policy>;
  header suspect{count_word::with_suspect_on_drop(count_word::one), 0};
  CHECK(suspect.try_increment());
  CHECK(suspect.decrement_plainly() == drop_result::kept);
  CHECK(suspect.decrement_plainly() == drop_result::last);
  CHECK_FALSE(suspect.try_increment());
  CHECK(suspect.load_count() == count_word::none);
  header immortal{count_word::pinned, 0};
  CHECK(immortal.try_increment());
  CHECK(immortal.decrement_plainly() == drop_result::kept);
  CHECK(immortal.load_count() == count_word::pinned);
}

TEST_CASE_TEMPLATE("header: update begins again where another thread has changed the word meanwhile", Policy,
                   ouro::local_refcount, ouro::atomic_refcount) {
  using header = ouro::detail::header<Policy>;
  header object{count_word::one, 2};
  int asked = 0;
  CHECK(header::update(object.info, [&](std::uint32_t seen) {
          if (++asked == 1) Policy::store(object.info, 4);
          return seen | 1;
        }) == 4);
  CHECK(asked == 2);
  CHECK(object.load_info() == 5);
  object.set_info(8);
  object.clear_info(1);
  CHECK(object.load_info() == 12);
}

TEST_CASE("header: lies in front of its object, and its count is its first part") {
  using header = ouro::detail::header<ouro::local_refcount>;
  alignas(header) std::byte block[sizeof(header) + 8];
  auto* const head = ::new (block) header{count_word::one, 7};
  CHECK(head->object() == block + sizeof(header));
  CHECK(header::of(head->object()) == head);
  CHECK(header::of_count(head->count) == head);
}

TEST_CASE("header: suspect_on_drop is set and cleared without a change of the number of pointers") {
  ouro::detail::header<ouro::local_refcount> object{4, 0};
  object.set_suspect_on_drop();
  CHECK(count_word::is_suspect_on_drop(object.load_count()));
  CHECK(count_word::strong(object.load_count()) == 5);
  object.clear_suspect_on_drop();
  CHECK(object.load_count() == 4);
}

namespace {

using ouro::detail::info_word;

// The flags, the owner and the type share no bit, and leave none out.
constexpr std::uint32_t flags[] = {info_word::buffered,  info_word::tracked, info_word::watched,      info_word::unborn,
                                   info_word::finalized, info_word::dead,    info_word::gray,         info_word::alive,
                                   info_word::old,       info_word::frozen,  info_word::heap_walkable};
constexpr std::uint32_t sum_of_flags() {
  std::uint32_t sum = 0;
  for (const std::uint32_t flag : flags) sum += flag;
  return sum;
}
static_assert(sum_of_flags() == (1u << info_word::owner_shift) - 1);
static_assert(sum_of_flags() + info_word::owner_mask == (1u << info_word::type_shift) - 1);
static_assert(info_word::type(0xABCD'FFFF) == 0xABCD);
static_assert(info_word::owner(~info_word::owner_mask | 13u << info_word::owner_shift) == 13);

// A buffered object has its slot in place of them.
constexpr std::uint32_t slot_of_old = info_word::buffered | 1234u << info_word::slot_shift | info_word::buffered_as_old;
static_assert(info_word::is_buffered(slot_of_old) && info_word::slot(slot_of_old) == 1234);
static_assert(!info_word::is_buffered(info_word::tracked));

static_assert(info_word::is_found_by_walk(info_word::heap_walkable | info_word::old | info_word::tracked));
static_assert(!info_word::is_found_by_walk(info_word::heap_walkable) && !info_word::is_found_by_walk(info_word::old));

}  // namespace

TEST_CASE("info_word: an object is plain until something is to be done at its end but its destruction") {
  using ouro::detail::info_word;
  const std::uint32_t untouched = 7u << info_word::type_shift | info_word::owner_mask;
  for (const std::uint32_t flag : {0u, info_word::tracked, info_word::old, info_word::heap_walkable}) {
    CHECK(info_word::is_plain(untouched | flag));
  }
  for (const std::uint32_t flag : {info_word::buffered, info_word::watched, info_word::unborn, info_word::finalized,
                                   info_word::dead, info_word::gray, info_word::alive, info_word::frozen}) {
    CHECK_FALSE(info_word::is_plain(untouched | flag));
  }
}
