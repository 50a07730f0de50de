// A collection as the objects see it, step by step, as JSON. The collector calls the objects' own functions: at the
// first call of each step all headers are written down. The heap: a and b know each other, c and d too; b leads to d,
// which the program holds.

#include <ouro/ouro.hpp>

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>

namespace {

struct node;
std::map<char, node*> whole;  ///< objects whose destructors have not run

struct node {
  explicit node(char called) : name{called} { whole[name] = this; }
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node();

  void trace(auto&& visit);
  void finalize();

  char name;
  int walks = 0;
  ouro::ptr<node> first, second;
};

ouro::weak<node> watcher;

/// Counts that a running trial has changed are plain numbers.
void write(const char* step, bool counts_are_external) {
  static bool is_first = true;
  std::printf("%s{\"step\": \"%s\", \"weak\": %s, \"objects\": [", is_first ? "" : ",\n", step,
              watcher.expired() ? "false" : "true");
  is_first = false;
  bool is_first_object = true;
  for (const auto& [name, object] : whole) {
    using ouro::detail::info_word;
    auto& header = *ouro::detail::header<ouro::local_refcount>::of(object);
    const std::uint32_t info = ouro::detail::info_of<ouro::trial_deletion>(header);
    const bool is_buffered = info_word::is_buffered(header.load_info());
    const bool is_gray = !is_buffered && (info & info_word::gray) != 0;
    const std::uint32_t word = header.load_count();
    std::printf(
        "%s{\"name\": \"%c\", \"count\": %u, \"candidate\": %d, \"gray\": %d, \"alive\": %d, \"old\": %d, \"dead\": "
        "%d, \"edges\": \"",
        is_first_object ? "" : ", ", name, counts_are_external && is_gray ? word : ouro::count_word::strong(word),
        is_buffered, is_gray, !is_buffered && (info & info_word::alive) != 0, (info & info_word::old) != 0,
        (info & info_word::dead) != 0);
    is_first_object = false;
    for (const auto& edge : {object->first.get(), object->second.get()}) {
      if (edge != nullptr) std::printf("%c", edge->name);
    }
    std::printf("\"}");
  }
  std::printf("]}");
}

/// The first time that it is called with this step.
void write_once(const char* step, bool counts_are_external) {
  static std::map<std::string, int> written;
  if (written[step]++ == 0) write(step, counts_are_external);
}

void node::trace(auto&& visit) {
  // The second walk begins from what has external references: all has been tried.
  if (++walks == 2) write_once("tried", true);
  visit(first, second);
}

void node::finalize() { write_once("looked", false); }

node::~node() {
  write_once("severed", false);
  whole.erase(name);
}

}  // namespace

int main() {
  std::printf("[");
  const auto held = ouro::make<node>('d');
  {
    const auto a = ouro::make<node>('a');
    a->first = ouro::make<node>('b');
    a->first->first = a;
    a->first->second = held;
    watcher = a;
    const auto b = a->first;
    const auto c = ouro::make<node>('c');
    c->first = held;
    held->first = c;
  }
  write("before", false);
  const std::size_t collected = ouro::gc::collect();
  write("after", false);
  std::printf("]\n");
  return collected == 2 && whole.size() == 2 ? 0 : 1;
}
