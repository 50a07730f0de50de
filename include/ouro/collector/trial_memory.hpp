#pragma once
/// \file
/// The worklists of collections.

#include <ouro/collector/raw_array.hpp>
#include <ouro/object/edge_sink.hpp>
#include <ouro/object/header.hpp>

#include <cstdint>

namespace ouro::detail {

/// An object that a collection has reached.
template <class RefcountPolicy>
struct visited {
  header<RefcountPolicy>* object;
  std::uint32_t count;  ///< its count word before the trial
  std::uint32_t edges;  ///< that its trace has reported
};

/// The memory of collections, kept from one to the next.
template <class RefcountPolicy>
struct trial_memory {
  raw_array<visited<RefcountPolicy>> visits;
  raw_array<edge> edges;  ///< what `visits` report, in their order; without a slot if it leads outside
  raw_array<header<RefcountPolicy>*> queue;

  void release() noexcept {
    visits.release();
    edges.release();
    queue.release();
  }
};

}  // namespace ouro::detail
