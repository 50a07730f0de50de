// What debugging tools are to find: `planted FAULT`, on objects of pools, or of malloc if PLANTED_ON_MALLOC is defined.

#include <ouro/ouro.hpp>

#include <cstdio>
#include <cstring>
#include <new>
#include <string_view>

namespace {

#ifdef PLANTED_ON_MALLOC
using memory = ouro::memory<ouro::local_refcount, ouro::trial_deletion, ouro::system_allocator>;
#else
using memory = ouro::default_memory;
#endif

struct victim {
  int numbers[5];
  char* text;
};

[[gnu::noinline]] int use_after_free() {
  auto gone = memory::make<victim>();
  const int* const still = &gone->numbers[3];
  gone.reset();
  memory::ptr<victim> heirs[100];  // one that gets the block at once would hide the fault
  for (auto& each : heirs) each = memory::make<victim>();
  return *still;
}

[[gnu::noinline]] int overflow(int at) {
  const memory::ptr<victim> all[] = {memory::make<victim>(), memory::make<victim>(), memory::make<victim>()};
  const auto* const bytes = reinterpret_cast<const char*>(all[1].get());
  return bytes[at];
}

[[gnu::noinline]] void leak() {
  alignas(memory::ptr<victim>) unsigned char place[sizeof(memory::ptr<victim>)];
  ::new (static_cast<void*>(place)) memory::ptr<victim>{memory::make<victim>()};
  std::memset(place, 0, sizeof place);
  __asm__ volatile("" : : "r"(place) : "memory");
}

/// The memory that an object owns is no leak as long as the object lives, and this one lives when the program ends.
void own() {
  static const auto* const owner = new memory::ptr<victim>{memory::make<victim>()};
  (*owner)->text = new char[100]();
}

/// Leaves the stack without addresses of what has gone.
[[gnu::noinline]] void wipe_stack() {
  volatile char here[4096];
  for (volatile char& each : here) each = 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view fault = count > 1 ? arguments[1] : "";
  int seen = 0;
  if (fault == "use_after_free") seen = use_after_free();
  if (fault == "overflow") seen = overflow(static_cast<int>(sizeof(victim)));
  if (fault == "overflow_far") seen = overflow(static_cast<int>(sizeof(victim)) + 15);
  if (fault == "leak") leak();
  if (fault == "none") own();
  wipe_stack();
  std::printf("%s\n", seen == 4711 ? "seen" : "done");
}
