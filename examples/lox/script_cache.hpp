#pragma once
/// \file
/// Which programs are compiled already.

#include "object.hpp"
#include "value.hpp"

#include <ouro/ouro.hpp>

namespace lox {

/// By their source, and without keeping them: as long as somebody has a program, the same source is not compiled again.
template <class Memory>
class script_cache {
 public:
  using pointer = typename Memory::template ptr<function<Memory>>;

  /// Or null.
  [[nodiscard]] pointer find(const string& source) const { return scripts_.get(source); }

  /// \throws std::bad_alloc
  void insert(const string& source, const pointer& compiled) { scripts_.insert_or_assign(source, compiled); }

 private:
  ouro::weak_value_map<string, function<Memory>, Memory> scripts_;
};

/// Weak containers are for objects of one thread: others are compiled each time.
template <class Memory>
  requires(Memory::refcount::is_thread_safe)
class script_cache<Memory> {
 public:
  using pointer = typename Memory::template ptr<function<Memory>>;

  [[nodiscard]] pointer find(const string&) const noexcept { return nullptr; }
  void insert(const string&, const pointer&) noexcept {}
};

}  // namespace lox
