// What checked builds report of objects that are on their way in an island, or belong to another heap since.

#include "support/misuse.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

using ouro::heap;
using ouro::make;
using ouro::ptr;
using ouro::test::check_misuse;

namespace {

struct traveller {
  std::vector<ptr<traveller>> edges;
  ouro::weak<traveller> weak;
  ouro::interned_string name{"the name of a traveller"};
};

/// Says that it holds nothing, and does.
class suitcase {
 public:
  ptr<traveller> hidden;
};

struct carrier {
  suitcase with;
};

}  // namespace

template <>
inline constexpr bool ouro::leaf<suitcase> = true;

namespace {

ptr<traveller> structure() {
  auto root = make<traveller>();
  root->edges.push_back(make<traveller>());
  return root;
}

constexpr const char* on_its_way = "an object was used that had left its heap in an island";

}  // namespace

TEST_CASE("misuse: an object of an island on its way is used through a raw pointer") {
  check_misuse(
      [] {
        auto root = structure();
        traveller* const raw = root.get();
        const auto gone = heap::current().detach(std::move(root));
        const auto copy = raw->edges[0];
      },
      on_its_way, "traveller");
  check_misuse(
      [] {
        auto root = structure();
        traveller* const raw = root.get();
        const auto gone = heap::current().detach(std::move(root));
        const auto copy = ouro::managed_from_this(raw);
      },
      on_its_way, "traveller");
  check_misuse(
      [] {
        auto root = structure();
        traveller* const raw = root.get();
        const auto gone = heap::current().detach(std::move(root));
        std::thread{[raw] { raw->edges.clear(); }}.join();
      },
      on_its_way, "traveller");
}

TEST_CASE("misuse: the old heap uses an object that another thread has opened") {
  check_misuse(
      [] {
        auto root = structure();
        traveller* const raw = root.get();
        auto gone = heap::current().detach(std::move(root));
        std::thread{[&] {
          const auto here = std::move(gone).open();
          std::thread{[raw] { const auto copy = raw->edges[0]; }}.join();
        }}.join();
      },
      "a thread that does not own the object has used it", "traveller");
  check_misuse(
      [] {
        auto root = structure();
        traveller* const raw = root.get();
        auto gone = heap::current().detach(std::move(root));
        std::thread{[&] {
          static ptr<traveller> kept = std::move(gone).open();
          {
            const auto candidate = kept->edges[0];
          }
        }}.join();
        const auto copy = raw->edges[0];
      },
      "a thread that does not own the object has used it", "traveller");
}

TEST_CASE("misuse: a weak pointer and an interned value of an island on its way") {
  check_misuse(
      [] {
        auto root = structure();
        root->weak = root->edges[0];
        traveller* const raw = root.get();
        const auto gone = heap::current().detach(std::move(root));
        const auto copy = raw->weak;
      },
      "a weak pointer was copied or dropped by a thread that does not own the object", "traveller");
  check_misuse(
      [] {
        auto root = structure();
        traveller* const raw = root.get();
        const auto gone = heap::current().detach(std::move(root));
        const auto copy = raw->name;
      },
      on_its_way, "interned_string");
}

TEST_CASE("misuse: a structure is detached from a heap that the thread is not in") {
  check_misuse(
      [] {
        const auto own = make<traveller>();
        const auto outside = heap::current();
        heap apart;
        const heap::scope in{apart};
        auto root = structure();
        const auto gone = outside.detach(std::move(root));
      },
      "a structure was detached from a heap that the thread is not in");
  check_misuse(
      [] {
        auto root = structure();
        heap apart;
        const auto gone = apart.detach(std::move(root));
      },
      "a thread that does not own the object has used it, or it was used outside its private heap", "traveller");
}

TEST_CASE("misuse: a trace detaches a structure, or opens one") {
  check_misuse(
      [] {
        auto root = structure();
        const ouro::detail::trace_guard tracing;
        const auto gone = heap::current().detach(std::move(root));
      },
      "a trace function copied or dropped a pointer, or made an object");
  check_misuse(
      [] {
        auto root = structure();
        auto gone = heap::current().detach(std::move(root));
        const ouro::detail::trace_guard tracing;
        static_cast<void>(std::move(gone).open());
      },
      "a trace function copied or dropped a pointer, or made an object", "ouro::island");
}

TEST_CASE("misuse: a pointer that no trace shows is used by another thread (trap 91)") {
  check_misuse(
      [] {
        const auto stays = make<traveller>();
        auto root = make<carrier>();
        root->with.hidden = stays;
        auto gone = heap::current().detach(std::move(root));
        std::thread{[&] { std::move(gone).open()->with.hidden.reset(); }}.join();
      },
      "a thread that does not own the object has used it", "traveller");
}

TEST_CASE("misuse: nothing is reported of an island that goes its way") {
  const auto said = ouro::test::run_in_child([] {
    auto root = structure();
    root->weak = root->edges[0];
    auto gone = heap::current().detach(std::move(root));
    std::thread{[&] {
      auto here = std::move(gone).open();
      const auto copy = here->edges[0];
      const auto locked = here->weak.lock();
      here->edges.push_back(make<traveller>());
      here->name = ouro::interned_string{"another name"};
    }}.join();
  });
  CHECK(said.text == "");
}
