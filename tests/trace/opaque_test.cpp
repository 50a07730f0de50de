#include <ouro/trace/opaque.hpp>

namespace {

using ouro::detail::find_why_opaque;
using ouro::detail::names_trace;
using ouro::detail::why_opaque;

struct incomplete;
struct takes_nothing {
  void trace() {}
};
class private_trace {
  void trace(auto&&) {}
};
struct inherits_trace : takes_nothing {};
struct final_with_trace final {
  void trace() {}
};
struct without_trace {
  ~without_trace() {}
  int number;
};
union either {
  int number;
  without_trace object;
  ~either() {}
};
struct with_base : without_trace {
  without_trace more;
};
class hides {
 public:
  ~hides() {}
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_ = 0;
};

static_assert(names_trace<takes_nothing>() && names_trace<private_trace>() && names_trace<inherits_trace>());
static_assert(!names_trace<without_trace>() && !names_trace<int>() && !names_trace<either>());
static_assert(!names_trace<final_with_trace>());  // no class can be derived to find out

static_assert(find_why_opaque<incomplete>() == why_opaque::is_incomplete);
static_assert(find_why_opaque<takes_nothing>() == why_opaque::has_wrong_trace);
static_assert(find_why_opaque<either>() == why_opaque::is_union);
static_assert(find_why_opaque<hides>() == why_opaque::hides);
static_assert(find_why_opaque<with_base>() == why_opaque::has_base);

}  // namespace
