#ifndef OURO_TESTS_MUTANTS_MUTANTS_HPP
#define OURO_TESTS_MUTANTS_MUTANTS_HPP

// Included before all else by programs whose headers instrument.py has written: each place that it can change asks here
// whether it is the one that is changed in this run.
//
//   OURO_MUTANT=NUMBER     the place to change; none, and the library is as it was written
//   OURO_MUTANT_HITS=FILE  gets a byte for each place: 1 if it was executed, by a process that has crashed, too

#include <sys/mman.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <type_traits>

namespace mutants {

inline constexpr std::size_t most = 1 << 16;
inline unsigned char no_file[most];
inline unsigned char* hits = no_file;
inline int active = 0;

/// Before the initialisers of all other objects, so that no place is asked for earlier.
[[gnu::constructor(101)]] inline void read_environment() {
  if (const char* number = std::getenv("OURO_MUTANT")) active = std::atoi(number);
  const char* path = std::getenv("OURO_MUTANT_HITS");
  if (path == nullptr) return;
  std::FILE* file = std::fopen(path, "w+");
  if (file == nullptr || std::fwrite(no_file, most, 1, file) != 1 || std::fflush(file) != 0) std::abort();
  void* mapped = ::mmap(nullptr, most, PROT_READ | PROT_WRITE, MAP_SHARED, ::fileno(file), 0);
  if (mapped == MAP_FAILED) std::abort();
  std::fclose(file);
  hits = static_cast<unsigned char*>(mapped);
}

/// Whether this place is changed. What the compiler evaluates is never changed.
[[gnu::always_inline]] constexpr bool on(int place) {
  if (std::is_constant_evaluated()) return false;
  __atomic_store_n(&hits[place], 1, __ATOMIC_RELAXED);
  return active == place;
}

}  // namespace mutants

#endif
