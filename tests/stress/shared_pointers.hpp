#pragma once
/// \file
/// `ouro::shared_ptr` and its family between threads, in the stress test.

#include "stress/graph.hpp"

#include <ouro/shared_ptr.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

namespace ouro::stress {

inline std::atomic<long> things_alive = 0;

/// Seen through by its trace.
struct thing : ouro::enable_shared_from_this<thing> {
  explicit thing(int of) : value{of}, negated{-of} { ++things_alive; }
  thing(const thing&) = delete;
  thing& operator=(const thing&) = delete;
  virtual ~thing() {
    check();
    negated = value + 1;
    --things_alive;
  }
  void trace(auto&& visit) { visit(ouro::base<ouro::enable_shared_from_this<thing>>(*this), next, part); }

  void check() const {
    if (negated != -value) fail("a shared pointer leads to an object that is not alive");
  }

  int value;
  int negated;
  ouro::atomic_shared_ptr<thing> next;
  ouro::shared_ptr<const int> part{};  ///< set before threads share the object
};

/// A pointer to its base leads to it.
struct thing_with_text : thing {
  using thing::thing;
  std::string text = "a text that is too long for the object itself";
};

class shared_pointers {
 public:
  /// One operation at random, with `own`, a pointer of the thread's.
  void act(ouro::shared_ptr<thing>& own, generator& random) {
    auto& place = places_[random() % places_.size()];
    switch (random() % 12) {
      case 0: {
        auto made = ouro::make_shared<thing>(number(random));
        made->part = ouro::shared_ptr<const int>{own, own == nullptr ? nullptr : &own->value};
        made->next = made;
        place.store(std::move(made));
        break;
      }
      case 1:
        own = ouro::make_shared<thing_with_text>(number(random));
        break;
      case 2:
        own = ouro::shared_ptr<thing>{new thing{number(random)}};
        break;
      case 3:
        own = place.load();
        break;
      case 4:
        own = place.exchange(std::move(own));
        break;
      case 5:
        if (own != nullptr) own->next.store(place.load());
        break;
      case 6:
        if (own != nullptr) own = own->next.load();
        break;
      case 7: {
        auto expected = place.load();
        static_cast<void>(place.compare_exchange_strong(expected, own));
        break;
      }
      case 8:
        watchers_[random() % watchers_.size()].store(own);
        break;
      case 9:
        own = watchers_[random() % watchers_.size()].load().lock();
        break;
      case 10:
        if (own != nullptr) own = own->weak_from_this().lock();
        break;
      default: {
        const std::shared_ptr<thing> standard = own;
        if (ouro::shared_ptr<thing>{standard} != own) fail("a pointer does not come back from the standard's");
        own.reset();
      }
    }
    if (own != nullptr) own->check();
    if (own != nullptr && own->part != nullptr && *own->part < 0) fail("a part is not alive");
  }

  void clear() {
    for (auto& each : places_) each.store(nullptr);
  }

 private:
  [[nodiscard]] static int number(generator& random) { return static_cast<int>(random() % 1'000'000); }

  std::array<ouro::atomic_shared_ptr<thing>, 8> places_;
  std::array<ouro::atomic_weak_ptr<thing>, 4> watchers_;
};

}  // namespace ouro::stress
