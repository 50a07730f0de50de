#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

TEST_CASE("collector_verbs: info and add_flags of an object that is no candidate use its header") {
  using header = ouro::detail::header<ouro::atomic_refcount>;
  header object{ouro::count_word::one, 2};
  // This is what another thread meets that gets the lock after the object has left the root buffer.
  CHECK(ouro::trial_deletion::info(object) == 2);
  ouro::trial_deletion::add_flags(object, 8);
  CHECK(object.load_info() == 10);
}
