// Every path that count.py shows. The program does nothing else: under callgrind it leaves one dump for each number of
// operations of each path; its output is the name of the compiler, whose counts are not those of another.

#include "intern_paths.hpp"
#include "meter.hpp"
#include "peers.hpp"
#include "pointer_paths.hpp"

#include <cstdio>

namespace {

using namespace instructions;

template <template <class> class Path, class Type>
void measure_both(const char* path) {
  measure<Path<typename Type::ours>>(path, Type::name, "ours");
  measure<Path<typename Type::limit>>(path, Type::name, "limit");
}

template <template <class> class Path>
void measure_types(const char* path) {
  measure_both<Path, acyclic>(path);
  measure_both<Path, cyclic>(path);
  measure_both<Path, local>(path);
  measure_both<Path, atomic>(path);
  measure_both<Path, biased>(path);
}

}  // namespace

int main() {
#if defined(__clang__)
  std::printf("clang++ %d\n", __clang_major__);
#else
  std::printf("g++ %d\n", __GNUC__);
#endif
  measure<empty_loop>("loop", "", "ours");
  measure_types<copy>("copy");
  measure_types<drop>("drop");
  measure_types<copy_and_drop>("copy and drop");
  measure_types<make>("make");
  measure_types<drop_to_zero>("drop to zero");
  measure_types<make_and_drop>("make and drop");
  measure_types<make_and_drop_alone>("make and drop alone");
  measure_both<new_candidate, cyclic>("new candidate");
  measure_types<weak_lock>("weak lock");
  measure<intern_hit>("intern hit", "16 characters", "ours");
  measure<intern_hit_by_hand>("intern hit", "16 characters", "limit");
  measure<small_int_copy<ouro::small_int>>("copy and drop", "small_int", "ours");
  measure<small_int_copy<by_hand::small_int>>("copy and drop", "small_int", "limit");
}
