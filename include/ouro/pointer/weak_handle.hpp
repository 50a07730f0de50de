#pragma once
/// \file
/// What a weak pointer holds besides an address: a record of its target, and a pin that keeps the record.

#include <ouro/base/diagnostics.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/weak_record.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <string_view>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Null, or the pin of a weak record. `Name` is called for the name of the pointee in reports of misuse.
template <counts_in_header RefcountPolicy, class CollectorPolicy>
class weak_handle {
  using table = weak_table<RefcountPolicy>;
  using counting = detail::counting<RefcountPolicy, CollectorPolicy>;

 public:
  using header_type = header<RefcountPolicy>;
  using record = weak_record<RefcountPolicy>;

  constexpr weak_handle() noexcept = default;

  /// Takes over a pin.
  explicit weak_handle(record* pinned) noexcept : record_{pinned} {}

  /// Watches the object, which the caller keeps alive. O(1) \throws std::bad_alloc
  explicit weak_handle(header_type& target) {
    counting::template check_use<void>(target, {});
    record_ = table::watch(target);
    add_flags<CollectorPolicy>(target, info_word::watched);
  }

  weak_handle(const weak_handle& from) noexcept : record_{from.record_} {
    if (record_ == nullptr) return;
    check_use();
    table::pin(*record_);
  }
  weak_handle(weak_handle&& from) noexcept : record_{std::exchange(from.record_, nullptr)} {}

  ~weak_handle() {
    if (record_ == nullptr) return;
    check_use();
    table::unpin(record_);
  }

  weak_handle& operator=(const weak_handle& from) noexcept {
    weak_handle{from}.swap(*this);
    return *this;
  }
  weak_handle& operator=(weak_handle&& from) noexcept {
    weak_handle{std::move(from)}.swap(*this);
    return *this;
  }

  void swap(weak_handle& with) noexcept { std::swap(record_, with.record_); }

  /// One strong pointer more to the target, for the caller; null if the target is dying or dead, or there is none.
  [[nodiscard]] header_type* lock() const noexcept {
    counting::check_not_collected({});
    return record_ == nullptr ? nullptr : table::lock(*record_);
  }

  [[nodiscard]] long use_count() const noexcept {
    return record_ == nullptr ? 0 : static_cast<long>(table::use_count(*record_));
  }

  /// The identity of the target, also after its death. \see owner_of
  [[nodiscard]] const void* owner() const noexcept { return record_ == nullptr ? nullptr : record_->owner; }

 private:
  void check_use() const noexcept {
    if constexpr (check_level >= 1) {
      if (!table::may_be_used_here(*record_)) {
        misuse(
            "a weak pointer was copied or dropped by a thread that does not own the object, or outside its private "
            "heap",
            {});
      }
    }
  }

  record* record_ = nullptr;  ///< owns one pin
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
