// Prints docs/pages/states.md from the table. With the argument `traps`, the numbers of the traps that cells cite.

#include <states/cells.hpp>
#include <states/names.hpp>

#include <cstddef>
#include <cstdio>
#include <set>
#include <string>
#include <string_view>

using namespace ouro::test;

namespace {

constexpr std::string_view front = R"(# States

What each operation does to an object in each state. A program prints this page from `states/cells.hpp`, the table of the
tests. The tests check every cell with `trial_deletion`, with `generational` and without a collector, and with
`local_refcount`, `atomic_refcount` and `biased_refcount`, where the policies have the state and the operation. Each test
compares the exact count while the result of the operation exists and afterwards. Then it ends the object, and checks that
no object lives and no byte is in use. A pair of state and operation without a cell does not compile.

With a thread-safe refcount, every cell of the states %s is checked twice. The second time,
another thread calls the operation, while the one that has brought the object into the state waits in `blocking`. Both times
the effect is the same: also a drop of the last pointer destroys the object at once.

A cell with a report is misuse: from check level 1 on, the program prints the quoted message with the name of the type, and
ends. At check level 0 the behaviour is undefined. The numbers are those of the [traps](traps.md).

)";

[[nodiscard]] std::size_t size_of(states in) {
  std::size_t size = 0;
  for (std::size_t s = 0; s != state_count; ++s) size += in.contains(static_cast<state>(s)) ? 1 : 0;
  return size;
}

/// As "1 to 3, 5 and 7".
[[nodiscard]] std::string numbers_of(states in) {
  std::string before;
  std::string last;
  const auto has = [in](std::size_t s) { return s != state_count && in.contains(static_cast<state>(s)); };
  for (std::size_t s = 0; s != state_count; ++s) {
    if (!has(s)) continue;
    const std::size_t first = s;
    while (has(s + 1)) ++s;
    if (!last.empty()) before += (before.empty() ? "" : ", ") + last;
    last = std::to_string(first + 1) + (s == first ? "" : " to " + std::to_string(s + 1));
  }
  return before.empty() ? last : before + " and " + last;
}

[[nodiscard]] std::string names_of(states in) {
  std::string names;
  for (std::size_t s = 0; s != state_count; ++s) {
    if (!in.contains(static_cast<state>(s))) continue;
    if (!names.empty()) names += "; ";
    names += state_names[s];
  }
  return names;
}

[[nodiscard]] std::string signed_number(long number) {
  return number > 0 ? "+" + std::to_string(number) : number < 0 ? "−" + std::to_string(-number) : "0";
}

/// What the effect does to the count, and what there is to hold then.
[[nodiscard]] std::string counts_of(const cell& at) {
  if (at.is != verdict::holds) return "";
  const bool is_uncounted = at.in.contains(state::immortal) || at.in.contains(state::at_limit);
  if (at.has.becomes == fate::immortal || (is_uncounted && size_of(at.in) <= 2)) return "uncounted";
  if (at.has.gives == given::same) return signed_number(at.has.during) + ", then " + signed_number(at.has.after);
  return at.has.gives == given::null ? "" : signed_number(at.has.after);
}

[[nodiscard]] std::string text_of(const cell& at) {
  const std::string text{at.text};
  switch (at.is) {
    case verdict::misuse:
      return "**report:** “" + text + "”";
    case verdict::never:
      return "*impossible:* " + text;
    default:
      return text;
  }
}

/// The row that speaks for the most states does not name them.
void print_operation(operation what) {
  std::printf("### %s\n\n| state | pointers | result | trap |\n| --- | --- | --- | --- |\n",
              std::string{operation_names[static_cast<std::size_t>(what)]}.c_str());
  const cell* widest = nullptr;
  std::size_t rows = 0;
  for (const cell& each : table::cells) {
    if (each.what != what) continue;
    ++rows;
    if (widest == nullptr || size_of(each.in) > size_of(widest->in)) widest = &each;
  }
  const auto print = [](const std::string& named, const cell& each) {
    std::printf("| %s | %s | %s | %s |\n", named.c_str(), counts_of(each).c_str(), text_of(each).c_str(),
                each.trap == 0 ? "" : std::to_string(each.trap).c_str());
  };
  for (const cell& each : table::cells) {
    if (each.what == what && &each != widest) print(names_of(each.in), each);
  }
  print(rows == 1 ? "every state" : "every other state", *widest);
  std::printf("\n");
}

void print_overview() {
  std::printf("## At a glance\n\n✓ defined · ∅ null · ✗ report · – impossible\n\n|  |");
  for (std::size_t s = 0; s != state_count; ++s) std::printf(" %zu |", s + 1);
  std::printf("\n| --- |");
  for (std::size_t s = 0; s != state_count; ++s) std::printf(" --- |");
  std::printf("\n");
  for (std::size_t o = 0; o != operation_count; ++o) {
    std::printf("| %s |", std::string{operation_names[o]}.c_str());
    for (std::size_t s = 0; s != state_count; ++s) {
      const cell& at = cell_of(static_cast<state>(s), static_cast<operation>(o));
      std::printf(" %s |", at.is == verdict::never       ? "–"
                           : at.is == verdict::misuse    ? "✗"
                           : at.has.gives == given::null ? "∅"
                                                         : "✓");
    }
    std::printf("\n");
  }
  std::printf("\n");
}

void print_page() {
  const std::string text{front};
  const std::size_t place = text.find("%s");
  std::printf("%s%s%s## The states\n\n", text.substr(0, place).c_str(), numbers_of(open_to_others).c_str(),
              text.substr(place + 2).c_str());
  for (std::size_t s = 0; s != state_count; ++s) {
    std::printf("%zu. **%s**: %s\n", s + 1, std::string{state_names[s]}.c_str(), std::string{state_texts[s]}.c_str());
  }
  std::printf("\n");
  print_overview();
  std::printf("## The operations\n\n");
  for (std::size_t o = 0; o != operation_count; ++o) print_operation(static_cast<operation>(o));
}

void print_traps() {
  std::set<int> cited;
  for (const cell& each : table::cells) cited.insert(each.trap);
  cited.erase(0);
  for (const int each : cited) std::printf("%d\n", each);
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 2 && std::string_view{arguments[1]} == "traps") {
    print_traps();
  } else {
    print_page();
  }
}
