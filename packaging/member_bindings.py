"""Writes include/ouro/trace/member_bindings.hpp, or with --check says whether it is as this script writes it.

usage: member_bindings.py [--check]
"""

import pathlib
import sys

MOST_MEMBERS = 64
GROUP = 8  # branches: g++ takes time for each branch of a chain that grows with the number of those before
WIDTH = 120

written = pathlib.Path(__file__).resolve().parent.parent / "include/ouro/trace/member_bindings.hpp"

HEAD = """\
#pragma once
/// \\file
/// Names the members of an aggregate by structured bindings. Written by packaging/member_bindings.py.
///
/// Structured bindings take a literal number of names before C++26, and so there is a branch for each number. A program
/// may have files of both standards, which must agree on the function.

#include <cstddef>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Stands for a member that is a reference: what that leads to is no part of the object.
struct elsewhere {};
inline constexpr elsewhere is_elsewhere{};

/// Calls `use` with members whose types are `Declared`, as const: with `elsewhere` in place of references.
template <class Use, class... Declared>
struct use_without_references {
  constexpr decltype(auto) operator()(const std::remove_reference_t<Declared>&... members) const {
    return use(own<Declared>(members)...);
  }

  template <class Member>
  [[nodiscard]] static constexpr const auto& own(const std::remove_reference_t<Member>& member) noexcept {
    if constexpr (std::is_reference_v<Member>) {
      return is_elsewhere;
    } else {
      return member;
    }
  }

  Use& use;
};

/// `use`, or what stands for it where some of the types of the members are references.
template <class... Declared, class Use>
[[nodiscard]] constexpr decltype(auto) without_references(Use& use) noexcept {
  if constexpr ((std::is_reference_v<Declared> || ...)) {
    return use_without_references<Use, Declared...>{use};
  } else {
    return (use);
  }
}

/// `sees_members` says no of aggregates with more.
inline constexpr std::size_t most_members = %d;

// clang-format off

/// Returns `use(members...)`, the members in the order of their declaration, as lvalues; if some are references, all as
/// const, and `elsewhere` in the places of these. \\pre `object` has `Count` members, and no more than `most_members`
template <std::size_t Count, class T, class Use>
constexpr decltype(auto) bind_members(T& object, Use&& use) {
  if constexpr (Count == 0) {
    return use();
"""

TAIL = """\
  }
}

// clang-format on

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
"""


def wrapped(before, names, behind, indent):
    """The names between two texts, in lines of at most WIDTH characters."""
    lines, line = [], " " * indent + before
    for i, name in enumerate(names):
        word = name + (", " if i + 1 < len(names) else behind)
        if len(line) + len(word.rstrip()) > WIDTH:
            lines.append(line.rstrip())
            line = " " * (indent + 4)
        line += word
    return "\n".join([*lines, line]) + "\n"


def text():
    parts = [HEAD % MOST_MEMBERS]
    for first in range(1, MOST_MEMBERS + 1, GROUP):
        last = first + GROUP - 1
        parts.append(f"  }} else if constexpr (Count <= {last}) {{\n")
        for count in range(first, last + 1):
            names = [f"m{i}" for i in range(1, count + 1)]
            parts.append(f"    {'} else ' if count != first else ''}if constexpr (Count == {count}) {{\n")
            parts.append(wrapped("auto& [", names, "] = object;", 6))
            types = [f"decltype({name})" for name in names]
            types[-1] += f">(use)({names[0]}"  # where the one list ends and the other begins
            parts.append(wrapped("return without_references<", [*types, *names[1:]], ");", 6))
        parts.append("    }\n")
    return "".join([*parts, TAIL])


def main():
    if sys.argv[1:] == ["--check"]:
        if written.read_text() != text():
            sys.exit(f"{written.name} is not as packaging/member_bindings.py writes it")
    else:
        written.write_text(text())


main()
