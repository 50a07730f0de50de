#pragma once
/// \file
/// What the host program and the two shared libraries know of each other: tables of functions, each of which runs the
/// code of the one that filled the table.

#include <ouro/ouro.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ouro::test {

/// Known to all three, and made, dropped and collected by each.
struct OURO_SHARED_TYPE node {
  std::string* log;
  char name;
  std::vector<ptr<node>> edges;

  ~node() { *log += name; }
};

/// The same, of which each of them has code of its own under hidden visibility.
struct hidden_node {
  std::string* log;
  char name;
  std::vector<ptr<hidden_node>> edges;

  ~hidden_node() { *log += name; }
};

/// Each side derives a class from it that the others do not know.
class thing {
 public:
  virtual ~thing() = default;
  [[nodiscard]] virtual std::string_view maker() const = 0;
  void trace(auto&& visit) { visit(edges); }

  std::vector<ptr<thing>> edges;
};

using shared_memory = memory<atomic_refcount, trial_deletion, pool_allocator>;
using young_memory = memory<local_refcount, generational, pool_allocator>;
using biased_memory = memory<biased_refcount, trial_deletion, pool_allocator>;
using counted_memory = memory<local_refcount, no_collector, limited_allocator<pool_allocator>>;

template <class Memory>
struct OURO_SHARED_TYPE link_in {
  typename Memory::template ptr<link_in> to;
};

/// One heap, seen from one side.
struct view {
  pool_statistics pools;
  gc_stats collections;
  std::size_t candidates;
  std::size_t strings;
  std::size_t limited_bytes;
};

/// Where the state of the library lies.
struct places {
  std::vector<const void*> of_process;
  std::vector<const void*> of_thread;  ///< first its heap
};

struct side {
  places (*state)();
  view (*see)();
  std::size_t (*collect)();
  std::size_t (*heaps)();

  ptr<node> (*make)(std::string& log, char name);
  void (*drop)(ptr<node>);
  ptr<hidden_node> (*make_hidden)(std::string& log, char name);
  void (*drop_hidden)(ptr<hidden_node>);
  ptr<thing> (*make_own)(std::string& log);
  weak<node> (*watch)(const ptr<node>& watched, std::string& log);

  interned_string (*intern)(std::string_view);
  interned<std::string> (*intern_value)(const std::string&);
  basic_interned_string<mutex_locking> (*intern_shared)(std::string_view);
  attributes<int> (*name_attributes)();
  ptr<int> (*make_int)(int);
  counted_memory::ptr<int> (*make_limited)(int);

  shared_memory::ptr<link_in<shared_memory>> (*make_shared)();
  young_memory::ptr<link_in<young_memory>> (*make_young)();
  biased_memory::ptr<link_in<biased_memory>> (*make_biased)();
};

/// Those of the shared libraries.
[[nodiscard]] const side& left();
[[nodiscard]] const side& right();

}  // namespace ouro::test
