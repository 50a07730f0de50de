// Every operation that growth.py looks at. Each group has a file of its own.

#include "collections.hpp"
#include "containers.hpp"
#include "islands.hpp"
#include "memory.hpp"
#include "objects.hpp"
#include "weak_pointers.hpp"

int main() {
  growth::measure_objects();
  growth::measure_collections();
  growth::measure_weak_pointers();
  growth::measure_containers();
  growth::measure_islands();
  growth::measure_memory();
}
