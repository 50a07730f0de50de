// expect: incomplete
#include <ouro/shared_ptr.hpp>

struct later;
later* find_later();
#ifndef OURO_MUST_FAIL
struct later {};
#endif

ouro::local::shared_ptr<later> own_later() { return ouro::local::shared_ptr<later>{find_later()}; }
