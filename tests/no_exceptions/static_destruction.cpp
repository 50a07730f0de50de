// Handles that die after the heap's own state: statics, and thread-locals older than the heap of their thread (trap
// 59). Passes if the program ends in order, which AddressSanitizer and LeakSanitizer watch.

#include <ouro/ouro.hpp>

#include <cstdlib>
#include <string>

#ifndef __wasi__
#include <thread>
#endif

namespace {

int destroyed = 0;

struct node {
  ouro::ptr<node> next;
  std::string text = std::string(100, 'x');
  ouro::interned_string name{"interned until the end"};
  ~node() { ++destroyed; }
};

/// Older than anything of the library's, and so destroyed after it.
struct last_word {
  ouro::ptr<node> first;
  ouro::ptr<node> second;
  ouro::weak<node> watcher;

  ~last_word() {
    {
      const auto copy = first;
    }  // a drop that would make a candidate, if there were a collector to tell
    second.reset();
    first.reset();
    if (ouro::gc::collect() != 0) std::_Exit(1);  // there is no collector any more
    if (destroyed != 3) std::_Exit(1);
  }
};

last_word statics;
thread_local last_word locals;

void fill(last_word& all) {
  all.first = ouro::make<node>();
  all.second = ouro::make<node>(all.first);
  all.watcher = all.first;
  {
    const auto garbage = ouro::make<node>();
    garbage->next = garbage;
  }
}

}  // namespace

int main() {
#ifndef __wasi__  // has no threads
  std::thread{[] {
    const last_word* const constructed_first = &locals;
    fill(const_cast<last_word&>(*constructed_first));
  }}.join();
  if (destroyed != 3) return 1;
  destroyed = 0;
#endif
  fill(statics);
  return destroyed == 0 ? 0 : 1;
}
