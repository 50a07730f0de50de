// Where the memory goes: the ten largest origins, what has changed since a moment ago, and a file for a flame graph.

#include <ouro/ouro.hpp>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace {

using traced = ouro::traced_allocator<ouro::pool_allocator>;
using memory = ouro::memory<ouro::local_refcount, ouro::trial_deletion, traced>;

int failures = 0;

void check(bool holds, const char* what) {
  std::printf("  %-6s %s\n", holds ? "ok" : "FAILED", what);
  if (!holds) ++failures;
}

/// A document, its paragraphs, and the words in them.
struct word {
  char letters[24] = {};
};
struct paragraph {
  std::vector<memory::ptr<word>, memory::std_allocator<memory::ptr<word>>> words;
};
struct document {
  std::vector<memory::ptr<paragraph>, memory::std_allocator<memory::ptr<paragraph>>> paragraphs;
};

memory::ptr<paragraph> read_paragraph(int words) {
  const ouro::allocation_scope here{"read_paragraph"};
  auto made = memory::make<paragraph>();
  for (int i = 0; i != words; ++i) made->words.push_back(memory::make<word>());
  return made;
}

memory::ptr<document> load(int paragraphs) {
  const ouro::allocation_scope here{"load"};
  auto made = memory::make<document>();
  for (int i = 0; i != paragraphs; ++i) made->paragraphs.push_back(read_paragraph(20 + i));
  return made;
}

/// A cache that nobody empties.
std::vector<memory::ptr<paragraph>> recently_used;

void work(const memory::ptr<document>& on) {
  const ouro::allocation_scope here{"work"};
  for (int i = 0; i != 30; ++i) {
    on->paragraphs.push_back(read_paragraph(5));
    recently_used.push_back(read_paragraph(50));
  }
}

void print(const ouro::allocation_statistic& each) {
  std::string place;
  for (const ouro::allocation_site& scope : each.trace.scopes) {
    place += (place.empty() ? "" : " in ") + ouro::allocation_snapshot::name_of(scope);
  }
  std::printf("  %8zu bytes in %5zu blocks   %.*s   %s\n", each.bytes, each.blocks,
              static_cast<int>(each.trace.type.size()), each.trace.type.data(), place.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  traced::start(8);  // up to eight scopes of each block
  const auto text = load(100);
  const auto before = traced::take_snapshot();

  std::printf("The largest of what is in use after loading\n");
  for (const auto& each : before.top(10)) print(each);
  check(before.bytes() == traced::traced_bytes(), "the snapshot has all that is in use");
  check(before.top(1, ouro::group_by::type).front().trace.type == ouro::type_name<word>(), "words take most of it");

  std::printf("What has changed after some work\n");
  work(text);
  const auto after = traced::take_snapshot();
  for (const auto& each : after.compare_to(before)) {
    std::printf("  %+8td bytes in %+5td blocks   %.*s   in %s\n", each.more_bytes, each.more_blocks,
                static_cast<int>(each.now.trace.type.size()), each.now.trace.type.data(),
                ouro::allocation_snapshot::name_of(each.now.trace.scopes.back()).c_str());
  }
  const auto in_work =
      after.filter([](const ouro::allocation_trace& each) { return each.scopes.back().name == "work"; });
  check(in_work.blocks() > 1650, "what came since comes from the scope called work");

  std::printf("Folded stacks, one line an origin, for flamegraph.pl or speedscope\n");
  const std::string file = argc > 1 ? argv[1] : "allocations.folded";
  std::ofstream{file} << after.folded();
  std::printf("  written to %s:\n%s", file.c_str(), after.folded().c_str());

  recently_used.clear();
  traced::stop();
  check(traced::traced_bytes() == 0, "and nothing is traced any more");
  return failures == 0 ? 0 : 1;
}
