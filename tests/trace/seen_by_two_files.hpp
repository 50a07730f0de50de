#pragma once
/// \file
/// Types of which each of two files knows another half. Only these two files include it.

#include <ouro/ouro.hpp>

#include <utility>

namespace seen_by_two_files {

template <int Number>
struct later;

/// Cannot be part of a cycle; only a file that knows `later<Number>` can see that.
template <int Number>
struct holder {
  ouro::ptr<later<Number>> to;
};

template <int Number>
struct list_of_holders {
  ouro::ptr<holder<Number>> first;
  ouro::ptr<list_of_holders> next;
};

inline int later_alive = 0;

/// Each file defines one of the two.
struct complete {
  complete() { ++later_alive; }
  complete(const complete&) = delete;
  complete& operator=(const complete&) = delete;
  ~complete() { --later_alive; }
};

/// What a file does with a type.
template <int Number>
struct uses {
  ouro::ptr<holder<Number>> (*make)();
  ouro::ptr<later<Number>> (*make_later)();  ///< null in the file that does not know it
  void (*suspect)(const ouro::ptr<holder<Number>>&);
  ouro::ptr<list_of_holders<Number>> (*make_list)(ouro::ptr<holder<Number>>);
};

namespace {

template <int Number>
constexpr uses<Number> uses_of_this_file{
    [] { return ouro::make<holder<Number>>(); },
    nullptr,
    [](const ouro::ptr<holder<Number>>& to) { static_cast<void>(ouro::ptr<holder<Number>>{to}); },
    [](ouro::ptr<holder<Number>> first) { return ouro::make<list_of_holders<Number>>(std::move(first), nullptr); },
};

}  // namespace

extern const uses<1> of_1_in_other;
extern const uses<2> of_2_in_other;

}  // namespace seen_by_two_files
