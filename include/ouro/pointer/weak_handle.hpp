#pragma once
/// \file
/// What a weak pointer holds besides an address: a record of its target, and a pin that keeps the record.

#include <ouro/base/diagnostics.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/handshake/mutator_use.hpp>
#include <ouro/collector/surveyed_memory.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/weak_record.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/refcount/refcount_policy.hpp>
#include <ouro/trace/survey.hpp>

#include <cstdint>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Null, or the pin of a weak record. `T` is what reports of misuse name. All functions are O(1); they do not allocate
/// unless they say so.
template <class T, counts_in_header RefcountPolicy, class CollectorPolicy>
class weak_handle {
  template <class U>
  using other = weak_handle<U, RefcountPolicy, CollectorPolicy>;
  using table = weak_table<RefcountPolicy>;
  using counting = detail::counting<RefcountPolicy, CollectorPolicy>;

 public:
  using header_type = header<RefcountPolicy>;
  using record = weak_record<RefcountPolicy>;

  constexpr weak_handle() noexcept = default;

  /// Watches the object, which the caller keeps alive. \throws std::bad_alloc
  explicit weak_handle(header_type& target) {
    note_use<RefcountPolicy, CollectorPolicy>();
    counting::template check_use<T>(target, {});
    record_ = table::watch(target);
    add_flags<CollectorPolicy>(target, info_word::watched);
  }
  /// Watches the object, which the caller keeps alive; its end calls the callback, which the record takes over.
  /// \throws std::bad_alloc, and the callback remains the caller's
  weak_handle(header_type& target, weak_callback* callback) {
    note_use<RefcountPolicy, CollectorPolicy>();
    counting::template check_use<T>(target, {});
    record_ = table::watch(target, callback);
    add_flags<CollectorPolicy>(target, info_word::watched);
  }

  constexpr weak_handle(const weak_handle& from) noexcept : record_{from.record_} { pin(); }
  constexpr weak_handle(weak_handle&& from) noexcept : record_{std::exchange(from.record_, nullptr)} {}
  template <class U>
  constexpr explicit weak_handle(const other<U>& from) noexcept : record_{from.record_} {
    pin();
  }
  template <class U>
  constexpr explicit weak_handle(other<U>&& from) noexcept : record_{std::exchange(from.record_, nullptr)} {}

  constexpr ~weak_handle() {
    if (record_ == nullptr) return;
    check_use();
    table::unpin(record_);
  }

  constexpr weak_handle& operator=(const weak_handle& from) noexcept {
    weak_handle{from}.swap(*this);
    return *this;
  }
  constexpr weak_handle& operator=(weak_handle&& from) noexcept {
    weak_handle{std::move(from)}.swap(*this);
    return *this;
  }

  constexpr void swap(weak_handle& with) noexcept { std::swap(record_, with.record_); }

  /// One strong pointer more to the target, for the caller; null if the target is dying or dead, or there is none.
  [[nodiscard]] header_type* lock() const noexcept { return record_ == nullptr ? nullptr : lock_watched(); }

  /// One strong pointer more to the target, for the caller; null if the target is dying or dead. \pre not null
  [[nodiscard]] header_type* lock_watched() const noexcept {
    note_use<RefcountPolicy, CollectorPolicy>();
    return table::lock(*record_);
  }

  [[nodiscard]] constexpr long use_count() const noexcept {
    return record_ == nullptr ? 0 : static_cast<long>(table::use_count(*record_));
  }

  /// The address of the target, also after its death; null for none.
  [[nodiscard]] constexpr const void* owner() const noexcept { return record_ == nullptr ? nullptr : record_->owner; }

  /// Tells apart targets that have had the same address; 0 for none.
  [[nodiscard]] constexpr std::uint64_t lifetime() const noexcept { return record_ == nullptr ? 0 : record_->lifetime; }

  /// Whether another object may have the address of this one.
  [[nodiscard]] constexpr bool has_died() const noexcept {
    return record_ != nullptr && record_->lifetime != record::endless && record_->target.is_cleared();
  }

  /// Shows a survey where the handle has its record.
  void survey(survey_sink& sink) {
    if constexpr (!RefcountPolicy::is_thread_safe) {
      if (record_ == nullptr) return;
      sink.guide().see_weak(&record_, survey_verbs<RefcountPolicy, CollectorPolicy>::memory);
    }
  }

 private:
  template <class, counts_in_header, class>
  friend class weak_handle;

  constexpr void pin() const noexcept {
    if (record_ == nullptr) return;
    check_use();
    table::pin(*record_);
  }

  constexpr void check_use() const noexcept {
    if constexpr (check_level >= 1) {
      if (!table::may_be_used_here(*record_)) {
        misuse(
            "a weak pointer was copied or dropped by a thread that does not own the object, or outside its private "
            "heap",
            type_name<T>());
      }
    }
  }

  record* record_ = nullptr;  ///< owns one pin
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
