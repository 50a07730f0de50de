// std::shared_ptr finds no cycles. What does it cost where the program cuts them itself?

#include "garbage.hpp"
#include "report.hpp"

#include <memory>
#include <vector>

namespace {

struct peer {
  static constexpr bool cuts_cycles = true;

  template <class T>
  using ptr = std::shared_ptr<T>;
  template <class T>
  using handles = std::vector<ptr<T>>;

  template <class T>
  [[nodiscard]] static ptr<T> make() {
    return std::make_shared<T>();
  }
  static void stop_collecting() {}
  static void start_collecting() {}
};

}  // namespace

int main(int argc, char** argv) {
  const cycles::report out{"shared_ptr, cut by hand", argc, argv};
  if (out.wants("cyc")) cycles::ask_cyc<peer>(out);
}
