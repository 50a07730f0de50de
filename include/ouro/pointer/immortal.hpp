#pragma once
/// \file
/// Objects that never die.

#include <ouro/collector/collector_policy.hpp>
#include <ouro/fwd.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro {
namespace functions {

/// Makes the object immortal (PEP 683): it is never destroyed, and its pointers are no longer counted. Its edges count
/// as external references. Cannot be undone. O(1). \pre not null
template <class T, counts_in_header R, class C, class A>
void immortalize(const managed_ptr<T, R, C, A>& object) noexcept {
  auto& target = *detail::header_of<R>(object.get());
  detail::counting<R, C>::template check_use<T>(target, {});
  detail::header<R>::update(target.count, [](std::uint32_t) { return count_word::pinned; });
  if constexpr (finds_cycles<C>) {
    // An immortal object is no candidate.
    if (detail::info_word::is_buffered(target.load_info())) static_cast<void>(C::remove_root(target));
  }
}

/// Whether the object is immortal. O(1). \pre not null
template <class T, counts_in_header R, class C, class A>
[[nodiscard]] bool is_immortal(const managed_ptr<T, R, C, A>& object) noexcept {
  return count_word::is_immortal(detail::header_of<R>(object.get())->load_count());
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
