#pragma once
/// \file
/// What happens to an object when its last pointer is dropped: finalize, expire weak pointers, destroy, free.

#include <ouro/base/diagnostics.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/config.hpp>
#include <ouro/object/destruction_queue.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/object/weak_record.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The stages of the end of an object, for one refcount and collector policy. Nothing here throws: an exception out of
/// a destructor or a finalizer goes to the unraisable handler, and the next stage follows.
template <class RefcountPolicy, class CollectorPolicy>
struct death {
  using header_type = header<RefcountPolicy>;

  /// The count of `object` has fallen to zero. O(1) and what the destructor does.
  OURO_ALWAYS_INLINE static void on_zero(header_type& object) noexcept {
    const std::uint32_t info = object.load_info();
    if (info_word::is_plain(info)) [[likely]]
      return record_of(info).die(&object);
    on_zero_rarely(object);
  }

  /// `on_zero` for an object in whatever state. Leaving the root buffer and expiring the weak pointers is all that
  /// keeps most of these from dying by their type's own code.
  OURO_NOINLINE static void on_zero_rarely(header_type& object) noexcept {
    const std::uint32_t info = unbuffered_info_of<CollectorPolicy>(object);
    if (!info_word::is_plain(info & ~info_word::watched)) [[unlikely]]
      return end_or_wait(object);
    const type_record& record = record_of(info);
    if (record.finalize != nullptr || destructions<RefcountPolicy>.must_wait()) [[unlikely]]
      return end_or_wait(object);
    if ((info & info_word::watched) == 0) return record.die(&object);
    weak_table<RefcountPolicy>::clear(object);
    record.die(&object);
    run_weak_callbacks();
  }

  /// Ends an object, unless that has begun before, or has it wait for the destructor that runs. \pre no pointers, and
  /// it is in no root buffer
  OURO_NOINLINE static void end_or_wait(header_type& object) noexcept {
    const std::uint32_t info = object.load_info();
    if ((info & info_word::dead) != 0) [[unlikely]] {
      // Either its constructor threw after a handle had escaped: then the drop of the last handle frees the block. Or
      // its destructor is running, and has made a pointer to the object and dropped it again.
      if ((info & info_word::unborn) != 0) record_of(info).deallocate_one(&object);
      return;
    }
    destruction_queue<RefcountPolicy>& queue = destructions<RefcountPolicy>;
    if (queue.must_wait() && queue.push(object)) return;
    const std::size_t mark = queue.mark();
    const bool died = finalize_and_destroy(object, info);
    queue.end_above(mark);
    if (died) record_of(info).deallocate_one(&object);
    run_weak_callbacks();
  }

  /// Completes a drop whose `decrement` has returned `found`, which is not `kept`.
  OURO_NOINLINE static void handle_drop(header_type& object, drop_result found) noexcept {
    found = drop_candidate(object, found);
    if constexpr (queues_for_owners<RefcountPolicy>) {
      if (found == drop_result::queued) {
        if constexpr (finds_cycles<CollectorPolicy>) {
          return RefcountPolicy::enqueue_collected(object.count, &on_zero_count);
        } else {
          return RefcountPolicy::enqueue(object.count, &on_zero_count);
        }
      }
    }
    if (found == drop_result::last) [[unlikely]]
      on_zero(object);
  }

  /// `on_zero` for callers that are inlined.
  OURO_NOINLINE static void on_zero_apart(header_type& object) noexcept { on_zero(object); }

  /// `on_zero` for the object of this count.
  static void on_zero_count(typename RefcountPolicy::count_type& count) noexcept {
    on_zero(*header_type::of_count(count));
  }

  /// Runs `finalize` if the object has one that has not been called. Returns whether the object stays dead.
  /// \pre no pointers
  [[nodiscard]] static bool finalize(header_type& object, const type_record& record) noexcept {
    add_flags<CollectorPolicy>(object, info_word::finalized);
    // One artificial reference keeps the object from dying a second time while it is finalized.
    RefcountPolicy::store(object.count, count_word::one);
    destructions<RefcountPolicy>.run_nested([&] { run_finalize(object, record); });
    if constexpr (finds_cycles<CollectorPolicy>) {
      // If it is resurrected, the drop of the artificial reference makes it a candidate. Before that drop, since
      // afterwards another thread may end the object.
      if ((object.load_info() & info_word::tracked) != 0) object.set_suspect_on_drop();
    }
    if (drop_candidate(object, RefcountPolicy::decrement(object.count)) != drop_result::last) return false;
    static_cast<void>(unbuffered_info_of<CollectorPolicy>(object));
    return true;
  }

  /// If the collector has to know the object before its count is lowered, tells it, and lowers the count.
  [[nodiscard]] static drop_result drop_candidate(header_type& object, drop_result found) noexcept {
    if constexpr (finds_cycles<CollectorPolicy>) {
      // A buffered object has no `suspect_on_drop` bit, so that the second attempt lowers the count.
      if (found == drop_result::suspect)
        return CollectorPolicy::add_root(object) ? RefcountPolicy::decrement(object.count) : object.decrement_plainly();
    }
    return found;
  }

  static void run_finalize(header_type& object, const type_record& record) noexcept {
    OURO_TRY {
      record.finalize(object.object());  // calls user code: the object and its peers are intact
    }
    OURO_CATCH_ALL {
      unraisable(record.name);
    }
  }

  /// Makes the weak pointers to the object expire; their callbacks wait for `run_weak_callbacks`.
  static void expire(header_type& object, std::uint32_t info) noexcept {
    if ((info & info_word::watched) != 0) weak_table<RefcountPolicy>::clear(object);
  }

  /// Runs the callbacks of expired weak pointers when the outermost death is over.
  static void run_weak_callbacks() noexcept {
    if (weak_table<RefcountPolicy>::has_callbacks() && !destructions<RefcountPolicy>.is_destroying()) [[unlikely]]
      weak_table<RefcountPolicy>::run_callbacks();
  }

  /// All stages but the last. Returns whether the object stays dead, and its block is to be freed. \pre it has no
  /// pointers, and is in no root buffer: its info word is `info`
  [[nodiscard]] static bool finalize_and_destroy(header_type& object, std::uint32_t info) noexcept {
    const type_record& record = record_of(info);
    if (record.finalize != nullptr && (info & info_word::finalized) == 0) {
      if (!finalize(object, record)) return false;
      info = object.load_info();
    }
    expire(object, info);
    RefcountPolicy::store(object.info, info | info_word::dead);
    destructions<RefcountPolicy>.run_nested([&] { record.destroy_one(&object); });
    return true;
  }

  /// `end_or_wait` for the type records of types that have no code of their own for it.
  static void die(void* header) noexcept { end_or_wait(*static_cast<header_type*>(header)); }

  /// For the type records. \see finalize_and_destroy
  [[nodiscard]] static bool end(void* header) noexcept {
    auto& object = *static_cast<header_type*>(header);
    return finalize_and_destroy(object, object.load_info());
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
