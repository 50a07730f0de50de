#pragma once
/// \file
/// The unusual ends of a construction: the constructor has thrown, or has let handles of the object escape.

#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/engine/death.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// What a maker seldom does; types share its code.
template <class RefcountPolicy, class CollectorPolicy>
struct birth {
  using header_type = header<RefcountPolicy>;

  /// Of an object that its constructor has not made: weak pointers to it expire. If the constructor has stored pointers
  /// to the object, the block is freed with the last of them.
  OURO_NOINLINE static void roll_back(header_type& object) noexcept {
    const std::uint32_t info = unbuffered_info_of<CollectorPolicy>(object);
    death<RefcountPolicy, CollectorPolicy>::expire(object, info);
    RefcountPolicy::store(object.info, info | info_word::dead);
    object.clear_suspect_on_drop();
    if (object.decrement_plainly() == drop_result::last) record_of(info).deallocate_one(&object);
    death<RefcountPolicy, CollectorPolicy>::run_weak_callbacks();
  }

  /// `publish` if the constructor has stored strong or weak pointers to the object.
  OURO_NOINLINE static void publish_late(header_type& object) noexcept {
    std::uint32_t seen = object.load_info();
    do {
      if constexpr (finds_cycles<CollectorPolicy>) {
        if (info_word::is_buffered(seen)) return publish_as_candidate(object);
      }
    } while (!RefcountPolicy::compare_exchange(object.info, seen, seen & ~info_word::unborn));
  }

 private:
  /// `publish` if such a pointer has been dropped, so that the object is in a root buffer.
  static void publish_as_candidate(header_type& object) noexcept {
    if constexpr (finds_cycles<CollectorPolicy>) {
      RefcountPolicy::store(object.info, CollectorPolicy::remove_root(object) & ~info_word::unborn);
      object.set_suspect_on_drop();
      static_cast<void>(CollectorPolicy::add_root(object));
    }
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
