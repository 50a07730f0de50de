#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

using ouro::make;
using ouro::weak;

namespace {

/// Asks for a pointer to itself while it is made, and while it is destroyed.
class subscriber {
 public:
  subscriber() {
    const auto self = ouro::managed_from_this(this);
    CHECK(self.use_count() == 2);
    last = self;
  }
  ~subscriber() {
    ++destroyed;
    CHECK(ouro::managed_from_this(this) == nullptr);
  }
  void trace(auto&&) {}

  static inline weak<subscriber> last;
  static inline int destroyed = 0;
};

}  // namespace

TEST_CASE("managed_from_this: gives a pointer in the constructor, and null in the destructor (traps 7, 8)") {
  {
    const auto object = make<subscriber>();
    CHECK(object.use_count() == 1);
    CHECK(subscriber::last.lock() == object);
    CHECK(ouro::managed_from_this(object.get()) == object);
  }
  CHECK(subscriber::destroyed == 1);
  CHECK(subscriber::last.expired());
}
