// expect in first error: unique_ptr<ouro::managed_ptr<node.*ouro: nobody knows the length of this array
#include <ouro/ouro.hpp>

#include <memory>
#include <vector>

struct node {
#ifdef OURO_MUST_FAIL
  std::unique_ptr<ouro::ptr<node>[]> edges;
#else
  std::vector<ouro::ptr<node>> edges;
#endif
};

ouro::ptr<node> make_one() { return ouro::make<node>(); }
