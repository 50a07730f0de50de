#pragma once
/// \file
/// What a survey needs of the memories that it finds edges of, behind a table of functions, since one object may have
/// edges of several memories.

#include <ouro/collector/collector_policy.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/trace/survey.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Its address names the refcount policy at run time.
template <class RefcountPolicy>
OURO_SHARED_STATE inline constexpr char surveyed_refcount = 0;

struct surveyed_memory {
  const void* refcount;                              ///< the address of `surveyed_refcount<R>`
  std::uint32_t (*info)(void* header) noexcept;      ///< the info word of the object, buffered or not
  std::uint32_t (*unbuffer)(void* header) noexcept;  ///< the same; the object leaves its root buffer
  // Null, both of them, if the collector need not know all objects:
  void (*track)(void* header) noexcept;           ///< has the collector know the object
  bool (*reserve)(std::size_t objects) noexcept;  ///< makes room for that; false when memory is exhausted
};

template <class RefcountPolicy, class CollectorPolicy>
struct survey_verbs {
  using header_type = header<RefcountPolicy>;

  [[nodiscard]] static std::uint32_t info(void* object) noexcept {
    return info_of<CollectorPolicy>(*static_cast<header_type*>(object));
  }
  [[nodiscard]] static std::uint32_t unbuffer(void* object) noexcept {
    return unbuffered_info_of<CollectorPolicy>(*static_cast<header_type*>(object));
  }
  static void track(void* object) noexcept {
    if constexpr (tracks_all<CollectorPolicy>) CollectorPolicy::track(*static_cast<header_type*>(object));
  }

  [[nodiscard]] static bool reserve(std::size_t objects) noexcept {
    if constexpr (requires { CollectorPolicy::template current<RefcountPolicy>().reserve(objects); }) {
      return CollectorPolicy::template current<RefcountPolicy>().reserve(objects);
    }
    return true;
  }

  OURO_SHARED_STATE static constexpr surveyed_memory memory{&surveyed_refcount<RefcountPolicy>, &info, &unbuffer,
                                                            tracks_all<CollectorPolicy> ? &track : nullptr,
                                                            tracks_all<CollectorPolicy> ? &reserve : nullptr};
};

/// Reports an edge to an object.
template <class RefcountPolicy, class CollectorPolicy>
OURO_ALWAYS_INLINE void survey_edge(header<RefcountPolicy>* target, void* slot, survey_sink& sink) {
  // The counts of objects that threads share hold on every thread: such edges need not be known.
  if constexpr (!RefcountPolicy::is_thread_safe) {
    sink.push(target, slot, survey_verbs<RefcountPolicy, CollectorPolicy>::memory);
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
