// The questions, asked of this library with its default policies.

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

namespace {

using namespace cycles;

struct peer {
  static constexpr bool has_candidates = true;
  static constexpr bool cuts_cycles = false;

  template <class T>
  using ptr = ouro::ptr<T>;
  template <class T>
  using handles = std::vector<ptr<T>>;

  template <class T>
  [[nodiscard]] static ptr<T> make() {
    return ouro::make<T>();
  }
  [[nodiscard]] static ouro::ptr<double[]> make_numbers(std::size_t count) { return ouro::make<double[]>(count); }

  static void stop_collecting() { ouro::gc::disable(); }
  static void start_collecting() { ouro::gc::enable(); }
  static void collect() { ouro::gc::collect(); }
  static void collect(std::size_t garbage) { require(ouro::gc::collect() == garbage); }
  static void clean_stack() {}

  class listener {
   public:
    listener(std::vector<double>& pauses, std::size_t& visited)
        : callback_{ouro::gc::callbacks().add([&, this](const ouro::gc_info& info) {
            if (info.phase == ouro::gc_phase::start) {
              began_ = now();
            } else {
              pauses.push_back(static_cast<double>(now() - began_));
              visited += info.examined;
            }
          })} {}
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener() { ouro::gc::callbacks().remove(callback_); }

   private:
    std::int64_t began_ = 0;
    ouro::gc_callbacks::handle callback_;
  };
};

}  // namespace

int main(int argc, char** argv) {
  const report out{"ouro", argc, argv};
  ask_garbage<peer>(out);
  ask_scan<peer>(out);
  ask_churn<peer>(out);
  ask_programs<peer>(out);
  ask_pauses<peer>(out);
}
