// The questions, asked of the Boehm-Demers-Weiser collector: plain pointers, nothing is counted.

#include "garbage.hpp"
#include "living.hpp"
#include "pauses.hpp"
#include "programs.hpp"
#include "report.hpp"

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#include <gc/gc.h>
#include <gc/gc_allocator.h>

namespace {

using namespace cycles;

struct peer {
  static constexpr bool has_candidates = false;
  static constexpr bool cuts_cycles = false;

  template <class T>
  using ptr = T*;
  template <class T>
  using handles = std::vector<T*, traceable_allocator<T*>>;

  template <class T>
  [[nodiscard]] static T* make() {
    return ::new (GC_MALLOC(sizeof(T))) T{};
  }
  [[nodiscard]] static double* make_numbers(std::size_t count) {
    return static_cast<double*>(GC_MALLOC_ATOMIC(count * sizeof(double)));
  }

  static void stop_collecting() { GC_disable(); }
  static void start_collecting() { GC_enable(); }
  static void collect(std::size_t = 0) {
    // Switched off, it does not collect when it is called for either.
    const bool was_off = GC_is_disabled() != 0;
    if (was_off) GC_enable();
    GC_gcollect();
    if (was_off) GC_disable();
  }
  /// Overwrites what dead frames have left: the collector would take it for pointers.
  [[gnu::noinline]] static void clean_stack() {
    volatile char frames[4096];
    for (volatile char& each : frames) each = 0;
  }

  class listener {
   public:
    listener(std::vector<double>& pauses, std::size_t&) {
      to_ = &pauses;
      GC_set_on_collection_event([](GC_EventType event) {
        if (event == GC_EVENT_START) began_ = now();
        if (event == GC_EVENT_END) to_->push_back(static_cast<double>(now() - began_));
      });
    }
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener() { GC_set_on_collection_event(nullptr); }

   private:
    static inline std::vector<double>* to_ = nullptr;
    static inline std::int64_t began_ = 0;
  };
};

}  // namespace

int main(int argc, char** argv) {
  GC_INIT();
  const report out{"bdwgc", argc, argv};
  ask_garbage<peer>(out);
  ask_scan<peer>(out);
  ask_churn<peer>(out);
  ask_programs<peer>(out);
  ask_pauses<peer>(out);
}
