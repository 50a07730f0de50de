#pragma once
/// \file
/// This library, asked the questions.

#include "garbage.hpp"
#include "living.hpp"
#include "pauses.hpp"
#include "programs.hpp"
#include "report.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cycles {

/// A bundle of this library's policies.
template <class Memory>
struct ouro_peer {
  using gc = typename Memory::gc;

  static constexpr bool has_candidates = !ouro::tracks_all<typename Memory::collector>;
  static constexpr bool cuts_cycles = false;

  template <class T>
  using ptr = typename Memory::template ptr<T>;
  template <class T>
  using handles = std::vector<ptr<T>>;

  template <class T>
  [[nodiscard]] static ptr<T> make() {
    return Memory::template make<T>();
  }
  [[nodiscard]] static ptr<double[]> make_numbers(std::size_t count) { return Memory::template make<double[]>(count); }

  static void stop_collecting() { gc::disable(); }
  static void start_collecting() { gc::enable(); }
  static void collect() { gc::collect(); }
  static void collect(std::size_t garbage) { require(gc::collect() == garbage); }
  static void clean_stack() {}

  class listener {
   public:
    listener(std::vector<double>& pauses, std::size_t& visited)
        : callback_{gc::callbacks().add([&, this](const ouro::gc_info& info) {
            if (info.phase == ouro::gc_phase::start) {
              began_ = now();
            } else {
              pauses.push_back(static_cast<double>(now() - began_));
              visited += info.examined;
            }
          })} {}
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener() { gc::callbacks().remove(callback_); }

   private:
    std::int64_t began_ = 0;
    ouro::gc_callbacks::handle callback_;
  };
};

template <class Memory>
void ask_ouro(const report& out) {
  using peer = ouro_peer<Memory>;
  ask_garbage<peer>(out);
  ask_scan<peer>(out);
  ask_churn<peer>(out);
  ask_programs<peer>(out);
  ask_pauses<peer>(out);
}

}  // namespace cycles
