// Reports of misuse of a `shared_ptr`, which counts by a pointer to `void`: they name the class of the object.

#include "support/child.hpp"
#include "support/misuse.hpp"

#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace local = ouro::local;
using ouro::test::run_in_child;

namespace {

constexpr std::string_view copied = "a trace function copied or dropped a pointer, or made an object";

/// The report is about the type of this name.
void check_names(const ouro::test::last_words& said, std::string_view what, std::string_view type) {
  ouro::test::check_misuse(said, what, "[type: " + std::string{type} + "]");
}

struct local_family {
  template <class T>
  using shared_ptr = local::shared_ptr<T>;
  using memory = ouro::default_memory;
};
struct shared_family {
  template <class T>
  using shared_ptr = ouro::shared_ptr<T>;
  using memory = ouro::shared_memory;
};

template <class F>
struct copying;

/// What a trace copies a pointer to.
template <class F>
struct copied_one {
  typename F::template shared_ptr<copying<F>> back;
};

template <class F>
struct copying {
  typename F::template shared_ptr<copied_one<F>> edge;
  void trace(auto&& visit) {
    auto copy = edge;
    visit(copy);
  }
};

template <class F, class T>
auto make() {
  return ouro::basic_make_shared<T, typename F::memory>();
}

struct victim {
  local::shared_ptr<victim> edge;
};

}  // namespace

TEST_CASE_TEMPLATE("misuse: a trace that copies a shared_ptr is reported with the class that it points to", F,
                   local_family, shared_family) {
  const auto name = ouro::type_name<copied_one<F>>();
  check_names(run_in_child([] {
                {
                  const auto made = make<F, copying<F>>();
                  made->edge = make<F, copied_one<F>>();
                  made->edge->back = made;
                }
                F::memory::gc::collect();
              }),
              copied, name);
  // Also while the object is a candidate, whose type the collector keeps.
  check_names(run_in_child([] {
                const auto made = make<F, copying<F>>();
                made->edge = make<F, copied_one<F>>();
                {
                  const auto second = made->edge;
                }
                const auto seen = F::memory::gc::referents(made);
              }),
              copied, name);
}

TEST_CASE("misuse: a candidate of another heap has a name that only that heap knows") {
  check_names(run_in_child([] {
                const auto made = local::make_shared<copying<local_family>>();
                ouro::heap other;
                {
                  const ouro::heap::scope in{other};
                  made->edge = local::make_shared<copied_one<local_family>>();
                  {
                    const auto second = made->edge;
                  }
                }
                const auto seen = ouro::gc::referents(made);
              }),
              copied, "void");
}

TEST_CASE("misuse: a local shared_ptr that another thread uses is reported with the class of its object") {
  constexpr std::string_view not_here = "a thread that does not own the object has used it";
  const auto name = ouro::type_name<victim>();
  check_names(run_in_child([] {
                const auto made = local::make_shared<victim>();
                std::thread{[&made] { const auto copy = made; }}.join();
              }),
              not_here, name);
  check_names(run_in_child([] {
                const auto made = local::allocate_shared<victim>(std::allocator<int>{});
                std::thread{[&made] { const auto copy = made; }}.join();
              }),
              not_here, name);
}
